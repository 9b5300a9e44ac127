"""Commands for publication at a time: to set it, to cancel it, to list what is set, and to make public what is due."""

import sys
from datetime import datetime

import click

from archive.chinese.dates import OFFICE_TIME
from archive.decisions import scheduled as plans
from archive.errors import DecisionRefused
from archive.registers.roles import Act
from web.commands import jobs
from web.commands.deciding import decider, hindrance, naming
from web.commands.installation import named, reported, services
from web.installation.services import Services


class _Instant(click.ParamType[datetime]):
    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> datetime:
        try:
            return value if isinstance(value, datetime) else plans.instant(*str(value).split())
        except (ValueError, TypeError):
            self.fail(f"“{value}”不是时间，请写成 '2026-01-31 09:00'。", param, ctx)


@click.command()
@click.argument("id")
@click.argument("at", metavar="TIME", type=_Instant())
@click.option("--reviewer", required=True, help="Who decides.")
@click.option("--reason", default="", help="On what ground.")
@reported
def schedule(id: str, at: datetime, reviewer: str, reason: str) -> None:
    """Approve the newest version of a document for a TIME to come (Beijing's, such as '2026-01-31 09:00').

    All that `approve` asks for must be there now, and is looked at again then, by `gongkai publish-due`.
    """
    of, version = named(id)
    with services() as opened:
        person = decider(opened, reviewer, Act.APPROVE)
        if why := naming(opened, of):
            raise DecisionRefused(of, why)
        plan = plans.plan(opened.catalogue, of, at, person, reason, version)
    click.echo(f"{of}: 第 {plan.version} 版定于 {plan.when} 公开")


@click.command()
@click.argument("id")
@click.option("--reviewer", required=True, help="Who decides.")
@click.option("--reason", required=True, help="Why.")
@reported
def unschedule(id: str, reviewer: str, reason: str) -> None:
    """Cancel what `schedule` set."""
    of, version = named(id)
    with services() as opened:
        about = plans.cancel(opened.catalogue, of, decider(opened, reviewer, Act.APPROVE), reason, version)
    click.echo(f"{of}: 第 {about} 版的定时公开已取消")


@click.command()
@reported
def scheduled() -> None:
    """List what is to be public at a time, and what did not become so at its time, with the reason."""
    with services() as opened:
        listed = plans.plans(opened.catalogue).values()
    for each in listed:
        click.echo(f"{each.id}  {each.when}  第 {each.version} 版  {each.title}  {each.person}")
        if each.told:
            click.echo(f"              到时没有公开：{each.told}")
        if each.waits:
            click.echo("              注意：本机时钟在定时以后被拨快，实际时间未到，没有公开；请核对时钟")
    jobs.say(f"共 {len(listed)} 件。现在是 {datetime.now(OFFICE_TIME):%Y-%m-%d %H:%M}。")


@click.command("publish-due")
@reported
def publish_due() -> None:
    """Make public what has reached the time that was set for it; for cron, each minute. Nothing is done twice.

    Exits with 1 if something is not public that was to be, with the reason.
    """
    with services() as opened:
        happened = come_due(opened)
    for each in happened:
        title = f"  第 {each.version} 版  {each.title}" if each.version else ""
        click.echo(f"{each.id}{title}：{'已公开' if each.public else f'没有公开：{each.told}'}")
    if any(each.public for each in happened):
        jobs.say("运行 gongkai reindex 后可以检索到。")
    sys.exit(0 if all(each.public for each in happened) else 1)


def come_due(opened: Services) -> list[plans.Happened]:
    """Make public what has reached its time, if who set it may still publish; return what became of each."""
    return plans.due(
        opened.catalogue,
        hindrance=lambda person: hindrance(opened, person, Act.APPROVE),
        barred=lambda id: naming(opened, id),
    )
