"""Finding and reading dates in the spellings of documents."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone

from archive.chinese import numerals
from archive.chinese.folding import Folding

# No document is older than the People's Republic, and none is dated more than a year ahead.
EARLIEST = date(1949, 1, 1)
AHEAD = timedelta(days=366)
# The office's time zone, whatever the machine is set to.
OFFICE_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
_NUMERAL = numerals.CHINESE
_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def office_now() -> datetime:
    """Return the current time in the office's time zone."""
    return datetime.now(OFFICE_TIME)


def office_today() -> date:
    """Return today's date in the office's time zone."""
    return office_now().date()


def time_of_day(text: str) -> time:
    """Read a time of day such as 06:00. Raises ValueError."""
    return datetime.strptime(text, "%H:%M").time()  # noqa: DTZ007  # of no day, so of no zone


def office_minute(at: str) -> str:
    """Return an instant in ISO 8601 as people at the office read it, to the minute.

    >>> office_minute("2026-03-02T07:05:09.000000+00:00")
    '2026-03-02 15:05'
    """
    return f"{datetime.fromisoformat(at).astimezone(OFFICE_TIME):%Y-%m-%d %H:%M}"


def of_iso(text: str) -> date:
    """Parse a date written exactly as 2019-01-31; ISO 8601's other forms raise ValueError."""
    if not _ISO.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


_FOLD = Folding({0x3000: " ", 0xA0: " "})
_DATE = re.compile(
    r"(?<!\d)(?P<y1>(?:19|20)\d\d)\s*年\s*(?P<m1>\d{1,2})\s*月\s*(?P<d1>\d{1,2})\s*日"
    rf"|(?P<y2>[一二][{_NUMERAL}]{{3}})\s*年\s*(?P<m2>[{_NUMERAL}十]{{1,3}})\s*月\s*(?P<d2>[{_NUMERAL}十]{{1,3}})\s*日"
    r"|(?<!\d)(?P<y3>(?:19|20)\d\d)\s*[-/.]\s*(?P<m3>\d{1,2})\s*[-/.]\s*(?P<d3>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<y4>(?:19|20)\d\d)(?P<m4>[01]\d)(?P<d4>[0-3]\d)(?!\d)"
)


def find(text: str) -> Iterator[tuple[date, int, int]]:
    """Yield each date in a text with its start and end; impossible ones (2019-02-30) are skipped."""
    for match in _DATE.finditer(text.translate(_FOLD)):
        parts = [match[name] for name in match.groupdict() if match[name]]
        year, month, day = (numerals.value(part) or 0 for part in parts)
        try:
            yield date(year, month, day), match.start(), match.end()
        except ValueError:
            continue


def parse_date(text: str) -> date | None:
    """Return the date at the beginning of a text, or None if there is none that a document can have (``possible``).

    >>> parse_date("二〇一九年九月二十日"), parse_date("2019/1/3"), parse_date("２０１９年１月３日 10:00")
    (datetime.date(2019, 9, 20), datetime.date(2019, 1, 3), datetime.date(2019, 1, 3))
    >>> parse_date("2019-02-30"), parse_date("1900-01-01")
    (None, None)
    """
    found = date_at_start(text)
    return possible(found) if found else None


def date_at_start(text: str) -> date | None:
    """Return the date at the beginning of a text, whenever it is; None if there is none."""
    return next((day for day, start, _ in find(text.strip()) if start == 0), None)


def possible(day: date) -> date | None:
    """Return the date if a document can have it (1949 to a year from today), else None."""
    return day if EARLIEST <= day <= datetime.now(UTC).date() + AHEAD else None
