"""Publications in the order of their last change, for harvests, feeds and site maps.

A document's place is its last change. A reader who continues from the last place read misses nothing, because whatever
changes meanwhile moves to the end. A withdrawn document keeps only its place, marked as gone.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select

from archive.document import Verdict
from archive.plain import one_line
from archive.store import approvals
from archive.store.assembly import public_numbers
from archive.store.catalogue import Catalogue
from archive.store.public import ended, is_public, public_versions
from archive.store.tables import changes, decisions, documents, versions


@dataclass(frozen=True, slots=True)
class Publication:
    """A document's last change: its ``sequence`` and ``at``. It is not ``public`` if it was and is now withdrawn."""

    sequence: int
    id: str
    at: datetime
    public: bool
    column: str | None


@dataclass(frozen=True, slots=True)
class PublicVersion:
    """A version, by its public number, and the instant at which it was made public."""

    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Borne:
    """What a public document is called, and its day."""

    id: str
    title: str
    numbers: tuple[str, ...]
    written_on: date | None


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
    """Return publications with a place above ``sequence``, in order.

    ``column`` limits them to one column, at either level. ``since`` and ``until`` bound the last change, both inclusive
    to the second. ``withdrawn`` includes documents that are gone.
    """
    query = (_publications() if withdrawn else _shown(catalogue)).where(changes.c.sequence > sequence)
    if column:
        query = query.where(_in(column))
    if since:
        query = query.where(changes.c.at >= since.astimezone(UTC).isoformat(timespec="seconds"))
    if until:
        # "2019-01-31T10:00:00.5+00:00" sorts before the end of its second, which "…:00~" stands for.
        query = query.where(changes.c.at < until.astimezone(UTC).isoformat(timespec="seconds")[:19] + "~")
    return _read(catalogue, query.order_by(changes.c.sequence).limit(limit))


def latest(catalogue: Catalogue, limit: int, column: str = "") -> list[Publication]:
    """Return the public documents that changed last, most recent first; ``column`` as in ``after``."""
    query = _shown(catalogue)
    if column:
        query = query.where(_in(column))
    return _public(catalogue, query.order_by(changes.c.sequence.desc()).limit(limit))


def newest(catalogue: Catalogue, limit: int) -> list[Publication]:
    """Return the public documents that were disclosed last, most recent first.

    The order follows the disclosure date that a document states, since a back catalogue may be taken in in any order.
    Failing that, it follows the date the document was made. What states neither comes last: when it was taken in says
    nothing of how new it is.
    """
    day = func.coalesce(versions.c.published_on, versions.c.written_on)
    order = day.is_(None), day.desc(), changes.c.sequence.desc()
    return _public(catalogue, _shown(catalogue).order_by(*order).limit(limit))


def of(catalogue: Catalogue, id: str) -> Publication | None:
    """Return the publication of one document; None if it was never public."""
    return of_each(catalogue, [id]).get(id)


def of_each(catalogue: Catalogue, ids: Iterable[str]) -> dict[str, Publication]:
    """Return the publications of some documents, by id."""
    found = _read(catalogue, _publications().where(changes.c.document_id.in_([*ids])))
    return {each.id: each for each in found}


def last(catalogue: Catalogue) -> tuple[int, datetime | None]:
    """Return the collection's last change and its instant; (0, None) for an empty collection."""
    with catalogue.reading() as connection:
        query = select(changes.c.sequence, changes.c.at).order_by(changes.c.sequence.desc()).limit(1)
        row = connection.execute(query).first()
    return (row.sequence, _instant(row.at)) if row else (0, None)


def first_at(catalogue: Catalogue) -> datetime | None:
    """Return the earliest last change of any document; None for an empty collection."""
    found = after(catalogue, limit=1)
    return found[0].at if found else None


def places(catalogue: Catalogue, every: int) -> list[int]:
    """Return the places after which each batch of ``every`` public documents begins: 0, then every ``every``-th."""
    counted = _shown(catalogue).subquery()
    numbered = select(counted.c.sequence, func.row_number().over(order_by=counted.c.sequence).label("row")).subquery()
    query = select(numbered.c.sequence).where(numbered.c.row % every == 0).order_by(numbered.c.sequence)
    total = catalogue.public_count()
    with catalogue.reading() as connection:
        ends = [*connection.scalars(query)]
    return [0, *(end for at, end in enumerate(ends, 1) if at * every < total)]


def numbers(catalogue: Catalogue) -> Iterator[tuple[str, str, str]]:
    """Yield the number, id and title of each public document that has a number."""
    query = _public_versions(documents.c.id, versions.c.number, versions.c.title).where(versions.c.number.is_not(None))
    with catalogue.reading() as connection:
        for row in connection.execute(query.where(~ended(catalogue.today())).order_by(documents.c.id)):
            yield one_line(row.number), row.id, one_line(row.title)


