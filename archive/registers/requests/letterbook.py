"""The letters of requests as they were kept and sent, and the numbers that the office gave them.

A letter is kept in versions. The one that is sent is the last: what was wrong in it is put right by another letter with
a number of its own, and the number of the former is void. No row is deleted. What is in a letter lies in ``persons``.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from archive.errors import RequestRefused
from archive.registers.requests.facts import Facts, Said
from archive.registers.requests.numbers import Pattern
from archive.registers.requests.states import Event
from archive.registers.requests.tables import letter_numbers, request_events, request_letters, requests
from archive.registers.requests.terms import Consulted
from archive.registers.staff import instant, now


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A letter that is to be kept, or with a ``pattern`` sent under the next number of its series and year.

    ``made`` returns its docx for a number, "" for none yet; ``typed`` is what somebody typed to make it. ``letter`` is
    which of the request it is a further version of; None: a new one. ``replaces`` is the sent one that it puts right.
    """

    kind: str
    dated: date
    made: Callable[[str], bytes] = field(repr=False)
    typed: Mapping[str, str] = field(default_factory=dict, repr=False)
    pattern: Pattern | None = None
    letter: int | None = None
    replaces: int | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """A version of a letter. ``event`` is the number of the event by which it was kept or sent.

    ``digest`` is the SHA-256 of its docx. ``void``: another letter took its place, or it was declared void.
    """

    request_id: str
    event: int
    letter: int
    version: int
    kind: str
    number: str
    dated: date
    digest: str
    sent: bool
    replaces: int | None
    void: bool = False


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a kept letter: its docx, and what somebody typed to make it."""

    docx: bytes = field(repr=False)
    typed: Mapping[str, str] = field(repr=False)


class Book:
    """The numbers as they are given within a transaction, for the event of a request (``numbers.Numbers``)."""

    def __init__(self, connection: Connection, request_id: str, event: int, kind: str, person: str) -> None:
        self._connection = connection
        self._row = {"request_id": request_id, "event": event, "kind": kind, "person": person}

    def given(self, pattern: Pattern, year: int) -> Iterable[int]:
        """Return every serial number of a series and year, also of answers from before numbers were kept here."""
        return given(self._connection, pattern, year)

    def take(self, pattern: Pattern, year: int, serial: int) -> bool:
        """Keep a number as given. False: it is taken."""
        number, at = pattern.written(year, serial), letter_numbers.c
        taken = select(at.number).where(at.number == number)
        if self._connection.execute(taken).first():
            return False
        place = {"pattern": pattern.text, "year": year, "serial": serial, "number": number}
        self._connection.execute(insert(letter_numbers).values(**place, **self._row, at=instant(now())))
        return True


def given(connection: Connection, pattern: Pattern, year: int) -> set[int]:
    """Return every serial number that was ever given in a series and year."""
    at = letter_numbers.c
    kept = {*connection.scalars(select(at.serial).where((at.pattern == pattern.text) & (at.year == year)))}
    # The database takes them out of the facts: to read those of all years here took many times as long.
    replied = requests.c.facts["reply_number"].as_string()
    for told in connection.scalars(select(replied).where(replied.is_not(None))):
        read = pattern.read(told)
        if read and read[0] == year:
            kept.add(read[1])
    return kept


def letters(connection: Connection, request_id: str) -> list[Kept]:
    """Return every version of every letter of a request, in the order of their events."""
    query = select(request_letters).where(request_letters.c.request_id == request_id).order_by(request_letters.c.event)
    rows = connection.execute(query).mappings().all()
    replaced = {row["replaces"] for row in rows if row["sent"]}
    at = letter_numbers.c
    void = {*connection.scalars(select(at.number).where((at.request_id == request_id) & at.voided.is_not(None)))}
    return [_kept(row, replaced, void) for row in rows]


def first(every: Iterable[Kept], letter: Kept) -> Kept:
    """Return the letter in whose place this one came, or those before it; itself if it replaces none."""
    sent = {each.letter: each for each in every if each.sent}
    found = letter
    while found.replaces is not None and found.replaces in sent:
        found = sent[found.replaces]
    return found


def place(connection: Connection, request_id: str, outgoing: Outgoing) -> tuple[int, int]:
    """Return which letter and version of a request something is. Raises RequestRefused for a letter that was sent."""
    known = letters(connection, request_id)
    if outgoing.letter is None:
        return max((each.letter for each in known), default=0) + 1, 1
    versions = [each for each in known if each.letter == outgoing.letter]
    if not versions or versions[-1].kind != outgoing.kind:
        raise RequestRefused("这件申请没有这样一份文书。")
    if versions[-1].sent:
        raise RequestRefused(f"文书 {versions[-1].number} 已经发出，不能再改。有错的，另发一份更正，写明理由。")
    return outgoing.letter, versions[-1].version + 1


def write(connection: Connection, row: Mapping[str, object], replaces: int | None) -> None:
    """Keep a version of a letter. When it is sent, the number of the one that it replaces becomes void."""
    void = {each.letter for each in letters(connection, str(row["request_id"])) if each.void}
    if replaces in void and row["sent"]:
        raise RequestRefused("要更正的文书已经作废，请另发一份。")
    connection.execute(insert(request_letters).values(**row, replaces=replaces))
    if replaces is None or not row["sent"]:
        return
    known = [each for each in letters(connection, str(row["request_id"])) if each.letter == replaces and each.sent]
    if len(known) != 1:
        raise RequestRefused("要更正的文书没有发出过。")
    declare_void(connection, known[0].number, int(str(row["event"])))


def undoing(connection: Connection, facts: Facts, request_id: str, letter: int | None, said: Said) -> tuple[Said, str]:
    """Return what is said with what the letter did that becomes void, and its number; no ``letter``: the answer.

    Raises RequestRefused for one that was not sent, or is void.
    """
    if letter is None:
        return said, facts.reply_number
    every = letters(connection, request_id)
    this = next((each for each in every if each.letter == letter and each.sent), None)
    if this is None or this.void:
        raise RequestRefused("这份文书没有发出，或者已经作废。")
    root = first(every, this)
    at = request_events.c
    done = select(at.event).where((at.request_id == request_id) & (at.number == root.event))
    event = Event(str(connection.execute(done).scalar_one()))
    if event not in (Event.ASK_THIRD_PARTY, Event.ASK_ORGAN):
        return replace(said, undoes=event), this.number
    place = asked_by(facts, root)
    return replace(said, undoes=event if place is not None else None, at=place), this.number


def asked_by(facts: Facts, letter: Kept) -> int | None:
    """Return the place of the opinion that a letter asked for."""
    of = {"third-party-asked": Consulted.THIRD_PARTY, "organ-asked": Consulted.ORGAN}.get(letter.kind)
    for at, asked in enumerate(facts.asked):
        if asked.number == letter.number if asked.number else (asked.of, asked.sent_on) == (of, letter.dated):
            return at
    return None


def declare_void(connection: Connection, number: str, event: int) -> None:
    """Keep by which event of its request a number became void. It is not given again."""
    at = letter_numbers.c
    query = update(letter_numbers).where((at.number == number) & (at.voided.is_(None)))
    connection.execute(query.values(voided=event))


def taken(connection: Connection, number: str) -> bool:
    """Tell whether a number was given."""
    at = letter_numbers.c
    return bool(connection.execute(select(func.count()).where(at.number == number)).scalar())


def sealed(docx: bytes, typed: Mapping[str, str]) -> str:
    """Return the content of a letter as one text, which is then encrypted."""
    return json.dumps({"docx": base64.b64encode(docx).decode(), "typed": dict(typed)}, ensure_ascii=False)


def opened(text: str) -> Content:
    """Return what ``sealed`` made."""
    told = json.loads(text)
    return Content(base64.b64decode(told["docx"]), told["typed"])


def digest(docx: bytes) -> str:
    """Return the SHA-256 of a docx."""
    return hashlib.sha256(docx).hexdigest()


def _kept(row: RowMapping, replaced: Collection[int | None], void: Collection[str]) -> Kept:
    named = {name: row[name] for name in Kept.__slots__ if name not in ("void", "dated")}
    return Kept(
        **named,
        dated=date.fromisoformat(row["dated"]),
        void=row["sent"] and (row["letter"] in replaced or row["number"] in void),
    )
