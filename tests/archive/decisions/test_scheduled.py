"""What is approved for a time becomes public then, by whom it was decided, if nothing is in the way; never before."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from archive.custody.rebuild import rebuild
from archive.decisions import corrections, precheck, review, scheduled
from archive.decisions.scheduled import Running
from archive.decisions.worklist import Step, Worklist
from archive.document import Aspect, Outcome, Status, Verdict
from archive.errors import DecisionRefused, UnknownDocument
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.catalogue import Catalogue
from archive.store.tables import decisions, schedules
from tests.conftest import NewDatabase

Write = Callable[[str, str], Path]
NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
AT = NOW + timedelta(hours=2)
BEGUN = Running("one", 1000)
LATER = Running("one", 1000 + 7200)


@pytest.fixture
def id(catalogue: Catalogue, intake: Intake, write: Write) -> str:
    """A document to which only the approval is lacking."""
    id = str(intake.receive(Item(write("a.txt", "关于防汛的通知\n请值班。\n"), "a")).document_id)
    review.vouch(catalogue, id, "审查员", "看过")
    return id


@pytest.fixture
def planned(catalogue: Catalogue, id: str) -> str:
    scheduled.plan(catalogue, id, AT, "签发人", "统一发布", now=NOW, running=BEGUN)
    return id


def test_it_is_public_at_its_time_and_not_before(catalogue: Catalogue, planned: str) -> None:
    assert scheduled.due(catalogue, AT - timedelta(seconds=1), LATER) == []
    assert catalogue.public_count() == 0
    (happened,) = scheduled.due(catalogue, AT, LATER)
    assert (happened.id, happened.public, happened.told) == (planned, True, "")
    assert catalogue.public(planned).version == 1
    with catalogue.reading() as connection:
        row = connection.execute(select(decisions)).one()
    # The seal is over this row: who decided, and when it happened.
    assert row.reviewer == "签发人" and row.reason == "统一发布（2026-11-27 16:00 决定定时公开）"
    assert scheduled.due(catalogue, AT, LATER) == [] and scheduled.plans(catalogue) == {}
    assert [each.action for each in catalogue.events(planned)][-2:] == ["schedule", "approve"]


@pytest.mark.parametrize(
    ("at", "why"),
    [
        (NOW, "已经过去"),
        (NOW - timedelta(days=1), "已经过去"),
        (NOW + timedelta(days=367), "请核对年份"),
    ],
)
def test_a_time_that_can_t_be_meant_is_refused(catalogue: Catalogue, id: str, at: datetime, why: str) -> None:
    with pytest.raises(DecisionRefused, match=why):
        scheduled.plan(catalogue, id, at, "签发人", now=NOW, running=BEGUN)
    assert scheduled.plans(catalogue) == {}


def test_what_an_approval_needs_must_be_there_now(catalogue: Catalogue, id: str) -> None:
    for person, why in (("收文员", "须是另一人"), (" ", "必须写明审查人")):
        with pytest.raises(DecisionRefused, match=why):
            scheduled.plan(catalogue, id, AT, person, now=NOW, running=BEGUN)
    with pytest.raises(UnknownDocument):
        scheduled.plan(catalogue, "nobody", AT, "签发人", now=NOW, running=BEGUN)
    review.decide(catalogue, id, Verdict.REJECT, "签发人", "缺附件")
    with pytest.raises(DecisionRefused, match="不在待审"):
        scheduled.plan(catalogue, id, AT, "签发人", now=NOW, running=BEGUN)


def test_it_is_set_once_and_cancelled_for_a_reason(catalogue: Catalogue, planned: str) -> None:
    with pytest.raises(DecisionRefused, match="已定于 2026-11-27 18:00 公开"):
        scheduled.plan(catalogue, planned, AT, "签发人", now=NOW, running=BEGUN)
    with pytest.raises(DecisionRefused, match="必须写明原因"):
        scheduled.cancel(catalogue, planned, "签发人", " ")
    assert scheduled.cancel(catalogue, planned, "签发人", "改期") == 1
    with pytest.raises(DecisionRefused, match="无须取消"):
        scheduled.cancel(catalogue, planned, "签发人", "改期")
    assert scheduled.due(catalogue, AT, LATER) == [] and catalogue.public_count() == 0
    scheduled.plan(catalogue, planned, AT, "签发人", now=NOW, running=BEGUN)
    assert scheduled.due(catalogue, AT, LATER)[0].public


def _corrected(catalogue: Catalogue, id: str) -> None:
    corrections.correct(catalogue, id, "genre", "公告", "更正员", "有误")


def _failed(catalogue: Catalogue, id: str) -> None:
    review.examine(catalogue, id, Aspect.TRUTHFULNESS, Outcome.FAILED, "审查员", "有误")


def _refused(catalogue: Catalogue, id: str) -> None:
    review.decide(catalogue, id, Verdict.REJECT, "签发人", "缺附件")


@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [(_corrected, "更正员更正过"), (_failed, "没有通过真实性审查"), (_refused, "已经退回")],
)
def test_what_is_in_the_way_by_then_is_told_and_not_tried_again(
    catalogue: Catalogue, planned: str, meanwhile: Callable[[Catalogue, str], None], why: str
) -> None:
    meanwhile(catalogue, planned)
    (happened,) = scheduled.due(catalogue, AT, LATER)
    assert not happened.public and why in happened.told
    assert catalogue.public_count() == 0 and catalogue.events(planned)[-1].action == "not_published"
    assert scheduled.due(catalogue, AT, LATER) == []
    plan = scheduled.plans(catalogue)[planned]
    assert why in plan.told and plan.person == "签发人"


def test_what_was_corrected_after_the_time_was_set_is_not_made_public_by_it(catalogue: Catalogue, planned: str) -> None:
    corrections.correct(catalogue, planned, "title", "关于抗旱的通知", "经办人", "写错了", 1, True)
    for aspect in Aspect:
        review.examine(catalogue, planned, aspect, Outcome.PASSED, "审查员", "看过")
    (happened,) = scheduled.due(catalogue, AT, LATER)
    assert not happened.public and "经办人更正过" in happened.told
    assert catalogue.public_count() == 0
    # Decided again on what is there now.
    scheduled.plan(catalogue, planned, AT + timedelta(hours=1), "签发人", "再定", now=AT, running=LATER)
    (again,) = scheduled.due(catalogue, AT + timedelta(hours=1), Running("one", 1000 + 10800))
    assert again.public


def test_a_newer_version_is_not_made_public_by_it(
    catalogue: Catalogue, planned: str, intake: Intake, write: Write
) -> None:
    intake.receive(Item(write("a.txt", "关于防汛的通知\n改过。\n"), "a"))
    assert "已有新版本" in scheduled.due(catalogue, AT, LATER)[0].told
    assert catalogue.public_count() == 0


def test_rules_of_the_pre_check_that_are_new_by_then_are_applied(
    catalogue: Catalogue, planned: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(precheck, "RULES", "2027-1")
    assert scheduled.due(catalogue, AT, LATER)[0].public


def test_what_was_approved_before_its_time_is_over(catalogue: Catalogue, planned: str) -> None:
    review.decide(catalogue, planned, Verdict.APPROVE, "签发人")
    assert scheduled.due(catalogue, AT, LATER)[0].public
    with catalogue.reading() as connection:
        assert len(connection.execute(select(decisions)).all()) == 1


def test_a_clock_put_forward_publishes_nothing_early(catalogue: Catalogue, planned: str) -> None:
    put_forward = AT + timedelta(days=300)
    assert scheduled.due(catalogue, put_forward, Running("one", 1000 + 3600)) == []
    assert scheduled.plans(catalogue, put_forward, Running("one", 1000 + 3600))[planned].waits
    # And back: the clock has to have come there, too.
    assert scheduled.due(catalogue, NOW, LATER) == []
    assert not scheduled.plans(catalogue, NOW, LATER)[planned].waits
    assert scheduled.due(catalogue, AT, LATER)[0].public


@pytest.mark.parametrize("running", [Running("another", 5), Running("", 0)])
def test_after_a_restart_there_is_only_the_clock(catalogue: Catalogue, planned: str, running: Running) -> None:
    assert scheduled.due(catalogue, AT - timedelta(seconds=1), running) == []
    assert scheduled.due(catalogue, AT, running)[0].public


def test_the_machine_tells_how_long_it_has_run() -> None:
    first, second = Running.now(), Running.now()
    assert first.boot == second.boot != "" and 0 < first.seconds <= second.seconds


def test_it_comes_back_with_a_rebuild(
    catalogue: Catalogue, planned: str, tmp_path: Path, database: NewDatabase
) -> None:
    other = Catalogue(database(), tmp_path, empty=True)
    assert rebuild(other).damaged == ()
    assert scheduled.plans(other, NOW, BEGUN) == scheduled.plans(catalogue, NOW, BEGUN) != {}
    assert scheduled.due(other, AT, Running("another", 5))[0].public
    other.close()


def test_it_waits_in_a_queue_of_its_own(catalogue: Catalogue, planned: str) -> None:
    (work,) = Worklist(catalogue).waiting()
    assert work.step is Step.SCHEDULED and work.plan and work.plan.when == "2026-11-27 18:00"
    _failed(catalogue, planned)
    scheduled.due(catalogue, AT, LATER)
    (work,) = Worklist(catalogue).waiting()
    assert work.step is Step.KEEP_BACK and work.plan and "没有通过" in work.plan.told
    assert catalogue.newest(planned).status is Status.WAITING


def test_one_that_fails_does_not_keep_the_others(
    catalogue: Catalogue, planned: str, intake: Intake, write: Write
) -> None:
    other = str(intake.receive(Item(write("b.txt", "关于抗旱的通知\n请值班。\n"), "b")).document_id)
    review.vouch(catalogue, other, "审查员", "看过")
    scheduled.plan(catalogue, other, AT, "签发人", now=NOW, running=BEGUN)
    catalogue.records.path(planned).write_text("{}", encoding="utf-8")
    happened = {each.id: each.public for each in scheduled.due(catalogue, AT, LATER)}
    assert happened == {planned: False, other: True}
    # It stays set, and is told each time.
    assert [each.id for each in scheduled.due(catalogue, AT, LATER)] == [planned]


def test_what_was_set_is_history(catalogue: Catalogue, planned: str) -> None:
    for statement in (update(schedules).values(publish_at="2020"), delete(schedules)):
        with pytest.raises(IntegrityError), catalogue.writing() as connection:
            connection.execute(statement)
