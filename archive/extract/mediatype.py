"""Determining a file's media type from its content, and from its name only where the content does not tell."""

import re
import stat
import zipfile
import zlib
from contextlib import suppress
from pathlib import Path

from archive.errors import FileRefused
from archive.extract.containers import archives, compound
from archive.extract.containers.zipguard import open_container
from archive.extract.limits import INPUT_SIZE, MIB

HTML = "text/html"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOC = "application/msword"
RTF = "application/rtf"
WORD_XML = "application/vnd.ms-word.document.xml"
PDF = "application/pdf"
PLAIN = "text/plain"
MARKDOWN = "text/markdown"
CSV = "text/csv"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
XLSB = "application/vnd.ms-excel.sheet.binary.macroenabled.12"
XLS = "application/vnd.ms-excel"
PPT = "application/vnd.ms-powerpoint"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODP = "application/vnd.oasis.opendocument.presentation"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
OFD = "application/ofd"
EML = "message/rfc822"
MHT = "application/x-mimearchive"
PNG, JPEG, GIF, TIFF, BMP, WEBP = (f"image/{kind}" for kind in ("png", "jpeg", "gif", "tiff", "bmp", "webp"))
IMAGES = frozenset({PNG, JPEG, GIF, TIFF, BMP, WEBP})

_TEXT_NAMES = {
    ".txt": PLAIN, ".text": PLAIN, ".md": MARKDOWN, ".markdown": MARKDOWN, ".csv": CSV, ".tsv": CSV, ".xls": CSV
}  # fmt: skip
_HTML_NAMES = {".html", ".htm", ".shtml", ".xhtml", ".jhtml"}
# Extensions that senders also give to web pages and plain text. An .xls that is text is a table some program wrote.
_OFTEN_WRONG = {"", ".doc", ".docx", ".wps", ".pdf"}
_WORD_XML_MARKS = (b'progid="Word.Document"', b"office/2006/xmlPackage", b"office/word/2003/wordml")
_HTML_MARKS = (b"<!doctype html", b"<html", b"<head", b"<body")
_IMAGE_MARKS = (
    (PNG, re.compile(rb"\x89PNG\r\n\x1a\n")),
    (JPEG, re.compile(rb"\xff\xd8\xff")),
    (GIF, re.compile(rb"GIF8[79]a")),
    (TIFF, re.compile(rb"II[*+]\x00|MM\x00[*+]")),
    # Two letters prove little, so also: file length, four zero bytes, offset of the pixels, length of the next header.
    (BMP, re.compile(rb"BM.{4}\x00{4}.{2}\x00{2}[\x0c\x28\x38\x40\x6c\x7c]\x00{3}", re.DOTALL)),
    (WEBP, re.compile(rb"RIFF.{4}WEBP", re.DOTALL)),
)
_HEADER = re.compile(rb"([!-9;-~]+):(.*)")
# Headers that mail has which was sent, and saved pages have not.
_SENT = frozenset((b"received", b"message-id", b"to", b"cc", b"delivered-to", b"return-path"))
_WRITTEN = frozenset((b"from", b"subject", b"date"))
_ARCHIVES = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ", b"Rar!")
_LISTED = "是带清单的压缩包，其中有多份文件。请直接指定这个压缩包来接收，不要放在文件夹或清单里。"
_UNLISTED = "是没有清单（manifest.jsonl）的压缩包，不能直接收入。请解压后提交其中的文件，或补上清单。"
_HEAD = 4096
_OPENDOCUMENT = re.compile(rb"application/vnd\.oasis\.opendocument\.[a-z-]{1,40}")

# What the library raises for a damaged or locked container.
_UNREADABLE = (zipfile.BadZipFile, zlib.error, ValueError, OSError, NotImplementedError, RuntimeError, EOFError)

