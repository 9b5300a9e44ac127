"""Reading the lists of a docx: which paragraphs are numbered, and how (ECMA-376 part 1, 17.9).

Where Word differs from the standard, by its notes on each part of it ([MS-OI29500]), this follows Word.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from archive.extract.text.numberforms import LARGEST, by_example
from archive.extract.text.numbering import LEVELS, Level, Numbered
from archive.extract.word.styles import Styles, W, on, style_of

_VAL = f"{W}val"
_PLACEHOLDER = re.compile(r"%([1-9])")
_Elements = Mapping[str, etree._Element]


@dataclass(frozen=True, slots=True)
class _Definition:
    """The levels of a list by their depths, and the depths by the styles that are linked to them."""

    levels: Mapping[int, Level] = field(default_factory=dict)
    depths: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Number:
    """A numbering as paragraphs name it, and the depths of the styles that are linked to its levels."""

    numbered: Numbered
    depths: Mapping[str, int]


class Numbering:
    """The lists of a document; ``place`` tells which of them a paragraph is in."""

    def __init__(self, root: etree._Element | None, styles: Styles) -> None:
        self._styles = styles
        self._numbers: dict[str, _Number] = {}
        if root is None:
            return
        abstract = {each.get(f"{W}abstractNumId", ""): each for each in root.findall(f"{W}abstractNum")}
        numbers = {each.get(f"{W}numId", ""): each for each in root.findall(f"{W}num")}
        by_style = {_value(each, "styleLink"): each for each in abstract.values()}
        definitions = {
            key: _definition(self._with_levels(each, abstract, numbers, by_style)) for key, each in abstract.items()
        }
        for identifier, number in numbers.items():
            key = _value(number, "abstractNumId")
            if key in definitions:
                self._numbers[identifier] = _number(key, definitions[key], number)

    def _with_levels(
        self, definition: etree._Element, abstract: _Elements, numbers: _Elements, by_style: _Elements
    ) -> etree._Element:
        """Return the definition itself, or that of the list style which it names in place of levels (17.9.21)."""
        style = _value(definition, "numStyleLink")
        if not style:
            return definition
        for each in self._styles.chain(style):
            number = numbers.get(_value(each.find(f"{W}pPr/{W}numPr"), "numId"))
            found = abstract.get(_value(number, "abstractNumId"))
            if found is not None and found is not definition:
                return found
        return by_style.get(style, definition)

    def place(self, paragraph: etree._Element) -> tuple[str, Numbered, int] | None:
        """Return the numbering of a paragraph by its name, its levels and its depth in it; None if it has no number."""
        if not self._numbers:
            return None
        own = paragraph.find(f"{W}pPr/{W}numPr")
        styles = list(self._styles.chain(style_of(paragraph)))
        styled = [style.find(f"{W}pPr/{W}numPr") for style in styles]
        identifier = next((found for each in (own, *styled) if (found := _value(each, "numId"))), "")
        number = self._numbers.get(identifier)
        if number is None:
            return None
        depths = [_depth(_value(own, "ilvl"))]
        for style, place in zip(styles, styled, strict=True):
            # What a style says of the depth counts only if no level is linked to it (17.9.23).
            depths += [number.depths.get(style.get(f"{W}styleId", "")), _depth(_value(place, "ilvl"))]
        return identifier, number.numbered, next((each for each in depths if each is not None), 0)


def is_ended(paragraph: etree._Element) -> bool:
    """Tell whether the end of a paragraph is seen; else it goes on with the next, or isn't there if it has no text."""
    mark = paragraph.find(f"{W}pPr/{W}rPr")
    if mark is None:
        return True
    return not on(mark.find(f"{W}vanish")) and mark.find(f"{W}del") is None and mark.find(f"{W}moveFrom") is None


def ending(paragraph: etree._Element) -> etree._Element:
    """Return the paragraph whose end one has that goes on: that one's list counts."""
    while not is_ended(paragraph):
        following = paragraph.getnext()
        if following is None or following.tag != paragraph.tag:
            break
        paragraph = following
    return paragraph


def _number(key: str, definition: _Definition, number: etree._Element) -> _Number:
    """Return a numbering with what it changes of its list (17.9.8)."""
    levels: dict[int, Level] = {}
    depths: dict[str, int] = {}
    starts: dict[int, int] = {}
    for override in number.findall(f"{W}lvlOverride")[:LEVELS]:
        depth = _depth(override.get(f"{W}ilvl"))
        if depth is None:
            continue
        changed = override.find(f"{W}lvl")
        if changed is not None:
            # Word ignores when a level restarts if it stands here.
            levels[depth] = replace(_level(changed, depth), restart=None)
            depths |= {style: depth for style in [_value(changed, "pStyle")] if style}
        start = _whole(_value(override, "startOverride"))
        if start is not None:
            starts[depth] = start
    shared = {**definition.levels, **levels} if levels else definition.levels
    return _Number(Numbered(key, shared, starts), {**definition.depths, **depths} if depths else definition.depths)


def _definition(element: etree._Element) -> _Definition:
    levels: dict[int, Level] = {}
    depths: dict[str, int] = {}
    for each in element.findall(f"{W}lvl")[:LEVELS]:
        depth = _depth(each.get(f"{W}ilvl"))
        if depth is not None:
            levels[depth] = _level(each, depth)
            depths |= {style: depth for style in [_value(each, "pStyle")] if style}
    return _Definition(levels, depths)


def _level(element: etree._Element, depth: int) -> Level:
    start, restart = _whole(_value(element, "start")), _whole(_value(element, "lvlRestart"))
    # Newer formats stand in an alternative, and the one for older programs after it.
    form = next(element.iter(f"{W}numFmt"), None)
    name = "decimal" if form is None else form.get(_VAL, "decimal")
    return Level(
        start=1 if start is None else start,
        form=by_example(form.get(f"{W}format", "")) if form is not None and name == "custom" else name,
        text=_pieces(_value(element, "lvlText")),
        legal=on(element.find(f"{W}isLgl")),
        restart=restart if restart is not None and restart <= depth else None,
    )


def _pieces(text: str) -> tuple[str | int, ...]:
    """Cut the text of a level at the places of numbers: %1 is that of the first level."""
    parts = _PLACEHOLDER.split(text)
    return tuple(int(part) - 1 if at % 2 else part for at, part in enumerate(parts) if part)


def _value(element: etree._Element | None, name: str) -> str:
    found = None if element is None else element.find(f"{W}{name}")
    return "" if found is None else found.get(_VAL, "")


def _whole(text: str | None) -> int | None:
    """Return a number as far as a list can have it, None for anything else."""
    return min(int(text), LARGEST) if text and re.fullmatch(r"\d{1,9}", text, re.ASCII) else None


def _depth(text: str | None) -> int | None:
    depth = _whole(text)
    return depth if depth is not None and depth < LEVELS else None
