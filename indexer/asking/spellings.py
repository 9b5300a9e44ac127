"""Other spellings of one thing: 12,000元 and 1.2万元, 二十日 and 20日, 8:30 and 八点半, KX-200B and KX200B.

A figure before what it counts (个工作日, 元, 平方米) has all spellings of an amount. A bare number may be anything.

A document keeps the spelling it was written in, so a search looks for the others beside the one that was typed. All
texts are in the form of ``archive.chinese.text.normalise``; a spelling is shown as people write it (二OO八) and
normalised before it is searched for.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from archive.chinese import numerals
from archive.chinese.text import normalise
from indexer.asking.synonyms import Sought
from indexer.figures import AFTER, BEFORE, is_whole, spans

_N = f"[{numerals.COUNTED}]"
_HAN_YEAR = r"[一二][〇零o0一二三四五六七八九]{3}"
_YEAR = rf"(?:19|20)\d\d|{_HAN_YEAR}"
_ONE = rf"\d{{1,2}}|{_N}{{1,3}}"
# From this number on statutes may write an article's digit by digit.
_BY_DIGITS = 100
# A bare number of this many digits is more often a postal code, and a longer one a telephone number, than an amount.
_LONG = 6
# Forms of one unit. The first is the one that people write out.
_UNITS = (
    ("平方米", "㎡", "平米"),
    ("立方米", "m³"),
    ("平方公里", "km²", "平方千米"),
    ("公里", "km", "千米"),
    ("公斤", "kg", "千克"),
)
_UNIT_OF = {normalise(unit): units for units in _UNITS for unit in units}
# What else is counted: days, money, people and things.
_COUNTERS = (
    "个工作日 个自然日 个月 个 天 日 年 周岁 岁 周 小时 分钟 元 人 户 名 件 份 次 家 台 辆 亩 吨 米 倍 项 条 种".split()
)
_ANY_UNIT = "|".join(sorted((*_UNIT_OF, *_COUNTERS), key=len, reverse=True))
# 一 by itself counts only these: 一件事, 一次性 and 一户一宅 are words. 二次 (供水) is no 两次.
_SPANS = "个工作日|个自然日|个月|天|年|周岁|小时|元|[万亿]"
_SCALES = {"亿": 100_000_000, "万": 10_000, "": 1}
# An amount with two further digits is written with 万 or 亿: 1.25万元.
_FURTHER = 100
_MANY_ZEROS = 10_000_000


@dataclass(frozen=True, slots=True)
class Spelt:
    """A thing at ``text[start:end]`` that has ``others``: other spellings, and how each is sought."""

    start: int
    end: int
    others: tuple[str, ...]
    sought: Sought

    def how(self, other: str) -> Sought:
        """Return how one of the others is sought: a long number as if it was typed, as tables have 元 in the head."""
        return Sought.TEXT if self.sought is Sought.WHOLE and _IN_TABLES.match(other) else self.sought


@lru_cache(2000)
def spellings(text: str) -> tuple[Spelt, ...]:
    """Return what has other spellings in a text, in order and without overlaps."""
    if not _MAYBE.search(text):
        return ()
    figures = list(spans(text))
    found: list[Spelt] = []
    for pattern, respelt in _KINDS:
        for match in pattern.finditer(text):
            start, end = match.span()
            if any(start < each.end and each.start < end for each in found):
                continue
            # A part of a figure is another thing: 2021 in 2019-2021.
            if any(start < to and of < end and not start <= of <= to <= end for of, to in figures):
                continue
            if not is_whole(text[max(0, start - BEFORE) : start], match[0], text[end : end + AFTER]):
                continue
            others = tuple(each for each in dict.fromkeys(respelt(match)) if normalise(each) != match[0])
            if others:
                found.append(Spelt(start, end, others, _SOUGHT.get(pattern, Sought.WHOLE)))
    return tuple(sorted(found, key=lambda each: each.start))


_MAYBE = re.compile(rf"[\d{numerals.COUNTED}]")
_ORDINAL = re.compile(rf"第(?P<number>\d{{1,4}}|{_N}{{1,7}})(?P<counted>[次届号条章节款项期批季轮])")
_DATE = re.compile(
    rf"(?P<y1>{_YEAR})年(?P<m1>{_ONE})月(?:(?P<d1>{_ONE})[日号])?"
    r"|(?P<y2>(?:19|20)\d\d)(?P<mark>[-./])(?P<m2>\d{1,2})(?P=mark)(?P<d2>\d{1,2})"
    r"|(?P<y3>(?:19|20)\d\d)-(?P<m3>\d\d)(?!\d|-\d)|(?P<y4>(?:19|20)\d\d)(?P<m4>[01]\d)(?P<d4>[0-3]\d)"
    rf"|(?P<m5>{_ONE})月(?P<d5>{_ONE})[日号]"
)
_IN_YEAR = re.compile(rf"(?P<year>{_YEAR})(?P<said>年度?)|(?P<bare>{_HAN_YEAR})")
_TIME = re.compile(
    rf"(?P<h1>\d{{1,2}})[:∶](?P<m1>[0-5]\d)|(?P<h2>{_ONE})[点时](?:(?P<half>半)|(?P<m2>{_ONE})分|整|(?<=点)钟)"
)
_RATIO = re.compile(r"(?P<a>\d+(?:\.\d+)?)[:∶比](?P<b>\d+(?:\.\d+)?)")
_SHARE = re.compile(
    rf"(?P<number>-?\d+(?:\.\d+)?)(?P<of>[%‰])|(?P<han>[百千])分之(?P<whole>{_N}+)(?:点(?P<rest>{_N}+))?"
)
_DEGREES = re.compile(rf"(?:(?P<sign>-|零下)?(?P<number>\d+(?:\.\d+)?) ?|零下(?P<written>{_N}+))(?P<unit>°c|摄氏度|度)")
_AMOUNT = re.compile(
    rf"(?<!第)(?P<number>(?:\d{{1,3}}(?:,\d{{3}})+|\d+)(?:\.\d+)?|(?!一(?!{_SPANS}|{_N})|二次)(?=[一二三四五六七八九十两\d]){_N}{{1,7}})"
    rf"(?P<scale>[万亿]?)(?P<unit>{_ANY_UNIT})"
)
# A long number that is no year, before what it counts.
_IN_TABLES = re.compile(r"(?!(?:19|20)\d\d\D)(?:\d{4,}|\d{1,3}(?:,\d{3})+)(?![\d.万亿])\w")
_TELEPHONE = re.compile(
    r"\(?(?P<area>0(?:10|2\d|[3-9]\d\d))\)?-?(?P<local>\d{7,8})(?:[-转](?P<extension>\d{1,5}))?(?!-?\d)"
    r"|(?P<mobile>1[3-9]\d)-?(?P<m2>\d{4})-?(?P<m3>\d{4})|(?P<service>[48]00)-?(?P<s2>\d{3})-?(?P<s3>\d{4})"
)
_MANY = re.compile(
    r"(?P<said>邮编|邮政编码|电话|热线|号码|编号|代码|传真)?[是为:]?"
    r"(?P<sign>-?)(?P<number>\d{1,3}(?:,\d{3})+|\d{4,})(?P<rest>\.\d+)?(?![\d,]*[a-z号])"
)
_RANGE = re.compile(r"(?P<a>\d{1,4})(?P<year>年?)(?P<mark>[-~至到]|--)(?P<b>\d{1,4})(?![-~至到]?\d)")
_CODE = re.compile(r"(?P<a>[a-z]{2,})(?P<mark>-?)(?P<b>\d{2,}[a-z\d]*)(?![-.]\w)")
_PLOT = re.compile(r"(?P<number>\d+(?:-\d+)+)号|(?P<marked>\d+(?:-\d+)*)#")


def _ordinal(match: re.Match[str]) -> Iterable[str]:
    """Spell an ordinal otherwise: 第101条 as 第一百零一条, 第一百〇一条 and 第一〇一条."""
    value = numerals.value(match["number"])
    if not value or value >= numerals.LIMIT:
        return
    written = numerals.chinese(value)
    numbers = [str(value), written]
    if value >= _BY_DIGITS:
        numbers += [written.replace("零", "〇"), _by_digits(str(value))]
    for number in numbers:
        yield f"第{number}{match['counted']}"


def days(text: str) -> Iterator[tuple[int, int, date]]:
    """Yield the whole days that a text names, each with where it begins and ends."""
    for each in spellings(text):
        match = _DATE.fullmatch(text[each.start : each.end])
        if match and (found := _read(match)) and found[0] and found[2]:
            yield each.start, each.end, date(found[0], found[1], found[2])


def _read(match: re.Match[str]) -> tuple[int | None, int, int | None] | None:
    """Return the year, month and day of a date, of which the first and the last may lack; None if there is no such."""
    said = [next((match[f"{name}{at}"] for at in "12345" if _has(match, f"{name}{at}")), None) for name in "ymd"]
    year, month, day = (numerals.value(each) if each else None for each in said)
    try:
        # A day of any year may be the 29th of February.
        date(year or 2000, month or 0, day or 1)
    except ValueError:
        return None
    return year, month or 0, day


def _date(match: re.Match[str]) -> Iterable[str]:
    if (read := _read(match)) is None:
        return
    year, month, day = read
    if year is None and day is not None:
        yield f"{month}月{day}日"
        yield f"{month:02}月{day:02}日"
        yield f"{numerals.chinese(month)}月{numerals.chinese(day)}日"
        return
    if day is None:
        yield f"{year}年{month}月"
        yield f"{year}年{month:02}月"
        yield f"{year}-{month:02}"
        yield from (f"{written}年{numerals.chinese(month)}月" for written in _years(year))
        return
    yield f"{year}年{month}月{day}日"
    yield f"{year}年{month:02}月{day:02}日"
    for mark in "-./":
        yield f"{year}{mark}{month:02}{mark}{day:02}"
        yield f"{year}{mark}{month}{mark}{day}"
    yield f"{year}{month:02}{day:02}"
    yield from (f"{written}年{numerals.chinese(month)}月{numerals.chinese(day)}日" for written in _years(year))


def _year(match: re.Match[str]) -> Iterable[str]:
    year = numerals.value(match["year"] or match["bare"])
    if year and 1900 <= year < 2100:
        yield from (f"{each}{match['said'] or ''}" for each in (str(year), *_years(year)))


def _years(year: int | None) -> tuple[str, ...]:
    """Write a year digit by digit, in each of the zeros that people type."""
    written = _by_digits(str(year))
    return written, written.replace("〇", "零"), written.replace("〇", "O")


def _time(match: re.Match[str]) -> Iterable[str]:
    hour = numerals.value(match["h1"] or match["h2"])
    minute = 30 if match["half"] else numerals.value(match["m1"] or match["m2"] or "0")
    if hour is None or minute is None or hour > 24 or minute > 59:
        return
    for mark in ":∶":
        yield f"{hour}{mark}{minute:02}"
        yield f"{hour:02}{mark}{minute:02}"
    for written, minutes in ((str(hour), f"{minute:02}"), (numerals.chinese(hour), _counted(minute))):
        if minute == 30:
            yield f"{written}点半"
        for mark in "点时":
            yield f"{written}{mark}{minutes}分" if minute else f"{written}{mark}整"
    if match["h1"] and hour == 1:
        # 1:50 may also be a scale.
        yield f"{hour}比{match['m1']}"


def _ratio(match: re.Match[str]) -> Iterable[str]:
    return (f"{match['a']}{mark}{match['b']}" for mark in ":∶比")


def _share(match: re.Match[str]) -> Iterable[str]:
    """Spell 5.2% as 百分之五点二, and the other way round."""
    if match["number"]:
        whole, _, rest = match["number"].partition(".")
        if whole.isdigit() and int(whole) < numerals.LIMIT:
            said = f"{'百' if match['of'] == '%' else '千'}分之{_counted(int(whole))}"
            yield said + (f"点{_by_digits(rest).replace('〇', '零')}" if rest else "")
        if match[0] == "100%":
            yield "百分之百"
        return
    mark = "%" if match["han"] == "百" else "‰"
    rest = "".join(str(numerals.value(each)) for each in match["rest"] or "" if each not in "十百千")
    yield f"{numerals.value(match['whole'])}{f'.{rest}' if rest else ''}{mark}"


def _degrees(match: re.Match[str]) -> Iterable[str]:
    number = match["number"] or str(numerals.value(match["written"]))
    if match["number"] and not match["sign"]:
        if match["unit"] != "度":
            yield from (f"{number}{unit}" for unit in ("℃", " ℃", "摄氏度"))
        return
    yield from (f"-{number}{unit}" for unit in ("℃", " ℃", "度"))
    yield from (f"零下{number}{unit}" for unit in ("℃", "摄氏度", "度"))
    if number.isdigit() and int(number) < numerals.LIMIT:
        yield f"零下{_counted(int(number))}度"


def _amount(match: re.Match[str]) -> Iterable[str]:
    """Spell an amount with its unit otherwise: 二十个工作日 as 20个工作日, 4,800元 as 4800元 and 四千八百元."""
    written, scale, unit = match["number"], match["scale"], match["unit"]
    units = _UNIT_OF.get(unit, (unit,))
    for at, each in enumerate(units):
        for number, in_words in _numbers(written, _SCALES[scale]):
            # What is said in words has the unit that is written out.
            if not (in_words and at):
                yield number + each


def _numbers(written: str, scale: int) -> Iterator[tuple[str, bool]]:
    """Yield the spellings of a number of so many 万 or 亿, and whether each is in words."""
    digits = written.replace(",", "")
    value = Decimal(digits) if digits[0].isascii() and digits[0].isdigit() else Decimal(numerals.value(written) or 0)
    total = value * scale
    if not value or total >= 10**12:
        return
    if scale == 1 and "." in written:
        yield written, False
        yield from ((each, False) for each in _grouped(written))
        return
    for name, size in _SCALES.items():
        count = total / size
        if count % 1 if size == 1 else count < 1 or count * _FURTHER % 1:
            continue
        # Nobody writes 218.6亿元 with all its zeros.
        if size != scale and count >= (numerals.LIMIT if size > 1 else _MANY_ZEROS):
            continue
        plain = f"{count.normalize():f}"
        yield plain + name, False
        yield from ((each + name, False) for each in _grouped(plain))
        if count < numerals.LIMIT and not count % 1:
            said = numerals.chinese(int(count))
            yield said + name, True
            if re.match("二(?:$|[百千])", said):
                yield f"两{said[1:]}{name}", True


def _telephone(match: re.Match[str]) -> Iterable[str]:
    if match["mobile"]:
        parts = match["mobile"], match["m2"], match["m3"]
        return ("".join(parts), "-".join(parts))
    if match["service"]:
        first, second, third = match["service"], match["s2"], match["s3"]
        return (f"{first}{second}{third}", f"{first}-{second}-{third}", f"{first}-{second}{third}")
    area, local, extension = match["area"], match["local"], match["extension"]
    numbers = (f"{area}-{local}", f"{area}{local}", f"({area}){local}")
    return (f"{each}{mark}{extension or ''}" for each in numbers for mark in (("-", "转") if extension else ("",)))


def _many(match: re.Match[str]) -> Iterable[str]:
    """Spell a bare number with or without separators, if it may be an amount.

    Years, postal codes (six digits), telephone and document numbers have no separators; 12345, 95598 and the like are
    hotlines.
    """
    number, rest = match["number"], match["rest"] or ""
    if "," not in number and not rest:
        if match["said"] or len(number) >= _LONG or re.fullmatch(r"(?:19|20)\d\d|123\d\d|9[56]\d{3}", number):
            return ()
    said = match[0][: match.start("sign") - match.start()]
    return (f"{said}{match['sign']}{each}{rest}" for each in _grouped(number))


def _grouped(number: str) -> Iterator[str]:
    """Yield a number with its thousands separated if it is without, and without if it is with."""
    whole, mark, rest = number.partition(".")
    if "," in whole:
        yield whole.replace(",", "") + mark + rest
    elif len(whole) > 3 and whole[0] != "0":
        yield f"{int(whole):,}" + mark + rest


def _range(match: re.Match[str]) -> Iterable[str]:
    a, b = match["a"], match["b"]
    if int(a) >= int(b):
        return
    for mark in ("-", "--", "~", "至"):
        yield f"{a}{mark}{b}"
        if re.fullmatch(r"(?:19|20)\d\d", a):
            yield f"{a}年{mark}{b}"


def _code(match: re.Match[str]) -> Iterable[str]:
    return (f"{match['a']}{mark}{match['b']}".upper() for mark in ("", "-"))


def _plot(match: re.Match[str]) -> Iterable[str]:
    number = match["number"] or match["marked"]
    return (f"{number}号", f"{number}#")


def _by_digits(number: str) -> str:
    return "".join(numerals.chinese(int(digit)) for digit in number)


def _counted(number: int) -> str:
    """Write out a number as it is spoken: 零 for nothing."""
    return numerals.chinese(number) if number else "零"


def _has(match: re.Match[str], group: str) -> bool:
    return group in match.re.groupindex and match[group] is not None


# An ordinal is no part of another: it stands between 第 and what it counts.
_SOUGHT = {_ORDINAL: Sought.PHRASE, _IN_YEAR: Sought.TEXT}
# What is found first is not looked at again.
_KINDS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Iterable[str]]], ...] = (
    (_ORDINAL, _ordinal),
    (_DATE, _date),
    (_TELEPHONE, _telephone),
    (_RANGE, _range),
    (_IN_YEAR, _year),
    (_TIME, _time),
    (_RATIO, _ratio),
    (_SHARE, _share),
    (_DEGREES, _degrees),
    (_AMOUNT, _amount),
    (_PLOT, _plot),
    (_CODE, _code),
    (_MANY, _many),
)
