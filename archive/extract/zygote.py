"""The process that forks one limited process per file; run as ``python -m archive.extract.zygote LIMITS``.

Requests come on standard input, one JSON object a line; each is answered on standard output by one frame: a kind (one
byte), a length (four bytes, big-endian) and as many bytes. It ends when standard input does, with the job it has.

It never looks into what a job wrote: a job is a process that has read a hostile file.
"""

import ctypes
import gc
import json
import os
import resource
import select
import signal
import sys
import time
from enum import StrEnum
from importlib import import_module
from pathlib import Path

from archive.extract.limits import Limits

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_OVERTIME = 5.0
_STDIN = 0
_STDOUT = 1
# Loaded once here, so that a job costs a fork and no imports.
_PRELOADED = ("html", "docx", "pdf", "plain", "markdown")


class Answer(StrEnum):
    """The first byte of a frame."""

    RESULT = "R"  # what the job wrote: JSON, not to be trusted
    TIMEOUT = "T"  # no bytes: killed after its wall time
    OVERSIZED = "O"  # no bytes: killed for writing too much
    DIED = "X"  # its wait status, in decimal


class _CallerGone(Exception):
    """Standard input was closed while a job ran."""


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    for name in _PRELOADED:
        import_module(f"archive.extract.{name}")
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    # The objects loaded so far are never garbage: without this, each job would copy their pages while collecting.
    gc.collect()
    gc.freeze()
    with os.fdopen(_STDIN, "rb", closefd=False) as requests:
        while line := requests.readline():
            request = json.loads(line)
            try:
                kind, payload = _run(Path(request["path"]), request["media_type"], limits)
            except _CallerGone:
                return
            _write_all(_STDOUT, kind.encode() + len(payload).to_bytes(4, "big") + payload)


def _run(path: Path, media_type: str, limits: Limits) -> tuple[Answer, bytes]:
    """Fork a job, gather what it writes within its limits, and leave no process of it behind."""
    reader, writer = os.pipe()
    zygote = os.getpid()
    pid = os.fork()
    if pid == 0:
        _job(writer, path, media_type, limits, zygote)
    os.close(writer)
    try:
        return _gather(pid, reader, limits)
    finally:
        os.close(reader)


def _gather(pid: int, reader: int, limits: Limits) -> tuple[Answer, bytes]:
    deadline = time.monotonic() + limits.wall_seconds
    waiter = select.poll()
    waiter.register(reader, select.POLLIN)
    waiter.register(_STDIN, 0)  # reports only that the caller hung up
    parts: list[bytes] = []
    size = 0
    ended: Answer | None = None
    try:
        while ended is None:
            left = deadline - time.monotonic()
            ready = dict(waiter.poll(left * 1000)) if left > 0 else {}
            if not ready:
                ended = Answer.TIMEOUT
            elif _STDIN in ready:
                raise _CallerGone
            else:
                part = os.read(reader, 1 << 20)
                parts.append(part)
                size += len(part)
                if size > limits.result_size:
                    ended = Answer.OVERSIZED
                elif not part:
                    break
    finally:
        status = _end(pid, at_once=ended is not None)
    if ended is not None:
        return ended, b""
    if status != 0:
        return Answer.DIED, str(status).encode()
    return Answer.RESULT, b"".join(parts)


def _end(pid: int, at_once: bool) -> int:
    """Kill a job's process group, and whatever it left outside of it; the job's wait status."""
    if not at_once:
        # It has closed its pipe and is about to leave by itself.
        limit = time.monotonic() + 1
        while time.monotonic() < limit and not _has_ended(pid):
            time.sleep(0.0005)
    # Before it is waited for: until then its number can't belong to another process.
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # It had not come to found its group.
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    _bury_strays()
    return status


def _has_ended(pid: int) -> bool:
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def _bury_strays() -> None:
    """Kill processes that a job had moved to another session; they became children of this one (subreaper)."""
    while True:
        try:
            if os.waitpid(-1, os.WNOHANG)[0]:
                continue
        except ChildProcessError:
            return
        try:
            strays = Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()
        except OSError:
            return
        for stray in strays:
            os.kill(int(stray), signal.SIGKILL)
        time.sleep(0.001)


def _job(writer: int, path: Path, media_type: str, limits: Limits, zygote: int) -> None:
    """The forked process: limit itself, extract, write the answer, leave. Never returns."""
    status = 1
    try:
        os.setpgid(0, 0)
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # The zygote may have died before that was set. And should nothing else end this job, the clock does.
        if os.getppid() != zygote:
            os._exit(status)
        signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + _OVERTIME)
        quiet = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(quiet, descriptor)
        _limit(limits)
        _write_all(writer, _answer(path, media_type))
        status = 0
    finally:
        os._exit(status)


def _limit(limits: Limits) -> None:
    # Python ignores SIGXFSZ; here it shall end the process as SIGXCPU does.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    for what, bound in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_AS, limits.address_space),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
    ):
        _, hard = resource.getrlimit(what)
        # One second more before SIGKILL, so that SIGXCPU can tell the reason.
        ceiling = bound + 1 if what == resource.RLIMIT_CPU else bound
        if hard != resource.RLIM_INFINITY:
            ceiling = min(ceiling, hard)
        resource.setrlimit(what, (min(bound, ceiling), ceiling))


def _answer(path: Path, media_type: str) -> bytes:
    from archive.errors import FileRefused
    from archive.extract.formats import extract_plain

    answer: dict[str, object]
    try:
        found = extract_plain(path, media_type)
        answer = {
            "title": found.title,
            "paragraphs": found.paragraphs,
            "stated": dict(found.stated),
            "warnings": found.warnings,
            "page_date": found.page_date,
        }
    except FileRefused as refused:
        answer = {"failed": refused.reason}
    except MemoryError:
        answer = {"failed": "读取该文件需要的内存超过限额，已中止。请检查文件，或拆分后再收。"}
    except RecursionError:
        answer = {"failed": "文件的结构嵌套过深，无法读取。请用办公软件打开并另存后再收。"}
    except OSError as error:
        answer = {"failed": f"读文件出错：{error.strerror or error}"}
    except Exception as error:
        # A hostile file makes a library raise anything; whatever it is, the caller is owed a sentence.
        answer = {"failed": f"文件不合格式，无法读取（{type(error).__name__}）。请用办公软件打开并另存后再收。"}
    return json.dumps(answer).encode()


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _prctl(option: int, value: int) -> None:
    """Linux only; elsewhere the limits and the process group still hold."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main()
