"""Which cells of a Word table are merged: each cell says only whether it goes on with the one before or above it."""

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from archive.extract.text.tables import Span

# Edges up to so many twentieths of a point apart are one: programs round them row by row.
_NEAR = 40


class Placed(NamedTuple):
    """A cell's first column, and how many it takes.

    ``begins`` says that the next cell below may go on with it, ``down`` that it goes on with the cell above, and
    ``across`` with the cell before.
    """

    column: int
    columns: int
    begins: bool = False
    down: bool = False
    across: bool = False


class Merging(NamedTuple):
    """The spans of merged cells by row and column, and for each cell of each row whether another one covers it."""

    spans: dict[tuple[int, int], Span]
    covered: list[list[bool]]


def merge(rows: Sequence[Sequence[Placed]]) -> Merging:
    """Merge the cells of a table. A cell that would go on with one of another place or width begins by itself.

    Source: ECMA-376 17.4.84 (vMerge), 17.4.22 (hMerge); [MS-DOC] 2.9.327 (TCGRF); RTF 1.9.1, clvmgf and clmgf.
    """
    spans: dict[tuple[int, int], Span] = {}
    covered: list[list[bool]] = []
    # For each column, the row in which the cell above begins, and its width, if it may go on.
    above: dict[int, tuple[int, int]] = {}
    for number, cells in enumerate(rows):
        here: dict[int, tuple[int, int]] = {}
        covered.append([])
        for cell, width in _joined(cells):
            if cell is None:
                covered[-1].append(True)
                continue
            begun, before = above.get(cell.column, (number, 0))
            goes_on = cell.down and before == width
            row = begun if goes_on else number
            covered[-1].append(goes_on)
            if goes_on or cell.begins or cell.down:
                here[cell.column] = row, width
            if number > row or width > 1:
                spans[row, cell.column] = Span(number - row + 1, width)
        above = here
    return Merging(spans, covered)


def _joined(cells: Sequence[Placed]) -> list[tuple[Placed | None, int]]:
    """Return each cell with its width and that of those that go on with it, which are None."""
    found: list[tuple[Placed | None, int]] = []
    first = 0
    for at, cell in enumerate(cells):
        begun = found[first][0] if at else None
        if cell.across and begun is not None:
            found[first] = begun, cell.column + cell.columns - begun.column
            found.append((None, 0))
        else:
            first = at
            found.append((cell, cell.columns))
    return found


def until(spans: Mapping[tuple[int, int], Span], breaks: Sequence[int]) -> dict[tuple[int, int], Span]:
    """End merged cells with the rows behind which something else stands, given in rising order."""
    found = dict(spans)
    for (row, column), span in spans.items() if breaks else ():
        at = bisect_left(breaks, row)
        if at < len(breaks):
            found[row, column] = Span(min(span.rows, breaks[at] - row + 1), span.columns)
    return found


def columns(rows: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return the columns at which the edges of each row stand, given in twentieths of a point from left to right.

    Edges that nearly agree are one, unless a row has both.
    """
    known = sorted({edge for row in rows for edge in row})
    for near in (_NEAR, 0):
        begins = [edge for at, edge in enumerate(known) if not at or edge - known[at - 1] > near]
        found = [[bisect_right(begins, edge) - 1 for edge in row] for row in rows]
        if all(one < other for row in found for one, other in zip(row, row[1:], strict=False)):
            break
    return found
