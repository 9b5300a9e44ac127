"""A term's postings on disk: Whoosh's own block format, with arrays where Whoosh writes lists of numbers.

A block is a pickled tuple of document numbers (each as its distance from the one before), weights and values. Whoosh
accepts any sequence of numbers there. A list of Python numbers is read one by one, but ``bytes`` and ``array.array``
are read at once. So all postings of a term are one uncompressed block. Nothing is unpickled to read one: see
``pickles``.
"""

import math
import mmap
import pickle
import re
import struct
from array import array
from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import WHOOSH3_HEADER_MAGIC, W3TermInfo
from whoosh.system import pack_int

from indexer.engines.whoosh.pickles import Malformed

Stored = bytes | mmap.mmap
Numbers = NDArray[np.int64]
Weights = NDArray[np.float32]

# Terms with fewer postings keep them in the term dictionary itself.
INLINE = 8
# This pickle protocol stores bytes as they are, without frames, which suits short blocks.
_PROTOCOL = 3
# An entry begins with a flag, the weight in all and the number of documents; what follows up to the postings, or up to
# their place and length in the file, is for Whoosh.
_ABOUT = struct.Struct("!BfI14x")
_EXTENT = struct.Struct("!qi")
_DOUBLE = struct.Struct(">d")
_SIZE = struct.Struct("<I")


# Postings in an entry, as pickled: a tuple of whole numbers, one of as many fractions, an empty one. There are many of
# them, so they are matched and not read step by step.
_WHOLE = re.compile(rb"(?:K.|M..|J....)", re.DOTALL)
_FRACTION_SIZE = 9
_INLINED = re.compile(
    rb"\x80\x02\(?((?:%b)+)[t\x85-\x87]q\x00\(?((?:G.{8})+)[t\x85-\x87]q\x01\)\x87q\x02\." % _WHOLE.pattern, re.DOTALL
)
# A block, as pickled: a tuple about it, of which only the number of postings is needed. Then a tuple of the distances,
# the weights and nothing more.
_BLOCK = re.compile(
    rb"%b.{4}\x80\x03\((%b)(?:%b)G.{8}(?:K\x00){3}tq\x00\.\x80\x03" % (WHOOSH3_HEADER_MAGIC, *[_WHOLE.pattern] * 2),
    re.DOTALL,
)
_END = re.compile(rb"N\x87q.\.", re.DOTALL)
# Before and after the numbers of an ``array.array``, which is pickled as a call with its bytes; and after plain bytes.
_ARRAY = re.compile(
    rb"(?:carray\n_array_reconstructor\nq.|h.)\((?:carray\narray\nq.|h.)X\x01\x00\x00\x00.q.K(.)", re.DOTALL
)
_MADE = re.compile(rb"q.tq.Rq.", re.DOTALL)
_REMEMBERED = re.compile(rb"q.", re.DOTALL)
# How such numbers are stored, by the code that stands for it (PEP 3118's machine formats in ``arraymodule.c``).
_FORMS: Mapping[int, "np.dtype[np.generic]"] = {
    code: np.dtype(kind) for code, kind in ((2, "<u2"), (3, ">u2"), (6, "<u4"), (7, ">u4"), (14, "<f4"), (15, ">f4"))
}


class Entry(NamedTuple):
    """A term in the dictionary: its weight in all and number of documents, and its postings or their place."""

    weight: float
    frequency: int
    offset: int
    inline: bytes


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


def decode_entry(stored: bytes) -> Entry:
    """Decode a term's dictionary entry. Raises Malformed."""
    try:
        inlined, weight, frequency = _ABOUT.unpack_from(stored)
        if not 0 <= weight < math.inf:
            raise Malformed("a term of an impossible weight")
        if inlined:
            return Entry(weight, frequency, 0, stored[_ABOUT.size :])
        offset, length = _EXTENT.unpack_from(stored, _ABOUT.size)
    except struct.error as error:
        raise Malformed("a term's entry that breaks off") from error
    if offset < 0 or length <= 0:
        raise Malformed("a term's postings that stand nowhere")
    return Entry(weight, frequency, offset, b"")


def frequency(stored: bytes) -> int:
    """Return the number of documents of a stored entry, without the rest. Raises Malformed."""
    try:
        count: int = _ABOUT.unpack_from(stored)[2]
    except struct.error as error:
        raise Malformed("a term's entry that breaks off") from error
    return count


def decode(stored: Stored, at: int = 0) -> tuple[Numbers, Weights]:
    """Decode the block at a place into document numbers, which do not fall, and weights. Raises Malformed."""
    about = _BLOCK.match(stored, at)
    if about is None:
        raise Malformed("a block of something else")
    try:
        distances, end = _array(stored, about.end())
        told, end = _array(stored, end)
    except (struct.error, LookupError, ValueError) as error:
        raise Malformed("a block that breaks off") from error
    if not isinstance(distances, np.ndarray) or not _END.match(stored, end):
        raise Malformed("a block of no numbers")
    numbers: Numbers = distances.cumsum(dtype=np.int64)
    weights: Weights = (
        told.astype(np.float32, copy=False) if isinstance(told, np.ndarray) else np.full(len(numbers), told, np.float32)
    )
    if not _whole(about[1]) == [len(numbers)] == [len(weights)] or not weights.min(initial=0) >= 0:
        raise Malformed("a block of another length, or of impossible weights")
    return numbers, weights


def decode_inline(stored: bytes) -> tuple[Numbers, Weights]:
    """Decode the few postings of a term that stand in its entry. Raises Malformed."""
    if found := _INLINED.fullmatch(stored):
        numbers, count = _whole(found[1]), len(found[2]) // _FRACTION_SIZE
        weights = struct.unpack(">" + "xd" * count, found[2])
        rising = numbers == sorted(set(numbers)) and numbers[0] >= 0
        if rising and len(numbers) == count and min(weights) >= 0 and sum(weights) < math.inf:
            return np.array(numbers, np.int64), np.array(weights, np.float32)
    raise Malformed("an entry of something else")


def _whole(stored: bytes) -> list[int]:
    """Return the whole numbers in a piece of a pickle that has nothing else: each after a letter for its size."""
    if stored[::2].count(b"K") * 2 == len(stored):
        return list(stored[1::2])
    return [int.from_bytes(each[1:], "little", signed=each[:1] == b"J") for each in _WHOLE.findall(stored)]


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


def _array(stored: Stored, at: int) -> tuple[NDArray[np.generic] | float, int]:
    """Return the numbers that are pickled at a place, without copying them, or the one number that all are."""
    kind: np.dtype[np.generic] = np.dtype(np.uint8)
    if made := _ARRAY.match(stored, at):
        kind, at = _FORMS[made[1][0]], made.end()
    match chr(stored[at]):
        case "N":
            return 1.0, at + 1
        case "G":
            return float(_DOUBLE.unpack_from(stored, at + 1)[0]), at + _FRACTION_SIZE
        case "C":
            size, start = stored[at + 1], at + 2
        case "B":
            size, start = _SIZE.unpack_from(stored, at + 1)[0], at + 1 + _SIZE.size
        case _:
            raise Malformed("a block of no numbers")
    numbers = np.frombuffer(stored, kind, size // kind.itemsize, start)
    after = (_MADE if made else _REMEMBERED).match(stored, start + size)
    if after is None:
        raise Malformed("a block of no numbers")
    return numbers, after.end()
