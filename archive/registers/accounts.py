"""Accounts of staff: who may sign in to the desk, in which roles, for which unit.

Each act on one is an event of the archive's audit log, with who did it. An account is never deleted, since its person's
name stands beside decisions; it is disabled.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from archive.decisions import persons
from archive.errors import AccountRefused
from archive.plain import one_line
from archive.registers import passwords
from archive.registers.roles import SECOND_FACTOR, Act, Role, conflict, may
from archive.registers.staff import Staff, instant, now
from archive.registers.staff_tables import accounts, paper_codes, sessions
from archive.store import audit
from archive.store.catalogue import Catalogue

# How long a name of a person, a user or a unit may be, in letters.
LONGEST = 64

# Who brings in what no person does: no account has this name.
NOBODY = "收文文件夹"


@dataclass(frozen=True, slots=True)
class Account:
    """An account. ``person`` is the name in the log; ``given`` says that its password is one that was handed over.

    ``state`` is another one after each change, by which an act is known that was decided on an earlier one.
    """

    id: str
    name: str
    person: str
    unit: str
    roles: frozenset[Role]
    given: bool
    second_factor: bool
    disabled: bool
    locked_until: datetime | None
    state: str

    def may(self, act: Act) -> bool:
        return may(self.roles, act)

    @property
    def needs_second_factor(self) -> bool:
        return not self.roles.isdisjoint(SECOND_FACTOR)


class Accounts:
    """The accounts of one installation. ``by`` is the person who acts on one.

    Where ``seen`` is given, the state in which they saw it, an account that was changed since is not changed.
    """

    def __init__(self, staff: Staff, catalogue: Catalogue) -> None:
        self._staff = staff
        self._catalogue = catalogue

    def all(self) -> list[Account]:
        with self._staff.reading() as connection:
            rows = connection.execute(select(accounts).order_by(accounts.c.person)).mappings().all()
        return [account_of(row) for row in rows]

    def named(self, name: str) -> Account:
        """Return the account with a user name. Raises AccountRefused."""
        with self._staff.reading() as connection:
            row = connection.execute(select(accounts).where(accounts.c.name == plain(name))).mappings().first()
        if row is None:
            raise AccountRefused(f"没有用户名为“{persons.written(name)}”的账号。")
        return account_of(row)

    def hindrance(self, person: str, act: Act) -> str:
        """Return a sentence on why a person may do an act no more; "" if they may, or while there are no accounts."""
        everybody = self.all()
        own = next((each for each in everybody if persons.same(each.person, person)), None)
        if not everybody:
            return ""
        if own is None:
            return f"没有{person}的账号。"
        if own.disabled:
            return f"{own.person}的账号已经停用。"
        return "" if own.may(act) else f"{own.person}现在没有“{act}”的权限。"

    def add(self, name: str, person: str, roles: Iterable[Role], unit: str, by: str) -> tuple[Account, str]:
        """Add an account and return it with a password to hand over. Raises AccountRefused."""
        known, person = plain(name), persons.written(person)
        for value, label, field in ((person, "姓名", "person"), (known, "用户名", "name")):
            if not 1 <= len(value) <= LONGEST:
                raise AccountRefused(f"{label}应有 1 至 {LONGEST} 个字。", field)
        if persons.same(person, NOBODY):
            raise AccountRefused(f"“{NOBODY}”是程序自动收文时用的名称，不能作姓名。", "person")
        held = _held(roles)
        unit = _unit(unit, held)
        with self._changing(by, "account.add", person, roles=_said(held), unit=unit) as connection:
            for row in connection.execute(select(accounts.c.name, accounts.c.person)):
                if row.name == known:
                    raise AccountRefused(f"用户名“{known}”已经有了，请换一个。", "name")
                if persons.same(row.person, person):
                    raise AccountRefused(
                        f"“{person}”已有账号 {row.name}。同名的人请加单位以示区别，如“{person}（财政局）”。", "person"
                    )
            password, id = passwords.new_password(), uuid4().hex
            values: Mapping[str, object] = {
                **{"id": id, "name": known, "person": person, "unit": unit, "roles": _said(held)},
                **{"password": passwords.hashed(password), "given": 1, "step": 0, "failed": 0},
                "created_at": instant(now()),
            }
            connection.execute(insert(accounts).values(**values))
        return self.named(name), password

    def change(
        self, name: str, by: str, roles: Iterable[Role] | None = None, unit: str | None = None, seen: str | None = None
    ) -> Account:
        """Give an account other roles or another unit; it is signed out. Raises AccountRefused."""
        account = self.named(name)
        held = account.roles if roles is None else _held(roles)
        unit = _unit(account.unit if unit is None else unit, held)
        with self._changing(by, "account.change", account.person, roles=_said(held), unit=unit) as connection:
            _is_as_seen(connection, account, seen)
            self._keep_an_administrator(connection, account, held)
            _update(connection, account.id, roles=_said(held), unit=unit)
        return self.named(name)

    def disable(self, name: str, by: str, disabled: bool = True, seen: str | None = None) -> Account:
        """Keep somebody out from now on, or let them in again. Raises AccountRefused."""
        account = self.named(name)
        action = "account.disable" if disabled else "account.enable"
        with self._changing(by, action, account.person) as connection:
            _is_as_seen(connection, account, seen)
            if disabled:
                self._keep_an_administrator(connection, account, ())
            values = {"disabled_at": instant(now()) if disabled else None, "failed": 0, "locked_until": None}
            _update(connection, account.id, **values)
        return self.named(name)

    def reset(self, name: str, by: str, seen: str | None = None) -> str:
        """Return a new password to hand over, and forget the second factor, which is set up anew."""
        account, password = self.named(name), passwords.new_password()
        with self._changing(by, "account.reset", account.person) as connection:
            _is_as_seen(connection, account, seen)
            values = {"password": passwords.hashed(password), "given": 1, "secret": None, "step": 0}
            _update(connection, account.id, **values, failed=0, locked_until=None)
            connection.execute(delete(paper_codes).where(paper_codes.c.account_id == account.id))
        return password

    def choose_password(self, account: Account, old: str, new: str) -> None:
        """Replace a person's own password; every session of theirs ends. Raises AccountRefused."""
        if why := passwords.weakness(new, account.name, account.person):
            raise AccountRefused(why)
        with self._changing(account.person, "account.password", account.person) as connection:
            kept = connection.execute(select(accounts.c.password).where(accounts.c.id == account.id)).scalar_one()
            if not passwords.matches(kept, old):
                raise AccountRefused("原密码不正确，密码没有改动。")
            if passwords.matches(kept, new):
                raise AccountRefused("新密码与原密码相同，请换一个。")
            _update(connection, account.id, password=passwords.hashed(new), given=0)

    def enrol(self, account: Account, secret: str, code: str) -> list[str]:
        """Set up the second factor, proven by a first code; return ten codes to print. Raises AccountRefused."""
        step = passwords.step_of(secret, code, now().timestamp(), 0)
        if step is None:
            raise AccountRefused("验证码不正确。请核对手机的时间，再输入现在显示的六位数字。")
        codes = passwords.new_paper_codes()
        with self._changing(account.person, "account.second-factor", account.person) as connection:
            _update(connection, account.id, secret=self._staff.encrypted(secret), step=step)
            connection.execute(delete(paper_codes).where(paper_codes.c.account_id == account.id))
            rows = [{"account_id": account.id, "hash": passwords.paper_hash(each)} for each in codes]
            connection.execute(insert(paper_codes), rows)
        return codes

    @contextmanager
    def _changing(self, by: str, action: str, person: str, **details: object) -> Iterator[Connection]:
        """Open a transaction that is kept only if the audit log has taken the event."""
        name = persons.written(by)
        if not name:
            raise AccountRefused("请写明由谁办理（--by 姓名）。")
        with self._staff.writing() as connection:
            yield connection
            with self._staff.logging(self._catalogue) as log:
                audit.append(log, name, action, None, {"account": person, **details})

    def _keep_an_administrator(self, connection: Connection, account: Account, held: Iterable[Role]) -> None:
        if Role.ADMINISTRATOR not in account.roles or Role.ADMINISTRATOR in held:
            return
        rows = connection.execute(select(accounts).where(accounts.c.disabled_at.is_(None))).mappings()
        if not any(Role.ADMINISTRATOR in each.roles and each.id != account.id for each in map(account_of, rows)):
            raise AccountRefused("这是唯一的系统管理员，停用或改变角色之后就没有人能管理账号了。请先设另一名。")


