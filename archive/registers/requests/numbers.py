"""Numbers of letters (发文字号): what one looks like, and the office's own series, by year from 1 on, without repeats.

A number is not encrypted. So whatever stands for one must be of the office's series, or of letters and digits in which
no name would pass.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Protocol

from archive.errors import BadLetters

# As long as the columns of the register.
LONGEST = 40
# Of letters and files of the office: nothing in which a person's name would pass.
_LETTER = r"[\u4e00-\u9fff]{1,10}(?<=[发字函办开告复答令])[〔\[(（]?\d{4}[〕\])）]?年?(第?\d{1,6}号?)(之[一二三四五])?"
_NUMBER = re.compile(rf"{_LETTER}|(?=.*\d)[-A-Za-z0-9·._/—〔〕\[\]()（）年第号]+", re.ASCII)
_YEAR, _SERIAL = "{{年}}", "{{序号}}"
_LIKE = f"如“云依申请复〔{_YEAR}〕{_SERIAL}号”。"


@dataclass(frozen=True, slots=True)
class Pattern:
    """How the numbers of a series are written, as ``云依申请复〔{{年}}〕{{序号}}号``. Raises BadLetters for another.

    >>> Pattern("云依申请复〔{{年}}〕{{序号}}号").written(2026, 5)
    '云依申请复〔2026〕5号'
    """

    text: str
    _reading: re.Pattern[str] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        rest = self.text.replace(_YEAR, "", 1).replace(_SERIAL, "", 1)
        if len(self.text) - len(rest) != len(_YEAR) + len(_SERIAL) or re.search("[{}0-9]", rest):
            raise BadLetters(
                f"文号的写法“{self.text}”不能用：应当有一个 {_YEAR} 和一个 {_SERIAL}，不含其他数字，{_LIKE}"
            )
        read = re.escape(self.text).replace(re.escape(_YEAR), r"(?P<year>[12]\d{3})", 1)
        read = read.replace(re.escape(_SERIAL), r"(?P<serial>[1-9]\d{0,5})", 1)
        # A year beside the serial number could not be told from it.
        if _YEAR + _SERIAL in self.text or _SERIAL + _YEAR in self.text:
            raise BadLetters(f"文号的写法“{self.text}”不能用：年和序号之间应当有文字，{_LIKE}")
        if len(self.written(9999, 999_999)) > LONGEST:
            raise BadLetters(f"文号的写法“{self.text}”太长：一个文号最多 {LONGEST} 个字。")
        object.__setattr__(self, "_reading", re.compile(read, re.ASCII))

    def written(self, year: int, serial: int) -> str:
        """Return a number as it is written."""
        return self.text.replace(_YEAR, str(year)).replace(_SERIAL, str(serial))

    def read(self, number: str) -> tuple[int, int] | None:
        """Return the year and the serial number; None for what is no number of this series."""
        found = self._reading.fullmatch(number)
        return (int(found["year"]), int(found["serial"])) if found else None


def is_number(text: str, series: Iterable[Pattern] = ()) -> bool:
    """Tell whether a text is a number of one of the office's ``series``, or one in which no name can stand."""
    stripped = text.strip()
    if len(text) > LONGEST:
        return False
    return _NUMBER.fullmatch(stripped) is not None or any(each.read(stripped) for each in series)


class Numbers(Protocol):
    """Where numbers are kept that were given, also those of letters that were never sent or were voided."""

    def given(self, pattern: Pattern, year: int) -> Iterable[int]:
        """Return every serial number that was ever given in a series and year."""
        ...

    def take(self, pattern: Pattern, year: int, serial: int) -> bool:
        """Keep a number as given, so that nobody is given it again. False: somebody took it at the same moment."""
        ...


def following(given: Iterable[int]) -> int:
    """Return the number after the highest that was ever given. A gap stays a gap.

    >>> following([1, 2, 5]), following([])
    (6, 1)
    """
    return max(given, default=0) + 1


def upcoming(numbers: Numbers, pattern: Pattern, year: int) -> str:
    """Return the number that would be given next, without taking it."""
    return pattern.written(year, following(numbers.given(pattern, year)))


def give(numbers: Numbers, pattern: Pattern, year: int) -> str:
    """Take the next number of a series and year, and return it as it is written."""
    while True:
        serial = following(numbers.given(pattern, year))
        if numbers.take(pattern, year, serial):
            return pattern.written(year, serial)
