"""Reads a segment: its term dictionary, blocks and columns.

Files are read by position and never mapped. So threads need not wait for each other, and a process only holds in memory
what it keeps on purpose.
"""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from struct import Struct
from struct import error as StructError
from types import SimpleNamespace

import numpy as np
from numpy.typing import NDArray
from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.columns import NumericColumn
from whoosh.filedb.filestore import FileStorage
from whoosh.filedb.filetables import FileFormatError, OrderedHashReader
from whoosh.filedb.structfile import StructFile
from whoosh.index import TOC
from whoosh.index import IndexError as WhooshError
from whoosh.system import pack_ushort

from indexer.engines.whoosh import blocks, pickles
from indexer.engines.whoosh.pickles import Made, Malformed, Name
from indexer.engines.whoosh.postings import Mask
from indexer.engines.whoosh.segment import COLUMNS, GENERATION, MOST_DOCUMENTS, NAME, STREAMS, schema
from indexer.errors import IndexDamaged

# The term dictionary has the sizes of a key and its entry before each.
_SIZES = Struct("!II")
_NUMBER_SIZE = len(pack_ushort(0))
_ID = re.compile("[0-9a-z]{16}")
# What reading a file of another content comes to: places outside of it, text that is none.
_ODD = (
    *(StructError, FileFormatError, WhooshError),
    *(ValueError, LookupError, TypeError, AssertionError, OverflowError, EOFError, OSError),
)
# Columns that are read after opening too. Their files stay open, because the folder may be gone by then.
_READ_LATER = ("text", "numbers")
# The suffix of temporary folders.
TEMPORARY = ".tmp"


@contextmanager
def sound(folder: Path | str, file: str) -> Iterator[None]:
    """Raise IndexDamaged for a file whose content is not what was written. A file that is gone stays a missing file."""
    try:
        yield
    except FileNotFoundError:
        raise
    except _ODD as error:
        raise IndexDamaged(Path(folder).name, f"文件 {file} 的内容不对") from error


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

    def close(self) -> None:
        # Whoosh closes some files itself.
        if not self.is_closed:
            super().close()

    def whole(self) -> bytes:
        """Return the file's whole content."""
        return self.get(0, os.fstat(self.fileno()).st_size)

    def read_pickle(self) -> object:
        """Read a pickle as data (see ``pickles``), where Whoosh would run it. Raises Malformed."""
        start = self.tell()
        found, length = pickles.read(self.read(), 0)
        self.seek(start + length)
        return found


def read_segments(storage: Storage) -> list[W3Segment]:
    """Return the segments in Whoosh's table of contents. Raises IndexDamaged, or FileNotFoundError if there is none."""
    name = TOC._filename(NAME, GENERATION)
    with closing(storage.open_file(name)) as contents, sound(storage.folder, name):
        # All that Whoosh asks of a storage here is to open this file.
        listed = TOC.read(SimpleNamespace(open_file=lambda _: contents), NAME, GENERATION, schema()).segments
        if not isinstance(listed, list):
            raise Malformed("a table of contents that lists nothing")
        return [_segment(each) for each in listed]


def _segment(listed: object) -> W3Segment:
    match listed:
        case Made(
            Name("whoosh.codec.whoosh3", "W3Segment"),
            (),
            {"segid": str(id), "_doccount": int(count), "_deleted": None | set() as deleted},
        ) if (
            _ID.fullmatch(id) and 0 <= count <= MOST_DOCUMENTS and all(0 <= number < count for number in deleted or ())
        ):
            segment = W3Segment(W3Codec(), NAME, count, id, deleted)
            # The lengths of Whoosh's own fields, of which there are none.
            segment._fieldlengths = {}
            return segment
    raise Malformed("a segment of something else")


