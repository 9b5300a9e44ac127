"""Schedules: what was approved for a time that was still to come, and what became of that."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("publish_at", sa.String(32), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("boot", sa.String(64), nullable=False),
        sa.Column("uptime", sa.Integer, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.CheckConstraint("stage IN ('set', 'cancelled', 'refused', 'done')", name="stage"),
        sa.CheckConstraint("trim(person) <> ''", name="by_a_person"),
        sa.ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_schedules_document_id", "schedules", ["document_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER schedules_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON schedules"
            " FOR EACH STATEMENT EXECUTE FUNCTION history_is_only_added_to()"
        )
        return
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER schedules_no_{what.lower()} BEFORE {what} ON schedules"
            " BEGIN SELECT RAISE(ABORT, 'schedules is history and is only added to'); END"
        )
