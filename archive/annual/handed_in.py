"""The figures that units hand in for a year: a book with an entry for each unit and year, and a table to bring them in.

What a unit has not handed in is not reported, which is something else than none.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from archive.annual import numbers
from archive.annual.forms import FOUR, REST, THREE, TWO, Form, Kind, form_of
from archive.annual.report import Place
from archive.annual.settings import Reporting
from archive.errors import ReportRefused
from archive.plain import one_line
from archive.registers.books.book import CHANGE, Book, Entry
from archive.registers.books.columns import Column, Facts, text
from archive.registers.books.columns import Kind as Cell
from archive.registers.books.spec import Figure, Spec
from archive.registers.requests import sheet, taking_in
from archive.registers.requests.facts import Plain
from archive.registers.requests.request import Actor
from archive.registers.requests.taking_in import Refused, Taken
from archive.registers.roles import Act

HEADING = ("年度", "单位", "表", "行", "列", "数")
NOT_REPORTED = "未报"
_FIGURES = "figures"
_BETWEEN = "|"


def _named(facts: Facts) -> str:
    return f"{text(facts, 'year')}年{text(facts, 'unit')}"


def _figures(year: int, every: Collection[Facts]) -> Sequence[Figure]:
    return [("报送单位", f"{sum(text(each, 'year') == str(year) for each in every)} 个")]


SPEC = Spec(
    "annual-report",
    "年度报告数据",
    (
        Column("year", "年度", Cell.YEAR, needed=True, fixed=True),
        Column("unit", "单位", needed=True, fixed=True, most=60),
    ),
    *("year", _figures),
    *(Act.SEE_BOOKS, Act.KEEP_BOOKS, Act.EXPORT_BOOKS),
    _named,
)


def kept_as(place: Place) -> str:
    return _BETWEEN.join(place)


def place_of(kept: str) -> Place:
    table, row, column = kept.split(_BETWEEN, 2)
    return table, row, column


def of_year(book: Book, year: int) -> dict[str, Entry]:
    """Return the entries of a year by their units."""
    return {text(each.facts, "unit"): each for each in book.all() if text(each.facts, "year") == str(year)}


def figures(entry: Entry) -> dict[Place, Decimal]:
    """Return what a unit has handed in."""
    kept = entry.facts.get(_FIGURES)
    return {place_of(name): Decimal(str(value)) for name, value in kept.items()} if isinstance(kept, dict) else {}


def entry_of(book: Book, year: int, unit: str, by: Actor) -> Entry:
    """Return a unit's entry of a year, which is made if there is none. Raises EntryRefused."""
    found = of_year(book, year).get(unit)
    return found or book.enter({"year": str(year), "unit": unit}, by)


def template(year: int, unit: str, of_register: bool) -> list[tuple[str, ...]]:
    """Return the rows of a table for a unit to fill in; what the register says is not asked for."""
    form = form_of(year)
    wanted = [each for each in form.places() if each[0] == TWO or not of_register]
    return [HEADING, *((str(year), unit, *_called(place, form), "") for place in wanted)]


def _called(place: Place, form: Form) -> tuple[str, str, str]:
    table, row, column = place
    if table == TWO:
        return table, row.partition(" ")[2], column
    return (table, f"{row} {form.three[row].label}", column) if table == THREE else place


def take_in(book: Book, path: Path, by: Actor, reporting: Reporting, dry_run: bool = False) -> Taken:
    """Enter the figures of a file, each at its unit and year. A cell that is there already gets the new number.

    Raises ReportRefused for a file whose columns can't be used, EntryRefused, RequestRefused, OSError.
    """
    taken = Taken()
    good: dict[tuple[int, str], dict[Place, Decimal]] = {}
    lines: dict[tuple[int, str, Place], int] = {}
    for line, row in taking_in.rows(path, HEADING, _wrong_heading, ReportRefused):
        try:
            year, unit, place, value = _parsed(row, reporting)
            if (first := lines.setdefault((year, unit, place), line)) != line:
                raise ReportRefused(f"这个单位的这一格，第 {first} 行已经写过了。")
        except ReportRefused as refused:
            taken.refused.append(Refused(line, refused.reason))
            continue
        taken.rows += 1
        if value is not None:
            good.setdefault((year, unit), {})[place] = value
    for (year, unit), told in {}.items() if dry_run else good.items():
        _keep(book, year, unit, told, by)
    return taken


