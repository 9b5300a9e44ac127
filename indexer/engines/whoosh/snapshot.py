"""A generation opened for searching: Whoosh's postings and columns as numpy arrays, with a slot per live document.

A term's postings are read once and cached within a budget. ``evaluation`` turns queries into arithmetic on the arrays.
"""

import re
import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
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

Scores = NDArray[np.float64]
Numbers = NDArray[np.int64]

# The default size of the postings cache in bytes. The least recently used terms are dropped first.
BUDGET = 96 << 20
# The memory of a term besides its postings.
_TERM_BYTES = 600
# How many texts are read at once.
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
        self._slot = [
            np.cumsum(mask, dtype=np.int32) - np.int32(1 - first)
            for mask, first in zip(live, self._firsts[:-1].tolist(), strict=True)
        ]
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
        self._text_starts, self._text_ends = (
            np.concatenate([np.empty(0, np.int64), *(getattr(each, name)[each.alive] for each in self._segments)])
            for name in ("starts", "ends")
        )
        self._passages, self._passage_starts = self._read_passages()
        self._folds: tuple[Folds, NDArray[np.int32], Mask] | None = None

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
        slots, weights = [np.empty(0, np.int32)], [np.empty(0, np.float32)]
        for at, entry in entries:
            segment = self._segments[at]
            numbers, found = segment.postings(entry)
            if not segment.all_alive:
                alive = segment.alive.take(numbers)
                numbers, found = numbers[alive], found[alive]
            slots.append(self._slot[at].take(numbers))
            weights.append(found)
        return Postings(np.concatenate(slots), np.concatenate(weights), self.size)

    def texts(self, slots: Slots) -> Texts:
        """Read the texts of these documents."""
        starts, ends = self._text_starts[slots], self._text_ends[slots]
        homes = self._firsts.searchsorted(slots, side="right") - 1
        places = zip(homes.tolist(), starts.tolist(), ends.tolist(), strict=True)
        units = [self._segments[at].units[start:end] for at, start, end in places]
        joined = np.concatenate(units) if units else np.empty(0, np.uint16)
        after = np.cumsum(ends - starts)
        return Texts(joined, after - (ends - starts), after)

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
        if (passages > np.repeat(self._text_ends - self._text_starts, counts)).any():
            raise IndexDamaged(self.name, "文件的段落在正文之外")
        return passages, starts

    def containing(self, run: str) -> Slots:
        """Return the documents that have exactly this run of characters in their text."""
        return self._slots_of(owners for _, owners in self._standing(run))

    def containing_whole(self, run: str) -> Slots:
        """Return the documents that have a run as no part of another number."""
        return self._slots_of(
            segment.whole(run, places, owners)
            for segment, (places, owners) in zip(self._segments, self._standing(run), strict=True)
        )

    def _standing(self, run: str) -> Iterator[tuple[Numbers, Numbers]]:
        return (segment.standing(run) for segment in self._segments)

    def _slots_of(self, found: Iterable[Numbers]) -> Slots:
        """Return the slots of documents of each segment in turn, rising, each once."""
        slots = [slot.take(owners) for slot, owners in zip(self._slot, found, strict=True)]
        joined: Slots = np.concatenate([self.all[:0], *slots])
        once: Slots = joined[np.append(True, joined[1:] != joined[:-1])[: len(joined)]]
        return once

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
