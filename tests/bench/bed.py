"""What every measurement of a run uses: documents in a catalogue, our index, and the peers' indexes."""

import gc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
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
    """``repeats``: how often what is done once in a process is done, for the median.

    ``failures`` say why a peer can't be asked, once that is known.
    """

    place: Path
    count: int
    forms: Mapping[str, Sequence[SearchForm]]
    phrases: Sequence[str]
    analyzer: Analyzer
    repeats: int
    failures: dict[str, str] = field(default_factory=dict)

    @property
    def settings(self) -> Settings:
        return Settings.at(self.place / "data")

    @property
    def all_forms(self) -> list[SearchForm]:
        return [form for forms in self.forms.values() for form in forms]

    def peer(self, name: str) -> Path:
        """Where a peer's index is."""
        return self.place / name.replace(" ", "-")


def load(analyzer: Analyzer) -> None:
    """Load the dictionaries, which a process does once."""
    for text in ("预热", "预热-1"):  # the second is cut by jieba itself
        analyzer.words(text)


def timed(work: Callable[[], T]) -> tuple[T, float]:
    """What came of it, and the seconds it took."""
    started = perf_counter()
    result = work()
    return result, perf_counter() - started


def by_turns(asks: Mapping[str, Ask], count: int, repeats: int, failures: dict[str, str]) -> dict[str, list[float]]:
    """The seconds that each of ``count`` questions takes each of them, asked by turns; the median of some.

    A peer that fails is asked no more; ours may not.
    """
    gc.collect()
    taken: dict[str, list[list[float]]] = {name: [[] for _ in range(count)] for name in asks if name not in failures}
    for again in range(repeats):
        for at in range(count):
            # The first to run finds the processor's caches full of other data, so each takes a turn at going first.
            first = (again + at) % len(taken)
            for name in [name for name in [*taken][first:] + [*taken][:first] if name not in failures]:
                try:
                    taken[name][at].append(timed(partial(asks[name], at))[1])
                except Exception as error:
                    if name == OURS:
                        raise
                    failures[name] = f"{type(error).__name__}: {error}"
    return {name: [median(each) for each in found] for name, found in taken.items() if name not in failures}
