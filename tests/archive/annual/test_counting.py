"""The figures of a report against a count that is written plainly, and what becomes of units that report or don't."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.annual import numbers, rules
from archive.annual.counting import Computed, Held, Sources, compute
from archive.annual.forms import COLUMNS, FORMS, FOUR, GROUPS, THREE, TOTAL, TWO, due, form_of
from archive.annual.report import Place
from archive.annual.settings import WRITTEN, Query, Reporting
from archive.document import Validity
from archive.errors import ReportRefused
from archive.registers.requests.facts import Applicant, Court, Dispute, Facts, Result
from archive.registers.requests.outcomes import Row
from archive.registers.requests.request import Request
from archive.registers.requests.states import State
from archive.registers.requests.terms import Channel

COUNTY = Reporting("青石县人民政府", "青石县人民政府办公室", ("青石县财政局", "柳河镇人民政府"))
FEWER = settings().max_examples * 2 // 5
DAYS = st.dates(date(2018, 6, 1), date(2023, 3, 1))
ROWS = {row: row.value for row in Row} | {Row.ABANDONED: "R21a", Row.UNPAID: "R21b", Row.OTHER: "R21c"}
RESULTS = {Result.UPHELD: "维持", Result.CORRECTED: "纠正", Result.OTHER: "其他"}


@st.composite
def requests(draw: st.DrawFn) -> list[Request]:
    """Draw a register: requests that are open, answered, void or not confirmed, some with a dispute."""
    made = []
    for number in range(draw(st.integers(0, 12))):
        received = draw(DAYS)
        ended = draw(st.none() | st.dates(received, date(2023, 6, 1)))
        facts = Facts(
            draw(st.sampled_from((State.CLOSED if ended else State.HANDLING, State.VOID))),
            draw(st.sampled_from((Channel.IN_PERSON, Channel.INTERNET))),
            draw(st.sampled_from(Applicant)),
            received,
            closed_on=ended,
            row=draw(st.sampled_from(Row)) if ended else None,
        )
        if ended and draw(st.booleans()):
            closed = draw(st.none() | st.dates(ended, date(2023, 12, 31)))
            court, result = draw(st.sampled_from(Court)), draw(st.sampled_from(Result)) if closed else None
            facts = replace(facts, disputes=(Dispute(court, ended, closed, result),))
        made.append(Request(str(number), f"2020-{number:04}", facts, 1))
    return made


def plainly(year: int, every: list[Request]) -> dict[Place, int]:
    """Count as the form says, cell by cell."""
    counted: dict[Place, int] = {}

    def add(row: str, kind: str) -> None:
        for column in (kind, TOTAL):
            counted[THREE, row, column] = counted.get((THREE, row, column), 0) + 1

    for each in every:
        facts = each.facts
        if facts.state is not State.VOID and facts.channel is Channel.IN_PERSON:
            begun, ended = facts.submitted_on.year, facts.closed_on.year if facts.closed_on else 9999
            if begun == year:
                add("R01", facts.kind)
            if begun < year <= ended:
                add("R02", facts.kind)
            if ended == year and facts.row:
                add(ROWS[facts.row] if year >= 2021 or ROWS[facts.row] < "R21" else "R21", facts.kind)
                add("R22", facts.kind)
            if begun <= year < ended:
                add("R23", facts.kind)
        for dispute in facts.disputes:
            group = "复议" if dispute.court is Court.REVIEW else "直诉"
            last = dispute.ended_on.year if dispute.ended_on else 9999
            if dispute.filed_on.year <= year <= last:
                cell = RESULTS[dispute.result] if dispute.result and last == year else "未结"
                for column in (cell, TOTAL):
                    counted[FOUR, group, column] = counted.get((FOUR, group, column), 0) + 1
    return counted


@settings(deadline=None, max_examples=FEWER)
@given(requests(), st.sampled_from((2019, 2020, 2021, 2022)))
def test_the_tables_are_those_of_a_plain_count_and_agree(every: list[Request], year: int) -> None:
    made = compute(year, "县政府", Reporting(), Sources(every))
    told = {place: int(each.value or 0) for place, each in made.figures.items() if place[0] != TWO and each.value}
    assert told == plainly(year, every)
    assert all(len(each.items) == each.value for place, each in made.figures.items() if place[0] != TWO)
    after = compute(year + 1, "县政府", Reporting(), Sources(every))
    assert rules.findings(made.report) == rules.findings(after.report, made.report) == []


def of_unit(new: int, licences: int | None = None) -> dict[Place, Decimal]:
    form = form_of(2021)
    made = {(table, row, column): Decimal(0) for table, row, column in form.places() if table != TWO}
    for row in ("R01", "R03", "R22"):
        made |= {(THREE, row, "自然人"): Decimal(new), (THREE, row, TOTAL): Decimal(new)}
    if licences is not None:
        made[LICENCES] = Decimal(licences)
    return made


LICENCES = (TWO, "第二十条第（五）项 行政许可", "本年处理决定数量")
FEES = (TWO, "第二十条第（八）项 行政事业性收费", "本年收费金额")


def value(made: Computed, place: Place) -> int | float | None:
    told = made.figures[place].value
    return None if told is None else numbers.plain(told)


def test_the_county_is_the_sum_of_its_units_and_names_those_that_have_not_reported() -> None:
    one = Request("1", "2021-0001", Facts(State.HANDLING, Channel.IN_PERSON, Applicant.PERSON, date(2021, 3, 1)), 1)
    handed = {"青石县财政局": of_unit(3, 10)}
    county = compute(2021, "县政府", COUNTY, Sources([one], (), handed))
    assert (county.unit, county.reported, county.missing) == (COUNTY.county, ("青石县财政局",), ("柳河镇人民政府",))
    assert (value(county, (THREE, "R01", TOTAL)), value(county, LICENCES), value(county, FEES)) == (4, 10, None)
    assert county.figures[THREE, "R01", TOTAL].items == ("2021-0001", "青石县财政局：3")
    (only,) = rules.findings(county.report)
    assert (only.rule, only.left, only.right) == ("units", "1", "2")
    assert county.report.told[TWO]["第二十条第（八）项"]["行政事业性收费"] == {"本年收费金额": None}
    handed["柳河镇人民政府"] = of_unit(2, 0)
    whole = compute(2021, COUNTY.county, COUNTY, Sources([one], (), handed))
    assert (whole.missing, rules.findings(whole.report)) == ((), [])
    assert (value(whole, (THREE, "R22", "自然人")), value(whole, LICENCES)) == (5, 10)
    # A unit has its own figures alone, and the office those of the register.
    unit = compute(2021, "青石县财政局", COUNTY, Sources([one], (), handed))
    assert (value(unit, (THREE, "R01", TOTAL)), value(unit, LICENCES)) == (3, 10)
    office = compute(2021, COUNTY.office, COUNTY, Sources([one], (), handed))
    assert (value(office, (THREE, "R01", TOTAL)), value(office, LICENCES)) == (1, None)


def document(id: str, made: str, shown: str, **more: object) -> Held:
    days = (date.fromisoformat(made), date.fromisoformat(shown))
    held = Held(
        id, f"{id}号办法", "青石县财政局", "通知", "法定主动公开内容/规范性文件", *days, None, Validity.IN_FORCE
    )
    return replace(held, **more)  # type: ignore[arg-type]  # fields by their names


DOCUMENTS = (
    document("甲", "2019-12-30", "2020-01-05", before=Validity.IN_FORCE),
    document("乙", "2021-02-01", "2021-02-03"),
    document("丙", "2018-02-01", "2018-02-03", before=Validity.IN_FORCE, after=Validity.REPEALED),
    document("丁", "2021-02-01", "2021-02-03", after=None),
    document("戊", "2016-02-01", "2016-02-03", before=Validity.EXPIRED, after=Validity.EXPIRED),
    document("己", "2021-06-01", "2021-06-03", column="新闻", title="第3次常务会议", genre="会议信息"),
)


def test_normative_documents_are_counted_by_their_days_and_their_force() -> None:
    row = "第二十条第（一）项 行政规范性文件"
    made = compute(2021, "县政府", COUNTY, Sources((), DOCUMENTS))
    told = [value(made, (TWO, row, each)) for each in ("本年制发件数", "本年废止件数", "现行有效件数")]
    assert told == [2, 1, 2]
    assert made.figures[TWO, row, "本年废止件数"].items == ("丙 丙号办法",)
    assert made.unsure[0].startswith("1 件规范性文件没有写明有效性")
    row = "第二十条第（一）项 规范性文件"
    made = compute(2019, "县政府", COUNTY, Sources((), DOCUMENTS))
    told = [value(made, (TWO, row, each)) for each in ("本年新制作数量", "本年新公开数量", "对外公开总数量")]
    assert told == [1, 0, 2]


def test_units_that_hand_in_more_normative_documents_than_are_public_are_told() -> None:
    place = (TWO, "第二十条第（一）项 行政规范性文件", "本年制发件数")
    handed = {"青石县财政局": {place: Decimal(2)}, "柳河镇人民政府": {place: Decimal(1)}}
    made = compute(2021, "县政府", COUNTY, Sources((), DOCUMENTS, handed))
    assert value(made, place) == 2
    assert "按公开的文件计 2，各单位报送的合计 3（柳河镇人民政府 1、青石县财政局 2）" in "".join(made.unsure)
    # A unit's own number is that of its report.
    assert value(compute(2021, "柳河镇人民政府", COUNTY, Sources((), DOCUMENTS, handed)), place) == 1
    fewer = {"青石县财政局": {place: Decimal(2)}}
    assert "按公开的文件计" not in "".join(compute(2021, "县政府", COUNTY, Sources((), DOCUMENTS, fewer)).unsure)


def test_figures_of_the_text_are_queries_with_names_and_columns_are_counted() -> None:
    meetings = Query("政府常务会议", "次", title="常务会议", day=WRITTEN)
    made = compute(2021, "县政府", replace(COUNTY, queries=(meetings,)), Sources((), DOCUMENTS))
    (only,) = made.narrated
    assert only.counted.value == 1
    assert only.counted.items == ("己 第3次常务会议",)
    assert made.columns == {"新闻": 1, "法定主动公开内容/规范性文件": 2}


@pytest.mark.parametrize("year", [0, 2018, 3000])
def test_a_year_without_a_form_is_refused(year: int) -> None:
    with pytest.raises(ReportRefused, match=f"没有 {year} 年度报告的格式"):
        compute(year, "县政府", COUNTY, Sources())


def test_the_forms_have_the_rows_and_cells_of_the_state_council() -> None:
    for form, rows, two in zip(FORMS, (23, 25), (22, 10), strict=True):
        places = [*form.places()]
        assert len(form.three) == rows
        assert sum(table == TWO for table, _, _ in places) == two
        assert sum(table == THREE for table, _, _ in places) == rows * len(COLUMNS)
        assert sum(table == FOUR for table, _, _ in places) == 5 * len(GROUPS)
    assert [form_of(year).since for year in (2019, 2020, 2021, 2030)] == [2019, 2019, 2021, 2021]
    assert (due(2021, of_county=False).on, due(2021, of_county=True).on) == (date(2022, 1, 31), date(2022, 3, 31))
    assert due(2021, of_county=False).reminders == (date(2022, 1, 1), date(2022, 1, 24))
