"""Text analysis: cuts text into a stream of words and a stream of character bigrams. The only user of jieba.

Words are what a reader would call words, and they rank. Bigrams rank too, and they guarantee that any text in a
document is found, wherever jieba cut it. Both streams are made from text in the form of
``archive.chinese.text.normalise``, for documents and queries alike, so every engine finds the same.

jieba is the reference. rjieba, the same algorithm and dictionary in Rust, replaces it where installed. Where rjieba
cuts differently, its output is corrected; a test checks that the two agree. Only one of them is loaded, on first use:
jieba's dictionary takes 1 s and 80 MB, rjieba's 0.1 s and 30 MB.
"""

import hashlib
import logging
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version
from itertools import chain
from typing import TYPE_CHECKING

from indexer.lexicon import Lexicon

if TYPE_CHECKING:
    import jieba
    import rjieba

# Raise this with any change to the streams: it is part of the fingerprint.
VERSION = 3
_RUN = re.compile(r"[^\W_]+")
# Han characters and words of letters that rjieba recognises and jieba does not.
_BEYOND = re.compile(r"([\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00010000-\U0010ffff])")
_JOINED = re.compile(r"[a-zA-Z0-9][-_.][a-zA-Z0-9]")
_APART = re.compile(f"{_BEYOND.pattern}|{_JOINED.pattern}")
# Copied from jieba.
_LETTERS = re.compile(r"([a-zA-Z0-9]+(?:\.\d+)?%?)")
_CUTS_KEPT = 2000
_FUNCTION_FREQUENCY = 5000
# What people write around the matter in a letter's subject: 反映…的问题, 关于…的建议. In a text of fewer characters
# these words may be the matter itself: 投诉电话.
_ASKING = frozenset(
    "反映 反应 咨询 建议 投诉 请求 希望 呼吁 举报 求助 恳请 请问 想问 质疑 强烈"
    " 关于 对于 有关 相关 问题 事宜 诉求 疑问".split()
)
_LEAST_TOPIC = 6


def fingerprint() -> str:
    """Return a digest of everything but the lexicon that determines the streams."""
    parts = [str(VERSION), version("jieba"), version("opencc"), unicodedata.unidata_version]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


# The last one serves the next analyzer that has the same words; loading the dictionary anew takes 0.1 s.
@lru_cache(1)
def _rjieba(own_words: tuple[tuple[str, int, str], ...]) -> "rjieba.Jieba | None":
    try:
        import rjieba
    except ImportError:  # no wheel for this machine
        return None
    # The module has loaded a dictionary for itself, which nobody uses: each analyzer has words of its own.
    rjieba.clear()  # type: ignore[no-untyped-call]  # its stub says nothing of what it returns
    tokenizer = rjieba.Jieba()
    for word, frequency, tag in own_words:
        tokenizer.add_word(word, frequency, tag)
    return tokenizer


@dataclass(frozen=True, slots=True)
class Cut:
    """The distinct terms of a query's text.

    ``words`` carry the meaning: they do not overlap and leave out function words. ``grams`` leaves out bigrams made
    only of function words. ``every`` has all bigrams; a document that contains the text has every one of them.
    """

    words: tuple[str, ...]
    grams: tuple[str, ...]
    every: tuple[str, ...]


