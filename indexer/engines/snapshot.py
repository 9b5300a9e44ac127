"""One generation opened for searching: Whoosh's postings and columns as numpy arrays, one slot a live document.

A term's postings are read once and kept within a budget; a query is then arithmetic over arrays: a mask of the
documents that answer, a score for each, and counts of facet values by ``bincount``. The formula is ``relevance``'s; the
memory engine computes the same one document at a time, and tests hold the two together.
"""

import json
import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from indexer import facets, relevance
from indexer.analyzer import Analyzer, query_grams
from indexer.engine import Answer, Hit, SearchRequest, Sort
from indexer.query import And, Everything, Key, Not, Or, Phrase, Query, Some, Text, relaxed, runs

Slots = NDArray[np.int32]
Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]

# Bytes of postings kept in memory; least recently used terms go first.
POSTINGS_BUDGET = 64 << 20


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents that have a term, rising, and its weight in each."""

    slots: Slots
    weights: Scores


@dataclass(frozen=True, slots=True)
class Coded:
    """A facet's values: document ``slots[i]`` has ``values[codes[i]]``."""

    values: tuple[str, ...]
    slots: Slots
    codes: Slots


class Snapshot:
    """A read-only index. Searches from several threads share it."""

    def __init__(self, reader: Any, analyzer: Analyzer) -> None:
        self._reader = reader
        self._analyzer = analyzer
        # Whoosh's files have one position that all readers move.
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], Postings] = OrderedDict()
        self._kept_bytes = 0
        # An index without documents has a leaf that can't be asked for columns.
        self._leaves = reader.leaf_readers() if reader.doc_count_all() else []
        self._live = live = [_alive(leaf) for leaf, _ in self._leaves]
        first = np.cumsum([0, *(int(mask.sum()) for mask in live)])
        # A leaf's document number -> the slot of that document.
        self._slot = [np.cumsum(mask) - 1 + start for mask, start in zip(live, first, strict=False)]
        self.size = int(first[-1])
        self._texts = [leaf.column_reader("text") for leaf, _ in self._leaves]
        self._home = [
            (at, int(number)) for at, mask in enumerate(live) for number in np.flatnonzero(mask)
        ]
        self.ids = [self._leaves[at][0].stored_fields(number)["id"] for at, number in self._home]
        self._titles = [title.decode() for title in self._column("title")]
        self._days = np.array(self._column("day"), np.int64)
        self._prior = np.array(self._column("prior"), np.float64)
        self._norms = {name: self._norm(name) for name in ("words", "grams")}
        self._facets = _code([json.loads(raw) for raw in self._column("facets")])

    def close(self) -> None:
        with self._lock:
            self._reader.close()

    def search(self, request: SearchRequest) -> Answer:
        allowed = np.ones(self.size, bool)
        for id in request.hidden:
            if (slot := self._slot_of.get(id)) is not None:
                allowed[slot] = False
        query: Query = request.query
        mask, scores = _Evaluation(self, query).run()
        mask = mask & allowed
        looser = relaxed(query) if not mask.any() else None
        if looser is not None:
            mask, scores = _Evaluation(self, looser).run()
            mask = mask & allowed
        mask &= self._within(request.since, request.until)
        passing = {name: self._having(name, wanted) for name, wanted in request.filters.items() if wanted}
        answering = _all(mask, passing, but=None)
        slots = np.flatnonzero(answering)
        page = self._ordered(slots, scores, request.sort, request.offset + request.limit)[request.offset :]
        return Answer(
            total=len(slots),
            hits=tuple(Hit(self.ids[slot], float(scores[slot])) for slot in page),
            facets={name: self._count(name, _all(mask, passing, but=name)) for name in request.facets},
            relaxed=looser is not None,
        )

    def suggest(self, prefix: str, limit: int, hidden: frozenset[str]) -> list[str]:
        titles = {
            title
            for id, title in zip(self.ids, self._titles, strict=True)
            if prefix and prefix in title and id not in hidden
        }
        return sorted(titles, key=lambda title: (not title.startswith(prefix), len(title), title))[:limit]

    # What an evaluation asks

    def postings(self, stream: str, term: str) -> Postings:
        """A term's postings, out of memory if they were asked for lately."""
        key = (stream, term)
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
            found = self._read(stream, term)
            self._kept[key] = found
            self._kept_bytes += found.slots.nbytes + found.weights.nbytes
            while self._kept_bytes > POSTINGS_BUDGET:
                _, dropped = self._kept.popitem(last=False)
                self._kept_bytes -= dropped.slots.nbytes + dropped.weights.nbytes
            return found

    def starting(self, stream: str, character: str) -> Postings:
        """The terms that begin with a character, as one."""
        with self._lock:
            terms = sorted(
                {term.decode() for term in self._reader.expand_prefix(stream, character.encode())}
            )
        parts = [self.postings(stream, term) for term in terms]
        total = np.zeros(self.size)
        for part in parts:
            total[part.slots] += part.weights
        slots = np.flatnonzero(total).astype(np.int32)
        return Postings(slots, total[slots])

    def containing(self, run: str, candidates: Mask) -> Mask:
        """Which of the candidates have exactly this run of characters in their text."""
        wanted = run.encode()
        found = np.zeros(self.size, bool)
        with self._lock:
            for slot in np.flatnonzero(candidates):
                at, number = self._home[slot]
                found[slot] = wanted in self._texts[at][number]
        return found

    def norm(self, stream: str) -> Scores:
        """K1·(1 - B + B·length/average) of each document."""
        return self._norms[stream]

    def title_factor(self, query_runs: tuple[str, ...], mask: Mask) -> Scores:
        factor = np.ones(self.size)
        for slot in np.flatnonzero(mask):
            factor[slot] += relevance.TITLE * relevance.title_share(self._titles[slot], query_runs)
        return factor

    def prior(self) -> Scores:
        return self._prior

    # How it is read

    def _read(self, stream: str, term: str) -> Postings:
        slots: list[Slots] = []
        weights: list[Scores] = []
        for at, (leaf, _) in enumerate(self._leaves):
            if (stream, term.encode()) not in leaf:
                continue
            numbers, found = _blocks(leaf.postings(stream, term.encode()))
            alive = self._live[at][numbers]
            slots.append(self._slot[at][numbers[alive]].astype(np.int32))
            weights.append(found[alive])
        if not slots:
            return Postings(np.empty(0, np.int32), np.empty(0))
        return Postings(np.concatenate(slots), np.concatenate(weights))

    def _column(self, name: str) -> list[Any]:
        readers = [leaf.column_reader(name) for leaf, _ in self._leaves]
        return [readers[at][number] for at, number in self._home]

    def _norm(self, stream: str) -> Scores:
        lengths = np.array(self._column(f"{stream}_length"), np.float64)
        average = lengths.sum() / max(1, self.size) or 1
        norm: Scores = relevance.K1 * (1 - relevance.B + relevance.B * (lengths / average))
        return norm

    @cached_property
    def _slot_of(self) -> dict[str, int]:
        return {id: slot for slot, id in enumerate(self.ids)}

    def _within(self, since: int | None, until: int | None) -> Mask:
        if since is None and until is None:
            return np.ones(self.size, bool)
        days = self._days
        within: Mask = (days > 0) & (days >= (since or 0))
        return within if until is None else within & (days <= until)

    def _having(self, name: str, wanted: frozenset[str]) -> Mask:
        coded = self._facets[name]
        chosen = np.array([value in wanted for value in coded.values], bool)
        mask = np.zeros(self.size, bool)
        if len(chosen):
            mask[coded.slots[chosen[coded.codes]]] = True
        return mask

    def _count(self, name: str, mask: Mask) -> dict[str, int]:
        coded = self._facets[name]
        counts = np.bincount(coded.codes[mask[coded.slots]], minlength=len(coded.values))
        return {value: int(count) for value, count in zip(coded.values, counts, strict=True) if count}

    def _ordered(self, slots: NDArray[np.intp], scores: Scores, sort: Sort, limit: int) -> list[int]:
        """The first ``limit`` slots in the order of ``sort``; ties by day, then by id, as ``relevance`` says."""
        days = self._days[slots].astype(np.float64)
        match sort:
            case Sort.RELEVANCE:
                keys = (-days, -scores[slots])
            case Sort.NEWEST:
                keys = (-scores[slots], -days)
            case Sort.OLDEST:
                keys = (-scores[slots], np.where(days > 0, days, np.inf))
        return [int(slots[at]) for at in np.lexsort((self._place[slots], *keys))[:limit]]

    @cached_property
    def _place(self) -> NDArray[np.int64]:
        """Each slot's place in the order of ids."""
        place = np.empty(self.size, np.int64)
        place[sorted(range(self.size), key=self.ids.__getitem__)] = np.arange(self.size)
        return place


