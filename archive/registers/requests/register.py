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

from sqlalchemy import Connection, RowMapping, func, select

from archive.chinese.dates import office_today
from archive.errors import RequestRefused
from archive.registers.requests import applicants, changing, facts, lawful, letterbook, numbers, rows, services
from archive.registers.requests.facts import Facts, Field, Said
from archive.registers.requests.findable import FoundAgain
from archive.registers.requests.letterbook import Outgoing
from archive.registers.requests.looking import Looking
from archive.registers.requests.numbers import Pattern
from archive.registers.requests.outcomes import ANSWERS, Content
from archive.registers.requests.request import Actor, Application, Request
from archive.registers.requests.search_record import Needs
from archive.registers.requests.searches import Searches
from archive.registers.requests.services import Serving
from archive.registers.requests.states import Event, State
from archive.registers.requests.tables import requests
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar
from archive.store import audit, canonical
from archive.store.catalogue import Catalogue

# These say how a request is answered and under which number, and these are done with a letter alone.
_ANSWERING = frozenset({Event.ANSWER, Event.ANSWER_AGAIN, Event.AMEND})
_BY_LETTER = frozenset({Event.DRAFT, Event.LETTER})
# By these a letter becomes void without another.
_VOIDING = frozenset({Event.VOID_LETTER, Event.VOID_ANSWER})
# By these a letter is handed over.
_SERVING = frozenset({Event.DELIVER, Event.SERVE, Event.SERVE_LETTER})
# With these events the applicant's own words may come anew.
_RETOLD = frozenset({Event.CORRECT, Event.SUPPLEMENT})
# After these a request is found again by other words, or no more.
_TOLD = _ANSWERING | {Event.ANONYMISE, Event.VOID_ANSWER}
OVERTAKEN = "您打开这一页之后，这件申请已有新的办理，这次没有进行。请看过现在的情况再办。"


