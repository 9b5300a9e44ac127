"""Terms of requests: the golden cases, and a count day by day that knows nothing of how they are computed."""

from datetime import date, timedelta

import chinese_calendar
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from archive.registers.notices import packaged
from archive.registers.requests import terms
from archive.registers.requests.terms import (
    Channel,
    Consultation,
    Consulted,
    Extension,
    Life,
    Restart,
    Waiting,
)
from archive.registers.workdays import Calendar

DAY = timedelta(days=1)
NOW = Calendar(packaged())
# Before the Spring Festival of 2020 was prolonged.
THEN = NOW.known_on(date(2020, 1, 21))
FIRST, LAST = date(2018, 1, 1), date(2026, 12, 31)


def on(text: str) -> date:
    return date.fromisoformat(text)


def third(sent: str, answered: str | None = None, served: str | None = None) -> Consultation:
    return Consultation(
        Consulted.THIRD_PARTY, on(sent), on(served) if served else None, on(answered) if answered else None
    )


@pytest.mark.parametrize(
    ("calendar", "life", "due"),
    [
        (NOW, Life(on("2019-09-20")), "2019-10-23"),
        (NOW, Life(on("2019-09-25")), "2019-10-28"),
        (NOW, Life(on("2019-12-20")), "2020-01-19"),
        (THEN, Life(on("2020-01-20")), "2020-02-21"),
        (NOW, Life(on("2020-01-20")), "2020-02-25"),
        (THEN, Life(on("2020-01-20"), extension=Extension(20, on("2020-02-20"))), "2020-03-20"),
        (NOW, Life(on("2020-01-20"), extension=Extension(20, on("2020-02-20"))), "2020-03-24"),
        # A delay adds to what an extension has added, and a supplement begins anew without either.
        (NOW, Life(on("2020-01-20"), delay=Extension(20, on("2020-02-20"))), "2020-03-24"),
        (
            NOW,
            Life(on("2019-09-20"), extension=Extension(5, on("2019-10-10")), delay=Extension(15, on("2019-10-11"))),
            "2019-11-20",
        ),
        (
            NOW,
            Life(on("2019-09-20"), Restart(on("2019-09-27"), on("2019-10-15")), delay=Extension(9, on("2019-09-26"))),
            "2019-11-12",
        ),
        # A supplement restarts the term.
        (NOW, Life(on("2019-09-20"), Restart(on("2019-09-27"), on("2019-10-15"))), "2019-11-12"),
        # A consultation stops it: three days were used, and seventeen come after the answer.
        (NOW, Life(on("2019-09-20"), consultations=(third("2019-09-25", "2019-10-14"),)), "2019-11-06"),
        (
            NOW,
            Life(
                on("2019-09-20"),
                consultations=(third("2019-09-25", "2019-10-14"),),
                extension=Extension(20, on("2019-11-01")),
            ),
            "2019-12-04",
        ),
        # Two at once are one stop, and so are two of which one lies in the other.
        (
            NOW,
            Life(
                on("2019-09-20"),
                consultations=(
                    third("2019-09-25", "2019-10-14"),
                    Consultation(Consulted.ORGAN, on("2019-09-27"), None, on("2019-10-09")),
                ),
            ),
            "2019-11-06",
        ),
        # A late answer doesn't prolong the fifteen working days, which end on 21 October.
        (NOW, Life(on("2019-09-20"), consultations=(third("2019-09-25", "2019-12-31"),)), "2019-11-13"),
        (NOW, Life(on("2019-09-20"), consultations=(third("2019-09-25", "2019-10-21"),)), "2019-11-13"),
        # They begin when the letter has reached whoever is asked.
        (NOW, Life(on("2019-09-20"), consultations=(third("2019-09-25", None, "2019-09-29"),)), "2019-11-18"),
        # The regulation of 2007: 15 + 15, and only third parties stop it.
        (NOW, Life(on("2019-05-14")), "2019-06-04"),
        (NOW, Life(on("2019-05-15")), "2019-06-13"),
        (NOW, Life(on("2019-05-14"), extension=Extension(15, on("2019-06-03"))), "2019-06-26"),
        (
            NOW,
            Life(
                on("2019-05-14"),
                consultations=(Consultation(Consulted.ORGAN, on("2019-05-16"), None, on("2019-05-24")),),
            ),
            "2019-06-04",
        ),
        # Answered on the day of asking: nothing stood still.
        (NOW, Life(on("2019-09-20"), consultations=(third("2019-09-25", "2019-09-25"),)), "2019-10-23"),
        # An extension ends with the term in which it was told.
        (
            NOW,
            Life(
                on("2019-09-20"),
                fee=Restart(on("2019-09-24"), on("2019-10-15")),
                extension=Extension(20, on("2019-09-23")),
            ),
            "2019-11-12",
        ),
    ],
)
def test_when_a_reply_is_due(calendar: Calendar, life: Life, due: str) -> None:
    term = terms.reply(life, calendar)
    assert (term.said, term.due) == (due, on(due))
    assert term.steps[-1].counted == term.days == term.used


