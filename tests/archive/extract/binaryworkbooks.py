"""Writing minimal binary workbooks (xlsb, [MS-XLSB])."""

import struct
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.archive.extract.workbooks import _OFFICE, _PACKAGE

Cell = str | float | None


def record(kind: int, content: bytes = b"") -> bytes:
    head = bytes([kind]) if kind < 128 else bytes([kind & 0x7F | 0x80, kind >> 7])
    size, more = b"", len(content)
    while True:
        size += bytes([more & 0x7F | (0x80 if more > 0x7F else 0)])
        more >>= 7
        if not more:
            return head + size + content


def string(text: str) -> bytes:
    return struct.pack("<I", len(text)) + text.encode("utf-16-le")


def hidden_columns(first: int, last: int) -> bytes:
    return record(60, struct.pack("<4IH", first, last, 2000, 0, 1))


def merged(top: int, bottom: int, left: int, right: int) -> bytes:
    return record(176, struct.pack("<4I", top, bottom, left, right))


def comments(*given: tuple[int, int, str, str]) -> bytes:
    """Return the part with the comments of a sheet, each given as row, column, author and text."""
    found = b"".join(record(632, string(author)) for _, _, author, _ in given)
    for number, (row, column, _, text) in enumerate(given):
        found += record(635, struct.pack("<5I16x", number, row, row, column, column))
        found += record(637, b"\0" + string(text))
    return found


def styles(
    fonts: Sequence[bytes], fills: Sequence[bytes], codes: Mapping[int, str], xfs: Sequence[Sequence[int]]
) -> bytes:
    """Return the part of styles: colours of fonts and fills, number formats, and formats of cells by all of them."""
    found = b"".join(record(44, struct.pack("<H", number) + string(code)) for number, code in codes.items())
    found += b"".join(record(43, bytes(12) + colour + b"\0" + string("x")) for colour in fonts)
    found += b"".join(record(45, struct.pack("<I", any(colour)) + colour + bytes(48)) for colour in fills)
    # One of the named styles, which is no cell's.
    found += record(626) + record(47, struct.pack("<8H", 0, 0, 0, 0, 0, 0, 0, 0)) + record(627)
    each = b"".join(record(47, struct.pack("<8H", 0, *xf, 0, 0, 0, 0)) for xf in xfs)
    return found + record(617, struct.pack("<I", len(xfs))) + each + record(618)


def rgb(red: int, green: int, blue: int) -> bytes:
    return struct.pack("<BBh4B", 5, 0, 0, red, green, blue, 255)


def write_xlsb(
    path: Path,
    sheets: Mapping[str, Sequence[Sequence[Cell]]],
    hidden: str = "",
    hidden_rows: Sequence[int] = (),
    formats: Mapping[tuple[int, int], int] | None = None,
    before: bytes = b"",
    after: bytes = b"",
    styles: bytes = b"",
    commented: bytes = b"",
    more: Mapping[str, str] | None = None,
) -> Path:
    """Write a workbook of sheets; the rows hidden, formats, records and comments are those of the first one."""
    named = b"".join(
        record(156, struct.pack("<II", name == hidden, at) + string(f"rId{at}") + string(name))
        for at, name in enumerate(sheets, 1)
    )
    related = "".join(
        f'<Relationship Id="rId{at}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{at}.bin"/>'
        for at in range(1, len(sheets) + 1)
    )
    parts: dict[str, bytes | str] = {
        "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>',
        "xl/_rels/workbook.bin.rels": f"<Relationships {_PACKAGE}>{related}</Relationships>",
        "xl/workbook.bin": record(131) + record(143) + named + record(144) + record(132),
        **({"xl/styles.bin": styles} if styles else {}),
        **(more or {}),
    }
    for at, rows in enumerate(sheets.values(), 1):
        first = at == 1
        data = b""
        for down, cells in enumerate(rows):
            bits = 0x10 if first and down in hidden_rows else 0
            data += record(0, struct.pack("<IIHBBBI", down, 0, 300, 0, bits, 0, 0))
            for across, cell in enumerate(cells):
                style = (formats or {}).get((down, across), 0) if first else 0
                head = struct.pack("<II", across, style)
                if isinstance(cell, str):
                    data += record(6, head + string(cell))
                elif cell is not None:
                    data += record(5, head + struct.pack("<d", cell))
        width = max((len(cells) for cells in rows), default=1)
        used = record(148, struct.pack("<4I", 0, max(len(rows) - 1, 0), 0, max(width - 1, 0)))
        whole = used + (before if first else b"") + record(145) + data + record(146) + (after if first else b"")
        parts[f"xl/worksheets/sheet{at}.bin"] = record(129) + whole + record(130)
    if commented:
        parts["xl/worksheets/_rels/sheet1.bin.rels"] = (
            f'<Relationships {_PACKAGE}><Relationship Id="rId1" Type="{_OFFICE}/comments" Target="../comments1.bin"/>'
            "</Relationships>"
        )
        parts["xl/comments1.bin"] = commented
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return path
