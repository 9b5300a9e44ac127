"""Commands that decide what becomes public."""

import sys

import click
from sqlalchemy.exc import SQLAlchemyError

from archive.decisions import afterwards, four_eyes, grounds, rereadings, stops
from archive.decisions import review as reviewing
from archive.document import REMARK, Aspect, Disclosure, Outcome, Settlement, Status, Verdict
from archive.errors import DecisionRefused, GongkaiError, NotRecorded
from archive.registers.roles import Act
from archive.store.space import disk_full, lent, release_reserve
from web.commands import jobs
from web.commands.deciding import decider, naming
from web.commands.installation import named, reported, services
from web.commands.rereading import readings
from web.commands.scheduling import schedule, scheduled, unschedule
from web.commands.several import one_by_one
from web.commands.usage import Commands
from web.commands.words import (
    ASPECT,
    DISCLOSURE,
    OUTCOME,
    SETTLEMENT,
    SETTLEMENT_LABELS,
    STATUS,
)
from web.installation.services import Services
from web.installation.settings import Settings
from web.reading.page import card
from web.staff.words import OUTCOMES, STATES


@click.group(cls=Commands)
def review() -> None:
    """Decide what becomes public."""


@review.command("list")
@click.option("--status", type=STATUS, default="waiting", show_default=True)
@reported
def review_list(status: Status | None) -> None:
    """List documents by the state of their newest version: id, state, version, title, and open stops."""
    with services(reading=True) as opened:
        listed = opened.catalogue.listed(status)
        stopped = stops.count_open(opened.catalogue)
        with opened.catalogue.reading() as connection:
            apart = rereadings.of_public(connection) if status is Status.WAITING else set()
    listed = [each for each in listed if each.id not in apart]
    for each in listed:
        public = f"，公开第 {each.public_version} 版" if each.public_version else ""
        click.echo(f"{each.id}  {STATES[each.status]}  第 {each.version} 版{public}  {each.title}")
        if each.id in stopped:
            click.echo(f"              注意：有 {stopped[each.id]} 处拦截没有处理，请用 check 查看，用 settle 处理")
        for warning in each.warnings:
            # A remark stands on most pages of a kind: it is shown with the document.
            if not warning.startswith(REMARK):
                click.echo(f"              注意：{warning}")
    jobs.say(f"共 {len(listed)} 件。")
    if apart:
        jobs.say(f"另有重新读取待审 {len(apart)} 件，请用 gongkai review readings 查看。")


def _noted(warning: str) -> str:
    return warning.replace("：", "\t", 1) if warning.startswith(REMARK) else f"注意\t{warning}"


@review.command("show")
@click.argument("id")
@reported
def review_show(id: str) -> None:
    """Show what a decision is about: the metadata, where each field was read, the warnings and the text."""
    with services(reading=True) as opened:
        document = opened.catalogue.newest(id)
        with opened.catalogue.reading() as connection:
            involved = [*four_eyes.involved(connection, id, document.version)]
    click.echo(f"{document.id}  {STATES[document.status]}  第 {document.version} 版  {document.metadata.title}")
    for line in card(document):
        click.echo(f"{line.label}\t{line.value}\t{line.read_from}")
    for person, did in involved:
        click.echo(f"经办\t{person or '没有记载'}\t{did}")
    for warning in document.warnings:
        click.echo(_noted(warning))
    click.echo(f"\n{document.text}")
    for part in document.attachments:
        click.echo(f"\n附件 {part.file.name}")
        for warning in part.warnings:
            click.echo(_noted(warning))
        click.echo(part.text)


@review.command()
@click.argument("ids", nargs=-1)
@click.option("--status", type=STATUS, default=Status.WAITING.value, show_default=True)
@reported
def check(ids: tuple[str, ...], status: str) -> None:
    """Say what to look at in documents, or in all of one state: each place with its reason.

    What was found is kept, and found anew once the rules have changed. Exits with 1 if anything that blocks publication
    (拦截) is not settled.
    """
    blocked = 0
    with services() as opened:
        wanted = None if status == "all" else Status(status)
        for id in ids or [each.id for each in opened.catalogue.listed(wanted)]:
            try:
                checked = stops.check(opened.catalogue, id)
            except GongkaiError as error:
                blocked += 1
                click.echo(f"gongkai: {error}", err=True)
                continue
            blocked += bool(checked.precheck.open)
            _tell(checked)
        unchecked, stopped = stops.public_with_stops(opened.catalogue)
    if stopped:
        jobs.say(f"已经公开的文件中，有 {stopped} 件有拦截没有处理；请逐件处理，或者撤回。")
    if unchecked:
        jobs.say(f"已经公开的文件中，有 {unchecked} 件没有按现行规则检查：gongkai review check --status published。")
    sys.exit(1 if blocked else 0)


