"""The record of a search: what is put on it, when it may say that nothing is there, and that it stays as it was."""

import json
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import Connection, delete, select, text, update
from sqlalchemy.exc import DatabaseError

from archive.chinese.dates import OFFICE_TIME
from archive.errors import KeyUnusable, RequestRefused, UnknownRequest
from archive.extract import Sandbox
from archive.registers.requests import search_paper
from archive.registers.requests.checking import problems
from archive.registers.requests.facts import Applicant, Facts, Field, Said
from archive.registers.requests.persons_key import KEY
from archive.registers.requests.register import Register
from archive.registers.requests.request import Request
from archive.registers.requests.search_record import (
    Conclusion,
    Hit,
    Mark,
    Needs,
    Place,
    Record,
    Scope,
    Search,
    replay,
)
from archive.registers.requests.searches import ACTION, words_of
from archive.registers.requests.states import Event, State
from archive.registers.requests.tables import search_records
from archive.registers.requests.terms import Channel
from archive.registers.staff import DUMP, Staff
from archive.store import audit, canonical
from archive.store.catalogue import Catalogue
from tests.archive.registers.requests.conftest import CLERK, DAY, HEAD, Apply, Today
from tests.archive.registers.requests.test_register import answer
from tests.conftest import Databases

BY = "丁四"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HEAT = Hit("a1", "云溪县城镇供热管理办法", "云政发〔2017〕9号", "2017-08-30", "已公开", 1, "a" * 64)
PIPES = Hit("b2", "供热管网改造的请示", None, None, "待审", 2, "b" * 64)
SEARCH = Search("供热补贴名单", "供热补贴名单", Scope.ALL, {}, "00000007", 31, 2, (HEAT, PIPES))
ROOM = Place("县档案馆纸质档案室", "己六", date(2026, 8, 31), "翻查2017至2019年供热卷，没有")


@pytest.fixture(autouse=True)
def clock(today: Today) -> Iterator[time_machine.Traveller]:
    with time_machine.travel(datetime(2026, 9, 1, 10, tzinfo=OFFICE_TIME), tick=False) as traveller:
        yield traveller


@pytest.fixture
def asked(register: Register, application: Apply) -> Request:
    return register.register(application(), CLERK)


@pytest.fixture
def record(register: Register, asked: Request) -> Record:
    return register.searches.open(asked.id, "2019年供热补贴发放名单", SEARCH, BY)


def absent(register: Register, record: Record) -> Record:
    """Bring a record to the conclusion that nothing is there."""
    register.searches.search(record.id, replace(SEARCH, typed="采暖补助 花名册"), BY)
    register.searches.place(record.id, ROOM, BY)
    return register.searches.conclude(record.id, Conclusion.ABSENT, "当年没有发放过补贴。", BY)


def test_a_record_keeps_each_search_and_is_numbered_by_its_request(
    register: Register, asked: Request, record: Record
) -> None:
    kept = register.searches.search(record.id, replace(SEARCH, hits=(HEAT,) * 60, total=60), BY)
    assert register.searches.look(record.id, BY) == kept
    first, second = kept.searches
    assert (tuple(first.hits), first.person, first.number, first.total) == ((HEAT, PIPES), BY, 1, 2) and first.at
    assert (len(second.hits), second.total) == (50, 60)
    assert [each.number for each in register.searches.of(asked.id)] == ["2026-0001-检1"]
    assert register.searches.open(asked.id, "同上", SEARCH, BY).number == "2026-0001-检2"


def test_a_record_belongs_to_a_request_that_is_there(register: Register, asked: Request) -> None:
    with pytest.raises(UnknownRequest):
        register.searches.open("nobody", "名单", SEARCH, BY)
    register.act(asked.id, Event.VOID, Said(date(2026, 9, 1), note="重复"), HEAD)
    with pytest.raises(RequestRefused, match="作废"):
        register.searches.open(asked.id, "名单", SEARCH, BY)


def test_that_nothing_is_there_wants_two_queries_and_a_place_outside(register: Register, record: Record) -> None:
    searches = register.searches

    def refused() -> str:
        with pytest.raises(RequestRefused) as told:
            searches.conclude(record.id, Conclusion.ABSENT, "", BY)
        return str(told.value)

    assert "2 次不同检索词" in refused() and "1 处" in refused()
    searches.search(record.id, replace(SEARCH, typed=" 供热补贴名单 "), BY)
    assert "现有 1 次" in refused()
    searches.search(record.id, replace(SEARCH, typed="采暖补助"), BY)
    assert "检索词" not in refused()
    searches.place(record.id, ROOM, BY)
    searches.mark(record.id, {"a1": Mark.PART}, BY)
    assert "不符" in refused()
    searches.mark(record.id, {"a1": Mark.NOT}, BY)
    assert searches.conclude(record.id, Conclusion.ABSENT, "", BY).frozen


