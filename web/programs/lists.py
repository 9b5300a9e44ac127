"""The nightly lists of all public metadata: where they are kept, and how they are written."""

import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from archive.store.blobs import sync_folder
from archive.store.space import naming
from web.installation.services import Services
from web.programs.metadata import csv_lines, json_line, row

FOLDER = "bulk"
_NEW = "new"


def newest(data: Path) -> Path | None:
    """Return the last finished folder of files. Its name gives the last change in it and when it was made."""
    return max((data / FOLDER).glob("[0-9]*-[0-9]*"), key=lambda path: path.name.partition("-")[2], default=None)


def cursor(made: Path) -> int:
    return int(made.name.partition("-")[0])


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
    sync_folder(new)
    target = folder / f"{last}-{datetime.now(UTC):%Y%m%d%H%M%S%f}"
    new.rename(target)
    sync_folder(folder)
    for old in folder.glob("[0-9]*"):
        if old != target:
            shutil.rmtree(old, ignore_errors=True)
    return count
