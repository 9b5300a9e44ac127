"""The figures of a year's report: each with what it counts, and the list of what was counted.

Tables three and four are counted from the register of requests, table two from the public documents and from what units
hand in. The county's figures are the sum of its units'. What nobody reported has no value, which is not none.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from archive.annual import numbers
from archive.annual.forms import CELLS, COLUMNS, FOUR, GROUPS, THREE, TOTAL, TWO, Form, form_of
from archive.annual.report import TEXT, Cell, Finding, Place, Report, row_of
from archive.annual.settings import PUBLISHED, Query, Reporting
from archive.decisions.validity import on_days
from archive.document import LAPSED, Validity
from archive.registers.requests import disputes
from archive.registers.requests.request import Request
from archive.registers.requests.table_three import codes_of
from archive.store.catalogue import Catalogue

NORMATIVE = "规范性文件"
_IN_FORCE = frozenset({Validity.IN_FORCE, Validity.AMENDED, Validity.PARTLY})
_FIRST = "第二十条第（一）项"


@dataclass(frozen=True, slots=True)
class Counted:
    """A figure: its value, None if nobody reported it, what it is, and what was counted."""

    value: Decimal | None
    definition: str
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Held:
    """A public document as it counts. ``before`` and ``after`` are its validity at the year's beginning and end."""

    id: str
    title: str
    issuer: str
    genre: str
    column: str
    written_on: date | None
    published_on: date | None
    before: Validity | None
    after: Validity | None

    def is_in(self, column: str) -> bool:
        """Tell whether it is in a column, at either level."""
        return column == self.column or column in self.column.split("/")


