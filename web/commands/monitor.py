"""Daily monitoring: the columns with the days that are left, and what is wrong with what is public."""

import sys
from contextlib import closing
from datetime import timedelta

import click

from archive import monitoring
from archive.monitoring import Seen, Standards
from archive.plain import one_line
from archive.registers import staff
from archive.registers.books import findings
from archive.registers.books.book import Book
from archive.registers.books.columns import Facts, text
from archive.registers.books.findings import Finding, Problem
from indexer.errors import IndexUnusable
from web.commands import dead_links
from web.commands.installation import reported, services
from web.installation import boards
from web.installation.services import Services
from web.search import golden

# As whoever inspects a site does: four titles, by chance.
TITLES = 4
_SHOWN = 20


@click.command()
@click.option("--note", "noting", is_flag=True, help="Open and recheck findings in the register, as the night does.")
@click.option("--links", "asking", is_flag=True, help="With --note: also ask whether the documents' links open.")
@reported
def monitor(noting: bool, asking: bool) -> None:
    """Hold what is public against the rules for public sites: columns with days left, and what is wrong.

    Exits with 1 if anything is wrong.
    """
    if asking and not noting:
        raise click.UsageError("--links 要与 --note 一起用：两天都打不开的才算，须记下每一天。")
    with services() as opened:
        seen, standards = note(opened, asking) if noting else _look(opened, [])[:2]
    for each in seen.columns:
        left = each.left(seen.today)
        due = "不限期" if left is None else f"剩余 {left} 天" if left >= 0 else f"逾期 {-left} 天"
        newest = each.newest or "没有注明发布时间的文件"
        click.echo(one_line(f"{each.column}  {each.count} 件  最近 {newest if each.count else '—'}  {due}"))
    for finding in seen.findings[:_SHOWN]:
        click.echo(one_line(f"{finding.kind.value}  {finding.where}  {finding.said}"))
    if len(seen.findings) > _SHOWN:
        click.echo(f"另有 {len(seen.findings) - _SHOWN} 条，见登记簿（gongkai monitor --note）。")
    if not noting:
        click.echo(_summary(seen, standards))
    sys.exit(1 if seen.findings else 0)


def note(opened: Services, asking: bool) -> tuple[Seen, Standards]:
    """Look, save what the desk shows, open and recheck findings where there is a register; print a line of counts.

    Where ``asking``, other sites are asked whether what documents link to is there.
    """
    url = opened.settings.staff_database_url
    if not staff.is_there(url):
        seen, standards, _ = _look(opened, [])
        boards.save(opened.settings.data, seen, standards)
        click.echo(_summary(seen, standards))
        return seen, standards
    with closing(staff.Staff(url, opened.catalogue.keys)) as known:
        book = Book(findings.SPEC, known, opened.catalogue)
        seen, standards, looked_for = _look(opened, _open(book, Problem.SEARCH))
        unasked: frozenset[str] = frozenset()
        if asking:
            links = dead_links.look(opened, _open(book, Problem.LINK))
            seen.findings += links.findings
            looked_for, unasked = looked_for | {Problem.LINK}, links.doubtful
        boards.save(opened.settings.data, seen, standards)
        term = seen.today + timedelta(days=standards.answers)

        def doubtful(facts: Facts) -> bool:
            return text(facts, "where") in unasked or not _judged(facts, opened, seen, standards)

        kept = findings.keep(book, seen.findings, looked_for, term, doubtful)
    left = f"，另有 {kept.left} 条以后的夜里登记" if kept.left else ""
    click.echo(f"{_summary(seen, standards)}登记簿里新登记 {kept.new} 条{left}，复核结果有变化 {kept.noted} 条。")
    return seen, standards


def _judged(facts: Facts, opened: Services, seen: Seen, standards: Standards) -> bool:
    """Tell whether what others found is something that the machine can see: where it looks, and has a rule."""
    kind, where = text(facts, "kind"), text(facts, "where")
    if kind == Problem.LINK or text(facts, "source") == findings.OWN:
        return True
    if kind in (Problem.STALE, Problem.BLANK, Problem.UNDATED):
        known = where == monitoring.NO_COLUMN or any(each.column == where for each in seen.columns)
        return known and (kind != Problem.STALE or standards.term(where) is not None)
    # What is personal or secret to a person's eyes may be nothing to the rules.
    return kind not in (Problem.SECRECY, Problem.PERSONAL) and where in opened.catalogue.public_many({where})


def _open(book: Book, kind: Problem) -> list[str]:
    """Return where the open findings of a kind are."""
    facts = (each.facts for each in book.all())
    return [text(each, "where") for each in facts if each.get("kind") == kind and not each.get("closed_on")]


def _look(opened: Services, again: list[str]) -> tuple[Seen, Standards, frozenset[Problem]]:
    """Look at everything. ``again`` are documents whose titles were not found before, which are searched once more.

    Returns also the kinds that could be looked for.
    """
    standards = Standards.load(opened.settings.data / monitoring.OWN_NAME)
    seen = monitoring.look(opened.catalogue, opened.blobs, standards, opened.catalogue.today())
    former = opened.catalogue.public_many(again).values()
    asked = {each.id: each for each in golden.of(former)}
    asked |= {each.id: each for each in golden.titles(opened.catalogue, TITLES)}
    try:
        missed = golden.missed(opened, asked.values())
    except IndexUnusable as error:
        click.echo(f"标题检索没有进行：{error}", err=True)
        return seen, standards, findings.LOOKED_FOR - {Problem.SEARCH}
    said = f"以标题检索，前 {golden.FIRST} 条里没有。"
    seen.findings += [Finding(Problem.SEARCH, each.id, said) for each in missed]
    return seen, standards, findings.LOOKED_FOR


def _summary(seen: Seen, standards: Standards) -> str:
    counts = [f"{kind.value} {count}" for kind in Problem if (count := seen.count(kind))]
    failing = [kind for kind, limit in standards.limits.items() if seen.count(Problem(kind)) >= limit]
    told = f"公开 {seen.documents} 件，栏目 {len(seen.columns)} 个：{'，'.join(counts) or '没有发现问题'}。"
    return told + "".join(f"{kind}达到单项否决的界限（{standards.limits[kind]} 个）。" for kind in failing)
