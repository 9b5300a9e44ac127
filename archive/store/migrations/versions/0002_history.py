"""Examinations, classifications, force, relations; and triggers that keep history as it was.

Earlier approvals were one decision for both aspects; each is recorded as that, by the same person.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

HISTORY = (
    *("versions", "attachments", "examinations", "classifications", "decisions"),
    *("validities", "audit", "changes"),
)


def _last(column: str, table: str, also: str = "") -> str:
    about = "document_id = NEW.document_id AND version = NEW.version"
    last = f"SELECT {column} FROM {table} WHERE {about}{also} ORDER BY id DESC LIMIT 1"  # noqa: S608  # our own names
    return f"COALESCE(({last}), '')"


REFUSALS = (
    (
        "approved_when_examined",
        _last("outcome", "examinations", " AND aspect = 'truthfulness'")
        + " <> 'passed' OR "
        + _last("outcome", "examinations", " AND aspect = 'confidentiality'")
        + " <> 'passed'",
        "an approval needs both examinations passed",
    ),
    (
        "approved_when_open",
        f"{_last('disclosure', 'classifications')} <> '主动公开'",
        "an approval needs the attribute of active disclosure",
    ),
)


def upgrade() -> None:
    _add_columns()
    _add_tables()
    _carry_over()
    if op.get_bind().dialect.name == "postgresql":
        _postgresql_triggers()
    else:
        _sqlite_triggers()


def _add_columns() -> None:
    empty = sa.text("'[]'")
    for table in ("versions", "attachments"):
        op.add_column(table, sa.Column("places", sa.JSON, nullable=False, server_default=empty))
        op.add_column(table, sa.Column("concealed", sa.JSON, nullable=False, server_default=empty))
    op.add_column("versions", sa.Column("note", sa.Text, nullable=False, server_default=""))
    op.add_column("versions", sa.Column("effective_on", sa.Date))
    op.add_column("versions", sa.Column("expires_on", sa.Date))
    op.add_column("decisions", sa.Column("replacement", sa.String(32)))
    op.add_column("decisions", sa.Column("token", sa.String(32)))


def _add_tables() -> None:
    def about_a_version(name: str, *columns: sa.schema.SchemaItem) -> None:
        op.create_table(
            name,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("document_id", sa.String(32), nullable=False),
            sa.Column("version", sa.Integer, nullable=False),
            *columns,
            sa.ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
            sqlite_autoincrement=True,
        )
        op.create_index(f"ix_{name}_document_id", name, ["document_id"])

    about_a_version(
        "examinations",
        sa.Column("aspect", sa.String(16), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("reviewer", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("rules", sa.String(32), nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.CheckConstraint("aspect IN ('truthfulness', 'confidentiality')", name="aspect"),
        sa.CheckConstraint("outcome IN ('passed', 'failed')", name="outcome"),
    )
    about_a_version(
        "classifications",
        sa.Column("disclosure", sa.String(16), nullable=False),
        sa.Column("ground", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.CheckConstraint("disclosure IN ('主动公开', '依申请公开', '不予公开')", name="disclosure"),
        sa.CheckConstraint("disclosure <> '不予公开' OR ground <> ''", name="ground"),
    )
    about_a_version(
        "relations",
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("title", sa.Text),
        sa.Column("sentence", sa.Text, nullable=False),
        sa.Column("target_id", sa.String(32)),
        sa.Column("stage", sa.String(16), nullable=False),
        sa.Column("person", sa.Text, nullable=False, server_default=""),
        sa.Column("decided_at", sa.String(32)),
        sa.CheckConstraint("stage IN ('stated', 'confirmed', 'refused')", name="stage"),
        sa.CheckConstraint(
            "stage <> 'confirmed' OR (target_id IS NOT NULL AND person <> '')", name="confirmed_by_a_person"
        ),
    )
    op.create_index("ix_relations_target_id", "relations", ["target_id"])
    op.create_table(
        "validities",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.String(32), sa.ForeignKey("documents.id"), nullable=False),
        sa.Column("validity", sa.String(16), nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("until", sa.Date),
        sa.Column("by_id", sa.String(32)),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_validities_document_id", "validities", ["document_id"])
    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("sequence", sa.Integer, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.CheckConstraint("id = 1", name="one"),
    )
    op.create_table(
        "calendar",
        sa.Column("job", sa.String(32), primary_key=True),
        sa.Column("done_until", sa.Date, nullable=False),
    )


def _carry_over() -> None:
    for aspect in ("truthfulness", "confidentiality"):
        carried = sa.text(
            "INSERT INTO examinations (document_id, version, aspect, outcome, reviewer, basis, rules, decided_at)"
            " SELECT document_id, version, :aspect, 'passed', reviewer, reason, '0', decided_at"
            " FROM decisions WHERE verdict = 'approve' ORDER BY id"
        )
        op.execute(carried.bindparams(aspect=aspect))
    op.execute(
        "INSERT INTO classifications (document_id, version, disclosure, ground, person, basis, decided_at)"
        " SELECT document_id, version, disclosure, CASE disclosure WHEN '不予公开' THEN '来源标注' ELSE '' END,"
        " '来源', '来源标注', received_at FROM versions WHERE disclosure IS NOT NULL ORDER BY document_id, version"
    )
    op.execute(
        "INSERT INTO classifications (document_id, version, disclosure, ground, person, basis, decided_at)"
        " SELECT document_id, version, '主动公开', '', reviewer, reason, decided_at"
        " FROM decisions WHERE verdict = 'approve' ORDER BY id"
    )
    op.execute(
        "INSERT INTO audit_head (id, sequence, hash) SELECT 1, sequence, hash FROM audit ORDER BY sequence DESC LIMIT 1"
    )


def _sqlite_triggers() -> None:
    for table in HISTORY:
        for what in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table}"
                f" BEGIN SELECT RAISE(ABORT, '{table} is history and is only added to'); END"
            )
    for name, condition, why in REFUSALS:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON decisions WHEN NEW.verdict = 'approve' AND ({condition})"
            f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE FUNCTION history_is_only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        " RAISE EXCEPTION '% is history and is only added to', TG_TABLE_NAME USING ERRCODE = '23514'; END $$"
    )
    for table in HISTORY:
        op.execute(
            f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION history_is_only_added_to()"
        )
    for name, condition, why in REFUSALS:
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF NEW.verdict = 'approve' AND ({condition}) THEN"
            f" RAISE EXCEPTION '{why}' USING ERRCODE = '23514'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON decisions FOR EACH ROW EXECUTE FUNCTION {name}()")
