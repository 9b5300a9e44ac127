"""Corrections of what is known of a document, by a person, for a reason: a field, or its attachments.

A version that waits is corrected itself: its row is changed, and a row of its own keeps what was said before. Both are
in the document's record, so a rebuild has them; the approval's seal covers what is there when it is made. Examinations
of before no longer count, and the pre-check is made anew. Of anything else (public, refused, withdrawn) a correction
makes a new version of the same files, which waits for review; what is public stays so until then.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, func, insert, select, update

from archive.chinese import personal
from archive.chinese.dates import office_today
from archive.decisions import acts, grounds, history, relations, stops
from archive.describe import docnumber, fields
from archive.describe.docnumber import NumberKind
from archive.describe.metadata import MAX_CITED, MAX_TITLE
from archive.document import BY_HAND, Status
from archive.errors import DecisionRefused, DoubtfulValue
from archive.store import approvals, audit, held, noted
from archive.store.catalogue import Catalogue
from archive.store.tables import attachments, corrections, documents, examinations, versions
from archive.store.tables import relations as relation_rows

# The fields that may be corrected, with the names that readers know them by.
LABELS = {**history.LABELS, "validity": "有效性"}
ATTACHMENTS = "attachments"
# In characters, but for a title.
LONGEST = 1000
Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Corrected:
    """A correction. ``renewed`` tells that it made a new version; ``before`` and ``after`` are as readers see them."""

    version: int
    label: str
    before: str
    after: str
    renewed: bool


def correct(
    catalogue: Catalogue,
    id: str,
    field: str,
    text: str,
    person: str,
    reason: str,
    version: int | None = None,
    sure: bool = False,
) -> Corrected:
    """Correct one field of a document's newest version; an empty ``text`` says that there is no value.

    Raises UnknownDocument, DecisionRefused, and DoubtfulValue for what is likely a slip unless the person is ``sure``;
    then nothing is recorded. PrecheckFailed for a version that can't be checked.
    """
    with catalogue.writing() as connection:
        acts.newest(connection, id, version)
        if field not in LABELS:
            raise DecisionRefused(id, f"没有“{field}”这一项，可以更正的有：{'、'.join(LABELS.values())}。")
        row, parts = newest(connection, id)
        value = _read(id, field, text)
        if value == row[field] or not value and not row[field]:
            raise DecisionRefused(id, f"{LABELS[field]}现在就是“{shown(field, plain(row[field]))}”，没有更正。")
        name = acts.named(id, person, "更正信息必须写明经办人。")
        acts.required(id, reason, "更正信息必须写明原因。")
        changed = {**row, field: value or None, "sources": {**row["sources"], field: f"{BY_HAND}：{name}"}}
        if field in ("title", "number"):
            changed |= numbers(changed)
        if not sure and (doubt := _doubt(changed, field)):
            raise DoubtfulValue(id, f"{doubt}核对无误的，请注明仍按此填写。")
        return record(catalogue, connection, field, changed, parts, name, reason)


def record(
    catalogue: Catalogue,
    connection: Connection,
    field: str,
    changed: Values,
    parts: Sequence[Values],
    person: str,
    reason: str,
) -> Corrected:
    """Keep a correction of the newest version, as ``changed`` and ``parts`` now say it, in the caller's transaction."""
    id = str(changed["document_id"])
    document = catalogue.newest_in(connection, id)
    former, before_parts = newest(connection, id)
    renewed = document.status is not Status.WAITING
    before, after = (_kept(field, *each) for each in ((former, before_parts), (changed, parts)))
    about = int(former["version"]) + renewed
    values = {"before": before, "after": after}
    told: dict[str, object] = {**values, "reason": reason.strip()}
    if renewed:
        _add_version(connection, {**changed, "version": about}, parts, person, reason)
    added = insert(corrections).values(
        document_id=id,
        version=about,
        field=field,
        read_from=former["sources"].get(field, ""),
        person=person,
        examined=_last_examination(connection, id, about),
        decided_at=audit.now(),
        **told,
    )
    made = connection.execute(added.returning(corrections.c.id)).scalar_one()
    if not renewed:
        _change(connection, changed, parts)
    # After the correction, since they are of what it says.
    stated = relations.add_stated(connection, id, about, str(changed["title"]), str(changed["text"]))
    stops.renew(connection, catalogue.newest_in(connection, id), int(former["version"]))
    # What was corrected away may be a person's. The row has it whole.
    told |= {
        "version": about,
        "field": field,
        **{each: said and personal.masked(said) for each, said in values.items()},
    }
    told[held.HOLDS] = held.now(connection, id, about)
    told |= noted.rows(
        connection, (relation_rows, relation_rows.c.id.in_(stated)), (corrections, corrections.c.id == made)
    )
    audit.append(connection, person, "correct", id, told | ({"instead_of": former["version"]} if renewed else {}))
    return Corrected(about, label(field), shown(field, before), shown(field, after), renewed)


