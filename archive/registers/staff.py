"""The staff's database: accounts, sessions and what they write. The public process has no way to it."""

import json
import os
import tempfile
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import Column, Connection, Table, func, insert, inspect, select, update

from archive.errors import BackupDamaged, KeyUnusable
from archive.registers.books import tables as _books  # noqa: F401  # so that a backup has them
from archive.registers.migrations import STAFF
from archive.registers.requests import tables as _requests  # noqa: F401  # so that a backup has them
from archive.registers.staff_tables import accounts, metadata, paper_codes, sessions, sign_ins, traced, traces
from archive.store import database, migrations
from archive.store.catalogue import Catalogue
from archive.store.seals import Key, Seals
from archive.store.space import need

_VARIABLE = "GONGKAI_STAFF_DATABASE_URL"
# What a backup has of it, beside the files that staff wrote.
DUMP = "staff.jsonl"
# How many rows of it are in memory together.
_AT_ONCE = 20
# Bytes: what SQLite keeps of a transaction in memory, 2 MB, is written when it is kept.
_ROOM = 3 << 20
_FOR = b"gongkai staff secrets 1"


class Staff:
    """The staff's database at a URL. ``keys`` are the archive's: secrets are encrypted by a key derived from them.

    Opening brings its tables up to this version. Raises BadSettings, KeyUnusable for the first secret.
    """

    def __init__(self, url: str, keys: Seals) -> None:
        self.keys = keys
        self._engine = database.engine(url, _VARIABLE)
        file = self._engine.url.database
        if self._engine.dialect.name == "sqlite" and file:
            # Only the desk's user reads it, whatever the umask says.
            os.close(os.open(file, os.O_CREAT | os.O_RDWR, 0o600))
            Path(file).chmod(0o600)
        with self.reading() as connection:
            current = migrations.is_current(connection, STAFF)
        if not current:
            with self.writing() as connection:
                migrations.upgrade(connection, STAFF)

    def close(self) -> None:
        self._engine.dispose()

    def dump(self, file: Path) -> int:
        """Write what a backup takes into a file of JSON lines; return how many rows."""
        with self.reading() as connection:
            return _dump(connection, file)

    def load(self, file: Path) -> dict[str, int | None]:
        """Bring back what ``dump`` wrote, and return how many rows by table. Raises BackupDamaged.

        A table that has rows, as one of a server's database may, stays as it is: None instead of its number, unless
        they are these, which a restore that was killed had brought.
        """
        tables = {table.name: table for table in _kept()}
        brought: dict[str, int | None] = dict.fromkeys(tables, 0)
        with self.writing() as connection:
            # The rows of a table stand together. Letters and what proves their delivery are large, and come few by few.
            for name, rows in groupby(_rows(file, tables), key=itemgetter(0)):
                table = tables[name]
                filled = connection.execute(select(table).limit(1)).first() is not None
                told = (row for _, row in rows)
                while batch := [*islice(told, _AT_ONCE)]:
                    if filled and not all(_has(connection, table, row) for row in batch):
                        brought[name] = None
                    elif not filled:
                        connection.execute(insert(table), batch)
                    if (count := brought[name]) is not None:
                        brought[name] = count + len(batch)
                if filled and brought[name] != connection.execute(select(func.count()).select_from(table)).scalar():
                    brought[name] = None
            if connection.dialect.name == "postgresql":
                for table in (paper_codes, sign_ins):
                    highest = select(func.coalesce(func.max(table.c.id), 0) + 1).scalar_subquery()
                    connection.execute(select(func.setval(f"{table.name}_id_seq", highest, False)))
        return brought

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open one consistent view."""
        with self._engine.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Open a transaction that writes: it is kept as a whole or not at all."""
        with self._engine.connect().execution_options(writes=True) as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SELECT pg_advisory_xact_lock(1735289199)")
            yield connection

    @contextmanager
    def logging(self, catalogue: Catalogue) -> Iterator[Connection]:
        """Open the audit log for what a transaction of this database does: the last thing before both are kept.

        The log is kept first. So that no full disk keeps it alone, there must be room for the other, too. Raises
        DiskFull.
        """
        file = self._engine.url.database
        if self._engine.dialect.name == "sqlite" and file:
            need(Path(file), _ROOM)
        with catalogue.writing() as log:
            yield log

    def leave_no_trace(self) -> None:
        """Let what was deleted, and overwritten in the file, be gone from the log beside it (``-wal``), too.

        SQLite keeps the pages of before there while others, as the desk, have the database open. Over PostgreSQL a
        vacuum does it.
        """
        if self._engine.dialect.name == "sqlite":
            # Not within a transaction, which every other connection begins.
            with closing(self._engine.raw_connection()) as connection:
                connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").close()

    def encrypted(self, secret: str) -> str:
        return _cipher(self.keys.private()).encrypt(secret.encode()).decode()

    def decrypted(self, secret: str) -> str | None:
        """Return a secret, or None if it was encrypted under another key of the archive."""
        cipher = _cipher(self.keys.private())
        # While a key is replaced it is there twice: encrypted by that key and by the one to come.
        for token in secret.split():
            with suppress(InvalidToken):
                return cipher.decrypt(token.encode()).decode()
        return None

    def encrypt_anew(self, *coming: Key) -> None:
        """Encrypt second factors by the key in force and by keys that are ``coming``: whichever stays reads them.

        What can't be read, by a key that is lost, stays as it is.
        """
        try:
            ciphers = [_cipher(key) for key in (self.keys.private(), *coming)]
        except KeyUnusable:
            return
        with self.writing() as connection:
            rows = connection.execute(select(accounts.c.id, accounts.c.secret).where(accounts.c.secret.is_not(None)))
            for id, kept in rows.all():
                if secret := self.decrypted(kept):
                    anew = " ".join(cipher.encrypt(secret.encode()).decode() for cipher in ciphers)
                    connection.execute(update(accounts).where(accounts.c.id == id).values(secret=anew))


