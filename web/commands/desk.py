"""Commands for the staff's desk and the accounts of those who work at it."""

import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from typing import TYPE_CHECKING

import click

from archive.registers.roles import Role
from web.commands import terminal
from web.commands.installation import THIS_PROGRAM, reported, services
from web.commands.usage import Commands
from web.commands.words import ROLE

if TYPE_CHECKING:
    from archive.registers.accounts import Accounts

# Seconds until a worker that died is started again, and that one may take for the file in hand when the desk stops.
AGAIN, PATIENCE = 5.0, 90.0
log = logging.getLogger(__name__)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8001, show_default=True, type=click.IntRange(1, 65535))
@click.option("--no-worker", is_flag=True, help="Start no worker; one runs as a service of its own.")
@reported
def desk(host: str, port: int, no_worker: bool) -> None:
    """Serve the desk, at which staff bring in, examine and publish documents.

    Make the first account with `accounts add`. A worker is started beside it and stopped with it.
    """
    from archive.registers import uploads
    from archive.registers.staff import Staff
    from web import server
    from web.staff import likeness
    from web.staff.desk import create_desk

    terminal.log_lines()
    with (
        services(serving=True) as opened,
        closing(Staff(opened.settings.staff_database_url, opened.catalogue.keys)) as staff,
    ):
        # An upload that is on its way lies here, and not where files may be kept in memory.
        tempfile.tempdir = str(uploads.place(opened.settings.data))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        beside = nullcontext() if no_worker else worker_beside()
        with beside, likeness.catching_up(staff, opened.catalogue):
            server.serve_desk(create_desk(opened, staff), host, port)


@contextmanager
def worker_beside() -> Iterator[None]:
    """Keep a worker running in a process of its own, which is started again when it dies and ends with this one."""
    stop = threading.Event()
    command = [*THIS_PROGRAM, "worker", "--parent", str(os.getpid())]

    def keep() -> None:
        while not stop.is_set():
            # In a session of its own: what is typed here to stop the desk reaches the desk alone.
            child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603  # our own
            while child.poll() is None and not stop.wait(0.2):
                pass
            if child.poll() is None:
                child.terminate()
                try:
                    child.wait(PATIENCE)
                except subprocess.TimeoutExpired:
                    child.kill()
                    child.wait()
            elif not stop.is_set():
                log.error("后台工作意外结束（%s），%.0f 秒后重新启动。", child.returncode, AGAIN)
                stop.wait(AGAIN)

    beside = threading.Thread(target=keep)
    beside.start()
    try:
        yield
    finally:
        stop.set()
        beside.join()


@click.group(cls=Commands)
def accounts() -> None:
    """Say who may work at the desk, and in which roles."""


@accounts.command("list")
@reported
def accounts_list() -> None:
    """List the accounts: user name, person, unit, roles, and whether the account is disabled."""
    with _accounts() as known:
        for each in known.all():
            roles = "、".join(role.value for role in Role if role in each.roles)
            state = "\t停用" if each.disabled else ""
            click.echo(f"{each.name}\t{each.person}\t{each.unit}\t{roles}{state}")


@accounts.command("add")
@click.argument("name")
@click.option("--person", required=True, metavar="NAME", help="Whose it is: the name beside decisions and in the log.")
@click.option("--role", "roles", required=True, multiple=True, type=ROLE, help="May be given several times.")
@click.option("--unit", default="", help="The office; a source unit sees its own documents only.")
@click.option("--by", required=True, metavar="NAME", help="Who makes the account.")
@reported
def accounts_add(name: str, person: str, roles: tuple[Role, ...], unit: str, by: str) -> None:
    """Add an account and print a password to hand over, which its owner replaces at the first sign-in."""
    with _accounts() as known:
        account, password = known.add(name, person, roles, unit, by)
    click.echo(f"已为{account.person}新建账号。用户名 {account.name}，密码 {password}（本人第一次登录时更换）。")


@accounts.command("roles")
@click.argument("name")
@click.option("--role", "roles", required=True, multiple=True, type=ROLE, help="All roles from now on.")
@click.option("--unit", help="The office from now on.")
@click.option("--by", required=True, metavar="NAME", help="Who decides it.")
@reported
def accounts_roles(name: str, roles: tuple[Role, ...], unit: str | None, by: str) -> None:
    """Give an account other roles."""
    with _accounts() as known:
        account = known.change(name, by, roles, unit)
    click.echo(f"{account.person}现在的角色：{'、'.join(role.value for role in Role if role in account.roles)}。")


@accounts.command("disable")
@click.argument("name")
@click.option("--by", required=True, metavar="NAME", help="Who decides it.")
@click.option("--undo", is_flag=True, help="Let the person in again.")
@reported
def accounts_disable(name: str, by: str, undo: bool) -> None:
    """Keep somebody out from now on. Accounts are never deleted."""
    with _accounts() as known:
        account = known.disable(name, by, disabled=not undo)
    click.echo(f"{account.person}的账号已{'停用' if account.disabled else '启用'}。")


@accounts.command("reset")
@click.argument("name")
@click.option("--by", required=True, metavar="NAME", help="Who decides it.")
@reported
def accounts_reset(name: str, by: str) -> None:
    """Print a new password to hand over, and forget the second factor, after a telephone or a password is lost."""
    with _accounts() as known:
        password = known.reset(name, by)
        person = known.named(name).person
    click.echo(f"{person}的新密码：{password}（本人登录时更换，并重新设置验证器）。")


@contextmanager
def _accounts() -> "Iterator[Accounts]":
    from archive.registers.accounts import Accounts
    from archive.registers.staff import Staff

    with services() as opened, closing(Staff(opened.settings.staff_database_url, opened.catalogue.keys)) as staff:
        yield Accounts(staff, opened.catalogue)
