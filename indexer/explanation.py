"""How a document's score comes about: the formula of ``relevance``, applied to one document step by step.

``score`` and ``explain`` share one walk down the query tree. The memory engine ranks by it. An engine that scores many
documents at once uses it to explain a hit, and tests check that both give the same figures.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Protocol

from archive.chinese.text import normalise
from indexer import fields, reading, relevance
from indexer.analyzer import Analyzer, grams
from indexer.query import (
    And,
    Dated,
    Everything,
    Key,
    Like,
    Not,
    Or,
    Part,
    Phrase,
    Query,
    Some,
    Synonymous,
    Text,
    Within,
    leaves,
    nearly,
    runs,
)
from indexer.reading import Read


class How(StrEnum):
    """How the parts of an explanation make up its value. A figure has no parts."""

    SUM = "sum"
    PRODUCT = "product"
    BEST = "best"
    FIGURE = "figure"


class Says(StrEnum):
    """What an explanation is about. The comments say what it is ``of`` and which ``figures`` it has."""

    SCORE = "score"
    CONTENT = "content"
    TITLE_SHARE = "title share"  # figures: share
    PRIOR = "prior"
    # The query.
    ALL = "all"
    ANY = "any"
    SYNONYMS = "synonyms"
    PARTLY = "partly"
    TEXT = "text"  # of: the text
    PHRASE = "phrase"  # of: the text
    IN_TITLE = "in title"  # of: the text
    LIKE = "like"  # of: the other document's id
    OWN_NUMBER = "own number"  # of: the number; the same for the next two
    BORNE_NUMBER = "borne number"
    CITED_NUMBER = "cited number"
    EXCLUDED = "excluded"  # of: the texts that must not occur
    CONDITION = "condition"  # of: the condition as the grammar writes it
    # The terms of a text.
    TERMS = "terms"
    WEIGHT = "weight"
    WORD = "word"  # of: the term
    GRAM = "gram"  # of: the term
    RARITY = "rarity"  # figures: occurrences, documents, passages
    CHARACTERISTIC = "characteristic"  # figures: the same
    FREQUENCY = "frequency"  # figures: title, number, issuer, others, count, length
    # The best passage.
    PASSAGE = "passage"  # of: the passage
    HEADING_TERM = "heading term"  # of: the term
    PASSAGE_TERM = "passage term"  # of: the term
    # The single characters.
    CHARACTERS = "characters"
    CHARACTER = "character"  # of: the character; figures: count, length, documents that are read, having: those with it


@dataclass(frozen=True, slots=True)
class Explanation:
    """A value, what it is the value of, and the parts that make it up."""

    value: float
    says: Says
    of: str = ""
    how: How = How.FIGURE
    parts: "tuple[Explanation, ...]" = ()
    figures: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """A term that occurs in a document.

    ``count`` is weighted by field. ``norm`` is that of the document in the stream (see ``relevance.norm``). If the term
    is ``characteristic`` of another document, ``rarity`` also depends on how often it occurs there.
    """

    name: str
    stream: str
    rarity: float
    count: float
    norm: float
    characteristic: bool = False


@dataclass(frozen=True, slots=True)
class Spread:
    """How often a term occurs in all documents, weighted by field, and in how many of them.

    ``passages`` is the number of passages in all documents.
    """

    occurrences: float
    documents: int
    passages: float


@dataclass(frozen=True, slots=True)
class Facts:
    """What an index holds about a document besides its terms."""

    title: str
    text: str
    numbers: Sequence[str]
    issuers: Sequence[str]
    prior: float


class Candidate(Protocol):
    """A document that is compared with a query, as an engine knows it."""

    def facts(self) -> Facts: ...

    def answers(self, leaf: Query) -> bool:
        """Tell whether the document matches a query that has no subqueries."""
        ...

    def number(self, key: str) -> float:
        """Return OWN, BEARS or CITES of ``relevance``, for a number that the document matches."""
        ...

    def terms(self, text: str) -> Sequence[Term]:
        """Return the terms of a text that occur in the document."""
        ...

    def shared_with(self, id: str) -> Sequence[Term]:
        """Return the terms that characterise another document and occur in this one, weighted by ``rarity``."""
        ...

    def rarities(self, text: str) -> Iterable[tuple[str, float]]:
        """Return all the terms that represent a text, with their rarities."""
        ...

    def spread(self, term: Term) -> Spread:
        """Return how a term is spread over all documents."""
        ...


def score(query: Query, candidate: Candidate) -> float | None:
    """Return a document's score for a query before passage, title and prior, or None if it does not match."""
    found = _Walk(candidate, _gained).down(query)
    return None if found is None else found.value


