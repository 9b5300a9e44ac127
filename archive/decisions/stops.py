"""Stops: what the pre-check of a version found, and what persons decided about each finding.

A version with a stop that nobody has settled, without a pre-check, or with one of older rules is not made public. The
database's triggers hold the same (but for the rules, which are the program's). A later pre-check is known by its own
findings; what was decided about a finding that stands there unchanged goes on to hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, insert, select, true

from archive.decisions import acts, precheck
from archive.document import Document, Settlement, Status
from archive.errors import DecisionRefused, PrecheckFailed
from archive.store import audit, noted
from archive.store.catalogue import Catalogue
from archive.store.tables import documents, findings, prechecks, settlements

# Who is named in the audit log for what the program does by itself.
PROGRAM = "gongkai"
# The last pre-check of a version, what was decided of it, and what one found.
_PRECHECKS, _SETTLEMENTS = (
    select(table).where(table.c.document_id == bindparam("id"), table.c.version == bindparam("version")).order_by(order)
    for table, order in ((prechecks, prechecks.c.id.desc()), (settlements, settlements.c.id))
)
_FINDINGS = select(findings).where(findings.c.precheck_id == bindparam("precheck")).order_by(findings.c.number)


@dataclass(frozen=True, slots=True)
class Settled:
    """A person's decision about a finding, and when it was made (ISO 8601, UTC)."""

    settlement: Settlement
    person: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Stored:
    """A finding as it is kept. ``number`` counts from 1 within the pre-check; ``settled`` is None while it is open."""

    id: int
    number: int
    rule: str
    blocks: bool
    place: str
    excerpt: str
    digest: str
    settled: Settled | None

    @property
    def reason(self) -> str:
        return precheck.reason(self.rule)


@dataclass(frozen=True, slots=True)
class Precheck:
    """A pre-check of a version. ``whole`` is false if findings are missing that it says it made."""

    id: int
    rules: str
    found: tuple[Stored, ...]
    whole: bool

    @property
    def open(self) -> tuple[Stored, ...]:
        """The stops that nobody has settled."""
        return tuple(each for each in self.found if each.blocks and each.settled is None)


@dataclass(frozen=True, slots=True)
class Renewed:
    """What a pre-check by new rules changed: what was found by which rules before, and what is new or gone."""

    former: str
    added: int
    gone: int


@dataclass(frozen=True, slots=True)
class Checked:
    """A version and its pre-check; ``renewed`` says what it changed if there was one by other rules."""

    document: Document
    precheck: Precheck
    renewed: Renewed | None


def of(connection: Connection, id: str, version: int) -> Precheck | None:
    """Return the last pre-check of a version; None if it was never made."""
    row = connection.execute(_PRECHECKS, {"id": id, "version": version}).first()
    if row is None:
        return None
    settled: dict[int, Settled] = {}
    for each in connection.execute(_SETTLEMENTS, {"id": id, "version": version}):
        settled[each.finding_id] = Settled(Settlement(each.decision), each.person, each.reason, each.decided_at)
    found = tuple(
        Stored(
            each.id,
            each.number,
            each.rule,
            bool(each.blocks),
            each.place,
            each.excerpt,
            each.digest,
            settled.get(each.id),
        )
        for each in connection.execute(_FINDINGS, {"precheck": row.id})
    )
    return Precheck(row.id, row.rules, found, len(found) == row.found)


def check(catalogue: Catalogue, id: str) -> Checked:
    """Return the pre-check of a document's newest version, making it if there is none by the rules of today.

    Raises UnknownDocument and PrecheckFailed; then nothing is recorded.
    """
    with catalogue.reading() as connection:
        document = catalogue.newest_in(connection, id)
        former = of(connection, id, document.version)
    if former is not None and _holds(former):
        return Checked(document, former, None)
    with catalogue.writing() as connection:
        return bring_up(connection, catalogue.newest_in(connection, id))


def bring_up(connection: Connection, document: Document) -> Checked:
    """Do as ``check`` inside the caller's transaction."""
    former = of(connection, document.id, document.version)
    if former is not None and _holds(former):
        return Checked(document, former, None)
    made = add(connection, document.id, document.version, _found(document))
    if former is None or former.rules == precheck.RULES:
        return Checked(document, made, None)
    before, now = ({each.digest for each in one.found} for one in (former, made))
    return Checked(document, made, Renewed(former.rules, len(now - before), len(before - now)))


def renew(connection: Connection, document: Document, like: int) -> Precheck:
    """Pre-check a version whose files are those of the version ``like`` and in which something was corrected.

    What was decided about a finding there holds for the same finding here. Raises PrecheckFailed.
    """
    return add(connection, document.id, document.version, _found(document), like)


