"""Seals of approvals and of the audit log."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "seals",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("decision_id", sa.Integer, sa.ForeignKey("decisions.id"), nullable=False),
        sa.Column("text", sa.String(64), nullable=False),
        sa.Column("metadata", sa.String(64), nullable=False),
        sa.Column("files", sa.String(64), nullable=False),
        sa.Column("seal", sa.String(128), nullable=False),
        sa.Column("sealed_at", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_seals_document_id", "seals", ["document_id"])
    op.create_index("ix_seals_decision_id", "seals", ["decision_id"])
    for table in ("audit", "audit_head"):
        op.add_column(table, sa.Column("seal", sa.String(128), nullable=False, server_default=""))
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TRIGGER seals_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON seals"
            " FOR EACH STATEMENT EXECUTE FUNCTION history_is_only_added_to()"
        )
        return
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER seals_no_{what.lower()} BEFORE {what} ON seals"
            " BEGIN SELECT RAISE(ABORT, 'seals is history and is only added to'); END"
        )
