"""The ranking formula, written once. Engines differ only in how fast they compute it.

A text scores by BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) over both its words and its
bigrams. Counts are weighted by field (see ``fields``)::

    bm25(term) = rarity · f·(K1 + 1) / (f + K1·(1 - B + B·length/average))
    rarity     = ln(1 + (U + 0.5) / (c + 0.5))

where c is how often the term occurs in all documents and U how many passages the documents make up. A term is weighted
by its rarity among passages, not among documents, since a long law has nearly every word somewhere.

The ``READ`` best documents are then read. Each gains the rarity of all terms in its best passage, and as much again
where they stand as typed, so that terms close together rank above terms far apart. The sum is multiplied by
``1 + TITLE · share``, where share is how much of the document's title the query's runs make up, and by the document's
prior. Equal scores are ordered by day, newest first, then by id, so the order is always defined.

The figures were chosen on 407 laypeople's questions over 1,512 statutes (``gongkai judge``) and checked against the
sample's judged queries. docs/search.md says what each contributes there.
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
# The figure of one document, or an array for many.
Figure = TypeVar("Figure", float, "NDArray[np.float64]")
K1 = 1.5
B = 0.35
TITLE = 3.0
# A number identifies a document, so bearing it outranks any text score. A document's own number outranks one that it
# was first issued under before an amendment. Citing a number only ranks above the rest.
OWN = 1000.0
BEARS = 900.0
CITES = 10.0
# A text with more terms than this is represented by its rarest ones.
MOST_TERMS = 64
# How many meaningful words may be scattered over a document. More make a sentence, which must occur in one piece.
SCATTERED = 2
# The share of a query's rarity that a document needs when nothing matches the whole query. Terms that no document has
# don't count: nothing could match them.
RELAXED_SHARE = 0.15
# Other words for what was asked must match nearly whole: 报告 alone is not 年度报告.
OTHER_SHARE = 0.8
# How many tokens of each stream make up a passage.
PASSAGE_TOKENS: Mapping[str, int] = {"words": 200, "grams": 300}
PASSAGE = 150
READ = 30
READ_TERMS = 30
# How many words characterise a document, and how much of it is read to find them.
LIKE_TERMS = 25
LIKE_ASKED = 60
LIKE_READ = 10_000
TITLE_COUNT = 6
# A word used once hardly says what a document is about: a word reaches half its weight at this count.
LIKE_K = 4.0
LIKE_SHARE = 0.2
DIGITS = 6


def rarity(passages: float, occurrences: float) -> float:
    """Return the weight of a term that occurs ``occurrences`` times in text of ``passages`` passages; positive."""
    return math.log(1 + (passages + 0.5) / (occurrences + 0.5))


def norm(length: Figure) -> Figure:
    """Return the BM25 normaliser for a document's length, given as a multiple of the average."""
    return K1 * (1 - B + B * length)


def length(norm: float) -> float:
    """Return the length that has this norm."""
    return (norm / K1 - (1 - B)) / B


def saturated(count: Figure, norm: Figure) -> Figure:
    """Return the saturated count of a term: each further occurrence adds less."""
    return count * (K1 + 1) / (count + norm)


def titled(share: Figure) -> Figure:
    """Return the factor for a score when the query makes up this share of the title."""
    return 1 + TITLE * share


def characteristic(
    title: Sequence[str],
    text: Sequence[str],
    rarity: Callable[[str], float],
    estimate: Callable[[str], float] | None = None,
) -> dict[str, float]:
    """Return the words of a title and text that say what the document is about, with their weights.

    ``rarity`` is 0 for a word that no other document has, since it links to nothing. Where rarities are expensive, pass
    an ``estimate``: then only the ``LIKE_ASKED`` weightiest words by the estimate are looked up.
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
    """Return the terms to look for in passages, with weights. ``terms`` gives a text's terms and their rarities."""
    weights: dict[str, float] = {}
    for leaf in leaves(query):
        if isinstance(leaf, Text | Phrase):
            _gather(weights, leaf.text, [(term, rarity * leaf.weight) for term, rarity in terms(leaf.text)])
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
    """Return the ``READ_TERMS`` weightiest terms, if there are at least two.

    The others change little and cost as much to look for.
    """
    if len(terms) < 2:
        # A single term is in the best passage of every document that has it.
        return {}
    return dict(sorted(terms.items(), key=lambda term: (-term[1], term[0]))[:READ_TERMS])


@dataclass(frozen=True, slots=True)
class Passage:
    """A passage of a text, with the sought terms in it and those in the heading above it."""

    text: str
    in_heading: Sequence[str]
    terms: Sequence[str]
    value: float


def best_passage(heading: str, text: str, terms: Mapping[str, float]) -> Passage:
    """Return the passage of a text whose terms have the greatest total weight; the first if several tie.

    A passage is as many lines as fit into ``PASSAGE`` characters, or one longer line. Terms in the heading count for
    every passage.
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
    for line in text.splitlines(keepends=True):
        if end > start and end + len(line) - start > PASSAGE:
            ends.append(end)
            start = end
        end += len(line)
    return [*ends, end] if text else []


def is_code(text: str) -> bool:
    """Return whether a text is one run of letters or digits, whose bigrams occur in many others: it must match whole.

    >>> [is_code(text) for text in ("10113", "pm2", "253件", "12")]
    [True, True, False, False]
    """
    return len(text) > 2 and text.isascii() and text.isalnum()


def rarest(terms: Mapping[T, float]) -> list[T]:
    """Return the terms that represent a text: all if few, else the rarest that any document has.

    ``terms`` maps each term to how often it occurs.
    """
    if len(terms) <= MOST_TERMS:
        return list(terms)
    standing = [term for term in terms if terms[term] > 0]
    return sorted(standing, key=lambda term: (terms[term], str(term)))[:MOST_TERMS]


def covered(title: str, runs: Sequence[str]) -> float:
    """Return the share of a title, 0 to 1, that is covered by the runs it contains."""
    marked = bytearray(len(title))
    for run in runs:
        at = title.find(run) if run else -1
        while at >= 0:
            marked[at : at + len(run)] = b"\1" * len(run)
            at = title.find(run, at + 1)
    return sum(marked) / len(title) if title else 0.0
