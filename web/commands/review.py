"""Commands that decide what becomes public."""

import sys
from collections.abc import Callable

import click

from archive.decisions import precheck
from archive.decisions import review as reviewing
from archive.document import Aspect, Disclosure, Outcome, Status, Verdict
from archive.errors import GongkaiError
from web.citizens.reading import card
from web.commands import jobs
from web.commands.installation import reported, services
from web.installation.services import Services

STATUSES = [*(status.value for status in Status), "all"]
ATTRIBUTES = [each.value for each in Disclosure]
ASPECTS = [each.value for each in Aspect]
OUTCOMES = [each.value for each in Outcome]
STATUS_LABELS = {
    Status.WAITING: "待审",
    Status.PUBLISHED: "已公开",
    Status.REFUSED: "不予发布",
    Status.WITHDRAWN: "已撤回",
}
OUTCOME_LABELS = {Outcome.PASSED: "通过", Outcome.FAILED: "不通过"}


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
    """Show what a decision is about: the metadata, where each field was read, the warnings and the text."""
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


@review.command()
@click.argument("ids", nargs=-1)
@reported
def check(ids: tuple[str, ...]) -> None:
    """List the places to look at in documents, or in all that wait, with the reasons (archive.decisions.precheck).

    Exits with 1 if anything must be dealt with before publication (拦截).
    """
    blocked = 0
    with services() as opened:
        for id in ids or [each.id for each in opened.catalogue.listed(Status.WAITING)]:
            document = opened.catalogue.newest(id)
            found = precheck.findings(document)
            blocked += any(finding.blocks for finding in found)
            told = f"{len(found)} 处" if found else "没有发现"
            click.echo(f"{id}  第 {document.version} 版  {document.metadata.title}：{told}")
            for finding in found:
                weight = "拦截" if finding.blocks else "提示"
                click.echo(f"    {weight}  {finding.kind}  {finding.where}  {finding.excerpt}  {finding.reason}")
    sys.exit(1 if blocked else 0)


_REVIEWER = click.option("--reviewer", required=True, help="Who decides.")
_IDS = click.argument("ids", nargs=-1, required=True)


@review.command()
@_IDS
@click.option("--as", "disclosure", required=True, type=click.Choice(ATTRIBUTES), help="The disclosure attribute.")
@click.option("--reviewer", required=True, help="Who classifies.")
@click.option("--basis", required=True, help="The rule it is based on, such as 条例第二十条.")
@click.option("--ground", default="", help="The reason for withholding it; required for 不予公开.")
@reported
def classify(ids: tuple[str, ...], disclosure: str, reviewer: str, basis: str, ground: str) -> None:
    """Set the disclosure attribute of the newest version of documents."""

    def each(opened: Services, id: str, version: int | None) -> str:
        about = reviewing.classify(opened.catalogue, id, Disclosure(disclosure), reviewer, basis, ground, version)
        return f"{id}: 第 {about} 版公开属性：{disclosure}"

    sys.exit(1 if _each(ids, each) else 0)


@review.command()
@_IDS
@click.option("--aspect", required=True, type=click.Choice(ASPECTS), help="The aspect examined.")
@click.option("--outcome", required=True, type=click.Choice(OUTCOMES), help="The result.")
@_REVIEWER
@click.option("--basis", required=True, help="The basis of the result.")
@reported
def examine(ids: tuple[str, ...], aspect: str, outcome: str, reviewer: str, basis: str) -> None:
    """Record an examination (truthfulness 真实性, confidentiality 保密性) of the newest version of documents."""

    def each(opened: Services, id: str, version: int | None) -> str:
        about = reviewing.examine(opened.catalogue, id, Aspect(aspect), Outcome(outcome), reviewer, basis, version)
        label = reviewing.ASPECT_LABELS[Aspect(aspect)]
        return f"{id}: 第 {about} 版{label}审查{OUTCOME_LABELS[Outcome(outcome)]}"

    sys.exit(1 if _each(ids, each) else 0)


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", default="", help="The reason; required with --vouch.")
@click.option("--vouch", is_flag=True, help="Also record both examinations and 主动公开, for this reason.")
@reported
def approve(ids: tuple[str, ...], reviewer: str, reason: str, vouch: bool) -> None:
    """Make the newest version of documents public. ID@VERSION does so only if that is still the newest.

    Both examinations must have passed and the attribute must be 主动公开, unless the reviewer vouches for all of this.
    """
    if vouch and not reason.strip():
        raise click.UsageError("--vouch needs --reason: the basis of both examinations")

    def each(opened: Services, id: str, version: int | None) -> str:
        if not vouch:
            about = reviewing.decide(opened.catalogue, id, Verdict.APPROVE, reviewer, reason, version)
        else:
            about = reviewing.vouch(opened.catalogue, id, reviewer, reason, version)
        return f"{id}: 第 {about} 版已公开"

    failed = _each(ids, each)
    if failed < len(ids):
        jobs.say("运行 gongkai reindex 后可以检索到。")
    sys.exit(1 if failed else 0)


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", required=True, help="The reason.")
@reported
def reject(ids: tuple[str, ...], reviewer: str, reason: str) -> None:
    """Refuse the newest version of documents."""

    def each(opened: Services, id: str, version: int | None) -> str:
        about = reviewing.decide(opened.catalogue, id, Verdict.REJECT, reviewer, reason, version)
        return f"{id}: 第 {about} 版不予发布"

    sys.exit(1 if _each(ids, each) else 0)


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", required=True, help="The reason, shown to the public.")
@click.option("--replacement", metavar="ID", help="The document that the public should read instead.")
@reported
def withdraw(ids: tuple[str, ...], reviewer: str, reason: str, replacement: str | None) -> None:
    """Remove documents from every public channel at once."""

    def each(opened: Services, id: str, version: int | None) -> str:
        about = reviewing.decide(opened.catalogue, id, Verdict.WITHDRAW, reviewer, reason, version, replacement)
        return f"{id}: 第 {about} 版已撤回"

    sys.exit(1 if _each(ids, each) else 0)


def _each(ids: tuple[str, ...], act: Callable[[Services, str, int | None], str]) -> int:
    """Act on each ID or ID@VERSION and report how it went. Returns the number that failed."""
    failed = 0
    with services() as opened:
        for each in ids:
            id, _, read = each.partition("@")
            if read and not read.isdigit():
                raise click.UsageError(f"{each}: write ID or ID@VERSION")
            try:
                click.echo(act(opened, id, int(read) if read else None))
            except GongkaiError as error:
                failed += 1
                click.echo(f"gongkai: {error}", err=True)
    return failed
