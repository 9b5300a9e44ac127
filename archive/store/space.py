"""A full disk: how it shows, which one it is, and the reserve by which a withdrawal goes through all the same.

A document that must not be public has to go at once, also where nothing can be written any more. So a few files lie in
the data folder that hold nothing: they are deleted when a withdrawal needs the room, and made again when there is some.
"""

import errno
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from archive.errors import DiskFull, NotRecorded

RESERVE = "reserve"
# Several files, because a disk may also have run out of files. Together they are many times what a withdrawal writes.
_FILES, _SIZE = 8, 256 << 10
_FULL = {errno.ENOSPC, errno.EDQUOT}
_POSTGRESQL_FULL = "53100"
# Of these SQLite doesn't say why. Opening takes it less than this many bytes.
_SQLITE_UNCLEAR = ("SQLITE_IOERR", "SQLITE_CANTOPEN")
_OPENING = 128 << 10


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Add to an OSError of a write, which names no file, what was being written."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            error.filename = str(path)
        raise


def append_line(path: Path, told: Mapping[str, object]) -> None:
    """Append what is told to a file of JSON lines, durably. Raises OSError, which names the file."""
    with naming(path), path.open("a+b") as out:
        # What a crash cut off ends here.
        torn = out.tell() > 0 and os.pread(out.fileno(), 1, out.tell() - 1) != b"\n"
        # In one piece, because another process may add to it at the same time.
        out.write(b"\n" * torn + json.dumps(told, ensure_ascii=False).encode() + b"\n")
        out.flush()
        os.fsync(out.fileno())


def disk_full(error: BaseException, folder: Path, database: str = "") -> DiskFull | None:
    """Return the error as one that says which disk is full, or None for one that has another cause.

    ``folder`` is where it was written when the error doesn't say; ``database`` names one on a server.
    """
    if isinstance(error, NotRecorded) and error.__cause__:
        error = error.__cause__
    if isinstance(error, DiskFull):
        return error
    if isinstance(error, OSError) and error.errno in _FULL:
        # What is copied has two names, and the second is where to.
        return _named(Path(str(error.filename2 or error.filename or folder)))
    # Loads the database's library, which a command that counts working days need not wait for.
    from sqlalchemy.exc import DBAPIError

    if not isinstance(error, DBAPIError):
        return None
    if getattr(error.orig, "sqlstate", None) == _POSTGRESQL_FULL:
        return DiskFull(database or "PostgreSQL", "")
    name = str(getattr(error.orig, "sqlite_errorname", ""))
    if name == "SQLITE_FULL" or name.startswith(_SQLITE_UNCLEAR) and free(folder) < _OPENING:
        return _named(folder)
    return None


def free(path: Path) -> int:
    """Return how many bytes may still be written on a path's file system; 0 when it takes no more files."""
    at = os.statvfs(_there(path))
    return at.f_bavail * at.f_frsize if at.f_favail or not at.f_files else 0


def need(path: Path, room: int) -> None:
    """Raise DiskFull unless so many bytes may still be written on a path's file system."""
    if free(path) < room:
        raise _named(path)


def make_reserve(data: Path, spare: int = 2) -> bool:
    """Make the reserve if it isn't whole and ``spare`` times its size is free. Return whether it is there."""
    files = _files(data)
    if all(path.exists() for path in files):
        return True
    if free(data) < spare * _FILES * _SIZE:
        return False
    try:
        for path in files:
            _fill(path)
    except OSError:
        # Whoever takes the last room needs it more.
        release_reserve(data)
        return False
    return True


def _files(data: Path) -> list[Path]:
    return [data / RESERVE / f"{number}" for number in range(_FILES)]


def _fill(path: Path) -> None:
    path.parent.mkdir(mode=0o700, exist_ok=True)
    with path.open("wb") as out:
        # Not zeros: a file system may keep those in no room at all.
        out.write(os.urandom(_SIZE))
        out.flush()
        os.fsync(out.fileno())


@contextmanager
def lent(data: Path, whole: bool = False) -> Iterator[None]:
    """Lend the first file of the reserve, or the ``whole`` of it, where less is free; put back what there is room for.

    What only reads is lent the first file, never another, however much of it runs at once: the rest is a withdrawal's.
    And of what a withdrawal leaves the next one has use, as the disk may be full for days.
    """
    there = [path for path in _files(data) if path.exists()]
    wanted = _files(data)[: _FILES if whole else 1]
    if free(data) < len(wanted) * _SIZE:
        for path in wanted:
            path.unlink(missing_ok=True)
    try:
        yield
    finally:
        for path in there:
            try:
                if not path.exists():
                    _fill(path)
            except OSError:
                path.unlink(missing_ok=True)
                break


def release_reserve(data: Path) -> bool:
    """Delete the reserve. Return whether that gave any room."""
    there = (data / RESERVE).exists()
    shutil.rmtree(data / RESERVE, ignore_errors=True)
    return there


def _named(path: Path) -> DiskFull:
    mount = _there(path)
    while not mount.is_mount() and mount != mount.parent:
        mount = mount.parent
    return DiskFull(str(path), str(mount))


def _there(path: Path) -> Path:
    """Return a path, or the first folder above it that is there."""
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path
