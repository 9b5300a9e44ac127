"""Near-duplicates: the same notice from two offices, a page and its reprint.

A text's sketch is the ``SIZE`` smallest hashes of its runs of ``RUN`` characters (bottom-k sketch; Broder, On the
resemblance and containment of documents, 1997). The share that two sketches have in common estimates the Jaccard
similarity of the two texts, within about ±0.05.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.chinese.text import normalise

RUN = 5
SIZE = 256
# Two versions of one notice that differ in names and dates share about four fifths; one office's reports for two years
# share about half.
ALIKE = 0.8
# The beginnings of two long texts are enough to compare them by.
READ = 4000
# Shorter texts would count as alike for their headings alone.
SHORTEST = 60

Sketch = NDArray[np.uint64]
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
# Of pairs with a resemblance of ALIKE, all but one in a hundred have a band in common; with one of a half, a third.
BANDS, ROWS = 12, 5
_ODD = np.random.default_rng(5).integers(1, 1 << 62, BANDS * ROWS, np.uint64) * np.uint64(2) + np.uint64(1)


def sketch(text: str) -> Sketch:
    """Return the sketch of a text, empty if it is too short to compare. The array is cached: do not write into it."""
    return _sketch(text[:READ])


def sketch_of_form(text: str) -> Sketch:
    """Return the sketch of a text that is normalised already, which takes half as long. It is not cached."""
    return _sketched("".join(text[:READ].split()))


# The same documents come up again and again. A cached entry takes 8 KB.
@lru_cache(1000)
def _sketch(text: str) -> Sketch:
    return _sketched("".join(normalise(text).split()))


def _sketched(text: str) -> Sketch:
    codes = np.frombuffer(text.encode("utf-32-le"), np.uint32).astype(np.uint64)
    if len(codes) < SHORTEST:
        return np.empty(0, np.uint64)
    count = len(codes) - RUN + 1
    hashes = np.zeros(count, np.uint64)
    for at in range(RUN):
        # The multiplication wraps around, which is fine for a hash.
        hashes = (hashes ^ codes[at : at + count]) * _MULTIPLIER
        hashes ^= hashes >> np.uint64(29)
    # np.unique builds a hash table before it sorts, which is 20 times as slow.
    hashes.sort()
    first = np.append(True, hashes[1:] != hashes[:-1])
    distinct: Sketch = hashes[first][:SIZE]
    return distinct


def bands(sketched: Sketch) -> Sketch:
    """Return keys of a sketch, one of which two that are alike nearly always have in common; none if it is empty.

    Each is of the least of its hashes after ``ROWS`` permutations (Broder et al., Min-wise independent permutations,
    1998).
    """
    if not len(sketched):
        return sketched
    # Multiplying by an odd number permutes 64-bit numbers, and the upper bits of the product depend on all of a number.
    minima = (sketched * _ODD[:, None]).min(axis=1).reshape(BANDS, ROWS)
    keys = np.zeros(BANDS, np.uint64)
    for row in range(ROWS):
        keys = (keys ^ minima[:, row]) * _MULTIPLIER
    # A key of one band is none of another.
    return keys ^ _ODD[:BANDS]


def alike(one: Sketch, other: Sketch) -> bool:
    """Return whether two texts say nearly the same."""
    # Most pairs share hardly anything, and this cheap bound rules them out before the exact figure.
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / max(1, len(one), len(other)) >= ALIKE and resemblance(one, other) >= ALIKE


def resemblance(one: Sketch, other: Sketch) -> float:
    """Return how much two texts have in common, from 0 to 1; 0 if either is too short to tell."""
    if not len(one) or not len(other):
        return 0.0
    both = np.union1d(one, other)[:SIZE]
    shared = np.intersect1d(np.intersect1d(one, other, assume_unique=True), both, assume_unique=True)
    return len(shared) / len(both)
