"""What a slide's letters look like on their ground: whether they stand out from it, and whether something covers them.

Only what is certain is called unseen: white letters over a picture, a gradient or a shape that reaches only partly
below them may stand on a dark ground. Sections are those of ECMA-376 part 1.
"""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from archive.extract.containers.relations import relations
from archive.extract.containers.zipguard import parse_part
from archive.extract.text.concealed import WHITISH, Unseen

# Left, top, right and bottom, in the units of a slide.
Box = tuple[int, int, int, int]
_MIXED, _CLEAR = "mixed", "clear"
_PAPER = "FFFFFF"
_HEX = re.compile(r"[0-9A-Fa-f]{6}")
_MEASURE = re.compile(r"-?\d{1,12}")
_FILLS = ("noFill", "solidFill", "gradFill", "blipFill", "pattFill", "grpFill")
_SHAPES = ("sp", "grpSp", "graphicFrame", "pic")
# The names of a theme's colours where a master does not say otherwise (19.3.1.6).
_NAMES = {"bg1": "lt1", "tx1": "dk1", "bg2": "lt2", "tx2": "dk2"}
_NAMED = {"white": "FFFFFF", "black": "000000", "snow": "FFFAFA", "red": "FF0000", "blue": "0000FF", "yellow": "FFFF00"}


