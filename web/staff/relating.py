"""What a document has to do with others, as its page shows it."""

from dataclasses import dataclass

from archive.decisions import relations
from archive.decisions.relations import RelationKind, Stated
from archive.errors import UnknownDocument
from archive.registers.accounts import Account
from archive.store.catalogue import Catalogue
from web.staff.queues import confined


@dataclass(frozen=True, slots=True)
class Related:
    """Another document, and what one does to the other: "废止", "被废止"; or where it says so, for ``supposed``."""

    label: str
    id: str
    title: str


@dataclass(frozen=True, slots=True)
class Proposed:
    """A relation that the text states and nobody has decided on. ``candidates`` are ids and titles."""

    id: int
    stated: Stated
    candidates: list[tuple[str, str]]


def related(catalogue: Catalogue, account: Account, id: str) -> list[Related]:
    """Return the confirmed relations of a document. A source unit sees the public ones of other documents only."""
    found = relations.confirmed(catalogue, id)
    public = catalogue.public_many([other for *_, other in found])
    shown = []
    for kind, out, other in found:
        if other not in public and confined(account):
            continue
        shown.append(Related(kind.value if out else f"被{kind.value}", other, _title(catalogue, other)))
    return shown


def proposed(catalogue: Catalogue, account: Account, id: str) -> list[Proposed]:
    """Return the undecided relations of a document. A source unit is not told which other documents may be meant."""
    return [
        Proposed(
            each.id,
            each.stated,
            [] if confined(account) else [(other, _title(catalogue, other)) for other in each.candidates],
        )
        for each in relations.proposals(catalogue, id)
    ]


def supposed(catalogue: Catalogue, account: Account, id: str) -> list[Related]:
    """Return what may have ended a document, by its own words, which nobody has checked. Not for a source unit."""
    found = [] if confined(account) else relations.said_of(catalogue, id, RelationKind.REPEALS)
    return [Related(f"#relation-{each.id}", each.document_id, _title(catalogue, each.document_id)) for each in found]


def _title(catalogue: Catalogue, id: str) -> str:
    try:
        return catalogue.newest(id).metadata.title
    except UnknownDocument:
        return id
