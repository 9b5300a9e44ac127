"""The register of requests as a command opens it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from archive.registers.requests.letters import office as offices
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor
from archive.registers.requests.search_record import Needs
from archive.registers.staff import Staff, is_there
from archive.registers.workdays import Calendar
from archive.store.catalogue import Catalogue
from web.installation.services import Services
from web.installation.settings import Settings

# Who notes what the calendar has moved, and how many of them.
_NIGHT = "gongkai calendar import"
_NOTED = 200


def tell_moved(settings: Settings, former: Calendar) -> list[str]:
    """Return a line for each open request whose last day a notice has moved, and note them in the audit log.

    An installation without a register has none.
    """
    if not is_there(settings.staff_database_url):
        return []
    catalogue = Catalogue(settings.database_url, settings.data, keys=settings.keys)
    with closing(catalogue), closing(Staff(settings.staff_database_url, catalogue.keys)) as staff:
        register = Register(staff, catalogue, Calendar.load(settings.data))
        lines = [f"{each.request.number}：{each.before.said} → {each.after.said}" for each in register.moved(former)]
        if lines:
            register.note(Actor(_NIGHT), "request.terms", {"rows": len(lines), "requests": lines[:_NOTED]})
    return lines


@contextmanager
def register_of(opened: Services) -> Iterator[Register]:
    """Open the register of an installation. Raises BadCalendar, BadLetters, BadSettings."""
    office = offices.load(opened.settings.data)
    with closing(Staff(opened.settings.staff_database_url, opened.catalogue.keys)) as staff:
        settings = opened.settings
        needs = Needs(settings.least_queries, settings.least_places)
        series = office.series.values() if office else ()
        yield Register(staff, opened.catalogue, Calendar.load(settings.data), needs=needs, series=series)
