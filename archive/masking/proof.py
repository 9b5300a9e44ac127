"""Proving that words are gone from a file: its text is read again, and everything in it is searched, however packed.

This goes other ways than the masking does, so that what the one misses the other finds.
"""

import base64
import html
import re
import tempfile
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
from pdfminer.pdftypes import LITERALS_FLATE_DECODE, PDFObjectNotFound, PDFStream
from pdfminer.psparser import PSLiteral

from archive.chinese import sought
from archive.errors import FileRefused
from archive.extract import mediatype
from archive.extract.containers import compound
from archive.extract.containers.zipguard import members, parse_part
from archive.extract.formats import extract_plain
from archive.extract.limits import MIB
from archive.extract.mediatype import (
    CSV,
    DOC,
    DOCX,
    HTML,
    MARKDOWN,
    ODP,
    ODS,
    ODT,
    OFD,
    PDF,
    PLAIN,
    PPT,
    PPTX,
    RTF,
    XLS,
    XLSB,
    XLSX,
)
from archive.masking import packed, word
from archive.masking.packed import UNPROVEN, Packed

_WRITTEN = frozenset({PLAIN, MARKDOWN, CSV, HTML})
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be", "gb18030", "utf-32-le")
_SCRIPT = re.compile(r"\\(?:u\{?|x)([0-9a-fA-F]{2,6})\}?")
_STYLE = re.compile(r"\\([0-9a-fA-F]{1,6})\s?")
_XML = (".xml", ".rels", ".vml")
_STREAM = re.compile(rb"stream\r?\n(?=[\x08-\x78])")
_MOST_FORMER = 256 * MIB
# A file within a file is read if it begins like one of these, and is of one of these kinds.
_FILES = (b"PK\x03\x04", b"%PDF-", b"{\\rtf", compound.MAGIC)
_READ = frozenset({PDF, DOCX, DOC, XLSX, XLSB, XLS, PPT, PPTX, OFD, RTF, ODT, ODS, ODP})
_BLANKS = b"\xef\xbb\xbf\xff\xfe \r\n\t\0"
# Fewer signs of base64 stand somewhere by chance.
_LEAST_SIGNS = 7
_FOR_ADDRESSES = bytes.maketrans(b"+/", b"-_")
# Among so many bytes of a picture any four stand somewhere by chance.
_LARGE = 1 << 20
# Where words may be, as the reviewer is told.
TEXT, HIDDEN, INSIDE = "正文", "看不见的内容", "文件内部"


def remains(path: Path, media_type: str, words: Sequence[str]) -> list[tuple[int, str]]:
    """Return each word that is still there and where: in the text, in what is not seen, or in a named part.

    Raises FileRefused where something in the file can't be unpacked or read: of that nothing is proven.
    """
    search = _Search(words)
    search.read(path, media_type)
    for name, text in _texts(path, media_type):
        search.text(text, name)
    layers = Packed()
    for name, content, is_whole in _contents(path, media_type):
        is_xml = name.lower().endswith(_XML)
        where = _named(name) if name else INSIDE
        # What a part in XML says in letters was read above: a short number in it may be a measure.
        (search.encoded if is_xml else search.content)(content, where)
        if not is_whole and not is_xml:
            search.inner(content, where)
        for inner in layers.within(content, is_whole=is_whole):
            search.content(inner, where)
            search.inner(inner, where)
    return search.found


class _Search:
    """The search for words in texts and in bytes."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._forms = [_forms(each) for each in words]
        self._encoded = [_encoded(each) for each in self._forms]
        self._found: dict[tuple[int, str], None] = {}

    @property
    def found(self) -> list[tuple[int, str]]:
        return [*self._found]

    def text(self, text: str, where: str) -> None:
        for at, _, _ in sought.find(text, self._words):
            self._found[at, where] = None

    def content(self, content: bytes, where: str) -> None:
        for at, forms in enumerate(self._forms):
            least = 1 if len(content) < _LARGE else 5
            if any(form in content for form in forms if len(form) >= least):
                self._found[at, where] = None
        self.encoded(content, where)

    def encoded(self, content: bytes, where: str) -> None:
        """Search for words that are written in base64 or in hexadecimal numbers."""
        for at, forms in enumerate(self._encoded):
            if any(form in content for form in forms):
                self._found[at, where] = None

    def read(self, path: Path, media_type: str, where: str = TEXT, hidden: str = HIDDEN, needed: bool = False) -> None:
        """Search what the program reads of a file. If that is ``needed``, raises FileRefused where it can't be read."""
        try:
            extraction = extract_plain(path, media_type)
        except FileRefused:
            # What has no text that can be read still has bytes.
            if needed:
                raise
            return
        said = (*extraction.paragraphs, *extraction.stated, *extraction.stated.values())
        self.text("\n".join((extraction.title or "", *said)), where)
        self.text("\n".join(extraction.concealed), hidden)

    def inner(self, content: bytes, where: str) -> None:
        """Search a file within a file as a program shows it. Raises FileRefused if it is of a known kind and broken."""
        if content.lstrip(_BLANKS)[:1] == b"<":
            for encoding in ("utf-8", "gb18030"):
                for each in _resolved(content.decode(encoding, "replace")):
                    self.text(each, where)
            for each in _of_xml(content):
                self.text(each, where)
        begun = packed.begun(content)
        if not begun.startswith(_FILES):
            return
        with tempfile.NamedTemporaryFile(prefix="gongkai-") as copy:
            copy.write(begun)
            copy.flush()
            path = Path(copy.name)
            try:
                kind = mediatype.media_type(path, "")
            except FileRefused:
                # Not of a kind that is read here: what it holds was searched.
                return
            if kind in _READ:
                try:
                    self.read(path, kind, where, where, needed=True)
                except Exception as error:
                    # Whatever a library raised: nothing is proven of what can't be read.
                    raise FileRefused(f"文件里嵌入的文件读不出来，不能查验{UNPROVEN}") from error
            if kind == PDF:
                for found in _of_pdf(path):
                    self.content(found, where)


