"""Whether embedded fonts draw anything for the characters of a text object (GB/T 33190-2016, 11.1 and 11.4).

Numbers of glyphs come from the object itself or from the font's own map. Of TrueType outlines it is known which are
empty. Those of CFF are not read, and of fonts that are not embedded the reading program has its own.
"""

import struct
from bisect import bisect_right
from collections.abc import Mapping
from enum import Enum

from lxml import etree

# How a file of fonts begins, by kinds of outlines; a collection has several, of which the first counts.
_COLLECTION = b"ttcf"
BEGINNINGS = (b"\0\1\0\0", b"true", b"OTTO", _COLLECTION)
# Characters beyond this in one object are an attack; what they draw is not asked.
_MOST = 100_000
# Maps by platform and encoding, the best first (OpenType, cmap).
_MAPS = ((3, 10), (0, 4), (0, 6), (3, 1), (0, 3), (0, 2), (0, 1), (0, 0))


class Drawn(Enum):
    """What is drawn for a character. ``MISSING``: the font has no such glyph, and another may be taken."""

    SOMETHING = 0
    NOTHING = 1
    MISSING = 2


class Font:
    """An embedded font; one that can't be read draws something for all that anybody knows."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._tables: dict[bytes, tuple[int, int]] = {}
        self._long = False
        # Of the map: the last character of each range with its first one, and where its glyphs are.
        self._ends: list[int] = []
        self._ranges: list[tuple[int, int, int]] = []
        try:
            begin = struct.unpack_from(">I", data, 12)[0] if data.startswith(_COLLECTION) else 0
            (count,) = struct.unpack_from(">H", data, begin + 4)
            for at in range(begin + 12, begin + 12 + 16 * count, 16):
                name, _, place, size = struct.unpack_from(">4s3I", data, at)
                self._tables[name] = place, size
            if b"loca" in self._tables:
                (long,) = struct.unpack_from(">h", data, self._tables[b"head"][0] + 50)
                self._long = long != 0
            self._read_map()
        except (struct.error, KeyError):
            self._tables, self._ends = {}, []

    def drawn(self, glyph: int) -> Drawn:
        """Return what a glyph draws. That of number 0 stands for those that there are not."""
        if b"loca" not in self._tables:
            return Drawn.SOMETHING
        place, size = self._tables[b"loca"]
        each = 4 if self._long else 2
        if glyph == 0 or glyph + 1 >= size // each:
            return Drawn.MISSING
        try:
            form, unit = (">2I", 1) if self._long else (">2H", 2)
            first, last = (unit * each for each in struct.unpack_from(form, self._data, place + each * glyph))
            if last <= first:
                return Drawn.NOTHING
            contours, *box = struct.unpack_from(">5h", self._data, self._tables[b"glyf"][0] + first)
        except (struct.error, KeyError):
            return Drawn.SOMETHING
        flat = box[0] >= box[2] or box[1] >= box[3]
        return Drawn.NOTHING if contours == 0 or flat else Drawn.SOMETHING

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
            own = [font.drawn(each) for each in glyphs]
        else:
            own = [kind] * count
        end = min(first + count, len(text))
        found[first:end] = own[: end - first]
    return found
