"""What a Word document from before 2007 states about its characters: properties of ranges, styles, and what they make.

Numbers are sections of [MS-DOC].
"""

import struct
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import NamedTuple

from archive.extract.text.concealed import TINY, WHITISH, Unseen
from archive.extract.text.scripts import Lowered, Raised, moved

# 2.5.6: where the offsets and sizes of structures are.
_STYLE_SHEET, _CHARACTERS, _PARAGRAPHS = 0xA2, 0xFA, 0x102
_PAGE = 512
# 2.6: numbers of properties, and the sizes of their operands by the number's upper three bits.
STYLE, SIZE, HIDDEN, _CHARACTER_STYLE = 0x4600, 0x4A43, 0x083C, 0x4A30
_COLOUR, _OLD_COLOUR, _HIGHLIGHT = 0x6870, 0x2A42, 0x2A0C
_SHADES, _OLD_SHADES = (0xCA71, 0xC64D), (0x4866, 0x442D)
IN_TABLE = 0x2416
# 2.6.1: struck once or twice, raised or lowered; a font, a character of another, and where the data of a form stand.
_STRIKES, _SHIFT, _POSITION = (0x0837, 0x2A53), 0x2A48, 0x4845
FONT, SYMBOL, FORM = 0x4A4F, 0x6A09, 0x6A03
_SHIFTS: Mapping[int, type[str]] = {1: Raised, 2: Lowered}
_LINES = 0x6412
# In twentieths of a point.
_LOW_LINE = 40
# 2.6.2: properties that stand in the data stream, which have fewer bytes than this in any document.
_ELSEWHERE, _LONGEST = (b"\x45\x66", b"\x46\x66"), 16_384
_OPERANDS = (1, 1, 2, 4, 2, 2, None, 3)
# 2.9.262: a property that is as in the style, and one that is not.
_AS_STYLE, _UNLIKE_STYLE = 0x80, 0x81
_PARAGRAPH, _CHARACTER = 1, 2
_NO_STYLE, _DEPTH = 0xFFF, 12
_AUTOMATIC, _WHITE, _BLACK = 0xFF000000, 0xFFFFFF, 0
# 2.9.119: numbers of colours.
_OLD_COLOURS = dict(
    enumerate(
        (
            *(_AUTOMATIC, _BLACK, 0xFF0000, 0xFFFF00, 0x00FF00, 0xFF00FF, 0x0000FF, 0x00FFFF, _WHITE),
            *(0x800000, 0x808000, 0x008000, 0x800080, 0x000080, 0x008080, 0x808080, 0xC0C0C0),
        )
    )
)
# 2.9.121: the pattern that shows the paper's side alone, and that which hides it.
_CLEAR, _SOLID = 0, 1
# A ground on which every colour is seen.
# And one of a colour that no letters have.
_MIXED, _COLOURED = -1, 0x01000000

Properties = Mapping[int, int]
# How many manners of runs are kept; few documents have as many.
_MOST_MANNERS = 1000


def parsed(data: bytes) -> Iterator[tuple[int, int]]:
    """Yield each property's number and value, of longer values the first four bytes (2.6.1).

    The value of a shading is the colour that it gives the ground, or ``_MIXED``.
    """
    for number, operand in operands(data):
        if number in _SHADES and len(operand) >= 11:
            yield number, _shown(*struct.unpack_from("<IIH", operand, 1))
        else:
            yield number, int.from_bytes(operand[:4], "little")