class _Evaluation:
    """One query over a snapshot."""

    def __init__(self, snapshot: Snapshot, query: Query) -> None:
        self._snapshot = snapshot
        self._query = query
        self._terms = lru_cache(None)(self._look_up)

    def run(self) -> tuple[Mask, Scores]:
        """Which documents answer, and the score of each that does."""
        mask, scores = self._visit(self._query)
        factor = self._snapshot.title_factor(runs(self._query), mask)
        return mask, np.round(scores * factor * self._snapshot.prior(), relevance.DIGITS)

    def _visit(self, query: Query) -> tuple[Mask, Scores]:
        match query:
            case Everything():
                return np.ones(self._snapshot.size, bool), np.zeros(self._snapshot.size)
            case Text(text):
                return self._every_word(text) | self._every_gram(text), self._bm25(text)
            case Phrase(text):
                return self._snapshot.containing(text, self._every_gram(text)), self._bm25(text)
            case Key(key):
                bears, cites = self._having("keys", key), self._having("cites", key)
                return bears | cites, np.where(bears, relevance.BEARS, relevance.CITES)
            case Some(texts):
                return self._enough(texts), sum((self._bm25(text) for text in texts), np.zeros(self._snapshot.size))
            case Not(part):
                return ~self._visit(part)[0], np.zeros(self._snapshot.size)
            case And(parts):
                masks, scores = zip(*map(self._visit, parts), strict=True)
                return np.logical_and.reduce(masks), np.sum(scores, axis=0)
            case Or(parts):
                found = [self._visit(part) for part in parts]
                return (
                    np.logical_or.reduce([mask for mask, _ in found]),
                    np.sum([np.where(mask, scores, 0.0) for mask, scores in found], axis=0),
                )

    def _look_up(self, text: str) -> dict[str, list[tuple[float, Postings]]]:
        """The terms of a text by stream, each with its idf and its postings."""
        snapshot = self._snapshot
        terms = {"words": snapshot._analyzer.query_words(text), "grams": query_grams(text)}
        found = {}
        for stream, names in terms.items():
            postings = [
                snapshot.starting(stream, name)
                if stream == "grams" and len(name) == 1
                else snapshot.postings(stream, name)
                for name in names
            ]
            found[stream] = [(relevance.idf(snapshot.size, len(each.slots)), each) for each in postings]
        return found

    def _every(self, terms: Sequence[tuple[float, Postings]]) -> Mask:
        counts = np.zeros(self._snapshot.size, np.int32)
        for _, postings in terms:
            counts[postings.slots] += 1
        every: Mask = counts == len(terms) if terms else np.zeros(self._snapshot.size, bool)
        return every

    def _every_word(self, text: str) -> Mask:
        return self._every(self._terms(text)["words"])

    def _every_gram(self, text: str) -> Mask:
        return self._every(self._terms(text)["grams"])

    def _bm25(self, text: str) -> Scores:
        total = np.zeros(self._snapshot.size)
        for stream, weight in (("words", 1.0), ("grams", relevance.GRAMS)):
            norm = self._snapshot.norm(stream)
            part = np.zeros(self._snapshot.size)
            for idf, postings in self._terms(text)[stream]:
                count = postings.weights
                part[postings.slots] += idf * (count * (relevance.K1 + 1) / (count + norm[postings.slots]))
            total += weight * part
        return total

    def _enough(self, texts: Sequence[str]) -> Mask:
        have = np.zeros(self._snapshot.size)
        wanted = 0.0
        for text in texts:
            for terms in self._terms(text).values():
                for idf, postings in terms:
                    have[postings.slots] += idf
                    wanted += idf if len(postings.slots) else 0.0
        enough: Mask = (have >= relevance.RELAXED_SHARE * wanted) & (have > 0)
        return enough

    def _having(self, stream: str, term: str) -> Mask:
        mask = np.zeros(self._snapshot.size, bool)
        mask[self._snapshot.postings(stream, term).slots] = True
        return mask


