"""Whether a normative document is in force on a given day.

What a person recorded takes precedence, from its day onwards. Otherwise the document's own dates decide: it is not yet
in force before its first day, and it has expired after its last (到期未续自动失效). With neither, validity is unknown.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from archive.document import LAPSED, Validity


@dataclass(frozen=True, slots=True)
class Turn:
    """A validity that a person recorded, in effect from ``since``. ``until`` is the new last day, if one was set."""

    validity: Validity
    since: date
    until: date | None = None


def on(
    day: date,
    stated: Validity | None,
    effective_on: date | None = None,
    expires_on: date | None = None,
    turns: Sequence[Turn] = (),
) -> Validity | None:
    """Return the validity on a day. ``turns`` are in the order of recording; the last one of a day counts.

    >>> on(date(2025, 1, 1), None, date(2020, 1, 1), date(2024, 12, 31))
    <Validity.EXPIRED: '已失效'>
    """
    past = sorted((turn for turn in turns if turn.since <= day), key=lambda turn: turn.since)
    last = past[-1] if past else None
    if last is not None:
        if last.validity in LAPSED:
            return last.validity
        if last.until is not None:
            expires_on = last.until
    if expires_on is not None and expires_on < day:
        return stated if stated in LAPSED else Validity.EXPIRED
    if last is not None:
        return last.validity
    if stated in LAPSED:
        return stated
    if effective_on is not None and effective_on > day:
        return Validity.NOT_YET
    if stated is Validity.NOT_YET and effective_on is not None:
        return Validity.IN_FORCE
    return stated


def boundaries(effective_on: date | None, expires_on: date | None, turns: Sequence[Turn]) -> set[date]:
    """Return the days on which the validity may change."""
    ends = [expires_on, *(turn.until for turn in turns)]
    begins = [effective_on, *(turn.since for turn in turns)]
    return {day for day in begins if day} | {day + timedelta(days=1) for day in ends if day}
