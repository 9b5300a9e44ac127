"""The contract that every search engine fulfils. One test suite runs against all of them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from archive.document import Document
from indexer.analyzer import Analyzer
from indexer.explanation import Explanation
from indexer.fields import Entry
from indexer.query import Everything, Query


class Sort(StrEnum):
    RELEVANCE = "relevance"
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True, eq=False)
class Folds:
    """Which documents fold into one line of a result: those of a group, by id.

    ``former`` are superseded versions. They fold only under one of their group that is none, and are never above it.
    """

    groups: Mapping[str, int]
    former: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class SearchRequest:
    """One search: the query, what narrows it, and which part of the result to return.

    ``filters`` maps a facet's name to values; a document must have one of them. ``since`` and ``until`` are ordinal
    days, both included; a document without a day is in no range. ``hidden`` are ids that the answer leaves out
    entirely. With ``folds``, ``offset`` and ``limit`` count lines: a document, or several that fold into one.
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
    folds: Folds | None = None


@dataclass(frozen=True, slots=True)
class Hit:
    """A document found. ``under`` are the ids of those that fold under it, best first."""

    id: str
    score: float
    under: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The result of a search.

    ``total`` counts all matching documents, also those that fold under others, which ``folded`` counts: there are
    ``total - folded`` lines. ``facets`` counts them by value, each facet without its own filter.
    ``relaxed`` means that no document matched the whole query and these match a good part of it.
    """

    total: int
    hits: Sequence[Hit]
    facets: Mapping[str, Mapping[str, int]]
    relaxed: bool = False
    folded: int = 0


class Vocabulary(Protocol):
    """What an index's documents are called, and what they say. The same object until the index changes."""

    @property
    def titles(self) -> Sequence[tuple[str, str]]:
        """Each document's id and normalised title."""
        ...

    @property
    def numbers(self) -> Sequence[tuple[str, str]]:
        """Each number that a document has, with the document's id."""
        ...

    @property
    def issuers(self) -> Sequence[str]: ...

    def texts(self, length: int, ids: Collection[str] | None = None) -> Iterator[tuple[str, str]]:
        """Yield the ids and the first ``length`` characters of the normalised texts, of these documents or of all.

        A text is without title and numbers, and with attachments.
        """
        ...

    def values(self, facet: str) -> Mapping[str, Sequence[str]]:
        """Return the values of a facet by document, leaving out documents that have none."""
        ...

    def words(self) -> Mapping[str, int]:
        """Count for every word the documents that contain it. Computed anew at each call."""
        ...


class Writer(Protocol):
    """A batch of changes that take effect together, on top of an index of ``count`` documents at ``cursor``.

    ``mark`` records the last change of the archive that the batch covers. ``last_put`` is the id of the last document
    of an interrupted rebuild that is being resumed, otherwise "".
    """

    @property
    def cursor(self) -> int: ...

    @property
    def last_put(self) -> str: ...

    @property
    def count(self) -> int: ...

    def put(self, entry: Entry) -> None: ...

    def put_all(self, documents: Iterable[Document]) -> Iterator[int]:
        """Put many documents, each once, and yield how many are done. The iterator must be run to its end."""
        ...

    def remove(self, id: str) -> None: ...
    def mark(self, cursor: int) -> None: ...


Check = Callable[["Engine"], None]


class Engine(Protocol):
    """A searchable index. Reading raises IndexMissing, IndexDamaged or IndexOutdated rather than answer wrongly."""

    # What is worked out from an index may be kept by the index that it is of.
    def __hash__(self) -> int: ...

    def search(self, request: SearchRequest) -> Answer: ...

    def explain(self, request: SearchRequest, id: str) -> Explanation | None:
        """Explain the score that a search gives a document, or return None if the document is not in the answer.

        The page requested makes no difference. The cost is about that of the search itself.
        """
        ...

    def analyzer(self) -> Analyzer:
        """Return what cuts the texts of the live index and what is asked of it: with the lexicon it was built with.

        If no index answers, it is the one that the next would be built with. Never raises.
        """
        ...

    def vocabulary(self) -> Vocabulary:
        """Return what suggestions and corrections are made from."""
        ...

    def count(self) -> int:
        """Return how many documents the index holds."""
        ...

    def cursor(self) -> int:
        """Return the last change applied, or 0 if there is no index yet."""
        ...

    def generation(self) -> str:
        """Return a name for the live index, different after each build. Raises as a search does."""
        ...

    def verify(self) -> None:
        """Read the whole live index. Raises IndexDamaged. If there is no index yet, nothing is wrong."""
        ...

    def writing(self) -> AbstractContextManager[Writer]:
        """Change the index, with its own lexicon. Commits on exit and discards on error. Raises IndexerBusy."""
        ...

    def rebuilding(self, check: Check | None = None) -> AbstractContextManager[Writer]:
        """Build a new index beside the live one, with the lexicon of today.

        Promotes it on exit and discards it on error. ``check`` is called before the promotion with an engine that only
        searches the new index; what it raises leaves the live one in place. Raises IndexerBusy.

        An engine may keep the partial index of an interrupted process and resume from it. For that, documents must be
        put in order of their ids.
        """
        ...

    def close(self) -> None: ...
