"""The form in which an engine receives a document: text already cut, keys, facets, dates.

Weights follow the simple form of BM25F (Robertson, Zaragoza, Taylor: Simple BM25 Extension to Multiple Weighted Fields,
2004): before saturation, an occurrence in the title counts as several in the text.
"""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archive.chinese.text import normalise
from archive.document import LAPSED, Document
from indexer import facets, reading
from indexer.analyzer import Analyzer, grams
from indexer.analyzer import fingerprint as analysis

TITLE_WEIGHT = 6.0
NUMBER_WEIGHT = 6.0
ISSUER_WEIGHT = 2.0
ATTACHMENT_WEIGHT = 0.5
LAPSED_PRIOR = 0.6
# Of two documents that say the same, the one in which no machine guessed comes first.
RECOGNISED_PRIOR = 0.95

# A document number consists of runs of digits and runs of letters or Han.
_PIECE = re.compile(r"\d+|[^\W\d_]+")
# The weights are exact binary fractions, so that an engine can store them in 32 bits.
WEIGHTS: Mapping[str, float] = {
    "title": TITLE_WEIGHT,
    "number": NUMBER_WEIGHT,
    "issuer": ISSUER_WEIGHT,
    "text": 1.0,
    "attachments": ATTACHMENT_WEIGHT,
}
# These distinguish a document's main number from its other numbers.
KEY_WEIGHTS = (2.0, 1.0)
FIELDS: Mapping[str, object] = {
    "words": WEIGHTS,
    "grams": WEIGHTS,
    "keys": ["number, other numbers, index code", KEY_WEIGHTS],
    "cites": "cited numbers",
    "columns": ["id", "title", "numbers", "text", "passages", "day", "prior", "lengths"],
    "text": "places by trigram",
    "passage": ["sentences", reading.PASSAGE],
    "lapsed": LAPSED_PRIOR,
    "recognised": RECOGNISED_PRIOR,
    "facets": list(facets.NAMES),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One document in an index.

    ``words`` and ``grams`` map terms to weighted counts; ``*_length`` are the unweighted token counts of each stream.
    ``keys`` has the document's own number first. ``title`` and ``text`` are normalised. ``text`` has one paragraph a
    line, after the title and the numbers. ``day`` is a proleptic ordinal, 0 if unknown. ``prior`` multiplies the score.
    """

    id: str
    words: Mapping[str, float]
    grams: Mapping[str, float]
    words_length: int
    grams_length: int
    keys: tuple[str, ...]
    cites: tuple[str, ...]
    title: str
    text: str
    facets: Mapping[str, tuple[str, ...]]
    day: int
    prior: float


def fingerprint() -> str:
    """Return a digest of the fields and of the analysis. An index with a different one can't be searched.

    The lexicon is not in it: an index keeps its own.
    """
    return hashlib.sha256((json.dumps(FIELDS, sort_keys=True) + analysis()).encode()).hexdigest()


def entry(document: Document, analyzer: Analyzer) -> Entry:
    """Convert a document to the form that an engine receives."""
    metadata = document.metadata
    title = normalise(metadata.title)
    issuer = normalise(metadata.issuer or "")
    keys = metadata.numbers
    body = _lines(document.text)
    attached = [line for part in document.attachments for line in (part.file.name, *_lines(part.text))]
    weighed = (
        (title, TITLE_WEIGHT),
        ("\n".join(map(normalise, keys)), NUMBER_WEIGHT),
        (issuer, ISSUER_WEIGHT),
        ("\n".join(body), 1.0),
        ("\n".join(attached), ATTACHMENT_WEIGHT),
    )
    words, words_length = _weigh((analyzer.words(text), weight) for text, weight in weighed)
    bigrams, grams_length = _weigh((grams(text), weight) for text, weight in weighed)
    text = "\n".join((title, *map(normalise, keys), *body, *attached))
    when = facets.day(metadata)
    return Entry(
        id=document.id,
        words=words,
        grams=bigrams,
        words_length=words_length,
        grams_length=grams_length,
        keys=keys,
        cites=metadata.cited_numbers,
        title=title,
        text=text,
        facets=facets.values(document),
        day=when.toordinal() if when else 0,
        prior=(LAPSED_PRIOR if metadata.validity in LAPSED else 1.0)
        * (RECOGNISED_PRIOR if any(place.recognised for place in document.places) else 1.0),
    )


def _lines(text: str) -> list[str]:
    return [normalise(line) for line in text.splitlines()]


def _weigh(parts: Iterable[tuple[list[str], float]]) -> tuple[dict[str, float], int]:
    counted = [(Counter(terms), weight) for terms, weight in parts]
    # The text has weight 1 and most of the terms: start from its counts as they are.
    total: dict[str, float] = dict(next((counts for counts, weight in counted if weight == 1), {}))
    for counts, weight in counted:
        if weight != 1:
            for term, count in counts.items():
                total[term] = total.get(term, 0) + count * weight
    return total, sum(counts.total() for counts, _ in counted)


def number_pattern(typed: str) -> re.Pattern[str] | None:
    """Compile a pattern for normalised numbers that have the typed pieces in order; return None for no pieces.

    >>> pattern = number_pattern("沭政办字 74")
    >>> [pattern.search(number) is not None for number in ("沭政办字〔2016〕74号", "沭政办字〔2016〕174号")]
    [True, False]
    """
    pieces = _PIECE.findall(normalise(typed))
    return re.compile(".*?".join(map(_whole, pieces))) if pieces else None


def _whole(piece: str) -> str:
    """Return a pattern for a piece: 0074 and 74 are the same serial, and 7 does not match in it."""
    return rf"(?<!\d)0*{int(piece)}(?!\d)" if piece.isdecimal() else re.escape(piece)
