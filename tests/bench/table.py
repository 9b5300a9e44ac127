"""Measurements: rows that set our figures beside a peer's, as a table to read and as JSON to keep."""

import json
import os
import platform
import sqlite3
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

LIBRARIES = ("numpy", "whoosh", "jieba", "rjieba", "tantivy")


@dataclass(frozen=True, slots=True)
class Row:
    """``ours`` and ``theirs`` are the same figures, in the order that ``what`` names them.

    ``failure`` is why there are none of the peer's.
    """

    name: str
    what: str
    ours: tuple[float, ...]
    peer: str = ""
    theirs: tuple[float, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """What was measured over so many documents; 0 for what is no matter of their number."""

    documents: int
    rows: tuple[Row, ...]


def percentile(values: Iterable[float], share: float) -> float:
    """The least value that this share of the values does not exceed.

    >>> [percentile([4, 1, 3, 2], share) for share in (0.5, 0.95, 1.0)]
    [2, 4, 4]
    """
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]


def p50_p95(seconds: Iterable[float]) -> tuple[float, float]:
    """In milliseconds."""
    taken = [each * 1000 for each in seconds]
    return percentile(taken, 0.5), percentile(taken, 0.95)


def machine() -> str:
    """The machine and the versions, in a line."""
    known = ", ".join(f"{name} {found}" for name in LIBRARIES if (found := _version(name)))
    cores = len(os.sched_getaffinity(0))
    python = f"Python {platform.python_version()} ({platform.machine()})"
    return f"{cores} cores, {sys.platform}, {python}, SQLite {sqlite3.sqlite_version}, {known}"


def markdown(table: Table) -> str:
    over = f"{table.documents:,} documents" if table.documents else "Files"
    head = f"### {over}\n\n| what | gongkai | peer | ratio |\n|---|---|---|---|\n"
    return head + "\n".join(map(_line, table.rows)) + "\n"


def save(path: Path, where: str, tables: Sequence[Table]) -> None:
    saved = {"machine": where, "tables": [asdict(each) for each in tables]}
    path.write_text(json.dumps(saved, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def load(path: Path) -> list[Table]:
    saved = json.loads(path.read_text(encoding="utf-8"))
    return [
        Table(
            table["documents"],
            tuple(Row(**row | {"ours": tuple(row["ours"]), "theirs": tuple(row["theirs"])}) for row in table["rows"]),
        )
        for table in saved["tables"]
    ]


def _line(row: Row) -> str:
    theirs = f"{row.peer}: {_figures(row.theirs) or row.failure}" if row.peer else "—"
    pairs = zip(row.ours, row.theirs, strict=False)
    ratio = " / ".join(f"{ours / other:.2f}" if other else "—" for ours, other in pairs) or "—"
    return f"| {row.what} | {_figures(row.ours)} | {theirs} | {ratio} |"


def _figures(values: Iterable[float]) -> str:
    """Three digits of each."""
    return " / ".join(f"{value:,.0f}" if value >= 100 else f"{value:.3g}" for value in values)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
