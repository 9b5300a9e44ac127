"""Whether embedded fonts draw anything for the characters of a text object (GB/T 33190-2016, 11.1 and 11.4).

Numbers of glyphs come from the object itself or from the font's own map. Outlines of TrueType and of CFF are judged
alike. Of fonts that are not embedded the reading program has its own.
"""

import struct
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from enum import Enum

from lxml import etree

from archive.extract.ofd import cff
from archive.extract.ofd.cff import Cff
from archive.extract.ofd.places import Point
from archive.extract.ofd.truetype import TrueType

# How a file of fonts begins, by kinds of outlines; a collection has several, of which the first counts.
_COLLECTION = b"ttcf"
BEGINNINGS = (b"\0\1\0\0", b"true", b"OTTO", _COLLECTION, cff.BEGINNING)
# What is thinner than this share of the type size is not seen, nor what lies further from its place than this many.
_THIN, _FAR = 0.002, 2.0
_DAMAGED = (struct.error, LookupError, ValueError, OverflowError)
# Characters beyond this in one object are an attack; what they draw is not asked.
_MOST = 100_000
# Maps by platform and encoding, the best first (OpenType, cmap).
_MAPS = ((3, 10), (0, 4), (0, 6), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))


class Drawn(Enum):
    """What is drawn for a character.

    ``MISSING``: no glyph of the font that can be read, and another may be taken. ``OTHER``: not the glyph that the font
    has for it.
    """

    SOMETHING = 0
    NOTHING = 1
    MISSING = 2
    OTHER = 3


