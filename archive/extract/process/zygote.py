"""The process that forks limited jobs, one at a time; run as ``python -m archive.extract.process.zygote LIMITS``.

Its standard input is a socket to the caller. Over it go, for each job, how the former one ended (its wait status), the
new one's process number and a socket to it; any byte that comes back asks for the next. It ends with the caller, and
its job with it, and never speaks with a job itself: that is a process that has read a hostile file.

A job is sent one JSON object a line, ``path`` and ``media_type``; it answers each with a frame: a length (four bytes,
big-endian) and as many bytes of JSON.
"""

import ctypes
import gc
import json
import os
import resource
import signal
import socket
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from archive.extract.formats import MODULES
from archive.extract.limits import Limits

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_OVERTIME = 5.0
_STDIN = 0
# A job's only descriptor besides the standard ones, which lead nowhere.
_CHANNEL = 3


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    # Loaded once here, so that a job costs a fork and no imports.
    for name in MODULES:
        import_module(f"archive.extract.{name}")
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    # The objects loaded so far are never garbage: without this, each job would copy their pages while collecting.
    gc.collect()
    gc.freeze()
    status = 0
    with socket.socket(fileno=_STDIN) as caller:
        wanted = True
        while wanted:
            pid, channel = _fork(limits)
            try:
                socket.send_fds(caller, [f"{status} {pid}".encode()], [channel.fileno()])
                channel.close()
                wanted = bool(caller.recv(1))
            except ConnectionError:
                wanted = False
            finally:
                status = _end(pid)


def _fork(limits: Limits) -> tuple[int, socket.socket]:
    """Start a job; its number, and the caller's end of the channel to it."""
    zygote = os.getpid()
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        _job(theirs.fileno(), limits, zygote)
    theirs.close()
    return pid, ours


def _end(pid: int) -> int:
    """Kill a job's process group, and whatever it left outside of it; the job's wait status."""
    # Before it is waited for: until then its number can't belong to another process. One that has begun to end by
    # itself keeps the status it chose.
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # It had not come to found its group.
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    _bury_strays()
    return status


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


def _job(channel: int, limits: Limits, zygote: int) -> NoReturn:
    """The forked process: limit itself, then read files until it is ended."""
    status = 1
    try:
        os.setpgid(0, 0)
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # The zygote may have died before that was set.
        if os.getppid() != zygote:
            os._exit(status)
        quiet = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(quiet, descriptor)
        os.dup2(channel, _CHANNEL)
        os.closerange(_CHANNEL + 1, 1 << 16)
        _limit(limits)
        # What a file leaves is collected after it, once and as a whole.
        gc.disable()
        with os.fdopen(_CHANNEL, "rb", closefd=False) as requests:
            while request := requests.readline():
                # Should nothing else end this job, the clock does; one that waits in vain for a file ends by it too.
                signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + _OVERTIME)
                asked = json.loads(request)
                answer = _answer(Path(asked["path"]), asked["media_type"], limits)
                _write_all(_CHANNEL, len(answer).to_bytes(4, "big") + answer)
                # Now, while the caller takes that in: python-docx leaves its trees to the collector, which doesn't
                # know how large they are.
                gc.collect()
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


def _answer(path: Path, media_type: str, limits: Limits) -> bytes:
    from archive.errors import FileRefused
    from archive.extract.formats import extract_plain

    answer: dict[str, object]
    try:
        found = extract_plain(path, media_type, limits.ocr_seconds)
        answer = {
            "title": found.title,
            "paragraphs": found.paragraphs,
            "stated": dict(found.stated),
            "warnings": found.warnings,
            "page_date": found.page_date,
            "places": [(place.start, place.label) for place in found.places],
            "concealed": found.concealed,
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
    # Half of a character may stand in a broken file; Chinese as it is takes half the bytes of its escapes.
    return json.dumps(answer, ensure_ascii=False).encode("utf-8", "surrogatepass")


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
