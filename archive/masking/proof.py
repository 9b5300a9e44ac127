"""Proving that words are gone from a file: its text is read again, and everything in it is searched, however packed.

This goes other ways than the masking does, so that what the one misses the other finds.
"""

import base64
import binascii
import html
import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import chain
from pathlib import Path
from urllib.parse import unquote

from lxml import etree
from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjectNotFound, PDFStream

from archive.chinese import sought
from archive.errors import FileRefused
from archive.extract.containers.zipguard import members, parse_part
from archive.extract.formats import extract_plain
from archive.extract.mediatype import CSV, HTML, MARKDOWN, PDF, PLAIN
from archive.masking import word

_WRITTEN = frozenset({PLAIN, MARKDOWN, CSV, HTML})
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "utf-32-le")
_ENCLOSED = re.compile(rb"base64,([A-Za-z0-9+/=\s]{16,})")
_SCRIPT = re.compile(r"\\(?:u\{?|x)([0-9a-fA-F]{2,6})\}?")
_STYLE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_XML = (".xml", ".rels", ".vml")
_DEPTH = 4
# Among so many bytes of a picture any four stand somewhere by chance.
_LARGE = 1 << 20
# Where words may be, as the reviewer is told.
TEXT, HIDDEN, INSIDE = "正文", "看不见的内容", "文件内部"


def remains(path: Path, media_type: str, words: Sequence[str]) -> list[tuple[int, str]]:
    """Return each word that is still there and where: in the text, in what is not seen, or in a named part."""
    found: dict[tuple[int, str], None] = {}

    def search(text: str, where: str) -> None:
        for at, _, _ in sought.find(text, words):
            found[at, where] = None

    try:
        extraction = extract_plain(path, media_type)
    except FileRefused:
        # What has no text that can be read still has bytes.
        extraction = None
    if extraction:
        said = (*extraction.paragraphs, *extraction.stated, *extraction.stated.values())
        search("\n".join((extraction.title or "", *said)), TEXT)
        search("\n".join(extraction.concealed), HIDDEN)
    for name, text in _texts(path, media_type):
        search(text, name)
    keys = [_forms(each) for each in words]
    for name, content in _contents(path, media_type):
        for at, forms in enumerate(keys):
            least = 1 if len(content) < _LARGE else 5
            if any(form in content for form in forms if len(form) >= least):
                found[at, name] = None
    return [*found]


def _forms(words: str) -> list[bytes]:
    """Return the bytes of words in each encoding, as they are written and without blanks."""
    spellings = {words, re.sub(r"\s", "", words), re.sub(r"[\s-]", "", words)}
    return [form for each in spellings for encoding in _ENCODINGS if len(form := each.encode(encoding, "ignore")) > 3]


def _texts(path: Path, media_type: str) -> Iterator[tuple[str, str]]:
    """Yield what is written in a file, by the name of its part, in every way that a program may read it."""
    if media_type in _WRITTEN:
        content = path.read_bytes()
        for encoding in ("utf-8", "gb18030", "utf-16"):
            yield from ((INSIDE, each) for each in _resolved(content.decode(encoding, "replace")))
    elif zipfile.is_zipfile(path):
        for name, content in _unpacked(path):
            yield INSIDE, name
            if name.lower().endswith(_XML):
                yield from ((_named(name), each) for each in _of_xml(content))
            elif name.lower().endswith((".htm", ".html", ".mht", ".txt", ".svg", ".rtf")):
                yield from ((_named(name), each) for each in _resolved(content.decode("utf-8", "replace")))


def _resolved(text: str) -> Iterator[str]:
    """Yield a source as it is, without tags, and with what it writes in other ways resolved."""
    shown = "".join(each.rpartition("-->")[2] if at else each for at, each in enumerate(text.split("<!--")))
    for each in (text, re.sub(r"<[^<>]*>", "", text), re.sub(r"<[^<>]*>", "", shown)):
        yield each
        plain = html.unescape(each)
        yield plain
        yield html.unescape(unquote(plain))
        yield _SCRIPT.sub(_character, plain)
        yield _STYLE.sub(_character, plain)
        yield re.sub(r"[*_`~\\]+", "", plain)