def operands(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield each property's number and its value as bytes, which begin with their count where it is not fixed."""
    at = 0
    while at + 2 < len(data):
        number = struct.unpack_from("<H", data, at)[0]
        size = _OPERANDS[number >> 13]
        at += 2
        if size is None:
            # A table's definition counts its length in two bytes.
            size = struct.unpack_from("<H", data, at)[0] + 1 if number == 0xD608 else data[at] + 1
        yield number, data[at : at + size]
        at += size


@dataclass(frozen=True, slots=True)
class Ranges:
    """Properties of ranges of the file: ``properties[n]`` hold from offset ``starts[n]`` to the next.

    Those too long for a page of the file are in its data stream (2.6.2, sprmPHugePapx), as of a row of many cells.
    """

    starts: Sequence[int]
    properties: Sequence[bytes]
    data: bytes = b""

    def at(self, offset: int) -> Properties:
        return _properties(self.written(offset))

    def written(self, offset: int) -> bytes:
        """Return the properties at an offset as the file has them; b"" for none."""
        place = bisect_right(self.starts, offset) - 1
        own = self.properties[place] if place >= 0 else b""
        at = _elsewhere(own)
        if at is None:
            return own
        size = int.from_bytes(self.data[at : at + 2], "little")
        return own + self.data[at + 2 : at + 2 + min(size, _LONGEST)]

    def changes(self, offset: int) -> bool:
        """Tell whether a range begins at an offset."""
        place = bisect_right(self.starts, offset) - 1
        return place < 0 or self.starts[place] == offset or place == len(self.starts) - 1


@lru_cache(1000)
def _elsewhere(properties: bytes) -> int | None:
    """Return where in the data stream the rest of the properties stands; None if they are complete."""
    if not any(number in properties for number in _ELSEWHERE):
        return None
    places = (value for number, value in parsed(properties) if number.to_bytes(2, "little") in _ELSEWHERE)
    return next(places, None)


@lru_cache(1000)
def _properties(data: bytes) -> Properties:
    return dict(parsed(data))


def character_ranges(main: bytes, table: bytes) -> Ranges:
    """Read what holds for ranges of characters (2.8.5)."""
    return _ranges(main, table, _CHARACTERS, _character_properties)


def paragraph_ranges(main: bytes, table: bytes, data: bytes = b"") -> Ranges:
    """Read what holds for ranges of paragraphs (2.8.6); their first property is the number of their style.

    ``data`` is the file's data stream.
    """
    return replace(_ranges(main, table, _PARAGRAPHS, _paragraph_properties), data=data)


def _ranges(main: bytes, table: bytes, place: int, of: Callable[[bytes, int, int], bytes]) -> Ranges:
    """Read the pages of 512 bytes that say from which offset on which properties hold (2.8.5, 2.8.6)."""
    at, size = struct.unpack_from("<2I", main, place)
    plc = table[at : at + size]
    count = (len(plc) - 4) // 8
    starts: list[int] = []
    properties: list[bytes] = []
    for number in range(count):
        page = struct.unpack_from("<I", plc, 4 * (count + 1) + 4 * number)[0] & 0x3FFFFF
        data = main[page * _PAGE : (page + 1) * _PAGE]
        if len(data) < _PAGE:
            continue
        runs = data[-1]
        starts += struct.unpack_from(f"<{runs}I", data)
        properties += [of(data, runs, run) for run in range(runs)]
    order = sorted(range(len(starts)), key=starts.__getitem__)
    return Ranges([starts[each] for each in order], [properties[each] for each in order])


def _character_properties(page: bytes, runs: int, run: int) -> bytes:
    """Return the properties of a range of characters (2.9.32, 2.9.33)."""
    at = 2 * page[4 * (runs + 1) + run]
    return page[at + 1 : at + 1 + page[at]] if at else b""


def _paragraph_properties(page: bytes, runs: int, run: int) -> bytes:
    """Return the properties of a paragraph, with the number of its style as the first (2.9.174, 2.9.175)."""
    at = 2 * page[4 * (runs + 1) + 13 * run]
    if not at:
        return b""
    size, begin = (2 * page[at] - 1, at + 1) if page[at] else (2 * page[at + 1], at + 2)
    return struct.pack("<H", STYLE) + page[begin : begin + size]


class StyleSheet:
    """The styles by their numbers (2.9.271); empty where the file has none that can be read."""

    def __init__(self, main: bytes, table: bytes) -> None:
        self._styles: dict[int, tuple[int, int, Properties]] = {}
        # What was read until the end of a sheet that is cut off stays.
        with suppress(struct.error):
            at, size = struct.unpack_from("<2I", main, _STYLE_SHEET)
            self._read(table[at : at + size])

    def _read(self, sheet: bytes) -> None:
        (header,) = struct.unpack_from("<H", sheet)
        count, fixed = struct.unpack_from("<2H", sheet, 2)
        at = 2 + header
        for number in range(count):
            (length,) = struct.unpack_from("<H", sheet, at)
            # One style that can't be read leaves the others.
            with suppress(struct.error, IndexError):
                self._styles[number] = _style(sheet[at + 2 : at + 2 + length], fixed)
            at += 2 + length

    def look(self, number: int) -> dict[int, int]:
        """Return what a style and those that it is based on state."""
        found: dict[int, int] = {}
        for _ in range(_DEPTH):
            if number not in self._styles:
                break
            _, base, own = self._styles[number]
            found = {**own, **found}
            number = base
        return found


def _style(definition: bytes, fixed: int) -> tuple[int, int, Properties]:
    """Return a style's kind, the number of the one that it is based on, and its properties (2.9.258)."""
    (value,) = struct.unpack_from("<H", definition, 2)
    kind, base = value & 0xF, value >> 4
    parts = struct.unpack_from("<H", definition, 4)[0] & 0xF
    # The name has its length before it and a zero behind it.
    at = fixed + 2 * (struct.unpack_from("<H", definition, fixed)[0] + 2)
    # A paragraph's own properties, after the style's number, come before those of its characters.
    begins = {_PARAGRAPH: (2, 0), _CHARACTER: (0,)}.get(kind, ())
    found: dict[int, int] = {}
    for begin in begins[:parts]:
        at += at % 2
        (length,) = struct.unpack_from("<H", definition, at)
        found.update(parsed(definition[at + 2 + begin : at + 2 + length]))
        at += 2 + length
    return kind, base, found


class Manner(NamedTuple):
    """Why a run is not seen and whether that is in doubt, how it stands to the line, whether it is struck, its font."""

    reason: Unseen | None
    doubtful: bool
    shift: type[str]
    struck: bool
    font: int


class Looks:
    """A judge of runs by their own properties, those of their paragraphs, and the styles of both."""

    def __init__(self, styles: StyleSheet, has_drawings: bool) -> None:
        self._styles = styles
        self._has_drawings = has_drawings
        self._known: dict[int, dict[int, int]] = {}
        self._manners: dict[tuple[int, int], tuple[Properties, Properties, Manner]] = {}

    def manner(self, look: Properties, form: Properties) -> Manner:
        """Return how a run is shown. Most runs share their properties, and are judged once."""
        # With each manner its properties are kept, so that meanwhile no others have their identity.
        key = id(look), id(form)
        if key not in self._manners:
            if len(self._manners) >= _MOST_MANNERS:
                self._manners.clear()
            seen, others = self.of(look, form), (self.shift(look, form), self.is_struck(look, form))
            self._manners[key] = look, form, Manner(*seen, *others, self.font(look, form))
        return self._manners[key][2]

    def of(self, look: Properties, form: Properties) -> tuple[Unseen | None, bool]:
        """Return why a run is not seen, and whether that is in doubt, in which case it counts as seen."""
        if self._is_on(HIDDEN, look, form):
            return Unseen.HIDDEN, False
        outer, inner = self._outer(form), self._inner(look)
        found = {**outer, **form, **inner, **look}
        if 0 < found.get(SIZE, 20) <= TINY or _is_low(found.get(_LINES, 0)):
            return Unseen.TINY, False
        colour = _colour(found)
        if colour is None:
            return None, False
        ground = _ground(found)
        if ground is None and _is_white(colour):
            doubtful = self._has_drawings or bool(form.get(IN_TABLE))
            return (None, True) if doubtful else (Unseen.GROUND, False)
        if ground == _MIXED:
            return None, _is_white(colour)
        same = ground == colour or ground not in (None, _MIXED) and _is_white(colour) and _is_white(ground or 0)
        return (Unseen.GROUND if same else None), False

    def is_struck(self, look: Properties, form: Properties) -> bool:
        """Tell whether a run is struck through."""
        inner, outer = self._inner(look), self._outer(form)
        # Most runs are struck neither by themselves nor by a style.
        stated = [each for each in _STRIKES if each in look or each in inner or each in outer]
        return any(self._is_on(each, look, form) for each in stated)

    def shift(self, look: Properties, form: Properties) -> type[str]:
        """Return how a run stands to the line: as ``Raised``, ``Lowered``, moved or plain text."""
        if shift := _SHIFTS.get(self._stated(_SHIFT, look, form, 0)):
            return shift
        place = self._stated(_POSITION, look, form, 0) & 0xFFFF
        return moved(place - 0x10000 if place & 0x8000 else place)

    def font(self, look: Properties, form: Properties) -> int:
        """Return the number of the font of a run's letters, -1 if none is stated."""
        return self._stated(FONT, look, form, -1)

    def _stated(self, name: int, look: Properties, form: Properties, default: int) -> int:
        if name in look:
            return look[name]
        inner = self._inner(look)
        return inner[name] if name in inner else self._outer(form).get(name, default)

    def _is_on(self, name: int, look: Properties, form: Properties) -> bool:
        own = look.get(name, _AS_STYLE)
        if own not in (_AS_STYLE, _UNLIKE_STYLE):
            return bool(own & 1)
        # The styles of paragraph and character each turn it over (2.6.1).
        styled = bool(self._outer(form).get(name, 0) & 1) != bool(self._inner(look).get(name, 0) & 1)
        return styled != (own == _UNLIKE_STYLE)

    def _outer(self, form: Properties) -> Properties:
        return self.style(form.get(STYLE, 0))

    def _inner(self, look: Properties) -> Properties:
        return self.style(look.get(_CHARACTER_STYLE, _NO_STYLE))

    def style(self, style: int) -> Properties:
        """Return what a style and those that it is based on state."""
        if style not in self._known:
            self._known[style] = self._styles.look(style)
        return self._known[style]


def _colour(found: Properties) -> int | None:
    """Return the colour of characters as blue, green, red; None if it is automatic or unknown."""
    colour = found.get(_COLOUR)
    if colour is None:
        colour = _OLD_COLOURS.get(found.get(_OLD_COLOUR, 0), _AUTOMATIC)
    return colour if colour < _AUTOMATIC else None


def _ground(found: Properties) -> int | None:
    """Return the colour behind characters; None for the paper's."""
    if found.get(_HIGHLIGHT):
        return _OLD_COLOURS.get(found[_HIGHLIGHT], _COLOURED)
    for name in _SHADES:
        # A shading of the characters that is none leaves the paragraph's.
        shade = found.get(name, _AUTOMATIC)
        if shade < _AUTOMATIC:
            return shade
    for name in _OLD_SHADES:
        # 2.9.248: two colours and a pattern in one number.
        old = found.get(name, 0)
        if old in (0, 0xFFFF):
            continue
        fore, back = (_OLD_COLOURS.get(old >> shift & 0x1F, _COLOURED) for shift in (0, 5))
        if (shade := _shown(fore, back, old >> 10)) < _AUTOMATIC:
            return shade
    return None


def _shown(fore: int, back: int, pattern: int) -> int:
    """Return the colour that a shading gives the ground, ``_MIXED`` for one of several."""
    if pattern == _CLEAR:
        return back
    if pattern == _SOLID:
        return fore if fore < _AUTOMATIC else _BLACK
    return fore if fore == back < _AUTOMATIC else _MIXED


def _is_low(lines: int) -> bool:
    """Tell whether lines have an exact height that shows nothing (2.9.133): it is written as a negative number."""
    height, by_lines = lines & 0xFFFF, lines >> 16
    return not by_lines and 0 < 0x10000 - height <= _LOW_LINE


def _is_white(colour: int) -> bool:
    return all(colour >> shift & 0xFF >= WHITISH for shift in (0, 8, 16))
