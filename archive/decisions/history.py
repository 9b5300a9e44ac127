"""The history of a document: its versions, each with what changed and why."""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import select

from archive.compare.alignment import Budget, matches
from archive.document import PUBLISHING, Document, Metadata
from archive.errors import UnknownDocument
from archive.store.catalogue import Catalogue
from archive.store.tables import decisions, documents, versions

# The fields whose changes are reported, with the names that readers know them by.
LABELS = {
    "title": "标题",
    "number": "文号",
    "index_code": "索引号",
    "issuer": "发布机构",
    "genre": "体裁",
    "topic": "主题",
    "column": "栏目",
    "written_on": "成文日期",
    "published_on": "公开日期",
    "effective_on": "施行日期",
    "expires_on": "失效日期",
    "public_until": "公开截止日期",
    "source_url": "原文网址",
}


@dataclass(frozen=True, slots=True)
class Version:
    """A version and how it differs from the one before.

    ``changed`` has Chinese phrases, none for the first version. ``note`` is the reason given by whoever submitted it.
    ``approved_at`` is when it was last made public, or None if it never was.
    """

    document: Document
    note: str
    changed: tuple[str, ...]
    approved_at: datetime | None


def of(catalogue: Catalogue, id: str) -> list[Version]:
    """Return every version of a document, oldest first, public or not. For staff only. Raises UnknownDocument."""
    with catalogue.reading() as connection:
        if connection.execute(select(documents.c.id).where(documents.c.id == id)).first() is None:
            raise UnknownDocument(id)
        kept = catalogue.versions(connection, id)
        query = select(versions.c.version, versions.c.note).where(versions.c.document_id == id)
        notes = {row.version: row.note for row in connection.execute(query)}
        approvals = select(decisions.c.version, decisions.c.decided_at).where(
            decisions.c.document_id == id, decisions.c.verdict.in_([each.value for each in PUBLISHING])
        )
        approved = {
            row.version: datetime.fromisoformat(row.decided_at)
            for row in connection.execute(approvals.order_by(decisions.c.id))
        }
    formers: list[Document | None] = [None, *kept[:-1]]
    return [
        Version(each, notes[each.version], differences(former, each) if former else (), approved.get(each.version))
        for former, each in zip(formers, kept, strict=True)
    ]


def differences(former: Document, newer: Document) -> tuple[str, ...]:
    """Describe what changed between two versions, in phrases: fields, paragraphs, files."""
    told = [
        f"{LABELS[each.name]}由“{before or '无'}”改为“{after or '无'}”"
        for each in fields(Metadata)
        if each.name in LABELS
        for before, after in [(getattr(former.metadata, each.name), getattr(newer.metadata, each.name))]
        if before != after
    ]
    added, removed = _paragraphs(former.text.splitlines(), newer.text.splitlines())
    if added or removed:
        told.append(f"正文增加 {added} 段，删去 {removed} 段")
    before_files = {part.file.name: part.file.digest for part in former.attachments}
    after_files = {part.file.name: part.file.digest for part in newer.attachments}
    told += [f"增加附件 {name}" for name in after_files if name not in before_files]
    told += [f"删去附件 {name}" for name in before_files if name not in after_files]
    told += [f"更换附件 {name}" for name, digest in after_files.items() if before_files.get(name, digest) != digest]
    if not told and former.file.digest != newer.file.digest:
        told.append("文字没有变化，文件不同")
    return tuple(told) or ("没有变化",)


def _paragraphs(former: Sequence[str], newer: Sequence[str]) -> tuple[int, int]:
    """Count added and removed paragraphs. A reworded paragraph counts as both."""
    kept = len(matches(former, newer, Budget(len(former) + len(newer))))
    return len(newer) - kept, len(former) - kept
