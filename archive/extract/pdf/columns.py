"""Splitting text set in columns, as in gazettes, or in vertical lines, so that one is read after the other."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import inf
from statistics import median

from archive.extract.pdf.page import Glyph, rows_by_line
from archive.extract.pdf.vertical import turned, vertical

# The least gap between columns and the least width of one, in multiples of the type size. Cells of tables are narrower.
_GUTTER = 1.2
_WIDTH = 10
# How much of a column its median line fills at least; cells of tables are seldom full.
_FILLED = 0.8
# How wide the gap between columns is at most, as a share of the narrower one; filled cells stand farther apart.
_APART = 0.4
# How many rows must show the gap.
_ROWS = 5
# Where the gap may be, as shares of the width of the text: three or four columns have theirs beside the middle.
_MIDDLE = (0.2, 0.8)


@dataclass(frozen=True, slots=True)
class Part:
    """Glyphs that are read together, and for a column the height at which all columns begin.

    Where it ``is_turned`` they are those of vertical lines, turned.
    """

    glyphs: Sequence[Glyph]
    top: float | None = None
    is_turned: bool = False


def parts_of(glyphs: Sequence[Glyph]) -> list[Part]:
    """Split a page into parts in reading order; a page without columns is one part, without a ``top``."""
    level, upright = vertical(glyphs)
    if upright:
        # A vertical line in the margin of a level text is read after it.
        top = max(glyph.y1 for glyph in upright) if len(upright) > len(level) else -inf
        # Lines one below the other are columns beside each other when they are turned.
        lines = [Part(part.glyphs, top, is_turned=True) for part in _columns(turned(upright)) if part.glyphs]
        return [*_columns(level), *lines]
    return _columns(glyphs)


def _columns(glyphs: Sequence[Glyph]) -> list[Part]:
    rows = rows_by_line([glyph for glyph in glyphs if not glyph.turn])
    gutter = _gutter(rows)
    if gutter is None and (beside := _abreast(rows)) is not rows:
        rows, gutter = beside, _gutter(beside)
    if gutter is None:
        return [Part(glyphs)]
    found: list[Part] = [Part([glyph for glyph in glyphs if glyph.turn])]
    for is_split, block in _blocks(rows, gutter):
        everything = [glyph for row in block for glyph in row]
        if is_split:
            top = max(glyph.y1 for glyph in everything)
            for side in (True, False):
                # There may be columns beside each other on either side.
                column = _columns([glyph for glyph in everything if (glyph.x < gutter) is side])
                found += [Part(part.glyphs, top) for part in column if part.glyphs]
        else:
            found.append(Part(everything))
    return found


def _abreast(rows: list[list[Glyph]]) -> list[list[Glyph]]:
    """Put lines together that stand beside each other, though not on one level, as those of columns may."""
    found: list[list[Glyph]] = []
    above: tuple[float, float] | None = None
    for row in rows:
        extent = _extent(row)
        if extent is None:
            found.append(row)
            above = None
            continue
        size, last = row[0].size, found[-1][0] if found else row[0]
        is_beside = above is not None and (
            extent[0] - above[1] >= _GUTTER * size or above[0] - extent[1] >= _GUTTER * size
        )
        if above is not None and is_beside and last.y - row[0].y <= max(size, last.size):
            found[-1] += row
            above = min(above[0], extent[0]), max(above[1], extent[1])
        else:
            found.append(list(row))
            above = extent
    return found if len(found) < len(rows) else rows


def _gutter(rows: Sequence[Sequence[Glyph]]) -> float | None:
    """Return the middle of the gap that most rows share; None if too few have one."""
    seen = [glyph for row in rows for glyph in row if glyph.text != " "]
    if not seen:
        return None
    size = median(glyph.size for glyph in seen)
    left, right = min(glyph.x0 for glyph in seen), max(glyph.x1 for glyph in seen)
    low, high = (left + part * (right - left) for part in _MIDDLE)
    gaps = [gap for row in rows for gap in _gaps(row) if gap[1] - gap[0] >= _GUTTER * size]
    places = {round((start + end) / 2) for start, end in gaps if low <= (start + end) / 2 <= high}
    starts, ends = sorted(start for start, _ in gaps), sorted(end for _, end in gaps)
    common = {place: bisect_left(starts, place) - bisect_right(ends, place) for place in places}
    best = max(common, key=lambda place: common[place], default=0)
    return best if best in common and common[best] >= _ROWS else None


def _gaps(row: Sequence[Glyph]) -> Iterator[tuple[float, float]]:
    """Return the ends and beginnings of neighbouring characters."""
    sides = sorted([(glyph.x0, glyph.x1) for glyph in row if glyph.text != " "])
    return zip([end for _, end in sides], [start for start, _ in sides[1:]], strict=False)


def _blocks(rows: Sequence[Sequence[Glyph]], gutter: float) -> Iterator[tuple[bool, list[Sequence[Glyph]]]]:
    """Yield runs of rows from the top, each with whether it is set in columns."""
    run: list[Sequence[Glyph]] = []
    plain: list[Sequence[Glyph]] = []
    for row in [*rows, None]:
        if row is not None and not any(glyph.x0 < gutter < glyph.x1 for glyph in row if glyph.text != " "):
            run.append(row)
            continue
        if _is_columns(run, gutter):
            yield False, plain
            yield True, run
            plain = []
        else:
            plain += run
        run = []
        plain += [] if row is None else [row]
    yield False, plain


def _is_columns(rows: Sequence[Sequence[Glyph]], gutter: float) -> bool:
    """Tell whether enough rows have text on both sides of the gutter, and fill both columns."""
    sides = [
        ([glyph for glyph in row if glyph.x < gutter], [glyph for glyph in row if glyph.x >= gutter]) for row in rows
    ]
    split = [(_extent(left), _extent(right)) for left, right in sides if _extent(left) and _extent(right)]
    if len(split) < _ROWS:
        return False
    size = median(glyph.size for row in rows for glyph in row)
    (low, start), (end, high) = _around(left for left, _ in split), _around(right for _, right in split)
    if end - start > _APART * min(start - low, high - end):
        return False
    for side in zip(*split, strict=True):
        known = [extent for extent in side if extent]
        first, last = _around(known)
        width = last - first
        if width < _WIDTH * size or median(end - start for start, end in known) < _FILLED * width:
            return False
    return True


def _around(extents: Iterable[tuple[float, float] | None]) -> tuple[float, float]:
    known = [extent for extent in extents if extent]
    return min(start for start, _ in known), max(end for _, end in known)


def _extent(glyphs: Sequence[Glyph]) -> tuple[float, float] | None:
    seen = [glyph for glyph in glyphs if glyph.text != " "]
    return (min(glyph.x0 for glyph in seen), max(glyph.x1 for glyph in seen)) if seen else None
