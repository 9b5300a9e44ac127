"""Commands about the history and validity of documents."""

from datetime import date, datetime

import click

from archive.chinese.dates import OFFICE_TIME, date_at_start
from archive.decisions import history as histories
from archive.decisions import validity as force
from archive.document import Validity
from archive.registers.roles import Act
from web.commands.custody import event_line
from web.commands.deciding import decider
from web.commands.installation import reported, services
from web.commands.words import VALIDITY


@click.command()
@click.argument("id")
@reported
def history(id: str) -> None:
    """Show a document's versions, what changed and why, and everything that was done to it."""
    with services(reading=True) as opened:
        versions = histories.of(opened.catalogue, id)
        events = opened.catalogue.events(id)
    for each in versions:
        received = _when(each.document.received_at)
        public = f"，公开于 {_when(each.approved_at)}" if each.approved_at else ""
        click.echo(f"第 {each.document.version} 版  {received} 接收{public}  {each.document.metadata.title}")
        for change in each.changed:
            click.echo(f"    {change}")
        if each.note:
            click.echo(f"    原因：{each.note}")
    click.echo()
    for event in events:
        click.echo(event_line(event))


class _Day(click.ParamType[date]):
    name = "date"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> date:
        day = value if isinstance(value, date) else date_at_start(str(value))
        if day is None:
            self.fail(f"“{value}”不是日期，请写成 2026-01-31。", param, ctx)
        return day


DAY = _Day()


@click.command()
@click.argument("id")
@click.argument("state", type=VALIDITY)
@click.option("--since", required=True, type=DAY, help="The first day of the new validity.")
@click.option("--until", type=DAY, help=f"A new last day in force (续期), at most {force.LASTS} years after that.")
@click.option("--by", "by_id", metavar="ID", help="The document that causes the change.")
@click.option("--person", required=True, help="Who records it.")
@click.option("--reason", required=True, help="The reason for the change.")
@reported
def validity(
    id: str, state: Validity, since: date, until: date | None, by_id: str | None, person: str, reason: str
) -> None:
    """Record that a document's validity changes on a day. Run gongkai reindex afterwards."""
    with services() as opened:
        who = decider(opened, person, Act.VALIDITY)
        force.record(opened.catalogue, id, state, who, reason, since, until, by_id)
    click.echo(f"{id}: 自 {since} 起{state}")


def _when(at: datetime | None) -> str:
    return f"{at.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}" if at else "?"
