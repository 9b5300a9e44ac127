"""Letters in the layouts and formats that offices use: each with its own issuer and day, whatever else it names."""

from pathlib import Path

import pytest

from archive.describe.metadata import describe
from archive.document import Disclosure
from archive.extract import extract_plain
from archive.extract.mediatype import media_type
from tests.archive.describe.letters import FORMATS, PARTS, Letter, letters, write
from tests.metadata import letters as measured

ONE_OF_EACH = letters(PARTS["known"][0])[:5]


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("letter", ONE_OF_EACH, ids=[each.layout for each in ONE_OF_EACH])
def test_a_letter_has_its_own_issuer_and_day_in_every_layout_and_format(
    letter: Letter, kind: str, tmp_path: Path
) -> None:
    path = write(letter, kind, tmp_path / "a")
    metadata = describe(extract_plain(path, media_type(path, path.name)), {}, f"x.{kind}")
    assert (metadata.issuer, metadata.written_on) == (letter.issuer, letter.written_on)
    marked = any("公开" in text for _, text in letter.lines)
    assert metadata.disclosure is (Disclosure.ACTIVE if marked else None)


@pytest.mark.slow
def test_issuers_and_days_of_letters_are_read_as_often_as_was_promised() -> None:
    for measure in measured():
        assert measure.known >= 60, measure.name
        assert measure.share >= 0.98, (measure.name, measure.misses)
