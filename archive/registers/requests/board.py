"""What is to be done soon: which requests are overdue, due in few days, or wait for others.

Days until a reply are working days by the calendar, also those on which the term stands still.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from archive.errors import YearMissing
from archive.registers.requests import terms
from archive.registers.requests.facts import Facts
from archive.registers.requests.register import Register
from archive.registers.requests.request import Request
from archive.registers.requests.states import OPEN, State
from archive.registers.requests.terms import Consulted, Term
from archive.registers.workdays import Calendar

SOON, LATER = 3, 7
# After so many working days somebody should have recorded that a letter arrived.
SERVED = 5
# What the board has: all that somebody still has to do something about, or waits for.
ON_BOARD = OPEN | {State.CONFIRMING, State.REDOING, State.REVIEWED, State.SUED}


class Urgency(StrEnum):
    """How soon something is to be done, the most urgent first."""

    OVERDUE = "已超期"
    SOON = "3 个工作日内到期"
    LATER = "7 个工作日内到期"
    WAITING = "等待他人"
    UNKNOWN = "期限待定"
    IN_HAND = "期限内"


class Party(StrEnum):
    """For whom a request waits."""

    CONFIRMATION = "与申请人确认收到"
    SUPPLEMENT = "申请人补正"
    PAYMENT = "申请人缴费"
    THIRD_PARTY = "第三方"
    ORGAN = "其他机关"
    REVIEW = "复议机关"
    COURT = "人民法院"


# By what happened and by the calendar in effect, which is one object until the notices change. Days are walked one by
# one, and a board is looked at often.
_reply = lru_cache(maxsize=2048)(terms.reply)
_opinion = lru_cache(maxsize=2048)(terms.opinion)
_OF = {Consulted.THIRD_PARTY: Party.THIRD_PARTY, Consulted.ORGAN: Party.ORGAN}


@dataclass(frozen=True, slots=True)
class Awaited:
    """Somebody who is waited for, ``until`` a day if there is one and it is known; ``over`` if that is past."""

    party: Party
    until: date | None = None
    over: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """A request on the board. ``days`` are the working days after today up to its last one; None: it has none yet."""

    request: Request
    term: Term
    urgency: Urgency
    days: int | None
    awaits: tuple[Awaited, ...] = ()


@dataclass(frozen=True, slots=True)
class Unserved:
    """A letter that was sent on a day, and whose delivery is not recorded."""

    request: Request
    letter: str
    sent_on: date | None


def lines(register: Register, today: date) -> list[Line]:
    """Return all that is on the board, what is due first on top; what has no day yet stands last."""
    found = [line(register, each, today) for each in register.all(ON_BOARD)]
    return sorted(found, key=lambda each: (each.term.due or date.max, each.request.facts.submitted_on))


def line(register: Register, request: Request, today: date) -> Line:
    """Return how a request stands on a day."""
    term = _reply(request.facts.life, register.calendar)
    running = request.facts.state in OPEN and term.due is not None
    days = sum(step.day.works and step.day.on > today for step in term.steps) if running else None
    waits = tuple(awaited(request.facts, register.calendar, today))
    return Line(request, term, _urgency(request.facts, term, days, waits, today), days, waits)


def awaited(facts: Facts, calendar: Calendar, today: date) -> Iterator[Awaited]:
    """Yield for whom a request waits."""
    match facts.state:
        case State.CONFIRMING:
            yield Awaited(Party.CONFIRMATION)
        case State.SUPPLEMENTING:
            yield _until(Party.SUPPLEMENT, facts.supplement_until, today)
        case State.PAYING if facts.fee_told_on:
            yield _until(Party.PAYMENT, terms.payment(facts.fee_told_on, calendar).due, today)
        case State.CONSULTING:
            for at in facts.awaited:
                term = _opinion(facts.life.consultations[at], facts.received_on or facts.submitted_on, calendar)
                yield _until(_OF[facts.asked[at].of], term.due if term else None, today)
        case State.REVIEWED:
            yield Awaited(Party.REVIEW)
        case State.SUED:
            yield Awaited(Party.COURT)


def unserved(register: Register, today: date) -> list[Unserved]:
    """Return the letters whose delivery should have been recorded by now, the oldest first."""
    sent = [
        Unserved(each, f"答复 {each.facts.reply_number}", each.facts.amended_on or each.facts.closed_on)
        for each in register.unserved()
    ]
    for each in register.all((State.CONSULTING,)):
        asked = [each.facts.asked[at] for at in each.facts.awaited]
        sent += [Unserved(each, f"征求{one.of}意见书", one.sent_on) for one in asked if one.served_on is None]
    sent += [Unserved(one, f"文书 {each.number}", each.dated) for one, each in register.notices_unserved()]
    found = [each for each in sent if each.sent_on and _late(each.sent_on, register.calendar, today)]
    return sorted(found, key=lambda each: (each.sent_on or date.max, each.request.number))


def _late(sent_on: date, calendar: Calendar, today: date) -> bool:
    try:
        return calendar.last_day(sent_on, SERVED) < today
    except YearMissing:
        # Without next year's notice, whoever sent it in the last days of this one has time until it is there.
        return False


def counts(found: Iterable[Line]) -> tuple[dict[Urgency, int], dict[Party, int]]:
    """Count lines by their urgency, and those that wait by whom they wait for."""
    found = [*found]
    parties = [{each.party for each in line.awaits} for line in found]
    return (
        {urgency: sum(line.urgency is urgency for line in found) for urgency in Urgency},
        {party: sum(party in each for each in parties) for party in Party},
    )


def _until(party: Party, until: date | None, today: date) -> Awaited:
    return Awaited(party, until, until is not None and today > until)


def _urgency(facts: Facts, term: Term, days: int | None, waits: tuple[Awaited, ...], today: date) -> Urgency:
    if days is not None:
        if term.overdue(today):
            return Urgency.OVERDUE
        if days <= SOON:
            return Urgency.SOON
        if days <= LATER:
            return Urgency.LATER
    if waits:
        return Urgency.WAITING
    if facts.state in OPEN and term.due is None:
        return Urgency.UNKNOWN
    return Urgency.IN_HAND
