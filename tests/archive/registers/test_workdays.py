"""Counting working days: the golden cases, another's calendar, and a count day by day."""

from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import chinese_calendar
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.errors import YearMissing
from archive.registers.notices import Kind, Line, packaged
from archive.registers.workdays import Calendar

DAY = timedelta(days=1)
FIRST, LAST = date(2007, 1, 1), date(2026, 12, 31)
ALL_DAYS = [FIRST + days * DAY for days in range((LAST - FIRST).days + 1)]
NOW = Calendar(packaged())
# Before the Spring Festival of 2020 was prolonged.
THEN = NOW.known_on(date(2020, 1, 21))


def on(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("calendar", "start", "count", "end"),
    [
        (NOW, "2019-04-26", 7, "2019-05-08"),
        (NOW, "2019-09-25", 20, "2019-10-28"),
        (NOW, "2019-12-20", 20, "2020-01-19"),
        (THEN, "2020-01-20", 7, "2020-02-04"),
        (THEN, "2020-01-20", 20, "2020-02-21"),
        (THEN, "2020-01-20", 40, "2020-03-20"),
        (NOW, "2020-01-20", 7, "2020-02-06"),
        (NOW, "2020-01-20", 20, "2020-02-25"),
        (NOW, "2020-01-20", 40, "2020-03-24"),
        (THEN, "2020-01-23", 1, "2020-01-31"),
        (NOW, "2020-01-23", 1, "2020-02-03"),
        # Sundays at work.
        (NOW, "2019-09-27", 1, "2019-09-29"),
        (NOW, "2024-02-05", 5, "2024-02-18"),
        (NOW, "2024-02-05", 10, "2024-02-23"),
        (NOW, "2019-09-30", 1, "2019-10-08"),
        (NOW, "2019-09-20", 7, "2019-09-30"),
        (NOW, "2019-09-20", 20, "2019-10-23"),
        (NOW, "2019-10-15", 20, "2019-11-12"),
        (NOW, "2019-09-25", 15, "2019-10-21"),
        # From a day off: a Saturday, and the last day of a holiday.
        (NOW, "2019-09-21", 1, "2019-09-23"),
        (NOW, "2019-10-07", 1, "2019-10-08"),
        # Back.
        (NOW, "2019-10-08", -1, "2019-09-30"),
        (NOW, "2019-09-30", -1, "2019-09-29"),
        (NOW, "2020-02-25", -20, "2020-01-20"),
        # The last day of a term that is not counted in working days.
        (NOW, "2020-01-25", 0, "2020-02-03"),
        (THEN, "2020-01-25", 0, "2020-01-31"),
        (NOW, "2019-09-29", 0, "2019-09-29"),
    ],
)
def test_the_working_day_after_so_many(calendar: Calendar, start: str, count: int, end: str) -> None:
    assert calendar.add(on(start), count).end == on(end)


def test_a_term_that_stood_still_while_a_third_party_was_asked() -> None:
    used = NOW.between(on("2019-09-20"), on("2019-09-25")).count
    assert used == 3
    due = NOW.add(on("2019-10-14"), 20 - used).end
    assert due == on("2019-11-06")
    assert NOW.add(due, 20).end == on("2019-12-04")


def test_the_labour_day_of_2019_as_it_was_known_before_and_after_it_was_changed() -> None:
    assert NOW.known_on(on("2019-03-21")).works(on("2019-05-02"))
    assert not NOW.known_on(on("2019-03-22")).works(on("2019-05-02"))


def test_every_day_is_as_another_calendar_has_it() -> None:
    assert [day for day in ALL_DAYS if NOW.works(day) != chinese_calendar.is_workday(day)] == []


@settings(deadline=None)
@given(st.sampled_from(ALL_DAYS[900:-900]), st.integers(-600, 600))
def test_counts_agree_with_another_calendar(start: date, count: int) -> None:
    step = DAY if count > 0 else -DAY
    day, left = start, abs(count)
    if not count:
        while not chinese_calendar.is_workday(day):
            day += DAY
    while left:
        day += step
        left -= chinese_calendar.is_workday(day)
    assert NOW.add(start, count).end == day
    if count:
        assert NOW.between(start, day).count == count


# A calendar out of few days, so that lines meet.
_DAYS = st.dates(on("2026-01-01"), on("2026-02-28"))
_SINCE = st.dates(on("2025-11-01"), on("2025-11-06"))
_LINES = st.lists(st.builds(Line, _DAYS, st.sampled_from([Kind.OFF, Kind.WORK]), st.just(""), st.just("x"), _SINCE))


