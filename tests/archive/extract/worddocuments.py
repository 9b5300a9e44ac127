"""Writing minimal Word documents from before 2007 ([MS-DOC])."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.archive.extract.compounds import write_compound

_PAGE = 512
DELETED, HIDDEN, CENTERED, IN_TABLE, ROW_END = (
    *(b"\x00\x08\x01", b"\x3c\x08\x01", b"\x61\x24\x01"),
    *(b"\x16\x24\x01", b"\x17\x24\x01"),
)


def size(points: int) -> bytes:
    return struct.pack("<HH", 0x4A43, 2 * points)


def colour(red: int, green: int, blue: int) -> bytes:
    return struct.pack("<H4B", 0x6870, red, green, blue, 0)


def ground(red: int, green: int, blue: int, of: int = 0xCA71) -> bytes:
    """Return a shading of characters, or with 0xC64D of a paragraph."""
    return struct.pack("<HB4B4BH", of, 10, 0, 0, 0, 0xFF, red, green, blue, 0, 0)


def lines(height: int, by_lines: int = 0) -> bytes:
    """Return the distance of a paragraph's lines in twentieths of a point, a negative one for an exact distance."""
    return struct.pack("<Hhh", 0x6412, height, by_lines)


def styled(number: int) -> bytes:
    """Return the property of characters in a character style."""
    return struct.pack("<HH", 0x4A30, number)


