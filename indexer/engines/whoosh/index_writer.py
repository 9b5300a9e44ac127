"""Changes an index in a folder: segments are added whole, and documents in earlier ones are only marked as deleted.

Existing files are never written into, so a folder may share them with another by hard links. A night's few documents
make a small segment. Too many small segments are merged, as in Lucene's tiered merge policy, so that the total work
spent on a document grows with the logarithm of the number of documents.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing
from itertools import chain, islice
from pathlib import Path

from whoosh.codec.whoosh3 import W3Codec, W3Segment
from whoosh.index import TOC

from archive.document import Document
from indexer import fields
from indexer.analyzer import Analyzer
from indexer.engines.whoosh.segment import COLUMNS, GENERATION, MOST_DOCUMENTS, NAME, STREAMS, schema
from indexer.engines.whoosh.segment_reader import TEMPORARY, SegmentReader, Storage, read_segments
from indexer.engines.whoosh.segment_writer import SegmentWriter
from indexer.engines.whoosh.workers import BATCH, Workers, Written, processors
from indexer.fields import Entry

# How many postings all processes together gather before they are written: 8 bytes each in memory, and half as much
# again for the terms' names.
SEGMENT_POSTINGS = 40_000_000
# Fewer documents are analyzed in this process.
_FEW = 500
# How many segments of about one size (with the same number of decimal digits) may coexist.
_SIDE_BY_SIDE = 9
# The largest segment made by merging, in bytes of postings and terms, so that a night's work stays small.
_MERGED_BYTES = 64 << 20


class IndexWriter:
    """``indexer.engine.Writer`` over a folder, which may already have an index.

    ``on_segment`` is called whenever another segment has been written to disk. ``cursor`` and ``last_put`` then
    describe what is on disk.
    """

    def __init__(
        self, folder: Path, analyzer: Analyzer, cursor: int, last_put: str, on_segment: Callable[[], None]
    ) -> None:
        self._analyzer = analyzer
        self.cursor = cursor
        self.last_put = last_put
        self._storage = Storage(str(folder))
        self._toc = folder / TOC._filename(NAME, GENERATION)
        self._on_segment = on_segment
        self._segments: list[W3Segment] = []
        if self._toc.exists():
            self._segments = read_segments(self._storage)
        self._home: dict[str, tuple[W3Segment, int]] = {}
        for segment in self._segments:
            reader = SegmentReader(self._storage, segment)
            ids = zip(reader.live_texts("id"), reader.alive.nonzero()[0].tolist(), strict=True)
            self._home |= {id: (segment, number) for id, number in ids}
        self._writer: SegmentWriter | None = None

    @property
    def count(self) -> int:
        """The number of documents in the index."""
        return len(self._home)

    def put(self, entry: Entry) -> None:
        self.remove(entry.id)
        if self._writer is None:
            self._writer = SegmentWriter(self._storage)
        self._home[entry.id] = self._writer.segment, self._writer.add(entry)
        if self._writer.fill(SEGMENT_POSTINGS) >= 1:
            self.last_put = entry.id
            self._flush()
            self._on_segment()

    def put_all(self, documents: Iterable[Document]) -> Iterator[int]:
        rest = iter(documents)
        few = list(islice(rest, _FEW))
        if len(few) < _FEW or processors() < 2:
            # Starting other processes would take longer.
            for done, document in enumerate(chain(few, rest), 1):
                self.put(fields.entry(document, self._analyzer))
                yield done
            return
        # A document that is put again must be on disk before it can be marked as deleted.
        self._flush()
        done = 0
        with closing(Workers(Path(self._storage.folder), self._analyzer.lexicon, SEGMENT_POSTINGS)) as workers:
            waiting = chain(few, rest)
            while batch := list(islice(waiting, BATCH)):
                for document in batch:
                    self.remove(document.id)
                workers.put(batch)
                done += len(batch)
                yield done
                if workers.full:
                    self._take(workers.finish())
                    self.last_put = batch[-1].id
                    self._on_segment()
            self._take(workers.finish())

    def _take(self, finished: Iterable[Written]) -> None:
        for written in finished:
            self._segments.append(written.segment)
            self._home |= {id: (written.segment, number) for number, id in enumerate(written.ids)}
        self._write_toc()

    def remove(self, id: str) -> None:
        if id in self._home:
            segment, number = self._home.pop(id)
            segment.delete_document(number)

    def mark(self, cursor: int) -> None:
        self.cursor = cursor

    def commit(self) -> None:
        """Write what was put, and merge segments where there are too many."""
        self._flush()
        while wasteful := self._wasteful():
            self._merge(wasteful)
        self._write_toc()

    def close(self) -> None:
        """Discard an unfinished segment. What is on disk stays."""
        if self._writer is not None:
            self._writer.discard()
            self._writer = None

    def _flush(self) -> None:
        if self._writer is not None:
            self._segments.append(self._writer.finish())
            self._writer = None
            self._write_toc()

    def _write_toc(self) -> None:
        for path in self._toc.parent.glob(f"*{TEMPORARY}"):
            path.rmdir()
        self._toc.unlink(missing_ok=True)
        TOC(schema(), self._segments, GENERATION).write(self._storage, NAME)

    def _wasteful(self) -> list[W3Segment]:
        """Return segments to rewrite as one: one that is mostly deleted, else the smallest of too many alike."""
        for segment in self._segments:
            if segment.deleted_count() * 2 > segment.doc_count_all():
                return [segment]
        sizes = {segment: self._size(segment) for segment in self._segments}
        alike: defaultdict[int, list[W3Segment]] = defaultdict(list)
        for segment in sorted(self._segments, key=sizes.__getitem__):
            alike[len(str(sizes[segment]))].append(segment)
        for segments in alike.values():
            merged, size, documents = [], 0, 0
            for segment in segments if len(segments) > _SIDE_BY_SIDE else ():
                size += sizes[segment]
                documents += segment.doc_count_all()
                if size <= _MERGED_BYTES and documents < MOST_DOCUMENTS:
                    merged.append(segment)
            if len(merged) > 1:
                return merged
        return []

    def _size(self, segment: W3Segment) -> int:
        names = (segment.make_filename(extension) for extension in (W3Codec.POSTS_EXT, W3Codec.TERMS_EXT))
        return sum(self._storage.file_length(name) for name in names)

    def _merge(self, segments: Sequence[W3Segment]) -> None:
        """Replace some segments with one that has their live documents."""
        # What is unfinished when a segment proves to be damaged is discarded by ``close``.
        self._writer = writer = SegmentWriter(self._storage)
        for segment in segments:
            self._copy(SegmentReader(self._storage, segment), writer)
        self._segments = [segment for segment in self._segments if segment not in segments]
        if writer.documents:
            self._segments.append(writer.finish())
        else:
            writer.discard()
        self._writer = None
        self._write_toc()
        for segment in segments:
            for name in segment.list_files(self._storage):
                self._storage.delete_file(name)

    def _copy(self, reader: SegmentReader, writer: SegmentWriter) -> None:
        """Copy a segment's live documents into another segment."""
        alive = reader.alive
        moved = alive.cumsum() - 1 + writer.documents
        strings = {name: reader.strings(name) for name in COLUMNS if name not in reader.NUMERIC}
        numbers = {name: reader.numeric(name).tolist() for name in reader.NUMERIC}
        columns = strings | numbers
        for number in alive.nonzero()[0].tolist():
            home = writer.segment, writer.add_columns({name: column[number] for name, column in columns.items()})
            self._home[strings["id"][number].decode()] = home
        for stream in STREAMS:
            for term, entry in reader.entries(stream) if stream != "characters" else ():
                found, weights = reader.postings(entry)
                live = alive[found]
                writer.add_postings(stream, term, moved[found[live]], weights[live])
