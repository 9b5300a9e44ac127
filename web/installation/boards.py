"""What the last monitoring saw of each column, in a file of the data folder, which the desk shows at once."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from archive.monitoring import Freshness, Seen, Standards
from archive.store.space import naming

FILE = "monitoring.json"


@dataclass(frozen=True, slots=True)
class Board:
    """The columns with their days, how many findings there were of each kind, and from how many on a site fails."""

    on: date
    documents: int
    columns: tuple[Freshness, ...]
    counts: Mapping[str, int]
    limits: Mapping[str, int]


def save(data: Path, seen: Seen, standards: Standards) -> None:
    """Write what was seen. Raises OSError."""
    counts: dict[str, int] = {}
    for each in seen.findings:
        counts[each.kind.value] = counts.get(each.kind.value, 0) + 1
    told = {
        "on": seen.today.isoformat(),
        "documents": seen.documents,
        "columns": [
            [each.column, each.count, each.newest and str(each.newest), each.due and str(each.due), each.unit]
            for each in seen.columns
        ],
        "counts": counts,
        "limits": dict(standards.limits),
    }
    fresh = data / f".{FILE}"
    with naming(fresh):
        fresh.write_text(json.dumps(told, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    fresh.replace(data / FILE)


def read(data: Path) -> Board | None:
    """Return what was seen last; None if nothing was, or it can't be read."""
    try:
        told = json.loads((data / FILE).read_text(encoding="utf-8"))
        columns = tuple(
            Freshness(str(column), int(count), _day(newest), _day(due), str(unit))
            for column, count, newest, due, unit in told["columns"]
        )
        on = date.fromisoformat(told["on"])
        return Board(on, int(told["documents"]), columns, dict(told["counts"]), dict(told["limits"]))
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
