"""What a document gains when it is read, as the best ones for a query are: for its best passage and its characters.

A document gains the rarity of all terms in its best passage, and as much again where they stand as typed, so that terms
close together rank above terms far apart.

It also gains by BM25 over the single characters of what was typed. They find what is abbreviated, mistyped or said
with another word of the same stem (停车收费, 停车费). Their rarity is counted among the documents that are read, and a
length counts in full: of two documents with the same characters, the shorter one is about little else.
"""

import math
import re
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from indexer import relevance
from indexer.analyzer import Analyzer
from indexer.query import Phrase, Query, Text, leaves, runs
from indexer.relevance import K1, Figure, saturated

PASSAGE = 150
TERMS = 30
# What the characters count beside the terms.
CHARACTERS = 2.5
# More than these are hardly ever typed.
MOST_CHARACTERS = 100
_SENTENCE = re.compile(r"[^。；！？!?;\n]*[。；！？!?;\n]*")


def sought(query: Query, terms: Callable[[str], Iterable[tuple[str, float]]]) -> dict[str, float]:
    """Return the terms to look for in passages, with weights. ``terms`` gives a text's terms and their rarities."""
    weights: dict[str, float] = {}
    for leaf in leaves(query):
        if isinstance(leaf, Text | Phrase):
            weight = relevance.weight(leaf, terms)
            _gather(weights, leaf.text, [(term, rarity * weight) for term, rarity in terms(leaf.text)])
    return _telling(weights)


def _gather(weights: dict[str, float], run: str, terms: Iterable[tuple[str, float]]) -> None:
    """Add the terms of a run of text, and the run itself with the weight of all its terms together.

    A word and a bigram may be the same characters: the larger weight counts.
    """
    own: dict[str, float] = {}
    for term, weight in terms:
        own[term] = max(own.get(term, 0.0), weight)
    for term, weight in {run: sum(own.values()), **own}.items():
        weights[term] = max(weights.get(term, 0.0), weight)


def _telling(terms: Mapping[str, float]) -> dict[str, float]:
    """Return the ``TERMS`` weightiest terms, if there are at least two.

    The others change little and cost as much to look for.
    """
    if len(terms) < 2:
        # A single term is in the best passage of every document that has it.
        return {}
    return dict(sorted(terms.items(), key=lambda term: (-term[1], term[0]))[:TERMS])


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a text, with the sought terms in it and those in the heading above it."""

    text: str
    in_heading: Sequence[str]
    terms: Sequence[str]
    value: float


def best_passage(heading: str, text: str, terms: Mapping[str, float]) -> Passage:
    """Return the passage of a text whose terms have the greatest total weight; the first if several tie.

    Without terms it is the first, with no value. A passage is as many sentences as fit into ``PASSAGE`` characters, or
    one longer sentence. Terms in the heading count for every passage.
    """
    in_heading = [term for term in terms if term in heading]
    ends = passage_ends(text)
    standing: list[list[str]] = [[] for _ in ends or [0]]
    for term in terms:
        at = -1 if term in in_heading else text.find(term)
        while at >= 0:
            passage = bisect_right(ends, at)
            standing[passage].append(term)
            at = text.find(term, ends[passage])
    sums = [sum((terms[term] for term in (*in_heading, *found)), 0.0) for found in standing]
    best = sums.index(max(sums))
    said = text[ends[best - 1] if best else 0 : ends[best]] if ends else ""
    return Passage(said, in_heading, standing[best], sums[best])


def passage_ends(text: str) -> list[int]:
    """Return the offset at which each passage of a text ends."""
    ends: list[int] = []
    start = end = 0
    for sentence in _SENTENCE.finditer(text):
        if end > start and sentence.end() - start > PASSAGE:
            ends.append(end)
            start = end
        end = sentence.end()
    return [*ends, end] if text else []


def characters(query: Query, analyzer: Analyzer) -> str:
    """Return the distinct letters, digits and Han characters to count in what is read: those of sentences.

    A word or two say by themselves what is meant, and their characters elsewhere mean something else. Characters
    outside of the Basic Multilingual Plane are left out, since an engine counts by code units.
    """
    topics = map(analyzer.topic, runs(query))
    sentences = [topic for topic in topics if len(analyzer.query(topic).words) > relevance.SCATTERED]
    typed = dict.fromkeys(each for topic in sentences for each in topic if each.isalnum() and each <= "\uffff")
    return "".join(typed)[:MOST_CHARACTERS]


@dataclass(frozen=True, slots=True)
class Read:
    """The documents that are read: how many, how many have each character, and the average ``length``."""

    documents: int
    having: Mapping[str, int]
    average: float

    @classmethod
    def of(cls, texts: Sequence[str], characters: str) -> "Read":
        """Count the documents with these texts."""
        having = {character: sum(character in text for text in texts) for character in characters}
        return cls(len(texts), having, sum(map(length, texts)) / len(texts) if texts else 0.0)

    def rarity(self, character: str) -> float:
        """Return the weight of a character."""
        having = self.having[character]
        return math.log(1 + (self.documents - having + 0.5) / (having + 0.5))

    def norm(self, length: Figure) -> Figure:
        """Return the BM25 normaliser for a text of this length."""
        return K1 * length / (self.average or 1.0)


@dataclass(frozen=True, slots=True)
class Scattered:
    """A character that occurs in a document that is read: how often, and what the document gains by it."""

    character: str
    count: int
    gain: float


def scattered(text: str, read: Read) -> list[Scattered]:
    """Return the characters that a text has of those that are counted."""
    norm = read.norm(float(length(text)))
    counts = ((character, text.count(character)) for character in read.having)
    return [
        Scattered(character, count, CHARACTERS * read.rarity(character) * saturated(float(count), norm))
        for character, count in counts
        if count
    ]


def length(text: str) -> int:
    """Return the length of a text in UTF-16 code units."""
    return len(text.encode("utf-16-le")) // 2
