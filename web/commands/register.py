"""The register of requests as a command opens it."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

from archive.registers.requests.register import Register
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar
from web.installation.services import Services


@contextmanager
def register_of(opened: Services) -> Iterator[Register]:
    """Open the register of an installation. Raises BadCalendar, BadSettings."""
    with closing(Staff(opened.settings.staff_database_url, opened.catalogue.keys)) as staff:
        yield Register(staff, opened.catalogue, Calendar.load(opened.settings.data))
