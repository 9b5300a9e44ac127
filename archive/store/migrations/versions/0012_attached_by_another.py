"""Who brought in what became an attachment does not approve it, nor looks at it after a forced approval.

The event of the document that got the attachment tells who that was; nobody known is not another person.
"""

# ruff: noqa: S608  # the names that the statements are made of are our own
from collections.abc import Sequence
from importlib import import_module

from alembic import op

revision: str = "0012"
down_revision: str | None = "0011"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

_former = import_module("archive.store.migrations.versions.0004_stops_and_four_eyes")
_names = import_module("archive.store.migrations.versions.0006_marks_in_names")


def _refusals(sqlite: bool) -> tuple[tuple[str, str, str, str], ...]:
    """Each refusal's name, its table, when an insert is refused, and why."""
    folded = _names.folded_in_sqlite if sqlite else _names.folded_in_postgresql
    version, brought = (
        ("json_extract(details, '$.version')", "json_extract(details, '$.brought_by')")
        if sqlite
        else ("(details ->> 'version')::integer", "details ->> 'brought_by'")
    )

    def attached(person: str) -> str:
        # Named in a query of its own: SQLite's parser takes no more calls within each other than a name needs.
        events = (
            f"SELECT COALESCE({brought}, '') AS brought FROM audit WHERE document_id = NEW.document_id"
            f" AND action = 'attached' AND {version} = NEW.version"
        )
        return (
            f"EXISTS (SELECT 1 FROM ({events}) AS parts WHERE brought = '' OR {folded('brought')} = {folded(person)})"
        )

    return (
        (
            "approved_by_none_who_attached",
            "decisions",
            f"NEW.verdict = 'approve' AND NEW.forced = 0 AND {attached('NEW.reviewer')}",
            "who brought in an attachment does not approve it",
        ),
        (
            "looked_at_by_none_who_attached",
            "looks",
            attached("NEW.person"),
            "a forced approval is looked at by another person",
        ),
    )


def upgrade() -> None:
    sqlite = op.get_bind().dialect.name == "sqlite"
    for name, table, condition, why in _refusals(sqlite):
        if sqlite:
            op.execute(_former.refusal_in_sqlite(name, table, condition, why))
        else:
            op.execute(_former.refusal_in_postgresql(name, condition, why))
            op.execute(f"CREATE TRIGGER {name} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()")
