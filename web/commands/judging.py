"""``gongkai judge``: measure the citizens' search on judged queries and print tables."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import click
from rich.cells import cell_len

from archive.registers.everything import Everything
from archive.store.space import naming
from indexer import sync
from indexer.asking.parse import MAX_LENGTH
from indexer.errors import BadQuery, of_the_staff
from indexer.judging import baselines, queries
from indexer.judging.measures import DEPTH, NAMES, NDCG, Difference, Run, Scores, differences, run, scores
from indexer.prior.candidates import candidates
from web.installation.services import Services, staff_engine
from web.search.find import ranked

OURS = "gongkai"
# The classes of requests, and the search that they are compared with.
HALVES = ("one half", "other half")
NOT_PUBLIC = "not public"
CITIZENS = "citizens' search"


@dataclass(frozen=True, slots=True)
class Judgement:
    """A measurement. ``systems`` begins with ours, ``against`` is by class. For the rest see ``queries.Reading``."""

    documents: int
    judged: Sequence[queries.Judged]
    systems: Mapping[str, Mapping[str, Scores]]
    skipped: Sequence[str]
    unknown: Sequence[str]
    against: Mapping[str, Difference] | None
    ours: Run


@dataclass(frozen=True, slots=True)
class Ratio:
    """The ``NDCG`` of our search and of the best ``baseline``. There is no ``ratio`` if the baseline found nothing."""

    ours: float
    best: float
    baseline: str
    ratio: float | None


def judge(
    services: Services, files: Sequence[Path], known: int, seed: int, compare: bool, against: Path | None
) -> Judgement:
    """Judge the search. Raises BadQueries, NotInstalled, IndexUnusable."""
    documents = list(services.catalogue.public_all())
    # A name is looked for among all documents: that of one that isn't public must not come to mean another.
    public, sources = services.catalogue.by_name(), services.catalogue.sources()
    before = _saved(against) if against else None
    reading = queries.read(files, lambda name: _named(sources, name), public)
    made = list(queries.known(documents, known, seed)) if known else []
    judged = [*reading.judged, *made]
    if not judged:
        raise queries.BadQueries(
            f"没有可评测的检索词：{len(reading.skipped)} 条检索词所指的文件都没有公开，公开文件共 {len(documents)} 件。"
        )
    if twice := {query.id for query in reading.judged} & {query.id for query in made}:
        raise queries.BadQueries(f"编号 {min(twice)} 与 --known 自拟的检索词重复，请改用别的编号。")

    def ours(text: str, limit: int) -> Sequence[str]:
        try:
            return ranked(services, text, limit)
        except BadQuery:
            return []

    # The first search loads what later ones share, so it is not measured.
    ours(judged[0].text, 1)
    runs = {OURS: run(ours, judged, len(documents))}
    if compare:
        with baselines.baselines(documents) as others:
            runs |= {name: run(search, judged, len(documents)) for name, search in others.items()}
    return Judgement(
        documents=len(documents),
        judged=judged,
        systems={name: scores(judged, done) for name, done in runs.items()},
        skipped=reading.skipped,
        unknown=reading.unknown,
        against=differences(judged, runs[OURS], before) if before else None,
        ours=runs[OURS],
    )


def judge_requests(services: Services, files: Sequence[Path]) -> Judgement:
    """Judge what the desk finds for requests against the citizens' search for the same text.

    The classes are the two halves of the requests whose answers are public, taken in turn, and those whose answers
    only staff can find. The citizens' search reads what its field takes. Raises as ``judge`` does.
    """
    everything = Everything(services.catalogue)
    public, sources = services.catalogue.by_name(), services.catalogue.sources()
    reading = queries.read(files, lambda name: _named(sources, name))
    shown = [query for query in reading.judged if any(id in public for id in query.relevant)]
    judged = [replace(query, kind=HALVES[at % 2]) for at, query in enumerate(shown)]
    judged += [replace(query, kind=NOT_PUBLIC) for query in reading.judged if query not in shown]
    if not judged:
        raise queries.BadQueries(f"没有可评测的申请：{len(reading.skipped)} 条申请所指的文件都不在档案里。")

    def theirs(text: str, limit: int) -> Sequence[str]:
        try:
            return ranked(services, text[:MAX_LENGTH], limit)
        except BadQuery:
            return []

    # Before what takes longer, and outside: an index of the citizens' that isn't there is built by another command.
    citizens = run(theirs, judged, DEPTH)
    with of_the_staff(), closing(staff_engine(services)) as engine:
        if sync.behind(everything, engine):
            sync.follow(everything, engine)

        def ours(text: str, limit: int) -> Sequence[str]:
            found = candidates(engine, services.synonyms.current(), everything.many, text)
            return [each.document.id for each in found.candidates[:limit]]

        ours(judged[0].text, 1)
        runs = {OURS: run(ours, judged, DEPTH), CITIZENS: citizens}
        count = engine.count()
    return Judgement(
        documents=count,
        judged=judged,
        systems={name: scores(judged, done) for name, done in runs.items()},
        skipped=reading.skipped,
        unknown=reading.unknown,
        against=None,
        ours=runs[OURS],
    )


def _named(named: Mapping[str, str], name: str) -> str | None:
    """Return the document for an id, a source, or a path that only its sources end with."""
    if name in named:
        return named[name]
    found = {id for source, id in named.items() if source.endswith(f"/{name}")}
    return found.pop() if len(found) == 1 else None


def _saved(path: Path) -> Run:
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        ranked_ids = {id: list(map(str, found)) for id, found in saved["ranked"].items()}
        return Run({id: saved["asked"][id] for id in ranked_ids}, ranked_ids, dict(saved["took"]))
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise queries.BadQueries(f"{path} 不是以 --save 存下的结果。") from error


def save(judgement: Judgement, path: Path) -> None:
    ranked_ids = {id: list(found)[:DEPTH] for id, found in judgement.ours.ranked.items()}
    done = {"asked": judgement.ours.asked, "ranked": ranked_ids, "took": judgement.ours.took}
    with naming(path):
        path.write_text(json.dumps(done, ensure_ascii=False), encoding="utf-8")


def as_json(judgement: Judgement) -> str:
    against = judgement.against
    found = {
        "documents": judgement.documents,
        "systems": {
            name: {kind: asdict(each) for kind, each in by_kind.items()} for name, by_kind in judgement.systems.items()
        },
        "ratio": {kind: asdict(each) for kind, each in _ratios(judgement)},
        "skipped": list(judgement.skipped),
        "unknown": list(judgement.unknown),
        "against": {kind: asdict(each) for kind, each in against.items()} if against is not None else None,
    }
    return json.dumps(found, ensure_ascii=False, indent=2)


def _ratios(judgement: Judgement) -> Iterator[tuple[str, Ratio]]:
    for kind, each in judgement.systems[OURS].items():
        others = {name: by[kind].values[NDCG] for name, by in judgement.systems.items() if name != OURS and each.values}
        if others:
            best = max(others, key=lambda name: others[name])
            mine = each.values[NDCG]
            yield kind, Ratio(mine, others[best], best, mine / others[best] if others[best] else None)


def show(judgement: Judgement) -> None:
    """Print the tables, by class of query."""
    click.echo(f"{len(judgement.judged)} queries over {judgement.documents} documents")
    if judgement.unknown:
        unknown = judgement.unknown
        click.echo(f"{len(unknown)} judgements name no public document, or more than one, the first: {unknown[0]}")
    if judgement.skipped:
        click.echo(f"{len(judgement.skipped)} queries skipped: no public document answers them")
    header = ("class", "n", "S@1", "S@3", "S@5", "MRR", NDCG, "R@100", "recall", "precision", "p50 ms", "p95 ms")
    for name, by_kind in judgement.systems.items():
        click.echo(f"\n{name}")
        click.echo(_row(header))
        for kind, each in by_kind.items():
            exact = [f"{value:.4f}" if value is not None else "" for value in (each.recall, each.precision)]
            values = [f"{each.values[measure]:.3f}" if each.values else "" for measure in NAMES]
            click.echo(_row((kind, str(each.queries), *values, *exact, f"{each.p50:.1f}", f"{each.p95:.1f}")))
    if len(judgement.systems) > 1:
        click.echo(f"\n{NDCG} against the best baseline")
        click.echo(_row(("class", "ours", "best", "ratio")))
        for kind, of in _ratios(judgement):
            ratio = f"{of.ratio:.3f}" if of.ratio is not None else "-"
            click.echo(_row((kind, f"{of.ours:.3f}", f"{of.best:.3f}", ratio)) + f"  {of.baseline}")
    if judgement.against is not None:
        _show_differences(judgement.against)


def _show_differences(against: Mapping[str, Difference]) -> None:
    if not against:
        click.echo("\nthe saved run has none of these queries")
        return
    click.echo(f"\n{NDCG} against the saved run")
    click.echo(_row(("class", "n", "gain", "p")))
    for kind, each in against.items():
        click.echo(_row((kind, str(each.queries), f"{each.gain:+.4f}", f"{each.p:.3f}")))
    # The last row covers all classes, or the only one.
    for text, gain in (*each.won, *each.lost):
        click.echo(f"  {gain:+.3f}  {text}")


def _row(cells: Sequence[str]) -> str:
    # A class may have a Chinese name, whose characters are two columns wide.
    first, *rest = cells
    return first + " " * max(1, 14 - cell_len(first)) + "".join(f"{cell:>10}" for cell in rest)
