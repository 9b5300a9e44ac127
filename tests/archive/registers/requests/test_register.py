"""The register: requests as events, numbered by year, with their audit events, and never deleted."""

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import DatabaseError

from archive.errors import RequestRefused, UnknownRequest
from archive.registers.notices import packaged
from archive.registers.requests import facts
from archive.registers.requests.facts import Correction, Court, Delivery, Field, Position, Result, Said
from archive.registers.requests.fees import Basis
from archive.registers.requests.numbers import is_number
from archive.registers.requests.outcomes import Content, Row
from archive.registers.requests.register import OVERTAKEN, Register
from archive.registers.requests.request import Actor
from archive.registers.requests.states import Event, State
from archive.registers.requests.tables import request_events, request_persons, requests
from archive.registers.requests.terms import Channel
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar
from archive.store.catalogue import Catalogue
from tests.archive.registers.requests.conftest import CLERK, DAY, HEAD, Apply, Today

PROVIDED = {Content.INFORMATION: "随信附上复印件"}


def answer(on: date, kind: str = "provided", **contents: str) -> Said:
    told = {Content[name.upper()]: text for name, text in contents.items()} or PROVIDED
    return Said(on, answer=kind, contents=told, number="沭公开〔2026〕3号")


def test_numbers_go_up_by_year(register: Register, application: Apply, today: Today) -> None:
    first, second = (register.register(application(name), CLERK) for name in ("甲一", "乙二"))
    today.day = date(2027, 1, 4)
    third = register.register(application("丙三"), CLERK)
    assert [each.number for each in (first, second, third)] == ["2026-0001", "2026-0002", "2027-0001"]
    assert [each.number for each in register.all()] == ["2026-0001", "2026-0002", "2027-0001"]
    assert register.numbered("2026-0002") == second
    with pytest.raises(UnknownRequest, match="2026-0009"):
        register.numbered("2026-0009")


def test_a_request_by_mail_waits_until_its_receipt_is_known(
    register: Register, application: Apply, today: Today
) -> None:
    made = register.register(application(channel=Channel.PLAIN_MAIL), CLERK)
    assert made.facts.state is State.CONFIRMING
    assert register.term(made).said == "待确认收到"
    assert register.open() == []
    today.day += 2 * DAY
    made = register.act(made.id, Event.CONFIRM, Said(today.day), CLERK)
    assert (made.facts.state, made.facts.received_on) == (State.HANDLING, today.day)
    assert register.open() == [made]


def test_a_whole_life(register: Register, application: Apply, today: Today) -> None:
    id = register.register(application(), CLERK).id

    def act(event: Event, by: Actor = CLERK, days: int = 1, **said: object) -> State:
        today.day += days * DAY
        return register.act(id, event, Said(today.day, **said), by).facts.state  # type: ignore[arg-type]  # as it says

    assert act(Event.ASK_SUPPLEMENT, until=date(2026, 9, 30), note="请写明年度") is State.SUPPLEMENTING
    assert register.term(register.request(id)).said == "待补正"
    assert act(Event.SUPPLEMENT, personal={Field.TEXT: "张三丰申请2019年的方案"}) is State.HANDLING
    assert act(Event.ASK_THIRD_PARTY, note="李四光") is State.CONSULTING
    assert act(Event.ASK_ORGAN, note="财政局") is State.CONSULTING
    assert act(Event.OPINION, at=0, position=Position.OBJECTS) is State.CONSULTING
    assert act(Event.SERVE, at=1) is State.CONSULTING
    assert act(Event.SILENCE, days=30, at=1) is State.HANDLING
    today.day += DAY
    extended = register.act(id, Event.EXTEND, Said(today.day, days=20, note="检索量大"), HEAD)
    assert (extended.facts.extension_by, extended.facts.extension_days) == ("戊五", 20)
    assert act(Event.CHARGE, basis=Basis.PAGES, count=250) is State.PAYING
    assert act(Event.PAY) is State.HANDLING
    today.day += DAY
    closed = register.act(id, Event.ANSWER, answer(today.day, "third-party", reasons="李四光不同意"), CLERK)
    assert (closed.facts.state, closed.facts.row, closed.facts.fee_yuan) == (State.CLOSED, Row.THIRD_PARTY, 4700)
    assert closed.facts.asked[1].consequence == "视为同意公开（条例第三十四条）"
    assert act(Event.DELIVER, delivery=Delivery.MAIL) is State.CLOSED
    assert act(Event.ARCHIVE, number="2026-YS-0012") is State.ARCHIVED
    assert act(Event.REVIEW) is State.REVIEWED
    assert act(Event.REVIEW_END, result=Result.CORRECTED, redo=True) is State.REDOING
    number = "沭公开〔2026〕4号"
    assert act(Event.ANSWER_AGAIN, answer="provided", contents=PROVIDED, number=number) is State.CLOSED
    assert act(Event.SUE) is State.SUED
    assert act(Event.SUIT_END, result=Result.UPHELD) is State.CLOSED
    last = register.request(id)
    # It counts once, in the year of its first answer, by the answer that stood at its end.
    assert (last.facts.row, last.facts.closed_on) == (Row.OPEN, closed.facts.closed_on)
    assert [(each.court, each.result) for each in last.facts.disputes] == [
        (Court.REVIEW, Result.CORRECTED),
        (Court.SUIT, Result.UPHELD),
    ]
    told = register.events(id)
    assert [each.number for each in told] == [*range(1, last.last + 1)]
    assert told[2].before == {"state": "待补正", "supplement_came_on": None}
    assert told[2].after == {"state": "办理中", "supplement_came_on": "2026-09-03"}
    assert told[2].personal == (Field.TEXT,)
    kept: dict[str, facts.Plain] = {}
    for each in told:
        kept = facts.folded(kept, each.after)
    assert facts.read(kept) == last.facts


