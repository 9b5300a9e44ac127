"""The differences between two versions as a page shows them: what is the same is folded, a long list is paged."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from archive.compare.tables import RowDifference, TableDifference
from archive.compare.texts import Moved, ParagraphDifference, Same, Table, TextDifferences
from archive.compare.versions import VersionDifferences
from archive.compare.words import Change, Piece

# Signs on a page, and in one of its paragraphs or tables, which are cut where they are longer.
PAGE = 24_000
_LONG = 6_000
# Of a long unchanged stretch within a paragraph, so much stays before and after a change.
_AROUND = 40
_STRETCH = 4 * _AROUND
_BEGINNING = 30


@dataclass(frozen=True, slots=True)
class Fold:
    """Paragraphs and tables without a change, which are only counted."""

    paragraphs: int = 0
    tables: int = 0


@dataclass(frozen=True, slots=True)
class Words:
    """A paragraph, or a part of a long one. A ``CHANGED`` piece says what is left out."""

    pieces: Sequence[Piece]
    change: Change


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Paragraphs that only moved: away from here, or to here. ``beginning`` is that of the first one."""

    count: int
    beginning: str
    away: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """A table, or a part of a long one. A number among its rows counts rows without a change."""

    name: str
    columns: Sequence[Change]
    rows: Sequence[RowDifference | int]
    change: Change


Item = Fold | Words | Elsewhere | Grid


@dataclass(frozen=True, slots=True)
class Part:
    """The items of the document's own text (``attachment`` None) or of an attachment, by its place in the list."""

    attachment: int | None
    items: Sequence[Item]


def paged(found: VersionDifferences) -> list[list[Part]]:
    """Return the differences of all texts, in pages. There is at least one page."""
    texts: list[tuple[int | None, TextDifferences]] = [(None, found.text)]
    texts += [(at, part.text) for at, part in enumerate(found.attachments)]
    every = [(at, each) for at, text in texts for each in _items(text)]
    pages: list[list[tuple[int | None, Item]]] = [[]]
    weight = 0
    for each in every:
        own = _weight(each[1])
        if weight and weight + own > PAGE:
            pages.append([])
            weight = 0
        weight += own
        pages[-1].append(each)
    return [
        [Part(at, [item for _, item in group]) for at, group in groupby(page, key=lambda each: each[0])]
        for page in pages
    ]


def changes(found: TextDifferences) -> int:
    """Count the places at which a text changed; what moved counts where it is now."""
    return sum(not isinstance(each, Same) and not (isinstance(each, Moved) and each.away) for each in found.found)


def _items(found: TextDifferences) -> Iterator[Item]:
    if not found.any:
        return
    last = len(found.found) - 1
    for at, each in enumerate(found.found):
        if isinstance(each, Same):
            yield from _folded(each.blocks, at > 0, at < last)
        elif isinstance(each, Moved):
            first = each.texts[0].strip()
            yield Elsewhere(len(each.texts), first[:_BEGINNING] + ("……" if len(first) > _BEGINNING else ""), each.away)
        elif isinstance(each, ParagraphDifference):
            yield from (Words(pieces, each.change) for pieces in _cut(_shortened(each.pieces)))
        else:
            yield from _grids(each)


def _folded(blocks: Sequence[str | Table], after: bool, before: bool) -> Iterator[Item]:
    """Fold what is the same, but for the paragraph next to a change on either side."""
    blocks = [block for block in blocks if not isinstance(block, str) or block.strip()]
    start = int(after and bool(blocks) and _short(blocks[0]))
    end = len(blocks) - int(before and len(blocks) > start and _short(blocks[-1]))
    for block in blocks[:start]:
        yield Words([Piece(str(block))], Change.SAME)
    if hidden := blocks[start:end]:
        tables = sum(isinstance(block, Table) for block in hidden)
        yield Fold(len(hidden) - tables, tables)
    for block in blocks[end:]:
        yield Words([Piece(str(block))], Change.SAME)


def _short(block: str | Table) -> bool:
    return isinstance(block, str) and len(block) <= 2 * _STRETCH


def _shortened(pieces: Sequence[Piece]) -> list[Piece]:
    """Leave out the middle of long stretches without a change; what stays of one says how much that is."""
    found: list[Piece] = []
    for at, piece in enumerate(pieces):
        if piece.change is not Change.SAME or len(piece.text) <= _STRETCH:
            found.append(piece)
            continue
        head = piece.text[:_AROUND] if at else ""
        tail = piece.text[-_AROUND:] if at < len(pieces) - 1 else ""
        left_out = len(piece.text) - len(head) - len(tail)
        found += [Piece(head), Piece(f"（省略 {left_out} 字没有变化）", Change.CHANGED), Piece(tail)]
    return [piece for piece in found if piece.text]


def _cut(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Cut a paragraph that would fill a page for itself."""
    part: list[Piece] = []
    room = _LONG
    for piece in pieces:
        for start in range(0, len(piece.text), _LONG):
            text = piece.text[start : start + _LONG]
            if len(text) > room and part:
                yield part
                part, room = [], _LONG
            part.append(Piece(text, piece.change))
            room -= len(text)
    if part:
        yield part


def _grids(table: TableDifference) -> Iterator[Grid]:
    """Fold the rows without a change, but for the heading, and cut a long table; each part has the heading."""
    rows: list[RowDifference | int] = []
    for is_same, group in groupby(table.rows[1:], lambda each: each.change is Change.SAME):
        run = [*group]
        rows += [len(run)] if is_same else run
    parts: list[list[RowDifference | int]] = [[]]
    weight = 0
    for each in rows:
        own = 0 if isinstance(each, int) else _row_weight(each)
        if weight and weight + own > _LONG:
            parts.append([])
            weight = 0
        weight += own
        parts[-1].append(each)
    for part in parts:
        yield Grid(table.name, table.columns, [*table.rows[:1], *part], table.change)


def _weight(item: Item) -> int:
    if isinstance(item, Words):
        return 10 + sum(len(piece.text) for piece in item.pieces)
    if isinstance(item, Grid):
        return 10 + sum(_row_weight(each) for each in item.rows if not isinstance(each, int))
    return 40


def _row_weight(row: RowDifference) -> int:
    return sum(8 + sum(len(piece.text) for piece in cell.pieces) for cell in row.cells)
