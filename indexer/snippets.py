"""Snippets: the passages of a document that answer a query, with the searched words marked.

Marks are found in the original text itself, by a pattern that allows for what normalising folds (width, case,
traditional characters, spaces between Han). Their offsets are therefore the original's and need no mapping back.

A part of another number is not marked, and a word of the query or a synonym not within another word: 12 not in 2012,
房产证 not in 房产证明. What is in quotation marks is marked wherever it stands, and so are words typed by themselves.
"""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import accumulate
from string import ascii_letters, digits

from archive.chinese.numerals import COUNTED
from archive.chinese.simplified import traditional_of
from archive.chinese.text import is_han, normalise
from indexer.analyzer import Analyzer
from indexer.figures import AFTER, BEFORE, is_whole, spans
from indexer.query import Phrase, Query, Text, Within, keys, leaves, respelt, runs
from indexer.relevance import is_code

WIDTH = 110
PASSAGES = 2
_LOOKED_AT = 2000
# How much of the text around a word decides whether it is one.
_AROUND = 4
_FOLDED = {
    **{chr(code): chr(code - 0x21 + 0xFF01) for code in range(0x21, 0x7F)},
    "2": "２²",
    "3": "３³",
    '"': "“”＂「」『』",
    "'": "‘’＇",
    "-": "－—–―‐",
    "〔": "﹝[［【(（",
    "〕": "﹞]］】)）",
}
# Units that are also written as one character.
_AS_ONE = {"°c": "℃", "m2": "㎡", "m3": "㎥", "km": "㎞", "kg": "㎏", "mg": "㎎", "mm": "㎜", "cm": "㎝"}
_PIECES = re.compile(f"{'|'.join(_AS_ONE)}|.", re.DOTALL)
_BLANKS = r"[ \t\u3000\u00a0\u2002-\u200d\ufeff\u00ad]{0,4}"
_ENDS = "。！？；\n"
_TABS = re.compile("\t+")
# What may make a number beside it a part of another one, in each width.
_ASCII = frozenset(f"{ascii_letters}{digits}.,:%°")
_PARTS_OF_NUMBERS = _ASCII | {_FOLDED.get(each, each) for each in _ASCII} | {*COUNTED, *"点∶·‰℃"}


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
        # Of synonyms and of what is in quotation marks, nothing less than the whole was wanted.
        typed = [leaf.text for leaf in leaves(query) if isinstance(leaf, Text | Within) and leaf.text in wanted]
        words = [word for run in typed for word in _words(run, analyzer)]
        # Words of one character are noise beside longer ones.
        long = [word for word in words if len(word) > 1]
        terms = sorted({*wanted, *keys(query), *(long or words)}, key=lambda term: (-len(term), term))
        self._pattern = re.compile("|".join(map(_loosely, terms)), re.IGNORECASE) if terms else None
        asked = [leaf for leaf in leaves(query) if isinstance(leaf, Text | Phrase | Within) and _weight(leaf) == 1]
        # These are marked wherever they stand, those also within words.
        self._exactly = {leaf.text for leaf in asked if isinstance(leaf, Phrase)}
        self._asked = {*keys(query), *(leaf.text for leaf in asked)}
        # A run of digits may have been found within another.
        self._codes = {run for run in wanted if is_code(run)}
        # Most matches need no second look.
        self._sure = {*self._exactly, *(term for term in terms if self._needs_no_look(term))}
        self._analyzer = analyzer
        self._cut = lru_cache(None)(self._is_cut)
        # The worth of a window that shows everything as typed. Of the spellings of a figure it shows one.
        spelt = {each.text for each in respelt(query)}
        self._enough = sum(_worth(run) for run in wanted if run not in spelt)

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
        Where nothing else is found, what is within other words and numbers shows why a document was found.
        """
        return self._passages(texts, inside=False) or self._passages(texts, inside=True)

    def _passages(self, texts: Sequence[str], inside: bool) -> list[Passage]:
        marks: list[list[tuple[int, int]]] = []
        windows: list[_Window] = []
        for part, text in enumerate(texts):
            marks.append(self._marks(text, inside))
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

    def _marks(self, text: str, inside: bool = False) -> list[tuple[int, int]]:
        """Return the start and end of each mark, merging those that touch; with those within other words if asked."""
        marks: list[tuple[int, int]] = []
        if self._pattern is None:
            return marks
        at = 0
        while len(marks) < _LOOKED_AT and (match := self._pattern.search(text, at)):
            start, at = match.span()
            if not self._meant(text, start, at, inside):
                # Another term may begin within.
                at = start + 1
            elif marks and start == marks[-1][1]:
                marks[-1] = (marks[-1][0], at)
            else:
                marks.append((start, at))
        return marks

    def _meant(self, text: str, start: int, end: int, inside: bool) -> bool:
        """Tell whether a match is what was searched for, and not a part of another number or word."""
        if text[start:end] in self._sure:
            return True
        term = _form(text[start:end])
        if term in self._sure or inside and term in self._codes:
            return True
        beside = text[max(0, start - 1) : start] + text[end : end + 1]
        if not _is_plain(term) and not _PARTS_OF_NUMBERS.isdisjoint(beside):
            before, after = _form(text[max(0, start - BEFORE) : start]), _form(text[end : end + AFTER])
            if not is_whole(before, term, after):
                return False
        if inside or term in self._asked or not is_han(term[0]) or not is_han(term[-1]):
            return True
        return self._cut(text[max(0, start - _AROUND) : start], text[start:end], text[end : end + _AROUND])

    def _needs_no_look(self, term: str) -> bool:
        return _is_plain(term) and (term in self._asked or len(term) == 1)

    def _is_cut(self, before: str, term: str, after: str) -> bool:
        """Tell whether a term begins and ends where words do, cutting the text around it only if it is in doubt."""
        for said, at in ((before + term, len(before)), (term + after, len(term))):
            near = [said[of : of + size] for size in (2, 3, 4) for of in range(max(0, at - size + 1), at)]
            if any(map(self._analyzer.is_word, near)):
                break
        else:
            return True
        cuts = {0, *accumulate(map(len, self._analyzer.pieces(before + term + after)))}
        return {len(before), len(before) + len(term)} <= cuts

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


def _words(run: str, analyzer: Analyzer) -> Iterator[str]:
    """Yield the words of a run, each of its figures whole."""
    apart, at = "", 0
    for start, end in spans(run):
        yield run[start:end]
        apart, at = f"{apart}{run[at:start]} ", end
    yield from analyzer.query(apart + run[at:]).words


def _is_plain(term: str) -> bool:
    """Return whether a term can't be a part of a number or code."""
    return all(is_han(end) and end not in COUNTED for end in (term[0], term[-1]))


def _weight(leaf: Text | Phrase | Within) -> float:
    return 1.0 if isinstance(leaf, Within) else leaf.weight


@lru_cache(10_000)
def _form(text: str) -> str:
    """Return the search form of a piece of text, with the blanks around it; a line break is one."""
    return normalise(f"x{text}x")[1:-1]


def opening(text: str) -> list[Fragment]:
    """Return the beginning of a text, for searches without words to mark."""
    end = min(len(text), WIDTH)
    piece = text[:end].replace("\n", " ")
    piece = _TABS.sub(" ", piece)
    return [Fragment(piece + ("…" if end < len(text) else ""), False)] if piece else []


def _loosely(term: str) -> str:
    """Return a pattern for the original spellings that normalise to ``term``."""
    spelt = [
        f"(?:{_BLANKS.join(map(_of_one, piece))}|{_AS_ONE[piece]})" if piece in _AS_ONE else _of_one(piece)
        for piece in _PIECES.findall(term)
    ]
    # Allow blanks and invisible characters that normalising removes, but never a line break.
    return _BLANKS.join(spelt)


def _of_one(character: str) -> str:
    return f"[{re.escape(character + _FOLDED.get(character, '') + traditional_of().get(character, ''))}]"


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
