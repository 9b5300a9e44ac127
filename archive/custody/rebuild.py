"""Rebuilding the catalogue from the files alone: records, withdrawals, and the originals that they name.

Ids, versions and decisions stay the same, and nothing becomes public that was not public before. A document whose
record is missing or damaged is left out, and withdrawn documents are withdrawn again.
"""

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, Table, func, insert, select, text, update
from sqlalchemy.exc import IntegrityError

from archive.custody.sealing import REBUILT, decided_with_seals
from archive.decisions import publication, review
from archive.document import PUBLISHING
from archive.errors import CatalogueNotEmpty, KeyUnusable, RecordDamaged
from archive.store import approvals, audit, changes, held, noted
from archive.store.catalogue import Catalogue
from archive.store.public import is_public
from archive.store.records import PARTS
from archive.store.tables import (
    attachments,
    classifications,
    decisions,
    documents,
    examinations,
    looks,
    seals,
    versions,
)
from archive.store.tables import audit as audit_rows

ACTOR = "gongkai"
_PUBLIC = ("public_version", "public_decision", "public_verdict")
_REVIEW = (*publication.GROUNDS, decisions, looks)
# They refer to decisions, which come after what they rest on.
_LAST = (seals,)
_BATCH = 200


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The result of a rebuild. ``damaged`` says why each unreadable record failed.

    ``broken`` is where the restored audit log breaks.
    """

    documents: int
    public: int
    damaged: tuple[RecordDamaged, ...]
    broken: audit.Break | None


def rebuild(
    catalogue: Catalogue,
    progress: Callable[[int, int], None] = lambda done, total: None,
    unsealed: bool = False,
) -> Rebuilt:
    """Fill an empty catalogue. Raises CatalogueNotEmpty, and RecordDamaged for an audit log that can't be read.

    Raises KeyUnusable where another key sealed the log. ``unsealed`` is for when that key is lost: then nothing is
    checked and nothing is public, until two persons put a new key in force (``sealing.replace``).

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
            audit.put_head(connection, int(str(rows[-1]["sequence"])), str(rows[-1]["hash"]))
        sealing = not unsealed and decided_with_seals((row["action"], row.get("seal")) for row in rows)
        if sealing:
            _check_key(catalogue, rows)
        broken = audit.first_break(connection)
        brought = _who_brought(rows)
        known, noted_rows = held.Known(connection), noted.Known(connection)
        for done, id in enumerate(ids, 1):
            try:
                with connection.begin_nested():
                    _put(connection, id, records.read(id), brought, sealing)
                    _check_content(connection, id, known, noted_rows)
            except RecordDamaged as error:
                damaged.append(error)
            progress(done, len(ids))
        _advance_sequences(connection)
        about = {"documents": len(ids) - len(damaged), "damaged": [error.id for error in damaged]}
        audit.append(connection, ACTOR, REBUILT, None, about)
        public = select(documents.c.id).where(is_public).order_by(documents.c.id)
        changes.append(connection, connection.scalars(public).all())
    review.reapply_withdrawals(catalogue)
    return Rebuilt(len(ids) - len(damaged), catalogue.public_count(), tuple(damaged), broken)


def _check_key(catalogue: Catalogue, rows: Sequence[Mapping[str, object]]) -> None:
    known = {catalogue.keys.public()[0], *catalogue.keys.former()}
    by = next(str(row["seal"]).partition(":")[0] for row in reversed(rows) if row.get("seal"))
    if by not in known:
        raise KeyUnusable(
            f"档案由密钥 {by} 封存，而现有的密钥是另一把，没有重建。请先放回原来的密钥：gongkai key import FILE。"
        )


def _who_brought(events: Iterable[Mapping[str, object]]) -> dict[tuple[object, object], object]:
    """Map each version, as its document's id and its number, to who brought it in, as the audit log tells it."""
    return {
        (event["document_id"], details.get("version")): event["actor"]
        for event in events
        if event["action"] == "receive" and isinstance(details := event["details"], dict)
    }