@dataclass(frozen=True, slots=True)
class Sources:
    """What figures are counted from: requests, public documents, and what units have handed in for the year."""

    requests: Sequence[Request] = ()
    documents: Sequence[Held] = ()
    handed: Mapping[str, Mapping[Place, Decimal]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Narrated:
    """A figure of the text, and the query by which it was counted."""

    query: Query
    counted: Counted

    @property
    def place(self) -> Place:
        return TEXT, self.query.name, self.query.unit


@dataclass(frozen=True, slots=True)
class Computed:
    """The figures of a unit's report. ``missing`` are the units that have not reported, ``unsure`` what isn't known."""

    year: int
    unit: str
    figures: Mapping[Place, Counted]
    narrated: tuple[Narrated, ...] = ()
    columns: Mapping[str, int] = field(default_factory=dict)
    reported: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()

    @property
    def every(self) -> dict[Place, Counted]:
        """All figures, those of the text too."""
        return {**self.figures, **{each.place: each.counted for each in self.narrated}}

    @property
    def report(self) -> Report:
        """It as a report is examined."""
        cells = {
            place: Cell("" if each.value is None else numbers.said(each.value), each.value)
            for place, each in self.figures.items()
        }
        return Report(
            self.year,
            form_of(self.year),
            f"{self.unit}{self.year}年政府信息公开工作年度报告",
            cells,
            tables=frozenset({TWO, THREE, FOUR}),
            noticed=tuple(self._missing()),
        )

    def _missing(self) -> Iterator[Finding]:
        if self.missing:
            message = f"还有 {len(self.missing)} 个单位没有报送：{'、'.join(self.missing)}。汇总的数不含这些单位。"
            yield Finding(
                *("units", message),
                expression="报送的单位 = 应报送的单位",
                left=str(len(self.reported)),
                right=str(len(self.reported) + len(self.missing)),
            )


def held(catalogue: Catalogue, year: int) -> list[Held]:
    """Return the public documents that may count in a year."""
    found = [each for each in catalogue.public_all()]
    days = (date(year - 1, 12, 31), date(year, 12, 31))
    validities = on_days(catalogue, [each.id for each in found if each.metadata.column], days)
    made = []
    for each in found:
        about = each.metadata
        before, after = validities.get(each.id, (None, None))
        made.append(
            Held(
                *(each.id, about.title, about.issuer or "", about.genre or "", about.column or ""),
                *(about.written_on, about.published_on, before, after),
            )
        )
    return made


def compute(year: int, unit: str, reporting: Reporting, sources: Sources) -> Computed:
    """Compute the figures of a unit's report: the county's are the sum of all. Raises ReportRefused for a year."""
    form = form_of(year)
    of_county = reporting.is_county(unit)
    named = reporting.county if of_county else unit
    of_register = of_county or unit == reporting.office
    documents = [each for each in sources.documents if of_county or unit in each.issuer.split("、")]
    handed = sources.handed if of_county else {name: told for name, told in sources.handed.items() if name == unit}
    counted = {**_three(year, sources.requests), **_four(year, sources.requests)} if of_register else {}
    normative, unsure = _normative(year, form, documents)
    figures = {
        place: _figure(place, form, named, counted.get(place) or normative.get(place), handed)
        for place in form.places()
    }
    unsure = (*unsure, *_otherwise(form, normative, handed, named))
    unknown = sum(each.value is None for each in figures.values())
    if unknown:
        unsure = (*unsure, f"有 {unknown} 格没有单位报送，表里空着；没有的，请报 0。")
    awaited = [each for each in reporting.units if each != reporting.office] if of_county else []
    return Computed(
        *(year, named, figures),
        tuple(_narrated(year, each, documents) for each in reporting.queries),
        _columns(year, documents),
        tuple(sorted({*handed} - {reporting.county, reporting.office})) if of_county else (),
        tuple(each for each in awaited if each not in sources.handed),
        unsure,
    )


def _figure(
    place: Place, form: Form, unit: str, own: Counted | None, handed: Mapping[str, Mapping[Place, Decimal]]
) -> Counted:
    """Return a figure: what is counted here, and what units have handed in."""
    told = {name: values[place] for name, values in handed.items() if place in values}
    if own and place[0] == TWO:
        # Documents are counted for all units together; whoever reports knows better.
        if unit not in told:
            return own
        own, told = None, {unit: told[unit]}
    items = tuple(f"{name}：{numbers.said(value)}" for name, value in sorted(told.items()))
    total = sum(told.values(), Decimal(0))
    if own is None or own.value is None:
        return Counted(total if told else None, f"{_what(place, form)}；由单位报送", items)
    return Counted(own.value + total, own.definition + ("；加各单位报送的数" if told else ""), (*own.items, *items))


def _otherwise(
    form: Form, own: Mapping[Place, Counted], handed: Mapping[str, Mapping[Place, Decimal]], unit: str
) -> Iterator[str]:
    """Say where units hand in more documents than are counted for all of them together."""
    for place, counted in own.items():
        told = {name: values[place] for name, values in handed.items() if place in values}
        total = sum(told.values(), Decimal(0))
        if unit not in told and counted.value is not None and total > counted.value:
            who = "、".join(f"{name} {numbers.said(value)}" for name, value in sorted(told.items()) if value)
            yield (
                f"{_what(place, form)}：按公开的文件计 {numbers.said(counted.value)}，各单位报送的合计 "
                f"{numbers.said(total)}（{who}），报告取前者，请核对。"
            )


def _what(place: Place, form: Form) -> str:
    table, row, column = place
    return f"表{table} {row_of(row, form)} {column}"


_LINES = {
    "R01": "收到日（条例第三十一条）在本年度的申请",
    "R02": "以前年度收到、上年度末没有答复的申请",
    "R22": "答复日或者终结日在本年度的申请",
    "R23": "本年度末没有答复的申请",
}


def _three(year: int, requests: Iterable[Request]) -> dict[Place, Counted]:
    form = form_of(year)
    names = {line.code: code for code, line in form.three.items()}
    lists: dict[tuple[str, str], list[str]] = {}
    for each in requests:
        for code in codes_of(each.facts, year, form.three.values()):
            for column in (each.facts.kind.value, TOTAL):
                lists.setdefault((names[code], column), []).append(each.number)
    return {
        (THREE, code, column): Counted(
            Decimal(len(items := sorted(lists.get((code, column), [])))),
            f"{_LINES.get(code) or f'本年度办结、结果为“{row_of(code, form)}”的申请'}，"
            f"{'全部申请人' if column == TOTAL else f'申请人为{column}'}；不含已作废和未确认收到的",
            tuple(items),
        )
        for code in form.three
        for column in COLUMNS
    }


def _four(year: int, requests: Iterable[Request]) -> dict[Place, Counted]:
    lists: dict[tuple[str, str], list[str]] = {}
    for case in disputes.cases(requests):
        if cell := disputes.cell(case.dispute, year):
            for column in (cell, TOTAL):
                item = f"{case.request.number} {case.kind} {case.dispute.filed_on}"
                lists.setdefault((case.kind.value, column), []).append(item)
    return {
        (FOUR, group, cell): Counted(
            Decimal(len(items := sorted(lists.get((group, cell), [])))),
            f"{words}：{'本年度审结和年末没有审结的' if cell == TOTAL else label}；"
            "审结的计入审结年度，没有审结的各年度都计",
            tuple(items),
        )
        for group, words in GROUPS.items()
        for cell, label in CELLS.items()
    }


def _normative(year: int, form: Form, documents: Iterable[Held]) -> tuple[dict[Place, Counted], tuple[str, ...]]:
    """Count the normative documents, and say for how many it is not known whether they are in force."""
    every = [each for each in documents if each.is_in(NORMATIVE) and _year(each.written_on, each.published_on) <= year]
    made = [each for each in every if each.written_on and each.written_on.year == year]
    opened = [each for each in every if each.published_on and each.published_on.year == year]
    public = [each for each in every if not each.published_on or each.published_on.year <= year]
    ended = [each for each in every if each.after in LAPSED and each.before not in LAPSED]
    in_force = [each for each in every if each.after in _IN_FORCE]
    of = f"栏目为“{NORMATIVE}”的公开文件"
    lists = {
        "本年新制作数量": (made, f"{of}，成文日期在本年度"),
        "本年新公开数量": (opened, f"{of}，公开日期在本年度"),
        "对外公开总数量": (public, f"{of}，本年度末之前公开的"),
        "本年制发件数": (made, f"{of}，成文日期在本年度"),
        "本年废止件数": (ended, f"{of}，本年度内废止或者失效的"),
        "现行有效件数": (in_force, f"{of}，本年度末有效的"),
    }
    found: dict[Place, Counted] = {}
    article = next(each for each in form.two if each.label == _FIRST)
    for row in article.rows:
        for column in article.columns:
            place = TWO, f"{_FIRST} {row}", column.label
            if row == "规章":
                found[place] = Counted(Decimal(0), "县级以下政府没有规章制定权")
            else:
                items, definition = lists[column.label]
                told = tuple(sorted(f"{each.id} {each.title}" for each in items))
                found[place] = Counted(Decimal(len(items)), definition, told)
    unknown = [each for each in every if each.after is None]
    said = (f"{len(unknown)} 件规范性文件没有写明有效性，没有计入“现行有效件数”。",) if unknown else ()
    return found, said if form.since >= 2021 else ()


def _year(*days: date | None) -> int:
    return min((each.year for each in days if each), default=0)


def _narrated(year: int, query: Query, documents: Iterable[Held]) -> Narrated:
    found = []
    for each in documents:
        day = each.published_on if query.day == PUBLISHED else each.written_on
        fits = (
            query.title in each.title
            and (not query.column or each.is_in(query.column))
            and (not query.genre or each.genre == query.genre)
            and (not query.issuer or query.issuer in each.issuer.split("、"))
        )
        if fits and day and day.year == year:
            found.append(f"{each.id} {each.title}")
    return Narrated(query, Counted(Decimal(len(found)), query.definition, tuple(sorted(found))))


def _columns(year: int, documents: Iterable[Held]) -> dict[str, int]:
    """Count the documents that became public in a year by column."""
    found: dict[str, int] = {}
    for each in documents:
        if each.column and each.published_on and each.published_on.year == year:
            found[each.column] = found.get(each.column, 0) + 1
    return dict(sorted(found.items()))
