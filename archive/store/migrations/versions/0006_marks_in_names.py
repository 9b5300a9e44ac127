"""Marks in a name make no other person, as the program has it (``archive/decisions/persons.py``): 张·三 is 张三."""

from collections.abc import Sequence
from importlib import import_module

from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Marks that stay in a name as it is kept. SQLite's parser takes no more calls within each other than this makes.
MARKS = "·.-'(),、/&"

_former = import_module("archive.store.migrations.versions.0004_stops_and_four_eyes")


def folded_in_sqlite(name: str) -> str:
    folded: str = _former.folded_in_sqlite(name)
    for mark in MARKS:
        folded = f"replace({folded}, char({ord(mark)}), '')"
    return folded


def folded_in_postgresql(name: str) -> str:
    marks = "".join(f"\\u{ord(mark):04x}" for mark in MARKS)
    return f"regexp_replace({_former.folded_in_postgresql(name)}, '[{marks}]', '', 'g')"


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    folded = folded_in_sqlite if sqlite else folded_in_postgresql
    for name, table, condition, why in _former.refusals(folded, _former.not_plain_in_sqlite() if sqlite else ""):
        if sqlite:
            op.execute(f"DROP TRIGGER {name}")
            op.execute(_former.refusal_in_sqlite(name, table, condition, why))
        else:
            op.execute(_former.refusal_in_postgresql(name, condition, why))
