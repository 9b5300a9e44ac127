"""What staff find behind a request for disclosure: a search over all that is held, as its record keeps it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from archive.document import Document
from archive.registers.everything import Everything, State
from archive.registers.requests.search_record import KEPT, Hit, Scope, Search
from indexer import facets
from indexer.asking.synonyms import Synonyms
from indexer.engine import Engine
from indexer.prior.candidates import Limits, candidates, understand
from indexer.snippets import Fragment, Marker

SINCE, UNTIL = "自", "至"
_EARLIER = (State.ANSWERED, State.ASKED)


@dataclass(frozen=True, slots=True)
class Prior:
    """What such a search needs: the staff's index, what lies behind it, and other words; ``but`` is never found."""

    engine: Engine
    everything: Everything
    synonyms: Synonyms
    but: str = ""

    def search(self, typed: str, scope: Scope, since: date | None = None, until: date | None = None) -> Search:
        """Search as a record keeps it. Raises BadQuery and IndexUnusable."""
        hidden: frozenset[str] = frozenset()
        if scope is not Scope.ALL:
            every = self.everything.states().items()
            hidden = frozenset(id for id, state in every if scope_of(state) is not scope)
        limits = Limits(hidden | {self.but}, since.toordinal() if since else None, until.toordinal() if until else None)
        found = candidates(self.engine, self.synonyms, self.everything.many, typed, limits)
        # What was taken in after the index was built has a state and is in no answer; what is gone has none.
        first = [each.document for each in found.candidates[:KEPT]]
        states = self.everything.states([each.id for each in first])
        held = [each for each in first if each.id in states]
        days = {SINCE: since.isoformat() if since else "", UNTIL: until.isoformat() if until else ""}
        return Search(
            typed=typed,
            understood=found.understood.told,
            scope=scope,
            filters={name: day for name, day in days.items() if day},
            generation=self.engine.generation(),
            sequence=self.engine.cursor(),
            total=found.total,
            hits=[_hit(document, states[document.id]) for document in held],
        )

    def again(self, search: Search) -> Search:
        """Make a search of a record once more. Raises as ``search`` does."""
        since, until = (_day(search.filters, name) for name in (SINCE, UNTIL))
        return self.search(search.typed, search.scope, since, until)

    def passages(self, typed: str, documents: Sequence[Document]) -> dict[str, list[list[Fragment]]]:
        """Return the passages of documents that fit a request, by id, the searched words marked."""
        marker = Marker(understand(typed, self.synonyms, self.engine.analyzer()).query, self.engine.analyzer())
        return {
            document.id: [
                [*passage.fragments]
                for passage in marker.passages(document.text, *(part.text for part in document.attachments))
            ]
            for document in documents
        }


def scope_of(state: State) -> Scope:
    """Return the narrowest scope that something in this state is in."""
    if state in _EARLIER:
        return Scope.EARLIER
    return Scope.PUBLIC if state is State.PUBLIC else Scope.HELD


def _hit(document: Document, state: State) -> Hit:
    metadata = document.metadata
    when = facets.day(metadata)
    # Entries of registers have no file of their own.
    digest = document.file.digest if document.file.size else hashlib.sha256(document.text.encode()).hexdigest()
    return Hit(
        id=document.id,
        title=metadata.title,
        number=metadata.number,
        day=when.isoformat() if when else None,
        state=state.value,
        version=document.version,
        digest=digest,
    )


def _day(filters: Mapping[str, str], name: str) -> date | None:
    return date.fromisoformat(filters[name]) if name in filters else None