def _tell(checked: stops.Checked) -> None:
    document, found = checked.document, checked.precheck.found
    told = f"{len(found)} 处" if found else "没有发现"
    public = "（已经公开）" if document.status is Status.PUBLISHED else ""
    click.echo(f"{document.id}  第 {document.version} 版{public}  {document.metadata.title}：{told}")
    if (renewed := checked.renewed) is not None:
        click.echo(
            f"    检查规则已由 {renewed.former} 改为 {checked.precheck.rules}，已重新检查："
            f"新增 {renewed.added} 处，不再有 {renewed.gone} 处；其余处理照旧"
        )
    for each in found:
        weight = "拦截" if each.blocks else "提示"
        click.echo(f"    {each.number}. {weight}  {each.rule}  {each.place}  {each.excerpt}  {each.reason}")
        if (settled := each.settled) is not None:
            label = SETTLEMENT_LABELS[settled.settlement]
            click.echo(f"       已处理：{label}  {settled.person}  {settled.at[:10]}  {settled.reason}")


_REVIEWER = click.option("--reviewer", required=True, help="Who decides.")
_IDS = click.argument("ids", nargs=-1, required=True)


@review.command()
@click.argument("id")
@click.argument("numbers", metavar="NUMBER...", nargs=-1, required=True, type=click.IntRange(1))
@click.option("--as", "settlement", required=True, type=SETTLEMENT, help="What it is, and may be.")
@_REVIEWER
@click.option("--reason", required=True, help="Why.")
@reported
def settle(id: str, numbers: tuple[int, ...], settlement: Settlement, reviewer: str, reason: str) -> None:
    """Decide about findings of a document that `check` numbers: keep them, or say that they are mistaken.

    Each number is recorded by itself. What was masked is taken in again as a new version, in which it is not found.
    """
    failed = 0
    with services() as opened:
        person = decider(opened, reviewer, Act.EXAMINE)
        for number in numbers:
            try:
                of, version = named(id)
                found = stops.settle(opened.catalogue, of, number, settlement, person, reason, version)
                click.echo(f"{of}: 第 {number} 处（{found.rule}，{found.place}）{SETTLEMENT_LABELS[settlement]}")
            except GongkaiError as error:
                failed += 1
                click.echo(f"gongkai: {error}", err=True)
    sys.exit(1 if failed else 0)


@review.command()
@_IDS
@click.option("--as", "disclosure", required=True, type=DISCLOSURE, help="The disclosure attribute.")
@click.option("--reviewer", required=True, help="Who classifies.")
@click.option("--basis", required=True, help="The rule it is based on, such as 条例第二十条.")
@click.option("--ground", default="", help="The reason for withholding it; required for 不予公开.")
@reported
def classify(ids: tuple[str, ...], disclosure: Disclosure, reviewer: str, basis: str, ground: str) -> None:
    """Set the disclosure attribute of the newest version of documents."""

    def each(opened: Services, id: str, version: int | None, person: str) -> str:
        about = reviewing.classify(opened.catalogue, id, disclosure, person, basis, ground, version)
        return f"{id}: 第 {about} 版公开属性：{disclosure}"

    sys.exit(1 if one_by_one(ids, reviewer, Act.EXAMINE, each) else 0)


@review.command()
@_IDS
@click.option("--aspect", "aspects", required=True, multiple=True, type=ASPECT, help="What was examined.")
@click.option("--outcome", required=True, type=OUTCOME, help="What was found.")
@_REVIEWER
@click.option("--basis", required=True, help="The basis of the result.")
@reported
def examine(ids: tuple[str, ...], aspects: tuple[Aspect, ...], outcome: Outcome, reviewer: str, basis: str) -> None:
    """Record an examination (truthfulness 真实性, confidentiality 保密性) of the newest version of documents.

    --aspect may be given twice. Confidentiality is examined one document a call.
    """
    if Aspect.CONFIDENTIALITY in aspects and len(ids) > 1:
        raise click.UsageError("保密审查须逐件进行，一次只写一个编号。")

    def each(opened: Services, id: str, version: int | None, person: str) -> str:
        for aspect in dict.fromkeys(aspects):
            about = reviewing.examine(opened.catalogue, id, aspect, outcome, person, basis, version)
        labels = "、".join(grounds.ASPECT_LABELS[aspect] for aspect in dict.fromkeys(aspects))
        return f"{id}: 第 {about} 版{labels}审查{OUTCOMES[outcome]}"

    sys.exit(1 if one_by_one(ids, reviewer, Act.EXAMINE, each) else 0)


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", default="", help="On what ground.")
@click.option("--force", is_flag=True, help="There is no other person; one must look at it afterwards. Needs --reason.")
@click.option("--vouch", is_flag=True, help="Also record both examinations and the attribute 主动公开, on this reason.")
@reported
def approve(ids: tuple[str, ...], reviewer: str, reason: str, force: bool, vouch: bool) -> None:
    """Make the newest version of documents public; ID@VERSION only if that is still the newest.

    Both examinations must have passed, the attribute must be 主动公开, each 拦截 must be settled, and the reviewer is
    another than who brought it in or examined it. --force and --vouch take one document a call.
    """
    if (vouch or force) and not reason.strip():
        raise click.UsageError(f"{'--vouch' if vouch else '--force'} 须用 --reason 写明理由。")
    if (vouch or force) and len(ids) > 1:
        raise click.UsageError("一人批准（--vouch、--force）的须逐件进行，一次只写一个编号。")
    alone: list[str] = []

    def each(opened: Services, id: str, version: int | None, person: str) -> str:
        if why := naming(opened, id):
            raise DecisionRefused(id, why)
        if vouch:
            about = reviewing.approve_alone(opened.catalogue, id, person, reason, version, force)
        else:
            about = reviewing.decide(opened.catalogue, id, Verdict.APPROVE, person, reason, version, forced=force)
        alone.extend(item.id for item in afterwards.waiting(opened.catalogue) if item.id == id and force)
        return f"{id}: 第 {about} 版已公开"

    failed = one_by_one(ids, reviewer, Act.FORCE if force or vouch else Act.APPROVE, each)
    for id in dict.fromkeys(alone):
        jobs.say(f"{id}: 由一人批准，事后须由另一人复看：gongkai review after {id} --reviewer 复看人 --outcome passed")
    if failed < len(ids):
        jobs.say("运行 gongkai reindex 后可以检索到。")
    sys.exit(1 if failed else 0)


