"""One generation opened for searching: Whoosh's postings and columns as numpy arrays, one slot a live document.

A term's postings are read once and kept within a budget; ``evaluation`` turns queries into arithmetic over the arrays.
"""

import json
import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from archive.text import normalise
from indexer import facets, relevance

Slots = NDArray[np.int32]
Mask = NDArray[np.bool_]
Scores = NDArray[np.float64]

# Bytes of postings kept in memory; least recently used terms go first.
POSTINGS_BUDGET = 64 << 20


@dataclass(frozen=True, slots=True)
class Postings:
    """The documents that have a term, rising, its weight in each, and the sum of the weights."""

    slots: Slots
    weights: Scores
    occurrences: float


@dataclass(frozen=True, slots=True)
class Coded:
    """A facet's values: document ``slots[i]`` has ``values[codes[i]]``."""

    values: tuple[str, ...]
    slots: Slots
    codes: Slots


@dataclass(frozen=True, slots=True, eq=False)
class SnapshotVocabulary:
    """``indexer.engine.Vocabulary`` of one generation."""

    titles: Sequence[tuple[str, str]]
    numbers: Sequence[tuple[str, str]]
    issuers: Sequence[str]
    open_reader: Callable[[], Any]

    def words(self) -> Mapping[str, int]:
        """Deleted documents count as long as their segment is there."""
        # Its own reader, so that searches need not wait for it.
        reader = self.open_reader()
        counts: Counter[str] = Counter()
        try:
            for leaf, _ in reader.leaf_readers() if reader.doc_count_all() else ():
                for term, info in leaf.iter_field("words"):
                    counts[term.decode()] += info.doc_frequency()
        finally:
            reader.close()
        return counts


