"""Reading Word documents from before 2007 (doc, and WPS's copy of the format).

The text is in pieces all over the file (2.8.35 PlcPcd). What is hidden, deleted by a revision, centered or the end of a
table row is stated for ranges of the file (2.8.5, 2.8.6). Numbers in this module are sections of [MS-DOC].
"""

import re
import struct
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import olefile

from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.limits import CHARACTERS
from archive.extract.text.assemble import Lines, assemble, table_labels
from archive.extract.text.carriers import Carriers
from archive.extract.text.characters import clean, joined, lines_of
from archive.extract.text.concealed import Concealed, Unseen, comments_told, doubtful_told, hidden_told
from archive.extract.text.numbering import counts_by_field, labelled, unknown_told, unread_told
from archive.extract.text.scripts import in_line
from archive.extract.text.tables import Row, nested_told
from archive.extract.text.titles import DEPTH, Look, find_title, joined_title, may_be_title
from archive.extract.word.binaryfields import Fonts, OpenFields
from archive.extract.word.binarylists import Items, Lists
from archive.extract.word.binaryrows import RowDefinition, row_definition
from archive.extract.word.binarystyles import (
    FORM,
    IN_TABLE,
    SIZE,
    SYMBOL,
    Looks,
    Properties,
    StyleSheet,
    character_ranges,
    paragraph_ranges,
)
from archive.extract.word.celltable import CellTable
from archive.extract.word.margins import margin_lines

_DAMAGED = "旧版 Word 文件（doc）已损坏或不完整，无法读取。请用办公软件打开并另存为 docx 后再提交。"
_LOCKED = "旧版 Word 文件（doc）设有打开密码，无法读取。请去掉密码后重新提交。"
_TOO_OLD = "是 Word 95 或更早的文件，暂不能抽取文字。请用办公软件打开后另存为 docx，再重新提交。"
# 2.5.1: offsets in the file information block.
_MAGIC, _FLAGS, _COUNTS = 0, 0x0A, 0x4C
_CLX = 0x1A2
_COMMENTED, _AUTHORS, _DRAWINGS, _BOXES = 0xBA, 0x1BA, 0x22A, 0x25A
_WORD_97, _WORD_95 = 0xA5EC, 0xA5DC
_ENCRYPTED, _SECOND_TABLE = 0x0100, 0x0200
# [MS-ODRAW] 2.3.23.5: the picture that a shape shows, by its small number.
_PICTURE = re.compile(rb"\x04\x41..\0\0", re.DOTALL)
# 2.6: numbers of properties.
_DELETED = 0x0800
# 2.6.2: a paragraph that ends a cell of a table within a cell, and one that ends a row of that.
_INNER_CELL, _INNER_ROW_END = 0x244B, 0x244C
_ROW_END, _ALIGNED = 0x2417, (0x2403, 0x2461)
# How many lines above the text are a title, whatever they look like.
_MORE_TITLE_LINES = 3
# The end of a title: who passed it and when, the table of contents, the first chapter or article.
_TEXT_BEGINS = re.compile(
    r"[（(]\s*(?:19|20)\d\d\s*年|(?:19|20)\d\d\s*年\s*\d{1,2}\s*月\s*\d{1,2}\s*日|目\s*录$|第[一二三四五六七八九十\d]+[编章条]|总\s*则$|一、"
)
_SIGNS = str.maketrans({"\x0b": "\n", "\x1e": "-", "\xa0": " "})
_CELL_END = "\x07"
# What ends a paragraph, a cell or a page; and text up to such an end.
_ENDS = "\r\x07\x0c"
_STRETCH = re.compile(f"[^{_ENDS}]*[{_ENDS}]|[^{_ENDS}]+")
# A character that may mean something by itself, or the text up to the next one.
_SPECIAL = f"\x01\x08\x13-\x15({_ENDS}"
_PIECE = re.compile(f"[^{_SPECIAL}]+|[{_SPECIAL}]")