_SAVE_AS = "请用办公软件打开后另存为 docx 或 PDF，再重新提交。"
_JPEG = "请在手机或电脑上另存为 JPG，再重新提交。"
_APABI = "请用方正阿帕比阅读器（Apabi Reader）打开，用打印功能输出为 PDF，提交 PDF。"
_CNKI = "请用 CAJViewer 打开，另存或打印为 PDF，提交 PDF。"
_SURSEN = "请用书生阅读器打开，打印为 PDF，提交 PDF。"
# Formats that only their makers' programs read: what each is called, how it begins, how it is named, what to do.
_CLOSED = (
    ("方正 CEB 版式文件", re.compile(rb"Founder CEB"), (".ceb", ".cebx"), _APABI),
    ("知网 CAJ 文献", re.compile(rb"CAJ\0|HN\0\0|KDH |TEB\0"), (".caj", ".nh", ".kdh", ".teb"), _CNKI),
    ("书生版式文件", None, (".gd", ".sep", ".gw"), _SURSEN),
    ("标文通（UOF）文件", None, (".uof", ".uot", ".uos", ".uop"), _SAVE_AS),
    ("手机照片（HEIC）", re.compile(rb".{4}ftyp(?:hei|hev|mif1)", re.DOTALL), (".heic", ".heif"), _JPEG),
)


def media_type(path: Path, name: str) -> str:
    """Return the media type of a file that can be taken in; for any other raise FileRefused, saying what to do.

    ``name`` is the file name given by the sender. A wrong extension does not matter if the content is clear.
    """
    found = path.stat()
    if not stat.S_ISREG(found.st_mode):
        raise FileRefused("不是普通文件，而是文件夹、管道、套接字或设备，没有读取。请改用文件后重新提交。")
    size = found.st_size
    if size == 0:
        raise FileRefused("文件是空的（0 字节），请检查后重新提交。")
    if size > INPUT_SIZE:
        raise FileRefused(f"文件超过 {INPUT_SIZE // MIB} MB，请拆分或压缩其中的图片后重新提交。")
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf\xfe\xff"):
        raise FileRefused("文件没有内容，请检查后重新提交。")
    # PDF readers accept the header anywhere in the first kilobyte, so files have it there.
    if b"%PDF-" in head[:1024] and not _looks_html(head):
        return PDF
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")):
        return _zip_type(path)
    if head.startswith(compound.MAGIC):
        return _compound_type(path)
    if archives.is_archive(path):
        # Says what stands in the way, if anything does.
        listed = any(each.rpartition("/")[2] == "manifest.jsonl" for each in archives.names(path))
        raise FileRefused(_LISTED if listed else _UNLISTED)
    for kind, mark in _IMAGE_MARKS:
        if mark.match(head):
            return kind
    if head.startswith(b"{\\rtf"):
        return RTF
    if _looks_xml(head) and any(mark in head for mark in _WORD_XML_MARKS):
        return WORD_XML
    if (message := _message_type(head)) is not None:
        return message
    suffix = Path(name).suffix.lower()
    _refuse_closed(head, suffix)
    _refuse_binary(head)
    return _text_type(head, suffix)


def _zip_type(path: Path) -> str:
    try:
        with open_container(path) as container:
            members = {info.filename for info in container.infolist()}
    except _UNREADABLE as error:
        raise FileRefused("压缩格式的文件（docx、xlsx 等）已损坏或不完整，请重新获取或另存后再提交。") from error
    if "word/document.xml" in members or any(
        each.startswith("word/document") and each.endswith(".xml") for each in members
    ):
        return DOCX
    if "xl/workbook.bin" in members:
        return XLSB
    if any(each.startswith("xl/") for each in members):
        return XLSX
    if any(each.startswith("ppt/") for each in members):
        return PPTX
    if "uof.xml" in members:
        raise FileRefused(f"是标文通（UOF）文件，暂不能抽取文字。{_SAVE_AS}")
    if any(each.lower() == "ofd.xml" for each in members):
        return OFD
    if any(each.rpartition("/")[2] == "manifest.jsonl" for each in members):
        raise FileRefused(_LISTED)
    if "content.xml" in members:
        return _opendocument_type(path)
    raise FileRefused(_UNLISTED)


