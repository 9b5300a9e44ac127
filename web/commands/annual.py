"""Commands for the annual report on disclosure: its figures, what units hand in, and whether a report is right."""

import json
import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from archive.annual import numbers, reading, rules
from archive.annual.forms import due
from archive.annual.report import Finding, Report, called
from archive.chinese.dates import office_today
from archive.errors import FileRefused, ReportRefused, ReportUnreadable
from archive.extract import Sandbox, media_type
from web.commands.installation import reported, services
from web.commands.sentences import sentence
from web.commands.usage import Commands

if TYPE_CHECKING:
    from archive.annual.counting import Computed
    from archive.annual.keeping import Difference, Frozen, Passed
    from archive.annual.settings import Reporting
    from archive.registers.books.book import Book
    from web.installation.services import Services

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)
_YEAR = click.IntRange(1, 9999)
_UNIT = click.option("--unit", default="", metavar="NAME", help="Whose report; the county's unless said otherwise.")
_BY = click.option("--by", required=True, metavar="NAME", help="Who does it: a user name, once there are accounts.")
_JSON: dict[str, Any] = {"ensure_ascii": False, "indent": 2}


class _ByYear(Commands):
    """Takes a year for the name of a command: the report of that year."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = unicodedata.normalize("NFKC", args[0]) if args else ""
        return super().parse_args(ctx, ["show", first, *args[1:]] if first.lstrip("-").isdecimal() else args)


@click.group("annual-report", cls=_ByYear)
def annual_report() -> None:
    """政府信息公开工作年度报告: `annual-report YEAR` shows a year's figures."""


@annual_report.command("show")
@click.argument("year", type=_YEAR)
@_UNIT
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--list", "listed", metavar="TABLE/ROW/COLUMN", help="Say what a figure counts, one a line: 三/R03/总计.")
@click.option("--text", "draft", type=_FILE, help="A draft with the six headings, whose texts become the report's.")
@click.option(
    "--docx", "as_docx", type=_NEW, help="Write the report to a new FILE, after a note of what does not agree."
)
@click.option("--html", "as_html", type=_NEW, help="Write it as a web page.")
@reported
def show(
    year: int,
    unit: str,
    as_json: bool,
    listed: str | None,
    draft: Path | None,
    as_docx: Path | None,
    as_html: Path | None,
) -> None:
    """Show the figures of a YEAR's report, computed from the registers, or as they were frozen, and what is wrong."""
    from web.commands.tables import refuse_there

    for file in (as_docx, as_html):
        if file:
            refuse_there(file)
    with _opened(year, unit) as made:
        report = made.report
        texts: dict[int, str] = {}
        if draft:
            report, texts = _drafted(report, draft)
        found = rules.findings(report, made.before)
        standing = [each for each in found if each.id not in made.passed]
        let = [made.passed[each.id] for each in found if each.id in made.passed]
        hints = [*made.hints, *(rules.hints(report) if draft else ())]
        if (as_docx or as_html) and not draft:
            hints.append("没有初稿（--text），各部分的文字待写，没有核对。")
    if as_docx or as_html:
        from archive.annual import paper

        note = paper.Note(standing, let, hints)
        for file, content in ((as_docx, paper.docx), (as_html, None)):
            if file:
                file.write_bytes(content(report, note, texts) if content else paper.html(report, texts).encode())
                click.echo(f"写到 {file}。", err=True)
    if listed:
        _tell_list(made, listed)
    elif as_json:
        click.echo(
            json.dumps(made.told(report, standing, hints) | {"passed": [_passed(each) for each in let]}, **_JSON)
        )
    else:
        for line in made.lines(standing, let, hints):
            click.echo(line)


