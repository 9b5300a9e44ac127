"""Searching a snapshot: the best of the documents that match, in the order asked for, and counts by facet."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from indexer import relevance
from indexer.analyzer import Analyzer, query_grams
from indexer.engine import Answer, Hit, SearchRequest, Sort
from indexer.engines.whoosh.evaluation import Evaluation
from indexer.engines.whoosh.folding import fold
from indexer.engines.whoosh.postings import Mask, Slots, without
from indexer.engines.whoosh.snapshot import Scores, Snapshot
from indexer.query import Text, looser
from indexer.reading import Read

# Places among some documents. To write the type out in a function would make it anew at each call.
Places = NDArray[np.intp]
# Up to this many documents are simply sorted.
_FEW = 200


@dataclass(frozen=True, slots=True)
class Found:
    """The matches of a request: the documents within its dates, and among them those that pass the filters."""

    evaluation: Evaluation
    in_range: Slots
    passing: Mapping[str, Mask]
    chosen: Slots
    relaxed: bool


def search(snapshot: Snapshot, analyzer: Analyzer, request: SearchRequest) -> Answer:
    """Answer a request as ``indexer.engine`` describes."""
    found = find(snapshot, analyzer, request)
    evaluation = found.evaluation
    count = request.offset + request.limit
    folded = fold(snapshot, found.chosen, evaluation.scores(found.chosen), request.folds, request.sort)
    chosen, scores = folded.kept, folded.scores
    if request.sort is Sort.RELEVANCE and request.offset < relevance.READ:
        best = _first(snapshot, chosen, scores, request.sort, max(count, relevance.READ))
        read, others = best[: relevance.READ], best[relevance.READ :]
        read_scores = evaluation.read(chosen[read], scores[read])
        order = _first(snapshot, chosen[read], read_scores, request.sort, len(read))
        slots_in_order = np.concatenate((chosen[read][order], chosen[others]))
        scores_in_order = np.concatenate((read_scores[order], scores[others]))
    else:
        best = _first(snapshot, chosen, scores, request.sort, count)
        slots_in_order, scores_in_order = chosen[best], scores[best]
    page = slice(request.offset, count)
    return Answer(
        total=len(found.chosen),
        folded=len(found.chosen) - len(chosen),
        hits=tuple(
            Hit(snapshot.ids[slot], score, tuple(snapshot.ids[each] for each in folded.under(slot)))
            for slot, score in zip(slots_in_order[page].tolist(), scores_in_order[page].tolist(), strict=True)
        ),
        facets={
            name: snapshot.facets[name].counts(_passing(found.in_range, found.passing, but=name))
            for name in request.facets
        },
        relaxed=found.relaxed,
    )


def find(snapshot: Snapshot, analyzer: Analyzer, request: SearchRequest) -> Found:
    """Find the matches of a request. If there are none, find those of the strictest looser query that has any."""
    hidden = snapshot.ids.slots(request.hidden)
    for query in (request.query, *looser(request.query)):
        evaluation = Evaluation(snapshot, analyzer, query)
        slots = without(evaluation.answering(), hidden)
        if len(slots):
            break
    answered = bool(len(slots))
    slots = _within(snapshot, slots, request.since, request.until)
    passing = {name: snapshot.facets[name].having(wanted) for name, wanted in request.filters.items() if wanted}
    relaxed = answered and query is not request.query
    return Found(evaluation, slots, passing, _passing(slots, passing), relaxed)


def score_of(snapshot: Snapshot, found: Found, slot: int, sort: Sort) -> tuple[float, Read | None]:
    """Return a matching document's score and, if it is among the best, what is known of those that are read."""
    chosen, evaluation = found.chosen, found.evaluation
    scores = evaluation.scores(chosen)
    best = _first(snapshot, chosen, scores, sort, relevance.READ)
    read = best[chosen[best] == slot]
    if sort is Sort.RELEVANCE and len(read):
        after = evaluation.read(chosen[best], scores[best])
        return float(after[best == read[0]][0]), evaluation.reading(np.sort(chosen[best])).read
    return float(scores[chosen == slot][0]), None


def unanswered(snapshot: Snapshot, analyzer: Analyzer, sample: int) -> list[str]:
    """Return the ids, in an even sample, of documents that a search for their title misses. A sound index has none."""
    step = max(1, snapshot.size // sample)
    titled = [slot for slot in range(0, snapshot.size, step) if query_grams(snapshot.titles[slot])]
    return [
        snapshot.ids[slot]
        for slot in titled
        if slot not in Evaluation(snapshot, analyzer, Text(snapshot.titles[slot])).answering()
    ]


def _within(snapshot: Snapshot, slots: Slots, since: int | None, until: int | None) -> Slots:
    if since is None and until is None:
        return slots
    days = snapshot.days[slots]
    within = (days > 0) & (days >= (since or 0))
    return slots[within if until is None else within & (days <= until)]


def _passing(slots: Slots, passing: Mapping[str, Mask], but: str | None = None) -> Slots:
    for name, having in passing.items():
        if name != but:
            slots = slots[having[slots]]
    return slots


def _first(snapshot: Snapshot, slots: Slots, scores: Scores, sort: Sort, count: int) -> Places:
    """Return the first ``count`` in the order of ``sort``. Ties are ordered by day, then by id, as in ``relevance``."""

    def by_score(at: Places) -> Scores:
        return -scores[at]

    def newest(at: Places) -> Scores:
        return -snapshot.days[slots[at]]

    def oldest(at: Places) -> Scores:
        days = snapshot.days[slots[at]]
        return np.where(days > 0, days, np.inf)

    def by_id(at: Places) -> Scores:
        return snapshot.ids.place[slots[at]]

    keys: Mapping[Sort, Sequence[Callable[[Places], Scores]]] = {
        Sort.RELEVANCE: (by_score, newest, by_id),
        Sort.NEWEST: (newest, by_score, by_id),
        Sort.OLDEST: (oldest, by_score, by_id),
    }
    return _least(np.arange(len(slots)), keys[sort], count)


def _least(places: Places, keys: Sequence[Callable[[Places], Scores]], count: int) -> Places:
    """Return the ``count`` smallest of these places in order, by the first key, then by the next ones.

    Only places up to the last wanted one are sorted. A key is computed only for places whose order it may decide.
    """
    if keys and len(places) > max(_FEW, count) and count:
        values = keys[0](places)
        bound = np.partition(values, count - 1)[count - 1]
        sure, tied = places[values < bound], places[values == bound]
        places = np.concatenate((sure, _least(tied, keys[1:], count - len(sure))))
    ordered: Places = places[np.lexsort([key(places) for key in reversed(keys)])] if keys else places
    return ordered[:count]
