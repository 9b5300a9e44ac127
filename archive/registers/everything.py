"""Everything that staff may find, whatever its state, in the form in which an index follows it.

These are the newest versions of all documents, and what other registers have to say (``Source``): earlier replies,
requests. Nothing of it is for the public, which has ``catalogue.public``. What changed is read from the audit log, in
which every act on a document stands, and each act of a register too.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from sqlalchemy import ColumnElement, and_, or_, select

from archive.document import Document, File, Metadata, Status
from archive.store.audit import VIEW
from archive.store.catalogue import BATCH, Catalogue, Change
from archive.store.public import ended
from archive.store.tables import audit, documents, versions

_SLASH = "/"


class State(StrEnum):
    """How something that is held stands today, as the desk says it."""

    PUBLIC = "已公开"
    ENDED = "公开期满"
    WAITING = "待审"
    REFUSED = "不予发布"
    WITHDRAWN = "已撤回"
    ANSWERED = "此前答复"
    ASKED = "此前申请"


_STATES = {Status.WAITING: State.WAITING, Status.REFUSED: State.REFUSED, Status.WITHDRAWN: State.WITHDRAWN}


@dataclass(frozen=True, slots=True)
class Entry:
    """Something of a register. ``text`` has no person's name: whoever gives it has masked them.

    ``kind`` is a Latin word and ``id`` is unique within it. ``day`` is its own: of the reply, of the request.
    """

    kind: str
    id: str
    title: str
    text: str
    state: State
    number: str | None = None
    day: date | None = None

    @property
    def name(self) -> str:
        """By what it is known beside documents, whose ids have no slash."""
        return f"{self.kind}{_SLASH}{self.id}"

    @property
    def document(self) -> Document:
        """The same in the form in which an engine receives a document."""
        metadata = Metadata(title=self.title, number=self.number, written_on=self.day)
        return Document(self.name, 1, metadata, File("0" * 64, self.title, "text/plain", 0), self.text)


class Source(Protocol):
    """A register whose entries staff find beside the documents. ``actions`` are those of the log that change any."""

    kind: str
    actions: Collection[str]

    def touched(self, action: str, details: Mapping[str, object]) -> str | None:
        """Return the id of the entry that an event of the log changed, or None."""
        ...

    def ids(self) -> Iterable[str]: ...

    def entries(self, ids: Collection[str]) -> Iterable[Entry]:
        """Return those of these entries that there are."""
        ...


@dataclass(frozen=True, slots=True)
class Everything:
    """All documents and the entries of other registers: what ``indexer.sync`` calls a feed."""

    catalogue: Catalogue
    sources: Sequence[Source] = ()

    def last_change(self) -> int:
        """Return the sequence number of the last event of the log by which something changed; 0 if there is none."""
        query = select(audit.c.sequence).where(self._changing()).order_by(audit.c.sequence.desc()).limit(1)
        with self.catalogue.reading() as connection:
            return connection.execute(query).scalar() or 0

    def changes_after(self, cursor: int) -> list[Change]:
        """Return what changed by events after ``cursor``, in order: the first of them."""
        columns = (audit.c.sequence, audit.c.action, audit.c.document_id, audit.c.details)
        query = select(*columns).where(audit.c.sequence > cursor, self._changing()).order_by(audit.c.sequence)
        with self.catalogue.reading() as connection:
            rows = connection.execute(query.limit(BATCH)).all()
        # An event that changes nothing of a register after all still moves the cursor on; no document has the id "".
        return [Change(row.sequence, row.document_id or self._touched(row.action, row.details) or "") for row in rows]

    def many(self, ids: Iterable[str]) -> dict[str, Document]:
        """Return what there is under these ids, documents in their newest version."""
        wanted = list(ids)
        found = self.catalogue.newest_many(id for id in wanted if id and _SLASH not in id)
        found.update((entry.name, entry.document) for entry in self.entries(wanted))
        return found

    def all(self, after: str = "") -> Iterator[Document]:
        """Yield everything whose id comes ``after`` this one, in order of id."""
        rest = sorted(name for name in self._names() if name > after)
        for start in range(0, len(rest), BATCH):
            batch = rest[start : start + BATCH]
            found = self.many(batch)
            yield from (found[name] for name in batch if name in found)

    def count(self) -> int:
        return sum(1 for _ in self._names())

    def _names(self) -> Iterator[str]:
        yield from self.catalogue.ids()
        for source in self.sources:
            yield from (f"{source.kind}{_SLASH}{id}" for id in source.ids())

    def entries(self, names: Iterable[str]) -> Iterator[Entry]:
        """Yield the entries of other registers with these names, as they are now."""
        apart = [name.partition(_SLASH) for name in names if _SLASH in name]
        for source in self.sources:
            if ids := [id for kind, _, id in apart if kind == source.kind]:
                yield from source.entries(ids)

    def states(self, ids: Iterable[str] | None = None) -> dict[str, State]:
        """Return how these stand today, or all: asked of the archive itself, so that no index can be behind it."""
        wanted = None if ids is None else [*ids]
        over = ended(self.catalogue.today()).label("over")
        shown = (versions.c.document_id == documents.c.id) & (versions.c.version == documents.c.public_version)
        query = select(documents.c.id, documents.c.status, documents.c.public_version, over)
        query = query.select_from(documents.outerjoin(versions, shown))
        if wanted is not None:
            query = query.where(documents.c.id.in_([id for id in wanted if _SLASH not in id]))
        with self.catalogue.reading() as connection:
            found = {
                id: (State.ENDED if ended else State.PUBLIC) if shown is not None else _STATES[Status(status)]
                for id, status, shown, ended in connection.execute(query)
            }
        found.update((entry.name, entry.state) for entry in self.entries(self._names() if wanted is None else wanted))
        return found

    def _changing(self) -> ColumnElement[bool]:
        """Return which events change something: all of a document but mere looks, and those of the registers."""
        of_registers = [action for source in self.sources for action in source.actions]
        return or_(
            and_(audit.c.document_id.is_not(None), audit.c.action != VIEW),
            and_(audit.c.document_id.is_(None), audit.c.action.in_(of_registers)),
        )

    def _touched(self, action: str, details: Mapping[str, object]) -> str | None:
        for source in self.sources:
            if action in source.actions and (id := source.touched(action, details)) is not None:
                return f"{source.kind}{_SLASH}{id}"
        return None
