"""What the commands share by which registers go in and out as tables."""

import sys
from pathlib import Path

import click

from archive.errors import EntryRefused
from archive.registers.requests.request import Actor
from archive.registers.requests.taking_in import Taken
from archive.registers.roles import Act
from web.commands.deciding import decider, has_accounts
from web.installation.services import Services

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
NEW = click.Path(dir_okay=False, path_type=Path)
# How many refused lines are named.
_NAMED = 200
BY = click.option("--by", required=True, metavar="NAME", help="Who does it: a user name, once there are accounts.")
DRY = click.option("--dry-run", is_flag=True, help="Check the file only; write nothing.")


def actor_of(opened: Services, by: str, act: Act) -> Actor:
    """Return who does something, after the right to it was asked for. Raises as ``decider`` does."""
    return Actor(decider(opened, by, act), by if has_accounts(opened) else "")


def refuse_there(file: Path) -> None:
    """Refuse to write over a file. Raises EntryRefused."""
    if file.exists():
        raise EntryRefused(f"{file} 已经有了，没有写入。请换一个文件名。")


def tell(taken: Taken, dry_run: bool, unit: str) -> None:
    """Say what came of an import, counted in a ``unit`` (件, 条), and end with 1 if a row was refused."""
    for refused in taken.refused[:_NAMED]:
        click.echo(f"第 {refused.line} 行没有导入：{refused.reason}", err=True)
    if len(taken.refused) > _NAMED:
        click.echo(f"另有 {len(taken.refused) - _NAMED} 行没有导入。", err=True)
    done = f"检查完毕，可以导入 {taken.rows} {unit}，没有写入" if dry_run else f"导入 {taken.rows} {unit}"
    click.echo(f"{done}；{len(taken.refused)} 行有误{'，请改正后只导入这些行' if taken.refused else ''}。")
    sys.exit(1 if taken.refused else 0)
