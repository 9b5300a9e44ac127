"""The staff's database and the audit log are kept together, also where there is little room."""

from collections.abc import Callable
from datetime import date

import pytest

from archive.errors import DiskFull
from archive.registers.accounts import Accounts
from archive.registers.books import checking as of_books
from archive.registers.books.book import Book
from archive.registers.books.columns import read
from archive.registers.books.proposals import SPEC
from archive.registers.notices import packaged
from archive.registers.requests import checking as of_requests
from archive.registers.requests.facts import Applicant, Facts, Field
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Application
from archive.registers.requests.states import State
from archive.registers.requests.terms import Channel
from archive.registers.roles import Role
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar
from archive.store import space
from archive.store.catalogue import Catalogue
from tests.conftest import in_a_file

CLERK = Actor("丁四")
DAY = date(2020, 3, 2)
TOLD = {
    **{"year": "2020", "kind": "人大建议", "number": "1", "title": "路灯"},
    **{"proposer": "某代表", "unit": "住建局", "received_on": "2020-03-02"},
}
PERSONAL = {Field.NAME: "张三丰", Field.TEXT: "征地补偿方案"}


def _request(staff: Staff, catalogue: Catalogue) -> None:
    made = Application(Channel.IN_PERSON, Applicant.PERSON, DAY, PERSONAL)
    Register(staff, catalogue, Calendar(packaged()), lambda: DAY).register(made, CLERK)


def _requests(staff: Staff, catalogue: Catalogue) -> None:
    facts = Facts(State.HANDLING, Channel.IN_PERSON, Applicant.PERSON, DAY, confirmed_on=DAY, imported=True)
    Register(staff, catalogue, Calendar(packaged()), lambda: DAY).take_in([("2020-0001", facts, PERSONAL)], CLERK)


def _entry(staff: Staff, catalogue: Catalogue) -> None:
    Book(SPEC, staff, catalogue, lambda: DAY).enter(TOLD, CLERK)


def _entries(staff: Staff, catalogue: Catalogue) -> None:
    Book(SPEC, staff, catalogue, lambda: DAY).take_in([("", read(SPEC.columns, TOLD))], CLERK)


def _account(staff: Staff, catalogue: Catalogue) -> None:
    Accounts(staff, catalogue).add("lisi", "李四", [Role.PUBLISHER], "县政府办", "安装人")


@in_a_file
@pytest.mark.parametrize("act", [_request, _requests, _entry, _entries, _account])
def test_without_room_for_both_neither_the_log_nor_the_register_is_written(
    staff: Staff, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch, act: Callable[[Staff, Catalogue], None]
) -> None:
    # Enough for the log, as a disk may have that is all but full.
    monkeypatch.setattr(space, "free", lambda path: 512 << 10)
    before = len([*catalogue.events()])
    with pytest.raises(DiskFull):
        act(staff, catalogue)
    assert len([*catalogue.events()]) == before
    for each in (of_requests, of_books):
        assert [*each.problems(staff, catalogue)] == []
    monkeypatch.undo()
    act(staff, catalogue)
    assert len([*catalogue.events()]) == before + 1
