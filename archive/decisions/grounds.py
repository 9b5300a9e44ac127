"""What an approval rests on: the disclosure attribute of a version and its two examinations, the last of each."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from archive.decisions import precheck
from archive.document import Aspect, Disclosure, Outcome
from archive.store import audit, noted
from archive.store.tables import classifications, corrections, examinations

ASPECT_LABELS = {Aspect.TRUTHFULNESS: "真实性", Aspect.CONFIDENTIALITY: "保密性"}


def add_classification(
    connection: Connection,
    id: str,
    version: int,
    disclosure: Disclosure,
    person: str,
    basis: str,
    ground: str = "",
    decided_at: str = "",
) -> None:
    """Add a classification, as a person or a source states it now or did at an instant, and its audit event."""
    found = {"disclosure": disclosure.value, "basis": basis, "ground": ground}
    row = {"document_id": id, "version": version, "person": person, "decided_at": decided_at or audit.now(), **found}
    made = connection.execute(insert(classifications).values(row).returning(classifications.c.id)).scalar_one()
    wrote = noted.rows(connection, (classifications, classifications.c.id == made))
    audit.append(connection, person, "classify", id, {"version": version, **found, **wrote})


def add_examination(
    connection: Connection, id: str, version: int, aspect: Aspect, outcome: Outcome, reviewer: str, basis: str
) -> None:
    """Add an examination and its audit event."""
    found = {"aspect": aspect.value, "outcome": outcome.value, "basis": basis, "rules": precheck.RULES}
    row = {"document_id": id, "version": version, "reviewer": reviewer, "decided_at": audit.now(), **found}
    made = connection.execute(insert(examinations).values(row).returning(examinations.c.id)).scalar_one()
    wrote = noted.rows(connection, (examinations, examinations.c.id == made))
    audit.append(connection, reviewer, "examine", id, {"version": version, **found, **wrote})


def carry_over(connection: Connection, id: str, former: int, version: int, person: str) -> None:
    """Give a version the disclosure attribute that a former one has, since the day on which that was decided."""
    row = _classification(connection, id, former)
    if row is not None:
        basis = f"沿用第 {former} 版：{row.basis}"
        attribute = Disclosure(row.disclosure)
        add_classification(connection, id, version, attribute, person, basis, row.ground, row.decided_at)


def disclosure_of(connection: Connection, id: str, version: int) -> Disclosure | None:
    """Return the disclosure attribute of a version; None where nobody stated one, which is not public."""
    row = _classification(connection, id, version)
    return Disclosure(row.disclosure) if row else None


def _classification(connection: Connection, id: str, version: int) -> Row[Any] | None:
    query = select(classifications).where(classifications.c.document_id == id, classifications.c.version == version)
    return connection.execute(query.order_by(classifications.c.id.desc()).limit(1)).first()


def ever_restricted(connection: Connection, id: str) -> Disclosure | None:
    """Return an attribute other than 主动公开 that any version of a document was ever given, or None."""
    query = select(classifications.c.disclosure).where(
        classifications.c.document_id == id, classifications.c.disclosure != Disclosure.ACTIVE.value
    )
    found = connection.execute(query.order_by(classifications.c.id.desc()).limit(1)).scalar()
    return Disclosure(found) if found else None


def outcome_of(connection: Connection, id: str, version: int, aspect: Aspect) -> Outcome | None:
    """Return what the last examination of one aspect found; None where there was none since the last correction."""
    query = select(examinations.c.outcome).where(
        examinations.c.document_id == id,
        examinations.c.version == version,
        examinations.c.aspect == aspect.value,
        examinations.c.id > corrected_after(connection, id, version),
    )
    found = connection.execute(query.order_by(examinations.c.id.desc()).limit(1)).scalar()
    return Outcome(found) if found else None


def corrected_after(connection: Connection, id: str, version: int) -> int:
    """Return the last examination before the last correction of a version; 0 if all of them count."""
    query = select(func.max(corrections.c.examined)).where(
        corrections.c.document_id == id, corrections.c.version == version
    )
    return connection.execute(query).scalar() or 0


def unexamined(connection: Connection, id: str, version: int) -> Iterator[str]:
    """Yield a sentence for each examination that was not passed."""
    for aspect in Aspect:
        found = outcome_of(connection, id, version, aspect)
        if found is not Outcome.PASSED:
            since = "更正信息后" if corrected_after(connection, id, version) and not found else ""
            yield f"第 {version} 版{since}{'没有通过' if found else '还没有作'}{ASPECT_LABELS[aspect]}审查，不能公开。"


def closed(connection: Connection, id: str, version: int) -> Iterator[str]:
    """Yield a sentence if the attribute is not 主动公开."""
    disclosure = disclosure_of(connection, id, version)
    if disclosure is None:
        yield f"第 {version} 版没有标明公开属性，按不公开处理；请先用 classify 标注。"
    elif disclosure is not Disclosure.ACTIVE:
        yield f"公开属性为“{disclosure}”，不能向公众发布。"