class SlideLook:
    """The looks of one slide, with those of the layout, the master and the theme that it follows."""

    def __init__(
        self, parts: Mapping[str, bytes], slide: etree._Element, related: Mapping[str, tuple[str, str]]
    ) -> None:
        self._slide = slide
        self._followed: list[etree._Element] = []
        self._theme: dict[str, str] = {"lt1": "FFFFFF", "dk1": "000000"}
        self._names = dict(_NAMES)
        for kind in ("slideLayout", "slideMaster", "theme"):
            name = next((target for each, target in related.values() if each == kind and target in parts), None)
            if name is None:
                break
            root, related = parse_part(parts[name]), relations(parts, name)
            if kind == "theme":
                self._read_theme(root)
            else:
                self._followed.append(root)
                names = root.find("{*}clrMap")
                self._names |= {} if names is None else {str(key): str(value) for key, value in names.attrib.items()}
        own = slide.find("{*}clrMapOvr/{*}overrideClrMapping")
        self._names |= {} if own is None else {str(key): str(value) for key, value in own.attrib.items()}
        self._grounds: dict[etree._Element, str] = {}

    def of(self, run: etree._Element) -> tuple[Unseen | None, bool]:
        """Return why a run is not seen, and whether that is in doubt, in which case it counts as seen."""
        shape = _shape_of(run)
        if shape is None:
            return None, False
        if self._is_covered(shape):
            return Unseen.COVERED, False
        colour = self._colour(run, shape)
        if colour in ("", _MIXED):
            return None, False
        ground = self._ground(run, shape)
        if ground == _MIXED:
            return None, _is_white(colour)
        return (Unseen.GROUND if _alike(colour, ground) else None), False

    def _read_theme(self, root: etree._Element) -> None:
        for each in root.iterfind("{*}themeElements/{*}clrScheme/*"):
            value = next((one.get("lastClr") or one.get("val") or "" for one in each), "")
            if _HEX.fullmatch(value):
                self._theme[_kind(each)] = value.upper()

    def _colour(self, run: etree._Element, shape: etree._Element) -> str:
        """Return the colour of a run's letters; "" if that is not known."""
        properties = run.find("{*}rPr")
        if properties is not None:
            line = properties.find("{*}ln")
            if line is not None and line.find("{*}noFill") is None:
                return _MIXED
            if found := self._fill(properties):
                return found
        body = next((each for each in run.iterancestors() if _kind(each) in ("txBody", "txbxContent")), None)
        paragraph = next((each for each in run.iterancestors() if _kind(each) == "p"), None)
        level = None if paragraph is None else paragraph.find("{*}pPr")
        number = int(level.get("lvl", "0")) + 1 if level is not None and level.get("lvl", "0").isdecimal() else 1
        stated = None if body is None else body.find(f"{{*}}lstStyle/{{*}}lvl{number}pPr/{{*}}defRPr")
        if stated is not None and (found := self._fill(stated)):
            return found
        font = shape.find("{*}style/{*}fontRef")
        return "" if font is None else self._of_element(next(iter(font), None))

    def _ground(self, run: etree._Element, shape: etree._Element) -> str:
        highlight = run.find("{*}rPr/{*}highlight")
        if highlight is not None:
            return self._of_element(next(iter(highlight), None))
        for each in run.iterancestors():
            kind = _kind(each)
            if kind == "tc":
                cell = each.find("{*}tcPr")
                if cell is not None and (found := self._fill(cell)):
                    return self._below(shape) if found == _CLEAR else found
            elif kind == "tbl" and each.find("{*}tblPr/{*}tableStyleId") is not None:
                return _MIXED
        if shape not in self._grounds:
            self._grounds[shape] = self._of_shape(shape)
        return self._grounds[shape]

    def _of_shape(self, shape: etree._Element) -> str:
        """Return the colour of the ground that a shape gives its text, its own or what is below it."""
        own = self._own_fill(shape)
        if own in ("", _CLEAR):
            own = _MIXED if _is_grouped(shape) else self._below(shape)
        return own

    def _own_fill(self, shape: etree._Element) -> str:
        """Return what fills a shape: by itself, else as its style, or the placeholder that it follows, says."""
        properties = shape.find("{*}spPr")
        if properties is not None and (found := self._fill(properties)):
            return found
        reference = shape.find("{*}style/{*}fillRef")
        if reference is not None and reference.get("idx", "0") not in ("0", "1000"):
            colour = self._of_element(next(iter(reference), None))
            # A theme may shade it, but not so far as to make white of another colour.
            return _MIXED if _is_white(colour) else colour
        holder = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
        for root in self._followed if holder is not None else ():
            for each in root.iterfind("{*}cSld/{*}spTree/{*}sp"):
                other = each.find("{*}nvSpPr/{*}nvPr/{*}ph")
                if other is not None and holder is not None and _follows(holder, other):
                    place = each.find("{*}spPr")
                    if place is not None and (found := self._fill(place)):
                        return found
        return ""

    def _below(self, shape: etree._Element) -> str:
        """Return the colour of what lies below a shape: the last one before it that reaches there, else the page."""
        box = _box(shape)
        below = [*_before(shape)]
        for root in self._followed:
            below += [*_drawn(root)][::-1]
        for each in below:
            place = _box(each)
            if box is not None and place is not None and not _touch(box, place):
                continue
            if _kind(each) in ("pic", "grpSp", "graphicFrame"):
                return _MIXED
            fill = self._own_fill(each)
            if fill in ("", _CLEAR):
                continue
            whole = box is not None and place is not None and _contains(place, box) and _is_plain(each)
            return fill if whole else _MIXED
        return self._page()

    def _page(self) -> str:
        """Return the colour of the slide's background (19.3.1.1), white where none is stated."""
        for root in (self._slide, *self._followed):
            ground = root.find("{*}cSld/{*}bg")
            if ground is None:
                continue
            properties, reference = ground.find("{*}bgPr"), ground.find("{*}bgRef")
            if properties is not None:
                found = self._fill(properties)
                return _PAPER if found in ("", _CLEAR) else found
            if reference is not None:
                # Above the first of each list the theme may have gradients and pictures.
                plain = reference.get("idx", "") in ("1", "1001")
                return self._of_element(next(iter(reference), None)) if plain else _MIXED
        return _PAPER

    def _is_covered(self, shape: etree._Element) -> bool:
        """Tell whether a later rectangle of one colour lies over all of a shape, on a slide where nothing moves."""
        box = _box(shape)
        if box is None or _is_grouped(shape) or self._slide.find("{*}timing") is not None:
            return False
        for later in shape.itersiblings("{*}sp"):
            place = _box(later)
            if place is not None and _contains(place, box) and _is_plain(later):
                fill = self._own_fill(later)
                if fill not in ("", _CLEAR, _MIXED):
                    return True
        return False

    def _fill(self, properties: etree._Element) -> str:
        """Return the colour of a fill (20.1.8): ``_CLEAR`` for none, "" where nothing is stated."""
        for each in properties.iterchildren("{*}*"):
            kind = _kind(each)
            if kind not in _FILLS:
                continue
            if kind == "noFill":
                return _CLEAR
            if kind == "solidFill":
                return self._of_element(next(iter(each), None))
            if kind == "gradFill":
                stops = {self._of_element(next(iter(stop), None)) for stop in each.iterfind("{*}gsLst/{*}gs")}
                if stops and all(map(_is_white, stops)):
                    return _PAPER
                return stops.pop() if len(stops) == 1 else _MIXED
            return _MIXED
        return ""

    def _of_element(self, element: etree._Element | None) -> str:
        """Return a colour (20.1.2.3); ``_MIXED`` for one that is made lighter, darker or clear, or not known."""
        if element is None or len(element):
            return _MIXED
        kind, value = _kind(element), element.get("val", "")
        if kind == "srgbClr":
            found = value
        elif kind == "schemeClr":
            found = self._theme.get(self._names.get(value, value), "")
        elif kind == "sysClr":
            found = element.get("lastClr", "")
        elif kind == "prstClr":
            found = _NAMED.get(value, "")
        elif kind == "scrgbClr":
            shares = [element.get(name, "").removesuffix("%") for name in ("r", "g", "b")]
            whole = all(share in ("100000", "100") for share in shares)
            found = _PAPER if whole else ""
        else:
            found = ""
        return found.upper() if _HEX.fullmatch(found) else _MIXED


