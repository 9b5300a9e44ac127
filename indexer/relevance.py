"""The ranking formula, written once; engines differ only in how fast they compute it.

A text scores by BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) over its words and its
bigrams alike; counts are weighted by field (see ``fields``)::

    bm25(term) = rarity · f·(K1 + 1) / (f + K1·(1 - B + B·length/average))
    rarity     = ln(1 + (U + 0.5) / (c + 0.5))

where c is how often the term stands in all documents and U how many passages they would make: a term's weight comes
from how rare it is among passages, not among documents, since a long law has nearly every word somewhere.

The best of a document's answers are then read: each of the ``READ`` best gains the rarity of all the terms that stand
in its best passage, and as much again where they stand as they were typed, so that terms close together go before terms
far apart. The sum is multiplied by
``1 + TITLE · share``, where share is how much of the document's title the query's runs make up, and by the document's
prior. Equal scores are ordered by day, newest first, then by id: the order is always defined.

The figures were chosen on 407 questions of laypeople over 1,512 statutes (``gongkai judge``) and held to the sample's
judged queries. What each is worth there stands in the README.
"""

import math
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from indexer.query import Phrase, Query, Text, leaves

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

T = TypeVar("T")
# One document's figure, or those of many at once.
Figure = TypeVar("Figure", float, "NDArray[np.float64]")
K1 = 1.5
B = 0.35
TITLE = 3.0
# A number is an identity: who bears it stands before all that text can say, whose own it is before who was first made
# under it and amended since, who cites it only above the rest.
OWN = 1000.0
BEARS = 900.0
CITES = 10.0
# A text longer than these many terms is told by its rarest ones.
MOST_TERMS = 64
# How many words of meaning may stand scattered over a document; more make a sentence, which has to stand in one piece.
SCATTERED = 2
# The share of a query's rarity that a document has to have when nothing answers it whole. Terms that no document has
# are left out of the reckoning: nothing could have them.
RELAXED_SHARE = 0.15
# Other words for what was asked have to stand there nearly whole: 报告 alone is not 年度报告.
OTHER_SHARE = 0.8
# Tokens of each stream that make a passage.
PASSAGE_TOKENS: Mapping[str, int] = {"words": 200, "grams": 300}
PASSAGE = 150
READ = 30
READ_TERMS = 30
# How many words tell what a document is about, and how much of a document is read for them.
LIKE_TERMS = 25
LIKE_ASKED = 60
LIKE_READ = 10_000
TITLE_COUNT = 6
# A word said once is hardly what a document is about: half of its weight is reached at this count.
LIKE_K = 4.0
LIKE_SHARE = 0.2
DIGITS = 6


def rarity(passages: float, occurrences: float) -> float:
    """How much a term says that stands ``occurrences`` times in text that makes ``passages``; positive."""
    return math.log(1 + (passages + 0.5) / (occurrences + 0.5))


def norm(length: Figure) -> Figure:
    """What holds counts down in a document of this length, in lengths of the average one."""
    return K1 * (1 - B + B * length)


def length(norm: float) -> float:
    """The length that has this norm."""
    return (norm / K1 - (1 - B)) / B


def saturated(count: Figure, norm: Figure) -> Figure:
    """How much a term's occurrences say by their number: each further one says less."""
    return count * (K1 + 1) / (count + norm)


def titled(share: Figure) -> Figure:
    """What a score is multiplied by when the query makes up this share of the title."""
    return 1 + TITLE * share