@pytest.mark.parametrize(
    ("channel", "confirmed", "received"),
    [
        (Channel.IN_PERSON, None, "2019-09-20"),
        (Channel.ORAL, None, "2019-09-20"),
        (Channel.SIGNED_MAIL, "2019-09-23", "2019-09-23"),
        (Channel.PLAIN_MAIL, "2019-09-23", "2019-09-23"),
        (Channel.FAX, "2019-09-23", "2019-09-23"),
        (Channel.INTERNET, "2019-09-23", "2019-09-23"),
        (Channel.INTERNET, None, None),
        (Channel.PLAIN_MAIL, None, None),
    ],
)
def test_the_day_of_receipt_follows_the_channel(channel: Channel, confirmed: str | None, received: str | None) -> None:
    found = terms.receipt(channel, on("2019-09-20"), on(confirmed) if confirmed else None)
    assert found == (on(received) if received else None)


def test_the_terms_beside_the_reply() -> None:
    asked = terms.supplement(on("2019-09-20"), NOW)
    assert asked and asked.due == on("2019-09-30")
    assert (asked := terms.supplement(on("2020-01-20"), THEN)) and asked.due == on("2020-02-04")
    assert terms.supplement(on("2019-05-14"), NOW) is None
    opinion = terms.opinion(third("2019-09-25"), on("2019-09-20"), NOW)
    assert opinion and opinion.due == on("2019-10-21")
    opinion = terms.opinion(third("2019-09-20", None, "2019-09-25"), on("2019-09-20"), NOW)
    assert opinion and opinion.due == on("2019-10-21")
    assert terms.opinion(third("2019-05-15"), on("2019-05-14"), NOW) is None
    assert terms.payment(on("2019-09-20"), NOW).due == on("2019-10-23")


@pytest.mark.parametrize(
    ("life", "said"),
    [
        (Life(None), "待确认收到"),
        (Life(on("2019-09-20"), Restart(on("2019-09-27"))), "待补正"),
        (Life(on("2019-09-20"), fee=Restart(on("2019-09-27"))), "待缴费"),
        (Life(on("2019-05-13"), consultations=(third("2019-05-15"),)), "待征求意见的答复"),
        (Life(on("2026-12-04")), "待定（缺 2027 年放假安排）"),
        (Life(on("2026-12-01"), consultations=(third("2026-12-02"),)), "待定（缺 2027 年放假安排）"),
        (Life(on("2026-12-01"), consultations=(third("2026-12-18"),)), "待定（缺 2027 年放假安排）"),
    ],
)
def test_a_term_without_a_last_day_says_why(life: Life, said: str) -> None:
    term = terms.reply(life, NOW)
    assert (term.due, term.said) == (None, said)
    assert term.left(on("2026-12-08")) is None and not term.overdue(on("2030-01-01"))


def test_a_year_that_was_not_known_then_is_missing_then() -> None:
    assert terms.reply(Life(on("2019-12-20")), NOW.known_on(on("2019-01-01"))).missing == 2020


def test_an_open_consultation_gives_the_latest_day_and_says_so() -> None:
    term = terms.reply(Life(on("2019-09-20"), consultations=(third("2019-09-25"),)), NOW)
    assert (term.due, term.open) == (on("2019-11-13"), ("第三方（2019-09-25 发出）",))
    assert terms.reply(Life(on("2019-09-20"), consultations=(third("2019-09-25", "2019-10-14"),)), NOW).open == ()


def test_what_may_still_change_in_december_is_told() -> None:
    # The 20th working day is 30 December 2026, and the notice for 2027 isn't known.
    assert terms.reply(Life(on("2026-12-02")), NOW).may_change == 2027
    assert terms.reply(Life(on("2025-12-02")), NOW).may_change is None


def test_the_derivation_names_each_day_with_its_reason() -> None:
    term = terms.reply(Life(on("2019-09-20"), consultations=(third("2019-09-25", "2019-10-14"),)), NOW)
    assert (term.source, term.days) == ("《政府信息公开条例》（2019年修订）第三十三条", 20)
    assert (term.start, term.said) == (on("2019-09-20"), "2019-11-06")
    told = {step.day.on.isoformat(): step.why for step in term.steps}
    assert told["2019-09-21"] == "周末，不计"
    assert told["2019-09-23"] == "第 1 个工作日"
    assert told["2019-09-26"] == "征求第三方意见（2019-09-25 发出）"
    # Each day after the starting one, to the last.
    assert [*told] == [(on("2019-09-20") + timedelta(days=at)).isoformat() for at in range(1, 48)]
    plain = {step.day.on.isoformat(): step.why for step in terms.reply(Life(on("2019-09-20")), NOW).steps}
    assert plain["2019-09-29"].startswith("第 6 个工作日（上班：国庆节，国办发明电〔2018〕15号")
    assert plain["2019-10-01"].startswith("不计（放假：国庆节，")


