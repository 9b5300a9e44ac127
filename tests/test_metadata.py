"""Metadata of real documents, which must be read right as often as was promised."""

from pathlib import Path

import pytest

from tests.conftest import Some
from tests.metadata import measures

REAL = Path(__file__).parent.parent.parent / "shared" / "real"
PROMISED = {
    "document numbers": 0.99,
    "pages: title": 0.99,
    "statutes: title": 0.99,
    "regulations": 0.98,
}


@pytest.mark.slow
@pytest.mark.skipif(not REAL.is_dir(), reason="the real documents are not on this machine")
def test_metadata_of_real_documents(some: Some, pytestconfig: pytest.Config) -> None:
    for measure in measures(REAL, some):
        assert measure.known >= (30 if pytestconfig.option.thorough else 20), measure.name
        promised = PROMISED.get(measure.name, PROMISED.get(measure.name.partition(",")[0], 0.95))
        assert measure.share >= promised, (measure.name, measure.misses[:20])
