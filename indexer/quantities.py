"""Sentences that answer a question for a number: 不动产登记几天 → “……5个工作日以内……”.

Nothing is made up: an answer is a sentence of a public document, and where in it the number stands. What a question
asks for is told by its question word; a sentence answers it if it has a number of that kind and what the question is
about.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from archive.text import aligned, normalise
from indexer.analyzer import Analyzer
from indexer.synonyms import Synonyms

_NUMBER = r"(?:\d[\d,.]*(?:万|亿|余|多)?|[一二三四五六七八九十两百千]{1,6}(?:万|亿)?|半)"
_UP_TO = r"(?:不超过|不得超过|不低于|不少于|不多于|超过|最长|最多|最低|约|自[^,。;]{0,8}起)?"
_SPAN = (
    rf"{_UP_TO}{_NUMBER}(?:个)?(?:工作日|自然日|小时|分钟|天|日|周|年|月)(?:以内|之内|内|以上|以下|前)?"
    r"(?![一二三四五六七八九十\d])"
)
_DAY_OF_YEAR = re.compile(r"(?:\d{4}年)?\d{1,2}月\d{1,2}日|\d{4}年(?:\d{1,2}月)?")
# Question words, and what a number of that kind looks like in normalised text.
_KINDS = (
    (r"几天|多少天|多少日|几个?工作日|多久|多长时间|几个月|多少个?月|几年|多少年|时限|期限|什么时候(?:能|可以)", _SPAN),
    (
        r"多少钱|收费|费用|价格|几块钱?|补贴标准|补助标准|补偿标准|赔多少|补多少|标准是多少|罚多少",
        rf"{_UP_TO}(?:每[人户亩月年平方米套件吨立次度天日学生期]{{1,4}})*{_NUMBER}(?:万|亿)?元(?:/[^\s,。;]{{1,6}})?|免费|不收费|不收取(?:任何)?费用",
    ),
    (r"电话|号码", r"(?<!\d)(?:0\d{2,3}-?)?\d{7,8}(?!\d)|(?<!\d)12\d{3}(?!\d)"),
    (r"比例|百分之几|百分之多少|几成", r"\d[\d.]*%|百分之[一二三四五六七八九十百点零]+"),
    (r"多少件|几件|多少人|多少户|多少个|多少条|多少项|几次|多少次", rf"{_NUMBER}(?:余)?(?:件|人次|人|户|个|条|项|次)"),
)
_ASKED = tuple((re.compile(words), re.compile(form)) for words, form in _KINDS)
# 市场准入、不动产登记分别压减到3个和5个工作日以内: as many things as numbers, in one order.
_RESPECTIVELY = re.compile(
    rf"(?P<things>[^,。;:]*[、和及与][^,。;:]*?)分别[^,。;\d一二三四五六七八九十百]{{0,8}}"
    rf"(?P<numbers>{_NUMBER}[^、和及与,。;]{{0,4}}(?:[、和及与]{_NUMBER}[^、和及与,。;]{{0,4}})+)(?:工作日|天|日|小时|年|月|元|万元)?(?:以内|之内|内)?"
)
_SENTENCE = re.compile(r"[^。！？；!?;\n]+[。！？；!?;]?")
# Cheap to ask, and true of every answer: free of charge (免、不收) is a number too.
_WITH_NUMBER = re.compile(r"[\d一二三四五六七八九十两百半免不]")
LONGEST = 160
# How much of the words that a question is about a sentence must have, itself and in its document's title.
SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Found:
    """``text[start:end]`` of a document is the sentence; ``quantity`` the place of the number in the same text."""

    start: int
    end: int
    quantity: tuple[int, int]
    share: float


class Question:
    """What a typed search asks for, if it asks for a number (``asks``)."""

    def __init__(self, typed: str, synonyms: Synonyms, analyzer: Analyzer) -> None:
        text = normalise(typed)
        self._form = next((form for words, form in _ASKED if words.search(text)), None)
        words = next((words for words, form in _ASKED if form is self._form), None)
        about = words.sub(" ", text) if words else text
        self._about = [each for chunk in about.split() for each in _about(chunk, synonyms, analyzer)]

    @property
    def asks(self) -> bool:
        return self._form is not None and bool(self._about)

    def answers(self, title: str, text: str) -> Iterator[Found]:
        """The sentences of a document that answer, in its order."""
        if self._form is None or not self._about:
            return
        in_title = self._had(normalise(title))
        for match in _SENTENCE.finditer(text):
            if len(match[0]) > LONGEST or not _WITH_NUMBER.search(match[0]):
                continue
            sentence, offsets = aligned(match[0])
            here = self._had(sentence)
            share = len(here | in_title) / len(self._about)
            # A title that says what it is about does not make every number of its text an answer.
            if not here or share < SHARE:
                continue
            number = self._nearest(sentence)
            if number is not None:
                first, last = offsets[number[0]], offsets[number[1] - 1] + 1
                place = match.start() + first, match.start() + last
                yield Found(match.start(), match.end(), place, share + len(here) / (1 + len(self._about)))

    def _had(self, text: str) -> set[int]:
        return {at for at, words in enumerate(self._about) if any(word in text for word in words)}

    def _nearest(self, sentence: str) -> tuple[int, int] | None:
        """The number that comes first after the last of what is asked about, else the last before it."""
        dates = [match.span() for match in _DAY_OF_YEAR.finditer(sentence)]
        listed = self._listed(sentence)
        if listed is not None:
            return listed
        numbers = [
            match.span()
            for match in (self._form.finditer(sentence) if self._form else ())
            if not any(start <= match.start() < end for start, end in dates)
        ]
        if not numbers:
            return None
        said = [sentence.rfind(word) for words in self._about for word in words if word in sentence]
        after = [span for span in numbers if span[0] >= max(said)]
        return after[0] if after else numbers[-1]

    def _listed(self, sentence: str) -> tuple[int, int] | None:
        """The number at the place in its list that what is asked about has in its own: 甲、乙分别为3个、5个工作日."""
        match = _RESPECTIVELY.search(sentence)
        if match is None or self._form is None or not self._form.search(match[0]):
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


def _about(text: str, synonyms: Synonyms, analyzer: Analyzer) -> Iterator[tuple[str, ...]]:
    """The words of a text that carry its meaning, each with its synonyms."""
    rest = text
    for match in synonyms.within(analyzer.pieces(text)):
        yield (match.text, *(other.other for other in match.others))
        rest = rest.replace(match.text, " ")
    for chunk in rest.split():
        if analyzer.says_something(chunk):
            yield from ((word,) for word in analyzer.query(chunk).words if len(word) > 1)


def best(answers: Iterable[tuple[int, Found]]) -> tuple[int, Found] | None:
    """Of answers out of ranked documents (rank from 0) the one that has most of the question, then of the first."""
    return max(answers, key=lambda each: (each[1].share, -each[0], -each[1].start), default=None)
