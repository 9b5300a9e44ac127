"""What the public may see, in the order in which it last changed: what harvests, feeds and site maps go by.

A document's place is its last change. Who has read up to a place and goes on after it misses nothing: whatever changes
meanwhile moves to the end. A withdrawn document keeps its place as one that is gone, and nothing else of it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, String, and_, case, cast, func, or_, select

from archive.document import Verdict
from archive.store.catalogue import Catalogue
from archive.store.public import is_public, public_versions
from archive.store.tables import changes, decisions, documents, versions


@dataclass(frozen=True, slots=True)
class Publication:
    """``sequence`` and ``at`` are of the document's last change. Not ``public``: it was, and is withdrawn."""

    sequence: int
    id: str
    at: datetime
    public: bool
    column: str | None


@dataclass(frozen=True, slots=True)
class PublicVersion:
    """A version that was made public on an instant."""

    version: int
    at: datetime


def after(
    catalogue: Catalogue,
    sequence: int = 0,
    limit: int = 100,
    *,
    column: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    withdrawn: bool = True,
) -> list[Publication]:
    """Publications with a place above ``sequence``, in order.

    ``column``: only of this one, at either level. ``since`` and ``until`` bound the last change, both included to the
    second. ``withdrawn``: also those that are gone.
    """
    query = _publications(withdrawn).where(changes.c.sequence > sequence)
    if column:
        query = query.where(_in(column))
    if since:
        query = query.where(changes.c.at >= since.astimezone(UTC).isoformat(timespec="seconds"))
    if until:
        # "2019-01-31T10:00:00.5+00:00" sorts before the end of its second, which "…:00~" stands for.
        query = query.where(changes.c.at < until.astimezone(UTC).isoformat(timespec="seconds")[:19] + "~")
    return _read(catalogue, query.order_by(changes.c.sequence).limit(limit))


def latest(catalogue: Catalogue, limit: int, column: str = "") -> list[Publication]:
    """The public documents that changed last, the last one first; ``column`` as in ``after``."""
    query = _publications(False)
    if column:
        query = query.where(_in(column))
    return _read(catalogue, query.order_by(changes.c.sequence.desc()).limit(limit))


def newest(catalogue: Catalogue, limit: int) -> list[Publication]:
    """The public documents that were disclosed last, the last one first.

    By the day of disclosure that they state; a back catalogue states it, and is taken in in any order. Else by the day
    they were made, or by that of their last change here.
    """
    day = func.coalesce(cast(versions.c.published_on, String), cast(versions.c.written_on, String), changes.c.at)
    return _read(catalogue, _publications(False).order_by(day.desc(), changes.c.sequence.desc()).limit(limit))


def of(catalogue: Catalogue, id: str) -> Publication | None:
    """The publication of one document; None for what was never public."""
    return of_each(catalogue, [id]).get(id)


def of_each(catalogue: Catalogue, ids: Iterable[str]) -> dict[str, Publication]:
    """The publications of some documents, by their ids."""
    found = _read(catalogue, _publications(True).where(changes.c.document_id.in_([*ids])))
    return {each.id: each for each in found}


def last(catalogue: Catalogue) -> tuple[int, datetime | None]:
    """The last change of the collection and when it was made; (0, None) for an empty one."""
    with catalogue.reading() as connection:
        query = select(changes.c.sequence, changes.c.at).order_by(changes.c.sequence.desc()).limit(1)
        row = connection.execute(query).first()
    return (row.sequence, _instant(row.at)) if row else (0, None)


def first_at(catalogue: Catalogue) -> datetime | None:
    """The earliest last change of all; None for an empty collection."""
    found = after(catalogue, limit=1)
    return found[0].at if found else None


def places(catalogue: Catalogue, every: int) -> list[int]:
    """The places after which each next ``every`` public documents begin: 0, then each ``every``-th one's."""
    counted = _publications(False).subquery()
    numbered = select(counted.c.sequence, func.row_number().over(order_by=counted.c.sequence).label("row")).subquery()
    query = select(numbered.c.sequence).where(numbered.c.row % every == 0).order_by(numbered.c.sequence)
    total = catalogue.public_count()
    with catalogue.reading() as connection:
        ends = [*connection.scalars(query)]
    return [0, *(end for at, end in enumerate(ends, 1) if at * every < total)]


def numbers(catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    """The number, id and title of each public document that bears a number."""
    query = _public_versions(documents.c.id, versions.c.number, versions.c.title).where(versions.c.number.is_not(None))
    with catalogue.reading() as connection:
        for row in connection.execute(query.order_by(documents.c.id)):
            yield row.number, row.id, row.title


def columns(catalogue: Catalogue) -> list[str]:
    """The columns of all that is or was public, in order."""
    found = _publications(True).with_only_columns(versions.c.column).where(versions.c.column.is_not(None)).distinct()
    with catalogue.reading() as connection:
        return sorted(filter(None, connection.scalars(found)))


def approved_versions(catalogue: Catalogue, id: str) -> list[PublicVersion]:
    """The versions of a document that were made public since it was last withdrawn, oldest first."""
    query = (
        select(decisions.c.version, decisions.c.verdict, decisions.c.decided_at)
        .where(decisions.c.document_id == id, decisions.c.verdict != Verdict.REJECT.value)
        .order_by(decisions.c.id)
    )
    found: list[PublicVersion] = []
    with catalogue.reading() as connection:
        for row in connection.execute(query):
            if row.verdict == Verdict.WITHDRAW:
                found = []
            else:
                found.append(PublicVersion(row.version, _instant(row.decided_at)))
    return found


def _in(column: str) -> ColumnElement[bool]:
    return or_(versions.c.column == column, versions.c.column.startswith(f"{column}/", autoescape=True))


def _public_versions(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).select_from(public_versions)


def _publications(withdrawn: bool) -> Select[tuple[int, str, str, int | None, str | None]]:
    later = changes.alias("later")
    last = ~(
        select(later.c.sequence)
        .where(later.c.document_id == changes.c.document_id, later.c.sequence > changes.c.sequence)
        .exists()
    )
    # Of a withdrawn document the version that was: a newer one may wait, of which nobody shall know.
    gone = (
        select(func.max(decisions.c.version))
        .where(decisions.c.document_id == documents.c.id, decisions.c.verdict == Verdict.WITHDRAW.value)
        .scalar_subquery()
    )
    version = case((is_public, documents.c.public_version), else_=gone) if withdrawn else documents.c.public_version
    on = and_(versions.c.document_id == documents.c.id, versions.c.version == version)
    return (
        select(changes.c.sequence, changes.c.document_id, changes.c.at, documents.c.public_version, versions.c.column)
        .select_from(changes.join(documents, documents.c.id == changes.c.document_id).join(versions, on))
        .where(last)
    )


def _read(catalogue: Catalogue, query: Select[Any]) -> list[Publication]:
    with catalogue.reading() as connection:
        return [
            Publication(row.sequence, row.document_id, _instant(row.at), row.public_version is not None, row.column)
            for row in connection.execute(query)
        ]


def _instant(at: str) -> datetime:
    return datetime.fromisoformat(at)
