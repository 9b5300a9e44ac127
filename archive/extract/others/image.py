"""Reading pictures: what was recognised in them before, or what tesseract reads, if it is installed.

Otherwise a warning says that they have no text.

The Debian packages are ``tesseract-ocr`` and ``tesseract-ocr-chi-sim``. Recognised words are assembled like a PDF page.
"""

import csv
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from pathlib import Path
from statistics import mean, median

from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.pdf.page import Glyph, PageContent
from archive.extract.pdf.reader import Pages
from archive.extract.pdf.recognised import content, is_text
from archive.extract.pictures import raster
from archive.extract.pictures.page import MOST_PAGES
from archive.extract.recognition.page import Kept, RecognisedPage
from archive.extract.text.assemble import SCANNED, assemble

_LANGUAGE = "chi_sim"
_WORD = "5"
# Least mean confidence, of 100. A photograph without text stays below it; a clean scan reaches 85 and more.
_SURE = 55.0
# A line with a height in this range of the usual one has the usual type size: height depends on a line's characters.
_SMALLEST, _LARGEST = 0.7, 1.35


@dataclass(frozen=True, slots=True)
class _Word:
    """A word with its box, in pixels from the upper left corner."""

    page: int
    line: tuple[int, ...]
    left: float
    top: float
    width: float
    height: float
    confidence: float
    text: str


def extract(path: Path, seconds: float = 0.0, kept: Kept | None = None) -> Extraction:
    """Extract the text that is ``kept``, or else what tesseract reads within ``seconds`` (0 turns it off).

    A warning says whether there is any, and that a machine recognised it.
    """
    kept = kept or Kept()
    if any(map(is_text, kept.pages.values())):
        return _Recognised(_kept(kept)).extraction()
    words = list(_words(_recognise(path, seconds))) if seconds > 0 else []
    if not words or mean(word.confidence for word in words) < _SURE:
        failed = [f"第 {page} 页没有识别出文字：{why}" for page, why in kept.failed.items()]
        nothing = assemble(None, (), warnings=[*failed, f"图片或{SCANNED}。"])
        return replace(nothing, unread=tuple(sheets(path)))
    pages = groupby(words, key=lambda word: word.page)
    return _Recognised((number, _page(list(found))) for number, found in pages).extraction()


def sheets(path: Path) -> range:
    """Return the numbers of a picture's pages; only the first if that can't be told."""
    try:
        return range(1, len(raster.sizes(path, MOST_PAGES)[0]) + 1)
    except ExtractionFailed:
        return range(1, 2)


def _kept(kept: Kept) -> Iterator[tuple[int, PageContent | None]]:
    for number in kept.wanted or sorted(kept.pages):
        page: RecognisedPage | None = kept.pages.get(number)
        yield number, content(page) if page and is_text(page) else None


class _Recognised(Pages):
    """Pages that were recognised; None for one that was not."""

    def __init__(self, pages: Iterable[tuple[int, PageContent | None]]) -> None:
        super().__init__()
        self._found = pages

    def _contents(self) -> Iterator[PageContent]:
        for number, page in self._found:
            self._pages = number
            if page:
                self._machine.append(number)
            else:
                self._unread.append(number)
                self._scanned.append(number)
            yield page or PageContent(0, 0)

    def _told_of_recognised(self) -> str:
        return "文字由机器从图片中识别（OCR），可能有错漏，请对照原件核对。"


def _page(words: Sequence[_Word]) -> PageContent:
    lines = [list(line) for _, line in groupby(words, key=lambda word: word.line)]
    heights = [median(word.height for word in line) for line in lines]
    usual = median(height for height, line in zip(heights, lines, strict=True) for _ in line)
    bottom = max(word.top + word.height for word in words)
    content = PageContent(max(word.left + word.width for word in words), bottom)
    for height, line in zip(heights, lines, strict=True):
        size = usual if _SMALLEST * usual < height < _LARGEST * usual else height
        # All words of a line are centered on one height, however tall their characters are.
        middle = bottom - median(word.top + word.height / 2 for word in line)
        for word in line:
            box = (word.left, middle - size / 2, word.left + word.width, middle + size / 2)
            content.glyphs.append(Glyph(word.text, *box, max(size, 1)))
    return content


def _recognise(path: Path, seconds: float) -> str:
    """Return tesseract's output, a table with a row for each word; "" if it fails or takes too long."""
    program = shutil.which("tesseract")
    if program is None:
        return ""
    try:
        done = subprocess.run(  # noqa: S603 - a program of the system's, and a path that begins with a slash
            [program, str(path.absolute()), "-", "-l", _LANGUAGE, "tsv"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=seconds,
            env={"OMP_THREAD_LIMIT": "1", "LC_ALL": "C.UTF-8"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def _words(table: str) -> Iterator[_Word]:
    for entry in csv.DictReader(table.split("\n"), delimiter="\t", quoting=csv.QUOTE_NONE):
        if entry["level"] == _WORD and (entry["text"] or "").strip():
            page, *line = (int(entry[f"{kind}_num"]) for kind in ("page", "block", "par", "line"))
            left, top, width, height = (float(entry[name]) for name in ("left", "top", "width", "height"))
            yield _Word(page, tuple(line), left, top, width, height, float(entry["conf"]), entry["text"])
