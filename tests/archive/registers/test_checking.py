"""Accounts against the audit log."""

from collections.abc import Callable

import pytest
from sqlalchemy import Executable, delete, insert, select, update

from archive.registers.accounts import Accounts
from archive.registers.checking import problems
from archive.registers.roles import Role
from archive.registers.staff import Staff
from archive.registers.staff_tables import accounts
from archive.store.catalogue import Catalogue

pytestmark = pytest.mark.usefixtures("quick_hashes")


@pytest.fixture
def known(staff: Staff, catalogue: Catalogue) -> Accounts:
    """Make accounts, and change them as an administrator does."""
    made = Accounts(staff, catalogue)
    made.add("admin", "庚七", [Role.ADMINISTRATOR], "县政府办", "安装人")
    made.add("zhang", "张三", [Role.REVIEWER], " 县政府办 ", "庚七")
    made.change("zhang", "庚七", [Role.REVIEWER, Role.PUBLISHER])
    made.change("zhang", "庚七", unit="财政局")
    made.disable("zhang", "庚七")
    made.disable("zhang", "庚七", disabled=False)
    made.reset("zhang", "庚七")
    made.add("li", "李四", [Role.SOURCE], "财政局", "庚七")
    made.disable("li", "庚七")
    return made


def test_what_an_administrator_did_is_in_order(known: Accounts, staff: Staff, catalogue: Catalogue) -> None:
    assert [*problems(staff, catalogue)] == []


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda: update(accounts).where(accounts.c.name == "li").values(roles=[Role.ADMINISTRATOR.value]), "角色"),
        (lambda: update(accounts).where(accounts.c.name == "li").values(unit="民政局"), "单位"),
        (lambda: update(accounts).where(accounts.c.name == "li").values(disabled_at=None), "停用状态"),
        (lambda: update(accounts).where(accounts.c.name == "li").values(person="王五"), "没有新建的记录"),
        (lambda: delete(accounts).where(accounts.c.name == "li"), "账号数据库里没有"),
    ],
)
def test_what_was_written_into_the_database_alone_is_told(
    known: Accounts, staff: Staff, catalogue: Catalogue, change: Callable[[], Executable], told: str
) -> None:
    with staff.writing() as connection:
        connection.execute(change())
    assert any(told in each for each in problems(staff, catalogue))


def test_an_account_that_was_inserted_is_told(known: Accounts, staff: Staff, catalogue: Catalogue) -> None:
    with staff.writing() as connection:
        row = dict(connection.execute(select(accounts).where(accounts.c.name == "admin")).mappings().one())
        connection.execute(insert(accounts).values({**row, "id": "x", "name": "hei", "person": "黑客"}))
    (told,) = problems(staff, catalogue)
    assert "hei（黑客）没有新建的记录" in told
