"""Reading the headers of a rar of the fourth version, for bsdtar passes over locks and sums in it without a word.

Each block has a sum, a kind, flags and its size, and a file's also how much is packed behind it (technote.txt of
RAR 4). Only what can be trusted of that is used: if anything is odd, the archive is damaged.
"""

import struct
from pathlib import Path

MARK = b"Rar!\x1a\x07\x00"
_MAIN, _FILE, _END = 0x73, 0x74, 0x7B
_VOLUME, _LOCKED_HEADERS = 0x0001, 0x0080
_SPLIT, _LOCKED, _LARGE, _FOLDER, _MORE = 0x0003, 0x0004, 0x0100, 0x00E0, 0x8000
_MOST = 10_000


class Locked(Exception):
    """The archive has a password."""


def sums(path: Path) -> list[int] | None:
    """Return the sums of the files in an archive, in order; None for another kind of archive.

    Raises Locked for one with a password, and ValueError for one that is damaged or a part of several.
    """
    with path.open("rb") as stream:
        if stream.read(len(MARK)) != MARK:
            return None
        found: list[int] = []
        for _ in range(_MOST):
            head = stream.read(7)
            if not head:
                return found
            try:
                kind, flags, size = struct.unpack_from("<2xBHH", head)
                if kind == _END:
                    return found
                if size < len(head):
                    raise ValueError("a block smaller than its head")
                rest = stream.read(size - 7)
                if kind == _MAIN and flags & _LOCKED_HEADERS or kind == _FILE and flags & _LOCKED:
                    raise Locked
                if kind == _MAIN and flags & _VOLUME or kind == _FILE and flags & _SPLIT:
                    raise ValueError("one of several volumes")
                behind = struct.unpack_from("<I", rest)[0] if flags & _MORE else 0
                if kind == _FILE:
                    behind += (struct.unpack_from("<I", rest, 25)[0] << 32) if flags & _LARGE else 0
                    if flags & _FOLDER != _FOLDER:
                        found.append(struct.unpack_from("<I", rest, 9)[0])
            except struct.error as error:
                raise ValueError("cut off") from error
            stream.seek(behind, 1)
    raise ValueError("too many blocks")
