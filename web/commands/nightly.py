"""The night: one command for all that is to be done daily, each step in a process of its own.

A step that fails, hangs or is killed stops no other. Each may be done twice, so a night that was killed is run again.
"""

import fcntl
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from time import monotonic, sleep
from traceback import extract_tb
from typing import IO, NoReturn

import click
from sqlalchemy.exc import SQLAlchemyError

from archive.errors import GongkaiError, NightBusy
from archive.plain import one_line
from archive.reasons import why
from archive.store.folder import require_archive, require_owner
from indexer.errors import IndexerBusy
from web.commands import alerting
from web.commands.installation import CODES, THIS_PROGRAM, reported
from web.commands.steps import TASKS, Task
from web.installation.nights import WELL, Outcome, Record, Step, label, nights, when
from web.installation.settings import Settings

LOCK = "nightly.lock"
# Of what a step prints the end is kept.
LINES, WIDTH, _READ = 20, 300, 64 << 10
# Another process writes to the same index: how long until the step is tried again, and how often.
PAUSE, TIMES = 60.0, 30
# Seconds that a step has to end by itself once it was told to.
PATIENCE = 30.0
# Seconds between looks whether a step has ended or the night is to stop.
_GLANCE = 0.2


@click.command()
@click.option("--step", "only", metavar="NAME", help="Do one step alone, here and now, and print what it does.")
@click.option("--last", is_flag=True, help="Only print what the last night did; exits with 1 if it was not well.")
@reported
def nightly(only: str | None, last: bool) -> None:
    """Do what is to be done each night, for cron or a timer. Prints nothing if all went well.

    What has come to its day, both indexes, a test of the search, the lists, a ninetieth of the originals verified, a
    backup (GONGKAI_BACKUP), cleaning up, and scans until GONGKAI_NIGHT_UNTIL. A step that fails stops no other.

    Exits with 1 if a step failed, and with 3 if another night is at work.
    """
    settings = Settings.from_environment()
    require_owner(settings.data)
    require_archive(settings.data)
    if last:
        _show(settings)
    if only is not None:
        _do(only, settings)
        return
    with _alone(settings.data) as (lock, stop):
        record = Record(settings.data)
        unwritten = _each_step(settings, record, lock, stop)
    failed = record.night.failed
    if not failed and not unwritten:
        return
    lines = [unwritten] if unwritten else []
    for step in failed:
        lines += [f"{label(step.name)}：{step.outcome}", *(f"    {each}" for each in step.told)]
    _complain(lines)
    _complain(alerting.tell(settings, "\n".join(lines)))
    sys.exit(1)


def _complain(lines: list[str]) -> None:
    for line in lines:
        click.echo(line if line.startswith(" ") else f"gongkai: {line}", err=True)


def _do(name: str, settings: Settings) -> None:
    if name not in TASKS:
        raise click.UsageError(f"--step {name}：应为 {'、'.join(TASKS)} 之一。")
    if reason := TASKS[name].skipped(settings):
        click.echo(f"{label(name)}：略过，{reason}。")
    else:
        try:
            TASKS[name].run(settings)
        except (GongkaiError, OSError, SQLAlchemyError):
            raise
        except Exception as error:
            # Its own words may be a document's or a person's, and go to those who may see none.
            click.echo(f"程序出错（{type(error).__name__}），请把以下各行告诉开发者：", err=True)
            for frame in extract_tb(error.__traceback__):
                click.echo(f"{Path(frame.filename).name}:{frame.lineno} {frame.name}", err=True)
            sys.exit(1)


class Stop:
    """Set when the night is told to stop. One signal may come while another is dealt with, so nothing is locked."""

    def __init__(self) -> None:
        self._is_set = False

    def set(self, *_: object) -> None:
        self._is_set = True

    def is_set(self) -> bool:
        return self._is_set

    def wait(self, seconds: float) -> bool:
        """Wait so long, or until it is set, which is returned."""
        until = monotonic() + seconds
        while not self._is_set and (left := until - monotonic()) > 0:
            sleep(min(left, _GLANCE))
        return self._is_set


def _each_step(settings: Settings, record: Record, lock: IO[str], stop: Stop) -> str:
    """Do each step in turn. Returns a sentence if something could not be written down, otherwise ""."""
    unwritten = _written(record.begin)
    for name, task in TASKS.items():
        if reason := _left_out(task, settings):
            step = Step(name, Outcome.SKIPPED, told=(reason,))
        else:
            step = _apart(name, task.minutes * 60, lock, stop)
        unwritten = _written(partial(record.add, step)) or unwritten
        if stop.is_set():
            break
    return _written(record.end) or unwritten


