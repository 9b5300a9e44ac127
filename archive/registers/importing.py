"""Takes a holiday notice into an installation's own calendar: all lines of a file, or none.

What was known before stays, so that a date can be counted again as it was counted then.
"""

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from archive.errors import BadCalendar
from archive.registers.notices import OWN_NAME, Kind, Line, numbered, own, packaged, write
from archive.registers.workdays import WEEK, Calendar


@dataclass(frozen=True, slots=True)
class Added:
    """What a file brings: the new lines, how many were there already, and what to look at (Chinese sentences)."""

    lines: tuple[Line, ...]
    already: int
    hints: tuple[str, ...]


def add(data: Path, file: Path, today: date) -> Added:
    """Add a file's lines to the calendar in the folder ``data``, which is made if need be.

    Raises BadCalendar with every line that can't be added, or OSError; then nothing has changed.
    """
    # What is refused leaves no folder behind.
    plan(data, file, today)
    data.mkdir(parents=True, exist_ok=True)
    with _alone(data):
        added = plan(data, file, today)
        if added.lines:
            write(data / OWN_NAME, (*own(data), *added.lines))
    return added


def plan(data: Path, file: Path, today: date) -> Added:
    """Return what ``add`` would do, and do nothing. Raises as ``add``."""
    offered = numbered(file)
    before = Calendar((*packaged(), *own(data)))
    known = {line.key: line for line in before.lines}
    fresh = [(at, line) for at, line in offered if line.key not in known]
    after = Calendar((*before.lines, *(line for _, line in fresh)))
    problems = [f"第 {at} 行：{wrong}" for at, line in offered if (wrong := _wrong(line, known.get(line.key), today))]
    if problems := problems or after.incomplete():
        raise BadCalendar(file.name, problems)
    return Added(tuple(line for _, line in fresh), len(offered) - len(fresh), tuple(_hints(fresh, before, after)))


def _wrong(line: Line, known: Line | None, today: date) -> str:
    """Say why a line can't be added; "" if it can."""
    if line.known_since > today:
        return f"通知日期 {line.known_since} 在今天之后，请核对。"
    if not known and not line.number and not line.holiday:
        return "节日和文号都没有写，至少写明一项，作为依据。"
    if known and known.kind is not line.kind:
        return f"{line.said}，与已有的 {known.notice}同日通知而相反，请核对。"
    return ""


def _hints(fresh: Sequence[tuple[int, Line]], before: Calendar, after: Calendar) -> Iterator[str]:
    days = [(at, line) for at, line in fresh if line.kind is not Kind.YEAR]
    for at, line in days:
        in_effect = after.line(line.day)
        if in_effect and in_effect is not line:
            yield f"第 {at} 行：{line.said}，已有日期更晚的 {in_effect.notice}，现行日历按后者。"
        elif line.kind is Kind.WORK and line.day.weekday() < 5 and before.line(line.day) is None:
            yield f"第 {at} 行：{line.day} 是星期{WEEK[line.day.weekday()]}，本来就上班，请核对日期。"
    for year in sorted({line.day.year for _, line in days} - set(after.years)):
        yield (
            f"{year} 年还没有写明“全年”的一行，涉及该年的期限仍然待定。通知录全以后，再录入一行："
            f"日期 {year}，安排 全年，并写明文号和通知日期。"
        )


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Lock out others who add lines."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)
