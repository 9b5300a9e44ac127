"""Snippets: the passages of a document that answer a query, with the searched words marked.

Marks are found in the original text itself, by a pattern that allows for what normalising folds (width, case,
traditional characters, spaces between Han). Their offsets are therefore the original's and need no mapping back.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from archive.chinese.simplified import traditional_of
from indexer.analyzer import Analyzer
from indexer.query import Query, keys, runs

WIDTH = 110
PASSAGES = 2
_LOOKED_AT = 2000
_FOLDED = {
    **{chr(code): chr(code - 0x21 + 0xFF01) for code in range(0x21, 0x7F)},
    '"': "“”＂「」『』",
    "'": "‘’＇",
    "-": "－—–―‐",
    "〔": "﹝[［【(（",
    "〕": "﹞]］】)）",
}
_ENDS = "。！？；\n"
_TABS = re.compile("\t+")


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of original text, marked or not."""

    text: str
    marked: bool


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of one of several texts: ``part`` is the index of the text, ``start`` the piece's offset in it."""

    part: int
    start: int
    fragments: Sequence[Fragment]


@dataclass(frozen=True, slots=True)
class _Window:
    """A stretch of text that may be shown with its marks. ``worth`` says how much of the query it shows."""

    part: int
    start: int
    end: int
    worth: float


class Marker:
    """Finds the searched words of one query in original text."""

    def __init__(self, query: Query, analyzer: Analyzer) -> None:
        wanted = list(runs(query))
        words = [word for run in wanted for word in analyzer.query(run).words]
        # Words of one character are noise beside longer ones.
        long = [word for word in words if len(word) > 1]
        terms = sorted({*wanted, *keys(query), *(long or words)}, key=lambda term: (-len(term), term))
        self._pattern = re.compile("|".join(map(_loosely, terms)), re.IGNORECASE) if terms else None
        # The worth of a window that shows everything as typed.
        self._enough = sum(_worth(run) for run in wanted)

    def fragments(self, text: str) -> list[Fragment]:
        """Return the whole of a short text, marked."""
        marks = self._marks(text)
        if not marks and text and "\t" not in text:
            # So are most cells of tables, of which there may be thousands.
            return [Fragment(text, False)]
        return _cut(text, 0, len(text), marks)

    def passages(self, *texts: str) -> list[Passage]:
        """Return the best passages of some texts in text order, or none if nothing is found.

        Of passages that show as much, those of an earlier text win. Once one shows everything, later texts aren't read.
        """
        marks: list[list[tuple[int, int]]] = []
        windows: list[_Window] = []
        for part, text in enumerate(texts):
            marks.append(self._marks(text))
            windows += self._windows(part, text, marks[-1])
            if any(window.worth >= self._enough for window in windows):
                break
        chosen: list[_Window] = []
        for window in sorted(windows, key=lambda each: -each.worth):
            start = _from_sentence(texts[window.part], window.start, window.end, marks[window.part])
            if all(window.part != other.part or window.end <= other.start or start >= other.end for other in chosen):
                chosen.append(replace(window, start=start))
            if len(chosen) == PASSAGES:
                break
        chosen.sort(key=lambda each: (each.part, each.start))
        return [
            Passage(each.part, each.start, _cut(texts[each.part], each.start, each.end, marks[each.part]))
            for each in chosen
        ]

    def _marks(self, text: str) -> list[tuple[int, int]]:
        """Return the start and end of each mark, merging those that touch."""
        marks: list[tuple[int, int]] = []
        if self._pattern is None:
            return marks
        for match in self._pattern.finditer(text):
            if marks and match.start() == marks[-1][1]:
                marks[-1] = (marks[-1][0], match.end())
            else:
                marks.append(match.span())
            if len(marks) >= _LOOKED_AT:
                break
        return marks

    def _windows(self, part: int, text: str, marks: Sequence[tuple[int, int]]) -> Iterable[_Window]:
        """Yield a window that starts at each mark and stays within its paragraph."""
        ends = [end for _, end in marks]
        said = [text[begin:end].casefold() for begin, end in marks]
        worth = {each: _worth(each) for each in said}
        for at, (start, first_end) in enumerate(marks):
            stop = text.find("\n", start)
            limit = min(len(text) if stop < 0 else stop, max(start + WIDTH, first_end))
            after = bisect_right(ends, limit, at)
            if after < len(marks) and start < marks[after][0] < limit:
                # Do not end inside a mark.
                limit = marks[after][0]
            yield _Window(part, start, limit, sum(map(worth.__getitem__, dict.fromkeys(said[at:after]))))


def _worth(said: str) -> float:
    """Score a marked run: one long run is worth more than several short ones of the same total length."""
    return float(len(said) ** 1.5)


def opening(text: str) -> list[Fragment]:
    """Return the beginning of a text, for searches without words to mark."""
    end = min(len(text), WIDTH)
    piece = text[:end].replace("\n", " ")
    piece = _TABS.sub(" ", piece)
    return [Fragment(piece + ("…" if end < len(text) else ""), False)] if piece else []


def _loosely(term: str) -> str:
    """Return a pattern for the original spellings that normalise to ``term``."""
    pieces = [
        f"[{re.escape(character + _FOLDED.get(character, '') + traditional_of().get(character, ''))}]"
        for character in term
    ]
    # Allow blanks and invisible characters that normalising removes, but never a line break.
    return r"[ \t\u3000\u00a0\u2002-\u200d\ufeff\u00ad]{0,4}".join(pieces)


def _from_sentence(text: str, start: int, limit: int, marks: Sequence[tuple[int, int]]) -> int:
    """Return where the sentence of a window begins, as far as the window has room for it."""
    room = max(0, WIDTH - (limit - start)) + WIDTH // 3
    earliest = max(0, start - room)
    begin = max(text.rfind(end, earliest, start) for end in _ENDS) + 1
    begin = begin or earliest
    before = bisect_right(marks, (begin, 0)) - 1
    return marks[before][1] if before >= 0 and marks[before][1] > begin > marks[before][0] else begin


def _cut(text: str, start: int, end: int, marks: Sequence[tuple[int, int]]) -> list[Fragment]:
    fragments: list[Fragment] = []
    at = start
    for begin, stop in marks:
        if begin < start or stop > end:
            continue
        if at < begin:
            fragments.append(Fragment(text[at:begin], False))
        fragments.append(Fragment(text[begin:stop], True))
        at = stop
    if at < end:
        fragments.append(Fragment(text[at:end], False))
    if fragments and start > 0 and text[start - 1] not in _ENDS:
        fragments.insert(0, Fragment("…", False))
    if fragments and end < len(text) and text[end] != "\n":
        fragments.append(Fragment("…", False))
    if "\t" not in text:
        # Most texts are cells of tables or paragraphs, and there may be thousands.
        return fragments
    return [Fragment(_TABS.sub(" ", fragment.text), fragment.marked) for fragment in fragments]