def explain(
    query: Query, candidate: Candidate, score: float, read: Read | None, analyzer: Analyzer
) -> Explanation | None:
    """Explain how a document's score is computed, or return None if it does not match.

    ``read`` tells of the documents that are read, if it is among them.
    """
    facts = candidate.facts()
    details = _Details(candidate, facts, analyzer)
    asked = _Walk(candidate, details.of_term).down(query)
    if asked is None:
        return None
    parts = [asked]
    if read:
        if terms := reading.sought(query, candidate.rarities):
            parts.append(_passage(reading.best_passage(facts.title, facts.text, terms), terms))
        if standing := reading.scattered(facts.text, read):
            parts.append(_characters(standing, facts.text, read))
    share = relevance.covered(facts.title, runs(query))
    factors = (
        _sum(Says.CONTENT, "", parts),
        Explanation(relevance.titled(share), Says.TITLE_SHARE, figures={"share": share}),
        Explanation(facts.prior, Says.PRIOR),
    )
    return Explanation(score, Says.SCORE, "", How.PRODUCT, factors)


_NUMBERS = {
    relevance.OWN: Says.OWN_NUMBER,
    relevance.BEARS: Says.BORNE_NUMBER,
    relevance.CITES: Says.CITED_NUMBER,
}


@dataclass(frozen=True, slots=True)
class _Walk:
    """A walk down a query with one document. ``of_term`` returns what a term contributes."""

    candidate: Candidate
    of_term: Callable[[Term], Explanation]

    def down(self, query: Query) -> Explanation | None:
        """Return what a part of the query contributes, or None if the document does not match it."""
        match query:
            case And(parts):
                return self._all(parts)
            case Or(parts):
                return self._best(Says.ANY, parts)
            case Synonymous():
                return self._best(Says.SYNONYMS, query.choice.parts)
            case Not(part):
                texts = " ".join(leaf.text for leaf in leaves(part) if isinstance(leaf, Text | Phrase))
                return Explanation(0.0, Says.EXCLUDED, texts) if self.down(part) is None else None
        return self._leaf(query) if self.candidate.answers(query) else None

    def _all(self, parts: Sequence[Query]) -> Explanation | None:
        found = []
        for part in parts:
            given = self.down(part)
            if given is None:
                return None
            found.append(given)
        return found[0] if len(found) == 1 else _sum(Says.ALL, "", found)

    def _best(self, says: Says, parts: Sequence[Query]) -> Explanation | None:
        found = tuple(given for part in parts if (given := self.down(part)) is not None)
        return _best_of(says, found) if found else None

    def _leaf(self, query: Query) -> Explanation:
        match query:
            case Text(text):
                return self._said(Says.TEXT, text, relevance.weight(query, self.candidate.rarities))
            case Phrase(text):
                return self._said(Says.PHRASE, text, relevance.weight(query, self.candidate.rarities))
            case Within(Part.TITLE, text):
                return self._said(Says.IN_TITLE, text)
            case Some(parts):
                found = [self.partly(part) for part in parts]
                return _sum(Says.PARTLY, "", [part for part in found if part.value])
            case Like(id):
                return _sum(Says.LIKE, id, map(self.of_term, self.candidate.shared_with(id)))
            case Key(key):
                value = self.candidate.number(key)
                return Explanation(value, _NUMBERS[value], key)
            case _:
                return Explanation(0.0, Says.CONDITION, _grammar(query))

    def partly(self, query: Query) -> Explanation:
        """Return what as much as the document has of a part contributes, whether it matches it or not."""
        if numbers := nearly(query):
            return _best_of(Says.ANY, [self._leaf(number) for number in numbers])
        match query:
            case And(parts):
                return _sum(Says.ALL, "", map(self.partly, parts))
            case Or(parts):
                return _best_of(Says.ANY, map(self.partly, parts))
            case Synonymous(text, pieces):
                return _best_of(Says.SYNONYMS, (self.partly(text), self.partly(And(pieces))))
            case Text() | Phrase():
                return self._leaf(query)
            case _:
                return Explanation(0.0, Says.CONDITION)

    def _said(self, says: Says, text: str, weight: float = 1.0) -> Explanation:
        terms = tuple(map(self.of_term, self.candidate.terms(text)))
        if weight == 1:
            return _sum(says, text, terms)
        sum_of_terms = _sum(Says.TERMS, "", terms)
        factors = (sum_of_terms, Explanation(weight, Says.WEIGHT))
        return Explanation(sum_of_terms.value * weight, says, text, How.PRODUCT, factors)


