"""What an RTF file says of looks before its text: its colours, its hidden styles; and what a shading shows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from archive.extract.text.symbols import is_symbol_font

_TABLE_OF_COLOURS = re.compile(rb"\\colortbl([^{}]*)")
_PART_OF_COLOUR = re.compile(rb"\\(red|green|blue)(\d{1,3})")
_MOST_COLOURS = 1000
# A paragraph or character style, what it states, the style that it is based on, and that it is hidden.
_STYLE = re.compile(rb"\{(?:\\\*)?\s*\\(c?s)(\d{1,5})((?:[^{}]|\{[^{}]*\})*)\}")
_STYLE_SHEET, _END_OF_STYLES = b"{\\stylesheet", re.compile(rb"\}\s*\}")
_BASE, _STYLED_HIDDEN = re.compile(rb"\\sbasedon(\d{1,5})"), re.compile(rb"\\v(?:1|(?![a-z\d-]))")
_STYLED_FONT = re.compile(rb"\\f(\d{1,5})(?!\d)")
# A font of the table of fonts, with what is said of it before its name.
_FONT = re.compile(
    rb"\\f(\d{1,5})(?:\\[a-z]{1,32}+-?\d*+ ?+|\{[^{}]{0,200}+\}|\s){0,16}+([A-Za-z][A-Za-z0-9 ]{0,40}+);"
)
# No number of a colour.
_MIXED = -1
# Up to this share of dots, in hundredths of a percent, black on white is as good as white.
_PALE = 300
# From this share on they hide what they stand on.
_DENSE = 9_700


@dataclass(frozen=True, slots=True)
class Shading:
    """A ground: a ``share`` of dots, in hundredths of a percent, of the colour ``fore`` upon the colour ``back``."""

    back: int = 0
    fore: int = 0
    share: int = 0

    @property
    def number(self) -> int:
        """The number of the colour that it shows, 0 if that is the paper's, ``_MIXED`` for several."""
        if self.share <= _PALE:
            return self.back
        return self.fore if self.fore and (self.share >= _DENSE or self.fore == self.back) else _MIXED


def hidden_styles(data: bytes) -> set[tuple[bytes, int]]:
    """Return the hidden paragraph styles (``s``) and character styles (``cs``), with those based on them."""
    hidden: set[tuple[bytes, int]] = set()
    based: dict[tuple[bytes, int], tuple[bytes, int]] = {}
    for style, stated in _styles(data):
        kind = style[0]
        if _STYLED_HIDDEN.search(stated):
            hidden.add(style)
        elif (base := _BASE.search(stated)) and b"\\v0" not in stated:
            based[style] = (kind, int(base[1]))
    for style in based:
        above, seen = style, {style}
        while above in based and based[above] not in seen:
            above = based[above]
            seen.add(above)
        if above in hidden:
            hidden.add(style)
    return hidden


def styled_fonts(data: bytes) -> dict[tuple[bytes, int], int]:
    """Return the numbers of the fonts that styles state, by themselves or by what they are based on."""
    fonts: dict[tuple[bytes, int], int] = {}
    based: dict[tuple[bytes, int], tuple[bytes, int]] = {}
    for style, stated in _styles(data):
        if found := _STYLED_FONT.search(stated):
            fonts[style] = int(found[1])
        elif base := _BASE.search(stated):
            based[style] = (style[0], int(base[1]))
    for style in based:
        above, seen = style, {style}
        while above in based and based[above] not in seen:
            above = based[above]
            seen.add(above)
        if above in fonts:
            fonts[style] = fonts[above]
    return fonts


def _styles(data: bytes) -> Iterator[tuple[tuple[bytes, int], bytes]]:
    """Yield the styles of paragraphs and characters with what they state."""
    start = data.find(_STYLE_SHEET)
    end = _END_OF_STYLES.search(data, max(start, 0))
    if start >= 0 and end is not None:
        for kind, number, stated in _STYLE.findall(data, start + len(_STYLE_SHEET), end.end()):
            yield (kind, int(number)), stated


def symbol_fonts(data: bytes) -> dict[int, str]:
    """Return the names of the fonts that show letters as symbols, by their numbers."""
    named = ((int(number), name.decode("ascii")) for number, name in _FONT.findall(data))
    return {number: name for number, name in named if is_symbol_font(name)}


def colours(data: bytes) -> list[tuple[int, int, int] | None]:
    """Return the table of colours as red, green and blue; None for the automatic one."""
    table = _TABLE_OF_COLOURS.search(data)
    found: list[tuple[int, int, int] | None] = []
    for entry in (table[1].split(b";") if table else ())[:_MOST_COLOURS]:
        parts = {name: int(value) for name, value in _PART_OF_COLOUR.findall(entry)}
        red, green, blue = (parts.get(name, 0) for name in (b"red", b"green", b"blue"))
        found.append((red, green, blue) if parts else None)
    return found
