"""The ranking formula, written once. Engines differ only in how fast they compute it.

A text scores by BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) over both its words and its
bigrams. Counts are weighted by field (see ``fields``)::

    bm25(term) = rarity · f·(K1 + 1) / (f + K1·(1 - B + B·length/average))
    rarity     = ln(1 + (U + 0.5) / (c + 0.5))

where c is how often the term occurs in all documents and U how many passages the documents make up. A term is weighted
by its rarity among passages, not among documents, since a long law has nearly every word somewhere.

The ``READ`` best documents are then read and gain what ``indexer.reading`` says. The sum is multiplied by
``1 + TITLE · share``, where share is how much of the document's title the query's runs make up, and by the document's
prior. Equal scores are ordered by day, newest first, then by id, so the order is always defined.

The figures were chosen on questions of several kinds, over statutes, policy texts and replies to letters, each alone
and all in one index (``gongkai judge``), and checked against the sample's judged queries. docs/search.md says what each
contributes.
"""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from indexer.query import Phrase, Text

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
RELAXED_SHARE = 0.1
# Other words for what was asked must match nearly whole: 报告 alone is not 年度报告.
OTHER_SHARE = 0.8
OTHER_MOST = 2.0
# How many tokens of each stream make up a passage.
PASSAGE_TOKENS: Mapping[str, int] = {"words": 200, "grams": 300}
READ = 100
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


def weight(text: Text | Phrase, terms: Callable[[str], Iterable[tuple[str, float]]]) -> float:
    """Return the factor for a text's score. ``terms`` gives the terms of a text and their rarities.

    However rare it is, a text that stands for a typed one counts at most ``OTHER_MOST`` times as much as that.
    """
    if not text.stands_for:
        return text.weight
    own, typed = (sum(rarity for _, rarity in terms(each)) for each in (text.text, text.stands_for))
    most = OTHER_MOST * typed
    return text.weight * (most / own if own > most else 1.0)


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
