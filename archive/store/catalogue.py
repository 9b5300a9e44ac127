"""The catalogue: what the county holds, and the one rule of what the public may see.

``public`` and its plural forms apply the rule in ``public.py``; everything that serves the public goes through them.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    Connection,
    FromClause,
    Select,
    exists,
    func,
    select,
)

from archive.chinese import dates
from archive.document import (
    Document,
    Status,
    Verdict,
)
from archive.errors import (
    DocumentWithdrawn,
    KeyUnusable,
    PublicityEnded,
    UnknownDocument,
)
from archive.plain import one_line
from archive.store import approvals, assembly, audit
from archive.store.public import ended, is_public, public_versions
from archive.store.tables import attachments, calendar, changes, decisions, documents, sources, versions
from archive.store.transactions import Transactions

log = logging.getLogger(__name__)

BATCH = 200
# How many documents a line of the log names.
_NAMED = 3
_newest_versions = documents.join(
    versions, (versions.c.document_id == documents.c.id) & (versions.c.version == documents.c.version)
)


@dataclass(frozen=True, slots=True)
class Change:
    """A change to a document; ``sequence`` rises with every change in the archive."""

    sequence: int
    document_id: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One line of a staff list."""

    id: str
    version: int
    status: Status
    public_version: int | None
    title: str
    received_at: datetime
    warnings: tuple[str, ...]


