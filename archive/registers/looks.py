"""Looks of staff at what is not public: each is an event of the audit log, as each act is."""

from datetime import date, datetime

from archive.chinese import personal
from archive.chinese.dates import OFFICE_TIME
from archive.store import audit, events
from archive.store.catalogue import Catalogue
from archive.store.events import Wanted


def note(catalogue: Catalogue, id: str, version: int, person: str, file: str) -> None:
    """Record that a person opened a file of a version."""
    with catalogue.writing() as connection:
        audit.append(connection, person, audit.VIEW, id, _told(version, file))


def note_export(catalogue: Catalogue, person: str, wanted: Wanted, asked: str) -> None:
    """Record that a person takes events of the log away: which, in words, and how many."""
    with catalogue.writing() as connection:
        rows = events.count(connection, wanted)
        audit.append(connection, person, "export", None, {"wanted": asked, "rows": rows})


def note_once(catalogue: Catalogue, id: str, version: int, person: str, file: str) -> None:
    """Record a look at a file's pages, once a day for each person, version, file and address, not for each page."""
    with catalogue.reading() as connection:
        seen = (
            each
            for each in audit.events(connection, id)
            if each.action == audit.VIEW and each.actor == person and _day(each.at) == _day(audit.now())
        )
        told = audit.addressed(_told(version, file))
        if any(each.details == told for each in seen):
            return
    note(catalogue, id, version, person, file)


def _told(version: int, file: str) -> dict[str, object]:
    return {"version": version, "file": personal.masked(file)}


def _day(at: str) -> date:
    return datetime.fromisoformat(at).astimezone(OFFICE_TIME).date()
