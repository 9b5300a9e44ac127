"""The work that a text costs grows with its length and no faster, whatever it is made of."""

import re

import pytest

from archive.chinese.text import aligned, normalise
from archive.decisions import precheck, relations
from archive.describe.metadata import describe
from archive.document import Document, File
from archive.extract.extraction import Extraction
from archive.extract.text.assemble import Lines, assemble
from archive.structure import structure
from tests.growth import EACH, UNITS, grows, text_of

pytestmark = [pytest.mark.slow, pytest.mark.alike]


def work(text: str) -> None:
    """Do with a text what is done with every document, after its format has been read."""
    lines = Lines()
    lines.add(text)
    extraction = assemble(None, lines.found)
    metadata = describe(extraction, {}, re.sub(r"\s", "", text[:80]) + ".html")
    describe(
        Extraction(re.sub(r"\s", " ", text), (), stated=dict.fromkeys(("文号", "标题", "发布机构"), text)), {}, "a"
    )
    whole = "\n".join(extraction.paragraphs)
    relations.stated(metadata.title, whole)
    document = Document("a", 1, metadata, File("", "a", "text/plain", 1), whole)
    precheck.findings(document)
    structure(document, metadata.title)
    normalise(whole)
    for line in extraction.paragraphs[:2]:
        aligned(line)


@pytest.mark.parametrize("unit", EACH, ids=ascii)
def test_eight_times_the_text_takes_about_eight_times_as_long(unit: str) -> None:
    assert grows(work, text_of(unit, 5_000), text_of(unit, 40_000), most=16)


@pytest.mark.thorough
@pytest.mark.parametrize("unit", EACH, ids=ascii)
def test_a_megabyte_takes_about_ten_times_as_long_as_a_tenth_of_one(unit: str) -> None:
    assert grows(work, text_of(unit, 100_000, 60), text_of(unit, 1_000_000, 60), most=20)


@pytest.mark.thorough
@pytest.mark.parametrize("kind", UNITS)
def test_ten_megabytes_of_all_of_a_kind_take_about_a_hundred_times_as_long_as_a_tenth_of_one(kind: str) -> None:
    unit = "".join(UNITS[kind]).replace("%013d", "").replace("%08d", "").replace("%03d", "").replace("%d", "")
    assert grows(work, *(text_of(unit, size, 60) for size in (100_000, 1_000_000, 10_000_000)), most=20)
