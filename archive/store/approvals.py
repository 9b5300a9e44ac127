"""Approvals and their seals: what a decision to publish covers, and whether that is still what is there.

A seal is made over the document's id, the version, hashes of its text, metadata and files, and the decision with its
person and time. A version whose decision has no valid seal is not public, whatever its row says.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, select

from archive.document import PUBLISHING, Verdict
from archive.store import canonical
from archive.store.public import is_public, public_versions
from archive.store.seals import Seals
from archive.store.tables import attachments, decisions, documents, seals, versions
from archive.store.withdrawal_ledger import WithdrawalLedger

PURPOSE = "approval"
# A row of the database or of a record, whose columns have the types that ``tables`` gives them.
Row = Mapping[str, Any] | RowMapping
# What the first form of a seal covers. What was added later is covered, with its name, where it says something: so
# the seals of before hold, and nobody adds, changes or takes away a value under a seal.
_METADATA = (
    *("title", "number", "index_code", "issuer", "genre", "topic", "column", "written_on", "published_on"),
    *(
        "validity",
        "disclosure",
        "source_url",
        "other_numbers",
        "cited_numbers",
        "sources",
        "effective_on",
        "expires_on",
    ),
    *("file_name", "media_type", "size", "places", "warnings", "concealed", "received_at", "note"),
)
_LATER = ("public_until",)
_PART = ("position", "file_name", "media_type", "size", "places", "warnings", "concealed")
_DECISION = ("id", "verdict", "reviewer", "reason", "decided_at")
_BATCH = 200
_COVERED = ("text", "metadata", "files")
# Each page executes these. Making a statement takes longer than executing it.
_superseding = decisions.alias("later")
_SIGNED = (
    select(*decisions.c, *(seals.c[name] for name in _COVERED), seals.c.seal)
    .select_from(
        documents.join(
            decisions,
            (decisions.c.id == documents.c.public_decision)
            & (decisions.c.document_id == documents.c.id)
            & (decisions.c.version == documents.c.public_version)
            & decisions.c.verdict.in_(PUBLISHING),
        ).join(seals, seals.c.decision_id == decisions.c.id)
    )
    .where(
        documents.c.id.in_(bindparam("ids", expanding=True)),
        ~select(_superseding.c.id)
        .where(
            _superseding.c.document_id == decisions.c.document_id,
            _superseding.c.id > decisions.c.id,
            _superseding.c.verdict != Verdict.REJECT.value,
        )
        .exists(),
    )
    .order_by(seals.c.id)
)
_ATTACHED = (
    select(attachments)
    .where(attachments.c.document_id.in_(bindparam("ids", expanding=True)))
    .order_by(attachments.c.position)
)


def covered(version: Row, parts: Sequence[Row]) -> dict[str, str]:
    """Return the hex SHA-256 of a version's text, of its metadata and of its files, with those of its attachments."""
    text = hashlib.sha256()
    for each in (version, *parts):
        said = str(each["text"]).encode()
        text.update(b"%d\n" % len(said) + said)
    later = [name for name in _LATER if version.get(name) is not None]
    own = [*_plain(version, _METADATA), *zip(later, _plain(version, later), strict=True)]
    described = [own, *(_plain(part, _PART) for part in parts)]
    files = [version["content"], version["digest"], *(part["digest"] for part in parts)]
    return {"text": text.hexdigest(), "metadata": canonical.digest(described), "files": canonical.digest(files)}


def seal(connection: Connection, keys: Seals, decided: Sequence[int], at: str) -> None:
    """Seal approvals as they stand in the database, inside the caller's transaction. Raises KeyUnusable."""
    rows = connection.execute(select(decisions).where(decisions.c.id.in_(decided))).mappings().all()
    ids = {row["document_id"] for row in rows}
    found = connection.execute(select(versions).where(versions.c.document_id.in_(ids))).mappings()
    of = {(row["document_id"], row["version"]): row for row in found}
    parts = parts_of(connection, ids)
    made = []
    for row in rows:
        about = row["document_id"], row["version"]
        hashes = covered(of[about], parts.get(about, []))
        signature = keys.sign(PURPOSE, _message(row, hashes))
        made.append(dict(zip(("document_id", "version"), about, strict=True)) | hashes)
        made[-1] |= {"decision_id": row["id"], "seal": signature, "sealed_at": at}
    connection.execute(insert(seals), made)


