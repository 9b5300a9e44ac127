"""What a person decides about two documents that look like one: the same, two, or the next version of the other.

A document that waits is closed as the same by a refusal whose reason names the other one. That two are separate is an
event of both, by which it is known and not asked again.
"""

from dataclasses import replace
from pathlib import Path

from sqlalchemy import Connection, RowMapping, select, update

from archive.decisions import acts, grounds, review, stops
from archive.document import Disclosure, Document, Status, Validity
from archive.errors import DecisionRefused, PrecheckFailed
from archive.intake.adding import Item, Prepared, add_version
from archive.intake.keeping import keeping
from archive.plain import one_line
from archive.store import assembly, audit
from archive.store.catalogue import Catalogue
from archive.store.tables import sources, versions

SEPARATE = "separate"


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
        connection.execute(update(sources).where(sources.c.document_id == id).values(document_id=other))
        review.reject(connection, id, name, f"已作为编号 {other} 的文件的第 {made} 版：{reason}", version)
        try:
            stops.bring_up(connection, catalogue.newest_in(connection, other))
        except PrecheckFailed:
            # The version then counts as stopped, and its page says so.
            pass
        return made


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