class _Details:
    """The details behind a term's contribution to a score."""

    def __init__(self, candidate: Candidate, facts: Facts, analyzer: Analyzer) -> None:
        self._candidate = candidate
        fielded = {
            "title": [facts.title],
            "number": [normalise(number) for number in facts.numbers],
            "issuer": [normalise(issuer) for issuer in facts.issuers],
        }
        cuts = {"words": analyzer.words, "grams": grams}
        self._tokens = {
            stream: {name: [token for text in texts for token in cut(text)] for name, texts in fielded.items()}
            for stream, cut in cuts.items()
        }

    def of_term(self, term: Term) -> Explanation:
        gained = _gained(term)
        spread = self._candidate.spread(term)
        figures = {"occurrences": spread.occurrences, "documents": spread.documents, "passages": spread.passages}
        rarity = Explanation(term.rarity, Says.CHARACTERISTIC if term.characteristic else Says.RARITY, figures=figures)
        return Explanation(gained.value, gained.says, gained.of, How.PRODUCT, (rarity, self._frequency(term)))

    def _frequency(self, term: Term) -> Explanation:
        tokens = self._tokens[term.stream]
        counts = {name: float(sum(_is(term, token) for token in found)) for name, found in tokens.items()}
        others = term.count - sum(count * fields.WEIGHTS[name] for name, count in counts.items())
        figures = {**counts, "others": others, "count": term.count, "length": relevance.length(term.norm)}
        return Explanation(relevance.saturated(term.count, term.norm), Says.FREQUENCY, figures=figures)


def _gained(term: Term) -> Explanation:
    says = Says.WORD if term.stream == "words" else Says.GRAM
    return Explanation(term.rarity * relevance.saturated(term.count, term.norm), says, term.name)


def _is(term: Term, token: str) -> bool:
    """Tell whether a token is the term. A gram of one character only needs to begin the token."""
    return token == term.name or term.stream == "grams" and len(term.name) == 1 and token.startswith(term.name)


def _sum(says: Says, of: str, parts: Iterable[Explanation]) -> Explanation:
    parts = tuple(parts)
    return Explanation(sum((part.value for part in parts), 0.0), says, of, How.SUM, parts)


def _best_of(says: Says, parts: Iterable[Explanation]) -> Explanation:
    parts = tuple(parts)
    return Explanation(max((part.value for part in parts), default=0.0), says, "", How.BEST, parts)


def _characters(standing: Iterable[reading.Scattered], text: str, read: Read) -> Explanation:
    parts = tuple(
        Explanation(
            each.gain,
            Says.CHARACTER,
            each.character,
            figures={
                "count": each.count,
                "having": read.having[each.character],
                "documents": read.documents,
                "length": reading.length(text) / (read.average or 1.0),
            },
        )
        for each in standing
    )
    return _sum(Says.CHARACTERS, "", parts)


def _passage(passage: reading.Passage, terms: Mapping[str, float]) -> Explanation:
    standing = [Explanation(terms[term], Says.HEADING_TERM, term) for term in passage.in_heading]
    standing += [Explanation(terms[term], Says.PASSAGE_TERM, term) for term in passage.terms]
    return Explanation(passage.value, Says.PASSAGE, passage.text, How.SUM, tuple(standing))


def _grammar(query: Query) -> str:
    match query:
        case Within(part, text):
            return f"{part.value}:{text}"
        case Dated(since, until):
            first, last = date.fromordinal(since), date.fromordinal(until)
            return f"日期:{'' if first == date.min else first}..{'' if last == date.max else last}"
        case Everything() | _:
            return ""
