"""Holding the staff's database against the audit log: nobody has an account or a role that no event gave them."""

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from sqlalchemy import select, text

from archive.errors import KeyUnusable
from archive.registers.accounts import Account, Accounts
from archive.registers.staff import Staff
from archive.registers.staff_tables import accounts
from archive.store import audit
from archive.store.catalogue import Catalogue

_GIVING = ("account.add", "account.change", "account.disable", "account.enable")


@dataclass(frozen=True, slots=True)
class _Told:
    """What the log says of an account."""

    roles: frozenset[str]
    unit: str
    disabled: bool


def problems(staff: Staff, catalogue: Catalogue) -> Iterator[str]:
    """Yield a sentence for each thing that is wrong with the accounts: as the file lies there, and against the log."""
    with staff.reading() as connection:
        if connection.dialect.name == "sqlite":
            said = [*connection.scalars(text("PRAGMA integrity_check(1)"))]
            if said != ["ok"]:
                yield f"工作人员数据库文件损坏：{said[0]}。请停用工作台，从备份恢复。"
                return
    yield from unreadable(staff)
    known, held = _told(catalogue), {each.person: each for each in Accounts(staff, catalogue).all()}
    for person, account in held.items():
        told = known.get(person)
        if told is None:
            yield f"账号 {account.name}（{person}）没有新建的记录：不是经程序建立的。请停用，并查明是谁写进数据库的。"
        elif different := _differences(told, account):
            yield f"账号 {account.name}（{person}）的{'、'.join(different)}与审计日志不符。请核对后在工作台重新设定。"
    for person in sorted(known.keys() - held.keys()):
        yield f"审计日志里有{person}的账号，而账号数据库里没有。从备份恢复的，请用 gongkai accounts add 重新建立。"


def unreadable(staff: Staff) -> Iterator[str]:
    """Yield a sentence for each account whose second factor can't be read: its owner can't sign in by it."""
    kept = select(accounts.c.name, accounts.c.person, accounts.c.secret)
    kept = kept.where(accounts.c.secret.is_not(None), accounts.c.disabled_at.is_(None)).order_by(accounts.c.name)
    with staff.reading() as connection:
        rows = connection.execute(kept).all()
    # Where there is no key at all, that is told of the archive.
    with suppress(KeyUnusable):
        for name, person, secret in rows:
            if staff.decrypted(secret) is None:
                yield (
                    f"账号 {name}（{person}）的验证器由遗失的密钥加密，验证码不再有效。"
                    f"请用 gongkai accounts reset {name} --by 姓名 重置；印有备用码的，也可以先用备用码登录。"
                )


def _told(catalogue: Catalogue) -> Mapping[str, _Told]:
    """Return the standing of each account by its person, as its last events in the log give it."""
    with catalogue.reading() as connection:
        events = [*audit.events(connection, actions=_GIVING)]
    told: dict[str, _Told] = {}
    for event in events:
        person = str(event.details.get("account", ""))
        former = told.get(person, _Told(frozenset(), "", disabled=False))
        roles, unit = event.details.get("roles"), event.details.get("unit")
        told[person] = _Told(
            frozenset(map(str, roles)) if isinstance(roles, list) else former.roles,
            str(unit) if unit is not None else former.unit,
            {"account.disable": True, "account.enable": False}.get(event.action, former.disabled),
        )
    return told


def _differences(told: _Told, account: Account) -> list[str]:
    held = frozenset(role.value for role in account.roles)
    found = {
        "角色": told.roles != held,
        "单位": told.unit != account.unit,
        "停用状态": told.disabled != account.disabled,
    }
    return [name for name, differs in found.items() if differs]
