"""Counts the terms of a request: when a reply is due, and why, as the calendar is known now or was on an earlier day.

Three things move the day, each in its own way (政府信息公开条例, 2019):

- A supplement **restarts** the term: it is counted anew from the day on which the office received it (article 30).
  So does a fee that was paid (国办函〔2020〕109号).
- While a third party or another organ is asked, the term **stands still** (article 33): the day of sending still
  counts, and counting goes on the day after the answer came, or after their 15 working days (articles 32, 34).
- An **extension** adds days, 20 at most, once (article 33). It belongs to the term in which it was told. So
  does a **delay**, without such a bound, where somebody asks for too much with good reasons (article 35).

The day from which a term starts isn't counted. What was received before 15 May 2019 has the terms of the regulation of
2007.
Nothing here reads a file or a clock.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from archive.errors import YearMissing
from archive.registers.workdays import Calendar, Day, Span

_DAY = timedelta(days=1)


class Channel(StrEnum):
    """How a request came in."""

    IN_PERSON = "当面"
    SIGNED_MAIL = "邮寄挂号"
    PLAIN_MAIL = "平信"
    FAX = "传真"
    INTERNET = "互联网"
    ORAL = "口头代填"

    @property
    def confirmed(self) -> bool:
        """Whether the term starts from a day of its own: signing for the letter, or confirming with the applicant."""
        return self not in (Channel.IN_PERSON, Channel.ORAL)


class Consulted(StrEnum):
    """Who is asked for an opinion."""

    THIRD_PARTY = "第三方"
    ORGAN = "其他机关"


class Waiting(StrEnum):
    """For what a term waits, so that it has no last day yet."""

    CONFIRMATION = "待确认收到"
    SUPPLEMENT = "待补正"
    FEE = "待缴费"
    OPINION = "待征求意见的答复"


@dataclass(frozen=True, slots=True)
class Rule:
    """The terms of one regulation, in working days; None: it sets none. ``suspending``: whose opinion stops them."""

    source: str
    since: date
    reply: int
    extension: int
    supplement: int | None
    opinion: int | None
    payment: int | None
    suspending: frozenset[Consulted]


# The newest first.
RULES = (
    Rule("《政府信息公开条例》（2019年修订）第三十三条", date(2019, 5, 15), 20, 20, 7, 15, 20, frozenset(Consulted)),
    Rule(
        *("《政府信息公开条例》（2007年）第二十四条", date.min, 15, 15, None, None, None),
        suspending=frozenset({Consulted.THIRD_PARTY}),
    ),
)


@dataclass(frozen=True, slots=True)
class Consultation:
    """An opinion that was asked for. ``served_on`` is when the letter reached them, if that is known.

    ``answered_on`` is the day on which the office received the answer.
    """

    of: Consulted
    sent_on: date
    served_on: date | None = None
    answered_on: date | None = None


@dataclass(frozen=True, slots=True)
class Restart:
    """What was asked of the applicant on one day and came on another, from which the term is counted anew."""

    asked_on: date
    came_on: date | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """Working days that were added, and the day on which the applicant was told."""

    days: int
    told_on: date


@dataclass(frozen=True, slots=True)
class Life:
    """What happened to a request that moves its term. ``received_on`` is None until it counts as received."""

    received_on: date | None
    supplement: Restart | None = None
    fee: Restart | None = None
    consultations: tuple[Consultation, ...] = ()
    extension: Extension | None = None
    delay: Extension | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """A day that was walked through: the ``counted``-th of the term, or 0 with the reason why it isn't counted."""

    day: Day
    counted: int
    suspended: tuple[str, ...] = ()

    @property
    def why(self) -> str:
        """What is said of the day, for a person: 第 3 个工作日, 周末, or the notice or the consultation."""
        line = self.day.line
        if self.suspended:
            return "、".join(self.suspended)
        notice = f"（{line.kind}：{line.holiday or '见通知'}，{line.notice}）" if line else ""
        if self.counted:
            return f"第 {self.counted} 个工作日{notice}"
        return f"不计{notice}" if line else "周末，不计"


@dataclass(frozen=True, slots=True)
class Term:
    """A term and how it was found. ``due`` is its last day. None: a year is ``missing``, or it is ``waiting``.

    ``open`` names whose opinion is still awaited: ``due`` then is the latest possible, and may come sooner.
    ``may_change`` is a year whose notice isn't known and may still change days of this term.
    """

    source: str
    start: date | None
    days: int
    due: date | None = None
    missing: int | None = None
    waiting: Waiting | None = None
    open: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    may_change: int | None = None

    @property
    def said(self) -> str:
        """The last day, or why there is none: ``2019-11-06``, ``待定（缺 2027 年放假安排）``, ``待补正``."""
        if self.due:
            return self.due.isoformat()
        return str(self.waiting) if self.waiting else f"待定（缺 {self.missing} 年放假安排）"

    @property
    def used(self) -> int:
        """How many days of the term were counted as far as it was walked."""
        return max((step.counted for step in self.steps), default=0)

    def left(self, today: date) -> int | None:
        """Return how many days of the term are still to come after ``today``; None without a last day."""
        return sum(step.counted > 0 and step.day.on > today for step in self.steps) if self.due else None

    def overdue(self, today: date) -> bool:
        """Tell whether the last day is over."""
        return self.due is not None and today > self.due


