"""What becomes public."""

import sys

import click

from archive import review as reviewing
from archive.document import Status, Verdict
from archive.errors import GongkaiError
from web import jobs
from web.commands.installation import reported, services
from web.reading import card

STATUSES = [*(status.value for status in Status), "all"]
STATUS_LABELS = {
    Status.WAITING: "待审",
    Status.PUBLISHED: "已公开",
    Status.REFUSED: "不予发布",
    Status.WITHDRAWN: "已撤回",
}


@click.group()
def review() -> None:
    """Decide what becomes public."""


@review.command("list")
@click.option("--status", type=click.Choice(STATUSES), default=Status.WAITING.value, show_default=True)
@reported
def review_list(status: str) -> None:
    """List documents by the state of their newest version: id, state, version, title."""
    with services() as opened:
        listed = opened.catalogue.listed(None if status == "all" else Status(status))
    for each in listed:
        public = f"，公开第 {each.public_version} 版" if each.public_version else ""
        click.echo(f"{each.id}  {STATUS_LABELS[each.status]}  第 {each.version} 版{public}  {each.title}")
        for warning in each.warnings:
            click.echo(f"              注意：{warning}")
    jobs.say(f"共 {len(listed)} 件。")


@review.command("show")
@click.argument("id")
@reported
def review_show(id: str) -> None:
    """Show what a decision is about: metadata with where each field was read, warnings, the text."""
    with services() as opened:
        document = opened.catalogue.newest(id)
    click.echo(f"{document.id}  {STATUS_LABELS[document.status]}  第 {document.version} 版  {document.metadata.title}")
    for line in card(document):
        click.echo(f"{line.label}\t{line.value}\t{line.read_from}")
    for warning in document.warnings:
        click.echo(f"注意\t{warning}")
    click.echo(f"\n{document.text}")
    for part in document.attachments:
        click.echo(f"\n附件 {part.file.name}")
        for warning in part.warnings:
            click.echo(f"注意\t{warning}")
        click.echo(part.text)


_REVIEWER = click.option("--reviewer", required=True, help="Who decides.")
_IDS = click.argument("ids", nargs=-1, required=True)


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", default="", help="On what ground.")
@reported
def approve(ids: tuple[str, ...], reviewer: str, reason: str) -> None:
    """Make the newest version of documents public; ID@VERSION only if that is still the newest."""
    _decide(ids, Verdict.APPROVE, reviewer, reason)


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", required=True, help="Why not.")
@reported
def reject(ids: tuple[str, ...], reviewer: str, reason: str) -> None:
    """Refuse the newest version of documents."""
    _decide(ids, Verdict.REJECT, reviewer, reason)


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", required=True, help="Why.")
@reported
def withdraw(ids: tuple[str, ...], reviewer: str, reason: str) -> None:
    """Take documents off every public channel at once."""
    _decide(ids, Verdict.WITHDRAW, reviewer, reason)


def _decide(ids: tuple[str, ...], verdict: Verdict, reviewer: str, reason: str) -> None:
    failed = 0
    with services() as opened:
        for each in ids:
            try:
                id, _, read = each.partition("@")
                if read and not read.isdigit():
                    raise click.UsageError(f"{each}: write ID or ID@VERSION")
                version = int(read) if read else None
                about = reviewing.decide(opened.catalogue, id, verdict, reviewer, reason, version)
                click.echo(f"{id}: 第 {about} 版{STATUS_LABELS[reviewing.STATUS[verdict]]}")
            except GongkaiError as error:
                failed += 1
                click.echo(f"gongkai: {error}", err=True)
    if verdict is Verdict.APPROVE and failed < len(ids):
        jobs.say("运行 gongkai reindex 后可以检索到。")
    sys.exit(1 if failed else 0)