def characteristic(
    title: Sequence[str],
    text: Sequence[str],
    rarity: Callable[[str], float],
    estimate: Callable[[str], float] | None = None,
) -> dict[str, float]:
    """The words, out of those of its title and its text, that tell what a document is about, with their weights.

    A word that no other document has tells nothing: ``rarity`` is 0 for it. Where a rarity is dear to tell, it is asked
    of the ``LIKE_ASKED`` weightiest by an ``estimate`` only.
    """
    counts = Counter(text)
    for word in title:
        counts[word] += TITLE_COUNT
    shares = {
        word: count / (count + LIKE_K) for word, count in counts.items() if len(word) > 1 and not word.isdecimal()
    }

    def weightiest(words: Iterable[str], rarity: Callable[[str], float], most: int) -> dict[str, float]:
        weights = {word: shares[word] * rarity(word) for word in words}
        told = sorted((word for word in weights if weights[word] > 0), key=lambda word: (-weights[word], word))
        return {word: weights[word] for word in told[:most]}

    likely = weightiest(shares, estimate, LIKE_ASKED) if estimate else shares
    return weightiest(likely, rarity, LIKE_TERMS)


def sought(query: Query, terms: Callable[[str], Iterable[tuple[str, float]]]) -> dict[str, float]:
    """What is looked for in passages, with weights; ``terms`` tells a text's terms and their rarities."""
    weights: dict[str, float] = {}
    for leaf in leaves(query):
        if isinstance(leaf, Text | Phrase):
            _gather(weights, leaf.text, [(term, rarity * leaf.weight) for term, rarity in terms(leaf.text)])
    return _telling(weights)


def _gather(weights: dict[str, float], run: str, terms: Iterable[tuple[str, float]]) -> None:
    """Add what to look for of a run of text: its terms, and the run itself, which says as much again as all of them.

    A word and a bigram may be the same characters: the weightier counts.
    """
    own: dict[str, float] = {}
    for term, weight in terms:
        own[term] = max(own.get(term, 0.0), weight)
    for term, weight in {run: sum(own.values()), **own}.items():
        weights[term] = max(weights.get(term, 0.0), weight)


def _telling(terms: Mapping[str, float]) -> dict[str, float]:
    """The ``READ_TERMS`` weightiest terms, if there are two: the others change little and cost as much to look for."""
    if len(terms) < 2:
        # One term stands in the best passage of every document that has it.
        return {}
    return dict(sorted(terms.items(), key=lambda term: (-term[1], term[0]))[:READ_TERMS])


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a text, with the sought terms that stand in it and those that stand in the heading over it."""

    text: str
    in_heading: Sequence[str]
    terms: Sequence[str]
    value: float


def best_passage(heading: str, text: str, terms: Mapping[str, float]) -> Passage:
    """The passage of a text with the greatest sum of weights of the terms that stand in it; the first of several.

    A passage is as many lines as make up ``PASSAGE`` characters, or one longer line. What stands in the heading is
    said of every passage.
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
    """Where each passage of a text ends."""
    ends: list[int] = []
    start = end = 0
    for line in text.splitlines(keepends=True):
        if end > start and end + len(line) - start > PASSAGE:
            ends.append(end)
            start = end
        end += len(line)
    return [*ends, end] if text else []


def is_code(text: str) -> bool:
    """Whether a text is one run of letters or digits: its bigrams stand in many others, so it is wanted whole.

    >>> [is_code(text) for text in ("10113", "pm2", "253件", "12")]
    [True, True, False, False]
    """
    return len(text) > 2 and text.isascii() and text.isalnum()


def rarest(terms: Mapping[T, float]) -> list[T]:
    """The terms that a long text is told by, out of those that any document has, with how often each occurs."""
    if len(terms) <= MOST_TERMS:
        return list(terms)
    standing = [term for term in terms if terms[term] > 0]
    return sorted(standing, key=lambda term: (terms[term], str(term)))[:MOST_TERMS]


def covered(title: str, runs: Sequence[str]) -> float:
    """How much of a title is made up of the runs it contains, 0 to 1."""
    marked = bytearray(len(title))
    for run in runs:
        at = title.find(run) if run else -1
        while at >= 0:
            marked[at : at + len(run)] = b"\1" * len(run)
            at = title.find(run, at + 1)
    return sum(marked) / len(title) if title else 0.0
