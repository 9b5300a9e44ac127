"""Records: every document as a file beside the database, so that the files alone can bring the catalogue back.

One JSON file per document holds all its rows, with a hash over itself. The audit log is kept beside them, one line per
row. Both are updated at the end of each writing transaction, before the caller is told that it is done. What a crash
left out is written when the catalogue is next opened: every action on a document has a row in the audit log, so the log
tells what is missing. (Of a look there is a row too, and its record stays as it is.) A withdrawal does not wait for
that (see ``withdrawal_ledger``), so the files never make more public than it was.
"""

import fcntl
import json
import logging
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Select, Table, bindparam, func, select

from archive.errors import RecordDamaged, RecordDisagrees
from archive.store import audit, canonical, database
from archive.store.blobs import sync_folder
from archive.store.space import naming
from archive.store.tables import (
    attachments,
    classifications,
    corrections,
    decisions,
    documents,
    examinations,
    findings,
    looks,
    objections,
    prechecks,
    relations,
    remedies,
    schedules,
    seals,
    settlements,
    sources,
    validities,
    versions,
)
from archive.store.tables import audit as audit_rows

log = logging.getLogger(__name__)

FORMAT = 3
# Those that are read: the first had no pre-checks and no looks afterwards, the second no corrections, schedules and
# objections.
FORMATS = (1, 2, FORMAT)
# The tables that hold a document besides its own row, in an order that satisfies their references.
PARTS: Sequence[Table] = (
    *(versions, attachments, sources, corrections),
    *(prechecks, findings, settlements, classifications, examinations, decisions, seals, looks),
    *(validities, relations, schedules, objections, remedies),
)
_TAIL = 1 << 16
Row = Mapping[str, object]
Record = Mapping[str, Sequence[Row]]
# Every transaction that writes executes these, most of them for each document; making a statement takes longer than a
# small database takes to answer it.
_ROWS: Mapping[str, Select[Any]] = {
    documents.name: select(documents).where(documents.c.id == bindparam("id")),
    **{
        table.name: select(table).where(table.c.document_id == bindparam("id")).order_by(*table.primary_key.columns)
        for table in PARTS
    },
}
_DOCUMENT = select(documents.c.id).where(documents.c.id == bindparam("id"))
_NEWEST = select(func.max(audit_rows.c.sequence))
_HASH = select(audit_rows.c.hash).where(audit_rows.c.sequence == bindparam("sequence"))
_LATER = select(audit_rows).where(audit_rows.c.sequence > bindparam("since")).order_by(audit_rows.c.sequence)
# In order, so that SQLite goes by the sequence: asked for distinct ids, it goes through those of the whole log.
_TOUCHED = (
    select(audit_rows.c.document_id)
    .where(audit_rows.c.action != audit.VIEW, audit_rows.c.sequence > bindparam("since"))
    .order_by(audit_rows.c.sequence)
)


