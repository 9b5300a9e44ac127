"""Commands for the register of requests for disclosure: tables in and out, and the end of retention terms."""

from pathlib import Path

import click

from archive.chinese.dates import office_today
from archive.errors import SignInRefused
from archive.registers.requests import exchange
from archive.registers.requests.facts import Said
from archive.registers.requests.states import Event
from archive.registers.roles import Act
from web.commands.deciding import has_accounts
from web.commands.installation import reported, services
from web.commands.register import register_of
from web.commands.tables import BY, DRY, FILE, NEW, actor_of, refuse_there, tell
from web.commands.usage import Commands


@click.group(cls=Commands)
def requests() -> None:
    """The register of requests for disclosure (依申请公开登记簿)."""


@requests.command("import")
@click.argument("file", type=FILE)
@BY
@DRY
@reported
def import_(file: Path, by: str, dry_run: bool) -> None:
    """Take requests of an older register in from FILE, CSV or xlsx.

    A row that is wrong is refused by its line with the reason, and the rest goes in. Exits with 1 if one was refused.
    """
    with services() as opened:
        actor = actor_of(opened, by, Act.HANDLE_REQUESTS)
        with register_of(opened) as register:
            taken = exchange.take_in(register, file, actor, office_today(), dry_run)
    tell(taken, dry_run, "件")


@requests.command("export")
@click.argument("file", type=NEW)
@BY
@click.option("--with-persons", is_flag=True, help="Also who asked for what; it needs an account.")
@reported
def export(file: Path, by: str, with_persons: bool) -> None:
    """Write the register to a new FILE: xlsx if it is named so, else CSV. It has nothing personal unless asked for."""
    refuse_there(file)
    with services() as opened:
        if with_persons and not has_accounts(opened):
            raise SignInRefused("导出申请人信息须以账号确认身份，而本机还没有账号。请先用 gongkai accounts add 建立。")
        actor = actor_of(opened, by, Act.EXPORT_PERSONS if with_persons else Act.EXPORT_REQUESTS)
        with register_of(opened) as register:
            count = exchange.write(register, file, actor, with_persons)
    click.echo(f"导出 {count} 件到 {file}。")
    if with_persons:
        click.echo("文件中有申请人的个人信息，用完请删除。", err=True)


@requests.command("anonymise")
@BY
@click.option("--dry-run", is_flag=True, help="Say which ones only.")
@reported
def anonymise(by: str, dry_run: bool) -> None:
    """Delete what is personal about requests whose retention term is over; dates, outcomes and statistics stay.

    Backups made before still have it, encrypted, until they are removed.
    """
    with services() as opened:
        actor = actor_of(opened, by, Act.OVERSEE_REQUESTS)
        with register_of(opened) as register:
            due = register.to_anonymise()
            for each in due:
                if not dry_run:
                    register.act(each.id, Event.ANONYMISE, Said(office_today()), actor, seen=each.last)
                click.echo(each.number)
    click.echo(f"{len(due)} 件保管期限届满，{'没有改动' if dry_run else '个人信息已经去除'}。")
