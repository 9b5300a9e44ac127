"""Measures of a run by class of query, through ir_measures, and comparison of two runs."""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, quantiles
from time import perf_counter

from archive.errors import GongkaiError
from indexer.judging.queries import EXACT, Judged

# The name of the row over all classes.
ALL = "all"
DEPTH = 100
NDCG = "nDCG@10"
NAMES = ("Success@1", "Success@3", "Success@5", "RR", NDCG, "R@100")
# How many random shuffles of two runs test whether a difference is chance.
SHUFFLES = 2000

# A search to judge: returns at most so many ids for a text, best first.
Search = Callable[[str, int], Sequence[str]]


class NotInstalled(GongkaiError):
    """The measuring library is not installed."""

    def __init__(self) -> None:
        super().__init__("没有安装 ir-measures，无法评测。请改用 ./run judge，它会先安装。")


@dataclass(frozen=True, slots=True)
class Run:
    """A run: by query id, the text asked, the ranked ids, and the milliseconds taken."""

    asked: Mapping[str, str]
    ranked: Mapping[str, Sequence[str]]
    took: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Scores:
    """The scores of a class: ``values`` are means by measure; ``p50`` and ``p95`` are milliseconds.

    An exact class has ``recall`` and ``precision`` over all documents found instead of ``values``.
    """

    queries: int
    values: Mapping[str, float]
    p50: float
    p95: float
    recall: float | None = None
    precision: float | None = None


@dataclass(frozen=True, slots=True)
class Difference:
    """The ``gain`` in ``NDCG`` over another run, and ``p``, the chance of a difference as great by luck.

    ``won`` and ``lost`` are the queries that gained and lost most.
    """

    queries: int
    gain: float
    p: float
    won: Sequence[tuple[str, float]]
    lost: Sequence[tuple[str, float]]


def run(search: Search, queries: Iterable[Judged], everything: int) -> Run:
    """Run every query. ``everything`` is the number of documents, the limit for classes where every hit counts."""
    asked: dict[str, str] = {}
    ranked: dict[str, Sequence[str]] = {}
    took: dict[str, float] = {}
    for query in queries:
        asked[query.id] = query.text
        started = perf_counter()
        ranked[query.id] = search(query.text, everything if query.kind in EXACT else DEPTH)
        took[query.id] = (perf_counter() - started) * 1000
    return Run(asked, ranked, took)


def scores(queries: Sequence[Judged], done: Run) -> dict[str, Scores]:
    """Return the scores of a run by class, and over all classes that are not exact. Raises NotInstalled."""
    ranking = [query for query in queries if query.kind not in EXACT]
    each = per_query(ranking, done)
    kinds = dict.fromkeys(query.kind for query in queries)
    found = {kind: _scores([query for query in queries if query.kind == kind], done, each) for kind in kinds}
    if len(kinds) > 1 and ranking:
        found[ALL] = _scores(ranking, done, each)
    return found


def per_query(queries: Sequence[Judged], done: Run) -> dict[str, dict[str, float]]:
    """Return each measure of each query. Raises NotInstalled."""
    try:
        import ir_measures
    except ImportError as error:
        raise NotInstalled from error
    judgements = [ir_measures.Qrel(query.id, id, grade) for query in queries for id, grade in query.relevant.items()]
    found = [
        ir_measures.ScoredDoc(query.id, id, float(-at))
        for query in queries
        for at, id in enumerate(done.ranked[query.id][:DEPTH])
    ]
    measures = [ir_measures.parse_measure(name) for name in NAMES]
    values: dict[str, dict[str, float]] = {query.id: dict.fromkeys(NAMES, 0.0) for query in queries}
    for metric in ir_measures.iter_calc(measures, judgements, found):
        values[metric.query_id][str(metric.measure)] = float(metric.value)
    return values


def _scores(queries: Sequence[Judged], done: Run, each: Mapping[str, Mapping[str, float]]) -> Scores:
    took = sorted(done.took[query.id] for query in queries)
    p95 = quantiles(took, n=20, method="inclusive")[-1] if len(took) > 1 else took[0]
    exact = all(query.kind in EXACT for query in queries)
    shares = [_shares(query, set(done.ranked[query.id])) for query in queries] if exact else []
    return Scores(
        queries=len(queries),
        values={} if exact else {name: fmean(each[query.id][name] for query in queries) for name in NAMES},
        p50=took[len(took) // 2],
        p95=p95,
        recall=fmean(recall for recall, _ in shares) if shares else None,
        precision=fmean(precision for _, precision in shares) if shares else None,
    )


def _shares(query: Judged, found: set[str]) -> tuple[float, float]:
    hits = len(found & query.relevant.keys())
    return hits / len(query.relevant), hits / len(found) if found else 0.0


def differences(queries: Sequence[Judged], now: Run, before: Run) -> dict[str, Difference]:
    """Compare two runs on their common queries, by class and over all, leaving out exact classes.

    Queries are common if id and text agree: known items of another seed have the same ids but are different queries.
    Returns an empty dict if there are none. Raises NotInstalled.
    """
    both = [query for query in queries if before.asked.get(query.id) == query.text and query.kind not in EXACT]
    if not both:
        return {}
    ours, theirs = per_query(both, now), per_query(both, before)
    gains = {query.id: ours[query.id][NDCG] - theirs[query.id][NDCG] for query in both}
    kinds = dict.fromkeys(query.kind for query in both)
    found = {kind: _difference([query for query in both if query.kind == kind], gains) for kind in kinds}
    if len(kinds) > 1:
        found[ALL] = _difference(both, gains)
    return found


def _difference(queries: Sequence[Judged], gains: Mapping[str, float]) -> Difference:
    ordered = sorted(((query.text, gains[query.id]) for query in queries), key=lambda gain: gain[1])
    return Difference(
        queries=len(queries),
        gain=fmean(gain for _, gain in ordered),
        p=chance_of([gain for _, gain in ordered]),
        won=[gain for gain in ordered[::-1][:5] if gain[1] > 0],
        lost=[gain for gain in ordered[:5] if gain[1] < 0],
    )


def chance_of(gains: Sequence[float]) -> float:
    """Return the chance of a mean gain as great, either way, if a coin toss decided which run had which score.

    This is the paired randomisation test (Smucker, Allan and Carterette, A comparison of statistical significance tests
    for information retrieval evaluation, 2007) with ``SHUFFLES`` shuffles.
    """
    chance = random.Random(0)  # noqa: S311  # a sample, not a secret
    observed = abs(sum(gains))
    as_great = sum(
        abs(sum(gain if chance.random() < 0.5 else -gain for gain in gains)) >= observed - 1e-12
        for _ in range(SHUFFLES)
    )
    return (as_great + 1) / (SHUFFLES + 1)
