"""How far a document has come, for somebody who may see it."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from archive.decisions import afterwards, four_eyes, grounds, publication, scheduled, stops, validity
from archive.decisions.afterwards import Forced
from archive.decisions.scheduled import Plan
from archive.decisions.stops import Precheck
from archive.document import Aspect, Disclosure, Document, Outcome, Status
from archive.errors import UnknownDocument
from archive.registers.roles import Act
from archive.store import audit
from archive.store.public import public_versions
from archive.store.tables import documents as rows
from archive.store.tables import versions
from web.http.current import services
from web.staff.guard import current
from web.staff.queues import may_see
from web.staff.words import without_commands


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a version has come. ``last`` is the number of its last event, which a form sends back.

    ``obstacles`` stand in the way of what whoever looks could do otherwise, by act: of an approval, an approval alone,
    a look afterwards and a renewal. They are told only to those whose role has the act.
    """

    document: Document
    precheck: Precheck
    disclosure: Disclosure | None
    outcomes: dict[Aspect, Outcome | None]
    involved: list[tuple[str, str]]
    obstacles: dict[Act, list[str]]
    events: list[audit.Event]
    public_version: int | None
    plan: Plan | None
    forced: Forced | None
    # The last day on which it was public, if that has passed.
    ended: date | None

    @property
    def last(self) -> int:
        return self.events[-1].sequence if self.events else 0


def standing(id: str) -> Standing:
    """Read how far a document has come, for somebody who may see it. Raises UnknownDocument."""
    catalogue, account = services().catalogue, current().account
    checked = stops.check(catalogue, id)
    document = checked.document
    with catalogue.reading() as connection:
        # Whose document it is does not change with who corrects it.
        query = select(versions.c.brought_by).where(versions.c.document_id == id).order_by(versions.c.version)
        brought = connection.scalars(query).all()
        if not may_see(account, *brought):
            raise UnknownDocument(id)
        public = connection.execute(
            select(rows.c.public_version, versions.c.public_until).select_from(public_versions).where(rows.c.id == id)
        ).first()
        until = public.public_until if public else None
        public_version = public.public_version if public else None
        forced = next(iter(afterwards.waiting(catalogue, id)), None)
        return Standing(
            document=document,
            precheck=checked.precheck,
            disclosure=grounds.disclosure_of(connection, id, document.version),
            outcomes={aspect: grounds.outcome_of(connection, id, document.version, aspect) for aspect in Aspect},
            involved=[*four_eyes.involved(connection, id, document.version)],
            obstacles=_obstacles(connection, document, public_version, forced),
            events=[*audit.events(connection, id)],
            public_version=public_version,
            ended=until if until and until < catalogue.today() else None,
            plan=scheduled.plans(catalogue, id=id).get(id),
            forced=forced,
        )


def _obstacles(
    connection: Connection, document: Document, public_version: int | None, forced: Forced | None
) -> dict[Act, list[str]]:
    """Return what stands in the way of each act, of those that somebody's role has and the document is ready for."""
    account, id = current().account, document.id
    found: dict[Act, list[str]] = {}
    for act in (Act.APPROVE, Act.FORCE):
        if account.may(act) and document.status is Status.WAITING:
            alone = act is Act.FORCE
            found[act] = publication.obstacles(connection, id, document.version, account.person, alone)
    if forced and account.may(Act.LOOK):
        found[Act.LOOK] = [afterwards.obstacle(connection, forced, account.person)]
    if public_version and account.may(Act.VALIDITY):
        found[Act.VALIDITY] = [validity.obstacle(services().catalogue, connection, id)]
    return {act: [without_commands(each) for each in told if each] for act, told in found.items()}
