"""The audit log's hash chain, which reveals any change to its rows."""

import pytest
from sqlalchemy import text

from archive.store import audit
from archive.store.catalogue import Catalogue


@pytest.fixture
def log(catalogue: Catalogue) -> Catalogue:
    for at in range(1, 5):
        with catalogue.writing() as connection:
            audit.append(connection, "收文员", "receive", f"d{at}", {"version": at})
    return catalogue


def tamper(catalogue: Catalogue, *statements: str) -> None:
    """Change the log without its triggers, as somebody with full access to the database can."""
    with catalogue.writing() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_only_added_to"))
        else:
            for name in ("audit_no_update", "audit_no_delete"):
                connection.execute(text(f"DROP TRIGGER {name}"))
        for statement in statements:
            connection.execute(text(statement))


def test_an_untouched_log_is_whole(log: Catalogue) -> None:
    assert log.audit_break() is None
    with log.reading() as connection:
        assert [event.document_id for event in audit.events(connection)] == ["d1", "d2", "d3", "d4"]
        assert [event.sequence for event in audit.events(connection, "d3")] == [3]
        assert audit.head(connection) == (4, [event.hash for event in audit.events(connection)][-1])


@pytest.mark.parametrize(
    ("statements", "sequence", "reason"),
    [
        (["UPDATE audit SET actor = 'x' WHERE sequence = 2"], 2, "改动"),
        (["UPDATE audit SET details = '{}' WHERE sequence = 4"], 4, "改动"),
        (["DELETE FROM audit WHERE sequence = 2"], 3, "不相续"),
        (["DELETE FROM audit WHERE sequence = 1"], 2, "不相续"),
        (["DELETE FROM audit WHERE sequence = 4"], 4, "末尾"),
        (["DELETE FROM audit"], 1, "末尾"),
        (
            [
                "UPDATE audit SET sequence = 9 WHERE sequence = 2",
                "UPDATE audit SET sequence = 2 WHERE sequence = 3",
                "UPDATE audit SET sequence = 3 WHERE sequence = 9",
            ],
            2,
            "不相续",
        ),
        (["UPDATE audit SET sequence = 10 WHERE sequence = 4"], 11, "末尾"),
    ],
)
def test_what_was_done_to_rows_is_found(log: Catalogue, statements: list[str], sequence: int, reason: str) -> None:
    tamper(log, *statements)
    found = log.audit_break()
    assert found is not None
    assert found.sequence == sequence
    assert reason in found.reason


def test_a_log_hashed_anew_is_told_by_the_head_that_was_noted(log: Catalogue) -> None:
    with log.reading() as connection:
        _, noted = audit.head(connection)
    assert log.audit_break(noted) is None
    tamper(log, "DELETE FROM audit", "DELETE FROM audit_head")
    for at in range(1, 5):
        with log.writing() as connection:
            audit.append(connection, "别人", "receive", f"d{at}", {"version": at})
    assert log.audit_break() is None
    assert log.audit_break(noted) is not None
