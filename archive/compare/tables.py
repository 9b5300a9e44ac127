"""What differs between two tables, cell by cell, with rows and columns that were added or removed."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from archive.compare.alignment import ALIKE, Budget, aligned
from archive.compare.words import Change, Piece, likeness, pieces

Row = tuple[str, ...]
_DIGITS = re.compile(r"\d+")
# So many rows tell which column is which.
_READ = 500


@dataclass(frozen=True, slots=True)
class CellDifference:
    pieces: Sequence[Piece]
    change: Change


@dataclass(frozen=True, slots=True)
class RowDifference:
    cells: Sequence[CellDifference]
    change: Change


@dataclass(frozen=True, slots=True)
class TableDifference:
    """Two versions of a table, or a table that only one version has. Every row has a cell for each of the ``columns``.

    ``name`` is what pages call it in the newer version ("表 2"), or in the older where the newer has it no more.
    """

    name: str
    columns: Sequence[Change]
    rows: Sequence[RowDifference]
    change: Change


def row(line: str) -> Row:
    """Return the cells of a line. Empty ones at its end say nothing, and are left out."""
    return tuple(line.rstrip("\t").split("\t"))


def compare(name: str, before: Sequence[Row], after: Sequence[Row], budget: Budget) -> TableDifference:
    """Compare two tables given as rows. Columns are known by their headings, else by what stands in them."""
    columns = _columns(before, after, budget)
    shared = [(one, other) for one, other in columns if one is not None and other is not None]
    left = [tuple(_cell(each, one) for one, _ in shared) for each in before]
    right = [tuple(_cell(each, other) for _, other in shared) for each in after]
    steps = aligned(left, right, (lambda cells: cells, _without_digits, _label), _alike, budget)
    rows = [
        _row(
            () if one is None else before[one],
            () if other is None else after[other],
            columns,
            _kind(one, other),
            budget,
        )
        for one, other in steps
    ]
    kinds = [_kind(one, other) for one, other in columns]
    changed = any(each.change is not Change.SAME for each in rows)
    return TableDifference(name, kinds, rows, Change.CHANGED if changed else Change.SAME)


def _row(
    before: Row, after: Row, columns: Sequence[tuple[int | None, int | None]], kind: Change, budget: Budget
) -> RowDifference:
    cells = []
    for one, other in columns:
        former = "" if one is None else _cell(before, one)
        newer = "" if other is None else _cell(after, other)
        change = Change.SAME if former == newer else _kind(former or None, newer or None, Change.CHANGED)
        cells.append(CellDifference(pieces(former, newer, budget), change))
    if kind is Change.SAME and any(cell.change is not Change.SAME for cell in cells):
        kind = Change.CHANGED
    return RowDifference(cells, kind)


def _columns(before: Sequence[Row], after: Sequence[Row], budget: Budget) -> list[tuple[int | None, int | None]]:
    """Pair the columns of two tables by what stands in them; the same heading counts for half."""
    return aligned(_turned(before), _turned(after), (), _column_likeness, budget)


@dataclass(frozen=True, slots=True)
class _Column:
    heading: str
    cells: Counter[str]


def _turned(rows: Sequence[Row]) -> list[_Column]:
    width = max(map(len, rows), default=0)
    return [
        _Column(_cell(rows[0], at), Counter(filter(None, (_cell(each, at) for each in rows[1:_READ]))))
        for at in range(width)
    ]


def _column_likeness(one: _Column, other: _Column) -> float:
    share = (one.cells & other.cells).total() / max(1, one.cells.total(), other.cells.total())
    return ALIKE + share / 2 if one.heading == other.heading else share


def _alike(one: Row, other: Row) -> float:
    """Tell how alike two rows are: as many cells, or nearly the same words."""
    same = sum(mine == yours for mine, yours in zip(one, other, strict=True) if mine or yours)
    filled = sum(bool(mine or yours) for mine, yours in zip(one, other, strict=True))
    return max(same / max(1, filled), likeness("\t".join(one), "\t".join(other)))


def _label(cells: Row) -> str | int:
    """Return what names a row, its first cell with words; a row without any is like no other."""
    return next((cell for cell in cells if _DIGITS.sub("", cell).strip(" .,，-")), id(cells))


def _without_digits(cells: Row) -> Row:
    return tuple(_DIGITS.sub("0", cell) for cell in cells)


def _cell(cells: Row, at: int) -> str:
    return cells[at] if at < len(cells) else ""


def _kind(one: object, other: object, both: Change = Change.SAME) -> Change:
    if one is None:
        return Change.ADDED
    return Change.REMOVED if other is None else both
