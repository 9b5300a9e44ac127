"""The tables of the staff's database, which the public process neither opens nor finds.

Changing one needs a migration (``archive/registers/migrations/versions``). Instants are ISO 8601 text in UTC.
"""

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

from archive.store.tables import metadata as catalogue

metadata = MetaData(naming_convention=catalogue.naming_convention)

accounts = Table(
    "accounts",
    metadata,
    Column("id", String(32), primary_key=True),
    # As it is compared: without differences of width and capitals.
    Column("name", String(64), nullable=False, unique=True),
    # Whose it is: the name that stands in the audit log and beside decisions.
    Column("person", String(64), nullable=False, unique=True),
    Column("unit", String(100), nullable=False),
    Column("roles", JSON, nullable=False),
    Column("password", String(200), nullable=False),
    # 1 until the person has chosen a password of their own.
    Column("given", Integer, nullable=False),
    # The secret of the second factor, encrypted; and the last time step whose code was used.
    Column("secret", Text),
    Column("step", Integer, nullable=False, default=0),
    Column("created_at", String(32), nullable=False),
    Column("disabled_at", String(32)),
    # Failures in a row, and until when none is listened to.
    Column("failed", Integer, nullable=False, default=0),
    Column("locked_until", String(32)),
)

paper_codes = Table(
    "paper_codes",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account_id", String(32), ForeignKey("accounts.id"), nullable=False, index=True),
    Column("hash", String(64), nullable=False),
    Column("used_at", String(32)),
)

sessions = Table(
    "sessions",
    metadata,
    # SHA-256 of the token: whoever reads the table can't use it.
    Column("hash", String(64), primary_key=True),
    Column("id", String(32), nullable=False, unique=True),
    Column("account_id", String(32), ForeignKey("accounts.id"), nullable=False, index=True),
    Column("opened_at", String(32), nullable=False),
    Column("seen_at", String(32), nullable=False),
    # When the password or a code was last given.
    Column("proven_at", String(32), nullable=False),
    Column("address", String(64), nullable=False),
    Column("agent", String(200), nullable=False),
    Column("csrf", String(64), nullable=False),
)

# Kept for six months at least (网络安全法 §21(3)).
sign_ins = Table(
    "sign_ins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", String(32), nullable=False, index=True),
    Column("name", String(64), nullable=False),
    Column("address", String(64), nullable=False),
    Column("outcome", String(16), nullable=False),
)
Index("ix_sign_ins_address_at", sign_ins.c.address, sign_ins.c.at)

drafts = Table(
    "drafts",
    metadata,
    Column("account_id", String(32), ForeignKey("accounts.id"), primary_key=True),
    Column("form", String(200), primary_key=True),
    Column("values", JSON, nullable=False),
    Column("kept_at", String(32), nullable=False),
)

# Work that goes on behind a page. Whoever holds the token does it, until the lease has run out.
jobs = Table(
    "jobs",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("payload", JSON, nullable=False),
    # Who asked for it, and for which unit: its people see it.
    Column("person", String(64), nullable=False),
    Column("unit", String(100), nullable=False),
    Column("state", String(16), nullable=False),
    Column("token", String(32)),
    # Until then nobody takes it: somebody holds it, or it rests after a failure.
    Column("leased_until", String(32)),
    # How often it was taken since it last got on.
    Column("attempts", Integer, nullable=False, default=0),
    # Why it rests or was given up, or what else to know: Chinese sentences.
    Column("told", Text, nullable=False, default=""),
    Column("made_at", String(32), nullable=False),
    Column("began_at", String(32)),
    Column("ended_at", String(32)),
)
Index("ix_jobs_state_made_at", jobs.c.state, jobs.c.made_at)
Index("ix_jobs_unit_made_at", jobs.c.unit, jobs.c.made_at)

# What became of each file of a job; no ``result`` until that is known.
job_files = Table(
    "job_files",
    metadata,
    Column("job_id", String(32), ForeignKey("jobs.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    # The file whose attachment it is.
    Column("part_of", Integer),
    Column("result", String(16)),
    # As which source it is taken in: decided, by the worker or by a person, once it is not empty.
    Column("source", Text, nullable=False, default=""),
    Column("document_id", String(32)),
    Column("told", Text, nullable=False, default=""),
)
Index("ix_job_files_name", job_files.c.name)
# By what documents are found that look like one: numbers that stand for a document number, a title, a piece of text.
# They are computed from the archive and in no backup (see ``traces``).
traces = Table(
    "traces",
    metadata,
    Column("trace", BigInteger, primary_key=True, autoincrement=False),
    Column("document_id", String(32), primary_key=True, index=True),
)

# Up to which event of the audit log documents have left their traces.
traced = Table(
    "traced",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("sequence", Integer, nullable=False),
)
