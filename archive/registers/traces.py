"""Traces of documents: numbers that two documents share if they look like one.

They lie in the staff's database, because they also tell of what is not public. They follow the audit log: each event of
a document, but for mere looks, makes its newest version leave its traces again.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, case, delete, func, insert, select

from archive.registers.staff import Staff
from archive.registers.staff_tables import traced, traces
from archive.store.audit import VIEW
from archive.store.catalogue import Catalogue
from archive.store.tables import audit, documents, versions

# Documents that are traced at once, and events that are read for them.
BATCH = 100
_EVENTS = 2_000
# A trace of more documents than these is one of a form, not of a text.
_COMMON = 500


@dataclass(frozen=True, slots=True)
class Traced:
    """What leaves traces of a document's newest version: its title, its numbers, the beginning of its text."""

    id: str
    title: str
    numbers: tuple[str, ...]
    text: str


def keep_up(staff: Staff, catalogue: Catalogue, leaves: Callable[[Traced], Iterable[int]], beginning: int) -> int:
    """Let documents with new events leave their traces, ``BATCH`` of them; return how many events are still ahead.

    ``beginning`` is the length of the text's beginning that ``leaves`` needs. Traces are 64-bit numbers with a sign.
    """
    with staff.reading() as connection:
        reached = connection.execute(select(func.max(traced.c.sequence))).scalar() or 0
    with catalogue.reading() as connection:
        last = connection.execute(select(func.max(audit.c.sequence))).scalar() or 0
        # A restored archive has fewer events than the one that was traced.
        start = reached if reached <= last else 0
        changed = case((audit.c.action != VIEW, audit.c.document_id))
        query = select(audit.c.sequence, changed.label("document_id")).where(audit.c.sequence > start)
        ids: dict[str, None] = {}
        end = start
        for row in connection.execute(query.order_by(audit.c.sequence).limit(_EVENTS)):
            if row.document_id and row.document_id not in ids and len(ids) == BATCH:
                break
            if row.document_id:
                ids[row.document_id] = None
            end = row.sequence
        if end == reached or (end == last and not ids):
            return 0
        columns = (versions.c.title, versions.c.number, versions.c.other_numbers, versions.c.index_code)
        newest = (documents.c.id == versions.c.document_id) & (documents.c.version == versions.c.version)
        found = connection.execute(
            select(documents.c.id, *columns, func.substr(versions.c.text, 1, beginning).label("text"))
            .select_from(documents.join(versions, newest))
            .where(documents.c.id.in_([*ids]))
        ).all()
    rows = [
        {"trace": trace, "document_id": each.id}
        for each in found
        for trace in {
            *leaves(
                Traced(
                    each.id,
                    each.title,
                    tuple(filter(None, (each.number, *each.other_numbers, each.index_code))),
                    each.text or "",
                )
            )
        }
    ]
    with staff.writing() as connection:
        # Another process may have come here first; what it wrote is the same.
        connection.execute(delete(traces).where(traces.c.document_id.in_([*ids])))
        if rows:
            connection.execute(insert(traces), rows)
        connection.execute(delete(traced))
        connection.execute(insert(traced).values(id=1, sequence=end))
    return int(last - end)


def shared(staff: Staff, id: str, sought: Sequence[int], least: int = 1, most: int = 50) -> dict[str, int]:
    """Return the other documents that share ``least`` of these traces or more, by how many; those with most first.

    Where several must be shared, those that hundreds of documents have don't count.
    """
    count = func.count()
    with staff.reading() as connection:
        # What a letterhead leaves is shared by all, tells nothing, and would take the longest.
        rare = [*sought] if least == 1 else _rare(connection, sought)
    if not rare:
        return {}
    query = (
        select(traces.c.document_id, count)
        .where(traces.c.trace.in_(rare), traces.c.document_id != id)
        .group_by(traces.c.document_id)
        .having(count >= least)
        .order_by(count.desc(), traces.c.document_id)
        .limit(most)
    )
    with staff.reading() as connection:
        return {found: int(number) for found, number in connection.execute(query)}


def _rare(connection: Connection, sought: Sequence[int]) -> list[int]:
    """Return those traces that no more than some hundreds of documents have, in one statement."""
    if not sought:
        return []
    # Counted no further than it matters.
    of_each = (select(traces.c.document_id).where(traces.c.trace == each).limit(_COMMON + 1) for each in sought)
    counts = (select(func.count()).select_from(some.subquery()).scalar_subquery() for some in of_each)
    found = connection.execute(select(*(count.label(f"of_{at}") for at, count in enumerate(counts)))).one()
    return [each for each, count in zip(sought, found, strict=True) if count <= _COMMON]
