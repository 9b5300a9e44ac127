"""The command line. Exit codes: 0 done, 1 not (or not all of it), 2 called wrongly, 3 another process is at it."""

import functools
import json
import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from archive import VERSION
from archive import review as reviewing
from archive.document import Status, Verdict
from archive.errors import BadQuery, GongkaiError, IndexerBusy
from archive.intake import Result
from archive.settings import Settings
from indexer import facets
from indexer.synonyms import OWN_NAME, PACKAGED, Synonyms
from web import jobs, judging, server
from web.api import search_answer
from web.demo import check_server, prepare
from web.params import SearchForm
from web.reading import card
from web.search import find
from web.services import Services, open_services

P = ParamSpec("P")
R = TypeVar("R")

BUSY = 3
STATUSES = [*(status.value for status in Status), "all"]
STATUS_LABELS = {
    Status.WAITING: "待审",
    Status.PUBLISHED: "已公开",
    Status.REFUSED: "不予发布",
    Status.WITHDRAWN: "已撤回",
}


def main() -> None:
    logging.basicConfig(level=logging.WARNING, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    cli(prog_name="gongkai")


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(VERSION)
def cli() -> None:
    """Search and archive service for a county's government information disclosure.

    \b
    GONGKAI_DATA          folder of originals, catalogue and index (default: gongkai-data)
    GONGKAI_DATABASE_URL  the catalogue, an SQLAlchemy URL (default: SQLite in that folder)
    GONGKAI_ENGINE_URL    whoosh: or whoosh:/folder (default: whoosh:)
    GONGKAI_SITE_NAME     the name on the pages
    GONGKAI_GAPS_K        how often something was searched for in vain before staff may read it (default: 3)
    GONGKAI_CACHE_MB      megabytes of postings that a serving process keeps in memory (default: 96)
    """


def reported(command: Callable[P, R]) -> Callable[P, R]:
    """Errors that a person can act on become a sentence and an exit code."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except GongkaiError as error:
            click.echo(f"gongkai: {error}", err=True)
            sys.exit(BUSY if isinstance(error, IndexerBusy) else 1)
        except SQLAlchemyError as error:
            why = type(error).__name__
            click.echo(f"gongkai: 数据库出错（{why}），请检查磁盘空间和 GONGKAI_DATABASE_URL。", err=True)
            sys.exit(1)
        except BrokenPipeError:
            raise  # click ends quietly, as a tool in a pipe does
        except OSError as error:
            place = f"：{error.filename}" if error.filename else ""
            click.echo(f"gongkai: {error.strerror or error}{place}", err=True)
            sys.exit(1)

    return run


@contextmanager
def services(serving: bool = False) -> Iterator[Services]:
    opened = open_services(Settings.from_environment(), serving)
    try:
        yield opened
    finally:
        opened.close()


@cli.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A JSON Lines manifest.")
@click.option("--already-published", is_flag=True, help="The files are a portal's public back catalogue: publish them.")
@click.option("--actor", help="Who takes them in, for the audit log; required with --already-published.")
@reported
def ingest(paths: tuple[Path, ...], manifest: Path | None, already_published: bool, actor: str | None) -> None:
    """Take in files, folders, and what a manifest lists.

    Documents wait for review unless they are --already-published. Exits with 1 if a file was refused.
    """
    if not paths and manifest is None:
        raise click.UsageError("name files or folders, or a --manifest")
    if already_published and not (actor or "").strip():
        raise click.UsageError("--already-published needs --actor NAME: who vouches that they are public")
    with services() as opened:
        counts = jobs.take_in(opened, paths, manifest, actor or "ingest", already_published)
    sys.exit(1 if counts[Result.REFUSED] else 0)


@cli.group()
def review() -> None:
    """Decide what becomes public."""


@review.command("list")
@click.option("--status", type=click.Choice(STATUSES), default=Status.WAITING.value, show_default=True)
@reported
def review_list(status: str) -> None:
    """List documents by the state of their newest version: id, state, version, title."""
    with services() as opened:
        listed = opened.catalogue.listed(None if status == "all" else Status(status))
    for each in listed:
        public = f"，公开第 {each.public_version} 版" if each.public_version else ""
        click.echo(f"{each.id}  {STATUS_LABELS[each.status]}  第 {each.version} 版{public}  {each.title}")
        for warning in each.warnings:
            click.echo(f"              注意：{warning}")
    jobs.say(f"共 {len(listed)} 件。")


@review.command("show")
@click.argument("id")
@reported
def review_show(id: str) -> None:
    """Show what a decision is about: metadata with where each field was read, warnings, the text."""
    with services() as opened:
        document = opened.catalogue.newest(id)
    click.echo(f"{document.id}  {STATUS_LABELS[document.status]}  第 {document.version} 版  {document.metadata.title}")
    for line in card(document):
        click.echo(f"{line.label}\t{line.value}\t{line.read_from}")
    for warning in document.warnings:
        click.echo(f"注意\t{warning}")
    click.echo(f"\n{document.text}")
    for part in document.attachments:
        click.echo(f"\n附件 {part.file.name}")
        for warning in part.warnings:
            click.echo(f"注意\t{warning}")
        click.echo(part.text)


_REVIEWER = click.option("--reviewer", required=True, help="Who decides.")
_IDS = click.argument("ids", nargs=-1, required=True)


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", default="", help="On what ground.")
@reported
def approve(ids: tuple[str, ...], reviewer: str, reason: str) -> None:
    """Make the newest version of documents public; ID@VERSION only if that is still the newest."""
    _decide(ids, Verdict.APPROVE, reviewer, reason)


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", required=True, help="Why not.")
@reported
def reject(ids: tuple[str, ...], reviewer: str, reason: str) -> None:
    """Refuse the newest version of documents."""
    _decide(ids, Verdict.REJECT, reviewer, reason)


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", required=True, help="Why.")
@reported
def withdraw(ids: tuple[str, ...], reviewer: str, reason: str) -> None:
    """Take documents off every public channel at once."""
    _decide(ids, Verdict.WITHDRAW, reviewer, reason)


def _decide(ids: tuple[str, ...], verdict: Verdict, reviewer: str, reason: str) -> None:
    failed = 0
    with services() as opened:
        for each in ids:
            try:
                id, _, read = each.partition("@")
                if read and not read.isdigit():
                    raise click.UsageError(f"{each}: write ID or ID@VERSION")
                version = int(read) if read else None
                about = reviewing.decide(opened.catalogue, id, verdict, reviewer, reason, version)
                click.echo(f"{id}: 第 {about} 版{STATUS_LABELS[reviewing.STATUS[verdict]]}")
            except GongkaiError as error:
                failed += 1
                click.echo(f"gongkai: {error}", err=True)
    if verdict is Verdict.APPROVE and failed < len(ids):
        jobs.say("运行 gongkai reindex 后可以检索到。")
    sys.exit(1 if failed else 0)


@cli.command()
@click.option("--full", is_flag=True, help="Build the index anew instead of applying the changes since the last time.")
@reported
def reindex(full: bool) -> None:
    """Bring the index up to the archive. Searches go on over the former index meanwhile."""
    with services() as opened:
        jobs.bring_up(opened, full)


@cli.command()
@click.argument("query")
@click.option("--facet", "chosen", multiple=True, metavar="NAME=VALUE", help=f"Narrow by {', '.join(facets.NAMES)}.")
@click.option("--page", default=1, show_default=True, type=click.IntRange(1, 100))
@click.option("--json", "as_json", is_flag=True, help="The API's answer.")
@reported
def search(query: str, chosen: tuple[str, ...], page: int, as_json: bool) -> None:
    """Search as the public does. Exits with 1 when nothing is found."""
    form = SearchForm(q=query, filters=_filters(chosen), page=page)
    with services() as opened:
        try:
            found = find(opened, form)
        except BadQuery as error:
            raise click.UsageError(str(error)) from error
        if as_json:
            click.echo(json.dumps(search_answer(found), ensure_ascii=False, indent=2))
            sys.exit(0 if found.total else 1)
    note = "（部分相符）" if found.relaxed else ""
    click.echo(f"共 {found.total} 件{note}，第 {page}/{found.pages} 页")
    for at, hit in enumerate(found.hits, (page - 1) * form.per_page + 1):
        details = (hit.number, hit.issuer, hit.written_on or hit.published_on, hit.validity)
        click.echo(f"{at:3}. {hit.plain_title}  [{hit.id}]")
        click.echo("     " + "  ".join(str(detail) for detail in details if detail))
        for snippet in hit.snippets:
            text = "".join(
                click.style(piece.text, bold=True) if piece.marked else piece.text for piece in snippet
            )
            click.echo("     " + text)
    sys.exit(0 if found.total else 1)


def _filters(chosen: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    filters: dict[str, tuple[str, ...]] = {}
    for each in chosen:
        name, equals, value = each.partition("=")
        if name not in facets.NAMES or not equals or not value:
            raise click.UsageError(f"--facet {each}: expected NAME=VALUE, NAME one of {', '.join(facets.NAMES)}")
        filters[name] = (*filters.get(name, ()), value)
    return filters


@cli.group()
def synonyms() -> None:
    """Look into the synonyms that searches are widened by."""


@synonyms.command("check")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reported
def synonyms_check(file: Path | None) -> None:
    """Check FILE (default: the installation's own synonyms.tsv) on top of the packaged synonyms.

    Exits with 1, the line and the reason when a line can't be taken.
    """
    own = file or _own_synonyms()
    loaded = Synonyms.load(PACKAGED, own)
    click.echo(f"共 {len(loaded.pairs)} 对同义词，其中本单位增加或改写 {sum(pair.own for pair in loaded.pairs)} 对。")
    if own is None:
        click.echo(f"本单位的同义词表还没有建立：{Settings.from_environment().data / OWN_NAME}")
    for line in loaded.idle:
        click.echo(f"注意：第 {line} 行要去掉的一对不在表里。")


@synonyms.command("show")
@click.argument("word")
@reported
def synonyms_show(word: str) -> None:
    """Show the pairs that WORD stands in, and what a search for it also searches. Exits with 1 if there are none."""
    loaded = Synonyms.load(PACKAGED, _own_synonyms())
    pairs = loaded.naming(word)
    for pair in pairs:
        whose = "本单位" if pair.own else "随软件提供"
        click.echo(f"{pair.word} {pair.direction} {pair.other}\t{pair.source}\t{whose}第 {pair.line} 行")
    others = "、".join(f"{each.other}（相关）" if each.weight < 1 else each.other for each in loaded.of(word))
    if pairs:
        click.echo(f"检索“{word}”时同时检索：{others or '无'}")
    else:
        jobs.say(f"同义词表里没有“{word}”。")
    sys.exit(0 if pairs else 1)


def _own_synonyms() -> Path | None:
    own = Settings.from_environment().data / OWN_NAME
    return own if own.exists() else None


@cli.group()
def gaps() -> None:
    """What people searched for and did not find: candidates for synonyms and for disclosure."""


@gaps.command("list")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@reported
def gaps_list(as_json: bool) -> None:
    """List them, the most wanted first: times, first and last day, whether some documents answer a part of it."""
    with services() as opened:
        listed = opened.gaps.listed()
    if as_json:
        click.echo(json.dumps([asdict(gap) for gap in listed], ensure_ascii=False, indent=2, default=str))
        return
    for gap in listed:
        click.echo(f"{gap.times:5}  {gap.first} 至 {gap.last}  {'部分相符' if gap.partly else '没有结果'}  {gap.text}")
    jobs.say(f"共 {len(listed)} 条。文件里有而说法不同的，写入同义词；文件里没有的，考虑主动公开。")
    jobs.say("办完后运行 gongkai gaps dismiss。")


@gaps.command("dismiss")
@click.argument("texts", nargs=-1, required=True)
@reported
def gaps_dismiss(texts: tuple[str, ...]) -> None:
    """Take texts off the list until they are searched for often again. Exits with 1 if one is not on it."""
    with services() as opened:
        gone = [text for text in texts if not opened.gaps.dismiss(text)]
    for text in gone:
        click.echo(f"gongkai: 清单里没有“{text}”。", err=True)
    sys.exit(1 if gone else 0)


@gaps.command("clear")
@click.confirmation_option(prompt="Forget all of them?")
@reported
def gaps_clear() -> None:
    """Forget all of them, also those counted and not yet listed."""
    with services() as opened:
        opened.gaps.clear()


@cli.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option("--known", default=0, metavar="N", type=click.IntRange(0), help="Also N known items of each kind.")
@click.option("--seed", default=1, show_default=True, help="Which ones.")
@click.option("--baselines", is_flag=True, help="Also what anyone would build first, in the same run.")
@click.option("--save", type=click.Path(dir_okay=False, path_type=Path), help="Keep the ranking.")
@click.option("--against", type=click.Path(dir_okay=False, path_type=Path), help="Compare with a ranking kept before.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
@reported
def judge(
    files: tuple[Path, ...],
    known: int,
    seed: int,
    baselines: bool,
    save: Path | None,
    against: Path | None,
    as_json: bool,
) -> None:
    """Measure the search on judged queries.

    FILES are JSON Lines of {"id", "query", "relevant": [id or path, ...]}, or a queries.tsv with its judgements.tsv.
    Known items are made out of the public documents: titles, numbers, substrings, quoted substrings.
    """
    with services() as opened:
        judgement = judging.judge(opened, files, known, seed, baselines, against)
    if save:
        judging.save(judgement, save)
    if as_json:
        click.echo(judging.as_json(judgement))
    else:
        judging.show(judgement)


@cli.command()
@reported
def verify() -> None:
    """Read every original against its SHA-256, the audit log against its chain, the index against its manifest.

    Changed, missing and untracked originals are reported apart. Exits with 1 if anything is wrong.
    """
    with services() as opened:
        wrong = jobs.verify(opened)
    sys.exit(1 if wrong else 0)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--threads", default=4, show_default=True, type=click.IntRange(1, 64))
@reported
def serve(host: str, port: int, threads: int) -> None:
    """Serve the public pages and the API."""
    with services(serving=True) as opened:
        server.serve(opened, host, port, threads)


@cli.command()
@click.option("--port", default=8000, show_default=True, type=click.IntRange(1, 65535))
@click.option("--check", is_flag=True, help="Do all but stay: ask the running server, print what it says, stop.")
@click.option(
    "--corpus",
    default=Path(__file__).parent.parent / "corpus",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="The sample documents (default: those of the source tree).",
)
@click.option(
    "--data",
    default=Path(__file__).parent.parent / ".demo",
    type=click.Path(file_okay=False, path_type=Path),
    help="The demo's own folder; GONGKAI_DATA is left alone.",
)
@reported
def demo(port: int, check: bool, corpus: Path, data: Path) -> None:
    """Take in the sample corpus, apply its review decisions, index it and serve it."""
    opened = open_services(Settings.at(data, "云溪县政府信息公开检索"), serving=True)
    try:
        prepare(opened, corpus)
        if check:
            sys.exit(0 if check_server(opened, port) else 1)
        server.serve(opened, "127.0.0.1", port, threads=4)
    finally:
        opened.close()


if __name__ == "__main__":
    main()
