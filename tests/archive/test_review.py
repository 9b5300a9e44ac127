"""Decisions: what they change together, and what the rules and the database refuse."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError

from archive import review
from archive.catalogue import Catalogue
from archive.document import Status, Verdict
from archive.errors import DecisionRefused, UnknownDocument
from archive.intake import Intake, Item
from archive.tables import audit, changes, decisions, documents


@pytest.fixture
def id(intake: Intake, write: Callable[[str, str], Path]) -> str:
    return str(intake.receive(Item(write("a.txt", "防汛通知\n请落实值班制度。\n"), "a")).document_id)


def counts(catalogue: Catalogue) -> tuple[int, int, int]:
    with catalogue.reading() as connection:
        decided, audited, changed = (
            len(connection.execute(select(table)).all()) for table in (decisions, audit, changes)
        )
    return decided, audited, changed


def test_a_decision_an_audit_event_and_a_change_are_one(catalogue: Catalogue, id: str) -> None:
    assert counts(catalogue) == (0, 1, 0)
    review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    assert counts(catalogue) == (1, 2, 1)
    assert catalogue.changes_after(0)[0].document_id == id
    assert catalogue.last_change() == 1


def test_a_withdrawal_hides_at_once(catalogue: Catalogue, id: str) -> None:
    review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    cursor = catalogue.last_change()
    assert catalogue.hidden_since(cursor) == frozenset()
    review.decide(catalogue, id, Verdict.WITHDRAW, "审查员", "内容有误")
    assert catalogue.public_many([id]) == {}
    assert catalogue.public_count() == 0
    assert catalogue.hidden_since(cursor) == {id}
    assert catalogue.newest(id).status is Status.WITHDRAWN


def test_a_version_that_replaces_another_hides_it_until_the_index_follows(
    catalogue: Catalogue, intake: Intake, id: str, write: Callable[[str, str], Path]
) -> None:
    review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    cursor = catalogue.last_change()
    intake.receive(Item(write("a.txt", "防汛通知\n改正后的内容。\n"), "a"))
    assert catalogue.hidden_since(cursor) == frozenset()
    review.decide(catalogue, id, Verdict.WITHDRAW, "审查员", "有误")
    review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    assert catalogue.public(id).version == 2
    assert catalogue.hidden_since(cursor) == {id}


def test_a_refusal_changes_nothing_for_the_public(
    catalogue: Catalogue, intake: Intake, id: str, write: Callable[[str, str], Path]
) -> None:
    review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    intake.receive(Item(write("a.txt", "防汛通知\n不妥的改动。\n"), "a"))
    cursor = catalogue.last_change()
    assert review.decide(catalogue, id, Verdict.REJECT, "审查员", "不妥") == 2
    assert catalogue.last_change() == cursor
    assert catalogue.public(id).version == 1


def test_a_withdrawn_document_can_be_approved_again_by_a_person(catalogue: Catalogue, id: str) -> None:
    review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    review.decide(catalogue, id, Verdict.WITHDRAW, "审查员", "内容有误")
    review.decide(catalogue, id, Verdict.APPROVE, "审查员", "已更正")
    assert catalogue.public(id).id == id


@pytest.mark.parametrize(
    ("verdict", "reviewer", "reason"),
    [
        (Verdict.WITHDRAW, "审查员", "从未公开"),
        (Verdict.REJECT, "审查员", " "),
        (Verdict.APPROVE, " ", ""),
    ],
)
def test_a_decision_against_the_rules_records_nothing(
    catalogue: Catalogue, id: str, verdict: Verdict, reviewer: str, reason: str
) -> None:
    before = counts(catalogue)
    with pytest.raises(DecisionRefused):
        review.decide(catalogue, id, verdict, reviewer, reason)
    assert counts(catalogue) == before


def test_a_public_version_is_withdrawn_not_refused(catalogue: Catalogue, id: str) -> None:
    review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    with pytest.raises(DecisionRefused, match="withdraw"):
        review.decide(catalogue, id, Verdict.REJECT, "审查员", "不妥")
    with pytest.raises(DecisionRefused, match="已经公开"):
        review.decide(catalogue, id, Verdict.APPROVE, "审查员")


def test_a_decision_about_a_version_that_was_replaced_is_refused(catalogue: Catalogue, id: str) -> None:
    with pytest.raises(DecisionRefused, match="新版本"):
        review.decide(catalogue, id, Verdict.APPROVE, "审查员", version=7)


def test_an_unknown_document_is_unknown(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownDocument):
        review.decide(catalogue, "nobody", Verdict.APPROVE, "审查员")


def test_the_database_itself_refuses_to_publish_without_an_approval(catalogue: Catalogue, id: str) -> None:
    public = {"public_version": 1, "public_decision": 1, "public_verdict": "approve"}
    for values in (public, {**public, "public_verdict": None}, {"public_version": 1}):
        with pytest.raises(IntegrityError), catalogue.writing() as connection:
            connection.execute(update(documents).where(documents.c.id == id).values(**values))
    review.decide(catalogue, id, Verdict.REJECT, "审查员", "不妥")
    for values in (public, {**public, "public_verdict": "reject"}):
        with pytest.raises(IntegrityError), catalogue.writing() as connection:
            connection.execute(update(documents).where(documents.c.id == id).values(**values))


def test_a_decision_about_no_version_is_refused_by_the_database(catalogue: Catalogue, id: str) -> None:
    row = {"document_id": id, "version": 5, "verdict": "approve", "reviewer": "x", "reason": "", "decided_at": "now"}
    with pytest.raises(IntegrityError), catalogue.writing() as connection:
        connection.execute(insert(decisions).values(**row))


@pytest.mark.parametrize(
    "tampering",
    [
        "UPDATE audit SET actor = 'somebody else' WHERE sequence = 2",
        "DELETE FROM audit WHERE sequence = 2",
        "UPDATE audit SET sequence = sequence * 10 WHERE sequence = 1",
    ],
)
def test_a_changed_missing_or_moved_audit_row_is_found(catalogue: Catalogue, id: str, tampering: str) -> None:
    review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    review.decide(catalogue, id, Verdict.WITHDRAW, "审查员", "有误")
    assert catalogue.audit_break() is None
    with catalogue.writing() as connection:
        connection.execute(text(tampering))
    assert catalogue.audit_break() is not None
