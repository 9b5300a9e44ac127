"""Plotting a run: how time, size and memory grow with the number of documents."""

from collections.abc import Callable, Sequence
from pathlib import Path

from tests.bench.bed import FTS5, OURS, TANTIVY
from tests.bench.searching import SHAPED
from tests.bench.table import Row, Table

_COLOURS = {OURS: "#b3261e", TANTIVY: "#1f5fa8", FTS5: "#6b6b6b"}
_DASHED = " --"
# For each line: its label, whose colour it has, the row's name, the peer ("" for ours), and which figure is drawn.
_Line = tuple[str, str, str, str, Callable[[int, Sequence[float]], float]]


def _figure(at: int) -> Callable[[int, Sequence[float]], float]:
    return lambda _, figures: figures[at]


def _three(row: str, of: Callable[[int, Sequence[float]], float]) -> list[_Line]:
    return [(OURS, OURS, row, "", of), (TANTIVY, TANTIVY, row, TANTIVY, of), (FTS5, FTS5, row, FTS5, of)]


_PANELS: dict[str, list[_Line]] = {
    "Rebuild from extracted text (s)": _three("rebuild", lambda documents, figures: documents / figures[0]),
    "Index size (MB)": _three("size", _figure(0)),
    "Memory (MB)": [
        ("gongkai, rebuild", OURS, "rebuild", "", _figure(2)),
        ("gongkai, server --", OURS, "memory", "", _figure(0)),
        ("tantivy, rebuild", TANTIVY, "rebuild", TANTIVY, _figure(2)),
        ("FTS5, rebuild", FTS5, "rebuild", FTS5, _figure(2)),
    ],
    "Query with six facets, p95 (ms)": [
        ("gongkai, cold --", OURS, "cold", "", _figure(1)),
        ("gongkai, warm", OURS, "warm", "", _figure(1)),
        ("tantivy, warm", TANTIVY, "warm", SHAPED, _figure(1)),
        ("FTS5, warm", FTS5, "warm", FTS5, _figure(1)),
    ],
}


def draw(tables: Sequence[Table], path: Path) -> None:
    """Draw the plot. The same run makes the same file, without a date or random names."""
    import matplotlib as mpl

    sized = sorted((table for table in tables if table.documents), key=lambda table: table.documents)
    with mpl.rc_context({"svg.hashsalt": "gongkai", "svg.fonttype": "none", "font.size": 8}):
        from matplotlib.figure import Figure
        from matplotlib.ticker import LogFormatter

        figure = Figure(figsize=(8, 6), layout="constrained")
        for axes, (title, lines) in zip(figure.subplots(2, 2).flat, _PANELS.items(), strict=True):
            for label, whose, name, peer, of in lines:
                known = {table.documents: _figures(table.rows, name, peer) for table in sized}
                points = {documents: of(documents, figures) for documents, figures in known.items() if figures}
                style = "o--" if label.endswith(_DASHED) else "o-"
                label = label.removesuffix(_DASHED)
                axes.plot([*points], [*points.values()], style, color=_COLOURS[whose], label=label)
            axes.set(title=title, xlabel="documents", xscale="log", yscale="log")
            axes.set_xticks([table.documents for table in sized], [f"{table.documents:,}" for table in sized])
            axes.set_xticks([], minor=True)
            axes.yaxis.set_major_formatter(LogFormatter())
            axes.yaxis.set_minor_formatter(LogFormatter(minor_thresholds=(1, 0.4)))
            axes.grid(visible=True, which="major", color="#dddddd", linewidth=0.5)
            axes.legend(frameon=False)
        figure.savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def _figures(rows: Sequence[Row], name: str, peer: str) -> tuple[float, ...]:
    """Return the peer's figures from the first row with this name and peer, or ours if no peer is named."""
    for row in rows:
        if row.name == name and (not peer or row.peer == peer):
            return row.theirs if peer else row.ours
    return ()
