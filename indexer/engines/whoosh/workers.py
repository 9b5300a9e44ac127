"""Segments written by as many processes as there are processors: cutting documents is most of an index's work.

Each process gathers a segment of its own out of the documents that it is given, in turns. All are asked for what they
have at the same time, so that a moment comes when everything that was put stands on disk.
"""

import os
import signal
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path

from whoosh.codec.whoosh3 import W3Segment

from archive.document import Document
from indexer.analyzer import Analyzer
from indexer.engines.whoosh.segment_reader import Storage
from indexer.engines.whoosh.segment_writer import SegmentWriter
from indexer.errors import IndexingStopped
from indexer.fields import entry

BATCH = 16
# Batches given to each process before the first is awaited; what waits is in memory.
_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Written:
    """A segment and the ids of its documents, in their order in it."""

    segment: W3Segment
    ids: Sequence[str]


class Workers:
    """Processes that write segments of so many ``postings``, all together, into a folder."""

    def __init__(self, folder: Path, analyzer: Analyzer, postings: int) -> None:
        # Each its own pool of one, so that all can be spoken to. Not forked: the caller may have threads.
        self._pools = [
            ProcessPoolExecutor(1, get_context("spawn"), _begin, (folder, analyzer.cache, postings // processors()))
            for _ in range(processors())
        ]
        self._given: deque[Future[bool]] = deque()
        self._turn = 0
        # Whether some process has gathered enough.
        self.full = False

    def put(self, documents: Sequence[Document]) -> None:
        """Give a batch to the process whose turn it is."""
        with _stopping():
            self._given.append(self._pools[self._turn].submit(_add, documents))
            self._turn = (self._turn + 1) % len(self._pools)
            if len(self._given) > len(self._pools) * _AHEAD:
                self.full |= self._given.popleft().result()

    def finish(self) -> list[Written]:
        """Have everything that was put written to disk."""
        with _stopping():
            for given in self._given:
                given.result()
            self._given.clear()
            finished = [pool.submit(_finish) for pool in self._pools]
            self.full = False
            return [written for each in finished if (written := each.result()) is not None]

    def close(self) -> None:
        for pool in self._pools:
            pool.shutdown(cancel_futures=True)


def processors() -> int:
    """How many processes can work at once."""
    return len(os.sched_getaffinity(0))


@contextmanager
def _stopping() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise IndexingStopped from error


class _Worker:
    """What one of the processes has."""

    def __init__(self, folder: Path, cache: Path, postings: int) -> None:
        self.postings = postings
        self.storage = Storage(str(folder))
        self.analyzer = Analyzer(cache)
        self.writer: SegmentWriter | None = None
        self.ids: list[str] = []


_worker: _Worker


def _begin(folder: Path, cache: Path, postings: int) -> None:
    global _worker
    # Who interrupts the command means the process that gives out the work; it ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # And if that was killed, nobody would.
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _worker = _Worker(folder, cache, postings)


def _leave_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


def _add(documents: Sequence[Document]) -> bool:
    """Whether enough has been gathered."""
    if _worker.writer is None:
        _worker.writer = SegmentWriter(_worker.storage)
    for document in documents:
        _worker.writer.add(entry(document, _worker.analyzer))
        _worker.ids.append(document.id)
    return _worker.writer.fill(_worker.postings) >= 1


def _finish() -> Written | None:
    if _worker.writer is None:
        return None
    written = Written(_worker.writer.finish(), _worker.ids)
    _worker.writer, _worker.ids = None, []
    return written
