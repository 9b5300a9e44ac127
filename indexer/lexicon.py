"""The lexicon: words that jieba's dictionary lacks, of the program and of the county, and the function words.

An installation's own file adds to what ships. A line has a word of Han characters, and may have its frequency (the
higher, the more readily the word is cut whole) and its part of speech as jieba names it. Lines that begin with # are
comments. An index is built with one lexicon and keeps it, so that what is asked of it is cut as its documents were.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from archive import maintained
from archive.chinese.text import normalise
from archive.reasons import why
from archive.store import canonical
from indexer.errors import BadLexicon

PACKAGED = Path(__file__).parent / "lexicon.txt"
STOPWORDS = Path(__file__).parent / "stopwords.txt"
# The name of an installation's own file, in its data folder.
OWN_NAME = "lexicon.txt"
MIN_LENGTH = 2
MAX_LENGTH = 20
MAX_FREQUENCY = 1_000_000
MAX_WORDS = 50_000
_FREQUENCY = 1000
_TAG = "n"
# jieba joins no others to words.
_WORD = re.compile(r"[\u4e00-\u9fd5]+")
_KIND = re.compile("[a-z]{1,5}")


@dataclass(frozen=True)
class Lexicon:
    """Words with their frequencies and parts of speech, each once, and the words that mean nothing by themselves."""

    words: tuple[tuple[str, int, str], ...]
    stopwords: frozenset[str]

    @classmethod
    def load(cls, own: Path | None = None) -> "Lexicon":
        """Load the words that ship, and those of an installation's own file if there is one.

        A word that ships too has the own file's frequency. Raises BadLexicon with the line and the reason.
        """
        stopwords = cls.bare().stopwords
        words = {word: (word, frequency, tag) for word, frequency, tag in _read(PACKAGED, stopwords)}
        if own is not None:
            words |= {word: (word, frequency, tag) for word, frequency, tag in _read(own, stopwords)}
        return cls(tuple(words.values()), stopwords)

    @classmethod
    def bare(cls) -> "Lexicon":
        """Return the function words alone."""
        return cls((), frozenset(STOPWORDS.read_text(encoding="utf-8").split()))

    @classmethod
    def of_json(cls, text: str) -> "Lexicon":
        """Return the lexicon that an index keeps. Raises ValueError for anything else."""
        match json.loads(text):
            case {"words": list(words), "stopwords": list(stopwords)} if all(
                isinstance(each, str) for each in stopwords
            ):
                return cls(tuple(map(_kept, words)), frozenset(stopwords))
        raise ValueError("no lexicon")

    @property
    def json(self) -> str:
        """The form in which an index keeps it."""
        return json.dumps({"words": self.words, "stopwords": sorted(self.stopwords)}, ensure_ascii=False)

    @cached_property
    def digest(self) -> str:
        """The SHA-256 of all that is in it. An index of another lexicon cuts differently."""
        return canonical.digest([self.words, sorted(self.stopwords)])


def _kept(entry: object) -> tuple[str, int, str]:
    match entry:
        case [str(word), int(frequency), str(tag)]:
            return word, frequency, tag
    raise ValueError("no word of a lexicon")


def _read(path: Path, stopwords: frozenset[str]) -> Iterator[tuple[str, int, str]]:
    try:
        raw = maintained.read(path) or b""
    except OSError as error:
        raise BadLexicon(path, 0, f"读不出来（{why(error)}）。") from error
    try:
        # Editors on Windows write a byte order mark.
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise BadLexicon(path, line, "不是 UTF-8 编码，请另存为 UTF-8。") from error
    count = 0
    for line, spaced in enumerate(text.split("\n"), 1):
        if (said := spaced.strip()) and not said.startswith("#"):
            count += 1
            if count > MAX_WORDS:
                raise BadLexicon(path, line, f"超过 {MAX_WORDS} 个词。")
            yield _entry(path, line, said, stopwords)


def _entry(path: Path, line: int, said: str, stopwords: frozenset[str]) -> tuple[str, int, str]:
    columns = said.split()
    if len(columns) > 3:
        raise BadLexicon(path, line, f"应写“词 频率 词性”（后两项可省），这里有 {len(columns)} 项。")
    word = normalise(columns[0])
    frequency = columns[1] if len(columns) > 1 else str(_FREQUENCY)
    tag = columns[2] if len(columns) > 2 else _TAG
    if not _WORD.fullmatch(word):
        raise BadLexicon(path, line, f"“{word}”不全是汉字。")
    if not MIN_LENGTH <= len(word) <= MAX_LENGTH:
        raise BadLexicon(path, line, f"“{word}”有 {len(word)} 个字，应为 {MIN_LENGTH} 至 {MAX_LENGTH} 个字。")
    if word in stopwords:
        raise BadLexicon(path, line, f"“{word}”是虚词，检索时不单独计。")
    is_number = frequency.isascii() and frequency.isdigit() and len(frequency) < 9
    if not (is_number and 1 <= int(frequency) <= MAX_FREQUENCY):
        raise BadLexicon(path, line, f"频率“{frequency}”应为 1 至 {MAX_FREQUENCY} 的整数。")
    if not _KIND.fullmatch(tag):
        raise BadLexicon(path, line, f"词性“{tag}”应为小写字母，如 n、nt、ns。")
    return word, int(frequency), tag
