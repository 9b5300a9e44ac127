"""Commands for the register of requests for disclosure: tables in and out, and the end of retention terms."""

import sys
from pathlib import Path

import click

from archive.chinese.dates import office_today
from archive.errors import RequestRefused, SignInRefused
from archive.registers.requests import exchange
from archive.registers.requests.facts import Said
from archive.registers.requests.request import Actor
from archive.registers.requests.states import Event
from archive.registers.roles import Act
from web.commands.deciding import decider, has_accounts
from web.commands.installation import reported, services
from web.commands.register import register_of
from web.installation.services import Services

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_NEW = click.Path(dir_okay=False, path_type=Path)
# How many refused lines are named.
_NAMED = 200


@click.group()
def requests() -> None:
    """The register of requests for disclosure (依申请公开登记簿)."""


@requests.command("import")
@click.argument("file", type=_FILE)
@click.option("--by", required=True, metavar="NAME", help="Who does it: a user name, once there are accounts.")
@click.option("--dry-run", is_flag=True, help="Check the file only; write nothing.")
@reported
def import_(file: Path, by: str, dry_run: bool) -> None:
    """Take requests of an older register in from FILE, CSV or xlsx.

    A row that is wrong is refused by its line with the reason, and the rest goes in. Exits with 1 if one was refused.
    """
    with services() as opened:
        actor = _actor(opened, by, Act.HANDLE_REQUESTS)
        with register_of(opened) as register:
            taken = exchange.take_in(register, file, actor, office_today(), dry_run)
    for refused in taken.refused[:_NAMED]:
        click.echo(f"第 {refused.line} 行没有导入：{refused.reason}", err=True)
    if len(taken.refused) > _NAMED:
        click.echo(f"另有 {len(taken.refused) - _NAMED} 行没有导入。", err=True)
    done = f"检查完毕，可以导入 {taken.rows} 件，没有写入" if dry_run else f"导入 {taken.rows} 件"
    click.echo(f"{done}；{len(taken.refused)} 行有误{'，请改正后只导入这些行' if taken.refused else ''}。")
    sys.exit(1 if taken.refused else 0)


@requests.command("export")
@click.argument("file", type=_NEW)
@click.option("--by", required=True, metavar="NAME", help="Who does it: a user name, once there are accounts.")
@click.option("--with-persons", is_flag=True, help="Also who asked for what; it needs an account.")
@reported
def export(file: Path, by: str, with_persons: bool) -> None:
    """Write the register to a new FILE: xlsx if it is named so, else CSV. It has nothing personal unless asked for."""
    if file.exists():
        raise RequestRefused(f"{file} 已经有了，没有写入。请换一个文件名。")
    with services() as opened:
        if with_persons and not has_accounts(opened):
            raise SignInRefused("导出申请人信息须以账号确认身份，而本机还没有账号。请先用 gongkai accounts add 建立。")
        actor = _actor(opened, by, Act.EXPORT_PERSONS if with_persons else Act.EXPORT_REQUESTS)
        with register_of(opened) as register:
            count = exchange.write(register, file, actor, with_persons)
    click.echo(f"导出 {count} 件到 {file}。")
    if with_persons:
        click.echo("文件中有申请人的个人信息，用完请删除。", err=True)


@requests.command("anonymise")
@click.option("--by", required=True, metavar="NAME", help="Who does it: a user name, once there are accounts.")
@click.option("--dry-run", is_flag=True, help="Say which ones only.")
@reported
def anonymise(by: str, dry_run: bool) -> None:
    """Delete what is personal about requests whose retention term is over; dates, outcomes and statistics stay.

    Backups made before still have it, encrypted, until they are removed.
    """
    with services() as opened:
        actor = _actor(opened, by, Act.OVERSEE_REQUESTS)
        with register_of(opened) as register:
            due = register.to_anonymise()
            for each in due:
                click.echo(each.number)
                if not dry_run:
                    register.act(each.id, Event.ANONYMISE, Said(office_today()), actor, seen=each.last)
    click.echo(f"{len(due)} 件保管期限届满，{'没有改动' if dry_run else '个人信息已经去除'}。")


def _actor(opened: Services, by: str, act: Act) -> Actor:
    person = decider(opened, by, act)
    return Actor(person, by if has_accounts(opened) else "")
