"""Joining the lines of PDF pages into paragraphs."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from archive.extract.pdf.grid import TableRow
from archive.extract.pdf.page import TextLine
from archive.extract.text.characters import clean, joined, row
from archive.extract.text.tables import Row

_SENTENCE_END = re.compile(r"[。；;：:！!？?”）)…]")
_BEGINNING = re.compile(
    r"(?:[一二三四五六七八九十百]+、|[（(][一二三四五六七八九十\d]+[）)]|第[一二三四五六七八九十百零〇\d]+[条章节编款]|\d{1,2}[.、．]\D|附\s*件)"
)


# What begins a line and can't be parted: a character or a number, with the marks that may not stand at an end.
_UNIT = re.compile(r"[（(《〈“‘【〔「]*(?:[A-Za-z\d][A-Za-z\d.,%:/-]*|.)[，。、；：！？）》〉〕】”’…—)]*")
# A line that begins so far to the right is indented, in multiples of the type size.
_INDENT = 1.2
# How wide a letter or a figure is, in multiples of the type size.
_LETTER = 0.55
_STOP = frozenset("。！？!?")
# In a text without indents a sentence that ends with a full line ends its paragraph, if so many times more sentences
# end one than don't, at least so many end one, and at most this share of paragraphs is indented.
_TIMES, _ENDS, _INDENTED = 3, 10, 0.2

Item = TextLine | TableRow


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph or table row, the page on which it begins (from 1), and the number of its table or 0."""

    text: str
    page: int
    table: int = 0
    row: Row | None = None

    @property
    def label(self) -> str:
        """The label of its place (see ``Place``)."""
        return f"第 {self.page} 页 表 {self.table}" if self.table else f"第 {self.page} 页"


@dataclass(frozen=True, slots=True)
class _Block:
    """The left and right bounds of a page's text, and the distance between its lines, in points."""

    left: float
    right: float
    leading: float


def paragraphs_of(pages: Sequence[Sequence[Item]]) -> list[Paragraph]:
    """Join the lines of all pages into paragraphs, also across page breaks and columns."""
    sheets = [(number, sheet) for number, page in enumerate(pages, 1) for sheet in _columns(page)]
    blocks = _blocks([sheet for _, sheet in sheets])
    # The lines of each paragraph, its page and its table row.
    found: list[tuple[list[str], int, TableRow | None]] = []
    # Lines before which nothing but the sense tells whether a paragraph begins: its place in ``found``, theirs in it,
    # and their page.
    doubts: list[tuple[int, int, int]] = []
    indented = 0
    # Where in ``found`` the paragraph is that goes on, and its last line with its sheet.
    open_at = 0
    last: tuple[TextLine, int] | None = None
    for at, (number, sheet) in enumerate(sheets):
        for position, item in enumerate(sheet):
            if isinstance(item, TextLine) and item.is_running:
                found.append(([clean(item.text)], number, None))
                continue
            row = item.text if isinstance(item, TableRow) else _as_row(sheet, position)
            if row or isinstance(item, TableRow):
                found.append(([row], number, item if isinstance(item, TableRow) else None))
                last = None
                continue
            text = clean(item.text)
            if last is not None and _parted(last[0], item, number - sheets[last[1]][0]):
                last = None
            same = last is not None and last[1] == at
            if last is None or _begins(item, last[0], blocks[last[1]], blocks[at], found[open_at][0][-1], same):
                open_at = len(found)
                found.append(([text], number, None))
                indented += item.x0 > blocks[at].left + _INDENT * item.size
            elif text:
                if found[open_at][0][-1][-1:] in _STOP and item.x0 <= blocks[at].left + _INDENT * item.size:
                    doubts.append((open_at, len(found[open_at][0]), number))
                found[open_at][0].append(text)
            last = (item, at)
    if _parts_sentences(found, len(doubts), indented):
        for at, line, page in sorted(doubts, reverse=True):
            lines, number, _ = found[at]
            found[at : at + 1] = [(lines[:line], number, None), (lines[line:], page, None)]
    return [
        Paragraph(text, number, row.table if row else 0, row.row if row else None)
        for lines, number, row in found
        if (text := joined(*lines))
    ]


def _parts_sentences(found: Sequence[tuple[list[str], int, TableRow | None]], doubts: int, indented: int) -> bool:
    """Tell whether a text has no indents, and its paragraphs so few sentences that a full line may end one."""
    texts = ["".join(lines) for lines, _, row in found if row is None]
    ends = sum(text[-1:] in _STOP for text in texts)
    inside = sum(each in _STOP for text in texts for each in text) - ends - doubts
    return indented <= _INDENTED * len(texts) and ends > max(_TIMES * inside, _ENDS)