class Records:
    """The files below one folder. Whoever writes to the catalogue holds ``writing`` for that time.

    The database may be an ``earlier`` version's: then only what its tables have is written.
    """

    def __init__(self, folder: Path, earlier: bool = False) -> None:
        self.folder = folder
        self.earlier = earlier
        self.log = folder / "audit.jsonl"

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Lock out every other writing process and thread."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def behind(self, connection: Connection) -> bool:
        """Tell whether ``follow`` has anything to do."""
        last = self._last()
        newest = connection.execute(_NEWEST).scalar()
        return newest is not None and (last is None or last["sequence"] != newest or not _knows(connection, last))

    def guard(self, connection: Connection, before: Connection, hides: bool) -> None:
        """Compare each document that a transaction touches with its record, as of ``before``. Inside ``writing``.

        Raises RecordDisagrees; a transaction that only ``hides`` documents goes on, and the record is put aside.
        """
        last = self._last()
        since = {"since": -1 if last is None else last["sequence"]}
        for id in dict.fromkeys(filter(None, connection.scalars(_TOUCHED, since))):
            known = before.execute(_DOCUMENT, {"id": id}).first() is not None
            path = self.path(id)
            if not known and not path.exists():
                continue
            try:
                self.check(before, id)
            except RecordDamaged as error:
                if not hides:
                    raise RecordDisagrees(id) from error
                log.error("文件 %s 的档案记录与数据库不一致，原记录保存为 %s。", id, _disagreeing(path).name)
                if path.exists():
                    path.rename(_disagreeing(path))

    def follow(self, connection: Connection) -> int:
        """Bring the files up to date; return how many documents were written. Inside ``writing``. Raises OSError.

        Raises RecordDisagrees, and writes nothing, where a row of the log has no seal. Files from another database, or
        from a later state of this one, are moved aside instead of being overwritten.
        """
        last = self._last()
        with naming(self.folder):
            return self._follow(connection, last)

    def _follow(self, connection: Connection, last: Mapping[str, object] | None) -> int:
        if last is not None and not _knows(connection, last):
            self._put_aside()
            last = None
        since = {"since": -1 if last is None else last["sequence"]}
        lines: list[str] = []
        touched: dict[str, None] = {}
        sealing = last is not None and last["seal"] != ""
        queries, later = _of_earlier(connection) if self.earlier else (_ROWS, _LATER)
        for row in connection.execute(later, since).mappings():
            sealing = sealing or row.get("seal", "") != ""
            if sealing and not audit.may_follow(connection, row):
                raise RecordDisagrees(f"审计日志第 {row['sequence']} 条")
            lines.append(json.dumps(dict(row), ensure_ascii=False))
            if row["document_id"] and row["action"] != audit.VIEW:
                touched[row["document_id"]] = None
        for id in touched:
            self._write(id, _rows(connection, id, queries))
        if lines:
            # Written last, because the log marks how far the records are up to date.
            self._append("".join(f"{line}\n" for line in lines))
        return len(touched)

    def path(self, id: str) -> Path:
        return self.folder / id[:2] / f"{id}.json"

    def ids(self) -> Iterator[str]:
        """Yield the id of every record, in order."""
        for path in sorted(self.folder.glob("??/*.json")):
            yield path.stem

    def read(self, id: str) -> dict[str, list[dict[str, object]]]:
        """Return a document's rows by table, as they were in the database. Raises RecordDamaged."""
        try:
            kept = json.loads(self.path(id).read_text(encoding="utf-8"))
            rows, digest, form = kept["rows"], kept["sha256"], kept["format"]
        except FileNotFoundError as error:
            raise RecordDamaged(id, "缺失") from error
        except (OSError, ValueError, RecursionError, KeyError, TypeError) as error:
            raise RecordDamaged(id, "读不出") from error
        if form not in FORMATS:
            raise RecordDamaged(id, f"格式 {form} 不是本程序的格式 {FORMAT}")
        if digest != canonical.digest(rows):
            raise RecordDamaged(id, "内容与其哈希不符")
        return {table.name: [_typed(table, row) for row in rows.get(table.name, ())] for table in (documents, *PARTS)}

    def check(self, connection: Connection, id: str) -> None:
        """Compare a document's record with the database. Inside ``writing``. Raises RecordDamaged."""
        kept, found = self.read(id), _rows(connection, id)
        for table in (documents, *PARTS):
            rows = [_typed(table, row) for row in found[table.name]]
            for own, row in zip_longest(kept[table.name], rows):
                # An older record lacks the columns that later versions of the program added.
                if not own or not row or any(row[name] != value for name, value in own.items()):
                    raise RecordDamaged(id, f"与数据库的 {table.name} 不一致")

    def check_log(self, connection: Connection) -> None:
        """Compare the audit log kept here with the database. Inside ``writing``. Raises RecordDamaged."""
        rows = connection.execute(select(audit_rows).order_by(audit_rows.c.sequence)).mappings()
        for number, (kept, row) in enumerate(zip_longest(self.events(), map(dict, rows)), 1):
            if kept != row:
                raise RecordDamaged(self.log.name, f"第 {number} 行与数据库不一致")

    def aside(self) -> list[Path]:
        """Return what ``follow`` and ``guard`` moved aside."""
        return [
            *sorted(self.folder.parent.glob(f"{self.folder.name}-*")),
            *sorted(self.folder.glob("??/*.disagrees-*")),
        ]

    def events(self) -> Iterator[dict[str, object]]:
        """Yield the audit log's rows in order, without a last line that was cut off. Raises RecordDamaged."""
        try:
            lines = self.log.read_bytes().split(b"\n")[:-1]
        except FileNotFoundError:
            return
        for number, line in enumerate(lines, 1):
            try:
                # Rows from before the seals don't have one.
                yield {"seal": "", **_typed(audit_rows, json.loads(line))}
            except (ValueError, RecursionError) as error:
                raise RecordDamaged(self.log.name, f"第 {number} 行读不出") from error

    def _write(self, id: str, rows: Record) -> None:
        path = self.path(id)
        if not path.parent.exists():
            path.parent.mkdir(parents=True)
            sync_folder(self.folder)
        fresh = path.with_suffix(".new")
        with fresh.open("w", encoding="utf-8") as out:
            kept = {"format": FORMAT, "sha256": canonical.digest(rows), "rows": rows}
            json.dump(kept, out, ensure_ascii=False, indent=1)
            out.flush()
            os.fsync(out.fileno())
        fresh.replace(path)
        sync_folder(path.parent)

    def _append(self, lines: str) -> None:
        fresh = not self.log.exists()
        with self.log.open("ab") as out:
            out.truncate(self._whole())
            out.write(lines.encode())
            out.flush()
            os.fsync(out.fileno())
        if fresh:
            sync_folder(self.folder)

    def _whole(self) -> int:
        """Return how many bytes of the log are whole lines."""
        with self.log.open("rb") as log:
            size = at = log.seek(0, os.SEEK_END)
            while at:
                begin = max(0, at - _TAIL)
                log.seek(begin)
                found = log.read(at - begin).rfind(b"\n")
                if found >= 0:
                    return begin + found + 1
                at = begin
        return 0 if size else size

    def _last(self) -> dict[str, object] | None:
        """Return the sequence number, hash and seal of the log's last whole row, or None."""
        if not self.log.exists() or not (whole := self._whole()):
            return None
        tail = min(whole, _TAIL)
        with self.log.open("rb") as log:
            while True:
                log.seek(whole - tail)
                lines = log.read(tail).split(b"\n")
                if len(lines) > 2 or tail == whole:
                    break
                tail = min(whole, tail * 4)
        try:
            row = json.loads(lines[-2])
            return {"sequence": int(row["sequence"]), "hash": str(row["hash"]), "seal": str(row.get("seal", ""))}
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            raise RecordDamaged(self.log.name, "最后一行读不出") from error

    def _put_aside(self) -> None:
        name = f"{self.folder.name}-{datetime.now(UTC):%Y%m%d-%H%M%S}"
        aside = self.folder.with_name(name)
        log.warning("数据库比档案记录旧，或不是同一个数据库：原有的档案记录移到 %s。", aside)
        aside.mkdir()
        # The folder itself stays, because its lock is held.
        for path in self.folder.iterdir():
            if path.name != "lock":
                path.rename(aside / path.name)
        sync_folder(self.folder.parent)


