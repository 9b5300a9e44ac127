"""What waits for somebody: each version under review, how far it has come, and which step is next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from threading import Lock
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, select, true

from archive.decisions import four_eyes, scheduled, stops
from archive.decisions.scheduled import Plan
from archive.document import Aspect, Disclosure, Outcome, Status
from archive.plain import one_line
from archive.store import audit
from archive.store.catalogue import Catalogue
from archive.store.tables import audit as events
from archive.store.tables import classifications, corrections, documents, examinations, versions

# After more events, all that waits is read again: one query costs less than a list of so many documents.
_MOST = 200


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
    it did not become so at its time. ``public`` says whether the public sees a version already, and ``reading`` that
    this one is a new reading of the same files, which stands in a list of its own (see ``rereadings``).
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
    public: bool = False
    reading: bool = False

    @property
    def step(self) -> Step:
        if self.returned:
            return Step.RETURNED
        return next_step(self.disclosure, self.outcomes, self.stops, self.plan)


def next_step(disclosure: Disclosure | None, outcomes: Mapping[Aspect, Outcome], stops: int, plan: Plan | None) -> Step:
    """Return what is to be done next with a version that waits. ``stops`` counts the findings nobody has settled."""
    if disclosure is None:
        return Step.CLASSIFY
    if disclosure is not Disclosure.ACTIVE or Outcome.FAILED in outcomes.values():
        return Step.KEEP_BACK
    if stops:
        return Step.SETTLE
    for aspect, step in ((Aspect.TRUTHFULNESS, Step.TRUTHFULNESS), (Aspect.CONFIDENTIALITY, Step.CONFIDENTIALITY)):
        if aspect not in outcomes:
            return step
    return Step.SCHEDULED if plan and not plan.told else Step.APPROVE


class Worklist:
    """What waits and what was sent back, kept between looks at it. Threads may share it.

    Whatever changes a document leaves an event in the audit log, in the same transaction; the records rest on that too.
    So only documents with events since the last look are read again (but not those at which somebody only looked).
    """

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._lock = Lock()
        # As of which event of the log the works are.
        self._head = (0, audit.GENESIS)
        self._works: list[Work] = []

    def all(self) -> list[Work]:
        """Return the versions under review and those that were sent back and not replaced, what came first first."""
        plans = scheduled.plans(self._catalogue)
        with self._lock, self._catalogue.reading() as connection:
            self._catch_up(connection)
            works = self._works
        # Of plans, the clock changes something too.
        return [replace(work, plan=plans[work.id]) if work.id in plans else work for work in works]

    def waiting(self) -> list[Work]:
        return [work for work in self.all() if not work.returned]

    def returned(self) -> list[Work]:
        return [work for work in self.all() if work.returned]

    def _catch_up(self, connection: Connection) -> None:
        head = audit.head(connection)
        if head == self._head:
            return
        touched = self._touched(connection)
        kept = [] if touched is None else [work for work in self._works if work.id not in touched]
        read = _works(connection, true() if touched is None else documents.c.id.in_(touched))
        self._works = sorted([*kept, *read], key=lambda work: (work.received_at, work.id))
        self._head = head

    def _touched(self, connection: Connection) -> set[str] | None:
        """Return the documents with events since the last look; None for too many, or in a log that is another one."""
        sequence, digest = self._head
        if connection.scalar(select(events.c.hash).where(events.c.sequence == sequence)) != digest:
            return None
        query = select(events.c.document_id).where(events.c.sequence > sequence, events.c.action != audit.VIEW)
        # In order, so that SQLite goes by the sequence, and not by an index of the whole log.
        since = connection.scalars(query.order_by(events.c.sequence).limit(_MOST + 1)).all()
        return {id for id in since if id} if len(since) <= _MOST else None


def _works(connection: Connection, which: ColumnElement[bool]) -> Iterator[Work]:
    """Yield what waits or was sent back, of the documents that are meant."""
    which &= documents.c.status.in_((Status.WAITING.value, Status.REFUSED.value))
    of = versions.c
    newest = documents.join(versions, (of.document_id == documents.c.id) & (of.version == documents.c.version))
    columns = (of.title, of.issuer, of.written_on, of.genre, of.received_at, of.brought_by)
    state = (documents.c.status, documents.c.public_version)
    query = select(documents.c.id, documents.c.version, *state, *columns).select_from(newest).where(which)
    rows = connection.execute(query).all()
    open_stops = stops.open_of(connection, which)
    attributes = {
        (row.document_id, row.version): Disclosure(row.disclosure)
        for row in _newest(connection, which, classifications, "disclosure")
    }
    bringers: dict[str, list[str]] = {}
    brought = select(of.document_id, of.brought_by).join(documents, documents.c.id == of.document_id).where(which)
    for id, person in connection.execute(brought.order_by(of.document_id, of.version)):
        bringers.setdefault(id, []).append(person or "")
    # Never less than the one before, since examinations are only added.
    corrected = {
        (row.document_id, row.version): row.examined for row in _newest(connection, which, corrections, "examined")
    }
    readings = _readings(connection, which)
    outcomes: dict[tuple[str, int], dict[Aspect, Outcome]] = {}
    for each in _newest(connection, which, examinations, "aspect", "outcome"):
        if each.id > corrected.get((each.document_id, each.version), 0):
            outcomes.setdefault((each.document_id, each.version), {})[Aspect(each.aspect)] = Outcome(each.outcome)
    for row in rows:
        yield Work(
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
            genre=one_line(row.genre or ""),
            returned=row.status == Status.REFUSED,
            public=row.public_version is not None,
            reading=row.status == Status.WAITING and (row.id, row.version, row.public_version) in readings,
        )


def _readings(connection: Connection, which: ColumnElement[bool]) -> set[tuple[str, int, int]]:
    """Return the documents of which a version is a new reading, with that version and the one it is compared with."""
    query = select(events.c.document_id, events.c.details).join(documents, documents.c.id == events.c.document_id)
    found = connection.execute(query.where(events.c.action == four_eyes.REREAD, which)).all()
    return {(row.document_id, row.details["version"], row.details["of"]) for row in found}


def _newest(connection: Connection, which: ColumnElement[bool], table: Table, *names: str) -> Sequence[Row[Any]]:
    """Return what was recorded of the newest versions, in order: the last counts."""
    on = (documents.c.id == table.c.document_id) & (documents.c.version == table.c.version)
    columns = (table.c[name] for name in ("id", "document_id", "version", *names))
    query = select(*columns).select_from(table.join(documents, on)).where(which)
    return connection.execute(query.order_by(table.c.id)).all()
