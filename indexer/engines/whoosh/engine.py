"""Whoosh as the embedded engine: Whoosh stores postings and columns, numpy scores them.

A generation is opened once as a ``Snapshot`` that searches share. ``generations`` tells when there is a new one.
"""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import TypeVar

from archive.store.seals import Seals
from indexer.analyzer import Analyzer
from indexer.engine import Answer, Check, SearchRequest, Vocabulary
from indexer.engines.generations import Generations
from indexer.engines.manifest import Manifest
from indexer.engines.whoosh import explaining, searching
from indexer.engines.whoosh.index_writer import IndexWriter
from indexer.engines.whoosh.snapshot import BUDGET, Snapshot
from indexer.errors import IndexDamaged, IndexMissing, IndexOutdated, IndexUnusable
from indexer.explanation import Explanation
from indexer.fields import fingerprint
from indexer.lexicon import Lexicon

T = TypeVar("T")
log = logging.getLogger(__name__)

LIBRARIES = ("whoosh", "jieba", "numpy")
# The file of a generation that keeps the lexicon it was built with.
LEXICON = "lexicon.json"
# How many documents of a new generation are searched for by title before it goes live.
_SELF_CHECKED = 50


@dataclass(frozen=True, slots=True)
class _Opened:
    """A generation that answers. ``live`` is the folder that the link named when it was opened, mostly its own."""

    live: Path
    manifest: Manifest
    snapshot: Snapshot
    analyzer: Analyzer


