"""Reading pictures with tesseract if it is installed; otherwise a warning says that they have no text.

The Debian packages are ``tesseract-ocr`` and ``tesseract-ocr-chi-sim``. Recognised words are assembled like a PDF page.
"""

import csv
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from statistics import mean, median

from archive.extract.extraction import Extraction
from archive.extract.pdf.page import Glyph, PageContent
from archive.extract.pdf.reader import Pages
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


def extract(path: Path, seconds: float = 0.0) -> Extraction:
    """Extract the text that tesseract reads within ``seconds`` (0 turns it off); a warning says whether it did."""
    words = list(_words(_recognise(path, seconds))) if seconds > 0 else []
    if not words or mean(word.confidence for word in words) < _SURE:
        return assemble(None, (), warnings=[f"图片或{SCANNED}。"])
    return _Recognised(words).extraction()


class _Recognised(Pages):
    def __init__(self, words: Sequence[_Word]) -> None:
        super().__init__()
        self._words = words

    def _contents(self) -> Iterator[PageContent]:
        for _, words in groupby(self._words, key=lambda word: word.page):
            self._pages += 1
            yield self._noted(_page(list(words)))

    def _warnings(self, any_text: bool) -> list[str]:
        return [*super()._warnings(any_text), "文字由机器从图片中识别（OCR），可能有错漏，请对照原件核对。"]


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
