"""Commands that read originals again, and decide together about the readings that wait."""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from pathlib import Path

import click
from sqlalchemy.exc import SQLAlchemyError

from archive.compare import readings as comparison
from archive.decisions import corrections, persons, rereadings, stops
from archive.errors import DecisionRefused, DiskFull, NotRecorded
from archive.intake import rereading
from archive.intake.rereading import Reread, Rereading, Result
from archive.registers.roles import Act
from archive.store.recognitions import Recognitions
from web.commands import jobs
from web.commands.deciding import decider, naming
from web.commands.installation import named, reported, services
from web.commands.several import one_by_one
from web.installation.services import Services

_SHOWN, _LONGEST = 20, 120
# After so many documents it is noted how far a run has come.
_STEP = 20
# So many seconds a file may seem older than it is.
_COARSE = 1.0
_LABELS = {**corrections.LABELS, "attachments": "附件", "disclosure": "公开属性"}
_LABELS |= {"other_numbers": "其他文号", "cited_numbers": "引用文件"}


@click.command()
@click.argument("ids", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All documents; a run that was interrupted goes on.")
@click.option("--restart", is_flag=True, help="With --all: begin anew, although a run was interrupted.")
@click.option("--actor", envvar="GONGKAI_ACTOR", show_envvar=True, help="Who asks for it.")
@reported
def reread(ids: tuple[str, ...], everything: bool, restart: bool, actor: str | None) -> None:
    """Read the originals of documents again, as the program reads today, and make a new version where it differs.

    What differs waits for review; what is public stays as it was approved. Exits with 1 if something can't be read.
    """
    if bool(ids) == everything:
        raise click.UsageError("请写明编号，或者用 --all 重新读取全部文件。")
    if restart and not everything:
        raise click.UsageError("--restart 与 --all 一起使用。")
    if actor is None or not persons.written(actor):
        raise click.UsageError("请用 --actor 或者 GONGKAI_ACTOR 写明由谁重新读取。")
    with services() as opened:
        # What nobody attends is the program's own act. It decides nothing.
        who = actor if actor == stops.PROGRAM else decider(opened, actor, Act.BRING)
        failed = _run(opened, ids, who, restart)
    sys.exit(1 if failed else 0)


def _run(opened: Services, ids: Sequence[str], who: str, restart: bool) -> bool:
    """Read documents again, those named or else all; tell what came of each. Return whether anything was not read."""
    place = _Place(opened.settings.data / "cache" / "reread.json")
    wanted = [*dict.fromkeys(ids)] if ids else opened.catalogue.ids()
    after, begun = place.read() if not ids and not restart else ("", 0.0)
    begun = begun or time.time()
    if after:
        # What was recognised since the run began is read with it.
        fresh = Recognitions.beside(opened.blobs).since(begun - _COARSE)
        more = rereading.holding(opened.catalogue, fresh)
        left = [each for each in wanted if each > after or each in more]
        first = sum(each <= after for each in wanted) + 1
        jobs.say(f"上一次没有做完，这次从第 {first} 件继续；要从头开始的，请加 --restart。")
        if again := len(left) - (len(wanted) - first + 1):
            jobs.say(f"前面有 {again} 件在这期间识别出了新的文字，也重新读取。")
        wanted = left
    results, kinds, passed, light = Counter[Result](), Counter[str](), Counter[str](), 0
    stopped: Exception | None = None
    with jobs.new_sandbox(opened) as sandbox, jobs.progress("重新读取", len(wanted)) as advance:
        run = Rereading(opened.catalogue, opened.blobs, sandbox, who)
        try:
            with closing(run.all(wanted)) as outcomes:
                for found in outcomes:
                    results[found.result] += 1
                    if found.result is Result.PASSED:
                        passed[found.told] += 1
                    if found.result is Result.MADE:
                        counts = comparison.counted(found.differences)
                        kinds.update(counts)
                        light += all(each.kind in comparison.LIGHT for each in found.differences)
                    if ids or found.result not in (Result.SAME, Result.PASSED):
                        click.echo(_line(found))
                    advance()
                    if not ids and results.total() % _STEP == 0:
                        place.write(max(found.id, after), begun)
        except (DiskFull, NotRecorded, SQLAlchemyError, OSError) as error:
            stopped = error
    click.echo("；".join(rereading.told(results)) or "没有文件。")
    if kinds:
        click.echo(f"不同之处：{comparison.told(kinds)}。")
    if results[Result.MADE]:
        click.echo(
            f"只有编号、表格不同的 {light} 件，可以一并审看；其余 {results[Result.MADE] - light} 件逐件审查："
            "gongkai review readings。批准以前，公众看到的不变。"
        )
    for why, count in passed.items() if not ids else ():
        click.echo(f"没有重新读取：{why} {count} 件。")
    if stopped:
        click.echo(f"重新读取中止，其余 {len(wanted) - results.total()} 件没有读。再运行一次，从中止的地方继续。")
        raise stopped
    run.note(results)
    if not ids:
        place.clear()
    return bool(results[Result.UNREAD]) or (bool(ids) and bool(results[Result.PASSED]))


def _line(found: Reread) -> str:
    version = f"  第 {found.version} 版" if found.version else ""
    title = f"  {found.title}" if found.title else ""
    counts = comparison.told(comparison.counted(found.differences)) if found.differences else ""
    return f"{found.id}{version}{title}：" + "；".join(filter(None, (found.result.value, counts, found.told)))


class _Place:
    """How far a run over all documents has come. Losing it costs time only."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def read(self) -> tuple[str, float]:
        """Return the last document that was read, "" for none, and when the run began."""
        with suppress(OSError, ValueError, KeyError, TypeError):
            told = json.loads(self._path.read_text(encoding="utf-8"))
            return str(told["after"]), float(told["begun"])
        return "", 0.0

    def write(self, id: str, begun: float) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        fresh = self._path.with_suffix(".new")
        fresh.write_text(json.dumps({"after": id, "begun": begun}), encoding="utf-8")
        fresh.replace(self._path)

    def clear(self) -> None:
        self._path.unlink(missing_ok=True)


@click.command("readings")
@click.argument("ids", nargs=-1)
@click.option("--examine", "act", flag_value="examine", help="Both examinations have passed, of all of them.")
@click.option("--approve", "act", flag_value="approve", help="Make them public; another person than who examined them.")
@click.option("--send-back", "act", flag_value="send-back", help="Send them back; what is public stays.")
@click.option("--reviewer", help="Who decides.")
@click.option("--reason", default="", help="On what ground.")
@reported
def readings(ids: tuple[str, ...], act: str | None, reviewer: str | None, reason: str) -> None:
    """List new readings of originals that wait, with all that differs; or decide about those of the list together.

    Together only where numbering or tables alone differ from what is public; the others are reviewed one by one.
    """
    if act and not (ids and reviewer and reason.strip()):
        raise click.UsageError("一并办理，须写明编号，并用 --reviewer 写明由谁办理，用 --reason 写明依据或者理由。")
    if reviewer and not act:
        raise click.UsageError("请写明办理什么：--examine 审查通过，--approve 批准，--send-back 退回。")
    if act and reviewer:
        sys.exit(1 if _decide(ids, act, reviewer, reason) else 0)
    with services() as opened:
        _list(opened, ids)


def _list(opened: Services, ids: Sequence[str]) -> None:
    with opened.catalogue.reading() as connection:
        listed = rereadings.waiting(connection)
    wanted = {named(each)[0] for each in ids}
    together: list[str] = []
    for each in listed:
        if wanted and each.id not in wanted:
            continue
        with opened.catalogue.reading() as connection:
            looked = rereadings.look(opened.catalogue, connection, each)
        state = "已经审查，等待批准" if looked.is_examined else "等待审查"
        counts = comparison.told(comparison.counted(looked.differences))
        click.echo(f"{each.id}@{each.version}  {each.title}  与第 {each.of} 版对照：{counts}  {state}")
        if each.told:
            click.echo(f"    {each.told}")
        if looked.alone:
            click.echo(f"    逐件审查：{looked.alone}")
        else:
            together.append(f"{each.id}@{each.version}")
        for line in _differences(looked.differences):
            click.echo(f"    {line}")
    jobs.say(f"共 {len(listed)} 件，可以一并审看 {len(together)} 件。")
    if together:
        jobs.say(
            f"看过以后一并审查：gongkai review readings --examine --reviewer 姓名 --reason 依据 {' '.join(together)}"
        )
        jobs.say("再由另一人一并批准：把 --examine 换成 --approve；与原件不符的，用 --send-back 退回。")


def _differences(found: Sequence[comparison.Difference]) -> Iterator[str]:
    for each in found[:_SHOWN]:
        where = f"附件《{each.part}》 " if each.part else ""
        field = f" {_LABELS.get(each.field, each.field)}" if each.field else ""
        yield f"{where}{each.kind}{field}：{_cut(each.before)} → {_cut(each.after)}"
    if len(found) > _SHOWN:
        yield f"……另有 {len(found) - _SHOWN} 处，请在工作台上对照"


def _cut(text: str) -> str:
    shown = text.replace("\t", "｜").replace("\n", "／")
    return f"“{shown[:_LONGEST]}{'…' if len(shown) > _LONGEST else ''}”" if shown else "（无）"


def _decide(ids: tuple[str, ...], act: str, reviewer: str, reason: str) -> int:
    """Decide about each reading by itself; return how many failed."""
    right = {"examine": Act.EXAMINE, "approve": Act.APPROVE, "send-back": Act.REFUSE}[act]
    decide = {"examine": rereadings.examine, "approve": rereadings.approve, "send-back": rereadings.send_back}[act]
    said = {"examine": "两项审查通过", "approve": "已公开", "send-back": "已退回"}[act]

    def each(opened: Services, id: str, version: int | None, person: str) -> str:
        if act == "approve" and (why := naming(opened, id)):
            raise DecisionRefused(id, why)
        return f"{id}: {said}（{decide(opened.catalogue, id, version, person, reason)}）"

    failed = one_by_one(ids, reviewer, right, each)
    if act == "approve" and failed < len(ids):
        jobs.say("运行 gongkai reindex 后可以检索到。")
    return failed
