"""What acts leave behind besides versions and decisions, as the sealed audit log knows it row by row.

These are where a document came from, what it states of others, what its pre-checks found and how that was settled, the
times set for its publication, what it was sent back for and put right, and each decision with what it rests on. The
event of an act tells a hash of each row that it wrote. The last event about a row counts, so an edit stays told
whatever is done to the document later.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, select, true

from archive.document import PUBLISHING
from archive.store import audit, canonical
from archive.store.catalogue import Catalogue
from archive.store.held import ACTOR, TAKEN_OVER, TakenOver, disagrees
from archive.store.tables import (
    classifications,
    corrections,
    decisions,
    documents,
    examinations,
    findings,
    looks,
    metadata,
    objections,
    prechecks,
    relations,
    remedies,
    schedules,
    settlements,
    sources,
    validities,
)

# The detail of an event that tells it; of a ``hold`` event, by document.
ROWS = "noted"
# The detail of the first event of a document, and of a ``hold`` event: of which tables the log knows all its rows.
EDITION = "noting"
# Both tell a person nothing.
DETAILS = (ROWS, EDITION)
_TELLING = (
    *("receive", "correct", "copy", "uncopy", "relation", "precheck", "settle", "reject", "remedy", "withdraw"),
    *("schedule", "unschedule", "not_published", "classify", "examine", "look", "validity", *PUBLISHING),
)
_FIRST = {
    sources: "来源登记",
    relations: "关系",
    prechecks: "发布前检查",
    settlements: "拦截处理",
    schedules: "定时公开",
    objections: "退回意见",
    remedies: "退回意见的改正",
}
# The log has known these since the second edition.
_SECOND = {
    classifications: "公开属性",
    examinations: "审查",
    decisions: "决定",
    looks: "复看",
    validities: "效力登记",
    corrections: "更正",
}
_NAMES = _FIRST | _SECOND
_NEWEST = 2
# To be told with the first event of a document.
WHOLE: dict[str, object] = {EDITION: _NEWEST}
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


def rows(
    connection: Connection, *which: tuple[Table, ColumnElement[bool]], also: Mapping[str, object] | None = None
) -> dict[str, object]:
    """Return the detail of an event that tells the rows of tables which satisfy a condition; none if there are none.

    The details in ``also`` may tell rows of the same act, which are told with them.
    """
    more = (also or {}).get(ROWS)
    told = {**more} if isinstance(more, dict) else {}
    told |= {key: digest for each in which for key, (_, digest) in _rows(connection, *each).items()}
    return {ROWS: told} if told else {}


def gone(table: Table, key: object) -> dict[str, object]:
    """Return the detail of an event that tells that a row was taken away."""
    return {ROWS: {f"{table.name} {key}": None}}


class Known:
    """What the log says of these rows, and of which tables it knows all of a document."""

    def __init__(self, connection: Connection) -> None:
        self._rows: dict[str, tuple[str, str | None]] = {}
        self._keys: dict[str, set[str]] = {}
        self._edition: dict[str, int] = {}
        for event in audit.events(connection, actions=(*_TELLING, TAKEN_OVER)):
            told = event.details.get(ROWS)
            # An event of the first edition says no number, and one of before has no rows.
            edition = int(str(event.details.get(EDITION, 1 if ROWS in event.details else 0)))
            rows = told if isinstance(told, dict) else {}
            if event.action == TAKEN_OVER:
                for id, each in rows.items():
                    self._edition[id] = edition
                    self._learn(id, each)
                continue
            id = event.document_id or ""
            if event.action == "receive" and event.details.get("version") == 1:
                self._edition[id] = edition
            self._learn(id, rows)

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
            name, _, which = key.partition(" ")
            table = metadata.tables[name]
            if key not in self._rows and table not in self._known(of):
                silent[of] = None
                continue
            yield Difference(of, f"文件 {of} 的{_NAMES[table]}（{which}）{_CHANGED}")
        for of in silent:
            yield Difference(of, f"文件 {of} 的经办记录{_EARLIER}", unknown=True)

    def unknown(self, connection: Connection) -> list[str]:
        """Return the documents of an earlier program of which the log does not know all rows."""
        ids = connection.scalars(select(documents.c.id).order_by(documents.c.id))
        return [id for id in ids if self._edition.get(id, 0) < _NEWEST]

    def of_earlier(self, connection: Connection, id: str) -> dict[str, str]:
        """Return the rows of a document that the log does not know, as a ``hold`` event tells them."""
        there: _Rows = {}
        for table in _NAMES.keys() - self._known(id):
            there |= _rows(connection, table, table.c.document_id == id)
        return {key: digest for key, (_, digest) in sorted(there.items()) if key not in self._rows}

    def _known(self, id: str) -> Collection[Table]:
        """Return the tables of which the log knows all rows of a document."""
        return ((), _FIRST, _NAMES)[min(self._edition.get(id, 0), _NEWEST)]


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
            audit.append(connection, ACTOR, TAKEN_OVER, None, {ROWS: batch, **WHOLE})
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
            canonical.digest({"row": _plain(row), "inner": inner.get(row[key.name], [])})[:_DIGITS],
        )
        for row in connection.execute(select(table).where(which)).mappings()
    }


def _plain(row: Mapping[str, Any] | RowMapping) -> dict[str, object]:
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
