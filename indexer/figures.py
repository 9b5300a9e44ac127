"""Figures: numbers of several parts that are one thing, such as 5.2%, 12,000, 8:30, KX-200B and 2019年11月3日.

Their digits alone (5 and 2) occur nearly everywhere, so a figure is searched for as a whole: with its marks, and not as
a part of another number. All texts are in the form of ``archive.chinese.text.normalise``.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from archive.chinese import numerals

_UNIT = r"(?:[%‰]|°[cf]?)"
# What joins the parts of a number: a point or colon between digits, a comma before three digits, a dash or slash.
_INNER = r"(?:(?<=[\d%‰°c])[.:∶·×*~](?=\d)|(?<=\d)(?<!\d{4}),(?=\d{3}(?!\d))|[-/](?=[a-z0-9]))"
_MARKED = rf"[a-z0-9]+(?:{_UNIT}?{_INNER}[a-z0-9]+)*(?:{_UNIT}|#)?"
_N = f"[{numerals.COUNTED}]"
# Dates, times and shares in words.
_WRITTEN = (
    rf"(?:\d{{4}}年)?\d{{1,2}}月\d{{1,2}}[日号]|\d{{4}}年\d{{1,2}}月|\d{{1,2}}[点时]\d{{1,2}}分|\d+(?:\.\d+)?比\d+(?:\.\d+)?"
    rf"|(?:{_N}{{4}}年)?{_N}{{1,3}}月{_N}{{1,3}}[日号]|{_N}{{4}}年{_N}{{1,3}}月|{_N}{{1,3}}[点时](?:半|{_N}{{1,3}}分)"
    rf"|[百千万]分之{_N}+(?:点{_N}+)?"
)
_FIGURE = re.compile(rf"(?P<written>{_WRITTEN})|{_MARKED}", re.ASCII)
# A minus before an amount is its sign: -5℃, -3.2%. Before a plain number, a date or a telephone number it is none.
_NEGATIVE = re.compile(r"-(?:\d+(?:,\d{3})*\.\d+(?![\d.])|\d{1,3}(?:,\d{3})+(?!\d)|\d+(?=[%‰°度元万亿米]))", re.ASCII)
_DIGITS = frozenset("0123456789")
_CODE = _DIGITS | frozenset("abcdefghijklmnopqrstuvwxyz")
_NUMERALS = frozenset(numerals.COUNTED) - _CODE
_POINTS = frozenset(".:∶·")
_ENDS = frozenset("%‰°")
_THREE = re.compile(r"\d{3}(?!\d)", re.ASCII)
_MORE = re.compile(r"\d|[.:∶·]\d|,\d{3}(?!\d)", re.ASCII)
_MORE_NUMERALS = re.compile(f"点?[{''.join(sorted(_NUMERALS))}]")
# A year may be followed by a month: 2019.11.3.
_YEAR = re.compile(r"(?:19|20)\d\d", re.ASCII)
_DATED = re.compile(r"\.\d{1,2}\.\d", re.ASCII)
# How much of a text before and after a run decides whether it is a part of another number.
BEFORE, AFTER = 2, 6
# A run is whole if none of these stands beside it. Otherwise it depends.
JOINING = _CODE | _NUMERALS | _POINTS | _ENDS | frozenset(",点")


def is_negative(text: str) -> bool:
    """Return whether a text that begins with a minus begins with a negative amount.

    >>> [is_negative(text) for text in ("-5°c", "-3.2%", "-12,000", "-2019", "-2019-11-03", "-0539-6211234", "-预算")]
    [True, True, True, False, False, False, False]
    """
    return _NEGATIVE.match(text) is not None


@lru_cache(2000)
def figures(text: str) -> tuple[str, ...]:
    """Return the distinct figures in a text, in order. A run of digits or letters alone is none, nor a year.

    >>> figures("2019年gdp增长5.2%,达12,000元,气温-5°c")
    ('5.2%', '12,000', '-5°c')
    >>> figures("8:30在2019-3#地块,0539-6211234"), figures("2018,2019年3、5条,a-b")
    (('8:30', '2019-3#', '0539-6211234'), ())
    """
    return tuple(dict.fromkeys(text[start:end] for start, end in spans(text)))


def spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield where each figure of a text begins and ends."""
    for match in _FIGURE.finditer(text):
        start, end = match.span()
        start -= text[start - 1 : start] == "-" and is_negative(text[start - 1 :])
        run = text[start:end]
        if not match["written"] and (run.isalnum() or _DIGITS.isdisjoint(run)):
            continue
        # 2018,201-3 can be read in several ways.
        if is_whole(text[max(0, start - BEFORE) : start], run, text[end : end + AFTER]):
            yield start, end


def is_whole(before: str, run: str, after: str) -> bool:
    """Return whether a run is no part of another number or code, given what is around it in a text.

    >>> [is_whole(*each) for each in (("增长", "5.2%", "。"), ("1", "5.2%", ""), ("", "12,000", ",000"))]
    [True, False, False]
    >>> [is_whole(*each) for each in (("", "2019", ".11.3"), ("十", "一月三日", ""), ("20", "12", "年"))]
    [True, False, False]
    """
    return not _continues(before[-1:], before[-2:-1], run) and not _goes_on(run, after)


def _continues(nearest: str, further: str, run: str) -> bool:
    first = run[:1]
    if first in _DIGITS:
        joined = nearest in _POINTS or nearest == "," and _THREE.match(run)
        return nearest in _DIGITS or bool(joined) and further in _DIGITS
    if first == "-":
        return nearest in _CODE or nearest in _ENDS
    return first in _CODE and nearest in _CODE or first in _NUMERALS and nearest in _NUMERALS


def _goes_on(run: str, after: str) -> bool:
    last = run[-1:]
    if last in _DIGITS:
        return bool(_MORE.match(after)) and not (_YEAR.fullmatch(run) and _DATED.match(after))
    if last in _CODE:
        return after[:1] in _CODE
    return last in _NUMERALS and bool(_MORE_NUMERALS.match(after))


def stands_in(text: str, run: str) -> bool:
    """Return whether a run stands in a text, at least once as no part of another number."""
    at = text.find(run)
    while at >= 0:
        end = at + len(run)
        if is_whole(text[max(0, at - BEFORE) : at], run, text[end : end + AFTER]):
            return True
        at = text.find(run, at + 1)
    return False
