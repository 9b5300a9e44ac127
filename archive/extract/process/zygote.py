"""Forking limited jobs one at a time; run as ``python -m archive.extract.process.zygote LIMITS``.

The zygote's standard input is a socket to the caller. For each job, the zygote sends over it the previous job's wait
status, the new job's process number and a socket to the new job. Any byte in reply asks for the next job. The zygote
and its job end when the caller does. The zygote never communicates with a job, which may have read a hostile file.

A job receives one JSON object per line, with ``path`` and ``media_type``, and with ``describe`` (what a manifest states
and the file's name) where the file's metadata are asked for, with ``recognised`` (the file of what was recognised in
its pages) where there is one, or with ``task`` and what is ``about`` it (see ``tasks``) where something else is. It
answers each with a frame: a length (four bytes, big-endian) and that many bytes (see ``answer``). Once before, it may
ask for more time: ``answer.MORE`` instead of a length, and four bytes with the seconds.
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
from collections.abc import Callable
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import NoReturn

from archive.describe import taxonomy
from archive.describe.metadata import describe
from archive.errors import FileRefused
from archive.extract.formats import MODULES, extract_plain
from archive.extract.limits import Limits, hear_of_pages
from archive.extract.process import answer, tasks
from archive.reasons import why

_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
_OVERTIME = 5.0
_STDIN = 0
# A job's only descriptor besides the standard ones, which are the null device.
_CHANNEL = 3


def main() -> None:
    limits = Limits(**json.loads(sys.argv[1]))
    # Loaded once here, so that a job costs a fork and no imports.
    for name in MODULES:
        import_module(f"archive.extract.{name}")
    if sys.argv[2]:
        taxonomy.use(Path(sys.argv[2]))
    taxonomy.load()
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    # The objects loaded so far are never garbage; unless frozen, each job's collector would copy their pages.
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
    """Start a job; return its process number and the caller's end of its channel."""
    zygote = os.getpid()
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        _job(theirs.fileno(), limits, zygote)
    theirs.close()
    return pid, ours


def _end(pid: int) -> int:
    """Kill a job's process group and whatever it left outside of it; return the job's wait status."""
    # Kill before waiting: until then no other process can have its number. A job that is already ending keeps its own
    # status.
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        # The job had not created its group yet.
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    _bury_strays()
    return status


def _bury_strays() -> None:
    """Kill processes that a job moved to another session; they became children of this process (subreaper)."""
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
    """Run the forked process: set its limits, then read files until it is ended."""
    status = 1
    try:
        os.setpgid(0, 0)
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        # The zygote may have died before the death signal was set.
        if os.getppid() != zygote:
            os._exit(status)
        quiet = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(quiet, descriptor)
        os.dup2(channel, _CHANNEL)
        os.closerange(_CHANNEL + 1, 1 << 16)
        _limit(limits)
        hear_of_pages(partial(_take_time, limits))
        # Garbage is collected once after each file.
        gc.disable()
        with os.fdopen(_CHANNEL, "rb", closefd=False) as requests:
            while request := requests.readline():
                # The timer ends this job if nothing else does, even while it waits for a next file that never comes.
                signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + _OVERTIME)
                asked = json.loads(request)
                path, kind = Path(asked["path"]), asked["media_type"]
                if task := asked.get("task"):
                    told = _do(task, path, kind, asked["about"])
                else:
                    told = _answer(path, kind, asked.get("describe"), asked.get("recognised"), limits)
                _write_all(_CHANNEL, len(told).to_bytes(4, "big") + told)
                # Collect while the caller reads the answer: python-docx leaves its trees to the collector, which
                # doesn't know how large they are.
                gc.collect()
        status = 0
    finally:
        os._exit(status)


def _limit(limits: Limits) -> None:
    # Python ignores SIGXFSZ; here it must end the process as SIGXCPU does.
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    for what, bound in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_FSIZE, limits.file_size),
        (resource.RLIMIT_AS, limits.address_space),
        (resource.RLIMIT_CPU, limits.cpu_seconds),
    ):
        _, hard = resource.getrlimit(what)
        # SIGKILL comes later, so that SIGXCPU can end the process and show the reason, and many pages have their time.
        ceiling = bound + limits.more_seconds + 1 if what == resource.RLIMIT_CPU else bound
        if hard != resource.RLIM_INFINITY:
            ceiling = min(ceiling, hard)
        resource.setrlimit(what, (min(bound, ceiling), ceiling))


def _take_time(limits: Limits, pages: int) -> None:
    """Have more time for a file of many pages, and tell the caller."""
    seconds = min(int(pages * limits.page_seconds), limits.more_seconds)
    if seconds < 1:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    bound = limits.cpu_seconds + seconds
    resource.setrlimit(resource.RLIMIT_CPU, (bound if hard == resource.RLIM_INFINITY else min(bound, hard), hard))
    signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + seconds + _OVERTIME)
    _write_all(_CHANNEL, answer.MORE + seconds.to_bytes(4, "big"))


def _answer(
    path: Path, media_type: str, about: tuple[dict[str, str], str] | None, recognised: str | None, limits: Limits
) -> bytes:
    def read() -> bytes:
        found = extract_plain(path, media_type, limits.ocr_seconds, Path(recognised) if recognised else None)
        return answer.of(found, describe(found, *about) if about else None)

    return _told(read)


def _do(task: str, path: Path, media_type: str, about: dict[str, object]) -> bytes:
    return _told(lambda: answer.made(*tasks.do(tasks.Task(task), path, media_type, about)))


def _told(act: Callable[[], bytes]) -> bytes:
    """Return what an act answers, or why it failed."""
    try:
        return act()
    except FileRefused as refused:
        reason = refused.reason
    except MemoryError:
        reason = "读取该文件需要的内存超过限额，已中止。请检查文件，或拆分后再收。"
    except RecursionError:
        reason = "文件的结构嵌套过深，无法读取。请用办公软件打开并另存后再收。"
    except OSError as error:
        reason = f"读文件出错：{why(error)}。"
    except Exception as error:
        # A hostile file can make a library raise anything; the caller needs a sentence in any case.
        reason = f"文件不合格式，无法读取（{type(error).__name__}）。请用办公软件打开并另存后再收。"
    return answer.failure(reason)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _prctl(option: int, value: int) -> None:
    """Call prctl(2) on Linux; elsewhere the limits and the process group still hold."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


if __name__ == "__main__":
    main()
