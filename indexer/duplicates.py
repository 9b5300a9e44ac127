"""Documents that say nearly the same: the same notice from two offices, a page and its reprint.

A text's sketch is the ``SIZE`` smallest hashes of its runs of ``RUN`` characters (bottom-k sketch; Broder, On the
resemblance and containment of documents, 1997). The share that two sketches have in common estimates how much of what
the two texts say together both say: their Jaccard similarity, within about ±0.05.
"""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from archive.chinese.text import normalise

RUN = 5
SIZE = 256
# Of two forms of one notice that differ in names and dates, about four fifths is the same; of two years' reports by one
# office, about half.
ALIKE = 0.8
# What two long texts have in common shows in their beginnings.
READ = 4000
# Texts this short are alike by their headings alone.
SHORTEST = 60

Sketch = NDArray[np.uint64]
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def sketch(text: str) -> Sketch:
    """The sketch of a text; empty for one too short to compare. Not to be written into."""
    return _sketch(text[:READ])


# The same documents come up again and again; 8 KB each.
@lru_cache(1000)
def _sketch(text: str) -> Sketch:
    codes = np.frombuffer("".join(normalise(text).split()).encode("utf-32-le"), np.uint32).astype(np.uint64)
    if len(codes) < SHORTEST:
        return np.empty(0, np.uint64)
    count = len(codes) - RUN + 1
    hashes = np.zeros(count, np.uint64)
    for at in range(RUN):
        # Multiplication wraps around, as a hash may.
        hashes = (hashes ^ codes[at : at + count]) * _MULTIPLIER
        hashes ^= hashes >> np.uint64(29)
    # np.unique sorts what it has put into a table of its own: 20 times as slow.
    hashes.sort()
    first = np.append(True, hashes[1:] != hashes[:-1])
    distinct: Sketch = hashes[first][:SIZE]
    return distinct


def folded(texts: Sequence[str]) -> list[int | None]:
    """For each text the place of an earlier one that says nearly the same and is not folded itself, or None."""
    sketches = [sketch(text) for text in texts]
    places: list[int | None] = []
    for at, each in enumerate(sketches):
        first = (before for before in range(at) if places[before] is None)
        places.append(next((before for before in first if alike(sketches[before], each)), None))
    return places


def alike(one: Sketch, other: Sketch) -> bool:
    """Whether two texts say nearly the same."""
    # Most have hardly anything in common: that is quicker to see than how much.
    common = len(np.intersect1d(one, other, assume_unique=True))
    return common / max(1, len(one), len(other)) >= ALIKE and resemblance(one, other) >= ALIKE


def resemblance(one: Sketch, other: Sketch) -> float:
    """How much two texts have in common, 0 to 1; 0 where one is too short to say."""
    if not len(one) or not len(other):
        return 0.0
    both = np.union1d(one, other)[:SIZE]
    shared = np.intersect1d(np.intersect1d(one, other, assume_unique=True), both, assume_unique=True)
    return len(shared) / len(both)