def test_how_much_it_wants_is_the_installations_own(register: Register, record: Record) -> None:
    assert record.lacks(Needs(1, 0)) == []
    assert len(record.lacks(Needs(3, 2))) == 2
    register.searches.needs = Needs(1, 0)
    assert register.searches.conclude(record.id, Conclusion.ABSENT, "", BY).conclusion is Conclusion.ABSENT


def test_searches_of_what_is_public_alone_do_not_show_that_nothing_is_held(record: Record) -> None:
    public = replace(record, searches=tuple(replace(SEARCH, typed=each, scope=Scope.PUBLIC) for each in "甲乙"))
    assert public.lacks(Needs(2, 0)) == ["至少有一次检索的范围要是“全部”。"]


@pytest.mark.parametrize(
    ("conclusion", "mark"),
    [(Conclusion.PUBLIC, Mark.PUBLIC), (Conclusion.FOUND, Mark.IT), (Conclusion.PARTLY, Mark.PART)],
)
def test_what_is_said_to_be_found_must_be_marked(
    register: Register, record: Record, conclusion: Conclusion, mark: Mark
) -> None:
    with pytest.raises(RequestRefused, match="标为"):
        register.searches.conclude(record.id, conclusion, "", BY)
    register.searches.mark(record.id, {"b2": Mark.NOT, "a1": mark}, BY)
    assert register.searches.conclude(record.id, conclusion, "", BY).conclusion is conclusion


def test_a_mark_is_taken_back_and_only_what_was_found_is_marked(register: Register, record: Record) -> None:
    assert register.searches.mark(record.id, {"a1": Mark.IT}, BY).marks == {"a1": Mark.IT}
    assert register.searches.mark(record.id, {"a1": None}, BY).marks == {}
    with pytest.raises(RequestRefused, match="不在"):
        register.searches.mark(record.id, {"c3": Mark.IT}, BY)


def test_what_somebody_else_did_meanwhile_is_seen_first(register: Register, record: Record) -> None:
    searches, seen = register.searches, record.version
    searches.mark(record.id, {"b2": Mark.PART}, "戊五", seen)
    acts: tuple[Callable[[], Record], ...] = (
        lambda: searches.search(record.id, SEARCH, BY, seen),
        lambda: searches.mark(record.id, {"a1": Mark.IT}, BY, seen),
        lambda: searches.place(record.id, ROOM, BY, seen),
        lambda: searches.conclude(record.id, Conclusion.PARTLY, "", BY, seen),
    )
    for act in acts:
        with pytest.raises(RequestRefused, match="有了变化"):
            act()
    assert searches.look(record.id, BY).marks == {"b2": Mark.PART}


def test_a_concluded_record_is_frozen(register: Register, record: Record, staff: Staff, catalogue: Catalogue) -> None:
    frozen, searches = absent(register, record), register.searches
    assert frozen.digest == frozen.sealed and [*problems(staff, catalogue)] == []
    acts: tuple[Callable[[], Record], ...] = (
        lambda: searches.search(record.id, SEARCH, BY),
        lambda: searches.mark(record.id, {"a1": Mark.NOT}, BY),
        lambda: searches.place(record.id, ROOM, BY),
        lambda: searches.conclude(record.id, Conclusion.ABSENT, "", BY),
    )
    for act in acts:
        with pytest.raises(RequestRefused, match="已经定稿"):
            act()
    assert searches.look(record.id, BY) == frozen
    with pytest.raises(DatabaseError), staff.writing() as connection:
        connection.execute(update(search_records).values(digest="x"))
    with pytest.raises(DatabaseError), staff.writing() as connection:
        connection.execute(delete(search_records))


