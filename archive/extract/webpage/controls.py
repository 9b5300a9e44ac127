"""What a page shows in controls and drawings: values filled in, entries chosen, boxes ticked, words of an inline SVG.

They are set aside before the document is looked for, because most controls are a page's own: its search, its menus.
Then those in the document are written where they stand. What is hidden is removed with the rest (see ``visibility``).
"""

import math
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass

from lxml import etree

from archive.extract.text.characters import clean
from archive.extract.text.symbols import OPEN, TICKED
from archive.extract.webpage.lines import BLOCKS, is_icon
from archive.extract.webpage.sheets import Sheet
from archive.extract.webpage.visibility import colour_of, drop, ground_of, is_nothing, is_white

_GAUGES = ("meter", "progress")
CONTROLS = ("input", "select", "textarea", *_GAUGES, "svg")
# What boxes and round buttons look like that are not chosen, and chosen.
_BOXES = {"checkbox": (OPEN, TICKED), "radio": ("○", "◉")}
# Inputs that show their value as text.
_TYPED = frozenset(("", "text", "number", "tel", "email", "url", "date", "month", "week", "time", "datetime-local"))
_SHOWN, _UNSEEN = "data-shown", "data-unseen"
_SEARCH = re.compile(r"search|keyword|query|sousuo|jiansuo|(?:^|[-_])(?:kw|q|wd)(?:$|[-_])", re.IGNORECASE)
_HINT = re.compile(r"请?输入.*|.{0,6}关键[字词].{0,6}|(?:站内|全文)?(?:搜索|检索|查询)")
# Parts of a drawing that are not drawn, and attributes by which one is not.
_UNDRAWN = frozenset(("defs", "symbol", "title", "desc", "metadata", "style", "script", "clippath", "mask", "marker"))
_NOTHING = re.compile(r"0*\.?0*%?")
_SHAPES = frozenset(("rect", "path", "circle", "ellipse", "polygon", "polyline", "image"))
# How many characters and elements one drawing may use again, and how deeply.
_USED, _DEEP = 5_000, 10

# What style sheets declare of elements.
Looks = Mapping[etree._Element, Mapping[str, str]]


def set_aside(root: etree._Element, sheet: Sheet) -> None:
    """Note at each control of a page what it shows, and take that out of the page's text."""
    page = _Page.of(root, sheet)
    for box in list(root.iter("input")):
        # One with another role only opens a menu.
        if "role" not in box.attrib and (signs := _BOXES.get(_kind(box))) is not None:
            box.tag, box.text = "span", signs["checked" in box.attrib]
    # Drawings last, for they may have other controls in them.
    for element in sorted(root.iter(*CONTROLS), key=lambda each: each.tag == "svg"):
        shown, unseen, picture = _shown(element), "", False
        if element.tag == "svg":
            shown, unseen, picture = _drawn(element, page)
        elif element.tag in _GAUGES:
            # No browser shows it.
            unseen = clean(_text(element))
        tail = element.tail
        for child in list(element):
            element.remove(child)
        element.text, element.tail = None, tail
        for name, value in ((_SHOWN, shown), (_UNSEEN, unseen)):
            if value:
                element.set(name, value)
        if picture:
            etree.SubElement(element, "img")


def is_filled_in(form: etree._Element) -> bool:
    """Tell whether somebody filled a form in, unlike the search of a site."""
    filled = [each for each in form.iter("input", "textarea") if each.get(_SHOWN) and not _is_search(each)]
    return len(filled) > 1


def write(root: etree._Element, content: etree._Element, named: bool) -> list[str]:
    """Write what the controls of a document show, and remove all others of the page; return what drawings hide.

    Of a document that is only guessed (not ``named``), those are the page's own beside which no words stand.
    """
    labelled: dict[etree._Element, bool] = {}
    unseen: list[str] = []
    for element in list(root.iter(*CONTROLS)):
        shown, within = element.get(_SHOWN, ""), element is content or content in element.iterancestors()
        drawn = element.tag == "svg"
        if within:
            unseen += filter(None, element.get(_UNSEEN, "").split("\n"))
        if (
            not (shown or len(element))
            or not within
            or not drawn
            and (_is_search(element) or not (named or _is_labelled(element, labelled)))
        ):
            drop(element)
        elif drawn:
            for line in filter(None, shown.split("\n")):
                etree.SubElement(element, "p").text = line
        else:
            element.text = shown
    return unseen


def _shown(element: etree._Element) -> str:
    """Return what a control shows; "" for nothing, and for a button."""
    match element.tag:
        case "input":
            return _printable(element.get("value", "")) if _kind(element) in _TYPED else ""
        case "select":
            return "、".join(filter(None, (clean(each.get("label") or _text(each)) for each in _chosen(element))))
        case "textarea":
            return _printable(element.text or "").strip("\n")
        case "meter" | "progress":
            return _level(element)
        case _:
            return ""


def _level(gauge: etree._Element) -> str:
    """Return how full a gauge is shown, in per cent; "" for one that states no value."""
    with suppress(ValueError):
        value, most = float(gauge.get("value", "")), float(gauge.get("max", "1"))
        least = float(gauge.get("min", "0")) if gauge.tag == "meter" else 0.0
        if all(map(math.isfinite, (value, least, most))) and least < most:
            return f"{(min(max(value, least), most) - least) / (most - least):.0%}"
    return ""


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