def _character(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return chr(code) if code < 0x110000 and not 0xD800 <= code < 0xE000 else match[0]


def _of_xml(content: bytes) -> Iterator[str]:
    try:
        root = parse_part(content)
    except FileRefused:
        yield from _resolved(content.decode("utf-8", "replace"))
        return
    yield "".join(map(str, root.itertext()))
    yield "\n".join(each.text or "" for each in root.iter(etree.Comment, etree.ProcessingInstruction))
    slots = [*word.slots_of(root)]
    for chosen in word.readings(slots):
        yield "".join(slots[at].text for at in chosen)
    for _, _, value in word.attributes(root):
        yield value
        yield unquote(value)


def _contents(path: Path, media_type: str) -> Iterator[tuple[str, bytes]]:
    """Yield the bytes of what can't be read as text, by the name of its part, unpacked."""
    if media_type == PDF:
        yield INSIDE, path.read_bytes()
        yield from ((INSIDE, content) for content in _of_pdf(path))
    elif zipfile.is_zipfile(path):
        for name, content in _unpacked(path):
            if not name.lower().endswith(_XML):
                yield _named(name), content
                yield from ((_named(name), each) for each in _within(content, _DEPTH))
    else:
        content = path.read_bytes()
        yield INSIDE, content
        yield from ((INSIDE, each) for each in _within(content, _DEPTH))


def _unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    return members(path)


def _within(content: bytes, depth: int) -> Iterator[bytes]:
    """Yield what is packed within some bytes: a container in a container, or a file written as base64."""
    for match in _ENCLOSED.finditer(content):
        try:
            yield base64.b64decode(re.sub(rb"\s", b"", match[1]) + b"==")
        except (ValueError, binascii.Error):
            continue
    if depth and content.startswith(b"PK"):
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as container:
                for member in container.infolist()[:2000]:
                    with container.open(member) as stream:
                        inner = stream.read(64 << 20)
                    yield member.filename.encode()
                    yield inner
                    yield from (each.encode() for each in _of_xml(inner) if member.filename.endswith(_XML))
                    yield from _within(inner, depth - 1)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError):
            # Whoever can't be unpacked here has been searched as it is.
            return


def _of_pdf(path: Path) -> Iterator[bytes]:
    """Yield every string and every stream of a PDF, unpacked. Raises FileRefused for what can't be read."""
    try:
        yield from _objects(path)
    except Exception as error:
        # Nothing is proven of what can't be read, whatever pdfminer raised.
        told = "遮盖后的 PDF 有一部分读不出来，不能证明已经遮住，没有收入。请另存后再试。"
        raise FileRefused(told) from error


def _objects(path: Path) -> Iterator[bytes]:
    with path.open("rb") as stream:
        document = PDFDocument(PDFParser(stream))
        numbers = dict.fromkeys(chain.from_iterable(each.get_objids() for each in document.xrefs))
        for number in numbers:
            # The table of a file may name what is not there.
            with suppress(PDFObjectNotFound):
                yield from _strings(document.getobj(number), 20)


def _strings(found: object, depth: int) -> Iterator[bytes]:
    if isinstance(found, bytes):
        yield found
    elif isinstance(found, PDFStream):
        yield from _strings(found.attrs, depth)
        try:
            yield found.get_data()
        except Exception:
            yield found.rawdata or b""
    elif depth and isinstance(found, dict):
        for each in found.values():
            yield from _strings(each, depth - 1)
    elif depth and isinstance(found, list):
        for each in found:
            yield from _strings(each, depth - 1)


def _named(part: str) -> str:
    """Name a part for the reviewer."""
    for beginning, name in _PARTS.items():
        if part.lower().startswith(beginning):
            return name
    return f"文件的部件 {part}"


_PARTS = {
    "word/media/": "文中的图片",
    "word/embeddings/": "嵌入的文件",
    "word/comments": "批注",
    "word/header": "页眉",
    "word/footer": "页脚",
    "word/footnotes": "脚注",
    "docprops/": "文档属性",
}