def test_each_step_is_in_the_log_and_says_nothing_of_what_was_asked(
    register: Register, record: Record, catalogue: Catalogue
) -> None:
    frozen = absent(register, record)
    register.searches.look(record.id, BY)
    with catalogue.reading() as connection:
        events = [*audit.events(connection, actions=[ACTION, "request.view"])]
    assert [each.details.get("event") for each in events] == ["检索", "检索", "系统以外的查找", "定稿", None]
    assert {each.actor for each in events} == {BY} and {each.document_id for each in events} == {None}
    assert [each.details.get("digest") for each in events[2:]] == [None, frozen.digest, None]
    assert {each.details["record"] for each in events} == {"2026-0001-检1"}
    assert "供热" not in json.dumps([dict(each.details) for each in events], ensure_ascii=False)


def test_what_was_asked_is_not_guessed_from_the_hash(register: Register, asked: Request, record: Record) -> None:
    frozen = absent(register, record)
    known = {name: value for name, value in frozen.plain.items() if name != "salt"}
    assert frozen.digest not in (canonical.digest(known), canonical.digest({**known, "salt": ""}))
    again = register.searches.open(asked.id, record.asked, SEARCH, BY)
    assert again.salt != frozen.salt and len(again.salt) == 64


def _unguarded(connection: Connection) -> None:
    """Take the triggers away, as somebody with the database's password can."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("ALTER TABLE search_records DISABLE TRIGGER ALL"))
    for name in ("no_delete", "no_other_digest") if connection.dialect.name == "sqlite" else ():
        connection.execute(text(f"DROP TRIGGER search_records_{name}"))


def _to(**values: object) -> Callable[[Connection], object]:
    return lambda connection: connection.execute(update(search_records).values(values))


def _exchanged(connection: Connection) -> None:
    """Give two records each other's contents."""
    at = search_records.c
    rows = connection.execute(select(at.id, at.key, at.sealed)).all()
    for row, other in zip(rows, reversed(rows), strict=True):
        connection.execute(update(search_records).where(at.id == row.id).values(key=other.key, sealed=other.sealed))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (_to(digest="0" * 64), "与审计日志不符"),
        (_to(queries=9), "与审计日志不符"),
        (_to(places=0), "与审计日志不符"),
        (_to(conclusion="已主动公开"), "与审计日志不符"),
        (_to(concluded_by="别人"), "与审计日志不符"),
        (_to(serial=search_records.c.serial + 10), "登记簿里没有"),
        (lambda connection: connection.execute(delete(search_records)), "登记簿里没有"),
        (_to(key=None, sealed=None), "内容缺失"),
        (_exchanged, "不能解密"),
    ],
)
def test_a_record_that_was_changed_behind_the_programs_back_is_told(
    register: Register,
    asked: Request,
    record: Record,
    staff: Staff,
    catalogue: Catalogue,
    change: Callable[[Connection], object],
    told: str,
) -> None:
    absent(register, record)
    register.searches.open(asked.id, "又一份", SEARCH, BY)
    assert [*problems(staff, catalogue)] == []
    with staff.writing() as connection:
        _unguarded(connection)
        change(connection)
    found = "".join(problems(staff, catalogue))
    assert told in found and "供热" not in found


def test_contents_changed_by_somebody_who_has_the_key_are_told(
    register: Register, record: Record, staff: Staff, catalogue: Catalogue
) -> None:
    frozen = absent(register, record)
    with staff.writing() as connection:
        told = json.dumps({**frozen.contents, "said": "有，没有给"}, ensure_ascii=False)
        values = register.persons.seal_record(connection, record.id, told)
        connection.execute(update(search_records).values(values))
    assert "检索情况记录 2026-0001-检1 与审计日志不符" in "".join(problems(staff, catalogue))


def test_a_place_is_not_searched_tomorrow_nor_without_a_result(register: Register, record: Record) -> None:
    with pytest.raises(RequestRefused, match="还没有到"):
        register.searches.place(record.id, replace(ROOM, on=date(2026, 9, 2)), BY)
    with pytest.raises(RequestRefused, match="结果"):
        register.searches.place(record.id, replace(ROOM, result=" "), BY)


def test_an_answer_that_nothing_is_there_rests_on_a_frozen_record_of_its_request(
    register: Register, asked: Request, record: Record, application: Apply, today: Today
) -> None:
    def refused(number: str) -> str:
        with pytest.raises(RequestRefused) as told:
            register.act(asked.id, Event.ANSWER, answer(today.day, "absent", search=number), CLERK)
        return str(told.value)

    assert "条例第三十六条第四项" in refused(record.number) and "还没有这样的记录" in refused("张三丰的记录")
    assert "张三丰" not in refused("张三丰的记录")
    absent(register, record)
    other = register.register(application("乙二"), CLERK)
    others = register.searches.open(other.id, "别的", SEARCH, BY)
    absent(register, others)
    for number in (others.number, "检〔2026〕1号", "2026-0001"):
        assert f"可以写的是：{record.number}。" in refused(number)
    assert register.searches.proofs(asked.id, today.day) == [record.number]
    assert register.searches.proofs(asked.id, today.day - DAY) == []
    closed = register.act(asked.id, Event.ANSWER, answer(today.day, "absent", search=f" {record.number} "), CLERK)
    assert closed.facts.state is State.CLOSED


