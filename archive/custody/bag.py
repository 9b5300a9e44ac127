"""Export of the archive as a BagIt bag (RFC 8493), for an archives bureau or another program to take over."""

import csv
import json
import shutil
from collections.abc import Callable, Iterable
from dataclasses import fields
from datetime import date
from pathlib import Path, PurePath

import bagit

from archive.document import Document, File, Metadata
from archive.errors import BackupRefused
from archive.store.blobs import Blobs
from archive.store.space import naming

COLUMNS = ("id", "version", *(each.name for each in fields(Metadata) if each.name != "sources"))
# Text that starts with one of these is a formula to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def export(
    documents: Iterable[Document], blobs: Blobs, destination: Path, source: str, progress: Callable[[], None]
) -> int:
    """Write these documents into a new bag and return how many there are.

    The payload has a folder ``documents/ID/`` for each document, with the original, its attachments and the text as
    ``text.txt``. Files get plain names; their own names are in the metadata. ``metadata.jsonl`` holds everything known,
    and ``metadata.csv`` is for spreadsheets. Raises BackupRefused, BlobMissing, BlobDamaged, OSError; then there is no
    bag.
    """
    destination = destination.absolute()
    if destination.exists():
        raise BackupRefused(f"{destination} 已经存在，请换一个名字。")
    partial = destination.with_name(f".{destination.name}.partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    count = 0
    try:
        with (
            naming(partial),
            (partial / "metadata.jsonl").open("w", encoding="utf-8") as lines,
            (partial / "metadata.csv").open("w", encoding="utf-8-sig", newline="") as table,
        ):
            rows = csv.writer(table)
            rows.writerow(COLUMNS)
            for document in documents:
                lines.write(json.dumps(_put(document, blobs, partial), ensure_ascii=False) + "\n")
                rows.writerow(_cells(document))
                count += 1
                progress()
        info = {"Source-Organization": source, "External-Description": f"政府信息公开档案，{count} 件"}
        bag = bagit.make_bag(str(partial), bag_info=info, checksums=["sha256"])
        # The library writes 0.97, the draft before the RFC. For plain names the two formats are the same.
        (partial / "bagit.txt").write_text("BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", encoding="utf-8")
        bag.save()
        partial.rename(destination)
    except BaseException:
        shutil.rmtree(partial, ignore_errors=True)
        raise
    return count


def _put(document: Document, blobs: Blobs, folder: Path) -> dict[str, object]:
    """Copy a document's files and return its line of ``metadata.jsonl``."""
    own = folder / "documents" / document.id
    own.mkdir(parents=True)
    texts = [document.text, *(part.text for part in document.attachments)]
    (own / "text.txt").write_text("\n\n".join(texts) + "\n", encoding="utf-8")
    files = [document.file, *(part.file for part in document.attachments)]
    places = [_place(at, file) for at, file in enumerate(files)]
    for file, place in zip(files, places, strict=True):
        blobs.verify(file.digest)
        with blobs.open(file.digest) as original, (own / place).open("wb") as out:
            shutil.copyfileobj(original, out)
    metadata = {each.name: _plain(getattr(document.metadata, each.name)) for each in fields(Metadata)}
    return {
        "id": document.id,
        "version": document.version,
        **metadata,
        "files": [
            {
                "path": f"documents/{document.id}/{place}",
                "name": file.name,
                "media_type": file.media_type,
                "size": file.size,
                "sha256": file.digest,
            }
            for file, place in zip(files, places, strict=True)
        ],
    }


def _place(at: int, file: File) -> str:
    """Make a name that every file system accepts."""
    suffix = PurePath(file.name).suffix.lower()
    kept = suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 8 else ""
    return f"attachment-{at}{kept}" if at else f"original{kept}"


def _cells(document: Document) -> list[str]:
    values = [document.id, document.version, *(getattr(document.metadata, name) for name in COLUMNS[2:])]
    shown = ["" if value is None else "、".join(value) if isinstance(value, tuple) else str(value) for value in values]
    return [f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in shown]


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
