"""Extraction in a process that may be lost: hostile or broken files never harm the caller or the next file.

A Sandbox keeps up to ``workers`` zygotes (``archive.extract.zygote``): small processes with the libraries loaded, which
fork one limited process per file and hand back what it wrote. The caller reads that as JSON of checked types and
limited size.
"""

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.limits import MIB, Limits

# How much longer than a job's own time its zygote may take to kill it and say so.
_GRACE = 10.0
_HEADER = 5


class _Lost(Exception):
    """The zygote died, hung or talked nonsense."""


class _Zygote:
    """One zygote process; used by one thread at a time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        root = Path(__file__).resolve().parents[2]
        # Nothing of the caller's environment (database URLs, keys) reaches a process that reads hostile files.
        environment = {"PYTHONPATH": str(root), "LC_ALL": "C.UTF-8", "PYTHONHASHSEED": "0"}
        self._process = subprocess.Popen(  # noqa: S603 - our own module with our own interpreter
            [sys.executable, "-P", "-m", "archive.extract.zygote", json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            env=environment,
            start_new_session=True,
        )
        self._input = cast(BinaryIO, self._process.stdin)
        self._output = cast(BinaryIO, self._process.stdout)

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, path: Path, media_type: str) -> tuple[str, bytes]:
        """The kind of answer (see ``zygote.Answer``) and its bytes; raises _Lost when there is none."""
        request = json.dumps({"path": str(path.absolute()), "media_type": media_type}) + "\n"
        deadline = time.monotonic() + self._limits.wall_seconds + _GRACE
        try:
            self._input.write(request.encode())
        except OSError as error:
            raise _Lost from error
        header = self._read(_HEADER, deadline)
        size = int.from_bytes(header[1:], "big")
        if size > self._limits.result_size:
            raise _Lost
        return chr(header[0]), self._read(size, deadline)

    def _read(self, size: int, deadline: float) -> bytes:
        descriptor = self._output.fileno()
        waiter = select.poll()
        waiter.register(descriptor, select.POLLIN)
        parts: list[bytes] = []
        while size > 0:
            left = deadline - time.monotonic()
            if left <= 0 or not waiter.poll(left * 1000):
                raise _Lost
            part = os.read(descriptor, min(size, MIB))
            if not part:
                raise _Lost
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def stop(self) -> None:
        """End the process and whatever it was doing; leaves no zombie and no open descriptor."""
        self._input.close()
        self._output.close()
        try:
            # A zygote that sees its input closed kills its job and leaves.
            self._process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


class Sandbox:
    """Extracts text from files in limited child processes; thread-safe, and unharmed by what a file does to them."""

    def __init__(self, workers: int = 2, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
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
        """End the child processes; an extraction that runs in another thread ends with its own answer first."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for zygote in idle:
            zygote.stop()

    def extract(self, path: Path, media_type: str) -> Extraction:
        """The text of one file. Raises ExtractionFailed with a sentence for everything that can go wrong in it."""
        with self._slots:
            zygote = self._take()
            try:
                kind, payload = zygote.ask(path, media_type)
            except _Lost as error:
                zygote.stop()
                raise ExtractionFailed("抽取文字的进程意外中断，请重试；再次失败时请检查文件是否损坏。") from error
            except BaseException:
                # Interrupted half-way: its answer would be taken for the next file's.
                zygote.stop()
                raise
            self._give_back(zygote)
        return _understand(kind, payload, self._limits)

    def _take(self) -> _Zygote:
        with self._lock:
            if self._closed:
                raise RuntimeError("the sandbox is closed")
            zygote = self._idle.pop() if self._idle else None
        if zygote is not None and zygote.alive:
            return zygote
        if zygote is not None:
            zygote.stop()
        return _Zygote(self._limits)

    def _give_back(self, zygote: _Zygote) -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(zygote)
                return
        zygote.stop()


def _understand(kind: str, payload: bytes, limits: Limits) -> Extraction:
    if kind == "T":
        raise ExtractionFailed(f"抽取文字超过 {limits.wall_seconds:g} 秒仍未完成，已中止。请检查文件，或拆分后再收。")
    if kind == "O":
        raise ExtractionFailed("抽取出的文字过多，已中止。请检查文件，或拆分后再收。")
    if kind == "X":
        raise ExtractionFailed(_death(int(payload or b"0"), limits))
    if kind != "R":
        raise ExtractionFailed("抽取文字的进程回答异常，请重试；再次失败时请检查文件是否损坏。")
    return _extraction(payload)


def _death(status: int, limits: Limits) -> str:
    """What a wait status means, as a sentence."""
    ended_by = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
    if ended_by == signal.SIGXCPU:
        return f"抽取文字用时超过 {limits.cpu_seconds} 秒（处理器时间），已中止。请检查文件，或拆分后再收。"
    if ended_by == signal.SIGXFSZ:
        return "抽取文字时写出的文件过大，已中止。请检查文件。"
    return "读取该文件的进程异常中止，文件可能已损坏。请用办公软件打开并另存后再收。"


def _extraction(payload: bytes) -> Extraction:
    """The checked content of an answer: it comes from a process that read a hostile file."""
    broken = ExtractionFailed("抽取结果的格式不对，文件可能已损坏。请用办公软件打开并另存后再收。")
    try:
        answer = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise broken from error
    if not isinstance(answer, dict):
        raise broken
    if "failed" in answer:
        raise ExtractionFailed(_line(answer["failed"], broken)[:500])
    title = answer.get("title")
    stated = answer.get("stated")
    if not isinstance(stated, dict):
        raise broken
    checked: Mapping[str, str] = {_line(key, broken): _line(value, broken) for key, value in stated.items()}
    return Extraction(
        title=None if title is None else _line(title, broken),
        paragraphs=_list(answer.get("paragraphs"), broken),
        stated=checked,
        warnings=_list(answer.get("warnings"), broken),
        page_date=_line(answer.get("page_date"), broken),
    )


def _list(value: object, broken: ExtractionFailed) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise broken
    return tuple(_line(item, broken) for item in value)


def _line(value: object, broken: ExtractionFailed) -> str:
    if not isinstance(value, str) or "\n" in value or "\r" in value:
        raise broken
    try:
        value.encode()
    except UnicodeEncodeError as error:
        raise broken from error
    return value
