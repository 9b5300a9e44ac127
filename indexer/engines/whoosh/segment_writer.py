"""Writing a segment of an index: documents come one by one, their postings are sorted and written term by term.

Whoosh's own writer handles every posting as a Python object, several times. Here a posting is one 64-bit number, so
that sorting numbers sorts postings, and terms are written whole (see ``blocks``). What comes out is a segment of
Whoosh 2.7.4 that Whoosh itself reads: its columns and its term dictionary are written by its own classes.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import OrderedHashWriter
from whoosh.system import pack_ushort

from archive.text import normalise
from indexer import relevance
from indexer.engines.whoosh import blocks
from indexer.engines.whoosh.segment import COLUMNS, ENCODING, NAME, STREAMS
from indexer.fields import KEY_WEIGHTS, Entry

# A posting: 22 bits of term, 17 of document, 25 of weight in halves.
_WEIGHT_BITS = 25
_DOCUMENT_BITS = 17
_TERM_SHIFT = np.uint64(_WEIGHT_BITS + _DOCUMENT_BITS)
_MOST_WEIGHT = (1 << _WEIGHT_BITS) - 1
_MOST_DOCUMENTS = 1 << _DOCUMENT_BITS
_MOST_TERMS = 1 << (64 - _WEIGHT_BITS - _DOCUMENT_BITS)
# Postings decoded at once while writing; bounds the memory of it.
_AT_ONCE = 1 << 20

Packed = NDArray[np.uint64]


class SegmentWriter:
    """One segment under way. ``postings`` and ``full`` say when it is large enough to be finished."""

    def __init__(self, storage: FileStorage) -> None:
        codec = W3Codec()
        self.segment: W3Segment = codec.new_segment(storage, NAME)
        self._storage = storage
        self._columns = codec.per_document_writer(storage, self.segment)
        self._streams = {name: _Stream() for name in STREAMS}
        self.documents = 0

    @property
    def postings(self) -> int:
        return sum(stream.postings for stream in self._streams.values())

    @property
    def full(self) -> bool:
        """Whether another document might be one too many for the format."""
        largest = max(len(stream.terms) for stream in self._streams.values())
        return self.documents + 1 >= _MOST_DOCUMENTS or largest * 2 > _MOST_TERMS

    def add(self, entry: Entry) -> int:
        """Take a document in; its number in this segment."""
        self._put("words", entry.words)
        self._put("grams", entry.grams)
        self._put("keys", {key: KEY_WEIGHTS[min(at, 1)] for at, key in enumerate(entry.keys)})
        self._put("cites", dict.fromkeys(entry.cites, 1.0))
        for name, values in entry.facets.items():
            self._put(name, dict.fromkeys(values, 1.0))
        return self.add_columns(
            {
                "id": entry.id.encode(),
                "title": entry.title.encode(),
                "numbers": "\n".join(f"{key}\t{normalise(key)}" for key in entry.keys).encode(),
                "text": (entry.text + "\n").encode(ENCODING),
                "passages": _passages(entry.text),
                "day": entry.day,
                "prior": entry.prior,
                "words_length": entry.words_length,
                "grams_length": entry.grams_length,
            }
        )

    def _put(self, stream: str, weights: Mapping[str, float]) -> None:
        if weights:
            self._streams[stream].put(self.documents, weights)

    def add_columns(self, values: Mapping[str, bytes | int | float]) -> int:
        """A document's columns; its postings are given apart."""
        self._columns.start_doc(self.documents)
        for name, value in values.items():
            self._columns.add_column_value(name, COLUMNS[name], value)
        self._columns.finish_doc()
        self.documents += 1
        return self.documents - 1

    def add_postings(self, stream: str, term: str, documents: blocks.Numbers, weights: blocks.Weights) -> None:
        """A term's postings out of another segment, with numbers of this one."""
        self._streams[stream].put_term(term, documents, weights)

    def discard(self) -> None:
        """Give up what was taken in."""
        self._close_columns()
        for name in self.segment.list_files(self._storage):
            self._storage.delete_file(name)

    def _close_columns(self) -> None:
        self._columns.close()
        # Whoosh leaves the folder of its temporary file.
        Path(self._storage.folder, f"{NAME}.tmp").rmdir()

    def finish(self) -> W3Segment:
        """The segment, its files written."""
        self._close_columns()
        self._streams["characters"] = self._streams["grams"].by_first_character()
        terms = OrderedHashWriter(self.segment.create_file(self._storage, W3Codec.TERMS_EXT))
        terms.extras["fieldmap"] = {name: number for number, name in enumerate(STREAMS)}
        with self.segment.create_file(self._storage, W3Codec.POSTS_EXT) as out:
            at = 0
            for number, name in enumerate(STREAMS):
                for term, entry, block in self._streams.pop(name).written(at):
                    terms.add(pack_ushort(number) + term.encode(), entry)
                    out.write(block)
                    at += len(block)
        terms.close()
        self.segment.set_doc_count(self.documents)
        return self.segment


