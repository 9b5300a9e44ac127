"""What waits for somebody: each version under review, how far it has come, and which step is next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, Table, select

from archive.decisions import scheduled, stops
from archive.decisions.scheduled import Plan
from archive.document import Aspect, Disclosure, Outcome, Status
from archive.plain import one_line
from archive.store.catalogue import Catalogue
from archive.store.tables import classifications, corrections, documents, examinations, versions


class Step(StrEnum):
    """What is to be done next with a version, in the order of the office's rules."""

    CLASSIFY = "标注公开属性"
    SETTLE = "处理检查发现"
    TRUTHFULNESS = "审查真实性"
    CONFIDENTIALITY = "审查保密性"
    APPROVE = "批准公开"
    # It is approved, for a time to come.
    SCHEDULED = "定时公开"
    # Its attribute is none under which it may be public, or an examination was not passed.
    KEEP_BACK = "不予公开或退回"
    # It was sent back, and a new version is awaited.
    RETURNED = "已退回"


@dataclass(frozen=True, slots=True)
class Work:
    """A version under review. ``stops`` counts the findings that nobody has settled.

    ``bringers`` are those who brought in this version and those before. ``plan`` says when it is to be public, or why
    it did not become so at its time.
    """

    id: str
    version: int
    title: str
    issuer: str
    written_on: date | None
    received_at: datetime
    brought_by: str
    bringers: tuple[str, ...]
    disclosure: Disclosure | None
    outcomes: Mapping[Aspect, Outcome]
    stops: int
    plan: Plan | None = None
    genre: str = ""
    returned: bool = False

    @property
    def step(self) -> Step:
        if self.returned:
            return Step.RETURNED
        if self.disclosure is None:
            return Step.CLASSIFY
        if self.disclosure is not Disclosure.ACTIVE or Outcome.FAILED in self.outcomes.values():
            return Step.KEEP_BACK
        if self.stops:
            return Step.SETTLE
        for aspect, step in ((Aspect.TRUTHFULNESS, Step.TRUTHFULNESS), (Aspect.CONFIDENTIALITY, Step.CONFIDENTIALITY)):
            if aspect not in self.outcomes:
                return step
        return Step.SCHEDULED if self.plan and not self.plan.told else Step.APPROVE


def waiting(catalogue: Catalogue) -> list[Work]:
    """Return the versions under review, those that came first first."""
    return _works(catalogue, Status.WAITING)


def returned(catalogue: Catalogue) -> list[Work]:
    """Return the versions that were sent back and have not been replaced yet, those that came first first."""
    return _works(catalogue, Status.REFUSED)


def _works(catalogue: Catalogue, status: Status) -> list[Work]:
    newest = documents.join(
        versions, (versions.c.document_id == documents.c.id) & (versions.c.version == documents.c.version)
    )
    query = (
        select(
            *(documents.c.id, documents.c.version, versions.c.title, versions.c.issuer, versions.c.written_on),
            versions.c.genre,
            *(versions.c.received_at, versions.c.brought_by),
        )
        .select_from(newest)
        .where(documents.c.status == status.value)
        .order_by(versions.c.received_at, documents.c.id)
    )
    open_stops, plans = stops.count_open(catalogue, status), scheduled.plans(catalogue)
    with catalogue.reading() as connection:
        rows = connection.execute(query).all()
        attributes = {
            (row.document_id, row.version): Disclosure(row.disclosure)
            for row in _newest(connection, classifications, status)
        }
        bringers: dict[str, list[str]] = {}
        for each in connection.execute(
            select(versions.c.document_id, versions.c.brought_by)
            .join(documents, documents.c.id == versions.c.document_id)
            .where(documents.c.status == status.value)
            .order_by(versions.c.document_id, versions.c.version)
        ):
            bringers.setdefault(each.document_id, []).append(each.brought_by or "")
        outcomes: dict[tuple[str, int], dict[Aspect, Outcome]] = {}
        corrected: dict[tuple[str, int], int] = {}
        for row in _newest(connection, corrections, status):
            # Never less than the one before, since examinations are only added.
            corrected[row.document_id, row.version] = row.examined
        for row in _newest(connection, examinations, status):
            if row.id <= corrected.get((row.document_id, row.version), 0):
                continue
            outcomes.setdefault((row.document_id, row.version), {})[Aspect(row.aspect)] = Outcome(row.outcome)
    return [
        Work(
            id=row.id,
            version=row.version,
            title=one_line(row.title),
            issuer=one_line(row.issuer or ""),
            written_on=row.written_on,
            received_at=datetime.fromisoformat(row.received_at),
            brought_by=row.brought_by or "",
            bringers=tuple(bringers[row.id]),
            disclosure=attributes.get((row.id, row.version)),
            outcomes=outcomes.get((row.id, row.version), {}),
            stops=open_stops.get(row.id, 0),
            plan=plans.get(row.id),
            genre=one_line(row.genre or ""),
            returned=status is Status.REFUSED,
        )
        for row in rows
    ]


def _newest(connection: Connection, table: Table, status: Status) -> Sequence[Row[Any]]:
    """Return what was recorded of the newest versions in one state, in order: the last counts."""
    on = (documents.c.id == table.c.document_id) & (documents.c.version == table.c.version)
    query = select(table).select_from(table.join(documents, on)).where(documents.c.status == status.value)
    return connection.execute(query.order_by(table.c.id)).all()
