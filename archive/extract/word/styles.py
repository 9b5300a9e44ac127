"""Applying a Word document's styles to its paragraphs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = f"{W}val"
_MAXIMUM_DEPTH = 12


@dataclass(frozen=True, slots=True)
class Look:
    """A paragraph's formatting; ``size`` is the largest type in points, 0 if unknown."""

    style: str = ""
    centered: bool = False
    size: float = 0.0


def on(element: etree._Element | None) -> bool:
    """Tell whether an on/off property is present and on."""
    return element is not None and element.get(_VAL, "1") not in ("0", "false", "off", "none")


class Styles:
    """The styles part of a document, which may be absent."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, etree._Element] = {}
        self._default_size = 0.0
        # The properties of runs that hold for the whole document.
        self.defaults: etree._Element | None = None
        # Whether any style hides what it is given to.
        self.may_hide = False
        self.roots = [] if root is None else [root]
        if root is None:
            return
        self.defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self.may_hide = next(root.iter(f"{W}vanish"), None) is not None
        for style in root.findall(f"{W}style"):
            self._styles[style.get(f"{W}styleId", "")] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true"):
                self._styles.setdefault("", style)
        self._default_size = _number(self.default("sz")) / 2

    def default(self, name: str) -> etree._Element | None:
        """Return a property of runs that holds for the whole document."""
        return None if self.defaults is None else self.defaults.find(f"{W}{name}")

    def chain(self, identifier: str) -> Iterator[etree._Element]:
        """Yield a style and those that it is based on; "" is the default style of paragraphs."""
        for _ in range(_MAXIMUM_DEPTH):
            style = self._styles.get(identifier)
            if style is None:
                return
            yield style
            based_on = style.find(f"{W}basedOn")
            if based_on is None:
                return
            identifier = based_on.get(_VAL, "")

    def look(self, paragraph: etree._Element) -> Look:
        """Return a paragraph's formatting; its own settings override those of its style."""
        identifier = style_of(paragraph)
        styles = list(self.chain(identifier))
        name = styles[0].find(f"{W}name") if styles else None
        alignment = paragraph.find(f"{W}pPr/{W}jc")
        sizes = [_number(size) / 2 for size in paragraph.iterfind(f".//{W}r/{W}rPr/{W}sz")]
        for style in styles:
            if alignment is None:
                alignment = style.find(f"{W}pPr/{W}jc")
            if not sizes:
                sizes = [_number(size) / 2 for size in style.iterfind(f"{W}rPr/{W}sz")]
        return Look(
            style=(name.get(_VAL, "") if name is not None else identifier),
            centered=alignment is not None and alignment.get(_VAL) == "center",
            size=max(sizes, default=self._default_size),
        )


def style_of(paragraph: etree._Element) -> str:
    """Return the identifier of a paragraph's style, "" for the default one."""
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(_VAL, "")


def _number(element: etree._Element | None) -> float:
    found = re.match(r"\d{1,6}", element.get(_VAL, "") if element is not None else "")
    return float(found[0]) if found else 0.0
