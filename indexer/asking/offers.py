"""Offers to narrow a search by what some of its words say: 今年 by date, 现行 by validity, 最新 by order.

A whole day (2019年11月3日) is offered as the day of the documents, too. An offer is a search without those words that
is narrowed instead. Nothing is narrowed before somebody takes it up.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate

from archive.chinese import numerals
from archive.chinese.text import aligned
from indexer.analyzer import Analyzer
from indexer.asking.parse import free
from indexer.asking.spellings import days

_YEARS = {"今年": 0, "本年": 0, "去年": -1, "上年": -1, "前年": -2}
_WORD = re.compile(
    rf"(?<![“\"「『《])(?:(?P<year>{'|'.join(_YEARS)})(?:度|(?P<half>[上下])半年|第?(?P<quarter>[一二三四1-4])季度)?"
    rf"|(?:最?近|过去)(?:(?P<halved>半)(?P<of>年|个月)|(?P<count>\d{{1,2}}|[{numerals.COUNTED}]{{1,3}})"
    r"(?P<unit>年|个月|周|天|日))[内来]?"
    r"|(?P<month>本|这个|上个?)月|(?P<week>本|这|上)周|(?P<day>今|昨)[天日]"
    r"|(?P<newest>最新)|(?P<in_force>[现現]行(?!犯)(?:有效)?))的?"
)
# How many are offered at most. Each repeats the search in a link.
MOST = 4
_DAYS = {"周": 7, "天": 1, "日": 1}


@dataclass(frozen=True, slots=True)
class Offer:
    """To search for ``typed``, which lacks ``word``, from ``since`` to ``until``, newest first or in force instead."""

    word: str
    typed: str
    label: str
    since: date | None = None
    until: date | None = None
    newest: bool = False
    in_force: bool = False


def offers(typed: str, analyzer: Analyzer, today: date) -> list[Offer]:
    """Return what to offer for a typed search, each once, in the order of its words."""
    found: dict[str, Offer] = {}
    text = free(typed)

    def rest(start: int, end: int) -> str:
        return " ".join(f"{typed[:start]} {typed[end:]}".split())

    for match in said(text, analyzer):
        for offer in _offers(match, rest(*match.span()), today):
            found.setdefault(offer.label, offer)
    form, offsets = aligned(text)
    for begin, end_of, day in days(form):
        start, end = offsets[begin], offsets[end_of - 1] + 1
        label = f"只看{_day(day)}的文件"
        found.setdefault(label, Offer(text[start:end], rest(start, end), label, day, day))
    return list(found.values())[:MOST]


def said(text: str, analyzer: Analyzer) -> list[re.Match[str]]:
    """Return the words of a text that narrow a search: 今年, but not in 今年轻."""
    matches = list(_WORD.finditer(text))
    if not matches:
        return []
    cuts = {0, *accumulate(map(len, analyzer.pieces(text)))}
    return [match for match in matches if {match.start(), match.end()} <= cuts]


def span(word: str, today: date) -> tuple[date, date | None] | None:
    """Return the first and the last day that a word such as 近三年 means; None for a last day that is open.

    >>> span("去年", date(2020, 5, 6))
    (datetime.date(2019, 1, 1), datetime.date(2019, 12, 31))
    """
    match = _WORD.fullmatch(word)
    return _days(match, today) if match else None


def _offers(match: re.Match[str], rest: str, today: date) -> Iterator[Offer]:
    word = match[0].removesuffix("的")
    if match["newest"]:
        yield Offer(word, rest, "按日期最新在前排列", newest=True)
    elif match["in_force"]:
        yield Offer(word, rest, "只看现行有效的", in_force=True)
    elif span := _days(match, today):
        since, until = span
        yield Offer(word, rest, f"只看{_said(match, since, until)}", since, until)


def _days(match: re.Match[str], today: date) -> tuple[date, date | None] | None:
    """Return the first and the last day that a word means, or None for no days."""
    if match["year"]:
        year = today.year + _YEARS[match["year"]]
        if match["half"]:
            return _months(year, 1 if match["half"] == "上" else 7, 6)
        if match["quarter"]:
            return _months(year, 3 * (numerals.value(match["quarter"]) or 1) - 2, 3)
        return _months(year, 1, 12)
    if match["month"]:
        months = today.year * 12 + today.month - 1 - match["month"].startswith("上")
        return _months(months // 12, months % 12 + 1, 1)
    if match["week"]:
        monday = today - timedelta(today.weekday() + 7 * (match["week"] == "上"))
        return monday, monday + timedelta(6)
    if match["day"]:
        day = today - timedelta(match["day"] == "昨")
        return day, day
    if match["halved"]:
        return (_ago(today, 6) if match["of"] == "年" else today - timedelta(15)), None
    count = numerals.value(match["count"])
    if not count or count > 100:
        return None
    if match["unit"] in _DAYS:
        return today - timedelta(count * _DAYS[match["unit"]]), None
    return _ago(today, count * (12 if match["unit"] == "年" else 1)), None


def _months(year: int, first: int, count: int) -> tuple[date, date]:
    after = date(year + (first + count > 12), (first + count - 1) % 12 + 1, 1)
    return date(year, first, 1), after - timedelta(1)


def _ago(today: date, months: int) -> date:
    """Return the same day some months ago, or the last one of that month if it is shorter."""
    before = today.year * 12 + today.month - 1 - months
    first, last = _months(before // 12, before % 12 + 1, 1)
    return min(first + timedelta(today.day - 1), last)


def _said(match: re.Match[str], since: date, until: date | None) -> str:
    year = f" {since.year} 年"
    if match["half"]:
        return f"{year}{match['half']}半年"
    if match["quarter"]:
        return f"{year}第{numerals.chinese((since.month + 2) // 3)}季度"
    if match["year"]:
        return year
    if match["month"]:
        return f"{year} {since.month} 月"
    if until is None:
        return f"{_day(since)}以来"
    return _day(since) if since == until else f"{_day(since)}至{_day(until)}"


def _day(day: date) -> str:
    return f" {day.year} 年 {day.month} 月 {day.day} 日"
