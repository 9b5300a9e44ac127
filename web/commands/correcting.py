"""The command that corrects what is known of a document, as the desk does."""

import click

from archive.decisions import corrections
from archive.errors import DecisionRefused
from archive.registers.roles import Act
from web.commands import jobs
from web.commands.deciding import decider, naming
from web.commands.installation import named, reported, services
from web.commands.words import FIELD


@click.command()
@click.argument("id")
@click.argument("field", type=FIELD)
@click.argument("value")
@click.option("--as", "person", required=True, metavar="NAME", help="Who corrects it; another person approves it.")
@click.option("--reason", required=True, help="Why.")
@click.option("--sure", is_flag=True, help="It is right, although it looks like a slip.")
@reported
def correct(id: str, field: str, value: str, person: str, reason: str, sure: bool) -> None:
    """Correct a FIELD of the newest version of document ID; an empty VALUE says that there is none.

    A version that waits is corrected itself. Of a public one a new version is made, which waits for review.
    """
    of, version = named(id)
    with services() as opened:
        who = decider(opened, person, Act.CORRECT)
        if why := naming(opened, of, value, reason):
            raise DecisionRefused(of, f"{why}没有更正。")
        done = corrections.correct(opened.catalogue, of, field, value, who, reason, version, sure)
    click.echo(f"{of}: 第 {done.version} 版{done.label}由“{done.before}”改为“{done.after}”")
    if done.renewed:
        jobs.say(f"更正记为第 {done.version} 版，等待审查；批准以前，公众看到的不变。")
