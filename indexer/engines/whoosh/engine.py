"""Whoosh as the embedded engine: Whoosh stores postings and columns, numpy scores them.

A generation is opened once as a ``Snapshot`` that searches share. ``generations`` tells when there is a new one.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from archive.store.seals import Seals
from indexer.analyzer import Analyzer
from indexer.engine import Answer, SearchRequest, Vocabulary
from indexer.engines.generations import Generations
from indexer.engines.manifest import Manifest
from indexer.engines.whoosh import evaluation, explaining
from indexer.engines.whoosh.index_writer import IndexWriter
from indexer.engines.whoosh.snapshot import BUDGET, Snapshot
from indexer.errors import IndexDamaged, IndexMissing, IndexOutdated
from indexer.explanation import Explanation
from indexer.fields import fingerprint

T = TypeVar("T")
log = logging.getLogger(__name__)

LIBRARIES = ("whoosh", "jieba", "numpy")
# How many documents of a new generation are searched for by title before it goes live.
_SELF_CHECKED = 50


# The live folder at the time of opening, with its manifest and snapshot.
_Opened = tuple[Path, Manifest, Snapshot]


class WhooshEngine:
    """The index in a folder. Any number of threads may search, also during a build."""

    def __init__(self, folder: Path, analyzer: Analyzer, cache: int = BUDGET, keys: Seals | None = None) -> None:
        """Set up the engine over ``folder``. ``cache`` is how many bytes of postings to keep in memory.

        With ``keys`` a generation must be sealed with them.
        """
        self._cache = cache
        self._generations = Generations(folder, keys)
        self._analyzer = analyzer
        self._fingerprint = fingerprint(analyzer)
        self._opening = threading.Lock()
        self._opened: _Opened | None = None
        # Generations whose files proved to be damaged while they were searched.
        self._given_up: list[tuple[Manifest, IndexDamaged]] = []

    def search(self, request: SearchRequest) -> Answer:
        return self._ask(lambda snapshot: evaluation.search(snapshot, self._analyzer, request))

    def explain(self, request: SearchRequest, id: str) -> Explanation | None:
        return self._ask(lambda snapshot: explaining.explain(snapshot, self._analyzer, request, id))

    def vocabulary(self) -> Vocabulary:
        return self._current()[2].vocabulary

    def count(self) -> int:
        return self._current()[1].documents

    def cursor(self) -> int:
        try:
            return self._current()[1].cursor
        except IndexMissing:
            return 0

    def generation(self) -> str:
        return self._current()[2].name

    def verify(self) -> None:
        try:
            live = self._generations.live()
        except IndexMissing:
            return
        try:
            self._generations.verify(live, anew=True)
        except IndexDamaged:
            if self._generations.live() == live:
                raise
            self.verify()

    @contextmanager
    def writing(self) -> Iterator[IndexWriter]:
        with self._building(fresh=False) as writer:
            yield writer

    @contextmanager
    def rebuilding(self) -> Iterator[IndexWriter]:
        with self._building(fresh=True) as writer:
            yield writer

    def close(self) -> None:
        with self._opening:
            if self._opened is not None:
                self._opened[2].close()
                self._opened = None

    def _ask(self, question: Callable[[Snapshot], T]) -> T:
        """Ask the live generation. One whose files prove to be damaged is given up for the former one.

        Files are checked when a generation is opened, and they may be damaged afterwards.
        """
        opened = self._current()
        try:
            return question(opened[2])
        except IndexDamaged as damage:
            with self._opening:
                self._given_up.append((opened[1], damage))
                if self._opened is opened:
                    self._opened = None
            return question(self._current()[2])

    def _current(self) -> "_Opened":
        """Return the live generation, opened. A new one is picked up at the first search after its promotion."""
        live = self._generations.live()
        opened = self._opened
        if opened is not None and opened[0] == live:
            return opened
        # One thread opens the new generation; the others keep using the old one until then.
        if not self._opening.acquire(blocking=opened is None):
            return opened if opened is not None else self._current()
        try:
            if self._opened is None or self._opened[0] != live:
                self._opened = self._open_best(live, self._opened)
            return self._opened
        finally:
            self._opening.release()

    def _open_best(self, live: Path, opened: "_Opened | None") -> "_Opened":
        try:
            manifest, snapshot = self._open(live)
            return live, manifest, snapshot
        except IndexDamaged as damage:
            # The generation may have been replaced and removed meanwhile, by two further builds.
            if (now := self._generations.live()) != live:
                return self._open_best(now, opened)
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
        for known, damage in self._given_up:
            if manifest == known:
                raise damage
        self._check_fingerprint(manifest)
        try:
            return manifest, Snapshot(generation, self._cache)
        except FileNotFoundError as error:
            raise IndexDamaged(generation.name, "打开时文件已经不在") from error
        except (ValueError, LookupError) as error:
            # Files that agree with each other, but that no program of ours wrote.
            raise IndexDamaged(generation.name, "文件的内容不对") from error

    def _check_fingerprint(self, manifest: Manifest) -> None:
        if manifest.fingerprint != self._fingerprint:
            raise IndexOutdated(self._fingerprint, manifest.fingerprint)

    @contextmanager
    def _building(self, fresh: bool) -> Iterator[IndexWriter]:
        with self._generations.building(fresh, self._fingerprint) as building:
            base = building.base
            if base is not None:
                self._check_fingerprint(base)
            cursor, last_put = (base.cursor, base.last_put) if base is not None else (0, "")
            writer = IndexWriter(building.folder, self._analyzer, cursor, last_put, lambda: seal(writer.last_put))

            def seal(last_put: str) -> None:
                building.seal(
                    Manifest(
                        fingerprint=self._fingerprint,
                        cursor=writer.cursor,
                        documents=writer.count,
                        libraries={name: version(name) for name in LIBRARIES},
                        built_at=datetime.now(UTC).isoformat(timespec="seconds"),
                        last_put=last_put,
                    )
                )

            with closing(writer):
                yield writer
                writer.commit()
            seal("")
            self._check(building.folder)

    def _check(self, folder: Path) -> None:
        """Raise IndexDamaged unless the new generation answers searches."""
        manifest, snapshot = self._open(folder)
        if snapshot.size != manifest.documents:
            raise IndexDamaged(folder.name, f"应有 {manifest.documents} 件，读到 {snapshot.size} 件")
        if lost := evaluation.unanswered(snapshot, self._analyzer, _SELF_CHECKED):
            raise IndexDamaged(folder.name, f"以标题检索不到文件 {lost[0]}")
