"""What every act of a person on a document begins with: which version it is about, and who acts."""

from sqlalchemy import Connection, RowMapping, select

from archive.decisions import persons
from archive.errors import DecisionRefused, UnknownDocument
from archive.plain import one_line
from archive.store.tables import documents


def newest(connection: Connection, id: str, version: int | None) -> RowMapping:
    """Return the row of a document. Raises UnknownDocument, and DecisionRefused if ``version`` is not its newest."""
    row = connection.execute(select(documents).where(documents.c.id == id)).mappings().first()
    if row is None:
        raise UnknownDocument(id)
    if version is not None and version != row["version"]:
        raise DecisionRefused(id, f"已有新版本（第 {row['version']} 版），请审阅后再作决定。")
    return row


def named(id: str, name: str, otherwise: str) -> str:
    """Return a person's name as it is kept. Raises DecisionRefused with the sentence ``otherwise`` if there is none."""
    kept = persons.written(name)
    required(id, kept, otherwise)
    return kept


def required(id: str, value: str, otherwise: str) -> None:
    """Raise DecisionRefused with the sentence ``otherwise`` if nothing is said that can be seen."""
    if not one_line(value).strip():
        raise DecisionRefused(id, otherwise)