@settings(deadline=None)
@given(_LINES, _SINCE, _DAYS, st.integers(1, 30))
def test_counts_agree_with_a_count_day_by_day(lines: list[Line], as_of: date, start: date, count: int) -> None:
    unlike = list({line.key: line for line in lines}.values())
    whole = Line(on("2026-01-01"), Kind.YEAR, "", "x", on("2025-11-01"))
    calendar = Calendar((*unlike, whole), as_of)

    def works(day: date) -> bool:
        said = day.isoweekday() not in (6, 7)
        for moment in sorted({line.known_since for line in unlike}):
            for line in unlike:
                if line.day == day and line.known_since == moment and moment <= as_of:
                    said = line.kind == "上班"
        return said

    working = [day for at in range(1, 400) if (day := start + at * DAY).year == 2026 and works(day)]
    span = calendar.add(start, count)
    assert span.end == working[count - 1] == calendar.last_day(start, count)
    assert [day.on for day in span.days if day.works] == working[:count]
    assert [later.on - sooner.on for sooner, later in pairwise(span.days)] == [DAY] * (len(span.days) - 1)


def test_a_day_says_which_notice_arranges_it() -> None:
    line = NOW.day(on("2020-02-01")).line
    assert line is not None
    assert (line.said, line.notice) == ("2020-02-01 放假", "国办发明电〔2020〕1号（2020-01-26）")
    line = THEN.day(on("2020-02-01")).line
    assert line is not None
    assert (line.said, line.notice) == ("2020-02-01 上班", "国办发明电〔2019〕16号（2019-11-21）")
    assert NOW.day(on("2020-02-08")).line is None


@pytest.mark.parametrize(
    ("calendar", "start", "count", "year"),
    [
        (NOW, "2026-12-04", 20, 2027),
        (NOW, "2026-12-31", 1, 2027),
        (NOW, "2027-01-04", -2, 2027),
        (NOW, "2007-01-04", -1, 2006),
        (NOW, "2031-05-01", 0, 2031),
        (NOW, "2007-01-01", 100_000, 2027),
        (NOW.known_on(on("2019-11-20")), "2019-12-20", 20, 2020),
        (NOW.known_on(on("2000-01-01")), "2019-12-20", 1, 2019),
    ],
)
def test_a_year_that_is_not_known_is_an_error_and_no_guess(
    calendar: Calendar, start: str, count: int, year: int
) -> None:
    with pytest.raises(YearMissing, match=f"缺 {year} 年放假安排") as raised:
        calendar.add(on(start), count)
    assert raised.value.year == year


def test_days_of_a_year_that_is_not_known_are_not_counted() -> None:
    assert NOW.between(on("2026-12-04"), on("2026-12-31")).count == 19
    for start, end in (("2026-12-04", "2027-01-04"), ("2027-01-04", "2026-12-04"), ("2006-12-29", "2006-12-31")):
        with pytest.raises(YearMissing):
            NOW.between(on(start), on(end))
    # The day that a term starts from is not counted, so its year may be unknown.
    assert NOW.between(on("2006-12-31"), on("2007-01-04")).count == 1


def test_the_last_days_of_a_year_are_open_until_the_next_notice_is_known() -> None:
    assert NOW.open_until(NOW.add(on("2026-12-01"), 20)) == 2027
    assert NOW.open_until(NOW.add(on("2026-12-01"), 19)) is None
    assert NOW.open_until(NOW.add(on("2025-12-01"), 30)) is None
    before = NOW.known_on(on("2018-12-03"))
    assert before.open_until(before.add(on("2018-12-03"), 20)) == 2019
    # And so it came.
    assert before.works(on("2018-12-31")) and not NOW.works(on("2018-12-31"))


def test_no_notice_has_reached_further_back_than_the_days_that_are_open() -> None:
    reached = [line.day for line in packaged() if line.known_since.year == line.day.year and line.day.month == 12]
    assert min((day.month, day.day) for day in reached) == (12, 29)


def test_in_november_the_next_notice_is_asked_for() -> None:
    assert NOW.missing(on("2026-10-31")) == ()
    assert NOW.missing(on("2026-11-01")) == (2027,)
    assert NOW.missing(on("2027-01-01")) == (2027,)
    assert NOW.missing(on("2027-11-01")) == (2027, 2028)
    assert NOW.missing(on("2025-12-31")) == ()


def test_a_folder_that_is_not_there_has_nothing_to_add(tmp_path: Path) -> None:
    assert Calendar.load(tmp_path / "nowhere").years == tuple(range(2007, 2027))


@pytest.mark.parametrize("start", [on("2006-11-30"), on("2026-12-10"), on("1999-01-04"), on("2030-01-04")])
def test_the_last_day_in_a_year_without_a_notice_is_no_guess(start: date) -> None:
    with pytest.raises(YearMissing) as walked:
        NOW.add(start, 20)
    with pytest.raises(YearMissing) as found:
        NOW.last_day(start, 20)
    assert found.value.year == walked.value.year
