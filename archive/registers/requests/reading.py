"""Reading the register: which requests there are, how they stand, and what may be done. Nothing here is personal."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy import ColumnElement, func, select

from archive.errors import UnknownRequest
from archive.registers.requests import changing, lawful, letterbook, numbers, rows, services, terms
from archive.registers.requests.facts import Said
from archive.registers.requests.letterbook import Kept
from archive.registers.requests.numbers import Pattern
from archive.registers.requests.request import Moved, Offer, Recorded, Request
from archive.registers.requests.services import Served
from archive.registers.requests.states import OPEN, RIGHTS, TABLE, Condition, Event, State
from archive.registers.requests.tables import letter_services, request_events, request_letters, requests
from archive.registers.requests.terms import Term
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar

# Of these letters the facts of the request say whether they were handed over.
_BY_FACTS = frozenset({"third-party-asked", "organ-asked"})
# What isn't lawful any more once a term is over.
_TIMELY = frozenset({Condition.IN_SEVEN_DAYS, Condition.IN_TERM})


class Reading:
    """The register as it is read. ``today`` says which day it is at the office."""

    def __init__(self, staff: Staff, calendar: Calendar, today: Callable[[], date]) -> None:
        self._staff = staff
        self.calendar = calendar
        self.today = today

    def offers(self, request: Request) -> list[Offer]:
        """Return what is lawful today, each with its article, in the order of ``states.Event``."""
        return self._lawful(request, self.today())

    def late(self, request: Request) -> list[Offer]:
        """Return what is over today and was lawful on the day of receipt: it may have been done on paper in time.

        Whoever enters it says on which day that was, and the register holds that day against the term.
        """
        received = request.facts.received_on
        if received is None:
            return []
        timely = {each.event for each in TABLE if _TIMELY & {*each.conditions}}
        timely -= {each.event for each in self.offers(request)}
        return [replace(each, late=True) for each in self._lawful(request, received) if each.event in timely]

    def _lawful(self, request: Request, on: date) -> list[Offer]:
        found: dict[Event, Offer] = {}
        for each in TABLE:
            if each.state is request.facts.state and each.event not in found:
                for said in (Said(on), Said(on, redo=True)):
                    if not isinstance(lawful.way(request.facts, each.event, said, self.calendar), str):
                        needs = changing.NEEDED.get(each.event, {})
                        found[each.event] = Offer(each.event, each.article, RIGHTS[each.event], needs)
        return [found[event] for event in Event if event in found]

    def request(self, id: str) -> Request:
        """Return a request. Raises UnknownRequest."""
        with self._staff.reading() as connection:
            return rows.request(rows.find(connection, id))

    def numbered(self, number: str) -> Request:
        """Return the request with a number of the register. Raises UnknownRequest."""
        with self._staff.reading() as connection:
            row = connection.execute(select(requests).where(requests.c.number == number.strip())).mappings().first()
        if row is None:
            raise UnknownRequest(number)
        return rows.request(row)

    def all(self, states: Iterable[State] = ()) -> list[Request]:
        """Return every request, or those in some states, in the order of their numbers."""
        wanted = [state.value for state in states]
        return self._read(*([requests.c.state.in_(wanted)] if wanted else []))

    def _read(self, *conditions: ColumnElement[bool]) -> list[Request]:
        order = (requests.c.year, requests.c.serial, requests.c.number)
        with self._staff.reading() as connection:
            found = connection.execute(select(requests).where(*conditions).order_by(*order)).mappings()
            return [rows.request(row) for row in found]

    def listed(self, states: Iterable[State], digits: str, skip: int, most: int) -> tuple[int, list[Request]]:
        """Return how many requests are in some states, or in any, and a page of them, the newest first.

        ``digits`` stand somewhere in their numbers, "" in all.
        """
        conditions = [requests.c.number.contains(digits, autoescape=True)]
        if wanted := [state.value for state in states]:
            conditions.append(requests.c.state.in_(wanted))
        # Imported ones may have numbers of another kind, and no year: they stand last over any database.
        order = (func.coalesce(requests.c.year, 0).desc(), requests.c.serial.desc(), requests.c.number.desc())
        query = select(requests).where(*conditions).order_by(*order).offset(skip).limit(most)
        with self._staff.reading() as connection:
            total = connection.execute(select(func.count()).select_from(requests).where(*conditions)).scalar_one()
            return total, [rows.request(row) for row in connection.execute(query).mappings()]

    def disputed(self) -> list[Request]:
        """Return the requests that went on to a review or a lawsuit, in the order of their numbers."""
        return self._read(requests.c.facts["disputes"].as_string().is_not(None))

    def open(self) -> list[Request]:
        """Return what is received and not answered."""
        return self.all(OPEN)

    def unserved(self) -> list[Request]:
        """Return the answered requests, but for imported ones, whose answer was not handed over as far as is known."""
        told = requests.c.facts
        query = select(requests).where(
            requests.c.state.in_([State.CLOSED.value, State.ARCHIVED.value]),
            told["reply_number"].as_string().is_not(None),
            told["delivered_on"].as_string().is_(None),
        )
        with self._staff.reading() as connection:
            found = [rows.request(row) for row in connection.execute(query).mappings()]
        return [each for each in found if not each.facts.imported]

    def events(self, id: str) -> list[Recorded]:
        """Return what happened to a request, in order."""
        query = select(request_events).where(request_events.c.request_id == id).order_by(request_events.c.number)
        with self._staff.reading() as connection:
            return [rows.recorded(row) for row in connection.execute(query).mappings()]

    def term(self, request: Request, as_of: date | None = None) -> Term:
        """Return when the reply is due, as the calendar is known now or was on a day."""
        return terms.reply(request.facts.life, self.calendar.known_on(as_of) if as_of else self.calendar)

    def moved(self, former: Calendar) -> list[Moved]:
        """Return the open requests that another calendar gives another last day than the ``former`` one gave."""
        found = [
            Moved(each, terms.reply(each.facts.life, former), self.term(each))
            for each in self.all((*OPEN, State.CONFIRMING))
        ]
        return [each for each in found if each.before.said != each.after.said]

    def letters(self, id: str) -> list[Kept]:
        """Return every version of every letter of a request, in the order in which they were kept."""
        with self._staff.reading() as connection:
            return letterbook.letters(connection, id)

    def services(self, id: str) -> list[Served]:
        """Return how the letters of a request were handed over, in the order in which that was recorded."""
        with self._staff.reading() as connection:
            return services.of(connection, id)

    def notices_unserved(self) -> list[tuple[Request, Kept]]:
        """Return the notices about open requests, but for those that ask for opinions, whose delivery nobody recorded.

        Of answers and opinions the facts tell (``unserved``).
        """
        at, by = request_letters.c, letter_services.c
        told = select(by.letter).where((by.request_id == at.request_id) & (by.letter == at.letter))
        query = select(at.request_id).where(
            at.sent, ~told.exists(), requests.c.state.in_([each.value for each in OPEN])
        )
        query = query.join(requests, requests.c.id == at.request_id).distinct()
        found = []
        with self._staff.reading() as connection:
            for id in [*connection.scalars(query)]:
                known = {each.letter for each in services.of(connection, id)}
                found += [
                    (rows.request(rows.find(connection, id)), each)
                    for each in letterbook.letters(connection, id)
                    if each.sent and not each.void and each.letter not in known and each.kind not in _BY_FACTS
                ]
        return found

    def upcoming(self, pattern: Pattern, year: int) -> str:
        """Return the number that the next letter of a series would be given."""
        with self._staff.reading() as connection:
            return pattern.written(year, numbers.following(letterbook.given(connection, pattern, year)))

    def to_anonymise(self) -> list[Request]:
        """Return the requests whose retention term is over and that still have something personal."""
        wanted = Said(self.today())
        return [
            each
            for each in self.all((State.CLOSED, State.ARCHIVED, State.VOID))
            if not isinstance(lawful.way(each.facts, Event.ANONYMISE, wanted, self.calendar), str)
        ]

    def numbers(self) -> set[str]:
        """Return every number that is taken."""
        with self._staff.reading() as connection:
            return {*connection.scalars(select(requests.c.number))}
