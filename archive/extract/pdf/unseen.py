"""Telling which characters of a PDF page nobody sees: invisible, off the page, as light as the paper, painted over.

What is painted is entered, in its order, into a grid of small cells over the page: the colour that a cell has last, and
when something opaque last filled it. Only what is certain is called unseen. A shape hides the cells wholly inside it,
while all cells that it touches count as coloured; a gradient, a pattern or a picture counts as a ground on which every
colour is seen. Invisible text over a picture is what was recognised in a scan, so it is what readers see.
"""

from array import array
from collections import defaultdict
from functools import cached_property

from archive.extract.pdf.paint import WHITE, Box, Colour, Paint
from archive.extract.text.concealed import Unseen

# The grid has at most this many cells in a row or column, and no cell is smaller than so many points.
_MOST, _CELL = 500, 2.0
_PAPER, _UNKNOWN = 0, 1
# After all that is painted.
_NEVER = 2**32
# A picture that fills this share of the page is a scan, and what it covers was recognised in it.
_SCAN = 0.3
# Type up to this many points is too small to see.
_TINY = 1.0
# The highest filled shape that may be a letter drawn as an outline, in points.
_LETTER = 60.0
# How far outside the page or the clip the middle of a character is before it is out of sight, in points.
_BEYOND = 1.0
# Rendering modes of text (ISO 32000-1, 9.3.6): filled, invisible, and only a clip for what is painted later.
_FILLED, _INVISIBLE, _CLIP = 0, 3, 7


