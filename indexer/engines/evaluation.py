"""Searching a snapshot: a mask of the documents that answer, a score for each, an order, and counts by facet.

The formula is ``relevance``'s; the memory engine computes the same one document at a time, and tests hold the two
together.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from archive.text import normalise
from indexer import relevance
from indexer.analyzer import Analyzer, query_grams
from indexer.engine import Answer, Hit, SearchRequest, Sort
from indexer.engines.snapshot import Coded, Mask, Postings, Scores, Snapshot
from indexer.fields import KEY_WEIGHTS, number_pattern
from indexer.query import (
    And,
    Dated,
    Everything,
    Key,
    Like,
    Not,
    Or,
    Part,
    Phrase,
    Query,
    Some,
    Synonymous,
    Text,
    Within,
    leaves,
    looser,
    runs,
)


@dataclass(frozen=True, slots=True)
class _Term:
    """A term of a stream, how much it says, and where it stands."""

    name: str
    stream: str
    rarity: float
    postings: Postings


def search(snapshot: Snapshot, analyzer: Analyzer, request: SearchRequest) -> Answer:
    """The answer to a request, as ``indexer.engine`` describes it."""
    allowed = np.ones(snapshot.size, bool)
    allowed[[snapshot.slot_of[id] for id in request.hidden if id in snapshot.slot_of]] = False
    for query in (request.query, *looser(request.query)):
        evaluation = _Evaluation(snapshot, analyzer, query)
        mask, scores = evaluation.run()
        mask = mask & allowed
        if mask.any():
            break
    answered = bool(mask.any())
    mask &= _within(snapshot, request.since, request.until)
    passing = {
        name: _having(snapshot, snapshot.facets[name], wanted) for name, wanted in request.filters.items() if wanted
    }
    slots = np.flatnonzero(_all(mask, passing, but=None))
    ordered = _ordered(snapshot, slots, scores, request.sort)
    if request.sort is Sort.RELEVANCE and request.offset < relevance.READ:
        best = ordered[: relevance.READ]
        scores = evaluation.read(best, scores)
        ordered = np.concatenate((_ordered(snapshot, best, scores, request.sort), ordered[relevance.READ :]))
    page = ordered[request.offset : request.offset + request.limit]
    return Answer(
        total=len(slots),
        hits=tuple(Hit(snapshot.ids[slot], float(scores[slot])) for slot in page),
        facets={name: _counts(snapshot.facets[name], _all(mask, passing, but=name)) for name in request.facets},
        relaxed=answered and query is not request.query,
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


def _cost(query: Query) -> int:
    """How dear a part is to ask: a look at metadata, at terms, at those of several texts, or at texts themselves."""
    match query:
        case Phrase() | Synonymous():
            return 3
        case And(parts) | Or(parts):
            return max(map(_cost, parts))
        case Not(part):
            return _cost(part)
        case Some() | Like():
            return 2
        case Text():
            return 1
        case _:
            return 0


class _Evaluation:
    """One query over a snapshot."""

    def __init__(self, snapshot: Snapshot, analyzer: Analyzer, query: Query) -> None:
        self._snapshot = snapshot
        self._analyzer = analyzer
        self._query = query

    def run(self) -> tuple[Mask, Scores]:
        """Which documents answer, and the score of each that does."""
        mask, scores = self._visit(self._query, np.ones(self._snapshot.size, bool))
        return mask, self._final(scores) if mask.any() else scores

    def read(self, slots: NDArray[np.intp], scores: Scores) -> Scores:
        """The scores with what the best passage adds to those of the given documents."""
        if not len(slots):
            return scores
        weights: dict[str, float] = {}
        for text in (leaf for leaf in leaves(self._query) if isinstance(leaf, Text | Phrase)):
            terms_of = [(term.name, term.rarity * text.weight) for term in self._terms(text.text)]
            relevance.gather(weights, text.text, terms_of)
        terms = relevance.telling(weights)
        passages = np.zeros(self._snapshot.size)
        for slot in slots:
            passages[slot] = relevance.best_passage(self._snapshot.titles[slot], self._snapshot.text(slot), terms)
        read: Scores = np.round(scores + self._final(passages), relevance.DIGITS)
        return read

    def _final(self, scores: Scores) -> Scores:
        final: Scores = np.round(scores * self._title_factor * self._snapshot.prior, relevance.DIGITS)
        return final

    @cached_property
    def _title_factor(self) -> Scores:
        factor: Scores = 1 + relevance.TITLE * self._snapshot.titles_covered(runs(self._query))
        return factor

    def _visit(self, query: Query, among: Mask) -> tuple[Mask, Scores]:
        """Which of some documents answer, and the scores of those that do."""
        snapshot = self._snapshot
        match query:
            case Everything():
                return among, self._nothing
            case Text(text, weight):
                return self._scored(among & self._said(text), text, weight)
            case Phrase(text, weight):
                return self._scored(snapshot.containing(text, among & self._every_gram(text)), text, weight)
            case Synonymous(said, pieces):
                return self._visit(Or((said, And(pieces))), among)
            case Key(key):
                scores = np.zeros(snapshot.size)
                scores[snapshot.postings("cites", key).slots] = relevance.CITES
                bearing = snapshot.postings("keys", key)
                scores[bearing.slots] = np.where(bearing.weights == KEY_WEIGHTS[0], relevance.OWN, relevance.BEARS)
                return among & (scores > 0), scores
            case Within(part, text):
                mask = among & self._within(part, text)
                return self._scored(mask, text, 1.0) if part is Part.TITLE else (mask, self._nothing)
            case Dated(since, until):
                return among & (snapshot.days >= since) & (snapshot.days <= until), self._nothing
            case Like(id):
                mask, scores = self._like(id)
                return among & mask, scores
            case Some(texts):
                parts_of = (self._bm25(text.text) * text.weight for text in texts)
                return among & self._enough(texts), sum(parts_of, self._nothing)
            case Not(part):
                return among & ~self._visit(part, among)[0], self._nothing
            case And(parts):
                total = np.zeros(snapshot.size)
                # What is dear is asked only where nothing cheaper has said no.
                for part in sorted(parts, key=_cost):
                    among, scores = self._visit(part, among)
                    if not among.any():
                        break
                    total += scores
                return among, total
            case Or(parts):
                found = [self._visit(part, among) for part in parts]
                return (
                    np.any([mask for mask, _ in found], axis=0),
                    np.max([np.where(mask, scores, 0.0) for mask, scores in found], axis=0),
                )

    def _scored(self, mask: Mask, text: str, weight: float) -> tuple[Mask, Scores]:
        return mask, self._bm25(text) * weight if mask.any() else self._nothing

    @property
    def _nothing(self) -> Scores:
        return np.zeros(self._snapshot.size)

    def _terms(self, text: str) -> list[_Term]:
        """The terms that say something."""
        cut = self._analyzer.query(text)
        names = [("words", name) for name in cut.words] + [("grams", name) for name in cut.grams]
        if len(names) > relevance.MOST_TERMS:
            names = relevance.rarest({name: self._snapshot.occurrences(*name) for name in names})
        return [self._term(*name) for name in names]

    def _term(self, stream: str, name: str) -> _Term:
        found = (
            self._snapshot.starting(stream, name)
            if stream == "grams" and len(name) == 1
            else self._snapshot.postings(stream, name)
        )
        return _Term(name, stream, relevance.rarity(self._snapshot.passages[stream], found.occurrences), found)

    def _said(self, text: str) -> Mask:
        """Which documents answer a ``Text``."""
        words = self._analyzer.query(text).words
        said = self._every_gram(text)
        if relevance.is_code(text):
            token = self._every("words", words)
            return token | self._snapshot.containing(text, said & ~token)
        return said | self._every("words", words) if len(words) <= relevance.SCATTERED else said

    def _every_gram(self, text: str) -> Mask:
        return self._every("grams", self._analyzer.query(text).every)

    def _every(self, stream: str, names: Sequence[str]) -> Mask:
        """Which documents have all of these terms: the rarest first, since none may be left after a few."""
        snapshot = self._snapshot
        every = np.ones(snapshot.size, bool)
        for name in sorted(names, key=lambda name: snapshot.occurrences(stream, name)):
            having = np.zeros(snapshot.size, bool)
            having[self._term(stream, name).postings.slots] = True
            every &= having
            if not every.any():
                break
        return every

    def _like(self, id: str) -> tuple[Mask, Scores]:
        snapshot = self._snapshot
        slot = snapshot.slot_of.get(id)
        if slot is None:
            return np.zeros(snapshot.size, bool), np.zeros(snapshot.size)

        def shared_rarity(word: str) -> float:
            term = self._term("words", word)
            return term.rarity if len(term.postings.slots) > 1 else 0.0

        weights = relevance.characteristic(
            self._analyzer.words(snapshot.titles[slot]),
            self._analyzer.words(snapshot.text(slot)[: relevance.LIKE_READ]),
            shared_rarity,
        )
        terms = [replace(self._term("words", word), rarity=weight) for word, weight in weights.items()]
        have = np.zeros(snapshot.size)
        for term in terms:
            have[term.postings.slots] += term.rarity
        enough: Mask = (have > 0) & (have >= relevance.LIKE_SHARE * sum(weights.values()))
        enough[slot] = False
        return enough, self._sum(terms)

    def _bm25(self, text: str) -> Scores:
        return self._sum(self._terms(text))

    def _sum(self, terms: Sequence[_Term]) -> Scores:
        total = np.zeros(self._snapshot.size)
        for term in terms:
            slots, count = term.postings.slots, term.postings.weights
            norm = self._snapshot.norms[term.stream][slots]
            total[slots] += term.rarity * (count * (relevance.K1 + 1) / (count + norm))
        return total

    def _enough(self, texts: Sequence[Text]) -> Mask:
        asked = [text.text for text in texts if text.weight == 1]
        enough = self._covering(asked, relevance.RELAXED_SHARE)
        for text in texts:
            if text.weight != 1:
                enough |= self._covering([text.text], relevance.OTHER_SHARE, missing_too=True)
        return enough

    def _covering(self, texts: Sequence[str], share: float, missing_too: bool = False) -> Mask:
        """Which documents have this share of the texts' terms; those that no document has count only if said so."""
        have = np.zeros(self._snapshot.size)
        wanted = 0.0
        for term in (term for text in texts for term in self._terms(text)):
            have[term.postings.slots] += term.rarity
            wanted += term.rarity if missing_too or len(term.postings.slots) else 0.0
        covering: Mask = (have > 0) & (have >= share * wanted)
        return covering

    def _within(self, part: Part, text: str) -> Mask:
        match part:
            case Part.TITLE:
                return self._snapshot.titled(text)
            case Part.NUMBER:
                pattern = number_pattern(text)
                return self._snapshot.numbered(pattern) if pattern else np.zeros(self._snapshot.size, bool)
            case Part.ISSUER:
                coded = self._snapshot.facets["issuer"]
                wanted = frozenset(value for value in coded.values if text in normalise(value))
                return _having(self._snapshot, coded, wanted)
