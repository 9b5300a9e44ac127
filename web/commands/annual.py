"""Commands for the annual report on disclosure: whether one that comes as a document agrees with itself."""

import json
import sys
import unicodedata
from pathlib import Path
from typing import Any

import click

from archive.annual import reading, rules
from archive.annual.report import Report
from archive.errors import FileRefused, ReportRefused, ReportUnreadable
from archive.extract import Sandbox, media_type
from web.commands.installation import reported
from web.commands.sentences import sentence
from web.commands.tables import FILE
from web.commands.usage import Commands

_YEAR = click.IntRange(1, 9999)


class _ByYear(Commands):
    """Takes a year for the name of a command: the report of that year."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        first = unicodedata.normalize("NFKC", args[0]) if args else ""
        return super().parse_args(ctx, ["figures", *args] if first.isdecimal() else args)


@click.group("annual-report", cls=_ByYear)
def annual_report() -> None:
    """The annual report on disclosure (政府信息公开工作年度报告)."""


@annual_report.command("check")
@click.argument("file", type=FILE)
@click.option("--year", type=_YEAR, help="The year reported on, where the report does not say it.")
@click.option("--previous", type=FILE, help="The report of the year before, whose 结转 must be carried over.")
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


_JSON: dict[str, Any] = {"ensure_ascii": False, "indent": 2}


def _read(sandbox: Sandbox, file: Path, year: int | None) -> Report:
    return reading.read(sandbox.extract(file, media_type(file, file.name)), file.name, year)


def _told(report: Report) -> dict[str, object]:
    return {
        "year": report.year,
        "form": report.form.since,
        "title": report.title,
        "tables": report.told,
    }
