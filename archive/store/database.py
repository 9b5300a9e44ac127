"""The way to the catalogue's database: SQLite, or PostgreSQL."""

import json
from pathlib import Path
from typing import Any

from sqlalchemy import Column, Connection, Engine, Table, create_engine, event, inspect, select
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from archive.errors import BadSettings
from archive.store.tables import documents


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def holds_documents(url: str) -> bool:
    """Tell whether a database has any document; one that is not there is not made. Raises BadSettings."""
    opened = engine(url)
    try:
        if is_absent_file(opened.url):
            return False
        with opened.connect() as connection:
            there = inspect(connection).has_table(documents.name)
            return there and connection.execute(select(documents.c.id).limit(1)).first() is not None
    finally:
        opened.dispose()


def columns_there(connection: Connection, table: Table) -> list[Column[Any]]:
    """Return the columns of a table that a database has, which may be an earlier version's; [] without the table."""
    known = inspect(connection)
    if not known.has_table(table.name):
        return []
    names = {column["name"] for column in known.get_columns(table.name)}
    return [column for column in table.columns if column.name in names]


def engine(url: str, variable: str = "GONGKAI_DATABASE_URL") -> Engine:
    """Prepare the way to a database, without opening it. Raises BadSettings, which names the ``variable``."""
    try:
        parsed = make_url(url)
        if parsed.drivername == "postgresql":
            parsed = parsed.set(drivername="postgresql+psycopg")
        made = create_engine(parsed, json_serializer=_json)
    except (ArgumentError, ImportError) as error:
        raise BadSettings(
            f"{variable} 无法使用，请核对：SQLite 写作 sqlite:////文件夹/catalogue.sqlite3，"
            "PostgreSQL 写作 postgresql://用户@主机/库。"
        ) from error
    if parsed.get_backend_name() == "sqlite":
        _prepare_sqlite(made)
    return made


def shown(url: URL) -> str:
    """Return a database's address without what may be secret in it: the password, and what follows a "?"."""
    return url.set(query={}).render_as_string()


def _prepare_sqlite(engine: Engine) -> None:
    """Set WAL with full sync, enforced references, and writers that take their lock before they read."""

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event below says BEGIN, not the driver
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=60000"):
            connection.execute(f"PRAGMA {pragma}").close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def is_absent_file(url: URL) -> bool:
    """Tell whether a database is a file of SQLite that opening would make."""
    return url.get_backend_name() == "sqlite" and bool(url.database) and not Path(str(url.database)).exists()