class WhooshEngine:
    """The index in a folder. Any number of threads may search, also during a build."""

    def __init__(self, folder: Path, analyzer: Analyzer, cache: int = BUDGET, keys: Seals | None = None) -> None:
        """Set up the engine over ``folder``.

        ``analyzer`` has the lexicon of today, for building. ``cache`` is how many bytes of postings to keep in memory.
        With ``keys`` a generation must be sealed with them.
        """
        self._cache = cache
        self._generations = Generations(folder, keys)
        self._analyzer = analyzer
        self._fingerprint = fingerprint()
        self._opening = threading.Lock()
        self._opened: _Opened | None = None
        # Generations whose files proved to be damaged while they were searched.
        self._given_up: list[tuple[Manifest, IndexDamaged]] = []

    def search(self, request: SearchRequest) -> Answer:
        return self._ask(lambda opened: searching.search(opened.snapshot, opened.analyzer, request))

    def explain(self, request: SearchRequest, id: str) -> Explanation | None:
        return self._ask(lambda opened: explaining.explain(opened.snapshot, opened.analyzer, request, id))

    def analyzer(self) -> Analyzer:
        try:
            return self._current().analyzer
        except IndexUnusable:
            return self._analyzer

    def vocabulary(self) -> Vocabulary:
        return self._current().snapshot.vocabulary

    def count(self) -> int:
        return self._current().manifest.documents

    def cursor(self) -> int:
        try:
            return self._current().manifest.cursor
        except IndexMissing:
            return 0

    def generation(self) -> str:
        return self._current().snapshot.name

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
    def rebuilding(self, check: Check | None = None) -> Iterator[IndexWriter]:
        with self._building(fresh=True, check=check) as writer:
            yield writer

    def close(self) -> None:
        with self._opening:
            self._opened = None

    def _ask(self, question: Callable[[_Opened], T]) -> T:
        """Ask the live generation. One whose files prove to be damaged is given up for the former one.

        Files are checked when a generation is opened, and they may be damaged afterwards.
        """
        opened = self._current()
        try:
            return question(opened)
        except IndexDamaged as damage:
            with self._opening:
                self._given_up.append((opened.manifest, damage))
                if self._opened is opened:
                    self._opened = None
            return question(self._current())

    def _current(self) -> _Opened:
        """Return the live generation, opened. A new one is picked up at the first search after its promotion."""
        live = self._generations.live()
        opened = self._opened
        if opened is not None and opened.live == live:
            return opened
        # One thread opens the new generation; the others keep using the old one until then.
        if not self._opening.acquire(blocking=opened is None):
            return opened if opened is not None else self._current()
        try:
            if self._opened is None or self._opened.live != live:
                self._opened = self._open_best(live, self._opened)
            return self._opened
        finally:
            self._opening.release()

    def _open_best(self, live: Path, opened: _Opened | None) -> _Opened:
        """Open the live generation. If it can't answer, go on with the one in use, or with a former one."""
        try:
            return self._open(live, live)
        except (IndexDamaged, IndexOutdated) as trouble:
            # The generation may have been replaced and removed meanwhile, by two further builds.
            if (now := self._generations.live()) != live:
                return self._open_best(now, opened)
            if opened is not None:
                log.error("%s 继续使用已打开的索引 %s。", trouble, opened.snapshot.name)
                return replace(opened, live=live)
            for former in self._generations.former():
                try:
                    found = self._open(former, live)
                except (IndexDamaged, IndexOutdated):
                    continue
                log.error("%s 暂用上一代索引 %s。", trouble, former.name)
                return found
            raise

    def _open(self, generation: Path, live: Path) -> _Opened:
        manifest = self._generations.verify(generation)
        for known, damage in self._given_up:
            if manifest == known:
                raise damage
        self._check_fingerprint(manifest)
        try:
            return _Opened(live, manifest, Snapshot(generation, self._cache), self._analyzer_of(generation, manifest))
        except FileNotFoundError as error:
            raise IndexDamaged(generation.name, "打开时文件已经不在") from error
        except (ValueError, LookupError) as error:
            # Files that agree with each other, but that no program of ours wrote.
            raise IndexDamaged(generation.name, "文件的内容不对") from error

    def _analyzer_of(self, folder: Path, manifest: Manifest) -> Analyzer:
        """Return the analyzer with the lexicon that a generation was built with. Raises ValueError if it has none."""
        for known in (self._analyzer, self._opened.analyzer if self._opened else None):
            if known is not None and known.lexicon.digest == manifest.words:
                return known
        lexicon = Lexicon.of_json((folder / LEXICON).read_text(encoding="utf-8"))
        if lexicon.digest != manifest.words:
            raise ValueError("another lexicon")
        analyzer = Analyzer(lexicon)
        # Its dictionary is loaded before anyone waits for it.
        analyzer.pieces("预热")
        return analyzer

    def _check_fingerprint(self, manifest: Manifest) -> None:
        if manifest.fingerprint != self._fingerprint:
            raise IndexOutdated(self._fingerprint, manifest.fingerprint)

    @contextmanager
    def _building(self, fresh: bool, check: Check | None = None) -> Iterator[IndexWriter]:
        with self._generations.building(fresh, self._fingerprint, self._analyzer.lexicon.digest) as building:
            analyzer, cursor, last_put = self._analyzer, 0, ""
            if (base := building.base) is not None:
                self._check_fingerprint(base)
                cursor, last_put = base.cursor, base.last_put
                try:
                    analyzer = self._analyzer_of(building.folder, base)
                except (OSError, ValueError) as error:
                    raise IndexDamaged(building.folder.name, f"文件 {LEXICON} 的内容不对") from error
            else:
                (building.folder / LEXICON).write_text(analyzer.lexicon.json, encoding="utf-8")
            writer = IndexWriter(building.folder, analyzer, cursor, last_put, lambda: seal(writer.last_put))

            def seal(last_put: str) -> None:
                building.seal(
                    Manifest(
                        fingerprint=self._fingerprint,
                        words=analyzer.lexicon.digest,
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
            opened = self._checked(building.folder)
            if check:
                check(_Trial(opened))

    def _checked(self, folder: Path) -> _Opened:
        """Open a new generation. Raises IndexDamaged unless it answers searches."""
        opened = self._open(folder, folder)
        if opened.snapshot.size != opened.manifest.documents:
            raise IndexDamaged(folder.name, f"应有 {opened.manifest.documents} 件，读到 {opened.snapshot.size} 件")
        if lost := searching.unanswered(opened.snapshot, opened.analyzer, _SELF_CHECKED):
            raise IndexDamaged(folder.name, f"以标题检索不到文件 {lost[0]}")
        return opened


class _Trial(WhooshEngine):
    """A generation that is not live yet, to be searched and nothing else."""

    def __init__(self, opened: _Opened) -> None:
        super().__init__(opened.live, opened.analyzer)
        self._trial = opened

    def _current(self) -> _Opened:
        return self._trial
