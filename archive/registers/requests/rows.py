"""How requests and their events lie in the tables: each event with what it changed, and the request as it is now."""

from collections.abc import Iterable, Mapping
from datetime import date
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, insert, select, update

from archive.errors import UnknownRequest
from archive.registers.requests import facts
from archive.registers.requests.facts import Facts, Field
from archive.registers.requests.request import Actor, Recorded, Request
from archive.registers.requests.states import Event
from archive.registers.requests.tables import request_events, requests
from archive.registers.staff import instant, now
from archive.store import canonical

# What of an event its digest is taken over.
_PARTS = ("request_id", "number", "event", "on", "at", "person", "account", "before", "after", "personal", "batch")


def find(connection: Connection, id: str) -> RowMapping:
    """Return the row of a request. Raises UnknownRequest."""
    row = connection.execute(select(requests).where(requests.c.id == id)).mappings().first()
    if row is None:
        raise UnknownRequest(id)
    return row


def request(row: RowMapping) -> Request:
    """Read a request from its row."""
    return Request(row["id"], row["number"], facts.read(row["facts"]), row["last"])


def recorded(row: RowMapping) -> Recorded:
    """Read an event from its row."""
    return Recorded(
        *(row["request_id"], row["number"], Event(row["event"]), date.fromisoformat(row["on"]), row["at"]),
        *(row["person"], row["account"], row["before"], row["after"], tuple(map(Field, row["personal"]))),
        *(row["batch"], row["digest"]),
    )


def enter(connection: Connection, number: str, made: Facts, year: int | None, serial: int | None, id: str = "") -> str:
    """Enter a request without events, of which the first has to follow; return its id, a new one if none is given."""
    id = id or uuid4().hex
    row = {"id": id, "number": number, "year": year, "serial": serial, "last": 0, **_columns(made)}
    connection.execute(insert(requests).values(**row))
    return id


def write_event(
    connection: Connection,
    row: RowMapping,
    event: Event,
    on: date,
    made: Facts,
    personal: Iterable[Field],
    by: Actor,
    batch: str = "",
) -> str:
    """Write an event and what it makes of the request whose ``row`` was there before; return its digest.

    ``personal`` names what was said with it, which ``persons`` keeps.
    """
    number, after = row["last"] + 1, facts.written(made)
    first = number == 1
    was, became = facts.changes({} if first else row["facts"], after)
    told: dict[str, object] = {
        **{"request_id": row["id"], "number": number, "event": event.value, "on": on.isoformat()},
        **{"at": instant(now()), "person": by.person, "account": by.account, "before": was, "after": became},
        **{"personal": sorted(field.value for field in personal), "batch": batch},
    }
    digest = digest_of(told)
    connection.execute(insert(request_events).values(**told, digest=digest))
    connection.execute(update(requests).where(requests.c.id == row["id"]).values(**_columns(made), last=number))
    return digest


def digest_of(row: Mapping[str, object]) -> str:
    """Return the hash over an event's row, which the audit log has too."""
    return canonical.digest({name: row[name] for name in _PARTS})


def _columns(made: Facts) -> dict[str, object]:
    closed = made.closed_on.isoformat() if made.closed_on else None
    return {"state": made.state.value, "closed_on": closed, "facts": facts.written(made)}
