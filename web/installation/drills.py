"""What each restore drill found: a line for each in a file of the data folder, for whoever looks after the machine."""

import json
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from archive.store.space import append_line

FILE = "drills.jsonl"


@dataclass(frozen=True, slots=True)
class Drill:
    """One drill: when it ended, of which backup, how many minutes it took, and what was wrong, "" for nothing."""

    ended: datetime
    backup: str
    minutes: float
    wrong: str


def note(data: Path, drill: Drill) -> None:
    """Append a drill. Raises OSError."""
    ended = drill.ended.isoformat(timespec="seconds")
    append_line(
        data / FILE,
        {"ended": ended, "backup": drill.backup, "minutes": round(drill.minutes, 1), "wrong": drill.wrong},
    )


def last(data: Path) -> Drill | None:
    """Return the last drill that can be read; None if there was none."""
    with suppress(FileNotFoundError):
        for line in reversed((data / FILE).read_text(encoding="utf-8", errors="replace").splitlines()):
            with suppress(ValueError, TypeError, KeyError, RecursionError):
                told = json.loads(line)
                ended = datetime.fromisoformat(told["ended"]).astimezone(UTC)
                return Drill(ended, str(told["backup"]), float(told["minutes"]), str(told["wrong"]))
    return None
