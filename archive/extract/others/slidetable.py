"""Tables of slides: where each cell stands, which are merged, and what merged ones cover (ECMA-376 part 1, 21.1.3)."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from lxml import etree

from archive.extract.text.tables import Row, Setter, Span

_NUMBER = re.compile(r"[1-9]\d{0,6}")


@dataclass(frozen=True, slots=True)
class SlideTable:
    """The texts of a table by row and column, its merged cells, and the texts that nobody sees below these."""

    cells: list[dict[int, str]]
    spans: dict[tuple[int, int], Span]
    covered: list[str]
    heads: int

    def rows(self, setter: Setter) -> Iterator[Row]:
        return setter.rows(self.cells, self.spans, self.heads)


def read_table(table: etree._Element, text: Callable[[etree._Element], str]) -> SlideTable:
    """Read a table, given what the text of a cell is.

    A cell covers the ones after and below it that say so. One that says so where nothing covers it is seen, and has its
    own place.
    """
    lines = [[*line.iterfind("{*}tc")] for line in table.iterfind("{*}tr")]
    width = max([len(table.findall("{*}tblGrid/{*}gridCol")), *map(len, lines)])
    look = table.find("{*}tblPr")
    found = SlideTable([], {}, [], int(look is not None and _says(look, "firstRow")))
    # For each column, the row behind the merged cell that goes down it.
    ends: dict[int, int] = {}
    for number, line in enumerate(lines):
        found.cells.append({})
        column = end = 0
        for cell in line:
            across, down = _says(cell, "hMerge") and column < end, _says(cell, "vMerge")
            column = column if across else max(column, end)
            columns = min(_count(cell, "gridSpan"), max(width - column, 1))
            span = Span(min(_count(cell, "rowSpan"), len(lines) - number), columns)
            if across or down and ends.get(column, 0) > number:
                if hidden := text(cell):
                    found.covered.append(hidden)
            else:
                found.cells[-1][column] = text(cell)
                if span != (1, 1):
                    found.spans[number, column] = span
                ends |= dict.fromkeys(range(column, column + span.columns), number + span.rows)
            if not across:
                end = column + span.columns
            column += 1
    return found


def _says(element: etree._Element, name: str) -> bool:
    return element.get(name) in ("1", "true")


def _count(cell: etree._Element, name: str) -> int:
    value = cell.get(name, "")
    return int(value) if _NUMBER.fullmatch(value) else 1
