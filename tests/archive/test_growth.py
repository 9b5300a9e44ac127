"""The work that a text costs grows with its length and no faster, whatever it is made of."""

import re

import pytest

from archive.chinese.text import aligned, normalise
from archive.decisions import precheck, relations
from archive.describe.metadata import describe
from archive.document import Document, File
from archive.extract.extraction import Extraction
from archive.extract.text.assemble import Lines, assemble
from tests.growth import EACH, UNITS, seconds, text_of


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
    precheck.findings(Document("a", 1, metadata, File("", "a", "text/plain", 1), whole))
    normalise(whole)
    for line in extraction.paragraphs[:2]:
        aligned(line)


@pytest.mark.parametrize("unit", EACH, ids=ascii)
def test_eight_times_the_text_takes_about_eight_times_as_long(unit: str) -> None:
    small, large = (seconds(work, text_of(unit, size)) for size in (15_000, 120_000))
    # A busy machine may spoil one measurement.
    assert large < 16 * small or seconds(work, text_of(unit, 120_000)) < 16 * small


@pytest.mark.slow
@pytest.mark.parametrize("unit", EACH, ids=ascii)
def test_a_megabyte_takes_about_ten_times_as_long_as_a_tenth_of_one(unit: str) -> None:
    small, large = (seconds(work, text_of(unit, size, 60)) for size in (100_000, 1_000_000))
    assert large < 20 * small


@pytest.mark.slow
@pytest.mark.parametrize("kind", UNITS)
def test_ten_megabytes_of_all_of_a_kind_take_about_a_hundred_times_as_long_as_a_tenth_of_one(kind: str) -> None:
    unit = "".join(UNITS[kind]).replace("%013d", "").replace("%08d", "").replace("%03d", "").replace("%d", "")
    small, large, larger = (seconds(work, text_of(unit, size, 60)) for size in (100_000, 1_000_000, 10_000_000))
    assert large < 20 * small
    assert larger < 20 * large
