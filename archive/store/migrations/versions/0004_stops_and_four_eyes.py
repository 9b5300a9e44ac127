"""Stops of the pre-check, four eyes, and takeovers as acts of their own kind.

What was public stays so: approvals that stand here are of before these rules, and rest on nothing (``rests_on``). A
rebuild from old records must put such ones in. The triggers let it while nothing has ever been published here, and only
if the approval is older than the rules are here.
"""

# ruff: noqa: S608  # the names that the statements are made of are our own
import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision: str = "0004"
down_revision: str | None = "0003"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

HISTORY = ("prechecks", "findings", "settlements", "looks", "rules")
# The checks that name the verdicts: what they said, and what they say.
CHECKS = (
    (
        "decisions",
        "verdict",
        "verdict IN ('approve', 'reject', 'withdraw')",
        "verdict IN ('approve', 'takeover', 'reject', 'withdraw')",
    ),
    (
        "documents",
        "public_only_by_approval",
        "(public_version IS NULL AND public_decision IS NULL AND public_verdict IS NULL)"
        " OR (public_version IS NOT NULL AND public_decision IS NOT NULL"
        " AND public_verdict IS NOT NULL AND public_verdict = 'approve')",
        "(public_version IS NULL AND public_decision IS NULL AND public_verdict IS NULL)"
        " OR (public_version IS NOT NULL AND public_decision IS NOT NULL"
        " AND public_verdict IS NOT NULL AND public_verdict IN ('approve', 'takeover'))",
    ),
)

_ABOUT = "document_id = NEW.document_id AND version = NEW.version"
_BEFORE = (
    "NEW.verdict = 'approve' AND NEW.forced = 0 AND NEW.rests_on IS NULL"
    " AND NEW.decided_at < COALESCE((SELECT since FROM rules WHERE name = 'four eyes'), '')"
    " AND NOT EXISTS (SELECT 1 FROM changes)"
)
_PRECHECK = f"(SELECT MAX(id) FROM prechecks WHERE {_ABOUT})"
# The code points of blanks besides U+0020, as SQLite must be told them.
_BLANKS = (9, 10, 13, 160, 8203, 12288)
# Blanks and what can't be seen, as a regular expression of PostgreSQL's.
_UNSEEN = r"[\s\u00ad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]"
# What NFKC would change in a name: full and half widths, compatible ideographs, blanks and marks of other kinds.
_NOT_PLAIN = ((160, 160), (8192, 8303), (12272, 12288), (63744, 64255), (65280, 65519))

Folded = Callable[[str], str]


def folded_in_sqlite(name: str) -> str:
    for blank in _BLANKS:
        name = f"replace({name}, char({blank}), '')"
    return f"lower(replace({name}, ' ', ''))"


def folded_in_postgresql(name: str) -> str:
    return f"lower(regexp_replace(normalize({name}, NFKC), '{_UNSEEN}', '', 'g'))"