def called(catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    """Yield the title and the issuer of each public document."""
    query = _public_versions(versions.c.title, versions.c.issuer).where(~ended(catalogue.today()))
    with catalogue.reading() as connection:
        for row in connection.execute(query):
            yield one_line(row.title or ""), one_line(row.issuer or "")


def borne(catalogue: Catalogue, ids: Iterable[str]) -> list[Borne]:
    """Return what some documents are called, leaving out any that are not public, in one statement without texts."""
    wanted = [*ids]
    told = versions.c.title, versions.c.number, versions.c.other_numbers, versions.c.written_on
    query = _public_versions(documents.c.id, *told).where(documents.c.id.in_(wanted)).order_by(documents.c.id)
    with catalogue.reading() as connection:
        public = catalogue.sealed_ids(connection, wanted) if wanted else frozenset()
        return [
            Borne(
                row.id,
                one_line(row.title),
                tuple(map(one_line, filter(None, (row.number, *row.other_numbers)))),
                row.written_on,
            )
            for row in (connection.execute(query) if public else ())
            if row.id in public
        ]


def columns(catalogue: Catalogue) -> list[str]:
    """Return the columns of all documents that are or were public, in order.

    Each is vouched for by a document that a sealed decision published: the name of a column is shown.
    """
    query = _publications().with_only_columns(versions.c.column, versions.c.document_id, versions.c.version)
    holders: dict[str, list[tuple[str, int]]] = {}
    with catalogue.reading() as connection:
        for row in connection.execute(query.where(versions.c.column.is_not(None))):
            holders.setdefault(one_line(row.column), []).append((row.document_id, row.version))
        return sorted(
            column
            for column, held in holders.items()
            if column and any(approvals.published(connection, catalogue.keys, *each) for each in held)
        )


def approved_versions(catalogue: Catalogue, id: str) -> list[PublicVersion]:
    """Return the versions of a document made public since it was last withdrawn, oldest first."""
    query = (
        select(decisions.c.version, decisions.c.verdict, decisions.c.decided_at)
        .where(decisions.c.document_id == id, decisions.c.verdict != Verdict.REJECT.value)
        .order_by(decisions.c.id)
    )
    found: list[PublicVersion] = []
    with catalogue.reading() as connection:
        numbers = public_numbers(connection, [id]).get(id, [])
        for row in connection.execute(query):
            if row.verdict == Verdict.WITHDRAW:
                found = []
            else:
                found.append(PublicVersion(numbers.index(row.version) + 1, _instant(row.decided_at)))
    return found


def _in(column: str) -> ColumnElement[bool]:
    return or_(versions.c.column == column, versions.c.column.startswith(f"{column}/", autoescape=True))


def _public_versions(*columns: ColumnElement[Any]) -> Select[Any]:
    return select(*columns).select_from(public_versions)


def _shown(catalogue: Catalogue) -> Select[tuple[int, str, str, int | None, str | None]]:
    """Return the query of what is public today."""
    return _publications().where(is_public, ~ended(catalogue.today()))


def _publications() -> Select[tuple[int, str, str, int | None, str | None]]:
    """Return the query of what is or was public, each with its last change."""
    later = changes.alias("later")
    last = ~(
        select(later.c.sequence)
        .where(later.c.document_id == changes.c.document_id, later.c.sequence > changes.c.sequence)
        .exists()
    )
    # A withdrawn document counts as its withdrawn version: a newer one may be waiting, which must not be revealed.
    gone = (
        select(func.max(decisions.c.version))
        .where(decisions.c.document_id == documents.c.id, decisions.c.verdict == Verdict.WITHDRAW.value)
        .scalar_subquery()
    )
    version = case((is_public, documents.c.public_version), else_=gone)
    on = and_(versions.c.document_id == documents.c.id, versions.c.version == version)
    return (
        select(changes.c.sequence, changes.c.document_id, changes.c.at, documents.c.public_version, versions.c.column)
        .select_from(changes.join(documents, documents.c.id == changes.c.document_id).join(versions, on))
        .where(last)
    )


def _read(catalogue: Catalogue, query: Select[Any]) -> list[Publication]:
    """Return the publications of a query. What no sealed decision made public counts as withdrawn."""
    with catalogue.reading() as connection:
        rows = connection.execute(query).all()
        public = [row.document_id for row in rows if row.public_version is not None]
        sealed = catalogue.sealed_ids(connection, public)
    return [
        Publication(
            row.sequence,
            row.document_id,
            _instant(row.at),
            row.document_id in sealed,
            one_line(row.column) if row.column else None,
        )
        for row in rows
    ]


def _public(catalogue: Catalogue, query: Select[Any]) -> list[Publication]:
    return [each for each in _read(catalogue, query) if each.public]


def _instant(at: str) -> datetime:
    return datetime.fromisoformat(at)
