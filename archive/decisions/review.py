"""Review: the only way for a document to become public, and to stop being so.

A version is classified (公开属性) and examined for truthfulness and for confidentiality, and each finding of the
pre-check that stops it is settled (``stops``). Then another person approves it (``publication``). What is missing the
code refuses with a sentence, and the database by a trigger.
Each decision is one transaction: the decision, the document's state, an audit event and, where it changes what the
public sees, a row in ``changes``.
The archive does not know that an index exists; that row is the only link.
"""

from collections.abc import Callable
from dataclasses import replace
from uuid import uuid4

from sqlalchemy import Connection, insert, select, update

from archive.decisions import acts, grounds, publication
from archive.document import Aspect, Disclosure, Outcome, Status, Verdict
from archive.errors import DecisionRefused
from archive.store import audit, changes, noted
from archive.store.catalogue import Catalogue
from archive.store.tables import decisions, documents
from archive.store.withdrawal_ledger import Withdrawal


def classify(
    catalogue: Catalogue,
    id: str,
    disclosure: Disclosure,
    person: str,
    basis: str,
    ground: str = "",
    version: int | None = None,
) -> int:
    """Set the disclosure attribute of a document's newest version. ``ground`` is the reason for withholding it.

    Returns the version. Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        about = acts.newest(connection, id, version)
        name = acts.named(id, person, "标注公开属性必须写明经办人。")
        acts.required(id, basis, "标注公开属性必须写明依据。")
        if disclosure is Disclosure.WITHHELD:
            acts.required(id, ground, "不予公开必须写明理由（如“属于国家秘密”“保护第三方合法权益”）。")
        if disclosure is not Disclosure.ACTIVE and about["public_version"] == about["version"]:
            raise DecisionRefused(id, f"第 {about['version']} 版已经公开，请先用 withdraw 撤回。")
        grounds.add_classification(connection, id, about["version"], disclosure, name, basis, ground)
        return int(about["version"])


def examine(
    catalogue: Catalogue,
    id: str,
    aspect: Aspect,
    outcome: Outcome,
    reviewer: str,
    basis: str,
    version: int | None = None,
) -> int:
    """Record a person's examination of a document's newest version. The latest finding on each aspect counts.

    Returns the version. Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        about = acts.newest(connection, id, version)
        name = acts.named(id, reviewer, "审查必须写明审查人。")
        acts.required(id, basis, "审查必须写明依据。")
        if about["public_version"] == about["version"] and outcome is Outcome.FAILED:
            raise DecisionRefused(id, f"第 {about['version']} 版已经公开，请先用 withdraw 撤回。")
        grounds.add_examination(connection, id, about["version"], aspect, outcome, name, basis)
        return int(about["version"])


def decide(
    catalogue: Catalogue,
    id: str,
    verdict: Verdict,
    reviewer: str,
    reason: str = "",
    version: int | None = None,
    replacement: str | None = None,
    forced: bool = False,
) -> int:
    """Record a decision about a document's newest version, or withdraw its public one.

    ``version`` is the one the reviewer read: when a newer one came in meanwhile, the decision is refused.
    ``replacement`` is the document that stands in for a withdrawn one. ``forced`` approves where there is no other
    person (see ``publication``). Returns the version that was decided on. Raises UnknownDocument and DecisionRefused;
    then nothing is recorded. A takeover is no review, and is refused here.
    """
    with catalogue.writing(hides=verdict is Verdict.WITHDRAW) as connection:
        if verdict is Verdict.APPROVE:
            return publication.approve(connection, id, reviewer, reason, version, forced)
        if verdict is Verdict.REJECT:
            return reject(connection, id, reviewer, reason, version)
        if verdict is not Verdict.WITHDRAW:
            raise DecisionRefused(id, "接管既有公开信息不是审查决定，请用 gongkai ingest --already-published。")
        about = _withdrawal(connection, id, reviewer, reason, replacement)
        _withdraw(connection, about)
        # Before the commit, so that the withdrawal holds even if this database is lost.
        catalogue.withdrawal_ledger.append(about)
        return about.version


def reapply_withdrawals(catalogue: Catalogue) -> list[str]:
    """Repeat the withdrawals that the ledger has and this database, restored from an older copy, lacks.

    Returns the ids of the documents that were public until now.
    """
    ledger = catalogue.withdrawal_ledger.all()
    if not ledger:
        return []
    query = select(decisions.c.token).where(decisions.c.token.is_not(None))
    with catalogue.reading() as connection:
        known = set(connection.execute(query).scalars())
    lost = [each for each in ledger if each.token not in known]
    if not lost:
        return []
    hidden: list[str] = []
    with catalogue.writing(hides=True) as connection:
        for each in lost:
            row = connection.execute(select(documents).where(documents.c.id == each.document_id)).mappings().first()
            if row is None:
                continue
            if row["public_version"] is not None:
                hidden.append(each.document_id)
            about = row["public_version"] or row["version"]
            _withdraw(connection, replace(each, version=about))
    return hidden


