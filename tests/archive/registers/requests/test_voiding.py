"""Letters that are declared void and none takes their place: states, clocks and numbers follow."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import text, update

from archive.errors import RequestRefused
from archive.registers.requests.checking import problems
from archive.registers.requests.facts import Delivery, Facts, Position, Result, Said
from archive.registers.requests.fees import Basis
from archive.registers.requests.letterbook import Outgoing
from archive.registers.requests.outcomes import Content
from archive.registers.requests.register import Register
from archive.registers.requests.request import Actor, Request
from archive.registers.requests.services import Serving
from archive.registers.requests.states import Event, State
from archive.registers.requests.table_three import TOTAL, table_three
from archive.registers.requests.tables import letter_numbers
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue
from tests.archive.registers.requests.conftest import CLERK, DAY, HEAD, NOTICES, Today
from tests.archive.registers.requests.test_letterbook import answered, send


@pytest.fixture(autouse=True)
def sound(register: Register, staff: Staff, catalogue: Catalogue) -> Iterator[None]:
    """Let whatever a test does leave a register that verifies."""
    yield
    assert [*problems(staff, catalogue)] == []


def sent(register: Register, id: str, event: Event, said: Said, kind: str, by: Actor = CLERK) -> int:
    """Do what a letter does; return which letter it is."""
    outgoing = Outgoing(kind, said.on, lambda number: number.encode(), {}, NOTICES)
    register.act(id, event, said, by, letter=outgoing)
    return register.letters(id)[-1].letter


def void(register: Register, id: str, letter: int, on: date) -> Facts:
    return register.act(id, Event.VOID_LETTER, Said(on, note="发错了"), HEAD, void=letter).facts


@pytest.mark.parametrize(
    ("event", "kind", "state"),
    [
        (Event.ASK_SUPPLEMENT, "supplement", State.SUPPLEMENTING),
        (Event.EXTEND, "extension", State.HANDLING),
        (Event.DELAY, "later", State.HANDLING),
        (Event.CHARGE, "charge", State.PAYING),
        (Event.ASK_THIRD_PARTY, "third-party-asked", State.CONSULTING),
        (Event.ASK_ORGAN, "organ-asked", State.CONSULTING),
    ],
)
def test_what_a_void_letter_did_is_undone_and_the_clock_goes_on(
    register: Register, made: Request, today: Today, event: Event, kind: str, state: State
) -> None:
    said = Said(today.day, until=today.day + 9 * DAY, days=10, basis=Basis.PAGES, count=250, note="某公司")
    letter = sent(register, made.id, event, said, kind)
    asked = register.request(made.id)
    assert asked.facts.state is state and register.term(asked).said != register.term(made).said
    today.day += DAY
    facts = void(register, made.id, letter, today.day)
    assert facts == made.facts and register.term(register.request(made.id)).said == register.term(made).said
    (kept,) = register.letters(made.id)
    assert kept.void and register.events(made.id)[-1].event is Event.VOID_LETTER
    # Its number is not given again, and it may be sent anew.
    again = sent(register, made.id, event, replace(said, on=today.day), kind)
    assert register.letters(made.id)[-1].number == "云依申请告〔2026〕2号" and again == 2
    for letter in (1, 7):
        with pytest.raises(RequestRefused, match="没有发出，或者已经作废"):
            void(register, made.id, letter, today.day)


def test_of_two_opinions_the_right_one_goes(register: Register, made: Request, today: Today) -> None:
    ask = Said(today.day, note="某公司")
    first = sent(register, made.id, Event.ASK_THIRD_PARTY, ask, "third-party-asked")
    second = sent(register, made.id, Event.ASK_THIRD_PARTY, ask, "third-party-asked")
    outgoing = Outgoing("third-party-asked", today.day, lambda number: number.encode(), {}, NOTICES, None, second)
    register.act(made.id, Event.LETTER, Said(today.day, note="地址写错"), CLERK, letter=outgoing)
    register.act(made.id, Event.OPINION, Said(today.day, at=0, position=Position.OBJECTS), CLERK)
    facts = void(register, made.id, register.letters(made.id)[-1].letter, today.day)
    assert facts.state is State.HANDLING and [each.position for each in facts.asked] == [Position.OBJECTS]
    assert void(register, made.id, first, today.day).asked == ()


def test_a_letter_that_only_tells_changes_no_fact_and_takes_no_further_delivery_in_its_place(
    register: Register, made: Request, today: Today
) -> None:
    letter = send(register, made.id, today).letter
    register.act(made.id, Event.SERVE_LETTER, Said(today.day, delivery=Delivery.MAIL), CLERK, serving=Serving(letter))
    assert void(register, made.id, letter, today.day) == made.facts
    with pytest.raises(RequestRefused, match="已经作废，请另发"):
        send(register, made.id, today, note="更正", replaces=letter)


def test_what_ended_by_waiting_is_open_again(register: Register, made: Request, today: Today) -> None:
    said = Said(today.day, until=today.day + DAY, note="补")
    letter = sent(register, made.id, Event.ASK_SUPPLEMENT, said, "supplement")
    today.day += 3 * DAY
    register.act(made.id, Event.LAPSE, Said(today.day), CLERK)
    assert void(register, made.id, letter, today.day) == made.facts


def test_a_letter_on_which_an_answer_rests_goes_after_it(register: Register, made: Request, today: Today) -> None:
    letter = sent(register, made.id, Event.EXTEND, Said(today.day, days=5, note="多"), "extension", HEAD)
    answered(register, made.id, today)
    with pytest.raises(RequestRefused, match="先作废答复"):
        void(register, made.id, letter, today.day)
    with pytest.raises(RequestRefused, match="由“答复作废”作废"):
        void(register, made.id, register.letters(made.id)[-1].letter, today.day)
    register.act(made.id, Event.VOID_ANSWER, Said(today.day, note="发错"), HEAD)
    assert void(register, made.id, letter, today.day) == made.facts


def counted(register: Register, year: int) -> dict[str, int]:
    table = table_three(year, [each.facts for each in register.all()])
    assert table.problems() == []
    return {code: numbers[TOTAL] for code, numbers in table.numbers.items() if numbers[TOTAL]}


def test_a_void_answer_opens_the_request_again(register: Register, made: Request, today: Today) -> None:
    letter = answered(register, made.id, today)
    register.act(made.id, Event.DELIVER, Said(today.day, delivery=Delivery.MAIL), CLERK, serving=Serving(letter.letter))
    with pytest.raises(RequestRefused, match="作废的理由"):
        register.act(made.id, Event.VOID_ANSWER, Said(today.day), HEAD)
    opened = register.act(made.id, Event.VOID_ANSWER, Said(today.day, note="发给了别人"), HEAD)
    assert opened.facts == made.facts and register.letters(made.id)[0].void
    assert counted(register, 2026) == {"R01": 1, "R23": 1}
    with pytest.raises(RequestRefused, match="不能办理"):
        register.act(made.id, Event.VOID_ANSWER, Said(today.day, note="再"), HEAD)
    again = answered(register, made.id, today)
    assert again.number == "云政信公〔2026〕2号" and counted(register, 2026) == {"R01": 1, "R03": 1, "R22": 1}


def test_an_answer_that_was_reported_is_given_anew_and_counts_once(
    register: Register, made: Request, today: Today
) -> None:
    answered(register, made.id, today, answer="secret", contents={Content.REASONS: "国家秘密"})
    before = counted(register, 2026)
    today.day = date(2027, 3, 1)
    opened = register.act(made.id, Event.VOID_ANSWER, Said(today.day, note="错了"), HEAD).facts
    assert (opened.state, opened.reply_number, opened.revoked_on) == (State.REDOING, "", today.day)
    answered(register, made.id, today, Event.ANSWER_AGAIN)
    assert counted(register, 2026) == before and counted(register, 2027) == {}
    assert register.request(made.id).facts.revoked_on is None


def test_an_answer_that_was_disputed_is_not_void(register: Register, made: Request, today: Today) -> None:
    answered(register, made.id, today)
    register.act(made.id, Event.REVIEW, Said(today.day), CLERK)
    register.act(made.id, Event.REVIEW_END, Said(today.day, result=Result.UPHELD), CLERK)
    with pytest.raises(RequestRefused, match="有过复议、诉讼"):
        register.act(made.id, Event.VOID_ANSWER, Said(today.day, note="错"), HEAD)
    # One that was given anew after a dispute was looked at by nobody.
    register.act(made.id, Event.REVIEW, Said(today.day), CLERK)
    register.act(made.id, Event.REVIEW_END, Said(today.day, result=Result.CORRECTED, redo=True), CLERK)
    answered(register, made.id, today, Event.ANSWER_AGAIN)
    opened = register.act(made.id, Event.VOID_ANSWER, Said(today.day, note="错"), HEAD).facts
    assert opened.state is State.REDOING and opened.answered_again_on is None


def test_a_number_that_is_void_without_a_reason_in_the_log_is_told(
    register: Register, made: Request, today: Today, staff: Staff, catalogue: Catalogue
) -> None:
    number = send(register, made.id, today).number
    with staff.writing() as connection:
        connection.execute(update(letter_numbers).values(voided=1))
    assert any(number in each and "是否作废" in each for each in problems(staff, catalogue))
    with staff.writing() as connection:
        connection.execute(text("UPDATE letter_numbers SET voided = NULL"))
