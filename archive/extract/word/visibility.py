"""Telling which runs of a Word document its readers do not see: hidden, in the colour of the ground, too small.

Sections are those of ECMA-376 part 1. Only what is certain is called unseen: white text in a table with a style, in a
text box without a colour, on a pattern, or in a document with a page colour or pictures behind the text may stand on a
dark ground.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from lxml import etree

from archive.extract.text.concealed import TINY, Unseen
from archive.extract.text.scripts import Lowered, Raised, moved
from archive.extract.text.symbols import is_symbol_font
from archive.extract.word.boxes import fill_of
from archive.extract.word.colours import AUTO, CLEAR, INKS, MIXED, Palette, ink, is_white
from archive.extract.word.regions import Regions
from archive.extract.word.styles import Styles, W, on

_VAL = f"{W}val"
_REGION = f"{W}tblStylePr"
# Characters up to this share of their width, in percent, and rows up to this exact height, in twentieths of a point.
_NARROW, _LOW = 5, 20
# Lines up to this exact height, in twentieths of a point, show nothing of their letters.
_LOW_LINE = 40
# 17.18.40
_HIGHLIGHTS = {
    **{"black": "000000", "blue": "0000FF", "cyan": "00FFFF", "darkBlue": "000080", "darkCyan": "008080"},
    **{"darkGray": "808080", "darkGreen": "008000", "darkMagenta": "800080", "darkRed": "800000"},
    **{"darkYellow": "808000", "green": "00FF00", "lightGray": "C0C0C0", "magenta": "FF00FF", "red": "FF0000"},
    **{"white": "FFFFFF", "yellow": "FFFF00"},
}

_ASCII = f"{W}ascii"
_PLACE = re.compile(r"-?[0-9]{1,4}")
_SHIFTS: dict[str, type[str]] = {"superscript": Raised, "subscript": Lowered}


class Visibility:
    """A judge of a document's runs and rows; ``roots`` are its parts with text."""

    def __init__(self, styles: Styles, roots: Sequence[etree._Element], palette: Palette) -> None:
        self._styles = styles
        self._palette = palette
        self._dark = any(map(_has_ground, roots))
        # Most documents have none of these, and need not be asked run by run.
        every = [*roots, *styles.roots]
        self._small = [
            (name, most)
            for name, most in ((f"{W}sz", TINY), (f"{W}w", _NARROW))
            if any(_is_up_to(_value(each), most) for root in every for each in root.iter(name))
        ]
        spacings = [each for root in every for each in root.iter(f"{W}spacing")]
        self._low = any(each.get(f"{W}lineRule") == "exact" for each in spacings) and any(
            _is_up_to(each.get(f"{W}line"), _LOW_LINE) for each in spacings
        )
        self._regions = Regions()
        self._regional = any(
            next(part.iter(f"{W}vanish"), None) is not None for root in styles.roots for part in root.iter(_REGION)
        )
        self._struck = any(next(root.iter(f"{W}strike", f"{W}dstrike"), None) is not None for root in every)
        self._shifted = any(next(root.iter(f"{W}vertAlign"), None) is not None for root in every)
        self._moved = any(next(root.iter(f"{W}position"), None) is not None for root in every)
        fonts = {each.get(_ASCII, "") for root in every for each in root.iter(f"{W}rFonts")}
        self._symbols = any(map(is_symbol_font, fonts))
        coloured = (each.getparent() for root in every for each in root.iter(*INKS))
        colours = {read(each) or "" for each in coloured if each is not None for read in (palette.fill, palette.line)}
        grounds = {palette.shade(each) for root in every for each in root.iter(f"{W}shd")} | set(_HIGHLIGHTS.values())
        self._coloured = any(colour in grounds or colour == CLEAR or is_white(colour) for colour in colours)

    def of(self, run: etree._Element) -> tuple[Unseen | None, bool]:
        """Return why a run is not seen, and whether that is in doubt, in which case it counts as seen."""
        if self.hides(run):
            return Unseen.HIDDEN, False
        if any(_is_up_to(self._found(run, _reader(name)), most) for name, most in self._small):
            return Unseen.TINY, False
        if self._low and self._is_low(run):
            return Unseen.TINY, False
        if not self._coloured:
            return None, False
        colour = ink(self._found(run, self._palette.fill), self._found(run, self._palette.line))
        if colour == CLEAR:
            return Unseen.INVISIBLE, False
        if colour is None or colour == AUTO:
            return None, False
        ground = self._ground(run)
        if ground is None:
            ground = fill_of(run, self._palette)
        if ground == MIXED:
            return None, is_white(colour)
        if not ground and is_white(colour):
            doubtful = ground == "" or self._dark or self._is_framed(run)
            return (None, True) if doubtful else (Unseen.GROUND, False)
        same = colour == ground or ground is not None and is_white(colour) and is_white(ground)
        return (Unseen.GROUND if same else None), False

    def of_row(self, row: etree._Element) -> Unseen | None:
        """Return why a row of a table is not seen: it is lower than any type. A hidden mark hides no cell."""
        height = row.find(f"{W}trPr/{W}trHeight")
        exact = height is not None and height.get(f"{W}hRule") == "exact"
        return Unseen.TINY if exact and _is_up_to(_value(height), _LOW) else None

    def hides(self, run: etree._Element) -> bool:
        """Tell whether a run is hidden: by itself, else by the document's defaults or by its styles.

        The styles of table, paragraph and character each turn it over (17.7.3).
        """
        own = run.find(f"{W}rPr/{W}vanish")
        if own is not None:
            return on(own)
        if not self._styles.may_hide:
            return False
        turned = False
        for chain in self._chains(run):
            stated = (self._vanish(run, style) for style in chain)
            turned ^= on(next((each for each in stated if each is not None), None))
        return turned or on(self._styles.default("vanish"))

    def is_struck(self, run: etree._Element) -> bool:
        """Tell whether a run is struck through, once or twice (17.3.2.9, 17.3.2.37)."""
        return self._struck and any(self._found(run, read) == "on" for read in (_STRIKE, _DOUBLE_STRIKE))

    def shift(self, run: etree._Element) -> type[str]:
        """Return how a run stands to the line (17.3.2.42, 17.3.2.24): ``Raised``, ``Lowered``, moved or plain text."""
        shift = self._found(run, _reader(f"{W}vertAlign")) if self._shifted else None
        if shift in _SHIFTS or not self._moved:
            return _SHIFTS.get(shift or "", str)
        place = self._found(run, _reader(f"{W}position")) or ""
        return moved(int(place)) if _PLACE.fullmatch(place) else str

    def font(self, run: etree._Element) -> str:
        """Return the font of a run's letters where any is a symbol font; "" if none is stated."""
        return self._found(run, _font) or "" if self._symbols else ""

    def _vanish(self, run: etree._Element, style: etree._Element) -> etree._Element | None:
        """Return what a style says of hiding, a table's also for the part of the table that the run is in."""
        if self._regional and (parts := style.findall(_REGION)):
            regions = self._regions.of(run)
            for part in parts:
                own = part.find(f"{W}rPr/{W}vanish")
                if own is not None and part.get(f"{W}type") in regions:
                    return own
        return style.find(f"{W}rPr/{W}vanish")

    def _is_low(self, run: etree._Element) -> bool:
        """Tell whether the lines of a run's paragraph have an exact height that shows nothing (17.3.1.33)."""
        paragraph = _above(run, "p")
        places = [paragraph] if paragraph is not None else []
        places += [style for chain in self._chains(run) for style in chain]
        places += [each for root in self._styles.roots for each in root.iterfind(f"{W}docDefaults/{W}pPrDefault")]
        stated = [spacing for each in places if (spacing := each.find(f"{W}pPr/{W}spacing")) is not None]
        line, rule = (
            next((value for each in stated if (value := each.get(f"{W}{name}")) is not None), None)
            for name in ("line", "lineRule")
        )
        return rule == "exact" and _is_up_to(line, _LOW_LINE)

    def hidden_by_style(self, table: etree._Element) -> bool:
        """Tell whether the style of a table marks its rows as hidden, or those of a part of it."""
        name = table.find(f"{W}tblPr/{W}tblStyle")
        chain = () if name is None else self._styles.chain(name.get(_VAL, ""))
        return any(
            on(place.find(f"{W}trPr/{W}hidden")) for style in chain for place in (style, *style.iterfind(_REGION))
        )

    def _chains(self, run: etree._Element) -> Iterator[Iterable[etree._Element]]:
        """Yield the styles of a run, its paragraph and its table, each with those that it is based on."""
        for place, name in ((run, "rStyle"), (_above(run, "p"), "pStyle"), (_above(run, "tbl"), "tblStyle")):
            properties = None if place is None else place.find(f"{W}{name[0]}Pr" if name[0] != "t" else f"{W}tblPr")
            style = None if properties is None else properties.find(f"{W}{name}")
            if style is not None:
                yield self._styles.chain(style.get(_VAL, ""))
            elif name == "pStyle" and place is not None:
                yield self._styles.chain("")

    def _found(self, run: etree._Element, read: Callable[[etree._Element], str | None]) -> str | None:
        """Return a property of a run: its own, else that of its styles, else the default."""
        properties = run.find(f"{W}rPr")
        if properties is not None and (value := read(properties)) is not None:
            return value
        for chain in self._chains(run):
            for style in chain:
                properties = style.find(f"{W}rPr")
                if properties is not None and (value := read(properties)) is not None:
                    return value
        defaults = self._styles.defaults
        return None if defaults is None else read(defaults)

    def _ground(self, run: etree._Element) -> str | None:
        """Return the colour that a run is shaded with, "" if a style may shade it, None for the paper's."""
        highlight = run.find(f"{W}rPr/{W}highlight")
        if highlight is not None and highlight.get(_VAL) != "none":
            return _HIGHLIGHTS.get(highlight.get(_VAL, ""), MIXED)
        paragraph, cell = _above(run, "p"), _above(run, "tc")
        for place, path in ((run, "rPr"), (paragraph, "pPr"), (cell, "tcPr")):
            if place is not None and (shade := self._palette.shade(place.find(f"{W}{path}/{W}shd"))) is not None:
                return shade
        for chain in self._chains(run):
            for style in chain:
                if next(style.iter(f"{W}shd"), None) is not None:
                    return ""
        return None

    def _is_framed(self, run: etree._Element) -> bool:
        """Tell whether a run is in a text box, or in a table that may be shaded as a whole."""
        for each in run.iterancestors():
            tag = str(each.tag).rpartition("}")[2]
            if tag in ("txbxContent", "textbox", "framePr"):
                return True
            if tag == "tbl":
                shaded = next(each.iter(f"{W}shd"), None) is not None
                style = each.find(f"{W}tblPr/{W}tblStyle")
                styled = style is not None and any(
                    next(one.iter(f"{W}shd"), None) is not None for one in self._styles.chain(style.get(_VAL, ""))
                )
                if shaded or styled:
                    return True
        return False


