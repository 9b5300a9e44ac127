"""What a page shows in controls and drawings: values filled in, entries chosen, boxes ticked, words of an inline SVG.

They are set aside before the document is looked for, because most controls are a page's own: its search, its menus.
Then those in the document are written where they stand. What is hidden is removed with the rest (see ``visibility``).
"""

import re
from collections.abc import Iterator

from lxml import etree

from archive.extract.text.characters import clean
from archive.extract.text.symbols import OPEN, TICKED
from archive.extract.webpage.lines import BLOCKS
from archive.extract.webpage.visibility import drop

CONTROLS = ("input", "select", "textarea", "svg")
# What boxes and round buttons look like that are not chosen, and chosen.
_BOXES = {"checkbox": (OPEN, TICKED), "radio": ("○", "◉")}
# Inputs that show their value as text.
_TYPED = frozenset(("", "text", "number", "tel", "email", "url", "date", "month", "week", "time", "datetime-local"))
_SHOWN = "data-shown"
_SEARCH = re.compile(r"search|keyword|query|sousuo|jiansuo|(?:^|[-_])(?:kw|q|wd)(?:$|[-_])", re.IGNORECASE)
_HINT = re.compile(r"请?输入.*|.{0,6}关键[字词].{0,6}|(?:站内|全文)?(?:搜索|检索|查询)")
# Parts of a drawing that are not drawn, and attributes by which one is not.
_UNDRAWN = frozenset(("defs", "symbol", "title", "desc", "metadata", "style", "script", "clippath", "mask", "marker"))
_NOTHING = re.compile(r"0*\.?0*%?")


def set_aside(root: etree._Element) -> None:
    """Note at each control of a page what it shows, and take that out of the page's text."""
    for box in list(root.iter("input")):
        # One with another role only opens a menu.
        if "role" not in box.attrib and (signs := _BOXES.get(_kind(box))) is not None:
            box.tag, box.text = "span", signs["checked" in box.attrib]
    for element in list(root.iter(*CONTROLS)):
        shown = _shown(element)
        tail = element.tail
        for child in list(element):
            element.remove(child)
        element.text, element.tail = None, tail
        if shown:
            element.set(_SHOWN, shown)


def is_filled_in(form: etree._Element) -> bool:
    """Tell whether somebody filled a form in, unlike the search of a site."""
    filled = [each for each in form.iter("input", "textarea") if each.get(_SHOWN) and not _is_search(each)]
    return len(filled) > 1


def write(root: etree._Element, content: etree._Element, named: bool) -> None:
    """Write what the controls of a document show, and remove all others of the page.

    Of a document that is only guessed (not ``named``), those are the page's own beside which no words stand.
    """
    labelled: dict[etree._Element, bool] = {}
    for element in list(root.iter(*CONTROLS)):
        shown, within = element.get(_SHOWN, ""), element is content or content in element.iterancestors()
        drawn = element.tag == "svg"
        if (
            not shown
            or not within
            or not drawn
            and (_is_search(element) or not (named or _is_labelled(element, labelled)))
        ):
            drop(element)
        elif drawn:
            for line in shown.split("\n"):
                etree.SubElement(element, "p").text = line
        else:
            element.text = shown


def _shown(element: etree._Element) -> str:
    """Return what a control shows; "" for nothing, and for a button."""
    match element.tag:
        case "input":
            return _printable(element.get("value", "")) if _kind(element) in _TYPED else ""
        case "select":
            return "、".join(filter(None, (clean(_text(each)) for each in _chosen(element))))
        case "textarea":
            return _printable(element.text or "").strip("\n")
        case _:
            return "\n".join(filter(None, _words(element)))


def _kind(element: etree._Element) -> str:
    return str(element.get("type", "")).strip().lower()


def _chosen(select: etree._Element) -> list[etree._Element]:
    options = list(select.iter("option"))
    chosen = [each for each in options if "selected" in each.attrib]
    if "multiple" in select.attrib:
        return chosen
    # Of several the last one counts. Without any a menu shows its first entry, a list none.
    is_menu = select.get("size", "1").strip() in ("", "0", "1")
    return chosen[-1:] or [each for each in options if "disabled" not in each.attrib][:is_menu]


def _words(svg: etree._Element) -> Iterator[str]:
    """Yield the words of a drawing, each text of it by itself."""
    waiting = [svg]
    while waiting:
        element = waiting.pop()
        if not isinstance(element.tag, str) or element.tag.lower() in _UNDRAWN or _is_undrawn(element):
            continue
        if element.tag.lower() in ("text", "foreignobject"):
            pieces = (each for each in element.iter() if not any(map(_is_undrawn, _within(each, element))))
            yield clean("".join(_own(each, element) for each in pieces))
        else:
            waiting += reversed(element)


def _within(inner: etree._Element, outer: etree._Element) -> Iterator[etree._Element]:
    for each in (inner, *inner.iterancestors()):
        if each is outer:
            return
        yield each


def _own(element: etree._Element, whole: etree._Element) -> str:
    text = element.text if isinstance(element.tag, str) else ""
    # A new place begins a new word.
    apart = " " if element is not whole and ("x" in element.attrib or element.tag in BLOCKS) else ""
    return apart + (text or "") + ((element.tail or "") if element is not whole else "")


def _is_undrawn(element: etree._Element) -> bool:
    about = {name: str(element.get(name, "")).strip().lower() for name in ("display", "visibility", "opacity", "fill")}
    style = re.sub(r"\s+", "", str(element.get("style", ""))).lower()
    return (
        about["display"] == "none"
        or about["visibility"] in ("hidden", "collapse")
        or bool(about["opacity"])
        and _NOTHING.fullmatch(about["opacity"]) is not None
        or about["fill"] in ("none", "transparent")
        and element.tag in ("text", "tspan")
        or "display:none" in style
        or "visibility:hidden" in style
    )


def _is_search(element: etree._Element) -> bool:
    names = " ".join(str(element.get(name, "")) for name in ("name", "id", "class"))
    return _SEARCH.search(names) is not None or _HINT.fullmatch(element.get(_SHOWN, "").strip()) is not None


def _is_labelled(element: etree._Element, known: dict[etree._Element, bool]) -> bool:
    """Tell whether words stand beside a control, on its line or in its row. What is ``known`` is of those before."""
    block = next((each for each in element.iterancestors() if each.tag in BLOCKS), None)
    if block is None:
        return False
    row = block.getparent() if block.tag in ("td", "th") else None
    beside = block if row is None else row
    if beside not in known:
        known[beside] = bool(clean(_line(beside) if row is None else _text(row)))
    return known[beside]


def _line(element: etree._Element) -> str:
    """Return the text of an element without that of the blocks in it."""
    inside = ("" if child.tag in BLOCKS else _line(child) for child in element if isinstance(child.tag, str))
    return (element.text or "") + "".join(inside) + "".join(child.tail or "" for child in element)


def _text(element: etree._Element) -> str:
    return "".join(map(str, element.itertext()))


def _printable(value: str) -> str:
    return "".join(each for each in value if each.isprintable() or each in "\n\u3000\u00a0")
