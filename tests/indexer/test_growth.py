"""Indexing and showing a text takes time that grows with its length and no faster, whatever it is made of."""

from pathlib import Path

import pytest

from archive.extract.text.assemble import Lines
from indexer import duplicates, reading
from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.engines.whoosh.segment_reader import Storage
from indexer.engines.whoosh.segment_writer import SegmentWriter
from indexer.fields import entry
from indexer.snippets import Marker
from tests.conftest import make_document
from tests.growth import EACH, grows, text_of

pytestmark = [pytest.mark.slow, pytest.mark.alike]


@pytest.mark.parametrize("unit", EACH, ids=ascii)
def test_eight_times_the_text_takes_about_eight_times_as_long(unit: str, analyzer: Analyzer, tmp_path: Path) -> None:
    def work(text: str) -> None:
        lines = Lines()
        lines.add(text)
        # One character beyond U+FFFF: offsets in UTF-16 are then others than in the text.
        document = make_document("a", "关于政务公开的通知", "\n".join(["𠀀", *lines.found]))
        found = entry(document, analyzer)
        writer = SegmentWriter(Storage(str(tmp_path)))
        writer.add(found)
        writer.finish()
        marker = Marker(parse(f"{text[:2]} {text[5:9]} 公开"), analyzer)
        marker.passages(document.metadata.title, document.text)
        reading.best_passage("", found.text, {"公开": 1.0, "20": 1.0, found.text[-3:]: 1.0})
        duplicates.sketch(document.text)

    work(text_of(unit, 1000))
    assert grows(work, text_of(unit, 10_000), text_of(unit, 80_000), most=16)
