"""Objections: what is wrong where in a version that was sent back, and who said that it was put right."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "objections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("wrong", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.CheckConstraint("trim(person) <> '' AND trim(wrong) <> ''", name="by_a_person"),
        sa.ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
        sa.UniqueConstraint("id", "document_id", "version", name="uq_objections_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_objections_document_id", "objections", ["document_id"])
    op.create_table(
        "remedies",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("objection_id", sa.Integer, nullable=False),
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.CheckConstraint("trim(person) <> ''", name="by_a_person"),
        sa.ForeignKeyConstraint(
            ["objection_id", "document_id", "version"],
            ["objections.id", "objections.document_id", "objections.version"],
        ),
        sa.UniqueConstraint("objection_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_remedies_document_id", "remedies", ["document_id"])
    for table in ("objections", "remedies"):
        if op.get_bind().dialect.name == "postgresql":
            op.execute(
                f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
                " FOR EACH STATEMENT EXECUTE FUNCTION history_is_only_added_to()"
            )
            continue
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is history and is only added to'); END"
            )
