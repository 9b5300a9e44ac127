"""The register against itself and the audit log: every edit behind its back is told, and what staff do is not."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from archive.registers.requests.checking import problems
from archive.registers.requests.facts import Applicant, Facts, Field, Said
from archive.registers.requests.register import Register
from archive.registers.requests.rows import digest_of
from archive.registers.requests.states import Event, State
from archive.registers.requests.tables import request_events, request_persons, requests
from archive.registers.requests.terms import Channel
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue
from tests.archive.registers.requests.conftest import CLERK, HEAD, Apply, Today
from tests.archive.registers.requests.test_register import answer
from tests.conftest import Databases


@pytest.fixture
def used(register: Register, application: Apply, today: Today) -> Register:
    one, two = (register.register(application(name), CLERK) for name in ("甲一", "乙二"))
    register.act(one.id, Event.EXTEND, Said(today.day, days=3, note="多"), HEAD)
    register.act(one.id, Event.ANSWER, answer(today.day), CLERK)
    register.act(two.id, Event.VOID, Said(today.day, note="重复"), HEAD)
    imported = Facts(State.HANDLING, Channel.IN_PERSON, Applicant.PERSON, today.day, imported=True)
    register.take_in([("2019年第1号", imported, {Field.NAME: "丙三"}), ("2019年第2号", imported, {})], CLERK)
    return register


def test_what_staff_did_is_in_order(used: Register, staff: Staff, catalogue: Catalogue, today: Today) -> None:
    assert [*problems(staff, catalogue)] == []
    used.replace_key(HEAD)
    today.day = today.day.replace(year=2038)
    for each in used.to_anonymise():
        used.act(each.id, Event.ANONYMISE, Said(today.day), HEAD)
    assert [*problems(staff, catalogue)] == []


def _unguarded(connection: Connection) -> None:
    """Take the triggers away, as somebody with the database's password can."""
    for table in ("requests", "request_events"):
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
            continue
        for what in ("update", "delete"):
            connection.execute(text(f"DROP TRIGGER IF EXISTS {table}_no_{what}"))


def _rewritten(connection: Connection) -> None:
    """Change an event, with a digest that fits."""
    at = request_events.c
    (row,) = connection.execute(select(request_events).where(at.event == Event.EXTEND.value)).mappings().all()
    changed = {**row, "person": "别人"}
    where = (at.request_id == row["request_id"]) & (at.number == row["number"])
    connection.execute(update(request_events).where(where).values(person="别人", digest=digest_of(changed)))


def _added(connection: Connection) -> None:
    """Insert a request with its event, as if it had been registered."""
    (row,) = connection.execute(select(requests).where(requests.c.number == "2026-0001")).mappings().all()
    first = select(request_events).where((request_events.c.request_id == row["id"]) & (request_events.c.number == 1))
    (event,) = connection.execute(first).mappings().all()
    connection.execute(
        insert(requests).values(
            {**row, "id": "x", "number": "2026-0009", "serial": 9, "last": 1, "state": "办理中"}
            | {"facts": {name: value for name, value in event["after"].items() if value is not None}, "closed_on": None}
        )
    )
    forged = {**event, "request_id": "x", "personal": []}
    connection.execute(insert(request_events).values({**forged, "digest": digest_of(forged)}))


_EVENTS, _ROWS, _PERSONS = request_events.c, requests.c, request_persons.c


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda c: c.execute(update(requests).where(_ROWS.number == "2026-0001").values(state="办理中")),
            "2026-0001 的现状",
        ),
        (
            lambda c: c.execute(update(requests).where(_ROWS.number == "2026-0001").values(closed_on=None)),
            "2026-0001 的现状",
        ),
        (lambda c: c.execute(update(requests).where(_ROWS.number == "2026-0001").values(facts={})), "2026-0001 的现状"),
        (
            lambda c: c.execute(update(requests).where(_ROWS.number == "2026-0001").values(number="2026-0008")),
            "2026-0008",
        ),
        (
            lambda c: c.execute(update(request_events).where(_EVENTS.number == 2).values(person="别人")),
            "办理记录被改动",
        ),
        (lambda c: c.execute(delete(request_events).where(_EVENTS.number == 2)), "不连续"),
        (lambda c: c.execute(delete(request_persons).where(_PERSONS.field == Field.NOTE.value)), "个人信息有缺失"),
        (_rewritten, "审计日志里没有记录"),
        (_added, "2026-0009 有一项办理在审计日志里没有记录"),
        (
            lambda c: (
                [
                    c.execute(
                        delete(table).where(of.request_id.in_(select(_ROWS.id).where(_ROWS.number == "2019年第2号")))
                    )
                    for table, of in ((request_persons, _PERSONS), (request_events, _EVENTS))
                ]
                and c.execute(delete(requests).where(_ROWS.number == "2019年第2号"))
            ),
            "一批导入的申请",
        ),
        (
            lambda c: (
                [
                    c.execute(
                        delete(table).where(of.request_id.in_(select(_ROWS.id).where(_ROWS.number == "2026-0002")))
                    )
                    for table, of in ((request_persons, _PERSONS), (request_events, _EVENTS))
                ]
                and c.execute(delete(requests).where(_ROWS.number == "2026-0002"))
            ),
            "审计日志里有申请 2026-0002 的 2 项办理",
        ),
        (lambda c: c.execute(update(request_persons).values(sealed="AAAA")), "不能解密"),
    ],
)
def test_what_was_written_behind_its_back_is_told(
    used: Register, staff: Staff, catalogue: Catalogue, change: Callable[[Connection], object], told: str
) -> None:
    with staff.writing() as connection:
        _unguarded(connection)
        change(connection)
    found = [*problems(staff, catalogue)]
    assert any(told in each for each in found), found
    assert not any(name in each for each in found for name in ("甲一", "乙二", "丙三"))


def test_it_comes_back_from_a_backup_as_it_was(
    used: Register, staff: Staff, catalogue: Catalogue, databases: Databases, tmp_path: Path
) -> None:
    staff.dump(tmp_path / "staff.jsonl")
    assert not any(name in (tmp_path / "staff.jsonl").read_text() for name in ("甲一", "乙二", "丙三", "三丰"))
    again = Staff(databases.empty(tmp_path / "again.sqlite3"), catalogue.keys)
    again.load(tmp_path / "staff.jsonl")
    assert [*problems(again, catalogue)] == []
    back = Register(again, catalogue, used.calendar, used.today)
    assert back.all() == used.all()
    assert back.masked_names() == used.masked_names()
    again.close()
