"""A generation opened for searching: Whoosh's postings and columns as numpy arrays, with a slot per live document.

A term's postings are read once and cached within a budget. ``evaluation`` turns queries into arithmetic on the arrays.
"""

import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from archive.chinese.text import normalise
from indexer import facets, relevance
from indexer.engine import Folds
from indexer.engines.whoosh.blocks import Entry
from indexer.engines.whoosh.facet_counts import Coded
from indexer.engines.whoosh.postings import Mask, Postings, Slots
from indexer.engines.whoosh.segment import ENCODING
from indexer.engines.whoosh.segment_reader import SegmentReader, Storage, read_segments
from indexer.engines.whoosh.titles import Titles
from indexer.errors import IndexDamaged
from indexer.figures import AFTER, BEFORE, is_whole

Scores = NDArray[np.float64]
Numbers = NDArray[np.int64]

# The default size of the postings cache in bytes. The least recently used terms are dropped first.
BUDGET = 96 << 20
# The memory of a term besides its postings.
_TERM_BYTES = 600
# Texts this close in the file are read at once, together with what is between them.
_NEAR = 4096
# How many texts are searched at once.
_TEXTS_AT_ONCE = 512
# No title with its numbers is longer.
_HEAD = 4000
# Days, lengths and priors are below.
_MOST_NUMBER = 1 << 31


class _Term:
    """A term of a stream: its entry in each segment, and its postings once they have been read."""

    __slots__ = ("entries", "frequency", "occurrences", "postings")

    def __init__(self, entries: Sequence[tuple[int, Entry]]) -> None:
        self.entries = entries
        self.occurrences = float(sum(entry.weight for _, entry in entries))
        self.frequency = sum(entry.frequency for _, entry in entries)
        self.postings: Postings | None = None

    @property
    def nbytes(self) -> int:
        return _TERM_BYTES + (self.postings.nbytes if self.postings else 0)


@dataclass(frozen=True, slots=True)
class Texts:
    """The normalised texts of some documents in one array. Document ``i`` has ``units[starts[i]:ends[i]]``."""

    units: NDArray[np.uint16]
    starts: Numbers
    ends: Numbers
    # Where two units stand beside each other: many spellings of one thing begin alike.
    _pairs: dict[bytes, Numbers] = field(default_factory=dict)

    def places(self, run: str) -> Numbers:
        """Return every place where a run of characters begins."""
        wanted = np.frombuffer(run.encode(ENCODING), np.uint16)
        last = len(self.units) - len(wanted) + 1
        if not len(wanted) or last <= 0:
            return np.empty(0, np.int64)
        pair = wanted[:2].tobytes()
        if (places := self._pairs.get(pair)) is None:
            begins = self.units[: len(self.units) - len(wanted[:2]) + 1] == wanted[0]
            if len(wanted) > 1:
                begins &= self.units[1:] == wanted[1]
            places = self._pairs[pair] = begins.nonzero()[0]
        places = places[: np.searchsorted(places, last)]
        for at, unit in enumerate(wanted[2:], 2):
            places = places[self.units[places + at] == unit]
        return places

    def having(self, run: str) -> Mask:
        """Return which of the documents have the run."""
        places = self.places(run)
        owners = np.searchsorted(self.starts, places, side="right") - 1
        having = np.zeros(len(self.starts), bool)
        # Texts that were not requested may lie between.
        within = owners >= 0
        having[owners[within & (places < self.ends[owners])]] = True
        return having

    def having_whole(self, run: str) -> Mask:
        """Return which of the documents have the run as no part of another number."""
        length = len(run.encode(ENCODING)) // 2
        having = np.zeros(len(self.starts), bool)
        places = self.places(run)
        owners = np.searchsorted(self.starts, places, side="right") - 1
        for place, owner in zip(places.tolist(), owners.tolist(), strict=True):
            # Most documents have the run whole where they have it first.
            if owner < 0 or having[owner] or place >= self.ends[owner]:
                continue
            start, end = int(self.starts[owner]), int(self.ends[owner])
            after = place + length
            having[owner] = is_whole(
                self._read(max(start, place - BEFORE), place), run, self._read(after, min(end, after + AFTER))
            )
        return having

    def _read(self, start: int, end: int) -> str:
        # What is read may begin or end within a character of two units, which is no digit.
        return self.units[start:end].tobytes().decode(ENCODING, "replace")


