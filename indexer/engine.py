"""The contract between a search and what carries it out. One suite of tests holds every engine to it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from archive.document import Document
from indexer.explanation import Explanation
from indexer.fields import Entry
from indexer.query import Everything, Query


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """``filters`` maps a facet's name to the values of which a document must have one.

    ``since`` and ``until`` are ordinal days, both included; a document without a day is in no range. ``hidden`` are ids
    that the answer leaves out entirely.
    """

    query: Query = field(default_factory=Everything)
    filters: Mapping[str, frozenset[str]] = field(default_factory=dict)
    facets: Sequence[str] = ()
    sort: Sort = Sort.RELEVANCE
    offset: int = 0
    limit: int = 10
    since: int | None = None
    until: int | None = None
    hidden: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Hit:
    id: str
    score: float


@dataclass(frozen=True, slots=True)
class Answer:
    """``total`` counts all documents that answer; ``facets`` counts them by value, each facet without its own filter.

    ``relaxed``: no document answered the whole query; these answer a good part of it.
    """

    total: int
    hits: Sequence[Hit]
    facets: Mapping[str, Mapping[str, int]]
    relaxed: bool = False


class Vocabulary(Protocol):
    """What the documents of an index are called and what they say; the same object until the index changes."""

    @property
    def titles(self) -> Sequence[tuple[str, str]]:
        """Each document's id and normalised title."""
        ...

    @property
    def numbers(self) -> Sequence[tuple[str, str]]:
        """The numbers that documents bear, each with the document's id."""
        ...

    @property
    def issuers(self) -> Sequence[str]: ...

    def words(self) -> Mapping[str, int]:
        """The words of all texts, with in how many documents each stands; worked out at each call."""
        ...


class Writer(Protocol):
    """Changes that take effect together, on top of an index of ``count`` documents that stands at ``cursor``.

    ``mark`` says up to which change of the archive they go. A rebuild that was stopped may be taken up again: then
    ``last_put`` is the last document put into what there is of it, else "".
    """

    @property
    def cursor(self) -> int: ...

    @property
    def last_put(self) -> str: ...

    @property
    def count(self) -> int: ...

    def put(self, entry: Entry) -> None: ...

    def put_all(self, documents: Iterable[Document]) -> Iterator[int]:
        """Put many documents, each once, saying how many have been taken; the iterator has to be run to its end."""
        ...

    def remove(self, id: str) -> None: ...
    def mark(self, cursor: int) -> None: ...


class Engine(Protocol):
    """An index. Reading raises IndexMissing, IndexDamaged or IndexOutdated rather than answer wrongly."""

    def search(self, request: SearchRequest) -> Answer: ...

    def explain(self, request: SearchRequest, id: str) -> Explanation | None:
        """How the score that a search gives a document comes about; None where the document is not in its answer.

        Which page is asked for makes no difference. It costs about as much as the search itself.
        """
        ...

    def vocabulary(self) -> Vocabulary:
        """What suggestions and corrections are made of."""
        ...

    def count(self) -> int:
        """How many documents the index holds."""
        ...

    def cursor(self) -> int:
        """The last change applied; 0 for an index that is not there yet."""
        ...

    def generation(self) -> str:
        """Names what answers now: another after each build. Raises as a search does."""
        ...

    def verify(self) -> None:
        """Read the live index through. Raises IndexDamaged; an index that is not there yet is sound."""
        ...

    def writing(self) -> AbstractContextManager[Writer]:
        """Change the index: commits on exit, discards on error. Raises IndexerBusy."""
        ...

    def rebuilding(self) -> AbstractContextManager[Writer]:
        """Build an index from nothing beside the live one: promotes on exit, discards on error. Raises IndexerBusy.

        An engine may keep what there is of it when the process is stopped, and go on from there the next time;
        documents must be put in the order of ids for that.
        """
        ...

    def close(self) -> None: ...
