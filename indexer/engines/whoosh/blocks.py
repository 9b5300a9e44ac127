"""A term's postings on disk: Whoosh's own block format, with arrays where Whoosh's writer puts lists of numbers.

A block is a pickled tuple of document numbers (each as its distance from the one before), weights, and values. Whoosh
reads whatever yields numbers there. A list of Python numbers is read one number at a time; ``bytes`` and
``array.array`` are read at once, so all postings of a term make one block, uncompressed.
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

# Terms of fewer postings stand in the term dictionary itself.
INLINE = 8
# Bytes as they are, and no frames: most blocks are short.
_PROTOCOL = 3
_LENGTH_SIZE = 4


def entry(count: int, first: int, last: int, total: float, most: float) -> W3TermInfo:
    """What the term dictionary says of a term; its postings, or where they stand, are for the caller to add."""
    return W3TermInfo(weight=total, df=count, minlength=0, maxweight=most, minid=first, maxid=last)


def encode(distances: NDArray[np.uint32], weights: Weights, last: int, most: float) -> bytes:
    """The block of a term: each document number's distance from the one before, its weight, the last and the most."""
    about = pickle.dumps((len(distances), last, most, 0, 0, 0), _PROTOCOL)
    data = pickle.dumps((_narrow(distances), _few(weights, most), None), _PROTOCOL)
    # The length of the last block is negative, and this is the only one.
    length: bytes = pack_int(-(len(about) + len(data)))
    return b"".join((WHOOSH3_HEADER_MAGIC, length, about, data))


def decode(block: bytes) -> tuple[Numbers, Weights]:
    """The document numbers and weights in a term's block."""
    stream = io.BytesIO(block)
    stream.seek(len(WHOOSH3_HEADER_MAGIC) + _LENGTH_SIZE)
    count = pickle.load(stream)[0]  # noqa: S301  # the manifest vouches for the file
    distances, weights, _ = pickle.load(stream)  # noqa: S301  # likewise
    numbers = np.cumsum(_array(distances), dtype=np.int64)
    if weights is None or isinstance(weights, float):
        return numbers, np.full(count, 1.0 if weights is None else weights, np.float32)
    return numbers, _array(weights).astype(np.float32)


def decode_inline(about: W3TermInfo) -> tuple[Numbers, Weights]:
    """The same of a term of few postings."""
    numbers, weights, _ = about.inlined_postings()
    return np.array(numbers, np.int64), np.array(weights, np.float32)


def _narrow(distances: NDArray[np.uint32]) -> "bytes | array[int]":
    most = int(distances.max())
    if most < 1 << 8:
        return distances.astype(np.uint8).tobytes()
    code, width = ("H", np.uint16) if most < 1 << 16 else ("I", np.uint32)
    return array(code, distances.astype(width).tobytes())


def _few(weights: Weights, most: float) -> "bytes | array[float] | float | None":
    """Weights are halves, mostly small whole numbers, often all the same."""
    if weights.min() == most:
        return None if most == 1 else most
    if most < 1 << 8:
        small = weights.astype(np.uint8)
        if (small == weights).all():
            return small.tobytes()
    return array("f", weights.tobytes())


def _array(stored: "bytes | array[int] | array[float]") -> NDArray[np.generic]:
    return np.frombuffer(stored, np.uint8 if isinstance(stored, bytes) else stored.typecode)
