"""Relations between documents: what one document states about another, for a person to confirm or refuse.

Only confirmed relations count. The public sees them when both documents are public. Confirming that one document
repeals or amends another also records the other's validity, in the same transaction.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import chain
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, insert, literal, or_, select, update

from archive.chinese.text import normalise
from archive.decisions import acts, validity
from archive.describe import docnumber
from archive.document import Validity
from archive.errors import DecisionRefused, UnknownDocument
from archive.store import audit, changes, noted
from archive.store.catalogue import Catalogue
from archive.store.public import is_public
from archive.store.tables import documents, relations, versions


class RelationKind(StrEnum):
    """What one document does to another."""

    AMENDS = "修改"
    REPEALS = "废止"
    INTERPRETS = "解读"
    FORWARDS = "转发"
    ANSWERS = "答复"


@dataclass(frozen=True, slots=True)
class Stated:
    """A relation stated by a text: the other document's canonical ``number`` or ``title``, and the ``sentence``."""

    kind: RelationKind
    number: str | None
    title: str | None
    sentence: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stated relation in the catalogue. ``candidates`` are the documents with that number or title."""

    id: int
    document_id: str
    stated: Stated
    stage: str
    target_id: str | None
    candidates: tuple[str, ...] = ()


_NAME = re.compile(
    r"《(?P<title>[^《》]{2,80}(?:《[^《》]{2,60}》[^《》]{0,40})?)》(?:\s*[（(](?P<number>[^（）()]{4,40})[）)])?"
)
_REPEALING = re.compile(r"废止|宣布失效")
# The amended document's name follows the verb: 关于同意《…规划（局部调整）》的批复 amends nothing.
_AMENDING = re.compile(r"(?:修改|修订|修正|调整)(?!后)[^《》]{0,12}《")
_INTERPRETING = re.compile(r"解读|图解|一图读懂|政策问答|起草说明|制定说明")
_BY_TITLE = (
    (_INTERPRETING, RelationKind.INTERPRETS),
    (_REPEALING, RelationKind.REPEALS),
    (_AMENDING, RelationKind.AMENDS),
)
_FORWARDING = re.compile(r"转发(?P<rest>.{4,90}?)的?(?:通知|函)$")
_ANSWERING = re.compile(r"第\s*(?P<number>\d{1,6})\s*号(?:建议|提案|议案)(?:的)?(?:答复|复函|办理)")
_ENDED = re.compile(r"(?:同时|一并|予以|即行|自行|随之)?(?:废止|停止执行|停止施行|失效)")
# 《甲》（…）同时废止, but not 按照《甲》的规定废止的文件.
_AFTER_NAMES = re.compile(rf"[》）)](?:等\S{{0,8}})?\s*(?:自\S{{4,16}}起)?{_ENDED.pattern}")
_SENTENCE = re.compile(r"[^。；;\n]+")
_MOST = 20
_LONGEST = 600


def stated(title: str, text: str) -> tuple[Stated, ...]:
    """List the relations that a document states, without looking anything up.

    >>> [(each.kind.value, each.title) for each in stated("关于废止《云溪县收费办法》的通知", "")]
    [('废止', '云溪县收费办法')]
    """
    found: dict[Stated, None] = {}
    for each in chain(_of_title(title), _of_text(text)):
        found[each] = None
        if len(found) == _MOST:
            break
    return tuple(found)


def _of_title(title: str) -> Iterator[Stated]:
    if answer := _ANSWERING.search(title):
        yield Stated(RelationKind.ANSWERS, f"第{answer['number']}号", None, title)
        return
    kind = next((kind for pattern, kind in _BY_TITLE if pattern.search(title)), None)
    names = list(_names(title))
    if kind is not None and names:
        yield from (Stated(kind, number, name, title) for name, number in names)
    elif forwarded := _FORWARDING.search(title):
        yield from (
            Stated(RelationKind.FORWARDS, number, name, title) for name, number in names or [(forwarded["rest"], None)]
        )


def _of_text(text: str) -> Iterator[Stated]:
    for match in _SENTENCE.finditer(text):
        sentence = match[0].strip()
        if len(sentence) > _LONGEST or "》" not in sentence or not _ENDED.search(sentence):
            continue
        end = _AFTER_NAMES.search(sentence)
        if end:
            named = [each for each in _NAME.finditer(sentence, 0, end.end()) if not _cited(sentence, each.start())]
            yield from (Stated(RelationKind.REPEALS, _number(each), each["title"], sentence) for each in named)


def _cited(sentence: str, at: int) -> bool:
    """Tell whether the sentence only cites a name as its basis, rather than ending its validity."""
    return bool(re.search(r"(?:根据|依据|按照|依照|贯彻|执行|落实)\s*$", sentence[max(0, at - 6) : at]))


def _names(text: str) -> Iterator[tuple[str, str | None]]:
    for match in _NAME.finditer(text):
        yield match["title"], _number(match)


def _number(match: re.Match[str]) -> str | None:
    return next(docnumber.canonicals(docnumber.find(match["number"] or "")), None)


def add_stated(connection: Connection, id: str, version: int, title: str, text: str) -> list[int]:
    """Store the relations that a version states, inside the caller's transaction; return their ids.

    Those are left out that it has already, and those that a person decided on when an earlier version stated them.
    """
    query = select(relations).where(
        relations.c.document_id == id, (relations.c.version == version) | (relations.c.stage != "stated")
    )
    known = {(row.kind, row.number, row.title) for row in connection.execute(query)}
    made = []
    for each in stated(title, text):
        if (each.kind.value, each.number, each.title) in known:
            continue
        added = insert(relations).values(
            document_id=id,
            version=version,
            kind=each.kind.value,
            number=each.number,
            title=each.title,
            sentence=each.sentence[:_LONGEST],
            stage="stated",
        )
        made.append(connection.execute(added.returning(relations.c.id)).scalar_one())
    return made


def proposals(catalogue: Catalogue, id: str | None = None) -> list[Proposal]:
    """List undecided relations that newest versions state, of one document or of all. For staff only."""
    query = _undecided_ones()
    if id is not None:
        query = query.where(relations.c.document_id == id)
    with catalogue.reading() as connection:
        return [_proposal(connection, row) for row in connection.execute(query).mappings().all()]


def said_of(catalogue: Catalogue, id: str, kind: RelationKind) -> list[Proposal]:
    """List undecided relations of a kind that other documents state and that may mean this document. For staff only."""
    metadata = catalogue.newest(id).metadata
    named = or_(relations.c.number.in_(metadata.numbers), literal(metadata.title).contains(relations.c.title))
    query = _undecided_ones().where(relations.c.kind == kind.value, relations.c.document_id != id, named)
    with catalogue.reading() as connection:
        found = [_proposal(connection, row) for row in connection.execute(query.limit(_MOST)).mappings().all()]
    return [each for each in found if id in each.candidates]


def _undecided_ones() -> Select[Any]:
    newest = (documents.c.id == relations.c.document_id) & (documents.c.version == relations.c.version)
    return select(relations).join(documents, newest).where(relations.c.stage == "stated").order_by(relations.c.id)


def _proposal(connection: Connection, row: RowMapping) -> Proposal:
    return Proposal(
        row["id"],
        row["document_id"],
        Stated(RelationKind(row["kind"]), row["number"], row["title"], row["sentence"]),
        row["stage"],
        row["target_id"],
        _candidates(connection, row["document_id"], row["number"], row["title"]),
    )


def _candidates(connection: Connection, id: str, number: str | None, title: str | None) -> tuple[str, ...]:
    on = (versions.c.document_id == documents.c.id) & (versions.c.version == documents.c.version)
    query = select(documents.c.id, versions.c.title).join(versions, on).where(documents.c.id != id)
    asked = [versions.c.number == number] if number else []
    if title:
        # The title of a notice that issues a document (印发《办法》的通知) contains that document's title.
        asked.append(versions.c.title.contains(title, autoescape=True))
    if not asked:
        return ()
    rows = connection.execute(query.where(or_(*asked)).order_by(documents.c.id)).all()
    exact = [row.id for row in rows if title and normalise(row.title) == normalise(title)]
    return tuple(exact or [row.id for row in rows])[:5]


def confirm(
    catalogue: Catalogue, number: int, target_id: str, person: str, since: date, reason: str = ""
) -> RelationKind:
    """Confirm a stated relation to a document. Repeals and amendments take effect on ``since``.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        row = _undecided(connection, number, person)
        id, kind = row["document_id"], RelationKind(row["kind"])
        _check(connection, id, target_id)
        _decide(connection, number, id, "confirmed", person, target_id, kind, reason)
        _follow(connection, id, target_id, kind, person, row["sentence"], since)
        return kind


