"""Lines of PDF pages joined to the paragraphs that they were before they were set."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

from archive.extract.characters import clean, joined, row
from archive.extract.pdfpage import TextLine

_SENTENCE_END = re.compile(r"[。；;：:！!？?”）)…]$")
_BEGINNING = re.compile(
    r"(?:[一二三四五六七八九十百]+、|[（(][一二三四五六七八九十\d]+[）)]|第[一二三四五六七八九十百零〇\d]+[条章节编款]|\d{1,2}[.、．]\D|附\s*件)"
)


@dataclass(frozen=True, slots=True)
class Item:
    """A line of text, or a table row that is ready."""

    line: TextLine | None = None
    row: str = ""


@dataclass(frozen=True, slots=True)
class _Block:
    """Where the text of a page stands, and how far apart its lines are."""

    left: float
    right: float
    leading: float


def paragraphs_of(pages: Sequence[Sequence[Item]], title: str | None) -> list[str]:
    """The paragraphs of all pages; one that goes on over a page break is one, and so is a broken title."""
    blocks = _blocks(pages)
    found: list[str] = []
    pending = ""
    last: tuple[TextLine, int] | None = None
    for number, (page, block) in enumerate(zip(pages, blocks, strict=True)):
        for position, item in enumerate(page):
            ready = item.row or _as_row(page, position)
            if ready or item.line is None:
                found += [pending, ready]
                pending, last = "", None
                continue
            text = clean(item.line.text)
            same_page = last is not None and last[1] == number
            if last is None or _begins(item.line, last[0], blocks[last[1]], block, pending, same_page):
                found.append(pending)
                pending = text
            else:
                pending = joined(pending, text)
            last = (item.line, number)
    found.append(pending)
    return [paragraph for paragraph in found if paragraph]


def _blocks(pages: Sequence[Sequence[Item]]) -> list[_Block]:
    """The text block of each page; a page with few lines has that of the whole document."""
    everything = [_block([item.line for item in page if item.line is not None]) for page in pages]
    known = [block for block in everything if block is not None]
    if not known:
        lines = [item.line for page in pages for item in page if item.line is not None]
        left = min((line.x0 for line in lines), default=0)
        return [_Block(left, max((line.x1 for line in lines), default=0), 0) for _ in pages]
    common = _Block(*(median(values) for values in zip(*((b.left, b.right, b.leading) for b in known), strict=True)))
    return [common if block is None else block for block in everything]


def _block(lines: Sequence[TextLine]) -> _Block | None:
    if len(lines) < 4:
        return None
    widest = max(line.x1 - line.x0 for line in lines)
    long = [line for line in lines if line.x1 - line.x0 > 0.75 * widest]
    steps = [above.y1 - below.y1 for above, below in zip(lines, lines[1:], strict=False) if above.y1 > below.y1]
    return _Block(min(line.x0 for line in long), max(line.x1 for line in long), median(steps) if steps else 0)


def _begins(line: TextLine, last: TextLine, block: _Block, own: _Block, before: str, same_page: bool) -> bool:
    """Whether a line begins a paragraph, given the line before it and the blocks of text that both stand in."""
    size = max(line.size, last.size)
    if abs(line.size - last.size) > 0.12 * size:
        return True
    if last.x1 < block.right - 2.2 * size:
        return True
    # Signatures and dates stand to the right, each in a line of its own.
    if min(line.x0 - own.left, last.x0 - block.left) > 4 * size:
        return True
    ended = bool(_SENTENCE_END.search(before))
    indented = line.x0 > own.left + 1.2 * size
    if indented and (ended or line.x0 - own.left > (last.x0 - block.left) + 0.5 * size):
        return True
    if ended and _BEGINNING.match(clean(line.text)):
        return True
    return same_page and own.leading > 0 and last.y1 - line.y1 > 1.5 * own.leading


def _as_row(page: Sequence[Item], position: int) -> str:
    """A line of cells that no rules were drawn around, as a row; "" if it is no such line."""
    line = page[position].line
    if line is None or len(line.segments) < 2:
        return ""
    lined_up = any(_aligned(line, other) for other in _neighbours(page, position))
    if len(line.segments) >= 3 and max(len(text) for _, text in line.segments) > 1 or lined_up:
        return row([text for _, text in line.segments])
    return ""


def _neighbours(page: Sequence[Item], position: int) -> Iterator[TextLine]:
    for index in (position - 1, position + 1):
        if 0 <= index < len(page):
            other = page[index].line
            if other is not None and len(other.segments) >= 2:
                yield other


def _aligned(line: TextLine, other: TextLine) -> bool:
    return any(
        abs(mine - theirs) < line.size for mine, _ in line.segments[1:] for theirs, _ in other.segments[1:]
    )
