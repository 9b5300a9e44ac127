"""Finds words by their spelling: by pinyin, initials, similar sounds, or with one character missing.

Dicts of strings would take 150 MB for 300,000 words. Here an entry takes 12 bytes, for a 64-bit hash of its key and the
word's row, and the hashes of all words are computed together. The chance that any two of a million keys have the same
hash is one in 30 million.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from indexer.helping.pinyin import near, readings

# How many words are offered for the same spelling, commonest first.
SAME_KEPT = 3
# A hash is a polynomial in this odd number modulo 2 ** 64, so the hash of a text follows from those of its parts.
_BASE = 0x9E3779B97F4A7C15
_MODULUS = 1 << 64

# What is typed for a letter: the keys beside it, and letters whose sounds are confused.
_BESIDE = {
    **{"q": "wa", "w": "qeas", "e": "wrsdi", "r": "etdf", "t": "ryfg", "y": "tugh", "u": "yihjv", "i": "uojke"},
    **{"o": "ipkl", "p": "ol", "a": "qwsz", "s": "awedzx", "d": "serfxc", "f": "drtgcvh", "g": "ftyhvb"},
    **{"h": "gyujbnf", "j": "huiknm", "k": "jiolm", "l": "kopn", "z": "asx", "x": "zsdc", "c": "xdfv"},
    **{"v": "cfgbu", "b": "vghn", "n": "bhjml", "m": "njk"},
}

_Hashes = NDArray[np.uint64]
_Rows = NDArray[np.int64]


class Spellings:
    """Spellings of Han words, commonest first.

    Two readings of a character count. The second one counts only once in a word.
    """

    def __init__(self, words: Sequence[str]) -> None:
        codes = np.frombuffer("".join(words).encode("utf-32-le"), np.uint32)
        self._lengths = np.fromiter(map(len, words), np.int64, len(words))
        self._starts = np.cumsum(self._lengths) - self._lengths
        characters, first = np.unique(codes, return_inverse=True)
        written = list(map(chr, characters.tolist()))
        read = [(*readings(each), "", "")[:2] for each in written]
        # All second readings come after all first ones.
        syllables = [each for each, _ in read] + [each for _, each in read]
        there = np.array(list(map(bool, syllables)), bool)
        known = np.flatnonzero(self._whole(there[first]))
        again = self._last(there[first + len(read)])
        second = first.copy()
        second[again[again >= 0]] += len(read)
        heteronyms = known[again[known] >= 0]
        long = known[self._lengths[known] > 2]
        longer = np.flatnonzero(self._lengths > 3)

        alike = _Parts(near(each) + " " for each in syllables)
        both = [(known, first), (heteronyms, second)]
        self._near = _Keyed(words, [(rows, self._hashes(alike, each, rows)) for rows, each in both])
        letters = _Parts(syllables)
        # Second readings are less common and come last: dibao does not mean 提报.
        self._sounding = _Keyed(words, [(rows, self._hashes(letters, each, rows)) for rows, each in both])
        initials = _Parts(each[:1] for each in syllables)
        # Too many words of two characters share their initials.
        self._initialled = _Keyed(words, [(long, self._hashes(initials, first, long))])
        characters_alone = _Parts(written)
        self._lacking = _Keyed(
            words,
            [
                (rows, self._hashes(characters_alone, first, rows, without=at))
                for at in range(int(self._lengths.max(initial=0)))
                for rows in [longer[self._lengths[longer] > at]]
            ],
        )

    def near(self, spelling: Iterable[str]) -> list[str]:
        """Return the words that sound nearly like these syllables."""
        return list(self._near.words("".join(near(each) + " " for each in spelling)))

    def lacking(self, piece: str) -> list[str]:
        """Return the words of more than three characters that become this piece when one character is left out."""
        return list(self._lacking.words(piece))

    def sounding(self, letters: str) -> list[str]:
        """Return the commonest words with these letters as pinyin."""
        return list(islice(dict.fromkeys(self._sounding.words(letters)), SAME_KEPT))

    def nearly_sounding(self, letters: str) -> list[str]:
        """Return the commonest words whose pinyin has one letter more, less or other, or two exchanged."""
        return list(islice(dict.fromkeys(self._sounding.words_of(_misspellings(letters))), SAME_KEPT))

    def initialled(self, letters: str) -> list[str]:
        """Return the commonest words of more than two characters with these initials."""
        return list(islice(self._initialled.words(letters), SAME_KEPT))

    def _whole(self, which: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return which words have only characters that are in ``which``."""
        return np.add.reduceat(which, self._starts, dtype=np.int64) == self._lengths if len(which) else which

    def _last(self, which: NDArray[np.bool_]) -> _Rows:
        """Return the place of each word's last character that is in ``which``; -1 if there is none."""
        places = np.where(which, np.arange(len(which)), -1)
        return np.maximum.reduceat(places, self._starts) if len(places) else places

    def _hashes(self, parts: "_Parts", places: _Rows, rows: _Rows, without: int = -1) -> _Hashes:
        """Return the hashes of these rows' spellings, leaving out the character at ``without``."""
        found = np.zeros(len(rows), np.uint64)
        for at in range(int(self._lengths[rows].max(initial=0))):
            if at != without:
                some = np.flatnonzero(self._lengths[rows] > at)
                part = places[self._starts[rows[some]] + at]
                found[some] = found[some] * parts.shifts[part] + parts.hashes[part]
        return found


