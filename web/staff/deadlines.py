"""The last day for disclosing a document: twenty working days after it was made (条例 §26)."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from archive.chinese.dates import office_today
from archive.document import Disclosure
from archive.errors import BadCalendar, YearMissing
from archive.registers.workdays import Calendar

# Working days from the day that a document was made to its disclosure.
TERM = 20
_SOON = timedelta(days=3)


# What has no attribute yet may have to be disclosed.
_DISCLOSED = (None, Disclosure.ACTIVE)


@dataclass(frozen=True, slots=True)
class Deadline:
    """The ``last`` day for a disclosure, or why it can't be told; whether it has passed, or is near."""

    last: str
    late: bool = False
    near: bool = False

    @property
    def known(self) -> bool:
        return self.last[:1].isdigit()


def calendar(data: Path) -> Calendar | None:
    """Load the calendar of an installation; None if its file can't be used, which is no reason to stop all work."""
    try:
        return Calendar.load(data)
    except (BadCalendar, OSError):
        return None


def deadline(written_on: date | None, disclosure: Disclosure | None, known: Calendar | None) -> Deadline | None:
    """Return the last day for disclosing what was made on a day; None for what is not to be disclosed to all."""
    if disclosure not in _DISCLOSED:
        return None
    if written_on is None:
        return Deadline("待定：没有成文日期")
    if known is None:
        return Deadline("待定：放假安排的文件有误，请维护人员核对")
    try:
        last = known.last_day(written_on, TERM)
    except YearMissing as missing:
        return Deadline(f"待定：缺{missing.year}年放假安排")
    today = office_today()
    return Deadline(str(last), last < today, today <= last <= today + _SOON)