class _Made:
    """A report that was computed, and what is kept of it."""

    def __init__(
        self,
        now: "Computed",
        frozen: "Frozen | None",
        passed: "dict[str, Passed]",
        before: Report | None,
        reporting: "Reporting",
    ) -> None:
        from archive.annual import keeping

        self.computed = keeping.as_frozen(now, frozen)
        self.frozen, self.passed, self.before = frozen, passed, before
        self.differences: list[Difference] = [*keeping.differences(frozen, now)] if frozen else []
        self.due = due(now.year, reporting.is_county(now.unit))
        self.hints = [*self.computed.unsure]
        if now.year == office_today().year:
            self.hints.append(f"{now.year} 年度还没有结束，是到今天为止的数。")

    @property
    def report(self) -> Report:
        return self.computed.report

    def told(self, report: Report, findings: list[Finding], hints: list[str]) -> dict[str, object]:
        made = self.computed
        return {
            **_told(report),
            "unit": made.unit,
            "due": self.due.on.isoformat(),
            "units": {"reported": [*made.reported], "missing": [*made.missing]},
            "figures": [
                {
                    **{"name": each.query.name, "value": numbers.plain(each.counted.value or numbers.NOTHING)},
                    **{"unit": each.query.unit, "qualifier": each.query.qualifier},
                    **{"definition": each.counted.definition, "items": [*each.counted.items]},
                }
                for each in made.narrated
            ],
            "columns": dict(made.columns),
            "frozen": self.frozen and {"on": self.frozen.on, "by": self.frozen.by, "digest": self.frozen.digest},
            "differences": [each.told for each in self.differences],
            "findings": [each.told for each in findings],
            "hints": hints,
        }

    def lines(self, findings: list[Finding], let: "list[Passed]", hints: list[str]) -> Iterator[str]:
        report = self.report
        yield f"{report.title}，{report.form.name}，{self.due.on} 前公布。"
        for place in report.form.places():
            value = self.computed.figures[place].value
            if value or value is None:
                yield f"{called(place, report.form)}\t{'未报' if value is None else numbers.said(value)}"
        for each in self.computed.narrated:
            yield f"{each.query.name}\t{numbers.said(each.counted.value or 0)}{each.query.qualifier} {each.query.unit}"
        if self.frozen:
            yield f"{self.frozen.on} 由{self.frozen.by}冻结，散列值 {self.frozen.digest}。"
        for change in self.differences:
            now, was = ("未报" if each is None else numbers.said(each) for each in (change.now, change.was))
            yield f"与现在不同：{called(change.place, report.form)}冻结时 {was}，现在 {now}。"
        for finding in findings:
            yield f"[{finding.id}] {finding.message}"
        for passed in let:
            yield f"已放行：{passed.message}{passed.by}，{passed.on}：{passed.reason}"
        yield from (f"提示：{each}" for each in hints)
        yield f"{len(findings)} 处不符。" if findings else "没有发现不符之处。其余各格都是 0。"


@contextmanager
def _opened(year: int, unit: str) -> Iterator[_Made]:
    with services() as opened, open_book(opened) as book:
        yield _made(opened, book, year, unit)


@contextmanager
def open_book(opened: "Services") -> "Iterator[Book]":
    from archive.annual.handed_in import SPEC
    from web.commands.books import book_of

    with book_of(opened, SPEC) as book:
        yield book


def _made(opened: "Services", book: "Book", year: int, unit: str) -> _Made:
    """Compute a report, or take it as it was frozen. Raises ReportRefused for a year or unit that has none."""
    from archive.annual import counting, handed_in, keeping, settings
    from archive.annual.forms import form_of
    from web.commands.register import register_of

    form_of(year)
    if year > office_today().year:
        raise ReportRefused(f"{year} 年度还没有到，没有数据。请核对年度。")
    reporting = settings.load(opened.settings.data)
    entries = handed_in.of_year(book, year)
    handed = {name: figures for name, each in entries.items() if (figures := handed_in.figures(each))}
    unit = reporting.county if not unit or reporting.is_county(unit) else unit
    known = dict.fromkeys((reporting.county, reporting.office, *reporting.units, *handed))
    if unit not in known:
        raise ReportRefused(
            f"没有单位“{unit}”{year} 年度的数据。有数据的：{'、'.join(known)}。请核对名称，"
            "或先用 gongkai annual-report import 导入该单位报送的数据。"
        )
    with register_of(opened) as register:
        sources = counting.Sources(register.all(), counting.held(opened.catalogue, year), handed)
    now = counting.compute(year, unit, reporting, sources)
    before = keeping.frozen_of(book, year - 1, now.unit)
    last = replace(keeping.as_frozen(now, before), year=year - 1, missing=()).report if before else None
    frozen = keeping.frozen_of(book, year, now.unit)
    return _Made(now, frozen, keeping.passed(book, year, now.unit), last, reporting)


