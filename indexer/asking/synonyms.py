"""What laypeople say and what statutes and offices write: pairs that staff edit, and where a query has them.

The packaged ``synonyms.tsv`` says its format in its header; an installation's own file of the same format adds to it.
Every form goes through ``archive.text.normalise``. A word leads to its others in one hop: what they lead to in turn is
not asked, or 预算 would reach 决算 by way of 预决算.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, combinations
from pathlib import Path
from threading import Lock
from time import monotonic

from archive.chinese.text import normalise
from indexer.errors import BadSynonyms

PACKAGED = Path(__file__).parent / "synonyms.tsv"
# The name of an installation's own file, in its data folder.
OWN_NAME = "synonyms.tsv"
SAME = 1.0
RELATED = 0.5
MIN_LENGTH = 2
MAX_LENGTH = 20
MAX_OTHERS = 12
RECHECK_SECONDS = 1.0
_BOTH_WAYS = "="
_WEIGHTS = {_BOTH_WAYS: SAME, ">": SAME, "~": RELATED}
_COLUMNS = 4
# When a file was changed (ns), and its size in bytes.
_Stamp = tuple[int, int]
# Terms of law and names that differ in what follows from them (domain rules 6.2 and 6.5): none stands for another.
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

_AGENCY = re.compile("[局部厅委会署院]$")

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Pair:
    """One line of a file, its words normalised; ``own`` if it is the installation's. ``line`` counts from 1."""

    word: str
    other: str
    direction: str
    source: str
    line: int
    own: bool


@dataclass(frozen=True, slots=True)
class Synonym:
    """A search for ``word`` also asks for ``other``, which counts ``weight`` times as much (SAME or RELATED)."""

    word: str
    other: str
    weight: float


@dataclass(frozen=True, slots=True)
class Match:
    """A word of the table in a text, from ``start`` up to ``end``, and what else to ask for, strongest first."""

    start: int
    end: int
    text: str
    others: tuple[Synonym, ...]


class Synonyms:
    """A table of pairs, never changed once it is loaded.

    ``pairs`` are the lines that stand, in order; ``idle`` the lines that take out a pair which is not there.
    """

    def __init__(self, pairs: Iterable[Pair], idle: Iterable[int] = ()) -> None:
        """Raises BadSynonyms for a pair that gives its word more than MAX_OTHERS others."""
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
            word: tuple(Synonym(word, *each) for each in sorted(others.items(), key=lambda each: -each[1]))
            for word, others in weights.items()
        }

    @classmethod
    def load(cls, path: Path, own: Path | None = None) -> "Synonyms":
        """The table of a file, with the installation's own lines after it.

        Of two lines about the same pair in the same order the last one stands. Raises BadSynonyms with the line and
        the reason, OSError when a file can't be read.
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
        """What else a search for this word asks for, strongest first; () for a word that is not in the table."""
        return self._others.get(normalise(word), ())

    def naming(self, word: str) -> list[Pair]:
        """The pairs that a word stands in, on either side."""
        form = normalise(word)
        return [pair for pair in self.pairs if form in (pair.word, pair.other)]

    def within(self, words: Sequence[str]) -> list[Match]:
        """The words of the table in a normalised text that is cut into ``words``, in the order of the text.

        One begins and ends where words do (低保 is not in 最低|保障), may span several, and overlaps no other: the
        longer is taken, then the earlier. Offsets are those of the words joined.
        """
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
    """The table as the files are now: an edit shows within RECHECK_SECONDS, a bad one is logged and not taken.

    The installation's own file may be missing. Safe to share between threads.
    """

    def __init__(self, packaged: Path, own: Path, clock: Callable[[], float] = monotonic) -> None:
        """Raises BadSynonyms or OSError for the packaged file; one's own is only logged."""
        self._packaged = packaged
        self._own = own
        self._clock = clock
        self._lock = Lock()
        self._stamps: tuple[_Stamp | None, _Stamp | None] = (_stamp(packaged), None)
        self._table = Synonyms.load(packaged)
        self._due = clock()

    @property
    def stamp(self) -> str:
        """Another one after each edit that was noticed."""
        return repr(self._stamps)

    def current(self) -> Synonyms:
        """The last good table."""
        with self._lock:
            now = self._clock()
            if now >= self._due:
                self._due = now + RECHECK_SECONDS
                self._reread()
            return self._table

    def _reread(self) -> None:
        stamps = _stamp(self._packaged), _stamp(self._own)
        if stamps == self._stamps:
            return
        # Noted even if the edit is bad, so that it is read and logged once.
        self._stamps = stamps
        try:
            self._table = Synonyms.load(self._packaged, self._own if stamps[1] else None)
        except (BadSynonyms, OSError) as error:
            log.error("%s（%s）沿用上一次无误的同义词。", error, self._own)


def _ways(pair: Pair) -> list[tuple[str, str]]:
    """Which word leads to which.

    A document that says 行政复议 says 复议: that way the pair finds nothing more and only ranks who says it in full
    higher; the other way from a short form to a longer colloquial one it would do nothing for anybody.
    """
    forth = [(pair.word, pair.other)]
    back = pair.direction == _BOTH_WAYS and pair.other not in pair.word
    return [*forth, (pair.other, pair.word)] if back else forth


def _within_reach(start: int, ends: Sequence[int]) -> Iterator[int]:
    """The ends that are not too far from a start for a word of the table."""
    for end in ends:
        if end - start > MAX_LENGTH:
            break
        yield end


def _stamp(path: Path) -> _Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """The lines that say something, with their numbers."""
    raw = path.read_bytes()
    try:
        # Editors on Windows put a byte order mark first.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadSynonyms(line, "不是 UTF-8 编码，请另存为 UTF-8。") from error
    for at, spaced in enumerate(text.split("\n"), 1):
        # Blanks at the end are what spreadsheets leave for empty columns.
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
    """The two distinct terms of which one stands on either side: 预算 and 决算, 预算 and 部门决算.

    Not where a side has both (预决算), and not in the names of agencies, which were merged and renamed.
    """
    if _AGENCY.search(word) and _AGENCY.search(other):
        return None
    for terms in _DISTINCT:
        for one, two in combinations(terms, 2):
            if _apart(one, two, word, other) or _apart(two, one, word, other):
                return one, two
    return None


def _apart(one: str, two: str, word: str, other: str) -> bool:
    return one in word and two in other and not _has(word, two) and not _has(other, one)


def _has(text: str, term: str) -> bool:
    """Whether a text has a term's characters in their order: 预决算 has 预算."""
    characters = iter(text)
    return all(character in characters for character in term)
