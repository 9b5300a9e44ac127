"""Finding what a browser doesn't show of a page, by attributes, styles and its own style sheets (see ``sheets``)."""

import colorsys
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from lxml import etree

from archive.extract.text.concealed import WHITISH, Unseen
from archive.extract.webpage.lines import text_of
from archive.extract.webpage.sheets import Sheet

_HIDDEN_CLASSES = {"hidden", "hide", "sr-only", "visually-hidden"}
_NOTHING = re.compile(r"[-+]?0*\.?0*(?:px|pt|em|rem|%)?")
_FAR = re.compile(r"-\d{4,}(?:\.\d+)?(?:px|pt)|-\d{3,}em")
# Up to one point or one pixel, and what cuts, shrinks or filters all of an element away.
_TINY = re.compile(r"0*(?:\.\d+|1(?:\.0*)?)(?:px|pt)")
_CUT = re.compile(r"inset\(\s*(?:50|100)%.*\)|(?:circle|ellipse)\(\s*0[\s%p)].*")
_CUT_IN_PLACE = re.compile(r"rect\(\s*[01](?:px)?(?:[\s,]+[01](?:px)?){3}\s*\)")
_SHRUNK = re.compile(r"scale(?:x|y|3d)?\(\s*0*\.?0*\s*[,)]")
_CLEAR = re.compile(
    r"transparent|#[0-9a-f]{3}0|#[0-9a-f]{6}00|(?:rgb|hsl)a?\((?:(?:[^,()]*,){3}|[^,/()]*/)\s*0*\.?0*%?\s*\)"
)
_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{6})")
_HSL = re.compile(
    r"hsla?\(\s*(\d{1,3}(?:\.\d{1,9})?)(?:deg)?[\s,]+(\d{1,3}(?:\.\d{1,9})?)%[\s,]+(\d{1,3}(?:\.\d{1,9})?)%"
    r"\s*(?:[,/]\s*([\d.]+%?)\s*)?\)"
)
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})[\s,]+(\d{1,3})[\s,]+(\d{1,3})\s*(?:[,/]\s*([\d.]+%?)\s*)?\)")
_WHITES = {"white": "ffffff", "snow": "fffafa", "ghostwhite": "f8f8ff"}
_NAMED = {**_WHITES, "black": "000000", "red": "ff0000", "blue": "0000ff", "yellow": "ffff00"}
_WHITE = "ffffff"
# A ground of a picture, a gradient, or a colour that is not read.
_MIXED = "mixed"


@dataclass(frozen=True, slots=True)
class _State:
    """What text inherits; ``doubtful`` where a style sheet elsewhere may give it a ground."""

    invisible: bool = False
    clear: bool = False
    small: bool = False
    colour: str | None = None
    ground: str = ""
    doubtful: bool = False


def take_unseen(root: etree._Element, content: etree._Element, sheet: Sheet) -> Iterator[tuple[Unseen | None, str]]:
    """Remove what is not shown of a page, except ``content`` itself; yield the kind and text of what stood in that.

    The kind is None for what stays because its ground is not known.
    """
    kept, inside = {content, *content.iterancestors()}, set(content.iter())
    declared = {each: sheet.declared(each) for each in root.iter() if isinstance(each.tag, str)}
    gone: set[etree._Element] = set()
    for element, styles in declared.items():
        reason = None if element in kept or element in gone else _removed(element, styles)
        if reason is not None:
            gone.update(element.iter())
            if element in inside:
                yield reason, text_of(element)
            drop(element)
    state = _State()
    for outer in reversed(list(content.iterancestors())):
        # How the page makes its document appear is not known; on which ground it stands is.
        above = _inherited(state, outer, declared.get(outer, {}), sheet.is_whole)
        state = replace(state, ground=above.ground, doubtful=above.doubtful)
    yield from _take_text(content, replace(state, invisible=False), declared, sheet.is_whole)


def _take_text(
    content: etree._Element, outer: _State, declared: Mapping[etree._Element, dict[str, str]], whole: bool
) -> Iterator[tuple[Unseen | None, str]]:
    """Remove the unseen pieces of text below an element, and yield the kind and text of each."""
    states: dict[etree._Element, _State] = {}
    for element in content.iter():
        parent = element.getparent()
        state = outer if element is content or parent is None else states[parent]
        inner = _inherited(state, element, declared.get(element, {}), whole)
        states[element] = inner
        if element.text and isinstance(element.tag, str):
            reason, doubtful = _unseen(inner)
            if reason is not None or doubtful:
                yield reason, element.text
                element.text = element.text if reason is None else " "
        if element.tail and element is not content:
            reason, doubtful = _unseen(state)
            if reason is not None or doubtful:
                yield reason, element.tail
                element.tail = element.tail if reason is None else " "