def test_each_event_is_in_the_audit_log_and_says_nothing_personal(
    register: Register, application: Apply, catalogue: Catalogue, today: Today
) -> None:
    made = register.register(application(), CLERK)
    register.act(made.id, Event.WITHDRAW, Said(today.day, note="张三丰来电撤回"), CLERK)
    register.look(made.id, CLERK)
    told = [each for each in catalogue.events() if each.action.startswith("request")]
    assert [(each.action, each.actor, each.details["request"]) for each in told] == [
        ("request", "丁四", "2026-0001"),
        ("request", "丁四", "2026-0001"),
        ("request.view", "丁四", "2026-0001"),
    ]
    assert [each.details["digest"] for each in told[:2]] == [each.digest for each in register.events(made.id)]
    assert "三丰" not in str(told)


def test_without_its_audit_event_nothing_is_written(
    register: Register, application: Apply, catalogue: Catalogue, staff: Staff, today: Today
) -> None:
    made = register.register(application(), CLERK)
    (catalogue.keys.folder / "private.key").rename(catalogue.keys.folder / "away")
    with pytest.raises(Exception, match="密钥"):
        register.act(made.id, Event.WITHDRAW, Said(today.day), CLERK)
    (catalogue.keys.folder / "away").rename(catalogue.keys.folder / "private.key")
    assert register.request(made.id) == made
    assert len(register.events(made.id)) == 1


@pytest.mark.parametrize(
    ("event", "said", "why"),
    [
        (Event.ANSWER, Said(date(2026, 9, 1)), "请写明答复的种类、答复的文号"),
        (Event.ANSWER, answer(date(2026, 9, 1), "secret"), "不予公开：国家秘密”的答复必须写明（条例第十四条）：理由"),
        (Event.ANSWER, answer(date(2026, 9, 1), "absent", search=" "), "检索情况记录"),
        (Event.ANSWER, answer(date(2026, 9, 1), "elsewhere", reasons="不归我们"), "负责公开的机关"),
        (Event.ANSWER, answer(date(2026, 9, 1), "withdrawn"), "请选定一种答复"),
        (Event.ANSWER, answer(date(2026, 9, 1), "unclear", reasons="不清"), "没有收到过补正"),
        (Event.ANSWER, answer(date(2026, 9, 1), "third-party", reasons="不同意"), "先书面征求第三方的意见"),
        (Event.ANSWER, answer(date(2026, 8, 31)), "办结日（2026-08-31）早于"),
        (Event.ANSWER, answer(date(2026, 9, 2)), "还没有到"),
        (Event.CONFIRM, Said(date(2026, 9, 1)), "申请现在“办理中”，不能办理“确认收到”"),
        (Event.SUPPLEMENT, Said(date(2026, 9, 1)), "不能办理"),
        (Event.EXTEND, Said(date(2026, 9, 1), days=21, note="多"), "1 至 20 个工作日"),
        (Event.DELAY, Said(date(2026, 9, 1), days=251, note="多"), "1 至 250 个工作日"),
        (Event.DELAY, Said(date(2026, 9, 1), days=0, note="多"), "1 至 250 个工作日"),
        (Event.EXTEND, Said(date(2026, 9, 1), days=0, note="多"), "1 至 20 个工作日"),
        (Event.CHARGE, Said(date(2026, 9, 1), basis=Basis.PAGES, count=30), "没有超出免费的数量"),
        (Event.ASK_SUPPLEMENT, Said(date(2026, 9, 1), until=date(2026, 8, 1), note="补"), "补正期限（2026-08-01）早于"),
        (Event.VOID, Said(date(2026, 9, 1)), "请写明作废的理由"),
        (Event.ANONYMISE, Said(date(2026, 9, 1)), "不能办理"),
        (Event.WITHDRAW, Said(date(2026, 9, 1), personal={Field.NAME: "李四"}), "请用“更正登记”"),
    ],
)
def test_what_is_not_lawful_is_refused_and_changes_nothing(
    register: Register, application: Apply, event: Event, said: Said, why: str
) -> None:
    made = register.register(application(), CLERK)
    with pytest.raises(RequestRefused, match=why):
        register.act(made.id, event, said, CLERK)
    assert register.request(made.id) == made


