"""Where files lie that were brought and are not taken in yet: a private folder for each job, below the data folder.

A file is kept there under its number, never under the name that it was sent with.
"""

import os
import shutil
import time
from collections.abc import Collection
from pathlib import Path

from archive.document import UNNAMED
from archive.plain import one_line

FOLDER = "uploads"
# What no job refers to is deleted after this many seconds: an upload that was cut off, a zip that was being unpacked.
_LEFT = 24 * 60 * 60
_LONGEST = 150


def place(data: Path, job: str = "") -> Path:
    """Return the folder of a job's files, which may not be there, or the one of all."""
    folder = data / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / job if job else folder


def shown(name: str) -> str:
    """Return the name by which a file that was sent is known: one line, without folders, of at most 150 characters.

    >>> shown("C:\\\\temp\\\\../通\\r\\n知.docx"), shown("..")
    ('通 知.docx', '（无名）')
    """
    last = one_line(one_line(name).replace("\\", "/").rpartition("/")[2])
    if not last.strip("."):
        return UNNAMED
    if len(last) > _LONGEST:
        stem, dot, suffix = last.rpartition(".")
        last = f"{stem[: _LONGEST - 20]}…{dot}{suffix[-18:]}" if dot else last[:_LONGEST]
    return last


def sync(folder: Path) -> None:
    """Write a folder's files to disk, so that a job that says they are there is right after a power failure."""
    for path in (*folder.iterdir(), folder, folder.parent):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def drop(data: Path, job: str) -> None:
    """Delete a job's files: the archive has them, or whoever sent them."""
    shutil.rmtree(place(data, job), ignore_errors=True)


def sweep(data: Path, needed: Collection[str]) -> list[Path]:
    """Delete what was left by somebody who was cut off, a day later, and return it."""
    old = time.time() - _LEFT
    left = [path for path in place(data).iterdir() if path.name not in needed and path.lstat().st_mtime < old]
    for path in left:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path, ignore_errors=True)
        else:
            path.unlink(missing_ok=True)
    return left
