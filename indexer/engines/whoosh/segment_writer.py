"""Writes a segment: documents arrive one by one, and their postings are sorted and written term by term.

Whoosh's own writer handles every posting as a Python object, several times. Here a posting is one 64-bit number, so
sorting numbers sorts postings, and terms are written whole (see ``blocks``). The result is a segment that Whoosh 2.7.4
can read: Whoosh's own classes write its columns and term dictionary.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import count, pairwise

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import OrderedHashWriter
from whoosh.system import pack_ushort

from archive.chinese.text import normalise
from indexer import reading
from indexer.engines.whoosh import blocks, trigrams
from indexer.engines.whoosh.segment import COLUMNS, ENCODING, MOST_DOCUMENTS, NAME, STREAMS
from indexer.fields import KEY_WEIGHTS, Entry

# A posting has 27 bits of term, 17 of document and 20 of weight in halves. Larger weights are capped.
_WEIGHT_BITS = 20
_DOCUMENT_BITS = (MOST_DOCUMENTS - 1).bit_length()
_WEIGHT_SHIFT = np.uint64(_WEIGHT_BITS)
_TERM_SHIFT = np.uint64(_WEIGHT_BITS + _DOCUMENT_BITS)
_BELOW_TERM = np.uint64((1 << _WEIGHT_BITS + _DOCUMENT_BITS) - 1)
_DOCUMENT_MASK = np.uint64((1 << _DOCUMENT_BITS) - 1)
_MOST_WEIGHT = (1 << _WEIGHT_BITS) - 1
_WEIGHT_MASK = np.uint64(_MOST_WEIGHT)
# Far fewer than fit, since one document may add millions.
_MANY_TERMS = 1 << 22
# How many documents may still arrive after the segment is found to be full.
_SPARE_DOCUMENTS = 1 << 12
# How many postings are decoded at once while writing, to bound the memory.
_AT_ONCE = 1 << 20

Packed = NDArray[np.uint64]


class SegmentWriter:
    """A segment in progress."""

    def __init__(self, storage: FileStorage) -> None:
        codec = W3Codec()
        self.segment: W3Segment = codec.new_segment(storage, NAME)
        self._storage = storage
        self._columns = codec.per_document_writer(storage, self.segment)
        self._streams = {name: _Stream() for name in STREAMS if name != "characters"}
        self.documents = 0
        self._text_bytes = 0

    def fill(self, postings: int) -> float:
        """Return how full the segment is. At 1 it has enough postings, or too many terms or documents: finish it."""
        parts = self._streams.values()
        return max(
            sum(stream.postings for stream in parts) / postings,
            sum(len(stream.terms) for stream in parts) / _MANY_TERMS,
            (self.documents + _SPARE_DOCUMENTS) / MOST_DOCUMENTS,
        )

    def add(self, entry: Entry) -> int:
        """Add a document and return its number in this segment."""
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
        """Add a document's columns, without its postings, and return its number in this segment."""
        self._columns.start_doc(self.documents)
        for name, value in values.items():
            self._columns.add_column_value(name, COLUMNS[name], value)
        self._columns.finish_doc()
        if isinstance(text := values["text"], bytes):
            self._text_bytes += len(text)
        self.documents += 1
        return self.documents - 1

    def add_postings(self, stream: str, term: str, documents: blocks.Numbers, weights: blocks.Weights) -> None:
        """Add a term's postings from another segment, renumbered for this one."""
        self._streams[stream].put_term(term, documents, weights)

    def discard(self) -> None:
        """Discard the segment and its files."""
        self._columns.close()
        for name in self.segment.list_files(self._storage):
            self._storage.delete_file(name)

    def finish(self) -> W3Segment:
        """Write the segment's files and return the segment."""
        self._columns.close()
        terms = OrderedHashWriter(self.segment.create_file(self._storage, W3Codec.TERMS_EXT))
        terms.extras["fieldmap"] = {name: number for number, name in enumerate(STREAMS)}
        at = 0
        postings = _Sorted([], np.empty(0, np.uint64), np.empty(0, np.intp))
        with self.segment.create_file(self._storage, W3Codec.POSTS_EXT) as out:
            for number, name in enumerate(STREAMS):
                if name == "characters":
                    # They follow the grams and are derived from them.
                    postings = postings.by_first_character()
                else:
                    postings = self._streams.pop(name).sorted()
                for term, entry, block in postings.encoded(at):
                    terms.add(pack_ushort(number) + term.encode(), entry)
                    out.write(block)
                    at += len(block)
        terms.close()
        del postings
        self._write_trigrams()
        self.segment.set_doc_count(self.documents)
        return self.segment

    def _write_trigrams(self) -> None:
        texts = self._storage.open_file(W3Codec.column_filename(self.segment, "text")).content
        units = np.frombuffer(texts, "<u2", self._text_bytes // 2)
        with self.segment.create_file(self._storage, trigrams.SUFFIX) as out:
            for piece in trigrams.encode(units):
                out.write(piece.tobytes())


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
        packed = (terms << _TERM_SHIFT) | (documents << _WEIGHT_SHIFT) | halves
        self._packed.frombytes(packed.tobytes())

    def sorted(self) -> "_Sorted":
        """Return all postings sorted by term, then document. Nothing can be put afterwards."""
        names = sorted(self.terms)
        rank = np.empty(len(names), np.uint64)
        rank[[self.terms[name] for name in names]] = np.arange(len(names), dtype=np.uint64)
        packed = np.frombuffer(self._packed, np.uint64)
        for start in range(0, len(packed), _AT_ONCE):
            part = packed[start : start + _AT_ONCE]
            part[:] = (rank[part >> _TERM_SHIFT] << _TERM_SHIFT) | (part & _BELOW_TERM)
        packed.sort()
        ends = np.searchsorted(packed, np.arange(1, len(names) + 1, dtype=np.uint64) << _TERM_SHIFT)
        self.terms.clear()
        return _Sorted(names, packed, ends)


@dataclass(frozen=True, slots=True)
class _Sorted:
    """The sorted terms of a field, all their postings in order, and where each term's postings end."""

    names: list[str]
    packed: Packed
    ends: NDArray[np.intp]

    def portions(self) -> "Iterator[_Sorted]":
        """Yield portions of at least one term, with at most ``_AT_ONCE`` postings if they have several."""
        first = start = 0
        while first < len(self.names):
            last = max(first + 1, int(np.searchsorted(self.ends, start + _AT_ONCE, side="right")))
            end = int(self.ends[last - 1])
            yield _Sorted(self.names[first:last], self.packed[start:end], self.ends[first:last] - start)
            first, start = last, end

    def by_first_character(self) -> "_Sorted":
        """Merge the terms by first character, summing their weights."""
        starts = [at for at, name in enumerate(self.names) if not at or self.names[at - 1][0] != name[0]]
        summed: list[Packed] = []
        ends: list[int] = []
        for number, (first, after) in enumerate(pairwise([*starts, len(self.names)])):
            own = self.packed[self.ends[first - 1] if first else 0 : self.ends[after - 1]] & _BELOW_TERM
            own.sort()
            documents = own >> _WEIGHT_SHIFT
            places = np.flatnonzero(np.concatenate(([True], documents[1:] != documents[:-1])))
            weights = np.minimum(np.add.reduceat(own & _WEIGHT_MASK, places), _WEIGHT_MASK)
            summed.append(np.uint64(number) << _TERM_SHIFT | documents[places] << _WEIGHT_SHIFT | weights)
            ends.append((ends[-1] if ends else 0) + len(places))
        packed = np.concatenate(summed) if summed else self.packed
        return _Sorted([self.names[at][0] for at in starts], packed, np.array(ends, np.intp))

    def encoded(self, offset: int) -> Iterator[tuple[str, bytes, bytes]]:
        """Yield each term with its dictionary entry and its block. The blocks go into the file from ``offset`` on."""
        for portion in self.portions():
            for term in portion._encoded(offset):
                yield term
                offset += len(term[2])

    def _encoded(self, offset: int) -> Iterator[tuple[str, bytes, bytes]]:
        documents = ((self.packed >> _WEIGHT_SHIFT) & _DOCUMENT_MASK).astype(np.uint32)
        halves = self.packed & _WEIGHT_MASK
        weights = halves.astype(np.float32) / np.float32(2)
        starts = np.concatenate(([0], self.ends[:-1]))
        distances = np.diff(documents, prepend=np.uint32(0))
        distances[starts] = documents[starts]
        totals = np.add.reduceat(halves, starts) / 2
        most = np.maximum.reduceat(weights, starts)
        bounds = (starts, self.ends, documents[starts], documents[self.ends - 1], totals, most)
        rows = zip(self.names, *(each.tolist() for each in bounds), strict=True)
        for name, start, end, first, last, total, heaviest in rows:
            about = blocks.entry(end - start, first, last, total, heaviest)
            if end - start < blocks.INLINE:
                block = b""
                about.set_inlined(documents[start:end].tolist(), weights[start:end].tolist(), ())
            else:
                block = blocks.encode(distances[start:end], weights[start:end], last, heaviest)
                about.set_extent(offset, len(block))
            yield name, about.to_bytes(), block
            offset += len(block)


def _passages(text: str) -> bytes:
    ends = np.array(reading.passage_ends(text), "<u4")
    if text and max(text) > "\uffff":
        # Each of these characters is two units of UTF-16.
        beyond = np.frombuffer(text.encode("utf-32-le"), "<u4") > 0xFFFF
        ends += np.cumsum(beyond, dtype="<u4")[ends - 1]
    return ends.tobytes()
