"""Counts working days, as known now or on an earlier day, and shows how.

Offices rest on Saturdays and Sundays (国务院关于职工工作时间的规定, article 7) unless a holiday notice says otherwise.
A year whose notice is not there is an error and never a guess. The day that a term starts from is not counted, whether
offices work on it or not (民法典, article 201; 民事诉讼法, article 85).
"""

from bisect import bisect_right
from calendar import isleap
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from pathlib import Path

from archive.errors import BadCalendar, YearMissing
from archive.registers.notices import OWN_NAME, Kind, Line, own, packaged

WEEK = "一二三四五六日"
_DAY = timedelta(days=1)
_SATURDAY = 5
# From here on days of December may still be changed: the notice for the next year arranges New Year's Day. None so far
# (2007–2026) reaches further back than to 29 December.
_OPEN_FROM = 29
# Days off in every year since 2000 by the 全国年节及纪念日放假办法, as month and day.
_STATUTORY = ((1, 1), (5, 1), (10, 1), (10, 2), (10, 3))
# Spring Festival begins on a day from 21 January to 20 February, and its days off last a week.
_SPRING = ((1, 20), (2, 27))
# In November the notice for the next year is due.
_DUE_MONTH = 11


@dataclass(frozen=True, slots=True)
class Day:
    """A day, whether offices work on it, and the line of a notice that says so; None: the plain week does."""

    on: date
    works: bool
    line: Line | None


@dataclass(frozen=True, slots=True)
class Span:
    """How a date or a number was found: ``days`` are those walked through from ``start``, in order."""

    start: date
    days: tuple[Day, ...]

    @property
    def end(self) -> date:
        """The last day walked to; ``start`` if there is none."""
        return self.days[-1].on if self.days else self.start

    @property
    def count(self) -> int:
        """How many of them are working days; negative if the walk went back."""
        worked = sum(day.works for day in self.days)
        return -worked if self.end < self.start else worked


class Calendar:
    """Which days offices work, as known on the day ``as_of`` (None: now). Immutable.

    Of several lines about one day the one that became known last is in effect.
    """

    def __init__(self, lines: Iterable[Line], as_of: date | None = None) -> None:
        """Build the calendar. Of lines that became known on the same day the last one is in effect."""
        self.as_of = as_of
        self.lines = tuple(lines)
        known = sorted(
            (line for line in self.lines if as_of is None or line.known_since <= as_of),
            key=lambda line: line.known_since,
        )
        self._days = {line.day: line for line in known if line.kind is not Kind.YEAR}
        self._years = {line.day.year for line in known if line.kind is Kind.YEAR}

    @classmethod
    def load(cls, data: Path, as_of: date | None = None) -> "Calendar":
        """Load the packaged notices and those in the folder ``data``, which need not exist.

        Raises BadCalendar or OSError for a file that can't be used.
        """
        calendar = _complete((*packaged(), *own(data)))
        return calendar if as_of is None else calendar.known_on(as_of)

    def known_on(self, as_of: date | None) -> "Calendar":
        """Return the calendar as it was known on a day."""
        return Calendar(self.lines, as_of)

    def line(self, on: date) -> Line | None:
        """Return the line of a notice that is in effect for a day; None if no notice names it."""
        return self._days.get(on)

    @property
    def years(self) -> tuple[int, ...]:
        """The years that can be counted in, in order."""
        return tuple(sorted(self._years))

    def incomplete(self) -> list[str]:
        """Say of each year which holidays of every year it lacks, so that half a notice does not pass for a whole."""
        return [lacks for year in self.years if (lacks := self._lacks(year))]

    def _lacks(self, year: int) -> str:
        lacking = [f"{month} 月 {day} 日" for month, day in _STATUTORY if self.works(date(year, month, day))]
        first, last = (date(year, month, day) for month, day in _SPRING)
        spring = (first + days * _DAY for days in range((last - first).days + 1))
        if all(self.works(day) for day in spring if day.weekday() < _SATURDAY):
            lacking.append("春节")
        said = f"{year} 年写明“全年”，而这些日子没有放假：{'、'.join(lacking)}。通知没有录全，请补上。"
        return said if lacking else ""

    def missing(self, today: date) -> tuple[int, ...]:
        """Return the years whose notice must be asked for: this one, and from November on the next."""
        wanted = (today.year, today.year + 1) if today.month >= _DUE_MONTH else (today.year,)
        return tuple(year for year in wanted if year not in self._years)

    def day(self, on: date) -> Day:
        """Return what is known of a day. Raises YearMissing."""
        if on.year not in self._years:
            raise YearMissing(on.year, self.as_of)
        line = self.line(on)
        return Day(on, line.kind is Kind.WORK if line else on.weekday() < _SATURDAY, line)

    def works(self, on: date) -> bool:
        """Tell whether offices work on a day. Raises YearMissing."""
        return self.day(on).works

    def add(self, start: date, count: int) -> Span:
        """Walk to the ``count``-th working day after ``start``, or before it if negative. Raises YearMissing.

        For 0 this is ``start`` itself, or the first working day after it: the last day of a term that is not counted in
        working days moves so (民法典, article 203).
        """
        on, left, walked = start, abs(count), []
        if not count:
            left, on = 1, start - _DAY
        while left:
            on += _DAY if count >= 0 else -_DAY
            walked.append(self.day(on))
            left -= walked[-1].works
        return Span(start, tuple(walked))

    def last_day(self, start: date, count: int) -> date:
        """Return where ``add`` ends for a positive ``count``, without walking there. Raises YearMissing."""
        at = bisect_right(self._working, start) + count - 1
        if at < len(self._working):
            end = self._working[at]
            if all(year in self._years for year in range((start + _DAY).year, end.year + 1)):
                return end
        return self.add(start, count).end

    @cached_property
    def _working(self) -> tuple[date, ...]:
        """Every working day of the years that can be counted in, in order."""
        days = (date(year, 1, 1) + at * _DAY for year in self.years for at in range(365 + isleap(year)))
        return tuple(day for day in days if self.works(day))

    def between(self, start: date, end: date) -> Span:
        """Walk from the day after ``start`` to ``end``; back from the day before it, if ``end`` is earlier.

        Raises YearMissing.         So ``between(start, add(start, n).end).count`` is ``n``.
        """
        step = 1 if end >= start else -1
        offsets = range(step, (end - start).days + step, step)
        return Span(start, tuple(self.day(start + offset * _DAY) for offset in offsets))

    def open_until(self, span: Span) -> int | None:
        """Return the year whose notice is not known and may still change days of a span; None if nothing is open."""
        for day in span.days:
            if (day.on.month, day.on.day) >= (12, _OPEN_FROM) and day.on.year + 1 not in self._years:
                return day.on.year + 1
        return None


@lru_cache(maxsize=2)  # a queue asks for it at each request, and the notices change once a year
def _complete(lines: tuple[Line, ...]) -> Calendar:
    """Build a calendar in which no year is half known. Raises BadCalendar."""
    calendar = Calendar(lines)
    if lacking := calendar.incomplete():
        raise BadCalendar(OWN_NAME, lacking)
    return calendar
