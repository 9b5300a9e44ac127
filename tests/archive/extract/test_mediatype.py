import zipfile
from pathlib import Path

import pytest

from archive.errors import FileRefused
from archive.extract import media_type
from archive.extract.mediatype import (
    BMP,
    CSV,
    DOC,
    DOCX,
    GIF,
    HTML,
    JPEG,
    MARKDOWN,
    OFD,
    PDF,
    PLAIN,
    PNG,
    PPTX,
    TIFF,
    WEBP,
    XLS,
    XLSB,
    XLSX,
)  # fmt: skip
from tests.archive.extract.compounds import write_compound
from tests.archive.extract.makers import pdf as write_pdf
from tests.archive.extract.makers import put, write_docx


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("a.html", b"<p>x</p>", HTML),
        ("a.shtml", "政务公开".encode(), HTML),
        ("a.txt", b"  <!DOCTYPE html><html>", HTML),
        ("a.doc", b"\xef\xbb\xbf<html xmlns:o='urn:x'><body>", HTML),
        ("a.pdf", b'<?xml version="1.0"?>\n<html xmlns="http://www.w3.org/1999/xhtml">', HTML),
        ("a", "<html>".encode("utf-16"), HTML),
        ("a.doc", "<table><tr><td>政务".encode(), HTML),
        ("a.pdf", b"%PDF-1.4\n", PDF),
        ("a.txt", b"\r\n\x00%PDF-1.7 ...", PDF),
        ("a.txt", "政务公开".encode("gb18030"), PLAIN),
        ("A.TXT", "政务公开".encode(), PLAIN),
        ("a", "政务公开".encode(), PLAIN),
        ("a.md", b"# x", MARKDOWN),
        ("a.txt", b"BMW and others", PLAIN),
        ("a.csv", b"a,b", CSV),
        ("A.TSV", b"a\tb", CSV),
        ("a.xls", "姓名\t件数".encode("gb18030"), CSV),
        ("a.xls", b"<html><table><tr><td>1", HTML),
        ("a.pdf", b"\x89PNG\r\n\x1a\n", PNG),
        ("a.docx", b"\xff\xd8\xff\xe0", JPEG),
        ("a.jpg", b"GIF89a", GIF),
        ("a", b"II*\x00\x08\x00\x00\x00", TIFF),
        ("a.txt", b"BM" + (70).to_bytes(4, "little") + bytes(4) + b"\x36\0\0\0\x28\0\0\0", BMP),
        ("a.png", b"RIFF\x00\x00\x00\x00WEBP", WEBP),
    ],
)
def test_content_goes_before_the_name(tmp_path: Path, name: str, content: bytes, expected: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert media_type(path, name) == expected


@pytest.mark.parametrize(
    ("member", "expected"),
    [
        ("xl/workbook.xml", XLSX),
        ("xl/workbook.bin", XLSB),
        ("ppt/presentation.xml", PPTX),
        ("OFD.xml", OFD),
        ("ofd.xml", OFD),
    ],
)
def test_a_container_is_what_it_holds_under_any_name(tmp_path: Path, member: str, expected: str) -> None:
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w") as container:
        container.writestr(member, "x")
    assert media_type(path, "a.docx") == expected


def test_a_compound_file_is_what_stands_at_its_top(tmp_path: Path) -> None:
    book = write_compound(tmp_path / "a", {"Workbook": b"x"})
    assert media_type(book, "a.doc") == XLS
    letter = write_compound(tmp_path / "b", {"WordDocument": b"x", "ObjectPool": {"Workbook": b"x"}})
    assert media_type(letter, "a.xls") == DOC


@pytest.mark.parametrize(
    ("stream", "word"),
    [("EncryptedPackage", "密码"), ("\x09DRMContent", "权限"), ("ENCRYPTEDPACKAGE", "密码"), ("Other", "不认识")],
)
def test_other_compound_files_are_refused_by_what_they_hold(tmp_path: Path, stream: str, word: str) -> None:
    with pytest.raises(FileRefused, match=word):
        media_type(write_compound(tmp_path / "a", {stream: b"x"}), "a.xlsx")


@pytest.mark.parametrize("name", ["a.docx", "a.doc", "a.zip", "a.pdf"])
def test_a_word_document_is_one_under_any_name(tmp_path: Path, name: str) -> None:
    path = write_docx(tmp_path / "file", lambda document: None)
    assert media_type(path, name) == DOCX


def test_a_pdf_is_one_under_any_name(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "file", lambda canvas: put(canvas, 100, 700, "政务公开"))
    assert media_type(path, "a.docx") == PDF


@pytest.mark.parametrize(
    ("name", "content", "word"),
    [
        ("a.txt", b"", "空的"),
        ("a.docx", b"", "空的"),
        ("a.txt", b"\xef\xbb\xbf\r\n  ", "没有内容"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "损坏"),
        ("a.docx", b"PK\x03\x04 truncated", "损坏"),
        ("a.pdf", b"Founder CEB 3.00\0\1\2", "阿帕比"),
        ("a.ceb", bytes([1, 2, 3, 250]), "阿帕比"),
        ("a.doc", b"CAJ\0\1\2", "CAJViewer"),
        ("a.nh", b"HN\0\0\1", "CAJViewer"),
        ("a.kdh", b"KDH 2.00", "CAJViewer"),
        ("a.gd", bytes([1, 2, 3, 250]), "书生"),
        ("a.uof", b'<?xml version="1.0"?><uof:UOF>', "标文通"),
        ("a.heic", b"\0\0\0\x24ftypheic", "HEIC"),
        ("a.rar", b"Rar!\x1a\x07", "压缩包"),
        ("a.doc", b'<?xml version="1.0"?><w:wordDocument>', "XML"),
        ("a.dbf", b"a,b", "不认识"),
        ("a.webp", b"RIFF\x00\x00\x00\x00WAVE", "不认识"),
        ("a", bytes([1, 2, 3, 250]), "不认识"),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_to_do(tmp_path: Path, name: str, content: bytes, word: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    with pytest.raises(FileRefused) as refused:
        media_type(path, name)
    assert word in refused.value.reason
    assert "请" in refused.value.reason or "可以提交" in refused.value.reason
    assert refused.value.reason.endswith("。")


@pytest.mark.parametrize(
    ("member", "word"),
    [
        ("2020/manifest.jsonl", "带清单的压缩包"),
        ("content.xml", "OpenDocument 的图形"),
        ("a.txt", "解压"),
        ("uof.xml", "标文通"),
    ],
)
def test_other_containers_are_refused_by_what_they_hold(tmp_path: Path, member: str, word: str) -> None:
    path = tmp_path / "file"
    with zipfile.ZipFile(path, "w") as container:
        container.writestr(member, "x")
    with pytest.raises(FileRefused, match=word):
        media_type(path, "a.docx")
