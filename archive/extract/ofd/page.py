"""Reading an OFD page (GB/T 33190-2016) into the same content as a PDF page.

Numbers in comments and docstrings are clauses of the standard. OFD measures in millimetres down from the upper left
corner; here, as in ``pdf.page``, places are in points up from the lower left corner.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from itertools import repeat

from lxml import etree

from archive.chinese.private import recoded
from archive.chinese.radicals import unfold
from archive.errors import ExtractionFailed
from archive.extract.containers.elements import child_of, kind_of
from archive.extract.ofd.clips import Clip, clipped, clips_of
from archive.extract.ofd.fonts import Drawn, Font, drawn
from archive.extract.ofd.paint import Around, Painter, around, is_rectangle
from archive.extract.ofd.places import Matrix, Point, is_curved, moved, number, numbers, outlines, placed, then
from archive.extract.pdf.page import Glyph, PageContent
from archive.extract.pdf.unseen import Sheet
from archive.extract.text.characters import han_count
from archive.extract.text.concealed import Unseen

POINTS = 72 / 25.4

_DESCENT, _ASCENT = 0.2, 0.8
_THIN = 3.0
# An outline thicker than this, in points, may be a ground to write on.
_THICK = 5.0
# Type below this many points is too small to see; a character so far off the page is not on it.
_TINY, _BEYOND = 1.2, 1.0
# More objects on a page, or deeper nesting of units, is an attack.
_OBJECTS = 300_000
_DEPTH = 8


class PageReader:
    """A collector of a page's objects, in the order in which they are painted.

    ``units`` are the composite graphic units (13), ``drawn`` the drawing parameters (8.2) and ``fonts`` the embedded
    fonts (11.1) that it may use, by ID.
    """

    def __init__(
        self,
        width: float,
        height: float,
        units: Mapping[str, etree._Element],
        drawn: Mapping[str, etree._Element] | None = None,
        fonts: Mapping[str, Font] | None = None,
    ) -> None:
        self._page = PageContent(width * POINTS, height * POINTS)
        self._sheet = Sheet((0.0, 0.0, self._page.width, self._page.height), self._page.width, self._page.height)
        self._painter = Painter(drawn or {})
        # Characters wait until all is painted, with why they are not seen and when they were painted.
        self._read_glyphs: list[tuple[Glyph, tuple[Unseen | None, int]]] = []
        self._units = units
        self._fonts = fonts or {}
        self._base: Matrix = (POINTS, 0, 0, -POINTS, 0, self._page.height)
        self._objects = 0
        # Characters of which a clip may show a part, or nothing.
        self.doubtful = 0
        # Characters of which the embedded font has no shape, and those drawn by another's.
        self.shapeless = self.exchanged = 0

    @property
    def content(self) -> PageContent:
        """Return what was read so far, judged by all that was painted so far."""
        for glyph, (reason, time) in self._read_glyphs:
            why, recognised = self._sheet.judged((glyph.x0, glyph.y0, glyph.x1, glyph.y1), reason, time)
            self._page.recognised += recognised
            (self._page.glyphs if why is None else self._page.unseen.setdefault(why, [])).append(glyph)
        self._read_glyphs = []
        return self._page

    def read(
        self, parent: etree._Element, pictures: bool = True, at: Point = (0, 0), unseen: Unseen | None = None
    ) -> None:
        """Read everything below a Content, Layer or Appearance whose upper left corner is at ``at`` on the page.

        ``unseen`` is why none of it is seen.
        """
        self._read(parent, then((1, 0, 0, 1, *at), self._base), Around().inside(parent), unseen, pictures, 0, ())

    def _read(
        self,
        parent: etree._Element,
        outer: Matrix,
        inherited: Around,
        unseen: Unseen | None,
        pictures: bool,
        depth: int,
        clips: Sequence[Clip],
    ) -> None:
        for element in parent.iterchildren("{*}*"):
            self._objects += 1
            if self._objects > _OBJECTS or depth > 32:
                raise ExtractionFailed("文件（OFD）的页面对象多得不合常理，疑似恶意文件，没有收入。")
            reason, kind = unseen or _unseen(element), kind_of(element)
            own = inherited.inside(element)
            inner = (*clips, *clips_of(element, outer))
            if kind in ("Content", "Layer", "PageBlock"):
                self._read(element, outer, own, reason, pictures, depth + 1, inner)
            elif kind == "TextObject":
                self._add_text(element, placed(element, outer), own, reason, inner)
            elif kind == "PathObject" and reason is None:
                self._add_path(element, placed(element, outer), own)
            elif kind == "ImageObject" and reason is None:
                self._add_picture(element, outer, own, pictures)
            elif kind == "CompositeObject" and depth < _DEPTH:
                unit = self._units.get(element.get("ResourceID", ""))
                if unit is not None:
                    self._read(unit, placed(element, outer), own, reason, pictures, depth + 1, inner)

    def _add_text(
        self,
        element: etree._Element,
        matrix: Matrix,
        inherited: Around,
        unseen: Unseen | None,
        clips: Sequence[Clip],
    ) -> None:
        paint = self._painter.text(element, inherited)
        a, b, c, d, _, _ = matrix
        size = number(element.get("Size"), 1.0)
        wide, tall = math.hypot(a, b) or 1.0, math.hypot(c, d) or 1.0
        across, up = (a / wide, b / wide), (-c / tall, -d / tall)
        height = max(tall * size, 1.0)
        boxes: dict[float, tuple[float, float, float, float]] = {}
        # What has no width is not seen either.
        least = min(tall, math.hypot(a, b) * abs(number(element.get("HScale"), 1.0))) * size
        kinds = drawn(element, "".join(map(_plain, element.iterchildren("{*}TextCode"))), self._fonts)
        end = 0
        for text, places, widths, vertical in _codes(element, size):
            end += len(text)
            flow = (-up[0], -up[1]) if vertical else across
            turn = 0
            if abs(flow[1]) > 0.1 * abs(flow[0]):
                if abs(flow[0]) > 0.1 * abs(flow[1]):
                    self._page.slanted += len(text)
                    continue
                turn = 1 if flow[1] > 0 else -1
            shapes = kinds[end - len(text) : end]
            for letter, place, width, shape in zip(recoded(text), places, widths, shapes, strict=True):
                if letter == "\ufffd" or "\ue000" <= letter <= "\uf8ff":
                    self._page.lost += 1
                    continue
                x, y = moved(place, matrix)
                if width not in boxes:
                    boxes[width] = _box(width * wide, height, across, up)
                x0, y0, x1, y1 = boxes[width]
                blank = letter.isspace()
                seen = " " if blank else unfold(letter)
                glyph = Glyph(seen, x + x0, y + y0, x + x1, y + y1, height, turn)
                beyond = Unseen.OUTSIDE if self._is_beyond(glyph) else None
                away, doubtful = clipped(glyph, clips) if clips else (None, False)
                empty = Unseen.INVISIBLE if shape is Drawn.NOTHING and not blank else None
                reason = unseen or beyond or away or empty or (Unseen.TINY if least < _TINY else None)
                if reason is not None:
                    self._page.unseen.setdefault(reason, []).append(glyph)
                    continue
                self.doubtful += doubtful and not blank
                self.shapeless += shape is Drawn.MISSING and not blank
                self.exchanged += shape is Drawn.OTHER
                # A character fills most of its box, but not all: what is beside it is no ground.
                box = (glyph.x0, glyph.y0, glyph.x1, glyph.y1)
                self._read_glyphs.append((glyph, self._sheet.character(box, tall * size, paint)))
        if not "".join(code.text or "" for code in element.iterchildren("{*}TextCode")):
            # Glyphs of a font without the characters they stand for.
            outlined = element.iterchildren("{*}CGTransform")
            self._page.lost += sum(int(each.get("GlyphCount", "1")) for each in outlined)

    def _is_beyond(self, glyph: Glyph) -> bool:
        x, y = (glyph.x0 + glyph.x1) / 2, (glyph.y0 + glyph.y1) / 2
        return not (-_BEYOND <= x <= self._page.width + _BEYOND and -_BEYOND <= y <= self._page.height + _BEYOND)

    def _add_path(self, element: etree._Element, matrix: Matrix, inherited: Around) -> None:
        lines = [[moved(point, matrix) for point in line] for line in outlines(element)]
        self._paint(element, matrix, inherited, lines)
        xs, ys = ([point[axis] for line in lines for point in line] for axis in (0, 1))
        if not xs:
            return
        width, height = max(xs) - min(xs), max(ys) - min(ys)
        if width >= 0.98 * self._page.width and height >= 0.98 * self._page.height:
            return
        # A shape without an outline is a background, unless it is thin enough to be a rule.
        if element.get("Stroke", "true").lower() == "false" and min(width, height) > _THIN:
            return
        for line in lines:
            for (x0, y0), (x1, y1) in zip(line, line[1:], strict=False):
                if abs(y1 - y0) <= 1 and abs(x1 - x0) > _THIN:
                    self._page.horizontals.append(((y0 + y1) / 2, min(x0, x1), max(x0, x1)))
                elif abs(x1 - x0) <= 1 and abs(y1 - y0) > _THIN:
                    self._page.verticals.append(((x0 + x1) / 2, min(y0, y1), max(y0, y1)))

    def _paint(
        self, element: etree._Element, matrix: Matrix, inherited: Around, lines: Sequence[Sequence[Point]]
    ) -> None:
        """Enter a path into the sheet: a rectangle hides what is below, any other area may be a ground."""
        paint = self._painter.fill(element, inherited)
        corners = [point for line in lines for point in line]
        curved = is_curved(element)
        if curved or not corners:
            # What curves enclose is inside of the object.
            _, _, width, height = numbers(element.get("Boundary"), 4)
            corners += [moved(point, matrix) for point in ((0, 0), (width, 0), (0, height), (width, height))]
        box = around(corners)
        if paint is None:
            thick = number(element.get("LineWidth"), 0.353) * math.hypot(matrix[0], matrix[1])
            if self._painter.stroked(element) and thick > _THICK:
                beside = thick / 2
                self._sheet.shade((box[0] - beside, box[1] - beside, box[2] + beside, box[3] + beside))
        elif paint.opaque and not curved and is_rectangle(lines):
            self._sheet.rectangle(box, paint.colour)
        else:
            self._sheet.shape(box)

    def _add_picture(self, element: etree._Element, outer: Matrix, inherited: Around, counts: bool) -> None:
        left, top, width, height = numbers(element.get("Boundary"), 4)
        box = around(moved((left + x, top + y), outer) for x in (0.0, width) for y in (0.0, height))
        # A seal lets the words below through, and so may a picture with a mask.
        masked = any(name in element.attrib for name in ("ImageMask", "Substitution"))
        self._sheet.picture(box, counts and not masked and not inherited.clipped and inherited.opacity >= 0.99)
        if not counts:
            return
        scale = abs(outer[0] * outer[3] - outer[1] * outer[2])
        area = abs(width * height) * scale / max(self._page.width * self._page.height, 1)
        self._page.covered += area
        self._page.pictures += area > 0.02


def _unseen(element: etree._Element) -> Unseen | None:
    """Return why an object with all in it is not seen (8.5, 11.2)."""
    if element.get("Visible", "true").lower() in ("false", "0"):
        return Unseen.HIDDEN
    clear = element.get("Alpha") == "0"
    if kind_of(element) == "TextObject":
        fill, stroke = element.get("Fill", "true").lower(), element.get("Stroke", "false").lower()
        colour = child_of(element, "FillColor")
        clear = clear or fill in ("false", "0") and stroke in ("false", "0")
        clear = clear or colour is not None and colour.get("Alpha") == "0" and stroke in ("false", "0")
    return Unseen.INVISIBLE if clear else None


def _box(width: float, height: float, across: Point, up: Point) -> tuple[float, float, float, float]:
    """Return a character's box relative to its starting point on the baseline, whichever way it is turned."""
    ends = [
        (across[0] * along + up[0] * above, across[1] * along + up[1] * above)
        for along in (0, width)
        for above in (-_DESCENT * height, _ASCENT * height)
    ]
    xs, ys = [end[0] for end in ends], [end[1] for end in ends]
    return min(xs), min(ys), max(xs), max(ys)


