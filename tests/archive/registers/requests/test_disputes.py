"""Reviews and lawsuits: the kind of each, table four against a plain count, and a table in and out."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.errors import RequestRefused
from archive.registers.requests import cells, disputes, exchange, sheet
from archive.registers.requests.checking import problems
from archive.registers.requests.disputes import CELLS, Kind, cases, kinds, table_four
from archive.registers.requests.facts import Applicant, Court, Dispute, Facts, Field, Result, Said
from archive.registers.requests.outcomes import Row
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Request
from archive.registers.requests.states import Event, State
from archive.registers.requests.table_three import TOTAL, table_three
from archive.registers.requests.terms import Channel
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue
from tests.archive.registers.requests.conftest import CLERK, DAY, HEAD, Apply, Today
from tests.archive.registers.requests.test_register import answer

FIRST = date(2019, 6, 1)
BARE = Facts(State.CLOSED, Channel.IN_PERSON, Applicant.PERSON, FIRST)


def of(*disputes: Dispute) -> Facts:
    return replace(BARE, disputes=disputes)


@st.composite
def lives(draw: st.DrawFn) -> tuple[Facts, list[Kind]]:
    """Draw what happened to a request, with the kind of each dispute as it was meant."""
    day, found, meant = FIRST, [], []
    # What a suit that comes now is: of an answer that nobody has looked at, or after a review.
    now = Kind.DIRECT
    for court, wait, length, result, redo in draw(
        st.lists(
            st.tuples(
                *(st.sampled_from(Court), st.integers(0, 300), st.integers(0, 900)),
                *(st.sampled_from(Result), st.booleans()),
            ),
            max_size=5,
        )
    ):
        day += timedelta(days=wait)
        kind = Kind.REVIEW if court is Court.REVIEW else now
        meant.append(kind)
        if draw(st.integers(0, 9)) == 0:
            found.append(Dispute(court, day))
            break
        ended = day + timedelta(days=length)
        found.append(Dispute(court, day, ended, result, redo))
        day = ended
        now = Kind.DIRECT if redo else Kind.AFTER if kind is Kind.REVIEW else now
    return of(*found), meant


@given(st.lists(lives(), max_size=12), st.integers(2018, 2032))
def test_table_four_is_what_a_plain_count_gives(drawn: list[tuple[Facts, list[Kind]]], year: int) -> None:
    counted: Counter[tuple[str, str]] = Counter()
    last, before = date(year, 12, 31), date(year - 1, 12, 31)
    for facts, meant in drawn:
        assert kinds(facts.disputes) == meant
        for kind, each in zip(meant, facts.disputes, strict=True):
            gone = each.ended_on is not None and each.ended_on <= before
            if each.filed_on <= last and not gone:
                done = each.ended_on is not None and each.ended_on <= last
                counted[kind, str(each.result).removeprefix("结果").removesuffix("结果") if done else "未结"] += 1
    table = table_four(year, [facts for facts, _ in drawn])
    assert [*table] == ["复议", "直诉", "复议后诉"] and all(tuple(row) == CELLS for row in table.values())
    for group, row in table.items():
        assert {name: row[name] for name in CELLS[:-1]} == {name: counted[group, name] for name in CELLS[:-1]}
        assert row["总计"] == sum(row[name] for name in CELLS[:-1])


@given(st.lists(lives(), max_size=12), st.integers(2019, 2031))
def test_what_is_open_at_the_end_of_a_year_is_all_that_the_next_one_takes_over(
    drawn: list[tuple[Facts, list[Kind]]], year: int
) -> None:
    every = [facts for facts, _ in drawn]
    table, following = table_four(year, every), table_four(year + 1, every)
    new = Counter(
        kind
        for facts, meant in drawn
        for kind, each in zip(meant, facts.disputes, strict=True)
        if each.filed_on.year == year + 1
    )
    for kind, row in table.items():
        assert row["未结"] + new[Kind(kind)] == following[kind]["总计"]


def test_a_dispute_is_open_in_one_year_and_decided_in_the_next() -> None:
    facts = of(Dispute(Court.REVIEW, date(2019, 12, 30), date(2020, 2, 3), Result.CORRECTED, redo=True))
    assert table_four(2018, [facts])["复议"]["总计"] == 0
    assert table_four(2019, [facts])["复议"] == {"维持": 0, "纠正": 0, "其他": 0, "未结": 1, "总计": 1}
    assert table_four(2020, [facts])["复议"] == {"维持": 0, "纠正": 1, "其他": 0, "未结": 0, "总计": 1}
    assert table_four(2021, [facts])["复议"]["总计"] == 0


def answered(register: Register, application: Apply, today: Today) -> str:
    made = register.register(application(), CLERK)
    return register.act(made.id, Event.ANSWER, answer(today.day), CLERK).number


def again(on: date, kind: str = "provided", **contents: str) -> Said:
    return replace(answer(on, kind, **contents), number="沭公开〔2026〕4号")


def table(path: Path, *rows: str) -> Path:
    heading = "申请登记号,种类,提出日,审结日,结果,重新答复"
    path.write_text("\n".join((heading, *rows)), encoding="utf-8")
    return path


def test_a_table_of_disputes_goes_in_at_its_requests_and_out_again(
    register: Register, application: Apply, today: Today, tmp_path: Path
) -> None:
    first, second = (answered(register, application, today) for _ in range(2))
    today.day = date(2026, 12, 1)
    file = table(
        tmp_path / "in.csv",
        f"{first},复议,2026-09-10,2026-10-10,维持,",
        f"{first},复议后诉,2026-10-20,,,",
        f"{second},直诉,2026-09-12,2026/11/2,结果纠正,是",
        f"{second},复议,2026-11-03,,,",
        "2026-0099,复议,2026-09-10,,,",
        f"{first},直诉,2026-10-20,,,",
        f"{first},复议,2026-09-10,2026-10-10,维持,",
        f"{first},申诉,2026-09-10,,,",
        f"{first},复议,2026-09-10,2026-10-10,,",
        f"{first},复议,九月,,,",
    )
    tried = disputes.take_in(register, file, CLERK, today(), dry_run=True)
    assert cases(register.all()) == []
    taken = disputes.take_in(register, file, CLERK, today())
    assert (tried.rows, tried.refused) == (taken.rows, taken.refused)
    assert taken.rows == 3 and [each.line for each in taken.refused] == [5, 6, 7, 8, 9, 10, 11]
    reasons = [each.reason for each in taken.refused]
    for reason, said in zip(
        reasons, ("重新办理", "没有这个登记号", "是复议后诉", "已经有了", "之一", "结果", "日期"), strict=True
    ):
        assert said in reason
    found = {(each.request.number, each.kind): each.cell for each in cases(register.all())}
    assert found == {
        **{(first, Kind.REVIEW): "维持", (first, Kind.AFTER): "未结"},
        (second, Kind.DIRECT): "纠正",
    }
    assert register.numbered(second).facts.state is State.REDOING
    third = answered(register, application, today)
    assert [each.number for each in register.disputed()] == [first, second]
    assert third in {each.number for each in register.all()}
    assert disputes.write(register, tmp_path / "out.xlsx", CLERK) == 3
    rows = [row for _, row in sheet.read(tmp_path / "out.xlsx")]
    assert rows[1] == [first, "复议", "2026-09-10", "2026-10-10", "维持", "", "", ""]
    # What was open gets its end from a later table.
    later = table(tmp_path / "later.csv", f"{first},复议后诉,2026-10-20,2026-11-20,其他,否")
    assert disputes.take_in(register, later, CLERK, today()).rows == 1
    assert table_four(2026, [each.facts for each in register.all()])["复议后诉"]["其他"] == 1


def test_a_file_that_is_no_table_of_disputes_is_refused(register: Register, tmp_path: Path) -> None:
    for at, heading in enumerate(("", "登记号,种类,提出日", "申请登记号,种类", "申请登记号,种类,提出日,种类")):
        path = tmp_path / f"{at}.csv"
        path.write_text(heading, encoding="utf-8")
        with pytest.raises(RequestRefused, match="列名"):
            disputes.take_in(register, path, CLERK, date(2026, 9, 1))


def test_a_suit_after_a_new_answer_is_no_suit_after_the_review(
    register: Register, application: Apply, today: Today
) -> None:
    id = register.numbered(answered(register, application, today)).id
    for event, said in (
        (Event.REVIEW, Said(today.day)),
        (Event.REVIEW_END, Said(today.day + DAY, result=Result.CORRECTED, redo=True)),
        (Event.ANSWER_AGAIN, again(today.day + 2 * DAY)),
        (Event.SUE, Said(today.day + 3 * DAY)),
    ):
        today.day = said.on
        register.act(id, event, said, CLERK)
    assert [each.kind for each in cases(register.all())] == [Kind.DIRECT, Kind.REVIEW]


def disputed(register: Register, application: Apply, today: Today, redo: bool = True) -> str:
    """Return a request whose answer was withheld, then set aside."""
    made = register.register(application(), CLERK)
    register.act(made.id, Event.ANSWER, answer(today.day, "secret", reasons="国家秘密"), CLERK)
    today.day += DAY
    said = Said(today.day, organ="云溪县人民政府", case="云政复〔2026〕3号")
    register.act(made.id, Event.REVIEW, said, CLERK)
    today.day += DAY
    register.act(made.id, Event.REVIEW_END, Said(today.day, result=Result.CORRECTED, redo=redo), CLERK)
    return made.id


def counted(register: Register, year: int) -> dict[str, int]:
    table = table_three(year, [each.facts for each in register.all()])
    assert table.problems() == []
    return {code: numbers[TOTAL] for code, numbers in table.numbers.items() if numbers[TOTAL]}


def test_a_new_answer_counts_once_and_by_itself_while_the_year_goes_on(
    register: Register, application: Apply, today: Today
) -> None:
    id = disputed(register, application, today)
    assert counted(register, 2026) == {"R01": 1, "R05": 1, "R22": 1}
    made = register.act(id, Event.ANSWER_AGAIN, again(today.day), CLERK).facts
    assert (made.answer, made.row, made.reply_number) == ("provided", Row.OPEN, "沭公开〔2026〕4号")
    assert (made.delivered_on, made.answered_again_on, made.state) == (None, today.day, State.CLOSED)
    assert counted(register, 2026) == {"R01": 1, "R03": 1, "R22": 1}


@pytest.mark.parametrize("event", [Event.ANSWER_AGAIN, Event.AMEND])
def test_a_new_answer_of_a_later_year_changes_no_report_of_before(
    register: Register, application: Apply, today: Today, event: Event, tmp_path: Path
) -> None:
    id = disputed(register, application, today, redo=event is Event.ANSWER_AGAIN)
    before = counted(register, 2026)
    today.day = date(2027, 2, 1)
    made = register.act(id, event, replace(again(today.day), note="依复议决定"), HEAD).facts
    assert (made.row, made.reported, made.counted) == (Row.OPEN, Row.CLASSIFIED, Row.CLASSIFIED)
    assert counted(register, 2026) == before and counted(register, 2027) == {}
    exchange.write(register, tmp_path / "out.csv", CLERK)
    (row,) = [dict(zip(*[cells for _, cells in sheet.read(tmp_path / "out.csv")], strict=True))]
    assert (row["结果代码"], row["年报结果代码"]) == ("R03", "R05")


def test_a_new_answer_needs_what_any_answer_needs(register: Register, application: Apply, today: Today) -> None:
    id = disputed(register, application, today)
    for said, why in (
        (Said(today.day, number="沭公开〔2026〕4号"), "重新答复的种类"),
        (again(today.day, "secret"), "必须写明"),
        (again(today.day, "absent", search="2026-0001-检1"), "检索"),
    ):
        with pytest.raises(RequestRefused, match=why):
            register.act(id, Event.ANSWER_AGAIN, said, CLERK)


def test_a_dispute_entered_by_mistake_counts_nowhere_and_stays_in_the_history(
    register: Register, application: Apply, today: Today, staff: Staff, catalogue: Catalogue
) -> None:
    id = disputed(register, application, today)
    with pytest.raises(RequestRefused, match="撤销的理由"):
        register.act(id, Event.VOID_DISPUTE, Said(today.day, at=0), HEAD)
    undone = register.act(id, Event.VOID_DISPUTE, Said(today.day, at=0, note="登错了申请"), HEAD)
    assert undone.facts.state is State.CLOSED and undone.facts.standing == ()
    assert cases(register.all()) == [] and not any(
        sum(row.values()) for row in table_four(2026, [undone.facts]).values()
    )
    assert undone.facts.disputes[0].void and undone.facts.disputes[0].result is Result.CORRECTED
    assert register.events(id)[-1].personal == (Field.NOTE,)
    for at in (0, 1, None):
        with pytest.raises(RequestRefused, match="没有这样一件|没有登记过|请写明"):
            register.act(id, Event.VOID_DISPUTE, Said(today.day, at=at, note="再一次"), HEAD)
    # Another takes its place, and what comes is of the right kind.
    register.act(id, Event.SUE, Said(today.day), CLERK)
    register.act(id, Event.SUIT_END, Said(today.day, result=Result.UPHELD), CLERK)
    assert [(each.kind, each.cell) for each in cases(register.all())] == [(Kind.DIRECT, "维持")]
    assert [*problems(staff, catalogue)] == []


def test_an_earlier_dispute_is_undone_and_the_state_stays(register: Register, application: Apply, today: Today) -> None:
    id = disputed(register, application, today, redo=False)
    register.act(id, Event.SUE, Said(today.day), CLERK)
    assert cases(register.all())[0].kind is Kind.AFTER
    made = register.act(id, Event.VOID_DISPUTE, Said(today.day, at=0, note="误登"), HEAD)
    assert made.facts.state is State.SUED and cases(register.all())[0].kind is Kind.DIRECT
    made = register.act(id, Event.VOID_DISPUTE, Said(today.day, at=1, note="误登"), HEAD)
    assert made.facts.state is State.CLOSED


def test_a_dispute_after_which_was_answered_is_no_mistake(register: Register, application: Apply, today: Today) -> None:
    id = disputed(register, application, today)
    register.act(id, Event.ANSWER_AGAIN, again(today.day), CLERK)
    with pytest.raises(RequestRefused, match="已经按这一件的结果重新答复"):
        register.act(id, Event.VOID_DISPUTE, Said(today.day, at=0, note="误登"), HEAD)


def test_the_organ_and_the_number_of_a_dispute_go_out_and_in(
    register: Register, application: Apply, today: Today, tmp_path: Path
) -> None:
    id = disputed(register, application, today, redo=False)
    register.act(id, Event.SUE, Said(today.day), CLERK)
    said = Said(today.day, result=Result.UPHELD, organ="云溪县人民法院", case="（2026）鲁1329行初12号")
    register.act(id, Event.SUIT_END, said, CLERK)
    found = register.request(id).facts.disputes
    assert [(each.organ, each.number) for each in found] == [
        ("云溪县人民政府", "云政复〔2026〕3号"),
        ("云溪县人民法院", "（2026）鲁1329行初12号"),
    ]
    assert cells.disputes({"复议诉讼": cells.write_disputes(register.request(id).facts)}) == found
    disputes.write(register, tmp_path / "out.csv", CLERK)
    rows = [row for _, row in sheet.read(tmp_path / "out.csv")]
    assert [row[6:] for row in rows[1:]] == [[each.organ, each.number] for each in found]
    bare = Said(today.day)
    for wrong in (
        replace(bare, organ="欧阳小芳"),
        replace(bare, case="欧阳小芳诉县政府"),
        replace(bare, organ="县政府 欧阳"),
    ):
        with pytest.raises(RequestRefused, match="全称|案号应写成"):
            register.act(id, Event.SUE, wrong, CLERK)


def test_a_row_that_is_overtaken_while_a_table_comes_in_is_told_and_the_rest_goes_in(
    register: Register, application: Apply, today: Today, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (
        register.act(register.register(application(), CLERK).id, Event.ANSWER, answer(today.day), CLERK).number
        for _ in range(2)
    )
    file = tmp_path / "disputes.csv"
    rows = [f"{number},复议,{today.day},{today.day},维持" for number in (first, second)]
    file.write_text("\n".join(("申请登记号,种类,提出日,审结日,结果", *rows)), encoding="utf-8")
    act = Register.act

    def overtaken(self: Register, id: str, event: Event, said: Said, by: Actor) -> Request:
        if self.request(id).number == first and event is Event.REVIEW_END:
            raise RequestRefused("别人刚刚办过。")
        return act(self, id, event, said, by)

    monkeypatch.setattr(Register, "act", overtaken)
    taken = disputes.take_in(register, file, CLERK, today())
    assert taken.rows == 1
    assert [(each.line, each.reason) for each in taken.refused] == [(2, "别人刚刚办过。提出已经登记，审结没有登记。")]
    assert register.numbered(second).facts.disputes[0].ended_on
