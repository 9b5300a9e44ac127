"""Indexes by which the desk finds events and what waits, also where the archive is large."""

from collections.abc import Sequence

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None
_LISTED = ["document_id", "version", "title", "number", "issuer", "genre", "written_on", "received_at", "brought_by"]


def upgrade() -> None:
    op.create_index("ix_audit_document_id", "audit", ["document_id"])
    # A name may be longer than what the ordered indexes of PostgreSQL take.
    op.create_index("ix_audit_actor", "audit", ["actor"], postgresql_using="hash")
    op.create_index("ix_audit_action_at", "audit", ["action", "at"])
    op.create_index("ix_audit_at", "audit", ["at"])
    op.create_index("ix_decisions_forced", "decisions", ["forced"])
    if op.get_bind().dialect.name == "sqlite":
        # It reads the rows with their texts otherwise. PostgreSQL keeps long texts apart.
        op.create_index("ix_versions_column", "versions", ["column"])
        op.create_index("ix_versions_listed", "versions", _LISTED)