def add(
    catalogue: Catalogue, id: str, kind: RelationKind, target_id: str, person: str, reason: str, since: date
) -> None:
    """Record a relation that the text doesn't state, on a person's word; otherwise as ``confirm`` does."""
    with catalogue.writing() as connection:
        row = acts.newest(connection, id, None)
        name = acts.named(id, person, "确认关系必须写明经办人。")
        acts.required(id, reason, "登记文件关系必须写明依据。")
        _check(connection, id, target_id)
        known = select(relations.c.id).where(
            relations.c.document_id == id,
            relations.c.target_id == target_id,
            relations.c.kind == kind.value,
            relations.c.stage == "confirmed",
        )
        if connection.execute(known).first() is not None:
            raise DecisionRefused(id, f"已有这条关系：{kind} {target_id}。")
        values = {"document_id": id, "version": row["version"], "kind": kind.value, "sentence": reason[:_LONGEST]}
        made = connection.execute(insert(relations).values(**values, stage="stated").returning(relations.c.id))
        _decide(connection, made.scalar_one(), id, "confirmed", name, target_id, kind, reason)
        _follow(connection, id, target_id, kind, name, reason, since)


def refuse(catalogue: Catalogue, number: int, person: str, reason: str = "") -> None:
    """Reject a stated relation. Raises DecisionRefused; then nothing is recorded."""
    with catalogue.writing() as connection:
        row = _undecided(connection, number, person)
        kind = RelationKind(row["kind"])
        _decide(connection, number, row["document_id"], "refused", person, None, kind, reason)


