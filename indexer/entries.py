"""Documents as an engine receives them, cut by as many processes as there are processors: most of an index's work."""

import os
import signal
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from itertools import chain, islice
from multiprocessing import get_context
from pathlib import Path

from archive.document import Document
from archive.errors import IndexingStopped
from indexer.analyzer import Analyzer
from indexer.fields import Entry, entry

# Fewer are cut here: another process takes longer to start.
_FEW = 500
_BATCH = 16
# Batches given out to each process before the first is awaited; what waits is in memory.
_AHEAD = 4

_analyzer: Analyzer


def entries(documents: Iterable[Document], analyzer: Analyzer) -> Iterator[Entry]:
    """The entry of each document, in their order. Raises IndexingStopped."""
    rest = iter(documents)
    few = list(islice(rest, _FEW))
    workers = len(os.sched_getaffinity(0))
    if len(few) < _FEW or workers < 2:
        yield from (entry(document, analyzer) for document in chain(few, rest))
        return
    # Not forked: the caller may have threads.
    pool = ProcessPoolExecutor(workers, get_context("spawn"), _begin, (analyzer.cache,))
    given: deque[Future[list[Entry]]] = deque()
    waiting = chain(few, rest)
    try:
        while batch := list(islice(waiting, _BATCH)):
            given.append(pool.submit(_cut, batch))
            if len(given) > workers * _AHEAD:
                yield from given.popleft().result()
        for future in given:
            yield from future.result()
    except BrokenProcessPool as error:
        raise IndexingStopped from error
    finally:
        pool.shutdown(cancel_futures=True)


def _begin(cache: Path) -> None:
    global _analyzer
    # Who interrupts the command means the process that gives out the work; it ends this one.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _analyzer = Analyzer(cache)


def _cut(documents: list[Document]) -> list[Entry]:
    return [entry(document, _analyzer) for document in documents]
