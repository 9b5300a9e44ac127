"""Looking at what is personal in the register: opened only after the look is in the audit log, or compared unseen."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import TypeVar

from sqlalchemy import Connection, or_, select

from archive.errors import PersonalDataDamaged, RequestRefused
from archive.registers.requests import applicants, letterbook, rows, services
from archive.registers.requests.facts import Field
from archive.registers.requests.persons import Persons
from archive.registers.requests.reading import Reading
from archive.registers.requests.request import Actor, Opened
from archive.registers.requests.states import State
from archive.registers.requests.tables import requests
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar
from archive.store import audit
from archive.store.catalogue import Catalogue

Row = TypeVar("Row", letterbook.Kept, services.Served)


class Looking(Reading):
    """The register as those see it who may know who asked."""

    def __init__(self, staff: Staff, catalogue: Catalogue, calendar: Calendar, today: Callable[[], date]) -> None:
        super().__init__(staff, calendar, today)
        self._catalogue = catalogue
        self.persons = Persons(staff.keys.folder)

    def look(self, id: str, by: Actor) -> Opened:
        """Return what is personal about a request, after the look is in the audit log.

        Whoever calls this has asked for ``Act.OPEN_PERSONS``. Raises UnknownRequest, KeyUnusable, PersonalDataDamaged.
        """
        with self._staff.reading() as connection:
            number = str(rows.find(connection, id)["number"])
            found = self.persons.of(connection, id)
        with self._catalogue.writing() as log:
            audit.append(log, by.person, "request.view", None, {"request": number})
        return Opened(applicants.latest(found), found)

    def masked_names(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """Return the applicants' names as lists show them, 张**, by the requests' ids; anonymised ones are not there.

        With ``ids``, of these requests alone. Raises KeyUnusable, PersonalDataDamaged.
        """
        with self._staff.reading() as connection:
            found = self.persons.newest(connection, Field.NAME, ids)
        return {id: applicants.masked(name) for id, name in found.items()}

    def letter(self, id: str, event: int, by: Actor) -> letterbook.Content:
        """Return what is in a letter that was kept with an event, after the look is in the audit log.

        Whoever calls this has asked for ``Act.OPEN_PERSONS``, or shows nothing of the applicant. Raises RequestRefused
        if there is none, or no more; KeyUnusable, PersonalDataDamaged.
        """
        number, kept, found = self._file(id, event, Field.DOCUMENT, letterbook.letters)
        content = letterbook.opened(found)
        if letterbook.digest(content.docx) != kept.digest:
            raise PersonalDataDamaged(id, Field.DOCUMENT.value)
        told = {"request": number, "letter": kept.number or kept.kind, "version": kept.version}
        self.note(by, "request.view", told)
        return content

    def proof(self, id: str, event: int, by: Actor) -> tuple[services.Served, bytes]:
        """Return what proves that a letter was handed over, after the look is in the audit log; as ``letter`` does."""
        number, served, found = self._file(id, event, Field.RECEIPT, services.of)
        content = services.opened(found)
        if services.digest(content) != served.digest:
            raise PersonalDataDamaged(id, Field.RECEIPT.value)
        self.note(by, "request.view", {"request": number, "proof": event})
        return served, content

    def _file(
        self, id: str, event: int, field: Field, every: Callable[[Connection, str], Iterable[Row]]
    ) -> tuple[str, Row, str]:
        """Return a request's number, and what is told and kept of its file of a kind and event."""
        with self._staff.reading() as connection:
            number = str(rows.find(connection, id)["number"])
            found = self.persons.file(connection, id, event, field)
            told = next((each for each in every(connection, id) if each.event == event), None)
        if found is None or told is None:
            raise RequestRefused(f"这件申请没有这样一份{field.value}，或者其内容已经去除。")
        return number, told, found

    def names_of_others(self, id: str) -> set[str]:
        """Return the names of the applicants of other requests, with which a letter is compared and which nobody sees.

        Raises KeyUnusable, PersonalDataDamaged.
        """
        with self._staff.reading() as connection:
            found = self.persons.newest(connection, Field.NAME)
        return {name for other, name in found.items() if other != id}

    def count_in_month(self, id: str) -> int:
        """Return which request of its applicant in its natural month this is, for the fee by items; from 1.

        It counts by the day of receipt, and what was received on one day by number. Raises KeyUnusable.
        """
        this = self.request(id)
        received = this.facts.received_on
        if received is None:
            return 1
        with self._staff.reading() as connection:
            # The facts of all years are many; only those that came in the month are read further.
            days = (requests.c.facts[name].as_string() for name in ("submitted_on", "confirmed_on"))
            came = or_(*(day.startswith(f"{received:%Y-%m}-") for day in days))
            every = select(requests).where(requests.c.state != State.VOID.value, came)
            near = map(rows.request, connection.execute(every).mappings().all())
            month = [
                each.id
                for each in near
                if (day := each.facts.received_on)
                and (day.year, day.month) == (received.year, received.month)
                and (day, each.number) <= (received, this.number)
            ]
            told = {each: applicants.latest(values) for each, values in self.persons.of_some(connection, month).items()}
        return max(1, sum(applicants.same(told[id], other) for other in told.values())) if id in told else 1

    def named_in(self, id: str, text: str) -> list[Field]:
        """Return which of an applicant's name, identity and contact stand in a text. Nobody is shown any of it.

        Raises KeyUnusable, PersonalDataDamaged.
        """
        with self._staff.reading() as connection:
            said = self.persons.of(connection, id).values()
        return [
            field
            for field in (Field.NAME, Field.IDENTITY, Field.CONTACT)
            if any(applicants.stands_in(values.get(field, ""), text) for values in said)
        ]

    def look_at_all(self, by: Actor) -> dict[str, dict[Field, str]]:
        """Return what is personal about every request, by its id, after this is in the audit log.

        Whoever calls this has asked for ``Act.EXPORT_PERSONS``. Raises KeyUnusable, PersonalDataDamaged.
        """
        with self._staff.reading() as connection:
            found = {id: applicants.latest(said) for id, said in self.persons.of_all(connection).items()}
        self.note(by, "request.export", {"rows": len(found), "persons": True})
        return found

    def note(self, by: Actor, action: str, details: Mapping[str, object]) -> None:
        """Record something about the register as a whole in the audit log. Nothing personal may be in it."""
        with self._catalogue.writing() as log:
            audit.append(log, by.person, action, None, details)
