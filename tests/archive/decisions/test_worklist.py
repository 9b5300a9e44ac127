"""What waits is kept between looks, and is always what a first look would find."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.decisions import corrections, returned, review, scheduled, stops, worklist
from archive.decisions.returned import Point
from archive.decisions.worklist import Worklist
from archive.document import Aspect, Disclosure, Outcome, Settlement, Verdict
from archive.errors import DecisionRefused
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.registers import looks
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from tests.conftest import NewDatabase

Write = Callable[[str, str], Path]
Bring = Callable[[int, str], str]
TEXT = "关于防汛的第{}号通知\n请值班。\n村民王某13812345678。\n2019年3月1日\n"


@pytest.fixture
def bring(intake: Intake, write: Write) -> Bring:
    def brought(at: int, more: str = "") -> str:
        return str(intake.receive(Item(write(f"{at}.txt", TEXT.format(at) + more), f"{at}")).document_id)

    return brought


def test_after_any_act_it_is_what_a_first_look_finds(catalogue: Catalogue, bring: Bring) -> None:
    chance = random.Random(17)  # noqa: S311 - any order of acts
    kept = Worklist(catalogue)
    ids = [bring(at, "") for at in range(4)]
    steps, done = set(), 0

    def later() -> datetime:
        return datetime.now(UTC) + timedelta(days=1)

    acts: list[Callable[[int, str], object]] = [
        lambda at, id: bring(at, f"另：{chance.random()}\n"),
        lambda at, id: review.classify(catalogue, id, Disclosure.ACTIVE, "审查员", "条例第二十条"),
        lambda at, id: review.classify(catalogue, id, chance.choice([*Disclosure]), "审查员", "条例", "国家秘密"),
        lambda at, id: stops.settle(catalogue, id, 1, Settlement.KEEP, "审查员", "本人同意"),
        lambda at, id: review.examine(catalogue, id, Aspect.TRUTHFULNESS, Outcome.PASSED, "审查员", "看过"),
        lambda at, id: review.examine(catalogue, id, Aspect.CONFIDENTIALITY, Outcome.PASSED, "审查员", "看过"),
        lambda at, id: review.examine(catalogue, id, Aspect.CONFIDENTIALITY, Outcome.FAILED, "审查员", "看过"),
        lambda at, id: corrections.correct(catalogue, id, "issuer", f"云溪县第{chance.randrange(9)}局", "丙", "看错"),
        lambda at, id: returned.send_back(catalogue, id, "审查员", [Point("标题", "有误")], "请补正"),
        lambda at, id: scheduled.plan(catalogue, id, later(), "签发人", "统一发布"),
        lambda at, id: scheduled.cancel(catalogue, id, "签发人", "改期"),
        lambda at, id: review.decide(catalogue, id, Verdict.APPROVE, "签发人", "可以"),
        lambda at, id: review.decide(catalogue, id, Verdict.WITHDRAW, "签发人", "有误"),
    ]
    weights = [2, 6, 1, 6, 6, 6, 1, 1, 1, 3, 1, 3, 1]
    for _ in range(80):
        at = chance.randrange(len(ids))
        try:
            chance.choices(acts, weights)[0](at, ids[at])
        except DecisionRefused:
            continue
        done += 1
        first = Worklist(catalogue).all()
        assert kept.all() == first
        steps |= {work.step for work in first}
    assert done > 20 and len(steps) > 5


def test_only_documents_with_events_are_read_again(
    catalogue: Catalogue, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = [bring(at, "") for at in range(3)]
    kept = Worklist(catalogue)
    before = {work.id: work for work in kept.all()}
    assert {work.id: work for work in kept.all()} == before
    looks.note(catalogue, ids[0], 1, "审查员", "0.txt")
    review.classify(catalogue, ids[1], Disclosure.ACTIVE, "审查员", "条例第二十条")
    after = {work.id: work for work in kept.all()}
    # The others are the very same values.
    assert [after[id] is before[id] for id in ids] == [True, False, True]
    # One query for all costs less than a long list.
    monkeypatch.setattr(worklist, "_MOST", 1)
    for id in ids[:2]:
        review.classify(catalogue, id, Disclosure.ON_REQUEST, "审查员", "条例")
    again = {work.id: work for work in kept.all()}
    assert [again[id] is after[id] for id in ids] == [False, False, False]
    assert [*again.values()] == Worklist(catalogue).all()


def test_a_log_that_is_another_one_is_read_from_its_beginning(
    catalogue: Catalogue,
    bring: Bring,
    blobs: Blobs,
    sandbox: Sandbox,
    write: Write,
    tmp_path: Path,
    database: NewDatabase,
) -> None:
    kept = Worklist(catalogue)
    bring(1, "")
    assert len(kept.all()) == 1
    other = Catalogue(database(), tmp_path / "other", empty=True)
    Intake(other, blobs, sandbox, "乙").receive(Item(write("2.txt", TEXT.format(2)), "2"))
    # As if the archive had been restored from elsewhere while the desk runs.
    kept._catalogue = other
    assert [work.title for work in kept.all()] == ["关于防汛的第2号通知"]
    other.close()
