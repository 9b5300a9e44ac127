"""Table three: counted by hand, and true to itself after any sequence of events."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.errors import RequestRefused
from archive.registers.notices import packaged
from archive.registers.requests import changing, lawful, terms
from archive.registers.requests.facts import (
    Applicant,
    Correction,
    Delivery,
    Facts,
    Position,
    Result,
    Said,
    read,
    written,
)
from archive.registers.requests.fees import Basis
from archive.registers.requests.outcomes import ANSWERS, Content, Row
from archive.registers.requests.states import OPEN, TABLE, Event, State
from archive.registers.requests.table_three import COLUMNS, TOTAL, table_three
from archive.registers.requests.terms import Channel
from archive.registers.workdays import Calendar

CALENDAR = Calendar(packaged())
# Some are received under the regulation of 2007, and answered in the first year that has a table.
FIRST = date(2018, 11, 1)


def closed(received: str, ended: str | None, row: Row = Row.OPEN, kind: Applicant = Applicant.PERSON) -> Facts:
    on = date.fromisoformat(ended) if ended else None
    state = State.CLOSED if on else State.HANDLING
    made = Facts(state, Channel.IN_PERSON, kind, date.fromisoformat(received))
    return replace(made, closed_on=on, row=row if on else None)


EVERY = [
    closed("2019-12-30", "2020-01-15"),
    closed("2019-12-31", "2021-02-01", Row.CLASSIFIED, Applicant.COMPANY),
    closed("2020-01-01", "2020-12-31", Row.ABANDONED),
    closed("2020-03-01", "2020-03-01", Row.OTHER, Applicant.LAWYERS),
    closed("2020-12-31", None),
    closed("2021-01-01", "2021-03-01", Row.UNPAID),
    closed("2018-01-01", "2018-03-01"),
    Facts(State.CONFIRMING, Channel.INTERNET, Applicant.PERSON, date(2020, 5, 1)),
    replace(closed("2020-06-01", None), state=State.VOID),
]


def test_a_year_in_each_form_as_counted_by_hand() -> None:
    of_2020 = table_three(2020, EVERY)
    totals = {code: numbers[TOTAL] for code, numbers in of_2020.numbers.items() if numbers[TOTAL]}
    assert totals == {"R01": 3, "R02": 2, "R03": 1, "R21": 2, "R22": 3, "R23": 2}
    assert of_2020.numbers["R01"] == dict.fromkeys(COLUMNS, 0) | {"自然人": 2, "法律服务机构": 1, "总计": 3}
    assert (of_2020.unconfirmed, of_2020.void, len(of_2020.lines)) == (1, 1, 23)
    of_2021 = table_three(2021, EVERY)
    totals = {code: numbers[TOTAL] for code, numbers in of_2021.numbers.items() if numbers[TOTAL]}
    assert totals == {"R01": 1, "R02": 2, "R05": 1, "R21.2": 1, "R22": 2, "R23": 1}
    assert of_2020.problems() == of_2021.problems() == []


def test_what_is_left_of_a_year_is_carried_into_the_next() -> None:
    for year in range(2019, 2023):
        assert table_three(year, EVERY).numbers["R23"] == table_three(year + 1, EVERY).numbers["R02"]


def test_a_year_with_another_form_is_refused() -> None:
    with pytest.raises(RequestRefused, match="2018"):
        table_three(2018, EVERY)


def test_a_table_that_contradicts_itself_is_told() -> None:
    table = table_three(2020, EVERY)
    for code in ("R01", "R03", "R22"):
        numbers = {**table.numbers, code: {**table.numbers[code], "自然人": 9}}
        assert replace(table, numbers=numbers).problems()


_UNDONE = (
    *(Event.ASK_SUPPLEMENT, Event.CHARGE, Event.EXTEND, Event.DELAY, Event.ASK_THIRD_PARTY, Event.ASK_ORGAN),
    Event.LETTER,
)


def corrections(on: date) -> st.SearchStrategy[Correction]:
    """Make up what was registered wrongly, also what moves the day of receipt: another channel or other days."""
    near = st.none() | st.integers(-30, 5).map(lambda days: on + timedelta(days=days))
    channels, kinds = st.none() | st.sampled_from(Channel), st.none() | st.sampled_from(Applicant)
    return st.builds(Correction, channel=channels, kind=kinds, submitted_on=near, confirmed_on=near)


def said(event: Event, on: date, draw: st.DrawFn) -> Said:
    """Make up what is said with an event, mostly sensible."""
    answer = draw(st.sampled_from([id for id, each in ANSWERS.items() if each.by_letter]))
    needs = ANSWERS[answer].needs
    return Said(
        on,
        until=on + timedelta(days=draw(st.integers(0, 30))),
        at=draw(st.integers(0, 2)),
        position=draw(st.sampled_from(Position)),
        days=draw(st.integers(1, 20)),
        basis=draw(st.sampled_from(Basis)),
        count=40,
        answer=answer,
        contents={each: "写明" for each in needs} | {Content.REASONS: "写明"},
        number="沭公开〔2020〕3号",
        delivery=Delivery.MAIL,
        result=draw(st.sampled_from(Result)),
        redo=draw(st.booleans()),
        # A letter that is void takes back what it did; so its register says which that was.
        undoes=draw(st.sampled_from([None, *_UNDONE])),
        correction=draw(st.none() | corrections(on)),
        note="说明",
    )


@st.composite
def lives(draw: st.DrawFn) -> Facts:
    """Make a life of lawful events, over some years; what is refused is left out."""
    today = FIRST + timedelta(days=draw(st.integers(0, 500)))
    channel = draw(st.sampled_from(Channel))
    made = Facts(State.HANDLING, channel, draw(st.sampled_from(Applicant)), today)
    if made.received_on is None:
        made = replace(made, state=State.CONFIRMING)
    elif draw(st.sampled_from([False, False, False, True])):
        # From the former register: of its answer only the row and the day are known.
        made = replace(closed(str(today), str(today + timedelta(days=20)), draw(st.sampled_from(Row))), imported=True)
        today += timedelta(days=20)
    for _ in range(draw(st.integers(0, 12))):
        today += timedelta(days=draw(st.sampled_from([0, 1, 3, 10, 40, 400])))
        # Sooner or later a day of the past is recorded.
        on = today - timedelta(days=draw(st.sampled_from([0, 0, 0, 1, 20])))
        events = sorted({each.event for each in TABLE if each.state is made.state})
        if not events:
            break
        event = draw(st.sampled_from(events))
        try:
            made = changing.apply(made, event, said(event, on, draw), "丁四", CALENDAR, today)
        except RequestRefused:
            continue
    return made


def test_after_any_sequence_of_events_it_holds_per_column(pytestconfig: pytest.Config) -> None:
    seen: Counter[State] = Counter()

    slow = [HealthCheck.too_slow]
    examples = 2_000 if pytestconfig.option.thorough else 40

    @settings(max_examples=examples, suppress_health_check=slow, deadline=None)
    @given(st.lists(lives(), max_size=6))
    def holds(every: list[Facts]) -> None:
        for year in range(2019, 2025):
            table = table_three(year, every)
            assert table.problems() == []
            assert table.numbers["R23"] == table_three(year + 1, every).numbers["R02"]
        for each in every:
            seen[each.state] += 1
            # What is kept is what is read, and no life is out of order.
            assert read(written(each)) == each
            assert lawful.out_of_order(each, date(2099, 1, 1)) == ""
            assert (each.closed_on is None) == (each.state in {*OPEN, State.CONFIRMING, State.VOID})
            assert (each.row is None) == (each.closed_on is None)
            term = terms.reply(each.life, CALENDAR)
            assert (term.due is None) == (term.missing is not None or term.waiting is not None)

    holds()
    assert {State.CLOSED, State.HANDLING, State.CONFIRMING} <= set(seen)
