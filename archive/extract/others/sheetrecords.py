"""Reading how the cells of an xls are seen ([MS-XLS] 2.4; numbers are sections of it)."""

import struct
from collections.abc import Iterator, Sequence
from contextlib import suppress

from archive.extract.others.numberformat import BUILT_IN
from archive.extract.others.sheetview import Comment, Look, SheetView, letters
from archive.extract.text.symbols import OPEN, TICKED

_BEGIN, _END, _SHEET, _CONTINUED = 0x809, 0x0A, 0x85, 0x3C
_FORMAT, _FONT, _STYLE = 0x41E, 0x31, 0xE0
_COLUMNS, _ROW = 0x7D, 0x208
_CONDITIONS, _GROUND_PICTURE = (0x1B0, 0x879), 0xE9
# Records of one cell: number, short number, shared text, text, truth value, formula, formatted text; and of many.
_CELLS, _CELLS_OF_A_ROW = (0x203, 0x27E, 0xFD, 0x204, 0x205, 0x06, 0xD6), 0xBD
_NOTE, _OBJECT, _OBJECT_TEXT = 0x1C, 0x5D, 0x1B6
# 2.5.143: kinds of objects that are drawn and have no text, that can be ticked, and that hold a comment.
_PICTURES, _TICKABLE, _COMMENTED = (0x05, 0x08), (0x0B, 0x0C), 0x19
# The same before Excel 97, with rectangles, ovals and boxes, whose words are not read there.
_OLD_PICTURES = (*_PICTURES, 0x02, 0x03, 0x06, 0x09)
_STATE = 0x0A
_EXCEL_97 = b"\0\x06"
_HIDDEN_COLUMN, _HIDDEN_ROW = 0x01, 0x20
# 2.5.161: numbers of white in the palette that nobody changed, and of a window's ground.
_WHITES = (1, 9, 65)
_WHITE = 9

_Record = tuple[int, bytes]


def views(data: bytes) -> list[SheetView]:
    """Return how each sheet is seen, in the order of the workbook.

    Before Excel 97 only rows and columns are read, and shapes that may have words are counted as pictures.
    """
    records = list(_records(data, 0))
    modern = bool(records) and records[0][1][:2] == _EXCEL_97
    looks = _looks(records) if modern else []
    places = [struct.unpack_from("<I", content)[0] for kind, content in records if kind == _SHEET and len(content) > 3]
    wanted = None if modern else (_ROW, _COLUMNS, _OBJECT)
    pictures = _PICTURES if modern else _OLD_PICTURES
    return [
        _view([each for each in _records(data, place) if wanted is None or each[0] in wanted], looks, pictures)
        for place in places
    ]


def _records(data: bytes, at: int) -> Iterator[_Record]:
    """Yield the records from a place to the end of what begins there (2.1.4)."""
    depth = 0
    while at + 4 <= len(data):
        kind, size = struct.unpack_from("<HH", data, at)
        yield kind, data[at + 4 : at + 4 + size]
        at += 4 + size
        depth += (kind == _BEGIN) - (kind == _END)
        if depth <= 0:
            return


def _looks(records: Sequence[_Record]) -> list[Look]:
    """Return the cell formats by their numbers (2.4.353)."""
    codes: dict[int, str] = {}
    inks: list[int] = []
    found: list[Look] = []
    for kind, content in records:
        with suppress(struct.error, IndexError):
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", content)[0]] = _text(content, 2)
            elif kind == _FONT:
                # There is no font of number 4 (2.5.129).
                inks += [0] * (len(inks) == 4) + [struct.unpack_from("<H", content, 4)[0]]
    for kind, content in records:
        if kind == _STYLE:
            with suppress(struct.error):
                font, code = struct.unpack_from("<2H", content)
                (borders, grounds) = struct.unpack_from("<IH", content, 14)
                ink = _coloured(inks[font]) if font < len(inks) else 0
                pattern, ground = borders >> 26, _coloured(grounds & 0x7F)
                same = pattern == 1 and ink == ground
                white = pattern == 0 and ink == _WHITE
                found.append(Look(codes.get(code) or BUILT_IN.get(code, "General"), same, white))
                continue
            found.append(Look())
    return found


def _coloured(number: int) -> int:
    return _WHITE if number in _WHITES else number


def _view(records: Sequence[_Record], looks: Sequence[Look], pictures: Sequence[int]) -> SheetView:
    view = SheetView()
    # The number, kind and mark of the last object, each object's text, and each note's place, author and object.
    last, what, mark = -1, 0, ""
    texts: dict[int, str] = {}
    notes: list[tuple[str, str, int]] = []
    for number, (kind, content) in enumerate(records):
        with suppress(struct.error, IndexError):
            if kind == _ROW:
                row, height, bits = struct.unpack_from("<H4xH4xI", content)
                if bits & _HIDDEN_ROW or height & 0x7FFF == 0:
                    view.rows.add(row)
            elif kind == _COLUMNS:
                first, until, width, _, bits = struct.unpack_from("<5H", content)
                if bits & _HIDDEN_COLUMN or width == 0:
                    view.columns.update(range(first, min(until, 255) + 1))
            elif kind in _CELLS:
                _look(view, looks, *struct.unpack_from("<3H", content))
            elif kind == _CELLS_OF_A_ROW:
                row, column = struct.unpack_from("<2H", content)
                for at in range(4, len(content) - 5, 6):
                    _look(view, looks, row, column, struct.unpack_from("<H", content, at)[0])
                    column += 1
            elif kind in _CONDITIONS or kind == _GROUND_PICTURE:
                view.grounded = True
            elif kind == _OBJECT:
                what, last = struct.unpack_from("<2H", content, 4)
                mark = _mark(content) if what in _TICKABLE else ""
                view.pictures += what in pictures
            elif kind == _OBJECT_TEXT:
                texts[last] = _continued(records, number + 1, struct.unpack_from("<H", content, 10)[0])
                if what != _COMMENTED:
                    view.shapes.append(mark + texts[last])
            elif kind == _NOTE:
                row, column, _, note = struct.unpack_from("<4H", content)
                notes.append((f"{letters(column)}{row + 1}", _text(content, 8), note))
    view.comments = [Comment(place, author, texts.get(note, "")) for place, author, note in notes]
    return view


def _look(view: SheetView, looks: Sequence[Look], row: int, column: int, style: int) -> None:
    if style < len(looks) and not looks[style].is_plain:
        view.looks[row, column] = looks[style]


def _mark(content: bytes) -> str:
    """Return the tick of a box, which stands in one of the parts of its object (2.4.181)."""
    at = 0
    while at + 4 <= len(content):
        kind, size = struct.unpack_from("<2H", content, at)
        if kind == _STATE:
            return TICKED if struct.unpack_from("<H", content, at + 4)[0] == 1 else OPEN
        at += 4 + size
    return OPEN


def _text(content: bytes, at: int) -> str:
    """Read a text after its length in two bytes (2.5.294)."""
    (count,) = struct.unpack_from("<H", content, at)
    return _characters(content[at + 2 :], count)


def _characters(content: bytes, count: int) -> str:
    """Read characters after the byte that says how wide they are."""
    if not content:
        return ""
    wide = content[0] & 1
    return content[1 : 1 + count * (1 + wide)].decode("utf-16-le" if wide else "latin-1", "replace")


def _continued(records: Sequence[_Record], number: int, count: int) -> str:
    """Read a text that stands in the records after its own (2.4.329)."""
    text = ""
    while len(text) < count and number < len(records) and records[number][0] == _CONTINUED:
        text += _characters(records[number][1], count - len(text))
        number += 1
    return text