def rule(received_on: date) -> Rule:
    """Return the rule for what was received on a day."""
    return next(each for each in RULES if received_on >= each.since)


def receipt(channel: Channel, submitted_on: date, confirmed_on: date | None) -> date | None:
    """Return the day on which a request counts as received (article 31); None if that must still be confirmed."""
    return confirmed_on if channel.confirmed else submitted_on


def reply(life: Life, calendar: Calendar) -> Term:
    """Return when the reply is due, as far as the calendar is known."""
    if life.received_on is None:
        return Term(RULES[0].source, None, RULES[0].reply, waiting=Waiting.CONFIRMATION)
    of = rule(life.received_on)
    restarts = ((Waiting.SUPPLEMENT, life.supplement), (Waiting.FEE, life.fee))
    start = max(life.received_on, *(each.came_on or date.min for _, each in restarts if each), date.min)
    added = [each for each in (life.extension, life.delay) if each and each.told_on >= start]
    days = of.reply + sum(each.days for each in added)
    for waiting, each in restarts:
        if each and each.came_on is None:
            return Term(of.source, start, days, waiting=waiting)
    stops = [_stop(each, of, calendar) for each in life.consultations if each.of in of.suspending]
    return _walk(of.source, start, days, calendar, stops)


def supplement(received_on: date, calendar: Calendar) -> Term | None:
    """Return until when a supplement may be asked for (article 30); None if there is no such term."""
    of = rule(received_on)
    return _walk("《政府信息公开条例》第三十条", received_on, of.supplement, calendar) if of.supplement else None


def opinion(asked: Consultation, received_on: date, calendar: Calendar) -> Term | None:
    """Return until when an opinion may be given (articles 32, 34) on a request; None if there is no such term.

    It starts when the letter reached them; while that isn't known, when it was sent.
    """
    of = rule(received_on)
    article = "第三十二条" if asked.of is Consulted.THIRD_PARTY else "第三十四条"
    start = asked.served_on or asked.sent_on
    return _walk(f"《政府信息公开条例》{article}", start, of.opinion, calendar) if of.opinion else None


def payment(notified_on: date, calendar: Calendar) -> Term:
    """Return until when a fee must be paid that the applicant was told of on a day (国办函〔2020〕109号)."""
    return _walk("《政府信息公开信息处理费管理办法》（国办函〔2020〕109号）", notified_on, 20, calendar)


@dataclass(frozen=True, slots=True)
class _Stop:
    """Days on which a term stands still: after ``after``, up to ``until``; None: for as long as no answer comes."""

    after: date
    until: date | None
    reason: str
    open: str


def _stop(asked: Consultation, of: Rule, calendar: Calendar) -> _Stop:
    reason = f"征求{asked.of}意见（{asked.sent_on} 发出）"
    awaited = "" if asked.answered_on else f"{asked.of}（{asked.sent_on} 发出）"
    until = asked.answered_on
    if of.opinion:
        try:
            last = calendar.last_day(asked.served_on or asked.sent_on, of.opinion)
        except YearMissing as error:
            # It ends in that year or later, which the walk doesn't get over.
            last = date(error.year, 12, 31)
        until = min(last, until or last)
    return _Stop(asked.sent_on, until, reason, awaited)


def _walk(source: str, start: date, days: int, calendar: Calendar, stops: Iterable[_Stop] = ()) -> Term:
    """Count working days on which nothing stops the term, until there are enough."""
    stops = tuple(stops)
    steps: list[Step] = []
    on, counted = start, 0
    awaited: dict[str, None] = {}
    while counted < days:
        on += _DAY
        stopped = [each for each in stops if each.after < on and (each.until is None or on <= each.until)]
        if any(each.until is None for each in stopped):
            return Term(source, start, days, waiting=Waiting.OPINION, steps=tuple(steps))
        try:
            day = calendar.day(on)
        except YearMissing as error:
            return Term(source, start, days, missing=error.year, steps=tuple(steps), open=tuple(awaited))
        awaited |= dict.fromkeys(each.open for each in stopped if each.open)
        counts = day.works and not stopped
        counted += counts
        steps.append(Step(day, counted if counts else 0, tuple(each.reason for each in stopped)))
    walked = Span(start, tuple(step.day for step in steps))
    return Term(
        *(source, start, days, on),
        open=tuple(awaited),
        steps=tuple(steps),
        may_change=calendar.open_until(walked),
    )
