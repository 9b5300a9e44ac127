"""Review: the only way for a document to become public, and to stop being so.

A version is classified (公开属性), examined for truthfulness and for confidentiality, and then approved. Approval
requires that both examinations passed and that the attribute is 主动公开. Otherwise the code refuses it with a
sentence, and a trigger in the database refuses it too.
Each decision is one transaction: the decision, the document's state, an audit event and, if it changes what the
public sees, a row in ``changes``.
The archive does not know that an index exists; that row is the only link.
"""

from dataclasses import replace
from uuid import uuid4

from sqlalchemy import Connection, RowMapping, insert, select, update

from archive.decisions import precheck
from archive.document import Aspect, Disclosure, Outcome, Status, Verdict
from archive.errors import DecisionRefused, UnknownDocument
from archive.store import approvals, audit
from archive.store.catalogue import Catalogue
from archive.store.tables import changes, classifications, decisions, documents, examinations
from archive.store.withdrawal_ledger import Withdrawal

STATUS = {
    Verdict.APPROVE: Status.PUBLISHED,
    Verdict.REJECT: Status.REFUSED,
    Verdict.WITHDRAW: Status.WITHDRAWN,
}
ASPECT_LABELS = {Aspect.TRUTHFULNESS: "真实性", Aspect.CONFIDENTIALITY: "保密性"}


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
        about = _newest(connection, id, version)
        _require(id, person, "标注公开属性必须写明经办人。")
        _require(id, basis, "标注公开属性必须写明依据。")
        if disclosure is Disclosure.WITHHELD:
            _require(id, ground, "不予公开必须写明理由（如“属于国家秘密”“保护第三方合法权益”）。")
        if disclosure is not Disclosure.ACTIVE and about["public_version"] == about["version"]:
            raise DecisionRefused(id, f"第 {about['version']} 版已经公开，请先用 withdraw 撤回。")
        add_classification(connection, id, about["version"], disclosure, person, basis, ground)
        details = {"version": about["version"], "disclosure": disclosure.value, "basis": basis, "ground": ground}
        audit.append(connection, person, "classify", id, details)
        return int(about["version"])


def add_classification(
    connection: Connection, id: str, version: int, disclosure: Disclosure, person: str, basis: str, ground: str = ""
) -> None:
    """Add a classification as a person or a source states it. The caller appends the audit event."""
    connection.execute(
        insert(classifications).values(
            document_id=id,
            version=version,
            disclosure=disclosure.value,
            ground=ground,
            person=person,
            basis=basis,
            decided_at=audit.now(),
        )
    )


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
        about = _newest(connection, id, version)
        _require(id, reviewer, "审查必须写明审查人。")
        _require(id, basis, "审查必须写明依据。")
        if about["public_version"] == about["version"] and outcome is Outcome.FAILED:
            raise DecisionRefused(id, f"第 {about['version']} 版已经公开，请先用 withdraw 撤回。")
        _add_examination(connection, id, about["version"], aspect, outcome, reviewer, basis)
        return int(about["version"])


def _add_examination(
    connection: Connection, id: str, version: int, aspect: Aspect, outcome: Outcome, reviewer: str, basis: str
) -> None:
    found = {"aspect": aspect.value, "outcome": outcome.value, "basis": basis, "rules": precheck.RULES}
    connection.execute(
        insert(examinations).values(document_id=id, version=version, reviewer=reviewer, decided_at=audit.now(), **found)
    )
    audit.append(connection, reviewer, "examine", id, {"version": version, **found})


def decide(
    catalogue: Catalogue,
    id: str,
    verdict: Verdict,
    reviewer: str,
    reason: str = "",
    version: int | None = None,
    replacement: str | None = None,
) -> int:
    """Record a decision about a document's newest version, or withdraw its public one.

    ``version`` is the one the reviewer read. If a newer one has come in meanwhile, the decision is refused.
    ``replacement`` is the document to read instead of a withdrawn one. Returns the version that was decided on. Raises
    UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing(hides=verdict is Verdict.WITHDRAW) as connection:
        if verdict is not Verdict.WITHDRAW:
            return record(connection, id, verdict, reviewer, reason, version)
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
    """Record one person's word for everything that publication requires, and return the version.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        return add_vouching(connection, id, person, basis, version)


def add_vouching(connection: Connection, id: str, person: str, basis: str, version: int | None = None) -> int:
    """Record one person's word for everything that publication requires: attribute, both examinations, approval.

    An attribute that the source states is kept; if it is not 主动公开, the approval is refused. Raises
    UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    about = int(_newest(connection, id, version)["version"])
    _require(id, person, "审查决定必须写明审查人。")
    with connection.begin_nested():
        if disclosure_of(connection, id, about) is None:
            add_classification(connection, id, about, Disclosure.ACTIVE, person, basis)
        for aspect in Aspect:
            _add_examination(connection, id, about, aspect, Outcome.PASSED, person, basis)
        return record(connection, id, Verdict.APPROVE, person, basis)


def record(
    connection: Connection, id: str, verdict: Verdict, reviewer: str, reason: str, version: int | None = None
) -> int:
    """Approve or reject as ``decide`` does, inside the caller's transaction."""
    row = _newest(connection, id, version)
    _require(id, reviewer, "审查决定必须写明审查人。")
    about = int(row["version"])
    status = Status(row["status"])
    if verdict is Verdict.REJECT:
        _require(id, reason, "不予发布必须写明理由。")
        if status is not Status.WAITING:
            hint = "请用 withdraw 撤回。" if status is Status.PUBLISHED else "不在待审状态。"
            raise DecisionRefused(id, f"第 {about} 版{hint}")
    else:
        if status is Status.PUBLISHED:
            raise DecisionRefused(id, f"第 {about} 版已经公开。")
        _check_publishable(connection, id, about)
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
    values: dict[str, object] = {"status": STATUS[verdict].value}
    if verdict is Verdict.APPROVE:
        approvals.seal(connection, audit.keys_of(connection), decision, audit.now())
        values |= {"public_version": about, "public_decision": decision, "public_verdict": verdict.value}
    connection.execute(update(documents).where(documents.c.id == id).values(**values))
    audit.append(connection, reviewer, verdict.value, id, {"version": about, "reason": reason})
    if verdict is Verdict.APPROVE:
        # A refusal does not change what the public sees, so the index needs no update.
        connection.execute(insert(changes).values(document_id=id, at=audit.now()))
    return about


