"""How text is cut for searching: a stream of words and a stream of character bigrams; the only user of jieba.

Words rank: they are what a reader would call words. Bigrams keep the promise that what stands in a document is found,
wherever jieba put its cuts, and rank as well. Both are cut from ``archive.text.normalise``d text, documents and queries
alike, so every engine finds the same.

jieba is the segmenter. rjieba, the same algorithm over the same dictionary in Rust, cuts for it where it is installed,
and what it cuts otherwise is put right; a test holds them together. Either is loaded when something is first cut, and
never both: jieba's dictionary takes a second and 80 MB, rjieba's a tenth and 30.
"""

import hashlib
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import nlargest
from importlib.metadata import version
from importlib.resources import files
from itertools import chain
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from archive.chinese.text import is_han

if TYPE_CHECKING:
    import jieba

# What changes the streams changes this number, and with it the fingerprint.
VERSION = 2
_HERE = Path(__file__).parent
LEXICON = _HERE / "lexicon.txt"
STOPWORDS = _HERE / "stopwords.txt"
_RUN = re.compile(r"[^\W_]+")
# Where rjieba's idea of a Han character or of a word of letters is wider than jieba's.
_BEYOND = re.compile(r"([\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00010000-\U0010ffff])")
_JOINED = re.compile(r"[a-zA-Z0-9][-_.][a-zA-Z0-9]")
_APART = re.compile(f"{_BEYOND.pattern}|{_JOINED.pattern}")
# jieba's own.
_LETTERS = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
_CUTS_KEPT = 2000
_FUNCTION_FREQUENCY = 5000


def common_words(most: int) -> list[str]:
    """The commonest words of two to four characters in jieba's dictionary, the commonest first."""
    found = []
    with (files("jieba") / "dict.txt").open(encoding="utf-8") as lines:
        for line in lines:
            word, frequency, *_ = line.split()
            if 2 <= len(word) <= 4 and all(map(is_han, word)):
                found.append((int(frequency), word))
    return [word for _, word in nlargest(most, found)]


@dataclass(frozen=True, slots=True)
class Cut:
    """The distinct terms of a query's text.

    ``words`` carry its meaning: none inside another, function words left out. ``grams`` are the bigrams that are not
    wholly of function words; ``every`` are all of them: what contains the text has every one.
    """

    words: tuple[str, ...]
    grams: tuple[str, ...]
    every: tuple[str, ...]


