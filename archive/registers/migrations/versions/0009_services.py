"""How letters were handed over, with what proves it."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0009"
down_revision: str | None = "0008"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "letter_services",
        sa.Column("request_id", sa.String(32), sa.ForeignKey("requests.id"), primary_key=True),
        sa.Column("event", sa.Integer, primary_key=True),
        sa.Column("letter", sa.Integer),
        sa.Column("delivery", sa.String(16), nullable=False),
        sa.Column("on", sa.String(10), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("replaces", sa.Integer),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    for what in ("UPDATE", "DELETE"):
        name = f"letter_services_no_{what.lower()}"
        if postgresql:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {what} ON letter_services"
                " FOR EACH STATEMENT EXECUTE FUNCTION requests_are_kept()"
            )
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {what} ON letter_services"
                " BEGIN SELECT RAISE(ABORT, 'the register of requests is only added to'); END"
            )
