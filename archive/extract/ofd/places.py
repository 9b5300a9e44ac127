"""Where the objects of a page lie: numbers, matrices and the lines of paths (GB/T 33190-2016)."""

import re
from collections.abc import Iterator, Sequence

from lxml import etree

# a, b, c, d, e, f: x' = a x + c y + e, y' = b x + d y + f
Matrix = tuple[float, float, float, float, float, float]
Point = tuple[float, float]
Box = tuple[float, float, float, float]

IDENTITY: Matrix = (1, 0, 0, 1, 0, 0)
# Coordinates beyond this (a kilometre) are not on any page.
_FAR = 1e6
# 9.3: operators that move the pen, and how many numbers each takes.
_PATH = re.compile(r"[A-Z]|[-+.\deE]+")
_ARGUMENTS = {"S": 2, "M": 2, "L": 2, "Q": 4, "B": 6, "A": 7, "C": 0}


def numbers(text: str | None, count: int) -> list[float]:
    """Read ``count`` numbers, with zeros for missing and impossible ones. Raises ValueError if one is not a number."""
    found = [number(each, 0.0) for each in (text or "").replace(",", " ").split()[:count]]
    return found + [0.0] * (count - len(found))


def number(text: str | None, otherwise: float) -> float:
    """Read a number; ``otherwise`` if it is missing or impossible. Raises ValueError if it is not a number."""
    number = float(text) if text else otherwise
    return number if abs(number) < _FAR else otherwise


def then(first: Matrix, second: Matrix) -> Matrix:
    a, b, c, d, e, f = first
    return (*turned((a, b), second), *turned((c, d), second), *moved((e, f), second))


def turned(vector: Point, matrix: Matrix) -> Point:
    (x, y), (a, b, c, d, _, _) = vector, matrix
    return a * x + c * y, b * x + d * y


def moved(point: Point, matrix: Matrix) -> Point:
    x, y = turned(point, matrix)
    return x + matrix[4], y + matrix[5]


def placed(element: etree._Element, outer: Matrix) -> Matrix:
    """Combine an object's own matrix with its place in its container (8.5)."""
    a, b, c, d, e, f = numbers(element.get("CTM"), 6) if element.get("CTM") else IDENTITY
    x, y, _, _ = numbers(element.get("Boundary"), 4)
    return then((a, b, c, d, e + x, f + y), outer)


def is_curved(element: etree._Element) -> bool:
    data = element.find("{*}AbbreviatedData")
    return data is None or re.search(r"[QBA]", data.text or "") is not None


def outlines(element: etree._Element) -> Iterator[Sequence[Point]]:
    """Yield the straight lines of a path, which break off at curves (9.3)."""
    data = element.find("{*}AbbreviatedData")
    tokens = iter(_PATH.findall((data.text if data is not None else "") or ""))
    line: list[Point] = []
    for operator in tokens:
        values = [number(each, 0.0) for _, each in zip(range(_ARGUMENTS.get(operator, 0)), tokens, strict=False)]
        if operator == "C" and line:
            line.append(line[0])
        elif operator == "L" and len(values) == 2:
            line.append((values[0], values[1]))
        else:
            yield line
            line = [(values[-2], values[-1])] if len(values) >= 2 else []
    yield line
