"""Rows of the database as documents, and the values of documents as columns.

What a version's row says is completed by what was recorded about it later: its turns of validity, its public number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, select

from archive import in_force
from archive.document import (
    PUBLISHING,
    Attachment,
    Disclosure,
    Document,
    File,
    Metadata,
    Place,
    Status,
    Validity,
)
from archive.store import approvals
from archive.store.tables import decisions, validities

_BATCH = 200


def turns_of(connection: Connection, ids: Iterable[str]) -> dict[str, list[in_force.Turn]]:
    """Return what was recorded about the validity of these documents, by id, in the order of recording."""
    wanted = list(ids)
    turns: dict[str, list[in_force.Turn]] = {}
    for start in range(0, len(wanted), _BATCH):
        query = select(validities).where(validities.c.document_id.in_(wanted[start : start + _BATCH]))
        for row in connection.execute(query.order_by(validities.c.id)).mappings():
            turn = in_force.Turn(Validity(row["validity"]), row["since"], row["until"])
            turns.setdefault(row["document_id"], []).append(turn)
    return turns


def public_numbers(connection: Connection, ids: Iterable[str]) -> dict[str, list[int]]:
    """Return the versions of documents that were ever approved, in order, by id.

    To the public a version is the first, second … of these, so that nobody learns of one that was not published.
    """
    found: dict[str, list[int]] = {}
    query = select(decisions.c.document_id, decisions.c.version).where(
        decisions.c.document_id.in_([*ids]), decisions.c.verdict.in_(PUBLISHING)
    )
    for row in connection.execute(query.distinct().order_by(decisions.c.document_id, decisions.c.version)):
        found.setdefault(row.document_id, []).append(row.version)
    return found


def document(
    row: RowMapping,
    parts: Sequence[approvals.Row],
    turns: Sequence[in_force.Turn],
    today: date,
    public_number: int | None = None,
) -> Document:
    public = row["version"] == row["public_version"]
    return Document(
        id=row["document_id"],
        version=row["version"],
        metadata=_metadata(row, public, turns, today),
        file=_file(row),
        text=row["text"],
        attachments=tuple(_attachment(part) for part in parts),
        warnings=tuple(row["warnings"]),
        places=_places(row),
        concealed=tuple(row["concealed"]),
        received_at=datetime.fromisoformat(row["received_at"]),
        status=Status.PUBLISHED if public else Status(row["status"]),
        public_number=public_number,
    )


def _attachment(row: approvals.Row) -> Attachment:
    return Attachment(_file(row), str(row["text"]), tuple(row["warnings"]), _places(row), tuple(row["concealed"]))


def _metadata(row: RowMapping, public: bool, turns: Sequence[in_force.Turn], today: date) -> Metadata:
    sources: Mapping[str, str] = row["sources"]
    stated = Validity(row["validity"]) if row["validity"] else None
    disclosure = Disclosure(row["disclosure"]) if row["disclosure"] else None
    if public and disclosure is None:
        # Approving a document whose attribute is unknown is a decision to disclose it actively (see ``review``).
        disclosure, sources = Disclosure.ACTIVE, {**sources, "disclosure": "审查决定"}
    return Metadata(
        title=row["title"],
        number=row["number"],
        index_code=row["index_code"],
        issuer=row["issuer"],
        genre=row["genre"],
        topic=row["topic"],
        column=row["column"],
        written_on=row["written_on"],
        published_on=row["published_on"],
        effective_on=row["effective_on"],
        expires_on=row["expires_on"],
        public_until=row["public_until"],
        validity=in_force.on(today, stated, row["effective_on"], row["expires_on"], turns),
        disclosure=disclosure,
        source_url=row["source_url"],
        other_numbers=tuple(row["other_numbers"]),
        cited_numbers=tuple(row["cited_numbers"]),
        sources=sources,
    )


def _places(row: approvals.Row) -> tuple[Place, ...]:
    return tuple(Place.of(*each) for each in row["places"])


def _file(row: approvals.Row) -> File:
    return File(row["digest"], row["file_name"], row["media_type"], row["size"])


def file_columns(file: File) -> dict[str, object]:
    return {
        "digest": file.digest,
        "file_name": file.name,
        "media_type": file.media_type,
        "size": file.size,
    }


def metadata_columns(metadata: Metadata) -> dict[str, object]:
    columns: dict[str, object] = {item.name: getattr(metadata, item.name) for item in fields(metadata)}
    columns["other_numbers"] = list(metadata.other_numbers)
    columns["cited_numbers"] = list(metadata.cited_numbers)
    columns["sources"] = dict(metadata.sources)
    return columns


def place_column(places: Iterable[Place]) -> list[list[object]]:
    return [place.listed for place in places]
