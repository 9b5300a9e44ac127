"""Whoosh as the embedded engine: it stores postings and columns; numpy scores them.

A generation is opened once into a ``Snapshot``, which searches then share; ``generations`` says when there is a new
one.
"""

import gc
import json
import logging
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from whoosh import columns, fields, formats
from whoosh.codec.whoosh3 import W3Codec
from whoosh.filedb.filestore import FileStorage
from whoosh.index import FileIndex

from archive.errors import IndexDamaged, IndexMissing, IndexOutdated
from indexer.analyzer import Analyzer
from indexer.engine import Answer, SearchRequest, Vocabulary
from indexer.engines import evaluation
from indexer.engines.generations import Generations, Manifest
from indexer.engines.snapshot import Snapshot
from indexer.fields import KEY_WEIGHTS, Entry, fingerprint

log = logging.getLogger(__name__)

LIBRARIES = ("whoosh", "jieba", "numpy")
_MEMORY_MB = 256
# How many documents of a new generation are searched for by their titles before it goes live.
_SELF_CHECKED = 50
_LOCK_FILE = "MAIN_WRITELOCK"


# The folder that was live when it was opened, with what it holds.
_Opened = tuple[Path, Manifest, Snapshot]


class _Codec(W3Codec):  # type: ignore[misc]  # Whoosh has no types
    """Whoosh's own format, for lists that are read whole: longer blocks, and no field lengths looked up a posting."""

    length_stats = False

    def __init__(self) -> None:
        super().__init__(blocklimit=1024)


class Weighted(fields.FieldType):  # type: ignore[misc]  # Whoosh has no types
    """A field whose terms come ready with their weights; one posting a distinct term, no positions."""

    indexed = True
    scorable = False

    def __init__(self) -> None:
        self.format = formats.Existence()
        self.analyzer = None
        self.stored = self.unique = self.spelling = self.sortable = False
        self.vector = self.column_type = None

    def index(self, value: Mapping[str, float], **_: object) -> Iterator[tuple[bytes, int, float, bytes]]:
        for term, weight in value.items():
            yield term.encode(), 1, weight, b""


def schema() -> fields.Schema:
    """``fields.Entry`` in Whoosh's terms."""
    return fields.Schema(
        id=fields.ID(stored=True, unique=True),
        words=Weighted(),
        grams=Weighted(),
        keys=Weighted(),
        cites=Weighted(),
        title=fields.COLUMN(columns.VarBytesColumn()),
        numbers=fields.COLUMN(columns.VarBytesColumn()),
        text=fields.COLUMN(columns.VarBytesColumn()),
        facets=fields.COLUMN(columns.VarBytesColumn()),
        day=fields.COLUMN(columns.NumericColumn("i")),
        prior=fields.COLUMN(columns.NumericColumn("d", default=1.0)),
        words_length=fields.COLUMN(columns.NumericColumn("i")),
        grams_length=fields.COLUMN(columns.NumericColumn("i")),
    )