class Ids:
    """The ids of the documents by slot."""

    def __init__(self, ids: Sequence[bytes]) -> None:
        # All of them are text.
        b"".join(ids).decode()
        self._ids = np.array(ids, np.bytes_)
        self._rising = self._ids.argsort()
        # The rank of each slot in the order of ids.
        self.place: Scores = np.empty(len(ids))
        self.place[self._rising] = np.arange(len(ids))

    def __getitem__(self, slot: int) -> str:
        id: bytes = self._ids[slot]
        return id.decode()

    def __iter__(self) -> Iterator[str]:
        return (id.decode() for id in self._ids.tolist())

    def slot(self, id: str) -> int | None:
        """Return the slot of an id, or None."""
        found = self.slots([id])
        return int(found[0]) if len(found) else None

    def slots(self, ids: Iterable[str]) -> Slots:
        """Return the slots of the ids that exist, ascending."""
        # Use the dtype of the ids: otherwise numpy would copy all of them at each search.
        wanted = [id.encode() for id in ids]
        known = np.array([id for id in wanted if len(id) <= self._ids.itemsize], self._ids.dtype)
        at = self._ids.searchsorted(known, sorter=self._rising)
        within = at < len(self._ids)
        found = self._rising[at[within]]
        return np.sort(found[self._ids[found] == known[within]])


