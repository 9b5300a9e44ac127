"""Bringing an index up to the archive: by the changes since its cursor, or from nothing.

Both are the same loop over ``catalogue.public_many``; replaying it is harmless, so a crash is too.
"""

from collections.abc import Callable
from dataclasses import dataclass

from archive.store.catalogue import Catalogue
from indexer.engine import Engine, Writer
from indexer.errors import IndexAhead

# Called with how many documents are done and how many there are.
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Report:
    """What was done: documents put into the index, taken out of it, and the change it now stands at."""

    put: int
    removed: int
    cursor: int


def catch_up(catalogue: Catalogue, engine: Engine, progress: Progress | None = None) -> Report:
    """Apply every change after the engine's cursor.

    Raises IndexerBusy, and IndexDamaged or IndexAhead for an index that must be rebuilt; then it is as it was.
    """
    engine.verify()
    if lag(catalogue, engine) == 0:
        return Report(0, 0, engine.cursor())
    with engine.writing() as writer:
        return _apply(catalogue, writer, writer.cursor, progress)


def lag(catalogue: Catalogue, engine: Engine) -> int:
    """How many changes the index is behind. Raises IndexAhead when it knows some that the archive does not."""
    cursor, last = engine.cursor(), catalogue.last_change()
    if cursor > last:
        raise IndexAhead(cursor, last)
    return last - cursor


def rebuild(catalogue: Catalogue, engine: Engine, progress: Progress | None = None) -> Report:
    """Build the index anew out of the archive while searches go on over the live one; goes on where it was stopped.

    Raises IndexerBusy, and IndexAhead for a stopped build that knows changes which the archive does not; that is gone
    then.
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
