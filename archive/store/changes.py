"""The log of changes: all that an index, a feed and a harvester learn from the archive, in order."""

from collections.abc import Sequence

from sqlalchemy import Connection, insert, select

from archive.store import audit
from archive.store.tables import changes


def append(connection: Connection, ids: Sequence[str]) -> None:
    """Add one change for each document, inside the caller's writing transaction.

    No change is dated before the last one, even if the clock was set back meanwhile: a harvester asks for what changed
    since it last came, and would never learn of one that is dated earlier.
    """
    if not ids:
        return
    last = connection.execute(select(changes.c.at).order_by(changes.c.sequence.desc()).limit(1)).scalar()
    at = max(audit.now(), last or "")
    connection.execute(insert(changes), [{"document_id": id, "at": at} for id in ids])
