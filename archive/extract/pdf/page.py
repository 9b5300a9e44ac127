"""Reading a PDF page: characters with their places, the lines they form, rules and pictures."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import inf
from operator import attrgetter
from typing import NamedTuple

from pdfminer.layout import LTComponent, LTContainer, LTCurve, LTImage, LTLine, LTPage, LTRect
from pdfminer.utils import MATRIX_IDENTITY, Matrix, apply_matrix_rect

from archive.extract.pdf.annotations import Overlay, says_else, set_text
from archive.extract.pdf.paint import Box, Paint, common, ordered
from archive.extract.pdf.painting import Over, Run, Shade, paint_of
from archive.extract.pdf.unseen import Sheet
from archive.extract.text.characters import han_count
from archive.extract.text.concealed import Unseen

# In multiples of the type size: a gap wider than the first separates cells, one wider than the others is a space.
CELL_GAP = 2.0
_HAN_SPACE = 0.8
_LATIN_SPACE = 0.18
_CLOSE = 0.1
# With as many neighbours among Han characters, and a blank between this share of them, a line is spaced out.
_PAIRS, _MOST_PAIRS = 4, 0.8
# A shape up to this many points thick is a rule.
_THIN = 3.0
# An outline thicker than this may be a ground to write on; no line is thicker than the second.
_THICK, _THICKEST = 5.0, 60.0


class Glyph(NamedTuple):
    """A character or a space, with its box in points; ``turn`` is 1 where text runs up and -1 where it runs down."""

    text: str
    x0: float
    y0: float
    x1: float
    y1: float
    size: float
    turn: int = 0

    @property
    def x(self) -> float:
        return (self.x0 + self.x1) / 2

    @property
    def y(self) -> float:
        return (self.y0 + self.y1) / 2


_BY_PLACE = attrgetter("x0", "y0")


@dataclass(frozen=True, slots=True)
class TextLine:
    """Characters on one baseline; ``segments`` are the runs between wide gaps, each with its left end.

    ``column`` is the same for all lines of a column; 0 for a line across all, or where there are none, and below 0
    for vertical lines, which are turned. A running head or foot stands after the lines of its page.
    """

    x0: float
    x1: float
    y0: float
    y1: float
    size: float
    segments: tuple[tuple[float, str], ...]
    column: int = 0
    is_running: bool = False

    @property
    def text(self) -> str:
        return " ".join(text for _, text in self.segments)


@dataclass(slots=True)
class PageContent:
    """Everything on a page that matters for its text.

    ``unseen`` are the characters that nobody sees, by the reason; ``recognised`` counts those that were recognised in a
    scan and stand behind its picture. ``covered`` is the share of the page under pictures. ``lost`` counts characters
    to which the font gives no meaning, ``slanted`` characters in slanted lines, and ``drawn`` the bytes of the page's
    drawing instructions. ``over`` are characters that lie on the page: values of form fields, and text put on it; and
    ``blank`` values of fields that show nothing, ``differing`` those that say something else than is shown.
    """

    width: float
    height: float
    glyphs: list[Glyph] = field(default_factory=list)
    unseen: dict[Unseen, list[Glyph]] = field(default_factory=dict)
    # y, x0, x1 and x, y0, y1
    horizontals: list[tuple[float, float, float]] = field(default_factory=list)
    verticals: list[tuple[float, float, float]] = field(default_factory=list)
    pictures: int = 0
    covered: float = 0.0
    recognised: int = 0
    lost: int = 0
    slanted: int = 0
    drawn: int = 0
    over: list[Glyph] = field(default_factory=list)
    blank: list[str] = field(default_factory=list)
    differing: list[str] = field(default_factory=list)


# Characters with why they are not seen, whatever is painted later, and when they were painted.
_Judged = tuple[list[Glyph], tuple[Unseen | None, int]]


def read_page(
    page: LTPage, seen: Box, overlays: Sequence[Overlay] = (), placed: Matrix = MATRIX_IDENTITY
) -> PageContent:
    """Read the content of a page that ``painting`` interpreted.

    ``seen`` is the part of it that is shown, ``overlays`` lie on it, and ``placed`` is the matrix that places them.
    """
    content = PageContent(page.width, page.height)
    sheet = Sheet(seen, page.width, page.height)
    read = _enter(content, sheet, [item for item in page if not isinstance(item, Over)])
    # Painted after all else, so that what they cover is not seen. Their rules are those of boxes, and of no table.
    faces: dict[int, tuple[PageContent, list[_Judged]]] = {}
    for item in page:
        if isinstance(item, Over):
            face = PageContent(page.width, page.height)
            faces[id(item.overlay)] = face, _enter(face, sheet, list(item))
    _judge(content, sheet, read)
    for overlay in overlays:
        face, own = faces.get(id(overlay), (PageContent(page.width, page.height), []))
        _judge(face, sheet, own)
        _lay(content, overlay, face, placed, seen)
    return content


def _enter(content: PageContent, sheet: Sheet, items: Iterable[LTComponent]) -> list[_Judged]:
    """Enter items into the sheet as they are painted; return the characters with what ``Sheet.judged`` needs."""
    read: list[_Judged] = []
    waiting = list(items)[::-1]
    while waiting:
        item = waiting.pop()
        if isinstance(item, Run):
            read += _characters(content, sheet, item)
        elif isinstance(item, LTContainer):
            waiting += list(item)[::-1]
        elif not (paint := paint_of(item)).off and paint.opacity > 0:
            _paint(sheet, item, paint)
            if isinstance(item, LTImage):
                area = max(item.width, 0) * max(item.height, 0) / max(content.width * content.height, 1)
                content.covered += area
                content.pictures += area > 0.02
            elif isinstance(item, LTCurve):
                _add_rule(content, item)
    return read


def _judge(content: PageContent, sheet: Sheet, read: Iterable[_Judged]) -> None:
    """Sort characters into those that are seen and those that are not."""
    for glyphs, (reason, time) in read:
        if reason is None and time > sheet.hiding:
            content.glyphs += glyphs
            continue
        for glyph in glyphs:
            why, recognised = sheet.judged((glyph.x0, glyph.y0, glyph.x1, glyph.y1), reason, time)
            content.recognised += recognised
            (content.glyphs if why is None else content.unseen.setdefault(why, [])).append(glyph)


def _lay(content: PageContent, overlay: Overlay, face: PageContent, placed: Matrix, seen: Box) -> None:
    """Add what lies on a page: as its appearance shows it, or as viewers would write it without one."""
    is_shown = any(glyph.text != " " for glyph in face.glyphs)
    unmade = overlay.appearance is None or overlay.stale or overlay.lost or face.lost > 0
    if overlay.text and (unmade or not (is_shown or overlay.is_field)):
        box = ordered(apply_matrix_rect(placed, overlay.box))
        if not (box[0] < box[2] and box[1] < box[3]):
            content.blank.append(overlay.text)
            return
        if overlay.is_box:
            # The box itself may be printed on the page, where the state is shown over it.
            content.glyphs = [each for each in content.glyphs if not _is_box(each, box)]
        glyphs = [Glyph(text, *place, size) for text, place, size in set_text(overlay, box)]
        beside = box[2] <= seen[0] or box[3] <= seen[1] or box[0] >= seen[2] or box[1] >= seen[3]
        (content.unseen.setdefault(Unseen.OUTSIDE, []) if beside else content.over).extend(glyphs)
        return
    if overlay.text and not is_shown:
        content.blank.append(overlay.text)
    elif overlay.text and says_else(overlay.text, "".join(glyph.text for glyph in face.glyphs)):
        content.differing.append(overlay.text)
    content.over += face.glyphs
    for why, glyphs in face.unseen.items():
        content.unseen.setdefault(why, []).extend(glyphs)
    content.covered += face.covered
    content.pictures += face.pictures
    content.lost += face.lost
    content.slanted += face.slanted


def _is_box(glyph: Glyph, box: Box) -> bool:
    return glyph.text in "□☐○◯〇口" and box[0] <= glyph.x <= box[2] and box[1] <= glyph.y <= box[3]


def _paint(sheet: Sheet, item: LTComponent, paint: Paint) -> None:
    """Enter a shape, a gradient or a picture into the sheet."""
    box: Box = item.bbox if paint.clip is None else common(item.bbox, paint.clip)
    if isinstance(item, LTImage):
        sheet.picture(box, paint.opaque)
    elif isinstance(item, Shade):
        sheet.shade(box)
    elif not isinstance(item, LTCurve):
        return
    elif item.fill and isinstance(item, LTRect) and paint.opaque:
        sheet.rectangle(box, paint.colour)
    elif item.fill and not isinstance(item, LTLine):
        sheet.shape(box)
    elif item.stroke and (isinstance(item, LTLine) or item.linewidth > _THICK):
        x0, y0, x1, y1 = box
        beside = min(abs(float(item.linewidth)), _THICKEST) / 2
        sheet.shade((x0 - beside, y0 - beside, x1 + beside, y1 + beside))


def _characters(content: PageContent, sheet: Sheet, run: Run) -> Iterator[_Judged]:
    """Yield the characters of a string; those without meaning and slanted ones are counted if they are seen."""
    a, b, _, _, _, _ = run.matrix
    turn = 0
    is_slanted = False
    if abs(b) > 0.1 * abs(a) and abs(b) > 1e-6:
        is_slanted = abs(a) > 0.1 * abs(b)
        turn = 1 if b > 0 else -1
    time = sheet.run(run.bbox, run.size, run.paint)
    if time is not None and not is_slanted and not run.face.is_noise and all(each[0] for each in run.characters):
        # pdfminer's size is the box across the line, which serves as the type size in both directions.
        found = [Glyph(text, x0, y0, x1, y1, max(size, 1.0), turn) for text, x0, y0, x1, y1, size in run.characters]
        yield found, (None, time)
        return
    for text, x0, y0, x1, y1, size in run.characters:
        judged = (None, time) if time is not None else sheet.character((x0, y0, x1, y1), size, run.paint)
        if not text or run.face.is_noise and text != " ":
            content.lost += judged[0] is None
        elif is_slanted and text != " ":
            content.slanted += judged[0] is None
        elif not is_slanted:
            yield [Glyph(text, x0, y0, x1, y1, max(size, 1.0), turn)], judged


def _add_rule(content: PageContent, item: LTCurve) -> None:
    if item.width >= 0.98 * content.width and item.height >= 0.98 * content.height:
        return
    flat, steep = item.height <= _THIN, item.width <= _THIN
    if flat and item.width > _THIN:
        content.horizontals.append(((item.y0 + item.y1) / 2, item.x0, item.x1))
    elif steep and item.height > _THIN:
        content.verticals.append(((item.x0 + item.x1) / 2, item.y0, item.y1))
    elif isinstance(item, LTRect) and item.stroke and not flat and not steep:
        # A rectangle without an outline is a background; editors put one behind every line of highlighted text.
        content.horizontals += [(item.y0, item.x0, item.x1), (item.y1, item.x0, item.x1)]
        content.verticals += [(item.x0, item.y0, item.y1), (item.x1, item.y0, item.y1)]


def form_lines(glyphs: Iterable[Glyph]) -> list[TextLine]:
    """Form lines from top to bottom; text that runs up or down gives lines of its own after the others."""
    level: list[Glyph] = []
    turned: dict[int, list[Glyph]] = {}
    for glyph in glyphs:
        (turned.setdefault(glyph.turn, []) if glyph.turn else level).append(glyph)
    lines = [_line(row) for row in rows_by_line(level) if _is_seen(row)]
    for turn, column in turned.items():
        # Turn the glyphs so that lines along y are read like lines along x.
        upright = [
            Glyph(each.text, turn * each.y0, -turn * each.x1, turn * each.y1, -turn * each.x0, each.size)
            if turn > 0
            else Glyph(each.text, -each.y1, each.x0, -each.y0, each.x1, each.size)
            for each in column
        ]
        x0, x1 = min(each.x0 for each in column), max(each.x1 for each in column)
        y0, y1 = min(each.y0 for each in column), max(each.y1 for each in column)
        for line in (_line(row) for row in rows_by_line(upright) if _is_seen(row)):
            lines.append(TextLine(x0, x1, y0, y1, line.size, ((x0, line.text),)))
    return lines


def rows_by_line(glyphs: Iterable[Glyph]) -> list[list[Glyph]]:
    """Group level glyphs into lines from top to bottom; within a line they are in no order."""
    rows: list[list[Glyph]] = []
    row: list[Glyph] = []
    center = size = least = 0.0
    # Twice the height of the middle, and the place in the file, so that no glyphs are compared.
    placed = sorted([(-glyph.y0 - glyph.y1, at, glyph) for at, glyph in enumerate(glyphs)])
    for twice, _, glyph in placed:
        y, own = -twice / 2, glyph.size
        if y >= least and row or row and center - y <= 0.4 * max(size, min(own, 1.5 * size)):
            row.append(glyph)
            if own > size:
                center, size = y, own
                least = center - 0.4 * size
        else:
            row = [glyph]
            rows.append(row)
            center, size = y, own
            least = center - 0.4 * size
    return rows


def _is_seen(row: Sequence[Glyph]) -> bool:
    return any(each.text != " " for each in row)


def _line(row: Sequence[Glyph]) -> TextLine:
    everything = _without_shadows(sorted(row, key=_BY_PLACE))
    # Places of the spaces in the file; other spaces are recognised by gaps.
    blanks = sorted(each.x for each in everything if each.text == " ")
    ordered = [each for each in everything if each.text != " "] if blanks else everything
    _, _, bottoms, ends, tops, sizes, _ = zip(*ordered, strict=True)
    size = sorted(sizes)[len(sizes) // 2]
    # With gaps up to this there is no space, whatever the characters.
    close = _CLOSE * min(sizes)
    is_loose = _is_loose(ordered, blanks)
    segments: list[tuple[float, str]] = []
    before = ordered[0]
    start, text = before.x0, before.text
    for glyph in ordered[1:]:
        gap = glyph.x0 - before.x1
        if gap <= close:
            text += glyph.text
        elif gap > CELL_GAP * size:
            segments.append((start, text))
            start, text = glyph.x0, glyph.text
        else:
            both = before.text + glyph.text
            if is_loose and (han_count(both) or both.isdigit()):
                spaced = gap > _HAN_SPACE * size
            else:
                has_blank = gap > 0.1 * size and _has_blank(blanks, before, glyph)
                spaced = has_blank or _is_space(before, glyph, gap)
            text += (" " if spaced else "") + glyph.text
        before = glyph
    segments.append((start, text))
    return TextLine(
        x0=ordered[0].x0,
        x1=max(ends),
        y0=min(bottoms),
        y1=max(tops),
        size=size,
        segments=tuple(segments),
    )


def _has_blank(blanks: Sequence[float], before: Glyph, glyph: Glyph) -> bool:
    return bisect_left(blanks, before.x) < bisect_right(blanks, glyph.x)


def _is_loose(ordered: Sequence[Glyph], blanks: Sequence[float]) -> bool:
    """Tell whether a blank follows nearly every Han character, as recognition writes them: then it parts nothing."""
    if not blanks:
        return False
    neighbours = zip(ordered, ordered[1:], strict=False)
    pairs = [pair for pair in neighbours if han_count(pair[0].text) and han_count(pair[1].text)]
    return len(pairs) >= _PAIRS and sum(_has_blank(blanks, *pair) for pair in pairs) >= _MOST_PAIRS * len(pairs)


def _is_space(before: Glyph, glyph: Glyph, gap: float) -> bool:
    latin = not han_count(before.text + glyph.text) and (before.text + glyph.text).isascii()
    return gap > (_LATIN_SPACE if latin else _HAN_SPACE) * min(before.size, glyph.size)


def _without_shadows(row: list[Glyph]) -> list[Glyph]:
    """Drop the second of two equal characters printed a little apart to look bold."""
    kept: list[Glyph] = []
    # Where the left third of the characters before ends: a twin begins in it.
    reach = -inf
    for glyph in row:
        twin = glyph.x0 < reach and any(
            each.text == glyph.text
            and glyph.x0 - each.x0 < 0.3 * (each.x1 - each.x0)
            and abs(glyph.y - each.y) < 0.3 * (each.y1 - each.y0)
            for each in kept[-3:]
        )
        if not twin:
            kept.append(glyph)
            reach = max(reach, glyph.x0 + 0.3 * (glyph.x1 - glyph.x0))
    return kept
