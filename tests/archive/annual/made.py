"""Reports of an imagined unit that agree with themselves, as the formats of files have them."""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

import docx

from archive.annual.forms import CELLS, COLUMNS, FOUR, GROUPS, HEADINGS, THREE, TWO, Form, Kind, form_of, unit_of
from archive.annual.report import Place, heading

TOTAL = "总计"


@dataclass
class Made:
    """What a report says: the printed cells by place, and the texts of its parts."""

    year: int
    cells: dict[Place, str]
    title: str
    opening: str = ""
    texts: dict[int, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    @property
    def form(self) -> Form:
        return form_of(self.year)

    def label(self, code: str) -> str:
        return self.labels.get(code, self.form.three[code].label)


def made(year: int, seed: int) -> Made:
    """Make a report with random figures, all of whose sums are right."""
    chance = random.Random(seed)  # noqa: S311  # made-up figures
    form = form_of(year)
    numbers: dict[Place, Decimal] = {}
    for place in form.places():
        if place[0] == TWO and place[1].endswith(" 规章"):
            numbers[place] = Decimal(0)
        elif place[0] == TWO:
            few = Decimal(chance.randrange(3000)) / (100 if form.kind(*place) is Kind.AMOUNT else 1)
            numbers[place] = -few if form.kind(*place) is Kind.CHANGE and chance.random() < 0.5 else few
    for column in COLUMNS[:-1]:
        results = {code: Decimal(chance.choice((0, 0, 1, 2, 12))) for code in form.results}
        ended, carried = sum(results.values()), Decimal(chance.randrange(3))
        new = max(ended - carried, Decimal(0)) + chance.randrange(3)
        rows = {**results, "R01": new, "R02": carried, "R22": Decimal(ended), "R23": new + carried - ended}
        numbers |= {(THREE, code, column): value for code, value in rows.items()}
    for code in form.three:
        numbers[THREE, code, TOTAL] = sum((numbers[THREE, code, each] for each in COLUMNS[:-1]), Decimal(0))
    for group in GROUPS:
        for cell in CELLS:
            if cell != TOTAL:
                numbers[FOUR, group, cell] = Decimal(chance.randrange(4))
        numbers[FOUR, group, TOTAL] = sum((numbers[FOUR, group, each] for each in CELLS if each != TOTAL), Decimal(0))
    cells = {place: str(value) for place, value in numbers.items()}
    received, done = cells[THREE, "R01", TOTAL], cells[THREE, "R22", TOTAL]
    first = (
        "（一）主动公开。全年公开信息 900 余条。\n"
        f"（二）依申请公开。全年收到政府信息公开申请 {received} 件，办结 {done} 件。\n"
        "（三）政府信息管理。\n（四）政府信息公开平台建设。\n（五）监督保障。开展考核和社会评议，没有责任追究。"
    )
    texts = {0: first, 4: "公开内容还不够全面，明年改进。", 5: "无。"}
    return Made(year, cells, f"青石县财政局{year}年政府信息公开工作年度报告", texts=texts)


Row = list[tuple[str, int, int]]


def two(report: Made) -> list[Row]:
    rows: list[Row] = []
    widest = max(len(article.columns) for article in report.form.two) + 1
    for article in report.form.two:
        rows.append([(article.label, 1, widest)])
        last = widest - len(article.columns)
        heads = [(each.label + unit_of(each), 1, 1) for each in article.columns]
        heads[-1] = (heads[-1][0], 1, last)
        rows.append([("信息内容", 1, 1), *heads])
        for name in article.rows:
            said = [report.cells[TWO, f"{article.label} {name}", each.label] for each in article.columns]
            rows.append([(name, 1, 1), *((each, 1, 1) for each in said[:-1]), (said[-1], 1, last)])
    return rows


def three(report: Made) -> list[Row]:
    rows: list[Row] = [
        [("（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）", 3, 3), ("申请人情况", 1, 7)],
        [("自然人", 2, 1), ("法人或其他组织", 1, 5), (TOTAL, 2, 1)],
        [(each, 1, 1) for each in COLUMNS[1:-1]],
    ]
    lines = report.form.three
    groups = [line.groups for line in lines.values()]
    for at, (code, line) in enumerate(lines.items()):
        row: Row = []
        for depth, group in enumerate(line.groups):
            prefix = line.groups[: depth + 1]
            if at == 0 or groups[at - 1][: depth + 1] != prefix:
                row.append((group, sum(each[: depth + 1] == prefix for each in groups), 1))
        row.append((report.label(code), 1, 3 - len(line.groups)))
        rows.append([*row, *((report.cells[THREE, code, column], 1, 1) for column in COLUMNS)])
    return rows


def four(report: Made) -> list[Row]:
    said = [(each, 1, 1) for each in CELLS.values()]
    return [
        [("行政复议", 1, 5), ("行政诉讼", 1, 10)],
        [*((each, 2, 1) for each in CELLS.values()), ("未经复议直接起诉", 1, 5), ("复议后起诉", 1, 5)],
        [*said, *said],
        [(report.cells[FOUR, group, cell], 1, 1) for group in GROUPS for cell in CELLS],
    ]


TABLES = {1: two, 2: three, 3: four}


def html(report: Made) -> str:
    """Write a report as a web page."""
    body = [f"<h1>{report.title}</h1>", *_paragraphs(report.opening)]
    for number in range(len(HEADINGS)):
        body.append(f"<p>{heading(number)}</p>")
        body += _paragraphs(report.texts.get(number, ""))
        if number in TABLES:
            rows = TABLES[number](report)
            cells = (
                "".join(f"<td rowspan={down} colspan={over}>{text}</td>" for text, down, over in row) for row in rows
            )
            body.append("<table border=1>" + "".join(f"<tr>{each}</tr>" for each in cells) + "</table>")
    return f"<html><head><meta charset=utf-8><title>{report.title}</title></head><body>{''.join(body)}</body></html>"


def _paragraphs(text: str) -> list[str]:
    return [f"<p>{each}</p>" for each in text.splitlines()]


def write_docx(report: Made, path: Path) -> None:
    """Write a report as a docx file, with merged cells."""
    document = docx.Document()
    document.add_heading(report.title, 0)
    for number in range(len(HEADINGS)):
        document.add_paragraph(heading(number))
        for each in report.texts.get(number, "").splitlines():
            document.add_paragraph(each)
        if number in TABLES:
            _docx_table(document, TABLES[number](report))
    document.save(str(path))


def _docx_table(document: "docx.document.Document", rows: list[Row]) -> None:
    width = sum(over for _, _, over in rows[0])
    table = document.add_table(len(rows), width, style="Table Grid")
    taken: set[tuple[int, int]] = set()
    grid = [list(row.cells) for row in table.rows]
    for at, row in enumerate(rows):
        column = 0
        for text, down, over in row:
            while (at, column) in taken:
                column += 1
            first, last = grid[at][column], grid[at + down - 1][column + over - 1]
            if down > 1 or over > 1:
                first.merge(last)
            first.paragraphs[0].text = text
            taken |= {(at + y, column + x) for y in range(down) for x in range(over)}


def values(report: Made) -> Mapping[Place, Decimal]:
    return {place: Decimal(said or 0) for place, said in report.cells.items()}
