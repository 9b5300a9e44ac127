"""Publication: what must hold before a version becomes public, and the one place where that is written.

An approval needs both examinations, the attribute 主动公开, every stop settled, and a person who had no hand in it
before. Where there is no other person it may be forced, for a reason, and is then looked at (see ``afterwards``).
A takeover of what a portal had made public is an act of its own: it needs neither examinations nor a second person,
passes no open stop, and undoes no reviewer's decision. The database's triggers refuse whatever is not so.
"""

from collections.abc import Mapping

from sqlalchemy import Connection, func, insert, select, update

from archive.chinese.dates import office_today
from archive.decisions import acts, four_eyes, grounds, stops
from archive.document import Outcome, Status, Verdict
from archive.errors import DecisionRefused
from archive.store import approvals, audit, changes, noted
from archive.store.tables import (
    classifications,
    decisions,
    documents,
    examinations,
    findings,
    prechecks,
    settlements,
    versions,
)

# The tables of the review, in the order in which their rows rest on each other.
GROUNDS = (prechecks, findings, settlements, classifications, examinations)


def approve(
    connection: Connection,
    id: str,
    reviewer: str,
    reason: str,
    version: int | None = None,
    forced: bool = False,
    along: Mapping[str, object] | None = None,
) -> int:
    """Make a document's newest version public. Return the version.

    ``forced`` lets one person approve who brought it in or examined it; the ``reason`` must then be said. The event
    tells ``along`` too. Raises UnknownDocument, and DecisionRefused with all that stands in the way; then nothing is
    recorded.
    """
    row = acts.newest(connection, id, version)
    about = int(row["version"])
    person = acts.named(id, reviewer, "审查决定必须写明审查人。")
    if row["status"] == Status.PUBLISHED:
        raise DecisionRefused(id, f"第 {about} 版已经公开。")
    in_the_way = obstacles(connection, id, about, person, forced)
    if forced and not reason.strip():
        in_the_way.append("一人批准（--force）必须写明理由。")
    if in_the_way:
        raise DecisionRefused(id, "".join(in_the_way))
    # What another person could have approved is no forced approval.
    alone = bool(four_eyes.objections(connection, id, about, person))
    _publish(connection, id, about, Verdict.APPROVE, person, reason, alone, along or {})
    return about


def obstacles(connection: Connection, id: str, version: int, person: str, forced: bool = False) -> list[str]:
    """Return a sentence for each reason why ``person`` can't approve a version now; none if nothing is in the way."""
    found = [*grounds.unexamined(connection, id, version), *grounds.closed(connection, id, version)]
    found += _ended(connection, id, version)
    found += withdrawn(connection, id, version)
    found += stops.obstacles(connection, id, version)
    alone = four_eyes.objections(connection, id, version, person)
    if alone and not forced:
        found.append(
            f"批准公开的须是另一人：第 {version} 版{'、'.join(alone)}。"
            "本单位只有一人的，可用 --force 并写明理由，事后须由另一人复看。"
        )
    return found


def _ended(connection: Connection, id: str, version: int) -> list[str]:
    about = (versions.c.document_id == id) & (versions.c.version == version)
    until = connection.execute(select(versions.c.public_until).where(about)).scalar()
    if until is None or until >= office_today():
        return []
    return [f"第 {version} 版的公开截止日期 {until} 已经过去，不能公开；要公开的，请先更正公开截止日期。"]


def withdrawn(connection: Connection, id: str, version: int) -> list[str]:
    """Return why a new reading can't be approved if what it reads was withdrawn: its files are the same."""
    former = four_eyes.read_again(connection, id, version)
    own = (decisions.c.document_id == id) & decisions.c.version.in_(former)
    query = select(decisions.c.version, decisions.c.verdict).where(own).order_by(decisions.c.id)
    # The last decision about each counts.
    last = {row.version: row.verdict for row in connection.execute(query)} if former else {}
    gone = [each for each in former if last.get(each) == Verdict.WITHDRAW]
    return [
        f"第 {version} 版是第 {each} 版原件的重新读取，第 {each} 版已经撤回，不能由此再公开；"
        "要重新公开的，请送来改过的文件，重新审查。"
        for each in gone[:1]
    ]


def take_over(connection: Connection, id: str, person: str, ground: str) -> int:
    """Make public what was already public elsewhere, on the word of ``person``. Return the version.

    The caller sees to the pre-check, and that no reviewer withdrew or restricted the document. Raises DecisionRefused.
    """
    row = acts.newest(connection, id, None)
    about = int(row["version"])
    if row["status"] == Status.PUBLISHED:
        raise DecisionRefused(id, f"第 {about} 版已经公开。")
    name = acts.named(id, person, "接收既有公开信息必须写明经办人。")
    in_the_way = [*grounds.closed(connection, id, about), *_ended(connection, id, about)]
    in_the_way += stops.obstacles(connection, id, about)
    failed = select(examinations.c.id).where(
        examinations.c.document_id == id,
        examinations.c.version == about,
        examinations.c.outcome == Outcome.FAILED.value,
    )
    if connection.execute(failed.limit(1)).first():
        in_the_way.append(f"第 {about} 版曾审查为不通过，须经审查后批准。")
    if four_eyes.SETTLED in four_eyes.deeds(connection, id, about, name):
        in_the_way.append(f"第 {about} 版有拦截由{name}处理，须由另一人审查后批准。")
    if in_the_way:
        raise DecisionRefused(id, "".join(in_the_way))
    _publish(connection, id, about, Verdict.TAKE_OVER, name, ground, False, {})
    return about


def _publish(
    connection: Connection,
    id: str,
    version: int,
    verdict: Verdict,
    person: str,
    reason: str,
    forced: bool,
    along: Mapping[str, object],
) -> None:
    """Write the decision that makes a version public, and all that follows from it."""
    decision = connection.execute(
        insert(decisions)
        .values(
            document_id=id,
            version=version,
            verdict=verdict.value,
            reviewer=person,
            reason=reason,
            decided_at=audit.now(),
            forced=int(forced),
            rests_on=resting(connection, id),
        )
        .returning(decisions.c.id)
    ).scalar_one()
    approvals.seal(connection, audit.keys_of(connection), [decision], audit.now())
    public = {"public_version": version, "public_decision": decision, "public_verdict": verdict.value}
    connection.execute(update(documents).where(documents.c.id == id).values(status=Status.PUBLISHED.value, **public))
    told: dict[str, object] = {"version": version, "reason": reason, **along} | ({"forced": True} if forced else {})
    told |= noted.rows(connection, (decisions, decisions.c.id == decision), also=along)
    audit.append(connection, person, verdict.value, id, told)
    changes.append(connection, [id])


def resting(connection: Connection, id: str) -> dict[str, int]:
    """Return the last id of each table of a document's review: what a decision made now can rest on.

    A rebuild puts rows back up to there before the decision, whatever the clock said.
    """
    return {
        table.name: connection.execute(select(func.max(table.c.id)).where(table.c.document_id == id)).scalar() or 0
        for table in GROUNDS
    }
