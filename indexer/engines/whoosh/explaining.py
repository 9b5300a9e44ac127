"""Explaining a hit: what a snapshot knows about one document, for the walk in ``indexer.explanation``."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from indexer import explanation
from indexer.analyzer import Analyzer
from indexer.engine import SearchRequest
from indexer.engines.whoosh import searching
from indexer.engines.whoosh.evaluation import Evaluation, Stored
from indexer.engines.whoosh.snapshot import Snapshot
from indexer.explanation import Explanation, Facts, Spread, Term
from indexer.query import Key, Query


def explain(snapshot: Snapshot, analyzer: Analyzer, request: SearchRequest, id: str) -> Explanation | None:
    """Explain the score of a document as ``indexer.engine`` describes."""
    found = searching.find(snapshot, analyzer, request)
    slot = snapshot.ids.slot(id)
    if slot is None or slot not in found.chosen:
        return None
    score, read = searching.score_of(snapshot, found, slot, request.sort)
    candidate = _Candidate(snapshot, found.evaluation, slot)
    return explanation.explain(found.evaluation.query, candidate, score, read, analyzer)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A document of a snapshot that is compared with a query."""

    snapshot: Snapshot
    evaluation: Evaluation
    slot: int

    def facts(self) -> Facts:
        snapshot, slot = self.snapshot, self.slot
        issuers = snapshot.facets["issuer"].of_slot(slot)
        return Facts(
            snapshot.titles[slot], snapshot.text(slot), snapshot.numbers(slot), issuers, float(snapshot.prior[slot])
        )

    def answers(self, leaf: Query) -> bool:
        return self.evaluation.answers(leaf, self.slot)

    def number(self, key: str) -> float:
        return self.evaluation.score(Key(key), self.slot)

    def terms(self, text: str) -> Sequence[Term]:
        return list(self._standing(self.evaluation.terms(text)))

    def shared_with(self, id: str) -> Sequence[Term]:
        return [replace(term, characteristic=True) for term in self._standing(self.evaluation.terms_of(id))]

    def rarities(self, text: str) -> Sequence[tuple[str, float]]:
        return self.evaluation.rarities(text)

    def spread(self, term: Term) -> Spread:
        postings = self.evaluation.postings(term.stream, term.name)
        return Spread(postings.occurrences, postings.count, float(self.snapshot.passages[term.stream]))

    def _standing(self, terms: Sequence[Stored]) -> Iterator[Term]:
        for term in terms:
            _, weights = term.postings.meet(np.array([self.slot]))
            if weights.any():
                norm = self.snapshot.norms[term.stream][self.slot]
                yield Term(term.name, term.stream, float(term.rarity), float(weights[0]), float(norm))
