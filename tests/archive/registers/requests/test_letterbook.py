"""Letters that are kept and sent: versions, numbers that come once, and nothing that changes afterwards."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, Executable, delete, insert, select, text, update
from sqlalchemy.exc import DatabaseError

from archive.errors import KeyUnusable, RequestRefused
from archive.registers.requests.checking import problems
from archive.registers.requests.facts import Delivery, Field, Said
from archive.registers.requests.letterbook import Kept, Outgoing
from archive.registers.requests.numbers import Pattern
from archive.registers.requests.outcomes import Content, Row
from archive.registers.requests.register import Register
from archive.registers.requests.request import Request
from archive.registers.requests.states import Event, State
from archive.registers.requests.table_three import table_three
from archive.registers.requests.tables import letter_numbers, request_letters, request_persons
from archive.registers.staff import DUMP, Staff
from archive.store.catalogue import Catalogue
from tests.archive.registers.requests.conftest import ANSWERS, CLERK, DAY, HEAD, NOTICES, Apply, Today
from tests.conftest import Databases

CONTENTS = {Content.INFORMATION: "随信附上复印件"}


def letter(kind: str, dated: date, pattern: Pattern | None, words: str = "正文", **more: int) -> Outgoing:
    return Outgoing(kind, dated, lambda number: f"{number} {words}".encode(), {"note": words}, pattern, **more)


def draft(register: Register, id: str, today: Today, words: str = "正文", **more: int) -> Kept:
    register.act(id, Event.DRAFT, Said(today.day), CLERK, letter=letter("receipt", today.day, None, words, **more))
    return register.letters(id)[-1]


def send(register: Register, id: str, today: Today, words: str = "正文", note: str = "", **more: int) -> Kept:
    said = Said(today.day, note=note)
    register.act(id, Event.LETTER, said, CLERK, letter=letter("receipt", today.day, NOTICES, words, **more))
    return register.letters(id)[-1]


def answered(register: Register, id: str, today: Today, event: Event = Event.ANSWER, **more: object) -> Kept:
    said = Said(today.day, **{"answer": "provided", "contents": CONTENTS, **more})  # type: ignore[arg-type]  # by name
    by = HEAD if event is Event.AMEND else CLERK
    kind = f"answer-{said.answer}"
    replaces = next(
        (
            each.letter
            for each in register.letters(id)
            if each.sent and not each.void and each.kind.startswith("answer")
        ),
        None,
    )
    outgoing = letter(kind, today.day, ANSWERS, "正文", **({"replaces": replaces} if replaces else {}))
    register.act(id, event, said, by, letter=outgoing)
    return register.letters(id)[-1]


def test_a_letter_is_kept_in_versions_and_sent_under_the_next_number(
    register: Register, made: Request, today: Today, staff: Staff, catalogue: Catalogue
) -> None:
    first = draft(register, made.id, today, "一稿")
    second = draft(register, made.id, today, "二稿", letter=first.letter)
    sent = send(register, made.id, today, "定稿", letter=first.letter)
    assert [(each.letter, each.version, each.number, each.sent) for each in (first, second, sent)] == [
        (1, 1, "", False),
        (1, 2, "", False),
        (1, 3, "云依申请告〔2026〕1号", True),
    ]
    content = register.letter(made.id, sent.event, CLERK)
    assert (content.docx.decode(), content.typed) == ("云依申请告〔2026〕1号 定稿", {"note": "定稿"})
    assert register.letter(made.id, first.event, CLERK).docx.decode() == " 一稿"
    looks = [each.details for each in catalogue.events() if each.action == "request.view"]
    assert looks[0] == {"request": "2026-0001", "letter": "云依申请告〔2026〕1号", "version": 3}
    assert send(register, made.id, today).number == "云依申请告〔2026〕2号"
    assert [*problems(staff, catalogue)] == []
    with staff.reading() as connection:
        kept = str(connection.execute(select(request_persons)).all())
    assert "定稿" not in kept


def test_a_letter_that_was_sent_stays_and_a_corrected_one_voids_its_number(
    register: Register, made: Request, today: Today, staff: Staff, catalogue: Catalogue
) -> None:
    sent = send(register, made.id, today)
    for again in (draft, send):
        with pytest.raises(RequestRefused, match="已经发出，不能再改"):
            again(register, made.id, today, letter=sent.letter)
    corrected = send(register, made.id, today, note="日期写错", replaces=sent.letter)
    assert (corrected.number, corrected.replaces, corrected.letter) == ("云依申请告〔2026〕2号", 1, 2)
    assert [each.void for each in register.letters(made.id)] == [True, False]
    with staff.reading() as connection:
        at = letter_numbers.c
        told = connection.execute(select(at.serial, at.voided, at.kind, at.person).order_by(at.serial)).all()
    assert told == [(1, corrected.event, "receipt", "丁四"), (2, None, "receipt", "丁四")]
    with pytest.raises(RequestRefused, match="没有发出过"):
        send(register, made.id, today, replaces=7)
    assert [*problems(staff, catalogue)] == []


def test_no_number_is_given_twice_to_those_who_send_at_the_same_moment(
    register: Register, application: Apply, today: Today
) -> None:
    ids = [register.register(application(f"甲{at}"), CLERK).id for at in range(8)]
    with ThreadPoolExecutor(4) as pool:
        numbers = [*pool.map(lambda id: send(register, id, today).number, ids)]
    assert sorted(NOTICES.read(number) or () for number in numbers) == [(2026, at) for at in range(1, 9)]


def test_a_refused_act_takes_no_number(register: Register, made: Request, today: Today) -> None:
    with pytest.raises(RequestRefused, match="没有收到过补正"):
        answered(register, made.id, today, answer="unclear", contents={Content.REASONS: "不明确"})
    with pytest.raises(RuntimeError):
        register.act(
            made.id, Event.LETTER, Said(today.day), CLERK, letter=Outgoing("receipt", today.day, _broken, {}, NOTICES)
        )
    assert register.letters(made.id) == [] and register.request(made.id).last == 1
    assert register.upcoming(NOTICES, 2026) == "云依申请告〔2026〕1号"
    assert answered(register, made.id, today).number == "云政信公〔2026〕1号"


def _broken(_: str) -> bytes:
    raise RuntimeError


def test_numbers_typed_by_hand_and_those_of_letters_are_of_one_series(
    register: Register, application: Apply, today: Today, staff: Staff, catalogue: Catalogue
) -> None:
    one, two, three = (register.register(application(f"甲{at}"), CLERK).id for at in range(3))
    register.act(
        one, Event.ANSWER, Said(today.day, answer="provided", contents=CONTENTS, number="云政信公〔2026〕7号"), CLERK
    )
    assert answered(register, two, today).number == "云政信公〔2026〕8号"
    for used in ("云政信公〔2026〕7号", "云政信公〔2026〕8号"):
        with pytest.raises(RequestRefused, match="已经用过"):
            register.act(three, Event.ANSWER, Said(today.day, answer="provided", contents=CONTENTS, number=used), CLERK)
    plain = Register(staff, catalogue, register.calendar, today)
    with pytest.raises(RequestRefused, match="样子"):
        plain.act(
            three,
            Event.ANSWER,
            Said(today.day, answer="provided", contents=CONTENTS, number="云政信公〔2026〕9号"),
            CLERK,
        )
    assert [*problems(staff, catalogue)] == []


def test_an_answer_is_put_right_by_another_and_the_former_stays_in_the_log(
    register: Register, made: Request, today: Today, staff: Staff, catalogue: Catalogue
) -> None:
    former = answered(register, made.id, today, answer="secret", contents={Content.REASONS: "国家秘密"})
    register.act(made.id, Event.DELIVER, Said(today.day, delivery=Delivery.MAIL), CLERK)
    before = table_three(2026, [each.facts for each in register.all()])
    today.day += DAY
    with pytest.raises(RequestRefused, match="更正的理由"):
        answered(register, made.id, today, Event.AMEND)
    amended = answered(register, made.id, today, Event.AMEND, note="定密有误")
    now = register.request(made.id).facts
    assert (now.state, now.row, now.reply_number, now.amended_on) == (State.CLOSED, Row.OPEN, amended.number, today.day)
    assert (now.closed_on, now.delivered_on) == (today.day - DAY, None)
    last = register.events(made.id)[-1]
    assert (last.event, last.person) == (Event.AMEND, "戊五")
    assert (last.before["answer"], last.before["reply_number"]) == ("secret", former.number)
    after = table_three(2026, [each.facts for each in register.all()])
    assert [each.numbers["R05"]["总计"] for each in (before, after)] == [1, 0]
    assert [each.numbers["R03"]["总计"] for each in (before, after)] == [0, 1]
    assert [each.void for each in register.letters(made.id)] == [True, False]
    assert [*problems(staff, catalogue)] == []


def test_letters_go_with_everything_personal_and_their_numbers_stay(
    register: Register, made: Request, today: Today, staff: Staff, catalogue: Catalogue
) -> None:
    sent = answered(register, made.id, today)
    register.replace_key(HEAD)
    assert register.letter(made.id, sent.event, CLERK).docx.decode().startswith(sent.number)
    today.day = date(2038, 1, 1)
    register.act(made.id, Event.ANONYMISE, Said(today.day), HEAD)
    with pytest.raises(RequestRefused, match="已经去除"):
        register.letter(made.id, sent.event, CLERK)
    with pytest.raises(RequestRefused, match="已经去除"):
        draft(register, made.id, today)
    assert register.letters(made.id) == [sent]
    assert [*problems(staff, catalogue)] == []


def test_a_backup_has_letters_and_numbers(
    register: Register,
    made: Request,
    today: Today,
    staff: Staff,
    catalogue: Catalogue,
    tmp_path: Path,
    databases: Databases,
) -> None:
    sent = answered(register, made.id, today)
    staff.dump(tmp_path / DUMP)
    again = Staff(databases.empty(tmp_path / "again.sqlite3"), catalogue.keys)
    again.load(tmp_path / DUMP)
    restored = Register(again, catalogue, register.calendar, today, series=register.series)
    assert restored.letters(made.id) == [sent]
    assert restored.letter(made.id, sent.event, CLERK).docx.decode().startswith(sent.number)
    assert restored.upcoming(ANSWERS, 2026) == "云政信公〔2026〕2号"
    assert [*problems(again, catalogue)] == []
    again.close()


@pytest.mark.parametrize(
    "change",
    [
        update(request_letters).values(number="x"),
        delete(request_letters),
        delete(letter_numbers),
        update(letter_numbers).values(serial=9),
        update(letter_numbers).values(request_id="x"),
    ],
)
def test_the_database_lets_no_letter_or_number_change(
    register: Register, made: Request, today: Today, staff: Staff, change: Executable
) -> None:
    answered(register, made.id, today)
    with pytest.raises(DatabaseError, match="only added to"), staff.writing() as connection:
        connection.execute(change)


def _unguarded(connection: Connection) -> None:
    for table in ("request_letters", "letter_numbers"):
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            continue
        for what in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{what}"))


_SENT = select(request_letters.c.request_id).scalar_subquery()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda c: c.execute(delete(request_letters)), "文书与审计日志不符"),
        (lambda c: c.execute(update(request_letters).values(digest="0" * 64)), "被改动：与审计日志不符"),
        (lambda c: c.execute(update(request_letters).values(number="云政信公〔2026〕3号")), "没有发号的记录"),
        (lambda c: c.execute(delete(letter_numbers)), "没有发号的记录"),
        (lambda c: c.execute(update(letter_numbers).values(voided=2)), "是否作废与登记的不符"),
        (
            lambda c: c.execute(
                insert(letter_numbers).values(
                    **{"pattern": "x", "year": 2026, "serial": 1, "number": "x1", "request_id": _SENT, "event": 2},
                    **{"kind": "receipt", "at": "", "person": ""},
                )
            ),
            "文号 x1 发出过",
        ),
        (
            lambda c: c.execute(delete(request_persons).where(request_persons.c.field == Field.DOCUMENT.value)),
            "内容缺失",
        ),
    ],
)
def test_an_edit_behind_its_back_is_told(
    register: Register,
    made: Request,
    today: Today,
    staff: Staff,
    catalogue: Catalogue,
    change: Callable[[Connection], object],
    told: str,
) -> None:
    answered(register, made.id, today)
    with staff.writing() as connection:
        _unguarded(connection)
        change(connection)
    assert any(told in each for each in problems(staff, catalogue))


def test_a_letter_without_its_key_is_told(register: Register, made: Request, today: Today) -> None:
    sent = answered(register, made.id, today)
    register.persons.keys.path.unlink()
    with pytest.raises(KeyUnusable):
        register.letter(made.id, sent.event, CLERK)
