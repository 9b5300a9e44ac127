"""Finding events of the audit log: by person, act, document and days."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, and_, func, select, true

from archive.chinese.dates import OFFICE_TIME
from archive.store.audit import Event, event
from archive.store.tables import audit


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events somebody looks for; what is empty restricts nothing. Days are of Beijing time, both included."""

    actor: str = ""
    action: str = ""
    document_id: str = ""
    since: date | None = None
    until: date | None = None

    def condition(self) -> ColumnElement[bool]:
        asked = [
            audit.c.actor == self.actor if self.actor else None,
            audit.c.action == self.action if self.action else None,
            audit.c.document_id == self.document_id if self.document_id else None,
            audit.c.at >= _begin(self.since) if self.since else None,
            audit.c.at < _begin(self.until + timedelta(days=1)) if self.until else None,
        ]
        return and_(true(), *(each for each in asked if each is not None))


def count(connection: Connection, wanted: Wanted) -> int:
    return connection.execute(select(func.count()).select_from(audit).where(wanted.condition())).scalar_one()


def newest(connection: Connection, wanted: Wanted, skip: int, most: int) -> list[Event]:
    """Return a page of the events, the newest first."""
    # Numbers are passed over in an index, without reading each event.
    chosen = select(audit.c.sequence).where(wanted.condition()).order_by(audit.c.sequence.desc())
    page = chosen.offset(skip).limit(most).subquery()
    query = select(audit).join(page, page.c.sequence == audit.c.sequence).order_by(audit.c.sequence.desc())
    return [*map(event, connection.execute(query).mappings())]


def oldest(connection: Connection, wanted: Wanted, after: int, most: int) -> list[Event]:
    """Return the next of the events after a sequence number, in order."""
    chosen = wanted.condition() & (audit.c.sequence > after)
    query = select(audit).where(chosen).order_by(audit.c.sequence).limit(most)
    return [*map(event, connection.execute(query).mappings())]


def actions(connection: Connection) -> list[str]:
    """Return the kinds of events that have happened, in order."""
    # One look into the index for each kind, instead of one at each event.
    found: list[str] = []
    query = select(func.min(audit.c.action))
    after = connection.execute(query).scalar()
    while after is not None:
        found.append(after)
        after = connection.execute(query.where(audit.c.action > after)).scalar()
    return sorted(found)


def _begin(day: date) -> str:
    begin = datetime.combine(day, time(), OFFICE_TIME).astimezone(UTC)
    return begin.isoformat(timespec="microseconds")
