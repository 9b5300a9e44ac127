"""Files made by others: office documents, PDFs and web pages, including broken and hostile ones."""

import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from archive.errors import FileRefused
from archive.extract import Extraction, Sandbox, media_type
from tests.archive.extract.makers import REAL
from tests.conftest import Some

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not REAL.exists(), reason="the shared real material is not here")]
SUFFIXES = {".docx", ".doc", ".pdf", ".html", ".txt", ".md"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=2) as opened:
        yield opened


def files(folder: str, pattern: str = "*") -> list[Path]:
    return sorted(path for path in (REAL / folder).glob(pattern) if path.suffix in SUFFIXES)


def outcome(sandbox: Sandbox, path: Path) -> Extraction | str:
    try:
        return sandbox.extract(path, media_type(path, path.name))
    except FileRefused as refused:
        return refused.reason


def test_a_law_reads_the_same_from_word_and_from_pdf(sandbox: Sandbox, some: Some) -> None:
    def compare(path: Path) -> tuple[float, str]:
        word, page = (outcome(sandbox, each) for each in (path, path.with_suffix(".pdf")))
        assert isinstance(word, Extraction) and isinstance(page, Extraction), path.name
        assert word.title == page.title, path.name
        first, second = (_pairs(each) for each in (word, page))
        return 2 * sum((first & second).values()) / (first.total() + second.total()), path.name

    # The longest file takes as long as all the others.
    paths = some([path for path in files("pairs", "*.docx") if path.stat().st_size < 200_000])
    with ThreadPoolExecutor(2) as pool:
        worst = min(pool.map(compare, paths))
    assert worst[0] >= 0.995, worst


def _pairs(extraction: Extraction) -> Counter[str]:
    """Count pairs of neighbouring characters without blanks, to compare texts and their order."""
    text = re.sub(r"\s", "", (extraction.title or "") + "".join(extraction.paragraphs))
    return Counter(text[index : index + 2] for index in range(len(text) - 1))


def test_a_sample_of_laws_has_titles_and_articles_and_no_false_alarm(sandbox: Sandbox, some: Some) -> None:
    paths = some(sorted((REAL / "laws").rglob("*.md"))[::8])
    with ThreadPoolExecutor(2) as pool:
        for path, each in zip(paths, pool.map(lambda path: outcome(sandbox, path), paths), strict=True):
            assert isinstance(each, Extraction), path.name
            assert each.title and each.paragraphs and each.page_date == "", path.name
            assert not any(mark in line for line in each.paragraphs for mark in ("<!--", "**", "## ")), path.name
            if "环境保护税法" not in path.name:
                assert each.warnings == (), path.name


def test_regulations_of_cities_give_their_text_and_title_whatever_their_files_are_called(
    sandbox: Sandbox, some: Some
) -> None:
    paths = some(files("regulation-files", "*.doc*"))
    with ThreadPoolExecutor(2) as pool:
        found = list(zip(paths, pool.map(lambda path: outcome(sandbox, path), paths), strict=True))
    wrong = [
        path.name
        for path, each in found
        if isinstance(each, str)
        or sum(map(len, each.paragraphs)) < 2000
        # The decision of a standing committee has the title of the regulation that it passes.
        or path.stem.split("_", 1)[1] not in re.findall("《(.+?)》", each.title or "") + [each.title]
    ]
    assert wrong == []
    assert sum(bool(each.warnings) for _, each in found if isinstance(each, Extraction)) <= 0.05 * len(found)
