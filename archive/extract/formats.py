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
    HTML,
    IMAGES,
    MARKDOWN,
    OFD,
    PDF,
    PLAIN,
    PPTX,
    RTF,
    WORD_XML,
    XLS,
    XLSX,
)

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
    XLS: "others.spreadsheet",
    CSV: "others.csvtable",
    OFD: "ofd.ofd",
    PPTX: "others.slides",
    **dict.fromkeys(IMAGES, "others.image"),
}
MODULES = tuple(dict.fromkeys(_MODULES.values()))


def extract_plain(path: Path, media_type: str, ocr_seconds: float = 0.0) -> Extraction:
    """Extract the text of a file in this process: for the sandbox's child, and for tests with trusted files.

    A picture is read by tesseract, if installed, for up to ``ocr_seconds``. Raises FileRefused or ExtractionFailed with
    a sentence; a hostile file may also raise anything that a library raises.
    """
    name = _MODULES.get(media_type)
    if name is None:
        raise ExtractionFailed(f"不能从 {media_type} 类型的文件中抽取文字。")
    # Imported on demand, because a sandbox's caller needs none of the libraries.
    extract: Callable[..., Extraction] = import_module(f"archive.extract.{name}").extract
    return extract(path, ocr_seconds) if media_type in IMAGES else extract(path)