class Sheet:
    """A page as far as it has been painted. Characters are entered with ``run`` or ``character`` and judged at the end.

    What was seen when it was painted, and after ``hiding``, needs no judgment: nothing opaque came later.
    """

    def __init__(self, seen: Box, width: float, height: float) -> None:
        self._seen = seen
        self._area = max(width * height, 1.0)
        self._cell = max(_CELL, width / _MOST, height / _MOST)
        self._columns = int(min(width, _MOST * self._cell) / self._cell) + 1
        self._rows = int(min(height, _MOST * self._cell) / self._cell) + 1
        # For each row, the colour of its cells.
        self._ground = self._plane()
        self._colours: defaultdict[Colour, int] = defaultdict(lambda: len(self._colours) + 2)
        self._colours[WHITE] = _PAPER
        self._time = 0
        # Whether there was text that is only a clip, so that it matters when cells are painted on.
        self._clipping = False
        self._scans: set[int] = set()
        # When something was last painted that hides what is below it.
        self.hiding = 0

    def _plane(self) -> "list[array[int]]":
        blank = bytes(4 * self._columns)
        return [array("I", blank) for _ in range(self._rows)]

    # For each row, when its cells were last painted on, when they were wholly hidden, and whether a picture or a letter
    # was there. Few pages need them.
    @cached_property
    def _painted(self) -> "list[array[int]]":
        return self._plane()

    @cached_property
    def _hidden(self) -> "list[array[int]]":
        return self._plane()

    @cached_property
    def _ink(self) -> list[bytearray]:
        return [bytearray(self._columns) for _ in range(self._rows)]

    def shade(self, box: Box) -> None:
        """Enter a ground on which every colour is seen: a gradient, a thick line."""
        self._time += 1
        self._set(self._ground, _UNKNOWN, self._touched(box))
        if self._clipping:
            self._set(self._painted, self._time, self._touched(box))

    def picture(self, box: Box, opaque: bool) -> None:
        self.shade(box)
        self._fill(self._ink, box)
        scan = (box[2] - box[0]) * (box[3] - box[1]) >= _SCAN * self._area
        if opaque or scan:
            self._hide(self._inside(box))
        if scan:
            self._scans.add(self._time)

    def rectangle(self, box: Box, colour: Colour) -> None:
        """Enter an opaque rectangle of one colour."""
        self.shade(box)
        inside = self._inside(box)
        self._set(self._ground, self._colours[colour], inside)
        self._hide(inside)

    def _hide(self, cells: tuple[int, int, int, int]) -> None:
        row, column, last, end = cells
        # A rule hides no cell.
        if row < last and column < end:
            self.hiding = self._time
            self._set(self._hidden, self._time, cells)

    def shape(self, box: Box) -> None:
        """Enter another filled shape; a small one may be a letter drawn as an outline."""
        self.shade(box)
        if box[3] - box[1] <= _LETTER:
            self._fill(self._ink, box)

    def run(self, box: Box, size: float, paint: Paint) -> int | None:
        """Return when a level string was painted if all of it is seen so far, else None: enter each character."""
        x0, y0, x1, y1 = box
        if paint.off or paint.mode != _FILLED or paint.opacity <= 0 or size < _TINY or y1 - y0 > 2 * size:
            return None
        middle = (y0 + y1) / 2
        for shown in (self._seen, paint.clip):
            if shown is not None and (_is_beyond(x0, middle, shown) or _is_beyond(x1, middle, shown)):
                return None
        if paint.colour is not None:
            (row, column), (_, end) = self._place(x0, middle), self._place(x1, middle)
            if self._colours.get(paint.colour, -1) in self._ground[row][column : end + 1]:
                return None
        self._time += 1
        return self._time

    def character(self, box: Box, size: float, paint: Paint) -> tuple[Unseen | None, int]:
        """Return why a character is not seen whatever is painted later, and when it was painted, for ``judged``."""
        self._time += 1
        x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
        if paint.off:
            return Unseen.LAYER, 0
        if _is_beyond(x, y, self._seen) or paint.clip is not None and _is_beyond(x, y, paint.clip):
            return Unseen.OUTSIDE, 0
        if paint.mode == _CLIP:
            self._clipping = True
            return Unseen.INVISIBLE, self._time
        if paint.mode == _INVISIBLE or paint.opacity <= 0:
            return Unseen.INVISIBLE, _NEVER
        if size < _TINY:
            return Unseen.TINY, 0
        # On a page where nothing else has its colour, it stands out everywhere.
        if paint.mode == _FILLED and paint.colour in self._colours:
            row, column = self._place(x, y)
            if self._ground[row][column] == self._colours[paint.colour]:
                return Unseen.GROUND, 0
        return None, self._time

    def judged(self, box: Box, reason: Unseen | None, time: int) -> tuple[Unseen | None, bool]:
        """Return why a character is not seen, given all that was painted, and whether it was recognised in a scan."""
        if reason is None and time >= self.hiding:
            # Nothing that hides was painted later.
            return None, False
        x0, y0, x1, y1 = box
        row = self._number((y0 + y1) / 2, self._rows)
        places = (self._number(x0 + share * (x1 - x0), self._columns) for share in (0.25, 0.5, 0.75))
        if reason is Unseen.INVISIBLE:
            columns = [*places]
            if any(self._painted[row][column] > time for column in columns):
                return None, False
            scanned = any(self._ink[row][column] for column in columns)
            return (None, True) if scanned else (reason, False)
        if reason is None:
            last = 0
            for column in places:
                hidden = self._hidden[row][column]
                if hidden <= time:
                    return None, False
                last = max(last, hidden)
            return (None, True) if last in self._scans else (Unseen.COVERED, False)
        return reason, False

    def _place(self, x: float, y: float) -> tuple[int, int]:
        return self._number(y, self._rows), self._number(x, self._columns)

    def _number(self, value: float, count: int) -> int:
        cell = value / self._cell
        return int(cell) if 0 <= cell < count else int(min(max(cell, 0), count - 1))

    def _touched(self, box: Box) -> tuple[int, int, int, int]:
        """Return the cells that a box touches: the first row and column, and those after the last."""
        x0, y0, x1, y1 = box
        beside = x1 < 0 or y1 < 0 or x0 > self._columns * self._cell or y0 > self._rows * self._cell
        # Written so that it also holds for what is not a number.
        if beside or not (x0 <= x1 and y0 <= y1):
            return 0, 0, 0, 0
        (row, column), (last, end) = self._place(x0, y0), self._place(x1, y1)
        return row, column, last + 1, end + 1

    def _inside(self, box: Box) -> tuple[int, int, int, int]:
        """Return the cells that are wholly inside a box; the outermost ones if it reaches beyond the page."""
        x0, y0, x1, y1 = box
        row, column, last, end = self._touched(box)
        row += 0 < row or y0 > 0
        column += 0 < column or x0 > 0
        last -= y1 < last * self._cell and last < self._rows or y1 < (last - 0.5) * self._cell
        end -= x1 < end * self._cell and end < self._columns or x1 < (end - 0.5) * self._cell
        return row, column, last, end

    def _set(self, plane: "list[array[int]]", value: int, cells: tuple[int, int, int, int]) -> None:
        row, column, last, end = cells
        if column < end:
            filled = array("I", [value]) * (end - column)
            for each in range(row, last):
                plane[each][column:end] = filled

    def _fill(self, plane: list[bytearray], box: Box) -> None:
        row, column, last, end = self._touched(box)
        for each in range(row, last):
            plane[each][column:end] = b"\x01" * (end - column)


def _is_beyond(x: float, y: float, box: Box) -> bool:
    return not (box[0] - _BEYOND <= x <= box[2] + _BEYOND and box[1] - _BEYOND <= y <= box[3] + _BEYOND)
