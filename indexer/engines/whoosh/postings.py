"""What a search computes with: a term's postings and a facet's values, as arrays over the slots of documents."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

# Documents, by their slots, rising; of the type that numpy finds places by.
Slots = NDArray[np.intp]
# Something said of every slot.
Mask = NDArray[np.bool_]
Weights = NDArray[np.float32]

# A term that more than one in so many documents have is kept as a weight for every document.
_SPARSE = 4
# A search for one number among many costs as much as reading this many of them in a row.
_SEARCH = 32


class Postings:
    """The documents that have a term, and its weight in each; ``occurrences`` is the sum of the weights."""

    __slots__ = ("_everywhere", "_slots", "_weights", "count", "occurrences")

    def __init__(self, slots: Slots, weights: Weights, size: int) -> None:
        self.count = len(slots)
        self.occurrences = float(weights.sum(dtype=np.float64))
        self._slots, self._weights = slots.astype(np.int32), weights
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
        # Zeros are told from numbers ten times as fast when they are made truth values first.
        return self._slots.astype(np.intp) if self._everywhere is None else (self._everywhere > 0).nonzero()[0]

    def among(self, candidates: Slots) -> Slots:
        """Which of these documents have the term."""
        places, weights = self.meet(candidates)
        return candidates[weights > 0] if isinstance(places, slice) else candidates[places]

    def meet(self, slots: Slots) -> tuple[slice | NDArray[np.intp], Weights]:
        """Where among these documents the term stands, and its weights there; all of them, and some weights 0, or few.

        Goes through whichever is shorter, the documents or the postings.
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
    """For each wanted number its place, and whether it is there; both rising, of one type."""
    if not len(among):
        return np.zeros(len(wanted), np.intp), np.zeros(len(wanted), bool)
    places = np.minimum(among.searchsorted(wanted), len(among) - 1)
    return places, among[places] == wanted


@dataclass(frozen=True, slots=True)
class Coded:
    """A facet's values: a document has those of combination ``codes[slot]``.

    Most documents have one value, and few combinations of several occur, so counting combinations first is counting
    one number a document. ``of`` and ``value`` are the pairs of a combination and a value in it.
    """

    values: tuple[str, ...]
    codes: NDArray[np.unsignedinteger]
    combinations: int
    of: NDArray[np.intp]
    value: NDArray[np.intp]

    @staticmethod
    def of_postings(postings: Mapping[str, Slots], size: int) -> "Coded":
        """From the documents that have each value."""
        values = tuple(postings)
        codes = np.zeros(size, np.int32)
        combinations: dict[tuple[int, ...], int] = {(): 0}
        members: list[tuple[int, ...]] = [()]
        for number, slots in enumerate(postings.values()):
            before, which = np.unique(codes[slots], return_inverse=True)
            after = []
            for old in before:
                combination = (*members[old], number)
                if combination not in combinations:
                    combinations[combination] = len(members)
                    members.append(combination)
                after.append(combinations[combination])
            codes[slots] = np.array(after, np.int32)[which]
        pairs = [(code, number) for code, combination in enumerate(members) for number in combination]
        table = np.array(pairs, np.intp).reshape(-1, 2)
        narrow = codes.astype(np.min_scalar_type(len(members)))
        return Coded(values, narrow, len(members), table[:, 0].copy(), table[:, 1].copy())

    def counts(self, slots: Slots) -> dict[str, int]:
        """How many of these documents have each value that any has."""
        combined = np.bincount(self.codes.take(slots), minlength=self.combinations)
        counts = np.bincount(self.value, weights=combined[self.of], minlength=len(self.values))
        return {self.values[at]: int(counts[at]) for at in counts.nonzero()[0].tolist()}

    def of_slot(self, slot: int) -> list[str]:
        """The values that a document has."""
        return [self.values[at] for at in self.value[self.of == self.codes[slot]].tolist()]

    def having(self, wanted: frozenset[str]) -> Mask:
        """The documents that have one of the wanted values."""
        chosen = np.zeros(self.combinations, bool)
        chosen[self.of[np.array([name in wanted for name in self.values], bool)[self.value]]] = True
        having: Mask = chosen[self.codes]
        return having
