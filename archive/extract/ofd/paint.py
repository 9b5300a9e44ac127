"""How an object on an OFD page is painted, in the terms in which ``pdf.unseen`` judges what nobody sees.

Numbers in comments and docstrings are clauses of GB/T 33190-2016.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lxml import etree

from archive.extract.containers.elements import child_of
from archive.extract.pdf.paint import Box, Colour, Paint, colour_of

Point = tuple[float, float]
BLACK: Colour = (0.0, 0.0, 0.0)
_SPACES = {1: "DeviceGray", 3: "DeviceRGB", 4: "DeviceCMYK"}
# Text that is filled and has an outline in another colour, as PDF numbers it.
_BOTH = 2
_NO = ("false", "0")
# How far from a side of a rectangle its points may be, in points.
_EVEN = 0.5
_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Around:
    """What objects inherit from what is around them: opacity, and the drawing parameters of their layer (8.2)."""

    opacity: float = 1.0
    drawn: str = ""
    clipped: bool = False

    def inside(self, element: etree._Element) -> "Around":
        """Return what the objects inside an element inherit, or what holds for the object itself."""
        return Around(
            self.opacity * _opacity(element),
            element.get("DrawParam") or self.drawn,
            self.clipped or child_of(element, "Clips") is not None,
        )


class Painter:
    """The colours of a page's objects; ``drawn`` are the drawing parameters (8.2) of its document, by ID."""

    def __init__(self, drawn: Mapping[str, etree._Element]) -> None:
        self._drawn = drawn

    def text(self, element: etree._Element, around: Around) -> Paint:
        """Return how a text object is painted: filled in black unless it says otherwise (11.2)."""
        filled = self._paint(element, around, BLACK)
        if not _is(element, "Stroke", False):
            return filled
        outlined = self._paint(element, around, BLACK, "StrokeColor")
        if not _is(element, "Fill", True):
            return outlined
        return filled if filled.colour == outlined.colour else replace(filled, mode=_BOTH)

    def fill(self, element: etree._Element, around: Around) -> Paint | None:
        """Return how a path is filled; None if it is not (9.1)."""
        if not _is(element, "Fill", False):
            return None
        paint = self._paint(element, around)
        return paint if paint.opacity > 0 else None

    def stroked(self, element: etree._Element) -> bool:
        return _is(element, "Stroke", True)

    def _paint(
        self, element: etree._Element, around: Around, otherwise: Colour = None, name: str = "FillColor"
    ) -> Paint:
        stated = child_of(element, name)
        if stated is None:
            stated = next((each for each in self._inherited(around.drawn, name) if each is not None), None)
        colour, opacity = otherwise, around.opacity
        if stated is not None:
            opacity *= _opacity(stated)
            # A pattern or a gradient (8.3.3, 8.3.4) has no one colour.
            colour = None if len(stated) else _colour(stated.get("Value"), otherwise)
        return Paint(colour, opacity, colour is not None and opacity >= 0.99 and not around.clipped, None)

    def _inherited(self, parameters: str, name: str) -> Iterator[etree._Element | None]:
        for _ in range(_DEPTH):
            drawn = self._drawn.get(parameters)
            if drawn is None:
                return
            yield drawn.find(f"{{*}}{name}")
            parameters = drawn.get("Relative", "")


def _colour(value: str | None, otherwise: Colour) -> Colour:
    """Return a colour of the usual spaces, by how many parts it has (8.3.2): of 8 bits each."""
    try:
        parts = [float(int(each[1:], 16)) if each.startswith("#") else float(each) for each in (value or "").split()]
    except ValueError:
        return None
    if not parts:
        return otherwise
    shares = tuple(min(max(each / 255, 0.0), 1.0) for each in parts)
    return colour_of(_SPACES.get(len(parts), ""), len(parts), shares)


def _opacity(element: etree._Element) -> float:
    value = element.get("Alpha", "")
    return min(int(value) / 255, 1.0) if value.isascii() and value.isdecimal() and len(value) < 6 else 1.0


def _is(element: etree._Element, name: str, otherwise: bool) -> bool:
    return element.get(name, str(otherwise)).lower() not in _NO


def around(points: Iterable[Point]) -> Box:
    """Return the box around points."""
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def is_rectangle(lines: Sequence[Sequence[Point]]) -> bool:
    """Tell whether straight lines enclose one rectangle along the sides of the page."""
    drawn = [line for line in lines if len(line) > 1]
    if len(drawn) != 1 or len(drawn[0]) not in (4, 5):
        return False
    x0, y0, x1, y1 = around(drawn[0])
    corners = {(x - x0 > _EVEN, y - y0 > _EVEN) for x, y in drawn[0]}
    even = all(min(x - x0, x1 - x) <= _EVEN and min(y - y0, y1 - y) <= _EVEN for x, y in drawn[0])
    level = all(abs(a[0] - b[0]) <= _EVEN or abs(a[1] - b[1]) <= _EVEN for a, b in pairwise(drawn[0]))
    return even and level and len(corners) == 4
