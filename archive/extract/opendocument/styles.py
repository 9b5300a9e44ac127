"""Applying the styles of an OpenDocument file (part 3, 16): what they say of letters, paragraphs, cells and shapes."""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from archive.extract.opendocument.package import attribute, local
from archive.extract.text.concealed import TINY, Unseen
from archive.extract.text.scripts import Lowered, Raised
from archive.extract.word.colours import MIXED, is_white
from archive.extract.word.styles import Look

_DEPTH = 12
_HEX = re.compile(r"#([0-9A-Fa-f]{6})")
_POINTS = re.compile(r"(\d{1,4}(?:\.\d{1,6})?)pt")
_SHIFT = re.compile(r"(super|sub|-?\d{1,3}(?:\.\d+)?%)(?:\s+(\d{1,3})(?:\.\d+)?%)?")
_PAPER = "FFFFFF"

# What a style states, by the kind of property and its name, as ``text:color``.
Stated = Mapping[str, str]


class Styles:
    """The styles that one part of a document uses: automatic ones of its own, and those with names."""

    def __init__(self, part: etree._Element | None, named: etree._Element | None) -> None:
        self._styles: dict[tuple[str, str], etree._Element] = {}
        self._defaults: dict[str, etree._Element] = {}
        self._found: dict[tuple[str, str], Stated] = {}
        self.lists: dict[str, etree._Element] = {}
        self.outline: etree._Element | None = None
        self.page = _page(named)
        places = [named.find("{*}styles") if named is not None else None]
        places += [part.find("{*}automatic-styles") if part is not None else None]
        for each in (style for place in places if place is not None for style in place):
            kind = local(each)
            if kind == "style":
                self._styles[attribute(each, "family"), attribute(each, "name")] = each
            elif kind == "default-style":
                self._defaults[attribute(each, "family")] = each
            elif kind == "list-style":
                self.lists[attribute(each, "name")] = each
            elif kind == "outline-style":
                self.outline = each

    def _chain(self, family: str, name: str) -> Iterator[etree._Element]:
        for _ in range(_DEPTH):
            style = self._styles.get((family, name))
            if style is None:
                return
            yield style
            name = attribute(style, "parent-style-name")

    def stated(self, family: str, name: str) -> Stated:
        """Return what a style and those it is based on state, the nearest first."""
        key = family, name
        if key not in self._found:
            found: dict[str, str] = {}
            for style in reversed(list(self._chain(family, name))):
                found |= _properties(style)
            self._found[key] = found
        return self._found[key]

    def default(self, family: str) -> Stated:
        """Return what holds for all of a family."""
        style = self._defaults.get(family)
        return {} if style is None else _properties(style)

    def list_of(self, paragraph: str) -> str:
        """Return the list style that a paragraph's style names; "" for none."""
        return next((name for each in self._chain("paragraph", paragraph) if (name := _list_name(each))), "")

    def is_conditional(self, cell: str) -> bool:
        """Tell whether a cell's style gives way to others by conditions."""
        return any(each.find("{*}map") is not None for each in self._chain("table-cell", cell))

    def look(self, paragraph: etree._Element) -> Look:
        """Return how a paragraph looks, by which a title is found."""
        name = attribute(paragraph, "style-name")
        chain = list(self._chain("paragraph", name))
        known = next((each for each in chain if attribute(each, "display-name") or not _is_automatic(each)), None)
        style = name if known is None else attribute(known, "display-name") or attribute(known, "name")
        stated = self.stated("paragraph", name)
        spans = [self.stated("text", attribute(each, "style-name")) for each in paragraph.iter("{*}span")]
        sizes = [size for each in spans if (size := _size(each))]
        size = max(sizes, default=0.0) or _size(stated) or _size(self.default("paragraph"))
        return Look(style, stated.get("paragraph:text-align") == "center", size)


def _properties(style: etree._Element) -> dict[str, str]:
    found: dict[str, str] = {}
    for each in style:
        kind = local(each).removesuffix("-properties")
        for key, value in each.attrib.items():
            found[f"{kind}:{str(key).rpartition('}')[2]}"] = str(value)
    if "text:color" in found:
        # Both are one property: a colour ends what a style further off says of the automatic one.
        found.setdefault("text:use-window-font-color", "false")
    return found


def _list_name(style: etree._Element) -> str:
    return attribute(style, "list-style-name")


def _is_automatic(style: etree._Element) -> bool:
    parent = style.getparent()
    return parent is not None and local(parent) == "automatic-styles"


def _size(stated: Stated) -> float:
    """Return the size of type in points, 0 if it is not stated in these."""
    sizes = (_POINTS.fullmatch(stated.get(f"text:font-size{kind}", "")) for kind in ("", "-asian"))
    return max((float(found[1]) for found in sizes if found), default=0.0)


def _page(named: etree._Element | None) -> str:
    """Return the colour of the pages; ``MIXED`` where they have a colour, which may be that of some only."""
    for each in () if named is None else named.iter("{*}page-layout-properties"):
        colour = attribute(each, "background-color")
        if attribute(each, "fill") not in ("", "none") or colour not in ("", "transparent", "#ffffff", "#FFFFFF"):
            return MIXED
    return _PAPER


def ground(stated: Stated, kind: str, below: str) -> str:
    """Return the colour of what letters stand on: of a cell, row, table, section or paragraph, or what is below it."""
    colour = stated.get(f"{kind}:background-color", "transparent")
    if stated.get(f"{kind}:fill", "none") not in ("none", "solid"):
        return MIXED
    if stated.get(f"{kind}:fill") == "solid" and f"{kind}:fill-color" in stated:
        colour = stated[f"{kind}:fill-color"]
    if colour == "transparent":
        return below
    found = _HEX.fullmatch(colour)
    return found[1].upper() if found else MIXED


def unseen(stated: Stated, below: str) -> tuple[Unseen | None, bool]:
    """Return why letters are not seen above a ground, and whether that is in doubt."""
    if stated.get("text:display") == "none":
        return Unseen.HIDDEN, False
    size = _size(stated)
    if 0 < size <= TINY / 2:
        return Unseen.TINY, False
    found = _HEX.fullmatch(stated.get("text:color", ""))
    if not found or stated.get("text:use-window-font-color") == "true" or stated.get("text:text-outline") == "true":
        return None, False
    if stated.get("text:opacity") == "0%":
        return Unseen.INVISIBLE, False
    colour, on = found[1].upper(), ground(stated, "text", below)
    if on == MIXED:
        return None, is_white(colour)
    return (Unseen.GROUND if colour == on or is_white(colour) and is_white(on) else None), False


def shift(stated: Stated) -> type[str]:
    """Return what letters are of that stand above or below the line."""
    found = _SHIFT.fullmatch(stated.get("text:text-position", ""))
    if found is None or found[1].strip("-0.%") == "" and found[1] not in ("super", "sub"):
        return str
    return Lowered if found[1] == "sub" or found[1].startswith("-") else Raised


def is_struck(stated: Stated) -> bool:
    """Tell whether letters are struck through."""
    kind = stated.get("text:text-line-through-type", stated.get("text:text-line-through-style", "none"))
    return kind != "none"
