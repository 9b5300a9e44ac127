"""The passages of a document that answer a query, with what was searched for marked.

Marks are found in the original text itself, by a pattern that allows what normalising folds (width, case, traditional
characters, spaces between Han), so that their places are the original's and need no mapping back.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.simplified import traditional_of
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


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of original text, marked or not."""

    text: str
    marked: bool


class Marker:
    """Finds in original text what one query searches for."""

    def __init__(self, query: Query, analyzer: Analyzer) -> None:
        wanted = list(runs(query))
        words = [word for run in wanted for word in analyzer.query(run).words]
        # A word of one character is noise beside longer ones.
        long = [word for word in words if len(word) > 1]
        terms = sorted({*wanted, *keys(query), *(long or words)}, key=lambda term: (-len(term), term))
        self._pattern = re.compile("|".join(map(_loosely, terms)), re.IGNORECASE) if terms else None

    def fragments(self, text: str) -> list[Fragment]:
        """The whole of a short text."""
        return _cut(text, 0, len(text), self._marks(text))

    def passages(self, text: str) -> list[list[Fragment]]:
        """The best passages of a text, in its order; none where nothing is found."""
        marks = self._marks(text)
        chosen: list[tuple[int, int]] = []
        for first, end, _ in sorted(self._windows(text, marks), key=lambda window: -window[2]):
            start = _from_sentence(text, first, end, marks)
            if all(end <= other[0] or start >= other[1] for other in chosen):
                chosen.append((start, end))
            if len(chosen) == PASSAGES:
                break
        return [_cut(text, start, end, marks) for start, end in sorted(chosen)]

    def _marks(self, text: str) -> list[tuple[int, int]]:
        """Where marks begin and end, touching ones as one."""
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

    def _windows(self, text: str, marks: Sequence[tuple[int, int]]) -> Iterable[tuple[int, int, float]]:
        """A window from each mark on, within its paragraph, with how much of the query it shows."""
        ends = [end for _, end in marks]
        said = [text[begin:end].casefold() for begin, end in marks]
        # Long runs say more than several short ones of the same length together.
        worth = {each: (end - begin) ** 1.5 for each, (begin, end) in zip(said, marks, strict=True)}
        for at, (start, first_end) in enumerate(marks):
            stop = text.find("\n", start)
            limit = min(len(text) if stop < 0 else stop, max(start + WIDTH, first_end))
            after = bisect_right(ends, limit, at)
            if after < len(marks) and start < marks[after][0] < limit:
                # Not within a mark.
                limit = marks[after][0]
            yield start, limit, sum(map(worth.__getitem__, dict.fromkeys(said[at:after])))


def opening(text: str) -> list[Fragment]:
    """The beginning of a text, for a document that no words were searched for in."""
    end = min(len(text), WIDTH)
    piece = text[:end].replace("\n", " ").replace("\t", " ")
    return [Fragment(piece + ("…" if end < len(text) else ""), False)] if piece else []


def _loosely(term: str) -> str:
    """A pattern for the original spellings that normalise to ``term``."""
    pieces = [
        f"[{re.escape(character + _FOLDED.get(character, '') + traditional_of().get(character, ''))}]"
        for character in term
    ]
    # Blanks and invisible characters that normalising takes out, never a line break.
    return r"[ \t\u3000\u00a0\u2002-\u200d\ufeff\u00ad]{0,4}".join(pieces)


def _from_sentence(text: str, start: int, limit: int, marks: Sequence[tuple[int, int]]) -> int:
    """Where the sentence of a window begins, if that leaves room for what the window shows."""
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
    return [Fragment(fragment.text.replace("\t", " "), fragment.marked) for fragment in fragments]