class _Stream:
    """The postings of one field."""

    def __init__(self) -> None:
        self.terms: defaultdict[str, int] = defaultdict(count().__next__)
        self._packed = array("Q")

    @property
    def postings(self) -> int:
        return len(self._packed)

    def put(self, document: int, weights: Mapping[str, float]) -> None:
        terms = np.fromiter(map(self.terms.__getitem__, weights), np.uint64, len(weights))
        counts = np.fromiter(weights.values(), np.float64, len(weights))
        self._pack(terms, np.uint64(document), counts)

    def put_term(self, term: str, documents: blocks.Numbers, weights: blocks.Weights) -> None:
        if len(documents):
            self._pack(np.uint64(self.terms[term]), documents.astype(np.uint64), weights)

    def _pack(self, terms: Packed | np.uint64, documents: Packed | np.uint64, weights: NDArray[np.floating]) -> None:
        halves = np.minimum(weights * 2, _MOST_WEIGHT).astype(np.uint64)
        packed = (terms << _TERM_SHIFT) | (documents << np.uint64(_WEIGHT_BITS)) | halves
        self._packed.frombytes(packed.tobytes())

    def by_first_character(self) -> "_Stream":
        """A stream of characters: each with the summed weights of the terms that begin with it."""
        found = _Stream()
        packed = np.frombuffer(self._packed, np.uint64)
        firsts = np.fromiter((found.terms[term[0]] for term in self.terms), np.uint64, len(self.terms))
        below = np.uint64((1 << int(_TERM_SHIFT)) - 1)
        moved = (firsts[packed >> _TERM_SHIFT] << _TERM_SHIFT) | (packed & below) if len(packed) else packed
        moved.sort()
        places = moved >> np.uint64(_WEIGHT_BITS)
        starts = np.flatnonzero(np.concatenate(([True], places[1:] != places[:-1]))) if len(moved) else places
        halves = np.add.reduceat(moved & np.uint64(_MOST_WEIGHT), starts) if len(moved) else moved
        summed = (places[starts] << np.uint64(_WEIGHT_BITS)) | np.minimum(halves, np.uint64(_MOST_WEIGHT))
        found._packed.frombytes(summed.tobytes())
        return found

    def written(self, offset: int) -> Iterator[tuple[str, bytes, bytes]]:
        """Each term in order, with its dictionary entry and its block; the blocks will stand from ``offset`` on."""
        names = sorted(self.terms)
        rank = np.empty(len(names), np.uint64)
        rank[[self.terms[name] for name in names]] = np.arange(len(names), dtype=np.uint64)
        packed = np.frombuffer(self._packed, np.uint64)
        below = np.uint64((1 << int(_TERM_SHIFT)) - 1)
        for start in range(0, len(packed), _AT_ONCE):
            part = packed[start : start + _AT_ONCE]
            part[:] = (rank[part >> _TERM_SHIFT] << _TERM_SHIFT) | (part & below)
        packed.sort()
        ends = np.searchsorted(packed, np.arange(1, len(names) + 1, dtype=np.uint64) << _TERM_SHIFT)
        for names_part, postings, bounds in _portions(names, packed, ends):
            for term in _encoded(names_part, postings, bounds, offset):
                yield term
                offset += len(term[2])


def _portions(
    names: list[str], packed: Packed, ends: NDArray[np.intp]
) -> Iterator[tuple[list[str], Packed, NDArray[np.intp]]]:
    """As many terms at a time as have ``_AT_ONCE`` postings together, or one; with where each one's postings end."""
    first = start = 0
    while first < len(names):
        last = max(first + 1, int(np.searchsorted(ends, start + _AT_ONCE, side="right")))
        yield names[first:last], packed[start : ends[last - 1]], ends[first:last] - start
        first, start = last, int(ends[last - 1])


def _encoded(
    names: Iterable[str], packed: Packed, ends: NDArray[np.intp], offset: int
) -> Iterator[tuple[str, bytes, bytes]]:
    documents = ((packed >> np.uint64(_WEIGHT_BITS)) & np.uint64(_MOST_DOCUMENTS - 1)).astype(np.uint32)
    weights = ((packed & np.uint64(_MOST_WEIGHT)).astype(np.float32)) / np.float32(2)
    distances = np.diff(documents, prepend=np.uint32(0))
    distances[ends[:-1]] = documents[ends[:-1]]
    start = 0
    for name, end in zip(names, ends.tolist(), strict=True):
        if end - start < blocks.INLINE:
            yield name, blocks.inline(documents[start:end].tolist(), weights[start:end].tolist()), b""
        else:
            own, first, last = weights[start:end], int(documents[start]), int(documents[end - 1])
            about = blocks.entry(own, first, last, float(own.sum(dtype=np.float64)), float(own.max()))
            block = blocks.encode(distances[start:end], own, last)
            about.set_extent(offset, len(block))
            yield name, about.to_bytes(), block
            offset += len(block)
        start = end


def _passages(text: str) -> bytes:
    ends = relevance.passage_ends(text)
    if text and max(text) > "\uffff":
        ends = [len(text[:end].encode(ENCODING)) // 2 for end in ends]
    return np.array(ends, "<u4").tobytes()
