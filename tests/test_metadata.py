"""Metadata of real documents, which must be read right as often as was promised."""

from pathlib import Path

import pytest

from tests.metadata import measures

REAL = Path(__file__).parent.parent.parent / "shared" / "real"
PROMISED = {"document numbers": 0.99, "pages: title": 0.99, "statutes: title": 0.99}


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the real documents are not on this machine")
def test_metadata_of_real_documents() -> None:
    for measure in measures(REAL):
        assert measure.known >= 30, measure.name
        assert measure.share >= PROMISED.get(measure.name, 0.95), (measure.name, measure.misses[:20])
