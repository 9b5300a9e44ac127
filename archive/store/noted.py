"""What acts leave behind besides versions and decisions, as the sealed audit log knows it row by row.

These are where a document came from, what it states of others, what its pre-checks found and how that was settled, the
times set for its publication, and what it was sent back for and put right. The event of an act tells a hash of each
row that it wrote. The last event about a row counts, so an edit stays told whatever is done to the document later.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Table, select, true

from archive.document import PUBLISHING
from archive.store import audit, canonical
from archive.store.catalogue import Catalogue
from archive.store.held import ACTOR, TAKEN_OVER, TakenOver, disagrees
from archive.store.tables import (
    documents,
    findings,
    metadata,
    objections,
    prechecks,
    relations,
    remedies,
    schedules,
    settlements,
    sources,
)

# The detail of an event that tells it; of a ``hold`` event, by document.
ROWS = "noted"
_TELLING = (
    *("receive", "correct", "copy", "uncopy", "relation", "precheck", "settle", "reject", "remedy"),
    *("schedule", "unschedule", "not_published", *PUBLISHING),
)
_NAMES = {
    sources: "来源登记",
    relations: "关系",
    prechecks: "发布前检查",
    settlements: "拦截处理",
    schedules: "定时公开",
    objections: "退回意见",
    remedies: "退回意见的改正",
}
# Enough that nobody finds another row with the same one.
_DIGITS = 32
_BATCH = 200
_CHANGED = "与审计日志不一致，其中之一被改动过。请查明谁能写数据库，再从备份恢复。"
_EARLIER = "由较早的程序写入，审计日志没有登记，改动了也查不出。请运行 gongkai migrate 登记。"
_Rows = dict[str, tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Difference:
    """A row that is not what the log says. ``unknown`` if an earlier program wrote it and the log is silent."""

    id: str
    sentence: str
    unknown: bool = False


def rows(connection: Connection, *which: tuple[Table, ColumnElement[bool]]) -> dict[str, object]:
    """Return the detail of an event that tells the rows of tables which satisfy a condition; none if there are none."""
    told = {key: digest for each in which for key, (_, digest) in _rows(connection, *each).items()}
    return {ROWS: told} if told else {}


def gone(table: Table, key: object) -> dict[str, object]:
    """Return the detail of an event that tells that a row was taken away."""
    return {ROWS: {f"{table.name} {key}": None}}


class Known:
    """What the log says of these rows, and of which documents it knows all of them."""

    def __init__(self, connection: Connection) -> None:
        self._rows: dict[str, tuple[str, str | None]] = {}
        self._keys: dict[str, set[str]] = {}
        self._whole: set[str] = set()
        for event in audit.events(connection, actions=(*_TELLING, TAKEN_OVER)):
            told = event.details.get(ROWS)
            if not isinstance(told, dict):
                continue
            if event.action == TAKEN_OVER:
                self._whole |= told.keys()
                for id, each in told.items():
                    self._learn(id, each)
                continue
            id = event.document_id or ""
            if event.action == "receive" and event.details.get("version") == 1:
                self._whole.add(id)
            self._learn(id, told)

    def _learn(self, id: str, told: Mapping[str, str | None]) -> None:
        for key, digest in told.items():
            former = self._rows.get(key)
            if former:
                self._keys[former[0]].discard(key)
            self._rows[key] = id, digest
            self._keys.setdefault(id, set()).add(key)

    def differences(self, connection: Connection, id: str | None = None) -> Iterator[Difference]:
        """Hold every row against the log, or those of one document."""
        there: _Rows = {}
        silent: dict[str, None] = {}
        for table in _NAMES:
            there |= _rows(connection, table, true() if id is None else table.c.document_id == id)
        for key in sorted(there.keys() | (self._rows.keys() if id is None else self._keys.get(id, set()))):
            of, said = self._rows.get(key, (there.get(key, ("",))[0], None))
            if there.get(key, (of, None)) == (of, said):
                continue
            if key not in self._rows and of not in self._whole:
                silent[of] = None
                continue
            name, _, which = key.partition(" ")
            yield Difference(of, f"文件 {of} 的{_NAMES[metadata.tables[name]]}（{which}）{_CHANGED}")
        for of in silent:
            yield Difference(of, f"文件 {of} 的经办记录{_EARLIER}", unknown=True)

    def unknown(self, connection: Connection) -> list[str]:
        """Return the documents of an earlier program of which the log does not know all rows."""
        ids = connection.scalars(select(documents.c.id).order_by(documents.c.id))
        return [id for id in ids if id not in self._whole]

    def of_earlier(self, connection: Connection, id: str) -> dict[str, str]:
        """Return the rows of a document that the log does not know, as a ``hold`` event tells them."""
        there: _Rows = {}
        for table in _NAMES:
            there |= _rows(connection, table, table.c.document_id == id)
        return {key: digest for key, (_, digest) in there.items() if key not in self._rows}


def is_whole(catalogue: Catalogue) -> bool:
    """Tell whether the log knows all rows of every document, also of those that an earlier program brought in."""
    with catalogue.reading() as connection:
        return not Known(connection).unknown(connection)


def take_over(catalogue: Catalogue) -> TakenOver:
    """Let the log know the rows of an earlier program, but for documents that disagree with their record."""
    refused: list[str] = []
    found: dict[str, dict[str, str]] = {}
    with catalogue.writing() as connection:
        known = Known(connection)
        for id in known.unknown(connection):
            if disagrees(catalogue, connection, id):
                refused.append(id)
            else:
                found[id] = known.of_earlier(connection, id)
        ids = [*found]
        for start in range(0, len(ids), _BATCH):
            batch = {id: found[id] for id in ids[start : start + _BATCH]}
            audit.append(connection, ACTOR, TAKEN_OVER, None, {ROWS: batch})
    return TakenOver(len(found), tuple(refused))


def _rows(connection: Connection, table: Table, which: ColumnElement[bool]) -> _Rows:
    """Return the document and the digest of each row, by the table and the key."""
    (key,) = table.primary_key.columns
    # A pre-check is told together with what it found.
    inner: dict[int, list[Mapping[str, object]]] = {}
    if table is prechecks:
        on = findings.join(prechecks, prechecks.c.id == findings.c.precheck_id)
        query = select(findings).select_from(on).where(which).order_by(findings.c.id)
        for row in connection.execute(query).mappings():
            inner.setdefault(row["precheck_id"], []).append(dict(row))
    return {
        f"{table.name} {row[key.name]}": (
            str(row["document_id"]),
            canonical.digest({"row": dict(row), "inner": inner.get(row[key.name], [])})[:_DIGITS],
        )
        for row in connection.execute(select(table).where(which)).mappings()
    }
