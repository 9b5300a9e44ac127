"""How an item on a page is painted: values that ``painting`` reads out of a PDF and ``unseen`` judges by."""

from collections.abc import Iterable
from dataclasses import dataclass

# x0, y0, x1, y1
Box = tuple[float, float, float, float]
# Red, green and blue from 0 to 1, or another tuple for a colour that only equals itself; None if unknown.
Colour = tuple[float | str, ...] | None
WHITE: Colour = (1.0, 1.0, 1.0)
# From this share of white on, a colour is white to the eye.
_WHITISH = 0.97
_COMPONENTS = {"DeviceGray": 1, "CalGray": 1, "DeviceRGB": 3, "CalRGB": 3, "DeviceCMYK": 4}


@dataclass(frozen=True, slots=True)
class Paint:
    """How an item is painted: its colour, its opacity from 0 to 1, whether it hides what is below, and its clip."""

    colour: Colour
    opacity: float
    opaque: bool
    clip: Box | None
    mode: int = 0
    off: bool = False


def colour_of(space: str, components: int, value: object) -> Colour:
    """Return a colour in a form that can be compared; None where the space does not tell what is seen.

    >>> colour_of("DeviceGray", 1, 1.0) == colour_of("DeviceCMYK", 4, (0, 0, 0, 0)) == WHITE
    True
    """
    parts = value if isinstance(value, tuple | list) else (value,)
    wanted = components if space == "ICCBased" else _COMPONENTS.get(space)
    if len(parts) != wanted or not all(isinstance(each, int | float) for each in parts):
        return None
    numbers = [float(each) for each in parts]
    if wanted == 4:
        return WHITE if max(numbers) <= 1 - _WHITISH else ("CMYK", *(round(each, 2) for each in numbers))
    if min(numbers) >= _WHITISH:
        return WHITE
    return tuple(round(each, 2) for each in (numbers * 3 if wanted == 1 else numbers))


def ordered(box: Iterable[float]) -> Box:
    """Return a box with its lower left corner first."""
    x0, y0, x1, y1 = map(float, box)
    return min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1)


def common(one: Box, other: Box) -> Box:
    """Return what two boxes have in common; the corners are the wrong way round if that is nothing."""
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])
