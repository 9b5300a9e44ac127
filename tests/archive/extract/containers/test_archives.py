"""7z and rar are judged as zip is, whatever the program that unpacks them says; without it they are refused."""

import shutil
import struct
import subprocess
import tarfile
from pathlib import Path

import pytest

from archive.errors import FileRefused
from archive.extract import media_type
from archive.extract.containers import archives, rar4
from archive.extract.limits import ZipLimits
from tests.archive.extract.rars import LOCKED, VOLUME, Unpacker, unpacker, write_rar

__all__ = ["unpacker"]

BSDTAR = shutil.which("bsdtar")
FILES = {"文件/a.txt": "正文".encode(), "manifest.jsonl": b"{}"}


@pytest.fixture
def rar(tmp_path: Path) -> Path:
    return write_rar(tmp_path / "a.rar", FILES)


@pytest.fixture
def packed(tmp_path: Path) -> Path:
    """Return what begins like a 7z, of which all is said by the program in bsdtar's place."""
    path = tmp_path / "a.7z"
    path.write_bytes(b"7z\xbc\xaf\x27\x1c")
    return path


def link(kind: bytes) -> tarfile.TarInfo:
    found = tarfile.TarInfo("a.txt")
    found.type, found.linkname = kind, "/etc/passwd"
    return found


def folder(name: str) -> tarfile.TarInfo:
    found = tarfile.TarInfo(name)
    found.type = tarfile.DIRTYPE
    return found


def test_members_are_yielded_in_order_and_folders_end_with_a_slash(rar: Path, unpacker: Unpacker) -> None:
    unpacker.holds([folder("文件"), *FILES.items()])
    assert [*archives.members(rar)] == [("文件/", b""), *FILES.items()]
    assert archives.names(rar) == ["文件", *FILES]


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ([("../a.txt", b"x")], "文件之外"),
        ([("/etc/a", b"x")], "文件之外"),
        ([("C:\\a", b"x")], "文件之外"),
        ([link(tarfile.SYMTYPE)], "链接"),
        ([link(tarfile.LNKTYPE)], "链接"),
        ([link(tarfile.CHRTYPE)], "链接"),
        ([("a", b"x"), ("A", b"y")], "重名"),
        ([(f"{at}", b"") for at in range(5)], "超过 4 个"),
        ([("a", bytes(2000))], "不合常理"),
        ([("a", bytes(900)), ("b", bytes(900))], "不合常理"),
    ],
)
def test_what_no_zip_may_hold_no_archive_may(
    packed: Path, unpacker: Unpacker, members: list[tuple[str, bytes] | tarfile.TarInfo], word: str
) -> None:
    unpacker.holds(members)
    with pytest.raises(FileRefused, match=word):
        [*archives.members(packed, ZipLimits(members=4, ratio=1, ratio_free=1000))]


def test_an_archive_larger_than_all_that_may_be_unpacked_is_refused(packed: Path, unpacker: Unpacker) -> None:
    unpacker.holds([("a", bytes(900)), ("b", bytes(900))])
    with pytest.raises(FileRefused, match="超过 0 MB"):
        [*archives.members(packed, ZipLimits(total_size=1000))]


def test_what_the_program_could_not_read_is_refused(packed: Path, unpacker: Unpacker) -> None:
    unpacker.holds([("a", b"x")], status=1, said="bsdtar: Encrypted file is unsupported")
    with pytest.raises(FileRefused, match="密码"):
        [*archives.members(packed)]
    unpacker.holds([("a", b"x")], status=1, said="bsdtar: Truncated input")
    with pytest.raises(FileRefused, match="分了卷"):
        [*archives.members(packed)]
    unpacker.holds([("a", b"x")], said="bsdtar: b: pax format cannot archive this")
    with pytest.raises(FileRefused, match="分了卷"):
        [*archives.members(packed)]


def test_a_rar_of_which_the_program_says_nothing_wrong_is_checked_here(
    rar: Path, tmp_path: Path, unpacker: Unpacker
) -> None:
    for members in ([("文件/a.txt", b"xx"), ("manifest.jsonl", b"{}")], [*FILES.items()][:1]):
        unpacker.holds(members)
        with pytest.raises(FileRefused, match="损坏"):
            [*archives.members(rar)]
    unpacker.holds([*FILES.items()])
    with pytest.raises(FileRefused, match="密码"):
        [*archives.members(write_rar(tmp_path / "b.rar", FILES, LOCKED))]
    with pytest.raises(FileRefused, match="分了卷"):
        [*archives.members(write_rar(tmp_path / "c.rar", FILES, VOLUME))]


def test_without_the_program_an_archive_is_refused_with_what_to_do(
    rar: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(FileRefused, match="重新压缩为 zip.*libarchive-tools"):
        media_type(rar, "a.rar")


def test_an_archive_in_a_folder_is_refused_by_whether_it_has_a_manifest(rar: Path, unpacker: Unpacker) -> None:
    for members, word in ((FILES, "带清单的压缩包"), ({"a.txt": b"x"}, "没有清单")):
        unpacker.holds([*members.items()])
        with pytest.raises(FileRefused, match=word):
            media_type(rar, "a.docx")


@pytest.mark.skipif(BSDTAR is None, reason="no bsdtar")
def test_real_archives_are_read_and_locked_and_broken_ones_refused(rar: Path, tmp_path: Path) -> None:
    assert dict(archives.members(rar)) == FILES
    with pytest.raises(FileRefused, match="密码"):
        [*archives.members(write_rar(tmp_path / "b.rar", FILES, LOCKED))]
    rar.write_bytes(rar.read_bytes()[:-30])
    with pytest.raises(FileRefused, match="不完整"):
        [*archives.members(rar)]
    for name, content in FILES.items():
        (tmp_path / "in" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "in" / name).write_bytes(content)
    packed = tmp_path / "a.7z"
    command = [str(BSDTAR), "-c", "-f", str(packed), "--format", "7zip", "-C", str(tmp_path / "in"), *FILES]
    subprocess.run(command, check=True, env={"LC_ALL": "C.UTF-8", "PATH": "/usr/bin:/bin"})  # noqa: S603  # of the system
    assert dict(archives.members(packed)) == FILES


@pytest.mark.parametrize("size", [0, 6])
def test_a_rar_with_a_block_smaller_than_its_head_is_damaged(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.rar"
    path.write_bytes(rar4.MARK + struct.pack("<HBHH", 0, 0x74, 0, size) + bytes(40))
    with pytest.raises(ValueError, match="smaller"):
        rar4.sums(path)