def refusals(folded: Folded, not_plain: str) -> tuple[tuple[str, str, str, str], ...]:
    """Each refusal's name, its table, when an insert is refused, and why."""

    def last(column: str, table: str, also: str = "") -> str:
        newest = f"SELECT {column} FROM {table} WHERE {_ABOUT}{also} ORDER BY id DESC LIMIT 1"
        return f"COALESCE(({newest}), '')"

    def involved(person: str, unknown: str = "") -> str:
        tables = (("classifications", "person"), ("examinations", "reviewer"), ("settlements", "person"))
        others = " OR ".join(
            f"EXISTS (SELECT 1 FROM {table} WHERE {_ABOUT} AND {folded(column)} = {folded(person)})"
            for table, column in tables
        )
        brought = (
            f"EXISTS (SELECT 1 FROM versions WHERE {_ABOUT} AND ({unknown}{folded('brought_by')} = {folded(person)}))"
        )
        return f"{brought} OR {others}"

    unknown = "brought_by = '' OR "
    published = "NEW.verdict IN ('approve', 'takeover')"
    nobody = f"{folded('NEW.reviewer')} = ''{not_plain}"
    return (
        (
            "approved_when_examined",
            "decisions",
            "NEW.verdict = 'approve' AND ("
            + last("outcome", "examinations", " AND aspect = 'truthfulness'")
            + " <> 'passed' OR "
            + last("outcome", "examinations", " AND aspect = 'confidentiality'")
            + " <> 'passed')",
            "an approval needs both examinations passed",
        ),
        (
            "approved_when_open",
            "decisions",
            f"{published} AND {last('disclosure', 'classifications')} <> '主动公开'",
            "an approval needs the attribute of active disclosure",
        ),
        (
            "approved_when_prechecked",
            "decisions",
            f"{published} AND NOT ({_BEFORE}) AND (NEW.rests_on IS NULL OR {_PRECHECK} IS NULL"
            f" OR (SELECT prechecks.found FROM prechecks WHERE id = {_PRECHECK})"
            f" <> (SELECT COUNT(*) FROM findings WHERE precheck_id = {_PRECHECK}))",
            "an approval needs a whole pre-check of this version",
        ),
        (
            "approved_without_stops",
            "decisions",
            f"{published} AND NOT ({_BEFORE})"
            f" AND EXISTS (SELECT 1 FROM findings WHERE precheck_id = {_PRECHECK}"
            " AND blocks = 1 AND NOT EXISTS (SELECT 1 FROM settlements WHERE finding_id = findings.id))",
            "an approval needs each stop of the pre-check settled",
        ),
        (
            "approved_by_another",
            "decisions",
            f"NEW.verdict = 'approve' AND NEW.forced = 0 AND NOT ({_BEFORE})"
            f" AND ({nobody} OR {involved('NEW.reviewer', unknown)})",
            "who brought it in or examined it does not approve it",
        ),
        (
            "forced_for_a_reason",
            "decisions",
            f"NEW.forced <> 0 AND (NEW.forced <> 1 OR NEW.verdict <> 'approve' OR {nobody} OR trim(NEW.reason) = '')",
            "only an approval is forced, by a person and for a reason",
        ),
        (
            "taken_over_on_a_ground",
            "decisions",
            f"NEW.verdict = 'takeover' AND ({nobody} OR trim(NEW.reason) = ''"
            " OR EXISTS (SELECT 1 FROM decisions WHERE document_id = NEW.document_id"
            " AND verdict IN ('reject', 'withdraw'))"
            f" OR EXISTS (SELECT 1 FROM examinations WHERE {_ABOUT} AND outcome = 'failed')"
            f" OR EXISTS (SELECT 1 FROM settlements WHERE {_ABOUT} AND {folded('person')} = {folded('NEW.reviewer')}))",
            "a takeover needs a person and a ground, and passes no reviewer",
        ),
        (
            "looked_at_by_another",
            "looks",
            f"{folded('NEW.person')} = ''{not_plain.replace('reviewer', 'person')}"
            " OR NOT EXISTS (SELECT 1 FROM decisions"
            f" WHERE id = NEW.decision_id AND {_ABOUT} AND forced = 1"
            f" AND {folded('reviewer')} <> {folded('NEW.person')}) OR {involved('NEW.person')}"
            " OR (NEW.outcome = 'failed' AND trim(NEW.reason) = '')",
            "a forced approval is looked at by another person",
        ),
    )


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    _add_tables()
    op.add_column("decisions", sa.Column("forced", sa.Integer, nullable=False, server_default="0"))
    op.add_column("decisions", sa.Column("rests_on", sa.JSON(none_as_null=True)))
    op.add_column("versions", sa.Column("brought_by", sa.Text, nullable=False, server_default=""))
    for table, name, former, now in CHECKS:
        if sqlite:
            _say_check_in_sqlite(table, former, now)
        else:
            op.drop_constraint(name, table, type_="check")
            op.create_check_constraint(name, table, now)
    _say_who_brought(sqlite)
    since = datetime.now(UTC).isoformat(timespec="microseconds")
    op.execute(sa.text("INSERT INTO rules (name, since) VALUES ('four eyes', :since)").bindparams(since=since))
    if sqlite:
        _sqlite_triggers()
    else:
        _postgresql_triggers()


