"""The forms of the annual report as data, by the first year that they report on.

国办公开办函〔2019〕60号 is in force for 2019 and 2020, 〔2021〕30号 from 2021 on. Table three's lines are those of the
register of requests (``outcomes``), table four's cells those of the disputes; both are called here as people call them.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from archive.errors import ReportRefused
from archive.registers.requests.outcomes import FORMS as LINES
from archive.registers.requests.outcomes import Line, Row

TWO, THREE, FOUR = "二", "三", "四"
PERSON, TOTAL = "自然人", "总计"
ORGANISATIONS = ("商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
# The columns of table three, whose last is the sum of the others.
COLUMNS = (PERSON, *ORGANISATIONS, TOTAL)
NEW, CARRIED, ENDED, LEFT = "R01", "R02", "R22", "R23"
# Table four: its groups, and in each its cells, with the words of the form.
GROUPS: Mapping[str, str] = {"复议": "行政复议", "直诉": "未经复议直接起诉", "复议后诉": "复议后起诉"}
CELLS: Mapping[str, str] = {
    **{"维持": "结果维持", "纠正": "结果纠正", "其他": "其他结果", "未结": "尚未审结"},
    TOTAL: TOTAL,
}
# The one row of the form of 2019, and the three of that of 2021 in its place.
REST, REST_LABEL = "R21", "（六）其他处理"
_PARTS: Mapping[str, str] = {Row.ABANDONED: "R21a", Row.UNPAID: "R21b", Row.OTHER: "R21c"}


class Kind(StrEnum):
    """What stands in a column: how many, how many more or fewer, or an amount of money."""

    COUNT = "count"
    CHANGE = "change"
    AMOUNT = "amount"


@dataclass(frozen=True, slots=True)
class Column:
    """A column of table two. ``unit`` is "" where the form names none."""

    label: str
    kind: Kind = Kind.COUNT
    unit: str = ""


@dataclass(frozen=True, slots=True)
class Article:
    """A part of table two: the item of article 20 that it reports on, its columns and its rows."""

    label: str
    columns: tuple[Column, ...]
    rows: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A form: what it is called, table two, the lines of table three by their codes, and what part one is about."""

    since: int
    name: str
    two: tuple[Article, ...]
    three: Mapping[str, Line]
    aspects: tuple[str, ...] = ()

    @property
    def results(self) -> tuple[str, ...]:
        """The codes of table three that add up to R22."""
        return tuple(code for code, line in self.three.items() if line.rows)

    def places(self) -> Iterator[tuple[str, str, str]]:
        """Yield each figure of the three tables in their order: table, row, column.

        A row of table two is called by its article, too: 第二十条第（一）项 规章.
        """
        for article in self.two:
            for row in article.rows:
                yield from ((TWO, f"{article.label} {row}", column.label) for column in article.columns)
        yield from ((THREE, code, column) for code in self.three for column in COLUMNS)
        yield from ((FOUR, group, cell) for group in GROUPS for cell in CELLS)

    def kind(self, table: str, row: str, column: str) -> Kind:
        """Return what stands at a place of the form."""
        if table != TWO:
            return Kind.COUNT
        article = next(each for each in self.two if row.startswith(f"{each.label} "))
        return next(each.kind for each in article.columns if each.label == column)


HEADINGS = (
    "总体情况",
    "主动公开政府信息情况",
    "收到和处理政府信息公开申请情况",
    "政府信息公开行政复议、行政诉讼情况",
    "存在的主要问题及改进情况",
    "其他需要报告的事项",
)
# Which heading is that of which table, by its place from 0.
TABLE_HEADINGS: Mapping[int, str] = {1: TWO, 2: THREE, 3: FOUR}
# What governments report besides (article 50, item 4).
OF_GOVERNMENTS: Mapping[str, str] = {"工作考核": "考核", "社会评议": "评议", "责任追究": "责任追究|追究责任|追责|问责"}


def _article(number: str, columns: tuple[Column, ...], *rows: str) -> Article:
    return Article(f"第二十条第（{number}）项", columns, rows)


def _coded(lines: tuple[Line, ...]) -> Mapping[str, Line]:
    return {_PARTS.get(line.code, line.code): line for line in lines}


_BEFORE, _CHANGE, _DECIDED = Column("上一年项目数量"), Column("本年增/减", Kind.CHANGE), Column("处理决定数量")
_DECISIONS = (Column("本年处理决定数量"),)
FORMS = (
    Form(
        2019,
        "2019年格式（国办公开办函〔2019〕60号）",
        (
            _article(
                *("一", (Column("本年新制作数量"), Column("本年新公开数量"), Column("对外公开总数量"))),
                *("规章", "规范性文件"),
            ),
            _article("五", (_BEFORE, _CHANGE, _DECIDED), "行政许可", "其他对外管理服务事项"),
            _article("六", (_BEFORE, _CHANGE, _DECIDED), "行政处罚", "行政强制"),
            _article("八", (_BEFORE, _CHANGE), "行政事业性收费"),
            _article("九", (Column("采购项目数量"), Column("采购总金额", Kind.AMOUNT)), "政府集中采购"),
        ),
        _coded(LINES[2019]),
    ),
    Form(
        2021,
        "2021年格式（国办公开办函〔2021〕30号）",
        (
            _article(
                *("一", (Column("本年制发件数"), Column("本年废止件数"), Column("现行有效件数"))),
                *("规章", "行政规范性文件"),
            ),
            _article("五", _DECISIONS, "行政许可"),
            _article("六", _DECISIONS, "行政处罚", "行政强制"),
            _article("八", (Column("本年收费金额", Kind.AMOUNT, "万元"),), "行政事业性收费"),
        ),
        _coded(LINES[2021]),
        ("主动公开", "依申请公开", "政府信息管理", "政府信息公开平台建设", "监督保障"),
    ),
)
_FIRST, _LAST = FORMS[0].since, 2999


def form_of(year: int) -> Form:
    """Return the form of a year's report. Raises ReportRefused for a year that has none of these."""
    if not _FIRST <= year <= _LAST:
        raise ReportRefused(
            f"没有 {year} 年度报告的格式：有格式的从 {_FIRST} 年度开始，更早的年度报告没有这几张表。请核对年度。"
        )
    return next(form for form in reversed(FORMS) if year >= form.since)


def unit_of(column: Column) -> str:
    """Return how a column's head is printed behind its words: （单位：万元）."""
    return f"（单位：{column.unit}）" if column.unit else ""


@dataclass(frozen=True, slots=True)
class Due:
    """The last day for a year's report (article 49), and the days on which to remind of it."""

    on: date
    reminders: tuple[date, ...]


_REMINDERS = (30, 7)


def due(year: int, of_county: bool) -> Due:
    """Return when a year's report is due: a department's by 31 January, the county's by 31 March.

    >>> due(2019, of_county=False).on, due(2019, of_county=True).reminders
    (datetime.date(2020, 1, 31), (datetime.date(2020, 3, 1), datetime.date(2020, 3, 24)))
    """
    on = date(year + 1, 3, 31) if of_county else date(year + 1, 1, 31)
    return Due(on, tuple(on - timedelta(days) for days in _REMINDERS))
