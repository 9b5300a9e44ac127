"""What a file holds packed is unpacked and searched by the proof, or the copy is refused."""

import base64
import gzip
import io
import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from archive.errors import FileRefused
from archive.extract.mediatype import DOC, DOCX, HTML, PDF
from archive.masking import packed
from archive.masking.copy import mask
from archive.masking.proof import remains
from tests.archive.extract.compounds import write_compound
from tests.archive.extract.pictures.files import pdf
from tests.archive.masking.test_masking import NAME, PHONE, _docx, _run, _with

WORDS = [PHONE, NAME]


def zipped(method: int = zipfile.ZIP_DEFLATED, **parts: str | bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as container:
        for name, content in parts.items():
            container.writestr(name, content)
    return stream.getvalue()


def compound(tmp_path: Path, **streams: bytes) -> bytes:
    return write_compound(tmp_path / "object", streams).read_bytes()


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        for kind, content in chunks
    )


def locked(content: bytes) -> bytes:
    """Say of the members of a container that they are encrypted."""
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = content.index(mark) + at
        content = content[:place] + b"\x01" + content[place + 1 :]
    return content


def broken(content: bytes) -> bytes:
    """Break what the first member of a container is packed in."""
    return content[:31] + b"\xff" * 8 + content[39:]


def nested(depth: int, content: bytes) -> bytes:
    for _ in range(depth):
        content = zipped(inner=content)
    return content


SPLIT = _docx(before=_run("138") + _run("1234") + _run("5678"))
IN_A_PAGE = pdf([f"村民{NAME}，电话{PHONE}。"])
APART = "户主：王\n小明".encode("utf-16-le")

OBJECT = "word/embeddings/a.bin"
HELD: dict[str, tuple[str, Callable[[Path], bytes]]] = {
    "a letter in a container": ("word/embeddings/a.zip", lambda _: zipped(letter=SPLIT)),
    "a letter in three containers": ("word/embeddings/a.bin", lambda _: nested(3, SPLIT)),
    "a container behind other bytes": ("word/media/image9.png", lambda _: png() + zipped(a=PHONE)),
    "a stream of an object": (
        OBJECT,
        lambda path: compound(path, Contents=b"x" * 700 + PHONE.encode()),
    ),
    "words over two sectors": (
        OBJECT,
        lambda path: _shuffled(compound(path, Contents=b"x" * 505 + PHONE.encode())),
    ),
    "a letter in an object": (
        OBJECT,
        lambda path: compound(path, Package=b"\x10\0\0\0\2\0letter.docx\0" + SPLIT),
    ),
    "a packed drawing": ("word/media/image9.emz", lambda _: gzip.compress(b"\x01" + PHONE.encode("utf-16-le"))),
    "a packed remark of a picture": (
        "word/media/image9.png",
        lambda _: png((b"zTXt", b"Comment\0\0" + zlib.compress(PHONE.encode()))),
    ),
    "an international remark": (
        "word/media/image9.png",
        lambda _: png((b"iTXt", b"Comment\0\1\0zh\0\0" + zlib.compress(NAME.encode()))),
    ),
    "a page of print": ("word/embeddings/a.pdf", lambda _: IN_A_PAGE),
    "a page of print in an object": (
        OBJECT,
        lambda path: compound(path, CONTENTS=b"a.pdf\0" + IN_A_PAGE),
    ),
    "a saved page": (
        "word/afchunk.mht",
        lambda _: (
            b"MIME-Version: 1.0\r\nContent-Type: text/html\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
            b"<p>138=\r\n1234=35678</p>\r\n"
        ),
    ),
    "a page in another encoding": ("word/afchunk.htm", lambda _: "<p>户主王<b>小</b>明</p>".encode("gb18030")),
    "rich text": (
        "word/embeddings/a.rtf",
        lambda _: b"{\\rtf1\\ansi\\ansicpg936 \\u29579?\\b \\u23567?\\b0\\u26126?\\par}",
    ),
    "an object in rich text": (
        "word/embeddings/a.rtf",
        lambda _: b"{\\rtf1{\\object{\\*\\objdata " + zipped(a=PHONE).hex("\n", 32).encode() + b"}}}",
    ),
    "base64 in a form": (
        "customXml/item7.xml",
        lambda _: f"<form><v>{base64.b64encode(f'x电话{PHONE}'.encode()).decode()}</v></form>".encode(),
    ),
    "a file in a form": (
        "customXml/item7.xml",
        lambda _: b"<p><binaryData>" + base64.encodebytes(zipped(a=PHONE)) + b"</binaryData></p>",
    ),
    "numbers to base 16 in a form": (
        "customXml/item7.xml",
        lambda _: f"<form><v>{f'户主{NAME}'.encode('utf-16-le').hex()}</v></form>".encode(),
    ),
}


