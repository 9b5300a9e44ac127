"""Setting the cells of a table in rows and columns, and keeping which of them are merged."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

from archive.document import Merged, Place
from archive.extract.text.characters import set_in, tabulated

# How many places the merged cells of one table may cover, and the cells of one document.
_COVERED = 300_000
TOO_MANY = "表格中的合并单元格超出限额，其后的没有按合并显示，请与原件核对。"
UNPLACED = "表格中有 {} 个合并单元格与别的单元格相叠，没有按合并显示，请与原件核对。"


class Span(NamedTuple):
    """How many rows and columns a cell covers."""

    rows: int
    columns: int


@dataclass(frozen=True, slots=True)
class Row:
    """A table row as one line, its cells between tabs; "" if it has no text.

    ``merged`` are the merged cells that begin in it, by their columns. ``head`` says that the file marks it as a head.
    """

    text: str
    merged: tuple[tuple[int, Span], ...] = ()
    head: bool = False


def covered_told(count: int) -> str:
    """Say that so many characters are in cells that merged ones cover."""
    return f"表格中有 {count} 个字在被合并的单元格里，看不见，没有收入正文，请核对；公开前请删除。"


def nested_told(count: int) -> str:
    """Say that so many cells of tables within cells stand one after the other."""
    return f"表格的单元格里另有表格，其中 {count} 个单元格的文字接在一起收入，行列没有保留，请与原件核对。"


class Setter:
    """A setter of the tables of one document, which counts what it can't keep in ``unplaced``."""

    def __init__(self) -> None:
        self.unplaced = 0
        self.too_many = False
        self._room = _COVERED

    @property
    def told(self) -> list[str]:
        """What a reviewer should know of merged cells."""
        told = [UNPLACED.format(self.unplaced)] if self.unplaced else []
        return [*told, TOO_MANY] if self.too_many else told

    def rows(
        self,
        cells: Sequence[Mapping[int, str]],
        spans: Mapping[tuple[int, int], Span],
        heads: int = 0,
    ) -> Iterator[Row]:
        """Yield the rows of a table, one for each of ``cells`` (see ``characters.rows``).

        ``spans`` are those of the merged cells, by row and column. What a row or a column without any text takes of one
        is left out, like these themselves: a span counts the rows that have text. The first ``heads`` rows are heads.
        """
        cleaned, columns = tabulated(cells)
        merged = self._merged(cleaned, columns, spans) if len(columns) > 1 else {}
        for number, line in enumerate(set_in(cleaned, columns)):
            yield Row(line, tuple(merged.get(number, ())), number < heads)

    def _merged(
        self, cells: Sequence[Mapping[int, str]], columns: Sequence[int], spans: Mapping[tuple[int, int], Span]
    ) -> dict[int, list[tuple[int, Span]]]:
        shown = [number for number, each in enumerate(cells) if each]
        covered: set[int] = set()
        found: dict[int, list[tuple[int, Span]]] = {}
        for (row, column), span in sorted(spans.items()):
            top, bottom = bisect_left(shown, row), bisect_left(shown, row + span.rows)
            left, right = bisect_left(columns, column), bisect_left(columns, column + span.columns)
            area = (bottom - top) * (right - left)
            if area < 2:
                continue
            self._room -= area
            if self._room < 0:
                self.too_many = True
                break
            places = [at * len(columns) + each for at in range(top, bottom) for each in range(left, right)]
            within = [cells[at] for at in shown[top:bottom]]
            texts = sum(each in line for line in within for each in columns[left:right])
            if texts > (column in cells[row]) or not covered.isdisjoint(places):
                self.unplaced += 1
                continue
            covered.update(places)
            found.setdefault(shown[top], []).append((left, Span(bottom - top, right - left)))
        return found


def remaining(rows: Mapping[int, Row], kept: Sequence[int]) -> dict[int, Row]:
    """Return the rows of lines of which only some were ``kept``, by their new numbers; spans count the kept ones."""
    found: dict[int, Row] = {}
    for at, number in enumerate(kept) if rows else ():
        if (row := rows.get(number)) is not None:
            ends = [(column, span, bisect_left(kept, number + span.rows)) for column, span in row.merged]
            merged = [(column, Span(end - at, span.columns)) for column, span, end in ends]
            found[at] = replace(row, merged=tuple(merged))
    return found


def placed(labels: Sequence[str], rows: Mapping[int, Row]) -> Iterator[Place]:
    """Yield the places of paragraphs, given the label of each and those that are table rows, by their numbers."""
    starts = [at for at, label in enumerate(labels) if label != (labels[at - 1] if at else "")]
    for start, end in pairwise([*starts, len(labels)]):
        heads, merged = 0, list[Merged]()
        for at in range(start, end) if rows else ():
            row = rows.get(at)
            if row is None:
                continue
            heads += row.head and heads == at - start
            for column, span in row.merged:
                last = min(at + span.rows, end)
                if (last - at) * span.columns > 1:
                    merged.append(Merged(at - start, column, last - at, span.columns))
        yield Place(start, labels[start], heads, tuple(merged))


def rows_at(places: Sequence[Place]) -> dict[int, Row]:
    """Return what the places of a text say of its rows, by the numbers of their paragraphs; they have no text here."""
    found: dict[int, Row] = {}
    for place in places:
        begun: dict[int, list[tuple[int, Span]]] = {row: [] for row in range(place.heads)}
        for row, column, rows, columns in place.merged:
            begun.setdefault(row, []).append((column, Span(rows, columns)))
        for row, merged in begun.items():
            found[place.start + row] = Row("", tuple(merged), row < place.heads)
    return found
