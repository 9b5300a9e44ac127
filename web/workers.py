"""Processes that answer for one address together: kept running, stopped together, and never left behind.

The process that keeps them answers nothing. It has opened the installation and forks each of them with what it has
loaded, so that they share that memory and all show the same installation, whenever they were started. It has no other
thread and no open connection to a database.
"""

import ctypes
import logging
import os
import signal
import sys
from collections import deque
from collections.abc import Callable
from time import monotonic
from typing import NoReturn

from archive.errors import GongkaiError
from archive.reasons import why

_SIGNALS = (signal.SIGTERM, signal.SIGINT)
_PR_SET_PDEATHSIG = 1
# Seconds that they have to end when told to. Requests in progress may take as long as waitress waits for them.
_GRACE = 10.0
# That many may end by themselves within a minute, each started anew at once. With one more all are stopped.
MOST_ENDED = 10
# Seconds until one that could not be started is tried again.
_AGAIN = 2.0
_MINUTE = 60.0
log = logging.getLogger(__name__)


class WorkersEnd(GongkaiError):
    """The processes that answer end again and again."""

    def __init__(self) -> None:
        super().__init__(
            f"应答检索的进程在一分钟内意外结束了 {MOST_ENDED} 次以上，服务已经停止。"
            "原因见上面的日志；内存不足的，请减少 --workers。"
        )


def keep(count: int, work: Callable[[int], None]) -> None:
    """Run ``work(number)`` in ``count`` processes until told to stop. One that dies is started again.

    If this process is killed, so are they. Raises WorkersEnd.
    """
    waited = {signal.SIGCHLD, *_SIGNALS}
    # They are waited for one by one, so that none interrupts anything.
    before = signal.pthread_sigmask(signal.SIG_BLOCK, waited)
    running: dict[int, int] = {}
    missing, ended = deque(range(count)), deque[float]()
    try:
        while True:
            _start(missing, running, lambda number: _forked(work, number, before))
            told = signal.sigtimedwait(waited, _AGAIN) if missing else signal.sigwaitinfo(waited)
            if told and told.si_signo in _SIGNALS:
                break
            for pid, status in _ended(running):
                number = running.pop(pid)
                log.error("第 %d 个应答进程（%d）意外结束（%d），重新启动。", number + 1, pid, status)
                ended.append(monotonic())
                while ended[0] < ended[-1] - _MINUTE:
                    ended.popleft()
                if len(ended) > MOST_ENDED:
                    raise WorkersEnd
                missing.append(number)
    finally:
        _stop(running, waited)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start(missing: deque[int], running: dict[int, int], forked: Callable[[int], int]) -> None:
    """Start those that are missing. What the system has no room for waits, as long as others answer."""
    try:
        while missing:
            running[forked(missing[0])] = missing[0]
            missing.popleft()
    except OSError as error:
        if not running:
            raise
        log.error("第 %d 个应答进程没有能够启动（%s），稍后再试。", missing[0] + 1, why(error))


def _forked(work: Callable[[int], None], number: int, mask: set[int | signal.Signals]) -> int:
    parent = os.getpid()
    # What is still to be written would be written by both.
    sys.stdout.flush()
    sys.stderr.flush()
    return os.fork() or _run(work, number, mask, parent)


def _run(work: Callable[[int], None], number: int, mask: set[int | signal.Signals], parent: int) -> NoReturn:
    code = 1
    try:
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        # Ctrl+C reaches all processes at a terminal; it is the parent's to stop them.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)
        # It may have been killed in between.
        if os.getppid() == parent:
            work(number)
        code = 0
    except SystemExit:
        code = 0
    except BaseException:
        log.exception("应答进程出错。")
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            # Nothing that the parent has opened is closed here.
            os._exit(code)


def _ended(running: dict[int, int]) -> list[tuple[int, int]]:
    """Return those of the processes that have ended, each with its exit code, negative for a signal."""
    # One signal may stand for several.
    told = [os.waitpid(pid, os.WNOHANG) for pid in running]
    return [(pid, os.waitstatus_to_exitcode(status)) for pid, status in told if pid]


def _stop(running: dict[int, int], waited: set[signal.Signals]) -> None:
    for pid in running:
        os.kill(pid, signal.SIGTERM)
    until = monotonic() + _GRACE
    while running and monotonic() < until:
        signal.sigtimedwait(waited, 0.1)
        for pid, _ in _ended(running):
            del running[pid]
    for pid in running:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
