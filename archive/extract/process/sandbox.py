"""Extracting text in expendable processes, so that a hostile or broken file never harms the caller or the next file.

A Sandbox keeps up to ``workers`` zygotes (``archive.extract.process.zygote``), small processes with the libraries
loaded. A zygote forks one job at a time, a limited process that reads files. A job answers in JSON, whose types and
size the caller checks.

A job reads up to ``limits.files`` files one after another, because forking, filling and ending a process costs 6 to
12 ms, but reading a web page only 1.5 ms. A job is kept only if it returned text, and if it has no process, thread,
descriptor or memory beyond a new job's; the kernel is asked about that, not the job. From a used job, only text
returned in time counts. After anything else, such as a refusal or a crash, a new job reads the file again with all the
limits to itself. So a file that breaks, fills or clogs its job never spoils the result of another file.

Compared with a process for each file, there is one weakness. A file that takes over its job through a bug in libxml2 or
zlib could also falsify what that job says about later files. It could do worse even in a process of its own, because
the limits are not a security boundary: a job runs as the caller's user and may open whatever that user may. If such
files are a concern, run the intake as a separate user and set ``files`` to 1.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar

from archive.document import Metadata
from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.limits import MIB, Limits
from archive.extract.process import answer
from archive.extract.process.tasks import Task

_COMMAND = (sys.executable, "-P", "-m", "archive.extract.process.zygote")
# Seconds that a zygote may take to load the libraries, or to end a job and fork the next.
_GRACE = 60.0
_HEADER = 4
_MEMORY_PAGE = os.sysconf("SC_PAGE_SIZE")
# A job's three standard descriptors and its channel.
_DESCRIPTORS = 4
# Resident memory up to which a job is kept. A new job has about 45 MiB, and 52 after documents of usual sizes.
_RESIDENT = 80 * MIB

Made = tuple[dict[str, object], bytes]
T = TypeVar("T")
_Check = Callable[[bytearray], T]


class _Lost(Exception):
    """The zygote died, hung or sent nonsense."""


class _Died(Exception):
    """The job ended before it answered."""


class _Job:
    """The caller's side of a process that reads files one after another."""

    def __init__(self, pid: int, zygote: int, channel: socket.socket, limits: Limits) -> None:
        self.files = 0
        # The seconds that the file being read has for its pages.
        self.more = 0
        self._pid = pid
        self._zygote = zygote
        self._channel = channel
        self._limits = limits

    def read(self, request: bytes, check: _Check[T]) -> T:
        """Return what a file says. After ExtractionFailed or _Died the job must not be used again."""
        limit = self._limits.wall_seconds
        if self.files:
            limit = min(limit, self._limits.patience)
        self.files += 1
        self.more = 0
        began = time.monotonic()
        deadline = began + limit
        told = bytearray()
        end = _HEADER
        try:
            self._channel.settimeout(limit)
            self._channel.sendall(request)
            while len(told) < end or self._asks(told):
                self._channel.settimeout(max(deadline - time.monotonic(), 0.001))
                part = self._channel.recv(MIB // 16)
                if not part:
                    raise _Died
                told += part
                if self._asks(told) and len(told) >= 2 * _HEADER:
                    # A job may say anything, once: it has no more than the limits give.
                    self.more = min(int.from_bytes(told[_HEADER : 2 * _HEADER], "big"), self._limits.more_seconds) or 1
                    limit = self._limits.wall_seconds + self.more
                    deadline = began + limit
                    del told[: 2 * _HEADER]
                if len(told) < _HEADER or self._asks(told):
                    continue
                end = _HEADER + int.from_bytes(told[:_HEADER], "big")
                if end > _HEADER + self._limits.result_size:
                    raise ExtractionFailed("读出的文字过多，已中止。请检查文件，或拆分后再收。")
        except TimeoutError as error:
            raise ExtractionFailed(f"读取文件超过 {limit:g} 秒仍未完成，已中止。请检查文件，或拆分后再收。") from error
        except ConnectionError as error:
            raise _Died from error
        return check(told[_HEADER:])

    def _asks(self, told: bytearray) -> bool:
        """Tell whether the job asks for more time, which it may do once for a file."""
        return told.startswith(answer.MORE) and not self.more

    def is_as_new(self) -> bool:
        """Tell whether the job may read another file, judging by the kernel's data; False if there are none."""
        try:
            threads, resident = _size(self._pid)
            return (
                self.files < self._limits.files
                and threads == 1
                and resident <= _RESIDENT
                and len(os.listdir(f"/proc/{self._pid}/fd")) == _DESCRIPTORS  # noqa: PTH208  # as in _read
                # No child of its own, and none that moved to another session and became the zygote's.
                and _children(self._pid) == []
                and _children(self._zygote) == [self._pid]
            )
        except OSError:
            return False

    def close(self) -> None:
        self._channel.close()


class _Zygote:
    """A zygote process and its job; used by one thread at a time."""

    def __init__(self, limits: Limits, lists: Path | None) -> None:
        self._limits = limits
        self._job: _Job | None = None
        self._former = 0
        self._control, theirs = socket.socketpair()
        self._control.settimeout(_GRACE)
        root = Path(__file__).resolve().parents[3]
        # Keep the caller's environment (database URLs, keys) from a process that reads hostile files.
        environment = {"PYTHONPATH": str(root), "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own module with our own interpreter
                [*_COMMAND, json.dumps(asdict(limits)), str(lists or "")],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def read(self, request: bytes, check: _Check[T]) -> T:
        """Return what a file says. Raises ExtractionFailed only as a fresh job reports it, or _Lost."""
        while True:
            job = self._job or self._take()
            try:
                found = job.read(request, check)
            except (ExtractionFailed, _Died) as error:
                self._renew(job)
                if job.files > 1:
                    continue
                if isinstance(error, _Died):
                    self._take()
                    raise ExtractionFailed(_death(self._former, self._limits.cpu_seconds + job.more)) from error
                raise
            if not job.is_as_new():
                self._renew(job)
            return found

    def _take(self) -> _Job:
        """Receive the zygote's next job and the wait status of the one before."""
        try:
            told, descriptors, _, _ = socket.recv_fds(self._control, 64, 1)
        except OSError as error:
            raise _Lost from error
        if not descriptors:
            raise _Lost
        self._former, pid = map(int, told.split())
        self._job = _Job(pid, self._process.pid, socket.socket(fileno=descriptors[0]), self._limits)
        return self._job

    def _renew(self, job: _Job) -> None:
        """Ask the zygote to end the job and fork the next, so that one is ready when a file comes."""
        self._job = None
        job.close()
        # A lost zygote is noticed when its next job is needed; the answer already received stays valid.
        with suppress(OSError):
            self._control.send(b"\n")

    def stop(self) -> None:
        """End the process and its job, leaving no zombie and no open descriptor."""
        if self._job is not None:
            self._job.close()
        self._control.close()
        try:
            # A zygote whose input is closed kills its job and exits.
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


def _children(pid: int) -> list[int]:
    """Return the children, started or inherited, of a process with one thread."""
    return [int(each) for each in _read(f"/proc/{pid}/task/{pid}/children").split()]


def _size(pid: int) -> tuple[int, int]:
    """Return a process's number of threads and its resident memory in bytes."""
    # The name may contain anything; the fields after it begin with the third, see proc(5).
    known = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    return int(known[20 - 3]), int(known[24 - 3]) * _MEMORY_PAGE


def _read(place: str) -> bytes:
    """Read a small file in /proc. Four are read per document, which with pathlib took longer than most extractions."""
    descriptor = os.open(place, os.O_RDONLY)
    try:
        return os.read(descriptor, 1 << 16)
    finally:
        os.close(descriptor)


class Sandbox:
    """An extractor that reads files in limited child processes; thread-safe, and unharmed if a file breaks them."""

    def __init__(self, workers: int = 2, limits: Limits | None = None, lists: Path | None = None) -> None:
        """Set up to ``workers`` processes. ``lists`` is the installation's own file of ``taxonomy``, if it has one."""
        self._limits = limits or Limits()
        self._lists = lists.absolute() if lists else None
        self._slots = threading.BoundedSemaphore(workers)
        self._lock = threading.Lock()
        self._idle: list[_Zygote] = []
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the child processes; an extraction running in another thread finishes first."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for zygote in idle:
            zygote.stop()

    def extract(self, path: Path, media_type: str, recognised: Path | None = None) -> Extraction:
        """Return the text of a file. Raises ExtractionFailed, with a sentence, whatever goes wrong in it.

        ``recognised`` is where that is kept which was recognised in pictures of its pages (see ``recognition.page``).
        """
        return self._read(_asked(path, media_type, recognised), answer.read)[0]

    def read(
        self,
        path: Path,
        media_type: str,
        stated: Mapping[str, str],
        name: str,
        recognised: Path | None = None,
    ) -> tuple[Extraction, Metadata]:
        """Return the text of a file and what it says of itself (see ``describe``), given its manifest and its name.

        Raises ExtractionFailed as ``extract`` does, also where the manifest states what can't be, and ValueError for a
        stated value that has half a character.
        """
        for value in (name, *stated.keys(), *stated.values()):
            value.encode()
        about = [dict(stated), name]
        asked = _asked(path, media_type, recognised) | {"describe": about}
        found, metadata = self._read(asked, answer.read)
        if metadata is None:
            raise ExtractionFailed("抽取结果的格式不对，文件可能已损坏。请用办公软件打开并另存后再收。")
        return found, metadata

    def make(self, task: Task, path: Path, media_type: str, **about: object) -> Made:
        """Do another task with a file; return what it says and the bytes that it made, see ``tasks``.

        Both come from a process that a hostile file may have taken over. Raises ExtractionFailed as ``extract`` does.
        """
        asked = _asked(path, media_type) | {"task": task.value, "about": about}
        return self._read(asked, answer.read_made)

    def _read(self, asked: Mapping[str, object], check: _Check[T]) -> T:
        request = f"{json.dumps(asked)}\n".encode()
        with self._slots:
            zygote = self._take()
            try:
                found = zygote.read(request, check)
            except ExtractionFailed:
                self._give_back(zygote)
                raise
            except _Lost as error:
                zygote.stop()
                raise ExtractionFailed("读取文件的进程意外中断，请重试；再次失败时请检查文件是否损坏。") from error
            except BaseException:
                # Interrupted half-way: the pending answer would be taken for the next file's.
                zygote.stop()
                raise
            self._give_back(zygote)
        return found

    def _take(self) -> _Zygote:
        with self._lock:
            if self._closed:
                raise RuntimeError("the sandbox is closed")
            zygote = self._idle.pop() if self._idle else None
        if zygote is not None and zygote.alive:
            return zygote
        if zygote is not None:
            zygote.stop()
        return _Zygote(self._limits, self._lists)

    def _give_back(self, zygote: _Zygote) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(zygote)
                return
        zygote.stop()


def _asked(path: Path, media_type: str, recognised: Path | None = None) -> dict[str, object]:
    known = {"recognised": str(recognised.absolute())} if recognised else {}
    return {"path": str(path.absolute()), "media_type": media_type, **known}


def _death(status: int, seconds: int) -> str:
    """Explain a wait status in a sentence."""
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended_by == signal.SIGXCPU:
        return f"读取文件用时超过 {seconds} 秒（处理器时间），已中止。请检查文件，或拆分后再收。"
    if ended_by == signal.SIGXFSZ:
        return "读取时写出的文件过大，已中止。请检查文件。"
    return "读取该文件的进程异常中止，文件可能已损坏。请用办公软件打开并另存后再收。"
