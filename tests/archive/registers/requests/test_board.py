"""The board's bounds: which day makes a request overdue, due soon, or somebody else's to answer."""

from datetime import date

import pytest

from archive.registers.requests import board
from archive.registers.requests.board import Party, Urgency
from archive.registers.requests.facts import Said
from archive.registers.requests.register import Register
from archive.registers.requests.states import Event
from archive.registers.requests.terms import Channel
from tests.archive.registers.requests.conftest import CLERK, DAY, Apply, Today


@pytest.mark.parametrize(
    ("on", "days", "urgency"),
    [
        # Due on the 29th, by a Sunday on which offices work and a Friday on which they don't.
        (date(2026, 9, 17), 8, Urgency.IN_HAND),
        (date(2026, 9, 18), 7, Urgency.LATER),
        (date(2026, 9, 19), 7, Urgency.LATER),
        (date(2026, 9, 20), 6, Urgency.LATER),
        (date(2026, 9, 22), 4, Urgency.LATER),
        (date(2026, 9, 23), 3, Urgency.SOON),
        (date(2026, 9, 29), 0, Urgency.SOON),
        (date(2026, 9, 30), 0, Urgency.OVERDUE),
    ],
)
def test_days_are_working_days(
    register: Register, application: Apply, today: Today, on: date, days: int, urgency: Urgency
) -> None:
    made = register.register(application(), CLERK)
    found = board.line(register, made, on)
    assert str(found.term.due) == "2026-09-29"
    assert (found.days, found.urgency) == (days, urgency)


def test_whoever_waits_is_waited_for_until_a_day(register: Register, application: Apply, today: Today) -> None:
    made = register.register(application(), CLERK)
    asked = register.act(made.id, Event.ASK_ORGAN, Said(today.day, note="财政局"), CLERK)
    for on, over in ((date(2026, 9, 21), False), (date(2026, 9, 22), True)):
        (awaited,) = board.line(register, asked, on).awaits
        assert (awaited.party, awaited.until, awaited.over) == (Party.ORGAN, date(2026, 9, 21), over)


def test_nothing_open_is_left_out_and_nothing_closed_is_on_it(
    register: Register, application: Apply, today: Today
) -> None:
    plain = register.register(application(channel=Channel.PLAIN_MAIL), CLERK)
    here, gone = (register.register(application(), CLERK) for _ in range(2))
    register.act(gone.id, Event.WITHDRAW, Said(today.day), CLERK)
    lines = board.lines(register, today.day + DAY)
    assert [each.request.id for each in lines] == [here.id, plain.id]
    urgencies, parties = board.counts(lines)
    assert sum(urgencies.values()) == 2 and parties[Party.CONFIRMATION] == 1 == sum(parties.values())


def test_a_form_that_comes_twice_enters_one_request(register: Register, application: Apply) -> None:
    id = "0123456789abcdef" * 2
    made = register.register(application(), CLERK, id)
    assert register.register(application("另一人"), CLERK, id) == made and made.id == id
    assert register.numbers() == {made.number} and len(register.events(id)) == 1


def test_a_list_is_read_page_by_page(register: Register, application: Apply) -> None:
    made = [register.register(application(), CLERK) for _ in range(3)]
    assert register.listed((), "", 0, 2) == (3, made[:0:-1])
    assert register.listed((), "", 2, 2) == (3, made[:1])
    assert register.listed((made[0].facts.state,), "0002", 0, 9) == (1, [made[1]])
    assert register.listed((), "%", 0, 9) == (0, [])