def account_of(row: RowMapping) -> Account:
    return Account(
        id=row["id"],
        name=row["name"],
        person=row["person"],
        unit=row["unit"],
        roles=frozenset(map(Role, row["roles"])),
        given=bool(row["given"]),
        second_factor=row["secret"] is not None,
        disabled=row["disabled_at"] is not None,
        locked_until=datetime.fromisoformat(row["locked_until"]) if row["locked_until"] else None,
        state=_state(row),
    )


def plain(name: str) -> str:
    """Return a user name as it is compared.

    >>> plain(" ＺhangSan ")
    'zhangsan'
    """
    return unicodedata.normalize("NFKC", persons.written(name).casefold()).replace(" ", "")


def _state(row: RowMapping) -> str:
    """Return what differs after each change of an account. It tells nothing of the password."""
    parts = (row["password"], row["disabled_at"], row["unit"], *sorted(row["roles"]))
    return sha256("\n".join(map(str, parts)).encode()).hexdigest()[:32]


def _is_as_seen(connection: Connection, account: Account, seen: str | None) -> None:
    row = connection.execute(select(accounts).where(accounts.c.id == account.id)).mappings().one()
    if seen is not None and seen != _state(row):
        raise AccountRefused(
            f"您打开这一页之后，{account.person}的账号已经改动过，这次没有办理。请看过现在的情况再决定。"
            "刚才重置了密码的，那个密码仍然有效；没有记下的，再重置一次。"
        )


def _held(roles: Iterable[Role]) -> frozenset[Role]:
    held = frozenset(roles)
    if not held:
        raise AccountRefused("请至少给一个角色。", "role")
    if alone := conflict(held):
        raise AccountRefused(f"“{alone}”不能兼任其他角色（三员分立）。", "role")
    return held


def _unit(unit: str, held: frozenset[Role]) -> str:
    """Return a unit as it is kept: whoever sees only their own unit's documents has one."""
    unit = one_line(unit).strip()
    if len(unit) > LONGEST:
        raise AccountRefused(f"单位不超过 {LONGEST} 个字。", "unit")
    if Role.SOURCE in held and not unit:
        raise AccountRefused("来源单位只看本单位的文件，请写明单位。", "unit")
    return unit


def _said(roles: Iterable[Role]) -> list[str]:
    return [each.value for each in Role if each in roles]


def _update(connection: Connection, id: str, **values: object) -> None:
    """Change an account. Whoever is signed in with it must sign in again, as its rights may be others now."""
    connection.execute(update(accounts).where(accounts.c.id == id).values(**values))
    connection.execute(delete(sessions).where(sessions.c.account_id == id))
