"""Brings an index up to date with the archive: by the changes since its cursor, or from scratch.

Both use the same loop over ``catalogue.public_many``. Replaying it is harmless, and so is a crash.
"""

from collections.abc import Callable
from dataclasses import dataclass

from archive.store.catalogue import Catalogue
from indexer.engine import Engine, Writer
from indexer.errors import IndexAhead

# Called with the number of documents done and the total.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What was done: documents put into the index, documents removed, and the last change it now has."""

    put: int
    removed: int
    cursor: int


def catch_up(catalogue: Catalogue, engine: Engine, progress: Progress | None = None) -> Report:
    """Apply every change after the engine's cursor.

    Raises IndexerBusy, or IndexDamaged or IndexAhead for an index that must be rebuilt. An error leaves it unchanged.
    """
    engine.verify()
    if lag(catalogue, engine) == 0:
        return Report(0, 0, engine.cursor())
    with engine.writing() as writer:
        return _apply(catalogue, writer, writer.cursor, progress)


def lag(catalogue: Catalogue, engine: Engine) -> int:
    """Return how many changes the index is behind. Raises IndexAhead if it has some that the archive lacks."""
    cursor, last = engine.cursor(), catalogue.last_change()
    if cursor > last:
        raise IndexAhead(cursor, last)
    return last - cursor


def rebuild(catalogue: Catalogue, engine: Engine, progress: Progress | None = None) -> Report:
    """Rebuild the index from the archive while the live one keeps answering. Resumes an interrupted build.

    Raises IndexerBusy. Raises IndexAhead if the interrupted build has changes that the archive lacks, and discards that
    build.
    """
    with engine.rebuilding() as writer:
        last = catalogue.last_change()
        if not writer.last_put:
            writer.mark(last)
        elif writer.cursor > last:
            raise IndexAhead(writer.cursor, last)
        done, total = writer.count, max(writer.count, catalogue.public_count())
        put = 0
        for put in writer.put_all(catalogue.public_all(after=writer.last_put)):
            if progress:
                progress(done + put, total)
        later = _apply(catalogue, writer, writer.cursor, None)
    return Report(put + later.put, later.removed, later.cursor)


def _apply(catalogue: Catalogue, writer: Writer, cursor: int, progress: Progress | None) -> Report:
    put = removed = done = 0
    total = catalogue.last_change() - cursor
    while batch := catalogue.changes_after(cursor):
        ids = list(dict.fromkeys(change.document_id for change in batch))
        public = catalogue.public_many(ids)
        for id in ids:
            if id not in public:
                writer.remove(id)
                removed += 1
        put += sum(1 for _ in writer.put_all(public.values()))
        done += len(batch)
        if progress:
            progress(done, max(done, total))
        cursor = batch[-1].sequence
    writer.mark(cursor)
    return Report(put, removed, cursor)
