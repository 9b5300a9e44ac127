"""Four eyes: who brought in, corrected or examined a version does not approve it. Triggers hold it too (0004 to 0012).

One person may bring in, classify, settle findings and make both examinations; the approval is always another's.
"""

from collections.abc import Iterator

from sqlalchemy import Connection, select

from archive.decisions import persons
from archive.store import audit
from archive.store.tables import classifications, corrections, examinations, settlements, versions

SETTLED = "处理了检查发现"
CORRECTED = "更正了信息"
# The event of a document that another became an attachment of; it names who had brought that one in.
ATTACHED = "attached"
# The event of a version that is a new reading of the files of another, and says whether that one had waited.
REREAD = "reread"


def involved(connection: Connection, id: str, version: int) -> Iterator[tuple[str, str]]:
    """Yield who had a hand in a version, and what each did; one person may come several times, "" is nobody known."""
    brought = select(versions.c.brought_by).where(versions.c.document_id == id, versions.c.version == version)
    yield connection.execute(brought).scalar() or "", "接收了文件"
    for table, column, did in (
        (classifications, classifications.c.person, "标注了公开属性"),
        (examinations, examinations.c.reviewer, "作了审查"),
        (settlements, settlements.c.person, SETTLED),
        (corrections, corrections.c.person, CORRECTED),
    ):
        query = select(column).where(table.c.document_id == id, table.c.version == version).distinct()
        for person in connection.scalars(query.order_by(column)):
            yield person, did
    for event in audit.events(connection, id, (ATTACHED, REREAD)):
        if event.details["version"] != version:
            continue
        if event.action == ATTACHED:
            yield str(event.details["brought_by"]), "接收了附件"
        elif event.details.get("waited"):
            # Nobody had approved what they did.
            yield from involved(connection, id, int(str(event.details["instead_of"])))


def read_again(connection: Connection, id: str, version: int) -> list[int]:
    """Return the versions whose files a version is a new reading of, also by way of other readings; none for others."""
    of = {each.details["version"]: each.details["instead_of"] for each in audit.events(connection, id, (REREAD,))}
    found: list[int] = []
    while version in of:
        version = int(str(of.pop(version)))
        found.append(version)
    return found


def deeds(connection: Connection, id: str, version: int, person: str) -> list[str]:
    """Return what a person did with a version."""
    return [did for other, did in involved(connection, id, version) if persons.same(other, person)]


def objections(connection: Connection, id: str, version: int, person: str) -> list[str]:
    """Return a phrase for each reason why ``person`` is not the other person that an approval needs."""
    hands = [*involved(connection, id, version)]
    found = [f"{person}{did}" for other, did in hands if persons.same(other, person)]
    if any(not other for other, _ in hands):
        found.append("没有记载由谁接收")
    return found
