"""Searching a snapshot: a mask of the documents that answer, a score for each, an order, and counts by facet.

The formula is ``relevance``'s; the memory engine computes the same one document at a time, and tests hold the two
together.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from indexer import relevance
from indexer.analyzer import Analyzer, query_grams
from indexer.engine import Answer, Hit, SearchRequest, Sort
from indexer.engines.snapshot import Coded, Mask, Postings, Scores, Snapshot
from indexer.query import And, Everything, Key, Not, Or, Phrase, Query, Some, Text, relaxed, runs


def search(snapshot: Snapshot, analyzer: Analyzer, request: SearchRequest) -> Answer:
    """The answer to a request, as ``indexer.engine`` describes it."""
    allowed = np.ones(snapshot.size, bool)
    allowed[[snapshot.slot_of[id] for id in request.hidden if id in snapshot.slot_of]] = False
    mask, scores = _Evaluation(snapshot, analyzer, request.query).run()
    mask = mask & allowed
    looser = relaxed(request.query) if not mask.any() else None
    if looser is not None:
        mask, scores = _Evaluation(snapshot, analyzer, looser).run()
        mask = mask & allowed
    mask &= _within(snapshot, request.since, request.until)
    passing = {
        name: _having(snapshot, snapshot.facets[name], wanted) for name, wanted in request.filters.items() if wanted
    }
    slots = np.flatnonzero(_all(mask, passing, but=None))
    ordered = _ordered(snapshot, slots, scores, request.sort)[request.offset : request.offset + request.limit]
    return Answer(
        total=len(slots),
        hits=tuple(Hit(snapshot.ids[slot], float(scores[slot])) for slot in ordered),
        facets={name: _counts(snapshot.facets[name], _all(mask, passing, but=name)) for name in request.facets},
        relaxed=looser is not None,
    )


def unanswered(snapshot: Snapshot, analyzer: Analyzer, sample: int) -> list[str]:
    """Ids, out of an even sample, of documents that do not answer their own title: an index with any is broken."""
    step = max(1, snapshot.size // sample)
    titled = [slot for slot in range(0, snapshot.size, step) if query_grams(snapshot.titles[slot])]
    return [
        snapshot.ids[slot]
        for slot in titled
        if not _Evaluation(snapshot, analyzer, Text(snapshot.titles[slot])).run()[0][slot]
    ]


def _within(snapshot: Snapshot, since: int | None, until: int | None) -> Mask:
    if since is None and until is None:
        return np.ones(snapshot.size, bool)
    days = snapshot.days
    within: Mask = (days > 0) & (days >= (since or 0))
    return within if until is None else within & (days <= until)


def _having(snapshot: Snapshot, coded: Coded, wanted: frozenset[str]) -> Mask:
    """The documents that have one of the wanted values."""
    chosen = np.array([value in wanted for value in coded.values], bool)
    mask = np.zeros(snapshot.size, bool)
    if len(chosen):
        mask[coded.slots[chosen[coded.codes]]] = True
    return mask


def _all(mask: Mask, passing: Mapping[str, Mask], but: str | None) -> Mask:
    for name, having in passing.items():
        if name != but:
            mask = mask & having
    return mask


def _counts(coded: Coded, mask: Mask) -> dict[str, int]:
    counts = np.bincount(coded.codes[mask[coded.slots]], minlength=len(coded.values))
    return {value: int(count) for value, count in zip(coded.values, counts, strict=True) if count}


def _ordered(snapshot: Snapshot, slots: NDArray[np.intp], scores: Scores, sort: Sort) -> NDArray[np.intp]:
    """The slots in the order of ``sort``; ties by day, then by id, as ``relevance`` says."""
    days = snapshot.days[slots].astype(np.float64)
    match sort:
        case Sort.RELEVANCE:
            keys = (-days, -scores[slots])
        case Sort.NEWEST:
            keys = (-scores[slots], -days)
        case Sort.OLDEST:
            keys = (-scores[slots], np.where(days > 0, days, np.inf))
    return slots[np.lexsort((snapshot.place[slots], *keys))]


class _Evaluation:
    """One query over a snapshot."""

    def __init__(self, snapshot: Snapshot, analyzer: Analyzer, query: Query) -> None:
        self._snapshot = snapshot
        self._analyzer = analyzer
        self._query = query
        self._terms = lru_cache(None)(self._look_up)

    def run(self) -> tuple[Mask, Scores]:
        """Which documents answer, and the score of each that does."""
        mask, scores = self._visit(self._query)
        wanted = runs(self._query)
        factor = np.ones(self._snapshot.size)
        for slot in np.flatnonzero(mask):
            factor[slot] += relevance.TITLE * relevance.title_share(self._snapshot.titles[slot], wanted)
        return mask, np.round(scores * factor * self._snapshot.prior, relevance.DIGITS)

    def _visit(self, query: Query) -> tuple[Mask, Scores]:
        match query:
            case Everything():
                return np.ones(self._snapshot.size, bool), np.zeros(self._snapshot.size)
            case Text(text):
                return self._every_word(text) | self._every_gram(text), self._bm25(text)
            case Phrase(text):
                return self._snapshot.containing(text, self._every_gram(text)), self._bm25(text)
            case Key(key):
                bears, cites = self._having("keys", key), self._having("cites", key)
                return bears | cites, np.where(bears, relevance.BEARS, relevance.CITES)
            case Some(texts):
                return self._enough(texts), sum((self._bm25(text) for text in texts), np.zeros(self._snapshot.size))
            case Not(part):
                return ~self._visit(part)[0], np.zeros(self._snapshot.size)
            case And(parts):
                masks, scores = zip(*map(self._visit, parts), strict=True)
                return np.all(masks, axis=0), np.sum(scores, axis=0)
            case Or(parts):
                found = [self._visit(part) for part in parts]
                return (
                    np.any([mask for mask, _ in found], axis=0),
                    np.sum([np.where(mask, scores, 0.0) for mask, scores in found], axis=0),
                )

    def _look_up(self, text: str) -> dict[str, list[tuple[float, Postings]]]:
        """The terms of a text by stream, each with its idf and its postings."""
        snapshot = self._snapshot
        terms = {"words": self._analyzer.query_words(text), "grams": query_grams(text)}
        found = {}
        for stream, names in terms.items():
            postings = [
                snapshot.starting(stream, name)
                if stream == "grams" and len(name) == 1
                else snapshot.postings(stream, name)
                for name in names
            ]
            found[stream] = [(relevance.idf(snapshot.size, len(each.slots)), each) for each in postings]
        return found

    def _every(self, terms: Sequence[tuple[float, Postings]]) -> Mask:
        counts = np.zeros(self._snapshot.size, np.int32)
        for _, postings in terms:
            counts[postings.slots] += 1
        every: Mask = counts == len(terms) if terms else np.zeros(self._snapshot.size, bool)
        return every

    def _every_word(self, text: str) -> Mask:
        return self._every(self._terms(text)["words"])

    def _every_gram(self, text: str) -> Mask:
        return self._every(self._terms(text)["grams"])

    def _bm25(self, text: str) -> Scores:
        total = np.zeros(self._snapshot.size)
        for stream, weight in (("words", 1.0), ("grams", relevance.GRAMS)):
            norm = self._snapshot.norms[stream]
            part = np.zeros(self._snapshot.size)
            for idf, postings in self._terms(text)[stream]:
                count = postings.weights
                part[postings.slots] += idf * (count * (relevance.K1 + 1) / (count + norm[postings.slots]))
            total += weight * part
        return total

    def _enough(self, texts: Sequence[str]) -> Mask:
        have = np.zeros(self._snapshot.size)
        wanted = 0.0
        for text in texts:
            for terms in self._terms(text).values():
                for idf, postings in terms:
                    have[postings.slots] += idf
                    wanted += idf if len(postings.slots) else 0.0
        enough: Mask = (have >= relevance.RELAXED_SHARE * wanted) & (have > 0)
        return enough

    def _having(self, stream: str, term: str) -> Mask:
        mask = np.zeros(self._snapshot.size, bool)
        mask[self._snapshot.postings(stream, term).slots] = True
        return mask
