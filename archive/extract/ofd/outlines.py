"""Reading what the glyphs of a font file are drawn with, and its map of characters, by fontTools.

This module loads fontTools, so it is imported only where a document has fonts of its own.
"""

import logging
from contextlib import suppress
from io import BytesIO
from types import SimpleNamespace
from typing import Any

from fontTools.cffLib import CFFFontSet
from fontTools.pens.basePen import BasePen
from fontTools.ttLib import TTFont
from fontTools.ttLib.tables._g_l_y_f import Glyph, table__g_l_y_f

from archive.extract.ofd.places import Point

# Damaged fonts are expected here, and judged by what is raised.
logging.getLogger("fontTools").setLevel(logging.CRITICAL)

# More points in one glyph are an attack. A part weighs as much as this many points, so that parts within parts end.
_POINTS, _PART = 20_000, 100


class Outlines:
    """The glyphs of a font file, in a collection those of the first font. Raises anything for a damaged one.

    ``scale`` makes a length a share of the type size.
    """

    def __init__(self, data: bytes, bare: bool) -> None:
        """Read a font file; a ``bare`` one is CFF without OpenType around it."""
        self._glyphs: _Cff | _TrueType
        self._font: Any = None
        self._map: dict[int, str] | None = None
        if bare:
            fonts = CFFFontSet()
            fonts.decompile(BytesIO(data), None, isCFF2=False)
            self._glyphs = _Cff(fonts[0], alone=True)
        else:
            self._font = font = TTFont(BytesIO(data), lazy=True, fontNumber=0)
            self._glyphs = _Cff(font["CFF "].cff[0], alone=False) if "CFF " in font else _TrueType(font)
            # So fontTools names glyphs by their numbers, whatever names the font states.
            font.setGlyphOrder([])
            # A font may be without a map, and where that is damaged the outlines still count.
            with suppress(Exception):
                self._map = font.getBestCmap()
        self.scale = self._glyphs.scale

    def glyph(self, letter: str) -> int | None:
        """Return the glyph of a character, 0 if the font has none; None for a font without a map."""
        if self._map is None:
            return None
        name = self._map.get(ord(letter))
        return int(self._font.getGlyphID(name)) if name is not None else 0

    def readings(self, glyph: int) -> set[int]:
        """Return which glyphs a number may mean, none if there is none."""
        return {each for each in self._glyphs.readings(glyph) if 0 < each < self._glyphs.count}

    def contours(self, glyph: int) -> list[list[Point]]:
        """Return the points of each contour of a glyph, with those that bend its curves. Raises anything."""
        pen = _Contours(self._glyphs)
        self._glyphs[glyph].draw(pen)
        return pen.contours


class _TrueType(table__g_l_y_f):  # type: ignore[misc]  # fontTools has no types
    """Glyphs of TrueType by their numbers. Each is read by itself, so that a damaged one does not take others with it.

    Their metrics, which a font in an OFD may lack, are not asked for.
    """

    def __init__(self, font: Any) -> None:
        super().__init__("glyf")
        self._data, self._places = font.reader["glyf"], font["loca"]
        self.count = len(self._places) - 1
        self.scale = 1 / max(font["head"].unitsPerEm, 1)

    def readings(self, glyph: int) -> set[int]:
        return {glyph}

    def getGlyphName(self, glyph: int) -> int:
        """Return under which name a part of another glyph is found here."""
        return glyph

    def __getitem__(self, glyph: int) -> Any:
        found = Glyph(self._data[self._places[glyph] : self._places[glyph + 1]])
        found.expand(self)
        if found.numberOfContours < -1:
            # Programs differ in what this is.
            raise ValueError
        return SimpleNamespace(draw=lambda pen: found.draw(pen, self))


class _Cff:
    """Glyphs of CFF. ``alone``: no OpenType font is around it."""

    def __init__(self, top: Any, alone: bool) -> None:
        if top.CharstringType != 2:
            raise ValueError
        by_names = hasattr(top, "ROS")
        if by_names and top.charset is None:
            # It has none where each name is the glyph's own number.
            top.charset = [f"cid{number:05d}" for number in range(top.numGlyphs)]
        self._strings = top.CharStrings
        self._by_names = by_names and alone
        self.count = len(self._strings.charStringsIndex)
        self.scale = abs(top.FontMatrix[0])

    def readings(self, glyph: int) -> set[int]:
        """Return which glyphs a number may mean. In a file with names of its own (CID), programs differ."""
        return {glyph, self._strings.charStrings.get(f"cid{glyph:05d}", 0)} if self._by_names else {glyph}

    def __getitem__(self, glyph: int | str) -> Any:
        """Return a glyph by its number, or by the name by which another one refers to it."""
        return self._strings[glyph] if isinstance(glyph, str) else self._strings.charStringsIndex[glyph]


class _Contours(BasePen):  # type: ignore[misc]  # fontTools has no types
    """A pen that keeps the points of each contour, also of the parts that a glyph is made of."""

    skipMissingComponents = False

    def __init__(self, parts: _TrueType | _Cff) -> None:
        super().__init__(parts)
        self.contours: list[list[Point]] = []
        self._left = _POINTS

    def addComponent(self, name: str, transformation: Any) -> None:
        self._take(_PART)
        super().addComponent(name, transformation)

    def _moveTo(self, point: Point) -> None:
        self._take(1)
        self.contours.append([point])

    def _lineTo(self, point: Point) -> None:
        self._take(1)
        self.contours[-1].append(point)

    def _curveToOne(self, *points: Point) -> None:
        self._take(len(points))
        self.contours[-1] += points

    _qCurveToOne = _curveToOne

    def _take(self, points: int) -> None:
        self._left -= points
        if self._left < 0:
            raise ValueError
