"""Dates as documents write them."""

import re
from collections.abc import Iterator
from datetime import date

from archive import numerals

EARLIEST = 1900
_NUMERAL = numerals.CHINESE
# One character for one: places in the folded text are places in the text.
_FOLD = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
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


def parse(text: str) -> date | None:
    """The date that a text begins with, in any of these spellings; None if it is none, or before 1900.

    >>> parse("二〇一九年九月二十日"), parse("2019/1/3"), parse("２０１９年１月３日 10:00"), parse("2019-02-30")
    (datetime.date(2019, 9, 20), datetime.date(2019, 1, 3), datetime.date(2019, 1, 3), None)
    """
    stripped = text.strip()
    for found, start, _ in find(stripped):
        return found if start == 0 and found.year >= EARLIEST else None
    return None
