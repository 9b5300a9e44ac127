"""Records of the searches behind requests."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0005"
down_revision: str | None = "0004"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_TABLE = "search_records"
# None is deleted, and the hash of a concluded one is never another.
_KEPT = {
    "no_delete": ("DELETE", ""),
    "no_other_digest": ("UPDATE OF digest", "WHEN (OLD.digest IS NOT NULL)"),
}


def upgrade() -> None:
    op.create_table(
        _TABLE,
        sa.Column("id", sa.String(32), primary_key=True),
        sa.Column("request_id", sa.String(32), sa.ForeignKey("requests.id"), nullable=False),
        sa.Column("serial", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("opened_by", sa.String(64), nullable=False),
        sa.Column("opened_at", sa.String(32), nullable=False),
        sa.Column("queries", sa.Integer, nullable=False),
        sa.Column("places", sa.Integer, nullable=False),
        sa.Column("conclusion", sa.String(16)),
        sa.Column("concluded_by", sa.String(64)),
        sa.Column("concluded_at", sa.String(32)),
        sa.Column("digest", sa.String(64)),
        sa.Column("key", sa.String(8)),
        sa.Column("sealed", sa.Text),
        sa.UniqueConstraint("request_id", "serial"),
    )
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name, (what, when) in _KEPT.items():
        if postgresql:
            then = "EXECUTE FUNCTION requests_are_kept()"
        else:
            then = "BEGIN SELECT RAISE(ABORT, 'the register of requests is only added to'); END"
        op.execute(f"CREATE TRIGGER {_TABLE}_{name} BEFORE {what} ON {_TABLE} FOR EACH ROW {when} {then}")
