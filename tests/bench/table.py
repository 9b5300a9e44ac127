"""Tables of measurements, which compare our figures with a peer's, as Markdown to read and as JSON to keep."""

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
    """A row of figures.

    ``ours`` and ``theirs`` are the same figures, in the order in which ``what`` names them. ``failure`` says why the
    peer has none.
    """

    name: str
    what: str
    ours: tuple[float, ...]
    peer: str = ""
    theirs: tuple[float, ...] = ()
    failure: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Measurements over a number of documents, or 0 for those that do not depend on it."""

    documents: int
    rows: tuple[Row, ...]


def percentile(values: Iterable[float], share: float) -> float:
    """Return the smallest value that is at least as large as this share of the values.

    >>> [percentile([4, 1, 3, 2], share) for share in (0.5, 0.95, 1.0)]
    [2, 4, 4]
    """
    ordered = sorted(values)
    return ordered[max(0, -int(-len(ordered) * share // 1) - 1)]


def p50_p95(seconds: Iterable[float]) -> tuple[float, float]:
    """Return the median and the 95th percentile in milliseconds."""
    taken = [each * 1000 for each in seconds]
    return percentile(taken, 0.5), percentile(taken, 0.95)


def machine() -> str:
    """Describe the machine and the versions of libraries in one line."""
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
    """Write each value with three digits."""
    return " / ".join(f"{value:,.0f}" if value >= 100 else f"{value:.3g}" for value in values)


def _version(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
