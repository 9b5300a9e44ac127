"""Whether embedded fonts draw anything for the characters of a text object (GB/T 33190-2016, 11.1 and 11.4).

Numbers of glyphs come from the object itself or from the font's own map. Outlines of TrueType and of CFF are judged
alike. Of fonts that are not embedded the reading program has its own.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from enum import Enum
from functools import cached_property
from typing import TYPE_CHECKING

from lxml import etree

from archive.extract.ofd.places import Point

if TYPE_CHECKING:
    from archive.extract.ofd.outlines import Outlines

# How a file of fonts begins: TrueType, OpenType, a collection of several, and CFF by itself (version 1.0, a head of
# four bytes).
_CFF = b"\1\0\4"
BEGINNINGS = (b"\0\1\0\0", b"true", b"OTTO", b"ttcf", _CFF)
# What is thinner than this share of the type size is not seen, nor what lies further from its place than this many.
_THIN, _FAR = 0.002, 2.0
# Characters beyond this in one object are an attack; what they draw is not asked.
_MOST = 100_000


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
        # What was judged before: a text has the same characters again and again.
        self._judged: dict[int, Drawn] = {}

    @cached_property
    def _outlines(self) -> "Outlines | None":
        """The font's glyphs, read when a text is first drawn with it; None for a font that can't be read."""
        # Few documents have fonts of their own, and the library that reads them is slow to load.
        from archive.extract.ofd.outlines import Outlines

        # A damaged or hostile font can make the library raise anything, here and below.
        with suppress(Exception):
            return Outlines(self._data, bare=self._data.startswith(_CFF))
        return None

    def drawn(self, glyph: int) -> Drawn:
        """Return what a glyph draws. That of number 0 stands for those that there are not."""
        if self._outlines is None:
            return Drawn.SOMETHING
        if glyph not in self._judged:
            self._judged[glyph] = _judge(self._outlines, glyph)
        return self._judged[glyph]

    def glyph(self, letter: str) -> int | None:
        """Return the glyph of a character, 0 if the font has none; None for a font without a map that can be read."""
        return self._outlines.glyph(letter) if self._outlines is not None else None


def _judge(outlines: "Outlines", glyph: int) -> Drawn:
    try:
        kinds = {
            any(_is_seen(contour, outlines.scale) for contour in outlines.contours(each))
            for each in (outlines.readings(glyph) if glyph > 0 else ())
        }
    except Exception:
        # Of a damaged glyph fontTools raises whatever its bytes lead to.
        return Drawn.MISSING
    if len(kinds) != 1:
        return Drawn.MISSING
    return Drawn.SOMETHING if kinds.pop() else Drawn.NOTHING


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
