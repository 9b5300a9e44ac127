"""Traces, by which documents are found that look like one."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "traces",
        sa.Column("trace", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("document_id", sa.String(32), primary_key=True, index=True),
    )
    op.create_table(
        "traced",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
    )
