"""The registers beside that of requests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# What no row of a table suffers.
_KEPT = {"book_entries": ("DELETE",), "book_events": ("UPDATE", "DELETE")}


def upgrade() -> None:
    op.create_table(
        "book_entries",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("book", sa.String(16), nullable=False),
        sa.Column("number", sa.String(80), nullable=False),
        sa.Column("year", sa.Integer),
        sa.Column("serial", sa.Integer),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("last", sa.Integer, nullable=False),
        sa.UniqueConstraint("book", "number", name=op.f("uq_book_entries_book_number")),
        sa.UniqueConstraint("book", "year", "serial", name=op.f("uq_book_entries_book_serial")),
    )
    op.create_table(
        "book_events",
        sa.Column("entry_id", sa.String(32), sa.ForeignKey("book_entries.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("account", sa.String(64), nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.Column("personal", sa.JSON, nullable=False),
        sa.Column("batch", sa.String(32), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
    )
    op.create_index("ix_book_events_batch", "book_events", ["batch"])
    op.create_table(
        "book_persons",
        sa.Column("entry_id", sa.String(32), sa.ForeignKey("book_entries.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("field", sa.String(32), primary_key=True),
        sa.Column("key", sa.String(8), nullable=False, index=True),
        sa.Column("sealed", sa.Text, nullable=False),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        op.execute(
            "CREATE OR REPLACE FUNCTION books_are_kept() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN RAISE EXCEPTION 'the registers are only added to'; END $$"
        )
    for table, kept in _KEPT.items():
        for what in kept:
            name = f"{table}_no_{what.lower()}"
            if postgresql:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {what} ON {table}"
                    " FOR EACH STATEMENT EXECUTE FUNCTION books_are_kept()"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {what} ON {table}"
                    " BEGIN SELECT RAISE(ABORT, 'the registers are only added to'); END"
                )