def _opendocument_type(path: Path) -> str:
    """Return the type that a package states of itself (OpenDocument 1.3, part 2, 3.3 and 4.8)."""
    found = b""
    with suppress(*_UNREADABLE), open_container(path) as container:
        for name in ("mimetype", "META-INF/manifest.xml"):
            if not found and name in container.namelist():
                with container.open(name) as stream:
                    found = stream.read(_HEAD)
    stated = _OPENDOCUMENT.search(found)
    kind = stated[0].decode("ascii").removesuffix("-template") if stated else ""
    if kind in (ODT, ODS, ODP):
        return kind
    raise FileRefused(f"是 OpenDocument 的图形、公式或其他文件，暂不能抽取文字。{_SAVE_AS}")


def _compound_type(path: Path) -> str:
    """Look only at the container's top level: what is embedded in a document says nothing about the document."""
    entries = compound.root_entries(path)
    if "encryptedpackage" in entries:
        raise FileRefused("文件设有打开密码，无法读取。请去掉密码后重新提交。")
    if any("drmcontent" in each or "drmencrypted" in each for each in entries):
        raise FileRefused("文件设有使用权限（IRM），无法读取。请由作者去掉权限限制后另存，再重新提交。")
    if entries & {"workbook", "book"}:
        return XLS
    if "powerpoint document" in entries:
        return PPT
    if "worddocument" in entries:
        return DOC
    if "__properties_version1.0" in entries:
        raise FileRefused(f"是 Outlook 邮件（msg），暂不能抽取文字。{_SAVE_AS}")
    raise FileRefused(f"不认识的文件类型（旧版办公文件），或文件已损坏。{_SAVE_AS}")


def _message_type(head: bytes) -> str | None:
    """Tell mail and pages saved in one file by their headers (RFC 5322, 2.2); None for what has none."""
    block = head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n").replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    lines = block.split(b"\n")
    # The first line of a message in a mailbox of many, and one that is cut off.
    lines = lines[lines[0].startswith(b"From ") : len(lines) - (len(head) == _HEAD)]
    named = {found[1].lower(): found[2] for line in lines if (found := _HEADER.match(line))}
    if not all(_HEADER.match(line) or line[:1] in (b" ", b"\t") for line in filter(None, lines)):
        return None
    if not (named.keys() & _SENT and named.keys() & _WRITTEN or named.keys() >= {b"mime-version", b"content-type"}):
        return None
    kind = named.get(b"content-type", b"").strip().lower()
    is_page = kind.startswith((b"multipart/related", b"text/html")) and not named.keys() & _SENT
    return MHT if is_page else EML


def _refuse_closed(head: bytes, suffix: str) -> None:
    """Refuse by its name what only its maker's program reads; a web page under such a name is one."""
    for what, mark, suffixes, advice in _CLOSED:
        if mark and mark.match(head) or suffix in suffixes and not _looks_html(head):
            raise FileRefused(f"是{what}，不能抽取文字。{advice}")


def _refuse_binary(head: bytes) -> None:
    if head.startswith(_ARCHIVES):
        raise FileRefused("是压缩包，不能直接收入。请解压后逐个提交其中的文件。")
    if _looks_xml(head) and not _looks_html(head):
        raise FileRefused(f"是 XML 数据文件，暂不能抽取文字。{_SAVE_AS}")


def _looks_xml(head: bytes) -> bool:
    return head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"<?xml")


def _looks_html(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        head = head.replace(b"\x00", b"")
    lowered = head.lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").lower()
    return lowered.startswith(b"<") and any(mark in lowered for mark in _HTML_MARKS)


def _text_type(head: bytes, suffix: str) -> str:
    if _looks_html(head):
        return HTML
    known = suffix in _HTML_NAMES or suffix in _TEXT_NAMES
    if not known and not (suffix in _OFTEN_WRONG and _looks_text(head)):
        kind = suffix or "无扩展名"
        raise FileRefused(f"不认识的文件类型（{kind}）。可以提交网页、docx、xlsx、PDF、OFD、图片或 txt 文件。")
    if suffix in _HTML_NAMES or (not known and _is_markup(head)):
        return HTML
    return _TEXT_NAMES.get(suffix, PLAIN)


def _looks_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    return not any(byte < 9 or 13 < byte < 27 or 27 < byte < 32 for byte in head)


def _is_markup(head: bytes) -> bool:
    lowered = head.lstrip().lower()
    return lowered.startswith((b"<div", b"<table", b"<p", b"<ul", b"<span", b"<section", b"<article", b"<!--"))