def test_an_answer_put_right_rests_on_a_record_as_the_first_one_does(
    register: Register, asked: Request, record: Record, today: Today
) -> None:
    register.act(asked.id, Event.ANSWER, answer(today.day, "elsewhere", reasons="不归我们", organ="县民政局"), CLERK)
    amended = replace(answer(today.day, "absent", search=record.number), note="查找有误")
    with pytest.raises(RequestRefused, match="条例第三十六条第四项"):
        register.act(asked.id, Event.AMEND, amended, HEAD)
    absent(register, record)
    closed = register.act(asked.id, Event.AMEND, amended, HEAD)
    assert closed.facts.outcome and closed.facts.outcome.id == "absent"


def test_a_record_after_the_letter_proves_nothing(
    register: Register, asked: Request, record: Record, today: Today, clock: time_machine.Traveller
) -> None:
    clock.shift(timedelta(days=1))
    today.day += DAY
    absent(register, record)
    with pytest.raises(RequestRefused, match="在答复日以前定稿"):
        register.act(asked.id, Event.ANSWER, answer(today.day - DAY, "absent", search=record.number), CLERK)
    assert register.act(asked.id, Event.ANSWER, answer(today.day, "absent", search=record.number), CLERK)


def test_a_record_with_another_conclusion_or_too_little_proves_nothing(
    register: Register, asked: Request, record: Record, today: Today
) -> None:
    register.searches.mark(record.id, {"b2": Mark.IT}, BY)
    register.searches.conclude(record.id, Conclusion.FOUND, "", BY)
    second = register.searches.open(asked.id, "再查", SEARCH, BY)
    absent(register, second)
    register.searches.needs = Needs(3, 1)
    for number in (record.number, second.number):
        with pytest.raises(RequestRefused, match="还没有这样的记录"):
            register.act(asked.id, Event.ANSWER, answer(today.day, "absent", search=number), CLERK)


def test_of_imported_requests_no_record_is_asked(register: Register, today: Today) -> None:
    imported = Facts(State.HANDLING, Channel.IN_PERSON, Applicant.PERSON, today.day, imported=True)
    register.take_in([("2019年第1号", imported, {Field.NAME: "丙三"})], CLERK)
    id = register.numbered("2019年第1号").id
    assert register.act(id, Event.ANSWER, answer(today.day, "absent", search="无"), CLERK).facts.closed_on


def test_a_request_made_anonymous_leaves_the_statistics_of_its_records(
    register: Register, asked: Request, record: Record, staff: Staff, catalogue: Catalogue, today: Today
) -> None:
    frozen = absent(register, record)
    half = register.searches.open(asked.id, "没有定稿的", SEARCH, BY)
    register.act(asked.id, Event.ANSWER, answer(today.day, "absent", search=record.number), CLERK)
    today.day = date(2038, 1, 1)
    register.act(asked.id, Event.ANONYMISE, Said(today.day), HEAD)
    first, second = register.searches.of(asked.id)
    assert (first.digest, first.queries, first.places, first.conclusion) == (frozen.digest, 2, 1, Conclusion.ABSENT)
    with staff.reading() as connection:
        assert {*connection.execute(select(search_records.c.key, search_records.c.sealed))} == {(None, None)}
    with pytest.raises(RequestRefused, match="已经随申请的个人信息去除"):
        register.searches.look(record.id, BY)
    with pytest.raises(RequestRefused, match="已经随申请的个人信息去除"):
        register.searches.search(half.id, SEARCH, BY)
    assert second.emptied and [*problems(staff, catalogue)] == []