@dataclass(slots=True)
class _Paragraph:
    """A paragraph or cell; ``size`` is in points, 0 if only its style states it."""

    text: str
    centered: bool = False
    size: float = 0.0
    cell: bool = False
    # What is stated of the row that ends here.
    row: RowDefinition | None = None
    # Whether a cell of a table within this one ends with it.
    inner: bool = False


@dataclass(slots=True)
class _Found:
    paragraphs: list[_Paragraph] = field(default_factory=list)
    margins: list[_Paragraph] = field(default_factory=list)
    concealed: Concealed = field(default_factory=Concealed)
    deleted: int = 0
    hidden: int = 0
    doubtful: int = 0
    comments: int = 0
    pictures: int = 0
    floating: int = 0
    unread_numbers: int = 0
    nested: int = 0
    unknown_numbers: int = 0
    carriers: Carriers = field(default_factory=Carriers)
    read: int = 0

    def conceal(self, unseen: dict[Unseen, list[str]]) -> None:
        """List what is not seen of a paragraph, by its kind, and empty it."""
        for kind, characters in unseen.items():
            self.concealed.add(kind, "".join(characters))
        unseen.clear()


def _paragraphs(text: str, end: str, size: float, form: Properties, row: RowDefinition | None) -> Iterator[_Paragraph]:
    """Yield a paragraph or cell; of a paragraph, each of its lines by itself."""
    cell = bool(form.get(IN_TABLE)) or end == _CELL_END
    for line in (text,) if cell else lines_of(text):
        yield _Paragraph(
            text=line + (_CELL_END if end == _CELL_END else ""),
            centered=any(form.get(each) == 1 for each in _ALIGNED),
            size=size,
            cell=cell,
            row=row,
            inner=_is_inner(form),
        )


def _is_inner(form: Properties) -> bool:
    """Tell whether a paragraph ends a cell of a table within a cell."""
    return bool(form.get(_INNER_CELL)) and not form.get(_INNER_ROW_END)


def extract(path: Path) -> Extraction:
    """Extract the text of a Word document from before 2007 as it reads with all revisions accepted."""
    try:
        with olefile.OleFileIO(str(path)) as container:
            main = container.openstream("WordDocument").read()
            flags = struct.unpack_from("<H", main, _FLAGS)[0]
            magic = struct.unpack_from("<H", main, _MAGIC)[0]
            if magic != _WORD_97:
                raise ExtractionFailed(_TOO_OLD if magic == _WORD_95 else _DAMAGED)
            if flags & _ENCRYPTED:
                raise ExtractionFailed(_LOCKED)
            table = container.openstream("1Table" if flags & _SECOND_TABLE else "0Table").read()
            data = container.openstream("Data").read() if container.exists("Data") else b""
        return _assembled(_Word(main, table, data).read())
    except (OSError, ValueError, struct.error, IndexError, OverflowError) as error:
        raise ExtractionFailed(_DAMAGED) from error


