"""Reading tables drawn with rules: the cells that the rules form, and the text in them."""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from archive.extract.pdf.page import Glyph, PageContent, TextLine, form_lines
from archive.extract.text.characters import joined
from archive.extract.text.tables import Row, Setter, Span

# Distances up to this many points count as none.
_NEAR = 3.0
# A page with more crossings or bounds than this is a drawing.
_MAX_PAIRS = 1_000_000
_MAX_BOUNDS = 20_000

_Rule = tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Grid:
    """A ruled table: the bounds of its columns and of its rows (from the top), and its rules."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    horizontals: tuple[_Rule, ...]
    verticals: tuple[_Rule, ...]

    def holds(self, glyph: Glyph) -> bool:
        return self.xs[0] <= glyph.x <= self.xs[-1] and self.ys[-1] <= glyph.y <= self.ys[0]


@dataclass(frozen=True, slots=True)
class GridRow:
    """The texts of a row's cells, by the left bound of the column in which each begins.

    ``reach`` maps these bounds to the right one and to the rows that the cell covers, if its sides are a rectangle.
    """

    grid: Grid
    cells: Mapping[float, str]
    reach: Mapping[float, tuple[float, int]]


@dataclass(frozen=True, slots=True)
class TableRow:
    """A row as written by ``tables.Setter``, and the number of its table in the document."""

    row: Row
    table: int

    @property
    def text(self) -> str:
        return self.row.text


def find_grids(page: PageContent) -> list[Grid]:
    """Return the ruled tables of a page that have at least two cells."""
    horizontals, verticals = _whole(page.horizontals), _whole(page.verticals)
    if not horizontals or not verticals or len(horizontals) * len(verticals) > _MAX_PAIRS:
        return []
    groups = _connected(horizontals, verticals)
    grids: list[Grid] = []
    for across, down in groups:
        if not across or not down:
            continue
        xs = _bounds(down, across)
        ys = _bounds(across, down)[::-1]
        if 2 <= len(xs) and 2 <= len(ys) and 2 < (len(xs) - 1) * (len(ys) - 1) + 1 and len(xs) * len(ys) < _MAX_BOUNDS:
            grids.append(Grid(tuple(xs), tuple(ys), tuple(across), tuple(down)))
    # A frame around several tables would swallow them.
    return [
        grid
        for grid in grids
        if not any(other is not grid and _inside(other, grid) and len(other.xs) > len(grid.xs) for other in grids)
    ]


def _whole(rules: Sequence[_Rule]) -> list[_Rule]:
    """Join rules that were drawn in pieces, cell by cell."""
    places = _places([place for place, _, _ in rules])
    ordered = sorted((bisect_right(places, place) - 1, start, end) for place, start, end in rules)
    whole: list[_Rule] = []
    for at, start, end in ordered:
        if whole and whole[-1][0] == places[at] and start <= whole[-1][2] + _NEAR:
            whole[-1] = (places[at], whole[-1][1], max(whole[-1][2], end))
        else:
            whole.append((places[at], start, end))
    return whole


def _inside(inner: Grid, outer: Grid) -> bool:
    return (
        outer.xs[0] - _NEAR <= inner.xs[0]
        and inner.xs[-1] <= outer.xs[-1] + _NEAR
        and outer.ys[-1] - _NEAR <= inner.ys[-1]
        and inner.ys[0] <= outer.ys[0] + _NEAR
    )


def _connected(across: Sequence[_Rule], down: Sequence[_Rule]) -> list[tuple[list[_Rule], list[_Rule]]]:
    """Group the rules that touch each other, because they belong to one table."""
    leaders = _DisjointSets(len(across) + len(down))
    for i, (y, x0, x1) in enumerate(across):
        for j, (x, y0, y1) in enumerate(down):
            if x0 - _NEAR <= x <= x1 + _NEAR and y0 - _NEAR <= y <= y1 + _NEAR:
                leaders.join(i, len(across) + j)
    groups: dict[int, tuple[list[_Rule], list[_Rule]]] = {}
    for i, rule in enumerate(across):
        groups.setdefault(leaders.of(i), ([], []))[0].append(rule)
    for j, rule in enumerate(down):
        groups.setdefault(leaders.of(len(across) + j), ([], []))[1].append(rule)
    return list(groups.values())


class _DisjointSets:
    """Disjoint sets of the numbers below ``size``; the leader of a set is its smallest number."""

    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def of(self, member: int) -> int:
        while self._above[member] != member:
            self._above[member] = self._above[self._above[member]]
            member = self._above[member]
        return member

    def join(self, first: int, second: int) -> None:
        low, high = sorted((self.of(first), self.of(second)))
        self._above[high] = low


def _places(values: Sequence[float]) -> list[float]:
    """Return the distinct places in rising order; places that nearly agree are one."""
    places: list[float] = []
    for value in sorted(values):
        if not places or value - places[-1] > _NEAR:
            places.append(value)
    return places


def _bounds(rules: Sequence[_Rule], crossing: Sequence[_Rule]) -> list[float]:
    """Return the places of rules, and where most rules that cross them end: at a page break no rule closes a table."""
    places = _places([place for place, _, _ in rules])
    first, last = (sorted(each[side] for each in crossing)[len(crossing) // 2] for side in (1, 2))
    if first < places[0] - 2 * _NEAR:
        places.insert(0, first)
    if last > places[-1] + 2 * _NEAR:
        places.append(last)
    return places


def rows_of(grid: Grid, glyphs: Sequence[Glyph]) -> list[GridRow]:
    """Return the rows of a table from the top; a merged cell is given where it begins."""
    columns, lines = len(grid.xs) - 1, len(grid.ys) - 1
    leaders = _DisjointSets(columns * lines)
    for r in range(lines):
        for c in range(columns):
            if c + 1 < columns and not _wall(grid.verticals, grid.xs[c + 1], (grid.ys[r] + grid.ys[r + 1]) / 2):
                leaders.join(r * columns + c, r * columns + c + 1)
            if r + 1 < lines and not _wall(grid.horizontals, grid.ys[r + 1], (grid.xs[c] + grid.xs[c + 1]) / 2):
                leaders.join(r * columns + c, (r + 1) * columns + c)
    held: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        c = sum(glyph.x > x for x in grid.xs[1:-1])
        r = sum(glyph.y < y for y in grid.ys[1:-1])
        held.setdefault(leaders.of(r * columns + c), []).append(glyph)
    texts: list[dict[float, str]] = [{} for _ in range(lines)]
    for leader, inside in held.items():
        texts[leader // columns][grid.xs[leader % columns]] = _text(inside)
    reaches: list[dict[float, tuple[float, int]]] = [{} for _ in range(lines)]
    for leader, (bottom, right, count) in _boxes(leaders, lines, columns).items():
        top, left = divmod(leader, columns)
        if count == (bottom - top + 1) * (right - left + 1):
            reaches[top][grid.xs[left]] = grid.xs[right + 1], bottom - top + 1
    return [GridRow(grid, *each) for each in zip(texts, reaches, strict=True)]


def _boxes(leaders: _DisjointSets, lines: int, columns: int) -> dict[int, tuple[int, int, int]]:
    """Return the last row and column of each cell that rules enclose and how many places it has, by its first place."""
    boxes: dict[int, tuple[int, int, int]] = {}
    for at in range(lines * columns):
        row, column = divmod(at, columns)
        leader = leaders.of(at)
        bottom, right, count = boxes.get(leader, (row, column, 0))
        boxes[leader] = max(bottom, row), max(right, column), count + 1
    return boxes


def set_tables(pages: Sequence[Sequence[TextLine | GridRow]], setter: Setter) -> list[list[TextLine | TableRow]]:
    """Write out the table rows of all pages and number the tables; a table may continue over a page break."""
    tables: list[list[GridRow]] = []
    before: TextLine | GridRow | None = None
    for page in pages:
        for position, item in enumerate(page):
            if isinstance(item, GridRow):
                joins = isinstance(before, GridRow) and (
                    before.grid is item.grid or position == 0 and _goes_on(before.grid, item.grid)
                )
                if not joins:
                    tables.append([])
                tables[-1].append(item)
            if isinstance(item, GridRow) or not item.is_running:
                before = item
    written: dict[int, TableRow] = {}
    for number, table in enumerate(tables, 1):
        bounds = _places([x for each in table for x in each.grid.xs])
        cells = [{bisect_right(bounds, x + _NEAR): text for x, text in each.cells.items()} for each in table]
        spans = {
            (row, column): Span(down, bisect_right(bounds, right + _NEAR) - column)
            for row, each in enumerate(table)
            for x, (right, down) in each.reach.items()
            for column in (bisect_right(bounds, x + _NEAR),)
            if down > 1 or bisect_right(bounds, right + _NEAR) - column > 1
        }
        lines = setter.rows(cells, spans)
        written |= {id(each): TableRow(line, number) for each, line in zip(table, lines, strict=True)}
    laid = [[each if isinstance(each, TextLine) else written[id(each)] for each in page] for page in pages]
    return [[item for item in page if item.text] for page in laid]


def _goes_on(grid: Grid, other: Grid) -> bool:
    """Tell whether a table has the same columns as the last one on the page before, or some of them merged."""
    few, many = sorted((grid.xs, other.xs), key=len)
    same_sides = abs(few[0] - many[0]) <= _NEAR and abs(few[-1] - many[-1]) <= _NEAR
    return same_sides and all(any(abs(x - each) <= _NEAR for each in many) for x in few)


def _wall(rules: Sequence[_Rule], place: float, across: float) -> bool:
    return any(abs(at - place) <= _NEAR and start - _NEAR <= across <= end + _NEAR for at, start, end in rules)


def _text(glyphs: Iterable[Glyph]) -> str:
    whole = ""
    for line in form_lines(glyphs):
        whole = joined(whole, line.text)
    return whole
