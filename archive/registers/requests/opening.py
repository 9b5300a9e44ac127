"""The register of an installation, with the calendar that lies in its data folder."""

from pathlib import Path

from archive.registers.requests.letters.office import Office
from archive.registers.requests.register import Register
from archive.registers.requests.search_record import Needs
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar
from archive.store.catalogue import Catalogue


def register_in(data: Path, staff: Staff, catalogue: Catalogue, needs: Needs, office: Office | None) -> Register:
    """Open the register, whose letters are numbered as ``office`` says. Raises BadCalendar, OSError."""
    return Register(staff, catalogue, Calendar.load(data), needs=needs, series=office.series.values() if office else ())