def _disagreeing(path: Path) -> Path:
    return path.with_name(f"{path.name}.disagrees-{datetime.now(UTC):%Y%m%d-%H%M%S}")


def _knows(connection: Connection, last: Mapping[str, object]) -> bool:
    return connection.execute(_HASH, {"sequence": last["sequence"]}).scalar() == last["hash"]


def _of_earlier(connection: Connection) -> tuple[Mapping[str, Select[Any]], Select[Any]]:
    """Return the statements for a document's rows and for the log, with the columns that an earlier version has."""
    queries = {
        table.name: _ROWS[table.name].with_only_columns(*columns)
        for table in (documents, *PARTS)
        if (columns := database.columns_there(connection, table))
    }
    return queries, _LATER.with_only_columns(*database.columns_there(connection, audit_rows))


def _rows(connection: Connection, id: str, queries: Mapping[str, Select[Any]] = _ROWS) -> Record:
    """Return a document's rows by table, in a form that JSON accepts."""
    return {
        name: [
            {column: value.isoformat() if isinstance(value, date) else value for column, value in row.items()}
            for row in connection.execute(query, {"id": id}).mappings()
        ]
        for name, query in queries.items()
    }


def _typed(table: Table, row: Mapping[str, object]) -> dict[str, object]:
    """Return a row in the form that the database accepts; columns missing from it get their defaults."""
    return {
        column.name: date.fromisoformat(value)
        if isinstance(value := row[column.name], str) and column.type.python_type is date
        else value
        for column in table.columns
        if column.name in row
    }
