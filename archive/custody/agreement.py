"""Whether the database says what the audit log says was done.

The log is sealed, so whoever can write to the database alone can change a decision's row but not its event. Each
function yields a Chinese sentence for what differs. All of it is small and read every night.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Table, select

from archive.chinese import personal
from archive.document import PUBLISHING, Aspect, Disclosure, Status, Verdict
from archive.errors import WithdrawalsDamaged
from archive.store import audit
from archive.store.tables import (
    changes,
    classifications,
    corrections,
    decisions,
    documents,
    examinations,
    looks,
    relations,
    settlements,
    validities,
    versions,
)
from archive.store.withdrawal_ledger import WithdrawalLedger

_PUBLISHED = (*PUBLISHING, Verdict.WITHDRAW)
# Rows that an early program's approvals were turned into (migration 0002), without events: by what rules, and by whom.
_CARRIED_OVER, _SOURCE = "0", "来源"
# Within how much time an act writes its change and its event.
_NEAR = timedelta(minutes=10)
_Row = tuple[object, ...]


@dataclass(frozen=True)
class _Said:
    """What an event says of the row that was written with it: columns by the names of its details, and who did it."""

    name: str
    table: Table
    person: Column[str]
    columns: Mapping[str, Column[Any]]
    # What the event has with personal identifiers masked besides what is typed, and the row has whole. Events of before
    # have it whole, too.
    masked: frozenset[str] = frozenset()

    def events(self, connection: Connection, action: str) -> set[_Row]:
        # An event of the same name without these details is about something else (a file that was looked at).
        return {
            (event.document_id, event.actor, *(self._told(name, event.details[name]) for name in self.columns))
            for event in audit.events(connection, actions=[action])
            if event.details.keys() >= self.columns.keys()
        }

    def rows(self, connection: Connection) -> set[_Row]:
        query = select(self.table.c.document_id, self.person, *self.columns.values()).where(self.person != "")
        return {
            (row[0], row[1], *(self._told(name, value) for name, value in zip(self.columns, row[2:], strict=True)))
            for row in connection.execute(query)
        }

    def _told(self, name: str, value: object) -> object:
        if name in self.masked and isinstance(value, str):
            return personal.masked(value)
        return str(value) if isinstance(value, date) else audit.as_kept(name, value)


def _said(name: str, table: Table, person: str, *columns: str, **renamed: str) -> _Said:
    names = dict.fromkeys(columns) | renamed
    return _Said(name, table, table.c[person], {key: table.c[column or key] for key, column in names.items()})


_SAID = {
    "classify": _said("公开属性", classifications, "person", "version", "disclosure", "ground", "basis"),
    "examine": _said("审查", examinations, "reviewer", "version", "aspect", "outcome", "basis", "rules"),
    "settle": _said("拦截处理", settlements, "person", "version", "decision", "reason"),
    "look": _said("复看", looks, "person", "version", "outcome", "reason"),
    "validity": _said("效力登记", validities, "person", "validity", "since", "until", "by_id", "reason"),
    "correct": replace(
        _said("更正", corrections, "person", "version", "field", "before", "after", "reason"),
        masked=frozenset({"before", "after"}),
    ),
    "relation": _said("关系", relations, "person", "kind", "stage", relation="id", target="target_id"),
}


def decided(connection: Connection) -> Iterator[str]:
    """Hold decisions, and what they rest on, against the events by which they were made."""
    for id, version in audit.undecided(connection):
        yield f"文件 {id} 第 {version} 版的决定与审计日志不一致，其中之一被改动过。"
    for action, said in _SAID.items():
        known, there = said.events(connection, action), said.rows(connection)
        without = there - known
        if without and action in _IMPLIED:
            without -= _IMPLIED[action](connection)
        for id in sorted({str(row[0]) for row in without | (known - there)}):
            yield f"文件 {id} 的{said.name}与审计日志不一致，其中之一被改动过。"


def _examined(connection: Connection) -> set[_Row]:
    """Return the examinations that approvals of the first program were turned into."""
    return {
        (
            *(event.document_id, event.actor, event.details.get("version"), aspect, "passed"),
            *(audit.as_kept("reason", reason), _CARRIED_OVER),
        )
        for event in audit.events(connection, actions=PUBLISHING)
        if (reason := event.details.get("reason")) is not None
        for aspect in Aspect
    }


def _classified(connection: Connection) -> set[_Row]:
    """Return the attributes that earlier versions of the program gave without an event of their own.

    A version had the one that it states from whoever brought it in. A person who vouched for it or took it over gave
    it 主动公开 with the same words.
    """
    of = versions.c
    stated = {tuple(row) for row in connection.execute(select(of.document_id, of.version, of.disclosure))}
    brought, words = set(), set()
    for event in audit.events(connection, actions=("receive", "examine", *PUBLISHING)):
        about = event.document_id, event.details.get("version"), event.actor
        if event.action == "receive":
            brought.add(about)
        else:
            name = "basis" if event.action == "examine" else "reason"
            words.add((*about, audit.as_kept(name, event.details.get(name))))
    found: set[_Row] = set()
    for row in _SAID["classify"].rows(connection):
        id, person, version, disclosure, _, basis = row
        by_source = person == _SOURCE or (id, version, person) in brought
        vouched = disclosure == Disclosure.ACTIVE and (id, version, person, basis) in words
        if vouched or (by_source and (id, version, disclosure) in stated):
            found.add(row)
    return found


_IMPLIED = {"classify": _classified, "examine": _examined}


def shown(connection: Connection) -> Iterator[str]:
    """Hold what is public against the last decision about each document, and withdrawals against nothing else."""
    last: dict[str, tuple[int, str, int]] = {}
    query = select(decisions.c.document_id, decisions.c.version, decisions.c.verdict, decisions.c.id)
    for id, version, verdict, decision in connection.execute(query.order_by(decisions.c.id)):
        if verdict in _PUBLISHED:
            last[id] = version, verdict, decision
    of = documents.c
    for row in connection.execute(select(of.id, of.public_version, of.public_decision).order_by(of.id)):
        version, verdict, decision = last.get(row.id, (None, "", None))
        should = (version, decision) if verdict in PUBLISHING else (None, None)
        if should == (row.public_version, row.public_decision):
            continue
        if should[0] is None:
            yield f"文件 {row.id} 列为公开，而最后的决定不是公开。"
        elif row.public_version is None:
            yield f"文件 {row.id} 第 {version} 版已决定公开，而数据库里没有列为公开，公众看不到。"
        else:
            yield f"文件 {row.id} 应公开第 {version} 版，而数据库里列为公开的不是由那个决定公开的。"


def standing(connection: Connection) -> Iterator[str]:
    """Hold what the database says of each document as a whole against its versions and the decisions about them."""
    statuses = _statuses(connection)
    of, own = versions.c, documents.c
    made: dict[str, _Row] = {}
    first: dict[str, str] = {}
    for id, version, at in connection.execute(select(of.document_id, of.version, of.received_at).order_by(of.version)):
        made[id] = version, first.setdefault(id, at), statuses.get((id, version), Status.WAITING).value
    query = select(own.id, own.version, own.received_at, own.status)
    there = {id: (version, at, status) for id, version, at, status in connection.execute(query)}
    for id in sorted(made.keys() | there.keys()):
        if made.get(id) != there.get(id):
            yield (
                f"文件 {id} 在数据库里的版本号、状态或收入时间与它的各版本和决定不一致，被改动过。"
                "请查明谁能写数据库，再从备份恢复，或用 rebuild-catalogue 重建。"
            )
    verdicts = {row.id: row.verdict for row in connection.execute(select(decisions.c.id, decisions.c.verdict))}
    for id, decision, verdict in connection.execute(select(own.id, own.public_decision, own.public_verdict)):
        if verdicts.get(decision) != verdict:
            yield f"文件 {id} 列为公开所依据的决定与数据库里的决定不一致，被改动过。"


def _statuses(connection: Connection) -> dict[tuple[str, int], Status]:
    """Return what the decisions about each version left it in; one without any waits."""
    found: dict[tuple[str, int], Status] = {}
    of = decisions.c
    for id, version, verdict in connection.execute(select(of.document_id, of.version, of.verdict).order_by(of.id)):
        if verdict != Verdict.WITHDRAW:
            found[id, version] = Status.REFUSED if verdict == Verdict.REJECT else Status.PUBLISHED
        elif found.get((id, version)) is Status.PUBLISHED:
            found[id, version] = Status.WITHDRAWN
    return found


def withdrawn(connection: Connection, ledger: WithdrawalLedger) -> Iterator[str]:
    """Hold withdrawals against the ledger, both ways."""
    try:
        kept = {each.token: each for each in ledger.all()}
    except WithdrawalsDamaged as error:
        yield str(error)
        return
    query = select(decisions).where(decisions.c.token.is_not(None)).order_by(decisions.c.id)
    for row in connection.execute(query).mappings():
        noted = kept.get(row["token"])
        if noted is None:
            yield f"撤回登记中没有文件 {row['document_id']} 的撤回，请从备份恢复 {ledger.path.name}。"
            continue
        # A withdrawal that was applied again is of the version that was public then.
        there = (row["document_id"], row["reviewer"], row["reason"], row["replacement"], row["decided_at"])
        if there != (noted.document_id, noted.reviewer, noted.reason, noted.replacement, noted.at):
            yield f"文件 {row['document_id']} 的撤回与撤回登记不一致，其中之一被改动过。"


def followed(connection: Connection) -> Iterator[str]:
    """Tell which documents lack a row of ``changes``, by which an index, a feed and a harvester learn of them.

    The log tells how often each one changed since the catalogue was last rebuilt. There may be more rows, not fewer.
    Each was written with an event, whose time tells a row with another date.
    """
    public: set[str] = set()
    expected: Counter[str] = Counter()
    acts: list[datetime] = []
    for event in audit.events(connection, actions=("rebuild", *_PUBLISHED, "validity", "relation", "turn")):
        id = event.document_id or ""
        acts += _instant(event.at)
        if event.action == "rebuild":
            # A rebuilt catalogue begins with one row for each public document.
            damaged = event.details.get("damaged")
            public -= {*damaged} if isinstance(damaged, list) else set()
            expected = Counter(public)
        elif event.action in _PUBLISHED:
            (public.discard if event.action == Verdict.WITHDRAW else public.add)(id)
            expected[id] += 1
        elif event.action == "validity" and id in public:
            expected[id] += 1
        elif event.action == "relation" and event.details.get("stage") == "confirmed":
            both = {id, str(event.details.get("target"))}
            expected.update(both if both <= public else ())
        elif event.action == "turn":
            turned = event.details.get("documents")
            expected.update(turned if isinstance(turned, list) else ())
    known = set(connection.scalars(select(documents.c.id)))
    there = Counter(connection.scalars(select(changes.c.document_id)))
    for id in sorted(known & (expected - there).keys()):
        yield (
            f"文件 {id} 的变更记录缺少 {expected[id] - there[id]} 条，索引、订阅和采集方会漏掉它的变化。"
            "请查明谁能写数据库，再从备份恢复，或用 rebuild-catalogue 重建。"
        )
    acts.sort()
    for row in connection.execute(select(changes).order_by(changes.c.sequence)).mappings():
        if not _is_near(acts, row["at"]):
            yield (
                f"文件 {row['document_id']} 的变更记录（{row['sequence']}）的时间与审计日志不一致，被改动过。"
                "请查明谁能写数据库，再从备份恢复，或用 rebuild-catalogue 重建。"
            )


def _is_near(acts: list[datetime], at: str) -> bool:
    for instant in _instant(at):
        place = bisect_left(acts, instant - _NEAR)
        return place < len(acts) and acts[place] <= instant + _NEAR
    return False


def _instant(at: str) -> list[datetime]:
    """Return the instant that a row says; nothing if an edit has spoilt it."""
    try:
        return [datetime.fromisoformat(at).astimezone(UTC)]
    except ValueError:
        return []