def test_how_much_is_left() -> None:
    term = terms.reply(Life(on("2019-09-20")), NOW)
    assert [term.left(on(day)) for day in ("2019-09-20", "2019-10-22", "2019-10-23", "2019-10-24")] == [20, 1, 0, 0]
    assert not term.overdue(on("2019-10-23")) and term.overdue(on("2019-10-24"))


@st.composite
def lives(draw: st.DrawFn) -> Life:
    """Make lives as they happen, and some that don't: letters that cross, answers before they were asked for."""
    received = draw(st.dates(FIRST, LAST))
    later = st.integers(0, 45).map(lambda days: received + days * DAY)
    restart = st.builds(Restart, later, st.none() | later)
    consultations = st.lists(
        st.builds(Consultation, st.sampled_from(Consulted), later, st.none() | later, st.none() | later), max_size=3
    )
    return Life(
        received,
        draw(st.none() | restart),
        draw(st.none() | st.none() | restart),
        tuple(draw(consultations)),
        draw(st.none() | st.builds(Extension, st.integers(1, 20), later)),
        draw(st.none() | st.none() | st.builds(Extension, st.integers(1, 60), later)),
    )


def simulated(life: Life) -> date | int | Waiting:
    """Live a request day by day, and return its last day, a missing year, or what it waits for."""
    assert life.received_on
    new = life.received_on >= date(2019, 5, 15)
    for waiting, asked in ((Waiting.SUPPLEMENT, life.supplement), (Waiting.FEE, life.fee)):
        if asked and not asked.came_on:
            return waiting
    # For each letter that stops the clock, how many working days are left to answer it.
    awaited = {each: 15 for each in life.consultations if new or each.of is Consulted.THIRD_PARTY}
    passed: set[Consultation] = set()
    came = [each.came_on for each in (life.supplement, life.fee) if each and each.came_on]
    last_start = max([life.received_on, *came])
    left = 20 if new else 15
    # What was told before the term began anew went with the old one.
    for added in (life.extension, life.delay):
        if added and not any(day > added.told_on for day in came):
            left += added.days
    day = min([life.received_on, *(each.served_on or each.sent_on for each in awaited)])
    while True:
        day += DAY
        try:
            works = chinese_calendar.is_workday(day)
        except NotImplementedError:
            return day.year
        standing = [
            each
            for each in awaited
            if each.sent_on < day and each not in passed and not (each.answered_on and day > each.answered_on)
        ]
        if works:
            for each in awaited:
                if (each.served_on or each.sent_on) < day:
                    awaited[each] -= 1
        if not new and day > last_start and any(each.answered_on is None for each in standing):
            return Waiting.OPINION
        if day > last_start and works and not standing:
            left -= 1
        # The last of the fifteen days still stands still.
        passed |= {each for each, days in awaited.items() if new and days <= 0}
        if day > last_start and left <= 0:
            return day


def test_a_simulation_day_by_day_finds_the_same(pytestconfig: pytest.Config) -> None:
    seen: set[object] = set()

    # The first draws load tables, which takes seconds on a busy machine.
    slow = [HealthCheck.too_slow]

    @settings(max_examples=10_000 if pytestconfig.option.thorough else 100, suppress_health_check=slow, deadline=None)
    @given(lives())
    def compare(life: Life) -> None:
        term = terms.reply(life, NOW)
        assert (term.due or term.missing or term.waiting) == simulated(life)
        seen.add("due" if term.due else "missing" if term.missing else term.waiting)
        seen.update(_kinds(life))

    compare()
    assert {"due", Waiting.SUPPLEMENT} <= seen
    if pytestconfig.option.thorough:
        assert {"missing", Waiting.FEE, Waiting.OPINION, *_KINDS} <= seen


_KINDS = ("rule of 2007", "two at once", "supplement after extension", "extension and delay", "supplement and fee")


def _kinds(life: Life) -> set[str]:
    """Return what is hard about a life, to see that such lives are made."""
    held = [(each.sent_on, each.answered_on or date.max) for each in life.consultations]
    crossing = any(a < d and c < b for at, (a, b) in enumerate(held) for c, d in held[:at])
    again = life.supplement and life.supplement.came_on
    found = (
        life.received_on is not None and life.received_on < date(2019, 5, 15),
        crossing,
        bool(again and life.extension and life.extension.told_on < again),
        life.extension is not None and life.delay is not None,
        bool(again and life.fee and life.fee.came_on),
    )
    return {kind for kind, made in zip(_KINDS, found, strict=True) if made}
