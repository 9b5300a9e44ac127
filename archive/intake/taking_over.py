"""Taking over as public what a portal had already published, on the word of who brings it in, and nothing else."""

from dataclasses import dataclass

from sqlalchemy import Connection, RowMapping, select

from archive.decisions import corrections, grounds, publication, rereadings, review, stops
from archive.document import Disclosure
from archive.errors import DecisionRefused, PrecheckFailed
from archive.store.catalogue import Catalogue
from archive.store.tables import documents, versions

_TAKEN_OVER = "门户网站既有公开信息，接收时确认已经公开"


@dataclass(frozen=True, slots=True)
class Left:
    """Why a document was not taken over as public, and how many stops of it are open; no reason if it was."""

    reason: str = ""
    stops: int = 0


def take_over(catalogue: Catalogue, connection: Connection, id: str, content: str, actor: str) -> Left:
    """Take over what a portal had already published. Return why it was not, if it was not.

    Only the very content that was taken in is taken over, never a newer version that waits.
    """
    row = connection.execute(select(documents).where(documents.c.id == id)).mappings().one()
    if row["public_version"] == row["version"]:
        return Left()
    newest = connection.execute(
        select(versions.c.content).where(versions.c.document_id == id, versions.c.version == row["version"])
    ).scalar()
    if newest != content:
        return Left("该文件另有待审的新版本，没有公开")
    if row["public_version"] is not None and rereadings.waiting(connection, id):
        # It is public as it was approved. That it is read otherwise now is for a review.
        return Left()
    if review.ever_stopped(catalogue, connection, id):
        return Left(f"审查曾决定不予发布或撤回，{_seen(row)}")
    if corrections.unreviewed(connection, id):
        return Left(f"该文件经人工更正，{_seen(row)}")
    if restricted := grounds.ever_restricted(connection, id):
        return Left(f"该文件曾标为“{restricted}”，{_seen(row)}")
    try:
        found = stops.bring_up(connection, catalogue.newest_in(connection, id)).precheck
    except PrecheckFailed:
        return Left("发布前检查没有做成，没有公开，等待审查", 1)
    if found.open:
        return Left(f"有 {len(found.open)} 处拦截没有处理，没有公开，等待审查", len(found.open))
    try:
        with connection.begin_nested():
            if grounds.disclosure_of(connection, id, row["version"]) is None:
                grounds.add_classification(connection, id, row["version"], Disclosure.ACTIVE, actor, _TAKEN_OVER)
            publication.take_over(connection, id, actor, _TAKEN_OVER)
    except DecisionRefused as refused:
        return Left(f"没有公开：{refused.reason}")
    return Left()


def _seen(row: RowMapping) -> str:
    """Say what the public sees of a document whose newest version was not taken over."""
    public = row["public_version"]
    return f"第 {public} 版仍然公开，请核实是否撤回" if public else "没有公开，请审查"
