"""What stands at the top of a compound file, the container of Word, Excel and PowerPoint before 2007.

Numbers in comments are sections of [MS-CFB].
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_ENTRY = 128
_LAST = 0xFFFFFFFA  # this and the numbers above name no sector
_NOBODY = 0xFFFFFFFF
# A directory, or a list of the table's own sectors, that is longer than this is none.
_LONGEST = 4_224


def root_entries(path: Path) -> frozenset[str]:
    """The names of the streams and storages at the top, in small letters; those that are found in a broken file.

    What is embedded in a document lies in storages of its own: a letter with a table in it is still a letter.
    """
    with path.open("rb") as stream:
        try:
            return frozenset(_top(_Container(stream).directory()))
        except (struct.error, OverflowError):
            return frozenset()


class _Container:
    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        header = stream.read(_HEADER)
        # 2.2: a sector has 512 or 4,096 bytes; 109 sectors of the allocation table are named in the header.
        self._size = 4_096 if struct.unpack_from("<H", header, 30)[0] == 12 else 512
        (self._first,) = struct.unpack_from("<I", header, 48)
        (self._more,) = struct.unpack_from("<I", header, 68)
        self._table = list(struct.unpack_from("<109I", header, 76))

    def directory(self) -> bytes:
        return b"".join(self._sector(number) for number in self._chain(self._first))

    def _chain(self, sector: int) -> Iterator[int]:
        for _ in range(_LONGEST):
            if sector >= _LAST:
                return
            yield sector
            place, slot = divmod(sector, self._size // 4)
            # 2.5: longer files name the further sectors of their table in a chain of sectors.
            while len(self._table) <= min(place, _LONGEST) and self._more < _LAST:
                *numbers, self._more = struct.unpack(f"<{self._size // 4}I", self._sector(self._more))
                self._table += numbers
            if place >= len(self._table) or self._table[place] >= _LAST:
                return
            sector = struct.unpack_from("<I", self._sector(self._table[place]), 4 * slot)[0]

    def _sector(self, number: int) -> bytes:
        self._stream.seek((number + 1) * self._size)
        return self._stream.read(self._size)


def _top(directory: bytes) -> Iterator[str]:
    """2.6: the children of the first entry are a tree, linked by the numbers of their neighbours."""
    seen: set[int] = set()
    waiting = [struct.unpack_from("<I", directory, 76)[0]]
    while waiting:
        number = waiting.pop()
        start = number * _ENTRY
        if number == _NOBODY or number in seen or start + _ENTRY > len(directory):
            continue
        seen.add(number)
        (length,) = struct.unpack_from("<H", directory, start + 64)
        yield directory[start : start + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace").lower()
        waiting += struct.unpack_from("<2I", directory, start + 68)
