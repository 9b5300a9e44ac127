"""How text is cut for searching: a stream of words and a stream of character bigrams; the only user of jieba.

Words rank: they are what a reader would call words. Bigrams keep the promise that what stands in a document is found,
wherever jieba put its cuts. Both are cut from ``archive.text.normalise``d text, documents and queries alike, so every
engine finds the same.
"""

import hashlib
import logging
import re
import unicodedata
from functools import cached_property
from importlib.metadata import version
from pathlib import Path

import jieba

# What changes the streams changes this number, and with it the fingerprint.
VERSION = 1
_HERE = Path(__file__).parent
LEXICON = _HERE / "lexicon.txt"
STOPWORDS = _HERE / "stopwords.txt"
_RUN = re.compile(r"[^\W_]+")

jieba.setLogLevel(logging.WARNING)


class Analyzer:
    """Cuts normalised text. ``cache`` is a private folder for jieba's dictionary (its default is a shared one)."""

    def __init__(self, cache: Path) -> None:
        cache.mkdir(parents=True, exist_ok=True)
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.tmp_dir = str(cache)
        self._stopwords = frozenset(STOPWORDS.read_text(encoding="utf-8").split())

    @cached_property
    def _jieba(self) -> "jieba.Tokenizer":
        # Loading takes a second; commands that never cut anything don't pay for it.
        self._tokenizer.initialize()
        with LEXICON.open(encoding="utf-8") as lexicon:
            self._tokenizer.load_userdict(lexicon)
        return self._tokenizer

    @cached_property
    def fingerprint(self) -> str:
        """A digest of everything that decides the streams."""
        parts = [str(VERSION), jieba.__version__, version("opencc"), unicodedata.unidata_version]
        parts += [path.read_text(encoding="utf-8") for path in (LEXICON, STOPWORDS)]
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()

    def words(self, text: str) -> list[str]:
        """The words of a document's text: long words and the shorter ones inside them."""
        return [word for word in self._jieba.cut_for_search(text) if _RUN.search(word)]

    def query_words(self, text: str) -> list[str]:
        """The distinct words a document must have to answer ``text``: none inside another, function words left out."""
        words = list(dict.fromkeys(word for word in self._jieba.cut(text) if _RUN.search(word)))
        return [word for word in words if word not in self._stopwords] or words

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the words of a text begin and end, as a reader sees them."""
        return [(start, end) for _, start, end in self._jieba.tokenize(text)]


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
    found = (run[at : at + 2] for run in _RUN.findall(text) for at in range(max(1, len(run) - 1)))
    return list(dict.fromkeys(found))
