"""Reading web pages saved in one file (mht, mhtml), as browsers, Word and WPS write them (RFC 2557)."""

from dataclasses import replace
from pathlib import Path

from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.others.mime import header, opened, pages_told, parsed


def extract(path: Path) -> Extraction:
    """Extract the document that the page shows."""
    return from_bytes(path.read_bytes())


def from_bytes(data: bytes, whole: bool = False) -> Extraction:
    """Make an Extraction of a saved page; ``whole`` for one that is all document, without a page around it."""
    message = parsed(data)
    found = opened(message)
    if not found.bodies:
        raise ExtractionFailed("网页存档（mht）里没有网页，可能已损坏。请重新保存网页，或者另存为 PDF 后提交。")
    first, *others = found.bodies
    found.pages += len(others)
    read = first.read(whole)
    told = [*read.warnings, *found.told, *pages_told(found)]
    if found.enclosed:
        told.append(f"网页存档中另有 {len(found.enclosed)} 个文件没有在网页中显示，没有收入，请核对。")
    return replace(read, title=read.title or header(message, "subject") or None, warnings=tuple(told))
