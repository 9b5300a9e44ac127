"""Synonyms: what laypeople say and what statutes and offices write, as pairs that staff edit.

The header of the packaged ``synonyms.tsv`` documents the format; an installation's own file in the same format adds to
it. Every form is normalised by ``archive.chinese.text.normalise``. Only direct synonyms count: if they were followed
further, 预算 would reach 决算 through 预决算.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from functools import cached_property
from itertools import accumulate, combinations
from pathlib import Path
from time import monotonic

from archive import maintained
from archive.chinese.text import normalise
from archive.maintained import Kept
from indexer.errors import BadSynonyms

PACKAGED = Path(__file__).parent / "synonyms.tsv"
# The name of an installation's own file, in its data folder.
OWN_NAME = "synonyms.tsv"
SAME = 1.0
RELATED = 0.5
MIN_LENGTH = 2
MAX_LENGTH = 20
MAX_OTHERS = 12
_BOTH_WAYS = "="
_WEIGHTS = {_BOTH_WAYS: SAME, ">": SAME, "~": RELATED}
_COLUMNS = 4
# Legal terms and names with different consequences: none may stand for another.
_DISTINCT = (
    ("临沂", "临沭", "临沐"),
    ("征收", "征用"),
    ("房屋征收", "税费征收"),
    ("预算", "决算"),
    ("公开", "公示", "公告", "通告"),
    ("失效", "废止", "修改"),
    ("复议", "诉讼", "仲裁"),
    ("行政复议", "诉讼", "仲裁"),
    ("行政诉讼", "复议", "仲裁"),
    ("建议", "提案"),
    ("批复", "答复"),
    ("许可", "处罚", "备案"),
    ("主动公开", "依申请公开"),
    ("不予公开", "不予处理", "无法提供"),
    ("办事指南", "公开指南"),
    ("应急管理", "安全生产"),
    ("定金", "订金"),
    ("罚款", "罚金"),
    ("抚养", "赡养", "扶养"),
    ("拘留", "逮捕", "拘役"),
    ("起诉", "上诉"),
    ("抢劫", "抢夺"),
    ("权利", "权力"),
    ("沭政发", "沭政字", "沭政办发", "沭政办字"),
)
_TERMS = re.compile("|".join(sorted({term for terms in _DISTINCT for term in terms})))

_AGENCY = re.compile("[局部厅委会署院]$")


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of a file, its words normalised; ``own`` if it is the installation's. ``line`` counts from 1."""

    word: str
    other: str
    direction: str
    source: str
    line: int
    own: bool


class Sought(Enum):
    """How a synonym is searched for: as a phrase, as one that is no part of another number or code, or as a text.

    AI is not wanted within "email". A year is in so many documents that reading them all would take too long.
    """

    PHRASE = auto()
    WHOLE = auto()
    TEXT = auto()


@dataclass(frozen=True, slots=True)
class Synonym:
    """A search for ``word`` also looks for ``other``, which counts ``weight`` times as much (SAME or RELATED)."""

    word: str
    other: str
    weight: float
    sought: Sought = Sought.PHRASE


@dataclass(frozen=True, slots=True)
class Match:
    """A word of the table in a text, from ``start`` up to ``end``, with its synonyms, strongest first."""

    start: int
    end: int
    text: str
    others: tuple[Synonym, ...]


class Synonyms:
    """An immutable table of pairs.

    ``pairs`` are the lines in effect, in order. ``idle`` numbers the lines that remove a pair which is not there.
    """

    def __init__(self, pairs: Iterable[Pair], idle: Iterable[int] = ()) -> None:
        """Build the table. Raises BadSynonyms for a word with more than MAX_OTHERS synonyms."""
        self.pairs = tuple(pairs)
        self.idle = tuple(idle)
        weights: dict[str, dict[str, float]] = {}
        for pair in self.pairs:
            for word, other in _ways(pair):
                others = weights.setdefault(word, {})
                others[other] = _WEIGHTS[pair.direction]
                if len(others) > MAX_OTHERS:
                    raise BadSynonyms(pair.line, f"“{word}”的同义词超过 {MAX_OTHERS} 个。")
        self._others = {
            word: tuple(
                Synonym(word, other, weight, Sought.WHOLE if other.isascii() else Sought.PHRASE)
                for other, weight in sorted(others.items(), key=lambda each: -each[1])
            )
            for word, others in weights.items()
        }

    @classmethod
    def load(cls, path: Path, own: Path | None = None) -> "Synonyms":
        """Load the table from a file, followed by the installation's own lines.

        They have none where there is no such file. If two lines have the same pair in the same order, the last one
        wins. Raises BadSynonyms with the line and the
        reason, or OSError if a file can't be read.
        """
        pairs: dict[tuple[str, str], Pair] = {}
        idle: list[int] = []
        for file in filter(None, (path, own)):
            for line, text in _lines(file):
                if text.startswith("!"):
                    word, other = _words(line, text[1:].strip().split("\t"))
                    found = [pairs.pop(each, None) for each in ((word, other), (other, word))]
                    if not any(found):
                        idle.append(line)
                else:
                    pair = _pair(line, text, own=file is own)
                    pairs.pop((pair.word, pair.other), None)
                    pairs[pair.word, pair.other] = pair
        return cls(pairs.values(), idle)

    def of(self, word: str) -> tuple[Synonym, ...]:
        """Return the synonyms of a word, strongest first; () if it is not in the table."""
        return self._others.get(normalise(word), ())

    def __contains__(self, form: str) -> bool:
        """Tell whether a normalised word has synonyms."""
        return form in self._others

    def naming(self, word: str) -> list[Pair]:
        """Return the pairs that have this word on either side."""
        form = normalise(word)
        return [pair for pair in self.pairs if form in (pair.word, pair.other)]

    def within(self, words: Iterable[str]) -> list[Match]:
        """Find the table's words in a normalised text that is cut into ``words``, in text order.

        A match begins and ends at word boundaries (低保 is not in 最低|保障) and may span several words. Of overlapping
        matches the longest wins, then the earliest. Offsets refer to the joined words.
        """
        words = list(words)
        text = "".join(words)
        ends = list(accumulate(map(len, words)))
        starts = [0, *ends[:-1]]
        found = [
            (start, end)
            for at, start in enumerate(starts)
            for end in _within_reach(start, ends[at:])
            if text[start:end] in self._others
        ]
        taken: list[tuple[int, int]] = []
        for start, end in sorted(found, key=lambda each: (each[0] - each[1], each[0])):
            if all(end <= other_start or other_end <= start for other_start, other_end in taken):
                taken.append((start, end))
        return [Match(start, end, text[start:end], self._others[text[start:end]]) for start, end in sorted(taken)]


