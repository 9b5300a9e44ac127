import struct
import zipfile
from pathlib import Path

import pytest

from archive.errors import ExtractionFailed, FileRefused
from archive.extract import media_type
from archive.extract.containers.zipguard import read_parts, refuse_doctype
from archive.extract.limits import ZipLimits

SMALL = ZipLimits(members=5, member_size=10_000, total_size=20_000, ratio=100, ratio_free=500)


def make(path: Path, members: dict[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as container:
        for name, content in members.items():
            container.writestr(name, content)
    return path


def test_parts_that_hold_text_are_read_and_others_only_counted(tmp_path: Path) -> None:
    path = make(tmp_path / "a", {"word/document.xml": b"<w/>", "media/a.png": b"x"})
    assert read_parts(path, SMALL) == {"word/document.xml": b"<w/>"}


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({f"{n}.xml": b"x" for n in range(6)}, "超过 5 个"),
        ({"a.png": bytes(range(256)) * 40}, "压缩炸弹"),
        ({"a.xml": bytes(9_000)}, "压缩炸弹"),
        ({"../a.xml": b"x"}, "之外"),
        ({"/etc/a.xml": b"x"}, "之外"),
        ({"C:/a.xml": b"x"}, "之外"),
        ({"word/A.xml": b"x", "word/a.xml": b"y"}, "重名"),
    ],
)
def test_a_container_beyond_the_bounds_is_refused(tmp_path: Path, members: dict[str, bytes], word: str) -> None:
    with pytest.raises(ExtractionFailed, match=word):
        read_parts(make(tmp_path / "a", members), SMALL)


def test_the_sum_of_all_parts_is_bounded(tmp_path: Path) -> None:
    members = {f"{n}.xml": bytes([n]) * 9_000 for n in range(3)}
    with pytest.raises(ExtractionFailed, match="解压后超过"):
        read_parts(make(tmp_path / "a", members, zipfile.ZIP_STORED), SMALL)


def test_a_link_is_refused(tmp_path: Path) -> None:
    info = zipfile.ZipInfo("word/document.xml")
    info.external_attr = 0o120777 << 16
    with zipfile.ZipFile(tmp_path / "a", "w") as container:
        container.writestr(info, "/etc/passwd")
    with pytest.raises(ExtractionFailed, match="链接"):
        read_parts(tmp_path / "a", SMALL)


def test_a_size_that_lies_is_not_believed(tmp_path: Path) -> None:
    path = make(tmp_path / "a", {"a.xml": bytes(9_000)})
    data = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.index(mark) + offset
        data[start : start + 4] = (100).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    with pytest.raises(ExtractionFailed):
        read_parts(path, SMALL)


@pytest.mark.parametrize("cut", [10, 60, -30, -1])
def test_a_truncated_container_is_refused(tmp_path: Path, cut: int) -> None:
    path = make(tmp_path / "a", {"a.xml": b"<a/>" * 50, "b.xml": b"<b/>"})
    path.write_bytes(path.read_bytes()[:cut])
    with pytest.raises(ExtractionFailed, match="损坏"):
        read_parts(path, SMALL)


@pytest.mark.parametrize(
    "content",
    [
        b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a>&e;</a>',
        "<!DOCTYPE a><a/>".encode("utf-16"),
    ],
)
def test_a_part_with_a_document_type_is_refused(content: bytes) -> None:
    with pytest.raises(ExtractionFailed, match="DOCTYPE"):
        refuse_doctype({"word/document.xml": content})


def entries(count: int) -> bytes:
    """Return a directory of ``count`` entries for files that do not exist."""
    entry = struct.pack("<4s4B4HL2L5H2L", b"PK\x01\x02", 20, 0, 20, *[0] * 8, 8, *[0] * 6)
    return b"".join(entry + b"%08x" % number for number in range(count))


@pytest.mark.parametrize("comment", [b"", b"x" * 70])
@pytest.mark.parametrize("large", [False, True])
def test_a_directory_without_end_is_refused_before_it_is_read(tmp_path: Path, comment: bytes, large: bool) -> None:
    directory = entries(30_000)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 9, 9, 0 if large else len(directory), 4, len(comment)) + comment
    if large:
        record = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, 9, 9, len(directory), 4)
        end = record + struct.pack("<4sLQL", b"PK\x06\x07", 0, 4 + len(directory), 1) + end
    path = tmp_path / "a"
    path.write_bytes(b"PK\x03\x04" + directory + end)
    with zipfile.ZipFile(path) as container:
        assert len(container.infolist()) == 30_000, "the test does not test"
    for read in (read_parts, lambda path: media_type(path, "a.docx")):
        with pytest.raises(FileRefused, match="多得不合常理"):
            read(path)
