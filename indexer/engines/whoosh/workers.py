"""Writes segments in one process per processor, because analyzing documents is most of the work of indexing.

The processes get batches of documents in turn, and each gathers a segment of its own. All are told to finish at the
same time, so that everything that was put is then on disk.
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
from indexer.lexicon import Lexicon

BATCH = 16
# How many batches each process is given ahead. Waiting batches are in memory.
_AHEAD = 4


@dataclass(frozen=True, slots=True)
class Written:
    """A segment and the ids of its documents, in order."""

    segment: W3Segment
    ids: Sequence[str]


class Workers:
    """Processes that write segments into a folder, with ``postings`` postings in all before they are full."""

    def __init__(self, folder: Path, lexicon: Lexicon, postings: int) -> None:
        # A pool of one for each, so that every process can be addressed. No fork, since the caller may have threads.
        self._pools = [
            ProcessPoolExecutor(1, get_context("spawn"), _begin, (folder, lexicon, postings // processors()))
            for _ in range(processors())
        ]
        self._given: deque[Future[bool]] = deque()
        self._turn = 0
        # Whether any process has gathered enough.
        self.full = False

    def put(self, documents: Sequence[Document]) -> None:
        """Give a batch to the next process in turn."""
        with _stopping():
            self._given.append(self._pools[self._turn].submit(_add, documents))
            self._turn = (self._turn + 1) % len(self._pools)
            if len(self._given) > len(self._pools) * _AHEAD:
                self.full |= self._given.popleft().result()

    def finish(self) -> list[Written]:
        """Write everything that was put to disk, and return the segments."""
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
    """Return how many processes can run at once."""
    return len(os.sched_getaffinity(0))


@contextmanager
def _stopping() -> Iterator[None]:
    try:
        yield
    except BrokenProcessPool as error:
        raise IndexingStopped from error


class _Worker:
    """The state of a worker process."""

    def __init__(self, folder: Path, lexicon: Lexicon, postings: int) -> None:
        self.postings = postings
        self.storage = Storage(str(folder))
        self.analyzer = Analyzer(lexicon)
        self.writer: SegmentWriter | None = None
        self.ids: list[str] = []


_worker: _Worker


def _begin(folder: Path, lexicon: Lexicon, postings: int) -> None:
    global _worker
    # An interrupt is meant for the parent process, which then ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # If the parent is killed, nobody else ends this process.
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _worker = _Worker(folder, lexicon, postings)


def _leave_with_parent() -> None:
    if (parent := parent_process()) is not None:
        parent.join()
        os._exit(1)


def _add(documents: Sequence[Document]) -> bool:
    """Add documents to the segment and return whether enough has been gathered."""
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
