"""The register of requests for disclosure (依申请公开登记簿): what came in, what was done about it, and by whom.

A request is its events. Each is written with the facts that it changed, before and after, in one transaction with its
event in the archive's audit log, and no row is ever deleted. What is personal goes to ``persons`` and nowhere else:
neither the facts, nor the audit log, nor an error's sentence has any of it.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from archive.chinese.dates import office_today
from archive.errors import PersonalDataDamaged, RequestRefused, UnknownRequest
from archive.registers.requests import changing, facts, lawful, letterbook, numbers, persons, terms
from archive.registers.requests.facts import Facts, Field, Said
from archive.registers.requests.findable import FoundAgain
from archive.registers.requests.letterbook import Kept, Outgoing
from archive.registers.requests.numbers import Pattern
from archive.registers.requests.outcomes import ANSWERS, Content
from archive.registers.requests.persons import Persons, PersonsKeys
from archive.registers.requests.request import Actor, Application, Moved, Offer, Opened, Recorded, Request
from archive.registers.requests.search_record import Needs
from archive.registers.requests.searches import Searches
from archive.registers.requests.states import OPEN, RIGHTS, TABLE, Event, State
from archive.registers.requests.tables import request_events, requests
from archive.registers.requests.terms import Term
from archive.registers.staff import Staff, instant, now
from archive.registers.workdays import Calendar
from archive.store import audit, canonical
from archive.store.catalogue import Catalogue

_PARTS = ("request_id", "number", "event", "on", "at", "person", "account", "before", "after", "personal", "batch")
# These say how a request is answered, these which number an answer has, and these are done with a letter alone.
_TELLING = frozenset({Event.ANSWER, Event.AMEND})
_ANSWERING = frozenset({Event.ANSWER, Event.ANSWER_AGAIN, Event.AMEND})
_BY_LETTER = frozenset({Event.DRAFT, Event.LETTER})
# With these events the applicant's own words may come anew.
_RETOLD = frozenset({Event.CORRECT, Event.SUPPLEMENT})
# After these a request is found again by other words, or no more.
_TOLD = _ANSWERING | {Event.ANONYMISE}
OVERTAKEN = "您打开这一页之后，这件申请已有新的办理，这次没有进行。请看过现在的情况再办。"


class Register:
    """The register of one installation. ``today`` says which day it is at the office; ``series`` are its numbers'.

    ``needs`` is what the record of a search must have before an answer may say that nothing is there.
    """

    def __init__(
        self,
        staff: Staff,
        catalogue: Catalogue,
        calendar: Calendar,
        today: Callable[[], date] = office_today,
        needs: Needs | None = None,
        series: Iterable[Pattern] = (),
    ) -> None:
        self._staff = staff
        self._catalogue = catalogue
        self.today = today
        self.calendar = calendar
        self.series = tuple(series)
        self.persons = Persons(PersonsKeys(staff.keys.folder))
        self.searches = Searches(staff, catalogue, self.persons, today, needs or Needs())
        self.found_again = FoundAgain(staff, catalogue)

    def register(self, application: Application, by: Actor, id: str = "") -> Request:
        """Enter a request under the next number of the year. Raises RequestRefused, KeyUnusable.

        ``id`` is that of a form, 32 hex digits: when the form comes a second time, nothing more is entered.
        """
        for needed in (Field.NAME, Field.TEXT):
            if not application.personal.get(needed, "").strip():
                raise RequestRefused(f"请写明{needed.value}（条例第二十九条）。")
        values = _checked(application.personal)
        made = Facts(
            State.HANDLING,
            *(application.channel, application.kind, application.submitted_on, application.confirmed_on),
            form=application.form,
        )
        if made.received_on is None:
            made = facts.stated(made, State.CONFIRMING)
        self._refuse_disorder(made)
        with self._staff.writing() as connection:
            if there := connection.execute(select(requests).where(requests.c.id == id)).mappings().first():
                return _request(there)
            year = self.today().year
            highest = select(func.max(requests.c.serial)).where(requests.c.year == year)
            serial = (connection.execute(highest).scalar() or 0) + 1
            id = _insert(connection, f"{year}-{serial:04}", made, year, serial, id)
            self._record(connection, self._row(connection, id), Event.REGISTER, self.today(), made, values, by)
        return self.request(id)

    def act(
        self, id: str, event: Event, said: Said, by: Actor, seen: int | None = None, letter: Outgoing | None = None
    ) -> Request:
        """Do something about a request, and send the ``letter`` that does it under its number, both or neither.

        Whoever calls this has asked for the right in ``states.RIGHTS``. ``seen`` is the newest event that the person
        knew of: after another one nothing is done. Raises RequestRefused, UnknownRequest, KeyUnusable.
        """
        values = _checked({**said.personal, **_spoken(said)})
        was = self.found_again.of(id) if event in _TOLD else None
        if said.personal and event not in _RETOLD:
            raise RequestRefused(f"“{event}”不改变申请人的信息，请用“{Event.CORRECT}”。")
        if (event in _BY_LETTER and letter is None) or (
            letter is not None and (event is Event.DRAFT) == bool(letter.pattern)
        ):
            raise RequestRefused(f"“{event}”要有文书，请从“文书”办理。")
        if said.number and not numbers.is_number(said.number, self.series):
            raise RequestRefused(f"文号或归档号“{said.number[:40]}”应写成 沭公开〔2026〕3号 的样子。")
        with self._staff.writing() as connection:
            row = self._row(connection, id)
            if seen is not None and row["last"] != seen:
                raise RequestRefused(OVERTAKEN)
            known = facts.read(row["facts"])
            if known.anonymised_on and (values or letter):
                raise RequestRefused("这件申请的个人信息已经去除，不再登记新的。")
            if letter is None or letter.pattern:
                said = self._numbered(connection, row, event, said, by, letter)
            changed = changing.apply(known, event, said, by.person, self.calendar, self.today())
            if event in _TELLING and not known.imported and Content.SEARCH in ANSWERS[said.answer].needs:
                named = said.contents.get(Content.SEARCH, "")
                if refused := self.searches.unproven(connection, id, named, said.on):
                    raise RequestRefused(refused)
            if event is Event.ANONYMISE:
                self.persons.drop(connection, id)
                self.found_again.drop(connection, id)
            digest = ""
            if letter is not None:
                values[Field.DOCUMENT], digest = _kept(connection, row, said, letter)
            self._record(connection, row, event, said.on, changed, values, by, digest)
        if was:
            self.found_again.note(str(row["number"]), by.person, self.found_again.of(id))
        return self.request(id)

    def _numbered(
        self, connection: Connection, row: RowMapping, event: Event, said: Said, by: Actor, letter: Outgoing | None
    ) -> Said:
        """Take the number that is said, or the next one of a letter's series. Raises RequestRefused."""
        book = letterbook.Book(connection, row["id"], row["last"] + 1, letter.kind if letter else "", by.person)
        if letter is not None and letter.pattern is not None:
            return replace(said, number=numbers.give(book, letter.pattern, letter.dated.year))
        if event in _ANSWERING and said.number:
            for pattern in self.series:
                if read := pattern.read(said.number.strip()):
                    year, serial = read
                    if serial in letterbook.given(connection, pattern, year) or not book.take(pattern, year, serial):
                        raise RequestRefused(f"文号 {said.number} 已经用过，一个文号只用一次。请核对。")
        return said

    def offers(self, request: Request) -> list[Offer]:
        """Return what is lawful today, each with its article, in the order of ``states.Event``."""
        found: dict[Event, Offer] = {}
        for each in TABLE:
            if each.state is request.facts.state and each.event not in found:
                for said in (Said(self.today()), Said(self.today(), redo=True)):
                    if not isinstance(lawful.way(request.facts, each.event, said, self.calendar), str):
                        needs = changing.NEEDED.get(each.event, {})
                        found[each.event] = Offer(each.event, each.article, RIGHTS[each.event], needs)
        return [found[event] for event in Event if event in found]

    def request(self, id: str) -> Request:
        """Return a request. Raises UnknownRequest."""
        with self._staff.reading() as connection:
            return _request(self._row(connection, id))

    def numbered(self, number: str) -> Request:
        """Return the request with a number of the register. Raises UnknownRequest."""
        with self._staff.reading() as connection:
            row = connection.execute(select(requests).where(requests.c.number == number.strip())).mappings().first()
        if row is None:
            raise UnknownRequest(number)
        return _request(row)

    def all(self, states: Iterable[State] = ()) -> list[Request]:
        """Return every request, or those in some states, in the order of their numbers."""
        query = select(requests).order_by(requests.c.year, requests.c.serial, requests.c.number)
        if wanted := [state.value for state in states]:
            query = query.where(requests.c.state.in_(wanted))
        with self._staff.reading() as connection:
            return [_request(row) for row in connection.execute(query).mappings()]

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
            return total, [_request(row) for row in connection.execute(query).mappings()]

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
            found = [_request(row) for row in connection.execute(query).mappings()]
        return [each for each in found if not each.facts.imported]

    def events(self, id: str) -> list[Recorded]:
        """Return what happened to a request, in order."""
        query = select(request_events).where(request_events.c.request_id == id).order_by(request_events.c.number)
        with self._staff.reading() as connection:
            return [recorded(row) for row in connection.execute(query).mappings()]

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

    def look(self, id: str, by: Actor) -> Opened:
        """Return what is personal about a request, after the look is in the audit log.

        Whoever calls this has asked for ``Act.OPEN_PERSONS``. Raises UnknownRequest, KeyUnusable, PersonalDataDamaged.
        """
        with self._staff.reading() as connection:
            number = str(self._row(connection, id)["number"])
            found = self.persons.of(connection, id)
        with self._catalogue.writing() as log:
            audit.append(log, by.person, "request.view", None, {"request": number})
        return Opened(persons.latest(found), found)

    def masked_names(self, ids: Iterable[str] | None = None) -> dict[str, str]:
        """Return the applicants' names as lists show them, 张**, by the requests' ids; anonymised ones are not there.

        With ``ids``, of these requests alone. Raises KeyUnusable, PersonalDataDamaged.
        """
        with self._staff.reading() as connection:
            found = self.persons.newest(connection, Field.NAME, ids)
        return {id: persons.masked(name) for id, name in found.items()}

    def letters(self, id: str) -> list[Kept]:
        """Return every version of every letter of a request, in the order in which they were kept."""
        with self._staff.reading() as connection:
            return letterbook.letters(connection, id)

    def letter(self, id: str, event: int, by: Actor) -> letterbook.Content:
        """Return what is in a letter that was kept with an event, after the look is in the audit log.

        Whoever calls this has asked for ``Act.OPEN_PERSONS``, or shows nothing of the applicant. Raises RequestRefused
        if there is none, or no more; KeyUnusable, PersonalDataDamaged.
        """
        with self._staff.reading() as connection:
            number = str(self._row(connection, id)["number"])
            found = self.persons.letter(connection, id, event)
            kept = next((each for each in letterbook.letters(connection, id) if each.event == event), None)
        if found is None or kept is None:
            raise RequestRefused("这件申请没有这样一份文书，或者其内容已经去除。")
        content = letterbook.opened(found)
        if letterbook.digest(content.docx) != kept.digest:
            raise PersonalDataDamaged(id, Field.DOCUMENT.value)
        with self._catalogue.writing() as log:
            told = {"request": number, "letter": kept.number or kept.kind, "version": kept.version}
            audit.append(log, by.person, "request.view", None, told)
        return content

    def upcoming(self, pattern: Pattern, year: int) -> str:
        """Return the number that the next letter of a series would be given."""
        with self._staff.reading() as connection:
            return pattern.written(year, numbers.following(letterbook.given(connection, pattern, year)))

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
            rows = connection.execute(select(requests).where(requests.c.state != State.VOID.value)).mappings()
            # The facts of all years are many; only those that name the month are read further.
            near = [_request(row) for row in rows if f"{received:%Y-%m}-" in str(row["facts"])]
            month = [
                each.id
                for each in near
                if (day := each.facts.received_on)
                and (day.year, day.month) == (received.year, received.month)
                and (day, each.number) <= (received, this.number)
            ]
            told = {each: persons.latest(values) for each, values in self.persons.of_some(connection, month).items()}
        return max(1, sum(persons.same(told[id], other) for other in told.values())) if id in told else 1

    def to_anonymise(self) -> list[Request]:
        """Return the requests whose retention term is over and that still have something personal."""
        wanted = Said(self.today())
        return [
            each
            for each in self.all((State.CLOSED, State.ARCHIVED, State.VOID))
            if not isinstance(lawful.way(each.facts, Event.ANONYMISE, wanted, self.calendar), str)
        ]

    def replace_key(self, by: Actor) -> int:
        """Make a new key and encrypt everything personal by it; return how many values. Raises KeyUnusable, OSError."""
        with self._staff.writing() as connection:
            key, count = self.persons.rotate(connection)
            with self._catalogue.writing() as log:
                audit.append(log, by.person, "request.key", None, {"key": key.id, "rows": count})
        return count

    def take_in(self, rows: Iterable[tuple[str, Facts, Mapping[Field, str]]], by: Actor) -> str:
        """Enter imported requests with their numbers, all in one transaction; return the batch's id.

        A number that is there already raises RequestRefused, and nothing is entered.
        """
        batch, digests = uuid4().hex, []
        with self._staff.writing() as connection:
            there = {*connection.scalars(select(requests.c.number))}
            for number, made, values in rows:
                if number in there:
                    raise RequestRefused(f"登记号 {number} 已经有了。")
                there.add(number)
                self._refuse_disorder(made)
                found = re.fullmatch(r"(\d{4})-(\d{4,})", number)
                year, serial = (int(found[1]), int(found[2])) if found else (None, None)
                row = self._row(connection, _insert(connection, number, made, year, serial))
                kept = _checked(values)
                digests.append(self._write(connection, row, Event.IMPORT, self.today(), made, kept, by, batch))
            if digests:
                with self._catalogue.writing() as log:
                    told = {"batch": batch, "rows": len(digests), "digest": canonical.digest(sorted(digests))}
                    audit.append(log, by.person, "request.import", None, told)
        return batch

    def numbers(self) -> set[str]:
        """Return every number that is taken."""
        with self._staff.reading() as connection:
            return {*connection.scalars(select(requests.c.number))}

    def named_in(self, id: str, text: str) -> list[Field]:
        """Return which of an applicant's name, identity and contact stand in a text. Nobody is shown any of it.

        Raises KeyUnusable, PersonalDataDamaged.
        """
        with self._staff.reading() as connection:
            said = self.persons.of(connection, id).values()
        return [
            field
            for field in (Field.NAME, Field.IDENTITY, Field.CONTACT)
            if any(persons.stands_in(values.get(field, ""), text) for values in said)
        ]

    def look_at_all(self, by: Actor) -> dict[str, dict[Field, str]]:
        """Return what is personal about every request, by its id, after this is in the audit log.

        Whoever calls this has asked for ``Act.EXPORT_PERSONS``. Raises KeyUnusable, PersonalDataDamaged.
        """
        with self._staff.reading() as connection:
            found = {id: persons.latest(said) for id, said in self.persons.of_all(connection).items()}
        self.note(by, "request.export", {"rows": len(found), "persons": True})
        return found

    def note(self, by: Actor, action: str, details: Mapping[str, object]) -> None:
        """Record something about the register as a whole in the audit log. Nothing personal may be in it."""
        with self._catalogue.writing() as log:
            audit.append(log, by.person, action, None, details)

    def _refuse_disorder(self, made: Facts) -> None:
        if refused := lawful.out_of_order(made, self.today()):
            raise RequestRefused(refused)

    def _row(self, connection: Connection, id: str) -> RowMapping:
        row = connection.execute(select(requests).where(requests.c.id == id)).mappings().first()
        if row is None:
            raise UnknownRequest(id)
        return row

    def _record(
        self,
        connection: Connection,
        row: RowMapping,
        event: Event,
        on: date,
        made: Facts,
        values: Mapping[Field, str],
        by: Actor,
        letter: str = "",
    ) -> None:
        """Write an event, here and in the audit log; ``letter`` is the digest of the one that was kept with it."""
        digest = self._write(connection, row, event, on, made, values, by, "")
        told = {"request": row["number"], "event": event.value, "step": row["last"] + 1, "digest": digest}
        if letter:
            told["letter"] = letter
        with self._catalogue.writing() as log:
            audit.append(log, by.person, "request", None, told)

    def _write(
        self,
        connection: Connection,
        row: RowMapping,
        event: Event,
        on: date,
        made: Facts,
        values: Mapping[Field, str],
        by: Actor,
        batch: str,
    ) -> str:
        """Write an event and what it makes of the request; return its digest."""
        number, after = row["last"] + 1, facts.written(made)
        first = number == 1
        was, became = facts.changes({} if first else row["facts"], after)
        told: dict[str, object] = {
            **{"request_id": row["id"], "number": number, "event": event.value, "on": on.isoformat()},
            **{"at": instant(now()), "person": by.person, "account": by.account, "before": was, "after": became},
            **{"personal": sorted(field.value for field in values), "batch": batch},
        }
        digest = digest_of(told)
        connection.execute(insert(request_events).values(**told, digest=digest))
        connection.execute(update(requests).where(requests.c.id == row["id"]).values(**_columns(made), last=number))
        self.persons.put(connection, row["id"], number, values)
        return digest