def _parted(last: TextLine, line: TextLine, pages: int) -> bool:
    """Tell whether two lines, that many pages apart, can't be of one paragraph."""
    # A page between them is a picture or broken; a line across both columns belongs to neither.
    return pages > 1 or pages == 0 and bool(last.column) != bool(line.column)


def _columns(page: Sequence[Item]) -> list[list[Item]]:
    """Split a page's items into its columns; a table belongs to the column above it."""
    sheets: list[list[Item]] = [[]]
    column = 0
    for item in page:
        if isinstance(item, TextLine) and not item.is_running and item.column != column:
            column = item.column
            sheets.append([])
        sheets[-1].append(item)
    return sheets


def _blocks(pages: Sequence[Sequence[Item]]) -> list[_Block]:
    """Return the text block of each page; one with few lines gets the median of those that are turned as it is."""
    texts = [[item for item in page if isinstance(item, TextLine) and not item.is_running] for page in pages]
    common = {
        is_turned: _common([lines for lines in texts if _is_turned(lines) is is_turned]) for is_turned in (True, False)
    }
    return [_block(lines) or common[_is_turned(lines)] for lines in texts]


def _is_turned(lines: Sequence[TextLine]) -> bool:
    return any(line.column < 0 for line in lines)


def _common(texts: Sequence[Sequence[TextLine]]) -> _Block:
    known = [block for block in map(_block, texts) if block is not None]
    if known:
        sides = zip(*((block.left, block.right, block.leading) for block in known), strict=True)
        return _Block(*map(median, sides))
    lines = [line for text in texts for line in text]
    left = min((line.x0 for line in lines), default=0.0)
    return _Block(left, max((line.x1 for line in lines), default=0.0), 0)


def _block(lines: Sequence[TextLine]) -> _Block | None:
    if len(lines) < 4:
        return None
    widest = max(line.x1 - line.x0 for line in lines)
    long = [line for line in lines if line.x1 - line.x0 > 0.75 * widest]
    steps = [above.y1 - below.y1 for above, below in zip(lines, lines[1:], strict=False) if above.y1 > below.y1]
    return _Block(min(line.x0 for line in long), max(line.x1 for line in long), median(steps) if steps else 0)


def _begins(line: TextLine, last: TextLine, block: _Block, own: _Block, before: str, same_page: bool) -> bool:
    """Tell whether a line begins a paragraph, given the line before it and the text blocks of both."""
    size = max(line.size, last.size)
    if abs(line.size - last.size) > 0.12 * size:
        return True
    ended = bool(_SENTENCE_END.match(before[-1:]))
    # Whether the line before had room for what begins this one.
    room = (block.right - last.x1) / size
    need = _need(clean(line.text))
    if room > (need + 0.1 if ended else max(need + 0.3, 2.2)):
        return True
    # Signatures and dates are far to the right, each on a line of its own.
    if min(line.x0 - own.left, last.x0 - block.left) > 4 * size:
        return True
    # What begins to the left of such a line does not continue it; no first line has such an indent.
    if last.x0 - block.left > 2.5 * size and last.x0 - block.left > line.x0 - own.left + size:
        return True
    indented = line.x0 > own.left + _INDENT * size
    if indented and (ended or line.x0 - own.left > (last.x0 - block.left) + 0.5 * size):
        return True
    if ended and _BEGINNING.match(clean(line.text)):
        return True
    return same_page and own.leading > 0 and last.y1 - line.y1 > 1.5 * own.leading


def _need(text: str) -> float:
    """Return how wide the first part of a line is that can't be parted, in multiples of the type size."""
    unit = _UNIT.match(text)
    return sum(_LETTER if each.isascii() else 1.0 for each in unit[0]) if unit else 1.0


def _as_row(page: Sequence[Item], position: int) -> str:
    """Return a line as a table row if it consists of cells without rules around them, else ""."""
    line = page[position]
    if isinstance(line, TableRow) or len(line.segments) < 2:
        return ""
    lined_up = any(_aligned(line, other) for other in _neighbours(page, position))
    if len(line.segments) >= 3 and max(len(text) for _, text in line.segments) > 1 or lined_up:
        return row([text for _, text in line.segments])
    return ""


def _neighbours(page: Sequence[Item], position: int) -> Iterator[TextLine]:
    for index in (position - 1, position + 1):
        if 0 <= index < len(page):
            other = page[index]
            if isinstance(other, TextLine) and len(other.segments) >= 2:
                yield other


def _aligned(line: TextLine, other: TextLine) -> bool:
    return any(abs(mine - theirs) < line.size for mine, _ in line.segments[1:] for theirs, _ in other.segments[1:])