def _removed(element: etree._Element, styles: Mapping[str, str]) -> Unseen | None:
    """Return why an element with all in it is not shown."""
    named = element.get("class")
    if named and not _HIDDEN_CLASSES.isdisjoint(named.split()) or "hidden" in element.attrib:
        return Unseen.HIDDEN
    if element.tag == "dialog" and "open" not in element.attrib:
        return Unseen.HIDDEN
    if not styles:
        return None
    overflows = styles.get("overflow") == "hidden"
    closed = overflows and any(is_nothing(styles.get(name)) for name in ("height", "width", "max-height"))
    if closed or styles.get("display") == "none" or styles.get("content-visibility") == "hidden":
        return Unseen.HIDDEN
    loose = styles.get("position") in ("absolute", "fixed")
    cut = _CUT.fullmatch(styles.get("clip-path", "")) or loose and _CUT_IN_PLACE.fullmatch(styles.get("clip", ""))
    filtered = re.search(r"opacity\(\s*0*\.?0*%?\s*\)", styles.get("filter", ""))
    if is_nothing(styles.get("opacity")) or cut or filtered or _SHRUNK.search(styles.get("transform", "")):
        return Unseen.INVISIBLE
    away = ("text-indent", "margin-left", *(("left", "top") if loose else ()))
    return Unseen.OUTSIDE if any(_FAR.fullmatch(styles.get(name, "")) for name in away) else None


def _inherited(outer: _State, element: etree._Element, styles: Mapping[str, str], whole: bool) -> _State:
    if not styles and not element.attrib:
        return outer
    visibility, size = styles.get("visibility"), styles.get("font-size")
    relative = size is None or size.endswith(("em", "%"))
    colour = styles.get("color", element.get("color") if element.tag == "font" else None)
    ground = ground_of(styles, element.get("bgcolor"))
    # Only a sheet elsewhere says what a class looks like.
    named = not whole and bool(element.get("class") or element.get("id"))
    return _State(
        invisible=outer.invisible if visibility in (None, "inherit") else visibility in ("hidden", "collapse"),
        clear=outer.clear if colour in (None, "inherit") else _CLEAR.fullmatch((colour or "").strip()) is not None,
        small=is_nothing(size) or _TINY.fullmatch(size or "") is not None or relative and outer.small,
        colour=outer.colour if colour is None or colour == "inherit" else colour_of(colour),
        ground=ground or outer.ground,
        doubtful=False if ground else outer.doubtful or named,
    )


def _unseen(state: _State) -> tuple[Unseen | None, bool]:
    """Return why text is not seen, and whether that is in doubt."""
    if state.invisible or state.clear:
        return Unseen.INVISIBLE, False
    if state.small:
        return Unseen.TINY, False
    ground = state.ground or _WHITE
    if state.colour is None or state.colour != ground and not (is_white(state.colour) and is_white(ground)):
        return None, False
    return (None, True) if state.doubtful else (Unseen.GROUND, False)


def ground_of(styles: Mapping[str, str], attribute: str | None) -> str:
    """Return the colour that an element gives its ground; "" for none."""
    stated = [styles[name] for name in ("background", "background-color", "background-image") if name in styles]
    stated = [each for each in stated if each not in ("none", "transparent", "inherit", "initial", "unset")]
    if not stated:
        return (colour_of(attribute) or _MIXED) if attribute else ""
    return colour_of(stated[-1]) or _MIXED if len(stated) == 1 else _MIXED


def colour_of(text: str) -> str | None:
    """Read a colour as six digits; None if it is another, or one that lets the ground through."""
    text = text.strip().lower()
    if found := _HEX.fullmatch(text):
        return found[1] if len(found[1]) == 6 else "".join(2 * digit for digit in found[1])
    if (found := _RGB.fullmatch(text)) and found[4] in (None, "1", "100%"):
        return "".join(f"{min(int(part), 255):02x}" for part in found.groups()[:3])
    if (found := _HSL.fullmatch(text)) and found[4] in (None, "1", "100%"):
        hue, saturation, lightness = (float(part) for part in found.groups()[:3])
        parts = colorsys.hls_to_rgb(hue / 360, min(lightness, 100) / 100, min(saturation, 100) / 100)
        return "".join(f"{round(255 * part):02x}" for part in parts)
    return _NAMED.get(text)


def is_white(colour: str) -> bool:
    return colour != _MIXED and all(int(colour[at : at + 2], 16) >= WHITISH for at in (0, 2, 4))


def is_nothing(measure: str | None) -> bool:
    return bool(measure) and any(map(str.isdigit, measure or "")) and _NOTHING.fullmatch(measure or "") is not None


def drop(element: etree._Element) -> None:
    """Remove an element, but keep the text that follows it."""
    parent = element.getparent()
    if parent is None:
        return
    before = element.getprevious()
    if element.tail:
        if before is None:
            parent.text = (parent.text or "") + element.tail
        else:
            before.tail = (before.tail or "") + element.tail
    parent.remove(element)
