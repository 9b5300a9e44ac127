"""Where runs of characters stand in a segment's texts: a file of places by trigram, mapped and used as it is.

Trigrams are hashed into buckets: by their first two characters, then by the third, so that the buckets of two
characters are side by side. Each bucket has the places where such a trigram begins, rising. Trigrams may share one, so
what stands at a place is compared with the text. Characters here are UTF-16 units, and places count them.
"""

import numpy as np
from numpy.typing import NDArray

Units = NDArray[np.uint16]
Numbers = NDArray[np.int64]

SUFFIX = ".tri"
# The file is one array: this, how many bits a bucket's number has, where the buckets begin and the last one ends, and
# all places.
_MAGIC = 0x31495254
_HEAD = 2
_LEAST_BITS, _MOST_BITS = 8, 20
# How many of the bits are of the third character.
_THIRD_BITS = 5
# There are about so many places in a bucket.
_IN_A_BUCKET = 16
_MIX = np.uint32(2654435769)
# How many units are hashed at once, to bound the memory.
_AT_ONCE = 1 << 20


def encode(units: Units) -> list[NDArray[np.uint32]]:
    """Return the file's content for the joined texts of a segment, in pieces."""
    count = max(0, len(units) - 2)
    bits = min(max((count // _IN_A_BUCKET).bit_length(), _LEAST_BITS), _MOST_BITS)
    packed = np.arange(count, dtype=np.uint64)
    for start in range(0, count, _AT_ONCE):
        part = packed[start : start + _AT_ONCE]
        part |= _buckets(units[start : start + len(part) + 2], bits).astype(np.uint64) << np.uint64(32)
    packed.sort()
    bounds = packed.searchsorted(np.arange((1 << bits) + 1, dtype=np.uint64) << np.uint64(32))
    return [np.array([_MAGIC, bits], "<u4"), bounds.astype("<u4"), packed.astype("<u4")]


class Trigrams:
    """The places of one segment. ``stored`` is the file's content and ``units`` are the joined texts."""

    def __init__(self, stored: NDArray[np.uint32], units: Units) -> None:
        """Raises ValueError unless the file is one of these texts."""
        self._units = units
        magic, self._bits = stored[:_HEAD].tolist()
        if magic != _MAGIC or not _LEAST_BITS <= self._bits <= _MOST_BITS:
            raise ValueError("no places by trigram")
        self._bounds, self._places = np.split(stored[_HEAD:], [(1 << self._bits) + 1])
        if not len(self._places) == int(self._bounds[-1]) == max(0, len(units) - 2):
            raise ValueError("places of other texts")

    def places(self, run: Units) -> Numbers:
        """Return every place where a run begins, ascending: those of its rarest trigram at which all of it stands."""
        if not 0 < len(run) <= len(self._units):
            return np.empty(0, np.int64)
        if len(run) == 1:
            alone: Numbers = (self._units == run[0]).nonzero()[0]
            return alone
        if len(run) == 2:
            # All buckets of the pair; what follows the last one's end is no trigram.
            first = int(_buckets(np.append(run, run[:1]), self._bits)[0]) >> _THIRD_BITS << _THIRD_BITS
            start, end = self._bounds[[first, first + (1 << _THIRD_BITS)]].tolist()
            rarest = 0
        else:
            buckets = _buckets(run, self._bits).astype(np.intp)
            starts, ends = self._bounds[buckets].astype(np.int64), self._bounds[buckets + 1].astype(np.int64)
            rarest = int((ends - starts).argmin())
            start, end = int(starts[rarest]), int(ends[rarest])
        places = self._places[start:end].astype(np.int64) - rarest
        places = places[(places >= 0) & (places <= len(self._units) - len(run))]
        # Several units are compared at once. The last comparison may overlap the one before.
        at_once = 4 if len(run) >= 4 else 2
        wanted = run.tobytes()
        dtype = np.dtype(f"<u{2 * at_once}")
        together = np.ndarray(len(self._units) - at_once + 1, dtype, self._units.data, strides=(2,))
        for at in (*range(0, len(run) - at_once, at_once), len(run) - at_once):
            places = places[together[places + at] == np.frombuffer(wanted, dtype, 1, 2 * at)[0]]
        return np.sort(places) if len(run) == 2 else places


def _buckets(units: Units, bits: int) -> NDArray[np.uint32]:
    """Return the bucket of each trigram in some text."""
    wide = units.astype(np.uint32)
    pairs = (wide[:-2] * _MIX + wide[1:-1]) * _MIX >> np.uint32(32 - bits + _THIRD_BITS)
    found: NDArray[np.uint32] = pairs << np.uint32(_THIRD_BITS) | wide[2:] * _MIX >> np.uint32(32 - _THIRD_BITS)
    return found
