"""The outlines of glyphs in CFF, of a file by itself or in OpenType (Adobe's technical notes 5176 and 5177).

Only points are read: those of a curve and those that bend it. Nothing is drawn.
"""

import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from functools import cached_property

from archive.extract.ofd.places import Point

# How such a file begins that is not in OpenType: version 1.0, a head of four bytes.
BEGINNING = b"\1\0\4"
# More steps, deeper subroutines or more numbers before one operator (5177, appendix B) are an attack.
_STEPS, _DEPTH, _STACK = 20_000, 10, 513
_ROS, _FD_ARRAY, _FD_SELECT, _MATRIX, _CHARSTRING_TYPE = (12 << 8 | low for low in (30, 36, 37, 7, 6))
_CHARSET, _CHARSTRINGS, _PRIVATE, _SUBROUTINES = 15, 17, 18, 19
_NIBBLES = ("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", ".", "E", "E-", "", "-")
# What the arguments of a flex are (5177, 4.2), by its operator: those that are left out are 0 or lead back.
_HFLEX, _FLEX, _HFLEX1, _FLEX1 = 34, 35, 36, 37


class Cff:
    """The outlines of the first font in a CFF table. Raises ValueError, LookupError or struct.error for a damaged one.

    ``scale`` makes a length a share of the type size. ``alone``: no OpenType font is around the table.
    """

    def __init__(self, data: bytes, alone: bool) -> None:
        self._data = data
        names = _Index(data, data[2])
        tops = _Index(data, names.end)
        self._global = _Index(data, _Index(data, tops.end).end)
        self._top = _dictionary(tops[0])
        if self._top.get(_CHARSTRING_TYPE, [2]) != [2]:
            raise ValueError
        self._glyphs = _Index(data, int(self._top[_CHARSTRINGS][0]))
        matrix = self._top.get(_MATRIX, [0.001])
        self.scale = abs(matrix[0])
        self._private: dict[int, _Index | None] = {}
        self._by_names = alone and _ROS in self._top

    def readings(self, glyph: int) -> list[int]:
        """Return which glyphs a number may mean. In a file with names of its own (CID), programs differ."""
        if not self._by_names or not glyph:
            return [glyph] if glyph < len(self._glyphs) else []
        return sorted({each for each in (glyph, self._named.get(glyph, 0)) if 0 < each < len(self._glyphs)})

    def contours(self, glyph: int) -> Iterator[list[Point]]:
        """Yield the contours of a glyph. Raises ValueError, LookupError or struct.error if it can't be read."""
        return _Outline(self._global, self._local(glyph)).contours(self._glyphs[glyph])

    @cached_property
    def _named(self) -> dict[int, int]:
        """The glyphs by their names (5176, 13); {} where each has its own number."""
        place = int(self._top.get(_CHARSET, [0])[0])
        if place <= 2:
            return {}
        data, at, named = self._data, place + 1, {}
        form, glyph, count = data[place], 1, len(self._glyphs)
        step = {0: ">H", 1: ">HB", 2: ">HH"}[form] if form in (0, 1, 2) else ""
        while step and glyph < count:
            first, *more = struct.unpack_from(step, data, at)
            at += struct.calcsize(step)
            for name in range(first, first + (more[0] if more else 0) + 1):
                named[name] = glyph
                glyph += 1
        return named

    def _local(self, glyph: int) -> "_Index | None":
        """Return the subroutines of the part of the font to which a glyph belongs."""
        part = self._part(glyph) if _FD_ARRAY in self._top else -1
        if part not in self._private:
            about = self._top
            if part >= 0:
                about = _dictionary(_Index(self._data, int(self._top[_FD_ARRAY][0]))[part])
            size, place = (int(each) for each in about.get(_PRIVATE, [0, 0]))
            own = _dictionary(self._data[place : place + size]).get(_SUBROUTINES)
            self._private[part] = _Index(self._data, place + int(own[0])) if own else None
        return self._private[part]

    def _part(self, glyph: int) -> int:
        place = int(self._top[_FD_SELECT][0])
        if self._data[place] == 0:
            return self._data[place + 1 + glyph]
        firsts, parts = self._parts
        return parts[bisect_right(firsts, glyph) - 1]

    @cached_property
    def _parts(self) -> tuple[Sequence[int], Sequence[int]]:
        """The first glyphs of ranges, and the part of the font of each (5176, 19)."""
        place = int(self._top[_FD_SELECT][0])
        form, count = struct.unpack_from(">BH", self._data, place)
        if form != 3:
            raise ValueError
        ranges = [struct.unpack_from(">HB", self._data, place + 3 + 3 * each) for each in range(count)]
        return [first for first, _ in ranges], [part for _, part in ranges]


