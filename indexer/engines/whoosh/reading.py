"""Reading the best documents, all at once: what ``indexer.reading`` gives each of them."""

from collections.abc import Mapping, Sequence
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
    """The places in some texts where a character stands that is sought. Other places are looked at once.

    Characters are numbered from 1 on, by ``codes``. ``found`` has the number of what stands at each of the ``places``.
    ``pairs`` are the numbers of two characters with which a run of several begins, and ``beginnings`` their places.
    """

    texts: Texts
    codes: NDArray[np.int32]
    places: Numbers
    found: NDArray[np.int32]
    pairs: NDArray[np.int32]
    beginnings: Numbers

    @classmethod
    def of(cls, texts: Texts, runs: Sequence[str], characters: str) -> "Sought":
        """Look for runs and for single characters."""
        codes = np.zeros(1 << 16, np.int32)
        sought = np.unique(_units("".join((*runs, characters))))
        many = len(sought) + 1
        codes[sought] = np.arange(1, many)
        # Numpy finds what is true much faster than what is not 0.
        places = (codes > 0)[texts.units].nonzero()[0]
        found = codes[texts.units[places]]
        first = [units[:2] for units in map(_units, runs) if len(units) > 1]
        begins = np.zeros(many * many, bool)
        begins[[codes[one] * many + codes[two] for one, two in first]] = True
        # Where the next place isn't the next character, none that is sought follows.
        followed = np.append(np.where(places[1:] == places[:-1] + 1, found[1:], 0), np.int32(0))
        pairs = found * many + followed[: len(found)]
        at = begins[pairs].nonzero()[0]
        return cls(texts, codes, places, found, pairs[at], places[at])

    def run(self, run: str) -> Numbers:
        """Return every place where one of the runs begins."""
        first, *others = _units(run).tolist()
        if not others:
            alone: Numbers = self.places[self.found == self.codes[first]]
            return alone
        pair = self.codes[first] * (self.codes.max() + 1) + self.codes[others[0]]
        places: Numbers = self.beginnings[self.pairs == pair]
        places = places[: np.searchsorted(places, len(self.texts.units) - len(others), side="left")]
        for at, unit in enumerate(others[1:], 2):
            places = places[self.texts.units[places + at] == unit]
        return places

    def counts(self, characters: str) -> NDArray[np.float64]:
        """Count characters, each in a column, in each text."""
        texts = len(self.texts.starts)
        bounds = self.places.searchsorted([*self.texts.starts, len(self.texts.units)])
        many = int(self.codes.max()) + 1
        cells = np.repeat(np.arange(texts) * many, np.diff(bounds)) + self.found
        counted = np.bincount(cells, minlength=texts * many).reshape(texts, many)
        return counted[:, self.codes[_units(characters)]].astype(np.float64)


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
        return Sought.of(self.snapshot.texts(self.slots), list(self.terms), self.characters)

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
