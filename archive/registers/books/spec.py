"""What a book is: its columns, who may see and keep it, and what contradicts in an entry."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from archive.registers.books.columns import Column, Facts, text
from archive.registers.roles import Act
from archive.store.catalogue import Catalogue

Figure = tuple[str, str]


def _nothing_held(facts: Facts, catalogue: Catalogue) -> Iterable[tuple[str, str]]:
    return ()


def _nothing_more(facts: Facts, catalogue: Catalogue) -> Facts:
    return {}


def _no_problems(facts: Facts, today: date) -> Iterable[tuple[str, str]]:
    return ()


@dataclass(frozen=True, slots=True)
class Spec:
    """What a book is. ``named`` makes an entry's own number of its facts; None: the book gives 2026-0001.

    ``problems`` yields for facts that contradict a column's name and a sentence. ``views`` are the filters of its list.
    """

    id: str
    title: str
    columns: tuple[Column, ...]
    # The column with the day by whose year entries are counted; it is never empty.
    dated: str
    figures: Callable[[int, Collection[Facts]], Sequence[Figure]]
    # Which rights reading, entering, and taking it away as a table need.
    see: Act
    keep: Act
    export: Act
    named: Callable[[Facts], str] | None = None
    problems: Callable[[Facts, date], Iterable[tuple[str, str]]] = _no_problems
    views: Mapping[str, Callable[[Facts], bool]] = field(default_factory=dict)
    # The same as ``problems`` of facts that contradict the archive.
    held: Callable[[Facts, Catalogue], Iterable[tuple[str, str]]] = _nothing_held
    # What is known of a new entry besides its columns; it stays as it was on the day.
    more: Callable[[Facts, Catalogue], Facts] = _nothing_more
    # The last day on which what is personal is kept; None while something is open, or where nothing ends.
    retained_until: Callable[[Facts], date | None] | None = None
    # A fact that is stated by another person than who stated the second one; None where anybody may state anything.
    apart: tuple[str, str] | None = None

    def year(self, facts: Facts) -> int:
        return int(text(facts, self.dated)[:4])

    @property
    def personal(self) -> bool:
        """Whether something in it is personal."""
        return any(each.personal for each in self.columns)