def _keep(book: Book, year: int, unit: str, told: Mapping[Place, Decimal], by: Actor) -> None:
    entry = entry_of(book, year, unit, by)
    kept: dict[str, Plain] = {kept_as(place): value for place, value in _strings({**figures(entry), **told})}
    made = {**entry.facts, _FIGURES: kept}
    if made != entry.facts:
        book.make(entry.id, CHANGE, made, by, entry.last)


def _strings(told: Mapping[Place, Decimal]) -> Iterable[tuple[Place, str]]:
    return ((place, str(value)) for place, value in told.items())


def _wrong_heading(heading: Sequence[str]) -> str:
    return taking_in.wrong_heading(heading, HEADING, HEADING)


def _parsed(row: Mapping[str, str], reporting: Reporting) -> tuple[int, str, Place, Decimal | None]:
    """Read a row. Its number is None where it is not reported. Raises ReportRefused."""
    if taking_in.BEYOND in row:
        raise ReportRefused(taking_in.TOO_MANY)
    told = {name: one_line(sheet.meant(row.get(name, ""))) for name in HEADING}
    if lacking := [name for name in HEADING[:-1] if not told[name]]:
        raise ReportRefused(f"{'、'.join(lacking)}空着。")
    year = numbers.in_text(told["年度"].removesuffix("年"))
    if year is None:
        raise ReportRefused("年度应写成 2019 的样子。")
    form, unit = form_of(year), told["单位"]
    if len(unit) > 60:
        raise ReportRefused("单位名称最多 60 字。")
    if reporting.is_county(unit):
        unit = reporting.county
    elif reporting.units and unit not in (*reporting.units, reporting.office):
        raise ReportRefused("单位不在 annual-report.toml 的 units 里，请核对名称。")
    place = _place(told, form)
    if place[0] != TWO and unit in (reporting.county, reporting.office):
        raise ReportRefused("本机关的表三、表四按登记簿计算，不用报送。")
    if told["数"] in ("", NOT_REPORTED):
        return year, unit, place, None
    found = numbers.read(told["数"])
    kind = form.kind(*place)
    if found is None:
        raise ReportRefused(f"“数”应是数字；没有的写 0，没有统计的写{NOT_REPORTED}。")
    if found.value < 0 and kind is not Kind.CHANGE:
        raise ReportRefused("“数”不能是负数。")
    if found.value != found.value.to_integral_value() and kind is not Kind.AMOUNT:
        raise ReportRefused("“数”应是整数。")
    if found.unit in ("元", "亿元") and kind is Kind.AMOUNT:
        raise ReportRefused("金额的单位应为万元，请换算后只写数字。")
    return year, unit, place, found.value


def _place(told: Mapping[str, str], form: Form) -> Place:
    table = told["表"].removeprefix("表")
    if table not in (TWO, THREE, FOUR):
        raise ReportRefused(f"“表”应为 {TWO}、{THREE}、{FOUR} 之一。")
    rows = {row: row for of, row, _ in form.places() if of == table}
    if table == TWO:
        rows = {row.partition(" ")[2]: row for row in rows}
    row = rows.get(told["行"]) or rows.get(told["行"].split(" ")[0].removeprefix("行"))
    if row is None:
        more = "2021 年度起其他处理分为 R21a、R21b、R21c。" if told["行"].startswith(REST) else ""
        raise ReportRefused(f"{form.name}的表{table}没有这一行。{more}")
    columns = [column for of, each, column in form.places() if of == table and each == row]
    if told["列"] not in columns:
        raise ReportRefused(f"这一行的“列”应为 {'、'.join(columns)} 之一。")
    return table, row, told["列"]
