"""Finds what answers a request, among all that staff may find.

The engine finds a pool by a good part of the words. The pool is then read and put in order by BM25 over pairs of
characters, words and single characters, with what is rare counted within the pool itself. Single characters find what
is abbreviated or mistyped (景蓉花苑, 景蓉华苑). A length counts in full, because here a document is one reply or notice
and whoever asks wants just that; the engine's own score is mixed in, since it knows titles and passages.

The figures were chosen on one half of 1,316 letters with their replies and checked on the other (``gongkai judge
--requests``): docs/search.md has both.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from archive.chinese.text import normalise
from archive.document import Document
from indexer import facets
from indexer.analyzer import Analyzer, query_grams
from indexer.asking.interpret import Expansion, interpret
from indexer.asking.synonyms import Synonyms
from indexer.engine import Answer, Engine, SearchRequest
from indexer.errors import BadQuery
from indexer.prior.reading import Asked, read_request
from indexer.query import Key, Or, Part, Query, Some, Text, Within, looser

POOL = 100
# What is looked up by title or number joins the pool, however its text fits.
_LOOKED_UP = 20
K1, B = 1.2, 1.0
# The weights of the engine's score, of pairs of characters, words and single characters; the best of the pool is 1.
WEIGHTS = (0.5, 1.0, 0.5, 1.0)
# What is added for bearing a number or a title that was asked for by name, and for citing a number.
BEARS, CITES = 3.0, 0.3
# What a year or an agency of the request multiplies by.
_FITS = 1.1
# How much of a document is read, and for how many terms of a request.
_READ, _TERMS = 20_000, 300
# The part of two requests' pairs of characters that both have, from which on they count as asking for the same.
ALIKE = 0.6

Fetch = Callable[[Iterable[str]], Mapping[str, Document]]


@dataclass(frozen=True, slots=True)
class Understood:
    """What a request is taken to mean: what it asks for, the query by which it is searched for, and other words."""

    asked: Asked
    query: Query
    expansions: tuple[Expansion, ...] = ()

    @property
    def told(self) -> str:
        """The same in Chinese words, as the clerk and the record see it."""
        parts = {
            "检索": "，".join(self.asked.runs),
            "标题": "".join(f"《{title}》" for title in self.asked.titles),
            "文号": "、".join(self.asked.numbers),
            "年份": "、".join(map(str, sorted(self.asked.years))),
            "同义词": "，".join(f"{each.word}→{'、'.join(each.others)}" for each in self.expansions),
        }
        return "；".join(f"{label}：{said}" for label, said in parts.items() if said)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A document that may be what was asked for."""

    document: Document
    score: float


@dataclass(frozen=True, slots=True)
class Found:
    """What was understood, how many documents have a good part of it, and the candidates among them, best first."""

    understood: Understood
    total: int
    candidates: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class Limits:
    """What a search leaves out: ``hidden`` ids, and whatever has no day between these ordinal ones, both included."""

    hidden: frozenset[str] = frozenset()
    since: int | None = None
    until: int | None = None


EVERYTHING = Limits()


def understand(text: str, synonyms: Synonyms, analyzer: Analyzer) -> Understood:
    """Work out what a pasted request means. Raises BadQuery."""
    asked = read_request(text)
    try:
        meaning = interpret(asked.text, synonyms, analyzer)
        *_, loose = looser(meaning.query)
    except (BadQuery, ValueError):
        # Longer than a search may be, or nothing that could be loosened.
        return Understood(asked, Some(tuple(map(Text, asked.runs))))
    return Understood(asked, loose, meaning.expansions)


