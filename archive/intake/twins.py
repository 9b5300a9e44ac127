"""What a person decides about two documents: they are the same, two, a version of the other, an attachment of it.

A document that waits is closed as the same by a refusal whose reason names the other one. That two are separate is an
event of both, by which it is known and not asked again.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, RowMapping, select, update

from archive.chinese import personal
from archive.decisions import acts, corrections, four_eyes, grounds, review, stops
from archive.document import Disclosure, Document, Status, Validity
from archive.errors import DecisionRefused, PrecheckFailed
from archive.intake import attaching
from archive.intake.adding import Item, Prepared, add_version
from archive.intake.keeping import keeping
from archive.plain import one_line
from archive.store import assembly, audit, noted
from archive.store.catalogue import Catalogue
from archive.store.tables import sources, versions

SEPARATE = "separate"
# What an attachment has of what a document has.
_PART = ("digest", "file_name", "media_type", "size", "text", "warnings", "places", "concealed")


def same(catalogue: Catalogue, id: str, other: str, person: str, reason: str, version: int) -> None:
    """Close a document that waits as the same as another, which stays. Raises UnknownDocument and DecisionRefused."""
    with catalogue.writing() as connection:
        kept = _other(connection, id, other)
        acts.required(id, reason, "请写明为什么是同一件。")
        if kept["public_version"] is None and kept["status"] != Status.WAITING:
            raise DecisionRefused(id, f"{_named(connection, kept)}已经退回或者撤回，不能以它代替本件。")
        # Whoever brought this one in reads the reason, and may be of a unit that the other's title is kept from.
        review.reject(connection, id, person, f"与编号 {other} 的文件是同一件：{reason}", version)


def separate(catalogue: Catalogue, id: str, other: str, person: str, reason: str, version: int) -> None:
    """Record that two documents are two, in the events of both. Raises UnknownDocument and DecisionRefused."""
    with catalogue.writing() as connection:
        acts.newest(connection, id, version)
        _other(connection, id, other)
        name = acts.named(id, person, "必须写明由谁认定。")
        acts.required(id, reason, "请写明为什么是两件。")
        for one, two in ((id, other), (other, id)):
            audit.append(connection, name, SEPARATE, one, {"other": two, "reason": reason})


def next_version(catalogue: Catalogue, id: str, other: str, person: str, reason: str, version: int) -> int:
    """Make what waits the next version of another document; return that version. The rules of intake hold for it.

    What was stated about the other is kept, the version waits and is pre-checked, and it counts as brought in by
    whoever brought this one in. What comes from this one's sources from now on belongs to the other; this one is
    closed. Raises UnknownDocument and DecisionRefused: for one that was ever public, and for the very files that the
    other has.
    """
    with catalogue.writing() as connection:
        row = acts.newest(connection, id, version)
        target = _other(connection, id, other)
        name = acts.named(id, person, "必须写明由谁认定。")
        acts.required(id, reason, "请写明新版本改了什么。")
        if row["status"] != Status.WAITING:
            raise DecisionRefused(id, "本件不在待审状态。")
        if assembly.public_numbers(connection, [id]).get(id):
            raise DecisionRefused(id, "本件曾经公开，公众有它的网址，不能改作另一件的新版本。")
        own, newest = _version(connection, id, row["version"]), _version(connection, other, target["version"])
        if own["content"] == newest["content"]:
            raise DecisionRefused(id, f"文件与{_named(connection, target)}完全相同，请选“同一件”。")
        brought = _moved(connection, catalogue.newest_in(connection, id), own)
        metadata, _ = keeping(connection, other, brought.metadata)
        prepared = _prepared(connection, brought, own, reason)
        made = add_version(
            connection, other, replace(prepared, metadata=metadata), name, brought_by=own["brought_by"] or name
        )
        for source in connection.scalars(select(sources.c.source).where(sources.c.document_id == id)).all():
            moved = sources.c.source == source
            connection.execute(update(sources).where(moved).values(document_id=other))
            audit.append(
                connection, name, "copy", other, {"source": source, **noted.rows(connection, (sources, moved))}
            )
        review.reject(connection, id, name, f"已作为编号 {other} 的文件的第 {made} 版：{reason}", version)
        try:
            stops.bring_up(connection, catalogue.newest_in(connection, other))
        except PrecheckFailed:
            # The version then counts as stopped, and its page says so.
            pass
        return made


def attachment(catalogue: Catalogue, id: str, other: str, person: str, reason: str, version: int) -> int:
    """Make what waits an attachment of another document, with its own ones after it; return the version that has it.

    It is a correction of the other: of the version that waits, or a new one; all of that is examined again, and neither
    ``person`` nor whoever brought this one in approves it. This one is closed. Raises UnknownDocument and
    DecisionRefused: for one that was ever public, or is restricted more than the other would be with it.
    """
    with catalogue.writing() as connection:
        row = acts.newest(connection, id, version)
        target = _other(connection, id, other)
        name = acts.named(id, person, "必须写明由谁认定。")
        acts.required(id, reason, "请写明为什么是它的附件。")
        if row["status"] != Status.WAITING:
            raise DecisionRefused(id, "本件不在待审状态。")
        if assembly.public_numbers(connection, [id]).get(id):
            raise DecisionRefused(id, "本件曾经公开，公众有它的网址，不能改作另一件的附件。")
        own, own_parts = corrections.newest(connection, id)
        main, parts = corrections.newest(connection, other)
        _keeps_closed(connection, id, own, main)
        if own["digest"] == main["digest"]:
            raise DecisionRefused(id, f"文件就是{_named(connection, target)}的正文，请选“同一件”。")
        for part in (
            {name: own[name] for name in _PART},
            *({name: part[name] for name in _PART} for part in own_parts),
        ):
            parts = attaching.added(id, parts, part)
        made = corrections.record(catalogue, connection, corrections.ATTACHMENTS, main, parts, name, reason)
        told = {
            "version": made.version,
            "from": id,
            "brought_by": own["brought_by"],
            "file": personal.masked(own["file_name"]),
        }
        audit.append(connection, name, four_eyes.ATTACHED, other, told)
        review.reject(connection, id, name, f"已作为编号 {other} 的文件的附件：{reason}", version)
        return made.version


def _keeps_closed(connection: Connection, id: str, own: Mapping[str, Any], main: Mapping[str, Any]) -> None:
    """Raise DecisionRefused if one document would be more open as an attachment of another than it is now."""
    decided = grounds.disclosure_of(connection, id, own["version"])
    if decided not in (None, Disclosure.ACTIVE):
        raise DecisionRefused(id, f"本件标注为“{decided}”，不能作为附件公开；标注有误的，请先改正。")
    until = own["public_until"]
    if until is not None and (main["public_until"] is None or main["public_until"] > until):
        raise DecisionRefused(id, f"本件的公开截止日期是 {until}，请先在那一件上填写不晚于它的公开截止日期。")


def _other(connection: Connection, id: str, other: str) -> RowMapping:
    if id == other:
        raise DecisionRefused(id, "这就是本件。")
    return acts.newest(connection, other, None)


def _version(connection: Connection, id: str, version: int) -> RowMapping:
    query = select(versions).where(versions.c.document_id == id, versions.c.version == version)
    return connection.execute(query).mappings().one()


def _named(connection: Connection, row: RowMapping) -> str:
    return f"《{one_line(_version(connection, row['id'], row['version'])['title'])}》（编号 {row['id']}）"


def _moved(connection: Connection, document: Document, own: RowMapping) -> Document:
    """Return a document with its facts as they were brought in, and an attribute that was decided and restricts."""
    decided = grounds.disclosure_of(connection, document.id, document.version)
    metadata = replace(document.metadata, validity=Validity(own["validity"]) if own["validity"] else None)
    if decided not in (None, Disclosure.ACTIVE):
        metadata = replace(metadata, disclosure=decided, sources={**metadata.sources, "disclosure": "本件原来的标注"})
    return replace(document, metadata=metadata)


def _prepared(connection: Connection, document: Document, own: RowMapping, reason: str) -> Prepared:
    source = connection.execute(select(sources.c.source).where(sources.c.document_id == document.id)).scalar() or ""
    return Prepared(
        item=Item(Path(document.file.name), source, note=reason),
        signature="",
        content=own["content"],
        file=document.file,
        metadata=document.metadata,
        text=document.text,
        warnings=document.warnings,
        places=document.places,
        concealed=document.concealed,
        attachments=document.attachments,
    )
