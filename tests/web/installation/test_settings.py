"""Settings from the environment: which are used, and what is said about those that can't be."""

import pytest

from archive.errors import BadSettings
from web.installation.settings import Settings


def test_numbers_are_read_and_have_defaults() -> None:
    assert Settings.from_environment({}).cache_mb == 96
    assert Settings.from_environment({"GONGKAI_CACHE_MB": "64"}).cache_mb == 64
    assert Settings.from_environment({"GONGKAI_OCR_SECONDS": "0"}).ocr_seconds == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [("GONGKAI_CACHE_MB", "0"), ("GONGKAI_CACHE_MB", "很多"), ("GONGKAI_GAPS_K", "1"), ("GONGKAI_OCR_SECONDS", "60")],
)
def test_a_number_that_cannot_be_used_is_named(name: str, text: str) -> None:
    with pytest.raises(BadSettings, match=f"{name} 为“{text}”"):
        Settings.from_environment({name: text})
