"""Commands about the synonyms that widen searches, best bets, and about searches that found nothing."""

import json
import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import click

from archive.chinese.text import normalise
from archive.describe import taxonomy as taxonomies
from archive.store.folder import holds_archive
from indexer import lexicon as lexicons
from indexer.analyzer import Analyzer
from indexer.asking.interpret import Expansion, interpret
from indexer.asking.synonyms import OWN_NAME, PACKAGED, Pair, Synonyms
from indexer.lexicon import Lexicon
from web.commands import jobs
from web.commands.installation import reported, services, warn_without_archive
from web.commands.usage import Commands
from web.installation import best_bets as recommended
from web.installation.best_bets import BestBets
from web.installation.settings import Settings
from web.search.bets import unshown

# How names of agencies end.
_AGENCY = re.compile("[局部厅委会署院办室处]$")


@click.group(cls=Commands)
def synonyms() -> None:
    """Inspect the synonyms that widen searches."""


@synonyms.command("check")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reported
def synonyms_check(file: Path | None) -> None:
    """Check FILE (default: the installation's own synonyms.tsv) on top of the packaged synonyms.

    If a line can't be used, prints it with the reason and exits with 1.
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
    """Show the pairs that contain WORD, and what else a search for it looks for, and why. Exits with 1 for nothing.

    WORD may also be a longer search, a number or a date with other spellings, or an agency.
    """
    loaded = Synonyms.load(PACKAGED, _own_synonyms())
    pairs = loaded.naming(word)
    for pair in pairs:
        click.echo(f"{pair.word} {pair.direction} {pair.other}\t{pair.source}\t{_line_of(pair)}")
    analyzer = Analyzer(Lexicon.load(Settings.from_environment().data / lexicons.OWN_NAME))
    found = interpret(word, loaded, analyzer).expansions if word.strip() else ()
    for each in found:
        table = {pair.other if pair.word == each.word else pair.word: pair for pair in loaded.naming(each.word)}
        click.echo(f"检索“{each.word}”时同时检索：{'、'.join(_marked(other, table) for other in each.others)}")
        for other in each.others:
            pair_of = table.get(normalise(other))
            click.echo(
                f"  {other}\t{f'同义词表，{_line_of(pair_of)}' if pair_of else '同一数字、日期或型号的其他写法'}"
            )
    named = [other for each in _as_agency(word, loaded, analyzer) for other in each.others if _AGENCY.search(other)]
    if named:
        click.echo(f"按“机构:{word}”检索时同时检索：{'、'.join(named)}\t机构名称表和同义词表")
    if pairs and not found:
        click.echo(f"检索“{word}”时同时检索：无")
    if not (pairs or found or named):
        jobs.say(f"同义词表里没有“{word}”，也没有其他写法。")
    sys.exit(0 if pairs or found or named else 1)


def _as_agency(word: str, loaded: Synonyms, analyzer: Analyzer) -> Sequence[Expansion]:
    return interpret(f"机构:“{word}”", loaded, analyzer).expansions if word.strip('“”" ') else ()


def _line_of(pair: Pair) -> str:
    return f"{'本单位' if pair.own else '随软件提供'}第 {pair.line} 行"


def _marked(other: str, table: Mapping[str, Pair]) -> str:
    pair = table.get(normalise(other))
    return f"{other}（相关）" if pair and pair.direction == "~" else other


def _own_synonyms() -> Path | None:
    own = _own(OWN_NAME, "同义词")
    return own if _is_there(own) else None


@click.group(cls=Commands)
def best_bets() -> None:
    """Inspect what staff want shown above the results of some searches."""


@best_bets.command("check")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reported
def best_bets_check(file: Path | None) -> None:
    """Check FILE (default: the installation's own best-bets.tsv).

    If a line can't be used, prints it with the reason and exits with 1. Lines that show nothing today are named.
    """
    own = file or _own(recommended.FILE, "检索推荐")
    if not _is_there(own):
        click.echo(f"本单位的检索推荐表还没有建立：{own}")
        return
    loaded = BestBets.load(own)
    click.echo(f"共 {len(loaded.all)} 条推荐，{sum(len(bet.asked) for bet in loaded.all)} 个检索词。")
    if not holds_archive(Settings.from_environment().data):
        return
    with services() as opened:
        for line, each in unshown(opened, loaded).items():
            click.echo(f"注意：第 {line} 行{each.why}。")


@click.group(cls=Commands)
def lexicon() -> None:
    """Look into the words by which texts are cut."""


@lexicon.command("check")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reported
def lexicon_check(file: Path | None) -> None:
    """Check FILE (default: the installation's own lexicon.txt) on top of the words that ship.

    Exits with 1, the line and the reason when a line can't be taken.
    """
    own = file or _own(lexicons.OWN_NAME, "词典")
    shipped, loaded = Lexicon.load(), Lexicon.load(own)
    added = len(set(loaded.words) - set(shipped.words))
    click.echo(f"共 {len(loaded.words)} 个词，其中本单位增加或改写 {added} 个。")
    if not _is_there(own):
        click.echo(f"本单位的词典还没有建立：{own}")
        return
    with services() as opened:
        if file is None and jobs.answers(opened) and opened.analyzer.lexicon != loaded:
            jobs.say("现有索引还没有用上这些词，请运行 gongkai reindex（会重建索引，检索不中断）。")


@lexicon.command("cut")
@click.argument("text")
@reported
def lexicon_cut(text: str) -> None:
    """Show how TEXT is cut into words, with the lexicon as it is now."""
    click.echo(" ".join(Analyzer(Lexicon.load(_own(lexicons.OWN_NAME, "词典"))).pieces(normalise(text))))


@click.group(cls=Commands)
def taxonomy() -> None:
    """Look into the lists of issuers, topics and genres."""


@taxonomy.command("check")
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@reported
def taxonomy_check(file: Path | None) -> None:
    """Check FILE (default: the installation's own taxonomy.toml) on top of the lists that ship.

    Exits with 1 and the reason when it can't be used.
    """
    own = file or _own(taxonomies.OWN_NAME, "分类表")
    if not _is_there(own):
        click.echo(f"本单位的分类表还没有建立：{own}")
        return
    lists = taxonomies.read(own)
    click.echo(f"发布机构 {len(lists.issuers)} 个，公文种类 {len(lists.genres)} 种，主题 {len(lists.topics)} 类。")


def _is_there(own: Path) -> bool:
    """Tell whether anything lies there; reading it says that it is a link to nothing."""
    return own.exists() or own.is_symlink()


def _own(name: str, what: str) -> Path:
    warn_without_archive(what)
    return Settings.from_environment().data / name


@click.group(cls=Commands)
def gaps() -> None:
    """Searches that found nothing: candidates for synonyms and for disclosure."""


@gaps.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@reported
def gaps_list(as_json: bool) -> None:
    """List them, most frequent first: count, first and last day, and whether a part of it has answers."""
    with services() as opened:
        listed = opened.gaps.listed()
    if as_json:
        click.echo(json.dumps([asdict(gap) for gap in listed], ensure_ascii=False, indent=2, default=str))
        return
    for gap in listed:
        click.echo(f"{gap.times:5}  {gap.first} 至 {gap.last}  {'部分相符' if gap.partly else '没有结果'}  {gap.text}")
    jobs.say(f"共 {len(listed)} 条。文件里有而说法不同的，写入同义词；文件里没有的，考虑主动公开。")
    jobs.say("办完后运行 gongkai gaps dismiss。")


@gaps.command("pages")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@reported
def gaps_pages(as_json: bool) -> None:
    """List the public documents whose pages were said to be of use or of none, the least useful first."""
    with services() as opened:
        told = opened.opinions.told()
        public = opened.catalogue.public_many(each.id for each in told)
    shown = [(each, public[each.id].metadata.title) for each in told if each.id in public]
    if as_json:
        click.echo(
            json.dumps([{**asdict(each), "title": title} for each, title in shown], ensure_ascii=False, indent=2)
        )
        return
    for each, title in shown:
        click.echo(f"没用 {each.useless:4}  有用 {each.useful:4}  {each.id}  {title}")
    jobs.say(f"共 {len(shown)} 件。说没用的多的，看看标题、正文、附件是否读得对，要的内容是否在别的文件里。")


@gaps.command("dismiss")
@click.argument("texts", nargs=-1, required=True)
@reported
def gaps_dismiss(texts: tuple[str, ...]) -> None:
    """Remove texts from the list until they are searched for often again. Exits with 1 if one is not on it."""
    with services() as opened:
        gone = [text for text in texts if not opened.gaps.dismiss(text)]
    for text in gone:
        click.echo(f"gongkai: 清单里没有“{text}”。", err=True)
    sys.exit(1 if gone else 0)


@gaps.command("clear")
@click.confirmation_option(prompt="Forget all of them?")
@reported
def gaps_clear() -> None:
    """Forget all of them, and what was said of pages, including those counted but not yet listed."""
    with services() as opened:
        opened.gaps.clear()
        opened.opinions.clear()
