"""Reading the colours of a Word document: written in digits, named after its theme, or those of a text effect.

Sections are those of ECMA-376 part 1. A colour is six digits, ``AUTO`` if it is another or the paper decides, or
``CLEAR``. A theme's colour counts more than the digits beside it, as in Word.
"""

import re

from lxml import etree

from archive.extract.text.concealed import WHITISH
from archive.extract.word.styles import W

AUTO, CLEAR, MIXED = "auto", "clear", "mixed"
_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
# What gives a run its colour.
INKS = (f"{W}color", f"{_W14}textFill", f"{_W14}textOutline")
_HEX = re.compile(r"[0-9A-Fa-f]{6}")
# What a document calls the colours of a theme (17.18.97).
_NAMES = {
    **{"background1": "lt1", "light1": "lt1", "bg1": "lt1", "text1": "dk1", "dark1": "dk1", "tx1": "dk1"},
    **{"background2": "lt2", "light2": "lt2", "bg2": "lt2", "text2": "dk2", "dark2": "dk2", "tx2": "dk2"},
    **{"hyperlink": "hlink", "followedHyperlink": "folHlink"},
}
# From this share on, in thousandths of a percent, a text effect lets everything through.
_ALL_CLEAR = 99_000


class Palette:
    """The colours of a document's theme, which may be absent."""

    def __init__(self, theme: etree._Element | None) -> None:
        self._theme: dict[str, str] = {"lt1": "FFFFFF", "dk1": "000000"}
        for each in () if theme is None else theme.iterfind(f"{_A}themeElements/{_A}clrScheme/*"):
            value = next((one.get("lastClr") or one.get("val") or "" for one in each), "")
            if _HEX.fullmatch(value):
                self._theme[str(each.tag).rpartition("}")[2]] = value.upper()

    def fill(self, properties: etree._Element) -> str | None:
        """Return the colour that properties of a run give its letters; None if they give none."""
        effect = self._effect(properties.find(f"{_W14}textFill"))
        return self.colour(properties.find(f"{W}color")) if effect is None else effect

    def line(self, properties: etree._Element) -> str | None:
        """Return the colour that properties of a run give the line around its letters; None if they give none."""
        return self._effect(properties.find(f"{_W14}textOutline"))

    def colour(self, element: etree._Element | None, key: str = "val", theme: str = "themeColor") -> str | None:
        """Return a colour of an element by the names of its attribute and of the one for a theme's."""
        if element is None:
            return None
        found = self.named(element.get(f"{W}{theme}", ""))
        if found is None:
            value = element.get(f"{W}{key}")
            return None if value is None else value.upper() if _HEX.fullmatch(value) else AUTO
        shade, tint = (_share(element.get(f"{W}{theme.removesuffix('Color')}{kind}")) for kind in ("Shade", "Tint"))
        parts = (int(found[at : at + 2], 16) for at in (0, 2, 4))
        return "".join(f"{round(255 - tint * (255 - shade * part)):02X}" for part in parts)

    def shade(self, element: etree._Element | None) -> str | None:
        """Return the colour of a shading; None if it leaves the paper's, ``MIXED`` if it has a pattern of two colours.

        A share of dots (17.18.78) is seen as the colour that they mix into.
        """
        if element is None or element.get(f"{W}val") == "nil":
            return None
        pattern, fill = element.get(f"{W}val", "clear"), self.colour(element, "fill", "themeFill")
        if pattern == "solid":
            return self.colour(element, "color") or MIXED
        if pattern != "clear":
            paper, dots = fill or AUTO, self.colour(element, "color") or AUTO
            paper, dots = ("FFFFFF" if paper == AUTO else paper), ("000000" if dots == AUTO else dots)
            share = pattern.removeprefix("pct")
            if pattern == f"pct{share}" and share.isascii() and share.isdecimal() and len(share) < 4:
                return _mixed(paper, dots, min(int(share), 100) / 100)
            return paper if paper == dots or is_white(paper) and is_white(dots) else MIXED
        return None if fill in (None, AUTO) else fill

    def named(self, name: str) -> str | None:
        return self._theme.get(_NAMES.get(name, name))

    def _effect(self, effect: etree._Element | None) -> str | None:
        """Return the colour of a text effect ([MS-DOCX] 2.7), whose ``alpha`` is the share that is let through."""
        if effect is None or len(effect) == 0:
            return None
        if effect.find(f"{_W14}noFill") is not None:
            return CLEAR
        colour = next(iter(effect.iterfind(f"{_W14}solidFill/*")), None)
        if colour is None:
            return AUTO
        alpha = colour.find(f"{_W14}alpha")
        value = "" if alpha is None else alpha.get(f"{_W14}val", "")
        if value.isascii() and value.isdecimal() and len(value) < 9 and int(value) >= _ALL_CLEAR:
            return CLEAR
        written = colour.get(f"{_W14}val", "")
        if len(colour) > (alpha is not None):
            # Made lighter or darker, in ways that are not read.
            return AUTO
        return written.upper() if _HEX.fullmatch(written) else self.named(written) or AUTO


def ink(fill: str | None, line: str | None) -> str | None:
    """Return the one colour in which letters appear, which hollow ones have from their line; ``AUTO`` for two."""
    if line in (None, CLEAR, fill):
        return fill
    if fill == CLEAR:
        return line
    return fill if fill and line and is_white(fill) and is_white(line) else AUTO


def is_white(colour: str) -> bool:
    """Tell whether a colour can't be told from white paper."""
    return _HEX.fullmatch(colour) is not None and all(int(colour[at : at + 2], 16) >= WHITISH for at in (0, 2, 4))


def _mixed(paper: str, dots: str, share: float) -> str:
    pairs = ((int(paper[at : at + 2], 16), int(dots[at : at + 2], 16)) for at in (0, 2, 4))
    return "".join(f"{round(below + share * (above - below)):02X}" for below, above in pairs)


def _share(text: str | None) -> float:
    """Return how much a shade or tint leaves of a colour, which is written as two digits to base 16 (17.3.2.6)."""
    return int(text, 16) / 255 if text and re.fullmatch(r"[0-9A-Fa-f]{2}", text) else 1.0