def _add_tables() -> None:
    def about_a_version(name: str, *columns: sa.schema.SchemaItem) -> None:
        op.create_table(
            name,
            sa.Column("id", sa.Integer, primary_key=True),
            sa.Column("document_id", sa.String(32), nullable=False),
            sa.Column("version", sa.Integer, nullable=False),
            *columns,
            sqlite_autoincrement=True,
        )
        op.create_index(f"ix_{name}_document_id", name, ["document_id"])

    def of(table: str, column: str) -> sa.ForeignKeyConstraint:
        theirs = [f"{table}.{each}" for each in ("id", "document_id", "version")]
        return sa.ForeignKeyConstraint([column, "document_id", "version"], theirs)

    version = ["document_id", "version"], ["versions.document_id", "versions.version"]
    about_a_version(
        "prechecks",
        sa.Column("rules", sa.String(32), nullable=False),
        sa.Column("found", sa.Integer, nullable=False),
        sa.Column("checked_at", sa.String(32), nullable=False),
        sa.ForeignKeyConstraint(*version),
        sa.UniqueConstraint("id", "document_id", "version"),
    )
    about_a_version(
        "findings",
        sa.Column("precheck_id", sa.Integer, nullable=False),
        sa.Column("number", sa.Integer, nullable=False),
        sa.Column("rule", sa.String(32), nullable=False),
        sa.Column("blocks", sa.Integer, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("excerpt", sa.Text, nullable=False),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.CheckConstraint("blocks IN (0, 1)", name="blocks"),
        of("prechecks", "precheck_id"),
        sa.UniqueConstraint("precheck_id", "number"),
        sa.UniqueConstraint("id", "document_id", "version", name="uq_findings_id"),
    )
    about_a_version(
        "settlements",
        sa.Column("finding_id", sa.Integer, nullable=False),
        sa.Column("decision", sa.String(16), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.CheckConstraint("decision IN ('keep', 'masked', 'mistaken')", name="decision"),
        sa.CheckConstraint("trim(person) <> '' AND trim(reason) <> ''", name="by_a_person"),
        of("findings", "finding_id"),
    )
    op.create_index("ix_settlements_finding_id", "settlements", ["finding_id"])
    about_a_version(
        "looks",
        sa.Column("decision_id", sa.Integer, sa.ForeignKey("decisions.id"), nullable=False),
        sa.Column("outcome", sa.String(8), nullable=False),
        sa.Column("person", sa.Text, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("decided_at", sa.String(32), nullable=False),
        sa.CheckConstraint("outcome IN ('passed', 'failed')", name="outcome"),
        sa.ForeignKeyConstraint(*version),
    )
    op.create_table(
        "rules",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("since", sa.String(32), nullable=False),
    )


def _say_check_in_sqlite(table: str, former: str, now: str) -> None:
    """Word a check anew. SQLite can't alter one; its manual has this way for what changes nothing on the disk."""
    connection = op.get_bind()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    changed = connection.execute(
        sa.text(
            "UPDATE sqlite_master SET sql = replace(sql, :former, :now)"
            " WHERE type = 'table' AND name = :table AND instr(sql, :former) > 0"
        ),
        {"former": former, "now": now, "table": table},
    ).rowcount
    if changed != 1:
        raise RuntimeError(f"the table {table} has not the check that it should have")
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")


def _say_who_brought(sqlite: bool) -> None:
    """Fill in who brought versions in, as the audit log tells it."""
    connection = op.get_bind()
    received = connection.execute(
        sa.text("SELECT document_id, actor, details FROM audit WHERE action = 'receive' ORDER BY sequence")
    ).all()
    if not received:
        return
    told = [json.loads(each.details) if isinstance(each.details, str) else each.details for each in received]
    if sqlite:
        op.execute("DROP TRIGGER versions_no_update")
    else:
        op.execute("ALTER TABLE versions DISABLE TRIGGER versions_only_added_to")
    connection.execute(
        sa.text("UPDATE versions SET brought_by = :actor WHERE document_id = :id AND version = :version"),
        [
            {"actor": each.actor, "id": each.document_id, "version": details.get("version")}
            for each, details in zip(received, told, strict=True)
        ],
    )
    if sqlite:
        op.execute(_only_added_to_in_sqlite("versions", "UPDATE"))
    else:
        op.execute("ALTER TABLE versions ENABLE TRIGGER versions_only_added_to")


def _only_added_to_in_sqlite(table: str, what: str) -> str:
    return (
        f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table}"
        f" BEGIN SELECT RAISE(ABORT, '{table} is history and is only added to'); END"
    )


def _sqlite_triggers() -> None:
    for table in HISTORY:
        for what in ("UPDATE", "DELETE"):
            op.execute(_only_added_to_in_sqlite(table, what))
    for name in ("approved_when_examined", "approved_when_open"):
        op.execute(f"DROP TRIGGER {name}")
    for name, table, condition, why in refusals(folded_in_sqlite, not_plain_in_sqlite()):
        op.execute(refusal_in_sqlite(name, table, condition, why))


def not_plain_in_sqlite() -> str:
    ranges = " || ".join(f"char({first}) || '-' || char({last})" for first, last in _NOT_PLAIN)
    return f" OR NEW.reviewer GLOB '*[' || {ranges} || ']*'"


def refusal_in_sqlite(name: str, table: str, condition: str, why: str) -> str:
    return f"CREATE TRIGGER {name} BEFORE INSERT ON {table} WHEN {condition} BEGIN SELECT RAISE(ABORT, '{why}'); END"


def refusal_in_postgresql(name: str, condition: str, why: str) -> str:
    return (
        f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {condition} THEN"
        f" RAISE EXCEPTION '{why}' USING ERRCODE = '23514'; END IF; RETURN NEW; END $$"
    )


def _postgresql_triggers() -> None:
    for table in HISTORY:
        op.execute(
            f"CREATE TRIGGER {table}_only_added_to BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION history_is_only_added_to()"
        )
    for name, table, condition, why in refusals(folded_in_postgresql, ""):
        op.execute(refusal_in_postgresql(name, condition, why))
        if name not in ("approved_when_examined", "approved_when_open"):
            op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
