"""The command that takes files in."""

import sys
from pathlib import Path

import click

from archive.decisions import persons
from archive.intake.receive import Result
from archive.registers.incoming import PERSON
from archive.registers.roles import Act
from web.commands import jobs
from web.commands.deciding import decider
from web.commands.installation import reported, services


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A JSON Lines manifest.")
@click.option("--already-published", is_flag=True, help="The files are a portal's public back catalogue: publish them.")
@click.option("--note", default="", help="Why there are new versions of what was taken in before.")
@click.option(
    "--actor", envvar="GONGKAI_ACTOR", show_envvar=True, help="Who brings them in; another person approves them."
)
@reported
def ingest(
    paths: tuple[Path, ...], manifest: Path | None, already_published: bool, note: str, actor: str | None
) -> None:
    """Take in files, folders and bundles (a zip, 7z or rar with a manifest.jsonl in it), or what a manifest lists.

    With --manifest only what it lists is taken in. Other files below PATHS are reported and left.

    Documents wait for review unless they are --already-published. Those with findings that stop them (拦截) wait
    nevertheless, and are listed. Exits with 1 if a file was refused.
    """
    if not paths and manifest is None:
        raise click.UsageError("请写明要接收的文件或文件夹，或者用 --manifest 写明清单。")
    if actor is None or not persons.written(actor):
        raise click.UsageError("请用 --actor 或者 GONGKAI_ACTOR 写明由谁接收；批准公开的须是另一人。")
    with services() as opened:
        # What nobody attends is brought in as by the watched folder, in nobody's name.
        unattended = actor == PERSON and not already_published
        who = actor if unattended else decider(opened, actor, Act.APPROVE if already_published else Act.BRING)
        counts = jobs.take_in(opened, paths, manifest, who, already_published, note)
    sys.exit(1 if counts[Result.REFUSED] else 0)
