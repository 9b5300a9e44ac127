"""Who decides at the command line: whoever they say they are, until there are accounts; then somebody who proves it."""

import sys
from contextlib import closing
from typing import Protocol

import click

from archive.errors import KeyUnusable, SignInRefused
from archive.registers import checking as kept
from archive.registers import sessions
from archive.registers.accounts import Accounts
from archive.registers.books import openings
from archive.registers.roles import Act, Role
from archive.registers.staff import Staff, is_there
from archive.store import audit, events
from archive.store.catalogue import Catalogue
from web.installation.services import Services
from web.installation.settings import Settings

HERE = "命令行"


class Archive(Protocol):
    """What is asked for of an installation: of one that is being brought up there is no more."""

    @property
    def settings(self) -> Settings: ...
    @property
    def catalogue(self) -> Catalogue: ...


def decider(opened: Archive, name: str, *acts: Act) -> str:
    """Return the person who decides and may do one of the acts.

    While the installation has no accounts, that is ``name``. Later ``name`` is a user name, and the password and the
    second factor are asked for. Raises SignInRefused, and UsageError where nobody can be asked.
    """
    url = opened.settings.staff_database_url
    if not is_there(url):
        _hold_against_the_log(opened)
        return name
    with closing(Staff(url, opened.catalogue.keys)) as staff:
        if not Accounts(staff, opened.catalogue).all():
            _hold_against_the_log(opened)
            return name
        click.echo(f"本机已有工作人员账号，请以“{name}”的账号确认身份。", err=True)
        try:
            password = click.prompt("密码", hide_input=True, err=True)
            code = click.prompt(
                "验证码或备用码（没有设置验证器的，直接回车）", default="", show_default=False, err=True
            )
        except click.Abort as nobody:
            if sys.stdin.isatty():
                raise
            raise click.UsageError(
                "这里没有终端，问不到密码，没有进行任何操作。请在终端里运行本命令，或在工作台上办理；"
                "要到某个时间自动公开的，先用 gongkai review schedule 定好，再定时运行 gongkai publish-due。"
            ) from nobody
        account = sessions.identify(staff, name, password, code, HERE)
    unfinished = account.needs_second_factor and opened.settings.second_factor and not account.second_factor
    if account.given or unfinished:
        raise SignInRefused("这个账号还没有启用：请本人先登录工作台，更换密码、设置验证器。")
    if account.roles == {Role.SOURCE}:
        raise SignInRefused("来源单位只能办理本单位送来的文件，请在工作台上办理。")
    if not any(account.may(act) for act in acts):
        roles = "、".join(sorted(role.value for role in account.roles))
        raise SignInRefused(f"{account.person}的角色（{roles}）没有“{'”或“'.join(acts)}”的权限，没有进行任何操作。")
    # For the events of this command.
    token = audit.ADDRESS.set(HERE)
    click.get_current_context().call_on_close(lambda: audit.ADDRESS.reset(token))
    return account.person


def both(opened: Archive, first: str, second: str) -> tuple[str, str]:
    """Return the two persons who answer for a key and for what it seals; each signs in as a ``decider`` does."""
    one, other = (decider(opened, each, Act.APPROVE, Act.FORCE, Act.MANAGE) for each in (first, second))
    return one, other


def nobody_can_prove(opened: Archive) -> bool:
    """Tell whether there is no key, or a lost one took the second factors with it.

    Then two names have to do, or nothing would ever be public again.
    """
    try:
        opened.catalogue.keys.private()
    except KeyUnusable:
        return True
    url = opened.settings.staff_database_url
    if not is_there(url):
        return False
    with closing(Staff(url, opened.catalogue.keys)) as staff:
        return any(kept.unreadable(staff))


def hindrance(opened: Services, person: str, act: Act) -> str:
    """Return why a person who once decided may do an act no more, or "". Raises SignInRefused as ``decider``."""
    url = opened.settings.staff_database_url
    if not is_there(url):
        _hold_against_the_log(opened)
        return ""
    with closing(Staff(url, opened.catalogue.keys)) as staff:
        return hindered(opened, staff, person, act)


def hindered(opened: Services, staff: Staff, person: str, act: Act) -> str:
    """Do as ``hindrance`` with a database of staff that is open."""
    known = Accounts(staff, opened.catalogue)
    if not known.all():
        _hold_against_the_log(opened)
    return known.hindrance(person, act)


def naming(opened: Services, id: str, *told: str, urgent: bool = False) -> str:
    """Return why a reply that is to be public for all can't be: it names who asked; "" for any other document.

    With what is ``told`` about it, why that can't be (``openings.named``): a correction, a reason that is shown.
    """
    url = opened.settings.staff_database_url
    if not is_there(url):
        return ""
    with closing(Staff(url, opened.catalogue.keys)) as staff:
        return openings.named(staff, id, *told, urgent=urgent) if told else openings.names(staff, opened.catalogue, id)


def has_accounts(opened: Archive) -> bool:
    """Tell whether anybody has an account here."""
    url = opened.settings.staff_database_url
    if not is_there(url):
        return False
    with closing(Staff(url, opened.catalogue.keys)) as staff:
        return bool(Accounts(staff, opened.catalogue).all())


def _hold_against_the_log(opened: Archive) -> None:
    """Take a free name only where there never were accounts: another database must not make them needless."""
    with opened.catalogue.reading() as connection:
        known = any(action.startswith("account.") for action in events.actions(connection))
    if known:
        raise SignInRefused(
            "审计日志里有工作人员账号，而这里打不开账号的数据库。请核对 GONGKAI_STAFF_DATABASE_URL；"
            "数据库丢失的，用 gongkai restore 恢复，或用 gongkai accounts add 重新建立账号。"
        )
