"""Reads a segment: its term dictionary, blocks and columns.

Files are read by position and never mapped. So threads need not wait for each other, and a process only holds in memory
what it keeps on purpose.
"""

import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from struct import Struct

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Codec, W3Segment, W3TermInfo
from whoosh.columns import NumericColumn
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.structfile import StructFile
from whoosh.reading import TermNotFound
from whoosh.system import pack_ushort

from indexer.engines.whoosh import blocks
from indexer.engines.whoosh.postings import Mask
from indexer.engines.whoosh.segment import COLUMNS, STREAMS

# The term dictionary has the sizes of a key and its entry; the entry begins with flags, weight and document frequency.
_SIZES = Struct("!ii")
_FREQUENCY = Struct("!5xI")
_NUMBER_SIZE = len(pack_ushort(0))
# The suffix of temporary folders.
TEMPORARY = ".tmp"


class Storage(FileStorage):  # type: ignore[misc]  # Whoosh has no types
    """A folder whose files any number of threads may read."""

    def open_file(self, name: str, **_: object) -> "_Positional":
        return _Positional(Path(self.folder, name).open("rb"), name=name)

    def temp_storage(self, name: str | None = None) -> FileStorage:
        """Create a separate folder, so that several segments may be written at once. It is left empty."""
        return FileStorage(tempfile.mkdtemp(TEMPORARY, dir=self.folder))


class _Positional(StructFile):  # type: ignore[misc]  # Whoosh has no types
    def get(self, position: int, length: int) -> bytes:
        return os.pread(self.fileno(), length, position)


class SegmentReader:
    """The documents of a segment by number, including deleted ones. ``alive`` says which are not deleted."""

    NUMERIC = tuple(name for name, column in COLUMNS.items() if isinstance(column, NumericColumn))

    def __init__(self, storage: Storage, segment: W3Segment) -> None:
        self._storage = storage
        self._segment = segment
        self._terms = segment.codec().terms_reader(storage, segment)
        self._blocks = segment.open_file(storage, W3Codec.POSTS_EXT)
        self.size: int = segment.doc_count_all()
        self.alive: Mask = np.ones(self.size, bool)
        self.alive[list(segment.deleted_docs())] = False
        self._closed = False

    def close(self) -> None:
        if not self._closed:
            self._closed = True
            self._terms.close()
            self._blocks.close()

    def __del__(self) -> None:
        # A search may still use it when a newer index is opened, so the last reference closes it.
        if hasattr(self, "_closed"):
            self.close()

    def entry(self, stream: str, term: str) -> W3TermInfo | None:
        """Return the dictionary entry of a term, or None."""
        try:
            return self._terms.term_info(stream, term.encode())
        except TermNotFound:
            return None

    def entries(self, stream: str) -> Iterator[tuple[str, W3TermInfo]]:
        """Yield all terms of a stream with their entries, in order."""
        for (name, term), entry in self._terms.items_from(stream, b""):
            if name != stream:
                return
            yield term.decode(), entry

    def document_frequencies(self, stream: str) -> Iterator[tuple[str, int]]:
        """Yield each term of a stream with its number of documents, including deleted ones.

        Much faster than ``entries``.
        """
        index, number = self._terms._tindex, STREAMS.index(stream)
        # Keys begin with the number of their field and are sorted.
        start, end = (index.closest_key_pos(pack_ushort(each)) for each in (number, number + 1))
        start, end = (index.endofdata if each is None else each for each in (start, end))
        data = index.dbfile.get(start, end - start)
        at = 0
        while at < len(data):
            key_size, entry_size = _SIZES.unpack_from(data, at)
            entry = at + _SIZES.size + key_size
            term = data[at + _SIZES.size + _NUMBER_SIZE : entry]
            yield term.decode(), _FREQUENCY.unpack_from(data, entry)[0]
            at = entry + entry_size

    def postings(self, entry: W3TermInfo) -> tuple[blocks.Numbers, blocks.Weights]:
        """Return the documents that have a term, ascending, and its weight in each."""
        if entry.is_inlined():
            return blocks.decode_inline(entry)
        # Whoosh 2.7.4 returns the length as unpacked, a tuple of one.
        offset, (length,) = entry.extent()
        return blocks.decode(self._blocks.get(offset, length))

    def numeric(self, name: str) -> NDArray[np.generic]:
        """Return a column of numbers."""
        column = COLUMNS[name]
        dtype = np.dtype(">" + column._typecode)
        stored = np.frombuffer(self._file(name).read_bytes(), dtype)
        # Whoosh does not store trailing defaults.
        values = np.full(self.size, column.default_value(), dtype.newbyteorder("="))
        values[: len(stored)] = stored
        return values

    def live_strings(self, name: str) -> Iterator[bytes]:
        """Yield a column of strings for the documents that are not deleted."""
        return (value for value, alive in zip(self.strings(name), self.alive.tolist(), strict=True) if alive)

    def strings(self, name: str) -> list[bytes]:
        """Return a column of strings for all documents."""
        data = self._file(name).read_bytes()
        starts, ends = self.placed(name)
        return [data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def placed(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where each document's value in a column of strings starts and ends in the column's file."""
        # Open the reader only for this: an index of many segments could exceed the limit of open files.
        with closing(self._segment.codec().per_document_reader(self._storage, self._segment)) as reader:
            lengths = np.array(reader.column_reader(name, COLUMNS[name])._lengths, np.int64)
        ends = np.cumsum(lengths)
        return ends - lengths, ends

    def opened(self, name: str) -> int:
        """Open a column's file and return its descriptor. The caller closes it."""
        return os.open(self._file(name), os.O_RDONLY | os.O_CLOEXEC)

    def _file(self, name: str) -> Path:
        return Path(self._storage.folder, W3Codec.column_filename(self._segment, name))
