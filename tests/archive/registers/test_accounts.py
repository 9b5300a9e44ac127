"""Accounts of staff: made, changed and disabled, and in the audit log with whoever did it."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pyotp
import pytest
import time_machine
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from archive.errors import AccountRefused, BackupDamaged, SignInRefused
from archive.registers import drafts, passwords, sessions
from archive.registers.accounts import Account, Accounts
from archive.registers.migrations import STAFF
from archive.registers.roles import Act, Role
from archive.registers.sessions import FAILURES, FAILURES_OF_ADDRESS, IDLE, LONGEST, PROOF, WHILE
from archive.registers.staff import Staff
from archive.registers.staff_tables import metadata
from archive.store.catalogue import Catalogue
from tests.conftest import Databases

OWN = "今天食堂的红烧肉很不错呀"
NOW = "2026-03-02T09:00:00+08:00"


def signed_in(staff: Staff, password: str, code: str = "", name: str = "lisi", address: str = "10.0.0.1") -> str:
    return sessions.sign_in(staff, name, password, code, address, "浏览器")[0]


@pytest.fixture
def password(accounts: Accounts) -> str:
    return accounts.add("LiSi", "李四", [Role.REVIEWER], "县政府办", "管理员")[1]


def test_an_account_is_made_with_a_password_to_hand_over(
    accounts: Accounts, catalogue: Catalogue, password: str, staff: Staff
) -> None:
    (account,) = accounts.all()
    assert (account.name, account.person, account.unit, account.given) == ("lisi", "李四", "县政府办", True)
    assert account.may(Act.EXAMINE) and not account.may(Act.APPROVE)
    event = catalogue.events()[-1]
    assert (event.actor, event.action, event.details["account"]) == ("管理员", "account.add", "李四")
    assert password not in str(event.details)
    assert sessions.find(staff, signed_in(staff, password)) is not None


@pytest.mark.parametrize(
    ("name", "person", "roles", "by"),
    [
        *(("ＬＩＳＩ", "李四二", [Role.REVIEWER], "管理员"), ("other", "李 四", [Role.REVIEWER], "管理员")),
        *(("", "王五", [Role.REVIEWER], "管理员"), ("wangwu", " ", [Role.REVIEWER], "管理员")),
        *(("wangwu", "王五", [], "管理员"), ("wangwu", "王五", [Role.REVIEWER], " ")),
        *(("wangwu", "王五", [Role.AUDITOR, Role.PUBLISHER], "管理员"), ("w" * 65, "王五", [Role.CLERK], "管理员")),
    ],
)
def test_what_can_not_be_an_account_is_refused(
    accounts: Accounts, password: str, name: str, person: str, roles: list[Role], by: str
) -> None:
    with pytest.raises(AccountRefused):
        accounts.add(name, person, roles, "", by)
    assert len(accounts.all()) == 1


def test_an_event_that_is_not_logged_changes_nothing(
    accounts: Accounts, password: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("archive.store.audit.append", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        accounts.disable("lisi", "管理员")
    assert not accounts.named("lisi").disabled


def test_every_change_ends_the_session(accounts: Accounts, password: str, staff: Staff) -> None:
    changes: list[Callable[[], Account]] = [
        lambda: accounts.change("lisi", "管理员", [Role.PUBLISHER]),
        lambda: accounts.disable("lisi", "管理员"),
    ]
    for change in changes:
        token = signed_in(staff, password)
        change()
        assert sessions.find(staff, token) is None
    with pytest.raises(SignInRefused):
        signed_in(staff, password)
    accounts.disable("lisi", "管理员", disabled=False)
    assert sessions.find(staff, signed_in(staff, password))


def test_the_last_administrator_stays(accounts: Accounts) -> None:
    accounts.add("a", "甲", [Role.ADMINISTRATOR], "", "安装人")
    changes: list[Callable[[], Account]] = [
        lambda: accounts.disable("a", "甲"),
        lambda: accounts.change("a", "甲", [Role.REVIEWER]),
    ]
    for change in changes:
        with pytest.raises(AccountRefused, match="唯一"):
            change()
    accounts.add("b", "乙", [Role.ADMINISTRATOR], "", "甲")
    assert accounts.disable("a", "乙").disabled


def test_a_person_chooses_a_password_and_a_second_factor(accounts: Accounts, password: str, staff: Staff) -> None:
    account = accounts.named("lisi")
    for old, new in (("wrong", OWN), (password, "short"), (password, password)):
        with pytest.raises(AccountRefused):
            accounts.choose_password(account, old, new)
    accounts.choose_password(account, password, OWN)
    assert not accounts.named("lisi").given
    secret = passwords.new_secret()
    with pytest.raises(AccountRefused):
        accounts.enrol(account, secret, "000000x")
    with time_machine.travel(NOW, tick=False):
        codes = accounts.enrol(account, secret, pyotp.TOTP(secret).now())
        with pytest.raises(SignInRefused):
            signed_in(staff, OWN)
        with pytest.raises(SignInRefused):  # the code by which it was set up
            signed_in(staff, OWN, pyotp.TOTP(secret).now())
        assert signed_in(staff, OWN, codes[0])
        with pytest.raises(SignInRefused):
            signed_in(staff, OWN, codes[0])
    with time_machine.travel("2026-03-02T09:05:00+08:00", tick=False):
        assert signed_in(staff, OWN, pyotp.TOTP(secret).now())
    # Lost: an administrator hands over a new password, and it is set up anew.
    handed = accounts.reset("lisi", "管理员")
    assert signed_in(staff, handed) and not accounts.named("lisi").second_factor


def test_a_session_ends_by_itself_and_a_newer_one_ends_it(accounts: Accounts, password: str, staff: Staff) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        first = signed_in(staff, password)
        second = signed_in(staff, password)
        assert sessions.find(staff, first) is None
        found = sessions.find(staff, second)
        assert found and found.proven and found.account.person == "李四"
        clock.shift(PROOF + timedelta(seconds=1))
        found = sessions.find(staff, second)
        assert found and not found.proven
        clock.shift(IDLE)
        assert sessions.find(staff, second)
        clock.shift(IDLE + timedelta(seconds=1))
        assert sessions.find(staff, second) is None
        token = signed_in(staff, password)
        for _ in range(int(LONGEST / IDLE)):
            clock.shift(IDLE - timedelta(seconds=1))
            assert sessions.find(staff, token)
        clock.shift(IDLE - timedelta(seconds=1))
        assert sessions.find(staff, token) is None
        # A clock that is set back lengthens nothing.
        token = signed_in(staff, password)
        clock.shift(-timedelta(hours=2))
        assert sessions.find(staff, token) is None


def test_a_proof_gives_a_new_token_and_failures_lock(accounts: Accounts, password: str, staff: Staff) -> None:
    token = signed_in(staff, password)
    fresh = sessions.prove(staff, token, password, "", "10.0.0.1")
    assert fresh != token and sessions.find(staff, token) is None and sessions.find(staff, fresh)
    for _ in range(FAILURES):
        with pytest.raises(SignInRefused):
            sessions.prove(staff, fresh, "wrong", "", "10.0.0.1")
    assert sessions.find(staff, fresh) is None
    with pytest.raises(SignInRefused, match="暂停"):
        signed_in(staff, password)


def test_an_account_and_an_address_listen_to_so_many_failures(accounts: Accounts, password: str, staff: Staff) -> None:
    with time_machine.travel(NOW, tick=False) as clock:
        for _ in range(FAILURES):
            with pytest.raises(SignInRefused, match="不正确"):
                signed_in(staff, "wrong")
        with pytest.raises(SignInRefused, match="暂停"):
            signed_in(staff, password)
        clock.shift(WHILE + timedelta(seconds=1))
        assert signed_in(staff, password)
        # A name that nobody has is answered as one that somebody has.
        for _ in range(FAILURES):
            with pytest.raises(SignInRefused, match="不正确"):
                signed_in(staff, "wrong", name="nobody")
        with pytest.raises(SignInRefused, match="暂停"):
            signed_in(staff, "wrong", name="nobody")
        # Names that nobody has, from one address; another address is not slowed.
        for number in range(FAILURES_OF_ADDRESS):
            with pytest.raises(SignInRefused):
                signed_in(staff, "x", name=f"nobody{number}", address="10.0.0.9")
        with pytest.raises(SignInRefused, match="地址"):
            signed_in(staff, password, address="10.0.0.9")
        assert signed_in(staff, password)


def test_what_is_open_is_listed_and_ended(accounts: Accounts, password: str, staff: Staff) -> None:
    token = signed_in(staff, password)
    (found,) = sessions.all_open(staff)
    assert (found.address, found.agent, found.account.name) == ("10.0.0.1", "浏览器", "lisi")
    sessions.end(staff, found.id)
    assert sessions.find(staff, token) is None and sessions.all_open(staff) == []


def test_a_dump_brings_everything_back_but_who_is_signed_in(
    accounts: Accounts, password: str, staff: Staff, tmp_path: Path, databases: Databases, catalogue: Catalogue
) -> None:
    account = accounts.named("lisi")
    secret = passwords.new_secret()
    codes = accounts.enrol(account, secret, pyotp.TOTP(secret).now())
    token = signed_in(staff, password, codes[0])
    drafts.keep(staff, account.id, "/documents/x", {"reason": ["写到一半"], "mask": ["甲", "乙"]})
    file = tmp_path / "staff.jsonl"
    assert staff.dump(file) > 10
    assert file.stat().st_mode & 0o077 == 0 and secret not in file.read_text()
    again = Staff(databases.empty(tmp_path / "again.sqlite3"), catalogue.keys)
    again.load(file)
    known = Accounts(again, catalogue)
    assert known.named("lisi") == accounts.named("lisi")
    assert sessions.find(again, token) is None
    assert drafts.of(again, account.id, "/documents/x") == {"reason": ["写到一半"], "mask": ["甲", "乙"]}
    with pytest.raises(SignInRefused):
        signed_in(again, password, codes[0])
    assert signed_in(again, password, codes[1])
    # What is there already is not written over, and new rows find numbers.
    known.change("lisi", "管理员", [Role.PUBLISHER])
    again.load(file)
    assert known.named("lisi").roles == {Role.PUBLISHER}
    file.write_text("{\n")
    with pytest.raises(BackupDamaged):
        again.load(file)
    again.close()


def test_a_migrated_database_has_exactly_the_tables_of_the_program(staff: Staff) -> None:
    with staff.reading() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": STAFF.table})
        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("typed", ["一\u2028二", "一\u2029二\x85三", "一\x0b二\r三\n"])
def test_what_somebody_typed_comes_back_whatever_ends_its_lines(
    accounts: Accounts,
    staff: Staff,
    password: str,
    catalogue: Catalogue,
    databases: Databases,
    tmp_path: Path,
    typed: str,
) -> None:
    account = accounts.named("lisi").id
    drafts.keep(staff, account, "/documents/a", {"reason": [typed]})
    staff.dump(tmp_path / "staff.jsonl")
    other = Staff(databases.empty(tmp_path / "other.sqlite3"), catalogue.keys)
    other.load(tmp_path / "staff.jsonl")
    assert drafts.of(other, account, "/documents/a") == {"reason": [typed]}
    other.close()
