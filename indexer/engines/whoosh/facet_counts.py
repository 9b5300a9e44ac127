"""Facet counts: a facet's values as arrays over document slots, and how many documents have each value."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer.engines.whoosh.postings import Mask, Slots


@dataclass(frozen=True, slots=True)
class Coded:
    """A facet's values: the document in a slot has those of combination ``codes[slot]``.

    Most documents have one value, and few combinations of several occur. Counting combinations first means counting one
    number per document. ``of`` and ``value`` are parallel arrays: a combination and a value in it.
    """

    values: tuple[str, ...]
    codes: NDArray[np.unsignedinteger]
    combinations: int
    of: NDArray[np.intp]
    value: NDArray[np.intp]

    @staticmethod
    def of_postings(postings: Mapping[str, Slots], size: int) -> "Coded":
        """Build the codes from the documents that have each value."""
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
        """Count these documents by value, leaving out values that none has."""
        combined = np.bincount(self.codes.take(slots), minlength=self.combinations)
        counts = np.bincount(self.value, weights=combined[self.of], minlength=len(self.values))
        return {self.values[at]: int(counts[at]) for at in counts.nonzero()[0].tolist()}

    def of_slot(self, slot: int) -> list[str]:
        """Return the values that a document has."""
        return [self.values[at] for at in self.value[self.of == self.codes[slot]].tolist()]

    def having(self, wanted: frozenset[str]) -> Mask:
        """Return which documents have one of the wanted values."""
        chosen = np.zeros(self.combinations, bool)
        chosen[self.of[np.array([name in wanted for name in self.values], bool)[self.value]]] = True
        having: Mask = chosen[self.codes]
        return having
