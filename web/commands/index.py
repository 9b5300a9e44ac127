"""Commands that update, search and measure the index."""

import json
import sys
from contextlib import AbstractContextManager
from pathlib import Path

import click

from archive.store.folder import holds_archive
from indexer.errors import BadQuery
from indexer.judging.queries import BadQueries
from web.commands import explaining, jobs, judging
from web.commands.demo import CORPUS, sample
from web.commands.installation import reported, services
from web.commands.said import searched_as
from web.commands.words import FACETS, VALIDITY
from web.installation.services import Services
from web.installation.settings import Settings
from web.programs.answers import search_answer
from web.search.find import explained, find
from web.search.params import MAX_PAGE, MAX_PER_PAGE, PER_PAGE, SearchForm


@click.command()
@click.option("--full", is_flag=True, help="Build the index anew instead of applying the latest changes.")
@click.option("--staff", is_flag=True, help="The index of what only staff find, instead of the citizens'.")
@reported
def reindex(full: bool, staff: bool) -> None:
    """Bring the index up to date with the archive. Meanwhile searches use the former index.

    The worker of the desk does it by itself, for the index of the staff too.
    """
    with services() as opened:
        if staff:
            jobs.bring_up_staff(opened, full)
        else:
            jobs.bring_up(opened, full)


@click.command()
@reported
def lists() -> None:
    """Write the lists of all public metadata (CSV, JSON Lines) that the site offers for download."""
    with services() as opened:
        jobs.make_lists(opened)


@click.command()
@click.argument("query")
@click.option("--facet", "chosen", multiple=True, metavar="NAME=VALUE", help=f"Narrow by {', '.join(FACETS)}.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1, MAX_PAGE))
@click.option("--limit", type=click.IntRange(1, MAX_PER_PAGE), help="Hits per page (default: 10, or 3 with --explain).")
@click.option("--explain", is_flag=True, help="Show how each hit's score is computed.")
@click.option("--json", "as_json", is_flag=True, help="Print the API's answer, or the explanations as a tree.")
@reported
def search(query: str, chosen: tuple[str, ...], page: int, limit: int | None, explain: bool, as_json: bool) -> None:
    """Search as the public does. Exits with 1 if nothing is found."""
    per_page = limit or (explaining.HITS if explain else PER_PAGE)
    # Each document has a line of its own: what folds is worked out for a whole index, which nobody waits for here.
    form = SearchForm(q=query, filters=_filters(chosen), page=page, per_page=per_page, fold=False)
    with services() as opened:
        try:
            if explain:
                why = explained(opened, form)
                click.echo(explaining.as_json(why) if as_json else explaining.as_text(why))
                sys.exit(0 if why.total else 1)
            found = find(opened, form)
        except BadQuery as error:
            raise click.UsageError(str(error)) from error
        if as_json:
            click.echo(json.dumps(search_answer(found), ensure_ascii=False, indent=2))
            sys.exit(0 if found.total else 1)
    note = "（部分相符）" if found.relaxed else ""
    click.echo(f"共 {found.total} 件{note}，第 {page}/{found.pages} 页")
    for line in searched_as(found):
        click.echo(line)
    for at, hit in enumerate(found.hits, (page - 1) * form.per_page + 1):
        details = (hit.number, hit.issuer, hit.written_on or hit.published_on, hit.validity)
        click.echo(f"{at:3}. {hit.plain_title}  [{hit.id}]")
        click.echo("     " + "  ".join(str(detail) for detail in details if detail))
        for snippet in hit.snippets:
            text = "".join(click.style(piece.text, bold=True) if piece.marked else piece.text for piece in snippet)
            click.echo("     " + text)
    sys.exit(0 if found.total else 1)


def _filters(chosen: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    filters: dict[str, tuple[str, ...]] = {}
    for each in chosen:
        name, equals, value = each.partition("=")
        if name not in FACETS or not equals or not value:
            raise click.UsageError(f"--facet {each}：应写成 名称=值，名称可用 {'、'.join(FACETS)}。")
        facet = FACETS[name]
        known = VALIDITY.things.get(value.lower()) if facet == "validity" else None
        filters[facet] = (*filters.get(facet, ()), known.value if known else value)
    return filters


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--known", default=0, metavar="N", type=click.IntRange(0), help="Add N known items of each kind.")
@click.option("--seed", default=1, show_default=True, help="Seed that picks the known items.")
@click.option("--baselines", is_flag=True, help="Measure simple searches for comparison.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Save the ranking.")
@click.option("--against", type=click.Path(dir_okay=False, path_type=Path), help="Compare with a saved ranking.")
@click.option("--requests", is_flag=True, help="FILES are requests for disclosure: judge what the desk finds for them.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@reported
def judge(
    files: tuple[Path, ...],
    known: int,
    seed: int,
    baselines: bool,
    save: Path | None,
    against: Path | None,
    requests: bool,
    as_json: bool,
) -> None:
    """Measure the search on judged queries.

    FILES are JSON Lines of {"id", "query", "relevant": [id or path, ...]}, or a queries.tsv with its judgements.tsv.
    Known items are made out of the public documents: titles, numbers, substrings, quoted substrings.
    Where there is no archive the sample corpus is searched.
    """
    if requests and (known or baselines or against):
        raise click.UsageError("--requests takes no --known, --baselines or --against")
    if not files and not known:
        raise BadQueries("没有可评测的检索词：请给出文件，或者加 --known 数量。")
    with _searched() as opened:
        judgement = (
            judging.judge_requests(opened, files)
            if requests
            else judging.judge(opened, files, known, seed, baselines, against)
        )
    if save:
        judging.save(judgement, save)
    if as_json:
        click.echo(judging.as_json(judgement))
    else:
        judging.show(judgement)


def _searched() -> AbstractContextManager[Services]:
    """Open the installation, or the sample where there is none."""
    data = Settings.from_environment().data
    if holds_archive(data):
        return services()
    jobs.say(f"{data} 里没有档案，以下评测的是样例 {CORPUS}。")
    return sample()