class Analyzer:
    """Cuts normalised text. ``cache`` is a private folder for jieba's dictionary (its default is a shared one)."""

    def __init__(self, cache: Path) -> None:
        cache.mkdir(parents=True, exist_ok=True)
        self.cache = cache
        self._stopwords = frozenset(STOPWORDS.read_text(encoding="utf-8").split())
        entries = (line.split() for line in LEXICON.read_text(encoding="utf-8").splitlines())
        self._own_words = [(word, int(frequency), tag) for word, frequency, tag in entries]
        # 多少天 is one function word, and not 多少 and a 天 to search for.
        self._own_words += [(word, _FUNCTION_FREQUENCY, "r") for word in sorted(self._stopwords) if len(word) > 2]
        self.query = lru_cache(_CUTS_KEPT)(self._query)

    @cached_property
    def jieba(self) -> "jieba.Tokenizer":
        """The reference."""
        import jieba

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        tokenizer.tmp_dir = str(self.cache)
        tokenizer.initialize()
        for word, frequency, tag in self._own_words:
            tokenizer.add_word(word, frequency, tag)
        return tokenizer

    @cached_property
    def rjieba(self) -> ModuleType | None:
        """The accelerated form; None where it is not installed."""
        try:
            import rjieba
        except ImportError:  # no wheel for this machine
            return None
        # The module's own tokenizer: it is there in any case, and another would have the dictionary a second time.
        for word, frequency, tag in self._own_words:
            rjieba.add_word(word, frequency, tag)
        return rjieba

    @cached_property
    def fingerprint(self) -> str:
        """A digest of everything that decides the streams."""
        parts = [str(VERSION), version("jieba"), version("opencc"), unicodedata.unidata_version]
        parts += [path.read_text(encoding="utf-8") for path in (LEXICON, STOPWORDS)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def words(self, text: str) -> list[str]:
        """The words of a document's text: long words and the shorter ones inside them."""
        if self.rjieba is None:
            cut: Iterable[str] = self.jieba.cut_for_search(text)
        elif not _APART.search(text):
            cut = self.rjieba.cut_for_search(text)
        else:
            # Neither joins words across a line break, so most lines may be cut the fast way.
            cut = chain.from_iterable(
                chain.from_iterable(map(self._with_shorter, self._apart(line)))
                if _APART.search(line)
                else self.rjieba.cut_for_search(line)
                for line in text.splitlines(keepends=True)
            )
        return [word for word in cut if word.isalnum() or _RUN.search(word)]

    def pieces(self, text: str) -> list[str]:
        """The text cut into words as a reader sees them, nothing left out: joined they are the text."""
        return list(self._apart(text))

    def _apart(self, text: str) -> Iterator[str]:
        """The words as jieba cuts them, also where rjieba would join what it keeps apart."""
        cut = self.rjieba.cut if self.rjieba else self.jieba.cut
        for part in filter(None, _BEYOND.split(text)):
            for word in cut(part):
                if _JOINED.search(word) and not self.is_word(word):
                    yield from filter(None, _LETTERS.split(word))
                else:
                    yield word

    def _with_shorter(self, word: str) -> Iterator[str]:
        """As jieba cuts for a search."""
        for size in range(2, min(len(word), 4)):
            yield from filter(self.is_word, (word[at : at + size] for at in range(len(word) - size + 1)))
        yield word

    def is_word(self, text: str) -> bool:
        """Whether the language or the county's lexicon has this word."""
        return bool(self.rjieba.has_word(text)) if self.rjieba else bool(self.jieba.FREQ.get(text))

    @cached_property
    def lexicon(self) -> tuple[str, ...]:
        """The county's own words."""
        return tuple(word for word, _, _ in self._own_words if word not in self._stopwords)

    @property
    def function_words(self) -> frozenset[str]:
        """Words that carry no meaning by themselves."""
        return self._stopwords

    def says_something(self, text: str) -> bool:
        """Whether a text has a word beyond function words."""
        return any(word not in self._stopwords for word in self.query(text).words)

    def _query(self, text: str) -> Cut:
        pieces = self.pieces(text)
        said = list(dict.fromkeys(piece for piece in pieces if _RUN.search(piece)))
        words = [piece for piece in said if piece not in self._stopwords]
        every = query_grams(text)
        if not words:
            return Cut(tuple(said), tuple(every), tuple(every))
        if all(len(word) == 1 for word in words):
            # 罚多少钱: no bigram that it has with a question word stands in an answer.
            alone = "".join(" " * len(piece) if piece in self._stopwords else piece for piece in pieces)
            return Cut(tuple(words), tuple(query_grams(alone)), tuple(every))
        idle = "".join((" " if piece in self._stopwords else "x") * len(piece) for piece in pieces)
        telling = dict.fromkeys(gram for at, gram in _places(text) if idle[at : at + len(gram)].strip())
        return Cut(tuple(words), tuple(telling), tuple(every))


def grams(text: str) -> list[str]:
    """The bigrams of a document's text, within runs of letters and digits.

    The last character of each run also stands alone, so that every character begins some gram.

    >>> grams("公开条例，2019")
    ['公开', '开条', '条例', '例', '20', '01', '19', '9']
    """
    return [run[at : at + 2] for run in _RUN.findall(text) for at in range(len(run))]


def query_grams(text: str) -> list[str]:
    """The distinct bigrams of a query; a run of one character yields that character, the beginning of a gram.

    >>> query_grams("水 公开")
    ['水', '公开']
    """
    return list(dict.fromkeys(gram for _, gram in _places(text)))


def is_gram(text: str) -> bool:
    """Whether a text is a gram, or the beginning of some."""
    return 0 < len(text) <= 2 and text.isalnum()


def marks(text: str) -> list[str]:
    """The distinct characters of a text that stand in no gram, line breaks aside.

    >>> marks("公开，2019，公开")
    ['，']
    """
    return sorted(character for character in set(text) if not character.isalnum() and character != "\n")


def _places(text: str) -> Iterable[tuple[int, str]]:
    for match in _RUN.finditer(text):
        run = match[0]
        for at in range(max(1, len(run) - 1)):
            yield match.start() + at, run[at : at + 2]
