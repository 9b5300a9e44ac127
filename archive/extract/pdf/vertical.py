"""Text set in vertical lines from right to left, turned so that it is read like any other."""

from collections.abc import Sequence

from archive.extract.pdf.page import Glyph
from archive.extract.text.characters import han_count

# How far the next character of a line is at least and at most, and how far beside it, in multiples of the type size.
_STEP, _BESIDE = (0.5, 1.5), 0.3
# So many characters, one below the other, are a vertical line, if this share of them is Han; so many on a level aren't.
_RUN, _HAN, _LEVEL = 5, 0.6, 5
# How far from the other lines the rest of one is at most.
_NEAR = 3.0
# With fewer characters in such lines there is no vertical text: a list of single characters may look like a line.
_LEAST = 12


def vertical(glyphs: Sequence[Glyph]) -> tuple[list[Glyph], list[Glyph]]:
    """Part characters, as they are painted, into those of level lines and those of vertical lines."""
    painted = [glyph for glyph in glyphs if glyph.text != " "]
    if not _may_be_vertical(painted):
        return list(glyphs), []
    down = _runs(painted, across=False)
    lines = [
        run for run in down if len(run) >= _RUN and han_count("".join(each.text for each in run)) >= _HAN * len(run)
    ]
    if sum(map(len, lines)) < _LEAST:
        return list(glyphs), []
    certain = {id(glyph) for run in lines for glyph in run}
    level = {id(glyph) for run in _runs(painted, across=True) if len(run) >= _LEVEL for glyph in run} - certain
    x0, y0, x1, y1 = around = _around([glyph for run in lines for glyph in run])
    for run in down:
        # What goes on below a level number, or is the end of a line.
        left, low, right, high = _around(run)
        reach = _NEAR * run[0].size
        beside = left > x1 + reach or right < x0 - reach
        if len(run) > 1 and not (beside or low > y1 + reach or high < y0 - reach):
            around = min(around[0], left), min(around[1], low), max(around[2], right), max(around[3], high)
    x0, y0, x1, y1 = around
    inside = {id(glyph) for glyph in painted if id(glyph) not in level and x0 <= glyph.x <= x1 and y0 <= glyph.y <= y1}
    upright: list[Glyph] = []
    for glyph in painted:
        if id(glyph) in inside and upright and _follows(upright[-1], glyph, across=True):
            # A number that is level in its line stands in the place of one character.
            before = upright.pop()
            glyph = before._replace(text=before.text + glyph.text, x1=glyph.x1)
            upright.append(glyph)
        elif id(glyph) in inside:
            upright.append(glyph)
    return [each for each in glyphs if id(each) not in inside], upright


def _may_be_vertical(painted: Sequence[Glyph]) -> bool:
    """Tell quickly whether there are steps downwards enough; a page without any is the rule."""
    steps = zip(painted, painted[1:], strict=False)
    return sum(-0.5 <= (below.x0 - above.x0) / above.size <= 0.5 and below.y0 < above.y0 for above, below in steps) >= (
        _LEAST - _LEAST // _RUN - 1
    )


def turned(glyphs: Sequence[Glyph]) -> list[Glyph]:
    """Turn vertical lines so that the first is the highest, and its first character the leftmost.

    >>> first, second = Glyph("一", 50, 90, 60, 100, 10), Glyph("二", 30, 80, 40, 90, 10)
    >>> [(each.x0, each.y0) for each in turned([first, second])]
    [(-100, 50), (-90, 30)]
    """
    return [each._replace(x0=-each.y1, y0=each.x0, x1=-each.y0, y1=each.x1, turn=0) for each in glyphs]


def _around(glyphs: Sequence[Glyph]) -> tuple[float, float, float, float]:
    return (
        min(each.x0 for each in glyphs),
        min(each.y0 for each in glyphs),
        max(each.x1 for each in glyphs),
        max(each.y1 for each in glyphs),
    )


def _runs(glyphs: Sequence[Glyph], across: bool) -> list[list[Glyph]]:
    """Return runs of characters, each of which stands right of the one before, or below it."""
    runs: list[list[Glyph]] = []
    for glyph in glyphs:
        if runs and _follows(runs[-1][-1], glyph, across):
            runs[-1].append(glyph)
        else:
            runs.append([glyph])
    return runs


def _follows(before: Glyph, glyph: Glyph, across: bool) -> bool:
    size = max(before.size, glyph.size)
    right, down = glyph.x - before.x, before.y - glyph.y
    along, beside = (right, down) if across else (down, right)
    least = 0.2 if across else _STEP[0]
    return least * size <= along <= _STEP[1] * size and abs(beside) <= _BESIDE * size