class Snapshot:
    """A read-only index. Searches from several threads share it."""

    def __init__(self, open_reader: Callable[[], Any]) -> None:
        self._open_reader = open_reader
        self._reader = reader = open_reader()
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
        self.titles = [title.decode() for title in self._column("title")]
        self._numbers_read: list[bytes] = self._column("numbers")
        self.days = np.array(self._column("day"), np.int64)
        self.prior = np.array(self._column("prior"), np.float64)
        lengths = {name: np.array(self._column(f"{name}_length"), np.float64) for name in ("words", "grams")}
        self.norms = {name: _norm(length) for name, length in lengths.items()}
        # How many passages the texts would make, by stream.
        self.passages = {name: length.sum() / relevance.PASSAGE_TOKENS[name] for name, length in lengths.items()}
        self.facets = _code([json.loads(raw) for raw in self._column("facets")])

    def close(self) -> None:
        with self._lock:
            self._reader.close()

    def postings(self, stream: str, term: str) -> Postings:
        """A term's postings, out of memory if they were asked for lately."""
        return self._remembered((stream, term), lambda: self._read(stream, term))

    def occurrences(self, stream: str, term: str) -> float:
        """How often a term stands in the index, deleted documents included: known without reading where."""
        if len(term) == 1 and stream == "grams":
            return self.starting(stream, term).occurrences
        found = 0.0
        with self._lock:
            for leaf, _ in self._leaves:
                if (stream, term.encode()) in leaf:
                    found += leaf.term_info(stream, term.encode()).weight()
        return found

    def starting(self, stream: str, character: str) -> Postings:
        """The terms that begin with a character, as one."""
        return self._remembered((f"{stream} starting", character), lambda: self._read_starting(stream, character))

    def _remembered(self, key: tuple[str, str], read: Callable[[], Postings]) -> Postings:
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
            found = read()
            self._kept[key] = found
            self._kept_bytes += found.slots.nbytes + found.weights.nbytes
            while self._kept_bytes > POSTINGS_BUDGET:
                _, dropped = self._kept.popitem(last=False)
                self._kept_bytes -= dropped.slots.nbytes + dropped.weights.nbytes
            return found

    def _read_starting(self, stream: str, character: str) -> Postings:
        total = np.zeros(self.size)
        for term in self._reader.expand_prefix(stream, character.encode()):
            part = self._read(stream, term.decode())
            total[part.slots] += part.weights
        slots = np.flatnonzero(total).astype(np.int32)
        return Postings(slots, total[slots], float(total.sum()))

    def titled(self, run: str) -> Mask:
        """Which documents have exactly this run of characters in their title."""
        found = np.zeros(self.size, bool)
        found[np.searchsorted(self._title_ends, self._in_titles(run), side="right")] = True
        return found

    def titles_covered(self, runs: Sequence[str]) -> Scores:
        """``relevance.covered`` of all titles at once."""
        edges = np.zeros(len(self._all_titles) + 1, np.int32)
        for run in runs:
            places = self._in_titles(run)
            np.add.at(edges, places, 1)
            np.add.at(edges, places + len(run), -1)
        marked = np.concatenate(([0], np.cumsum(np.cumsum(edges[:-1]) > 0)))
        starts = np.concatenate(([0], self._title_ends[:-1] + 1))
        lengths = self._title_ends - starts
        covered: Scores = (marked[self._title_ends] - marked[starts]) / np.maximum(lengths, 1)
        return covered

    def _in_titles(self, run: str) -> NDArray[np.int64]:
        """Where a run stands in all titles."""
        wanted = np.frombuffer(run.encode("utf-32-le"), np.uint32)
        titles = self._all_titles
        if not len(wanted) or len(titles) < len(wanted):
            return np.empty(0, np.int64)
        places: NDArray[np.int64] = np.flatnonzero(titles[: len(titles) - len(wanted) + 1] == wanted[0])
        for at, code in enumerate(wanted[1:], 1):
            places = places[titles[places + at] == code]
        return places

    def text(self, slot: int) -> str:
        """A document's normalised text: its title first, one paragraph a line."""
        at, number = self._home[slot]
        with self._lock:
            raw: bytes = self._texts[at][number]
        return raw.decode()

    def containing(self, run: str, candidates: Mask) -> Mask:
        """Which of the candidates have exactly this run of characters in their text."""
        wanted = run.encode()
        found = np.zeros(self.size, bool)
        with self._lock:
            for slot in np.flatnonzero(candidates):
                at, number = self._home[slot]
                found[slot] = wanted in self._texts[at][number]
        return found

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
            return Postings(np.empty(0, np.int32), np.empty(0), 0.0)
        weighed = np.concatenate(weights)
        return Postings(np.concatenate(slots), weighed, float(weighed.sum()))

    def _column(self, name: str) -> list[Any]:
        readers = [leaf.column_reader(name) for leaf, _ in self._leaves]
        return [readers[at][number] for at, number in self._home]

    @cached_property
    def vocabulary(self) -> "SnapshotVocabulary":
        titles = list(zip(self.ids, self.titles, strict=True))
        numbers = [(self.ids[slot], number) for slot, number in self._numbers]
        return SnapshotVocabulary(titles, numbers, self.facets["issuer"].values, self._open_reader)

    def numbered(self, pattern: re.Pattern[str]) -> Mask:
        """Which documents bear a number that the pattern finds in its normalised form."""
        text, ends, slots = self._all_numbers
        places = [match.start() for match in pattern.finditer(text)]
        found = np.zeros(self.size, bool)
        found[slots[np.searchsorted(ends, places, side="right")]] = True
        return found

    @cached_property
    def _numbers(self) -> list[tuple[int, str]]:
        """The numbers that documents bear, each with the document's slot."""
        rows = enumerate(self._numbers_read)
        return [(slot, number) for slot, raw in rows for number in raw.decode().split("\n") if number]

    @cached_property
    def _all_numbers(self) -> tuple[str, NDArray[np.int64], Slots]:
        """All of them in normal form, one a line; where each ends; whose each is."""
        forms = [normalise(number) for _, number in self._numbers]
        ends = np.cumsum([len(form) + 1 for form in forms], dtype=np.int64) - 1
        return "\n".join(forms), ends, np.array([slot for slot, _ in self._numbers], np.int32)

    @cached_property
    def _all_titles(self) -> NDArray[np.uint32]:
        """The characters of all titles, one a line."""
        return np.frombuffer("\n".join(self.titles).encode("utf-32-le"), np.uint32)

    @cached_property
    def _title_ends(self) -> NDArray[np.int64]:
        """Where each title ends in all of them; a run has no line break and can't span two."""
        return np.cumsum([len(title) + 1 for title in self.titles], dtype=np.int64) - 1

    @cached_property
    def slot_of(self) -> dict[str, int]:
        """The slot of each id."""
        return {id: slot for slot, id in enumerate(self.ids)}

    @cached_property
    def place(self) -> NDArray[np.int64]:
        """Each slot's place in the order of ids."""
        place = np.empty(self.size, np.int64)
        place[sorted(range(self.size), key=self.ids.__getitem__)] = np.arange(self.size)
        return place


def _norm(lengths: Scores) -> Scores:
    """K1·(1 - B + B·length/average) of each document."""
    average = lengths.mean() if len(lengths) and lengths.any() else 1.0
    norm: Scores = relevance.K1 * (1 - relevance.B + relevance.B * (lengths / average))
    return norm


def _alive(leaf: Any) -> Mask:
    return np.array([not leaf.is_deleted(number) for number in range(leaf.doc_count_all())], bool)


def _blocks(matcher: Any) -> tuple[NDArray[np.int64], Scores]:
    """All document numbers and weights of a posting list.

    Whoosh stores them in blocks, and a block at a time is read faster than a posting at a time.
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
        matcher._read_data()
        numbers, weights, _ = matcher._data
        # Whoosh's own reader would add up the differences in a Python loop.
        number_blocks.append(np.cumsum(np.asarray(numbers, np.int64)))
        count = len(number_blocks[-1])
        # One weight for all is stored once, and none at all if it is 1.
        given = np.asarray(1.0 if weights is None else weights, np.float64)
        weight_blocks.append(np.broadcast_to(given, count))
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
