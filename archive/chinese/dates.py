"""Dates as documents write them."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone

from archive.chinese import numerals

# No document of this State is older, and none is dated more than a year ahead.
EARLIEST = date(1949, 1, 1)
AHEAD = timedelta(days=366)
# What the office's clock shows, whatever the machine is set to.
OFFICE_TIME = timezone(timedelta(hours=8), "Asia/Shanghai")
_NUMERAL = numerals.CHINESE
_ISO = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


class _Fold(dict[int, str]):
    """One character for one: places in the folded text are places in the text."""

    def __missing__(self, code: int) -> str:
        return chr(code - 0xFEE0) if 0xFF01 <= code <= 0xFF5E else chr(code)


def office_now() -> datetime:
    """This instant, as the office's clock shows it."""
    return datetime.now(OFFICE_TIME)


def office_today() -> date:
    """The day in the office."""
    return office_now().date()


def of_iso(text: str) -> date:
    """The day that is written 2019-01-31 and in no other way that ISO 8601 has. Raises ValueError."""
    if not _ISO.fullmatch(text):
        raise ValueError(text)
    return date.fromisoformat(text)


_FOLD = _Fold({0x3000: " ", 0xA0: " "})
_DATE = re.compile(
    r"(?<!\d)(?P<y1>(?:19|20)\d\d)\s*年\s*(?P<m1>\d{1,2})\s*月\s*(?P<d1>\d{1,2})\s*日"
    rf"|(?P<y2>[一二][{_NUMERAL}]{{3}})\s*年\s*(?P<m2>[{_NUMERAL}十]{{1,3}})\s*月\s*(?P<d2>[{_NUMERAL}十]{{1,3}})\s*日"
    r"|(?<!\d)(?P<y3>(?:19|20)\d\d)\s*[-/.]\s*(?P<m3>\d{1,2})\s*[-/.]\s*(?P<d3>\d{1,2})(?!\d)"
    r"|(?<!\d)(?P<y4>(?:19|20)\d\d)(?P<m4>[01]\d)(?P<d4>[0-3]\d)(?!\d)"
)


def find(text: str) -> Iterator[tuple[date, int, int]]:
    """The dates that stand in a text, each with its place; impossible ones (2019-02-30) are none."""
    for match in _DATE.finditer(text.translate(_FOLD)):
        parts = [match[name] for name in match.groupdict() if match[name]]
        year, month, day = (numerals.value(part) or 0 for part in parts)
        try:
            yield date(year, month, day), match.start(), match.end()
        except ValueError:
            continue


def parse_date(text: str) -> date | None:
    """The date that a text begins with, in any of these spellings; None if it is none, or none a document can have.

    >>> parse_date("二〇一九年九月二十日"), parse_date("2019/1/3"), parse_date("２０１９年１月３日 10:00")
    (datetime.date(2019, 9, 20), datetime.date(2019, 1, 3), datetime.date(2019, 1, 3))
    >>> parse_date("2019-02-30"), parse_date("1900-01-01")
    (None, None)
    """
    stripped = text.strip()
    for found, start, _ in find(stripped):
        return possible(found) if start == 0 else None
    return None


def possible(day: date) -> date | None:
    """A date that a document can have: of this State's time, and none of next year and later."""
    return day if EARLIEST <= day <= datetime.now(UTC).date() + AHEAD else None
