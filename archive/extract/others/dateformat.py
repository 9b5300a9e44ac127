"""Writing days and times as a workbook's formats show them (ECMA-376 part 1, 18.8.31)."""

import re
from datetime import date, datetime, time

from archive.extract.others.numberformat import COUNTED, DIGITS, numerals, sections, spoken, words
from archive.extract.text.numberforms import written

Moment = date | time | datetime
_WEEK = "一二三四五六日"
# Longest first. Names of months and days in another language (mmm, ddd) and eras are not read.
_TOKEN = re.compile(
    r'"[^"]*"|[\\!].|AM/PM|A/P|上午/下午|yyyy|yy|y|mmmmm|mmmm|mmm|mm|m|dddd|ddd|dd|d|aaaa|aaa|hh|h|ss|s|'
    r"\.0+|[-/.:, ()]|[^\x00-\x7f]",
    re.IGNORECASE,
)
_UNREAD = {"mmm", "mmmm", "mmmmm", "ddd", "dddd"}


def shown(code: str, moment: Moment) -> str | None:
    """Return a day, a time, or both, as a format shows it; None if it is not one of those that are read.

    >>> shown('yyyy"年"m"月"', date(2024, 3, 1)), shown("[DBNum1]yyyy年m月d日", date(2024, 12, 15))
    ('2024年3月', '二〇二四年十二月十五日')
    >>> shown("yyyy/m/d h:mm", datetime(2024, 3, 5, 9, 3)), shown("aaaa", date(2024, 3, 5))
    ('2024/3/5 9:03', '星期二')
    """
    section = sections(code)[0]
    if re.search(r"\[[hms]+\]", section, re.IGNORECASE):
        # Time that has passed is no moment.
        return None
    tokens = _tokens(spoken(section))
    if tokens is None:
        return None
    chinese = numerals(section)
    half = any(token in ("am/pm", "a/p", "上午/下午") for token in tokens)
    named = [(at, token) for at, token in enumerate(tokens) if token[0] in "ymdahs上"]
    found, said = "", False
    for at, token in enumerate(tokens):
        earlier = next((other for place, other in reversed(named) if place < at and other[0] in "ymdhs"), "")
        later = next((other for place, other in named if place > at and other[0] in "ymdhs"), "")
        # m is minutes right after hours or right before seconds, else months.
        minutes = token in ("m", "mm") and (earlier.startswith("h") or later.startswith("s"))
        text = _part("minute" if minutes else token, token, moment, half, chinese)
        if text is None:
            return None
        said = said or token[0] in "ymdahs上"
        found += text
    return found.strip() if said else None


def _tokens(section: str) -> list[str] | None:
    tokens, at = [], 0
    while at < len(section):
        found = _TOKEN.match(section, at)
        if found is None or found[0].lower() in _UNREAD:
            return None
        token = found[0]
        tokens.append(token if token[0] in '"\\!' else token.lower())
        at = found.end()
    return tokens


def _part(what: str, token: str, moment: Moment, half: bool, chinese: str) -> str | None:
    """Return what one part of a format shows of a moment; None if the moment has no such part."""
    if token[0] not in "ymdahs上" and not token.startswith(".0"):
        return words(token)
    on = moment if isinstance(moment, date) else None
    at = moment if isinstance(moment, datetime | time) else time()
    if token[0] in "yda" and token not in ("am/pm", "a/p") or what in ("m", "mm"):
        if on is None:
            return None
        match token:
            case "aaaa" | "aaa":
                return "星期" * (len(token) > len("aaa")) + _WEEK[on.weekday()]
            case "yyyy":
                return _digits(f"{on.year:04}", chinese)
            case "yy" | "y":
                return _digits(f"{on.year % 100:02}", chinese)
            case _:
                return _count(on.day if token[0] == "d" else on.month, len(token), chinese)
    match token:
        case "am/pm":
            return "AM" if at.hour < 12 else "PM"
        case "a/p":
            return "A" if at.hour < 12 else "P"
        case "上午/下午":
            return "上午" if at.hour < 12 else "下午"
    if token.startswith(".0"):
        places = len(token) - 1
        return f".{min(round(at.microsecond / 10 ** (6 - places)), 10**places - 1):0{places}}" if places <= 6 else None
    hour = (at.hour - 1) % 12 + 1 if half else at.hour
    return _count({"h": hour, "m": at.minute, "s": at.second}[token[0]], len(token), chinese)


def _digits(text: str, chinese: str) -> str:
    return text.translate({ord("0") + at: sign for at, sign in enumerate(DIGITS[chinese])}) if chinese else text


def _count(value: int, width: int, chinese: str) -> str:
    if chinese in COUNTED:
        return written(value, COUNTED[chinese])
    return _digits(str(value).zfill(width), chinese)
