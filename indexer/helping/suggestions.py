"""Suggestions while typing: titles, numbers, agencies and words of public documents.

They are found by prefix, by substring, by pinyin and by its initials. Other people's searches are never suggested.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from archive.chinese.text import normalise
from indexer.engine import Vocabulary
from indexer.fields import number_pattern
from indexer.helping.pinyin import readings

LIMIT = 10
# How many hits of a text are looked at, since letters such as a and e are found inside most syllables.
_STEPS = 3000
_LATIN = re.compile(r"[a-z][a-z' ]*")
# One such character would double the memory of the text of all titles.
_RARE = re.compile("[\U00010000-\U0010ffff]")
_STAND_IN = "\ufffd"
_BATCH = 10_000


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text to search for. ``id`` is the document that has it as title or number, None for other words."""

    text: str
    id: str | None = None


class Suggester:
    """Suggests titles, numbers and issuers of the documents of one index, and words in them."""

    def __init__(self, vocabulary: Vocabulary, words: Iterable[str] = ()) -> None:
        own = [*vocabulary.issuers, *words]
        texts = [*own, *(title for _, title in vocabulary.titles), *(number for _, number in vocabulary.numbers)]
        ids = [""] * len(own) + [id for id, _ in (*vocabulary.titles, *vocabulary.numbers)]
        first_number = len(own) + len(vocabulary.titles)
        # Shorter texts first, because the first ones found are offered.
        order = sorted(range(len(texts)), key=ids.__getitem__)
        order.sort(key=texts.__getitem__)
        order.sort(key=lambda at: len(texts[at]))
        # Titles are already normalised.
        forms = [texts[at] if len(own) <= at < first_number else normalise(texts[at]) for at in order]
        self._spelt = _spelt(forms)
        forms = [_RARE.sub(_STAND_IN, form) for form in forms]
        self._forms = _Rows.of(forms)
        self._ids = _Rows.of([ids[at] for at in order])
        # Keep the original text only of rows where it differs from the searched form.
        self._written = {
            row: texts[at] for row, (at, form) in enumerate(zip(order, forms, strict=True)) if texts[at] != form
        }
        self._numbered = np.flatnonzero(np.array(order, np.int32) >= first_number).astype(np.int32)
        self._numbers = _Rows.of([forms[row] for row in self._numbered.tolist()])

    def suggest(self, typed: str, limit: int = LIMIT, hidden: frozenset[str] = frozenset()) -> list[Suggestion]:
        """Return up to ``limit`` suggestions: first those that begin with what was typed, then those that contain it.

        Letters are matched literally, then as pinyin, then as initials. What belongs only to documents with ``hidden``
        ids is left out.
        """
        text = normalise(typed)
        looked_for = _RARE.sub(_STAND_IN, text)
        found: dict[str, Suggestion] = {}
        for row in self._rows(looked_for) if text else ():
            id = self._ids[row] or None
            written = self._written.get(row) or self._forms[row]
            form = normalise(written) if row in self._written else written
            if id not in hidden and form != text and (looked_for == text or text in form):
                found.setdefault(written, Suggestion(written, id))
            if len(found) == limit:
                break
        return list(found.values())

    def _rows(self, text: str) -> Iterator[int]:
        yield from self._forms.beginning(text)
        yield from self._forms.containing(text)
        # 云政发2019 is not a substring of 云政发〔2019〕6号, but its pieces match.
        if any(map(str.isdecimal, text)) and (pattern := number_pattern(text)):
            yield from (int(self._numbered[row]) for row in self._numbers.matching(pattern))
        if _LATIN.fullmatch(text):
            letters = text.replace(" ", "").replace("'", "")
            for rows in self._spelt:
                yield from rows.beginning(letters)
                yield from rows.containing(letters)


def _syllable(character: str) -> str:
    """Return a character's spelling in ASCII: each syllable is capitalised, and anything but letters is a blank."""
    found = readings(character)
    spelt = found[0] if found else character
    return "".join(each if "a" <= each <= "z" else " " for each in spelt).capitalize()


def _spelt(texts: Sequence[str]) -> "tuple[_Rows, _Rows]":
    """Return the texts in pinyin, searchable from the start of a syllable, and in initials."""
    table = {ord(each): _syllable(each) for each in set().union(*texts)} | {ord("\n"): "\n"}
    # Work in batches: all texts at once would take several times the memory of the result.
    batches = ("\n".join(texts[at : at + _BATCH]).translate(table) for at in range(0, len(texts), _BATCH))
    spelt = "\n".join(("", *batches, ""))
    codes = np.frombuffer(spelt.encode("ascii"), np.uint8)
    begins = codes < ord("a")
    initials = codes[begins]
    pinyin = _Rows(spelt.lower(), _starts(codes), np.packbits(begins).tobytes())
    return pinyin, _Rows(initials.tobytes().decode("ascii").lower(), _starts(initials))


def _starts(codes: NDArray[np.uint8]) -> NDArray[np.int32]:
    return np.flatnonzero(codes == ord("\n")).astype(np.int32) + np.int32(1)


class _Rows:
    """Short texts joined into one, a line each, so that one string search covers them all."""

    def __init__(self, lines: str, starts: NDArray[np.int32], begins: bytes | None = None) -> None:
        """Set up the rows.

        ``starts`` is where each row begins, and where one more would. ``begins`` has a bit for each character, set
        where a match may start; None allows any place.
        """
        self._lines = lines
        self._starts = starts
        self._begins = begins

    @classmethod
    def of(cls, texts: Sequence[str]) -> "_Rows":
        lengths = np.fromiter(map(len, texts), np.int32, len(texts)) + 1
        return cls("\n".join(("", *texts, "")), np.cumsum([1, *lengths], dtype=np.int32))

    def __getitem__(self, row: int) -> str:
        return self._lines[self._starts[row] : self._starts[row + 1] - 1]

    def beginning(self, text: str) -> Iterator[int]:
        at = self._lines.find("\n" + text)
        while at >= 0:
            yield self._row(at + 1)
            at = self._lines.find("\n" + text, at + 1)

    def containing(self, text: str) -> Iterator[int]:
        at = self._lines.find(text)
        for _ in range(_STEPS):
            if at < 0:
                return
            if self._begins is None or self._begins[at >> 3] & (0x80 >> (at & 7)):
                row = self._row(at)
                yield row
                # One match in a row is enough.
                at = int(self._starts[row + 1]) - 1
            at = self._lines.find(text, at + 1)

    def matching(self, pattern: re.Pattern[str]) -> Iterator[int]:
        """Yield the rows that contain a match of a pattern. The pattern must not cross lines."""
        yield from (self._row(match.start()) for match in pattern.finditer(self._lines))

    def _row(self, at: int) -> int:
        return int(self._starts.searchsorted(at, side="right")) - 1
