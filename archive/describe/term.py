"""Reading the period for which a document says that it is in force (施行日期, 有效期). Nothing is inferred.

Only what a document says about itself counts (本办法自…起施行), not what it says about licences or other documents. A
period includes its first day: five years from 2020-01-01 end on 2024-12-31.
"""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from archive.chinese import dates, numerals

_NUMBER = rf"(?:\d{{1,3}}|[{numerals.CHINESE}十两]{{1,4}})"
_KINDS = (
    *("办法", "规定", "细则", "通知", "意见", "条例", "法", "决定", "规则", "方案", "制度", "规划", "公告", "通告"),
    *("规程", "准则", "标准", "政策", "文件", "指南", "预案", "措施", "令"),
)
_ITSELF = rf"[本该此](?:{'|'.join(_KINDS)})"
_BEGINS = r"(?:正式)?(?:施行|实施|执行|生效|试行)"
_HAN_YEAR, _HAN_DAY = "[一二][〇○零一二三四五六七八九O0]{3}", "[一二三四五六七八九十]{1,3}"
_DAY = rf"\d{{4}}\s*年\s*\d{{1,2}}\s*月\s*\d{{1,2}}\s*日|{_HAN_YEAR}年{_HAN_DAY}月{_HAN_DAY}日"
_FROM_DAY = re.compile(rf"(?:自|从)?\s*(?P<day>{_DAY})\s*(?:起|开始)?\s*{_BEGINS}")
_FROM_ISSUE = re.compile(
    r"自(?:公布|发布|印发|颁布|下发|发文|签发|通过)之日起"
    rf"(?:(?P<days>{_NUMBER})(?:个?工作)?日(?:后|起)?)?(?:开始)?{_BEGINS}"
)
_UNTIL = re.compile(rf"(?:截?至|截止到?|到)\s*(?P<day>{_DAY})")
_SPAN = re.compile(rf"(?:有效|试行|施行|实施|暂行)期限?(?:为|是|[:：])?\s*(?P<many>{_NUMBER})\s*(?P<unit>年|个月)")
_SELF = re.compile(_ITSELF)
_SENTENCE = re.compile(r"[^。；;\n]+")
_TERM = re.compile(r"有效期|试行期|施行期|实施期|执行期|暂行期|(?:截?至|截止到?)[^，,]{8,14}(?:止|失效|废止)")
# The longest sentence that states a term; a longer one regulates something else.
_LONGEST = 160


@dataclass(frozen=True, slots=True)
class Term:
    """The first and the last day in force, None if not stated. ``sentence`` is where they were read."""

    effective_on: date | None
    expires_on: date | None
    sentence: str


def read(text: str, issued_on: date | None) -> Term | None:
    """Read a document's term from the last sentence that states it; ``issued_on`` is the day of issue.

    >>> read("本办法自2020年1月1日起施行，有效期5年。", None)
    ... # doctest: +ELLIPSIS
    Term(effective_on=datetime.date(2020, 1, 1), expires_on=datetime.date(2024, 12, 31), sentence='本办法自...')
    """
    found: Term | None = None
    for line in text.split("\n"):
        if "\t" in line or not any(word in line for word in ("行", "实施", "生效", "有效期")):
            continue
        before = ""
        for match in _SENTENCE.finditer(line):
            sentence = match[0].strip()
            # In 本办法自…起施行。有效期五年。 the second sentence continues the first.
            about = sentence if _SELF.search(sentence) or not before else f"{before}，{sentence}"
            if len(about) <= _LONGEST and (stated := _stated_in(about, issued_on)):
                found, before = stated, about
            else:
                before = ""
    return found


def _stated_in(sentence: str, issued_on: date | None) -> Term | None:
    begin = _FROM_DAY.search(sentence) or _FROM_ISSUE.search(sentence)
    itself = _SELF.search(sentence)
    if itself is None and not (begin and begin.start() <= 6):
        return None
    if begin and itself and itself.start() > begin.start():
        return None
    effective = _first_day(begin, issued_on)
    expires = _last_day(sentence, effective or issued_on)
    if begin is None and expires is None:
        return None
    if effective and expires and expires < effective:
        expires = None
    return Term(effective, expires, sentence) if effective or expires else None


def _first_day(begin: re.Match[str] | None, issued_on: date | None) -> date | None:
    if begin is None:
        return None
    if begin.re is _FROM_DAY:
        return _day(begin["day"])
    days = numerals.value(begin["days"].replace("两", "二")) if begin["days"] else 0
    return issued_on + timedelta(days=days or 0) if issued_on else None


def _last_day(sentence: str, first: date | None) -> date | None:
    term = _TERM.search(sentence)
    if term is None:
        return None
    if until := _UNTIL.search(sentence, max(0, term.start() - 2)):
        return _day(until["day"])
    span = _SPAN.search(sentence)
    if span is None or first is None:
        return None
    many = numerals.value(span["many"].replace("两", "二")) or 0
    return _after(first, many * 12 if span["unit"] == "年" else many) - timedelta(days=1) if many else None


def _after(day: date, months: int) -> date:
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _day(text: str) -> date | None:
    return next((day for day, _, _ in dates.find(text)), None)
