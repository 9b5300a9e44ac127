"""Files that staff maintain in the data folder (lexicon, synonyms, lists, calendar), read with care.

Anybody's hand may have put anything in their place: a folder, a pipe on which a reader waits for ever, a disk's image,
a link to a file that is gone. Who reads one by ``read`` learns which it is, and never waits.
"""

import errno
import logging
import os
from collections.abc import Callable
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from threading import Lock
from time import monotonic
from typing import Generic, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)

# Bytes. The largest of them, a full lexicon, has 5 MB.
LARGEST = 8 << 20
# How often a file that is kept is looked at.
RECHECK_SECONDS = 1.0


def read(path: Path) -> bytes | None:
    """Return what a file holds, or None where there is none.

    Raises OSError for what is no file, a link that leads nowhere, or more than LARGEST; ``reasons.why`` words it.
    """
    try:
        # Opening a pipe so, on which nobody writes, returns at once.
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError as error:
        if path.is_symlink():
            raise OSError(errno.ENOENT, "是一个链接，而它指向的文件不在，请改正链接", str(path)) from error
        return None
    try:
        kind = os.fstat(handle).st_mode
        if not S_ISREG(kind):
            code = errno.EISDIR if S_ISDIR(kind) else errno.ENXIO
            raise OSError(code, os.strerror(code), str(path))
        with os.fdopen(handle, "rb", closefd=False) as stream:
            held = stream.read(LARGEST + 1)
    finally:
        os.close(handle)
    if len(held) > LARGEST:
        raise OSError(errno.EFBIG, f"超过 {LARGEST >> 20} 兆字节，请核对是不是放错了文件", str(path))
    return held


class Kept(Generic[T]):
    """What a file holds, read anew within RECHECK_SECONDS of an edit. A bad edit is logged and changes nothing.

    Safe to share between threads.
    """

    def __init__(
        self,
        path: Path,
        load: Callable[[Path], T],
        unusable: type[Exception],
        empty: T,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """Name the file, which is read on first use. ``load`` raises ``unusable`` or OSError for one it can't use."""
        self._path = path
        self._load = load
        self._unusable = unusable
        self._kept = empty
        self._clock = clock
        self._lock = Lock()
        self._seen: tuple[int, int] | None = None
        self._due = clock()

    @property
    def stamp(self) -> str:
        """A value that changes with each noticed edit."""
        return repr(self._seen)

    def current(self) -> T:
        """Return what the file held when it could last be used, or what ``empty`` is."""
        with self._lock:
            now = self._clock()
            if now >= self._due:
                self._due = now + RECHECK_SECONDS
                self._reread()
            return self._kept

    def _reread(self) -> None:
        seen = _seen(self._path)
        if seen == self._seen:
            return
        # Even of a bad edit, so that it is read and logged only once.
        self._seen = seen
        try:
            self._kept = self._load(self._path)
        except (self._unusable, OSError) as error:
            log.error("%s（%s）沿用上一次无误的内容。", error, self._path)


def _seen(path: Path) -> tuple[int, int] | None:
    """Return when a file was last changed, in ns, and how many bytes it has; None where there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size
