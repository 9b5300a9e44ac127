"""Requests found again: by what a clerk confirmed as naming nobody, and by nothing else of the register."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from unittest import mock

import pytest
from sqlalchemy import Connection, delete, update

from archive.errors import RequestRefused, UnknownRequest
from archive.registers.everything import Everything, State
from archive.registers.requests.checking import problems
from archive.registers.requests.facts import Field, Said
from archive.registers.requests.findable import FoundAgain, proposed
from archive.registers.requests.register import Register
from archive.registers.requests.request import Request
from archive.registers.requests.states import Event
from archive.registers.requests.tables import findable
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue
from indexer import sync
from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.engine import Engine, SearchRequest
from indexer.engines.opening import open_staff_engine
from tests.archive.registers.requests.conftest import CLERK, HEAD, Apply, Today
from tests.archive.registers.requests.test_register import answer
from tests.conftest import POSTGRESQL

BY = "丁四"
ASKED = "申请公开■■■所在村的征地补偿方案。"


@pytest.fixture
def asked(register: Register, application: Apply) -> Request:
    return register.register(application(), CLERK)


@pytest.fixture
def engine(catalogue: Catalogue, analyzer: Analyzer, tmp_path: Path) -> Iterator[Engine]:
    with closing(open_staff_engine(tmp_path, analyzer, 1 << 20, catalogue.keys)) as opened:
        yield opened


def found(engine: Engine, text: str) -> set[str]:
    return {hit.id for hit in engine.search(SearchRequest(query=parse(text))).hits}


def test_what_is_proposed_has_persons_masked() -> None:
    values = {
        Field.NAME: "欧阳小芳",
        Field.CONTACT: "13800001111，石门村三组",
        Field.TEXT: "请公开欧阳 小芳与村民王大伟的协议，电话 138-0000-1111，身份证11010519491231002X，"
        "住文化路12号3单元502室。",
        Field.LETTER: '{"INFORMATION": "随信附上欧阳小芳的协议，第三方李小明同意", "SEARCH": "2026-0001-检1"}',
    }
    made = proposed(values, ["李小明", "云溪样例养护有限公司"])
    assert made.asked.startswith("请公开■■ ■■与村民■■■的协议")
    for personal in ("小芳", "大伟", "0000", "1949", "502", "小明", "检1"):
        assert personal not in made.asked + made.answered
    assert made.answered == "随信附上■■■■的协议，第三方■■■同意"
    # Whoever is spoken of without a sign of it is masked by the clerk.
    assert "征地" in proposed({Field.TEXT: "征地补偿"}).asked


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("申请公开张三丰的方案", "申请人的姓名"),
        ("申请公开张 三丰的方案", "申请人的姓名"),
        ("联系 138 0000 1111", "申请人的姓名"),
        ("身份证 11010519491231002X", "证件号"),
        ("电话13912345678", "手机号"),
        ("住文化路12号3单元502室", "门牌"),
        (" ", "请填写申请内容"),
    ],
)
def test_what_still_tells_of_a_person_is_refused(register: Register, asked: Request, text: str, told: str) -> None:
    with pytest.raises(RequestRefused, match=told) as refused:
        register.found_again.confirm(asked.id, text, "", BY)
    assert "三丰" not in str(refused.value) and register.found_again.of(asked.id) is None
    if text.strip():
        with pytest.raises(RequestRefused, match=told):
            register.found_again.confirm(asked.id, ASKED, text, BY)


def test_a_request_is_found_by_what_was_confirmed_and_by_nothing_else(
    register: Register, asked: Request, staff: Staff, catalogue: Catalogue, engine: Engine, today: Today
) -> None:
    everything = Everything(catalogue, [FoundAgain(staff, catalogue)])
    assert everything.last_change() == everything.count() == 0
    register.found_again.confirm(asked.id, ASKED, "", BY)
    sync.follow(everything, engine)
    name = f"request/{asked.id}"
    assert found(engine, "征地补偿") == {name} and found(engine, "张三丰") == set()
    assert everything.states([name]) == {name: State.ASKED}
    said = answer(today.day, information="随信附上青苗清单，见张三丰的卷")
    register.act(asked.id, Event.ANSWER, said, CLERK)
    assert sync.behind(everything, engine) > 0
    sync.follow(everything, engine)
    assert everything.states([name]) == {name: State.ANSWERED} and found(engine, "青苗清单") == set()
    register.found_again.confirm(asked.id, ASKED, "随信附上青苗清单。", BY)
    sync.follow(everything, engine)
    assert found(engine, "青苗清单") == {name} == found(engine, "沭公开〔2026〕3号")
    # A new index has the same.
    sync.build(everything, engine)
    assert found(engine, "青苗清单") == {name}
    (document,) = everything.many([name]).values()
    assert (
        document.metadata.title == f"申请 {asked.number}：{ASKED}" and document.metadata.number == "沭公开〔2026〕3号"
    )
    assert [*problems(staff, catalogue)] == []


def test_a_request_made_anonymous_is_found_no_more(
    register: Register, asked: Request, staff: Staff, catalogue: Catalogue, engine: Engine, today: Today
) -> None:
    everything = Everything(catalogue, [FoundAgain(staff, catalogue)])
    register.found_again.confirm(asked.id, ASKED, "", BY)
    register.act(asked.id, Event.WITHDRAW, Said(today.day), CLERK)
    sync.follow(everything, engine)
    assert found(engine, "征地补偿")
    today.day = date(2038, 1, 1)
    register.act(asked.id, Event.ANONYMISE, Said(today.day), HEAD)
    sync.follow(everything, engine)
    assert found(engine, "征地补偿") == set() and register.found_again.of(asked.id) is None
    with pytest.raises(RequestRefused, match="已经去除"):
        register.found_again.confirm(asked.id, ASKED, "", BY)
    assert [*problems(staff, catalogue)] == []


def test_a_text_that_was_changed_behind_the_programs_back_is_told(
    register: Register, asked: Request, staff: Staff, catalogue: Catalogue
) -> None:
    register.found_again.confirm(asked.id, ASKED, "", BY)
    for change in (update(findable).values(answered="张三丰的"), delete(findable)):
        with staff.writing() as connection:
            connection.execute(change)
        assert [*problems(staff, catalogue)] == [
            "申请 2026-0001 供检索的文字与审计日志不符：被改动过，或者没有记下。请重新确认，并查明原因。"
        ]
    register.found_again.confirm(asked.id, ASKED, "", BY)
    assert [*problems(staff, catalogue)] == []


def test_more_are_asked_for_than_a_statement_holds(register: Register, asked: Request) -> None:
    register.found_again.confirm(asked.id, ASKED, "", BY)
    # PostgreSQL takes 65,535, Debian's SQLite 250,000.
    many = [*(str(each) for each in range(70_000 if POSTGRESQL else 300_000)), asked.id]
    assert [each.id for each in register.found_again.entries(many)] == [asked.id]


def test_a_request_that_is_not_there_is_not_found_again(register: Register) -> None:
    with pytest.raises(UnknownRequest):
        register.found_again.confirm("nobody", ASKED, "", BY)


def test_an_index_follows_also_what_was_done_just_before_a_cut(
    register: Register, asked: Request, staff: Staff, catalogue: Catalogue, engine: Engine, today: Today
) -> None:
    """Nothing after the transaction is needed; that it fails says nothing else of what was done."""
    everything = Everything(catalogue, [FoundAgain(staff, catalogue)])
    with mock.patch.object(FoundAgain, "note_again"):
        register.found_again.confirm(asked.id, ASKED, "", BY)
        assert [*problems(staff, catalogue)] == []
        register.act(asked.id, Event.WITHDRAW, Said(today.day), CLERK)
        sync.follow(everything, engine)
        assert found(engine, "征地补偿")
        today.day = date(2038, 1, 1)
        register.act(asked.id, Event.ANONYMISE, Said(today.day), HEAD)
    assert [*problems(staff, catalogue)] == []
    sync.follow(everything, engine)
    assert found(engine, "征地补偿") == set()


def test_what_fails_after_a_text_is_kept_does_not_say_that_it_is_not(register: Register, asked: Request) -> None:
    writing, calls = Catalogue.writing, 0

    @contextmanager
    def full(self: Catalogue) -> Iterator[Connection]:
        nonlocal calls
        calls += 1
        if calls > 1:
            raise OSError(28, "no room")
        with writing(self) as log:
            yield log

    with mock.patch.object(Catalogue, "writing", full):
        register.found_again.confirm(asked.id, ASKED, "", BY)
    assert calls == 2 and register.found_again.of(asked.id)