def box_of(place: etree._Element) -> Box | None:
    """Return where a shape lies, however it is turned; None if that is not stated (20.1.7.6)."""
    begin, extent = place.find("{*}off"), place.find("{*}ext")
    if begin is None or extent is None:
        return None
    x, y, width, height = (_measure(begin, "x"), _measure(begin, "y"), _measure(extent, "cx"), _measure(extent, "cy"))
    if place.get("rot", "0") != "0":
        reach = (width + height) // 2
        x, y = x + width // 2 - reach, y + height // 2 - reach
        width = height = 2 * reach
    return x, y, x + width, y + height


def place_of(shape: etree._Element) -> etree._Element | None:
    """Return the element that says where a shape lies."""
    own = shape.find("{*}xfrm")
    return own if own is not None else shape.find("{*}*/{*}xfrm")


def _box(shape: etree._Element) -> Box | None:
    place = place_of(shape)
    return None if place is None else box_of(place)


def _measure(element: etree._Element, name: str) -> int:
    value = element.get(name, "")
    return int(value) if _MEASURE.fullmatch(value) else 0


def _kind(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _shape_of(run: etree._Element) -> etree._Element | None:
    return next((each for each in run.iterancestors() if _kind(each) in _SHAPES), None)


def _is_grouped(shape: etree._Element) -> bool:
    parent = shape.getparent()
    return parent is None or _kind(parent) != "spTree"


def _before(shape: etree._Element) -> Iterator[etree._Element]:
    return (each for each in shape.itersiblings("{*}*", preceding=True) if _kind(each) in _SHAPES)


def _drawn(root: etree._Element) -> Iterator[etree._Element]:
    """Yield what a layout or a master draws on its slides: placeholders are only places."""
    for each in root.iterfind("{*}cSld/{*}spTree/{*}*"):
        if _kind(each) in _SHAPES and each.find("{*}*/{*}nvPr/{*}ph") is None:
            yield each


def _follows(holder: etree._Element, other: etree._Element) -> bool:
    if holder.get("idx") is not None and holder.get("idx") == other.get("idx"):
        return True
    return holder.get("type") is not None and holder.get("type") == other.get("type")


def _is_plain(shape: etree._Element) -> bool:
    """Tell whether a shape is a rectangle along the sides of the slide."""
    place, form = place_of(shape), shape.find("{*}spPr/{*}prstGeom")
    return place is not None and place.get("rot", "0") == "0" and form is not None and form.get("prst") == "rect"


def _touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def _contains(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]


def _is_white(colour: str) -> bool:
    return _HEX.fullmatch(colour) is not None and all(int(colour[at : at + 2], 16) >= WHITISH for at in (0, 2, 4))


def _alike(one: str, other: str) -> bool:
    return one == other or _is_white(one) and _is_white(other)