def by_hand(connection: Connection, id: str) -> dict[str, frozenset[str | None]]:
    """Return what persons corrected away in any version of a document: the values of before, by field."""
    found: dict[str, frozenset[str | None]] = {}
    query = select(corrections.c.field, corrections.c.before).where(corrections.c.document_id == id)
    for row in connection.execute(query):
        found[row.field] = found.get(row.field, frozenset()) | {row.before}
    return found


def unreviewed(connection: Connection, id: str) -> bool:
    """Tell whether a person corrected anything since a version was last public."""
    public = select(documents.c.public_version).where(documents.c.id == id)
    since = connection.execute(public).scalar() or 0
    query = select(corrections.c.id).where(corrections.c.document_id == id, corrections.c.version > since)
    return connection.execute(query.limit(1)).first() is not None


def label(field: str) -> str:
    return "附件" if field == ATTACHMENTS else LABELS[field]


def plain(value: object) -> str | None:
    """Return a field's value as a correction keeps it; None for none."""
    return str(value) if value else None


def attached(parts: Iterable[Values]) -> str:
    """Return what attachments a version has, as a correction keeps it: their names and digests, in order."""
    return json.dumps([[part["file_name"], part["digest"]] for part in parts], ensure_ascii=False)


def shown(field: str, kept: str | None) -> str:
    """Return what a correction keeps as readers see it: 无 for nothing, attachments by their names."""
    if field == ATTACHMENTS:
        kept = "、".join(f"《{name}》" for name, _ in json.loads(kept or "[]"))
    return kept or "无"


