"""Measuring the desk's pages of requests, over a register in which one in ten is still open.

Some of the open ones have the record of a search, made over all that staff may find; some of the closed ones went on
to a review or a lawsuit, and are found behind others.
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

from archive.chinese.dates import office_today
from archive.registers.requests.facts import Applicant, Asked, Court, Dispute, Facts, Field, Form
from archive.registers.requests.findable import FoundAgain
from archive.registers.requests.outcomes import Row
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Request
from archive.registers.requests.search_record import Scope
from archive.registers.requests.states import State
from archive.registers.requests.terms import Channel, Consulted
from indexer import sync
from indexer.asking.synonyms import Synonyms
from tests.bench.bed import Bed
from web.search.prior import Prior
from web.staff.guard import Desk

# One request for so many public documents: 5,000 beside 50,000. Of the closed ones, one in so many is found again.
_DOCUMENTS = 10
_OPEN = 10
_ASKED = 40
_FOUND_AGAIN = 10
_DISPUTED = 20
_BY = Actor("经办人0", "clerk")


def fill(register: Register, bed: Bed) -> None:
    """Enter requests, unless they are there: those of the last weeks are open, the others were answered."""
    count = max(_ASKED, bed.count // _DOCUMENTS)
    if not register.numbers():
        register.take_in(
            ((f"{2020 + at % 7}-{at:04}", _facts(at, count), _said(at)) for at in range(1, count + 1)), _BY
        )


def search(register: Register, opened: Desk, synonyms: Synonyms) -> Iterator[tuple[str, list[str]]]:
    """Search behind requests as the desk does, and yield the pages of the records, which answer forms."""
    closed = [each for each in register.all() if not each.facts.is_open]
    for at, each in enumerate(closed[::_FOUND_AGAIN]):
        if register.found_again.of(each.id) is None:
            register.found_again.confirm(each.id, _wanted(at), "随信附上复印件。", _BY.person)
    sync.follow(opened.everything, opened.held)
    addresses = []
    for at, each in enumerate([each for each in register.all() if each.facts.is_open][:_ASKED]):
        prior = Prior(opened.held, opened.everything, synonyms, f"{FoundAgain.kind}/{each.id}")
        found = prior.search(_wanted(at), Scope.ALL)
        record = register.searches.open(each.id, _wanted(at), found, _BY.person)
        addresses.append(f"/requests/{each.id}/searches/{record.id}")
    yield "record of a search", addresses
    yield "record of a search, made again today", [f"{address}/replay" for address in addresses]


def pages(register: Register) -> Iterator[tuple[str, list[str]]]:
    """Yield each kind of page with its addresses."""
    found = register.all()
    waiting, closed = ([each for each in found if each.facts.is_open is open][:_ASKED] for open in (True, False))
    yield f"board of {len(found):,} requests", ["/requests"] * _ASKED
    yield "board of those overdue", ["/requests?due=已超期"] * _ASKED
    yield "all requests, any of their pages", [f"/requests?all=1&page={1 + at % 20}" for at in range(_ASKED)]
    yield "requests by number", [f"/requests?number={each.number[5:]}" for each in waiting]
    yield "request that is open", _addresses(waiting)
    yield "request that was answered", _addresses(closed)
    yield "days of a term", [f"{address}/term" for address in _addresses(waiting)]
    charged = [each for each in found if each.facts.state is State.HANDLING][:_ASKED]
    yield "fee of a request", [f"{address}/fee" for address in _addresses(charged)]


def _addresses(found: list[Request]) -> list[str]:
    return [f"/requests/{each.id}" for each in found]


def _facts(at: int, count: int) -> Facts:
    received = office_today() - timedelta(days=1 + at % 45)
    about = (Channel.IN_PERSON, list(Applicant)[at % 6])
    if at > count // _OPEN:
        closed = received - timedelta(days=60 + at % 2000)
        made = Facts(State.CLOSED, *about, closed - timedelta(days=20), form=Form.PAPER, imported=True)
        disputes = () if at % _DISPUTED else (Dispute(Court.REVIEW, closed + timedelta(days=20)),)
        return replace(made, row=Row.OPEN, closed_on=closed, disputes=disputes)
    if at % 3:
        return Facts(State.HANDLING, *about, received, form=Form.PAPER)
    asked = (Asked(Consulted.THIRD_PARTY, received), Asked(Consulted.ORGAN, received))
    return Facts(State.CONSULTING, *about, received, form=Form.PAPER, asked=asked)


def _said(at: int) -> dict[Field, str]:
    return {
        **{Field.NAME: f"申请人{at}", Field.IDENTITY: f"37010119900101{at:04}", Field.CONTACT: f"1380000{at:04}"},
        Field.TEXT: _wanted(at) * 5,
    }


def _wanted(at: int) -> str:
    return f"申请公开第{at}号地块的征地补偿安置方案、批复和发放清单。"