class SynonymFile:
    """The current table: the packaged pairs and the installation's own, whose file may be missing or edited."""

    def __init__(self, packaged: Path, own: Path, clock: Callable[[], float] = monotonic) -> None:
        """Name the files. They are read on first use: most commands have no use for them."""
        self._packaged = packaged
        self._kept = Kept[Synonyms | None](own, lambda path: Synonyms.load(packaged, path), BadSynonyms, None, clock)

    @property
    def stamp(self) -> str:
        """A value that changes with each noticed edit."""
        return self._kept.stamp

    def current(self) -> Synonyms:
        """Return the last good table. Raises BadSynonyms or OSError for the packaged file; others are only logged."""
        return self._kept.current() or self._bare

    @cached_property
    def _bare(self) -> Synonyms:
        return Synonyms.load(self._packaged)


def _ways(pair: Pair) -> list[tuple[str, str]]:
    """Return which word leads to which.

    A document with 行政复议 also has 复议, so leading from 复议 to 行政复议 finds nothing new; it only ranks the full
    term higher. Leading back from a short formal word to a longer colloquial one would help nobody, so it is left out.
    """
    forth = [(pair.word, pair.other)]
    back = pair.direction == _BOTH_WAYS and pair.other not in pair.word
    return [*forth, (pair.other, pair.word)] if back else forth


def _within_reach(start: int, ends: Sequence[int]) -> Iterator[int]:
    """Yield the ends that are close enough to a start for a word of the table."""
    for end in ends:
        if end - start > MAX_LENGTH:
            break
        yield end


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Yield the lines that are neither empty nor comments, with their numbers."""
    raw = maintained.read(path) or b""
    try:
        # Editors on Windows write a byte order mark.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadSynonyms(line, "不是 UTF-8 编码，请另存为 UTF-8。") from error
    for at, spaced in enumerate(text.split("\n"), 1):
        # Spreadsheets leave trailing blanks for empty columns.
        if (said := spaced.strip()) and not said.startswith("#"):
            yield at, said


def _pair(line: int, text: str, own: bool) -> Pair:
    columns = text.split("\t")
    if len(columns) != _COLUMNS:
        wanted = f"应有 {_COLUMNS} 栏（口语、规范用语、方向、来源），用制表符分隔"
        raise BadSynonyms(line, f"{wanted}，这里有 {len(columns)} 栏。")
    word, other = _words(line, columns[:2])
    direction, source = normalise(columns[2]), columns[3].strip()
    if direction not in _WEIGHTS:
        raise BadSynonyms(line, f"方向“{columns[2]}”应为 =、> 或 ~。")
    if word == other:
        raise BadSynonyms(line, f"“{word}”与自己成对。")
    if confused := _confused(word, other):
        raise BadSynonyms(line, f"“{confused[0]}”与“{confused[1]}”意义不同，不得互为同义词。")
    return Pair(word, other, direction, source, line, own)


def _words(line: int, columns: Sequence[str]) -> tuple[str, str]:
    if len(columns) != 2:
        raise BadSynonyms(line, "去掉一对应写“! 口语<TAB>规范用语”。")
    word, other = map(normalise, columns)
    for each in (word, other):
        if not each:
            raise BadSynonyms(line, "有一栏是空的。")
        if not MIN_LENGTH <= len(each) <= MAX_LENGTH:
            raise BadSynonyms(line, f"“{each}”有 {len(each)} 个字，应为 {MIN_LENGTH} 至 {MAX_LENGTH} 个字。")
    return word, other


def _confused(word: str, other: str) -> tuple[str, str] | None:
    """Return two terms of different meaning that a pair has on its two sides: 预算 and 决算, 预算 and 部门决算.

    A side that has both (预决算) is fine, and so are names of agencies, since agencies get merged and renamed.
    """
    if _AGENCY.search(word) and _AGENCY.search(other):
        return None
    # Most pairs have none of them, and a table has thousands of pairs.
    if not (_TERMS.search(word) or _TERMS.search(other)):
        return None
    for terms in _DISTINCT:
        for one, two in combinations([term for term in terms if term in word or term in other], 2):
            if _apart(one, two, word, other) or _apart(two, one, word, other):
                return one, two
    return None


def _apart(one: str, two: str, word: str, other: str) -> bool:
    return one in word and two in other and not _has(word, two) and not _has(other, one)


def _has(text: str, term: str) -> bool:
    """Return whether a text has a term's characters in order: 预决算 has 预算."""
    characters = iter(text)
    return all(character in characters for character in term)
