"""Work that goes on behind a page, and what became of each file of it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("person", sa.String(64), nullable=False),
        sa.Column("unit", sa.String(100), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("token", sa.String(32)),
        sa.Column("leased_until", sa.String(32)),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("told", sa.Text, nullable=False),
        sa.Column("made_at", sa.String(32), nullable=False),
        sa.Column("began_at", sa.String(32)),
        sa.Column("ended_at", sa.String(32)),
    )
    op.create_index("ix_jobs_state_made_at", "jobs", ["state", "made_at"])
    op.create_index("ix_jobs_unit_made_at", "jobs", ["unit", "made_at"])
    op.create_table(
        "job_files",
        sa.Column("job_id", sa.String(32), sa.ForeignKey("jobs.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("part_of", sa.Integer),
        sa.Column("result", sa.String(16)),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("document_id", sa.String(32)),
        sa.Column("told", sa.Text, nullable=False),
    )
    op.create_index("ix_job_files_name", "job_files", ["name"])
