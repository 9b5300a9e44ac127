"""All titles as one array of characters, indexed by character pairs to find runs of characters."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.engines.whoosh.postings import Mask, Slots

Places = NDArray[np.intp]
# Pairs are hashed to 16 bits; a few share a bucket.
_BUCKETS = 1 << 16
_MIX = np.uint32(40503)


class Titles:
    """Normalised titles by slot. None has a line break, so no run can span two."""

    def __init__(self, titles: Sequence[str]) -> None:
        self._size = len(titles)
        self._characters = np.frombuffer("\n".join(titles).encode("utf-32-le"), np.uint32)
        buckets = _buckets(self._characters)
        self._places = np.argsort(buckets, kind="stable").astype(np.int32)
        self._bounds = np.concatenate(([0], np.cumsum(np.bincount(buckets, minlength=_BUCKETS))))
        self._ends = np.cumsum([len(title) + 1 for title in titles], dtype=np.int64) - 1
        # How many units of UTF-16 each title has.
        self.lengths = np.array([len(title.encode("utf-16-le")) // 2 for title in titles], np.int64)

    def __getitem__(self, slot: int) -> str:
        start = self._ends[slot - 1] + 1 if slot else 0
        return self._characters[start : self._ends[slot]].tobytes().decode("utf-32-le")

    def having(self, run: str) -> Mask:
        """Return which titles have exactly this run of characters."""
        found = np.zeros(self._size, bool)
        found[self._owners(self._standing(run))] = True
        return found

    def covered(self, runs: Sequence[str]) -> NDArray[np.float64]:
        """Return ``relevance.covered`` for all titles at once."""
        covered = np.zeros(self._size)
        found = [(places, len(run)) for run in runs if len(places := self._standing(run))]
        if not found:
            return covered
        start = np.concatenate([places for places, _ in found])
        end = np.concatenate([places + length for places, length in found])
        if len(found) > 1:
            order = start.argsort(kind="stable")
            start, end = start[order], end[order]
        # Overlapping runs count once.
        reached = np.maximum.accumulate(end)
        fresh = end - start
        fresh[1:] = np.maximum(end[1:] - np.maximum(start[1:], reached[:-1]), 0)
        slots = self._owners(start)
        first = np.concatenate(([0], (slots[1:] != slots[:-1]).nonzero()[0] + 1))
        slots = slots[first]
        begins = np.where(slots > 0, self._ends[slots - 1] + 1, 0)
        covered[slots] = np.add.reduceat(fresh, first) / (self._ends[slots] - begins)
        return covered

    def _standing(self, run: str) -> Places:
        """Return where a run begins, ascending: the places of its rarest pair, kept where the whole run matches."""
        wanted = np.frombuffer(run.encode("utf-32-le"), np.uint32)
        last = len(self._characters) - len(wanted)
        if not len(wanted) or last < 0:
            return np.empty(0, np.intp)
        if len(wanted) == 1:
            alone: Places = (self._characters == wanted[0]).nonzero()[0]
            return alone
        buckets = _buckets(wanted)[:-1].astype(np.intp)
        rarest = int((self._bounds[buckets + 1] - self._bounds[buckets]).argmin())
        bucket = buckets[rarest]
        places = self._places[self._bounds[bucket] : self._bounds[bucket + 1]].astype(np.intp) - rarest
        places = places[(places >= 0) & (places <= last)]
        for at, code in enumerate(wanted):
            if not len(places):
                break
            places = places[self._characters.take(places + at) == code]
        return places

    def _owners(self, places: Places) -> Slots:
        """Return the slot of the title that contains each place."""
        owners: Slots = self._ends.searchsorted(places, side="right")
        return owners


def _buckets(characters: NDArray[np.uint32]) -> NDArray[np.uint16]:
    """Return the bucket of each character together with the next one."""
    pairs = characters * _MIX
    pairs[:-1] += characters[1:]
    return pairs.astype(np.uint16)
