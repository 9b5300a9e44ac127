"""Where the shapes of a slide lie, also in groups that are moved or scaled. Sections are those of ECMA-376 part 1."""

import re

from lxml import etree

from archive.extract.containers.elements import child_of

# Left, top, right and bottom, in the units of a slide.
Box = tuple[int, int, int, int]
_MEASURE = re.compile(r"-?\d{1,12}")


def box_of(place: etree._Element) -> Box | None:
    """Return where a shape lies, however it is turned; None if that is not stated (20.1.7.6)."""
    begin, extent = child_of(place, "off"), child_of(place, "ext")
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
    own = (child_of(each, "xfrm") for each in (shape, *shape.iterchildren("{*}*")))
    return next((each for each in own if each is not None), None)


def box_on_slide(shape: etree._Element) -> Box | None:
    """Return where a shape itself says that it lies on its slide, also in groups that are moved or scaled."""
    place = place_of(shape)
    box = None if place is None else box_of(place)
    for group in shape.iterancestors("{*}grpSp"):
        of = group.find("{*}grpSpPr/{*}xfrm")
        outer, inner = (None, None) if of is None else (box_of(of), _inner(of))
        if box is None or of is None or outer is None or inner is None or of.get("rot", "0") != "0":
            return None
        across, down = ((outer[2 + n] - outer[n]) / max(1, inner[2 + n] - inner[n]) for n in (0, 1))
        left, top = (round(outer[n] + (box[n] - inner[n]) * (across, down)[n]) for n in (0, 1))
        right, bottom = (round(outer[n] + (box[2 + n] - inner[n]) * (across, down)[n]) for n in (0, 1))
        box = left, top, right, bottom
    return box


def _inner(place: etree._Element) -> Box | None:
    """Return the box that a group's shapes are measured in (20.1.7.5)."""
    begin, extent = place.find("{*}chOff"), place.find("{*}chExt")
    if begin is None or extent is None:
        return None
    x, y = _measure(begin, "x"), _measure(begin, "y")
    return x, y, x + _measure(extent, "cx"), y + _measure(extent, "cy")


def _measure(element: etree._Element, name: str) -> int:
    value = element.get(name, "")
    return int(value) if _MEASURE.fullmatch(value) else 0


def is_plain(shape: etree._Element) -> bool:
    """Tell whether a shape is a rectangle along the sides of the slide."""
    place, form = place_of(shape), shape.find("{*}spPr/{*}prstGeom")
    return place is not None and place.get("rot", "0") == "0" and form is not None and form.get("prst") == "rect"


def touch(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


def contains(outer: Box, inner: Box) -> bool:
    return outer[0] <= inner[0] and outer[1] <= inner[1] and outer[2] >= inner[2] and outer[3] >= inner[3]