def _shuffled(content: bytes) -> bytes:
    """Put the second sector of a compound file's first stream last, so that it doesn't follow the first."""
    sectors = [content[at : at + 512] for at in range(512, len(content), 512)]
    last = len(sectors)
    tables = struct.unpack_from("<109I", content, 76)
    table = bytearray(sectors[tables[0]])
    struct.pack_into("<I", table, 0, last)
    struct.pack_into("<I", table, 4 * last, 2)
    sectors[tables[0]] = bytes(table)
    moved, sectors[1] = sectors[1], bytes(512)
    return content[:512] + b"".join([*sectors, moved])


@pytest.mark.parametrize("name", HELD)
def test_what_is_packed_is_found(name: str, tmp_path: Path) -> None:
    part, make = HELD[name]
    path = tmp_path / "a.docx"
    path.write_bytes(_with(_docx(), {part: make(tmp_path)}))
    found = remains(path, DOCX, WORDS)
    assert found and {where for _, where in found} <= {"嵌入的文件", "文中的图片", f"文件的部件 {part}"}


CLOSED: dict[str, Callable[[Path], bytes]] = {
    "a container that ends too soon": lambda _: zipped(a=b"x" * 5000, b="y")[:-60],
    "a container with a broken member": lambda _: broken(zipped(a=b"x" * 5000)),
    "a locked container": lambda _: locked(zipped(zipfile.ZIP_STORED, a="x")),
    "a container with too many layers": lambda _: nested(12, SPLIT),
    "a container that grows too much": lambda _: zipped(a=bytes(90_000_000)),
    "rar": lambda _: b"Rar!\x1a\x07\x01\x00" + bytes(100),
    "7z": lambda _: b"7z\xbc\xaf\x27\x1c" + bytes(100),
    "rar in an object": lambda path: compound(path, Package=b"a.rar\0Rar!\x1a\x07\x01\x00" + bytes(100)),
    "a packed drawing that is broken": lambda _: gzip.compress(b"x" * 5000)[:-20],
    "a broken object": lambda path: compound(path, Contents=b"x")[:600],
    "a locked document": lambda path: compound(path, EncryptedPackage=bytes(100)),
    "a broken remark": lambda _: png((b"zTXt", b"Comment\0\0" + b"no")),
    "a broken page of print": lambda _: b"%PDF-1.4\n1 0 obj <</Type/Catalog>> endobj\n",
    "a broken letter": lambda _: _with(_docx(), {"word/document.xml": "<w:document"}),
}


@pytest.mark.parametrize("name", CLOSED)
def test_what_cannot_be_unpacked_is_refused_with_the_reason(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(_with(_docx(), {"word/embeddings/a.bin": CLOSED[name](tmp_path)}))
    with pytest.raises(FileRefused, match="不能证明已经遮住.*另存后再试|恶意"):
        remains(path, DOCX, WORDS)


def test_harmless_things_within_are_no_hindrance(tmp_path: Path) -> None:
    harmless: dict[str, str | bytes] = {
        "word/embeddings/a.docx": _docx(),
        "word/embeddings/b.bin": compound(tmp_path, Contents=b"equation"),
        "word/embeddings/c.pdf": pdf(["公示"]),
        "word/media/image8.png": png((b"zTXt", b"Comment\0\0" + zlib.compress(b"made by hand"))),
        "word/media/image9.emz": gzip.compress(b"drawing"),
        "word/fonts/font1.odttf": bytes(range(256)) * 40,
    }
    path = tmp_path / "a.docx"
    path.write_bytes(_with(_docx(before=_run(PHONE)), harmless))
    told, copy = mask(path, DOCX, WORDS)
    path.write_bytes(copy)
    assert told["masked"] == [1, 0] and remains(path, DOCX, WORDS) == []


def test_a_preview_goes_whatever_it_is_called(tmp_path: Path) -> None:
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" '
        'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" '
        'Target="word/document.xml"/><Relationship Id="rId9" Target="/pictures/first.emf" '
        'Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/thumbnail"/></Relationships>'
    )
    path = tmp_path / "a.docx"
    path.write_bytes(_with(_docx(before=_run(PHONE)), {"_rels/.rels": rels, "pictures/first.emf": b"\1picture"}))
    _, copy = mask(path, DOCX, WORDS)
    with zipfile.ZipFile(io.BytesIO(copy)) as container:
        assert "pictures/first.emf" not in container.namelist()
        assert b"thumbnail" not in container.read("_rels/.rels")