def test_second_times_and_late_ones_are_refused(register: Register, application: Apply, today: Today) -> None:
    made = register.register(application(), CLERK)
    first = today.day
    today.day = first + 8 * DAY
    register.act(made.id, Event.ASK_SUPPLEMENT, Said(today.day, until=first + 20 * DAY, note="补"), CLERK)
    with pytest.raises(RequestRefused, match="还没有过"):
        register.act(made.id, Event.LAPSE, Said(today.day), CLERK)
    register.act(made.id, Event.SUPPLEMENT, Said(today.day), CLERK)
    with pytest.raises(RequestRefused, match="一次性告知"):
        register.act(made.id, Event.ASK_SUPPLEMENT, Said(today.day, until=today.day, note="再补"), CLERK)
    register.act(made.id, Event.EXTEND, Said(today.day, days=5, note="多"), HEAD)
    with pytest.raises(RequestRefused, match="延长过一次"):
        register.act(made.id, Event.EXTEND, Said(today.day, days=5, note="多"), HEAD)
    late = register.register(application("乙二", submitted_on=first), CLERK)
    today.day = first + 15 * DAY
    with pytest.raises(RequestRefused, match="7 个工作日已过"):
        register.act(late.id, Event.ASK_SUPPLEMENT, Said(today.day, until=today.day, note="补"), CLERK)
    today.day = first + 60 * DAY
    with pytest.raises(RequestRefused, match="已经届满"):
        register.act(late.id, Event.EXTEND, Said(today.day, days=5, note="多"), HEAD)


def test_what_was_done_on_paper_in_time_is_entered_later_with_its_own_day(
    register: Register, application: Apply, today: Today
) -> None:
    received = today.day
    today.day = date(2026, 9, 20)
    made = register.register(application(submitted_on=received), CLERK)
    assert Event.ASK_SUPPLEMENT not in {each.event for each in register.offers(made)}
    assert {each.event: each.late for each in register.late(made)} == {Event.ASK_SUPPLEMENT: True}
    with pytest.raises(RequestRefused, match="7 个工作日已过"):
        register.act(made.id, Event.ASK_SUPPLEMENT, Said(date(2026, 9, 11), until=today.day, note="补"), CLERK)
    # Seven working days after the first end on the tenth.
    done = Said(date(2026, 9, 10), until=today.day, note="请写明年度")
    made = register.act(made.id, Event.ASK_SUPPLEMENT, done, CLERK)
    assert (made.facts.state, made.facts.supplement_asked_on) == (State.SUPPLEMENTING, done.on)
    assert register.late(made) == []
    # So is an extension that was told within the term.
    other = register.register(application(submitted_on=received), CLERK)
    today.day = date(2026, 11, 2)
    assert {each.event for each in register.late(other)} == {Event.ASK_SUPPLEMENT, Event.EXTEND, Event.DELAY}
    told = register.act(other.id, Event.EXTEND, Said(date(2026, 9, 21), days=20, note="量大"), HEAD)
    assert (told.facts.extension_days, register.term(told).overdue(today.day)) == (20, False)
    # Before it was received, nothing was done in time.
    assert register.late(register.register(application(channel=Channel.FAX), CLERK)) == []


