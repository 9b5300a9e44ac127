"""Brings an index up to date with the archive: by the changes since its cursor, or from scratch.

Both use the same loop over what a feed gives: the public documents, or whatever staff may find. Replaying it is
harmless, and so is a crash.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from archive.document import Document
from archive.store.catalogue import Catalogue, Change
from indexer.engine import Check, Engine, Writer
from indexer.errors import IndexAhead, IndexMissing

# Called with the number of documents done and the total.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What was done: documents put into the index, documents removed, and the last change it now has."""

    put: int
    removed: int
    cursor: int


class Feed(Protocol):
    """What an index follows: documents by id, and in which order they changed."""

    def last_change(self) -> int: ...
    def changes_after(self, cursor: int) -> Sequence[Change]: ...

    def many(self, ids: Iterable[str]) -> Mapping[str, Document]:
        """Return those of these documents that belong into the index."""
        ...

    def all(self, after: str = "") -> Iterator[Document]:
        """Yield every document whose id comes ``after`` this one, in order of id."""
        ...

    def count(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Public:
    """The feed of the citizens' index: what is public."""

    catalogue: Catalogue

    def last_change(self) -> int:
        return self.catalogue.last_change()

    def changes_after(self, cursor: int) -> Sequence[Change]:
        return self.catalogue.changes_after(cursor)

    def many(self, ids: Iterable[str]) -> Mapping[str, Document]:
        return self.catalogue.public_many(ids)

    def all(self, after: str = "") -> Iterator[Document]:
        return self.catalogue.public_all(after)

    def count(self) -> int:
        return self.catalogue.public_count()


def catch_up(catalogue: Catalogue, engine: Engine, progress: Progress | None = None) -> Report:
    """Apply every change of what is public after the engine's cursor (see ``follow``)."""
    return follow(Public(catalogue), engine, progress)


def lag(catalogue: Catalogue, engine: Engine) -> int:
    """Return how many changes of what is public the index is behind (see ``behind``)."""
    return behind(Public(catalogue), engine)


def rebuild(
    catalogue: Catalogue, engine: Engine, progress: Progress | None = None, check: Check | None = None
) -> Report:
    """Rebuild the index of what is public (see ``build``)."""
    return build(Public(catalogue), engine, progress, check)


def follow(feed: Feed, engine: Engine, progress: Progress | None = None) -> Report:
    """Apply every change after the engine's cursor. Without an index one is built, be it of nothing.

    Raises IndexerBusy, or IndexDamaged or IndexAhead for an index that must be rebuilt. An error leaves it unchanged.
    """
    engine.verify()
    if behind(feed, engine) == 0 and _is_built(engine):
        return Report(0, 0, engine.cursor())
    with engine.writing() as writer:
        return _apply(feed, writer, writer.cursor, progress)


def _is_built(engine: Engine) -> bool:
    try:
        engine.generation()
    except IndexMissing:
        return False
    return True


def behind(feed: Feed, engine: Engine) -> int:
    """Return how many changes the index is behind. Raises IndexAhead if it has some that the archive lacks."""
    cursor, last = engine.cursor(), feed.last_change()
    if cursor > last:
        raise IndexAhead(cursor, last)
    return last - cursor


def build(feed: Feed, engine: Engine, progress: Progress | None = None, check: Check | None = None) -> Report:
    """Rebuild the index from the archive while the live one keeps answering. Resumes an interrupted build.

    What ``check`` raises of the new index keeps the live one.

    Raises IndexerBusy. Raises IndexAhead if the interrupted build has changes that the archive lacks, and discards that
    build.
    """
    with engine.rebuilding(check) as writer:
        last = feed.last_change()
        if not writer.last_put:
            writer.mark(last)
        elif writer.cursor > last:
            raise IndexAhead(writer.cursor, last)
        done, total = writer.count, max(writer.count, feed.count())
        put = 0
        for put in writer.put_all(feed.all(after=writer.last_put)):
            if progress:
                progress(done + put, total)
        later = _apply(feed, writer, writer.cursor, None)
    return Report(put + later.put, later.removed, later.cursor)


def _apply(feed: Feed, writer: Writer, cursor: int, progress: Progress | None) -> Report:
    put = removed = done = 0
    total = feed.last_change() - cursor
    while batch := feed.changes_after(cursor):
        ids = list(dict.fromkeys(change.document_id for change in batch))
        found = feed.many(ids)
        for id in ids:
            if id not in found:
                writer.remove(id)
                removed += 1
        put += sum(1 for _ in writer.put_all(found.values()))
        done += len(batch)
        if progress:
            progress(done, max(done, total))
        cursor = batch[-1].sequence
    writer.mark(cursor)
    return Report(put, removed, cursor)
