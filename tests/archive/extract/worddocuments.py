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


@dataclass(frozen=True, slots=True)
class Run:
    """A piece of text with one set of character properties (``look``).

    A ``narrow`` piece has one byte per character (Windows-1252). ``form`` are the properties of the paragraph that
    ends in it.
    """

    text: str
    look: bytes = b""
    form: bytes = b""
    narrow: bool = False


def write_doc(path: Path, runs: Sequence[Run], flags: int = 0x0200, magic: int = 0xA5EC, beyond: int = 0) -> Path:
    """Write a document of these runs; the last ``beyond`` of them are its header."""
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
    forms = _forms([*starts, end], [run.form for run in runs])
    body = places[len(runs) - beyond]
    header = bytearray(begin)
    struct.pack_into("<H", header, 0, magic)
    struct.pack_into("<H", header, 0x0A, flags)
    struct.pack_into("<3i", header, 0x4C, body, 0, places[-1] - body)
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
    ):
        struct.pack_into("<2I", header, place, len(table), len(content))
        table += content
    return write_compound(path, {"WordDocument": bytes(header) + data, "1Table": table})


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
    for number, form in enumerate(forms):
        content = b"\0\0" + form
        # An odd number of bytes is preceded by half of it, rounded up; an even one by a zero and its half.
        half = (len(content) + 1) // 2
        whole = (bytes([half]) if len(content) % 2 else bytes([0, half])) + content
        at = (at - len(whole)) // 2 * 2
        page[at : at + len(whole)] = whole
        page[4 * len(starts) + 13 * number] = at // 2
    page[-1] = len(forms)
    return bytes(page)