@dataclass(frozen=True, slots=True)
class Style:
    """A style of characters, or of paragraphs with a ``form``; ``base`` is the number of the one it is based on."""

    look: bytes = b""
    form: bytes | None = None
    base: int = 0xFFF


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text with one set of character properties (``look``).

    A ``narrow`` piece has one byte per character (Windows-1252). ``form`` are the properties of the paragraph that
    ends in it, and ``style`` is the number of its style.
    """

    text: str
    look: bytes = b""
    form: bytes = b""
    narrow: bool = False
    style: int = 0


def write_doc(
    path: Path,
    runs: Sequence[Run],
    flags: int = 0x0200,
    magic: int = 0xA5EC,
    beyond: int = 0,
    styles: Sequence[Style] = (),
    comments: Sequence[tuple[str, str]] = (),
    drawing: bytes = b"",
    boxes: int = 0,
    beside: Sequence[Run] = (),
    lists: tuple[bytes, bytes, bytes] = (b"", b"", b""),
    fonts: Sequence[str] = (),
    data_stream: bytes = b"",
) -> Path:
    """Write a document of these runs; the last ``beyond`` of them are its header, and ``beside`` the text boxes in it.

    ``comments`` are authors and texts; ``drawing`` describes shapes, of which ``boxes`` are text boxes. ``lists`` are
    the lists, their levels, and the numberings of them.
    """
    without = len(runs)
    runs = [*runs, *(Run(f"\x05{text}\r") for _, text in comments), *beside]
    begin = 8 * _PAGE
    data = b""
    places, pieces, starts = [0], [], []
    for run in runs:
        encoded = run.text.encode("cp1252" if run.narrow else "utf-16-le")
        at = begin + len(data)
        starts.append(at)
        pieces.append(struct.pack("<HIH", 0, (2 * at) | 0x40000000 if run.narrow else at, 0))
        data += encoded
        places.append(places[-1] + len(run.text))
    end = begin + len(data)
    looks = _looks([*starts, end], [run.look for run in runs])
    forms = _forms([*starts, end], [struct.pack("<H", run.style) + run.form for run in runs])
    body, commented, boxed = (places[each] for each in (without - beyond, without, without + len(comments)))
    header = bytearray(begin)
    struct.pack_into("<H", header, 0, magic)
    struct.pack_into("<H", header, 0x0A, flags)
    counts = (body, 0, commented - body, 0, boxed - commented, 0, 0, places[-1] - boxed)
    struct.pack_into("<8i", header, 0x4C, *counts)
    header[4 * _PAGE : 5 * _PAGE] = looks
    header[5 * _PAGE : 6 * _PAGE] = forms
    plc = struct.pack(f"<{len(places)}I", *places) + b"".join(pieces)
    # A block of properties that no piece uses comes before the pieces.
    clx = b"\x01" + struct.pack("<H", 2) + b"\0\0" + b"\x02" + struct.pack("<I", len(plc)) + plc
    table = b""
    for place, content in (
        (0xFA, struct.pack("<3I", begin, end, 4)),
        (0x102, struct.pack("<3I", begin, end, 5)),
        (0x1A2, clx),
        (0xA2, _style_sheet(styles) if styles else b""),
        (0xBA, _commented(len(comments))),
        (0x1BA, b"".join(struct.pack("<H", len(name)) + name.encode("utf-16-le") for name, _ in comments)),
        (0x22A, drawing),
        (0x25A, bytes(26 * (boxes + 1) + 4) if boxes else b""),
        (0x2EA, lists[2]),
        (0x112, struct.pack("<HH", len(fonts), 0) + b"".join(map(_font, fonts))),
        (0x2E2, lists[0]),
    ):
        struct.pack_into("<2I", header, place, len(table), len(content))
        table += content
    # The levels come behind the lists, and are not counted among them.
    table += lists[1]
    streams = {"WordDocument": bytes(header) + data, "1Table": table}
    return write_compound(path, {**streams, "Data": data_stream} if data_stream else streams)


def _font(name: str) -> bytes:
    content = bytes(39) + name.encode("utf-16-le") + b"\0\0"
    return bytes([len(content)]) + content


def check_box(ticked: bool | None, designed: bool = False) -> bytes:
    """Return the data of a box in a form, which may be as it was designed."""
    state = 25 if ticked is None else int(ticked)
    name = "框"
    box = struct.pack("<IHHHH", 0xFFFFFFFF, 1 | state << 2, 0, 20, len(name)) + name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<IH62x", 68 + len(box) + 2, 68) + box + struct.pack("<H", designed)


def drop_list(chosen: int | None, *entries: str, designed: int = 0) -> bytes:
    """Return the data of a list in a form, which may be as it was designed."""
    state = 25 if chosen is None else chosen
    about = struct.pack("<IHHHHHH", 0xFFFFFFFF, 2 | state << 2, 0, 20, 0, 0, designed)
    texts = b"".join(
        struct.pack("<H", len(each)) + each.encode("utf-16-le") + b"\0\0" for each in ("", "帮助", "", "", "")
    )
    listed = b"".join(struct.pack("<H", len(each)) + each.encode("utf-16-le") for each in entries)
    whole = about + texts + struct.pack("<HHH", 0xFFFF, len(entries), 0) + listed
    return struct.pack("<IH62x", 68 + len(whole), 68) + whole


def _looks(starts: Sequence[int], looks: Sequence[bytes]) -> bytes:
    page = bytearray(_PAGE)
    struct.pack_into(f"<{len(starts)}I", page, 0, *starts)
    at = _PAGE - 2
    for number, look in enumerate(looks):
        if look:
            at = (at - len(look) - 1) // 2 * 2
            page[at : at + len(look) + 1] = bytes([len(look)]) + look
            page[4 * len(starts) + number] = at // 2
    page[-1] = len(looks)
    return bytes(page)


def _forms(starts: Sequence[int], forms: Sequence[bytes]) -> bytes:
    page = bytearray(_PAGE)
    struct.pack_into(f"<{len(starts)}I", page, 0, *starts)
    at = _PAGE - 2
    for number, content in enumerate(forms):
        # An odd number of bytes is preceded by half of it, rounded up; an even one by a zero and its half.
        half = (len(content) + 1) // 2
        whole = (bytes([half]) if len(content) % 2 else bytes([0, half])) + content
        at = (at - len(whole)) // 2 * 2
        page[at : at + len(whole)] = whole
        page[4 * len(starts) + 13 * number] = at // 2
    page[-1] = len(forms)
    return bytes(page)


def _style_sheet(styles: Sequence[Style]) -> bytes:
    sheet = struct.pack("<HHH14x", 18, len(styles), 10)
    for style in styles:
        parts = [style.look] if style.form is None else [b"\0\0" + style.form, style.look]
        kind = 2 if style.form is None else 1
        content = struct.pack("<5H", 0, kind | style.base << 4, len(parts), 0, 0) + struct.pack("<HHH", 1, ord("x"), 0)
        for part in parts:
            content += struct.pack("<H", len(part)) + part + bytes(len(part) % 2)
        sheet += struct.pack("<H", len(content)) + content
    return sheet


def _commented(count: int) -> bytes:
    """Return the places of comments, which the reader doesn't need, with their authors' numbers."""
    entries = b"".join(struct.pack("<20xH8x", number) for number in range(count))
    return struct.pack(f"<{count + 1}I", *range(count + 1)) + entries if count else b""
