"""What is kept of what was stated before. Stating less never loosens it, and another source may only tighten it."""

from dataclasses import replace

from sqlalchemy import Connection, select

from archive.decisions import corrections, grounds, history
from archive.describe.metadata import MANIFEST
from archive.document import BY_HAND, Disclosure, Metadata, Validity
from archive.store.tables import documents, versions

SOURCE_GROUND = "来源标注，未写理由"
# What a manifest may state besides the title, with the names that readers know it by.
FIELD_LABELS = {name: label for name, label in history.LABELS.items() if name != "title"}
FIELD_LABELS |= {"validity": "有效性", "disclosure": "公开属性"}


def keeping(connection: Connection, id: str, metadata: Metadata) -> tuple[Metadata, tuple[str, ...]]:
    """Return a new version's metadata with what was stated about the newest one, and the labels of what that adds.

    Stating less never loosens what was stated before. A field from a manifest stays until a manifest states another
    value, and a restricting disclosure attribute stays no matter who stated it. What a person corrected stays, the
    title too, until a manifest states what was neither there before nor corrected away. Any other title comes from the
    new text.
    """
    on = (documents.c.id == versions.c.document_id) & (documents.c.version == versions.c.version)
    query = select(versions).select_from(versions.join(documents, on)).where(documents.c.id == id)
    former = connection.execute(query).mappings().one()
    kept: dict[str, object] = {
        name: former[name]
        for name in FIELD_LABELS
        if former["sources"].get(name) == MANIFEST and metadata.sources.get(name) != MANIFEST
    }
    away = corrections.by_hand(connection, id)
    by_hand = {
        name: former["sources"][name]
        for name in corrections.LABELS
        if former["sources"].get(name, "").startswith(BY_HAND)
        and (
            metadata.sources.get(name) != MANIFEST
            or corrections.plain(getattr(metadata, name)) in away.get(name, frozenset())
        )
    }
    kept |= {name: former[name] for name in by_hand}
    disclosure = grounds.disclosure_of(connection, id, former["version"])
    if disclosure not in (None, Disclosure.ACTIVE) and metadata.sources.get("disclosure") != MANIFEST:
        kept["disclosure"] = disclosure
    for name, kind in (("validity", Validity), ("disclosure", Disclosure)):
        if kept.get(name):
            kept[name] = kind(str(kept[name]))
    labels = {**corrections.LABELS, **FIELD_LABELS}
    told = tuple(labels[name] for name, value in kept.items() if value != getattr(metadata, name))
    sources = {**metadata.sources, **dict.fromkeys(kept, MANIFEST), **by_hand}
    return replace(metadata, **kept, sources=sources), told  # type: ignore[arg-type]  # fields by their names


def tighten(connection: Connection, id: str, stated: Disclosure | None, actor: str) -> str:
    """Restrict a document if another source of the same content restricts it. Return a sentence on the result."""
    if stated in (None, Disclosure.ACTIVE):
        return "清单中另写的信息没有采用，请核对"
    row = connection.execute(select(documents).where(documents.c.id == id)).mappings().one()
    if row["public_version"] is not None:
        return f"清单中另写为“{stated}”，而该文件已经公开，请核实是否撤回"
    known = grounds.disclosure_of(connection, id, row["version"])
    if known in (None, Disclosure.ACTIVE):
        ground = SOURCE_GROUND if stated is Disclosure.WITHHELD else ""
        grounds.add_classification(connection, id, row["version"], stated, actor, MANIFEST, ground)
    return f"按清单标为“{stated}”，清单中另写的其他信息没有采用，请核对"
