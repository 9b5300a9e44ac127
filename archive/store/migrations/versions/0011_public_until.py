"""The last day on which a version is public, for lists of persons (公示期满)."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0011"
down_revision: str | None = "0010"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.add_column("versions", sa.Column("public_until", sa.Date))
    op.create_index("ix_versions_public_until", "versions", ["public_until"])