def _put(
    connection: Connection,
    id: str,
    rows: Mapping[str, list[dict[str, object]]],
    brought: Mapping[tuple[object, object], object],
    sealing: bool,
) -> None:
    """Insert one document. Raises RecordDamaged for rows that the database refuses, or an approval without its seal.

    An archive from before the seals is not ``sealing``: its approvals wait for ``gongkai migrate``.
    """
    if sealing:
        _check_seal(connection, id, rows)
    for row in rows[versions.name]:
        # Records of before do not say it.
        row.setdefault("brought_by", brought.get((id, row.get("version")), ""))
    try:
        (own,) = rows[documents.name]
        # The public columns are set last, because the database requires the rows that they depend on.
        connection.execute(insert(documents).values(**{**own, **dict.fromkeys(_PUBLIC)}))
        for table in PARTS:
            if rows[table.name] and table not in (*_REVIEW, *_LAST):
                connection.execute(insert(table), rows[table.name])
        _put_review(connection, rows)
        for table in _LAST:
            if rows[table.name]:
                connection.execute(insert(table), rows[table.name])
        connection.execute(
            update(documents).where(documents.c.id == id).values(**{name: own[name] for name in _PUBLIC})
        )
    except (IntegrityError, ValueError) as error:
        raise RecordDamaged(id, "与数据库的规则不符，没有收入") from error


def _check_seal(connection: Connection, id: str, rows: Mapping[str, list[dict[str, object]]]) -> None:
    """Raise RecordDamaged unless what the record calls public is what a seal covers."""
    (own,) = rows[documents.name]
    public = own["public_version"]
    if public is None:
        return
    main = next((row for row in rows[versions.name] if row["version"] == public), None)
    parts = [row for row in rows[attachments.name] if row["version"] == public]
    decision = next((row for row in rows[decisions.name] if row["id"] == own["public_decision"]), None)
    made = [row for row in rows[seals.name] if row["decision_id"] == own["public_decision"]]
    keys = audit.keys_of(connection)
    if not main or not decision or not made or not approvals.sealed(keys, main, parts, decision, made[-1]):
        raise RecordDamaged(id, "的公开决定没有有效的封签，没有收入")


def _check_content(connection: Connection, id: str, known: held.Known, rest: noted.Known) -> None:
    """Raise RecordDamaged unless a document that was put in is what the log says. An earlier program told it less."""
    silent = [each.unknown for each in known.of(connection, id)]
    silent += [each.unknown for each in rest.differences(connection, id)]
    if not all(silent):
        raise RecordDamaged(id, "的内容与审计日志登记的不一致，没有收入")


def _put_review(connection: Connection, rows: Mapping[str, list[dict[str, object]]]) -> None:
    """Insert decisions and what they rest on, in their order: each was allowed by what was there then."""
    waiting = {table: deque(rows[table.name]) for table in publication.GROUNDS}
    for decision in rows[decisions.name]:
        if decision["verdict"] not in PUBLISHING:
            connection.execute(insert(decisions).values(**decision))
        elif (rests_on := decision.get("rests_on")) is not None:
            if not isinstance(rests_on, dict):
                raise ValueError("rests_on")
            for table, grounds in waiting.items():
                while grounds and int(str(grounds[0]["id"])) <= int(rests_on.get(table.name, 0)):
                    connection.execute(insert(table).values(**grounds.popleft()))
            connection.execute(insert(decisions).values(**decision))
        else:
            _put_former(connection, decision, waiting)
        afterwards = [row for row in rows[looks.name] if row["decision_id"] == decision["id"]]
        if afterwards:
            connection.execute(insert(looks), afterwards)
    for table, grounds in waiting.items():
        if grounds:
            connection.execute(insert(table), [*grounds])


def _put_former(
    connection: Connection, decision: Mapping[str, object], waiting: Mapping[Table, deque[dict[str, object]]]
) -> None:
    """Put an approval that does not say what it rests on, as before there were stops: by the clock.

    That may have been put back: an approval that is refused waits for what comes after it.
    """

    def put_next(until: str | None = None) -> bool:
        following = [table for table in (classifications, examinations) if waiting[table]]
        table = min(following, key=lambda each: str(waiting[each][0]["decided_at"]), default=None)
        if table is None or until is not None and str(waiting[table][0]["decided_at"]) > until:
            return False
        connection.execute(insert(table).values(**waiting[table].popleft()))
        return True

    while put_next(str(decision["decided_at"])):
        pass
    while True:
        try:
            with connection.begin_nested():
                connection.execute(insert(decisions).values(**decision))
            return
        except IntegrityError:
            if not put_next():
                raise


def _advance_sequences(connection: Connection) -> None:
    """Move PostgreSQL's sequences past the inserted rows, which it does not do by itself."""
    if connection.dialect.name != "postgresql":
        return
    for table in (*PARTS, audit_rows):
        (key, *more) = table.primary_key.columns
        if not more and key.autoincrement and key.type.python_type is int:
            last = connection.execute(select(func.max(key))).scalar()
            if last:
                where = f"pg_get_serial_sequence('{table.name}', '{key.name}')"
                connection.execute(text(f"SELECT setval({where}, :last)"), {"last": last})