def _cipher(key: Key) -> Fernet:
    own = key.signing.private_bytes_raw()
    return Fernet(urlsafe_b64encode(HKDF(SHA256(), 32, salt=None, info=_FOR).derive(own)))


def is_there(url: str) -> bool:
    """Tell whether a staff's database has been made, without making one."""
    with _as_it_is(url) as connection:
        return connection is not None


def holds_anything(url: str) -> bool:
    """Tell whether a staff's database has anything that a backup takes."""
    with _as_it_is(url) as connection:
        return connection is not None and any(
            connection.execute(select(*columns).limit(1)).first() is not None for _, columns in _there(connection)
        )


def dump(url: str, file: Path) -> int:
    """Write what a backup takes of a staff's database, as it is, also that of an earlier version; return how many rows.

    Where there is no database nothing is made, and no file written.
    """
    with _as_it_is(url) as connection:
        return 0 if connection is None else _dump(connection, file)


def _dump(connection: Connection, file: Path) -> int:
    count = 0
    with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False) as made:
        for name, columns in _there(connection):
            for row in connection.execute(select(*columns)).mappings():
                made.write(json.dumps({"table": name, "row": dict(row)}, ensure_ascii=False) + "\n")
                count += 1
        made.flush()
        os.fsync(made.fileno())
    Path(made.name).replace(file)
    return count


@contextmanager
def _as_it_is(url: str) -> Iterator[Connection | None]:
    """Open a view of a staff's database without bringing it up; None if it has not been made."""
    opened = database.engine(url, _VARIABLE)
    try:
        if database.is_absent_file(opened.url):
            yield None
            return
        with opened.connect() as connection, connection.begin():
            yield connection if inspect(connection).has_table(accounts.name) else None
    finally:
        opened.dispose()


def _there(connection: Connection) -> Iterator[tuple[str, list[Column[Any]]]]:
    """Yield the tables that a backup takes with their columns, as far as the database, maybe of before, has them."""
    for table in _kept():
        if columns := database.columns_there(connection, table):
            yield table.name, columns


def _kept() -> list[Table]:
    """Return the tables that a backup has, each after those that it refers to.

    Whoever is signed in signs in again, and what is computed from the archive is computed again.
    """
    return [table for table in metadata.sorted_tables if table not in (sessions, traces, traced)]


def _has(connection: Connection, table: Table, row: dict[str, object]) -> bool:
    """Tell whether a table has a row of a backup as that tells it."""
    columns = [table.c[name] for name in row if name in table.c]
    key = [column == row.get(column.name) for column in table.primary_key.columns]
    found = connection.execute(select(*columns).where(*key)).mappings().first()
    return found is not None and json.loads(json.dumps(dict(found))) == row


def _rows(file: Path, tables: Collection[str]) -> Iterator[tuple[str, dict[str, object]]]:
    """Yield the rows that ``dump`` wrote, each with its table. Raises BackupDamaged."""
    # At line feeds only: what somebody typed may have others, as U+2028.
    with file.open(encoding="utf-8", newline="\n") as lines:
        try:
            for line in lines:
                if line.strip("\n"):
                    said = json.loads(line)
                    if said["table"] not in tables:
                        raise KeyError(said["table"])
                    yield said["table"], dict(said["row"])
        except (ValueError, RecursionError, KeyError, TypeError) as error:
            raise BackupDamaged(file.name, "有一行不能识别") from error


def now() -> datetime:
    return datetime.now(UTC)


def instant(at: datetime) -> str:
    """Write an instant as the tables keep it: ISO 8601, UTC, microseconds, so that text sorts as time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")
