"""Making a masked copy of a file of any kind, or saying why that can't be done here."""

from collections.abc import Sequence
from pathlib import Path

from archive.errors import FileRefused
from archive.extract.mediatype import DOCX, PDF, XLSX
from archive.masking import pdf, text, word, workbook
from archive.masking.kinds import instead
from archive.masking.proof import remains as search


def mask(path: Path, media_type: str, words: Sequence[str]) -> tuple[dict[str, object], bytes]:
    """Return ``masked``, how often each word was masked, and the copy; no bytes where none of them is in the file.

    ``unknown`` lists pages that are pictures, whose words nobody but a reader knows. Raises FileRefused for a file of a
    kind in which nothing can be masked, if it has one of the words.
    """
    if other := instead(media_type):
        if search(path, media_type, words):
            raise FileRefused(other)
        return {"masked": [0] * len(words), "unknown": []}, b""
    unknown: list[int] = []
    if media_type == PDF:
        counts, copy, unknown = pdf.mask(path, words)
    elif media_type == DOCX:
        counts, copy = word.mask(path, words)
    elif media_type == XLSX:
        counts, copy = workbook.mask(path, words)
    else:
        counts, copy = text.mask(path, media_type, words)
    return {"masked": counts, "unknown": unknown}, copy if any(counts) else b""


def remains(path: Path, media_type: str, words: Sequence[str]) -> dict[str, object]:
    """Return ``remains``: each word, by its number, that is still in a file, and where."""
    return {"remains": search(path, media_type, words)}
