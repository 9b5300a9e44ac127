"""The command that recognises the text of scans, by night."""

import sys
from collections.abc import Callable, Sequence
from datetime import datetime, time, timedelta
from time import monotonic

import click

from archive import recognition
from archive.chinese.dates import office_now, time_of_day
from archive.errors import RecogniserMissing
from archive.extract import Limits, Sandbox
from archive.recognition import Recogniser, Waiting
from archive.store.recognitions import Recognitions
from web.commands.installation import reported, services
from web.commands.jobs import say


class _Clock(click.ParamType[time]):
    name = "time"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> time:
        try:
            return value if isinstance(value, time) else time_of_day(str(value))
        except ValueError:
            self.fail(f"“{value}”不是钟点，请写成 06:00。", param, ctx)


@click.command()
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--until", type=_Clock(), metavar="HH:MM", help="Stop at this time of the day (Beijing's).")
@click.option("--minutes", type=click.IntRange(1), help="Stop after so many minutes.")
@click.option("--again", is_flag=True, help="Also try pages again that failed.")
@reported
def recognise(ids: tuple[str, ...], until: time | None, minutes: int | None, again: bool) -> None:
    """Recognise the text of scans that have none, page by page, the newest documents first.

    It stops after the page in hand when the time is over, and goes on there the next time. What is recognised
    changes no document: `gongkai reread` makes it a new version, which waits for review. Needs what `./run ocr`
    installs.

    Exits with 1 if a page could not be recognised.
    """
    failed = work_off(ids, _over(until, minutes), again)
    sys.exit(1 if failed else 0)


def work_off(ids: Sequence[str], over: Callable[[], bool], again: bool, quiet: bool = False) -> int:
    """Recognise what waits until the time is ``over``, print what was done, and return how many pages failed."""
    with services() as opened:
        if not recognition.available():
            raise RecogniserMissing
        for id in ids:
            opened.catalogue.newest(id)
        kept = Recognitions.beside(opened.blobs)
        with (
            kept.working(),
            Recogniser(kept) as recogniser,
            Sandbox(workers=1, limits=Limits(ocr_seconds=0)) as sandbox,
        ):
            waiting = recognition.queue(opened.catalogue, ids)
            tell = (lambda *_: None) if quiet else _tell(kept)
            done = recognition.work_off(waiting, opened.blobs, sandbox, recogniser, over, again, tell)
    left = f"，还有 {done.left} 页待识别" if done.left else ""
    click.echo(
        f"识别 {done.recognised} 页，没有识别成 {done.failed} 页，共 {len(done.documents)} 件文件"
        f"{'；时间已到' if done.ended and over() else ''}{left}。"
    )
    if done.recognised and not quiet:
        click.echo("识别出的文字还没有进入文件。请用 gongkai reread 编号 重新读取，成为新的一版，经审查后公开：")
        for id in done.documents:
            click.echo(id)
    return done.failed


def _over(until: time | None, minutes: int | None) -> Callable[[], bool]:
    """Return what tells whether the time is over. It counts seconds, so a clock that is set changes nothing."""
    ends = [monotonic() + 60 * minutes] if minutes else []
    if until:
        now = office_now()
        end = datetime.combine(now.date(), until, now.tzinfo)
        # At eleven in the evening, six o'clock is tomorrow's.
        ends.append(monotonic() + ((end - now) % timedelta(days=1)).total_seconds())
    return lambda: bool(ends) and monotonic() >= min(ends)


def _tell(kept: Recognitions) -> Callable[[Waiting, int, bool], None]:
    def tell(each: Waiting, page: int, success: bool) -> None:
        known = kept.of(each.digest)
        what = (
            f"识别出 {sum(len(line.text) for line in known.pages[page].lines)} 个字，"
            f"把握 {known.pages[page].confidence:.0%}"
            if success
            else f"没有识别成：{known.failed[page]}"
        )
        say(f"{each.document_id} {each.name} 第 {page} 页：{what}")

    return tell
