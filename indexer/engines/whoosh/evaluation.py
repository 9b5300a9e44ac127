"""The evaluation of a query over a snapshot: which documents match, and their scores.

Documents are passed as ascending arrays of slots, so checking a few documents is cheap however large the index is.
The formula is that of ``relevance``. The memory engine computes the same for one document at a time, and tests compare
the two.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from indexer import reading, relevance
from indexer.analyzer import Analyzer, is_gram
from indexer.engines.whoosh.postings import Mask, Postings, Slots, both, without
from indexer.engines.whoosh.reading import Reading
from indexer.engines.whoosh.snapshot import Scores, Snapshot
from indexer.fields import KEY_WEIGHTS, number_pattern
from indexer.figures import figures
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
    nearly,
    runs,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """A term of a stream, with its rarity and its postings."""

    name: str
    stream: str
    rarity: float
    postings: Postings


def _cost(query: Query) -> int:
    """Rank how expensive a part is to check: metadata, terms, terms of several texts, or the texts themselves."""
    match query:
        case Phrase() | Synonymous():
            return 3
        case And(parts) | Or(parts):
            return max(map(_cost, parts))
        case Not(part):
            return _cost(part)
        case Some() | Like():
            return 2
        case Text(text):
            return 3 if figures(text) else 1
        case _:
            return 0


class Evaluation:
    """The evaluation of one query over a snapshot."""

    def __init__(self, snapshot: Snapshot, analyzer: Analyzer, query: Query) -> None:
        self._snapshot = snapshot
        self._analyzer = analyzer
        self.query = query
        self.terms = cache(self._terms)
        self._containing = cache(snapshot.containing)
        self._containing_whole = cache(snapshot.containing_whole)

    def answering(self) -> Slots:
        """Return the documents that match."""
        return self._answering(self.query, self._all)

    def answers(self, part: Query, slot: int) -> bool:
        """Return whether a document matches a part of the query."""
        return len(self._answering(part, np.array([slot]))) > 0

    def score(self, part: Query, slot: int) -> float:
        """Return the score that a part of the query gives a document that matches it."""
        return float(self._scores(part, np.array([slot]))[0])

    def scores(self, slots: Slots) -> Scores:
        """Return the scores of some matching documents. ``slots`` are ascending."""
        return self._final(slots, self._scores(self.query, slots)) if len(slots) else np.empty(0)

    def read(self, slots: Slots, scores: Scores) -> Scores:
        """Return the scores of some documents, in any order, with what each gains when it is read."""
        rising = np.argsort(slots)
        prepared = self.reading(slots[rising])
        if not len(slots) or not (prepared.terms or prepared.characters):
            return scores
        gains = np.empty(len(slots))
        gains[rising] = prepared.gains()
        read: Scores = np.round(scores + self._final(slots, gains), relevance.DIGITS)
        return read

    def reading(self, slots: Slots) -> Reading:
        """Prepare the reading of some documents. ``slots`` are ascending."""
        terms = reading.sought(self.query, self.rarities)
        return Reading(self._snapshot, slots, terms, reading.characters(self.query, self._analyzer))

    def _final(self, slots: Slots, scores: Scores) -> Scores:
        title = relevance.titled(self._covered.take(slots))
        final: Scores = (scores * title * self._snapshot.prior.take(slots)).round(relevance.DIGITS)
        return final

    @cached_property
    def _covered(self) -> Scores:
        return self._snapshot.titles.covered(runs(self.query))

    @property
    def _all(self) -> Slots:
        return self._snapshot.all

    def _answering(self, query: Query, among: Slots) -> Slots:
        """Return the matching documents among the given ones."""
        snapshot = self._snapshot
        match query:
            case Everything():
                return among
            case Text(text):
                return self._said(text, among)
            case Phrase(text, whole=True):
                return self._having_whole((text,), among)
            case Phrase(text):
                return self._having(text, among)
            case Synonymous():
                return self._answering(query.choice, among)
            case Key(key):
                bearing, citing = (snapshot.postings(stream, key).among(among) for stream in ("keys", "cites"))
                return self._united(bearing, citing)
            case Within(part, text):
                return among[self._within(part, text)[among]]
            case Dated(since, until):
                days = snapshot.days[among]
                return among[(days >= since) & (days <= until)]
            case Like(id):
                return among[self._like(id)[among]]
            case Some():
                return among[self._enough(query.texts)[among]]
            case Not(part):
                return without(among, self._answering(part, among))
            case And(parts):
                # Expensive parts come last, so that they check only what the cheaper parts have left.
                for part in sorted(parts, key=_cost):
                    among = self._answering(part, among)
                    if not len(among):
                        break
                return among
            case Or(parts):
                return self._united(*(self._answering(part, among) for part in parts))

    def _scores(self, query: Query, slots: Slots) -> Scores:
        """Return a query's scores for some documents that match it. ``slots`` are ascending."""
        match query:
            case Text(text) | Phrase(text):
                return self._bm25(text, slots) * relevance.weight(query, self.rarities)
            case Within(Part.TITLE, text):
                return self._bm25(text, slots)
            case Synonymous():
                return self._scores(query.choice, slots)
            case Key(key):
                scores = np.full(len(slots), relevance.CITES)
                places, weights = self._snapshot.postings("keys", key).meet(slots)
                own = np.where(weights == KEY_WEIGHTS[0], relevance.OWN, relevance.BEARS)
                scores[places] = np.where(weights > 0, own, scores[places])
                return scores
            case Like(id):
                return self._sum(self.terms_of(id), slots)
            case Some(parts):
                return sum((self._partly(part, slots) for part in parts), np.zeros(len(slots)))
            case And(parts):
                return sum((self._scores(part, slots) for part in sorted(parts, key=_cost)), np.zeros(len(slots)))
            case Or(parts):
                best = np.zeros(len(slots))
                for part in parts:
                    own = self._answering(part, slots)
                    at = slots.searchsorted(own)
                    best[at] = np.maximum(best[at], self._scores(part, own))
                return best
            case _:
                return np.zeros(len(slots))

    def _partly(self, query: Query, slots: Slots) -> Scores:
        """Return the scores for as much as each document has of a part, whether it matches it or not."""
        match query:
            case _ if numbers := nearly(query):
                return self._greatest(numbers, slots)
            case And(parts):
                return sum((self._partly(part, slots) for part in parts), np.zeros(len(slots)))
            case Or(parts):
                return self._greatest(parts, slots)
            case Synonymous(text, pieces):
                return self._greatest((text, And(pieces)), slots)
            case Text() | Phrase():
                return self._scores(query, slots)
            case _:
                return np.zeros(len(slots))

    def _greatest(self, parts: Sequence[Query], slots: Slots) -> Scores:
        best = np.zeros(len(slots))
        for part in parts:
            np.maximum(best, self._partly(part, slots), out=best)
        return best

    def _mask(self, *slots: Slots) -> Mask:
        mask = np.zeros(self._snapshot.size, bool)
        for each in slots:
            mask[each] = True
        return mask

    def _united(self, *slots: Slots) -> Slots:
        """Return the union of several arrays of slots, ascending."""
        some = [each for each in slots if len(each)]
        if len(some) < 2:
            return some[0] if some else slots[0]
        return np.flatnonzero(self._mask(*some))

    def rarities(self, text: str) -> list[tuple[str, float]]:
        """Return the terms that represent a text, with their rarities."""
        return [(term.name, term.rarity) for term in self.terms(text)]

    def _terms(self, text: str) -> list[Stored]:
        """Return the terms that represent a text."""
        cut = self._analyzer.query(self._analyzer.topic(text))
        names = [("words", name) for name in cut.words] + [("grams", name) for name in cut.grams]
        if len(names) > relevance.MOST_TERMS:
            names = relevance.rarest({name: self._snapshot.occurrences(*_stored(*name)) for name in names})
        return [self._term(*name) for name in names]

    def postings(self, stream: str, name: str) -> Postings:
        """Return the postings of a query's term."""
        return self._snapshot.postings(*_stored(stream, name))

    def _term(self, stream: str, name: str) -> Stored:
        found = self.postings(stream, name)
        return Stored(name, stream, relevance.rarity(self._snapshot.passages[stream], found.occurrences), found)

    def _said(self, text: str, among: Slots) -> Slots:
        """Return the documents that match a ``Text``."""
        cut = self._analyzer.query(text)
        said = self._every("grams", cut.every, among)
        if relevance.is_code(text):
            token = self._every("words", cut.words, among)
            return self._united(token, both(said, self._containing(text)))
        # A document that has the word also has its bigrams, so for a single word there is nothing to add.
        if len(cut.words) <= relevance.SCATTERED and cut.words != (text,):
            said = self._united(said, self._every("words", cut.words, among))
        return self._having_whole(figures(text), said)

    def _having(self, text: str, among: Slots) -> Slots:
        """Return the documents whose text contains exactly these characters."""
        if not is_gram(text):
            return both(among, self._containing(text))
        # A document that has a gram has it in its text, unless it comes from the issuer's name.
        having = self._every("grams", (text,), among)
        issued = self._within(Part.ISSUER, text)[having]
        known, unsure = having[~issued], having[issued]
        return self._united(known, both(unsure, self._containing(text))) if len(unsure) else known

    def _having_whole(self, runs: Sequence[str], among: Slots) -> Slots:
        """Return the documents whose text has each of these runs as no part of another number."""
        for run in runs:
            among = both(among, self._containing_whole(run))
        return among

    def _every(self, stream: str, names: Sequence[str], among: Slots) -> Slots:
        """Return the documents that have all of these terms. The rarest come first, as they may leave no document."""
        stored = [_stored(stream, name) for name in names]
        for name in sorted(stored, key=lambda name: self._snapshot.occurrences(*name)):
            postings = self._snapshot.postings(*name)
            among = postings.slots if among is self._all else postings.among(among)
            if not len(among):
                break
        return among

    def _like(self, id: str) -> Mask:
        slot = self._snapshot.ids.slot(id)
        terms = self.terms_of(id)
        have = np.zeros(self._snapshot.size)
        for term in terms:
            term.postings.add_to(have, term.rarity)
        enough: Mask = (have > 0) & (have >= relevance.LIKE_SHARE * sum(term.rarity for term in terms))
        if slot is not None:
            enough[slot] = False
        return enough

    def terms_of(self, id: str) -> list[Stored]:
        """Return the terms that characterise a document, each with the weight that replaces its rarity."""
        snapshot = self._snapshot
        slot = snapshot.ids.slot(id)
        if slot is None:
            return []

        def shared_rarity(word: str) -> float:
            term = self._term("words", word)
            return term.rarity if term.postings.count > 1 else 0.0

        def estimate(word: str) -> float:
            # The dictionary also counts deleted documents. Exact counts would mean reading each word's postings,
            # which would be most of the work.
            occurrences, frequency = snapshot.frequencies(*_stored("words", word))
            return relevance.rarity(snapshot.passages["words"], occurrences) if frequency > 1 else 0.0

        weights = relevance.characteristic(
            self._analyzer.words(snapshot.titles[slot]),
            self._analyzer.words(snapshot.text(slot)[: relevance.LIKE_READ]),
            shared_rarity,
            estimate,
        )
        return [replace(self._term("words", word), rarity=weight) for word, weight in weights.items()]

    def _bm25(self, text: str, slots: Slots) -> Scores:
        return self._sum(self.terms(text), slots)

    def _sum(self, terms: Sequence[Stored], slots: Slots) -> Scores:
        total = np.zeros(len(slots))
        norms = {stream: norm.take(slots) for stream, norm in self._snapshot.norms.items()}
        for term in terms:
            places, weights = term.postings.meet(slots)
            total[places] += term.rarity * relevance.saturated(weights.astype(np.float64), norms[term.stream][places])
        return total

    def _enough(self, texts: Sequence[Text]) -> Mask:
        asked = [text.text for text in texts if text.weight == 1]
        enough = self._covering(asked, relevance.RELAXED_SHARE)
        for text in texts:
            if text.weight != 1:
                enough |= self._covering([text.text], relevance.OTHER_SHARE, missing_too=True)
        return enough

    def _covering(self, texts: Sequence[str], share: float, missing_too: bool = False) -> Mask:
        """Return the documents with this share of the texts' terms. ``missing_too`` counts terms no document has."""
        have = np.zeros(self._snapshot.size)
        wanted = 0.0
        for term in (term for text in texts for term in self.terms(text)):
            term.postings.add_to(have, term.rarity)
            wanted += term.rarity if missing_too or term.postings.count else 0.0
        covering: Mask = (have > 0) & (have >= share * wanted)
        return covering

    def _within(self, part: Part, text: str) -> Mask:
        match part:
            case Part.TITLE:
                return self._snapshot.titles.having(text)
            case Part.NUMBER:
                pattern = number_pattern(text)
                return self._snapshot.numbered(pattern) if pattern else np.zeros(self._snapshot.size, bool)
            case Part.ISSUER:
                named = [value for value, form in self._snapshot.issuers if text in form]
                return self._snapshot.facets["issuer"].having(frozenset(named))


def _stored(stream: str, name: str) -> tuple[str, str]:
    """Return the stream and name of a term's postings. A gram of one character stands for all that begin with it."""
    return ("characters", name) if stream == "grams" and len(name) == 1 else (stream, name)
