"""What each night's jobs did: a line for each step in a file, and a stamp of the last night on which all went well.

The file is for staff. The stamp alone is read by what the public sees, which tells when it is old.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Any

from archive.chinese.dates import OFFICE_TIME
from archive.plain import one_line
from archive.store.space import append_line

FILE, STAMP = "nights.jsonl", "last-good-night"
_LABELS = {
    "due": "到期事项",
    "index": "检索索引",
    "staff-index": "工作人员的索引",
    "self-check": "检索自检",
    "monitor": "日常监测",
    "annual-report": "年度报告的期限",
    "lists": "元数据清单",
    "verify": "核验",
    "backup": "备份",
    "clean-up": "清理",
    "recognise": "识别扫描件",
}
# The nights that the file keeps: a little more than a year.
KEPT = 400
# A night after which nothing was heard for so long was the last one. One begins a day after the other.
_LATE = timedelta(hours=36)
_AHEAD = timedelta(minutes=5)


class Outcome(StrEnum):
    DONE = "完成"
    SKIPPED = "略过"
    FAILED = "没有做成"
    LATE = "超时"
    CUT = "中断"


WELL = frozenset({Outcome.DONE, Outcome.SKIPPED})


@dataclass(frozen=True, slots=True)
class Step:
    """What one step did. ``told`` are the last lines that it printed, or why it was skipped."""

    name: str
    outcome: Outcome
    seconds: float = 0.0
    told: tuple[str, ...] = ()


@dataclass(slots=True)
class Night:
    """One night: when it began, its steps in order, and when it ended, which is None if it was cut off or goes on."""

    began: datetime
    steps: list[Step] = field(default_factory=list)
    ended: datetime | None = None

    @property
    def well(self) -> bool:
        return self.ended is not None and all(step.outcome in WELL for step in self.steps)

    @property
    def failed(self) -> list[Step]:
        return [step for step in self.steps if step.outcome not in WELL]


class Record:
    """Writes what a night does, a line as soon as it is known. What can't be written is raised as OSError."""

    def __init__(self, data: Path) -> None:
        self._data = data
        self.night = Night(datetime.now(UTC))

    def begin(self) -> None:
        self._write({"began": _text(self.night.began)})

    def add(self, step: Step) -> None:
        self.night.steps.append(step)
        told = {"step": step.name, "outcome": step.outcome.name, "seconds": round(step.seconds, 1), "told": step.told}
        self._write(told)

    def end(self) -> None:
        """Note the end, stamp a good night, and drop the oldest nights that are too many."""
        ended = datetime.now(UTC)
        self._write({"ended": _text(ended)})
        self.night.ended = ended
        if self.night.well:
            _replace(self._data / STAMP, _text(ended) + "\n")
        nights = _lines_of_nights(self._data)
        if len(nights) > KEPT:
            _replace(self._data / FILE, "".join(line + "\n" for night in nights[-KEPT:] for line in night))

    def _write(self, told: dict[str, object]) -> None:
        append_line(self._data / FILE, {"night": _text(self.night.began), **told})


def nights(data: Path, most: int) -> list[Night]:
    """Return the last nights, the newest first. Lines that can't be read are left out."""
    found = []
    for lines in islice(reversed(_lines_of_nights(data)), most):
        told = [each for line in lines if (each := _read(line)) is not None]
        night = Night(datetime.fromisoformat(told[0]["night"]))
        for each in told:
            with suppress(KeyError, TypeError, ValueError, OverflowError):
                if "step" in each:
                    night.steps.append(_step(each))
                elif "ended" in each:
                    night.ended = datetime.fromisoformat(each["ended"]).astimezone(OFFICE_TIME)
        found.append(night)
    return found


def last_good(data: Path) -> datetime | None:
    """Return when the last night ended on which everything was done; None if there is none that can be believed."""
    try:
        stamped = datetime.fromisoformat((data / STAMP).read_bytes()[:64].decode("ascii").strip())
        return stamped if stamped <= datetime.now(UTC) + _AHEAD else None
    except (OSError, ValueError, TypeError):
        return None


def is_late(good: datetime | None) -> bool:
    """Tell whether a night that should have gone well since did not. Without any good night nobody runs them."""
    return good is not None and datetime.now(UTC) - good > _LATE


def when(night: Night) -> str:
    """Say when a night was, and whether it came to its end."""
    began = night.began.astimezone(OFFICE_TIME)
    if night.ended is None:
        return f"{began:%Y-%m-%d %H:%M} 开始，还没有结束，或者中断了"
    return f"{began:%Y-%m-%d %H:%M} 至 {night.ended.astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}"


def label(name: str) -> str:
    """Return what a step is called; one of another version by its name."""
    return _LABELS.get(name, name)


def _step(told: dict[str, Any]) -> Step:
    lines = tuple(one_line(str(line)) for line in told.get("told", ()))
    return Step(str(told["step"]), Outcome[told["outcome"]], float(told.get("seconds", 0)), lines)


def _lines_of_nights(data: Path) -> list[list[str]]:
    """Return the lines of each night, in the order in which the nights began."""
    found: dict[str, list[str]] = {}
    for line in _lines(data):
        if told := _read(line):
            found.setdefault(told["night"], []).append(line)
    return list(found.values())


def _lines(data: Path) -> Iterator[str]:
    with suppress(FileNotFoundError), (data / FILE).open(encoding="utf-8", errors="replace") as file:
        yield from (line.rstrip("\n") for line in file)


def _read(line: str) -> dict[str, Any] | None:
    """Return what a line says; None unless it names the night that it belongs to."""
    try:
        told = json.loads(line)
        night = datetime.fromisoformat(told["night"])
        return told if night.tzinfo and night.astimezone(OFFICE_TIME) else None
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f".{path.name}")
    fresh.write_text(text, encoding="utf-8")
    fresh.replace(path)


def _text(at: datetime) -> str:
    return at.isoformat(timespec="milliseconds")
