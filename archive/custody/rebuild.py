"""Rebuilding the catalogue from the files alone: records, withdrawals, and the originals that they name.

Ids, versions and decisions stay the same, and nothing becomes public that was not. A document whose record is missing
or torn is left out, and withdrawn documents are withdrawn again.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from archive.decisions import review
from archive.errors import CatalogueNotEmpty, RecordDamaged
from archive.store import audit
from archive.store.catalogue import Catalogue
from archive.store.public import is_public
from archive.store.records import PARTS
from archive.store.tables import audit as audit_rows
from archive.store.tables import audit_head, changes, classifications, decisions, documents, examinations

ACTOR = "gongkai"
_PUBLIC = ("public_version", "public_decision", "public_verdict")
_REVIEW = (classifications, examinations, decisions)
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """``damaged`` tells why each unreadable record failed; ``broken`` is where the restored audit log breaks."""

    documents: int
    public: int
    damaged: tuple[RecordDamaged, ...]
    broken: audit.Break | None


def rebuild(catalogue: Catalogue, progress: Callable[[int, int], None] = lambda done, total: None) -> Rebuilt:
    """Fill an empty catalogue. Raises CatalogueNotEmpty, and RecordDamaged for an audit log that can't be read.

    Everything happens in one transaction, so an interrupted rebuild leaves nothing behind.
    """
    records = catalogue.records
    damaged: list[RecordDamaged] = []
    ids = list(records.ids())
    with catalogue.writing() as connection:
        if connection.execute(select(documents.c.id).limit(1)).first() or audit.head(connection) != (0, audit.GENESIS):
            raise CatalogueNotEmpty
        rows = [dict(row) for row in records.events()]
        for start in range(0, len(rows), _BATCH):
            connection.execute(insert(audit_rows), rows[start : start + _BATCH])
        if rows:
            connection.execute(insert(audit_head).values(id=1, sequence=rows[-1]["sequence"], hash=rows[-1]["hash"]))
        broken = audit.first_break(connection)
        for done, id in enumerate(ids, 1):
            try:
                with connection.begin_nested():
                    _put(connection, id, records.read(id))
            except RecordDamaged as error:
                damaged.append(error)
            progress(done, len(ids))
        _advance_sequences(connection)
        about = {"documents": len(ids) - len(damaged), "damaged": [error.id for error in damaged]}
        audit.append(connection, ACTOR, "rebuild", None, about)
        public = select(documents.c.id).where(is_public).order_by(documents.c.id)
        news = [{"document_id": id, "at": audit.now()} for id in connection.scalars(public)]
        if news:
            connection.execute(insert(changes), news)
    review.reapply_withdrawals(catalogue)
    return Rebuilt(len(ids) - len(damaged), catalogue.public_count(), tuple(damaged), broken)


def _put(connection: Connection, id: str, rows: Mapping[str, list[dict[str, object]]]) -> None:
    """Insert one document. Raises RecordDamaged for rows that the database refuses."""
    try:
        (own,) = rows[documents.name]
        # It is public when all that this rests on is there: the database insists on that.
        connection.execute(insert(documents).values(**{**own, **dict.fromkeys(_PUBLIC)}))
        for table in PARTS:
            if rows[table.name] and table not in _REVIEW:
                connection.execute(insert(table), rows[table.name])
        _put_review(connection, rows)
        connection.execute(
            update(documents).where(documents.c.id == id).values(**{name: own[name] for name in _PUBLIC})
        )
    except (IntegrityError, ValueError) as error:
        raise RecordDamaged(id, "与数据库的规则不符，没有收入") from error


def _put_review(connection: Connection, rows: Mapping[str, list[dict[str, object]]]) -> None:
    """Classifications, examinations and decisions in their order: each approval rests on what was there then.

    By the clock, which may have been put back: an approval that is refused waits for what comes after it.
    """
    grounds = deque(
        sorted(
            ((row, table) for table in (classifications, examinations) for row in rows[table.name]),
            key=lambda each: str(each[0]["decided_at"]),
        )
    )
    for decision in rows[decisions.name]:
        while grounds and str(grounds[0][0]["decided_at"]) <= str(decision["decided_at"]):
            row, table = grounds.popleft()
            connection.execute(insert(table).values(**row))
        while True:
            try:
                with connection.begin_nested():
                    connection.execute(insert(decisions).values(**decision))
                break
            except IntegrityError:
                if not grounds:
                    raise
                row, table = grounds.popleft()
                connection.execute(insert(table).values(**row))
    for row, table in grounds:
        connection.execute(insert(table).values(**row))


def _advance_sequences(connection: Connection) -> None:
    """Set PostgreSQL's sequences past the inserted rows, which it does not do by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in (*PARTS, audit_rows):
        (key, *more) = table.primary_key.columns
        if not more and key.autoincrement and key.type.python_type is int:
            last = connection.execute(select(func.max(key))).scalar()
            if last:
                where = f"pg_get_serial_sequence('{table.name}', '{key.name}')"
                connection.execute(text(f"SELECT setval({where}, :last)"), {"last": last})
