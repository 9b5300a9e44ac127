"""The watched folder: a file that is put there is taken in as a job of its own.

What was taken in is moved out of it. What was refused lies in ``refused`` below it, beside a text that says why. A file
that still changes, links and folders are left alone, and that is told.
"""

import errno
import fcntl
import hashlib
import logging
import os
import shutil
import signal
import stat
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

from archive.intake.adding import readable
from archive.intake.receive import Result
from archive.plain import one_line
from archive.registers import jobs, uploads
from archive.registers.accounts import NOBODY
from archive.registers.jobs import Job, JobFile, Kind
from archive.registers.staff import Staff

FOLDER, REFUSED = "incoming", "refused"
# Who brings in what is put there.
PERSON = NOBODY
# Seconds for which a file must not have changed.
STILL = 10.0
# Names that programs give to files of which they have only a part.
_PARTS = (".part", ".partial", ".filepart", ".crdownload", ".download", ".tmp", ".temp", ".swp")
GONE = "文件已被取走，或者在接收之前又有改动，这一次没有接收；还在收文文件夹里的，写完以后会自动接收。"
log = logging.getLogger(__name__)
_Stand = tuple[int, int, int, int]


@dataclass
class Watch:
    """A look at the folder now and then. ``seconds`` is the clock."""

    data: Path
    staff: Staff
    seconds: Callable[[], float] = monotonic
    _seen: dict[str, tuple[_Stand, float]] = field(default_factory=dict)
    _told: dict[str, str] = field(default_factory=dict)

    def look(self) -> list[str]:
        """Add a job for each file that is there and has been still for long enough; return the jobs' ids."""
        folder = self.data / FOLDER
        folder.mkdir(mode=0o700, exist_ok=True)
        names = [path.name for path in sorted(folder.iterdir()) if path.name != REFUSED]
        self._seen = {name: seen for name, seen in self._seen.items() if name in names}
        self._told = {name: why for name, why in self._told.items() if name in names}
        return [id for name in names if (id := self._add(folder / name))]

    def _add(self, path: Path) -> str:
        try:
            at = path.lstat()
            if why := _left_alone(path, at.st_mode, at.st_size):
                self._tell(path.name, why)
                return ""
        except FileNotFoundError:
            return ""
        now, stand = self.seconds(), _stand(path)
        before, since = self._seen.get(path.name, (stand, now))
        if before != stand:
            since = now
        self._seen[path.name] = stand, since
        if now - since < STILL:
            return ""
        if _is_being_written(path):
            self._tell(path.name, "还在写入，写完以后自动接收")
            return ""
        name = os.fsencode(path.name)
        # Of the file as it is now, so that several workers who see it add one job.
        id = hashlib.sha256(repr((name, stand)).encode()).hexdigest()[:32]
        known = uploads.shown(readable(path.name))
        payload = {"files": [known], "place": name.hex(), "stand": list(stand)}
        return jobs.add(self.staff, Kind.FOLDER, payload, PERSON, "", [known], id)

    def _tell(self, name: str, why: str) -> None:
        if self._told.get(name) != why:
            self._told[name] = why
            log.warning("收文文件夹里的“%s”%s。", one_line(readable(name)), why)


def fetch(data: Path, job: Job) -> None:
    """Move the file of a job out of the folder, if it is as it was; once, however often this is called."""
    path, target = _place(data, job), uploads.place(data, job.id) / "1"
    if target.exists() or not path.is_file() or list(_stand(path)) != job.payload["stand"]:
        return
    target.parent.mkdir(mode=0o700, exist_ok=True)
    _move(path, target)


def put_back(data: Path, job: Job, files: Sequence[JobFile]) -> None:
    """Put the file of a job among the refused ones if anything of it was, beside a text that says why."""
    path, target = _place(data, job), uploads.place(data, job.id) / "1"
    refused = [each for each in files if each.result == Result.REFUSED]
    if not refused or not target.exists():
        return
    folder = path.parent / REFUSED
    folder.mkdir(mode=0o700, exist_ok=True)
    free = next(each for each in _numbered(folder / path.name) if not each.exists())
    said = "".join(f"{each.name}：{each.told}\n" for each in refused)
    Path(f"{free}.txt").write_text(f"没有接收。\n{said}请改正后重新放入收文文件夹。\n", encoding="utf-8")
    _move(target, free)


def _left_alone(path: Path, mode: int, size: int) -> str:
    if stat.S_ISLNK(mode):
        return "是链接，没有接收。请放入文件本身"
    if stat.S_ISDIR(mode):
        return "是文件夹，没有接收。请直接放入文件，或者压缩成 zip"
    if not stat.S_ISREG(mode):
        return "不是普通文件，没有接收"
    if path.name.startswith((".", "~$")) or path.name.lower().endswith(_PARTS):
        return "看名称是还没有传完的或临时的文件，没有接收"
    return "" if size else "是空的（0 字节），可能还没有传完，没有接收"


def _stand(path: Path) -> _Stand:
    at = path.lstat()
    return at.st_ino, at.st_size, at.st_mtime_ns, at.st_ctime_ns


def _is_being_written(path: Path) -> bool:
    """Tell whether some program has a file open for writing; False where the system doesn't say."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        # Whoever opens it at this moment has us told by a signal; by the usual one this process would end.
        fcntl.fcntl(handle, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(handle, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(handle)
    return False


def _place(data: Path, job: Job) -> Path:
    return data / FOLDER / os.fsdecode(bytes.fromhex(str(job.payload["place"])))


def _numbered(path: Path) -> Iterator[Path]:
    yield path
    number = 2
    while True:
        yield path.with_name(f"{path.stem}-{number}{path.suffix}")
        number += 1


def _move(source: Path, target: Path) -> None:
    """Move a file; where it is to be it is whole or not at all, on another disk too."""
    try:
        source.rename(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        half = target.with_name(f".{target.name}")
        shutil.copyfile(source, half)
        half.rename(target)
        source.unlink()
