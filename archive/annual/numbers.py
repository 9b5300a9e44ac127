"""Reading what stands in a cell of a report's table, and the numbers that its text says."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from archive.chinese import numerals

NOTHING = Decimal(0)
# What is written where there is nothing to count; by the form it counts as none.
_NONE = frozenset({"", "/", "\\", "-", "--", "—", "无", "零", "〇", "○", "持平", "不变", "无变化", "空"})
_SIGNS: Mapping[str, str] = {
    **dict.fromkeys(("增加", "增", "新增", "+"), "+"),
    **dict.fromkeys(("减少", "减", "-"), "-"),
}
_NUMBER = re.compile(
    r"(?P<sign>[+-]|新增|增加?|减少?)?(?P<number>\d{1,3}(?:,\d{3})+|\d{1,15})(?P<part>\.\d{1,8})?"
    r"(?P<unit>亿元|万元|元|件|项|条|个|次|份|宗|起|人)?"
)
_DASHES = re.compile("[‐‑‒–—―−─－﹣]+")
_BLANKS = re.compile(r"\s+")


@dataclass(frozen=True, slots=True)
class Number:
    """A number as a cell has it, and its unit if it names one."""

    value: Decimal
    unit: str = ""


def read(cell: str) -> Number | None:
    """Read a cell, blank ones as none. None: it says something else.

    >>> [str(found.value) if (found := read(cell)) else None for cell in ("１ 136", "7,730.28万元", "减2", "—", "约3")]
    ['1136', '7730.28', '-2', '0', None]
    """
    plain = _DASHES.sub("-", _BLANKS.sub("", unicodedata.normalize("NFKC", cell)))
    if plain in _NONE:
        return Number(Decimal(0))
    found = _NUMBER.fullmatch(plain)
    if not found:
        return None
    value = Decimal(found["number"].replace(",", "") + (found["part"] or ""))
    return Number(-value if _SIGNS.get(found["sign"] or "+") == "-" else value, found["unit"] or "")


def is_blank(cell: str) -> bool:
    """Tell whether nothing at all stands in a cell."""
    return not _BLANKS.sub("", cell)


def in_text(written: str) -> int | None:
    """Return the number that a text says in digits or in Chinese; None if it is neither."""
    plain = unicodedata.normalize("NFKC", written).replace(",", "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() else numerals.value(plain)


def plain(value: Decimal) -> int | float:
    """Return a number as JSON has it."""
    return int(value) if value == value.to_integral_value() else float(value)


def said(value: Decimal | int) -> str:
    """Write a number as people read it, without zeros behind its decimals.

    >>> said(Decimal("10.50")), said(Decimal("100"))
    ('10.5', '100')
    """
    number = Decimal(value)
    return str(int(number)) if number == number.to_integral_value() else f"{number.normalize():f}"
