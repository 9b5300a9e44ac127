"""What the database is asked directly, past the program's own rules."""

from importlib import import_module

import pytest
from sqlalchemy import Connection, insert
from sqlalchemy.exc import IntegrityError

from archive.decisions import publication
from archive.store import audit
from archive.store.catalogue import Catalogue
from archive.store.tables import decisions

_MIGRATION = import_module("archive.store.migrations.versions.0006_marks_in_names")


def folded(name: str, dialect: str) -> str:
    """The SQL by which a database folds a name."""
    return str(getattr(_MIGRATION, f"folded_in_{dialect}")(name))


def decision(connection: Connection, id: str, reviewer: str, verdict: str = "approve", **others: object) -> int:
    """Write a decision that makes the first version public straight into its table; returns the row's id."""
    row = {
        "document_id": id,
        "version": 1,
        "verdict": verdict,
        "reviewer": reviewer,
        "reason": "依据",
        "decided_at": audit.now(),
        "forced": 0,
        "rests_on": publication.resting(connection, id),
    }
    made = connection.execute(insert(decisions).values(**{**row, **others}).returning(decisions.c.id))
    return int(made.scalar_one())


def refused(catalogue: Catalogue, id: str, reviewer: str, why: str, verdict: str = "approve", **others: object) -> None:
    """Expect that the database itself refuses such a decision."""
    with pytest.raises(IntegrityError, match=why), catalogue.writing() as connection:
        decision(connection, id, reviewer, verdict, **others)


def allowed(catalogue: Catalogue, id: str, reviewer: str, verdict: str = "approve", **others: object) -> None:
    """Expect that the database would take such a decision; it is not kept."""
    with pytest.raises(ZeroDivisionError), catalogue.writing() as connection:
        decision(connection, id, reviewer, verdict, **others)
        raise ZeroDivisionError