class _Word:
    def __init__(self, main: bytes, table: bytes, data: bytes) -> None:
        self._main = main
        self._table = table
        # The definitions of rows by the properties that state them; most rows of a table have the same.
        self._rows: dict[bytes, RowDefinition] = {}
        self._character_ranges = character_ranges(main, table)
        self._paragraph_ranges = paragraph_ranges(main, table, data)
        self._lists = Lists(main, table)
        self._fonts = Fonts(main, table)
        self._data = data
        # 2.8.32: a text box has an entry of 22 bytes and a place; one more stands at the end.
        self._boxes = max(len(self._structure(_BOXES)) // 26 - 1, 0)
        self._drawings = self._structure(_DRAWINGS)

    def _structure(self, place: int) -> bytes:
        """Return a structure of the table; empty if the file knows no such structure."""
        at, size = struct.unpack_from("<2I", self._main, place) if place + 8 <= len(self._main) else (0, 0)
        return self._table[at : at + size]

    def read(self) -> _Found:
        """Read the main text, footnotes, endnotes and text boxes, then what the margins have; list the comments."""
        counts = struct.unpack_from("<8i", self._main, _COUNTS)
        text, footnotes, headers, _, comments, endnotes, boxes, margin_boxes = counts
        after_headers = text + footnotes + headers
        endnotes_at = after_headers + comments
        end = endnotes_at + endnotes + boxes
        bounds = (0, text, text + footnotes), (endnotes_at, endnotes_at + endnotes, end)
        found = _Found()
        looks = Looks(StyleSheet(self._main, self._table), len(self._drawings) > 0)
        found.concealed.near = ""
        for start, end in (each for part in bounds for each in pairwise(part)):
            self._gather(start, end, looks, found)
        # What floats is a text box, whose text was read, or may show text; a group may be of both.
        found.concealed.near = None
        found.pictures += max(found.floating - self._boxes, len(_PICTURE.findall(self._drawings)))
        self._add_comments(after_headers, endnotes_at, found)
        # Nothing of a letterhead is counted in the body, but what nobody sees in it is listed.
        margins = _Found(concealed=found.concealed, read=found.read)
        for start, stop in ((text + footnotes, after_headers), (end, end + margin_boxes)):
            self._gather(start, stop, looks, margins)
        found.margins = margins.paragraphs
        return found

    def _gather(self, start: int, end: int, looks: Looks, found: _Found) -> None:
        whole: list[str] = []
        unseen: dict[Unseen, list[str]] = {}
        fields = OpenFields(self._data, found.carriers)
        size = 0.0
        items = Items(self._lists, looks)
        # Whether the paragraph has its number: it may go on behind a page break.
        numbered = False
        for look, form, text, closed, row in self._stretches(start, end, found):
            deleted = bool(look.get(_DELETED, 0) & 1)
            reason, doubtful, shift, struck, number = looks.manner(look, form)
            font = self._fonts.name(number)
            # Raised characters are shown one by one.
            for piece in _PIECE.findall(text) if shift is str else text:
                shown = piece
                if piece == "\x13":
                    fields.begin()
                    continue
                if piece == "\x14":
                    fields.separate(whole)
                    continue
                if piece == "\x15":
                    shown, instruction = fields.end(whole)
                    found.unread_numbers += counts_by_field(instruction)
                    if not shown:
                        continue
                elif piece in _ENDS:
                    line = in_line(whole)
                    # A paragraph of which the end is not seen goes on with the next, or isn't there if it has no text.
                    ended = not deleted and reason is not Unseen.HIDDEN
                    found.nested += _is_inner(form)
                    if line.strip() or ended:
                        if not numbered and not form.get(_ROW_END) and (label := items.label(form)):
                            line = labelled(label, line.strip())
                        numbered = not (closed and ended)
                    found.paragraphs += _paragraphs(line, piece, size, form, row)
                    found.conceal(unseen)
                    if found.concealed.near is not None:
                        found.concealed.near = "".join(whole).strip() or found.concealed.near
                    whole, size = [], 0.0
                    continue
                elif fields.instructions:
                    # A field's instruction; its result comes after it.
                    fields.instruct(piece, look.get(FORM))
                    continue
                elif piece == "\x01":
                    found.pictures += 1
                    continue
                elif piece == "\x08":
                    found.floating += 1
                    continue
                elif SYMBOL in look and piece == "(":
                    number, code = look[SYMBOL] & 0xFFFF, look[SYMBOL] >> 16
                    shown = found.carriers.symbol(self._fonts.name(number), code)
                elif font:
                    shown = found.carriers.written_in(font, piece)
                else:
                    shown = piece.translate(_SIGNS)
                if deleted or reason is not None:
                    found.deleted += deleted * len(shown)
                    found.hidden += (not deleted) * len(shown)
                    unseen.setdefault(Unseen.DELETED if deleted or reason is None else reason, []).append(shown)
                else:
                    whole.append(shown if shift is str else shift(shown))
                    if struck:
                        unseen.setdefault(Unseen.STRUCK, []).append(shown)
                        found.carriers.strike(shown)
                    found.doubtful += doubtful * len(shown)
                    size = max(size, look.get(SIZE, 0) / 2)
        if whole:
            found.paragraphs.append(_Paragraph(in_line(whole)))
        found.conceal(unseen)
        found.unread_numbers += items.unread
        found.unknown_numbers += items.unknown

    def _stretches(
        self, start: int, end: int, found: _Found
    ) -> Iterator[tuple[Properties, Properties, str, bool, RowDefinition | None]]:
        """Yield the text between two positions with the properties of its characters and of its paragraph.

        Then come whether the paragraph ends with it, if a paragraph or a page does, and what is stated of the table row
        that ends with it.
        """
        for offset, width, text in self._runs(start, end):
            # The pieces of a damaged file may be the same text again and again.
            found.read += len(text)
            if found.read > CHARACTERS:
                raise ExtractionFailed(
                    f"文件的文字超过 {CHARACTERS // 10_000} 万字，已中止。请检查文件，或拆分后再收。"
                )
            look = self._character_ranges.at(offset)
            at = 0
            for part in _STRETCH.findall(text):
                form = self._paragraph_ranges.at(offset + at * width)
                row = self._row(self._paragraph_ranges.written(offset + at * width)) if form.get(_ROW_END) else None
                at += len(part)
                closed = part[-1] != "\x0c" or self._paragraph_ranges.changes(offset + at * width)
                yield look, form, part, closed, row

    def _row(self, properties: bytes) -> RowDefinition:
        if properties not in self._rows:
            self._rows[properties] = row_definition(properties)
        return self._rows[properties]

    def _add_comments(self, start: int, end: int, found: _Found) -> None:
        """List the comments, each of which begins with a mark, with their authors (2.8.6, 2.8.7)."""
        text = "".join(part for _, _, part in self._runs(start, end))
        authors = self._authors()
        for number, comment in enumerate(text.split("\x05")[1:]):
            author = authors[number] if number < len(authors) else "未署名"
            found.concealed.add(f"批注（{author}）", comment.replace("\r", " "))
            found.comments += 1

    def _authors(self) -> list[str]:
        """Return the author of each comment (2.9.6); empty if they can't be read."""
        try:
            at, size = struct.unpack_from("<2I", self._main, _AUTHORS)
            data, names = self._table[at : at + size], list[str]()
            while data:
                end = 2 + 2 * struct.unpack_from("<H", data)[0]
                names.append(clean(data[2:end].decode("utf-16-le", "replace")) or "未署名")
                data = data[end:]
            at, size = struct.unpack_from("<2I", self._main, _COMMENTED)
            count = max(size - 4, 0) // 34
            # After the places come entries of 30 bytes: the initials in 20, then the author's number.
            entries = at + 4 * (count + 1)
            numbers = [struct.unpack_from("<H", self._table, entries + 30 * each + 20)[0] for each in range(count)]
            return [names[number] if number < len(names) else "未署名" for number in numbers]
        except struct.error:
            return []

    def _runs(self, start: int, end: int) -> Iterator[tuple[int, int, str]]:
        """Yield the text between two positions, cut where its properties change.

        Each item is the offset in the file, the bytes per character, and the text.
        """
        for first, last, offset, width in self._pieces():
            first_wanted, last_wanted = max(first, start), min(last, end)
            at = offset + (first_wanted - first) * width
            stop = offset + (last_wanted - first) * width
            while at < stop:
                starts = self._character_ranges.starts
                following = bisect_right(starts, at)
                until = starts[following] if following < len(starts) else stop
                until = min(stop, at + max(width, (until - at) // width * width))
                data = self._main[at:until]
                yield at, width, data.decode("utf-16-le", "replace") if width == 2 else data.decode("cp1252", "replace")
                at = until

    def _pieces(self) -> Iterator[tuple[int, int, int, int]]:
        """Yield start and end in the text, offset in the file, and bytes per character (2.8.35, 2.9.73)."""
        at, size = struct.unpack_from("<2I", self._main, _CLX)
        clx = self._table[at : at + size]
        at = 0
        while clx[at] == 1:
            at += 3 + struct.unpack_from("<H", clx, at + 1)[0]
        length = struct.unpack_from("<I", clx, at + 1)[0]
        plc = clx[at + 5 : at + 5 + length]
        count = (len(plc) - 4) // 12
        places = struct.unpack_from(f"<{count + 1}I", plc)
        for number in range(count):
            where = struct.unpack_from("<I", plc, 4 * (count + 1) + 8 * number + 2)[0]
            offset, width = (where & 0x3FFFFFFF, 2) if not where & 0x40000000 else ((where & 0x3FFFFFFF) // 2, 1)
            if places[number] < places[number + 1]:
                yield places[number], places[number + 1], offset, width


def _assembled(found: _Found) -> Extraction:
    lines = Lines()
    looks: list[_Paragraph | None] = []
    table = CellTable(found.concealed)
    for number, part in enumerate(_parts(found.paragraphs, table), 1):
        if isinstance(part, _Paragraph):
            lines.add_row(clean(part.text))
            looks += [part] * (len(lines.found) - len(looks))
        else:
            for row in part:
                lines.add_set(row, number)
            looks += [None] * (len(lines.found) - len(looks))
    for line in margin_lines((clean(each.text) for each in found.margins), lines.found):
        lines.add_row(line)
        looks += [None] * (len(lines.found) - len(looks))
    told: list[str] = []
    if found.hidden:
        told.append(hidden_told(found.hidden))
    if found.doubtful:
        told.append(doubtful_told(found.doubtful))
    if found.deleted:
        told.append("文档中有修订痕迹，正文按接受全部修订后的文字收入，请核对是否定稿。")
    if found.comments:
        told.append(comments_told("文档中", found.comments))
    if found.pictures:
        told.append(f"正文含有 {found.pictures} 幅图片或图形，其中的文字检索不到。")
    if found.nested > 1:
        told.append(nested_told(found.nested))
    if found.unread_numbers:
        told.append(unread_told(found.unread_numbers))
    if found.unknown_numbers:
        told.append(unknown_told(found.unknown_numbers))
    told += found.carriers.told() + table.told
    title = _find_title(lines.found, looks)
    labels, concealed = table_labels(lines.tables), found.concealed.lines
    return assemble(title, lines.found, labels=labels, rows=lines.rows, warnings=told, concealed=concealed)


def _parts(paragraphs: Sequence[_Paragraph], table: CellTable) -> Iterator[_Paragraph | list[Row]]:
    """Yield paragraphs, and tables as their rows, which ``table`` collects."""
    cells: list[str] = []
    # The paragraphs of a cell.
    cell: list[str] = []
    for each in paragraphs:
        if not each.cell and each.row is None:
            if cells or cell:
                table.add([*cells, joined(*cell)], 0, ())
                cells, cell = [], []
            if rows := list(table.taken()):
                yield rows
            yield each
        elif each.row is not None:
            table.add(cells, *each.row)
            cells, cell = [], []
        elif each.text.endswith(_CELL_END):
            cells.append(joined(*cell, clean(each.text.removesuffix(_CELL_END))))
            cell = []
        else:
            cell.append(clean(each.text))
            if each.inner:
                cell.append(" ")
    if cells or cell:
        table.add([*cells, joined(*cell)], 0, ())
    if rows := list(table.taken()):
        yield rows


def _find_title(lines: Sequence[str], looks: Sequence[_Paragraph | None]) -> str | None:
    """Find the title by its looks above the text; if only styles state the look, join all lines above it."""
    end = next((at for at, line in enumerate(lines[:DEPTH]) if _TEXT_BEGINS.match(line)), DEPTH)
    if title := find_title(lines, [Look(look.centered, look.size) if look else None for look in looks], end):
        return title
    first = [at for at, look in enumerate(looks[:end]) if look is not None and may_be_title(lines[at])]
    short = 0 < len(first) <= _MORE_TITLE_LINES
    return joined_title(lines, first[0], first) if end < DEPTH and short else None