def candidates(engine: Engine, synonyms: Synonyms, fetch: Fetch, text: str, limits: Limits = EVERYTHING) -> Found:
    """Find what a pasted request asks for. ``fetch`` gives the documents of ids.

    Raises BadQuery, and IndexUnusable rather than find nothing for a failure.
    """
    understood = understand(text, synonyms, engine.analyzer())
    asked = understood.asked

    def search(query: Query, limit: int) -> Answer:
        return engine.search(
            SearchRequest(query, limit=limit, hidden=limits.hidden, since=limits.since, until=limits.until)
        )

    answer = search(understood.query, POOL)
    scores = {hit.id: hit.score for hit in answer.hits}
    named: list[Query] = [*map(Key, asked.numbers)]
    named += [Within(Part.TITLE, title) for title in asked.titles]
    looked_up = [hit.id for hit in search(Or(tuple(named)), _LOOKED_UP).hits] if named else []
    documents = fetch([*dict.fromkeys((*scores, *looked_up))])
    pool = [*documents.values()]
    fitting = _fitting(asked, pool, scores, engine.analyzer())
    ordered = sorted(
        (Candidate(document, round(score, 6)) for document, score in zip(pool, fitting, strict=True)),
        key=lambda each: (-each.score, each.document.id),
    )
    return Found(understood, max(answer.total, len(ordered)), ordered)


def likeness(one: str, two: str) -> float:
    """Return how much two requests ask for the same: 1 for all, 0 for nothing. From ``ALIKE`` on they are shown.

    >>> likeness("申请公开2019年供热补贴名单", "本人申请公开 2019年供热补贴名单，请书面答复") == 1
    True
    """
    first, second = ({*query_grams(" ".join(read_request(text).runs))} for text in (one, two))
    return len(first & second) / len(first | second)


def _fitting(
    asked: Asked, pool: Sequence[Document], scores: Mapping[str, float], analyzer: Analyzer
) -> Sequence[float]:
    texts = [_text(document) for document in pool]
    run = " ".join(asked.runs)
    streams = (
        [gram for gram in query_grams(run) if len(gram) > 1],
        [word for word in analyzer.query(run).words if len(word) > 1],
        [character for character in dict.fromkeys(run) if character.isalnum()],
    )
    columns = [
        [scores.get(document.id, 0.0) for document in pool],
        *(_bm25(terms[:_TERMS], texts) for terms in streams),
    ]
    total = [0.0] * len(pool)
    for weight, column in zip(WEIGHTS, columns, strict=True):
        best = max(column, default=0.0)
        if best > 0:
            total = [sum_ + weight * value / best for sum_, value in zip(total, column, strict=True)]
    return [_weighed(asked, document, score) for document, score in zip(pool, total, strict=True)]


def _text(document: Document) -> str:
    metadata = document.metadata
    parts = (metadata.title, *metadata.numbers, document.text, *(part.text for part in document.attachments))
    return normalise(" ".join(" ".join(parts)[:_READ].split()))


def _bm25(terms: Sequence[str], texts: Sequence[str]) -> list[float]:
    """Score texts by terms as they stand in them, with what is rare counted among these texts."""
    total = [0.0] * len(texts)
    average = sum(map(len, texts)) / len(texts) if texts else 0.0
    norms = [K1 * (1 - B + B * len(text) / (average or 1)) for text in texts]
    for term in terms:
        counts = [text.count(term) for text in texts]
        having = sum(map(bool, counts))
        if not having:
            continue
        rarity = math.log(1 + (len(texts) - having + 0.5) / (having + 0.5))
        for at, count in enumerate(counts):
            if count:
                total[at] += rarity * count * (K1 + 1) / (count + norms[at])
    return total


def _weighed(asked: Asked, document: Document, score: float) -> float:
    """Add what a number, title, year or agency that the request names says for a document."""
    metadata = document.metadata
    title = normalise(metadata.title)
    when = facets.day(metadata)
    if when and when.year in asked.years:
        score *= _FITS
    if metadata.issuer and any(normalise(name) in run for name in metadata.issuer.split("、") for run in asked.runs):
        score *= _FITS
    if any(number in asked.numbers for number in metadata.numbers):
        score += BEARS
    elif any(number in asked.numbers for number in metadata.cited_numbers):
        score += CITES
    # A title in 《》 is often shorter than that of the notice by which it was issued, or longer.
    named = [named for named in asked.titles if named in title or title in named]
    if named:
        score += BEARS * max(min(len(each), len(title)) / max(len(each), len(title)) for each in named)
    return score