class WhooshEngine:
    """The index in a folder. Any number of threads may search; a build happens beside what they read."""

    def __init__(self, folder: Path, analyzer: Analyzer) -> None:
        self._generations = Generations(folder)
        self._analyzer = analyzer
        self._fingerprint = fingerprint(analyzer)
        self._opening = threading.Lock()
        self._opened: _Opened | None = None

    def search(self, request: SearchRequest) -> Answer:
        return evaluation.search(self._current()[2], self._analyzer, request)

    def vocabulary(self) -> Vocabulary:
        return self._current()[2].vocabulary

    def count(self) -> int:
        return self._current()[1].documents

    def cursor(self) -> int:
        try:
            return self._current()[1].cursor
        except IndexMissing:
            return 0

    def verify(self) -> None:
        try:
            self._generations.verify(self._generations.live())
        except IndexMissing:
            return

    @contextmanager
    def writing(self) -> Iterator["_Writer"]:
        with self._building(fresh=False) as writer:
            yield writer

    @contextmanager
    def rebuilding(self) -> Iterator["_Writer"]:
        with self._building(fresh=True) as writer:
            yield writer

    def close(self) -> None:
        with self._opening:
            if self._opened is not None:
                self._opened[2].close()
                self._opened = None

    def _current(self) -> "_Opened":
        """The live generation, opened; a new one is taken up at the first search after its promotion."""
        live = self._generations.live()
        opened = self._opened
        if opened is not None and opened[0] == live:
            return opened
        del opened
        with self._opening:
            if self._opened is None or self._opened[0] != live:
                self._let_go_for(live)
                self._opened = self._open_best(live, self._opened)
            return self._opened

    def _let_go_for(self, live: Path) -> None:
        """Drop the former snapshot before a sound new one is opened: the two would need the memory of both."""
        try:
            self._generations.verify(live)
        except IndexDamaged:
            return
        self._opened = None
        # Whoosh's readers hold each other, so only the collector frees them, and it would wait.
        gc.collect()

    def _open_best(
        self, live: Path, opened: "_Opened | None"
    ) -> "_Opened":
        try:
            manifest, snapshot = self._open(live)
            return live, manifest, snapshot
        except IndexDamaged as damage:
            if opened is not None:
                log.error("%s 继续使用已打开的索引 %s。", damage, opened[0].name)
                return live, opened[1], opened[2]
            for former in self._generations.former():
                try:
                    manifest, snapshot = self._open(former)
                except IndexDamaged:
                    continue
                log.error("%s 暂用上一代索引 %s。", damage, former.name)
                return live, manifest, snapshot
            raise

    def _open(self, generation: Path) -> tuple[Manifest, Snapshot]:
        manifest = self._generations.verify(generation)
        self._check_fingerprint(manifest)
        index = FileIndex(FileStorage(str(generation)), schema=schema())
        return manifest, Snapshot(index.reader)

    def _check_fingerprint(self, manifest: Manifest) -> None:
        if manifest.fingerprint != self._fingerprint:
            raise IndexOutdated(self._fingerprint, manifest.fingerprint)

    @contextmanager
    def _building(self, fresh: bool) -> Iterator["_Writer"]:
        writers: list[_Writer] = []

        def finish(folder: Path) -> Manifest:
            documents = writers[0].commit()
            (folder / _LOCK_FILE).unlink(missing_ok=True)
            return Manifest(
                fingerprint=self._fingerprint,
                cursor=writers[0].cursor,
                documents=documents,
                libraries={name: version(name) for name in LIBRARIES},
                built_at=datetime.now(UTC).isoformat(timespec="seconds"),
                files={},
            )

        def check(folder: Path) -> None:
            manifest, snapshot = self._open(folder)
            if snapshot.size != manifest.documents:
                raise IndexDamaged(folder.name, f"应有 {manifest.documents} 件，读到 {snapshot.size} 件")
            if lost := evaluation.unanswered(snapshot, self._analyzer, _SELF_CHECKED):
                raise IndexDamaged(folder.name, f"以标题检索不到文件 {lost[0]}")
            snapshot.close()

        with self._generations.building(fresh, finish, check) as (folder, base):
            if base is not None:
                self._check_fingerprint(base)
            storage = FileStorage(str(folder))
            index = FileIndex(storage, schema=schema()) if base is not None else storage.create_index(schema())
            writers.append(_Writer(index, base.cursor if base is not None else 0))
            try:
                yield writers[0]
            except BaseException:
                writers[0].cancel()
                raise


class _Writer:
    """``indexer.engine.Writer`` over Whoosh's writer.

    What is replaced is deleted by its document number, looked up once: Whoosh's own ``update_document`` opens a
    searcher for every document.
    """

    def __init__(self, index: FileIndex, cursor: int) -> None:
        self._index = index
        self.cursor = cursor
        self._open()

    def _open(self) -> None:
        with self._index.reader() as reader:
            self._numbers = {stored["id"]: number for number, stored in reader.iter_docs()}
        self._put: set[str] = set()
        self._writer: Any = self._index.writer(limitmb=_MEMORY_MB, codec=_Codec())

    def put(self, entry: Entry) -> None:
        self.remove(entry.id)
        self._put.add(entry.id)
        self._writer.add_document(
            id=entry.id,
            words=entry.words,
            grams=entry.grams,
            keys={key: KEY_WEIGHTS[min(at, 1)] for at, key in enumerate(entry.keys)},
            cites=dict.fromkeys(entry.cites, 1.0),
            title=entry.title.encode(),
            numbers="\n".join(entry.keys).encode(),
            text=entry.text.encode(),
            facets=json.dumps({name: list(values) for name, values in entry.facets.items() if values}).encode(),
            day=entry.day,
            prior=entry.prior,
            words_length=entry.words_length,
            grams_length=entry.grams_length,
        )

    def remove(self, id: str) -> None:
        if id in self._put:
            # What was put since the last commit has no number yet.
            self._writer.commit(merge=False)
            self._open()
        number = self._numbers.pop(id, None)
        if number is not None:
            self._writer.delete_document(number)

    def mark(self, cursor: int) -> None:
        self.cursor = cursor

    def commit(self) -> int:
        """How many documents there are after it."""
        self._writer.commit()
        return int(self._index.doc_count())

    def cancel(self) -> None:
        self._writer.cancel()
