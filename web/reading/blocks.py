"""A document's text as pages show it: paragraphs, tables, and where a long text is cut."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, count
from operator import attrgetter
from typing import NamedTuple, Protocol

from archive.document import Attachment, Document, Merged, Place, place_at, recognised_pages
from archive.structure import Element, Role, structure
from archive.tables import Table, parts, sheet_at
from indexer.snippets import Fragment
from web.search.views import FileView

# Bytes of UTF-8 text and markup that one page of a text may hold; with everything around it the page stays under 60 KB.
PAGE = 32_000
# Bytes in each piece of a table or a paragraph too long for one page, and the cells to which table rows are padded.
_ROWS = _LONG = PAGE // 2
_FILLED = 40
_MARKUP = 12
# Bytes around a table, and what a cell says of the rows and columns that it covers.
_FRAME, _SPAN = 560, 24
# From so many columns on, the first of a table with a head names its rows, and stays where it scrolls.
_NAMING = 4
_FIGURE = re.compile(r"[-+]?[\d,.]+%?")
# A table of more rows is shown within a frame of its own, where its head stays.
_TALL = 30
# Bytes around the words of a heading or an article's number, which has them twice.
_LEAD = 60
_MARKED = attrgetter("marked")
_PIECES = attrgetter("pieces")
# A page goes on to the next such heading only while it is less full than this, and ends above one near its end.
_CUT = 2
_FULL, _NEAR = PAGE * 2 // 3, PAGE - 1_500
# A row that names the rows below it is short; a longer one is a note.
_SUBHEAD = 40


class Marks(Protocol):
    """What marks words in a paragraph or a cell: a reader's search, or a pre-check's findings."""

    def fragments(self, text: str) -> list[Fragment]: ...


@dataclass(frozen=True, slots=True)
class Linked:
    """A piece of text that names another public document, at ``url``."""

    pieces: Sequence[Fragment]
    url: str

    @property
    def text(self) -> str:
        return "".join(each.text for each in self.pieces)

    @property
    def marked(self) -> bool:
        return any(map(_MARKED, self.pieces))


Piece = Fragment | Linked


class Cell(NamedTuple):
    """A cell of a table, over so many ``rows`` and ``columns``; ``scope`` is that of HTML if it is a head, else ""."""

    pieces: Sequence[Piece]
    rows: int = 1
    columns: int = 1
    scope: str = ""


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``rows`` empty) or a table. ``name`` is what a hit calls it ("表 2"), "" if it has none.

    The first ``heads`` rows are the table's head; what a merged cell covers is not among the cells of its row.
    The first column of a ``named`` table names its rows.
    ``table`` numbers the tables of a text from 1; it is 0 for a piece that goes on with the block before. ``sheet``
    names the page of the original on which the block begins ("第 3 页"), and ``recognised`` is that page's number if a
    machine recognised its text, 0 if not. ``mark`` numbers the blocks that contain searched words, from 1 through the
    whole document; it is 0 for a block without any. ``weight`` estimates its bytes.

    ``element`` is what a paragraph is in its text, None for a plain one. The first ``lead`` fragments are the words
    that are a heading or an article's number, and ``anchor`` is their address on the page. A heading has the
    ``level`` of HTML, 0 until that is known. ``paragraph`` is the
    number of the paragraph, or of a table's first row, and it is ``sought`` if a link leads there.
    """

    text: Sequence[Piece] = ()
    rows: Sequence[Sequence[Cell]] = ()
    heads: int = 0
    table: int = 0
    name: str = ""
    sheet: str = ""
    recognised: int = 0
    mark: int = 0
    weight: int = 0
    element: Element | None = None
    lead: int = 0
    anchor: str = ""
    level: int = 0
    paragraph: int = 0
    sought: bool = False
    named: bool = False

    @property
    def tall(self) -> bool:
        """Whether a table is longer than a screen."""
        return len(self.rows) > _TALL

    @property
    def columns(self) -> int:
        """How many columns a table has."""
        return sum(each.columns for each in self.rows[0]) if self.rows else 0

    @property
    def stands_alone(self) -> bool:
        """Whether this is a heading, or an inner title, with nothing behind it in its paragraph."""
        return self.element is not None and self.element.depth > 0 and self.lead in (0, len(self.text))

    @property
    def heads_more(self) -> bool:
        """Whether this is a heading of the first two levels, at which a long text is rather cut than elsewhere."""
        return self.element is not None and 0 < self.element.depth <= _CUT

    @property
    def marked(self) -> bool:
        # There may be thousands of cells.
        return any(map(_MARKED, chain(self.text, chain.from_iterable(map(_PIECES, chain.from_iterable(self.rows))))))


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of the document's own text (``file`` None) or of an attachment's. The text ``begins`` here or continues.

    ``position`` counts attachments from 1.
    """

    file: FileView | None
    position: int
    begins: bool
    blocks: Sequence[Block]


def sections(document: Document, files: Sequence[FileView], marker: Marks) -> list[Section]:
    """Return the text of a document and its attachments (shown as ``files``), with matching blocks numbered."""
    texts: tuple[Document | Attachment, ...] = (document, *document.attachments)
    numbers, anchors = count(1), _Anchors()
    return [
        Section(
            files[at - 1] if at else None,
            at,
            True,
            [
                replace(block, mark=next(numbers) if block.marked else 0, anchor=anchors.of(block.element))
                if block.element or block.marked
                else block
                for block in blocks(part, marker, structure(part, document.metadata.title, attached=bool(at)))
            ],
        )
        for at, part in enumerate(texts)
    ]


class _Anchors:
    """The addresses of headings and articles, each once in a document."""

    def __init__(self) -> None:
        self._headings = count(1)
        self._articles: dict[str, int] = {}

    def of(self, element: Element | None) -> str:
        if element is None:
            return ""
        if element.role is Role.ARTICLE:
            times = self._articles[element.label] = self._articles.get(element.label, 0) + 1
            return element.label if times == 1 else f"{element.label}-{times}"
        return f"s{next(self._headings)}" if element.depth else ""


def paged(sections: Sequence[Section]) -> list[list[Section]]:
    """Split sections into pages of about ``PAGE`` bytes. A section that does not fit is cut between its blocks."""
    pages: list[list[Section]] = [[]]
    weight = 0
    for section in sections:
        begins, kept = section.begins, list[Block]()
        for block in section.blocks:
            own = block.weight
            full = weight + own > PAGE or block.heads_more and (weight > _FULL or weight + own > _NEAR)
            if weight and full:
                if kept:
                    pages[-1].append(replace(section, begins=begins, blocks=kept))
                    begins = False
                pages.append([])
                weight, kept = 0, []
            kept.append(block)
            weight += own
        pages[-1].append(replace(section, begins=begins, blocks=kept))
    return pages


def blocks(part: Document | Attachment, marker: Marks, elements: Mapping[int, Element] | None = None) -> list[Block]:
    """Split a text into paragraphs and tables. ``elements`` are those of its structure."""
    found: list[Block] = []
    numbers = count(1)
    elements = elements or {}
    for each in parts(part):
        if isinstance(each, Table):
            found += _tables(each, next(numbers), part.places, marker)
        else:
            start, lines = each
            for number, line in enumerate(lines, start):
                element, fragments = elements.get(number), marker.fragments(line)
                sheet, recognised = sheet_at(part.places, number), _recognised(part.places, number)
                if element is not None and element.end:
                    before, behind = split_at(fragments, element.end)
                    fragments, lead = [*before, *behind], len(before)
                else:
                    lead = 0
                for at, piece in enumerate(_pieces(fragments)):
                    # What goes on with a paragraph is plain.
                    begins = element is not None and not at
                    found.append(
                        Block(
                            text=piece,
                            sheet=sheet,
                            recognised=recognised,
                            weight=_weight(piece) + _LEAD * begins,
                            element=element if begins else None,
                            lead=lead if begins else 0,
                            paragraph=number,
                        )
                    )
    return found


def split_at(fragments: Sequence[Fragment], at: int) -> tuple[list[Fragment], list[Fragment]]:
    """Cut the fragments of a text at a place in it."""
    if len(fragments) == 1 and type(fragments[0]) is Fragment and 0 < at < len(fragments[0].text):
        # Most paragraphs are one.
        text, marked = fragments[0].text, fragments[0].marked
        return [Fragment(text[:at], marked)], [Fragment(text[at:], marked)]
    before: list[Fragment] = []
    for number, each in enumerate(fragments):
        if len(each.text) > at:
            if not at:
                return before, [*fragments[number:]]
            pieces = replace(each, text=each.text[:at]), replace(each, text=each.text[at:])
            return [*before, pieces[0]], [pieces[1], *fragments[number + 1 :]]
        before.append(each)
        at -= len(each.text)
    return before, []


def _recognised(places: Sequence[Place], paragraph: int) -> int:
    place = place_at(places, paragraph)
    return next(iter(recognised_pages([place])), 0) if place else 0


def _pieces(paragraph: list[Fragment]) -> list[list[Fragment]]:
    """Split a paragraph that no page could hold, at the end of a sentence if possible. Others stay whole."""
    if _weight(paragraph) <= _LONG:
        return [paragraph]
    pieces: list[list[Fragment]] = [[]]
    room = _LONG // 3
    for fragment in paragraph:
        rest = fragment.text
        while len(rest) > room and not fragment.marked:
            end = rest.rfind("。", 0, room) + 1 or room
            pieces[-1].append(Fragment(rest[:end], marked=False))
            pieces.append([])
            rest, room = rest[end:], _LONG // 3
        pieces[-1].append(replace(fragment, text=rest))
        room = max(room - len(rest), 1)
    return [piece for piece in pieces if piece]


def _tables(table: Table, number: int, places: Sequence[Place], marker: Marks) -> list[Block]:
    """Split a table into pieces that fit on a page. Each repeats the head, or else the first row."""
    width = min(_FILLED, table.width)
    heading = max(table.heads, 1)
    weights = [_MARKUP * (max(width, len(row)) + 1) + 3 * sum(map(len, row)) for row in table.rows]
    for each in table.merged:
        weights[each.row] += _SPAN
    headed = _FRAME + sum(weights[:heading])
    pieces = [[0, heading, headed]]
    for at in range(heading, len(weights)):
        _, end, weight = pieces[-1]
        if weight + weights[at] > max(_ROWS, 2 * headed) and end > max(pieces[-1][0], heading):
            pieces.append([at, at, headed])
        pieces[-1][1] = at + 1
        pieces[-1][2] += weights[at]
    cells = _Cells(table, width, marker)
    head = cells.rows(0, heading)
    return [
        Block(
            rows=[*head, *cells.rows(max(start, heading), end)] if start or table.heads else cells.rows(0, end),
            heads=table.heads,
            table=0 if start else number,
            named=cells.named,
            name=table.name,
            sheet=sheet_at(places, table.start + start),
            recognised=_recognised(places, table.start + start),
            weight=weight,
            paragraph=table.start + start,
        )
        for start, end, weight in pieces
    ]


def _names_rows(table: Table) -> bool:
    """Tell whether the first column of a table names its rows: by itself, and with no figures."""
    if not table.heads or table.width < _NAMING:
        return False
    if any(not each.column and 1 < each.columns < table.width and each.row >= table.heads for each in table.merged):
        return False
    return not any(_FIGURE.fullmatch(row[0]) for row in table.rows[table.heads :])


class _Cells:
    """The cells of a table as pages show them, of any range of rows."""

    def __init__(self, table: Table, width: int, marker: Marks) -> None:
        self._table = table
        self._width = width
        self._marker = marker
        self.named = _names_rows(table)
        # For each row, the merged cells that are in it, by their first columns.
        self._merged: dict[int, dict[int, Merged]] = {}
        for each in table.merged:
            for row in range(each.row, each.row + each.rows):
                self._merged.setdefault(row, {})[each.column] = each

    def rows(self, start: int, end: int) -> list[list[Cell]]:
        """Return the rows from ``start`` up to ``end``; a cell that is merged over either is cut there."""
        return [list(self._row(row, start, end)) for row in range(start, end)]

    def _row(self, row: int, start: int, end: int) -> Iterator[Cell]:
        texts = self._table.rows[row]
        merged = self._merged.get(row, {})
        width, column = max(self._width, len(texts)), 0
        while column < width:
            text = texts[column] if column < len(texts) else ""
            within = merged.get(column)
            if within is None:
                head = "col" if row < self._table.heads and text else ""
                if not column and self.named and row >= self._table.heads and text:
                    head = "row"
                yield Cell(self._marker.fragments(text) if text else [], scope=head)
                column += 1
                continue
            if row in (within.row, start):
                rows = min(within.row + within.rows, end) - row
                scope = self._scope(within) if text else ""
                yield Cell(self._marker.fragments(text) if text else [], rows, within.columns, scope)
            column += within.columns

    def _scope(self, merged: Merged) -> str:
        if merged.row < self._table.heads:
            return "colgroup" if merged.columns > 1 else "col"
        text = self._table.rows[merged.row][merged.column]
        if merged.columns == self._table.width:
            # A row that is one cell names those below it.
            below = merged.row + merged.rows < len(self._table.rows)
            return "colgroup" if below and len(text) <= _SUBHEAD else ""
        return "row" if merged.column == 0 and merged.rows > 1 else ""


def _weight(text: Sequence[Fragment]) -> int:
    """Estimate the bytes of a paragraph or a cell."""
    return _MARKUP + 3 * sum([len(piece.text) for piece in text])
