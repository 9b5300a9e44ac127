"""The meaning of the contract, one document at a time: slow, short, and what the other engines are tested against."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache

from indexer import relevance
from indexer.analyzer import Analyzer, query_grams
from indexer.engine import Answer, Hit, SearchRequest, Sort
from indexer.fields import Entry
from indexer.query import And, Everything, Key, Not, Or, Phrase, Query, Some, Text, relaxed, runs


class MemoryEngine:
    """An index in a dictionary, for tests and as a reference."""

    def __init__(self, analyzer: Analyzer) -> None:
        self._analyzer = analyzer
        self._entries: dict[str, Entry] = {}
        self._cursor = 0

    def search(self, request: SearchRequest) -> Answer:
        entries = [entry for entry in self._entries.values() if entry.id not in request.hidden]
        found = _Search(self._analyzer, list(self._entries.values()), request.query).among(entries)
        looser = relaxed(request.query) if not found else None
        if looser is not None:
            found = _Search(self._analyzer, list(self._entries.values()), looser).among(entries)
        in_range = [(entry, score) for entry, score in found if _in_range(entry, request)]
        answering = [(entry, score) for entry, score in in_range if _passes(entry, request.filters)]
        ordered = sorted(answering, key=_order(request.sort))
        page = ordered[request.offset : request.offset + request.limit]
        return Answer(
            total=len(answering),
            hits=tuple(Hit(entry.id, score) for entry, score in page),
            facets={name: _counts(name, in_range, request.filters) for name in request.facets},
            relaxed=looser is not None,
        )

    def suggest(self, prefix: str, limit: int = 10, hidden: frozenset[str] = frozenset()) -> Sequence[str]:
        titles = {
            entry.title
            for entry in self._entries.values()
            if prefix and prefix in entry.title and entry.id not in hidden
        }
        return sorted(titles, key=lambda title: (not title.startswith(prefix), len(title), title))[:limit]

    def count(self) -> int:
        return len(self._entries)

    def cursor(self) -> int:
        return self._cursor

    def verify(self) -> None:
        pass

    @contextmanager
    def writing(self) -> Iterator["_Writer"]:
        with self._replacing(self._entries, self._cursor) as writer:
            yield writer

    @contextmanager
    def rebuilding(self) -> Iterator["_Writer"]:
        with self._replacing({}, 0) as writer:
            yield writer

    @contextmanager
    def _replacing(self, entries: Mapping[str, Entry], cursor: int) -> Iterator["_Writer"]:
        writer = _Writer(dict(entries), cursor)
        yield writer
        self._entries, self._cursor = writer.entries, writer.cursor

    def close(self) -> None:
        pass


class _Writer:
    def __init__(self, entries: dict[str, Entry], cursor: int) -> None:
        self.entries = entries
        self.cursor = cursor

    def put(self, entry: Entry) -> None:
        self.entries[entry.id] = entry

    def remove(self, id: str) -> None:
        self.entries.pop(id, None)

    def mark(self, cursor: int) -> None:
        self.cursor = cursor


class _Search:
    """One query over all entries, which its statistics come from."""

    def __init__(self, analyzer: Analyzer, entries: Sequence[Entry], query: Query) -> None:
        self._query = query
        self._runs = runs(query)
        self._entries = entries
        self._cut = lru_cache(None)(lambda text: (analyzer.query_words(text), query_grams(text)))
        self._word_idf = lru_cache(None)(lambda word: self._idf(_word_in(word)))
        self._gram_idf = lru_cache(None)(lambda gram: self._idf(_gram_in(gram)))
        total = max(1, len(entries))
        self._words_average = sum(entry.words_length for entry in entries) / total or 1
        self._grams_average = sum(entry.grams_length for entry in entries) / total or 1

    def among(self, entries: Sequence[Entry]) -> list[tuple[Entry, float]]:
        """The entries that answer, with their scores."""
        scored = ((entry, self._score(entry, self._query)) for entry in entries)
        return [(entry, self._final(entry, score)) for entry, score in scored if score is not None]

    def _final(self, entry: Entry, score: float) -> float:
        title = 1 + relevance.TITLE * relevance.title_share(entry.title, self._runs)
        return round(score * title * entry.prior, relevance.DIGITS)

    def _score(self, entry: Entry, query: Query) -> float | None:
        """The sum of what matches; None when the entry does not answer."""
        match query:
            case Everything():
                return 0.0
            case Text(text):
                words, grams = self._cut(text)
                every_word = bool(words) and all(word in entry.words for word in words)
                every_gram = bool(grams) and all(_gram_weight(entry, gram) for gram in grams)
                return self._bm25(entry, text) if every_word or every_gram else None
            case Phrase(text):
                return self._bm25(entry, text) if text in entry.text else None
            case Key(key):
                bears = relevance.BEARS if key in entry.keys else 0.0
                return bears or (relevance.CITES if key in entry.cites else None)
            case Some(texts):
                shares = [self._covered(entry, text) for text in texts]
                have, wanted = (sum(part) for part in zip(*shares, strict=True))
                enough = have > 0 and have >= relevance.RELAXED_SHARE * wanted
                return sum(self._bm25(entry, text) for text in texts) if enough else None
            case Not(part):
                return 0.0 if self._score(entry, part) is None else None
            case And(parts):
                scores = [self._score(entry, part) for part in parts]
                return None if None in scores else sum(score for score in scores if score is not None)
            case Or(parts):
                found = [score for score in (self._score(entry, part) for part in parts) if score is not None]
                return sum(found) if found else None

    def _bm25(self, entry: Entry, text: str) -> float:
        words, grams = self._cut(text)
        by_words = sum(
            self._word_idf(word)
            * _saturate(entry.words.get(word, 0), entry.words_length / self._words_average)
            for word in words
        )
        by_grams = sum(
            self._gram_idf(gram)
            * _saturate(_gram_weight(entry, gram), entry.grams_length / self._grams_average)
            for gram in grams
        )
        return by_words + relevance.GRAMS * by_grams

    def _covered(self, entry: Entry, text: str) -> tuple[float, float]:
        """How much of the idf of a text's terms an entry has, and how much of it any entry has."""
        words, grams = self._cut(text)
        terms = [(self._word_idf(word), _word_in(word)) for word in words]
        terms += [(self._gram_idf(gram), _gram_in(gram)) for gram in grams]
        have = sum(idf for idf, weight in terms if weight(entry))
        return have, sum(idf for idf, weight in terms if any(map(weight, self._entries)))

    def _idf(self, weight: Callable[[Entry], float]) -> float:
        return relevance.idf(len(self._entries), sum(1 for entry in self._entries if weight(entry)))


