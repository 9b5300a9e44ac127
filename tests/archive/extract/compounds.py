"""Writing minimal compound files ([MS-CFB]) and workbooks in them ([MS-XLS])."""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

_SECTOR = 512
_FREE, _END, _TABLE, _NOBODY = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD, 0xFFFFFFFF

Entries = Mapping[str, "bytes | Entries"]


def write_compound(path: Path, entries: Entries) -> Path:
    """Write a compound file with streams and, given in the same form, storages; no two streams share a sector."""
    names: list[tuple[str, int, int, int, int, int]] = [("Root Entry", 5, _NOBODY, 1, _END, 0)]
    sectors: list[bytes] = []
    table: list[int] = []

    def put(content: bytes) -> int:
        content += bytes(-len(content) % _SECTOR)
        first = len(sectors)
        sectors.extend(content[at : at + _SECTOR] for at in range(0, len(content), _SECTOR))
        table.extend([*range(first + 1, len(sectors)), _END])
        return first

    def add(inside: Entries) -> None:
        # A storage's children form a list here: each is the right sibling of the one before.
        places = range(len(names), len(names) + len(inside))
        names.extend([("", 0, 0, 0, 0, 0)] * len(inside))
        for place, (name, content) in zip(places, inside.items(), strict=True):
            after = place + 1 if place + 1 in places else _NOBODY
            if isinstance(content, bytes):
                padded = content.ljust(4096, b"\0")
                names[place] = (name, 2, after, _NOBODY, put(padded), len(padded))
            else:
                names[place] = (name, 1, after, len(names), 0, 0)
                add(content)

    add(entries)
    directory = b"".join(
        (name.encode("utf-16-le") + b"\0\0").ljust(64, b"\0")
        + struct.pack("<HBBIII36xIQ", 2 * len(name) + 2, kind, 1, _NOBODY, after, child, start, size)
        for name, kind, after, child, start, size in names
    )
    first = put(directory)
    each = _SECTOR // 4
    tables = -(-len(table) // (each - 1))
    table += [_TABLE] * tables
    content = struct.pack(f"<{tables * each}I", *table, *[_FREE] * (tables * each - len(table)))
    header = struct.pack(
        "<8s16xHHHHH6xIIIIIIIII", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", 0x3E, 3, 0xFFFE, 9, 6, 0, tables, first, 0, 4096,
        _END, 0, _END, 0,
    ) + struct.pack("<109I", *range(len(sectors), len(sectors) + tables), *[_FREE] * (109 - tables))  # fmt: skip
    path.write_bytes(header + b"".join(sectors) + content)
    return path


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of rows of cells; a merged range is its first and last row, then first and last column.

    ``view`` are records on how it is seen, and ``formats`` the number of a cell's format where it is not 0.
    """

    name: str
    rows: Sequence[Sequence[str | float | None]]
    merged: Sequence[tuple[int, int, int, int]] = field(default=())
    hidden: bool = False
    view: bytes = b""
    formats: Mapping[tuple[int, int], int] = field(default_factory=dict)
    chart: bool = False


def write_xls(path: Path, sheets: Sequence[Sheet], before: bytes = b"") -> Path:
    """Write an Excel 97 workbook; ``before`` are records right after the first one."""
    begin, end = record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)), record(0x0A, b"")
    bodies = [begin.replace(b"\x05\0", b"\x10\0", 1) + _cells(sheet) + end for sheet in sheets]
    heads = [struct.pack("<BB", sheet.hidden, 2 * sheet.chart) + _text(sheet.name, "<B") for sheet in sheets]
    place = len(begin) + len(before) + sum(len(head) + 8 for head in heads) + len(end)
    book = begin + before
    for head, body in zip(heads, bodies, strict=True):
        book += record(0x85, struct.pack("<I", place) + head)
        place += len(body)
    return write_compound(path, {"Workbook": book + end + b"".join(bodies)})


def _cells(sheet: Sheet) -> bytes:
    found = sheet.view
    for down, cells in enumerate(sheet.rows):
        for across, cell in enumerate(cells):
            head = struct.pack("<HHH", down, across, sheet.formats.get((down, across), 0))
            if isinstance(cell, str):
                found += record(0x204, head + _text(cell, "<H"))
            elif cell is not None:
                found += record(0x203, head + struct.pack("<d", cell))
    ranges = b"".join(struct.pack("<HHHH", *each) for each in sheet.merged)
    return found + (record(0xE5, struct.pack("<H", len(sheet.merged)) + ranges) if sheet.merged else b"")


def _text(text: str, length: str) -> bytes:
    return struct.pack(length, len(text)) + b"\1" + text.encode("utf-16-le")


def hidden_row(row: int, height: int = 255, bits: int = 0x20) -> bytes:
    return record(0x208, struct.pack("<HHHHHHI", row, 0, 9, height, 0, 0, bits))


def hidden_columns(first: int, last: int, width: int = 2000, bits: int = 1) -> bytes:
    return record(0x7D, struct.pack("<6H", first, last, width, 0, bits, 0))


def comment(row: int, column: int, author: str, text: str, number: int = 1) -> bytes:
    """Return the records of a comment, the text of which is cut in two."""
    halves = [b"\1" + part.encode("utf-16-le") for part in (text[:3], text[3:])]
    return (
        record(0x5D, struct.pack("<4H16x", 0x15, 0x12, 0x19, number))
        + record(0x1B6, struct.pack("<10xHH4x", len(text), 16))
        + b"".join(record(0x3C, half) for half in halves)
        + record(0x1C, struct.pack("<4H", row, column, 0, number) + _text(author, "<H"))
    )


def drawn(kind: int, text: str, number: int = 7, ticked: bool | None = None) -> bytes:
    """Return the records of an object on a sheet: its kind, and its text or mark."""
    state = b"" if ticked is None else struct.pack("<HHH10x", 0x0A, 12, ticked)
    found = record(0x5D, struct.pack("<4H14x", 0x15, 0x12, kind, number) + state)
    if text:
        found += record(0x1B6, struct.pack("<10xHH4x", len(text), 16)) + record(0x3C, b"\1" + text.encode("utf-16-le"))
    return found


def cell_format(font: int, code: int, pattern: int = 0, ground: int = 64) -> bytes:
    return record(0xE0, struct.pack("<HH10xIH", font, code, pattern << 26, ground))


def font(colour: int) -> bytes:
    return record(0x31, struct.pack("<3H10x", 200, 0, colour))


def number_format(number: int, code: str) -> bytes:
    return record(0x41E, struct.pack("<H", number) + _text(code, "<H"))


def record(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content