PAGES = {
    "base64": f"<script>show(atob('{base64.b64encode(f'电话：{PHONE}'.encode()).decode()}'))</script>",
    "base64 at another place": f"<i data-x='{base64.b64encode(f'话：{PHONE}'.encode()).decode()}'></i>",
    "base64 for addresses": f"<a href='?q={base64.urlsafe_b64encode(f'户主{NAME}'.encode()).decode()}'>查</a>",
    "numbers to base 16": f"<i data-x='{NAME.encode().hex()}'></i>",
    "percent signs": f"<a href='?q={quote(NAME)}'>查</a>",
    "percent signs in another encoding": f"<a href='?q={quote(NAME.encode('gb18030'))}'>查</a>",
    "references": "<p>" + "".join(f"&#x{ord(each):x};" for each in NAME) + "</p>",
    "a container": f"<a href='data:x;base64,{base64.b64encode(zipped(a=PHONE)).decode()}'>附件</a>",
    "a picture": "<img src='data:image/png;base64,"
    f"{base64.b64encode(png((b'zTXt', b'C' + bytes(2) + zlib.compress(PHONE.encode())))).decode()}'>",
}


@pytest.mark.parametrize("name", PAGES)
def test_a_page_writes_it_in_other_ways(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html><meta charset='utf-8'><body><p>公示</p>{PAGES[name]}</body></html>")
    assert remains(path, HTML, WORDS)


def with_object(content: bytes, more: bytes) -> bytes:
    """Add an object to a PDF by an update, to which nothing refers but its table."""
    start = len(content)
    was = int(content.rpartition(b"startxref")[2].split()[0])
    root = re.search(rb"/Root (\d+ 0 R)", content)
    assert root
    body = b"900 0 obj\n%b\nendobj\n" % more
    table = b"xref\n900 1\n%010d 00000 n \ntrailer\n<</Size 901/Root %b/Prev %d>>\n" % (start, root[1], was)
    return content + body + table + b"startxref\n%d\n%%%%EOF\n" % (start + len(body))


def stream(content: bytes, about: bytes = b"") -> bytes:
    return b"<<%b/Length %d>>stream\n%b\nendstream" % (about, len(content), content)


FLATE = b"/Filter/FlateDecode"
OBJECTS = {
    "a string to base 16": b"<<" + b"/A<" + PHONE.encode("utf-16-be").hex().encode() + b">>>",
    "a name": b"<</A/#31#33#38" + PHONE[3:].encode() + b">>",
    "a key": b"<</#31#33#38" + PHONE[3:].encode() + b" 1>>",
    "properties": stream(zlib.compress(b"<?xml version='1.0'?><x>&#49;3812345678</x>"), FLATE),
    "a container": stream(zlib.compress(zipped(letter=SPLIT)), b"/Type/EmbeddedFile" + FLATE),
    "a letter": stream(SPLIT, b"/Type/EmbeddedFile"),
    "another page of print": stream(zlib.compress(IN_A_PAGE), b"/Type/EmbeddedFile" + FLATE),
}


@pytest.mark.parametrize("name", OBJECTS)
def test_an_object_of_a_pdf_holds_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(with_object(pdf(["公示"]), OBJECTS[name]))
    assert remains(path, PDF, WORDS)


def test_a_former_state_of_a_pdf_holds_it(tmp_path: Path) -> None:
    former = with_object(pdf(["公示"]), stream(zlib.compress(b"BT (%b) Tj ET" % PHONE.encode()), FLATE))
    path = tmp_path / "a.pdf"
    path.write_bytes(with_object(former, stream(zlib.compress(b"BT (gone) Tj ET"), FLATE)))
    assert remains(path, PDF, WORDS)


@pytest.mark.parametrize(
    "unreadable",
    [
        stream(b"secret", b"/Filter/Unknown"),
        stream(b"secret", b"/Filter/Crypt"),
        stream(b"\x78\x9c" + b"\xff" * 60, FLATE),
        stream(zlib.compress(b"Rar!\x1a\x07\x01\x00" + bytes(50)), b"/Type/EmbeddedFile" + FLATE),
    ],
)
def test_a_stream_of_a_pdf_that_cannot_be_unpacked_is_refused(unreadable: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(with_object(pdf(["公示"]), unreadable))
    with pytest.raises(FileRefused, match="不能证明已经遮住"):
        remains(path, PDF, WORDS)


def test_all_that_is_packed_is_bounded_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packed, "_MOST", 10_000)
    assert [*packed.Packed().within(zipped(a=b"x" * 4000))]
    with pytest.raises(FileRefused, match="超过|打不开"):
        [*packed.Packed().within(zipped(a=b"x" * 4000, b=b"y" * 4000, c=b"z" * 4000))]


def test_of_a_file_that_can_t_be_opened_it_is_not_said_that_it_lies_in_another(tmp_path: Path) -> None:
    whole = compound(tmp_path, WordDocument=b"x" * 5000)
    path = tmp_path / "方案.doc"
    path.write_bytes(whole[:600])
    with pytest.raises(FileRefused, match="^这个旧版办公文件打不开") as told:
        remains(path, DOC, [NAME])
    assert "嵌入" not in str(told.value)
    path = tmp_path / "方案.html"
    path.write_text(f'<p><img src="data:x;base64,{base64.b64encode(whole[:600]).decode()}"></p>')
    with pytest.raises(FileRefused, match="^文件里嵌入的旧版办公文件打不开"):
        remains(path, HTML, [NAME])