def _left_out(task: Task, settings: Settings) -> str:
    """Return what leaves a step out. Where that can't be found out the step itself says why."""
    try:
        return task.skipped(settings)
    except (GongkaiError, OSError, SQLAlchemyError, ValueError):
        return ""


def _written(write: Callable[[], None]) -> str:
    """Write to the record. A full disk must not be the end of the night."""
    try:
        write()
    except OSError as error:
        return f"这一夜的记录没有写成（{why(error)}）。各步照做；请腾出空间。"
    return ""


def _apart(name: str, seconds: float, lock: IO[str], stop: Stop) -> Step:
    """Do a step in a process of its own; wait while another process writes to what it needs."""
    began = monotonic()
    for _ in range(TIMES):
        try:
            # In memory: what is printed must not fail a step where no disk takes anything.
            with os.fdopen(os.memfd_create("step"), "w+b") as out:
                outcome, code = _run(name, seconds, out, lock, stop)
                told = _end_of(out)
        except OSError as error:
            return Step(name, Outcome.FAILED, monotonic() - began, (f"没有能够开始：{why(error)}。",))
        if code != CODES[IndexerBusy] or monotonic() - began > seconds or stop.wait(PAUSE):
            break
    return Step(name, outcome, monotonic() - began, told)


def _run(name: str, seconds: float, out: IO[bytes], lock: IO[str], stop: Stop) -> tuple[Outcome, int]:
    """Run a step until it ends, its time is over or the night is told to stop; return its exit code, too."""
    child = subprocess.Popen(  # noqa: S603  # our own program
        [*THIS_PROGRAM, "nightly", "--step", name],
        stdin=subprocess.DEVNULL,
        # No pipe: if this process is killed, the step goes on to its end. It holds the lock, too, so that no second
        # night begins before that.
        stdout=out,
        stderr=subprocess.STDOUT,
        pass_fds=(lock.fileno(),),
        start_new_session=True,
    )
    until, late = monotonic() + seconds, False
    while child.poll() is None and not stop.is_set() and not (late := monotonic() > until):
        with suppress(subprocess.TimeoutExpired):
            child.wait(_GLANCE)
    if child.poll() is not None:
        return (Outcome.FAILED if child.returncode else Outcome.DONE), child.returncode
    for each in (signal.SIGTERM, signal.SIGKILL):
        # With all that it has started.
        with suppress(ProcessLookupError):
            os.killpg(child.pid, each)
        with suppress(subprocess.TimeoutExpired):
            child.wait(PATIENCE)
    return (Outcome.LATE if late else Outcome.CUT), -1


def _end_of(out: IO[bytes]) -> tuple[str, ...]:
    size = out.seek(0, os.SEEK_END)
    out.seek(max(0, size - _READ))
    lines = [one_line(line)[:WIDTH] for line in out.read().decode("utf-8", "replace").splitlines()]
    return tuple([line for line in lines if line][-LINES:])


@contextmanager
def _alone(data: Path) -> Iterator[tuple[IO[str], Stop]]:
    """Lock out a second night. Yields the lock, and what is set when this one is told to stop. Raises NightBusy."""
    with (
        (data / LOCK).open("a") as opened,
        # Who calls may have closed standard input, whose number would be the lock's, and is not handed on to a step.
        os.fdopen(fcntl.fcntl(opened, fcntl.F_DUPFD_CLOEXEC, 3), "a") as lock,
    ):
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise NightBusy from error
        stop = Stop()
        signals = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
        before = {each: signal.signal(each, stop.set) for each in signals}
        try:
            yield lock, stop
        finally:
            for each, former in before.items():
                signal.signal(each, former)


def _show(settings: Settings) -> NoReturn:
    found = nights(settings.data, 1)
    if not found:
        click.echo("还没有运行过 gongkai nightly。", err=True)
        sys.exit(1)
    click.echo(when(found[0]))
    for step in found[0].steps:
        seconds = "" if step.outcome is Outcome.SKIPPED else f"，{step.seconds:.0f} 秒"
        click.echo(f"{label(step.name)}：{step.outcome}{seconds}")
        for line in step.told[-1:] if step.outcome in WELL else step.told:
            click.echo(f"    {line}")
    sys.exit(0 if found[0].well else 1)
