"""Suggestions while typing: titles, numbers, agencies and words of public documents, by how they begin, by what stands
in them, by their pinyin and by its initials. What other people searched for is never among them.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from archive.text import normalise
from indexer.engine import Vocabulary
from indexer.fields import number_pattern
from indexer.pinyin import readings

LIMIT = 10
# How often letters are looked for again where they begin inside a syllable: a or e stands in most of them.
_STEPS = 3000
_LATIN = re.compile(r"[a-z][a-z' ]*")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A text to search for. ``id`` is the document that it is the title or number of, None for other words."""

    text: str
    id: str | None = None


class Suggester:
    """Over what the documents of one index are called, and words that stand in them."""

    def __init__(self, vocabulary: Vocabulary, words: Iterable[str] = ()) -> None:
        named = [Suggestion(text) for text in (*vocabulary.issuers, *words)]
        named += [Suggestion(text, id) for id, text in (*vocabulary.titles, *vocabulary.numbers)]
        # Shorter ones first: what is found first is what is offered.
        named.sort(key=lambda each: (len(each.text), each.text, each.id or ""))
        self._named = named
        self._forms = [normalise(each.text) for each in named]
        self._texts = _Rows(self._forms)
        numbers = frozenset(vocabulary.numbers)
        self._numbered = [row for row, each in enumerate(named) if (each.id, each.text) in numbers]
        self._numbers = _Rows([self._forms[row] for row in self._numbered])

    def suggest(self, typed: str, limit: int = LIMIT, hidden: frozenset[str] = frozenset()) -> list[Suggestion]:
        """Up to ``limit`` suggestions: those that begin with what was typed, then those that contain it.

        Letters are looked for as they stand, then as pinyin, then as initials. What belongs only to documents with
        ``hidden`` ids is left out.
        """
        text = normalise(typed)
        found: dict[str, Suggestion] = {}
        for row in self._rows(text) if text else ():
            each = self._named[row]
            if each.id not in hidden and self._forms[row] != text:
                found.setdefault(each.text, each)
            if len(found) == limit:
                break
        return list(found.values())

    def _rows(self, text: str) -> Iterator[int]:
        yield from self._texts.beginning(text)
        yield from self._texts.containing(text)
        # 云政发2019 is not in 云政发〔2019〕6号, and its pieces are.
        if any(map(str.isdecimal, text)) and (pattern := number_pattern(text)):
            yield from (self._numbered[row] for row in self._numbers.matching(pattern))
        if _LATIN.fullmatch(text):
            letters = text.replace(" ", "").replace("'", "")
            for rows in (self._pinyin, self._initials):
                yield from rows.beginning(letters)
                yield from rows.containing(letters)

    @cached_property
    def _pinyin(self) -> "_Rows":
        return _Rows(
            ["".join(map(_syllable, form)) for form in self._forms],
            ([len(_syllable(character)) for character in form] for form in self._forms),
        )

    @cached_property
    def _initials(self) -> "_Rows":
        return _Rows(["".join(_syllable(character)[0] for character in form) for form in self._forms])

    def prepare(self) -> None:
        """Do now what the first letters typed would wait for."""
        _ = self._pinyin, self._initials


def _syllable(character: str) -> str:
    found = readings(character)
    return found[0] if found else character


class _Rows:
    """Short texts in one, searched at the speed of a search in one text."""

    def __init__(self, texts: list[str], pieces: Iterable[list[int]] | None = None) -> None:
        """``pieces`` are the lengths of what a text is made of, where it may not be found beginning inside one."""
        self._all = "\n" + "\n".join(texts) + "\n"
        self._starts = np.cumsum([1, *(len(text) + 1 for text in texts)])
        self._begins: bytearray | None = None
        if pieces is not None:
            self._begins = bytearray(len(self._all))
            for start, lengths in zip(self._starts.tolist(), pieces, strict=False):
                at = start
                for length in lengths:
                    self._begins[at] = 1
                    at += length

    def beginning(self, text: str) -> Iterator[int]:
        at = self._all.find("\n" + text)
        while at >= 0:
            yield self._row(at + 1)
            at = self._all.find("\n" + text, at + 1)

    def containing(self, text: str) -> Iterator[int]:
        at = self._all.find(text)
        for _ in range(_STEPS):
            if at < 0:
                return
            row = self._row(at)
            if self._begins is None or self._begins[at]:
                yield row
                # Once in a row is enough.
                at = int(self._starts[row + 1]) - 1
            at = self._all.find(text, at + 1)

    def matching(self, pattern: re.Pattern[str]) -> Iterator[int]:
        """The texts that a pattern which does not cross lines is found in, from their beginning on."""
        yield from (self._row(match.start()) for match in pattern.finditer(self._all))

    def _row(self, at: int) -> int:
        return int(np.searchsorted(self._starts, at, side="right")) - 1
