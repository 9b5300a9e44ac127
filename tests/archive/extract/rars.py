"""Writing archives of RAR 4 whose members are only stored, and a program in the place of bsdtar."""

import io
import struct
import tarfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

LOCKED, VOLUME = 0x0004, 0x0001
_UTF_8 = 0x0200


def write_rar(path: Path, files: Mapping[str, bytes], flags: int = 0) -> Path:
    content = b"Rar!\x1a\x07\x00" + _header(0x73, 0, bytes(6))
    for name, data in files.items():
        raw = name.encode()
        # How many bytes, of which system, from when, how packed, and a regular file's mode.
        about = struct.pack("<IIBII", len(data), len(data), 3, zlib.crc32(data), 0x50000000)
        about += struct.pack("<BBHI", 20, 0x30, len(raw), 0o100644)
        content += _header(0x74, 0x8000 | _UTF_8 | flags, about + raw)
        content += bytes(each ^ 0x55 for each in data) if flags & LOCKED else data
    path.write_bytes(content + _header(0x7B, 0x4000, b""))
    return path


def _header(kind: int, flags: int, content: bytes) -> bytes:
    head = struct.pack("<BHH", kind, flags, 7 + len(content)) + content
    return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head


class Unpacker:
    """A program in the place of bsdtar, which says that an archive has the members it is given."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        program = folder / "bsdtar"
        program.write_text(
            f'#!/bin/sh\n[ "$1" = -t ] && exec cat {folder}/names\ncat {folder}/said >&2\ncat {folder}/stream\n'
            f"exit $(cat {folder}/status)\n",
            encoding="utf-8",
        )
        program.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))

    def holds(self, members: Sequence[tuple[str, bytes] | tarfile.TarInfo], status: int = 0, said: str = "") -> None:
        stream, names = io.BytesIO(), list[str]()
        with tarfile.open(fileobj=stream, mode="w", format=tarfile.PAX_FORMAT) as made:
            for each in members:
                named, content = each if isinstance(each, tuple) else (each, b"")
                member = tarfile.TarInfo(named) if isinstance(named, str) else named
                member.size = len(content)
                made.addfile(member, io.BytesIO(content))
                names.append(member.name)
        (self._folder / "stream").write_bytes(stream.getvalue())
        (self._folder / "names").write_text("\n".join(names), encoding="utf-8")
        (self._folder / "said").write_text(said, encoding="utf-8")
        (self._folder / "status").write_text(str(status), encoding="utf-8")


@pytest.fixture
def unpacker(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Unpacker:
    folder = tmp_path / "bin"
    folder.mkdir()
    return Unpacker(folder, monkeypatch)
