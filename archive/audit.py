"""The audit log: who did what and when, each row hashed over the one before it."""

import hashlib
import json
from collections.abc import Mapping
from datetime import UTC, datetime

from sqlalchemy import Connection, insert, select

from archive.tables import audit

GENESIS = "0" * 64


def now() -> str:
    """This instant as the catalogue writes it: ISO 8601, UTC, microseconds."""
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
    connection.execute(insert(audit).values(**row, hash=_hash(row)))


def first_break(connection: Connection) -> int | None:
    """The sequence number of the first row that does not continue the chain, or None if all do."""
    previous = GENESIS
    for found in connection.execute(select(audit).order_by(audit.c.sequence)).mappings():
        row = {name: found[name] for name in ("at", "actor", "action", "document_id", "details", "previous")}
        if row["previous"] != previous or found["hash"] != _hash(row):
            return int(found["sequence"])
        previous = found["hash"]
    return None


def _hash(row: Mapping[str, object]) -> str:
    canonical = json.dumps(row, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
