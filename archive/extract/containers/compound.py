"""Listing the top level of a compound file, the container of Word, Excel and PowerPoint before 2007.

Numbers in comments and docstrings are sections of [MS-CFB].
"""

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_ENTRY = 128
# This number and those above it do not name a sector.
_NO_SECTOR = 0xFFFFFFFA
_NO_ENTRY = 0xFFFFFFFF
# A valid directory, and a valid list of the allocation table's sectors, has at most this many sectors.
_MAX_CHAIN = 4_224


def root_entries(path: Path) -> frozenset[str]:
    """Return the names of the top-level streams and storages in lower case; of a broken file, none.

    Embedded documents are in storages of their own: a letter with a spreadsheet in it is still a letter.
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
        # 2.2: a sector has 512 or 4,096 bytes; the header names 109 sectors of the allocation table.
        self._size = 4_096 if struct.unpack_from("<H", header, 30)[0] == 12 else 512
        (self._first,) = struct.unpack_from("<I", header, 48)
        (self._more,) = struct.unpack_from("<I", header, 68)
        self._table = list(struct.unpack_from("<109I", header, 76))

    def directory(self) -> bytes:
        return b"".join(self._sector(number) for number in self._chain(self._first))

    def _chain(self, sector: int) -> Iterator[int]:
        for _ in range(_MAX_CHAIN):
            if sector >= _NO_SECTOR:
                return
            yield sector
            place, slot = divmod(sector, self._size // 4)
            # 2.5: longer files name the remaining sectors of the table in a chain of sectors.
            while len(self._table) <= min(place, _MAX_CHAIN) and self._more < _NO_SECTOR:
                *numbers, self._more = struct.unpack(f"<{self._size // 4}I", self._sector(self._more))
                self._table += numbers
            if place >= len(self._table) or self._table[place] >= _NO_SECTOR:
                return
            sector = struct.unpack_from("<I", self._sector(self._table[place]), 4 * slot)[0]

    def _sector(self, number: int) -> bytes:
        self._stream.seek((number + 1) * self._size)
        return self._stream.read(self._size)


def _top(directory: bytes) -> Iterator[str]:
    """Yield the names of the first entry's children, a tree linked by the numbers of siblings (2.6)."""
    seen: set[int] = set()
    waiting = [struct.unpack_from("<I", directory, 76)[0]]
    while waiting:
        number = waiting.pop()
        start = number * _ENTRY
        if number == _NO_ENTRY or number in seen or start + _ENTRY > len(directory):
            continue
        seen.add(number)
        (length,) = struct.unpack_from("<H", directory, start + 64)
        yield directory[start : start + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace").lower()
        waiting += struct.unpack_from("<2I", directory, start + 68)
