"""The evidence of a quarter: on which nights the site was monitored, what was found, and what became of it.

A file with its own hash, which the audit log has too: that it was not written afterwards can be shown from there.
"""

import json
import os
import re
from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from archive import VERSION
from archive.chinese.dates import OFFICE_TIME
from archive.errors import EntryRefused
from archive.registers.books.book import Book
from archive.registers.books.columns import day
from archive.registers.requests.request import Actor
from archive.store import canonical
from archive.store.space import naming
from web.installation import boards, nights
from web.installation.settings import Settings

_QUARTER = re.compile(r"(20\d\d)-?[Qq]?([1-4])", re.ASCII)


def write(settings: Settings, book: Book, quarter: str, path: Path, by: Actor) -> tuple[int, str]:
    """Write the evidence of a quarter (2026-Q3) to a new file; return how many findings are in it, and its hash.

    Raises EntryRefused for what is no quarter, or one that has not begun; OSError.
    """
    begin, end = _days(quarter, book.today())
    found = []
    for each in book.all():
        on, closed = day(each.facts, "found_on"), day(each.facts, "closed_on")
        # Whatever was open on one of its days.
        if on and on <= end and (closed is None or closed >= begin):
            events = [asdict(event) for event in book.events(each.id)]
            found.append({"number": each.number, "facts": dict(each.facts), "events": events})
    told: dict[str, object] = {
        "site": settings.site_name,
        "quarter": quarter,
        "from": begin.isoformat(),
        "until": end.isoformat(),
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "program": VERSION,
        "nights": _nights(settings.data, begin, end),
        "columns": _columns(settings.data),
        "findings": sorted(found, key=lambda each: str(each["number"])),
    }
    # As it is read again.
    told = json.loads(json.dumps(told, ensure_ascii=False))
    digest = canonical.digest(told)
    with naming(path), open(path, "x", encoding="utf-8", opener=_mine) as out:
        json.dump({**told, "sha256": digest}, out, ensure_ascii=False, indent=1)
        out.write("\n")
    book.note(by, "book.export", {"rows": len(found), "quarter": quarter, "digest": digest})
    return len(found), digest


def _mine(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _days(quarter: str, today: date) -> tuple[date, date]:
    read = _QUARTER.fullmatch(quarter)
    if not read:
        raise EntryRefused("季度应写成 2026-Q3 的样子。")
    year, number = int(read[1]), int(read[2])
    begin = date(year, 3 * number - 2, 1)
    end = (date(year + number // 4, 3 * number % 12 + 1, 1)) - timedelta(days=1)
    if begin > today:
        raise EntryRefused(f"{quarter} 还没有开始。")
    return begin, min(end, today)


def _nights(data: Path, begin: date, end: date) -> list[dict[str, object]]:
    """Return what each night of these days says of the monitoring, the first night first."""
    told: list[dict[str, object]] = []
    for night in reversed(nights.nights(data, nights.KEPT)):
        for step in night.steps:
            if step.name == "monitor" and begin <= night.began.astimezone(OFFICE_TIME).date() <= end:
                at = night.began.isoformat(timespec="seconds")
                told.append({"began": at, "outcome": step.outcome.value, "told": list(step.told)})
    return told


def _columns(data: Path) -> list[dict[str, object]]:
    board = boards.read(data)
    if board is None:
        return []
    return [
        {
            **{"as_of": str(board.on), "column": each.column, "documents": each.count, "unit": each.unit},
            **{"newest": str(each.newest or ""), "due": str(each.due or ""), "days_left": each.left(board.on)},
        }
        for each in board.columns
    ]