def _above(run: etree._Element, name: str) -> etree._Element | None:
    return next(run.iterancestors(f"{W}{name}"), None)


def _has_ground(root: etree._Element) -> bool:
    """Tell whether a part has a page colour, or a picture or shape behind its text."""
    for each in root.iter("{*}anchor", "{*}background", "{*}shape", "{*}rect"):
        name = str(each.tag).rpartition("}")[2]
        if name == "background" or each.get("behindDoc") in ("1", "true") or "z-index:-" in each.get("style", ""):
            return True
    return False


def _reader(name: str) -> Callable[[etree._Element], str | None]:
    return lambda properties: _value(properties.find(name))


def _font(properties: etree._Element) -> str | None:
    fonts = properties.find(f"{W}rFonts")
    return None if fonts is None else fonts.get(_ASCII)


def _value(element: etree._Element | None) -> str | None:
    return None if element is None else element.get(_VAL, "")


def _switch(name: str) -> Callable[[etree._Element], str | None]:
    def read(properties: etree._Element) -> str | None:
        found = properties.find(name)
        return None if found is None else "on" if on(found) else "off"

    return read


_STRIKE, _DOUBLE_STRIKE = _switch(f"{W}strike"), _switch(f"{W}dstrike")


def _is_up_to(value: str | None, most: int) -> bool:
    """Tell whether a property is a whole number, or so many percent, from one to ``most``."""
    number = (value or "").removesuffix("%")
    return number.isascii() and number.isdecimal() and len(number) < 6 and 0 < int(number) <= most
