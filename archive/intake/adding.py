"""Adding a version to the archive, within the caller's transaction: its rows, its attribute, its audit event."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import Connection, insert, select, update

from archive.chinese import personal
from archive.decisions import corrections, grounds, relations
from archive.document import Attachment, Disclosure, File, Metadata, Place
from archive.intake.keeping import SOURCE_GROUND
from archive.store import assembly, audit, held, noted
from archive.store.tables import attachments, documents, sources, versions
from archive.store.tables import relations as relation_rows


@dataclass(frozen=True, slots=True)
class Item:
    """A file to take in. ``source`` says where it comes from; the same source again means the same document.

    ``note`` is the reason for this version, given by whoever submits it. ``names`` are what the file and its
    attachments are called where they are not kept under their names. ``replaces`` names the document and its newest
    version that this is the next version of, whatever its source; ``last`` is the number of that document's last event
    that is known, after which nothing but looks may have happened. ``masks`` counts what was masked in it by each rule.
    ``within`` is the folder, links resolved, below which its files must still lie when they are read. ``shown`` is how
    people know the file, where it lies in a folder that is none of theirs.
    """

    path: Path
    source: str
    stated: Mapping[str, str] = field(default_factory=dict)
    attachments: tuple[Path, ...] = ()
    note: str = ""
    names: tuple[str, ...] = ()
    replaces: tuple[str, int] | None = None
    last: int | None = None
    masks: Mapping[str, int] = field(default_factory=dict)
    within: Path | None = None
    shown: str = ""

    @property
    def known_as(self) -> str:
        """What people are told that the file is."""
        return self.shown or str(self.path)

    @property
    def files(self) -> list[tuple[Path, str]]:
        """The file and its attachments, with the names that readers know them by."""
        paths = (self.path, *self.attachments)
        return [*zip(paths, self.names or [readable(path.name) for path in paths], strict=True)]


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file that was read and described, with its attachments. ``content`` is the digest of them all."""

    item: Item
    signature: str
    content: str
    file: File
    metadata: Metadata
    text: str
    warnings: tuple[str, ...]
    places: tuple[Place, ...]
    concealed: tuple[str, ...]
    attachments: tuple[Attachment, ...]


def add_version(
    connection: Connection,
    id: str,
    prepared: Prepared,
    actor: str,
    brought_by: str = "",
) -> int:
    """Add a version to a document, or a document with its first version; return the version.

    ``actor`` adds it. ``brought_by`` is who brought the file in, where that is somebody else. Where it brings no
    attachments it keeps those of the version before: not to state them takes none away. That they go, a person says.
    """
    now = audit.now()
    last = connection.execute(select(documents.c.version).where(documents.c.id == id)).scalar()
    version = (last or 0) + 1
    kept = [] if last is None or prepared.attachments else corrections.newest(connection, id)[1]
    if last is None:
        connection.execute(insert(documents).values(id=id, version=version, status="waiting", received_at=now))
    else:
        connection.execute(update(documents).where(documents.c.id == id).values(version=version, status="waiting"))
    connection.execute(
        insert(versions).values(
            document_id=id,
            version=version,
            content=prepared.content,
            **assembly.file_columns(prepared.file),
            **assembly.metadata_columns(prepared.metadata),
            text=prepared.text,
            warnings=list(prepared.warnings),
            places=assembly.place_column(prepared.places),
            concealed=list(prepared.concealed),
            received_at=now,
            note=prepared.item.note,
            brought_by=brought_by or actor,
        )
    )
    brought = [
        {
            **assembly.file_columns(part.file),
            "text": part.text,
            "warnings": list(part.warnings),
            "places": assembly.place_column(part.places),
            "concealed": list(part.concealed),
        }
        for part in prepared.attachments
    ]
    for position, row in enumerate([*brought, *kept]):
        about = {"document_id": id, "version": version, "position": position}
        connection.execute(insert(attachments).values(**{**row, **about}))
    stated = relations.add_stated(connection, id, version, prepared.metadata.title, prepared.text)
    source = prepared.item.source
    if prepared.signature:
        _put_source(connection, source, id, prepared.signature)
    details = {
        "version": version,
        "digest": prepared.file.digest,
        "source": personal.masked(source),
        "note": prepared.item.note,
        held.HOLDS: held.now(connection, id, int(version)),
        **noted.rows(
            connection,
            (relation_rows, relation_rows.c.id.in_(stated)),
            (sources, (sources.c.source == source) & (sources.c.document_id == id)),
        ),
        **noted.WHOLE,
    }
    audit.append(connection, actor, "receive", id, details)
    if disclosure := prepared.metadata.disclosure:
        read_from = prepared.metadata.sources.get("disclosure", "")
        ground = SOURCE_GROUND if disclosure is Disclosure.WITHHELD else ""
        grounds.add_classification(connection, id, version, disclosure, actor, read_from, ground)
    if prepared.item.masks:
        masked = {"version": version, "masks": dict(prepared.item.masks), "reason": prepared.item.note}
        audit.append(connection, actor, "mask", id, masked)
    return int(version)


def _put_source(connection: Connection, source: str, id: str, signature: str) -> None:
    """Say that a source brought the newest version of a document."""
    own = (sources.c.source == source) & (sources.c.document_id == id)
    if not connection.execute(update(sources).where(own).values(signature=signature)).rowcount:
        brought = {"source": source, "document_id": id, "signature": signature, "original": 1}
        connection.execute(insert(sources).values(**brought))


def readable(name: str) -> str:
    """Decode a file's name. Names in old archives are often GB 18030, which Python returns as surrogates."""
    raw = os.fsencode(name)
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return raw.decode("utf-8", "backslashreplace")