def test_a_new_key_reads_records_too_and_a_lost_one_is_told(
    register: Register, record: Record, catalogue: Catalogue, staff: Staff
) -> None:
    frozen = absent(register, record)
    with staff.reading() as connection:
        before = connection.execute(select(search_records.c.key, search_records.c.sealed)).one()
    register.replace_key(HEAD)
    with staff.reading() as connection:
        after = connection.execute(select(search_records.c.key, search_records.c.sealed)).one()
    assert before[0] != after[0] and register.searches.look(record.id, BY) == frozen
    assert [*problems(staff, catalogue)] == []
    (catalogue.keys.folder / KEY).unlink()
    with pytest.raises(KeyUnusable):
        register.searches.look(record.id, BY)
    assert register.searches.of(frozen.request_id)[0].queries == 2
    assert "没有申请人信息的密钥" in "".join(problems(staff, catalogue))


def test_replaying_shows_what_differs_today(register: Register, record: Record) -> None:
    frozen = absent(register, record)
    assert all(each.same for each in replay(frozen, lambda search: search))
    found = Hit("c3", "2019年供热补贴发放表", None, None, "待审", 1, "c" * 64)
    now_public = replace(PIPES, state="已公开")
    first, _ = replay(frozen, lambda search: replace(search, total=2, hits=(now_public, found)))
    assert (first.gone, first.new, first.altered, first.same) == (["a1"], ["c3"], ["b2"], False)


def test_as_json_it_is_whole_and_its_hash_can_be_taken_again(register: Register, record: Record) -> None:
    frozen = absent(register, record)
    told = json.loads(search_paper.as_json(frozen))
    assert told.pop("digest") == frozen.digest == canonical.digest(told)
    assert len(told["searches"][0]["hits"]) == 2
    assert told["places"][0]["on"] == "2026-08-31" and told["number"] == "2026-0001-检1"


def test_nobody_who_asked_stands_in_what_is_handed_out(
    register: Register, record: Record, asked: Request, tmp_path: Path
) -> None:
    typed = replace(SEARCH, typed="张三丰 供热补贴", hits=(replace(HEAT, title="给张三 丰的答复"),))
    register.searches.search(record.id, typed, BY)
    register.searches.place(record.id, replace(ROOM, result="张三丰的卷，电话138-0000-1111"), BY)
    register.searches.mark(record.id, {"a1": Mark.IT}, BY)
    frozen = register.searches.conclude(record.id, Conclusion.FOUND, "张三丰名下没有", BY)
    values = register.look(asked.id, CLERK).values
    masked = frozen.without(words_of([values[each] for each in (Field.NAME, Field.IDENTITY, Field.CONTACT)]))
    assert masked.digest == frozen.digest and masked.said == "■■■名下没有"
    assert masked.salt == "" and frozen.salt not in search_paper.as_json(masked)
    assert frozen.without(["李四四"]) == frozen
    file = tmp_path / "record.docx"
    file.write_bytes(search_paper.as_docx(masked))
    with Sandbox(workers=1) as sandbox:
        read = "\n".join(sandbox.extract(file, DOCX).paragraphs)
    for handed in (search_paper.as_json(masked), read):
        assert "供热补贴" in handed and "■" in handed
        assert not [each for each in ("张三", "三丰", "三 丰", "0000-1111") if each in handed]


def test_on_paper_it_tells_searches_marks_places_and_conclusion(
    register: Register, record: Record, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="not concluded"):
        search_paper.as_docx(record)
    register.searches.mark(record.id, {"a1": Mark.NOT}, BY)
    frozen = absent(register, record)
    file = tmp_path / "record.docx"
    file.write_bytes(search_paper.as_docx(frozen, "云溪县政务公开办"))
    with Sandbox(workers=1) as sandbox:
        read = sandbox.extract(file, DOCX)
    text = "\n".join((read.title or "", *read.paragraphs))
    for said in ("检索情况记录", "2026-0001-检1", "采暖补助 花名册", "云政发〔2017〕9号", "县档案馆", "经检索不存在"):
        assert said in text
    assert "不是" in text and str(frozen.digest) in text


def test_records_come_back_out_of_a_backup(
    register: Register, record: Record, staff: Staff, catalogue: Catalogue, tmp_path: Path, databases: Databases
) -> None:
    frozen = absent(register, record)
    staff.dump(tmp_path / DUMP)
    assert "供热" not in (tmp_path / DUMP).read_text(encoding="utf-8")
    with closing(Staff(databases.empty(tmp_path / "again.sqlite3"), catalogue.keys)) as again:
        again.load(tmp_path / DUMP)
        assert Register(again, catalogue, register.calendar).searches.look(record.id, BY) == frozen
        assert [*problems(again, catalogue)] == []