review.add_command(schedule)
review.add_command(unschedule)
review.add_command(scheduled)
review.add_command(readings)


@review.command()
@click.argument("id", required=False)
@click.option("--reviewer", help="Who looks at it.")
@click.option("--outcome", type=OUTCOME, help="What was found.")
@click.option("--reason", default="", help="What is to be said; required for failed.")
@reported
def after(id: str | None, reviewer: str | None, outcome: Outcome | None, reason: str) -> None:
    """Look afterwards at what one person approved alone (--force), or without ID list what waits for that.

    The list exits with 0. Who brought it in, examined it or forced it can't be the one who looks.
    """
    with services() as opened:
        if id is None:
            waiting = afterwards.waiting(opened.catalogue)
            for each in waiting:
                click.echo(
                    f"{each.id}  第 {each.version} 版  {each.title}  {each.person}  {each.at[:10]}  {each.reason}"
                )
                if each.objection:
                    click.echo(f"              有异议（{each.objection}），请撤回（withdraw），或由另一人再看")
            jobs.say(f"等待复看 {len(waiting)} 件。")
            return
        if not reviewer or not outcome:
            raise click.UsageError("复看一件，须用 --reviewer 写明由谁复看，用 --outcome 写明结论。")
        of, version = named(id)
        person = decider(opened, reviewer, Act.EXAMINE, Act.APPROVE)
        about = afterwards.look(opened.catalogue, of, person, outcome, reason, version)
        click.echo(f"{of}: 第 {about} 版复看{OUTCOMES[outcome]}")
        if outcome is Outcome.FAILED:
            jobs.say(f"文件仍然公开。要撤回，请运行 gongkai review withdraw {of} --reviewer 审查人 --reason 理由。")


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", required=True, help="The reason.")
@reported
def reject(ids: tuple[str, ...], reviewer: str, reason: str) -> None:
    """Refuse the newest version of documents."""

    def each(opened: Services, id: str, version: int | None, person: str) -> str:
        about = reviewing.decide(opened.catalogue, id, Verdict.REJECT, person, reason, version)
        return f"{id}: 第 {about} 版不予发布"

    sys.exit(1 if one_by_one(ids, reviewer, Act.REFUSE, each) else 0)


@review.command()
@_IDS
@_REVIEWER
@click.option("--reason", required=True, help="The reason, shown to the public.")
@click.option("--replacement", metavar="ID", help="The document that the public should read instead.")
@reported
def withdraw(ids: tuple[str, ...], reviewer: str, reason: str, replacement: str | None) -> None:
    """Take documents off every public channel at once; on a full disk, too."""
    data = Settings.from_environment().data

    def each(opened: Services, id: str, version: int | None, person: str) -> str:
        if why := naming(opened, id, reason, urgent=True):
            raise DecisionRefused(id, f"{why}没有撤回，请改写理由。")

        def act() -> int:
            return reviewing.decide(opened.catalogue, id, Verdict.WITHDRAW, person, reason, version, replacement)

        try:
            about = act()
        except (NotRecorded, OSError, SQLAlchemyError) as error:
            if not disk_full(error, data) or not release_reserve(data):
                raise
            if isinstance(error, NotRecorded):
                opened.catalogue.record()
                return f"{id}: 已撤回"
            about = act()
        return f"{id}: 第 {about} 版已撤回"

    # Before anything is opened, which needs room too.
    with lent(data, whole=True):
        failed = one_by_one(ids, reviewer, Act.WITHDRAW, each)
    sys.exit(1 if failed else 0)
