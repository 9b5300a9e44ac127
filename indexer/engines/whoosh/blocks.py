"""A term's postings on disk: Whoosh's own block format, with arrays where Whoosh writes lists of numbers.

A block is a pickled tuple of document numbers (each as its distance from the one before), weights and values. Whoosh
accepts any sequence of numbers there. A list of Python numbers is read one by one, but ``bytes`` and ``array.array``
are read at once. So all postings of a term are one uncompressed block.
"""

import io
import pickle
from array import array

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3TermInfo
from whoosh.system import pack_int

Numbers = NDArray[np.int64]
Weights = NDArray[np.float32]

# Terms with fewer postings keep them in the term dictionary itself.
INLINE = 8
# This pickle protocol stores bytes as they are, without frames, which suits short blocks.
_PROTOCOL = 3
_LENGTH_SIZE = 4


def entry(count: int, first: int, last: int, total: float, most: float) -> W3TermInfo:
    """Return a term's dictionary entry. The caller adds the postings or their place."""
    return W3TermInfo(weight=total, df=count, minlength=0, maxweight=most, minid=first, maxid=last)


def encode(distances: NDArray[np.uint32], weights: Weights, last: int, most: float) -> bytes:
    """Encode a term's block.

    ``distances`` are those of each document number from the one before, ``last`` is the last document number, and
    ``most`` the largest weight.
    """
    about = pickle.dumps((len(distances), last, most, 0, 0, 0), _PROTOCOL)
    data = pickle.dumps((_narrow(distances), _few(weights, most), None), _PROTOCOL)
    # The length of the last block is negative, and this is the only one.
    length: bytes = pack_int(-(len(about) + len(data)))
    return b"".join((WHOOSH3_HEADER_MAGIC, length, about, data))


def decode(block: bytes) -> tuple[Numbers, Weights]:
    """Decode a term's block into document numbers and weights."""
    stream = io.BytesIO(block)
    stream.seek(len(WHOOSH3_HEADER_MAGIC) + _LENGTH_SIZE)
    count = pickle.load(stream)[0]  # noqa: S301  # the manifest vouches for the file
    distances, weights, _ = pickle.load(stream)  # noqa: S301  # the manifest vouches for the file
    numbers = np.cumsum(_array(distances), dtype=np.int64)
    if weights is None or isinstance(weights, float):
        return numbers, np.full(count, 1.0 if weights is None else weights, np.float32)
    return numbers, _array(weights).astype(np.float32)


def decode_inline(about: W3TermInfo) -> tuple[Numbers, Weights]:
    """Return the document numbers and weights of a term with few postings, kept in its entry."""
    numbers, weights, _ = about.inlined_postings()
    return np.array(numbers, np.int64), np.array(weights, np.float32)


def _narrow(distances: NDArray[np.uint32]) -> "bytes | array[int]":
    most = int(distances.max())
    if most < 1 << 8:
        return distances.astype(np.uint8).tobytes()
    code, width = ("H", np.uint16) if most < 1 << 16 else ("I", np.uint32)
    return array(code, distances.astype(width).tobytes())


def _few(weights: Weights, most: float) -> "bytes | array[float] | float | None":
    """Store weights compactly: they are multiples of a half, mostly small whole numbers, often all the same."""
    if weights.min() == most:
        return None if most == 1 else most
    if most < 1 << 8:
        small = weights.astype(np.uint8)
        if (small == weights).all():
            return small.tobytes()
    return array("f", weights.tobytes())


def _array(stored: "bytes | array[int] | array[float]") -> NDArray[np.generic]:
    return np.frombuffer(stored, np.uint8 if isinstance(stored, bytes) else stored.typecode)