def _kept(connection: Connection, row: RowMapping, said: Said, letter: Outgoing) -> tuple[str, str]:
    """Keep a version of a letter; return its content, which is to be encrypted, and the digest of its docx."""
    which, version = letterbook.place(connection, row["id"], letter)
    docx = letter.made(said.number)
    digest = letterbook.digest(docx)
    told = {"request_id": row["id"], "event": row["last"] + 1, "letter": which, "version": version}
    told |= {"kind": letter.kind, "number": said.number, "dated": letter.dated.isoformat(), "digest": digest}
    letterbook.write(connection, {**told, "sent": letter.pattern is not None}, letter.replaces)
    return letterbook.sealed(docx, letter.typed), digest


def digest_of(row: Mapping[str, object]) -> str:
    """Return the hash over an event's row, which the audit log has too."""
    return canonical.digest({name: row[name] for name in _PARTS})


def recorded(row: RowMapping) -> Recorded:
    return Recorded(
        *(row["request_id"], row["number"], Event(row["event"]), date.fromisoformat(row["on"]), row["at"]),
        *(row["person"], row["account"], row["before"], row["after"], tuple(map(Field, row["personal"]))),
        *(row["batch"], row["digest"]),
    )


def _request(row: RowMapping) -> Request:
    return Request(row["id"], row["number"], facts.read(row["facts"]), row["last"])


def _insert(
    connection: Connection, number: str, made: Facts, year: int | None, serial: int | None, id: str = ""
) -> str:
    id = id or uuid4().hex
    row = {"id": id, "number": number, "year": year, "serial": serial, "last": 0, **_columns(made)}
    connection.execute(insert(requests).values(**row))
    return id


def _columns(made: Facts) -> dict[str, object]:
    closed = made.closed_on.isoformat() if made.closed_on else None
    return {"state": made.state.value, "closed_on": closed, "facts": facts.written(made)}


def _spoken(said: Said) -> dict[Field, str]:
    """Return what is written freely with an event."""
    letter = {content.name: text.strip() for content, text in said.contents.items() if text.strip()}
    return {
        **({Field.NOTE: said.note} if said.note else {}),
        **({Field.LETTER: json.dumps(letter, ensure_ascii=False)} if letter else {}),
    }


def _checked(values: Mapping[Field, str]) -> dict[Field, str]:
    try:
        return persons.checked(values)
    except ValueError as error:
        raise RequestRefused(str(error)) from None
