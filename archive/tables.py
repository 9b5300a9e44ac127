"""The tables of a text: their cells in rows and columns, those that are merged, and how many rows are the head."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import groupby
from typing import Protocol

from archive.document import Merged, Place, label_at

_NAMED = re.compile(r"(?:(?P<sheet>.+) )?(?P<table>表 \d+)")
_SHEET = "工作表 "
# Cells that a head does not have; a year is one that it may have.
_NUMBER = re.compile(r"[-+]?\d[\d,]*(?:\.\d+)?%?")
_YEAR = re.compile(r"(?:19|20)\d\d")


class Read(Protocol):
    """A text that was read, with its places: a document's own, or an attachment's."""

    @property
    def text(self) -> str: ...
    @property
    def places(self) -> tuple[Place, ...]: ...


@dataclass(frozen=True)
class Table:
    """A table whose first row is paragraph ``start`` of its text. ``name`` is "表 2" or "工作表 收支", "" without one.

    The rows of a table have the same number of cells; what a merged cell covers is empty. Merged cells count their row
    from the table's first, and one that a page ends is whole again.
    """

    start: int
    name: str
    rows: Sequence[Sequence[str]]
    marked: int = 0
    merged: tuple[Merged, ...] = ()

    @property
    def width(self) -> int:
        return max(map(len, self.rows))

    @cached_property
    def heads(self) -> int:
        """How many of the first rows are the head: as the file says, else the first and those that belong to it."""
        if len(self.rows) < 2:
            return 0
        begun: dict[int, list[Merged]] = {}
        for each in self.merged:
            begun.setdefault(each.row, []).append(each)
        heads, row = max(self.marked, 1), 0
        while row < min(heads, len(self.rows)):
            down = max((row + each.rows for each in begun.get(row, ())), default=0)
            if not self.marked and down > heads and any(map(_has_number, self.rows[heads:down])):
                # The first column names groups of rows: what looked like a head is not one.
                return 0
            heads = max(heads, down)
            below = row + 1
            if not self.marked and below == heads < len(self.rows) - 1 and self._is_divided(row, begun.get(row, ())):
                heads += not _has_number(self.rows[below])
            row += 1
        return heads if heads < len(self.rows) else 0

    def _is_divided(self, row: int, merged: Sequence[Merged]) -> bool:
        """Tell whether the row below divides the merged cells of a row, because no cell of it stands for itself."""
        single = {each.column for each in merged}
        own = (column for column, text in enumerate(self.rows[row]) if text)
        return any(each.columns > 1 for each in merged) and all(column in single for column in own)


def _has_number(row: Sequence[str]) -> bool:
    return any(_NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in row)


def parts(read: Read) -> Iterator[Table | tuple[int, Sequence[str]]]:
    """Yield the tables of a text, and the paragraphs between them with the number of the first.

    Consecutive lines with tabs in the same table are its rows.
    """
    numbered = [(number, line, name_at(read.places, number)) for number, line in enumerate(read.text.splitlines())]
    for (is_row, name), group in groupby(numbered, lambda each: ("\t" in each[1], each[2] if "\t" in each[1] else "")):
        lines = [(number, line) for number, line, _ in group]
        start = lines[0][0]
        if is_row:
            rows = [line.split("\t") for _, line in lines]
            yield Table(start, name, rows, *_stated(read.places, start, rows))
        else:
            yield start, [line for _, line in lines]


def tables(read: Read) -> list[Table]:
    """Return the tables of a text."""
    return [each for each in parts(read) if isinstance(each, Table)]


def name_at(places: Sequence[Place], paragraph: int) -> str:
    """Return the name of the table that a paragraph is in; "" if it is in none, or that is not known."""
    return _split(label_at(places, paragraph))[1] if places else ""


def sheet_at(places: Sequence[Place], paragraph: int) -> str:
    """Return the page that a paragraph is on ("第 3 页"); "" if that is not known."""
    return _split(label_at(places, paragraph))[0] if places else ""


@lru_cache(1000)
def _split(label: str) -> tuple[str, str]:
    """Split a place's label into the page and the table: 第 3 页 表 1."""
    if label.startswith(_SHEET):
        return "", label
    found = _NAMED.fullmatch(label)
    return (found["sheet"] or "", found["table"]) if found else (label, "")


def _stated(places: Sequence[Place], start: int, rows: Sequence[Sequence[str]]) -> tuple[int, tuple[Merged, ...]]:
    """Return the marked heads of a table and its merged cells, of all the places that it goes through."""
    heads, found = 0, dict[tuple[int, int], Merged]()
    # The merged cells of the place before, by the row behind them and their first column.
    ends: dict[tuple[int, int], Merged] = {}
    for place in places[max(bisect_right(places, start, key=lambda each: each.start) - 1, 0) :]:
        first = place.start - start
        if first >= len(rows):
            break
        if first <= 0:
            heads = min(max(place.heads + first, 0), len(rows))
        # The columns of cells that go on from the page before.
        on: set[int] = set()
        here: list[Merged] = []
        for each in place.merged:
            row = first + each.row
            if not 0 <= row < len(rows):
                continue
            moved = each._replace(row=row, rows=min(each.rows, len(rows) - row))
            if each.row == 0 < row and each.rows > 1 and not "".join(rows[row][each.column : each.column + 1]):
                # An empty cell of several rows at the top of a page goes on with the one above it.
                above = ends.get((row, each.column), Merged(row - 1, each.column, 1, 1))
                if above.columns == each.columns:
                    moved = above._replace(rows=row - above.row + moved.rows)
                    on.update(range(each.column, each.column + each.columns))
            here.append(moved)
        begun = {each.column for each in place.merged if not each.row}
        for (row, column), above in sorted(ends.items()) if on else ():
            # So does one of a single row, if the one to its left does.
            alone = row == first and above.columns == 1 < above.rows and column not in begun
            if alone and column - 1 in on and not "".join(rows[row][column : column + 1]):
                here.append(above._replace(rows=above.rows + 1))
                on.add(column)
        for each in here:
            found[each.row, each.column] = each
        ends = {(each.row + each.rows, each.column): each for each in here}
    return heads, tuple(sorted(found.values()))
