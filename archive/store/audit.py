"""The audit log: who did what and when, each row hashed over the one before it.

The last row's hash is stored separately (``audit_head``), so that rows missing from the end are detected too. Anyone
who can write to the database could recompute the whole chain. To guard against that, note the head that ``gongkai
audit verify`` prints in another place, and pass it to ``--expect`` later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from archive.store import canonical
from archive.store.tables import audit, audit_head

GENESIS = "0" * 64
_HASHED = ("at", "actor", "action", "document_id", "details", "previous")


@dataclass(frozen=True, slots=True)
class Event:
    """A row of the log; ``hash`` is the hex SHA-256 of it and all before it."""

    sequence: int
    at: str
    actor: str
    action: str
    document_id: str | None
    details: Mapping[str, object]
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The point where the chain breaks; ``reason`` is a Chinese sentence."""

    sequence: int
    reason: str


def now() -> str:
    """Return the current instant as the catalogue writes it: ISO 8601, UTC, microseconds."""
    return datetime.now(UTC).isoformat(timespec="microseconds")


def append(
    connection: Connection, actor: str, action: str, document_id: str | None, details: Mapping[str, object]
) -> None:
    """Add one row, inside the caller's writing transaction (which serialises the chain)."""
    last = connection.execute(select(audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)).scalar()
    row: dict[str, object] = {
        "at": now(),
        "actor": actor,
        "action": action,
        "document_id": document_id,
        "details": dict(details),
        "previous": last or GENESIS,
    }
    digest = canonical.digest(row)
    sequence = connection.execute(insert(audit).values(**row, hash=digest).returning(audit.c.sequence)).scalar_one()
    head = {"sequence": sequence, "hash": digest}
    if not connection.execute(update(audit_head).values(**head)).rowcount:
        connection.execute(insert(audit_head).values(id=1, **head))


def events(connection: Connection, document_id: str | None = None) -> Iterator[Event]:
    """Yield the rows of one document, or of all, in order."""
    query = select(audit).order_by(audit.c.sequence)
    if document_id is not None:
        query = query.where(audit.c.document_id == document_id)
    for row in connection.execute(query).mappings():
        yield Event(**{name: row[name] for name in Event.__slots__})


def head(connection: Connection) -> tuple[int, str]:
    """Return the sequence number and hash recorded for the last row; (0, GENESIS) for an empty log."""
    row = connection.execute(select(audit_head)).mappings().first()
    return (int(row["sequence"]), str(row["hash"])) if row else (0, GENESIS)


def first_break(connection: Connection, expected: str | None = None) -> Break | None:
    """Find the first row that was changed, is missing or is out of order; None if there is none.

    ``expected`` is a head that was noted earlier: the row with that hash must still be there.
    """
    previous, last = GENESIS, 0
    seen = expected is None or expected == GENESIS
    for row in connection.execute(select(audit).order_by(audit.c.sequence)).mappings():
        last = int(row["sequence"])
        if row["previous"] != previous:
            return Break(last, "与前一条不相续：前面有记录缺失，或顺序被改动")
        if row["hash"] != canonical.digest(_hashed(row)):
            return Break(last, "内容被改动")
        previous = row["hash"]
        seen = seen or previous == expected
    if (last, previous) != head(connection):
        return Break(last + 1, "末尾有记录缺失")
    if not seen:
        return Break(1, "没有所给的哈希，整个日志可能被替换")
    return None


def _hashed(row: RowMapping) -> dict[str, object]:
    return {name: row[name] for name in _HASHED}
