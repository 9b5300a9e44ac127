"""Letters on requests, and the numbers that they were given."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0006"
down_revision: str | None = "0005"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# What no row of a table suffers. Of a number it may be told later that it is void, and nothing else.
_KEPT = {
    "request_letters": ("UPDATE", "DELETE"),
    "letter_numbers": (
        "UPDATE OF pattern, year, serial, number, request_id, event, kind, at, person",
        "DELETE",
    ),
}


def upgrade() -> None:
    op.create_table(
        "request_letters",
        sa.Column("request_id", sa.String(32), sa.ForeignKey("requests.id"), primary_key=True),
        sa.Column("event", sa.Integer, primary_key=True),
        sa.Column("letter", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("number", sa.String(40), nullable=False),
        sa.Column("dated", sa.String(10), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("sent", sa.Boolean, nullable=False),
        sa.Column("replaces", sa.Integer),
        sa.UniqueConstraint("request_id", "letter", "version"),
    )
    op.create_table(
        "letter_numbers",
        sa.Column("pattern", sa.String(200), primary_key=True),
        sa.Column("year", sa.Integer, primary_key=True),
        sa.Column("serial", sa.Integer, primary_key=True),
        sa.Column("number", sa.String(40), nullable=False, unique=True),
        sa.Column("request_id", sa.String(32), sa.ForeignKey("requests.id"), nullable=False),
        sa.Column("event", sa.Integer, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("voided", sa.Integer),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table, kept in _KEPT.items():
        for what in kept:
            name = f"{table}_no_{what.split()[0].lower()}"
            if postgresql:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {what} ON {table}"
                    " FOR EACH STATEMENT EXECUTE FUNCTION requests_are_kept()"
                )
            else:
                op.execute(
                    f"CREATE TRIGGER {name} BEFORE {what} ON {table}"
                    " BEGIN SELECT RAISE(ABORT, 'the register of requests is only added to'); END"
                )