class Font:
    """An embedded font; one that can't be read draws something for all that anybody knows."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._tables: dict[bytes, tuple[int, int]] = {}
        self._outlines: TrueType | Cff | None = None
        self._scale = 0.0
        # What was judged before: a text has the same characters again and again.
        self._judged: dict[int, Drawn] = {}
        # Of the map: the last character of each range with its first one, and where its glyphs are.
        self._ends: list[int] = []
        self._ranges: list[tuple[int, int, int]] = []
        try:
            if data.startswith(cff.BEGINNING):
                self._outlines = known = Cff(data, alone=True)
                self._scale = known.scale
                return
            begin = struct.unpack_from(">I", data, 12)[0] if data.startswith(_COLLECTION) else 0
            (count,) = struct.unpack_from(">H", data, begin + 4)
            for at in range(begin + 12, begin + 12 + 16 * count, 16):
                name, _, place, size = struct.unpack_from(">4s3I", data, at)
                self._tables[name] = place, size
            self._read_outlines()
            self._read_map()
        except _DAMAGED:
            self._outlines, self._ends = None, []

    def drawn(self, glyph: int) -> Drawn:
        """Return what a glyph draws. That of number 0 stands for those that there are not."""
        if self._outlines is None:
            return Drawn.SOMETHING
        if glyph not in self._judged:
            self._judged[glyph] = self._judge(self._outlines, glyph)
        return self._judged[glyph]

    def _judge(self, outlines: TrueType | Cff, glyph: int) -> Drawn:
        try:
            kinds = {
                any(_is_seen(contour, self._scale) for contour in outlines.contours(each))
                for each in (outlines.readings(glyph) if glyph > 0 else ())
            }
        except _DAMAGED:
            return Drawn.MISSING
        if len(kinds) != 1:
            return Drawn.MISSING
        return Drawn.SOMETHING if kinds.pop() else Drawn.NOTHING

    def _read_outlines(self) -> None:
        if b"CFF " in self._tables:
            self._outlines = known = Cff(self._table(b"CFF "), alone=False)
            self._scale = known.scale
        elif b"loca" in self._tables:
            head = self._table(b"head")
            (units,), (long,) = struct.unpack_from(">H", head, 18), struct.unpack_from(">h", head, 50)
            self._outlines = TrueType(self._table(b"glyf"), self._table(b"loca"), long != 0)
            self._scale = 1 / max(units, 1)

    def _table(self, name: bytes) -> bytes:
        place, size = self._tables[name]
        return self._data[place : place + size]

    def glyph(self, letter: str) -> int | None:
        """Return the glyph of a character, 0 if the font has none; None for a font without a map that can be read."""
        if not self._ends:
            return None
        code = ord(letter)
        at = bisect_right(self._ends, code - 1)
        if at == len(self._ends) or code < self._ranges[at][0]:
            return 0
        first, delta, place = self._ranges[at]
        if not place:
            return (code + delta) & 0xFFFF
        try:
            (found,) = struct.unpack_from(">H", self._data, place + 2 * (code - first))
        except struct.error:
            return 0
        return (int(found) + delta) & 0xFFFF if found else 0

    def _read_map(self) -> None:
        if b"cmap" not in self._tables:
            return
        data, begin = self._data, self._tables[b"cmap"][0]
        (count,) = struct.unpack_from(">H", data, begin + 2)
        maps = {}
        for at in range(begin + 4, begin + 4 + 8 * count, 8):
            platform, encoding, place = struct.unpack_from(">HHI", data, at)
            maps[platform, encoding] = begin + place
        best = next((maps[each] for each in _MAPS if each in maps), None)
        if best is None:
            return
        (form,) = struct.unpack_from(">H", data, best)
        if form == 4:
            (twice,) = struct.unpack_from(">H", data, best + 6)
            count = twice // 2
            ends = struct.unpack_from(f">{count}H", data, best + 14)
            at = best + 16 + twice
            firsts, deltas = (struct.unpack_from(f">{count}H", data, at + twice * each) for each in (0, 1))
            offsets_at = at + 2 * twice
            offsets = struct.unpack_from(f">{count}H", data, offsets_at)
            self._ends = [*ends]
            self._ranges = [
                (first, delta, offsets_at + 2 * each + offset if offset else 0)
                for each, (first, delta, offset) in enumerate(zip(firsts, deltas, offsets, strict=True))
            ]
        elif form == 12:
            (count,) = struct.unpack_from(">I", data, best + 12)
            count = min(count, (len(data) - best) // 12)
            groups = [struct.unpack_from(">3I", data, best + 16 + 12 * each) for each in range(count)]
            self._ends = [last for _, last, _ in groups]
            self._ranges = [(first, glyph - first, 0) for first, _, glyph in groups]


def _drawn_by(font: Font, glyph: int, letter: str) -> Drawn:
    """Return what a glyph draws for a character. Punctuation has several forms, a letter or a Han character has one."""
    kind = font.drawn(glyph)
    changed = letter.isalnum() and font.glyph(letter) not in (None, 0, glyph)
    return Drawn.OTHER if changed and kind is Drawn.SOMETHING else kind


def _is_seen(contour: Sequence[Point], scale: float) -> bool:
    """Tell whether what a contour encloses is wide and high enough to be seen, and near its place."""
    if not contour:
        return False
    spans = [(min(axis) * scale, max(axis) * scale) for axis in zip(*contour, strict=True)]
    if any(last < -_FAR or first > _FAR or last - first < _THIN for first, last in spans):
        return False
    # Points on one line enclose nothing, whichever way it runs.
    first, *rest = contour
    far = max(rest, key=lambda point: abs(point[0] - first[0]) + abs(point[1] - first[1]))
    dx, dy = far[0] - first[0], far[1] - first[1]
    aside = max(abs(dx * (y - first[1]) - dy * (x - first[0])) for x, y in rest)
    return aside * scale >= _THIN * max(abs(dx), abs(dy))


def drawn(element: etree._Element, text: str, fonts: Mapping[str, Font]) -> list[Drawn]:
    """Return what is drawn for each character of a text object."""
    font = fonts.get(element.get("Font", ""))
    found = [Drawn.SOMETHING] * len(text)
    if len(text) > _MOST:
        return found
    if font is not None:
        for at, letter in enumerate(text):
            glyph = font.glyph(letter)
            if glyph is not None:
                found[at] = font.drawn(glyph)
    for shapes in element.iterchildren("{*}CGTransform"):
        first, count = (max(int(shapes.get(*each)), 0) for each in (("CodePosition", "0"), ("CodeCount", "1")))
        glyphs = [int(each) for each in (shapes.findtext("{*}Glyphs") or "").split()]
        kinds = {font.drawn(each) if font is not None else Drawn.SOMETHING for each in glyphs}
        # One of the glyphs is enough. Without any a reading program may choose by the character, or draw nothing.
        kind = next((each for each in (Drawn.SOMETHING, Drawn.MISSING, Drawn.NOTHING) if each in kinds), Drawn.MISSING)
        if count == len(glyphs) and font is not None:
            own = [_drawn_by(font, *each) for each in zip(glyphs, text[first:], strict=False)]
        else:
            own = [kind] * count
        end = min(first + count, len(text))
        found[first:end] = own[: end - first]
    return found