def test_lapses_close_with_rows_of_their_own(register: Register, application: Apply, today: Today) -> None:
    one, two = (register.register(application(name), CLERK) for name in ("甲一", "乙二"))
    register.act(one.id, Event.ASK_SUPPLEMENT, Said(today.day, until=today.day + 10 * DAY, note="补"), CLERK)
    register.act(two.id, Event.CHARGE, Said(today.day, basis=Basis.ITEMS, count=31), CLERK)
    with pytest.raises(RequestRefused, match="缴费的 20 个工作日还没有过"):
        register.act(two.id, Event.UNPAID, Said(today.day), CLERK)
    today.day += 60 * DAY
    assert register.act(one.id, Event.LAPSE, Said(today.day), CLERK).facts.row is Row.ABANDONED
    assert register.act(two.id, Event.UNPAID, Said(today.day), CLERK).facts.row is Row.UNPAID


def test_only_lawful_acts_are_offered_each_with_its_article(
    register: Register, application: Apply, today: Today
) -> None:
    made = register.register(application(), CLERK)
    offers = {each.event: each for each in register.offers(made)}
    assert {*offers} == {
        *(
            Event.CORRECT,
            Event.ASK_SUPPLEMENT,
            Event.ASK_THIRD_PARTY,
            Event.ASK_ORGAN,
            Event.EXTEND,
            Event.DELAY,
            Event.CHARGE,
        ),
        *(Event.ANSWER, Event.WITHDRAW, Event.VOID, Event.DRAFT, Event.LETTER, Event.SERVE_LETTER, Event.VOID_LETTER),
    }
    assert offers[Event.ASK_SUPPLEMENT].article == "第三十条"
    assert offers[Event.EXTEND].needs == {"days": "延长几个工作日", "note": "延长的理由"}
    today.day += 60 * DAY
    assert not {Event.ASK_SUPPLEMENT, Event.EXTEND} & {each.event for each in register.offers(made)}
    asked = register.act(made.id, Event.ASK_ORGAN, Said(today.day, note="财政局"), CLERK)
    assert Event.SILENCE not in {each.event for each in register.offers(asked)}
    assert Event.OPINION in {each.event for each in register.offers(asked)}
    today.day += 30 * DAY
    assert Event.SILENCE in {each.event for each in register.offers(asked)}
    # Nothing that is offered is then said to be unlawful in this state.
    reviewed = register.act(asked.id, Event.SILENCE, Said(today.day, at=0), CLERK)
    reviewed = register.act(reviewed.id, Event.WITHDRAW, Said(today.day), CLERK)
    reviewed = register.act(reviewed.id, Event.REVIEW, Said(today.day), CLERK)
    assert Event.REVIEW_END in {each.event for each in register.offers(reviewed)}


def test_after_anothers_act_a_form_is_refused(register: Register, application: Apply, today: Today) -> None:
    made = register.register(application(), CLERK)
    register.act(made.id, Event.EXTEND, Said(today.day, days=5, note="多"), HEAD, seen=made.last)
    with pytest.raises(RequestRefused, match=OVERTAKEN):
        register.act(made.id, Event.WITHDRAW, Said(today.day), CLERK, seen=made.last)


def test_a_correction_says_what_was_and_what_is(register: Register, application: Apply, today: Today) -> None:
    made = register.register(application(channel=Channel.INTERNET, confirmed_on=today.day), CLERK)
    earlier = Correction(submitted_on=today.day - 5 * DAY, confirmed_on=today.day - 3 * DAY)
    personal = {Field.NAME: "章三丰"}
    said = Said(today.day, correction=earlier, note="录错", personal=personal)
    right = register.act(made.id, Event.CORRECT, said, CLERK)
    assert right.facts.received_on == today.day - 3 * DAY
    assert register.look(made.id, CLERK).values[Field.NAME] == "章三丰"
    assert register.look(made.id, CLERK).by_event[1][Field.NAME] == "张三丰"
    for wrong in (
        Correction(channel=Channel.INTERNET, confirmed_on=today.day + DAY),
        Correction(submitted_on=today.day),
    ):
        with pytest.raises(RequestRefused):
            register.act(made.id, Event.CORRECT, Said(today.day, correction=wrong, note="录错"), CLERK)
    waiting = register.register(application(channel=Channel.FAX), CLERK)
    for wrong in (Correction(channel=Channel.IN_PERSON), Correction(confirmed_on=today.day)):
        with pytest.raises(RequestRefused, match="确认收到"):
            register.act(waiting.id, Event.CORRECT, Said(today.day, correction=wrong, note="录错"), CLERK)


