"""Commands for the attachments of a document, as the desk has them."""

from collections.abc import Callable
from pathlib import Path

import click

from archive.extract import Sandbox
from archive.intake.attaching import Attachments, read
from archive.registers.roles import Act
from web.commands import jobs
from web.commands.deciding import decider
from web.commands.installation import named, reported, services
from web.commands.usage import Commands
from web.installation.services import Services

_AS = click.option("--as", "person", required=True, metavar="NAME", help="Who does it; another person approves it.")
_REASON = click.option("--reason", required=True, help="Why.")
_POSITION = click.argument("position", type=click.IntRange(1))


@click.group(cls=Commands)
def attachments() -> None:
    """Add, rename, move or remove an attachment of a document's newest version; positions count from 1."""


@attachments.command("add")
@click.argument("id")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@_AS
@_REASON
@reported
def attachments_add(id: str, file: Path, person: str, reason: str) -> None:
    """Add FILE at the end."""

    def act(opened: Services, of: Attachments) -> object:
        with Sandbox(workers=1) as sandbox:
            return of.add(read(opened.blobs, sandbox, of.id, file, file.name))

    _change(id, person, reason, act)


@attachments.command("rename")
@click.argument("id")
@_POSITION
@click.argument("name")
@_AS
@_REASON
@reported
def attachments_rename(id: str, position: int, name: str, person: str, reason: str) -> None:
    """Give an attachment another NAME, with the same ending."""
    _change(id, person, reason, lambda _, of: of.rename(position, name))


@attachments.command("move")
@click.argument("id")
@_POSITION
@click.argument("to", type=click.IntRange(1))
@_AS
@_REASON
@reported
def attachments_move(id: str, position: int, to: int, person: str, reason: str) -> None:
    """Put an attachment in another position."""
    _change(id, person, reason, lambda _, of: of.move(position, to))


@attachments.command("remove")
@click.argument("id")
@_POSITION
@_AS
@_REASON
@reported
def attachments_remove(id: str, position: int, person: str, reason: str) -> None:
    """Remove an attachment."""
    _change(id, person, reason, lambda _, of: of.remove(position))


def _change(id: str, person: str, reason: str, act: Callable[[Services, Attachments], object]) -> None:
    name, version = named(id)
    with services() as opened:
        act(opened, Attachments(opened.catalogue, name, decider(opened, person, Act.CORRECT), reason, version))
        newest = opened.catalogue.newest(name)
    for position, part in enumerate(newest.attachments, 1):
        click.echo(f"{position}. {part.file.name}")
    jobs.say(f"{name}: 第 {newest.version} 版有 {len(newest.attachments)} 个附件，等待审查。")
