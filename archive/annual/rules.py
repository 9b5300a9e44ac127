"""What must agree in a report: sums and balances of its tables, its text with them, one year with the next.

A rule finds only what contradicts itself for certain. What a person should look at, because words can be put in many
ways, is a hint, and no finding.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal

from archive.annual import narrative
from archive.annual.forms import (
    CARRIED,
    CELLS,
    COLUMNS,
    ENDED,
    FOUR,
    GROUPS,
    LEFT,
    NEW,
    OF_GOVERNMENTS,
    REST,
    THREE,
    TOTAL,
    TWO,
    Kind,
)
from archive.annual.numbers import said
from archive.annual.report import Finding, Place, Report, called, heading, row_of

# Whose reports are a government's, and who makes no regulations (规章): counties and below, and their offices.
_GOVERNMENT = re.compile(r"人民政府(?!.{0,2}(?:办公|[局委]))")
_COUNTY = re.compile(r"(?<!自治)[县区镇乡](?:人民)?政府|(?<!自治)县.{1,20}(?:局|办公室|委员会)")
_PROBLEMS, _OTHERS = 4, 5
_Sides = tuple[Decimal | None, Decimal | None]
# What stands for nothing where a text is asked for; 无 is an answer, and 待写 is what a report that is made here has.
_EMPTY = re.compile(r"[\s/\\—.。、-]*|[(（]?待[写补定填][)）]?")


def findings(report: Report, before: Report | None = None) -> list[Finding]:
    """Return what is wrong about a report. ``before`` is that of the year before, where it is known."""
    return [
        *report.noticed,
        *_signs(report),
        *_regulations(report),
        *_balances(report),
        *_results(report),
        *_rows(report),
        *(_carried(before, report) if before else ()),
        *_texts(report),
        *narrative.findings(report),
    ]


def hints(report: Report) -> list[str]:
    """Say what a person should look at: what article 50 and the form ask for and no word of the text speaks of."""
    told = []
    whole = "".join(each.text for each in report.sections.values())
    if _GOVERNMENT.search(report.title):
        lacking = [name for name, words in OF_GOVERNMENTS.items() if not re.search(words, whole)]
        if lacking and report.sections:
            told.append(
                f"没有找到{'、'.join(lacking)}的情况：各级人民政府的年度报告还应当包括工作考核、社会评议和"
                "责任追究结果情况（条例第五十条第四项）。"
            )
    if report.form.aspects and (first := report.sections.get(0)):
        lacking = [name for name in report.form.aspects if not re.search(_aspect(name), first.text)]
        if lacking:
            told.append(f"{first.at}：“{first.heading}”没有写到{'、'.join(lacking)}，格式要求写五个方面。")
    return [*told, *_blank(report), *_likely(report)]


def _blank(report: Report) -> Iterator[str]:
    """Say which tables have no number at all: they count as none, and maybe were forgotten."""
    for table in sorted(report.tables, key="二三四".index):
        if not any(cell.said for place, cell in report.cells.items() if place[0] == table):
            yield f"表{table}里一个数也没有，按 0 核对；没有的，请填 0。"


def _likely(report: Report) -> Iterator[str]:
    """Say which figures of table two hardly go together."""
    first = "第二十条第（一）项 "
    for row, part, whole in (("规范性文件", "本年新公开数量", "对外公开总数量"),):
        some, every = (report.value(TWO, first + row, each) for each in (part, whole))
        if some is not None and every is not None and some > every:
            yield f"表二“{row}”：{part} {said(some)} 多于{whole} {said(every)}，请核对。"
    names = ("本年制发件数", "本年废止件数", "现行有效件数")
    made, ended, valid = (report.value(TWO, f"{first}行政规范性文件", each) for each in names)
    if None not in (made, ended, valid) and (valid or 0) < (made or 0) - (ended or 0):
        yield f"表二“行政规范性文件”：现行有效件数 {said(valid or 0)} 少于本年制发件数减本年废止件数，请核对。"


def _aspect(name: str) -> str:
    words = {"依申请公开": "申请", "政府信息管理": "信息管理|信息资源", "政府信息公开平台建设": "平台"}
    return words.get(name, "监督|保障" if name == "监督保障" else name)


def _sum(report: Report, places: Sequence[Place]) -> Decimal | None:
    """Add up figures; None if the report lacks one, which is told already."""
    found = [report.value(*each) for each in places]
    return None if None in found else sum((each for each in found if each is not None), Decimal(0))


def _terms(report: Report, places: Sequence[Place], names: Sequence[str]) -> str:
    return " + ".join(f"{name} {said(report.value(*each) or 0)}" for each, name in zip(places, names, strict=True))


def _unequal(
    report: Report, rule: str, place: Place, expression: str, sides: _Sides, told: Callable[[Decimal, Decimal], str]
) -> Iterator[Finding]:
    left, right = sides
    if left is not None and right is not None and left != right:
        cell = report.cells.get(place)
        at = cell.at if cell else ""
        yield Finding(rule, told(left, right), at, place, expression, said(left), said(right))


def _signs(report: Report) -> Iterator[Finding]:
    for place, cell in report.cells.items():
        if cell.value is None or (place[0] == THREE and place[1] not in report.form.three):
            continue
        kind = report.form.kind(*place)
        if cell.value < 0 and kind is not Kind.CHANGE:
            yield Finding("sign", f"{called(place, report.form)}是负数：{cell.said}。", cell.at, place, left=cell.said)
        elif cell.value != cell.value.to_integral_value() and kind is not Kind.AMOUNT:
            message = f"{called(place, report.form)}应是整数，写的是 {cell.said}。"
            yield Finding("whole", message, cell.at, place, left=cell.said)


def _regulations(report: Report) -> Iterator[Finding]:
    if not _COUNTY.search(report.title):
        return
    for place, cell in report.cells.items():
        if place[0] == TWO and place[1].endswith(" 规章") and cell.value:
            message = f"{called(place, report.form)}是 {cell.said}：县级以下政府及其部门没有规章制定权，应是 0。"
            yield Finding("regulations", message, cell.at, place, "规章 = 0", cell.said, "0")


def _balances(report: Report) -> Iterator[Finding]:
    for column in COLUMNS:
        new, carried, ended, left = ((THREE, code, column) for code in (NEW, CARRIED, ENDED, LEFT))

        def told(came: Decimal, went: Decimal, column: str = column) -> str:
            first = _terms(report, [(THREE, code, column) for code in (NEW, CARRIED)], ("本年新收", "上年结转"))
            second = _terms(report, [(THREE, code, column) for code in (ENDED, LEFT)], ("办理结果总计", "结转下年度"))
            return f"表三“{column}”：{first} = {said(came)}，{second} = {said(went)}，两边应当相等。"

        sides = _sum(report, (new, carried)), _sum(report, (ended, left))
        yield from _unequal(report, "balance", new, "R01+R02 = R22+R23", sides, told)


def _results(report: Report) -> Iterator[Finding]:
    there = {row for table, row, _ in report.cells if table == THREE}
    # A report that has the one row of the earlier form is added up as it stands.
    codes = [code for code in report.form.results if not (REST in there and code.startswith(REST) and code != REST)]
    codes += [REST] if REST in there and REST not in codes else []
    for column in COLUMNS:
        places: list[Place] = [(THREE, code, column) for code in codes]

        def told(parts: Decimal, total: Decimal, column: str = column, places: list[Place] = places) -> str:
            some = [each for each in places if report.value(*each)]
            terms = _terms(report, some, [row_of(code, report.form) for _, code, _ in some]) or "各项都是 0"
            return f"表三“{column}”：各项办理结果之和（{terms}）是 {said(parts)}，“（七）总计”却是 {said(total)}。"

        place: Place = (THREE, ENDED, column)
        sides = _sum(report, places), report.value(*place)
        yield from _unequal(report, "results", place, f"R22 = R03+…+{codes[-1]}", sides, told)


def _totals(report: Report, table: str, row: str, name: str, columns: Sequence[str]) -> Iterator[Finding]:
    """Hold the total of a row against its other columns."""
    places = [(table, row, column) for column in columns]

    def told(parts: Decimal, total: Decimal) -> str:
        return f"表{table}“{name}”：{_terms(report, places, columns)} = {said(parts)}，总计却是 {said(total)}。"

    place: Place = (table, row, TOTAL)
    sides = _sum(report, places), report.value(*place)
    yield from _unequal(report, "total", place, f"总计 = {'+'.join(columns)}", sides, told)


def _rows(report: Report) -> Iterator[Finding]:
    for code in dict.fromkeys(row for table, row, _ in report.cells if table == THREE):
        yield from _totals(report, THREE, code, row_of(code, report.form), COLUMNS[:-1])
    for group, words in GROUPS.items():
        yield from _totals(report, FOUR, group, words, [cell for cell in CELLS if cell != TOTAL])


def _carried(before: Report, report: Report) -> Iterator[Finding]:
    if before.year != report.year - 1:
        return
    for column in COLUMNS:

        def told(left: Decimal, carried: Decimal, column: str = column) -> str:
            return (
                f"表三“{column}”：{before.year} 年度结转下年度 {said(left)}，"
                f"{report.year} 年度上年结转 {said(carried)}，应当相等。"
            )

        sides = before.value(THREE, LEFT, column), report.value(THREE, CARRIED, column)
        expression = f"{before.year} R23 = {report.year} R02"
        yield from _unequal(report, "carried", (THREE, CARRIED, column), expression, sides, told)


def _texts(report: Report) -> Iterator[Finding]:
    for number in (0, _PROBLEMS, _OTHERS):
        section = report.sections.get(number)
        if section and _EMPTY.fullmatch(section.text):
            more = "没有的，写“无”。" if number == _OTHERS else ""
            message = f"{section.at}：“{section.heading}”之下没有文字。{more}"
            yield Finding("empty", message, section.at, right=heading(number))
    yield from narrative.promises(report)
