"""Finds sentences that answer a question about a quantity: 不动产登记几天 → “……5个工作日以内……”.

Nothing is made up: an answer is a sentence of a public document and the place of the number in it. The question word
says what kind of number is asked for. A sentence answers if it has such a number and the subject of the question.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archive.chinese.text import aligned, normalise
from indexer.analyzer import Analyzer
from indexer.asking.synonyms import Synonyms

_NUMBER = r"(?:\d[\d,.]*(?:万|亿|余|多)?|[一二三四五六七八九十两百千]{1,6}(?:万|亿)?|半)"
_UP_TO = r"(?:不超过|不得超过|不低于|不少于|不多于|超过|最长|最多|最低|约|自[^,。;]{0,8}起)?"
_SPAN = (
    rf"{_UP_TO}{_NUMBER}(?:个)?(?:工作日|自然日|小时|分钟|天|日|周|年|月)(?:以内|之内|内|以上|以下|前)?"
    r"(?![一二三四五六七八九十\d])"
)
_DAY_OF_YEAR = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{4}年(?:\d{1,2}月)?")


@dataclass(frozen=True, slots=True)
class _Kind:
    """A kind of number: how people ask for it, its ``form`` in normalised text, and words that go with it (``cue``).

    A number beside a word of ``apart`` answers only who asks with such a word.
    """

    asked: re.Pattern[str]
    form: re.Pattern[str]
    cue: re.Pattern[str]
    apart: re.Pattern[str] | None = None


_KINDS = (
    _Kind(
        re.compile(
            r"几天|多少天|多少日|几个?工作日|多少个?工作日|多久|多长时间|几个月|多少个?月|几年|多少年|时限|期限|什么时候(?:能|可以)"
        ),
        re.compile(_SPAN),
        re.compile(r"时限|期限|办结(?!后)|受理(?!后)|之日起"),
    ),
    _Kind(
        re.compile(
            r"多少钱|收费|费用|价格|几块钱?|补贴标准|补助标准|补偿标准|标准是多少|赔多少|补多少|罚多少|交多少|发多少"
        ),
        re.compile(
            rf"{_UP_TO}(?:每[人户亩月年平方米套件吨立次度天日学生期]{{1,4}})*{_NUMBER}(?:万|亿)?元(?:/[^\s,。;]{{1,6}})?"
            r"|免费|不收费|不收取(?:任何)?费用"
        ),
        re.compile(r"收费|费用|标准|补贴|补助|补偿|每人|每月|每户"),
    ),
    _Kind(
        re.compile(r"电话|号码"),
        re.compile(r"(?<!\d)(?:0\d{2,3}-?)?\d{7,8}(?!\d)|(?<!\d)12\d{3}(?!\d)"),
        re.compile(r"电话|热线|咨询|联系"),
        # Whoever looks for an office's telephone has nothing to complain of.
        re.compile(r"投诉|举报|监督|信访|纪检"),
    ),
    _Kind(
        re.compile(r"比例|百分之几|百分之多少|几成"),
        re.compile(r"\d[\d.]*%|百分之[一二三四五六七八九十百点零]+"),
        re.compile(r"比例|%|百分之"),
    ),
    _Kind(
        re.compile(r"多少件|几件|多少人|多少户|多少个|多少条|多少项|几次|多少次"),
        re.compile(rf"{_NUMBER}(?:余)?(?:件|人次|人|户|个|条|项|次)"),
        re.compile(r"共|全年|累计|合计"),
    ),
)
# 市场准入、不动产登记分别压减到3个和5个工作日以内: as many things as numbers, in the same order.
_RESPECTIVELY = re.compile(
    rf"(?P<things>[^,。;:]*[、和及与][^,。;:]*?)分别[^,。;\d一二三四五六七八九十百]{{0,8}}"
    rf"(?P<numbers>{_NUMBER}[^、和及与,。;]{{0,4}}(?:[、和及与]{_NUMBER}[^、和及与,。;]{{0,4}})+)(?:工作日|天|日|小时|年|月|元|万元)?(?:以内|之内|内)?"
)
_CLAUSE = re.compile(r"[^,;]+")
# The most characters that a line above a sentence may have to count as its heading.
_HEADING = 20
_SENTENCE = re.compile(r"[^。！？；!?;\n]+[。！？；!?;]?")
# A cheap test that every answer passes: "free of charge" (免、不收) counts as a number.
_WITH_NUMBER = re.compile(r"[\d一二三四五六七八九十两百半免不]")
LONGEST = 160
# The share of a question's subject words that a sentence, together with its document's title, must have.
SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Found:
    """An answer: the sentence is ``text[start:end]`` of a document, and ``quantity`` the number's span in that text.

    ``fit`` says how well it answers; higher is better.
    """

    start: int
    end: int
    quantity: tuple[int, int]
    fit: float


class Question:
    """A typed search, read as a question about a quantity. ``asks`` says whether it is one."""

    def __init__(self, typed: str, synonyms: Synonyms, analyzer: Analyzer) -> None:
        text = normalise(typed)
        self._kind = next((kind for kind in _KINDS if kind.asked.search(text)), None)
        about = self._kind.asked.sub(" ", text) if self._kind else text
        self._apart = (
            self._kind.apart if self._kind and self._kind.apart and not self._kind.apart.search(text) else None
        )
        self._about = [each for chunk in about.split() for each in _about(chunk, synonyms, analyzer)]

    @property
    def asks(self) -> bool:
        # 多少条信息 is too vague: its subject could be anything.
        vague = self._kind is _KINDS[-1] and sum(len(words[0]) for words in self._about) < 3
        return self._kind is not None and bool(self._about) and not vague

    def answers(self, title: str, text: str, beside_only: bool = False) -> Iterator[Found]:
        """Yield the sentences of a document that answer, in text order.

        Either the number is in the same clause as the subject, or in the matching place of a list; or the whole
        document is about the subject, and the clause or the heading above is about numbers of this kind.
        ``beside_only`` excludes the second case, for documents that may be about something else.
        """
        if self._kind is None or not self._about:
            return
        in_title = self._had(normalise(title))
        heading = ""
        for match in _SENTENCE.finditer(text):
            above, heading = heading, match[0] if len(match[0]) <= _HEADING else ""
            if len(match[0]) > LONGEST or not _WITH_NUMBER.search(match[0]):
                continue
            here = self._had(normalise(match[0]))
            share = len(here | in_title) / len(self._about)
            if share < SHARE:
                continue
            sentence, offsets = aligned(match[0])
            number, beside = self._number(sentence)
            if number is None:
                continue
            clause = _clause(sentence, number[0])
            about = len(in_title) == len(self._about) and bool(self._kind.cue.search(f"{above}{clause}"))
            if beside or about and not beside_only:
                first, last = offsets[number[0]], offsets[number[1] - 1] + 1
                place = match.start() + first, match.start() + last
                yield Found(match.start(), match.end(), place, share + beside + about)

    def _had(self, text: str) -> set[int]:
        return {at for at, words in enumerate(self._about) if any(word in text for word in words)}

    def _number(self, sentence: str) -> tuple[tuple[int, int] | None, bool]:
        """Return the span of the number that answers, and whether the subject stands beside it."""
        if self._kind is None:
            return None, False
        listed = self._listed(sentence)
        if listed is not None:
            return listed, True
        dates = [match.span() for match in _DAY_OF_YEAR.finditer(sentence)]
        numbers = [
            match.span()
            for match in self._kind.form.finditer(sentence)
            if not any(start <= match.start() < end for start, end in dates)
            and not (self._apart and self._apart.search(_clause(sentence, match.start())))
        ]
        for start, end in numbers:
            if self._had(_clause(sentence, start)):
                return (start, end), True
        return (numbers[0] if numbers else None), False

    def _listed(self, sentence: str) -> tuple[int, int] | None:
        """Return the number whose place in its list is the subject's place in its own: 甲、乙分别为3个、5个工作日."""
        match = _RESPECTIVELY.search(sentence)
        if match is None or self._kind is None or not self._kind.form.search(match[0]):
            return None
        things = [part.span() for part in re.finditer(r"[^、和及与]+", match["things"])]
        numbers = [part.span() for part in re.finditer(rf"{_NUMBER}个?", match["numbers"])]
        if len(things) != len(numbers):
            return None
        for thing, (start, end) in zip(things, numbers, strict=True):
            if self._had(match["things"][slice(*thing)]):
                last = match.end() if numbers[-1] == (start, end) else match.start("numbers") + end
                return match.start("numbers") + start, last
        return None


def _clause(sentence: str, at: int) -> str:
    """Return the clause, between commas or semicolons, that contains a place."""
    return next((match[0] for match in _CLAUSE.finditer(sentence) if match.end() > at), sentence)


def _about(text: str, synonyms: Synonyms, analyzer: Analyzer) -> Iterator[tuple[str, ...]]:
    """Yield the meaningful words of a text, each with its synonyms."""
    rest = text
    for match in synonyms.within(analyzer.pieces(text)):
        yield (match.text, *(other.other for other in match.others))
        rest = rest.replace(match.text, " ")
    for chunk in rest.split():
        if analyzer.says_something(chunk):
            yield from ((word,) for word in analyzer.query(chunk).words if len(word) > 1)


def best(answers: Iterable[tuple[int, Found]]) -> tuple[int, Found] | None:
    """Return the answer that fits best; of equals, that of the highest-ranked document (rank 0 first)."""
    return max(answers, key=lambda each: (each[1].fit, -each[0], -each[1].start), default=None)