def _drafted(report: Report, draft: Path) -> tuple[Report, dict[int, str]]:
    """Return a report with the texts of a draft, and these as they are written."""
    with Sandbox(workers=1) as sandbox:
        extraction = sandbox.extract(draft, media_type(draft, draft.name))
    read = reading.read(extraction, draft.name, report.year)
    texts = {number: each.written for number, each in read.sections.items()}
    missing = tuple(each for each in read.noticed if each.rule in ("heading", "period"))
    made = replace(report, sections=read.sections, opening=read.opening, noticed=(*report.noticed, *missing))
    return made, texts


def _tell_list(made: _Made, place: str) -> None:
    table, row, column = [*(each.strip() for each in place.split("/", 2)), "", ""][:3]
    found = made.computed.figures
    wanted = next((each for each in found if each[0] == table and row in (each[1], each[1].partition(" ")[2])), None)
    if wanted is None or (figure := found.get((table, wanted[1], column))) is None:
        raise ReportRefused(
            f"报告里没有表{table}“{row}”“{column}”这一格。请写成 三/R05/自然人、二/行政许可/处理决定数量 的样子。"
        )
    value = "未报" if figure.value is None else numbers.said(figure.value)
    click.echo(f"{called((table, wanted[1], column), made.report.form)}：{value}。{figure.definition}。")
    for item in figure.items:
        click.echo(item)


@annual_report.command("due")
@reported
def due_() -> None:
    """Say by when the reports of the last year are due, how long that is, and which units have not reported."""
    from archive.annual import deadlines

    with services() as opened, open_book(opened) as book:
        for each in deadlines.standing(opened.settings.data, book, office_today()).sentences:
            click.echo(each)


@annual_report.command("template")
@click.argument("year", type=_YEAR)
@click.argument("file", type=_NEW)
@click.option("--unit", required=True, metavar="NAME", help="The unit that is to fill it in.")
@reported
def template(year: int, file: Path, unit: str) -> None:
    """Write a table of a YEAR's figures to a new FILE (CSV or xlsx), for a unit to fill in."""
    from archive.annual import handed_in, settings
    from archive.registers.requests import sheet
    from web.commands.tables import refuse_there

    refuse_there(file)
    with services() as opened:
        reporting = settings.load(opened.settings.data)
    rows = handed_in.template(year, unit, reporting.is_county(unit) or unit == reporting.office)
    sheet.write(file, rows)
    click.echo(f"写出 {len(rows) - 1} 行到 {file}。没有的填 0，没有统计的填{handed_in.NOT_REPORTED}。")


@annual_report.command("import")
@click.argument("file", type=_FILE)
@_BY
@click.option("--dry-run", is_flag=True, help="Check the file only; write nothing.")
@reported
def import_(file: Path, by: str, dry_run: bool) -> None:
    """Take in the figures that units hand in from FILE, CSV or xlsx; a figure that is there gets the new number.

    A row that is wrong is refused by its line with the reason, and the rest goes in. Exits with 1 if one was.
    """
    from archive.annual import handed_in, settings
    from web.commands.tables import actor_of, tell

    with services() as opened:
        actor = actor_of(opened, by, handed_in.SPEC.keep)
        with open_book(opened) as book:
            taken = handed_in.take_in(book, file, actor, settings.load(opened.settings.data), dry_run)
    tell(taken, dry_run, "行")