def reread(connection: Connection, document: Document, former: Document) -> Precheck:
    """Pre-check a version that is a new reading of the files of another.

    What was decided about a number of a person holds for the same number in the same file, whatever is read around it
    now, if it stands there as often as before; about anything else, for the same finding. Raises PrecheckFailed.
    """
    found = _found(document)
    before, now = (_numbers(of, each) for of, each in ((former, _found(former)), (document, found)))
    same = {
        newer: older
        for words, digests in now.items()
        if len(digests) == len(before.get(words, ()))
        for newer, older in zip(digests, before[words], strict=True)
    }
    return add(connection, document.id, document.version, found, former.version, same)


def _numbers(document: Document, found: Sequence[precheck.Finding]) -> dict[tuple[object, ...], list[str]]:
    """Map the numbers of persons that were found, by rule and file, to the digests of these findings, in order."""
    digests: dict[tuple[object, ...], list[str]] = {}
    for each in found:
        if each.spot is not None and each.kind in precheck.PERSONAL:
            words = each.kind, each.spot.part, each.spot.concealed, each.spot.words(document)
            digests.setdefault(words, []).append(each.digest)
    return digests


def add(
    connection: Connection,
    id: str,
    version: int,
    found: Sequence[precheck.Finding],
    like: int | None = None,
    same: Mapping[str, str] | None = None,
) -> Precheck:
    """Add a pre-check with its findings and an audit event.

    What was decided about a finding of the one before holds for the same finding in this one; ``like`` is the version
    whose pre-check was before, if it is not this one. ``same`` maps digests of findings to those that they had there.
    """
    former = of(connection, id, version if like is None else like)
    settled = {each.digest: each.settled for each in former.found if each.settled} if former else {}
    known = settled | {newer: settled[older] for newer, older in (same or {}).items() if older in settled}
    at = audit.now()
    row = {"rules": precheck.RULES, "found": len(found), "checked_at": at}
    made = connection.execute(
        insert(prechecks).values(document_id=id, version=version, **row).returning(prechecks.c.id)
    ).scalar_one()
    about = {"document_id": id, "version": version}
    rows = [
        {
            "precheck_id": made,
            "number": number,
            "rule": each.kind.value,
            "blocks": int(each.blocks),
            "place": each.where,
            "excerpt": each.excerpt,
            "digest": each.digest,
            **about,
        }
        for number, each in enumerate(found, 1)
    ]
    if rows:
        connection.execute(insert(findings), rows)
    for finding in _stored(connection, id, version).found if known else ():
        if decided := known.get(finding.digest):
            _add_settlement(connection, finding.id, about, decided)
    told = {"version": version, "rules": precheck.RULES, "found": len(found), "stops": sum(map(_blocks, found))}
    stored = _stored(connection, id, version)
    carried = settlements.c.finding_id.in_([each.id for each in stored.found if each.settled])
    wrote = noted.rows(connection, (prechecks, prechecks.c.id == made), (settlements, carried))
    audit.append(connection, PROGRAM, "precheck", id, told | wrote)
    return stored


def settle(
    catalogue: Catalogue,
    id: str,
    number: int,
    settlement: Settlement,
    person: str,
    reason: str,
    version: int | None = None,
) -> Stored:
    """Record a person's decision about one finding of a document's newest version; the last one counts.

    Raises UnknownDocument and DecisionRefused; then nothing is recorded.
    """
    with catalogue.writing() as connection:
        row = acts.newest(connection, id, version)
        about = int(row["version"])
        name = acts.named(id, person, "处理检查发现必须写明经办人。")
        acts.required(id, reason, "处理检查发现必须写明理由。")
        stored = of(connection, id, about)
        if stored is None or not _holds(stored):
            raise DecisionRefused(id, f"第 {about} 版的发布前检查{_lack(stored)}，请先运行 gongkai review check {id}。")
        finding = next((each for each in stored.found if each.number == number), None)
        if finding is None:
            known = f"共 {len(stored.found)} 处，没有第 {number} 处" if stored.found else "没有发现问题，不用处理"
            raise DecisionRefused(id, f"第 {about} 版的发布前检查{known}。序号见 gongkai review check {id}。")
        if settlement is Settlement.MASKED and _still_there(catalogue, connection, id, finding):
            raise DecisionRefused(
                id, f"第 {number} 处在第 {about} 版中原样存在，没有遮盖。请在文件中遮盖后，按原来源作为新版本接收。"
            )
        settled = Settled(settlement, name, reason.strip(), audit.now())
        made = _add_settlement(connection, finding.id, {"document_id": id, "version": about}, settled)
        told = {"version": about, "number": number, "rule": finding.rule, "place": finding.place}
        told |= {"decision": settlement.value, "reason": settled.reason}
        wrote = noted.rows(connection, (settlements, settlements.c.id == made))
        audit.append(connection, name, "settle", id, told | wrote)
    return finding


