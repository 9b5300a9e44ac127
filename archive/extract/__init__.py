"""Extracting the text of files in a resource-limited child process (see ``process.sandbox``)."""

from archive.extract.extraction import Extraction
from archive.extract.formats import extract_plain
from archive.extract.limits import Limits
from archive.extract.mediatype import media_type
from archive.extract.process.sandbox import Sandbox

__all__ = ["Extraction", "Limits", "Sandbox", "extract_plain", "media_type"]
