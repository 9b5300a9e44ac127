"""Choosing the extractor for a media type."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.mediatype import (
    CSV,
    DOC,
    DOCX,
    EML,
    HTML,
    IMAGES,
    MARKDOWN,
    MHT,
    ODP,
    ODS,
    ODT,
    OFD,
    PDF,
    PLAIN,
    PPT,
    PPTX,
    RTF,
    WORD_XML,
    XLS,
    XLSB,
    XLSX,
)
from archive.extract.recognition.page import read

_MODULES = {
    HTML: "webpage.html",
    DOCX: "word.docx",
    DOC: "word.binary",
    RTF: "word.richtext",
    WORD_XML: "word.xml",
    PDF: "pdf.reader",
    PLAIN: "others.plain",
    MARKDOWN: "others.markdown",
    XLSX: "others.spreadsheet",
    XLSB: "others.spreadsheet",
    XLS: "others.spreadsheet",
    CSV: "others.csvtable",
    EML: "others.message",
    MHT: "others.webarchive",
    ODT: "opendocument.document",
    ODS: "opendocument.sheet",
    ODP: "opendocument.slides",
    OFD: "ofd.ofd",
    PPTX: "others.slides",
    PPT: "others.binaryslides",
    **dict.fromkeys(IMAGES, "others.image"),
}
MODULES = tuple(dict.fromkeys(_MODULES.values()))


def extract_plain(path: Path, media_type: str, ocr_seconds: float = 0.0, recognised: Path | None = None) -> Extraction:
    """Extract the text of a file in this process: for the sandbox's child, and for tests with trusted files.

    ``recognised`` is the file of what was recognised in its pages before (see ``recognition.page``). Of a picture
    without any, tesseract reads the text, if installed, for up to ``ocr_seconds``. Raises FileRefused or
    ExtractionFailed with a sentence; a hostile file may also raise anything that a library raises.
    """
    name = _MODULES.get(media_type)
    if name is None:
        raise ExtractionFailed(f"不能从 {media_type} 类型的文件中抽取文字。")
    # Imported on demand, because a sandbox's caller needs none of the libraries.
    extract: Callable[..., Extraction] = import_module(f"archive.extract.{name}").extract
    if media_type in IMAGES:
        return extract(path, ocr_seconds, read(recognised))
    return extract(path, read(recognised)) if media_type in (PDF, OFD) else extract(path)