def vouch(catalogue: Catalogue, id: str, person: str, basis: str, version: int | None = None) -> int:
    """Record one person's word for what an approval rests on; return the version.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        return add_vouching(connection, id, person, basis, version)


def add_vouching(connection: Connection, id: str, person: str, basis: str, version: int | None = None) -> int:
    """Record one person's word for the attribute and both examinations, as ``vouch`` does; the approval is another's.

    An attribute that the source states is left as it is, and stands against an approval if it is another.
    """
    about = int(acts.newest(connection, id, version)["version"])
    name = acts.named(id, person, "审查必须写明审查人。")
    acts.required(id, basis, "审查必须写明依据。")
    if grounds.disclosure_of(connection, id, about) is None:
        grounds.add_classification(connection, id, about, Disclosure.ACTIVE, name, basis)
    for aspect in Aspect:
        grounds.add_examination(connection, id, about, aspect, Outcome.PASSED, name, basis)
    return about


def approve_alone(catalogue: Catalogue, id: str, person: str, reason: str, version: int | None, forced: bool) -> int:
    """Vouch and approve in one, which one person can do only where it is ``forced``; return the version.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        add_vouching(connection, id, person, reason, version)
        return publication.approve(connection, id, person, reason, version, forced)


def reject(
    connection: Connection,
    id: str,
    reviewer: str,
    reason: str,
    version: int | None,
    along: Callable[[int, str], dict[str, object]] = lambda _version, _name: {},
) -> int:
    """Refuse a version that waits, within the caller's transaction; return it. Raises as ``decide`` does.

    ``along`` writes what goes with it, by version and person, and returns what the event tells of that.
    """
    row = acts.newest(connection, id, version)
    name = acts.named(id, reviewer, "审查决定必须写明审查人。")
    about = int(row["version"])
    acts.required(id, reason, "不予发布必须写明理由。")
    if row["status"] != Status.WAITING:
        hint = "请用 withdraw 撤回。" if row["status"] == Status.PUBLISHED else "不在待审状态。"
        raise DecisionRefused(id, f"第 {about} 版{hint}")
    verdict = Verdict.REJECT.value
    added = insert(decisions).values(
        document_id=id, version=about, verdict=verdict, reviewer=name, reason=reason, decided_at=audit.now()
    )
    made = connection.execute(added.returning(decisions.c.id)).scalar_one()
    # What the public sees stays as it is, so there is nothing for an index to follow.
    connection.execute(update(documents).where(documents.c.id == id).values(status=Status.REFUSED.value))
    more = along(about, name)
    wrote = noted.rows(connection, (decisions, decisions.c.id == made), also=more)
    audit.append(connection, name, verdict, id, {"version": about, "reason": reason, **more, **wrote})
    return about


def _withdrawal(connection: Connection, id: str, reviewer: str, reason: str, replacement: str | None) -> Withdrawal:
    row = acts.newest(connection, id, None)
    name = acts.named(id, reviewer, "审查决定必须写明审查人。")
    acts.required(id, reason, "撤回必须写明理由，该理由将向公众显示。")
    if row["public_version"] is None:
        raise DecisionRefused(id, "该文件没有公开，无须撤回。")
    if replacement == id:
        raise DecisionRefused(id, "不能以自身代替自身。")
    if replacement:
        acts.newest(connection, replacement, None)
    return Withdrawal(uuid4().hex, id, int(row["public_version"]), name, reason, replacement, audit.now())


def _withdraw(connection: Connection, about: Withdrawal) -> None:
    id = about.document_id
    row = acts.newest(connection, id, None)
    added = insert(decisions).values(
        document_id=id,
        version=about.version,
        verdict=Verdict.WITHDRAW.value,
        reviewer=about.reviewer,
        reason=about.reason,
        decided_at=about.at,
        replacement=about.replacement,
        token=about.token,
    )
    made = connection.execute(added.returning(decisions.c.id)).scalar_one()
    # A newer version under review stays under review.
    values = {"public_version": None, "public_decision": None, "public_verdict": None}
    status = Status.WITHDRAWN.value if row["status"] == Status.PUBLISHED else row["status"]
    connection.execute(update(documents).where(documents.c.id == id).values(status=status, **values))
    details = {"version": about.version, "reason": about.reason, "replacement": about.replacement}
    details |= noted.rows(connection, (decisions, decisions.c.id == made))
    audit.append(connection, about.reviewer, Verdict.WITHDRAW.value, id, details, hides=True)
    changes.append(connection, [id])


def ever_stopped(catalogue: Catalogue, connection: Connection, id: str) -> bool:
    """Tell whether a reviewer ever refused or withdrew any version of a document."""
    against = (Verdict.REJECT.value, Verdict.WITHDRAW.value)
    query = select(decisions.c.id).where(decisions.c.document_id == id, decisions.c.verdict.in_(against))
    found = connection.execute(query.limit(1)).first() is not None
    return found or any(each.document_id == id for each in catalogue.withdrawal_ledger.all())
