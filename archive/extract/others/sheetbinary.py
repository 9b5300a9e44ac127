"""Reading how the cells of an xlsb are seen ([MS-XLSB] 2.4; numbers are sections of it)."""

import struct
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress

from archive.extract.containers.relations import relations
from archive.extract.others.numberformat import BUILT_IN
from archive.extract.others.sheetview import Comment, Look, SheetView, letters

WORKBOOK = "xl/workbook.bin"
_STYLES = "xl/styles.bin"
_BUNDLE, _ROW, _COLUMNS, _MERGED = 156, 0, 60, 176
# Records of one cell that has a value: numbers, errors, truth values, texts, formulas of each, formatted text.
_CELLS = frozenset((*range(2, 12), 62))
_FONT, _FORMAT, _FILL, _STYLE, _STYLES_BEGIN, _STYLES_END = 43, 44, 45, 47, 617, 618
# Conditions, the parts of tables, and the picture behind a sheet.
_GROUNDED = frozenset((461, 661, 562))
_AUTHOR, _COMMENT, _COMMENT_TEXT = 632, 635, 637
_HIDDEN_ROW, _HIDDEN_COLUMN = 0x10, 0x01
_MOST_COLUMNS = 16_384
_INDEXED, _RGB, _THEMED = 1, 2, 3
_WHITE = "FFFFFF"
_WHITE_NUMBERS = (1, 9, 65)

_Record = tuple[int, bytes]


def views(parts: Mapping[str, bytes]) -> list[SheetView]:
    """Return how each sheet is seen, in the order of the workbook."""
    looks = _looks(parts.get(_STYLES, b""))
    targets = relations(parts, WORKBOOK)
    found: list[SheetView] = []
    for kind, content in records(parts.get(WORKBOOK, b"")):
        if kind == _BUNDLE:
            name = targets.get(_text(content, 8), ("", ""))[1]
            view = _view(parts.get(name, b""), looks)
            for relation, target in relations(parts, name).values():
                if relation == "comments":
                    view.comments += _comments(parts.get(target, b""))
            found.append(view)
    return found


def records(data: bytes) -> Iterator[_Record]:
    """Yield the records of a part (2.1.4): their kinds and sizes take up to two and four bytes."""
    at = 0
    while at < len(data):
        kind, at = _number(data, at, 2)
        size, at = _number(data, at, 4)
        yield kind, data[at : at + size]
        at += size


def _number(data: bytes, at: int, most: int) -> tuple[int, int]:
    value = 0
    for place, byte in enumerate(data[at : at + most]):
        value |= (byte & 0x7F) << (7 * place)
        at += 1
        if not byte & 0x80:
            break
    return value, at


def area(data: bytes) -> tuple[int, int]:
    """Return how many rows and columns the cells of a sheet that have a value span."""
    rows, columns, row = list[int](), list[int](), 0
    for kind, content in records(data):
        with suppress(struct.error):
            if kind == _ROW:
                (row,) = struct.unpack_from("<I", content)
            elif kind in _CELLS:
                (column,) = struct.unpack_from("<I", content)
                rows = [min(rows[0], row), max(rows[1], row)] if rows else [row, row]
                columns = [min(columns[0], column), max(columns[1], column)] if columns else [column, column]
    return (rows[1] - rows[0] + 1, columns[1] - columns[0] + 1) if rows else (0, 0)


def _view(data: bytes, looks: Sequence[Look]) -> SheetView:
    view, row = SheetView(), 0
    for kind, content in records(data):
        with suppress(struct.error, IndexError):
            if kind == _ROW:
                row, height = struct.unpack_from("<I4xH", content)
                if content[11] & _HIDDEN_ROW or height == 0:
                    view.rows.add(row)
            elif kind == _COLUMNS:
                first, last, width, _, bits = struct.unpack_from("<4IH", content)
                if bits & _HIDDEN_COLUMN or width == 0:
                    view.columns.update(range(first, min(last, _MOST_COLUMNS - 1) + 1))
            elif kind in _CELLS:
                column, style = struct.unpack_from("<2I", content)
                number = style & 0xFFFFFF
                if number < len(looks) and not looks[number].is_plain:
                    view.looks[row, column] = looks[number]
            elif kind == _MERGED:
                top, bottom, left, right = struct.unpack_from("<4I", content)
                view.merged.append(((top, left), (bottom, right)))
            elif kind in _GROUNDED:
                view.grounded = True
    return view


def _looks(data: bytes) -> list[Look]:
    """Return the cell formats by their numbers (2.4.823)."""
    codes: dict[int, str] = {}
    inks: list[str | None] = []
    fills: list[str | None] = []
    found: list[Look] = []
    in_cells = False
    for kind, content in records(data):
        if kind in (_STYLES_BEGIN, _STYLES_END):
            in_cells = kind == _STYLES_BEGIN
        elif kind == _FONT:
            inks.append(_colour(content[12:20]))
        elif kind == _FILL:
            fills.append(_fill(content))
        with suppress(struct.error):
            if kind == _FORMAT:
                codes[struct.unpack_from("<H", content)[0]] = _text(content, 2)
            elif kind == _STYLE and in_cells:
                code, font, ground = struct.unpack_from("<2x3H", content)
                ink, fill = (each[at] if at < len(each) else None for each, at in ((inks, font), (fills, ground)))
                written = codes.get(code) or BUILT_IN.get(code, "General")
                same = ink is not None and ink == fill
                found.append(Look(written, same=same, white=ink == _WHITE and fill is None))
    return found


def _colour(content: bytes) -> str | None:
    """Return a colour as its parts, or as what names it; white is always ``FFFFFF``, and None the automatic one."""
    if len(content) < 8:
        return None
    kind, index, tint, red, green, blue, _ = struct.unpack("<BBh4B", content)
    kind >>= 1
    if kind == _RGB:
        return f"{red:02X}{green:02X}{blue:02X}"
    if kind == _INDEXED and index in _WHITE_NUMBERS or kind == _THEMED and index == 0 and tint == 0:
        return _WHITE
    return f"{kind} {index} {tint}" if kind in (_INDEXED, _THEMED) else None


def _fill(content: bytes) -> str | None:
    """Return the colour of a ground; None for none at all, and "" for a pattern."""
    pattern = int.from_bytes(content[:4], "little")
    return None if pattern == 0 else _colour(content[4:12]) if pattern == 1 else ""


def _comments(data: bytes) -> Iterator[Comment]:
    authors: list[str] = []
    place, author = "", ""
    for kind, content in records(data):
        with suppress(struct.error):
            if kind == _AUTHOR:
                authors.append(_text(content, 0))
            elif kind == _COMMENT:
                number, row, column = struct.unpack_from("<II4xI", content)
                place = f"{letters(column)}{row + 1}"
                author = authors[number] if number < len(authors) else ""
            elif kind == _COMMENT_TEXT:
                yield Comment(place, author, _text(content, 1))


def _text(content: bytes, at: int) -> str:
    """Read a text after its length in four bytes (2.5.168); "" if there is none."""
    if at + 4 > len(content):
        return ""
    (count,) = struct.unpack_from("<I", content, at)
    return "" if count == 0xFFFFFFFF else content[at + 4 : at + 4 + 2 * count].decode("utf-16-le", "replace")
