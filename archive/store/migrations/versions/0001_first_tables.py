"""The first tables: documents, versions, attachments, sources, decisions, audit, changes."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

APPROVAL = (
    ["public_decision", "id", "public_version", "public_verdict"],
    ["id", "document_id", "version", "verdict"],
)


def upgrade() -> None:
    # documents and decisions refer to each other. SQLite accepts a reference to a table created later, but can't add
    # one afterwards; other databases are the other way round.
    name = "fk_documents_public_decision"
    inline = op.get_bind().dialect.name == "sqlite"
    theirs = [f"decisions.{column}" for column in APPROVAL[1]]
    approval = [sa.ForeignKeyConstraint(APPROVAL[0], theirs, name=name)] if inline else []
    op.create_table(
        "documents",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        sa.Column("public_version", sa.Integer),
        sa.Column("public_decision", sa.Integer),
        sa.Column("public_verdict", sa.String(16)),
        sa.Column("received_at", sa.String(32), nullable=False),
        sa.CheckConstraint("status IN ('waiting', 'published', 'refused', 'withdrawn')", name="status"),
        sa.CheckConstraint(
            "(public_version IS NULL AND public_decision IS NULL AND public_verdict IS NULL)"
            " OR (public_version IS NOT NULL AND public_decision IS NOT NULL"
            " AND public_verdict IS NOT NULL AND public_verdict = 'approve')",
            name="public_only_by_approval",
        ),
        *approval,
    )
    op.create_index("ix_documents_status", "documents", ["status"])
    op.create_index("ix_documents_public_version", "documents", ["public_version"])
    op.create_table(
        "versions",
        sa.Column("document_id", sa.String(32), sa.ForeignKey("documents.id"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("content", sa.String(64), nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("media_type", sa.String(128), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("index_code", sa.Text),
        sa.Column("issuer", sa.Text),
        sa.Column("genre", sa.Text),
        sa.Column("topic", sa.Text),
        sa.Column("column", sa.Text),
        sa.Column("written_on", sa.Date),
        sa.Column("published_on", sa.Date),
        sa.Column("validity", sa.String(16)),
        sa.Column("disclosure", sa.String(16)),
        sa.Column("source_url", sa.Text),
        sa.Column("other_numbers", sa.JSON, nullable=False),
        sa.Column("cited_numbers", sa.JSON, nullable=False),
        sa.Column("sources", sa.JSON, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("warnings", sa.JSON, nullable=False),
        sa.Column("received_at", sa.String(32), nullable=False),
    )
    op.create_index("ix_versions_content", "versions", ["content"])
    op.create_index("ix_versions_digest", "versions", ["digest"])
    op.create_table(
        "attachments",
        sa.Column("document_id", sa.String(32), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("media_type", sa.String(128), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("warnings", sa.JSON, nullable=False),
        sa.ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    )
    op.create_index("ix_attachments_digest", "attachments", ["digest"])
    op.create_table(
        "sources",
        sa.Column("source", sa.Text, primary_key=True),
        sa.Column("document_id", sa.String(32), sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("signature", sa.String(64), nullable=False),
        sa.Column("original", sa.Integer, nullable=False),
    )
    op.create_index("ix_sources_document_id", "sources", ["document_id"])
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("verdict", sa.String(16), nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.CheckConstraint("verdict IN ('approve', 'reject', 'withdraw')", name="verdict"),
        sa.ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
        sa.UniqueConstraint("id", "document_id", "version", "verdict"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_decisions_document_id", "decisions", ["document_id"])
    op.create_table(
        "audit",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.String(32), nullable=False),
        sa.Column("document_id", sa.String(32)),
        sa.Column("details", sa.JSON, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "changes",
        sa.Column("sequence", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.String(32), sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("at", sa.String(32), nullable=False),
        sqlite_autoincrement=True,
    )
    if not inline:
        op.create_foreign_key(name, "documents", "decisions", *APPROVAL)
