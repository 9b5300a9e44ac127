"""What the processes that answer for one address have in common: counts, in memory that is gone with the last of them.

It is made before they are forked. Each writes its own part alone and reads all of them, so none ever waits for another,
and one that is killed at any instant leaves nothing locked. No file holds who asked.
"""

import hashlib
import mmap
import os
from threading import Lock
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

# Room for so many routes, and statuses below this number.
ROUTES, STATUSES = 256, 600
# Seconds, up to which an answer is counted in each column of a histogram; the last column has the slower ones.
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_MINUTE = 60
# Addresses that are counted at once: so many sets of so many. In a full set the one not heard of for longest gives way.
_SETS, _WAYS = 1024, 8
_ASKING = np.dtype(
    [("address", np.uint64), ("last", np.uint32), ("second", np.uint32, _MINUTE), ("asked", np.uint32, _MINUTE)]
)


class Together:
    """The counts of so many ``workers``. ``number`` is which of them this process is."""

    def __init__(self, workers: int = 1) -> None:
        self.workers = workers
        self.number = 0
        # Of each route: the answers by status, then by time, then the sum of their seconds.
        self.answers = _shared((workers, ROUTES, STATUSES + len(SECONDS) + 2), np.float64)
        self.connections = _shared((workers,), np.int32)
        self._asking = _shared((workers, _SETS, _WAYS), _ASKING)
        self._salt = os.urandom(16)
        # Between the threads of one process.
        self._counting = Lock()

    def admit(self, address: str, most: int) -> bool:
        """Count a request of an address, or return False if there were ``most`` within the last minute already."""
        found = int.from_bytes(hashlib.blake2b(address.encode(), key=self._salt, digest_size=8).digest()) | 1
        now = int(monotonic())
        everywhere = self._asking[:, (found >> 1) % _SETS]
        with self._counting:
            of_it = everywhere[everywhere["address"] == found]
            if of_it["asked"][of_it["second"] > now - _MINUTE].sum() >= most:
                return False
            self._count(everywhere[self.number], found, now)
        return True

    @staticmethod
    def _count(ways: NDArray[Any], found: int, now: int) -> None:
        known = np.flatnonzero(ways["address"] == found)
        row = ways[known[0] if len(known) else ways["last"].argmin()]
        if not len(known):
            row["asked"] = 0
            row["address"] = found
        at = now % _MINUTE
        if row["second"][at] != now:
            row["asked"][at] = 0
            row["second"][at] = now
        row["asked"][at] += 1
        row["last"] = now

    def has_more(self) -> bool:
        """Tell whether this process has more connections open than another."""
        return bool(self.connections[self.number] > self.connections.min())


def _shared(shape: tuple[int, ...], dtype: DTypeLike) -> NDArray[Any]:
    """Return an array of zeros in memory that processes forked from this one write and read with it."""
    size = int(np.prod(shape)) * np.dtype(dtype).itemsize
    return np.frombuffer(mmap.mmap(-1, size), dtype).reshape(shape)
