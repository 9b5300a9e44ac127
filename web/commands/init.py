"""The command that makes an archive."""

import os

import click

from archive.store.folder import user
from web.commands.installation import reported
from web.installation.making import make
from web.installation.settings import Settings


@click.command()
@reported
def init() -> None:
    """Make an archive in GONGKAI_DATA: the folder and an empty catalogue. A second time nothing is changed."""
    settings = Settings.from_environment()
    if make(settings):
        click.echo(f"新的档案建在 {settings.data}，属于用户 {user(os.geteuid())}：其他命令和服务也要以这个用户运行。")
    else:
        click.echo(f"{settings.data} 里已有档案，没有改动。")