class Register(Looking):
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
        super().__init__(staff, catalogue, calendar, today)
        self.series = tuple(series)
        self.searches = Searches(staff, catalogue, self.persons, today, needs or Needs())
        self.found_again = FoundAgain(staff, catalogue)

    def register(self, application: Application, by: Actor, id: str = "") -> Request:
        """Enter a request under the next number of the year. Raises RequestRefused, KeyUnusable.

        ``id`` is that of a form, 32 hex digits: when the form comes a second time, nothing more is entered.
        """
        values = _checked(application.personal)
        for needed in (Field.NAME, Field.TEXT):
            if needed not in values:
                raise RequestRefused(f"请写明{needed.value}（条例第二十九条）。")
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
                return rows.request(there)
            year = self.today().year
            highest = select(func.max(requests.c.serial)).where(requests.c.year == year)
            serial = (connection.execute(highest).scalar() or 0) + 1
            id = rows.enter(connection, f"{year}-{serial:04}", made, year, serial, id)
            self._record(connection, rows.find(connection, id), Event.REGISTER, self.today(), made, values, by)
        return self.request(id)

    def act(
        self,
        id: str,
        event: Event,
        said: Said,
        by: Actor,
        seen: int | None = None,
        letter: Outgoing | None = None,
        serving: Serving | None = None,
        void: int | None = None,
    ) -> Request:
        """Do something about a request, and send the ``letter`` that does it under its number, both or neither.

        ``serving`` is which letter was handed over, with what proves it; ``void`` is which becomes void.

        Whoever calls this has asked for the right in ``states.RIGHTS``. ``seen`` is the newest event that the person
        knew of: after another one nothing is done. Raises RequestRefused, UnknownRequest, KeyUnusable.
        """
        values = _checked({**said.personal, **_spoken(said)})
        if said.personal and event not in _RETOLD:
            raise RequestRefused(f"“{event}”不改变申请人的信息，请用“{Event.CORRECT}”。")
        if (event in _BY_LETTER and letter is None) or (
            letter is not None and (event is Event.DRAFT) == bool(letter.pattern)
        ):
            raise RequestRefused(f"“{event}”要有文书，请从“文书”办理。")
        if (serving is None and event is Event.SERVE_LETTER) or (serving is not None and event not in _SERVING):
            raise RequestRefused(f"“{event}”请在“文书”里登记。")
        if (void is not None) != (event is Event.VOID_LETTER):
            raise RequestRefused(f"“{event}”请在“文书”里办理。")
        if said.number and not numbers.is_number(said.number, self.series):
            raise RequestRefused(f"文号或归档号“{said.number[:40]}”应写成 沭公开〔2026〕3号 的样子。")
        with self._staff.writing() as connection:
            row = rows.find(connection, id)
            told = event in _TOLD and self.found_again.held(connection, id) is not None
            if seen is not None and row["last"] != seen:
                raise RequestRefused(OVERTAKEN)
            known = facts.read(row["facts"])
            if known.anonymised_on and (values or letter or serving):
                raise RequestRefused("这件申请的个人信息已经去除，不再登记新的。")
            if letter is None or letter.pattern:
                said = self._numbered(connection, row, event, said, by, letter)
            gone = None
            if event in _VOIDING:
                said, gone = letterbook.undoing(connection, known, row["id"], void, said)
            changed = changing.apply(known, event, said, by.person, self.calendar, self.today())
            if event in _ANSWERING and not known.imported and Content.SEARCH in ANSWERS[said.answer].needs:
                named = said.contents.get(Content.SEARCH, "")
                if refused := self.searches.unproven(connection, id, named, said.on):
                    raise RequestRefused(refused)
            if event is Event.ANONYMISE:
                self.persons.drop(connection, id)
                self.found_again.drop(connection, id)
            digest = ""
            if letter is not None:
                values[Field.DOCUMENT], digest = _kept(connection, row, said, letter)
            if gone is not None:
                letterbook.declare_void(connection, gone, row["last"] + 1)
            proof = None
            if serving is not None:
                if said.delivery is None:
                    raise RequestRefused("请写明送达方式。")
                proof = services.write(connection, id, row["last"] + 1, serving, said.delivery, said.on)
                if serving.proof:
                    values[Field.RECEIPT] = services.sealed(serving.proof)
            self._record(connection, row, event, said.on, changed, values, by, digest, proof, gone, told)
        if told:
            self.found_again.note_again(str(row["number"]), by.person, self.found_again.of(id))
        if event is Event.ANONYMISE:
            self._staff.leave_no_trace()
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

    def replace_key(self, by: Actor) -> int:
        """Make a new key and encrypt everything personal by it; return how many values. Raises KeyUnusable, OSError."""
        with self._staff.writing() as connection:
            key, count = self.persons.rotate(connection)
            with self._staff.logging(self._catalogue) as log:
                audit.append(log, by.person, "request.key", None, {"key": key.id, "rows": count})
        return count

    def take_in(self, imported: Iterable[tuple[str, Facts, Mapping[Field, str]]], by: Actor) -> str:
        """Enter imported requests with their numbers, all in one transaction; return the batch's id.

        A number that is there already raises RequestRefused, and nothing is entered.
        """
        batch, digests = uuid4().hex, []
        with self._staff.writing() as connection:
            there = {*connection.scalars(select(requests.c.number))}
            for number, made, values in imported:
                if number in there:
                    raise RequestRefused(f"登记号 {number} 已经有了。")
                there.add(number)
                self._refuse_disorder(made)
                found = re.fullmatch(r"(\d{4})-(\d{4,6})", number, re.ASCII)
                year, serial = (int(found[1]), int(found[2])) if found else (None, None)
                row = rows.find(connection, rows.enter(connection, number, made, year, serial))
                kept = _checked(values)
                digests.append(rows.write_event(connection, row, Event.IMPORT, self.today(), made, kept, by, batch))
                self.persons.put(connection, row["id"], row["last"] + 1, kept)
            if digests:
                with self._staff.logging(self._catalogue) as log:
                    told = {"batch": batch, "rows": len(digests), "digest": canonical.digest(sorted(digests))}
                    audit.append(log, by.person, "request.import", None, told)
        return batch

    def _refuse_disorder(self, made: Facts) -> None:
        if refused := lawful.out_of_order(made, self.today()):
            raise RequestRefused(refused)

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
        proof: str | None = None,
        gone: str | None = None,
        found_again: bool = False,
    ) -> None:
        """Write an event, here and in the audit log; ``letter`` is the digest of the one that was kept with it.

        ``proof`` is that of what proves how one was handed over, "" where nothing does; ``gone`` is a void number.
        ``found_again``: the request was found again by a text, which the index now has to read anew.
        """
        digest = rows.write_event(connection, row, event, on, made, values, by)
        self.persons.put(connection, row["id"], row["last"] + 1, values)
        told = {"request": row["number"], "event": event.value, "step": row["last"] + 1, "digest": digest}
        if letter:
            told["letter"] = letter
        if proof is not None:
            told["proof"] = proof
        if gone is not None:
            told["void"] = gone
        made_known = self.found_again.held(connection, row["id"]) if found_again else None
        with self._staff.logging(self._catalogue) as log:
            audit.append(log, by.person, "request", None, told)
            if found_again:
                self.found_again.note(log, row["number"], by.person, made_known)


def _kept(connection: Connection, row: RowMapping, said: Said, letter: Outgoing) -> tuple[str, str]:
    """Keep a version of a letter; return its content, which is to be encrypted, and the digest of its docx."""
    which, version = letterbook.place(connection, row["id"], letter)
    docx = letter.made(said.number)
    digest = letterbook.digest(docx)
    told = {"request_id": row["id"], "event": row["last"] + 1, "letter": which, "version": version}
    told |= {"kind": letter.kind, "number": said.number, "dated": letter.dated.isoformat(), "digest": digest}
    letterbook.write(connection, {**told, "sent": letter.pattern is not None}, letter.replaces)
    return letterbook.sealed(docx, letter.typed), digest


def _spoken(said: Said) -> dict[Field, str]:
    """Return what is written freely with an event."""
    letter = {content.name: text.strip() for content, text in said.contents.items() if text.strip()}
    return {
        **({Field.NOTE: said.note} if said.note else {}),
        **({Field.LETTER: json.dumps(letter, ensure_ascii=False)} if letter else {}),
    }


def _checked(values: Mapping[Field, str]) -> dict[Field, str]:
    try:
        return applicants.checked(values)
    except ValueError as error:
        raise RequestRefused(str(error)) from None
