"""The steps of a night: what each does, how long it may take, and what leaves it out.

Each runs in a process of its own, and what it needs is loaded there.
"""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING

import click

from archive.chinese.dates import office_now
from web.installation.settings import Settings

if TYPE_CHECKING:
    from web.installation.services import Services

# By day nobody's pages become slower for the sake of scans.
_LONGEST_NIGHT = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class Task:
    """A step: how many minutes it may take, what it does, and what leaves it out, "" for nothing."""

    minutes: float
    run: Callable[[Settings], None]
    skipped: Callable[[Settings], str] = lambda settings: ""


def _due(settings: Settings) -> None:
    from archive.decisions import validity
    from web.commands.scheduling import come_due

    with _opened() as opened:
        turned = validity.turn(opened.catalogue, opened.catalogue.today())
        happened = come_due(opened)
    for each in happened:
        if not each.public:
            click.echo(f"{each.id} 到时没有公开，请看工作台的“定时公开”。")
    public = sum(each.public for each in happened)
    left = len(happened) - public
    click.echo(f"效力或者公开期限到期 {len(turned)} 件，到时公开 {public} 件，到时没有公开 {left} 件。")


def _index(settings: Settings) -> None:
    from web.commands import jobs

    with _opened() as opened:
        jobs.bring_up(opened, full=False)


def _staff_index(settings: Settings) -> None:
    from web.commands import jobs

    with _opened() as opened:
        jobs.bring_up_staff(opened, full=False)


def _self_check(settings: Settings) -> None:
    """Search for titles and for the county's golden queries as citizens would, and find each among the first hits."""
    from web.search import golden

    with _opened() as opened:
        sample = golden.titles(opened.catalogue)
        listed = golden.load(settings.data / golden.FILE)
        asked = golden.public(opened.catalogue, listed)
        missing = [golden.missed(opened, each) for each in (sample, asked)]
    found = len(sample) - len(missing[0])
    click.echo(f"以标题检索 {len(sample)} 件，前 {golden.FIRST} 条中找到 {found} 件。")
    if listed:
        aside = f"，另有 {len(listed) - len(asked)} 条的文件现在不公开" if len(listed) > len(asked) else ""
        click.echo(f"必查检索 {len(asked)} 条，找到 {len(asked) - len(missing[1])} 条{aside}。")
    if lost := [*missing[0], *missing[1]]:
        click.echo(f"没有找到：{golden.told(lost)}。请运行 gongkai reindex --full，再看是否仍然如此。")
        sys.exit(1)


def _monitor(settings: Settings) -> None:
    from web.commands import monitor

    with _opened() as opened:
        # What is found is no failure of the night: it stands in the register.
        monitor.note(opened, settings.check_links)


def _annual_report(settings: Settings) -> None:
    """Say how the reports of the last year stand, and remind of them on the days of the forms."""
    from archive.annual import deadlines
    from archive.chinese.dates import office_today
    from web.commands import alerting, annual

    with _opened() as opened, annual.open_book(opened) as book:
        found = deadlines.standing(settings.data, book, office_today())
    for each in found.sentences:
        click.echo(each)
    if found.reminds:
        told = alerting.tell(settings, "\n".join(found.sentences), "年度报告快到期了", "gongkai annual-report due")
        for each in told:
            click.echo(each)


def _lists(settings: Settings) -> None:
    from web.commands import jobs

    with _opened() as opened:
        jobs.make_lists(opened)


def _verify(settings: Settings) -> None:
    from archive.chinese.dates import office_today
    from web.commands import jobs

    with _opened(reading=True) as opened:
        wrong = jobs.verify(opened, office_today())
    sys.exit(1 if wrong else 0)


def _backup(settings: Settings) -> None:
    from web.commands import custody

    if settings.backup:
        custody.make_backup(settings.backup, settings.backup_keep)


def _clean_up(settings: Settings) -> None:
    from archive.registers import cleaning
    from archive.registers.staff import Staff

    with _opened() as opened, closing(Staff(settings.staff_database_url, opened.catalogue.keys)) as staff:
        counts = cleaning.clean(staff, settings.data)
    click.echo("清理：" + "，".join(f"{what} {count}" for what, count in counts.items()) + "。")


def _scans(settings: Settings) -> None:
    from web.commands import recognising

    # Pages that failed are told, and wait for `gongkai recognise --again`.
    recognising.work_off((), _until_morning(settings), again=False, quiet=True)


def _without_staff(settings: Settings) -> str:
    from archive.registers import staff

    return "" if staff.is_there(settings.staff_database_url) else "没有启用工作台"


def _without_report(settings: Settings) -> str:
    from archive.annual.settings import FILE

    if without := _without_staff(settings):
        return without
    return "" if (settings.data / FILE).exists() else f"没有 {FILE}"


def _without_backup(settings: Settings) -> str:
    return "" if settings.backup else "没有设置 GONGKAI_BACKUP"


def _without_recogniser(settings: Settings) -> str:
    from archive import recognition

    if not recognition.available():
        return "没有安装识别组件（./run ocr）"
    return "" if _until_morning(settings)() is False else "时间已到"


def _rest(settings: Settings) -> timedelta:
    """Return how long it is until the night ends. What is begun in the hours after that end has no time."""
    now = office_now()
    end = datetime.combine(now.date(), settings.night_until, now.tzinfo)
    rest = (end - now) % timedelta(days=1)
    return rest if rest <= _LONGEST_NIGHT else timedelta(0)


def _until_morning(settings: Settings) -> Callable[[], bool]:
    ends = monotonic() + _rest(settings).total_seconds()
    return lambda: monotonic() >= ends


@contextmanager
def _opened(reading: bool = False) -> "Iterator[Services]":
    from web.commands.installation import services

    with services(reading=reading) as opened:
        yield opened


# In this order: what is done last may take until the morning.
TASKS: Mapping[str, Task] = {
    "due": Task(30, _due),
    "index": Task(360, _index),
    "staff-index": Task(360, _staff_index, _without_staff),
    "self-check": Task(30, _self_check),
    "monitor": Task(180, _monitor),
    "annual-report": Task(10, _annual_report, _without_report),
    "lists": Task(60, _lists),
    "verify": Task(360, _verify),
    "backup": Task(360, _backup, _without_backup),
    "clean-up": Task(30, _clean_up, _without_staff),
    # It ends by itself in the morning, and soon after.
    "recognise": Task(12 * 60 + 10, _scans, _without_recogniser),
}