def test_no_row_is_ever_deleted_and_no_event_changed(register: Register, application: Apply, staff: Staff) -> None:
    register.register(application(), CLERK)
    with staff.writing() as connection:
        connection.execute(delete(request_persons))
    statements = [delete(requests), delete(request_events), update(request_events).values(person="别人")]
    for statement in statements:
        with pytest.raises(DatabaseError, match="only added to"), staff.writing() as connection:
            connection.execute(statement)
    with staff.reading() as connection:
        assert len(connection.execute(select(request_events)).all()) == 1


def test_after_its_retention_only_statistics_stay(
    register: Register, application: Apply, staff: Staff, today: Today
) -> None:
    made = register.register(application(), CLERK)
    register.act(made.id, Event.ANSWER, answer(today.day), CLERK)
    void = register.register(application("乙二"), CLERK)
    register.act(void.id, Event.VOID, Said(today.day, note="重复登记"), HEAD)
    with pytest.raises(RequestRefused, match="保管期限还没有届满"):
        register.act(made.id, Event.ANONYMISE, Said(today.day), HEAD)
    today.day = date(2036, 12, 31)
    assert register.to_anonymise() == []
    today.day = date(2037, 1, 1)
    assert {each.id for each in register.to_anonymise()} == {made.id, void.id}
    after = register.act(made.id, Event.ANONYMISE, Said(today.day), HEAD)
    assert after.facts.row is Row.OPEN and after.facts.anonymised_on == today.day
    assert {each.id for each in register.to_anonymise()} == {void.id}
    assert register.look(made.id, CLERK).values == {}
    assert made.id not in register.masked_names()
    with staff.reading() as connection:
        rows = connection.execute(select(request_persons).where(request_persons.c.request_id == made.id)).all()
    assert rows == []
    with pytest.raises(RequestRefused, match="已经去除"):
        register.act(made.id, Event.CORRECT, Said(today.day, note="录错", personal={Field.NAME: "张三丰"}), CLERK)


def test_requests_of_one_applicant_in_a_month_are_counted(register: Register, application: Apply, today: Today) -> None:
    mine = [register.register(application(), CLERK) for _ in range(3)]
    other = register.register(application("乙二", identity="", contact="13900002222"), CLERK)
    again = register.register(application(" 乙 二", identity="", contact="139 0000 2222"), CLERK)
    nobody = register.register(application("丙三", identity="", contact=""), CLERK)
    assert [register.count_in_month(each.id) for each in (*mine, other, again, nobody)] == [1, 2, 3, 1, 2, 1]
    today.day += timedelta(days=30)
    assert register.count_in_month(register.register(application(), CLERK).id) == 1


@pytest.mark.parametrize(
    ("number", "right"),
    [
        *(
            (right, True)
            for right in ("沭公开〔2026〕3号", "沭政办函[2026]第12号", "2026-YS-0012", "J099-WS·2026-Y-0001")
        ),
        *((wrong, False) for wrong in ("张三丰", "", "张三丰2026", "关于张三丰申请的答复2026", "x" * 41, "无号")),
    ],
)
def test_a_name_does_not_pass_for_a_number(number: str, right: bool) -> None:
    assert is_number(number) is right


def test_a_later_notice_reaches_open_requests_and_is_told(
    staff: Staff, catalogue: Catalogue, application: Apply, today: Today
) -> None:
    today.day = date(2020, 1, 21)
    now = Calendar(packaged())
    before, after = now.known_on(date(2020, 1, 21)), now.known_on(date(2020, 1, 28))
    register = Register(staff, catalogue, before, today)
    one = register.register(application(submitted_on=date(2020, 1, 20)), CLERK)
    done = register.register(application(submitted_on=date(2020, 1, 20)), CLERK)
    register.act(done.id, Event.WITHDRAW, Said(today.day), CLERK)
    asked = register.register(application(submitted_on=date(2020, 1, 20)), CLERK)
    register.act(asked.id, Event.ASK_SUPPLEMENT, Said(today.day, until=date(2020, 2, 20), note="补"), CLERK)
    assert register.term(one).said == "2020-02-21"
    later = Register(staff, catalogue, after, today)
    (moved,) = later.moved(before)
    assert (moved.request.number, moved.before.said, moved.after.said) == (one.number, "2020-02-21", "2020-02-25")
    assert later.term(one, as_of=date(2020, 1, 21)).said == "2020-02-21"
    assert later.moved(after) == []


def test_what_lacks_a_name_or_a_text_is_not_registered(register: Register, application: Apply) -> None:
    for lacking, name in (({"name": " "}, "姓名或名称"), ({"text": ""}, "申请内容")):
        with pytest.raises(RequestRefused, match=name):
            register.register(application(**lacking), CLERK)
    assert register.all() == []