@annual_report.command("freeze")
@click.argument("year", type=_YEAR)
@_UNIT
@_BY
@reported
def freeze(year: int, unit: str, by: str) -> None:
    """Keep the figures of a YEAR's report and what they count as they are today; later changes are told apart."""
    from archive.annual import handed_in, keeping
    from web.commands.tables import actor_of

    with services() as opened:
        actor = actor_of(opened, by, handed_in.SPEC.keep)
        if year == office_today().year:
            raise ReportRefused(f"{year} 年度还没有结束，数还会变，没有冻结。请在年度结束后冻结。")
        with open_book(opened) as book:
            made = _made(opened, book, year, unit)
            frozen = keeping.freeze(book, made.computed, actor)
    click.echo(f"{made.computed.unit} {year} 年度的数据已经冻结，散列值 {frozen.digest}。")


@annual_report.command("pass")
@click.argument("year", type=_YEAR)
@click.argument("finding")
@click.option("--reason", required=True, metavar="TEXT", help="Why it may stay as it is.")
@click.option("--text", "draft", type=_FILE, help="The draft in which it was found.")
@_UNIT
@_BY
@reported
def pass_(year: int, finding: str, reason: str, draft: Path | None, unit: str, by: str) -> None:
    """Let a FINDING of a YEAR's report stay as it is, by its number in brackets; the cover note names who and why."""
    from archive.annual import handed_in, keeping
    from web.commands.tables import actor_of

    with services() as opened:
        actor = actor_of(opened, by, handed_in.SPEC.keep)
        with open_book(opened) as book:
            made = _made(opened, book, year, unit)
            report = _drafted(made.report, draft)[0] if draft else made.report
            every = {each.id: each for each in rules.findings(report, made.before)}
            if finding not in every:
                raise ReportRefused(f"没有编号为“{finding}”的不符之处；编号写在每一处前面的方括号里。")
            keeping.let_pass(book, made.computed, every[finding], reason, actor)
    click.echo(f"已放行：{every[finding].message}")


@annual_report.command("check")
@click.argument("file", type=_FILE)
@click.option("--year", type=_YEAR, help="The year reported on, where the report does not say it.")
@click.option("--previous", type=_FILE, help="The report of the year before, whose 结转 must be carried over.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@reported
def check(file: Path, year: int | None, previous: Path | None, as_json: bool) -> None:
    """Examine a report in FILE (docx, html, pdf, txt …): its form, its tables, its text. It needs no archive.

    Exits with 0 if nothing is wrong, with 1 if something is, with 2 if the file can't be examined.
    """
    try:
        with Sandbox(workers=1) as sandbox:
            report = _read(sandbox, file, year)
            before = _read(sandbox, previous, None) if previous else None
    except (FileRefused, ReportRefused) as error:
        raise ReportUnreadable(sentence(error)) from error
    found = rules.findings(report, before)
    hints = rules.hints(report)
    if before and before.year != report.year - 1:
        hints.append(f"上一年度的报告应是 {report.year - 1} 年度的，给出的是 {before.year} 年度的，没有核对结转。")
    if as_json:
        click.echo(json.dumps(_told(report) | {"findings": [each.told for each in found], "hints": hints}, **_JSON))
    else:
        click.echo(f"{report.title or file.name}：{report.year} 年度，{report.form.name}。")
        for each in found:
            click.echo(each.message)
        for hint in hints:
            click.echo(f"提示：{hint}")
        click.echo(f"{len(found)} 处不符。" if found else "没有发现不符之处。")
    sys.exit(1 if found else 0)


def _read(sandbox: Sandbox, file: Path, year: int | None) -> Report:
    return reading.read(sandbox.extract(file, media_type(file, file.name)), file.name, year)


def _told(report: Report) -> dict[str, object]:
    return {"year": report.year, "form": report.form.since, "title": report.title, "tables": report.told}


def _passed(each: "Passed") -> dict[str, str]:
    return {"id": each.finding, "message": each.message, "by": each.by, "on": each.on, "reason": each.reason}
