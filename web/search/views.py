"""Plain values shared by result lists and document pages. Templates draw them, and the JSON API serialises them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from archive.document import File
from archive.pictures import pictured

FORMATS = {
    "application/pdf": "PDF",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "DOCX",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "PPTX",
    "application/vnd.ms-excel": "XLS",
    "application/vnd.ms-excel.sheet.binary.macroenabled.12": "XLSB",
    "application/vnd.ms-powerpoint": "PPT",
    "application/vnd.ms-word.document.xml": "Word XML",
    "application/msword": "DOC",
    "application/ofd": "OFD",
    "application/vnd.oasis.opendocument.presentation": "ODP",
    "application/vnd.oasis.opendocument.spreadsheet": "ODS",
    "application/vnd.oasis.opendocument.text": "ODT",
    "application/rtf": "RTF",
    "application/x-mimearchive": "网页存档",
    "image/bmp": "图片",
    "image/gif": "图片",
    "image/jpeg": "图片",
    "image/png": "图片",
    "image/tiff": "图片",
    "image/webp": "图片",
    "message/rfc822": "邮件",
    "text/csv": "CSV",
    "text/html": "网页",
    "text/markdown": "文本",
    "text/plain": "文本",
}


@dataclass(frozen=True, slots=True)
class FileView:
    """A file to download. ``size`` is human-readable ("12 KB"). The pages of a ``pictured`` one can be looked at."""

    name: str
    format: str
    size: str
    url: str
    pictured: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link on the page: a chip to remove, an order, a page number. ``current`` marks where we are."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class BetView:
    """A box above the results. ``url`` is "" where nothing further is to be read, ``facts`` are labels with values.

    ``source`` says who says it, and ``said_on`` when: the day of a document, or of the last check (``dated`` names it).
    """

    title: str
    url: str
    elsewhere: bool
    text: str
    facts: Sequence[tuple[str, str]]
    source: str
    dated: str = ""
    said_on: date | None = None
    validity: str | None = None
    lapsed: bool = False
    # How many more places the same name means, which are listed elsewhere.
    rest: int = 0
    rest_url: str = ""


def format_of(file: File) -> str:
    return FORMATS.get(file.media_type, "文件")


def file_view(file: File, url: str) -> FileView:
    return FileView(file.name, format_of(file), _size(file.size), url, pictured(file))


def _size(size: int) -> str:
    if size < 1024:
        return f"{size} 字节"
    if size < 1024 * 1024:
        return f"{size / 1024:.0f} KB"
    return f"{size / 1024 / 1024:.1f} MB"