class Analyzer:
    """Cuts normalised text by jieba's dictionary and a lexicon, which is the one that ships if none is given."""

    def __init__(self, lexicon: Lexicon | None = None) -> None:
        self.lexicon = lexicon or Lexicon.load()
        self._stopwords = self.lexicon.stopwords
        self._own_words = list(self.lexicon.words)
        # 多少天 must stay one function word: otherwise jieba cuts it into 多少 and 天, and 天 is searched for.
        self._own_words += [(word, _FUNCTION_FREQUENCY, "r") for word in sorted(self._stopwords) if len(word) > 2]
        self.query = lru_cache(_CUTS_KEPT)(self._query)
        self.topic = lru_cache(_CUTS_KEPT)(self._topic)

    @cached_property
    def jieba(self) -> "jieba.Tokenizer":
        """The reference segmenter, loaded on first use."""
        import jieba

        jieba.setLogLevel(logging.WARNING)
        tokenizer = jieba.Tokenizer()
        load(tokenizer)
        for word, frequency, tag in self._own_words:
            tokenizer.add_word(word, frequency, tag)
        return tokenizer

    @cached_property
    def rjieba(self) -> "rjieba.Jieba | None":
        """The accelerated segmenter, or None where it is not installed."""
        return _rjieba(tuple(self._own_words))

    def words(self, text: str) -> list[str]:
        """Cut a document's text into words: long words and the shorter ones inside them."""
        if self.rjieba is None:
            cut: Iterable[str] = self.jieba.cut_for_search(text)
        elif not _APART.search(text):
            cut = self.rjieba.cut_for_search(text)
        else:
            # Neither segmenter joins words across a line break, so most lines can take the fast path.
            cut = chain.from_iterable(
                chain.from_iterable(map(self._with_shorter, self._apart(line)))
                if _APART.search(line)
                else self.rjieba.cut_for_search(line)
                for line in text.splitlines(keepends=True)
            )
        return [word for word in cut if word.isalnum() or _RUN.search(word)]

    def pieces(self, text: str) -> list[str]:
        """Cut a text into words as a reader sees them. Joined again, the pieces are the text."""
        return list(self._apart(text))

    def _apart(self, text: str) -> Iterator[str]:
        """Yield the words as jieba cuts them, splitting what rjieba alone would join."""
        cut = self.rjieba.cut if self.rjieba else self.jieba.cut
        for part in filter(None, _BEYOND.split(text)):
            for word in cut(part):
                if _JOINED.search(word) and not self.is_word(word):
                    yield from filter(None, _LETTERS.split(word))
                else:
                    yield word

    def _with_shorter(self, word: str) -> Iterator[str]:
        """Yield the shorter words inside a word, then the word itself, as jieba's search mode does."""
        for size in range(2, min(len(word), 4)):
            yield from filter(self.is_word, (word[at : at + size] for at in range(len(word) - size + 1)))
        yield word

    def is_word(self, text: str) -> bool:
        """Return whether this word is in the dictionary or the county's lexicon."""
        return bool(self.rjieba.has_word(text)) if self.rjieba else bool(self.jieba.FREQ.get(text))

    @property
    def own_words(self) -> Sequence[str]:
        """The words of the lexicon."""
        return [word for word, _, _ in self.lexicon.words]

    @property
    def function_words(self) -> frozenset[str]:
        """Words that carry no meaning by themselves."""
        return self._stopwords

    def says_something(self, text: str) -> bool:
        """Return whether a text has any word other than function words."""
        return any(word not in self._stopwords for word in self.query(text).words)

    def _topic(self, text: str) -> str:
        """Return the part of a query's text that says what it is about, without the words of asking at its ends."""
        pieces = self.pieces(text)
        idle = [piece in _ASKING or piece in self._stopwords or not _RUN.search(piece) for piece in pieces]
        first = next((at for at, each in enumerate(idle) if not each), 0)
        last = next((at for at, each in enumerate(reversed(idle)) if not each), 0)
        topic = "".join(pieces[first : len(pieces) - last])
        return topic if sum(map(str.isalnum, topic)) >= _LEAST_TOPIC else text

    def _query(self, text: str) -> Cut:
        pieces = self.pieces(text)
        said = list(dict.fromkeys(piece for piece in pieces if _RUN.search(piece)))
        words = [piece for piece in said if piece not in self._stopwords]
        every = query_grams(text)
        if not words:
            return Cut(tuple(said), tuple(every), tuple(every))
        if all(len(word) == 1 for word in words):
            # 罚多少钱: no answer contains a bigram that joins 罚 to the question word.
            alone = "".join(" " * len(piece) if piece in self._stopwords else piece for piece in pieces)
            return Cut(tuple(words), tuple(query_grams(alone)), tuple(every))
        idle = "".join((" " if piece in self._stopwords else "x") * len(piece) for piece in pieces)
        telling = dict.fromkeys(gram for at, gram in _places(text) if idle[at : at + len(gram)].strip())
        return Cut(tuple(words), tuple(telling), tuple(every))


def load(tokenizer: "jieba.Tokenizer") -> None:
    """Load jieba's dictionary from its package.

    jieba itself would first look for a cache in a shared folder and read it by ``marshal``, whoever wrote it.
    """
    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
    tokenizer.initialized = True


def grams(text: str) -> list[str]:
    """Return the bigrams of a document's text, taken within runs of letters and digits.

    The last character of each run is also a gram of its own, so that every character begins one.

    >>> grams("公开条例，2019")
    ['公开', '开条', '条例', '例', '20', '01', '19', '9']
    """
    return [run[at : at + 2] for run in _RUN.findall(text) for at in range(len(run))]


def query_grams(text: str) -> list[str]:
    """Return the distinct bigrams of a query. A run of one character yields that character, as a prefix of grams.

    >>> query_grams("水 公开")
    ['水', '公开']
    """
    return list(dict.fromkeys(gram for _, gram in _places(text)))


def is_gram(text: str) -> bool:
    """Return whether a text is a gram or the prefix of one."""
    return 0 < len(text) <= 2 and text.isalnum()


def _places(text: str) -> Iterable[tuple[int, str]]:
    for match in _RUN.finditer(text):
        run = match[0]
        for at in range(max(1, len(run) - 1)):
            yield match.start() + at, run[at : at + 2]
