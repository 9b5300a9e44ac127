"""Review: the only way for a document to become public, and to stop being so.

Each decision is one transaction: the decision, the document's state, an audit event and, where it changes what the
public sees, a row in ``changes``.
The archive does not know that an index exists; that row is the whole link.
"""

from sqlalchemy import Connection, insert, select, update

from archive import audit
from archive.catalogue import Catalogue
from archive.document import Disclosure, Status, Verdict
from archive.errors import DecisionRefused, UnknownDocument
from archive.tables import changes, decisions, documents, versions

STATUS = {
    Verdict.APPROVE: Status.PUBLISHED,
    Verdict.REJECT: Status.REFUSED,
    Verdict.WITHDRAW: Status.WITHDRAWN,
}


def decide(
    catalogue: Catalogue, id: str, verdict: Verdict, reviewer: str, reason: str = "", version: int | None = None
) -> int:
    """Record a decision about a document's newest version, or (withdraw) about its public one.

    ``version`` is the one the reviewer read: when a newer one came in meanwhile, the decision is refused.
    Returns the version that was decided on. Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        return record(connection, id, verdict, reviewer, reason, version)


def record(
    connection: Connection, id: str, verdict: Verdict, reviewer: str, reason: str, version: int | None = None
) -> int:
    """``decide`` inside the caller's transaction."""
    row = connection.execute(select(documents).where(documents.c.id == id)).mappings().first()
    if row is None:
        raise UnknownDocument(id)
    if not reviewer.strip():
        raise DecisionRefused(id, "审查决定必须写明审查人。")
    if verdict is not Verdict.APPROVE and not reason.strip():
        raise DecisionRefused(id, "不予发布或撤回必须写明理由。")
    status = Status(row["status"])
    if verdict is Verdict.WITHDRAW:
        if row["public_version"] is None:
            raise DecisionRefused(id, "该文件没有公开，无须撤回。")
        about = row["public_version"]
        status = status if row["version"] != about else Status.WITHDRAWN
    else:
        about = row["version"]
        if version is not None and version != about:
            raise DecisionRefused(id, f"已有新版本（第 {about} 版），请审阅后再作决定。")
        _check(connection, id, about, verdict, status)
        status = STATUS[verdict]
    decision = connection.execute(
        insert(decisions)
        .values(
            document_id=id,
            version=about,
            verdict=verdict.value,
            reviewer=reviewer,
            reason=reason,
            decided_at=audit.now(),
        )
        .returning(decisions.c.id)
    ).scalar_one()
    public = {
        Verdict.APPROVE: {"public_version": about, "public_decision": decision, "public_verdict": "approve"},
        Verdict.WITHDRAW: {"public_version": None, "public_decision": None, "public_verdict": None},
        Verdict.REJECT: {},
    }[verdict]
    connection.execute(update(documents).where(documents.c.id == id).values(status=status.value, **public))
    details = {"version": about, "reason": reason}
    audit.append(connection, reviewer, verdict.value, id, details)
    if verdict is not Verdict.REJECT:
        # A refusal leaves what the public sees as it is, so there is nothing for an index to follow.
        connection.execute(insert(changes).values(document_id=id, at=audit.now()))
    return int(about)


def ever_stopped(connection: Connection, id: str) -> bool:
    """Whether a reviewer ever refused or withdrew any version of a document."""
    query = select(decisions.c.id).where(
        decisions.c.document_id == id, decisions.c.verdict != Verdict.APPROVE.value
    )
    return connection.execute(query.limit(1)).first() is not None


def _check(connection: Connection, id: str, version: int, verdict: Verdict, status: Status) -> None:
    if verdict is Verdict.REJECT and status is not Status.WAITING:
        hint = "请用 withdraw 撤回。" if status is Status.PUBLISHED else "不在待审状态。"
        raise DecisionRefused(id, f"第 {version} 版{hint}")
    if verdict is Verdict.APPROVE:
        if status is Status.PUBLISHED:
            raise DecisionRefused(id, f"第 {version} 版已经公开。")
        stated = connection.execute(
            select(versions.c.disclosure).where(
                versions.c.document_id == id, versions.c.version == version
            )
        ).scalar()
        if stated not in (None, Disclosure.ACTIVE.value):
            raise DecisionRefused(id, f"公开属性为“{stated}”，不能向公众发布。")
