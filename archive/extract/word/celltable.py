"""Tables of formats that give the cells of each row in order, with the edges at which they stand (doc, rtf)."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from archive.extract.text.characters import clean, squeezed
from archive.extract.text.concealed import Concealed, Unseen
from archive.extract.text.tables import Row, Setter, covered_told
from archive.extract.word.merging import Placed, columns, merge


class Edged(NamedTuple):
    """Where a cell ends, in twentieths of a point, and how it is merged (see ``merging.Placed``)."""

    right: int
    begins: bool = False
    down: bool = False
    across: bool = False


class _Line(NamedTuple):
    cells: Sequence[str]
    # The left edge of the row, and the right one of each cell; empty if they are not known.
    edges: Sequence[int]
    merging: Sequence[Edged]
    is_head: bool


class CellTable:
    """A collector of a table's rows, used for one table after the other. What merged cells cover is concealed."""

    def __init__(self, concealed: Concealed) -> None:
        self._concealed = concealed
        self._lines: list[_Line] = []
        self._setter = Setter()
        self._covered = 0
        self._doubtful = 0

    def add(self, cells: Sequence[str], left: int, defined: Sequence[Edged], is_head: bool = False) -> None:
        """Add a row of cells, which begins at ``left`` and is ``defined`` so; of no cell is said where it stands if not
        as many are defined."""
        edges = [left, *(each.right for each in defined)]
        known = len(cells) == len(defined) and all(one < other for one, other in zip(edges, edges[1:], strict=False))
        self._lines.append(_Line(cells, edges if known else (), defined if known else (), is_head))

    def taken(self) -> Iterator[Row]:
        """Yield the rows of the table that was added, and begin another."""
        lines, self._lines = self._lines, []
        if not lines:
            return
        known = [each for each in lines if each.edges]
        if len(known) < len(lines) and max(len(each.cells) for each in lines) > 1 and known:
            self._doubtful += len(lines) - len(known)
        at = dict(zip(map(id, known), columns([each.edges for each in known]), strict=True))
        placed = [_placed(each, at.get(id(each), ())) for each in lines]
        merging = merge(placed)
        texts: list[dict[int, str]] = []
        for line, places, covered in zip(lines, placed, merging.covered, strict=True):
            texts.append({})
            for text, place, is_covered in zip(line.cells, places, covered, strict=True):
                if is_covered:
                    self._covered += len(squeezed(clean(text)))
                    self._concealed.add(Unseen.MERGED, text)
                else:
                    texts[-1][place.column] = text
        heads = next((at for at, each in enumerate(lines) if not each.is_head), len(lines))
        yield from self._setter.rows(texts, merging.spans, heads)

    @property
    def told(self) -> list[str]:
        """What a reviewer should know of the tables."""
        told = [covered_told(self._covered)] if self._covered else []
        if self._doubtful:
            told.append(f"表格中有 {self._doubtful} 行没有注明各格的位置，各格依次排列，请与原件核对是否对齐。")
        return told + self._setter.told


def _placed(line: _Line, at: Sequence[int]) -> list[Placed]:
    if not at:
        return [Placed(column, 1) for column in range(len(line.cells))]
    return [
        Placed(first, last - first, each.begins, each.down, each.across)
        for first, last, each in zip(at, at[1:], line.merging, strict=False)
    ]
