"""Changes by document, so that a harvest can ask for the last one of each."""

from collections.abc import Sequence

from alembic import op

revision: str = "0003"
down_revision: str | None = "0002"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_index("ix_changes_document_id", "changes", ["document_id", "sequence"])