def _newest(connection: Connection, id: str, version: int | None) -> RowMapping:
    row = connection.execute(select(documents).where(documents.c.id == id)).mappings().first()
    if row is None:
        raise UnknownDocument(id)
    if version is not None and version != row["version"]:
        raise DecisionRefused(id, f"已有新版本（第 {row['version']} 版），请审阅后再作决定。")
    return row


def _withdrawal(connection: Connection, id: str, reviewer: str, reason: str, replacement: str | None) -> Withdrawal:
    row = _newest(connection, id, None)
    _require(id, reviewer, "审查决定必须写明审查人。")
    _require(id, reason, "撤回必须写明理由，该理由将向公众显示。")
    if row["public_version"] is None:
        raise DecisionRefused(id, "该文件没有公开，无须撤回。")
    if replacement == id:
        raise DecisionRefused(id, "不能以自身代替自身。")
    if replacement:
        _newest(connection, replacement, None)
    return Withdrawal(uuid4().hex, id, int(row["public_version"]), reviewer, reason, replacement, audit.now())


def _withdraw(connection: Connection, about: Withdrawal) -> None:
    id = about.document_id
    row = _newest(connection, id, None)
    connection.execute(
        insert(decisions).values(
            document_id=id,
            version=about.version,
            verdict=Verdict.WITHDRAW.value,
            reviewer=about.reviewer,
            reason=about.reason,
            decided_at=about.at,
            replacement=about.replacement,
            token=about.token,
        )
    )
    # A newer version under review stays under review.
    values = {"public_version": None, "public_decision": None, "public_verdict": None}
    status = Status.WITHDRAWN.value if row["status"] == Status.PUBLISHED else row["status"]
    connection.execute(update(documents).where(documents.c.id == id).values(status=status, **values))
    details = {"version": about.version, "reason": about.reason, "replacement": about.replacement}
    audit.append(connection, about.reviewer, Verdict.WITHDRAW.value, id, details, hides=True)
    connection.execute(insert(changes).values(document_id=id, at=audit.now()))


def ever_stopped(catalogue: Catalogue, connection: Connection, id: str) -> bool:
    """Tell whether a reviewer ever refused or withdrew any version of a document."""
    query = select(decisions.c.id).where(decisions.c.document_id == id, decisions.c.verdict != Verdict.APPROVE.value)
    found = connection.execute(query.limit(1)).first() is not None
    return found or any(each.document_id == id for each in catalogue.withdrawal_ledger.all())


def _require(id: str, value: str, otherwise: str) -> None:
    if not value.strip():
        raise DecisionRefused(id, otherwise)


def _check_publishable(connection: Connection, id: str, version: int) -> None:
    for aspect in Aspect:
        found = connection.execute(
            select(examinations.c.outcome)
            .where(
                examinations.c.document_id == id,
                examinations.c.version == version,
                examinations.c.aspect == aspect.value,
            )
            .order_by(examinations.c.id.desc())
            .limit(1)
        ).scalar()
        if found != Outcome.PASSED:
            how = "没有通过" if found else "还没有作"
            raise DecisionRefused(id, f"第 {version} 版{how}{ASPECT_LABELS[aspect]}审查，不能公开。")
    disclosure = disclosure_of(connection, id, version)
    if disclosure is None:
        raise DecisionRefused(id, f"第 {version} 版没有标明公开属性，按不公开处理；请先用 classify 标注。")
    if disclosure is not Disclosure.ACTIVE:
        raise DecisionRefused(id, f"公开属性为“{disclosure}”，不能向公众发布。")


def disclosure_of(connection: Connection, id: str, version: int) -> Disclosure | None:
    """Return the disclosure attribute of a version, or None if nobody stated one; then it can't be published."""
    query = select(classifications.c.disclosure).where(
        classifications.c.document_id == id, classifications.c.version == version
    )
    found = connection.execute(query.order_by(classifications.c.id.desc()).limit(1)).scalar()
    return Disclosure(found) if found else None


def ever_restricted(connection: Connection, id: str) -> Disclosure | None:
    """Return the latest attribute other than 主动公开 that any version of a document was given, or None."""
    query = select(classifications.c.disclosure).where(
        classifications.c.document_id == id, classifications.c.disclosure != Disclosure.ACTIVE.value
    )
    found = connection.execute(query.order_by(classifications.c.id.desc()).limit(1)).scalar()
    return Disclosure(found) if found else None
