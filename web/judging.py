"""``gongkai judge``: the search as citizens have it, measured on judged queries and printed as tables."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import click

from archive.errors import BadQuery
from indexer.judging import baselines, queries
from indexer.judging.measures import DEPTH, NAMES, NDCG, Difference, Run, Scores, difference, run, scores
from web.search import ranked
from web.services import Services

OURS = "gongkai"


@dataclass(frozen=True, slots=True)
class Judgement:
    """``systems`` has ours first; ``lost`` is what of the files names no public document."""

    documents: int
    judged: Sequence[queries.Judged]
    systems: Mapping[str, Mapping[str, Scores]]
    lost: Sequence[str]
    against: Difference | None
    ours: Run


def judge(
    services: Services, files: Sequence[Path], known: int, seed: int, compare: bool, against: Path | None
) -> Judgement:
    """Raises BadQueries, NotInstalled, IndexUnusable."""
    documents = list(services.catalogue.public_all())
    named = services.catalogue.by_name()
    judged: list[queries.Judged] = []
    lost: list[str] = []
    for file in files:
        read, unknown = queries.read(file, lambda name: _named(named, name))
        judged += read
        lost += unknown
    if known:
        judged += queries.known(documents, known, seed)
    if not judged:
        raise queries.BadQueries("没有可评测的检索词：请给出文件，或者加 --known 数量。")

    def ours(text: str, limit: int) -> Sequence[str]:
        try:
            return ranked(services, text, limit)
        except BadQuery:
            return []

    # The first search loads what all later ones share.
    ours(judged[0].text, 1)
    runs = {OURS: run(ours, judged, len(documents))}
    if compare:
        with baselines.baselines(documents) as others:
            runs |= {name: run(search, judged, len(documents)) for name, search in others.items()}
    return Judgement(
        documents=len(documents),
        judged=judged,
        systems={name: scores(judged, done) for name, done in runs.items()},
        lost=lost,
        against=difference(judged, runs[OURS], _saved(against)) if against else None,
        ours=runs[OURS],
    )


def _named(named: Mapping[str, str], name: str) -> str | None:
    """The public document of an id, a source, or a path that one source ends with."""
    if name in named:
        return named[name]
    return next((id for source, id in named.items() if source.endswith(f"/{name}")), None)


def _saved(path: Path) -> Run:
    try:
        saved = json.loads(path.read_text(encoding="utf-8"))
        return Run(saved["ranked"], saved["took"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise queries.BadQueries(f"{path} 不是以 --save 存下的结果。") from error


def save(judgement: Judgement, path: Path) -> None:
    ranked_ids = {id: list(found)[:DEPTH] for id, found in judgement.ours.ranked.items()}
    done = {"ranked": ranked_ids, "took": judgement.ours.took}
    path.write_text(json.dumps(done, ensure_ascii=False), encoding="utf-8")


def as_json(judgement: Judgement) -> str:
    found = {
        "documents": judgement.documents,
        "systems": {
            name: {kind: asdict(each) for kind, each in by_kind.items()} for name, by_kind in judgement.systems.items()
        },
        "unknown": list(judgement.lost),
        "against": asdict(judgement.against) if judgement.against else None,
    }
    return json.dumps(found, ensure_ascii=False, indent=2)


def show(judgement: Judgement) -> None:
    """The tables, by class of query."""
    click.echo(f"{len(judgement.judged)} queries over {judgement.documents} public documents")
    if judgement.lost:
        click.echo(f"{len(judgement.lost)} judgements name no public document, the first: {judgement.lost[0]}")
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
        for kind, each in judgement.systems[OURS].items():
            if not each.values:
                continue
            others = {name: by[kind].values[NDCG] for name, by in judgement.systems.items() if name != OURS}
            best = max(others, key=lambda name: others[name])
            ratio = each.values[NDCG] / others[best] if others[best] else float("inf")
            click.echo(f"{kind:<14} {each.values[NDCG]:.3f} / {others[best]:.3f} = {ratio:.3f}  ({best})")
    if judgement.against:
        told = judgement.against
        click.echo(f"\nagainst the saved run: {told.gain:+.4f} {NDCG} over {told.queries} queries (p = {told.p:.3f})")
        for text, gain in (*told.won, *told.lost):
            click.echo(f"  {gain:+.3f}  {text}")


def _row(cells: Sequence[str]) -> str:
    first, *rest = cells
    return f"{first:<14}" + "".join(f"{cell:>10}" for cell in rest)
