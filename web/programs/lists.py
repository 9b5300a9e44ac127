"""The nightly lists of all public metadata: where they are kept, how they are written, and if they still are so."""

import os
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BufferedReader
from pathlib import Path

from archive.errors import ListsDamaged
from archive.store import sealed
from archive.store.blobs import digest_of, sync_folder
from archive.store.sealed import Unsealed
from archive.store.seals import Seals
from archive.store.space import naming
from web.installation.services import Services
from web.programs.metadata import csv_lines, json_line, row

FOLDER = "bulk"
KINDS = ("csv", "jsonl")
_NEW = "new"
_MANIFEST = "MANIFEST.json"
_PURPOSE = "lists"
# Longer than a tick of any file system's clock, in nanoseconds.
_TICK = 2_000_000_000
# Digests of files already read, by what changes with their content. A night adds two.
_digests: dict[tuple[int, ...], str] = {}


@dataclass(frozen=True, slots=True)
class Lists:
    """A finished folder of lists. ``cursor`` is the last change in them, ``files`` the SHA-256 of each by its name."""

    folder: Path
    cursor: int
    files: dict[str, str]

    @property
    def name(self) -> str:
        return self.folder.name

    def open(self, kind: str) -> BufferedReader:
        """Open the list of a kind. Raises ListsDamaged if it isn't as it was written."""
        path = self.folder / f"documents.{kind}"
        try:
            stream = path.open("rb")
        except OSError as error:
            raise ListsDamaged(path.name) from error
        try:
            about = os.fstat(stream.fileno())
            # The time of the last change is one that nobody can set.
            same = about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns, about.st_ctime_ns
            if (found := _digests.get(same)) is None:
                found = digest_of(stream)
                stream.seek(0)
                # A file that changes twice within a tick of the file system's clock looks the same.
                if time.time_ns() - about.st_ctime_ns > _TICK:
                    _digests[same] = found
            if found != self.files.get(path.name):
                raise ListsDamaged(path.name)
        except BaseException:
            stream.close()
            raise
        return stream


def newest(data: Path, keys: Seals) -> Lists | None:
    """Return the last finished lists, or None if there are none. Raises ListsDamaged."""
    folders = (path for path in (data / FOLDER).glob("[0-9]*") if (path / _MANIFEST).exists())
    folder = max(folders, key=lambda path: path.name.partition("-")[2], default=None)
    if folder is None:
        return None
    try:
        about = sealed.read(folder / _MANIFEST, _PURPOSE, keys)
    except Unsealed as error:
        raise ListsDamaged(_MANIFEST) from error
    match about:
        case {"name": folder.name, "cursor": int(cursor), "files": dict(files)}:
            return Lists(folder, cursor, files)
    raise ListsDamaged(_MANIFEST)


def make(opened: Services, advance: Callable[[int, int], None], address: Callable[[str], str]) -> int:
    """Write new files and put them into use with one rename. Returns the number of documents in them.

    ``address`` turns a path into the address to write. Documents that change meanwhile are left out when it is sent.
    """
    folder = opened.settings.data / FOLDER
    last, total = opened.catalogue.last_change(), opened.catalogue.public_count()
    new = folder / _NEW
    shutil.rmtree(new, ignore_errors=True)
    new.mkdir(parents=True)
    count = 0
    with (
        naming(new),
        (new / "documents.csv").open("w", encoding="utf-8-sig") as table,
        (new / "documents.jsonl").open("w", encoding="utf-8") as lines,
    ):
        table.writelines(csv_lines([]))
        for count, document in enumerate(opened.catalogue.public_all(), 1):
            table.writelines(csv_lines([row(document, address)], headed=False))
            lines.write(json_line(document, address))
            advance(count, total)
        for out in (table, lines):
            out.flush()
            os.fsync(out.fileno())
    target = folder / f"{last}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    files = {}
    for kind in KINDS:
        with (new / f"documents.{kind}").open("rb") as written:
            files[f"documents.{kind}"] = digest_of(written)
    about = {"name": target.name, "cursor": last, "files": files}
    sealed.write(new / _MANIFEST, about, _PURPOSE, opened.catalogue.keys)
    new.rename(target)
    sync_folder(folder)
    for old in folder.glob("[0-9]*"):
        if old != target:
            shutil.rmtree(old, ignore_errors=True)
    return count