@dataclass(frozen=True, slots=True, eq=False)
class SnapshotVocabulary:
    """``indexer.engine.Vocabulary`` of one generation."""

    _ids: Ids
    _titles: Titles
    issuers: Sequence[str]
    _segments: Sequence[SegmentReader]
    _texts: Callable[[Slots], Texts]
    _facets: Mapping[str, Coded]

    @property
    def titles(self) -> Sequence[tuple[str, str]]:
        return [(id, self._titles[slot]) for slot, id in enumerate(self._ids)]

    @property
    def numbers(self) -> Sequence[tuple[str, str]]:
        return [(self._ids[slot], shown) for slot, shown, _ in _numbers(self._segments)]

    def texts(self, length: int, ids: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
        """Read them a few hundred at once."""
        heads = [lines.count("\n") + 2 if lines else 1 for lines in _lines_of_numbers(self._segments)]
        slots = np.arange(len(heads)) if ids is None else self._ids.slots(ids)
        for at in range(0, len(slots), _TEXTS_AT_ONCE):
            some = slots[at : at + _TEXTS_AT_ONCE]
            texts = self._texts(some)
            for slot, start, end in zip(some.tolist(), texts.starts.tolist(), texts.ends.tolist(), strict=True):
                # A character that is cut in two is beyond what is wanted.
                units = texts.units[start : min(end, start + _HEAD + 2 * length)].tobytes()
                text = units.decode(ENCODING, errors="ignore").removesuffix("\n")
                yield self._ids[slot], text.split("\n", heads[slot])[-1][:length]

    def values(self, facet: str) -> Mapping[str, Sequence[str]]:
        coded = self._facets[facet]
        told = [
            [coded.values[at] for at in coded.value[coded.of == code].tolist()] for code in range(coded.combinations)
        ]
        found = zip(self._ids, coded.codes.tolist(), strict=True)
        return {id: told[code] for id, code in found if told[code]}

    def words(self) -> Mapping[str, int]:
        """Count documents per word. Deleted documents count as long as their segment exists."""
        counts: Counter[str] = Counter()
        for segment in self._segments:
            for word, frequency in segment.document_frequencies("words"):
                counts[word] += frequency
        return counts


class Snapshot:
    """A read-only index, shared by searches from several threads."""

    def __init__(self, folder: Path, budget: int = BUDGET) -> None:
        self.name = folder.name
        storage = Storage(str(folder))
        self._segments = [SegmentReader(storage, segment) for segment in read_segments(storage)]
        self._budget = budget
        self._lock = threading.Lock()
        self._kept: OrderedDict[tuple[str, str], _Term] = OrderedDict()
        self._kept_bytes = 0
        live = [segment.alive for segment in self._segments]
        self._firsts = np.cumsum([0, *(int(mask.sum()) for mask in live)])
        self.size = int(self._firsts[-1])
        # For each segment, the slot of each document number.
        self._slot = [np.cumsum(mask) - 1 + first for mask, first in zip(live, self._firsts[:-1], strict=True)]
        self.all = np.arange(self.size)
        self.ids = Ids(list(self._strings("id")))
        self.titles = Titles([title.decode() for title in self._strings("title")])
        self.days = self._numeric("day")
        self.prior = self._numeric("prior")
        lengths = {name: self._numeric(f"{name}_length") for name in ("words", "grams")}
        self.norms = {name: _norm(length) for name, length in lengths.items()}
        # How many passages the texts make up, by stream.
        self.passages = {name: length.sum() / relevance.PASSAGE_TOKENS[name] for name, length in lengths.items()}
        self.facets = {name: Coded.of_postings(self._values(name), self.size) for name in facets.NAMES}
        # Each issuer's name and its normalised form.
        self.issuers = [(name, normalise(name)) for name in self.facets["issuer"].values]
        self._text_starts, self._text_ends = self._placed("text")
        self._passages, self._passage_starts = self._read_passages()
        self._folds: tuple[Folds, NDArray[np.int32], Mask] | None = None

    def close(self) -> None:
        for segment in self._segments:
            segment.close()

    def postings(self, stream: str, name: str) -> Postings:
        """Return a term's postings, from the cache if they were used recently."""
        term = self._term(stream, name)
        found = term.postings
        if found is None:
            found = self._read(term.entries)
            with self._lock:
                if term.postings is None and self._kept.get((stream, name)) is term:
                    term.postings = found
                    self._keep(found.nbytes)
        return found

    def occurrences(self, stream: str, name: str) -> float:
        """Return how often a term occurs, deleted documents included. Needs no reading of postings."""
        return self._term(stream, name).occurrences

    def frequencies(self, stream: str, name: str) -> tuple[float, int]:
        """Return how often a term occurs and in how many documents, deleted ones included."""
        term = self._term(stream, name)
        return term.occurrences, term.frequency

    def _term(self, stream: str, name: str) -> _Term:
        key = (stream, name)
        with self._lock:
            if (kept := self._kept.get(key)) is not None:
                self._kept.move_to_end(key)
                return kept
        entries = ((at, segment.entry(stream, name)) for at, segment in enumerate(self._segments))
        term = _Term([(at, entry) for at, entry in entries if entry is not None])
        with self._lock:
            if key not in self._kept:
                self._kept[key] = term
                self._keep(term.nbytes)
            return self._kept.get(key, term)

    def _keep(self, nbytes: int) -> None:
        self._kept_bytes += nbytes
        while self._kept_bytes > self._budget and self._kept:
            _, dropped = self._kept.popitem(last=False)
            self._kept_bytes -= dropped.nbytes

    def _read(self, entries: Sequence[tuple[int, Entry]]) -> Postings:
        slots, weights = [np.empty(0, np.intp)], [np.empty(0, np.float32)]
        for at, entry in entries:
            numbers, found = self._segments[at].postings(entry)
            alive = self._segments[at].alive[numbers]
            slots.append(self._slot[at][numbers[alive]])
            weights.append(found[alive])
        return Postings(np.concatenate(slots), np.concatenate(weights), self.size)

    def texts(self, slots: Slots, near: int = 0) -> Texts:
        """Read the texts of these documents. Those within ``near`` bytes are read at once, with others between them."""
        if not len(slots):
            return Texts(np.empty(0, np.uint16), np.empty(0, np.int64), np.empty(0, np.int64))
        starts, ends = self._text_starts[slots], self._text_ends[slots]
        home = np.searchsorted(self._firsts, slots, side="right") - 1
        apart = (np.diff(home) != 0) | (starts[1:] - ends[:-1] > near)
        first = np.concatenate(([0], np.flatnonzero(apart) + 1))
        last = np.concatenate((first[1:], [len(slots)])) - 1
        lengths = ends[last] - starts[first]
        places = zip(home[first].tolist(), starts[first].tolist(), lengths.tolist(), strict=True)
        read = b"".join([self._segments[at].read("text", start, length) for at, start, length in places])
        moved = np.repeat(np.cumsum(lengths) - lengths - starts[first], last - first + 1)
        return Texts(np.frombuffer(read, np.uint16), (starts + moved) // 2, (ends + moved) // 2)

    def passage_ends(self, slots: Slots) -> tuple[Numbers, Numbers]:
        """Return where each passage of these documents ends, document by document, and how many each document has."""
        starts, ends = self._passage_starts[slots], self._passage_starts[slots + 1]
        counts = ends - starts
        skipped = np.repeat(starts - (np.cumsum(counts) - counts), counts)
        return self._passages[skipped + np.arange(len(skipped))].astype(np.int64), counts

    def _read_passages(self) -> tuple[NDArray[np.uint32], Numbers]:
        """Read the ends of all passages, and where each document's begin among them."""
        values = list(self._strings("passages"))
        starts = np.cumsum([0, *(len(value) // 4 for value in values)])
        passages = np.frombuffer(b"".join(values), "<u4")
        counts = np.diff(starts)
        if (passages > np.repeat((self._text_ends - self._text_starts) // 2, counts)).any():
            raise IndexDamaged(self.name, "文件的段落在正文之外")
        return passages, starts

    def containing(self, run: str, candidates: Slots) -> Slots:
        """Return the candidates that have exactly this run of characters in their text."""
        found = [slots[texts.having(run)] for slots, texts in self._read_through(candidates)]
        return np.concatenate(found) if found else candidates

    def containing_whole(self, runs: Sequence[str], candidates: Slots) -> list[Slots]:
        """Return for each of some runs the candidates that have it as no part of another number."""
        found: list[list[Slots]] = [[candidates[:0]] for _ in runs]
        for slots, texts in self._read_through(candidates):
            for run, having in zip(runs, found, strict=True):
                having.append(slots[texts.having_whole(run)])
        return [np.concatenate(having) for having in found]

    def _read_through(self, candidates: Slots) -> Iterator[tuple[Slots, Texts]]:
        """Yield some documents at a time, with their texts."""
        for at in range(0, len(candidates), _TEXTS_AT_ONCE):
            slots = candidates[at : at + _TEXTS_AT_ONCE]
            yield slots, self.texts(slots, _NEAR)

    def text(self, slot: int) -> str:
        """Return a document's normalised text: its title first, one paragraph a line."""
        units = self.texts(np.array([slot])).units
        try:
            return units.tobytes().decode(ENCODING).removesuffix("\n")
        except UnicodeDecodeError as error:
            raise IndexDamaged(self.name, "文件的正文不是文字") from error

    def _strings(self, name: str) -> Iterator[bytes]:
        return chain.from_iterable(segment.live_strings(name) for segment in self._segments)

    def _numeric(self, name: str) -> NDArray[np.float64]:
        parts = [segment.numeric(name)[segment.alive].astype(np.float64) for segment in self._segments]
        values = np.concatenate(parts) if parts else np.empty(0)
        if not ((values >= 0) & (values < _MOST_NUMBER)).all():
            raise IndexDamaged(self.name, "文件的日期、长度或先验不可能是这样")
        return values

    def _placed(self, name: str) -> tuple[Numbers, Numbers]:
        found = [(segment.alive, *segment.placed(name)) for segment in self._segments]
        empty = np.empty(0, np.int64)
        return (
            np.concatenate([empty, *(starts[alive] for alive, starts, _ in found)]),
            np.concatenate([empty, *(ends[alive] for alive, _, ends in found)]),
        )

    def _values(self, name: str) -> dict[str, Slots]:
        """Return the documents that have each value of a facet."""
        found: dict[str, list[tuple[int, Entry]]] = {}
        for at, segment in enumerate(self._segments):
            for value, entry in segment.entries(name):
                found.setdefault(value, []).append((at, entry))
        read = {value: self._read(entries).slots for value, entries in found.items()}
        return {value: slots for value, slots in read.items() if len(slots)}

    @cached_property
    def vocabulary(self) -> SnapshotVocabulary:
        return SnapshotVocabulary(
            self.ids, self.titles, self.facets["issuer"].values, self._segments, self.texts, self.facets
        )

    def folds(self, folds: Folds) -> tuple[NDArray[np.int32], Mask]:
        """Return each document's group, -1 for none, and whether it is a superseded version."""
        known = self._folds
        if known is None or known[0] is not folds:
            groups = np.fromiter((folds.groups.get(id, -1) for id in self.ids), np.int32, self.size)
            former = np.fromiter((id in folds.former for id in self.ids), bool, self.size)
            known = self._folds = folds, groups, former
        return known[1], known[2]

    def numbered(self, pattern: re.Pattern[str]) -> Mask:
        """Return which documents have a number whose normalised form matches the pattern."""
        text, ends, slots = self._all_numbers
        places = [match.start() for match in pattern.finditer(text)]
        found = np.zeros(self.size, bool)
        found[slots[np.searchsorted(ends, places, side="right")]] = True
        return found

    def numbers(self, slot: int) -> list[str]:
        """Return the normalised numbers of a document."""
        text, ends, slots = self._all_numbers
        rows = (slots == slot).nonzero()[0].tolist()
        return [text[ends[row - 1] + 1 if row else 0 : ends[row]] for row in rows]

    @cached_property
    def _all_numbers(self) -> tuple[str, Numbers, Slots]:
        """All numbers in normalised form, one a line; where each ends; the slot of its document."""
        rows = [(slot, form) for slot, _, form in _numbers(self._segments)]
        ends = np.cumsum([len(form) + 1 for _, form in rows], dtype=np.int64) - 1
        return "\n".join(form for _, form in rows), ends, np.array([slot for slot, _ in rows], np.intp)


def _numbers(segments: Sequence[SegmentReader]) -> Iterator[tuple[int, str, str]]:
    """Yield each number of a document: the document's slot, the number as shown and in normalised form."""
    for slot, lines in enumerate(_lines_of_numbers(segments)):
        for line in lines.split("\n") if lines else ():
            shown, _, form = line.partition("\t")
            yield slot, shown, form


def _lines_of_numbers(segments: Sequence[SegmentReader]) -> Iterator[str]:
    """Yield the numbers of each document, one a line."""
    return chain.from_iterable(segment.live_texts("numbers") for segment in segments)


def _norm(lengths: Scores) -> Scores:
    """Return ``relevance.norm`` for each document."""
    average = lengths.mean() if len(lengths) and lengths.any() else 1.0
    return relevance.norm(lengths / average)