class Catalogue(Transactions):
    """What the county holds, as it may be asked for, over the transactions of its database."""

    def public(self, id: str) -> Document:
        """Return the public version of a document.

        Raises UnknownDocument whether it is hidden or does not exist, DocumentWithdrawn for one that was public.
        """
        if not id.isprintable():
            # An address may contain a NUL, which PostgreSQL does not accept in a query.
            raise UnknownDocument(id)
        found = self.public_many([id]).get(id)
        if found is None:
            raise self._withdrawn(id) or self._ended(id) or UnknownDocument(id)
        return found

    def _withdrawn(self, id: str) -> DocumentWithdrawn | None:
        """Return the error for a document that was public until it was withdrawn, or None."""
        query = (
            select(decisions)
            .where(decisions.c.document_id == id, decisions.c.verdict != Verdict.REJECT.value)
            .order_by(decisions.c.id.desc())
            .limit(1)
        )
        with self.reading() as connection:
            row = connection.execute(query).mappings().first()
        if row is None or row["verdict"] != Verdict.WITHDRAW:
            return None
        replacement = row["replacement"] and self.public_many([row["replacement"]]).get(row["replacement"])
        at = datetime.fromisoformat(row["decided_at"])
        return DocumentWithdrawn(id, row["reason"], at, replacement.id if replacement else None)

    def _ended(self, id: str) -> DocumentWithdrawn | None:
        """Return the error for a document whose last public day has passed, or None."""
        query = _public().where(documents.c.id == id, ended(self.today()))
        with self.reading() as connection:
            found = self._sealed(connection, query)
        until = found[0].metadata.public_until if found else None
        if until is None:
            return None
        at = datetime.combine(until + timedelta(days=1), time(), dates.OFFICE_TIME)
        return PublicityEnded(id, until, at)

    def public_many(self, ids: Iterable[str]) -> dict[str, Document]:
        """Return the public versions of these documents by id, leaving out any that are not public."""
        wanted = list(ids)
        found: dict[str, Document] = {}
        with self.reading() as connection:
            for start in range(0, len(wanted), BATCH):
                query = self._open().where(documents.c.id.in_(wanted[start : start + BATCH]))
                found.update((document.id, document) for document in self._sealed(connection, query))
        return found

    def public_all(self, after: str = "") -> Iterator[Document]:
        """Yield every public document whose id comes ``after`` this one, in order of id, read in batches."""
        while True:
            query = self._open().where(documents.c.id > after).order_by(documents.c.id).limit(BATCH)
            with self.reading() as connection:
                ids = [*connection.scalars(query.with_only_columns(documents.c.id))]
                batch = self._sealed(connection, query)
            yield from batch
            if len(ids) < BATCH:
                return
            after = ids[-1]

    def public_sample(self, count: int) -> list[Document]:
        """Return some public documents, by chance."""
        with self.reading() as connection:
            return [*self._sealed(connection, self._open().order_by(func.random()).limit(count))]

    def public_count(self) -> int:
        with self.reading() as connection:
            whole = connection.execute(select(func.count()).where(is_public)).scalar_one()
            query = select(func.count()).select_from(public_versions).where(ended(self.today()))
            return whole - connection.execute(query).scalar_one()

    def _open(self) -> Select[Any]:
        """Return the query of what is public today."""
        return _public().where(~ended(self.today()))

    def newest(self, id: str) -> Document:
        """Return the newest version of a document, public or not: for staff only. Raises UnknownDocument."""
        with self.reading() as connection:
            return self.newest_in(connection, id)

    def newest_in(self, connection: Connection, id: str) -> Document:
        """Do as ``newest`` inside the caller's transaction."""
        found = self._documents(connection, _columns(_newest_versions).where(documents.c.id == id))
        if not found:
            raise UnknownDocument(id)
        return found[0]

    def newest_many(self, ids: Iterable[str]) -> dict[str, Document]:
        """Return the newest versions of these documents by id, in order of id, public or not: for staff only."""
        query = _columns(_newest_versions).where(documents.c.id.in_([*ids])).order_by(documents.c.id)
        with self.reading() as connection:
            return {document.id: document for document in self._documents(connection, query)}

    def versions(self, connection: Connection, id: str) -> list[Document]:
        """Return every version of a document, oldest first, public or not: for staff only."""
        query = _columns(documents.join(versions, versions.c.document_id == documents.c.id))
        return self._documents(connection, query.where(documents.c.id == id).order_by(versions.c.version))

    def listed(self, status: Status | None = None) -> list[Listed]:
        """List documents, optionally by the status of their newest version, oldest first: for staff only."""
        query = select(
            documents.c.id,
            documents.c.version,
            documents.c.status,
            documents.c.public_version,
            versions.c.title,
            versions.c.received_at,
            versions.c.warnings,
        ).select_from(_newest_versions)
        if status is not None:
            query = query.where(documents.c.status == status.value)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(versions.c.received_at, documents.c.id)).all()
        return [
            Listed(
                id=row.id,
                version=row.version,
                status=Status(row.status),
                public_version=row.public_version,
                title=one_line(row.title),
                received_at=datetime.fromisoformat(row.received_at),
                warnings=tuple(row.warnings),
            )
            for row in rows
        ]

    def count_by_status(self) -> dict[Status, int]:
        """Count the documents whose newest version is in each state that there is: for staff only."""
        query = select(documents.c.status, func.count()).group_by(documents.c.status)
        with self.reading() as connection:
            return {Status(status): count for status, count in connection.execute(query)}

    def count_ended(self) -> int:
        """Count the published documents whose last public day has passed: for staff only."""
        shown = (documents.c.id == versions.c.document_id) & (documents.c.public_version == versions.c.version)
        # Begins with the few versions whose days are over, where a join may begin with all that is published.
        published = exists().where(shown, documents.c.status == Status.PUBLISHED.value)
        query = select(func.count()).select_from(versions).where(ended(self.today()), published)
        with self.reading() as connection:
            return connection.execute(query).scalar_one()

    def by_source(self, source: str) -> str | None:
        """Return the id of the document that was taken in from a source, or None."""
        query = select(sources.c.document_id).where(sources.c.source == source)
        with self.reading() as connection:
            return connection.execute(query).scalar()

    def by_name(self) -> dict[str, str]:
        """Map each name of a public document to its id; the names are the id itself and each source it came from."""
        public = self._open().with_only_columns(documents.c.id)
        named = select(sources.c.source, sources.c.document_id).where(sources.c.document_id.in_(public))
        with self.reading() as connection:
            by_source = {row.source: row.document_id for row in connection.execute(named)}
            return by_source | {id: id for id in connection.scalars(public)}

    def sources(self) -> dict[str, str]:
        """Map the id and each source of every document, public or not, to its id: for staff only."""
        with self.reading() as connection:
            rows = connection.execute(select(sources.c.source, sources.c.document_id))
            named = {row.source: row.document_id for row in rows}
            return named | {id: id for id in connection.scalars(select(documents.c.id))}

    def decided(self) -> dict[str, int]:
        """Count the decisions about each document that has any."""
        query = select(decisions.c.document_id, func.count()).group_by(decisions.c.document_id)
        with self.reading() as connection:
            return {id: count for id, count in connection.execute(query)}

    def changes_after(self, cursor: int, limit: int = BATCH) -> list[Change]:
        """Return the changes with a sequence number above ``cursor``, in order."""
        query = select(changes.c.sequence, changes.c.document_id).where(changes.c.sequence > cursor)
        with self.reading() as connection:
            rows = connection.execute(query.order_by(changes.c.sequence).limit(limit)).all()
        return [Change(row.sequence, row.document_id) for row in rows]

    def last_change(self) -> int:
        """Return the newest change's sequence number; 0 for an empty archive."""
        with self.reading() as connection:
            return connection.execute(select(func.max(changes.c.sequence))).scalar() or 0

    def hidden_since(self, cursor: int) -> frozenset[str]:
        """Return documents whose public version changed after ``cursor``: withdrawn, ended, replaced, or published.

        An index at ``cursor`` may hold another version of them than the public one. A search leaves them out, so that
        nothing from a withdrawn or corrected version shows in hits, counts or suggestions.
        """
        query = select(changes.c.document_id).where(changes.c.sequence > cursor).distinct()
        # Of what ended, the changes tell once the calendar was applied (``validity.turn``).
        applied = select(func.max(calendar.c.done_until)).scalar_subquery()
        unapplied = (applied.is_(None)) | (versions.c.public_until >= applied)
        over = select(documents.c.id).select_from(public_versions).where(ended(self.today()), unapplied)
        with self.reading() as connection:
            return frozenset([*connection.scalars(query), *connection.scalars(over)])

    def digests(self) -> dict[str, str]:
        """Map the digest of every original that a version or attachment names to its document's id."""
        with self.reading() as connection:
            rows = [
                *connection.execute(select(versions.c.digest, versions.c.document_id)),
                *connection.execute(select(attachments.c.digest, attachments.c.document_id)),
            ]
        return {row.digest: row.document_id for row in rows}

    def ids(self) -> list[str]:
        """Return the id of every document, public or not: for staff only."""
        with self.reading() as connection:
            return [*connection.scalars(select(documents.c.id).order_by(documents.c.id))]

    def events(self, id: str | None = None) -> list[audit.Event]:
        """Return the audit log of one document, or of all, in order."""
        with self.reading() as connection:
            return [*audit.events(connection, id)]

    def check_record(self, id: str) -> None:
        """Compare a document's record with its rows. Raises RecordDamaged."""
        with self.records.writing(), self.reading() as connection:
            self.records.check(connection, id)

    def check_log(self) -> None:
        """Compare the audit log in the records with the database's, keeping writers out. Raises RecordDamaged."""
        with self.records.writing(), self.reading() as connection:
            self.records.check_log(connection)

    def audit_break(self, expected: str | None = None) -> audit.Break | None:
        """Return where the audit log's chain breaks, or None (see ``audit.first_break``)."""
        with self.reading() as connection:
            return audit.first_break(connection, expected)

    def check_key(self) -> None:
        """Raise KeyUnusable unless the public key is there and is the one that this archive is sealed with."""
        with self.reading() as connection:
            self._check_key(connection)

    def _check_key(self, connection: Connection) -> None:
        own, by = self.keys.public()[0], audit.sealed_by(connection)
        if by not in ("", own):
            raise KeyUnusable(f"密钥 {own} 不是封存本档案的密钥 {by}，请放回原来的密钥：gongkai key import FILE。")

    def sealed_ids(self, connection: Connection, ids: Iterable[str]) -> frozenset[str]:
        """Return those of ``ids`` that are public today, and a decision with a valid seal made so."""
        wanted = [*ids]
        over = select(documents.c.id).select_from(public_versions).where(documents.c.id.in_(wanted))
        past = set(connection.scalars(over.where(ended(self.today()))))
        return frozenset(approvals.signed(connection, self.keys, self.withdrawal_ledger, wanted)) - past

    def _sealed(self, connection: Connection, query: Select[Any]) -> list[Document]:
        """Return public documents. One whose seal does not cover what is there is left out, and reported in the log."""
        rows = connection.execute(query).mappings().all()
        ids = {row["document_id"] for row in rows}
        parts = approvals.parts_of(connection, ids)
        covered = approvals.signed(connection, self.keys, self.withdrawal_ledger, ids)
        numbers = assembly.public_numbers(connection, ids)
        turns, today = assembly.turns_of(connection, ids), self.today()
        found: list[Document] = []
        unsealed: list[str] = []
        for row in rows:
            id, of = row["document_id"], parts.get((row["document_id"], row["version"]), [])
            if covered.get(id) == approvals.covered(row, of):
                number = numbers[id].index(row["version"]) + 1
                found.append(assembly.document(row, of, turns.get(id, ()), today, number))
            else:
                unsealed.append(f"{id} 第 {row['version']} 版")
        if unsealed:
            self._check_key(connection)
            named = "、".join(unsealed[:_NAMED]) + (f"等 {len(unsealed)} 件" if len(unsealed) > _NAMED else "")
            log.error("文件 %s没有有效的封签，不向公众提供。请运行 gongkai verify。", named)
        return found

    def _documents(self, connection: Connection, query: Select[Any]) -> list[Document]:
        rows = connection.execute(query).mappings().all()
        wanted = {row["document_id"] for row in rows}
        parts = approvals.parts_of(connection, wanted)
        turns, today = assembly.turns_of(connection, wanted), self.today()
        return [
            assembly.document(row, parts.get((id, row["version"]), ()), turns.get(id, ()), today)
            for row in rows
            for id in (row["document_id"],)
        ]


def _columns(rows: FromClause) -> Select[Any]:
    return select(*versions.c, documents.c.status, documents.c.public_version).select_from(rows)


def _public() -> Select[Any]:
    return _columns(public_versions)
