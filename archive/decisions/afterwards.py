"""Looks afterwards: what one person approved alone, another looks at as soon as there is one.

The other person is one who could have approved it: nobody who brought it in, examined it or forced it. Whoever objects
says why; the document then stays on the list until it is withdrawn or another look passes it.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, insert, or_, select

from archive.decisions import acts, four_eyes, persons
from archive.document import Outcome
from archive.errors import DecisionRefused
from archive.store import audit, noted
from archive.store.catalogue import Catalogue
from archive.store.tables import decisions, documents, looks, versions


@dataclass(frozen=True, slots=True)
class Forced:
    """A forced approval that waits for a look; ``objection`` is what the last one said against it, or ""."""

    decision: int
    id: str
    version: int
    title: str
    person: str
    reason: str
    at: str
    objection: str


def waiting(catalogue: Catalogue, id: str | None = None) -> list[Forced]:
    """List the forced approvals that another person has still to look at, of one document or of all, oldest first."""
    with catalogue.reading() as connection:
        return _waiting(connection, id)


def look(
    catalogue: Catalogue, id: str, person: str, outcome: Outcome, reason: str = "", version: int | None = None
) -> int:
    """Record a person's look at the forced approval of a document, of its newest if there are several.

    Returns the version that was approved. Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        acts.newest(connection, id, None)
        name = acts.named(id, person, "复看必须写明复看人。")
        if outcome is Outcome.FAILED:
            acts.required(id, reason, "有异议的必须写明理由。")
        about = [each for each in _waiting(connection, id) if version in (None, each.version)]
        if not about:
            raise DecisionRefused(id, "没有等待复看的一人批准。")
        forced = about[-1]
        if stands := obstacle(connection, forced, name):
            raise DecisionRefused(id, stands)
        said = {"outcome": outcome.value, "reason": reason.strip()}
        added = insert(looks).values(
            decision_id=forced.decision,
            document_id=id,
            version=forced.version,
            person=name,
            decided_at=audit.now(),
            **said,
        )
        made = connection.execute(added.returning(looks.c.id)).scalar_one()
        wrote = noted.rows(connection, (looks, looks.c.id == made))
        audit.append(connection, name, "look", id, {"version": forced.version, **said, **wrote})
    return forced.version


def obstacle(connection: Connection, forced: Forced, person: str) -> str:
    """Return a sentence for why ``person`` is not the other one who looks at a forced approval, or ""."""
    alone = four_eyes.deeds(connection, forced.id, forced.version, person)
    if persons.same(forced.person, person):
        alone.append("批准了它")
    return f"复看的须是另一人：第 {forced.version} 版，{person}{'、'.join(alone)}。" if alone else ""


def _waiting(connection: Connection, id: str | None = None) -> list[Forced]:
    of_it = looks.c.decision_id == decisions.c.id
    newest = select(func.max(looks.c.id)).where(looks.c.document_id == decisions.c.document_id, of_it)
    query = (
        select(decisions, versions.c.title, looks.c.person.label("objector"), looks.c.reason.label("objection"))
        .join(
            versions, and_(versions.c.document_id == decisions.c.document_id, versions.c.version == decisions.c.version)
        )
        .join(documents, documents.c.id == decisions.c.document_id)
        # The last look, if there was one.
        .outerjoin(looks, looks.c.id == newest.correlate(decisions).scalar_subquery())
        .where(decisions.c.forced == 1)
        .where(
            or_(
                looks.c.id.is_(None),
                and_(looks.c.outcome != Outcome.PASSED.value, documents.c.public_decision == decisions.c.id),
            )
        )
    )
    if id is not None:
        query = query.where(decisions.c.document_id == id)
    return [
        Forced(
            row.id,
            row.document_id,
            row.version,
            row.title,
            row.reviewer,
            row.reason,
            row.decided_at,
            "" if row.objector is None else f"{row.objector}：{row.objection}",
        )
        for row in connection.execute(query.order_by(decisions.c.id))
    ]
