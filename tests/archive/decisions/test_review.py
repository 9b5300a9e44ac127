"""Review decisions: what each one changes together, and what the rules and the database refuse."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from archive.custody import agreement
from archive.decisions import review
from archive.document import Aspect, Disclosure, Outcome, Status, Verdict
from archive.errors import DecisionRefused, UnknownDocument
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.catalogue import Catalogue
from archive.store.tables import audit, changes, decisions, documents, examinations, metadata
from tests.conftest import publish


@pytest.fixture
def id(intake: Intake, write: Callable[[str, str], Path]) -> str:
    return str(intake.receive(Item(write("a.txt", "防汛通知\n请落实值班制度。\n"), "a")).document_id)


def ready(catalogue: Catalogue, id: str) -> None:
    """Do everything that a document needs to be approved, except approving it."""
    review.classify(catalogue, id, Disclosure.ACTIVE, "经办人", "条例第二十条")
    for aspect in Aspect:
        review.examine(catalogue, id, aspect, Outcome.PASSED, "审查员", "一事一审")


def counts(catalogue: Catalogue) -> tuple[int, int, int]:
    with catalogue.reading() as connection:
        decided, audited, changed = (
            len(connection.execute(select(table)).all()) for table in (decisions, audit, changes)
        )
    return decided, audited, changed


def test_a_decision_an_audit_event_and_a_change_are_one(catalogue: Catalogue, id: str) -> None:
    ready(catalogue, id)
    assert counts(catalogue) == (0, 5, 0)
    review.decide(catalogue, id, Verdict.APPROVE, "签发人")
    assert counts(catalogue) == (1, 6, 1)
    assert catalogue.changes_after(0)[0].document_id == id
    assert catalogue.last_change() == 1


def test_a_withdrawal_hides_at_once(catalogue: Catalogue, id: str) -> None:
    publish(catalogue, id)
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
    publish(catalogue, id)
    cursor = catalogue.last_change()
    intake.receive(Item(write("a.txt", "防汛通知\n改正后的内容。\n"), "a"))
    assert catalogue.hidden_since(cursor) == frozenset()
    review.decide(catalogue, id, Verdict.WITHDRAW, "审查员", "有误")
    publish(catalogue, id)
    assert catalogue.public(id).version == 2
    assert catalogue.hidden_since(cursor) == {id}


def test_a_refusal_changes_nothing_for_the_public(
    catalogue: Catalogue, intake: Intake, id: str, write: Callable[[str, str], Path]
) -> None:
    publish(catalogue, id)
    intake.receive(Item(write("a.txt", "防汛通知\n不妥的改动。\n"), "a"))
    cursor = catalogue.last_change()
    assert review.decide(catalogue, id, Verdict.REJECT, "审查员", "不妥") == 2
    assert catalogue.last_change() == cursor
    assert catalogue.public(id).version == 1


def test_a_withdrawn_document_can_be_approved_again_by_a_person(catalogue: Catalogue, id: str) -> None:
    publish(catalogue, id)
    review.decide(catalogue, id, Verdict.WITHDRAW, "审查员", "内容有误")
    publish(catalogue, id, reason="已更正")
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
    ready(catalogue, id)
    before = counts(catalogue)
    with pytest.raises(DecisionRefused):
        review.decide(catalogue, id, verdict, reviewer, reason)
    assert counts(catalogue) == before


def test_a_public_version_is_withdrawn_not_refused(catalogue: Catalogue, id: str) -> None:
    publish(catalogue, id)
    with pytest.raises(DecisionRefused, match="withdraw"):
        review.decide(catalogue, id, Verdict.REJECT, "审查员", "不妥")
    with pytest.raises(DecisionRefused, match="已经公开"):
        publish(catalogue, id)
    with pytest.raises(DecisionRefused, match="withdraw"):
        review.examine(catalogue, id, Aspect.CONFIDENTIALITY, Outcome.FAILED, "审查员", "复查")
    with pytest.raises(DecisionRefused, match="withdraw"):
        review.classify(catalogue, id, Disclosure.ON_REQUEST, "经办人", "定期评估")


def test_a_decision_about_a_version_that_was_replaced_is_refused(catalogue: Catalogue, id: str) -> None:
    with pytest.raises(DecisionRefused, match="新版本"):
        review.decide(catalogue, id, Verdict.APPROVE, "审查员", version=7)


def test_an_unknown_document_is_unknown(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownDocument):
        publish(catalogue, "nobody")


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
    row = {"document_id": id, "version": 5, "verdict": "reject", "reviewer": "x", "reason": "", "decided_at": "now"}
    with pytest.raises(IntegrityError), catalogue.writing() as connection:
        connection.execute(insert(decisions).values(**row))


@pytest.mark.parametrize("missing", [*Aspect])
def test_one_examination_does_not_stand_for_the_other(catalogue: Catalogue, id: str, missing: Aspect) -> None:
    review.classify(catalogue, id, Disclosure.ACTIVE, "经办人", "条例第二十条")
    for aspect in {*Aspect} - {missing}:
        review.examine(catalogue, id, aspect, Outcome.PASSED, "审查员", "一事一审")
    with pytest.raises(DecisionRefused, match="还没有作"):
        review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    review.examine(catalogue, id, missing, Outcome.PASSED, "审查员", "一事一审")
    review.examine(catalogue, id, missing, Outcome.FAILED, "审查员", "复看时发现问题")
    with pytest.raises(DecisionRefused, match="没有通过"):
        review.decide(catalogue, id, Verdict.APPROVE, "审查员")


def test_a_missing_attribute_counts_as_not_public(catalogue: Catalogue, id: str) -> None:
    for aspect in Aspect:
        review.examine(catalogue, id, aspect, Outcome.PASSED, "审查员", "一事一审")
    with pytest.raises(DecisionRefused, match="没有标明公开属性"):
        review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    with pytest.raises(DecisionRefused, match="理由"):
        review.classify(catalogue, id, Disclosure.WITHHELD, "经办人", "条例第十四条")
    review.classify(catalogue, id, Disclosure.WITHHELD, "经办人", "条例第十四条", ground="危及公共安全")
    with pytest.raises(DecisionRefused, match="不予公开"):
        review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    with pytest.raises(DecisionRefused, match="不予公开"):
        publish(catalogue, id)
    review.classify(catalogue, id, Disclosure.ACTIVE, "经办人", "条例第十八条定期评估")
    assert review.decide(catalogue, id, Verdict.APPROVE, "签发人") == 1


def test_what_the_source_states_is_the_first_classification(
    catalogue: Catalogue, intake: Intake, write: Callable[[str, str], Path]
) -> None:
    item = Item(write("b.txt", "内部通报\n不宜公开。\n"), "b", {"disclosure": "不予公开"})
    id = str(intake.receive(item).document_id)
    with pytest.raises(DecisionRefused, match="不予公开"):
        publish(catalogue, id)
    assert counts(catalogue) == (0, 3, 0)


def test_a_new_version_is_examined_anew(
    catalogue: Catalogue, intake: Intake, id: str, write: Callable[[str, str], Path]
) -> None:
    ready(catalogue, id)
    intake.receive(Item(write("a.txt", "防汛通知\n改动后的内容。\n"), "a"))
    with pytest.raises(DecisionRefused, match="第 2 版还没有作真实性审查"):
        review.decide(catalogue, id, Verdict.APPROVE, "审查员")
    with pytest.raises(DecisionRefused, match="新版本"):
        review.examine(catalogue, id, Aspect.TRUTHFULNESS, Outcome.PASSED, "审查员", "一事一审", version=1)


@pytest.mark.parametrize("left_out", ["truthfulness", "confidentiality", "attribute", "failed", "withheld"])
def test_the_database_itself_refuses_an_approval_without_all_that_is_asked(
    catalogue: Catalogue, id: str, left_out: str
) -> None:
    for aspect in Aspect:
        if aspect != left_out:
            review.examine(catalogue, id, aspect, Outcome.PASSED, "审查员", "一事一审")
    if left_out == "failed":
        review.examine(catalogue, id, Aspect.TRUTHFULNESS, Outcome.FAILED, "审查员", "有误")
    if left_out != "attribute":
        review.classify(catalogue, id, Disclosure.ACTIVE, "经办人", "条例第二十条")
    if left_out == "withheld":
        review.classify(catalogue, id, Disclosure.WITHHELD, "经办人", "条例第十四条", ground="国家秘密")
    row = {"document_id": id, "version": 1, "verdict": "approve", "reviewer": "x", "reason": "", "decided_at": "now"}
    with pytest.raises(IntegrityError), catalogue.writing() as connection:
        connection.execute(insert(decisions).values(**row))


@pytest.mark.parametrize("table", ["versions", "examinations", "classifications", "decisions", "audit", "changes"])
def test_history_can_only_be_added_to(catalogue: Catalogue, id: str, table: str) -> None:
    publish(catalogue, id)
    rows = metadata.tables[table]
    for statement in (update(rows).values(document_id=id), delete(rows)):
        with pytest.raises(IntegrityError, match="only added to"), catalogue.writing() as connection:
            connection.execute(statement)


def test_one_persons_word_is_recorded_whole_or_not_at_all(catalogue: Catalogue, id: str) -> None:
    review.classify(catalogue, id, Disclosure.ON_REQUEST, "经办人", "条例第二十七条")
    before = counts(catalogue)
    with pytest.raises(DecisionRefused, match="依申请公开"):
        review.approve_alone(catalogue, id, "审查员", "只有一人", None, forced=True)
    assert counts(catalogue) == before
    with catalogue.reading() as connection:
        assert not connection.execute(select(examinations)).all()


def test_the_log_keeps_no_number_of_a_person_from_a_reason(
    catalogue: Catalogue, intake: Intake, write: Callable[[str, str], Path]
) -> None:
    """Typed reasons are masked in the events, and what holds the events against the rows still finds them alike."""
    phone, card = "13812345678", "110101199003074514"
    written = write("a.txt", "防汛通知\n请落实值班制度。\n")
    id = str(intake.receive(Item(written, "a", note=f"来电{phone}要求")).document_id)
    review.classify(catalogue, id, Disclosure.ACTIVE, "经办人", f"来电{phone}")
    for aspect in Aspect:
        review.examine(catalogue, id, aspect, Outcome.PASSED, "审查员", f"已核对王某（{card}）")
    review.decide(catalogue, id, Verdict.APPROVE, "签发人", f"王某{phone}同意")
    review.decide(catalogue, id, Verdict.WITHDRAW, "签发人", f"王某来电{phone}")
    logged = json.dumps([each.details for each in catalogue.events(id)], ensure_ascii=False)
    assert phone not in logged and card not in logged
    assert logged.count("138******78") == 4 and logged.count("110*************14") == 2
    with catalogue.reading() as connection:
        assert [*agreement.decided(connection)] == []
        assert phone in str(connection.scalars(select(decisions.c.reason)).first())
