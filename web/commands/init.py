"""The command that makes an archive."""

import click

from web.commands.installation import reported
from web.installation.making import make
from web.installation.settings import Settings


@click.command()
@reported
def init() -> None:
    """Make an archive in GONGKAI_DATA: the folder and an empty catalogue. A second time nothing is changed."""
    settings = Settings.from_environment()
    if make(settings):
        click.echo(f"新的档案建在 {settings.data}")
    else:
        click.echo(f"{settings.data} 里已有档案，没有改动。")
