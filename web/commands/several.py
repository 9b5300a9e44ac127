"""Acting on several documents with one command: each by itself, and told how it went."""

from collections.abc import Callable

import click
from sqlalchemy.exc import SQLAlchemyError

from archive.errors import GongkaiError, NotRecorded
from archive.registers.roles import Act
from web.commands.deciding import decider
from web.commands.installation import named, services
from web.commands.sentences import sentence
from web.installation.services import Services
from web.staff.words import STATES


def one_by_one(
    ids: tuple[str, ...], reviewer: str, right: Act, act: Callable[[Services, str, int | None, str], str]
) -> int:
    """Act on each ID or ID@VERSION as a reviewer who may, and report how it went. Returns the number that failed."""
    failed = 0
    with services() as opened:
        person = decider(opened, reviewer, right)
        for at, each in enumerate(ids):
            id, version = named(each)
            try:
                click.echo(act(opened, id, version, person))
            except (GongkaiError, OSError, SQLAlchemyError) as error:
                failed += 1
                click.echo(f"gongkai: {sentence(error)}", err=True)
                if isinstance(error, GongkaiError) and not isinstance(error, NotRecorded):
                    continue
                # An error on the way may come before or after the commit, so what holds is read back.
                click.echo(f"{id}: {_standing(opened, id)}", err=True)
                if left := ids[at + 1 :]:
                    click.echo(f"gongkai: 没有继续处理：{'、'.join(left)}。", err=True)
                return failed + len(left)
    return failed


def _standing(opened: Services, id: str) -> str:
    """Say what the catalogue has of a document now."""
    newest = next((each for each in opened.catalogue.listed() if each.id == id), None)
    if newest is None:
        return "没有这件文件"
    public = f"公众看到的是第 {newest.public_version} 版" if newest.public_version else "公众看不到"
    return f"现在的状态：第 {newest.version} 版{STATES[newest.status]}，{public}"
