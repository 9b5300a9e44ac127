"""The catalogue's tables. Changing one takes a migration beside it (``archive/migrations/versions``).

``documents.public_*`` point at the decision that made a version public. The composite foreign key, with the
check on the verdict, makes "public without an approval of exactly this version" impossible in the database itself.
Instants are ISO 8601 text in UTC; lists and mappings are JSON.
"""

from sqlalchemy import (
    JSON,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

documents = Table(
    "documents",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("version", Integer, nullable=False),
    Column("status", String(16), nullable=False),
    Column("public_version", Integer),
    Column("public_decision", Integer),
    Column("public_verdict", String(16)),
    Column("received_at", String(32), nullable=False),
    CheckConstraint("status IN ('waiting', 'published', 'refused', 'withdrawn')", name="status"),
    CheckConstraint(
        "(public_version IS NULL AND public_decision IS NULL AND public_verdict IS NULL)"
        " OR (public_version IS NOT NULL AND public_decision IS NOT NULL"
        " AND public_verdict IS NOT NULL AND public_verdict = 'approve')",
        name="public_only_by_approval",
    ),
    ForeignKeyConstraint(
        ["public_decision", "id", "public_version", "public_verdict"],
        ["decisions.id", "decisions.document_id", "decisions.version", "decisions.verdict"],
        use_alter=True,
    ),
)
Index("ix_documents_status", documents.c.status)
Index("ix_documents_public_version", documents.c.public_version)

versions = Table(
    "versions",
    metadata,
    Column("document_id", String(32), ForeignKey("documents.id"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("content", String(64), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("size", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("number", Text),
    Column("index_code", Text),
    Column("issuer", Text),
    Column("genre", Text),
    Column("topic", Text),
    Column("column", Text),
    Column("written_on", Date),
    Column("published_on", Date),
    Column("validity", String(16)),
    Column("disclosure", String(16)),
    Column("source_url", Text),
    Column("other_numbers", JSON, nullable=False),
    Column("cited_numbers", JSON, nullable=False),
    Column("sources", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("received_at", String(32), nullable=False),
)
Index("ix_versions_content", versions.c.content)
Index("ix_versions_digest", versions.c.digest)

attachments = Table(
    "attachments",
    metadata,
    Column("document_id", String(32), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("file_name", Text, nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("size", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("warnings", JSON, nullable=False),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
)
Index("ix_attachments_digest", attachments.c.digest)

# Where a document was taken in from. ``original`` marks the source that founded it; the others hold copies.
sources = Table(
    "sources",
    metadata,
    Column("source", Text, primary_key=True),
    Column("document_id", String(32), ForeignKey("documents.id"), nullable=False),
    Column("signature", String(64), nullable=False),
    Column("original", Integer, nullable=False),
)
Index("ix_sources_document_id", sources.c.document_id)

decisions = Table(
    "decisions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("verdict", String(16), nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_at", String(32), nullable=False),
    CheckConstraint("verdict IN ('approve', 'reject', 'withdraw')", name="verdict"),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    UniqueConstraint("id", "document_id", "version", "verdict"),
    sqlite_autoincrement=True,
)
Index("ix_decisions_document_id", decisions.c.document_id)

# Append-only; each row carries the hash of the one before (see ``audit``).
audit = Table(
    "audit",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("at", String(32), nullable=False),
    Column("actor", Text, nullable=False),
    Column("action", String(32), nullable=False),
    Column("document_id", String(32)),
    Column("details", JSON, nullable=False),
    Column("previous", String(64), nullable=False),
    Column("hash", String(64), nullable=False),
    sqlite_autoincrement=True,
)

# The whole link between the archive and any index: what changed, in order.
changes = Table(
    "changes",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("document_id", String(32), ForeignKey("documents.id"), nullable=False),
    Column("at", String(32), nullable=False),
    sqlite_autoincrement=True,
)
