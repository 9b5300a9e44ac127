"""Alembic's migrations of the catalogue; ``upgrade`` brings a database to this program's tables.

Another database has scripts of its own, with a table of its own that says which of them it has.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, column, create_engine, inspect, select, table, text

from archive.errors import BadSettings


@dataclass(frozen=True)
class Scripts:
    """The migrations of one database: the folder with them, and the table that says which of them it has."""

    folder: Path
    table: str

    @property
    def config(self) -> Config:
        config = Config()
        config.set_main_option("script_location", str(self.folder).replace("%", "%%"))
        config.attributes["table"] = self.table
        return config

    @property
    def directory(self) -> ScriptDirectory:
        return _directory(self)

    def revision(self, connection: Connection) -> str | None:
        if not inspect(connection).has_table(self.table):
            return None
        return connection.execute(select(column("version_num")).select_from(table(self.table))).scalar()


@cache
def _directory(scripts: Scripts) -> ScriptDirectory:
    """Read a folder of migrations once: each database that is opened is compared with them."""
    return ScriptDirectory.from_config(scripts.config)


CATALOGUE = Scripts(Path(__file__).parent, "alembic_version")


def is_current(connection: Connection, scripts: Scripts = CATALOGUE) -> bool:
    """Tell whether a database has this program's tables, without writing anything."""
    return scripts.revision(connection) == scripts.directory.get_current_head()


def has_begun(connection: Connection) -> bool:
    """Tell whether a database has tables of any version of this program."""
    return CATALOGUE.revision(connection) is not None


def refuse_newer(connection: Connection, scripts: Scripts = CATALOGUE) -> None:
    """Raise BadSettings for a database that a newer program has made."""
    current = scripts.revision(connection)
    if current is not None and current not in {script.revision for script in scripts.directory.walk_revisions()}:
        raise BadSettings(f"数据库由更新版本的程序建立（{current}），请升级程序后再运行。")


def upgrade(connection: Connection, scripts: Scripts = CATALOGUE) -> None:
    """Apply missing migrations inside the caller's transaction. Raises BadSettings for a newer database."""
    refuse_newer(connection, scripts)
    config = scripts.config
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def triggers(connection: Connection) -> dict[str, str]:
    """Return what each trigger of a database does, by name; one that is put out of action says so."""
    if connection.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
    else:
        query = (
            "SELECT t.tgname AS name, concat_ws(' ', c.relname, t.tgtype, t.tgenabled, p.prosrc) AS sql"
            " FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid"
            " WHERE NOT t.tgisinternal AND c.relnamespace = current_schema()::regnamespace"
        )
    return {str(row.name): str(row.sql) for row in connection.execute(text(query))}


def expected_triggers(engine: Engine) -> dict[str, str]:
    """Return what the triggers of a new database do, by name: one is made, read and given up again."""
    if engine.dialect.name == "sqlite":
        return _expected_of_sqlite()
    with engine.connect() as connection:
        connection.execute(text("CREATE SCHEMA gongkai_expected"))
        connection.execute(text("SET LOCAL search_path TO gongkai_expected"))
        upgrade(connection)
        found = triggers(connection)
        connection.rollback()
        return found


@cache
def _expected_of_sqlite() -> dict[str, str]:
    with create_engine("sqlite://").begin() as connection:
        upgrade(connection)
        return triggers(connection)
