"""What fills the text box that letters stand in, in either of the two ways in which Word documents draw one.

Sections are those of ECMA-376 parts 1 and 4.
"""

import re

from lxml import etree

from archive.extract.word.colours import MIXED, Palette, is_white

_FILLS = ("noFill", "solidFill", "gradFill", "blipFill", "pattFill", "grpFill")
_HEX = re.compile(r"#?([0-9A-Fa-f]{6})\b")
_NAMED = {"white": "FFFFFF", "black": "000000", "red": "FF0000", "blue": "0000FF", "yellow": "FFFF00"}
_NO = ("f", "false", "0")
_PAPER = "FFFFFF"


def fill_of(run: etree._Element, palette: Palette) -> str | None:
    """Return the colour that fills the text box around a run, ``MIXED`` where it is not one; None without a box.

    A box that is not filled is ``MIXED`` too: it may lie above anything.
    """
    for each in run.iterancestors():
        kind = _kind(each)
        if kind == "wsp":
            properties = each.find("{*}spPr")
            return MIXED if properties is None else _drawn(properties, palette)
        if kind == "textbox" and (shape := each.getparent()) is not None:
            return _vector(shape)
    return None


def _drawn(properties: etree._Element, palette: Palette) -> str:
    """Read a fill of DrawingML (20.1.8)."""
    for each in properties.iterchildren("{*}*"):
        kind = _kind(each)
        if kind not in _FILLS:
            continue
        if kind == "solidFill":
            return _colour(next(iter(each), None), palette)
        if kind == "gradFill":
            return _one({_colour(next(iter(stop), None), palette) for stop in each.iterfind("{*}gsLst/{*}gs")})
        return MIXED
    return MIXED


def _vector(shape: etree._Element) -> str:
    """Read a fill of VML (part 4, 19.1.2.5): white where nothing is said."""
    fill = shape.find("{*}fill")
    if any(each.lower() in _NO for each in (shape.get("filled", ""), "" if fill is None else fill.get("on", ""))):
        return MIXED
    first = _written(shape.get("fillcolor", "white"))
    if fill is None or fill.get("type", "solid") == "solid":
        return first if fill is None or fill.get("opacity", "1") in ("1", "100%") else MIXED
    if not fill.get("type", "").startswith("gradient"):
        return MIXED
    return _one({_written(fill.get("color", shape.get("fillcolor", "white"))), _written(fill.get("color2", "white"))})


def _one(colours: set[str]) -> str:
    """Return the one colour that a gradient's all are, to the eye."""
    if colours and all(map(is_white, colours)):
        return _PAPER
    return colours.pop() if len(colours) == 1 else MIXED


def _colour(element: etree._Element | None, palette: Palette) -> str:
    if element is None or len(element):
        return MIXED
    kind, value = _kind(element), element.get("val", "")
    if kind == "schemeClr":
        return palette.named(value) or MIXED
    if kind == "sysClr":
        value = element.get("lastClr", "")
    return value.upper() if kind in ("srgbClr", "sysClr") and _HEX.fullmatch(value) else _NAMED.get(value, MIXED)


def _written(text: str) -> str:
    match = _HEX.match(text)
    return match[1].upper() if match else _NAMED.get(text.partition(" ")[0].lower(), MIXED)


def _kind(element: etree._Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""