def _codes(element: etree._Element, size: float) -> Iterator[tuple[str, list[Point], list[float], bool]]:
    """Yield a text object's runs: the text, each character's place and width, and whether it runs down (11.3)."""
    stretch = number(element.get("HScale"), 1.0)
    x = y = 0.0
    for code in element.iterchildren("{*}TextCode"):
        text = _plain(code)
        # A coordinate that is not given is that of the run before.
        x, y = number(code.get("X"), x), number(code.get("Y"), y)
        across = _deltas(code.get("DeltaX"), len(text) - 1, goes_on=True)
        # If both went on, a line that was broken once would become a staircase.
        down = _deltas(code.get("DeltaY"), len(text) - 1, goes_on=not across)
        vertical = len(text) > 1 and bool(down) and not any(across)
        widths = [size * stretch * _width(letter) for letter in text]
        steps = across or ([0.0] * len(down) if down else widths[:-1])
        for index, step in enumerate(across):
            if step > 0:
                # A Latin letter reaches to the next if that is near; a Han character is as wide as the type size.
                widths[index] = min(step, widths[index] if _width(text[index]) == 1 else size * stretch)
        places = [(x, y)]
        for index in range(len(text) - 1):
            places.append((places[-1][0] + steps[index], places[-1][1] + (down[index] if down else 0.0)))
        if text:
            yield text, places[: len(text)], widths, vertical


def _plain(code: etree._Element) -> str:
    return (code.text or "").replace("\r", "").replace("\n", "")


def _deltas(text: str | None, count: int, goes_on: bool) -> list[float]:
    """Read ``count`` steps between characters (11.3); ``g 3 2.5`` is 2.5 three times.

    Missing steps repeat the last one if ``goes_on``, and are zero otherwise; without any text there are no steps.
    """
    tokens = (text or "").split()
    found: list[float] = []
    while tokens and len(found) < count:
        if tokens[0].lower() == "g" and len(tokens) > 2:
            found += repeat(number(tokens[2], 0.0), min(int(tokens[1]), count))
            tokens = tokens[3:]
        else:
            found.append(number(tokens[0], 0.0))
            tokens = tokens[1:]
    missing = repeat(found[-1] if goes_on else 0.0, count - len(found)) if found else ()
    return [*found, *missing][: max(count, 0)]


def _width(letter: str) -> float:
    """Return about how wide a character is in most fonts, relative to the type size; embedded fonts are not read."""
    if han_count(letter) or letter >= "\u2e80" or letter in "“”‘’…—①②③④⑤⑥⑦⑧⑨⑩":
        return 1.0
    return 0.8 if letter in "mwMW@%" else 0.5
