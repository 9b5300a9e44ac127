"""Telling which runs of a Word document its readers do not see: hidden, in the colour of the ground, too small.

Sections are those of ECMA-376 part 1. Only what is certain is called unseen: white text in a table with a style, in a
text box, or in a document with a page colour or pictures behind the text may stand on a dark ground.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from lxml import etree

from archive.extract.text.concealed import Unseen
from archive.extract.word.styles import Styles, W, on

_VAL = f"{W}val"
# Type up to this many half points is too small to see.
_TINY = 2
_HEX = re.compile(r"[0-9A-Fa-f]{6}")
# From this value on, each of red, green and blue is as good as white.
_WHITISH = 0xF7
_HIGHLIGHTS = {"white": "FFFFFF", "black": "000000"}
# A ground of a pattern, or another on which both white and black are seen.
_MIXED = "mixed"


class Visibility:
    """A judge of a document's runs; ``roots`` are its parts with text."""

    def __init__(self, styles: Styles, roots: Sequence[etree._Element]) -> None:
        self._styles = styles
        self._dark = any(map(_has_ground, roots))
        # Most documents have neither, and need not be asked run by run.
        every = [*roots, *styles.roots]
        sizes = (_whole(each) for root in every for each in root.iter(f"{W}sz"))
        self._tiny = any(size is not None and 0 < int(size) <= _TINY for size in sizes)
        colours = {_colour(each, _VAL) or "" for root in every for each in root.iter(f"{W}color")}
        grounds = {_shade(each) for root in every for each in root.iter(f"{W}shd")} | set(_HIGHLIGHTS.values())
        self._coloured = any(colour in grounds or _is_white(colour) for colour in colours)

    def of(self, run: etree._Element) -> tuple[Unseen | None, bool]:
        """Return why a run is not seen, and whether that is in doubt, in which case it counts as seen."""
        if self.hides(run):
            return Unseen.HIDDEN, False
        if self._tiny and 0 < int(self._found(run, lambda each: _whole(each.find(f"{W}sz"))) or 0) <= _TINY:
            return Unseen.TINY, False
        if not self._coloured:
            return None, False
        colour = self._found(run, lambda each: _colour(each.find(f"{W}color"), _VAL))
        if colour is None or colour == "auto":
            return None, False
        ground = self._ground(run)
        if not ground and _is_white(colour):
            doubtful = ground == "" or self._dark or self._is_framed(run)
            return (None, True) if doubtful else (Unseen.GROUND, False)
        same = colour == ground or ground is not None and _is_white(colour) and _is_white(ground)
        return (Unseen.GROUND if same else None), False

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
            found = next((each for style in chain if (each := style.find(f"{W}rPr/{W}vanish")) is not None), None)
            turned ^= on(found)
        return turned or on(self._styles.default("vanish"))

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
            return _HIGHLIGHTS.get(highlight.get(_VAL, ""), _MIXED)
        paragraph, cell = _above(run, "p"), _above(run, "tc")
        for place, path in ((run, "rPr"), (paragraph, "pPr"), (cell, "tcPr")):
            if place is not None and (shade := _shade(place.find(f"{W}{path}/{W}shd"))) is not None:
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


def _colour(element: etree._Element | None, key: str) -> str | None:
    value = None if element is None else element.get(f"{key}")
    if value is None:
        return None
    return value.upper() if _HEX.fullmatch(value) else "auto"


def _shade(element: etree._Element | None) -> str | None:
    """Return the colour of a shading; None if it leaves the paper's."""
    if element is None or element.get(_VAL) == "nil":
        return None
    pattern, fill = element.get(_VAL, "clear"), _colour(element, f"{W}fill")
    if pattern == "solid":
        return _colour(element, f"{W}color") or _MIXED
    if pattern != "clear":
        return _MIXED
    return None if fill in (None, "auto") else fill


def _is_white(colour: str) -> bool:
    return _HEX.fullmatch(colour) is not None and all(int(colour[at : at + 2], 16) >= _WHITISH for at in (0, 2, 4))


def _whole(element: etree._Element | None) -> str | None:
    """Return a property that is a whole number, as it is written."""
    value = "" if element is None else element.get(_VAL, "")
    return value if value.isascii() and value.isdecimal() and len(value) < 6 else None
