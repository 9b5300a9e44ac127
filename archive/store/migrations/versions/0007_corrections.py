"""Corrections: what is known of a version may be corrected until it was public, and each correction is kept.

A correction is a row of its own, which is history. Only after one may the version's row be changed, and of that row
only what is known of the document; the text and the main file never. Attachments may be changed by the same rule.
"""

# ruff: noqa: S608  # the names that the statements are made of are our own
from collections.abc import Sequence
from importlib import import_module

import sqlalchemy as sa
from alembic import op

revision: str = "0007"
down_revision: str | None = "0006"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# What of a version stays as it came.
FIXED = (
    *("document_id", "version", "content", "digest", "file_name", "media_type", "size", "disclosure", "text"),
    *("warnings", "received_at", "note", "places", "concealed", "brought_by"),
)
_OF_NEW = "document_id = NEW.document_id AND version = NEW.version"
_OF_OLD = "document_id = OLD.document_id AND version = OLD.version"
_PUBLISHED = "EXISTS (SELECT 1 FROM decisions WHERE {} AND verdict IN ('approve', 'takeover'))"
_names = import_module("archive.store.migrations.versions.0006_marks_in_names")


def _refusals(sqlite: bool) -> tuple[tuple[str, str, str, str], ...]:
    """Each refusal's name, its table, when an insert is refused, and why."""
    folded = _names.folded_in_sqlite if sqlite else _names.folded_in_postgresql

    def by(person: str) -> str:
        return f"EXISTS (SELECT 1 FROM corrections WHERE {_OF_NEW} AND {folded('person')} = {folded(person)})"

    corrected = f"COALESCE((SELECT MAX(examined) FROM corrections WHERE {_OF_NEW}), 0)"
    return (
        (
            "corrected_before_it_is_public",
            "corrections",
            _PUBLISHED.format(_OF_NEW),
            "what was public is corrected in a new version",
        ),
        (
            "examined_after_corrections",
            "decisions",
            f"NEW.verdict = 'approve' AND {corrected} > 0 AND (SELECT COUNT(DISTINCT aspect) FROM examinations"
            f" WHERE {_OF_NEW} AND id > {corrected}) < 2",
            "an approval needs both examinations made after the last correction",
        ),
        (
            "approved_by_none_who_corrected",
            "decisions",
            f"NEW.verdict = 'approve' AND NEW.forced = 0 AND {by('NEW.reviewer')}",
            "who corrected it does not approve it",
        ),
        (
            "looked_at_by_none_who_corrected",
            "looks",
            by("NEW.person"),
            "a forced approval is looked at by another person",
        ),
    )


def upgrade() -> None:
    op.create_table(
        "corrections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("document_id", sa.String(32), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("field", sa.String(16), nullable=False),
        sa.Column("before", sa.Text),
        sa.Column("after", sa.Text),
        sa.Column("read_from", sa.Text, nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("examined", sa.Integer, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.CheckConstraint("trim(person) <> '' AND trim(reason) <> ''", name="by_a_person"),
        sa.ForeignKeyConstraint(["document_id", "version"], ["versions.document_id", "versions.version"]),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_corrections_document_id", "corrections", ["document_id"])
    if op.get_bind().dialect.name == "sqlite":
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _uncorrected(about: str) -> str:
    return f"{_PUBLISHED.format(about)} OR NOT EXISTS (SELECT 1 FROM corrections WHERE {about})"


def _sqlite_triggers() -> None:
    for what in ("UPDATE", "DELETE"):
        op.execute(
            f"CREATE TRIGGER corrections_no_{what.lower()} BEFORE {what} ON corrections"
            " BEGIN SELECT RAISE(ABORT, 'corrections is history and is only added to'); END"
        )
    changed = " OR ".join(f"NEW.{name} IS NOT OLD.{name}" for name in FIXED)
    for table, what, condition in (
        ("versions", "UPDATE", f"{changed} OR {_uncorrected(_OF_OLD)}"),
        ("attachments", "UPDATE", _uncorrected(_OF_OLD)),
        ("attachments", "DELETE", _uncorrected(_OF_OLD)),
    ):
        name = f"{table}_no_{what.lower()}"
        op.execute(f"DROP TRIGGER {name}")
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {what} ON {table} WHEN {condition}"
            f" BEGIN SELECT RAISE(ABORT, '{table} is history and is only added to'); END"
        )
    for name, table, condition, why in _refusals(sqlite=True):
        op.execute(
            f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"
        )


def _postgresql_triggers() -> None:
    op.execute(
        "CREATE TRIGGER corrections_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON corrections"
        " FOR EACH STATEMENT EXECUTE FUNCTION history_is_only_added_to()"
    )
    # JSON has no equality there; its text has.
    changed = " OR ".join(f"NEW.{name}::text IS DISTINCT FROM OLD.{name}::text" for name in FIXED)
    for table, condition, kept, rows in (
        ("versions", f"{changed} OR {_uncorrected(_OF_OLD)}", "DELETE OR TRUNCATE", "UPDATE"),
        ("attachments", _uncorrected(_OF_OLD), "TRUNCATE", "UPDATE OR DELETE"),
    ):
        op.execute(f"DROP TRIGGER {table}_only_added_to ON {table}")
        op.execute(
            f"CREATE TRIGGER {table}_only_added_to BEFORE {kept} ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION history_is_only_added_to()"
        )
        op.execute(
            f"CREATE FUNCTION {table}_only_corrected() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN"
            f" RAISE EXCEPTION '{table} is history and is only added to' USING ERRCODE = '23514'; END IF;"
            " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END $$"
        )
        op.execute(
            f"CREATE TRIGGER {table}_only_corrected BEFORE {rows} ON {table}"
            f" FOR EACH ROW EXECUTE FUNCTION {table}_only_corrected()"
        )
    for name, table, condition, why in _refusals(sqlite=False):
        op.execute(
            f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {condition} THEN"
            f" RAISE EXCEPTION '{why}' USING ERRCODE = '23514'; END IF; RETURN NEW; END $$"
        )
        op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
