"""The memory of processes that answer requests for a long time."""

import ctypes
import gc
import os

# Of the machine's memory for each process that answers. At 200,000 documents one takes a quarter of it, and half while
# it makes what it offers; the desk, its worker, a nightly rebuild and the files that the system keeps need the rest.
_EACH = 2 << 30
_MOST = 8


def settle() -> None:
    """Give back the memory that building needed, and exempt what stays from garbage collection.

    What a process has loaded stays until it ends. To look through it for garbage takes a tenth of a second, which comes
    on top of some request each time.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()
    # Python frees the memory to the C library, but glibc keeps it: 50 MB for 200,000 documents.
    if trim := getattr(ctypes.CDLL(None), "malloc_trim", None):
        trim(0)


def workers_here() -> int:
    """Return how many processes may answer together here: one a processor, unless memory is short."""
    # A machine of 4 GB tells of a little less.
    memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return max(1, min(len(os.sched_getaffinity(0)), round(memory / _EACH), _MOST))
