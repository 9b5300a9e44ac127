"""What was recognised on a page, and the file of all that was recognised in one original.

The file has a line of JSON for each thing that is known: which pages are ``wanted``, because a reader of the original
sees text there that the file does not give; what was recognised on one; or that it ``failed``, and why. Lines are only
added, and the last one about a page counts, so work that was cut off goes on where it stopped.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# Of a page of small print in three columns there are some 12,000.
MOST_CHARACTERS = 50_000
# A picture's sides in pixels; places lie a little outside of it at most.
_LARGEST = 100_000


@dataclass(frozen=True, slots=True)
class Line:
    """A line of characters, without blanks. ``edges`` are the left and the right side of each, in pixels.

    ``top`` and ``bottom`` count down from the page's upper side. ``confidence`` goes from 0 to 1.
    """

    text: str
    edges: tuple[int, ...]
    top: int
    bottom: int
    confidence: float


@dataclass(frozen=True, slots=True)
class RecognisedPage:
    """The lines on a page, whose picture had so many pixels, and the ``model`` that recognised them."""

    width: int
    height: int
    model: str
    lines: tuple[Line, ...]

    @property
    def confidence(self) -> float:
        """The mean confidence of its characters, 0 if there are none."""
        count = sum(len(line.text) for line in self.lines)
        return sum(line.confidence * len(line.text) for line in self.lines) / count if count else 0.0

    @property
    def told(self) -> dict[str, object]:
        """The page as a value for JSON."""
        lines = [[line.text, list(line.edges), line.top, line.bottom, round(line.confidence, 3)] for line in self.lines]
        return {"width": self.width, "height": self.height, "model": self.model, "lines": lines}

    @classmethod
    def of(cls, told: Mapping[str, object]) -> "RecognisedPage":
        """Return the page that a value says, which comes out of a process that read a stranger's file.

        Raises ValueError, TypeError or KeyError.
        """
        lines, model = told["lines"], told["model"]
        if not isinstance(lines, list) or not isinstance(model, str) or not _is_line(model):
            raise ValueError("no page")
        found = tuple(_line(*each) for each in lines)
        if sum(len(line.text) for line in found) > MOST_CHARACTERS:
            raise ValueError("too much text")
        return cls(_side(told["width"]), _side(told["height"]), model, found)


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept about an original. ``wanted`` is None if nobody has looked yet which pages need recognising."""

    wanted: tuple[int, ...] | None = None
    pages: Mapping[int, RecognisedPage] = field(default_factory=dict)
    failed: Mapping[int, str] = field(default_factory=dict)

    @property
    def missing(self) -> tuple[int, ...]:
        """The wanted pages that were neither recognised nor tried in vain."""
        return tuple(page for page in self.wanted or () if page not in self.pages and page not in self.failed)


def read(path: Path | None) -> Kept:
    """Read the file of an original. A line that was cut off, or says nothing that can be, is passed over."""
    wanted: tuple[int, ...] | None = None
    pages: dict[int, RecognisedPage] = {}
    failed: dict[int, str] = {}
    try:
        lines = path.read_bytes().split(b"\n")[:-1] if path else []
    except FileNotFoundError:
        lines = []
    for line in lines:
        try:
            told = json.loads(line)
            if "wanted" in told:
                wanted = tuple(map(_number, told["wanted"]))
                continue
            page = _number(told["page"])
            if "failed" in told:
                failed[page] = str(told["failed"])
                pages.pop(page, None)
            else:
                pages[page] = RecognisedPage.of(told)
                failed.pop(page, None)
        except (ValueError, TypeError, KeyError, RecursionError):
            continue
    return Kept(wanted, pages, failed)


def _line(text: object, edges: object, top: object, bottom: object, confidence: object) -> Line:
    if not isinstance(text, str) or not isinstance(edges, list) or not isinstance(confidence, int | float):
        raise TypeError("no line")
    if not text or not _is_line(text) or len(edges) != 2 * len(text) or not math.isfinite(confidence):
        raise ValueError("no line")
    return Line(text, tuple(map(_place, edges)), _place(top), _place(bottom), float(confidence))


def _is_line(text: str) -> bool:
    # A break, half of a character or a control would be one in the text of the document.
    return len(text) <= MOST_CHARACTERS and text.isprintable()


def _place(value: object) -> int:
    if not isinstance(value, int) or not -_LARGEST <= value <= 2 * _LARGEST:
        raise ValueError("no place")
    return value


def _side(value: object) -> int:
    side = _place(value)
    if side < 1:
        raise ValueError("no side")
    return side


def _number(value: object) -> int:
    if not isinstance(value, int) or not 1 <= value <= _LARGEST:
        raise ValueError("no page")
    return value
