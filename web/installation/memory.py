"""The memory of a process that answers requests for a long time."""

import ctypes
import gc


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
