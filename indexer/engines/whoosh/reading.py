"""Reading the best documents, all at once: what ``indexer.reading`` gives each of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from indexer import reading, relevance
from indexer.engines.whoosh.postings import Slots
from indexer.engines.whoosh.segment import ENCODING
from indexer.engines.whoosh.snapshot import Numbers, Scores, Snapshot, Texts


@dataclass(frozen=True, slots=True)
class Sought:
    """The places in some texts where a character stands that is sought. They are few, so runs are soon found in them.

    ``units`` are the characters at the ``places``, and ``owners`` the texts that they stand in.
    """

    texts: Texts
    places: Numbers
    units: NDArray[np.uint16]
    owners: Numbers

    @classmethod
    def of(cls, texts: Texts, runs: Iterable[str]) -> "Sought":
        """Look for all characters of some runs."""
        wanted = np.zeros(1 << 16, bool)
        wanted[_units("".join(runs))] = True
        places = wanted[texts.units].nonzero()[0]
        counts = np.diff(places.searchsorted([*texts.starts, len(texts.units)]))
        return cls(texts, places, texts.units[places], np.repeat(np.arange(len(texts.starts)), counts))

    def run(self, run: str) -> Numbers:
        """Return every place where a run begins."""
        wanted = _units(run)
        begins = self.units == wanted[0]
        begins &= self.places <= len(self.texts.units) - len(wanted)
        places: Numbers = self.places[begins]
        for at, unit in enumerate(wanted[1:], 1):
            places = places[self.texts.units[places + at] == unit]
        return places

    def counts(self, characters: str) -> NDArray[np.float64]:
        """Count characters, each in a column, in each text."""
        column = np.full(1 << 16, len(characters))
        column[_units(characters)] = np.arange(len(characters))
        cells = self.owners * (len(characters) + 1) + column[self.units]
        counted = np.bincount(cells, minlength=len(self.texts.starts) * (len(characters) + 1))
        return counted.reshape(len(self.texts.starts), -1)[:, :-1].astype(np.float64)


@dataclass(frozen=True)
class Reading:
    """The reading of some documents, by ascending slots, for terms with their weights and for characters."""

    snapshot: Snapshot
    slots: Slots
    terms: Mapping[str, float]
    characters: str

    def gains(self) -> Scores:
        """Return what each document gains."""
        return self._best_passages() + self._scattered()

    @cached_property
    def _sought(self) -> Sought:
        return Sought.of(self.snapshot.texts(self.slots), (*self.terms, self.characters))

    @cached_property
    def _counts(self) -> NDArray[np.float64]:
        return self._sought.counts(self.characters)

    @cached_property
    def _lengths(self) -> Numbers:
        texts = self._sought.texts
        # Each text ends with a line break of its own.
        return texts.ends - texts.starts - 1

    @cached_property
    def read(self) -> reading.Read:
        """What these documents have of the characters."""
        having = (self._counts > 0).sum(axis=0).tolist()
        average = float(self._lengths.mean()) if len(self.slots) else 0.0
        return reading.Read(len(self.slots), dict(zip(self.characters, having, strict=True)), average)

    def _scattered(self) -> Scores:
        """Compute the gains of ``reading.scattered`` for all documents."""
        if not self.characters:
            return np.zeros(len(self.slots))
        rarities = np.array([self.read.rarity(character) for character in self.characters])
        norms = self.read.norm(self._lengths.astype(np.float64))
        scores: Scores = relevance.saturated(self._counts, norms[:, None]) @ rarities
        return reading.CHARACTERS * scores

    def _best_passages(self) -> Scores:
        """Compute the value of ``reading.best_passage`` for all documents."""
        titles = [self.snapshot.titles[slot] for slot in self.slots.tolist()]
        ends, counts = self.snapshot.passage_ends(self.slots)
        owners = np.repeat(np.arange(len(self.slots)), counts)
        ends = ends + self._sought.texts.starts[owners]
        stands = {term: np.array([term in title for title in titles], bool) for term in self.terms}
        best = np.zeros(len(self.slots))
        for term, weight in self.terms.items():
            best[stands[term]] += weight
        sums = best[owners]
        for term, weight in self.terms.items():
            places = self._sought.run(term)
            if len(places):
                has = np.zeros(len(sums), bool)
                has[ends.searchsorted(places, side="right")] = True
                # A term in the title already counts for every passage.
                if (titled := stands[term]).any():
                    has &= ~titled[owners]
                sums[has] += weight
        np.maximum.at(best, owners, sums)
        return best


def _units(text: str) -> NDArray[np.uint16]:
    return np.frombuffer(text.encode(ENCODING), np.uint16)
