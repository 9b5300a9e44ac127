"""The reference engine: short and slow, it takes one document at a time. The other engines are tested against it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

from archive.chinese.text import normalise
from archive.document import Document
from indexer import explanation, fields, reading, relevance
from indexer.analyzer import Analyzer, Cut
from indexer.engine import Answer, Check, Hit, SearchRequest, Sort
from indexer.explanation import Explanation, Facts, Spread, Term
from indexer.fields import Entry, number_pattern
from indexer.figures import figures, stands_in
from indexer.query import (
    Dated,
    Key,
    Like,
    Part,
    Phrase,
    Query,
    Some,
    Text,
    Within,
    looser,
    runs,
)
from indexer.reading import Read


class MemoryEngine:
    """An index in a dictionary, for tests and as the reference."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._entries: dict[str, Entry] = {}
        self._cursor = 0
        self._builds = 0
        self._vocabulary = _Vocabulary([])

    def analyzer(self) -> Analyzer:
        return self._analyzer

    def search(self, request: SearchRequest) -> Answer:
        found = self._find(request)
        kept, under = _folded(found.answering, request)
        ordered = sorted(kept, key=_order(request.sort))
        if request.sort is Sort.RELEVANCE:
            best, others = ordered[: relevance.READ], ordered[relevance.READ :]
            read = found.search.reading(best)
            best = [(entry, found.search.read(entry, score, read)) for entry, score in best]
            ordered = [*sorted(best, key=_order(request.sort)), *others]
        page = ordered[request.offset : request.offset + request.limit]
        return Answer(
            total=len(found.answering),
            hits=tuple(Hit(entry.id, score, under.get(entry.id, ())) for entry, score in page),
            facets={name: _counts(name, found.in_range, request.filters) for name in request.facets},
            relaxed=found.relaxed,
            folded=len(found.answering) - len(kept),
        )

    def explain(self, request: SearchRequest, id: str) -> Explanation | None:
        found = self._find(request)
        ordered = sorted(found.answering, key=_order(request.sort))
        best = ordered[: relevance.READ] if request.sort is Sort.RELEVANCE else []
        for place, (entry, score) in enumerate(ordered):
            if entry.id == id:
                return found.search.explain(entry, score, found.search.reading(best) if place < len(best) else None)
        return None

    def _find(self, request: SearchRequest) -> "_Found":
        everything = list(self._entries.values())
        entries = [entry for entry in everything if entry.id not in request.hidden]
        for query in (request.query, *looser(request.query)):
            search = _Search(self._analyzer, everything, query)
            scored = search.among(entries)
            if scored:
                break
        in_range = [(entry, score) for entry, score in scored if _in_range(entry, request)]
        answering = [(entry, score) for entry, score in in_range if _passes(entry, request.filters)]
        return _Found(search, in_range, answering, relaxed=bool(scored) and query is not request.query)

    def vocabulary(self) -> "_Vocabulary":
        return self._vocabulary

    def count(self) -> int:
        return len(self._entries)

    def cursor(self) -> int:
        return self._cursor

    def generation(self) -> str:
        return str(self._builds)

    def verify(self) -> None:
        pass

    @contextmanager
    def writing(self) -> Iterator["_Writer"]:
        with self._replacing(self._entries, self._cursor) as writer:
            yield writer

    @contextmanager
    def rebuilding(self, check: Check | None = None) -> Iterator["_Writer"]:
        with self._replacing({}, 0, check) as writer:
            yield writer

    @contextmanager
    def _replacing(self, entries: Mapping[str, Entry], cursor: int, check: Check | None = None) -> Iterator["_Writer"]:
        writer = _Writer(dict(entries), cursor, self._analyzer)
        yield writer
        if check:
            trial = MemoryEngine(self._analyzer)
            with trial._replacing(writer.entries, writer.cursor):
                pass
            check(trial)
        self._entries, self._cursor = writer.entries, writer.cursor
        self._builds += 1
        self._vocabulary = _Vocabulary(list(self._entries.values()))

    def close(self) -> None:
        pass


