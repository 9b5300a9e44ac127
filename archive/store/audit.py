"""The audit log: who did what and when, each row hashed over the one before it.

The last row's hash is stored separately (``audit_head``), so that rows missing from the end are detected too. Whoever
can write to the database could recompute the whole chain, but not the seal that each row and the head carry (see
``seals``). Whoever also has the key is left: to guard against that, note the head that ``gongkai audit verify`` prints
in another place, and pass it to ``--expect`` later.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from archive.chinese import personal
from archive.document import Verdict
from archive.errors import KeyUnusable
from archive.store import canonical
from archive.store.seals import Seals
from archive.store.tables import audit, audit_head, decisions

GENESIS = "0" * 64
PURPOSE, HEAD = "audit", "audit head"
KEYS = "seals"
# A look at what is not public: of all that happens to a document, this alone changes no row of it but the log's.
VIEW = "view"
# The network address from which whatever is done now is asked for; it is noted beside each event.
ADDRESS: ContextVar[str] = ContextVar("address", default="")
# Details that a person types freely. Whatever is written there, the log keeps no whole number of a person.
TYPED = frozenset({"reason", "basis", "ground", "note", "place", "wanted"})
# Each act executes these. Making a statement takes longer than executing it.
_LAST = select(audit.c.hash).order_by(audit.c.sequence.desc()).limit(1)
_ADD = insert(audit).returning(audit.c.sequence)
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


def addressed(details: Mapping[str, object]) -> dict[str, object]:
    """Return details with the address from which what is done now is asked for, where there is one."""
    address = ADDRESS.get()
    return {**details, **({"address": address} if address else {})}


def as_kept(name: str, value: object) -> object:
    """Return a detail as the log keeps it: with the middle of each personal identifier masked if a person typed it."""
    return personal.masked(value) if name in TYPED and isinstance(value, str) else value


def append(
    connection: Connection,
    actor: str,
    action: str,
    document_id: str | None,
    details: Mapping[str, object],
    hides: bool = False,
) -> None:
    """Add one row, inside the caller's writing transaction (which serialises the chain).

    Raises KeyUnusable where it can't be sealed. What only ``hides`` a document is then done without a seal, because
    nothing may stand in the way of that; ``verify`` reports such rows.
    """
    last = connection.execute(_LAST).scalar()
    row: dict[str, object] = {
        "at": now(),
        "actor": actor,
        "action": action,
        "document_id": document_id,
        "details": addressed({name: as_kept(name, value) for name, value in details.items()}),
        "previous": last or GENESIS,
    }
    digest = canonical.digest(row)
    try:
        seal = keys_of(connection).sign(PURPOSE, digest.encode())
    except KeyUnusable:
        if not hides:
            raise
        seal = ""
    sequence = connection.execute(_ADD, {**row, "hash": digest, "seal": seal}).scalar_one()
    put_head(connection, sequence, digest, sealed=seal != "")


def put_head(connection: Connection, sequence: int, digest: str, sealed: bool = True) -> None:
    """Record which row is the last, sealed unless the key is lacking. Raises KeyUnusable."""
    seal = keys_of(connection).sign(HEAD, f"{sequence} {digest}".encode()) if sealed else ""
    head = {"sequence": sequence, "hash": digest, "seal": seal}
    if not connection.execute(update(audit_head), head).rowcount:
        connection.execute(insert(audit_head), {"id": 1, **head})


def keys_of(connection: Connection) -> Seals:
    """Return the keys of the archive that a connection of the catalogue belongs to."""
    keys = connection.get_execution_options()[KEYS]
    assert isinstance(keys, Seals)  # noqa: S101  # tells the type checker what the catalogue put there
    return keys


def sealed_by(connection: Connection) -> str:
    """Return the id of the key that sealed the last row, or "" for an empty log or a row without a seal."""
    return (connection.execute(select(audit_head.c.seal)).scalar() or "").partition(":")[0]


def events(connection: Connection, document_id: str | None = None, actions: Collection[str] = ()) -> Iterator[Event]:
    """Yield the rows of one document, or of all, in order; with ``actions`` only those about them."""
    query = select(audit).order_by(audit.c.sequence)
    if document_id is not None:
        query = query.where(audit.c.document_id == document_id)
    if actions:
        query = query.where(audit.c.action.in_([*actions]))
    yield from map(event, connection.execute(query).mappings())


def event(row: RowMapping) -> Event:
    return Event(**{name: row[name] for name in Event.__slots__})


def head(connection: Connection) -> tuple[int, str]:
    """Return the sequence number and hash recorded for the last row; (0, GENESIS) for an empty log."""
    row = connection.execute(select(audit_head)).mappings().first()
    return (int(row["sequence"]), str(row["hash"])) if row else (0, GENESIS)


def first_break(connection: Connection, expected: str | None = None) -> Break | None:
    """Find the first row that was changed, is missing, is out of order or has no seal; None if there is none.

    Rows from before the first seal have none, and of those from before a lost key was replaced the seal can't be
    checked: the chain of what was sealed after them covers them. ``expected`` is a head that
    was noted earlier: the row with that hash must still be there. Raises KeyUnusable.
    """
    keys = keys_of(connection)
    previous, last, sealing, vouched = GENESIS, 0, False, _vouched_until(connection, keys)
    seen = expected is None or expected == GENESIS
    for row in connection.execute(select(audit).order_by(audit.c.sequence)).mappings():
        last = int(row["sequence"])
        if row["previous"] != previous:
            return Break(last, "与前一条不相续：前面有记录缺失，或顺序被改动")
        if row["hash"] != canonical.digest(_hashed(row)):
            return Break(last, "内容被改动")
        sealing = sealing or row["seal"] != ""
        if sealing and last > vouched and not is_sealed(keys, row):
            why = "封签无效" if row["seal"] else "没有封签：是密钥不可用时的撤回，或由他人添加"
            return Break(last, why)
        previous = row["hash"]
        seen = seen or previous == expected
    if (last, previous) != head(connection):
        return Break(last + 1, "末尾有记录缺失")
    if sealing and not _head_is_sealed(connection, keys):
        return Break(last, "末尾的封签无效")
    if not seen:
        return Break(1, "没有所给的哈希，整个日志可能被替换")
    return None


def undecided(connection: Connection, document_id: str | None = None) -> list[tuple[str, int]]:
    """Return the document and version of each decision without its event, and of each event without its decision."""
    known = Counter(
        (
            *(event.document_id, event.details.get("version"), event.action, event.actor),
            as_kept("reason", event.details.get("reason")),
            *(event.details.get("replacement"), bool(event.details.get("forced"))),
        )
        for event in events(connection, document_id, [*Verdict])
    )
    of = decisions.c
    query = select(of.document_id, of.version, of.verdict, of.reviewer, of.reason, of.replacement, of.forced == 1)
    if document_id is not None:
        query = query.where(of.document_id == document_id)
    # The row has the reason whole, as events of earlier programs do.
    found = Counter((*row[:4], as_kept("reason", row.reason), *row[5:]) for row in connection.execute(query))
    return sorted({(str(id), int(str(version))) for id, version, *_ in (known - found) + (found - known)})


def _vouched_until(connection: Connection, keys: Seals) -> int:
    """Return the last row in which two persons answered for all before it, because the key was lost; 0 if none."""
    query = select(audit).where(audit.c.action == "key").order_by(audit.c.sequence.desc())
    for row in connection.execute(query).mappings():
        if row["details"].get("former") == "" and is_sealed(keys, row):
            return int(row["sequence"])
    return 0


def is_sealed(keys: Seals, row: RowMapping) -> bool:
    """Tell whether a row has a valid seal, of the key in force or of a former one. Raises KeyUnusable."""
    return keys.verify(PURPOSE, str(row["hash"]).encode(), str(row["seal"]), former=True)


def may_follow(connection: Connection, row: RowMapping) -> bool:
    """Tell whether a row was added by the archive: with a seal, or as a withdrawal while there was no key to seal it.

    Raises KeyUnusable.
    """
    return is_sealed(keys_of(connection), row) or (row["seal"] == "" and row["action"] == Verdict.WITHDRAW.value)


def _head_is_sealed(connection: Connection, keys: Seals) -> bool:
    row = connection.execute(select(audit_head)).mappings().one()
    return keys.verify(HEAD, f"{row['sequence']} {row['hash']}".encode(), row["seal"])


def _hashed(row: RowMapping) -> dict[str, object]:
    return {name: row[name] for name in _HASHED}
