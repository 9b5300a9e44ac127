"""Finds what titles say that is nearly what was typed: characters replaced by others like them, pinyin misspelt.

A word alone tells little about what was meant; the words beside it in a title tell more. Titles are one array of
characters and one string of their letters, 12 bytes a character, and a search goes through all of them.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import accumulate

import numpy as np

from indexer.helping.pinyin import readings

# So many characters and letters of a run may be wrong, by its length.
_WRONG = ((4, 1), (5, 2))
_MISSPELT = ((8, 1), (14, 2))
_LONGEST = 20
# How many places of a piece are gone through, and how many that differ are looked at.
_PLACES, _LOOKED_AT = 2000, 100
_END = "\n"


class Phrases:
    """The normalised titles of an index."""

    def __init__(self, titles: Iterable[str]) -> None:
        self._text = _END.join(dict.fromkeys(titles)) + _END
        self._codes = np.frombuffer(self._text.encode("utf-32-le"), np.uint32)
        spelt = [(readings(character) or (_END,))[0] for character in self._text]
        self._letters = "".join(spelt)
        # Where each character's letters begin.
        self._begins = array("i", accumulate(map(len, spelt), initial=0))

    def has(self, run: str) -> bool:
        """Return whether a title says this."""
        return run in self._text

    def written(self, run: str, alike: Callable[[str, str], bool]) -> list[str]:
        """Return what titles say instead of a run of characters, likeliest first.

        It is as long, and each of the few characters that differ is ``alike`` to the one that was typed.
        """
        most = _allowed(len(run), _WRONG)
        starts = len(self._codes) - len(run) + 1
        if not most or starts <= 0:
            return []
        same = np.zeros(starts, np.uint8)
        for at, character in enumerate(run):
            same += self._codes[at : at + starts] == ord(character)
        found: Counter[str] = Counter()
        for at in np.flatnonzero(same >= len(run) - most).tolist():
            found[self._text[at : at + len(run)]] += 1
        fitting = {
            text: (sum(map(str.__ne__, text, run)), -count, text)
            for text, count in found.items()
            if all(typed == meant or alike(typed, meant) for typed, meant in zip(run, text, strict=True))
        }
        return sorted(fitting, key=lambda text: fitting[text])

    def spelt(self, letters: str) -> list[str]:
        """Return what titles say that is spelt with these letters, or with few of them wrong; likeliest first."""
        for most in range(_allowed(len(letters), _MISSPELT) + 1):
            found: dict[str, int] = {}
            # With so many errors, one of the pieces is right. Fewer errors leave longer pieces, which are rarer.
            cuts = [len(letters) * part // (most + 1) for part in range(most + 2)]
            seen: set[str] = set()
            for first, last in zip(cuts, cuts[1:], strict=False):
                for place in self._places(letters[first:last]):
                    about = place - first
                    # The same words stand in many titles.
                    near = self._between(about - most, about + len(letters) + most)
                    around = self._text[near.start : near.stop]
                    if around not in seen and len(seen) < _LOOKED_AT:
                        seen.add(around)
                        self._around(about, letters, most, found)
            if found:
                return sorted(found, key=lambda text: (found[text], -self._text.count(text), text))
        return []

    def _places(self, piece: str) -> Iterable[int]:
        at = self._letters.find(piece)
        for _ in range(_PLACES):
            if at < 0 or not piece:
                break
            yield at
            at = self._letters.find(piece, at + 1)

    def _around(self, about: int, letters: str, most: int, found: dict[str, int]) -> None:
        """Add what is spelt nearly so from about a place on, with the number of letters that are wrong."""
        for start in self._between(about - most, about + most):
            begin = self._begins[start]
            end = begin + len(letters)
            for stop in self._between(end - most, end + most):
                text = self._text[start:stop]
                if _END in text or not 1 < len(text) <= _LONGEST or text in found:
                    continue
                wrong = misspelt(letters, self._letters[begin : self._begins[stop]], most)
                if wrong <= most:
                    found[text] = wrong

    def _between(self, least: int, most: int) -> range:
        """Return the characters whose letters begin between two places, both included."""
        return range(bisect_left(self._begins, max(0, least)), bisect_right(self._begins, most))


def _allowed(length: int, steps: Iterable[tuple[int, int]]) -> int:
    return max((most for least, most in steps if length >= least), default=0)


def misspelt(typed: str, meant: str, most: int) -> int:
    """Return how many letters are wrong, missing, too many or exchanged with the next; ``most + 1`` if more.

    >>> misspelt("zhegnwu", "zhengwu", 2), misspelt("zhenwu", "zhengwu", 2), misspelt("dibao", "zhengwu", 2)
    (1, 1, 3)
    """
    if abs(len(typed) - len(meant)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(meant) + 1))
    for at, letter in enumerate(typed):
        beyond, before, row = before, row, [at + 1]
        for to, other in enumerate(meant):
            cost = min(before[to] + (letter != other), before[to + 1] + 1, row[to] + 1)
            if beyond and to and letter == meant[to - 1] and typed[at - 1] == other:
                cost = min(cost, beyond[to - 1] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)