class _Writer:
    def __init__(self, entries: dict[str, Entry], cursor: int, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self.entries = entries
        self.cursor = cursor
        self.last_put = ""

    @property
    def count(self) -> int:
        return len(self.entries)

    def put(self, entry: Entry) -> None:
        self.entries[entry.id] = entry

    def put_all(self, documents: Iterable[Document]) -> Iterator[int]:
        for done, document in enumerate(documents, 1):
            self.put(fields.entry(document, self._analyzer))
            yield done

    def remove(self, id: str) -> None:
        self.entries.pop(id, None)

    def mark(self, cursor: int) -> None:
        self.cursor = cursor


class _Vocabulary:
    titles: Sequence[tuple[str, str]]
    numbers: Sequence[tuple[str, str]]
    issuers: Sequence[str]

    def __init__(self, entries: Sequence[Entry]) -> None:
        self._entries = entries
        self.titles = [(entry.id, entry.title) for entry in entries]
        self.numbers = [(entry.id, key) for entry in entries for key in entry.keys]
        self.issuers = sorted({issuer for entry in entries for issuer in entry.facets.get("issuer", ())})

    def texts(self, length: int, ids: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
        for entry in self._entries:
            if ids is None or entry.id in ids:
                yield entry.id, entry.text.split("\n", 1 + len(entry.keys))[-1][:length]

    def values(self, facet: str) -> Mapping[str, Sequence[str]]:
        return {entry.id: found for entry in self._entries if (found := entry.facets.get(facet))}

    def words(self) -> Mapping[str, int]:
        return Counter(word for entry in self._entries for word in entry.words)


class _Search:
    """The evaluation of one query over all entries, which also supply its statistics."""

    def __init__(self, analyzer: Analyzer, entries: Sequence[Entry], query: Query) -> None:
        self._query = query
        self._runs = runs(query)
        self._entries = entries
        self._analyzer = analyzer
        self._cut = analyzer.query
        self._rarest = lru_cache(None)(self._told_by)
        self._word_rarity = lru_cache(None)(lambda word: self._rarity("words", _word_in(word)))
        self._gram_rarity = lru_cache(None)(lambda gram: self._rarity("grams", _gram_in(gram)))
        total = max(1, len(entries))
        self._tokens = {
            "words": sum(entry.words_length for entry in entries),
            "grams": sum(entry.grams_length for entry in entries),
        }
        self._average = {stream: count / total or 1 for stream, count in self._tokens.items()}

    def among(self, entries: Sequence[Entry]) -> list[tuple[Entry, float]]:
        """Return the entries that match, with their scores."""
        scored = ((entry, explanation.score(self._query, _Candidate(self, entry))) for entry in entries)
        return [(entry, self._final(entry, score)) for entry, score in scored if score is not None]

    def reading(self, best: Sequence[tuple[Entry, float]]) -> Read:
        """Return what is known of the documents that are read."""
        return Read.of([entry.text for entry, _ in best], self._characters)

    def read(self, entry: Entry, score: float, read: Read) -> float:
        """Return the score with what the document gains when it is read."""
        passage = reading.best_passage(entry.title, entry.text, self._sought).value
        characters = sum(each.gain for each in reading.scattered(entry.text, read))
        return round(score + self._final(entry, passage + characters), relevance.DIGITS)

    def explain(self, entry: Entry, score: float, read: Read | None) -> Explanation | None:
        final = self.read(entry, score, read) if read else score
        return explanation.explain(self._query, _Candidate(self, entry), final, read, self._analyzer)

    def _final(self, entry: Entry, score: float) -> float:
        title = relevance.titled(relevance.covered(entry.title, self._runs))
        return round(score * title * entry.prior, relevance.DIGITS)

    @cached_property
    def _sought(self) -> Mapping[str, float]:
        return reading.sought(self._query, self.rarities)

    @cached_property
    def _characters(self) -> str:
        return reading.characters(self._query, self._analyzer)

    def rarities(self, text: str) -> list[tuple[str, float]]:
        """Return the terms that represent a text, with their rarities."""
        cut = self._rarest(text)
        return [
            *((word, self._word_rarity(word)) for word in cut.words),
            *((gram, self._gram_rarity(gram)) for gram in cut.grams),
        ]

    def answers(self, entry: Entry, query: Query) -> bool:
        """Return whether an entry matches a query that has no subqueries."""
        match query:
            case Text(text):
                cut = self._cut(text)
                every_word = len(cut.words) <= relevance.SCATTERED and all(word in entry.words for word in cut.words)
                every_gram = all(_gram_weight(entry, gram) for gram in cut.every)
                if relevance.is_code(text):
                    every_gram = text in entry.text
                return (every_word or every_gram) and all(stands_in(entry.text, each) for each in figures(text))
            case Phrase(text, whole=whole):
                return stands_in(entry.text, text) if whole else text in entry.text
            case Key(key):
                return key in entry.keys or key in entry.cites
            case Within(part, text):
                return _stands_within(entry, part, text)
            case Dated(since, until):
                return since <= entry.day <= until
            case Like(id):
                words = self._characteristic(id)
                have = sum(weight for word, weight in words.items() if word in entry.words)
                return entry.id != id and have > 0 and have >= relevance.LIKE_SHARE * sum(words.values())
            case Some():
                texts = query.texts
                asked = [text.text for text in texts if text.weight == 1]
                return self._covers(entry, asked, relevance.RELAXED_SHARE) or any(
                    self._covers(entry, [text.text], relevance.OTHER_SHARE, missing_too=True)
                    for text in texts
                    if text.weight != 1
                )
            case _:
                return True

    def terms(self, entry: Entry, text: str) -> list[Term]:
        """Return the terms of a text that an entry has."""
        cut = self._rarest(text)
        words, grams = self._norm(entry, "words"), self._norm(entry, "grams")
        standing = [
            Term(word, "words", self._word_rarity(word), count, words)
            for word in cut.words
            if (count := entry.words.get(word, 0))
        ]
        standing += [
            Term(gram, "grams", self._gram_rarity(gram), count, grams)
            for gram in cut.grams
            if (count := _gram_weight(entry, gram))
        ]
        return standing

    def shared(self, entry: Entry, id: str) -> list[Term]:
        """Return the terms that characterise another entry and are also in this one."""
        norm = self._norm(entry, "words")
        return [
            Term(word, "words", weight, entry.words[word], norm, characteristic=True)
            for word, weight in self._characteristic(id).items()
            if word in entry.words
        ]

    def spread(self, term: Term) -> Spread:
        weight_in = _word_in(term.name) if term.stream == "words" else _gram_in(term.name)
        weights = [weight for entry in self._entries if (weight := weight_in(entry))]
        return Spread(sum(weights), len(weights), self._passages(term.stream))

    def _norm(self, entry: Entry, stream: str) -> float:
        length = entry.words_length if stream == "words" else entry.grams_length
        return relevance.norm(length / self._average[stream])

    def _characteristic(self, id: str) -> Mapping[str, float]:
        def shared_rarity(word: str) -> float:
            shared = sum(word in entry.words for entry in self._entries) > 1
            return self._word_rarity(word) if shared else 0.0

        for entry in self._entries:
            if entry.id == id:
                title, text = self._analyzer.words(entry.title), self._analyzer.words(entry.text[: relevance.LIKE_READ])
                return relevance.characteristic(title, text, shared_rarity)
        return {}

    def _told_by(self, text: str) -> Cut:
        cut = self._cut(self._analyzer.topic(text))
        occurring = {("words", word): sum(map(_word_in(word), self._entries)) for word in cut.words}
        occurring |= {("grams", gram): sum(map(_gram_in(gram), self._entries)) for gram in cut.grams}
        kept = set(relevance.rarest(occurring))
        return replace(
            cut,
            words=tuple(word for word in cut.words if ("words", word) in kept),
            grams=tuple(gram for gram in cut.grams if ("grams", gram) in kept),
        )

    def _covers(self, entry: Entry, texts: Sequence[str], share: float, missing_too: bool = False) -> bool:
        have = sum(self._had([entry], text) for text in texts)
        return have > 0 and have >= share * sum(self._had(self._entries, text, missing_too) for text in texts)

    def _had(self, among: Sequence[Entry], text: str, missing_too: bool = False) -> float:
        """Return how much of the rarity of a text's terms any of these entries has."""
        cut = self._rarest(text)
        terms = [(self._word_rarity(word), _word_in(word)) for word in cut.words]
        terms += [(self._gram_rarity(gram), _gram_in(gram)) for gram in cut.grams]
        return sum(rarity for rarity, weight in terms if missing_too or any(map(weight, among)))

    def _rarity(self, stream: str, weight: Callable[[Entry], float]) -> float:
        return relevance.rarity(self._passages(stream), sum(map(weight, self._entries)))

    def _passages(self, stream: str) -> float:
        return self._tokens[stream] / relevance.PASSAGE_TOKENS[stream]


@dataclass(frozen=True, slots=True)
class _Found:
    """The matches of a request before passages are read: entries within its dates, and those that also pass filters."""

    search: _Search
    in_range: Sequence[tuple[Entry, float]]
    answering: Sequence[tuple[Entry, float]]
    relaxed: bool


@dataclass(frozen=True, slots=True)
class _Candidate:
    """An entry prepared for searching."""

    search: _Search
    entry: Entry

    def facts(self) -> Facts:
        entry = self.entry
        return Facts(entry.title, entry.text, entry.keys, entry.facets.get("issuer", ()), entry.prior)

    def answers(self, leaf: Query) -> bool:
        return self.search.answers(self.entry, leaf)

    def number(self, key: str) -> float:
        if key not in self.entry.keys:
            return relevance.CITES
        return relevance.OWN if key == self.entry.keys[0] else relevance.BEARS

    def terms(self, text: str) -> Sequence[Term]:
        return self.search.terms(self.entry, text)

    def shared_with(self, id: str) -> Sequence[Term]:
        return self.search.shared(self.entry, id)

    def rarities(self, text: str) -> Sequence[tuple[str, float]]:
        return self.search.rarities(text)

    def spread(self, term: Term) -> Spread:
        return self.search.spread(term)


def _stands_within(entry: Entry, part: Part, text: str) -> bool:
    match part:
        case Part.TITLE:
            return text in entry.title
        case Part.NUMBER:
            pattern = number_pattern(text)
            return pattern is not None and any(pattern.search(normalise(key)) for key in entry.keys)
        case Part.ISSUER:
            return any(text in normalise(issuer) for issuer in entry.facets.get("issuer", ()))


def _word_in(word: str) -> Callable[[Entry], float]:
    return lambda entry: entry.words.get(word, 0)


def _gram_in(gram: str) -> Callable[[Entry], float]:
    return lambda entry: _gram_weight(entry, gram)


def _gram_weight(entry: Entry, gram: str) -> float:
    """Return the weight of a gram in an entry. A single character counts for every gram that begins with it."""
    if len(gram) > 1:
        return entry.grams.get(gram, 0)
    return sum(weight for found, weight in entry.grams.items() if found.startswith(gram))


def _in_range(entry: Entry, request: SearchRequest) -> bool:
    if request.since is None and request.until is None:
        return True
    return entry.day > 0 and (request.since or 0) <= entry.day <= (request.until or entry.day)


def _passes(entry: Entry, filters: Mapping[str, frozenset[str]], but: str | None = None) -> bool:
    return all(
        name == but or not wanted or not wanted.isdisjoint(entry.facets.get(name, ()))
        for name, wanted in filters.items()
    )


def _counts(name: str, found: Sequence[tuple[Entry, float]], filters: Mapping[str, frozenset[str]]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry, _ in found:
        if _passes(entry, filters, but=name):
            for value in entry.facets.get(name, ()):
                counts[value] = counts.get(value, 0) + 1
    return counts


def _folded(
    found: Sequence[tuple[Entry, float]], request: SearchRequest
) -> tuple[list[tuple[Entry, float]], dict[str, tuple[str, ...]]]:
    """Return the lines of a result, with their scores, and the ids under each."""
    groups, former = (request.folds.groups, request.folds.former) if request.folds else ({}, frozenset())
    together: dict[object, list[tuple[Entry, float]]] = {}
    for each in sorted(found, key=_order(request.sort)):
        together.setdefault(groups.get(each[0].id, each[0].id), []).append(each)
    kept, under = [], {}
    for members in together.values():
        members.sort(key=lambda each: each[0].id in former)
        if members[0][0].id in former:
            kept += members
        else:
            kept.append((members[0][0], max(score for _, score in members)))
            under[members[0][0].id] = tuple(entry.id for entry, _ in members[1:])
    return kept, under


def _order(sort: Sort) -> Callable[[tuple[Entry, float]], tuple[float, float, str]]:
    match sort:
        case Sort.RELEVANCE:
            return lambda found: (-found[1], -found[0].day, found[0].id)
        case Sort.NEWEST:
            return lambda found: (-found[0].day, -found[1], found[0].id)
        case Sort.OLDEST:
            return lambda found: (found[0].day or float("inf"), -found[1], found[0].id)
