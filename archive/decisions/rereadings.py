"""Readings that wait: versions of the same files, read again by a later program, and what differs in each.

Those in which only numbering or tables differ from what is public a person may examine, and another approve, at one
look at the list. That is right because there is nothing in them to be examined for the first time: the files are those
that were examined for truthfulness and for confidentiality and are public byte for byte; every word and every figure of
the text is the same, in the same order; the attribute is 主动公开; and the pre-check finds nothing that it did not find
there. All of this is established anew, document by document, in the transaction that decides; each document gets
examinations and a decision of its own, whose basis says what differs in it. Any other reading is decided as any version
is.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, select, true

from archive.compare import readings
from archive.compare.readings import LIGHT, Difference
from archive.decisions import acts, four_eyes, grounds, precheck, publication, review, stops
from archive.document import Aspect, Disclosure, Document, Outcome, Status
from archive.errors import DecisionRefused
from archive.plain import one_line
from archive.store.catalogue import Catalogue
from archive.store.tables import audit, documents, versions

MASKED_COPY = "遮盖件：读的是遮盖后的文件"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reading that waits. ``counts`` are its differences by kind from the version ``of``, as they were when made."""

    id: str
    version: int
    of: int
    title: str
    issuer: str
    counts: Mapping[str, int]
    is_masked: bool

    @property
    def told(self) -> str:
        """What else is to be known of it; "" for nothing."""
        return f"{MASKED_COPY}。" if self.is_masked else ""

    @property
    def light(self) -> bool:
        return self.counts.keys() <= {kind.value for kind in LIGHT}


@dataclass(frozen=True, slots=True)
class Looked:
    """A reading compared with what is public. ``alone`` says why it is decided by itself; "" if many may be at once."""

    waiting: Waiting
    differences: Sequence[Difference]
    alone: str
    is_examined: bool


def waiting(connection: Connection, id: str | None = None) -> list[Waiting]:
    """List the readings that wait, or the one of a document: those that may be decided about with others come first."""
    own, of, events = documents.c, versions.c, audit.c
    query = (
        select(own.id, own.version, of.title, of.issuer, events.details)
        .join(versions, (of.document_id == own.id) & (of.version == own.version))
        .join(audit, (events.document_id == own.id) & (events.action == four_eyes.REREAD))
        .where(own.status == Status.WAITING.value, true() if id is None else own.id == id)
        .order_by(own.id, events.sequence)
    )
    found = [
        Waiting(
            row.id,
            row.version,
            int(row.details["of"]),
            one_line(row.title),
            one_line(row.issuer or ""),
            row.details["differences"],
            bool(row.details.get("masked_copy")),
        )
        for row in connection.execute(query).all()
        if row.details["version"] == row.version
    ]
    return sorted(found, key=lambda each: (not each.light, each.id))


def of_public(connection: Connection) -> set[str]:
    """Return the documents of which a new reading of what is public waits: they stand in a list of their own."""
    rows = connection.execute(select(documents.c.id, documents.c.public_version)).all()
    public = {row.id: row.public_version for row in rows}
    return {each.id for each in waiting(connection) if each.of == public[each.id]}


def look(catalogue: Catalogue, connection: Connection, reading: Waiting) -> Looked:
    """Compare a reading with what it is a reading of, as both are now."""
    before, after = _both(catalogue, connection, reading)
    found = readings.differences(before, after)
    alone = _alone(catalogue, connection, reading, before, after, found)
    return Looked(reading, found, alone, _is_examined(connection, reading.id, reading.version))


def examine(catalogue: Catalogue, id: str, version: int | None, person: str, basis: str) -> str:
    """Record both examinations of a reading that may be decided about with others; return what differs in it.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        acts.required(id, basis, "审查必须写明依据。")
        told = _with_others(catalogue, connection, id, version)
        review.add_vouching(connection, id, person, f"{basis.strip()}（{told}）", version)
        return told


def approve(catalogue: Catalogue, id: str, version: int | None, person: str, reason: str) -> str:
    """Make a reading public that may be decided about with others; return what differs in it.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        told = _with_others(catalogue, connection, id, version)
        publication.approve(connection, id, person, f"{reason.strip()}（{told}）", version)
        return told


def send_back(catalogue: Catalogue, id: str, version: int | None, person: str, reason: str) -> str:
    """Send a reading back; what is public stays. Return what differs in it.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        reading = _reading(connection, id, version)
        review.reject(connection, id, person, reason, version)
        return readings.told(reading.counts)


def _with_others(catalogue: Catalogue, connection: Connection, id: str, version: int | None) -> str:
    """Return what differs in a reading. Raises DecisionRefused for one that is to be decided about by itself."""
    reading = _reading(connection, id, version)
    looked = look(catalogue, connection, reading)
    if looked.alone:
        raise DecisionRefused(id, f"不能与别的一并办理：{looked.alone}请打开这一件，逐件审查。")
    counts = readings.counted(looked.differences)
    return f"一并审看：同一原件重新读取，与公开的第 {reading.of} 版只差{readings.told(counts)}，其余文字和数字相同"


def _reading(connection: Connection, id: str, version: int | None) -> Waiting:
    acts.newest(connection, id, version)
    found = waiting(connection, id)
    if not found:
        raise DecisionRefused(id, "最新的一版不是待审的重新读取。")
    return found[-1]


def _both(catalogue: Catalogue, connection: Connection, reading: Waiting) -> tuple[Document, Document]:
    """Return what is compared, with the attributes that were decided."""
    found = {each.version: each for each in catalogue.versions(connection, reading.id)}
    before, after = (
        replace(
            found[number],
            metadata=replace(found[number].metadata, disclosure=grounds.disclosure_of(connection, reading.id, number)),
        )
        for number in (reading.of, reading.version)
    )
    return before, after


def _alone(
    catalogue: Catalogue,
    connection: Connection,
    reading: Waiting,
    before: Document,
    after: Document,
    found: Sequence[Difference],
) -> str:
    """Say why a reading is to be decided about by itself; "" if it may be with others."""
    query = select(documents.c.public_version).where(documents.c.id == reading.id)
    public = connection.execute(query).scalar()
    if public != reading.of or reading.id not in catalogue.sealed_ids(connection, [reading.id]):
        return "对照的那一版现在没有公开。"
    if _files(before) != _files(after):
        return "附件作过调整。"
    counts = readings.counted(found)
    if heavy := [kind for kind in counts if kind not in {each.value for each in LIGHT}]:
        return f"有{'、'.join(heavy)}的不同。"
    if not found:
        return "与公开的一版没有不同。"
    if after.metadata.disclosure is not Disclosure.ACTIVE:
        return f"公开属性为“{after.metadata.disclosure or '没有标明'}”。"
    if in_the_way := stops.obstacles(connection, reading.id, reading.version):
        return "".join(in_the_way)
    ours, theirs = (Counter(each.kind for each in precheck.findings(document)) for document in (before, after))
    if new := theirs - ours:
        return f"发布前检查多了{'、'.join(kind.value for kind in new)}。"
    return ""


def _files(document: Document) -> list[tuple[str, str]]:
    return [(each.digest, each.name) for each in (document.file, *(part.file for part in document.attachments))]


def _is_examined(connection: Connection, id: str, version: int) -> bool:
    return all(grounds.outcome_of(connection, id, version, aspect) is Outcome.PASSED for aspect in Aspect)
