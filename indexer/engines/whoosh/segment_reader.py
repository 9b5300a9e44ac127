"""Reads a segment: its term dictionary, blocks, columns and trigrams.

Files are mapped, so the system keeps in memory what is used of them, once for all processes, and threads need not wait
for each other.
"""

import mmap
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
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
from whoosh.filedb.structfile import BufferFile, StructFile
from whoosh.index import TOC
from whoosh.index import IndexError as WhooshError
from whoosh.system import pack_ushort

from indexer.engines.whoosh import blocks, pickles, trigrams
from indexer.engines.whoosh.pickles import Made, Malformed, Name
from indexer.engines.whoosh.postings import Mask
from indexer.engines.whoosh.segment import COLUMNS, ENCODING, GENERATION, MOST_DOCUMENTS, NAME, STREAMS, schema
from indexer.engines.whoosh.trigrams import Numbers, Trigrams
from indexer.errors import IndexDamaged
from indexer.figures import AFTER, BEFORE, JOINING, is_whole

# The term dictionary has the sizes of a key and its entry before each.
_SIZES = Struct("!II")
_NUMBER_SIZE = len(pack_ushort(0))
_ID = re.compile("[0-9a-z]{16}")
# What reading a file of another content comes to: places outside of it, text that is none.
_ODD = (
    *(StructError, FileFormatError, WhooshError),
    *(ValueError, LookupError, TypeError, AssertionError, OverflowError, EOFError, OSError),
)
# Columns that are read after opening too.
_READ_LATER = ("text", "numbers")
_BESIDE_NUMBERS = np.zeros(1 << 16, bool)
_BESIDE_NUMBERS[[ord(each) for each in JOINING]] = True
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

    def open_file(self, name: str, **_: object) -> "_Mapped":
        return _Mapped(Path(self.folder, name))

    def temp_storage(self, name: str | None = None) -> FileStorage:
        """Create a separate folder, so that several segments may be written at once. It is left empty."""
        return FileStorage(tempfile.mkdtemp(TEMPORARY, dir=self.folder))


class _Mapped(BufferFile):  # type: ignore[misc]  # Whoosh has no types
    """A file's content, mapped. It needs no closing: the mapping stays as long as anything uses it.

    Generations are never written into, so the content stays what it was.
    """

    def __init__(self, path: Path) -> None:
        with path.open("rb") as file:
            # An empty file cannot be mapped.
            empty = not os.fstat(file.fileno()).st_size
            mapped = None if empty else mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        StructFile.__init__(self, mapped or BytesIO(), path.name)
        self.content: blocks.Stored = mapped or b""
        self._buf = self.content

    def read_pickle(self) -> object:
        """Read a pickle as data (see ``pickles``), where Whoosh would run it. Raises Malformed."""
        start = self.tell()
        found, length = pickles.read(self.read(), 0)
        self.seek(start + length)
        return found


def read_segments(storage: Storage) -> list[W3Segment]:
    """Return the segments in Whoosh's table of contents. Raises IndexDamaged, or FileNotFoundError if there is none."""
    name = TOC._filename(NAME, GENERATION)
    with sound(storage.folder, name):
        contents = storage.open_file(name)
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
        self.all_alive = bool(self.alive.all())
        with sound(storage.folder, self._terms_file):
            terms = storage.open_file(self._terms_file)
            self._terms = OrderedHashReader(terms, len(terms.content))
        self._blocks = storage.open_file(self._blocks_file).content
        # These may be read when the folder is gone.
        self._columns = {name: storage.open_file(self._file(name)) for name in _READ_LATER}
        starts, ends = self.placed("text")
        self.starts, self.ends = starts // 2, ends // 2
        self.units = np.frombuffer(self._columns["text"].content, "<u2", self.ends[-1] if self.size else 0)
        trigrams_file = segment.make_filename(trigrams.SUFFIX)
        with sound(storage.folder, trigrams_file):
            self._trigrams = Trigrams(np.frombuffer(storage.open_file(trigrams_file).content, "<u4"), self.units)

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
                found = blocks.decode(self._blocks, entry.offset)
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
            stored = np.frombuffer(file.content, dtype)
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
            data = file.content
        return [data[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def placed(self, name: str) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return where each document's value in a column of strings starts and ends in the column's file."""
        with self._column(name) as file:
            size = len(file.content)
            lengths = np.array(COLUMNS[name].reader(file, 0, size, self.size)._lengths, np.int64)
            ends = np.cumsum(lengths)
            if len(lengths) != self.size or (lengths < 0).any() or (self.size and ends[-1] > size):
                raise Malformed("a column of another length")
        return ends - lengths, ends

    def standing(self, run: str) -> tuple[Numbers, Numbers]:
        """Return every place in the texts where a run of characters begins, ascending, and the document of each."""
        wanted = np.frombuffer(run.encode(ENCODING), "<u2")
        places = self._trigrams.places(wanted)
        owners = self.starts.searchsorted(places, side="right") - 1
        within = (places + len(wanted) <= self.ends[owners]) & self.alive[owners]
        return places[within], owners[within]

    def whole(self, run: str, places: Numbers, owners: Numbers) -> Numbers:
        """Return the documents, of some places where a run stands, in which it is no part of another number."""
        length = len(run.encode(ENCODING)) // 2
        # Most stand beside nothing that could go on with a number. A document is looked at until it has the run whole.
        beside = _BESIDE_NUMBERS[self.units[places - 1]] & (places > self.starts[owners])
        beside |= _BESIDE_NUMBERS[self.units[np.minimum(places + length, len(self.units) - 1)]]
        having = np.zeros(self.size, bool)
        having[owners[~beside]] = True
        for place, owner in zip(places[beside].tolist(), owners[beside].tolist(), strict=True):
            if not having[owner]:
                start, end = max(self.starts[owner], place - BEFORE), min(self.ends[owner], place + length + AFTER)
                before, after = self.units[start:place], self.units[place + length : end]
                # What is read may begin or end within a character of two units, which is no digit.
                read = (each.tobytes().decode(ENCODING, "replace") for each in (before, after))
                having[owner] = is_whole(next(read), run, next(read))
        return having.nonzero()[0]

    @contextmanager
    def _column(self, name: str) -> Iterator[_Mapped]:
        with sound(self._storage.folder, self._file(name)):
            yield self._columns.get(name) or self._storage.open_file(self._file(name))

    def _file(self, name: str) -> str:
        file: str = W3Codec.column_filename(self._segment, name)
        return file