class SegmentReader:
    """The documents of a segment by number, including deleted ones. ``alive`` says which are not deleted.

    Reading raises IndexDamaged for a file that holds something else than what was written.
    """

    NUMERIC = tuple(name for name, column in COLUMNS.items() if isinstance(column, NumericColumn))

    def __init__(self, storage: Storage, segment: W3Segment) -> None:
        self._storage = storage
        self._segment = segment
        self._terms_file = segment.make_filename(W3Codec.TERMS_EXT)
        self._blocks_file = segment.make_filename(W3Codec.POSTS_EXT)
        self.size: int = segment.doc_count_all()
        self.alive: Mask = np.ones(self.size, bool)
        self.alive[list(segment.deleted_docs())] = False
        with ExitStack() as opening:
            terms, self._blocks = (
                opening.enter_context(closing(storage.open_file(name)))
                for name in (self._terms_file, self._blocks_file)
            )
            self._columns = {
                name: opening.enter_context(closing(storage.open_file(self._file(name)))) for name in _READ_LATER
            }
            with sound(storage.folder, self._terms_file):
                self._terms = OrderedHashReader(terms, storage.file_length(self._terms_file))
            self._opened = opening.pop_all()

    def close(self) -> None:
        self._opened.close()

    def __del__(self) -> None:
        # A search may still use it when a newer index is opened, so the last reference closes it.
        if hasattr(self, "_opened"):
            self.close()

    def entry(self, stream: str, term: str) -> blocks.Entry | None:
        """Return the dictionary entry of a term, or None."""
        with sound(self._storage.folder, self._terms_file):
            stored = self._terms.get(pack_ushort(STREAMS.index(stream)) + term.encode())
            return None if stored is None else blocks.decode_entry(stored)

    def entries(self, stream: str) -> Iterator[tuple[str, blocks.Entry]]:
        """Yield all terms of a stream with their entries, in order."""
        with sound(self._storage.folder, self._terms_file):
            for term, stored in self._stored(stream):
                yield term, blocks.decode_entry(stored)

    def document_frequencies(self, stream: str) -> Iterator[tuple[str, int]]:
        """Yield each term of a stream with its number of documents, including deleted ones."""
        with sound(self._storage.folder, self._terms_file):
            for term, stored in self._stored(stream):
                yield term, blocks.frequency(stored)

    def _stored(self, stream: str) -> Iterator[tuple[str, bytes]]:
        """Yield all terms of a stream with their entries as they are stored, in order."""
        # Keys begin with the number of their field and are sorted, so a stream is one piece of the file.
        number = STREAMS.index(stream)
        start, end = (self._terms.closest_key_pos(pack_ushort(each)) for each in (number, number + 1))
        start, end = (self._terms.endofdata if each is None else each for each in (start, end))
        data = self._terms.dbfile.get(start, end - start)
        at = 0
        while at < len(data):
            key_size, entry_size = _SIZES.unpack_from(data, at)
            entry = at + _SIZES.size + key_size
            term = data[at + _SIZES.size + _NUMBER_SIZE : entry]
            at = entry + entry_size
            yield term.decode(), data[entry:at]

    def postings(self, entry: blocks.Entry) -> tuple[blocks.Numbers, blocks.Weights]:
        """Return the documents that have a term, ascending, and its weight in each."""
        with sound(self._storage.folder, self._terms_file if entry.inline else self._blocks_file):
            if entry.inline:
                found = blocks.decode_inline(entry.inline)
            else:
                found = blocks.decode(self._blocks.get(entry.offset, entry.length))
            numbers, _ = found
            if len(numbers) != entry.frequency or numbers[-1] >= self.size:
                raise Malformed("postings of documents that are not there")
            return found

    def numeric(self, name: str) -> NDArray[np.generic]:
        """Return a column of numbers."""
        column = COLUMNS[name]
        dtype = np.dtype(">" + column._typecode)
        # Whoosh does not store trailing defaults.
        values = np.full(self.size, column.default_value(), dtype.newbyteorder("="))
        with self._column(name) as file:
            stored = np.frombuffer(file.whole(), dtype)
            values[: len(stored)] = stored
        return values

    def live_strings(self, name: str) -> Iterator[bytes]:
        """Yield a column of strings for the documents that are not deleted."""
        return (value for value, alive in zip(self.strings(name), self.alive.tolist(), strict=True) if alive)

    def live_texts(self, name: str) -> list[str]:
        """Return a column of UTF-8 for the documents that are not deleted."""
        with sound(self._storage.folder, self._file(name)):
            return [value.decode() for value in self.live_strings(name)]

    def strings(self, name: str) -> list[bytes]:
        """Return a column of strings for all documents."""
        starts, ends = self.placed(name)
        with self._column(name) as file:
            data = file.whole()
        return [data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def placed(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where each document's value in a column of strings starts and ends in the column's file."""
        with self._column(name) as file:
            size = os.fstat(file.fileno()).st_size
            lengths = np.array(COLUMNS[name].reader(file, 0, size, self.size)._lengths, np.int64)
            ends = np.cumsum(lengths)
            if len(lengths) != self.size or (lengths < 0).any() or (self.size and ends[-1] > size):
                raise Malformed("a column of another length")
        return ends - lengths, ends

    def read(self, name: str, start: int, length: int) -> bytes:
        """Read a piece of a column that is kept open."""
        piece = self._columns[name].get(start, length)
        if len(piece) != length:
            raise IndexDamaged(Path(self._storage.folder).name, f"文件 {self._file(name)} 缺了一截")
        return piece

    @contextmanager
    def _column(self, name: str) -> Iterator[_Positional]:
        # Opened only for this, since an index of many segments could exceed the limit of open files.
        with ExitStack() as opening, sound(self._storage.folder, self._file(name)):
            kept = self._columns.get(name)
            yield kept or opening.enter_context(closing(self._storage.open_file(self._file(name))))

    def _file(self, name: str) -> str:
        file: str = W3Codec.column_filename(self._segment, name)
        return file
