"""The catalogue's database, opened: its tables brought up, its transactions, and the files that follow each of them."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from enum import Enum
from pathlib import Path

from sqlalchemy import (
    Connection,
    text,
)
from sqlalchemy.exc import SQLAlchemyError

from archive.chinese import dates
from archive.errors import (
    BadSettings,
    CatalogueDamaged,
    CatalogueLost,
    GongkaiError,
    KeyUnusable,
    NotMigrated,
    NotRecorded,
    RecordDisagrees,
)
from archive.reasons import why
from archive.store import audit, database, migrations
from archive.store.folder import KEYS
from archive.store.records import Records
from archive.store.seals import Seals
from archive.store.space import disk_full
from archive.store.withdrawal_ledger import WithdrawalLedger

log = logging.getLogger(__name__)

_ADVISORY_LOCK = 0x676F6E67


class Earlier(Enum):
    """What to do with an earlier version's database. While it is KEPT, only its backup may be made."""

    REFUSED = 0
    KEPT = 1
    BROUGHT_UP = 2


class Transactions:
    """A connection pool to the catalogue's database; opening an empty one makes its tables, and keys for its seals.

    The contents are also kept in files below ``folder`` (``records``, ``withdrawals``), from which the database can be
    rebuilt. ``keys`` is the folder of the keys, by default ``keys`` below ``folder``. ``today`` gives the day on which
    validity is judged. ``earlier`` says what to do with an earlier version's database. Raises BadSettings, NotMigrated.
    Raises CatalogueLost for an empty database beside such files, unless ``empty`` says that it should
    be.
    """

    def __init__(
        self,
        url: str,
        folder: Path,
        today: Callable[[], date] = dates.office_today,
        empty: bool = False,
        keys: Path | None = None,
        earlier: Earlier = Earlier.REFUSED,
    ) -> None:
        self._folder = folder
        self.keys = Seals(keys or folder / KEYS)
        self.withdrawal_ledger = WithdrawalLedger(folder / "withdrawals.jsonl")
        self.records = Records(folder / "records")
        self.today = today
        self._engine = database.engine(url)
        parsed = self._engine.url
        try:
            # Files tell of documents, so a database without tables is not this archive's: nothing is made in it.
            known = not empty and self.records.log.exists()
            if known and database.is_absent_file(parsed):
                raise CatalogueLost(str(folder))
            if not self._bring_up(earlier, known):
                self.records = Records(self.records.folder, earlier=True)
                return
            with self.reading() as connection:
                behind = self.records.behind(connection)
                nothing = audit.head(connection) == (0, audit.GENESIS)
            if nothing and known:
                raise CatalogueLost(str(folder))
            if nothing and not self.keys.exist() and not self.records.log.exists():
                self.keys.make()
            if behind:
                with self.records.writing():
                    problem = self._catch_up()
                # On a full disk it is for a later command to write them.
                if isinstance(problem, NotRecorded) and not disk_full(problem, folder):
                    raise problem
        except BaseException as error:
            self.close()
            if isinstance(error, UnicodeDecodeError):
                # SQLite's error message quotes bytes of the damaged database.
                raise CatalogueDamaged from error
            if not isinstance(error, SQLAlchemyError):
                raise
            file = parsed.database if parsed.get_backend_name() == "sqlite" else None
            if full := disk_full(error, Path(file).parent if file else folder, database.shown(parsed)):
                raise full from error
            raise BadSettings(
                f"打不开数据库（{database.shown(parsed)}）。请核对 GONGKAI_DATABASE_URL、文件夹和权限，"
                "以及数据库服务器是否在运行。"
            ) from error

    def _bring_up(self, earlier: Earlier, known: bool) -> bool:
        """Make the tables that the database lacks. Return False for one that is kept as an earlier version left it."""
        with self.reading() as connection:
            if migrations.is_current(connection):
                return True
            migrations.refuse_newer(connection)
            begun = migrations.has_begun(connection)
        if known and not begun:
            raise CatalogueLost(str(self._folder))
        if begun and earlier is Earlier.REFUSED:
            raise NotMigrated
        if begun and earlier is Earlier.KEPT:
            return False
        with self._transaction() as connection:
            migrations.upgrade(connection)
        return True

    def expected_triggers(self) -> dict[str, str]:
        """Return what the triggers of a new database of this kind do, by name."""
        return migrations.expected_triggers(self._engine)

    def close(self) -> None:
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Open one consistent view of the catalogue. Raises CatalogueDamaged for contents that can't be decoded."""
        with self._engine.connect().execution_options(**{audit.KEYS: self.keys}) as connection:
            if connection.dialect.name == "postgresql":
                # By default each statement sees whatever has been committed before it.
                connection.execution_options(isolation_level="REPEATABLE READ")
            try:
                with connection.begin():
                    yield connection
            except ValueError as error:
                # Invalid characters, dates or JSON.
                raise CatalogueDamaged from error

    @contextmanager
    def writing(self, hides: bool = False) -> Iterator[Connection]:
        """Open the only writing transaction: committed and recorded on exit, rolled back on error.

        A document that it touches must still be what its record says: what was changed behind the archive's back is
        never written into a record. Raises RecordDisagrees for such a document. What only ``hides`` documents is done
        nevertheless, and the record put aside. Raises NotRecorded when it was committed but could not be recorded; a
        later one brings the files up to date.
        """
        with self.records.writing():
            if (problem := self._catch_up()) and not hides:
                raise disk_full(problem, self._folder) or problem
            with self._transaction() as connection:
                yield connection
                with self.reading() as before:
                    self.records.guard(connection, before, hides)
            if not hides:
                self._record()
            elif isinstance(problem := self._catch_up(), NotRecorded):
                raise problem

    def record(self) -> None:
        """Bring the files up to date with the database. Raises NotRecorded."""
        with self.records.writing():
            self._record()

    def _record(self) -> None:
        try:
            with self.reading() as connection:
                self.records.follow(connection)
        except (OSError, SQLAlchemyError) as error:
            full = disk_full(error, self.records.folder)
            raise NotRecorded(str(full or why(error))) from error

    def _catch_up(self) -> GongkaiError | None:
        """Record what an interrupted process left out. Return, and log, why that can't be done; inside ``writing``.

        What is committed holds anyway.
        """
        try:
            with self.reading() as connection:
                behind = self.records.behind(connection)
            if behind:
                self._record()
        except (RecordDisagrees, KeyUnusable, NotRecorded) as error:
            log.error("档案记录没有更新：%s", error)
            return error
        return None

    @contextmanager
    def _transaction(self) -> Iterator[Connection]:
        with (
            self._engine.connect().execution_options(writes=True, **{audit.KEYS: self.keys}) as connection,
            connection.begin(),
        ):
            if connection.dialect.name == "postgresql":
                # Sequence numbers of ``changes`` must become visible in order.
                connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ADVISORY_LOCK})
            yield connection