@dataclass(frozen=True, slots=True)
class _Page:
    """What is known of a page with drawings: how its elements look, and which are used by their names."""

    looks: Looks
    named: Mapping[str, etree._Element]
    # Whether no style sheet elsewhere may say more of how it looks.
    is_whole: bool

    @classmethod
    def of(cls, root: etree._Element, sheet: Sheet) -> "_Page":
        """Look at a page; without a drawing nothing needs to be known, for all else is judged where it stands."""
        drawn = [each for each in root.iter() if isinstance(each.tag, str)] if root.find(".//svg") is not None else []
        named = {name: each for each in reversed(drawn) if (name := each.get("id"))}
        return cls({each: sheet.declared(each) for each in drawn}, named, sheet.is_whole)

    def stated(self, element: etree._Element, name: str) -> str:
        """Return what an element, or the nearest around it that does, states of a look that is inherited."""
        for each in (element, *element.iterancestors()):
            value = self.looks.get(each, {}).get(name, each.get(name, "")).strip().lower()
            if value not in ("", "inherit"):
                return value
        return ""

    def is_white(self, element: etree._Element, name: str) -> bool:
        colour = colour_of(self.stated(element, name))
        return colour is not None and is_white(colour)

    def lies_on_white(self, svg: etree._Element) -> bool:
        """Tell whether nothing in or around a drawing gives its words another ground than white."""
        for each in svg.iter(etree.Element):
            ground = ground_of(self.looks.get(each, {}), each.get("bgcolor"))
            if ground and not is_white(ground) or each.tag == "use":
                return False
            if each.tag in _SHAPES and not (self.stated(each, "fill") == "none" or self.is_white(each, "fill")):
                return False
        for each in (svg, *svg.iterancestors()):
            ground = ground_of(self.looks.get(each, {}), each.get("bgcolor"))
            if ground:
                return is_white(ground)
            if not self.is_whole and (each.get("class") or each.get("id")):
                return False
        return True


def _drawn(svg: etree._Element, page: _Page) -> tuple[str, str, bool]:
    """Return the words of a drawing, each text in a line; those that are not seen; and whether it is a picture."""
    shown: list[str] = []
    unseen: list[str] = []
    pictures = False
    looks, on_white = page.looks, page.lies_on_white(svg)
    room = _USED
    waiting = [(svg, 0)]
    while waiting:
        element, deep = waiting.pop()
        if not isinstance(element.tag, str) or element.tag.lower() in _UNDRAWN:
            continue
        if deep > _DEEP or deep and room <= 0:
            # Words that are not read.
            pictures = True
            continue
        kind = element.tag.lower()
        room -= deep > 0
        if _is_undrawn(element, looks):
            unseen.append(clean(_text(element)))
        elif kind == "use":
            used = page.named.get(element.get("href", element.get("xlink:href", "")).strip().removeprefix("#"))
            if used is not None:
                # A symbol is drawn only where it is used.
                parts = list(used) if used.tag == "symbol" else [used]
                waiting += [(each, deep + 1) for each in reversed(parts)]
        elif kind in ("text", "foreignobject"):
            ink = "fill" if kind == "text" else "color"
            hidden = {
                each
                for each in element.iter(etree.Element)
                if any(_is_undrawn(up, looks) for up in _within(each, element))
                or is_nothing(page.stated(each, "font-size"))
                or on_white
                and page.is_white(each, ink)
            }
            pieces = list(_pieces(element, hidden))
            room -= sum(len(text) for text, _ in pieces) if deep else 0
            shown.append(clean("".join(text for text, seen in pieces if seen)))
            unseen.append(clean("".join(text for text, seen in pieces if not seen)))
        else:
            pictures = pictures or kind == "image" and not is_icon(element)
            waiting += [(each, deep) for each in reversed(element)]
    # Words may be drawn as lines, in a drawing that is no icon.
    stated = all(re.match(r"\d", svg.get(name, "")) for name in ("width", "height"))
    pictures = pictures or stated and not any(shown) and not is_icon(svg)
    return "\n".join(filter(None, shown)), "\n".join(filter(None, unseen)), pictures


def _within(inner: etree._Element, outer: etree._Element) -> Iterator[etree._Element]:
    for each in (inner, *inner.iterancestors()):
        if each is outer:
            return
        yield each


def _pieces(whole: etree._Element, hidden: set[etree._Element]) -> Iterator[tuple[str, bool]]:
    """Yield the pieces of text in an element in order, each with whether it is seen."""
    for event, element in etree.iterwalk(whole, events=("start", "end", "comment")):
        inner = element is not whole
        if event == "start":
            # A new place begins a new word.
            apart = " " if inner and ("x" in element.attrib or element.tag in BLOCKS) else ""
            yield apart + (element.get(_SHOWN) or element.text or ""), element not in hidden
        elif inner:
            yield element.tail or "", element.getparent() not in hidden


def _is_undrawn(element: etree._Element, looks: Looks) -> bool:
    stated = {name: str(element.get(name, "")).strip().lower() for name in ("display", "visibility", "opacity", "fill")}
    stated |= looks.get(element, {})
    return (
        stated["display"] == "none"
        or stated["visibility"] in ("hidden", "collapse")
        or bool(stated["opacity"])
        and _NOTHING.fullmatch(stated["opacity"]) is not None
        or stated["fill"] in ("none", "transparent")
        and stated.get("stroke", element.get("stroke", "none")) == "none"
        and element.tag in ("text", "tspan")
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
