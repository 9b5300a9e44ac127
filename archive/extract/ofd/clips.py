"""What of an object a clip shows (GB/T 33190-2016, 8.4)."""

from collections.abc import Iterator, Sequence

from lxml import etree

from archive.extract.containers.elements import child_of
from archive.extract.ofd.paint import around, is_rectangle
from archive.extract.ofd.places import IDENTITY, Box, Matrix, is_curved, moved, numbers, outlines, placed, then
from archive.extract.pdf.page import Glyph
from archive.extract.text.concealed import Unseen

# Areas of which one is enough to show something: the box around each, and whether it fills that; None if not known.
Clip = Sequence[tuple[Box, bool] | None]


def clips_of(element: etree._Element, outer: Matrix) -> Iterator[Clip]:
    """Yield what an object is shown within (8.4): of each of its clips the areas, of which one is enough."""
    held = child_of(element, "Clips")
    if held is None:
        return
    is_turned = held.get("TransFlag", "true").lower() not in ("false", "0")
    own = placed(element, outer) if is_turned else outer
    for clip in held.iterfind("{*}Clip"):
        areas: list[tuple[Box, bool] | None] = []
        for area in clip.iterfind("{*}Area"):
            place = then(placed(area, IDENTITY), own)
            path = area.find("{*}Path")
            # What letters cut out is not known.
            areas.append(None if path is None else _area(path, place))
        if areas:
            yield areas


def _area(path: etree._Element, place: Matrix) -> tuple[Box, bool]:
    """Return the box around an area, and whether it fills that."""
    matrix = placed(path, place)
    lines = [[moved(point, matrix) for point in line] for line in outlines(path)]
    corners = [point for line in lines for point in line]
    curved = is_curved(path)
    if curved or not corners:
        _, _, width, height = numbers(path.get("Boundary"), 4)
        corners += [moved(point, matrix) for point in ((0, 0), (width, 0), (0, height), (width, height))]
    return around(corners), not curved and is_rectangle(lines)


def clipped(glyph: Glyph, clips: Sequence[Clip]) -> tuple[Unseen | None, bool]:
    """Return why a character is not seen if it lies outside of what is shown, and whether it may do so, or in part."""
    doubtful = False
    x, y = (glyph.x0 + glyph.x1) / 2, (glyph.y0 + glyph.y1) / 2
    for areas in clips:
        known = [area for area in areas if area is not None]
        if len(known) == len(areas) and all(
            glyph.x1 <= x0 or glyph.x0 >= x1 or glyph.y1 <= y0 or glyph.y0 >= y1 for (x0, y0, x1, y1), _ in known
        ):
            return Unseen.CLIPPED, False
        doubtful |= not any(fills and x0 <= x <= x1 and y0 <= y <= y1 for (x0, y0, x1, y1), fills in known)
    return None, doubtful