def _undecided(connection: Connection, number: int, person: str) -> RowMapping:
    row = connection.execute(select(relations).where(relations.c.id == number)).mappings().first()
    if row is None or row["stage"] != "stated":
        raise DecisionRefused(str(number), "没有这条待确认的关系。")
    if not person.strip():
        raise DecisionRefused(row["document_id"], "确认关系必须写明经办人。")
    return row


def _check(connection: Connection, id: str, target_id: str) -> None:
    if target_id == id:
        raise DecisionRefused(id, "文件不能与自身有关系。")
    if connection.execute(select(documents.c.id).where(documents.c.id == target_id)).first() is None:
        raise UnknownDocument(target_id)


def _decide(
    connection: Connection,
    number: int,
    id: str,
    stage: str,
    person: str,
    target_id: str | None,
    kind: RelationKind,
    reason: str,
) -> None:
    values = {"stage": stage, "person": person, "target_id": target_id, "decided_at": audit.now()}
    connection.execute(update(relations).where(relations.c.id == number).values(**values))
    details: dict[str, object] = {"relation": number, "kind": kind.value, "stage": stage, "target": target_id}
    details |= {"reason": reason.strip()} if reason.strip() else {}
    wrote = noted.rows(connection, (relations, relations.c.id == number))
    audit.append(connection, person, "relation", id, details | wrote)


def _follow(
    connection: Connection, id: str, target_id: str, kind: RelationKind, person: str, reason: str, since: date
) -> None:
    """Write what follows from a relation that is confirmed: a change of both pages, and the other's validity."""
    both = select(documents.c.id).where(documents.c.id.in_((id, target_id)))
    public = connection.scalars(both.where(is_public)).all()
    # Both pages show it from now on. If one document is hidden, neither page does.
    if len(public) == 2:
        changes.append(connection, sorted(public))
    turned = {RelationKind.REPEALS: Validity.REPEALED, RelationKind.AMENDS: Validity.AMENDED}.get(kind)
    if turned is not None:
        validity.add(connection, target_id, turned, person, reason, since, by_id=id)


def confirmed(catalogue: Catalogue, id: str) -> list[tuple[RelationKind, bool, str]]:
    """Return each confirmed relation of a document: its kind, whether this document states it, and the other's id.

    The other document may be in any state; ``public_many`` tells which may be shown to the public.
    """
    either = or_(relations.c.document_id == id, relations.c.target_id == id)
    query = select(relations).where(relations.c.stage == "confirmed", either).order_by(relations.c.id)
    with catalogue.reading() as connection:
        found = []
        for row in connection.execute(query).mappings():
            out = row["document_id"] == id
            found.append((RelationKind(row["kind"]), out, str(row["target_id"] if out else row["document_id"])))
    return list(dict.fromkeys(found))