class _Index:
    """A list of pieces of data (5176, 5). ``end`` is the place after it."""

    def __init__(self, data: bytes, begin: int) -> None:
        self._data = data
        self._count = int.from_bytes(data[begin : begin + 2], "big")
        self._size = data[begin + 2] if self._count else 0
        self._offsets = begin + 3
        self._first = self._offsets + self._size * (self._count + 1) - 1
        self.end = self._place(self._count) if self._count else begin + 2

    def __len__(self) -> int:
        return self._count

    def __getitem__(self, at: int) -> bytes:
        if not 0 <= at < self._count:
            raise IndexError(at)
        return self._data[self._place(at) : self._place(at + 1)]

    def _place(self, at: int) -> int:
        begin = self._offsets + self._size * at
        return self._first + int.from_bytes(self._data[begin : begin + self._size], "big")


def _dictionary(data: bytes) -> dict[int, list[float]]:
    """Read a dictionary (5176, 4): the operands of each operator."""
    found: dict[int, list[float]] = {}
    operands: list[float] = []
    at = 0
    while at < len(data):
        first = data[at]
        at += 1
        if first <= 21:
            if first == 12:
                first = first << 8 | data[at]
                at += 1
            found[first], operands = operands, []
        elif first == 29:
            operands.append(struct.unpack_from(">i", data, at)[0])
            at += 4
        elif first == 30:
            text = ""
            while "f" not in text:
                text += data[at : at + 1].hex() or "f"
                at += 1
            operands.append(float("".join(_NIBBLES[int(each, 16)] for each in text.partition("f")[0])))
        else:
            value, at = _number(data, at, first)
            operands.append(value)
    return found


def _number(data: bytes, at: int, first: int) -> tuple[int, int]:
    """Read a number that begins with a byte; return it and the place after it. Raises ValueError."""
    if first == 28:
        (value,) = struct.unpack_from(">h", data, at)
        return int(value), at + 2
    if 32 <= first <= 246:
        return first - 139, at
    if 247 <= first <= 250:
        return (first - 247) * 256 + data[at] + 108, at + 1
    if 251 <= first <= 254:
        return -(first - 251) * 256 - data[at] - 108, at + 1
    raise ValueError