class _Parts:
    """Spellings of characters: the hash of each, and the factor for a hash that it is appended to."""

    def __init__(self, texts: Iterable[str]) -> None:
        texts = list(texts)
        self.hashes = np.array(list(map(_hash, texts)), np.uint64)
        self.shifts = np.array([pow(_BASE, len(text), _MODULUS) for text in texts], np.uint64)


class _Keyed:
    """Words by key, in the order in which their rows were given."""

    def __init__(self, words: Sequence[str], entries: Iterable[tuple[_Rows, _Hashes]]) -> None:
        entries = list(entries)
        hashes = np.concatenate([np.empty(0, np.uint64), *(each for _, each in entries)])
        order = np.argsort(hashes, kind="stable")
        self._words = words
        self._hashes = hashes[order]
        self._rows = np.concatenate([np.empty(0, np.int64), *(rows for rows, _ in entries)])[order].astype(np.int32)

    def words_of(self, hashes: _Hashes) -> Iterable[str]:
        """Yield the words of keys with these hashes, the commonest first."""
        first, last = (self._hashes.searchsorted(hashes, side=side) for side in ("left", "right"))
        rows = {
            int(self._rows[at])
            for begin, end in zip(first.tolist(), last.tolist(), strict=True)
            for at in range(begin, end)
        }
        return (self._words[row] for row in sorted(rows))

    def words(self, key: str) -> Iterable[str]:
        wanted = np.uint64(_hash(key))
        at = int(self._hashes.searchsorted(wanted))
        while at < len(self._hashes) and self._hashes[at] == wanted:
            yield self._words[self._rows[at]]
            at += 1


def _misspellings(letters: str) -> _Hashes:
    """Return the hashes of what is one slip of the finger away from these letters."""
    length = len(letters)
    codes = np.array([ord(letter) for letter in letters], np.uint64)
    exchangeable = [(at, ord(other)) for at, letter in enumerate(letters) for other in _BESIDE.get(letter, "")]
    places, others = np.array(exchangeable, np.int64).reshape(-1, 2).T
    powers = np.array([pow(_BASE, at, _MODULUS) for at in range(length + 2)], np.uint64)
    heads = np.array([_hash(letters[:at]) for at in range(length + 1)], np.uint64)
    tails = np.array([_hash(letters[at:]) for at in range(length + 1)], np.uint64)
    ends = powers[length - np.arange(length + 1)]
    alphabet = np.arange(ord("a"), ord("z") + 1, dtype=np.uint64)[:, None]
    # A hash is that of the head, moved by what follows it, and that of the tail.
    lacking = heads[:-1] * ends[1:] + tails[1:]
    other = (heads[places] * powers[1] + others.astype(np.uint64)) * ends[places + 1] + tails[places + 1]
    more = (heads * powers[1] + alphabet) * ends + tails
    exchanged = heads[:-2] * ends[2:] * powers[2] + (codes[1:] * powers[1] + codes[:-1]) * ends[2:] + tails[2:]
    return np.unique(np.concatenate((lacking, other, more.ravel(), exchanged)))


def _hash(text: str) -> int:
    return reduce(lambda found, character: (found * _BASE + ord(character)) % _MODULUS, text, 0)
