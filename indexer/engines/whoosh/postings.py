"""A term's postings as arrays over document slots, which searches compute with."""

import numpy as np
from numpy.typing import NDArray

# Documents by slot, ascending, in the type that numpy indexes with.
Slots = NDArray[np.intp]
# A truth value for every slot.
Mask = NDArray[np.bool_]
Weights = NDArray[np.float32]

# A term that more than one in this many documents has is kept as a weight for every document.
_SPARSE = 4
# A binary search for one number costs as much as reading this many numbers in a row.
_SEARCH = 32


def without(slots: Slots, others: Slots) -> Slots:
    """Return the slots that are not among the others. Both are ascending."""
    if not len(others) or not len(slots):
        return slots
    places = np.minimum(np.searchsorted(others, slots), len(others) - 1)
    kept: Slots = slots[others[places] != slots]
    return kept


def both(slots: Slots, others: Slots) -> Slots:
    """Return the slots that are in both arrays. Both are ascending."""
    few, many = sorted((slots, others), key=len)
    _, there = _search(many, few)
    return few[there]


class Postings:
    """The documents that have a term, and its weight in each; ``occurrences`` is the sum of the weights."""

    __slots__ = ("_everywhere", "_slots", "_weights", "count", "occurrences")

    def __init__(self, slots: NDArray[np.int32], weights: Weights, size: int) -> None:
        self.count = len(slots)
        self.occurrences = float(weights.sum(dtype=np.float64))
        self._slots, self._weights = slots, weights
        self._everywhere: Weights | None = None
        if self.count * _SPARSE > size:
            self._everywhere = _spread(slots, weights, size)
            self._slots, self._weights = self._slots[:0].copy(), weights[:0].copy()

    @property
    def nbytes(self) -> int:
        return self._slots.nbytes + self._weights.nbytes + (0 if self._everywhere is None else self._everywhere.nbytes)

    @property
    def slots(self) -> Slots:
        """The documents that have the term."""
        # nonzero() is ten times as fast on truth values as on numbers.
        return self._slots.astype(np.intp) if self._everywhere is None else (self._everywhere > 0).nonzero()[0]

    def among(self, candidates: Slots) -> Slots:
        """Return those of these documents that have the term."""
        places, weights = self.meet(candidates)
        return candidates[weights > 0] if isinstance(places, slice) else candidates[places]

    def meet(self, slots: Slots) -> tuple[slice | NDArray[np.intp], Weights]:
        """Return the places among these documents that have the term, and its weights there.

        The places may also be all of them; then the weight is 0 where a document does not have the term. The method
        iterates over the shorter of documents and postings.
        """
        if self._everywhere is not None:
            return slice(None), self._everywhere.take(slots)
        if len(slots) * _SEARCH < self.count:
            found, there = _search(self._slots, slots.astype(np.int32))
            return there.nonzero()[0], self._weights[found[there]]
        if self.count * _SEARCH < len(slots):
            found, there = _search(slots, self._slots.astype(np.intp))
            return found[there], self._weights[there]
        if not len(slots) or not self.count:
            return np.empty(0, np.intp), self._weights[:0]
        size = max(int(slots[-1]), int(self._slots[-1])) + 1
        return slice(None), _spread(self._slots, self._weights, size).take(slots)

    def add_to(self, sums: NDArray[np.float64], value: float) -> None:
        """Add a value to the sum of each document that has the term."""
        if self._everywhere is not None:
            sums += (self._everywhere > 0) * value
        else:
            sums[self._slots] += value


def _spread(slots: NDArray[np.integer], weights: Weights, size: int) -> Weights:
    everywhere = np.zeros(size, np.float32)
    everywhere[slots] = weights
    return everywhere


def _search(among: NDArray[np.integer], wanted: NDArray[np.integer]) -> tuple[NDArray[np.intp], Mask]:
    """Return for each wanted number its place in ``among`` and whether it is there.

    Both arrays must be ascending and of one type.
    """
    if not len(among):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), bool)
    places = np.minimum(among.searchsorted(wanted), len(among) - 1)
    return places, among[places] == wanted
