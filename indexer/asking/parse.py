"""Parses what a person types into a query tree.

The grammar, as on the help page::

    低保 申请            both words
    "低保申请"           exactly this
    -预算                not this; also -"部门预算", -机构:财政局. -5℃ and -3.2% are numbers
    低保 OR 五保 申请     one of the two on either side of OR
    标题:招聘            in the title; 文号:沭政发2019 (pieces of a number); 机构:财政局
    日期:2019            also 2019-05, 2019-05-03, 2019年5月, 二〇一九年, 2019-01..2020-06, 2019.. and ..2019

A document number is recognised in any spelling, anywhere, and looked up as a number. Nothing is a syntax error: what
has no meaning in the grammar is text.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from datetime import date

from archive.chinese import numerals
from archive.chinese.text import HAN, is_han, normalise
from archive.describe.docnumber import Number, read_query
from indexer.errors import BadQuery
from indexer.figures import is_negative
from indexer.query import And, Dated, Everything, Key, Not, Or, Part, Phrase, Query, Text, Within

MAX_LENGTH = 200
MAX_TERMS = 16
DATE = "日期"
# This many single characters in a row are one spaced-out word: 政 务 公 开.
_SPACED = 3

# The names of the parts in traditional characters.
_TRADITIONAL = {"標題": Part.TITLE, "文號": Part.NUMBER, "機構": Part.ISSUER}
FIELDS = "|".join((*Part, DATE, *_TRADITIONAL))
_QUOTES = {f"q{at}": marks for at, marks in enumerate(('""', "“”", "「」", "『』", "＂＂"))}
_QUOTED = "|".join(f"{marks[0]}(?P<{name}>[^{marks[1]}]+){marks[1]}" for name, marks in _QUOTES.items())
# Quotes mean "exactly" only around a whole term: quotes inside a pasted title belong to the title.
# The minus in the forms that keyboards and word processors give it. A dash after a blank belongs to a title.
MINUSES = "-－﹣−‑"
_FIELD = re.compile(rf"(?<!\S)(?P<minus>[{MINUSES}]?)(?P<part>{FIELDS})[:：]\s*(?:(?:{_QUOTED})(?!\S)|(?P<bare>\S+))")
_PHRASE = re.compile(rf"(?<!\S)(?P<minus>[{MINUSES}]?)(?:{_QUOTED})(?!\S)")
_MINUS = re.compile(rf"(?<!\S)[{MINUSES}](?P<word>\S+)")
# A number with its unit, a date or a time with blanks in it: 2019 年 11 月 3 日, 50 %, 8 : 30.
_SPACED_FIGURE = re.compile(
    r"(?<!\S)\d[\d.,]*(?:\s*[年月点时]\s*\d{1,2}(?=\s*[月日号分]))*(?:\s*[:：∶]\s*\d+)?(?:\s*[年月日号点时分%％‰℃])?(?!\S)"
)
_CHARACTER = re.compile(r"[^\W_]")
# Stands for a part of the query that was already parsed; removed from typed text first.
_MARK = "\ue000"
OR = "OR"
_DAY = re.compile(r"(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})[日号]?|月)?|年度?)?")
_NUMERAL = re.compile(f"[{numerals.COUNTED}]+")
_LIST = re.compile(r"\s*[、,，和及与]\s*")
# The beginning of a number: 云政办发2019, 沭政办字〔2016〕.
_CODE_AND_YEAR = re.compile(rf"[{HAN}]{{1,10}}[发字函办规电任令][〔\[(]?(?:19|20)\d\d[〕\])]?年?")
_RANGE = re.compile(r"\.\.+|…+|~|至|到")


def check_length(typed: str) -> None:
    """Raise BadQuery for a search that is longer than any may be."""
    if len(typed) > MAX_LENGTH:
        raise BadQuery(f"检索词有 {len(typed)} 个字，最多 {MAX_LENGTH} 个字。请缩短后再检索。")


def parse(typed: str) -> Query:
    """Parse a search; an empty one means Everything. Raises BadQuery with a sentence that says what to change."""
    typed = typed.strip()
    if not typed:
        return Everything()
    check_length(typed)
    if not _CHARACTER.search(typed):
        raise BadQuery("检索词里没有文字或数字。请输入要查找的词语、标题或文号。")
    terms = _Terms(typed)
    parts = list(_joined(terms))
    if terms.count > MAX_TERMS:
        raise BadQuery(f"检索词有 {terms.count} 个，最多 {MAX_TERMS} 个。请去掉一些再检索。")
    if not parts:
        # Only OR, or only 标题:、 was typed: search for it as text.
        return Text(normalise(typed))
    if all(isinstance(part, Not) for part in parts):
        parts.insert(0, Everything())
    return parts[0] if len(parts) == 1 else And(tuple(parts))


def exclusions(typed: str) -> list[str]:
    """Return what a search excludes, as typed. Raises BadQuery where ``parse`` does."""
    if not _MINUS.search(typed):
        return []
    terms = _Terms(typed.strip())
    list(terms)
    return terms.excluded


def including(typed: str) -> str:
    """Return a search without the minus before what it excludes."""
    return _MINUS.sub(lambda match: match[0] if is_negative(normalise(match[0])) else match["word"], typed)


def free(typed: str) -> str:
    """Return a search with blanks in place of all that is quoted, excluded or limited to a part. The length stays."""
    for pattern in (_FIELD, _PHRASE, _MINUS):
        typed = pattern.sub(lambda match: " " * len(match[0]), typed)
    return typed


class _Terms:
    """The terms of a search and the ORs between them, in order. ``count`` is the number of terms.

    ``excluded`` are those after a minus, as typed, once they were iterated over.
    """

    def __init__(self, typed: str) -> None:
        self._read: list[Query | None] = []
        self.excluded: list[str] = []
        rest = _FIELD.sub(self._field, typed.replace(_MARK, " "))
        rest = _PHRASE.sub(self._phrase, rest)
        for start, end, numbers in reversed(_listed(rest)):
            asked = [
                each
                for number in numbers
                for spelt in [normalise(rest[number.start : number.end])]
                for each in (Key(number.canonical), Phrase(spelt) if number.sure else Text(spelt))
            ]
            minus = re.search(rf"(?:^|\s)([{MINUSES}])$", rest[:start])
            marked = self._mark(self._perhaps_not(minus[1] if minus else "", Or(tuple(asked)), rest[start:end]))
            rest = rest[: minus.start(1) if minus else start] + marked + rest[end:]
        rest = _SPACED_FIGURE.sub(lambda match: "".join(match[0].split()), rest)
        self._chunks = list(_respaced(rest.split()))
        self.count = sum(chunk != OR for chunk in self._chunks)

    def __iter__(self) -> "Iterator[Query | str]":
        for chunk in self._chunks:
            if chunk == OR:
                yield OR
                continue
            term = self._read[len(chunk) - 2] if chunk[0] == _MARK else self._word(chunk)
            if term is not None:
                yield term

    def _perhaps_not(self, minus: str, term: Query | None, typed: str) -> Query | None:
        if not minus or term is None:
            return term
        self.excluded.append(typed)
        return Not(term)

    def _word(self, chunk: str) -> Query | None:
        unwanted = chunk[0] in MINUSES and len(chunk) > 1 and not is_negative(normalise(chunk))
        text = normalise(chunk[1:] if unwanted else chunk)
        if not _CHARACTER.search(text):
            return None
        if unwanted:
            # Exclude only the exact text: -预算 must not remove documents that merely have its bigrams scattered.
            return self._perhaps_not(chunk[0], Phrase(text), chunk[1:])
        return Or((Within(Part.NUMBER, text), Text(text))) if _CODE_AND_YEAR.fullmatch(text) else Text(text)

    def _mark(self, term: Query | None) -> str:
        """Store a term and return a placeholder for it, whose length says which term it is."""
        self._read.append(term)
        return f" {_MARK}{_MARK * len(self._read)} "

    def _field(self, match: re.Match[str]) -> str:
        name, value = match["part"], match["bare"] or _quoted(match)
        term = _dated(value) if name == DATE else _within(Part(_TRADITIONAL.get(name, name)), value)
        return self._mark(self._perhaps_not(match["minus"], term, match[0].removeprefix(match["minus"])))

    def _phrase(self, match: re.Match[str]) -> str:
        phrase = normalise(_quoted(match))
        term = Phrase(phrase) if _CHARACTER.search(phrase) else None
        return self._mark(self._perhaps_not(match["minus"], term, match[0].removeprefix(match["minus"])))


def _listed(text: str) -> list[tuple[int, int, list[Number]]]:
    """Find the numbers in a text with their places, grouping those of one list (甲号、乙号)."""
    found: list[tuple[int, int, list[Number]]] = []
    for number in read_query(text):
        if found and _LIST.fullmatch(text[found[-1][1] : number.start]):
            start, _, numbers = found.pop()
            found.append((start, number.end, [*numbers, number]))
        else:
            found.append((number.start, number.end, [number]))
    return found


def _joined(terms: "_Terms") -> Iterator[Query]:
    """Yield the terms, combining those joined by OR. An OR without a term on both sides is ignored."""
    alternatives: list[Query] = []
    or_before = False
    for term in terms:
        if isinstance(term, str):
            or_before = True
            continue
        # An exclusion can't be an alternative.
        if alternatives and not (or_before and not isinstance(term, Not) and not isinstance(alternatives[-1], Not)):
            yield _one_of(alternatives)
            alternatives = []
        alternatives.append(term)
        or_before = False
    if alternatives:
        yield _one_of(alternatives)


def _one_of(alternatives: list[Query]) -> Query:
    return alternatives[0] if len(alternatives) == 1 else Or(tuple(alternatives))


def _respaced(chunks: list[str]) -> Iterator[str]:
    """Yield the chunks, joining single Han that spell out a word."""
    single: list[str] = []
    for chunk in [*chunks, ""]:
        if len(chunk) == 1 and is_han(chunk):
            single.append(chunk)
            continue
        yield from single if len(single) < _SPACED else ["".join(single)]
        single = []
        if chunk:
            yield chunk


def _quoted(match: re.Match[str]) -> str:
    return next(match[name] for name in _QUOTES if match[name])


def _within(part: Part, value: str) -> Query | None:
    if part is Part.NUMBER:
        numbers = read_query(value)
        if len(numbers) == 1 and numbers[0].sure and (numbers[0].start, numbers[0].end) == (0, len(value)):
            value = numbers[0].canonical
    text = normalise(value)
    return Within(part, text) if _CHARACTER.search(text) else None


def _dated(value: str) -> Query:
    """Parse a day, month or year, or a range of them. Raises BadQuery."""
    ends = _RANGE.split(_NUMERAL.sub(lambda match: str(numerals.value(match[0])), normalise(value)))
    try:
        spans = [_span(end) if end else None for end in ends]
        if len(spans) > 2 or not any(spans):
            raise ValueError
        first, last = spans[0], spans[-1]
        since = first[0] if first else date.min
        until = last[1] if last else date.max
    except ValueError as error:
        example = "日期:2019、日期:2019-05 或 日期:2019-01..2020-06"
        raise BadQuery(f"日期“{value[:20]}”无法识别。请写成 {example} 的样子。") from error
    if since > until:
        raise BadQuery(f"日期“{value[:30]}”的起始晚于截止。请调换后再检索。")
    return Dated(since.toordinal(), until.toordinal())


def _span(text: str) -> tuple[date, date]:
    """Return the first and last day of a year, month or day. Raises ValueError."""
    match = _DAY.fullmatch(text)
    if match is None:
        raise ValueError(text)
    year, month, day = (int(group) if group else None for group in match.groups())
    if year is None or month is None:
        return date(int(match[1]), 1, 1), date(int(match[1]), 12, 31)
    if day is not None:
        return date(year, month, day), date(year, month, day)
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])