def _word_in(word: str) -> Callable[[Entry], float]:
    return lambda entry: entry.words.get(word, 0)


def _gram_in(gram: str) -> Callable[[Entry], float]:
    return lambda entry: _gram_weight(entry, gram)


def _saturate(weight: float, length: float) -> float:
    norm = relevance.K1 * (1 - relevance.B + relevance.B * length)
    return weight * (relevance.K1 + 1) / (weight + norm) if weight else 0.0


def _gram_weight(entry: Entry, gram: str) -> float:
    """A single character is the beginning of a gram."""
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


def _counts(
    name: str, found: Sequence[tuple[Entry, float]], filters: Mapping[str, frozenset[str]]
) -> dict[str, int]:
    counts: dict[str, int] = {}
    for entry, _ in found:
        if _passes(entry, filters, but=name):
            for value in entry.facets.get(name, ()):
                counts[value] = counts.get(value, 0) + 1
    return counts


def _order(sort: Sort) -> Callable[[tuple[Entry, float]], tuple[float, float, str]]:
    match sort:
        case Sort.RELEVANCE:
            return lambda found: (-found[1], -found[0].day, found[0].id)
        case Sort.NEWEST:
            return lambda found: (-found[0].day, -found[1], found[0].id)
        case Sort.OLDEST:
            return lambda found: (found[0].day or float("inf"), -found[1], found[0].id)