def signed(
    connection: Connection, keys: Seals, ledger: WithdrawalLedger, ids: Iterable[str], former: bool = False
) -> dict[str, dict[str, str]]:
    """Return the documents among ``ids`` that a sealed decision made public, with the hashes that the seal covers.

    The decision must be the last one, and no withdrawal in the ledger may be unknown to the database. Whether the
    hashes are those of what is there is for the caller to compare (``covered``). A seal by a ``former`` key counts only
    when asked for. Raises KeyUnusable.
    """
    # Of several seals the last counts: the key was replaced.
    last = {row["document_id"]: row for row in connection.execute(_SIGNED, {"ids": [*ids]}).mappings()}
    withdrawn = _withdrawn_elsewhere(connection, ledger, last)
    return {
        id: hashes
        for id, row in last.items()
        for hashes in ({name: str(row[name]) for name in _COVERED},)
        if id not in withdrawn and keys.verify(PURPOSE, _message(row, hashes), row["seal"], former)
    }


def intact(connection: Connection, keys: Seals, ledger: WithdrawalLedger, former: bool = False) -> Iterator[str]:
    """Yield the ids of the public documents whose seal holds and covers what is there, in order.

    Raises KeyUnusable.
    """
    ids = [*connection.scalars(select(documents.c.id).where(is_public).order_by(documents.c.id))]
    for start in range(0, len(ids), _BATCH):
        batch = ids[start : start + _BATCH]
        hashes = signed(connection, keys, ledger, batch, former)
        parts = parts_of(connection, batch)
        query = select(versions).select_from(public_versions).where(documents.c.id.in_(batch))
        for row in connection.execute(query.order_by(documents.c.id)).mappings():
            id = row["document_id"]
            if hashes.get(id) == covered(row, parts.get((id, row["version"]), [])):
                yield id


def published(connection: Connection, keys: Seals, id: str, version: int) -> bool:
    """Tell whether a sealed decision once published this version as it is there now. It may be withdrawn by now."""
    query = select(versions).where(versions.c.document_id == id, versions.c.version == version)
    there = connection.execute(query).mappings().one()
    now = covered(there, parts_of(connection, [id]).get((id, version), []))
    query = (
        select(*decisions.c, seals.c.seal)
        .join(seals, seals.c.decision_id == decisions.c.id)
        .where(decisions.c.document_id == id, decisions.c.version == version, decisions.c.verdict.in_(PUBLISHING))
    )
    rows = connection.execute(query).mappings()
    return any(keys.verify(PURPOSE, _message(row, now), row["seal"]) for row in rows)


def _withdrawn_elsewhere(connection: Connection, ledger: WithdrawalLedger, ids: Iterable[str]) -> set[str]:
    """Return the documents with a withdrawal in the ledger that the database lacks."""
    tokens = ledger.tokens()
    concerned = [id for id in ids if id in tokens]
    if not concerned:
        return set()
    query = select(decisions.c.token).where(decisions.c.document_id.in_(concerned), decisions.c.token.is_not(None))
    known = set(connection.scalars(query))
    return {id for id in concerned if tokens[id] - known}


def sealed(keys: Seals, version: Row, parts: Sequence[Row], decision: Row, made: Row) -> bool:
    """Tell whether rows that are not in the database yet are what their seal covers. Raises KeyUnusable."""
    hashes = covered(version, parts)
    return hashes == {name: made[name] for name in _COVERED} and keys.verify(
        PURPOSE, _message(decision, hashes), str(made["seal"])
    )


def _message(decision: Row, hashes: Mapping[str, str]) -> bytes:
    about = {name: decision[name] for name in ("document_id", "version")}
    # A record from before there were forced approvals does not say it.
    approval = [*_plain(decision, _DECISION), int(decision.get("forced") or 0)]
    return canonical.digest({**about, "decision": approval, **hashes}).encode()


def parts_of(connection: Connection, ids: Iterable[str]) -> dict[tuple[str, int], list[Row]]:
    """Return the rows of attachments, in order, by document and version."""
    found: dict[tuple[str, int], list[Row]] = {}
    for row in connection.execute(_ATTACHED, {"ids": [*ids]}).mappings():
        found.setdefault((row["document_id"], row["version"]), []).append(row)
    return found


def _plain(row: Row, names: Iterable[str]) -> list[object]:
    return [value.isoformat() if isinstance(value := row[name], date) else value for name in names]