def _alive(leaf: Any) -> Mask:
    return np.array([not leaf.is_deleted(number) for number in range(leaf.doc_count_all())], bool)


def _blocks(matcher: Any) -> tuple[NDArray[np.int64], Scores]:
    """All document numbers and weights of a posting list.

    Whoosh stores them in blocks; taking a block at a time instead of a posting at a time is ten times faster.
    """
    if not hasattr(matcher, "_read_ids"):  # a list short enough to stand in the term dictionary
        numbers, weights = [], []
        while matcher.is_active():
            numbers.append(matcher.id())
            weights.append(matcher.weight())
            matcher.next()
        return np.array(numbers, np.int64), np.array(weights, np.float64)
    number_blocks, weight_blocks = [], []
    while matcher.is_active():
        matcher._read_ids()
        matcher._read_weights()
        number_blocks.append(np.array(matcher._ids, np.int64))
        weight_blocks.append(np.array(matcher._weights, np.float64))
        matcher._next_block()
    return np.concatenate(number_blocks), np.concatenate(weight_blocks)


def _code(documents: Sequence[Mapping[str, Sequence[str]]]) -> dict[str, Coded]:
    """Each facet's values as numbers."""
    coded = {}
    for name in facets.NAMES:
        codes: dict[str, int] = {}
        pairs = [
            (slot, codes.setdefault(value, len(codes)))
            for slot, values in enumerate(documents)
            for value in values.get(name, ())
        ]
        table = np.array(pairs, np.int32).reshape(-1, 2)
        coded[name] = Coded(tuple(codes), table[:, 0].copy(), table[:, 1].copy())
    return coded


def _all(mask: Mask, passing: Mapping[str, Mask], but: str | None) -> Mask:
    for name, having in passing.items():
        if name != but:
            mask = mask & having
    return mask