class _Outline:
    """A run of one glyph's program (5177)."""

    def __init__(self, shared: _Index, own: _Index | None) -> None:
        self._shared, self._own = shared, own
        self._stack: list[float] = []
        self._x = self._y = 0.0
        self._hints = self._steps = 0
        self._contour: list[Point] = []
        self._ended = False

    def contours(self, program: bytes) -> Iterator[list[Point]]:
        yield from self._run(program, 0)
        if self._contour:
            yield self._contour

    def _run(self, program: bytes, depth: int) -> Iterator[list[Point]]:
        if depth > _DEPTH:
            raise ValueError
        at = 0
        while at < len(program) and not self._ended:
            self._steps += 1
            if self._steps > _STEPS or len(self._stack) > _STACK:
                raise ValueError
            first = program[at]
            at += 1
            if first == 255:
                self._stack.append(struct.unpack_from(">i", program, at)[0] / 65536)
                at += 4
            elif first == 28 or first >= 32:
                value, at = _number(program, at, first)
                self._stack.append(value)
            elif first in (10, 29):
                routines = self._own if first == 10 else self._shared
                if routines is None:
                    raise ValueError
                yield from self._run(routines[int(self._stack.pop()) + _bias(len(routines))], depth + 1)
            elif first == 11:
                return
            elif first in (1, 3, 18, 23, 19, 20):
                # Hints change nothing, but a mask is as long as there are many.
                self._hints += len(self._stack) // 2
                self._stack.clear()
                at += (self._hints + 7) // 8 if first in (19, 20) else 0
            elif first in (4, 21, 22):
                dx = 0.0 if first == 4 else self._stack[-1 if first == 22 else -2]
                dy = 0.0 if first == 22 else self._stack[-1]
                self._stack.clear()
                if self._contour:
                    yield self._contour
                self._contour = []
                self._to(dx, dy)
            elif first == 14:
                if len(self._stack) >= 4:
                    # A letter with an accent, from two other glyphs (5177, appendix C).
                    raise ValueError
                self._ended = True
            else:
                operator = first
                if first == 12:
                    operator = first << 8 | program[at]
                    at += 1
                self._draw(operator, self._stack)
                self._stack = []

    def _to(self, dx: float, dy: float) -> None:
        self._x += dx
        self._y += dy
        self._contour.append((self._x, self._y))

    def _draw(self, operator: int, given: list[float]) -> None:
        if operator == 5:
            self._lines(given)
        elif operator in (6, 7):
            for number, length in enumerate(given):
                self._to(*((length, 0.0) if (operator == 6) is (number % 2 == 0) else (0.0, length)))
        elif operator == 8:
            self._lines(given)
        elif operator in (24, 25):
            # Curves and a line, or lines and a curve: pairs all of them.
            self._lines(given)
        elif operator in (26, 27):
            self._along(given, across=operator == 27)
        elif operator in (30, 31):
            self._turning(given, across=operator == 31)
        elif operator >> 8 == 12:
            self._flex(operator & 0xFF, given)
        else:
            raise ValueError

    def _lines(self, given: Sequence[float]) -> None:
        for dx, dy in zip(given[::2], given[1::2], strict=False):
            self._to(dx, dy)

    def _along(self, given: list[float], across: bool) -> None:
        """Add curves that begin and end in one direction (hhcurveto, vvcurveto)."""
        aside = given.pop(0) if len(given) % 4 else 0.0
        for at in range(0, len(given) - 3, 4):
            begin, dx, dy, end = given[at : at + 4]
            self._to(*((begin, aside) if across else (aside, begin)))
            self._to(dx, dy)
            self._to(*((end, 0.0) if across else (0.0, end)))
            aside = 0.0

    def _turning(self, given: list[float], across: bool) -> None:
        """Add curves that turn between level and upright (hvcurveto, vhcurveto)."""
        last = given.pop() if len(given) % 4 else 0.0
        for at in range(0, len(given) - 3, 4):
            begin, dx, dy, end = given[at : at + 4]
            aside = last if at + 4 == len(given) else 0.0
            self._to(*((begin, 0.0) if across else (0.0, begin)))
            self._to(dx, dy)
            self._to(*((aside, end) if across else (end, aside)))
            across = not across

    def _flex(self, kind: int, given: list[float]) -> None:
        if kind == _FLEX and len(given) >= 12:
            self._lines(given[:12])
        elif kind == _HFLEX and len(given) >= 7:
            a, b, up, c, d, e, f = given[:7]
            self._lines((a, 0, b, up, c, 0, d, 0, e, -up, f, 0))
        elif kind == _HFLEX1 and len(given) >= 9:
            a, b, c, d, e, f, g, h, i = given[:9]
            self._lines((a, b, c, d, e, 0, f, 0, g, h, i, -(b + d + h)))
        elif kind == _FLEX1 and len(given) >= 11:
            dx, dy = sum(given[:10:2]), sum(given[1:10:2])
            self._lines((*given[:10], *((given[10], -dy) if abs(dx) > abs(dy) else (-dx, given[10]))))
        else:
            # Arithmetic (5177, 4.4 and 4.5), which no font that is made today has.
            raise ValueError


def _bias(count: int) -> int:
    return 107 if count < 1240 else 1131 if count < 33900 else 32768
