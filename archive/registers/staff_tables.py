"""The tables of the staff's database, which the public process neither opens nor finds.

Changing one needs a migration (``archive/registers/migrations/versions``). Instants are ISO 8601 text in UTC.
"""

from sqlalchemy import JSON, Column, ForeignKey, Index, Integer, MetaData, String, Table, Text

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
