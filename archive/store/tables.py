"""The catalogue's tables. Changing one needs a migration (``archive/store/migrations/versions``).

``documents.public_*`` point at the decision that made a version public. The composite foreign key and the check on the
verdict make "public without a decision on exactly this version" impossible in the database itself. Triggers (see the
migrations) refuse an approval without both examinations and the attribute 主动公开, with stops of the pre-check that
nobody has settled, or by a person who brought the version in or examined it. They also refuse any change to a row that
is history: versions, attachments, prechecks, findings, settlements, examinations, classifications, decisions, seals,
looks, validities, audit, changes, corrections, schedules, objections, remedies. Of a version that was never public,
what is known may be changed after a row in ``corrections`` has said so.
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
        " AND public_verdict IS NOT NULL AND public_verdict IN ('approve', 'takeover'))",
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
    # Why this version exists, in the words of whoever brought it.
    Column("note", Text, nullable=False, server_default=""),
    Column("effective_on", Date),
    Column("expires_on", Date),
    # The last day on which it is public; none says that there is no such day.
    Column("public_until", Date),
    Column("places", JSON, nullable=False, server_default="[]"),
    Column("concealed", JSON, nullable=False, server_default="[]"),
    # Who brought it in; "" where an archive of before does not say so.
    Column("brought_by", Text, nullable=False, server_default=""),
)
Index("ix_versions_content", versions.c.content)
Index("ix_versions_digest", versions.c.digest)
Index("ix_versions_public_until", versions.c.public_until)
# SQLite reads the rows with their texts otherwise. PostgreSQL keeps long texts apart.
Index("ix_versions_column", versions.c.column).ddl_if(dialect="sqlite")
# All that a list of versions says of each.
Index(
    "ix_versions_listed",
    *(versions.c.document_id, versions.c.version, versions.c.title, versions.c.number, versions.c.issuer),
    *(versions.c.genre, versions.c.written_on, versions.c.received_at, versions.c.brought_by),
).ddl_if(dialect="sqlite")

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
    Column("places", JSON, nullable=False, server_default="[]"),
    Column("concealed", JSON, nullable=False, server_default="[]"),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
)
Index("ix_attachments_digest", attachments.c.digest)

# Where a document was taken in from. ``original`` marks its first source; the others hold copies.
sources = Table(
    "sources",
    metadata,
    Column("source", Text, primary_key=True),
    Column("document_id", String(32), ForeignKey("documents.id"), nullable=False),
    Column("signature", String(64), nullable=False),
    Column("original", Integer, nullable=False),
)
Index("ix_sources_document_id", sources.c.document_id)

# A person's correction of a version that was never public: what one field said and where that was read, and what it
# says now. ``examined`` is the last examination before it: only later ones count. Attachments are a field too.
corrections = Table(
    "corrections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("field", String(16), nullable=False),
    Column("before", Text),
    Column("after", Text),
    Column("read_from", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("examined", Integer, nullable=False),
    Column("decided_at", String(32), nullable=False),
    CheckConstraint("trim(person) <> '' AND trim(reason) <> ''", name="by_a_person"),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    sqlite_autoincrement=True,
)
Index("ix_corrections_document_id", corrections.c.document_id)

# That a version was pre-checked, by which rules, and how many ``findings`` that gave; the last one counts.
prechecks = Table(
    "prechecks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("rules", String(32), nullable=False),
    Column("found", Integer, nullable=False),
    Column("checked_at", String(32), nullable=False),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    UniqueConstraint("id", "document_id", "version"),
    sqlite_autoincrement=True,
)
Index("ix_prechecks_document_id", prechecks.c.document_id)

# What a pre-check found, numbered from 1: by which rule, where, and a digest by which a later one knows it again.
findings = Table(
    "findings",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("precheck_id", Integer, nullable=False),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("rule", String(32), nullable=False),
    Column("blocks", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Column("excerpt", Text, nullable=False),
    Column("digest", String(64), nullable=False),
    CheckConstraint("blocks IN (0, 1)", name="blocks"),
    ForeignKeyConstraint(
        ["precheck_id", "document_id", "version"], ["prechecks.id", "prechecks.document_id", "prechecks.version"]
    ),
    UniqueConstraint("precheck_id", "number"),
    UniqueConstraint("id", "document_id", "version", name="uq_findings_id"),
    sqlite_autoincrement=True,
)
Index("ix_findings_document_id", findings.c.document_id)

# What a person decided about one finding; a finding without any is open.
settlements = Table(
    "settlements",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("finding_id", Integer, nullable=False),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("decision", String(16), nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_at", String(32), nullable=False),
    CheckConstraint("decision IN ('keep', 'masked', 'mistaken')", name="decision"),
    CheckConstraint("trim(person) <> '' AND trim(reason) <> ''", name="by_a_person"),
    ForeignKeyConstraint(
        ["finding_id", "document_id", "version"], ["findings.id", "findings.document_id", "findings.version"]
    ),
    sqlite_autoincrement=True,
)
Index("ix_settlements_document_id", settlements.c.document_id)
Index("ix_settlements_finding_id", settlements.c.finding_id)

# A person's finding on one aspect of a version, as the county's rule asks, and the pre-check rules that applied.
examinations = Table(
    "examinations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("aspect", String(16), nullable=False),
    Column("outcome", String(8), nullable=False),
    Column("reviewer", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("rules", String(32), nullable=False),
    Column("decided_at", String(32), nullable=False),
    CheckConstraint("aspect IN ('truthfulness', 'confidentiality')", name="aspect"),
    CheckConstraint("outcome IN ('passed', 'failed')", name="outcome"),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    sqlite_autoincrement=True,
)
Index("ix_examinations_document_id", examinations.c.document_id)

# The disclosure attribute of a version, at first as its source states it; the last row counts.
classifications = Table(
    "classifications",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("disclosure", String(16), nullable=False),
    Column("ground", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("basis", Text, nullable=False),
    Column("decided_at", String(32), nullable=False),
    CheckConstraint("disclosure IN ('主动公开', '依申请公开', '不予公开')", name="disclosure"),
    CheckConstraint("disclosure <> '不予公开' OR ground <> ''", name="ground"),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    sqlite_autoincrement=True,
)
Index("ix_classifications_document_id", classifications.c.document_id)

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
    # For a withdrawal: the document that replaces this one, and its token in the ``withdrawal_ledger``.
    Column("replacement", String(32)),
    Column("token", String(32)),
    # For an approval: whether the approver is one of those who brought it in or examined it.
    Column("forced", Integer, nullable=False, server_default="0"),
    # For what makes public: the last id of each table of the review then. Null in approvals of before these rules.
    Column("rests_on", JSON(none_as_null=True)),
    CheckConstraint("verdict IN ('approve', 'takeover', 'reject', 'withdraw')", name="verdict"),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    UniqueConstraint("id", "document_id", "version", "verdict"),
    sqlite_autoincrement=True,
)
Index("ix_decisions_document_id", decisions.c.document_id)
Index("ix_decisions_forced", decisions.c.forced)

# What was approved for a time to come, and what became of it; the last row of a document counts (see ``scheduled``).
# ``boot`` and ``uptime`` say since which start, and for how many seconds, the machine had been running then.
schedules = Table(
    "schedules",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("stage", String(16), nullable=False),
    Column("publish_at", String(32), nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("boot", String(64), nullable=False),
    Column("uptime", Integer, nullable=False),
    Column("decided_at", String(32), nullable=False),
    CheckConstraint("stage IN ('set', 'cancelled', 'refused', 'done')", name="stage"),
    CheckConstraint("trim(person) <> ''", name="by_a_person"),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    sqlite_autoincrement=True,
)
Index("ix_schedules_document_id", schedules.c.document_id)

# What is wrong in which place of a version that was sent back, numbered from 1.
objections = Table(
    "objections",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    Column("place", Text, nullable=False),
    Column("wrong", Text, nullable=False),
    Column("person", Text, nullable=False),
    Column("decided_at", String(32), nullable=False),
    CheckConstraint("trim(person) <> '' AND trim(wrong) <> ''", name="by_a_person"),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    UniqueConstraint("id", "document_id", "version", name="uq_objections_id"),
    sqlite_autoincrement=True,
)
Index("ix_objections_document_id", objections.c.document_id)

# Who said that such a point was put right.
remedies = Table(
    "remedies",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("objection_id", Integer, nullable=False, unique=True),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("person", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("decided_at", String(32), nullable=False),
    CheckConstraint("trim(person) <> ''", name="by_a_person"),
    ForeignKeyConstraint(
        ["objection_id", "document_id", "version"], ["objections.id", "objections.document_id", "objections.version"]
    ),
    sqlite_autoincrement=True,
)
Index("ix_remedies_document_id", remedies.c.document_id)

# The seal of an approval (see ``approvals``): hashes of what it covers, and the signature. The last row counts.
seals = Table(
    "seals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("decision_id", Integer, ForeignKey("decisions.id"), nullable=False),
    Column("text", String(64), nullable=False),
    Column("metadata", String(64), nullable=False),
    Column("files", String(64), nullable=False),
    Column("seal", String(128), nullable=False),
    Column("sealed_at", String(32), nullable=False),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    sqlite_autoincrement=True,
)
Index("ix_seals_document_id", seals.c.document_id)
Index("ix_seals_decision_id", seals.c.decision_id)

# Another person's look at a forced approval afterwards; the last one counts.
looks = Table(
    "looks",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("decision_id", Integer, ForeignKey("decisions.id"), nullable=False),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("outcome", String(8), nullable=False),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_at", String(32), nullable=False),
    CheckConstraint("outcome IN ('passed', 'failed')", name="outcome"),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    sqlite_autoincrement=True,
)
Index("ix_looks_document_id", looks.c.document_id)

# Since when this database has held a rule; what came before is kept as it was.
rules = Table(
    "rules",
    metadata,
    Column("name", String(32), primary_key=True),
    Column("since", String(32), nullable=False),
)

# A change of a document's validity, and the day it takes effect; the last row counts (see ``validity``).
validities = Table(
    "validities",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String(32), ForeignKey("documents.id"), nullable=False),
    Column("validity", String(16), nullable=False),
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("by_id", String(32)),
    Column("person", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("decided_at", String(32), nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_validities_document_id", validities.c.document_id)

# A relation to another document that a version states; it counts once a person has confirmed it.
relations = Table(
    "relations",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("document_id", String(32), nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("number", Text),
    Column("title", Text),
    Column("sentence", Text, nullable=False),
    Column("target_id", String(32)),
    Column("stage", String(16), nullable=False),
    Column("person", Text, nullable=False, server_default=""),
    Column("decided_at", String(32)),
    CheckConstraint("stage IN ('stated', 'confirmed', 'refused')", name="stage"),
    CheckConstraint("stage <> 'confirmed' OR (target_id IS NOT NULL AND person <> '')", name="confirmed_by_a_person"),
    ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
    sqlite_autoincrement=True,
)
Index("ix_relations_document_id", relations.c.document_id)
Index("ix_relations_target_id", relations.c.target_id)

# Append-only; each row carries the hash of the one before it (see ``audit``).
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
    Column("seal", String(128), nullable=False, server_default=""),
    sqlite_autoincrement=True,
)
Index("ix_audit_document_id", audit.c.document_id)
# A name may be longer than what the ordered indexes of PostgreSQL take.
Index("ix_audit_actor", audit.c.actor, postgresql_using="hash")
Index("ix_audit_action_at", audit.c.action, audit.c.at)
Index("ix_audit_at", audit.c.at)

# The last row of the audit log, so that rows missing from its end are detected too.
audit_head = Table(
    "audit_head",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sequence", Integer, nullable=False),
    Column("hash", String(64), nullable=False),
    Column("seal", String(128), nullable=False, server_default=""),
    CheckConstraint("id = 1", name="one"),
)

# The progress of each job that follows the calendar: its name and the last day it completed.
calendar = Table(
    "calendar",
    metadata,
    Column("job", String(32), primary_key=True),
    Column("done_until", Date, nullable=False),
)

# The only link between the archive and any index: what changed, in order.
changes = Table(
    "changes",
    metadata,
    Column("sequence", Integer, primary_key=True),
    Column("document_id", String(32), ForeignKey("documents.id"), nullable=False),
    Column("at", String(32), nullable=False),
    sqlite_autoincrement=True,
)
Index("ix_changes_document_id", changes.c.document_id, changes.c.sequence)
