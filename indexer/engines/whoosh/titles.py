"""All titles as one array of characters, with the places of each character: where a run of them stands."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from indexer.engines.whoosh.postings import Mask

Places = NDArray[np.int32]
# Characters are told apart by their lower 16 bits first; a few share them.
_BUCKETS = 1 << 16


class Titles:
    """Normalised titles, by slot; none has a line break, so no run can span two."""

    def __init__(self, titles: Sequence[str]) -> None:
        self._size = len(titles)
        self._characters = np.frombuffer("\n".join(titles).encode("utf-32-le"), np.uint32)
        buckets = self._characters.astype(np.uint16)
        self._places = np.argsort(buckets, kind="stable").astype(np.int32)
        self._bounds = np.concatenate(([0], np.cumsum(np.bincount(buckets, minlength=_BUCKETS))))
        self._ends = np.cumsum([len(title) + 1 for title in titles], dtype=np.int64) - 1

    def having(self, run: str) -> Mask:
        """Which titles have exactly this run of characters."""
        found = np.zeros(self._size, bool)
        found[self._owners(self._standing(run))] = True
        return found

    def covered(self, runs: Sequence[str]) -> NDArray[np.float64]:
        """``relevance.covered`` of all titles at once."""
        covered = np.zeros(self._size)
        starts = [self._standing(run) for run in runs]
        ends = [places + len(run) for places, run in zip(starts, runs, strict=True)]
        start, end = (np.concatenate(edges) if edges else np.empty(0, np.int32) for edges in (starts, ends))
        if not len(start):
            return covered
        if len(runs) > 1:
            order = np.argsort(start, kind="stable")
            start, end = start[order], end[order]
        # What an earlier run covered counts once.
        reached = np.maximum.accumulate(end)
        fresh = end.copy()
        fresh[0] -= start[0]
        fresh[1:] = np.maximum(end[1:] - np.maximum(start[1:], reached[:-1]), 0)
        owners = self._owners(start)
        marked = np.bincount(owners, weights=fresh, minlength=self._size)
        lengths = np.diff(self._ends, prepend=-1) - 1
        covered[owners] = marked[owners] / lengths[owners]
        return covered

    def _standing(self, run: str) -> Places:
        """Where a run begins, rising: the places of its rarest character, and of them where the others stand beside."""
        wanted = np.frombuffer(run.encode("utf-32-le"), np.uint32)
        if not len(wanted) or len(wanted) > len(self._characters):
            return np.empty(0, np.int32)
        buckets = wanted.astype(np.uint16).astype(np.intp)
        rarest = int(np.argmin(self._bounds[buckets + 1] - self._bounds[buckets]))
        bucket = buckets[rarest]
        places = self._places[self._bounds[bucket] : self._bounds[bucket + 1]] - np.int32(rarest)
        places = places[(places >= 0) & (places <= len(self._characters) - len(wanted))]
        for at, code in enumerate(wanted):
            places = places[self._characters[places + at] == code]
            if not len(places):
                break
        return places

    def _owners(self, places: Places) -> NDArray[np.intp]:
        """The slot of the title in which each place is."""
        return np.searchsorted(self._ends, places, side="right")