def newest(connection: Connection, id: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """Return the row of a document's newest version and those of its attachments, in order."""
    on = (documents.c.id == versions.c.document_id) & (documents.c.version == versions.c.version)
    query = select(versions).select_from(versions.join(documents, on)).where(documents.c.id == id)
    row = dict(connection.execute(query).mappings().one())
    parts = approvals.parts_of(connection, [id]).get((id, row["version"]), [])
    return row, [dict(part) for part in parts]


def numbers(row: Values) -> dict[str, list[str]]:
    """Return the other and the cited numbers of a document whose number or title was corrected."""
    number = row["number"]
    borne = [*docnumber.canonicals(docnumber.find(number or "")), *row["other_numbers"]]
    others = [each for each in dict.fromkeys(borne) if each != number]
    said = docnumber.canonicals(docnumber.find(f"{row['title']}\n{row['text']}"))
    cited = [each for each in dict.fromkeys(said) if each != number and each not in others]
    return {"other_numbers": others, "cited_numbers": cited[:MAX_CITED]}


def _read(id: str, field: str, text: str) -> Any:
    longest = MAX_TITLE if field == "title" else LONGEST
    if len(text) > longest:
        raise DecisionRefused(id, f"{LABELS[field]}有 {len(text)} 字，超过 {longest} 字，请改短。")
    if not text.isprintable() and not text.replace("\n", " ").replace("\r", " ").replace("\t", " ").isprintable():
        raise DecisionRefused(id, f"{LABELS[field]}中有看不见的字符，请重新输入。")
    try:
        value = fields.read(field, text)
    except ValueError as error:
        raise DecisionRefused(id, str(error)) from error
    if field == "source_url" and value and not fields.is_address(str(value)):
        raise DecisionRefused(id, f"原文网址“{text[:40]}”不是网址，请写成 https://www.example.gov.cn/ 的样子。")
    if field == "title" and not value:
        raise DecisionRefused(id, "标题不能为空。")
    # A choice is kept as its word.
    return str(value) if isinstance(value, str) else value


def _doubt(row: Values, field: str) -> str:
    """Return a sentence on what is likely a slip in a field; "" if nothing is."""
    value = row[field]
    if field == "number" and value and not _is_number(value):
        return f"“{value}”不像文号（如“云政发〔2019〕3号”）。"
    if field in ("effective_on", "expires_on") and row["effective_on"] and row["expires_on"]:
        if row["expires_on"] < row["effective_on"]:
            return f"失效日期 {row['expires_on']} 早于施行日期 {row['effective_on']}。"
    if field in ("written_on", "published_on") and row["written_on"] and row["published_on"]:
        if row["published_on"] < row["written_on"]:
            return f"公开日期 {row['published_on']} 早于成文日期 {row['written_on']}。"
    if field == "public_until" and value and value < office_today():
        return f"公开截止日期 {value} 已经过去，照此公众看不到。"
    if field in ("written_on", "published_on") and value and value > office_today() + timedelta(days=1):
        return f"{LABELS[field]} {value} 还没有到。"
    return ""


def _is_number(value: str) -> bool:
    return any(
        each.start == 0 and each.kind is not NumberKind.REGISTRATION and len(value) - each.end <= 1
        for each in docnumber.find(value)
    )


def _kept(field: str, row: Values, parts: Sequence[Values]) -> str | None:
    return attached(parts) if field == ATTACHMENTS else plain(row[field])


def _last_examination(connection: Connection, id: str, version: int) -> int:
    query = select(func.max(examinations.c.id)).where(
        examinations.c.document_id == id, examinations.c.version == version
    )
    return connection.execute(query).scalar() or 0


def _change(connection: Connection, changed: Values, parts: Sequence[Values]) -> None:
    """Change a waiting version. Only what differs is written: what is fixed is refused by the database."""
    id, version = changed["document_id"], changed["version"]
    former, before_parts = newest(connection, id)
    if values := {name: value for name, value in changed.items() if value != former[name]}:
        about = (versions.c.document_id == id) & (versions.c.version == version)
        connection.execute(update(versions).where(about).values(**values))
    if [*parts] != before_parts:
        about = (attachments.c.document_id == id) & (attachments.c.version == version)
        connection.execute(delete(attachments).where(about))
        _add_parts(connection, id, version, parts)


def _add_version(connection: Connection, row: Values, parts: Sequence[Values], person: str, reason: str) -> None:
    id, version, now = str(row["document_id"]), int(row["version"]), audit.now()
    fresh = {**row, "received_at": now, "note": reason.strip(), "brought_by": person}
    connection.execute(insert(versions).values(**fresh))
    _add_parts(connection, id, version, parts)
    values = {"version": version, "status": Status.WAITING.value}
    connection.execute(update(documents).where(documents.c.id == id).values(**values))
    grounds.carry_over(connection, id, version - 1, version, person)


def _add_parts(connection: Connection, id: str, version: int, parts: Sequence[Values]) -> None:
    for position, part in enumerate(parts):
        row = {**part, "document_id": id, "version": version, "position": position}
        connection.execute(insert(attachments).values(**row))
