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

_MIX = np.uint16(40503)


def standing(texts: Texts, runs: Sequence[str]) -> tuple[Numbers, Numbers]:
    """Return every place in some texts where one of the runs begins, and which run it is.

    Runs are looked for by their first two characters, all in one pass.
    """
    units = texts.units
    wanted = [_units(run) for run in runs]
    pairs = np.array([_pair(run[0], run[1]) if len(run) > 1 else -1 for run in wanted], np.int64)
    # A quick look at all places leaves few to be sorted by their two characters.
    begins = np.zeros(1 << 16, bool)
    begins[[_mixed(run[:-1], run[1:])[0] for run in wanted if len(run) > 1]] = True
    # To take() is twice as fast as to index.
    places = begins.take(_mixed(units[:-1], units[1:])).nonzero()[0]
    found = _pair(units.take(places), units.take(places + 1))
    order = found.argsort(kind="stable")
    places, found = places[order], found[order]
    firsts, lasts = found.searchsorted(pairs, side="left").tolist(), found.searchsorted(pairs, side="right").tolist()
    standing = [np.empty(0, np.int64)]
    for run, first, last in zip(wanted, firsts, lasts, strict=True):
        own = places[first:last] if len(run) > 1 else (units == run[0]).nonzero()[0]
        if len(run) > 2:
            own = own[: own.searchsorted(len(units) - len(run), side="right")]
            for at, unit in enumerate(run[2:].tolist(), 2):
                own = own[units.take(own + at) == unit]
        standing.append(own)
    return np.concatenate(standing), np.repeat(np.arange(len(runs)), list(map(len, standing[1:])))


def counted(texts: Texts, characters: str) -> NDArray[np.float64]:
    """Count characters, each in a column, in each text."""
    # The others are counted together in the first column.
    many = len(characters) + 1
    codes = np.zeros(1 << 16, np.uint8)
    codes[_units(characters)] = np.arange(1, many)
    found = codes.take(texts.units)
    rows = [np.bincount(found[start:end], minlength=many) for start, end in zip(texts.starts, texts.ends, strict=True)]
    return np.array(rows, np.float64).reshape(-1, many)[:, 1:]


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
    def _texts(self) -> Texts:
        return self.snapshot.texts(self.slots)

    @cached_property
    def _counts(self) -> NDArray[np.float64]:
        return counted(self._texts, self.characters)

    @cached_property
    def _lengths(self) -> Numbers:
        # Each text ends with a line break of its own.
        return self._texts.ends - self._texts.starts - 1

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
        best = np.zeros(len(self.slots))
        if not self.terms:
            return best
        texts, terms = self._texts, list(self.terms)
        places, which = standing(texts, terms)
        owners = texts.starts.searchsorted(places, side="right") - 1
        # A text begins with its title. A term in the title counts for every passage.
        lengths = np.array([len(_units(term)) for term in terms])
        titled = places + lengths[which] <= texts.starts[owners] + self.snapshot.titles.lengths[self.slots[owners]]
        in_title = np.zeros((len(terms), len(self.slots)), bool)
        in_title[which[titled], owners[titled]] = True
        ends, counts = self.snapshot.passage_ends(self.slots)
        passages_of = np.repeat(np.arange(len(self.slots)), counts)
        in_passage = np.zeros((len(terms), len(ends)), bool)
        untitled = ~in_title[which, owners]
        passages = (ends + texts.starts[passages_of]).searchsorted(places[untitled], side="right")
        in_passage[which[untitled], passages] = True
        for having, weight in zip(in_title, self.terms.values(), strict=True):
            best[having] += weight
        sums = best[passages_of]
        for having, weight in zip(in_passage, self.terms.values(), strict=True):
            sums[having] += weight
        np.maximum.at(best, passages_of, sums)
        return best


def _units(text: str) -> NDArray[np.uint16]:
    return np.frombuffer(text.encode(ENCODING), np.uint16)


def _pair(first: NDArray[np.integer], second: NDArray[np.integer]) -> NDArray[np.int64]:
    return first.astype(np.int64) << 16 | second


def _mixed(first: NDArray[np.uint16], second: NDArray[np.uint16]) -> NDArray[np.uint16]:
    """Mix two characters into one number. Few pairs share it."""
    return first * _MIX + second
