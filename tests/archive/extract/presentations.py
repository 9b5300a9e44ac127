"""Writing small presentations as from before 2007 ([MS-PPT], [MS-ODRAW])."""

import struct
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.archive.extract.compounds import write_compound

BODY, TITLE = 4, 0


def record(kind: int, content: bytes, instance: int = 0, version: int = 0) -> bytes:
    return struct.pack("<HHI", instance << 4 | version, kind, len(content)) + content


def string(text: str, instance: int = 0) -> bytes:
    return record(0xFBA, text.encode("utf-16-le"), instance)


def tags(name: str, content: bytes) -> bytes:
    """Return what a newer program adds to a part."""
    return record(0x1388, record(0x138A, string(name) + record(0x138B, content)))


def text(words: str, kind: int = BODY, runs: Sequence[tuple[int, int, bytes]] = (), more: bytes = b"") -> bytes:
    """Return a text with its runs of letters: how many, and which properties they state, and these."""
    found = record(0xF9F, struct.pack("<I", kind)) + record(0xFA0, words.encode("utf-16-le"))
    if runs:
        style = struct.pack("<IHI", len(words) + 1, 0, 0)
        style += b"".join(struct.pack("<II", count, mask) + stated for count, mask, stated in runs)
        found += record(0xFA1, style)
    return found + more


def shape(
    inside: bytes = b"",
    kind: int = 1,
    box: tuple[int, int, int, int] | None = None,
    child: tuple[int, int, int, int] | None = None,
    properties: Mapping[int, int | bytes] | None = None,
    data: bytes = b"",
    flags: int = 0,
) -> bytes:
    """Return a shape with text; a box is its left, top, right and bottom, of a ``child`` in the units of its group."""
    found = record(0xF00A, struct.pack("<II", 1, flags), kind)
    stated = behind = b""
    for name, value in (properties or {}).items():
        if isinstance(value, bytes):
            stated += struct.pack("<HI", name | 0x8000, len(value))
            behind += value
        else:
            stated += struct.pack("<HI", name, value)
    found += record(0xF00B, stated + behind, len(properties or {}))
    if box is not None:
        left, top, right, bottom = box
        found += record(0xF010, struct.pack("<4h", top, left, right, bottom))
    if child is not None:
        found += record(0xF00F, struct.pack("<4i", *child))
    return record(0xF004, found + record(0xF011, data) + (record(0xF00D, inside) if inside else b""), 0, 15)


def group(*shapes: bytes) -> bytes:
    return record(0xF003, b"".join(shapes), 0, 15)


def drawing(*shapes: bytes) -> bytes:
    return record(0x40C, record(0xF002, group(shape(), *shapes)))


def write_ppt(
    path: Path,
    slides: Sequence[bytes],
    outlines: Sequence[bytes] = (),
    hidden: Sequence[int] = (),
    notes: Mapping[int, bytes] | None = None,
    document: bytes = b"",
    token: int = 0xE391C05F,
    masters: Sequence[bytes] = (),
    follows: Sequence[bool] = (),
) -> Path:
    """Write a presentation of slides, each with its drawing and what else is in it; ``notes`` are by slide from 0.

    All slides are of the first of the ``masters``, and show what is on it where they are said to.
    """
    notes = notes or {}
    parts: list[bytes] = []
    listed = noted = b""
    for at, inside in enumerate(slides):
        about = record(
            0x3EF, struct.pack("<12xIIHH", 1 << 31, 700 + at if at in notes else 0, any(follows[at : at + 1]), 0)
        )
        show = record(0x3F9, struct.pack("<10xHI", 4 if at in hidden else 0, 0))
        parts.append(record(0x3EE, about + show + inside))
        listed += record(0x3F3, struct.pack("<5I", len(parts) + 1, 0, 0, 256 + at, 0))
        listed += outlines[at] if at < len(outlines) else b""
    for at, inside in notes.items():
        parts.append(record(0x3F0, inside))
        noted += record(0x3F3, struct.pack("<5I", len(parts) + 1, 0, 0, 700 + at, 0))
    above = b""
    for at, inside in enumerate(masters):
        parts.append(record(0x3F8, inside))
        above += record(0x3F3, struct.pack("<5I", len(parts) + 1, 0, 0, (1 << 31) + at, 0))
    lists = record(0xFF0, listed, 0) + record(0xFF0, above, 1) + record(0xFF0, noted, 2)
    fonts = record(0x3F2, record(0x7D5, record(0xFB7, "Wingdings\0".encode("utf-16-le").ljust(68, b"\0"), 3)))
    whole = record(0x3E8, record(0x3E9, struct.pack("<2i", 5760, 4320)) + fonts + document + lists)
    stream, places = b"", list[int]()
    for part in (whole, *parts):
        places.append(len(stream))
        stream += part
    directory = len(stream)
    stream += record(0x1772, struct.pack(f"<{len(places) + 1}I", len(places) << 20 | 1, *places))
    edit = len(stream)
    stream += record(0xFF5, struct.pack("<IIIIIII", 0, 0, 0, directory, 1, len(places), 0))
    current = record(0xFF6, struct.pack("<III", 20, token, edit))
    return write_compound(path, {"PowerPoint Document": stream, "Current User": current})
