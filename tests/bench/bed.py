"""The test bed of a run: documents in a catalogue, our index, and the peers' indexes."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import TypeVar

from indexer.analyzer import Analyzer
from web.installation.settings import Settings
from web.search.params import SearchForm

# The engines' names in the table.
OURS = "gongkai"
TANTIVY = "tantivy"
FTS5 = "FTS5 words + trigrams"
WHOOSH = "jieba + Whoosh"
T = TypeVar("T")
Ask = Callable[[int], object]


@dataclass(frozen=True, slots=True)
class Bed:
    """The test bed.

    ``repeats`` is how often something that a process does only once is repeated, to take the median. ``failures`` says
    for each peer that failed why it can't be asked. ``urls`` are the catalogue's and the staff's databases, if these
    are not SQLite files in the place.
    """

    place: Path
    count: int
    forms: Mapping[str, Sequence[SearchForm]]
    phrases: Sequence[str]
    analyzer: Analyzer
    repeats: int
    urls: tuple[str, str] | None = None
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return at(self.place, self.urls)

    @property
    def all_forms(self) -> list[SearchForm]:
        return [form for forms in self.forms.values() for form in forms]

    def peer(self, name: str) -> Path:
        """Return the place of a peer's index."""
        return self.place / name.replace(" ", "-")


def at(place: Path, urls: tuple[str, str] | None = None) -> Settings:
    """Return the settings of a bed's installation."""
    usual = Settings.at(place / "data")
    return replace(usual, database_url=urls[0], staff_database_url=urls[1]) if urls else usual


def load(analyzer: Analyzer) -> None:
    """Load the dictionaries, which every process does once."""
    for text in ("预热", "预热-1"):  # only the second needs jieba's own dictionary
        analyzer.words(text)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """Return the result of some work, and the seconds it took."""
    started = perf_counter()
    result = work()
    return result, perf_counter() - started


def by_turns(asks: Mapping[str, Ask], count: int, repeats: int, failures: dict[str, str]) -> dict[str, list[float]]:
    """Ask each engine ``count`` questions by turns. Returns the median seconds for each question, by engine.

    A peer that fails is not asked again. A failure of our own engine is raised.
    """
    gc.collect()
    taken: dict[str, list[list[float]]] = {name: [[] for _ in range(count)] for name in asks if name not in failures}
    for again in range(repeats):
        for at in range(count):
            # Whoever goes first finds the processor's caches full of other data, so all take turns at it.
            first = (again + at) % len(taken)
            for name in [name for name in [*taken][first:] + [*taken][:first] if name not in failures]:
                try:
                    taken[name][at].append(timed(partial(asks[name], at))[1])
                except Exception as error:
                    if name == OURS:
                        raise
                    failures[name] = f"{type(error).__name__}: {error}"
    return {name: [median(each) for each in found] for name, found in taken.items() if name not in failures}
