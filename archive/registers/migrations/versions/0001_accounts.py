"""Accounts, their second factors and sessions, the log of sign-ins, and drafts."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0001"
down_revision: str | None = None
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("name", sa.String(64), nullable=False, unique=True),
        sa.Column("person", sa.String(64), nullable=False, unique=True),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("password", sa.String(200), nullable=False),
        sa.Column("given", sa.Integer, nullable=False),
        sa.Column("secret", sa.Text),
        sa.Column("step", sa.Integer, nullable=False),
        sa.Column("created_at", sa.String(32), nullable=False),
        sa.Column("disabled_at", sa.String(32)),
        sa.Column("failed", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.String(32)),
    )
    account = sa.ForeignKey("accounts.id")
    op.create_table(
        "paper_codes",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account_id", sa.String(32), account, nullable=False, index=True),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("used_at", sa.String(32)),
    )
    op.create_table(
        "sessions",
        sa.Column("hash", sa.String(64), primary_key=True),
        sa.Column("id", sa.String(32), nullable=False, unique=True),
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), nullable=False, index=True),
        sa.Column("opened_at", sa.String(32), nullable=False),
        sa.Column("seen_at", sa.String(32), nullable=False),
        sa.Column("proven_at", sa.String(32), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("agent", sa.String(200), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
    )
    op.create_table(
        "sign_ins",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", sa.String(32), nullable=False, index=True),
        sa.Column("name", sa.String(64), nullable=False),
        sa.Column("address", sa.String(64), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
    )
    op.create_index("ix_sign_ins_address_at", "sign_ins", ["address", "at"])
    op.create_table(
        "drafts",
        sa.Column("account_id", sa.String(32), sa.ForeignKey("accounts.id"), primary_key=True),
        sa.Column("form", sa.String(200), primary_key=True),
        sa.Column("values", sa.JSON, nullable=False),
        sa.Column("kept_at", sa.String(32), nullable=False),
    )
