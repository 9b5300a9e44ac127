"""The command that takes files in."""

import sys
from pathlib import Path

import click

from archive.intake.receive import Result
from web.commands import jobs
from web.commands.installation import reported, services


@click.command()
@click.argument("paths", nargs=-1, type=click.Path(exists=True, path_type=Path))
@click.option("--manifest", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="A JSON Lines manifest.")
@click.option("--already-published", is_flag=True, help="Publish the files: they are a portal's back catalogue.")
@click.option("--note", default="", help="The reason for new versions of known documents.")
@click.option("--actor", help="Name for the audit log; required with --already-published.")
@reported
def ingest(
    paths: tuple[Path, ...], manifest: Path | None, already_published: bool, note: str, actor: str | None
) -> None:
    """Take in files, folders and bundles (a zip with a manifest.jsonl in it), or what a manifest lists.

    With --manifest only what it lists is taken in. Other files below PATHS are reported and left.

    Documents wait for review unless they are --already-published. Exits with 1 if a file was refused.
    """
    if not paths and manifest is None:
        raise click.UsageError("name files or folders, or a --manifest")
    if already_published and not (actor or "").strip():
        raise click.UsageError("--already-published needs --actor NAME: who vouches that they are public")
    with services() as opened:
        counts = jobs.take_in(opened, paths, manifest, actor or "ingest", already_published, note)
    sys.exit(1 if counts[Result.REFUSED] else 0)
