"""A report as docx and as a web page: the parts in the order of the form, and the tables as it draws them.

Before the docx stands a cover note for whoever signs it: what does not agree, and what somebody let pass, and why.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from archive import official
from archive.annual.forms import HEADINGS, TABLE_HEADINGS
from archive.annual.keeping import Passed
from archive.annual.layout import Drawn, drawn
from archive.annual.report import Finding, Report, heading
from archive.document import Merged

NOTE, TO_WRITE = "审签说明", "（待写）"
# Points: tables have smaller type than the text.
_SMALL, _SMALLEST = 12, 10.5


@dataclass(frozen=True, slots=True)
class Note:
    """What the cover note says: findings that stand, those that were let pass, and what else to look at."""

    findings: Sequence[Finding] = ()
    passed: Sequence[Passed] = ()
    hints: Sequence[str] = ()


def docx(report: Report, note: Note, texts: Mapping[int, str]) -> bytes:
    """Return a report as docx. ``texts`` are those of its parts, by the place of their heading."""
    title = tuple(re.split(r"(?=\d{4}年)", report.title))
    body: list[str | official.Table | official.Break] = [*_noted(note)]
    noted = bool(body)
    if noted:
        body.append(official.Break(title))
    for number in range(len(HEADINGS)):
        body.append(heading(number))
        if table := TABLE_HEADINGS.get(number):
            told = drawn(table, report.form, {place: cell.said for place, cell in report.cells.items()})
            size = _SMALL if number == 1 else _SMALLEST
            body.append(official.Table(told.rows, told.widths, told.heads, (), told.merged, size, told.left))
        elif text := texts.get(number, ""):
            body.append(text)
        else:
            body.append(TO_WRITE)
    return official.docx_of(official.Paper((*title, NOTE) if noted else title, body=tuple(body)))


def _noted(note: Note) -> list[str]:
    told = []
    if note.findings:
        told += [f"有 {len(note.findings)} 处不符，没有改正，也没有放行：", *(each.message for each in note.findings)]
    if note.passed:
        told.append(f"有 {len(note.passed)} 处不符已经放行：")
        told += [f"{each.message}放行人：{each.by}，{each.on}；理由：{each.reason}。" for each in note.passed]
    return [*told, *(f"提示：{each}" for each in note.hints)]


def html(report: Report, texts: Mapping[int, str]) -> str:
    """Return a report as a page of its own."""
    said = {place: cell.said for place, cell in report.cells.items()}
    parts = [f"<h1>{escape(report.title)}</h1>"]
    for number in range(len(HEADINGS)):
        parts.append(f"<h2>{heading(number)}</h2>")
        if table := TABLE_HEADINGS.get(number):
            parts.append(_table(drawn(table, report.form, said), heading(number)))
        parts += [f"<p>{escape(each)}</p>" for each in texts.get(number, "").splitlines()]
    style = "body{max-width:60em;margin:auto}table{border-collapse:collapse}td,th{border:1px solid;padding:.2em .4em}"
    head = f"<meta charset=utf-8><title>{escape(report.title)}</title><style>{style}</style>"
    return f"<!doctype html>\n<html lang=zh-CN><head>{head}</head>\n<body>{chr(10).join(parts)}</body></html>\n"


def _table(table: Drawn, caption: str) -> str:
    rows = ("".join(_cells(table, at)) for at in range(len(table.rows)))
    return f"<table><caption>{caption}</caption>{''.join(f'<tr>{row}</tr>' for row in rows)}</table>"


def _cells(table: Drawn, row: int) -> Iterator[str]:
    for column, text in enumerate(table.rows[row]):
        spans = [each for each in table.merged if _covers(each, row, column)]
        if spans and (spans[0].row, spans[0].column) != (row, column):
            continue
        down, over = (spans[0].rows, spans[0].columns) if spans else (1, 1)
        more = (f" rowspan={down}" if down > 1 else "") + (f" colspan={over}" if over > 1 else "")
        name = "th" if row < table.heads or column in table.left else "td"
        yield f"<{name}{more}>{escape(text)}</{name}>"


def _covers(each: Merged, row: int, column: int) -> bool:
    return each.row <= row < each.row + each.rows and each.column <= column < each.column + each.columns
