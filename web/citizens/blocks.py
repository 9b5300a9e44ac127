"""A document's text as it stands on pages: its paragraphs and tables, and where a long one is cut."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import chain, count, groupby

from archive.document import Attachment, Document, label_at
from indexer.snippets import Fragment, Marker
from web.search.views import FileView

# What a page of a text may weigh, in bytes of UTF-8 and markup: 60 KB with all that surrounds it.
PAGE = 36_000
# Of a table or a paragraph that is longer, so much makes a piece; rows are filled up to so many cells.
_ROWS = _LONG = 18_000
_FILLED = 40
_MARKUP = 12


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph (``rows`` empty) or a table; ``name`` is what a hit in it calls it ("表 2"), "" if it has none.

    ``sheet`` names the page of the original that it begins on ("第 3 页"). ``mark`` counts the blocks with searched
    words through the whole document, from 1; 0 for one without.
    """

    text: Sequence[Fragment] = ()
    rows: Sequence[Sequence[Sequence[Fragment]]] = ()
    name: str = ""
    sheet: str = ""
    mark: int = 0

    @property
    def weight(self) -> int:
        return sum(map(_weight, (self.text, *chain(*self.rows))))

    @property
    def marked(self) -> bool:
        return any(piece.marked for cell in (self.text, *chain(*self.rows)) for piece in cell)


@dataclass(frozen=True, slots=True)
class Section:
    """A piece of the document's own text (``file`` None), or of an attachment's, which ``begins`` here or goes on.

    ``position`` counts attachments from 1.
    """

    file: FileView | None
    position: int
    begins: bool
    blocks: Sequence[Block]


def sections(document: Document, files: Sequence[FileView], marker: Marker) -> list[Section]:
    """All of a document's text and its attachments' (shown as ``files``), blocks with searched words numbered."""
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
    """The sections on pages of about ``PAGE`` bytes; a section that does not fit is cut between its blocks."""
    pages: list[list[Section]] = [[]]
    weight = 0
    for section in sections:
        begins, kept = section.begins, list[Block]()
        for block in section.blocks:
            if weight and weight + block.weight > PAGE:
                if kept:
                    pages[-1].append(replace(section, begins=begins, blocks=kept))
                    begins = False
                pages.append([])
                weight, kept = 0, []
            kept.append(block)
            weight += block.weight
        pages[-1].append(replace(section, begins=begins, blocks=kept))
    return pages


def blocks(part: Document | Attachment, marker: Marker) -> list[Block]:
    """A text as paragraphs and tables: lines with tabs that follow each other are rows of one table, by its place."""
    found: list[Block] = []
    numbered = [(line, *_place(part, number)) for number, line in enumerate(part.text.splitlines())]
    for (is_row, table), lines in groupby(numbered, lambda each: ("\t" in each[0], each[2] if "\t" in each[0] else "")):
        if is_row:
            found += _tables(table, [(sheet, line.split("\t")) for line, sheet, _ in lines], marker)
        else:
            found += [
                Block(text=piece, sheet=sheet) for line, sheet, _ in lines for piece in _pieces(marker.fragments(line))
            ]
    return found


def _pieces(paragraph: list[Fragment]) -> list[list[Fragment]]:
    """A paragraph, or of one that no page could hold pieces that end with a sentence where one ends in time."""
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
        pieces[-1].append(Fragment(rest, fragment.marked))
        room = max(room - len(rest), 1)
    return [piece for piece in pieces if piece]


def _place(part: Document | Attachment, number: int) -> tuple[str, str]:
    """The page and the table that a line stands in: ("第 3 页", "表 1"), "" where its place does not say."""
    sheet, table, counted = label_at(part.places, number).partition("表 ")
    return sheet.strip(), table + counted


def _tables(name: str, rows: Sequence[tuple[str, Sequence[str]]], marker: Marker) -> list[Block]:
    """A table's rows with their pages, in pieces that fit on a page of ours, each with its first row."""
    width = min(_FILLED, max(len(row) for _, row in rows))
    marked = [(sheet, [marker.fragments(cell) for cell in (*row, *[""] * (width - len(row)))]) for sheet, row in rows]
    beginning, heading = marked[0]
    pieces: list[tuple[str, list[list[list[Fragment]]]]] = [(beginning, [heading])]
    headed = weight = sum(map(_weight, heading))
    for sheet, row in marked[1:]:
        own = sum(map(_weight, row))
        if weight + own > max(_ROWS, 2 * headed) and len(pieces[-1][1]) > 1:
            pieces.append((sheet, [heading]))
            weight = headed
        weight += own
        pieces[-1][1].append(row)
    return [Block(rows=piece, name=name, sheet=sheet) for sheet, piece in pieces]


def _weight(text: Sequence[Fragment]) -> int:
    """About how many bytes a paragraph or a cell is."""
    return _MARKUP + sum(3 * len(piece.text) for piece in text)
