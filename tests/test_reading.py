"""Reading against an independent reader, LibreOffice: on documents that mix what lists can do, and on real ones.

Web pages are read against what is known of them.
"""

from pathlib import Path

import pytest

from tests.archive.extract.listdocuments import write
from tests.archive.extract.listmix import mixed
from tests.archive.extract.makers import REAL
from tests.conftest import Some
from tests.reading import SOFFICE, made_pages, readings, real_pages

REGULATIONS = REAL / "regulation-files"
POLICIES = REAL / "policies"

needs_office = pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")


@pytest.mark.slow
@needs_office
@pytest.mark.parametrize("kind", ["docx", "doc", "rtf"])
def test_mixed_lists_have_the_numbers_that_libreoffice_shows(kind: str, tmp_path: Path, some: Some) -> None:
    """What LibreOffice does otherwise than Word is documented to do is not in the mix, but in tests of its own.

    It numbers a level above that has no item yet (MS-DOC 2.4.6.4: it has not begun), restarts levels with
    ``lvlRestart`` 0, doesn't show legal numbers, and has its own forms of most Chinese formats.
    """
    paths = [write(kind, tmp_path / f"{seed}.docx", mixed(kind, seed)) for seed in some(list(range(20)))]
    found = list(readings(paths))
    assert len(found) == len(paths)
    for each in found:
        assert each.ours == each.theirs, each.name
    assert sum(len(each.numbered) for each in found) > (40 if len(found) == 20 else len(found))


@pytest.mark.slow
@needs_office
@pytest.mark.skipif(not REGULATIONS.is_dir(), reason="the shared real material is not here")
def test_real_regulations_have_the_numbers_that_libreoffice_shows(some: Some) -> None:
    paths = some(sorted(REGULATIONS.iterdir()))
    found = list(readings(paths))
    assert len(found) > 0.97 * len(paths)
    assert sum(len(each.numbered) for each in found) > 40 * len(found)
    assert {each.name: (each.missed, each.invented) for each in found if each.missed or each.invented} == {}


def test_paragraphs_of_web_pages_are_right_as_often_as_was_promised() -> None:
    for pages in made_pages():
        assert pages.pages >= 20, pages.name
        assert pages.share >= 0.95, (pages.name, pages.differences)


@pytest.mark.slow
@pytest.mark.skipif(not POLICIES.is_dir(), reason="the shared real material is not here")
def test_paragraphs_of_real_pages_are_right() -> None:
    pages = real_pages(sorted(POLICIES.glob("*.html")))
    assert pages.known > 1_000
    assert pages.share >= 0.99, pages.differences
