"""A document's text as pages show it: paragraphs, tables, and where a long text is cut."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, groupby
from operator import attrgetter
from typing import Protocol

from archive.document import Attachment, Document, label_at
from indexer.snippets import Fragment
from web.search.views import FileView

# Bytes of UTF-8 text and markup that one page of a text may hold; with everything around it the page stays under 60 KB.
PAGE = 36_000
# Bytes in each piece of a table or a paragraph too long for one page, and the cells to which table rows are padded.
_ROWS = _LONG = 18_000
_FILLED = 40
_MARKUP = 12
_MARKED = attrgetter("marked")


class Marks(Protocol):
    """What marks words in a paragraph or a cell: a reader's search, or a pre-check's findings."""

    def fragments(self, text: str) -> list[Fragment]: ...


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``rows`` empty) or a table. ``name`` is what a hit calls it ("表 2"), "" if it has none.

    ``sheet`` names the page of the original on which it begins ("第 3 页"). ``mark`` numbers the blocks that contain
    searched words, from 1 through the whole document; it is 0 for a block without any. ``weight`` estimates its bytes.
    """

    text: Sequence[Fragment] = ()
    rows: Sequence[Sequence[Sequence[Fragment]]] = ()
    name: str = ""
    sheet: str = ""
    mark: int = 0
    weight: int = 0

    @property
    def marked(self) -> bool:
        # There may be thousands of cells.
        return any(map(_MARKED, chain(self.text, chain.from_iterable(chain.from_iterable(self.rows)))))


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
    parts: tuple[Document | Attachment, ...] = (document, *document.attachments)
    numbers = count(1)
    return [
        Section(
            files[at - 1] if at else None,
            at,
            True,
            [replace(block, mark=next(numbers)) if block.marked else block for block in blocks(part, marker)],
        )
        for at, part in enumerate(parts)
    ]


def paged(sections: Sequence[Section]) -> list[list[Section]]:
    """Split sections into pages of about ``PAGE`` bytes. A section that does not fit is cut between its blocks."""
    pages: list[list[Section]] = [[]]
    weight = 0
    for section in sections:
        begins, kept = section.begins, list[Block]()
        for block in section.blocks:
            own = block.weight
            if weight and weight + own > PAGE:
                if kept:
                    pages[-1].append(replace(section, begins=begins, blocks=kept))
                    begins = False
                pages.append([])
                weight, kept = 0, []
            kept.append(block)
            weight += own
        pages[-1].append(replace(section, begins=begins, blocks=kept))
    return pages


def blocks(part: Document | Attachment, marker: Marks) -> list[Block]:
    """Split a text into paragraphs and tables. Consecutive lines with tabs in the same place are rows of one table."""
    found: list[Block] = []
    numbered = [(line, *_place(part, number)) for number, line in enumerate(part.text.splitlines())]
    for (is_row, table), lines in groupby(numbered, lambda each: ("\t" in each[0], each[2] if "\t" in each[0] else "")):
        if is_row:
            found += _tables(table, [(sheet, line.split("\t")) for line, sheet, _ in lines], marker)
        else:
            found += [
                Block(text=piece, sheet=sheet, weight=_weight(piece))
                for line, sheet, _ in lines
                for piece in _pieces(marker.fragments(line))
            ]
    return found


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


def _place(part: Document | Attachment, number: int) -> tuple[str, str]:
    """Return a line's page and table: ("第 3 页", "表 1"), with "" for what its place does not say."""
    if not part.places:
        return "", ""
    sheet, table, counted = label_at(part.places, number).partition("表 ")
    return sheet.strip(), table + counted


def _tables(name: str, rows: Sequence[tuple[str, Sequence[str]]], marker: Marks) -> list[Block]:
    """Split a table's rows, given with their pages, into pieces that fit on a page. Each repeats the first row."""
    width = min(_FILLED, max(len(row) for _, row in rows))
    beginning, first = rows[0]
    heading, headed = _row(first, width, marker)
    pieces: list[tuple[str, list[list[list[Fragment]]]]] = [(beginning, [heading])]
    weights = [headed]
    for sheet, cells in rows[1:]:
        row, own = _row(cells, width, marker)
        if weights[-1] + own > max(_ROWS, 2 * headed) and len(pieces[-1][1]) > 1:
            pieces.append((sheet, [heading]))
            weights.append(headed)
        weights[-1] += own
        pieces[-1][1].append(row)
    return [
        Block(rows=piece, name=name, sheet=sheet, weight=weight)
        for (sheet, piece), weight in zip(pieces, weights, strict=True)
    ]


def _row(cells: Sequence[str], width: int, marker: Marks) -> tuple[list[list[Fragment]], int]:
    """Mark the cells of a row, and fill it up. Returns its weight, too."""
    filled = [marker.fragments(cell) if cell else [] for cell in cells] + [[]] * (width - len(cells))
    return filled, _MARKUP * len(filled) + 3 * sum(map(len, cells))


def _weight(text: Sequence[Fragment]) -> int:
    """Estimate the bytes of a paragraph or a cell."""
    return _MARKUP + 3 * sum([len(piece.text) for piece in text])