def obstacles(connection: Connection, id: str, version: int) -> list[str]:
    """Return a sentence for each reason why the pre-check keeps a version from being made public."""
    stored = of(connection, id, version)
    if stored is None or not _holds(stored):
        return [f"第 {version} 版的发布前检查{_lack(stored)}，请先运行 gongkai review check {id}。"]
    if not stored.open:
        return []
    numbers = "、".join(str(each.number) for each in stored.open[:10]) + ("等" if len(stored.open) > 10 else "")
    how = f"请用 gongkai review check {id} 查看，用 gongkai review settle 逐处处理。"
    return [f"第 {version} 版有 {len(stored.open)} 处拦截没有处理（第 {numbers} 处），不能公开。{how}"]


def count_open(catalogue: Catalogue, status: Status | None = None) -> dict[str, int]:
    """Count the open stops in the newest version of each document that has any, of all or of those in one state."""
    with catalogue.reading() as connection:
        return open_of(connection, true() if status is None else documents.c.status == status.value)


def open_of(connection: Connection, which: ColumnElement[bool]) -> dict[str, int]:
    """Count the open stops in the newest version of each document that has any, of those that are meant."""
    return _count_open(connection, documents.c.version, which)


def public_with_stops(catalogue: Catalogue) -> tuple[int, int]:
    """Count the public documents that were not pre-checked by the rules of today, and those with open stops.

    They are public by decisions of before, or by rules of before, and stay so until a person withdraws them.
    """
    public = _last(documents.c.public_version, true()).where(prechecks.c.rules == precheck.RULES).subquery()
    with catalogue.reading() as connection:
        whole = connection.execute(select(func.count()).where(documents.c.public_version.is_not(None))).scalar_one()
        checked = connection.execute(select(func.count()).select_from(public)).scalar_one()
        return whole - checked, len(_count_open(connection, documents.c.public_version, true()))


def _last(version: ColumnElement[int | None], which: ColumnElement[bool]) -> Select[tuple[str, int]]:
    """The last pre-check of one version of each document that is meant."""
    of_it = and_(documents.c.id == prechecks.c.document_id, version == prechecks.c.version)
    columns = (prechecks.c.document_id, func.max(prechecks.c.id).label("id"))
    return select(*columns).join(documents, of_it).where(which).group_by(prechecks.c.document_id)


def _count_open(
    connection: Connection, version: ColumnElement[int | None], which: ColumnElement[bool]
) -> dict[str, int]:
    last = _last(version, which).subquery()
    settled = select(settlements.c.id).where(settlements.c.finding_id == findings.c.id).exists()
    query = select(findings.c.document_id, func.count()).join(last, last.c.id == findings.c.precheck_id)
    query = query.where(findings.c.blocks == 1, ~settled).group_by(findings.c.document_id)
    return {id: count for id, count in connection.execute(query)}


def _stored(connection: Connection, id: str, version: int) -> Precheck:
    stored = of(connection, id, version)
    if stored is None:
        raise RuntimeError("the database has not what was just written into it")
    return stored


def _found(document: Document) -> tuple[precheck.Finding, ...]:
    try:
        return precheck.findings(document)
    except Exception as error:
        # Whatever it was: what could not be checked is not public, and that is told.
        raise PrecheckFailed(document.id, type(error).__name__) from error


def _holds(stored: Precheck) -> bool:
    return stored.whole and stored.rules == precheck.RULES


def _lack(stored: Precheck | None) -> str:
    if stored is None:
        return "还没有作"
    return f"是按旧规则（{stored.rules}）作的" if stored.whole else "不完整"


def _still_there(catalogue: Catalogue, connection: Connection, id: str, finding: Stored) -> bool:
    found = _found(catalogue.newest_in(connection, id))
    return finding.digest in {each.digest for each in found}


def _blocks(finding: precheck.Finding) -> bool:
    return finding.blocks


def _add_settlement(connection: Connection, finding: int, about: Mapping[str, object], settled: Settled) -> int:
    made = connection.execute(
        insert(settlements)
        .values(
            finding_id=finding,
            decision=settled.settlement.value,
            person=settled.person,
            reason=settled.reason,
            decided_at=settled.at,
            **about,
        )
        .returning(settlements.c.id)
    )
    return int(made.scalar_one())