def _forms(words: str) -> list[bytes]:
    """Return the bytes of words in each encoding, as they are written and without blanks."""
    spellings = {words, re.sub(r"\s", "", words), re.sub(r"[\s-]", "", words)}
    return [form for each in spellings for encoding in _ENCODINGS if len(form := each.encode(encoding, "ignore")) > 3]


def _encoded(forms: Sequence[bytes]) -> set[bytes]:
    """Return how base64 and hexadecimal numbers write some bytes, wherever they stand in what is written so.

    In base64 they may begin at any of three places of a group, and what stands beside them shares their outer signs.
    """
    found: set[bytes] = set()
    for form in forms:
        found |= {form.hex().encode(), form.hex().upper().encode()}
        for before in range(3):
            written = base64.b64encode(b"\0" * before + form)
            sure = written[-(-before * 8 // 6) : (before + len(form)) * 8 // 6]
            if len(sure) >= _LEAST_SIGNS:
                found |= {sure, sure.translate(_FOR_ADDRESSES)}
    return found


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
                for encoding in ("utf-8", "gb18030", "utf-16"):
                    yield from ((_named(name), each) for each in _resolved(content.decode(encoding, "replace")))


def _resolved(text: str) -> Iterator[str]:
    """Yield a source as it is, without tags, and with what it writes in other ways resolved."""
    shown = "".join(each.rpartition("-->")[2] if at else each for at, each in enumerate(text.split("<!--")))
    for each in (text, re.sub(r"<[^<>]*>", "", text), re.sub(r"<[^<>]*>", "", shown)):
        yield each
        plain = html.unescape(each)
        yield plain
        yield html.unescape(unquote(plain))
        yield html.unescape(unquote(plain, "gb18030"))
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


def _contents(path: Path, media_type: str) -> Iterator[tuple[str, bytes, bool]]:
    """Yield the bytes of a file's parts by their names, or of the whole file, and whether they are the whole."""
    if media_type != PDF and zipfile.is_zipfile(path):
        yield from ((name, content, False) for name, content in _unpacked(path))
        return
    content = path.read_bytes()
    yield "", content, True
    if media_type == PDF:
        yield from (("", each, False) for each in chain(_of_pdf(path), _former(content)))


def _unpacked(path: Path) -> Iterator[tuple[str, bytes]]:
    return members(path)


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


def _former(content: bytes) -> Iterator[bytes]:
    """Yield the packed streams that stand in a PDF whether or not it still refers to them, as an update leaves them."""
    left = _MOST_FORMER
    for match in _STREAM.finditer(content):
        unpacking = zlib.decompressobj()
        try:
            found = unpacking.decompress(content[match.end() : match.end() + left], left)
        except zlib.error:
            # Not packed in this way: it was searched as it is, and if it is referred to, unpacked.
            continue
        left -= len(found)
        if left <= 0:
            raise FileRefused(f"PDF 里压缩的内容太大，不能逐一查验{UNPROVEN}")
        yield found


def _strings(found: object, depth: int) -> Iterator[bytes]:
    if isinstance(found, bytes):
        yield found
    elif isinstance(found, PDFStream):
        yield from _strings(found.attrs, depth)
        yield from _inflated(found)
        yield found.get_data()
    elif isinstance(found, PSLiteral):
        yield found.name.encode() if isinstance(found.name, str) else found.name
    elif depth and isinstance(found, dict):
        for key, each in found.items():
            yield str(key).encode("utf-8", "surrogateescape")
            yield from _strings(each, depth - 1)
    elif depth and isinstance(found, list):
        for each in found:
            yield from _strings(each, depth - 1)


def _inflated(stream: PDFStream) -> Iterator[bytes]:
    """Yield a stream that is packed first of all. Raises zlib.error for one that is broken within.

    pdfminer leaves out the rest of it without a word. Where only its end is missing, or the sum at the end is wrong,
    all that there is was read. In a locked file some streams are not.
    """
    raw, filters = stream.rawdata, stream.get_filters()
    if raw is None or not filters or filters[0][0] not in LITERALS_FLATE_DECODE:
        return
    ways = [raw]
    if stream.decipher and stream.objid is not None and stream.genno is not None:
        ways.insert(0, stream.decipher(stream.objid, stream.genno, raw, stream.attrs))
    for at, each in enumerate(ways, 1):
        try:
            yield zlib.decompressobj().decompress(each)
        except zlib.error as error:
            if "data check" not in str(error):
                if at == len(ways):
                    raise
                continue
        return


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
    "xl/comments": "批注",
    "xl/threadedcomments": "批注",
    "xl/worksheets/": "工作表",
    "xl/sharedstrings": "工作表",
    "xl/media/": "表中的图片",
    "xl/embeddings/": "嵌入的文件",
}
