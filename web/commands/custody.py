"""Keeping what the archive holds."""

import sys

import click

from web import jobs
from web.commands.installation import reported, services


@click.command()
@reported
def verify() -> None:
    """Read every original against its SHA-256, the audit log against its chain, the index against its manifest.

    Changed, missing and untracked originals are reported apart. Exits with 1 if anything is wrong.
    """
    with services() as opened:
        wrong = jobs.verify(opened)
    sys.exit(1 if wrong else 0)
