"""The outlines of glyphs in TrueType (OpenType, glyf and loca). Only points are read; nothing is drawn."""

import struct
from collections.abc import Iterator

from archive.extract.ofd.places import IDENTITY, Matrix, Point, moved, then

# More points in one glyph, or a glyph of more parts or deeper ones, is an attack.
_POINTS, _PARTS, _DEPTH = 20_000, 200, 6
# Of a point: its place is short, the same as before (or positive, if short); the flag is repeated.
_SHORT, _REPEATED, _SAME = (0x02, 0x04), 0x08, (0x10, 0x20)
# Of a part: its place is in words, and is a place; how it is scaled; more parts follow.
_WORDS, _PLACE, _SCALED, _MORE, _BOTH_SCALED, _TURNED = 0x01, 0x02, 0x08, 0x20, 0x40, 0x80


class TrueType:
    """The outlines in a font file: its tables ``glyf`` and ``loca`` of long or short places."""

    def __init__(self, glyf: bytes, loca: bytes, long: bool) -> None:
        self._glyf, self._loca = glyf, loca
        self._form, self._unit = (">2I", 1) if long else (">2H", 2)
        self._each = 4 if long else 2

    def readings(self, glyph: int) -> list[int]:
        """Return the glyph that a number means, [] if there is none."""
        return [glyph] if (glyph + 2) * self._each <= len(self._loca) else []

    def contours(self, glyph: int) -> Iterator[list[Point]]:
        """Yield the contours of a glyph. Raises ValueError, LookupError or struct.error if it can't be read."""
        return self._contours(glyph, IDENTITY, 0, [_PARTS])

    def _contours(self, glyph: int, placed: Matrix, depth: int, left: list[int]) -> Iterator[list[Point]]:
        left[0] -= 1
        if depth > _DEPTH or left[0] < 0:
            raise ValueError
        first, last = (each * self._unit for each in struct.unpack_from(self._form, self._loca, self._each * glyph))
        if last <= first:
            return
        data = self._glyf[first:last]
        (count,) = struct.unpack_from(">h", data)
        if count >= 0:
            for contour in _simple(data, count):
                yield [moved(point, placed) for point in contour]
        else:
            for part, matrix in _parts(data):
                yield from self._contours(part, then(matrix, placed), depth + 1, left)


def _simple(data: bytes, count: int) -> Iterator[list[Point]]:
    ends = struct.unpack_from(f">{count}H", data, 10)
    points = ends[-1] + 1 if ends else 0
    if points > _POINTS:
        raise ValueError
    (instructions,) = struct.unpack_from(">H", data, 10 + 2 * count)
    at = 12 + 2 * count + instructions
    flags: list[int] = []
    while len(flags) < points:
        flag, times = data[at], 1
        at += 1
        if flag & _REPEATED:
            times += data[at]
            at += 1
        flags += [flag] * times
    axes: list[list[int]] = []
    for short, same in zip(_SHORT, _SAME, strict=True):
        place, places = 0, []
        for flag in flags[:points]:
            if flag & short:
                place += data[at] if flag & same else -data[at]
                at += 1
            elif not flag & same:
                place += struct.unpack_from(">h", data, at)[0]
                at += 2
            places.append(place)
        axes.append(places)
    begin = 0
    for end in ends:
        yield [*zip(axes[0][begin : end + 1], axes[1][begin : end + 1], strict=True)]
        begin = end + 1


def _parts(data: bytes) -> Iterator[tuple[int, Matrix]]:
    """Yield the glyphs that a glyph is made of, and where they are placed in it."""
    at, flags = 10, _MORE
    while flags & _MORE:
        flags, glyph = struct.unpack_from(">2H", data, at)
        form = ">2h" if flags & _WORDS else ">2b"
        x, y = struct.unpack_from(form, data, at + 4)
        at += 4 + struct.calcsize(form)
        count = 1 if flags & _SCALED else 2 if flags & _BOTH_SCALED else 4 if flags & _TURNED else 0
        scales = [each / 16384 for each in struct.unpack_from(f">{count}h", data, at)]
        at += 2 * count
        a, b, c, d = scales if count == 4 else (scales[0], 0, 0, scales[-1]) if count else (1, 0, 0, 1)
        # Where it is not a place, it is a point that lies on another.
        yield glyph, (a, b, c, d, *((x, y) if flags & _PLACE else (0, 0)))
