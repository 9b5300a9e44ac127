"""Two documents that look like one: what a person decides, and that intake's rules hold for a version so made."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import select

from archive.decisions import review
from archive.decisions.worklist import Worklist
from archive.document import Disclosure, Status, Verdict
from archive.errors import DecisionRefused, UnknownDocument
from archive.extract import Sandbox
from archive.intake import twins
from archive.intake.adding import Item
from archive.intake.receive import Intake, Receipt, Result
from archive.store.tables import sources
from tests.conftest import publish
from web.installation.services import Services

Take = Callable[[str, str], Receipt]
FIRST = "关于做好防汛工作的通知\n\n云政发〔2019〕1号\n\n请落实值班制度。\n"
SECOND = FIRST.replace("值班制度", "值班制度和巡查制度")


@pytest.fixture
def take(services: Services, tmp_path: Path) -> Callable[..., Receipt]:
    def taken(source: str, text: str, stated: dict[str, str] | None = None, by: str = "丁四") -> Receipt:
        path = tmp_path / "a.txt"
        path.write_text(text, encoding="utf-8")
        with Sandbox(workers=1) as sandbox:
            return Intake(services.catalogue, services.blobs, sandbox, by).receive(Item(path, source, stated or {}))

    return taken


def two(take: Callable[..., Receipt], **stated: str) -> tuple[str, str]:
    return str(take("one", FIRST, stated).document_id), str(take("two", SECOND, by="甲一").document_id)


def test_what_is_the_same_is_closed_with_a_reason_that_names_the_other(services: Services, take: Take) -> None:
    first, second = two(take)
    twins.same(services.catalogue, second, first, "乙二", "只多四个字", 1)
    assert services.catalogue.newest(second).status is Status.REFUSED
    event = services.catalogue.events(second)[-1]
    assert event.action == "reject" and event.actor == "乙二"
    assert event.details["reason"] == f"与编号 {first} 的文件是同一件：只多四个字"
    # And never both of each other.
    with pytest.raises(DecisionRefused, match="不能以它代替"):
        twins.same(services.catalogue, first, second, "乙二", "同", 1)
    assert services.catalogue.newest(first).status is Status.WAITING


def test_what_are_two_is_an_event_of_both(services: Services, take: Take) -> None:
    first, second = two(take)
    twins.separate(services.catalogue, second, first, "乙二", "两个年度", 1)
    for one, other in ((first, second), (second, first)):
        event = services.catalogue.events(one)[-1]
        assert (event.action, event.actor, event.details) == (
            "separate",
            "乙二",
            {"other": other, "reason": "两个年度"},
        )
        assert services.catalogue.newest(one).status is Status.WAITING


def test_what_waits_becomes_the_next_version_of_the_other(services: Services, take: Callable[..., Receipt]) -> None:
    catalogue = services.catalogue
    first, second = two(take, topic="应急管理", disclosure="依申请公开")
    assert twins.next_version(catalogue, second, first, "乙二", "增加巡查制度", 1) == 2
    newest = catalogue.newest(first)
    assert newest.version == 2 and newest.status is Status.WAITING and "巡查制度" in newest.text
    # What was stated is kept, and a restriction is never loosened.
    assert newest.metadata.topic == "应急管理"
    work = next(each for each in Worklist(catalogue).waiting() if each.id == first)
    assert work.disclosure is Disclosure.ON_REQUEST and work.brought_by == "甲一"
    assert catalogue.newest(second).status is Status.REFUSED
    assert f"编号 {first}" in str(catalogue.events(second)[-1].details["reason"])
    assert [each.action for each in catalogue.events(first)][-4:] == ["receive", "classify", "copy", "precheck"]
    for id in (first, second):
        catalogue.check_record(id)
    # What comes from either source from now on belongs to it; the same files again change nothing.
    for source, text in (("one", FIRST), ("two", SECOND)):
        stated = {"topic": "应急管理", "disclosure": "依申请公开"} if source == "one" else {}
        again = take(source, text, stated)
        assert (again.result, again.document_id) == (Result.HELD, first)
    later = take("two", SECOND + "\n附则\n")
    assert (later.result, later.document_id) == (Result.CHANGED, first)
    with catalogue.reading() as connection:
        assert {*connection.scalars(select(sources.c.document_id))} == {first}


def test_a_decided_restriction_goes_along(services: Services, take: Callable[..., Receipt]) -> None:
    first, second = two(take)
    review.classify(services.catalogue, second, Disclosure.WITHHELD, "乙二", "条例第十四条", "国家秘密")
    twins.next_version(services.catalogue, second, first, "乙二", "更正", 1)
    work = next(each for each in Worklist(services.catalogue).waiting() if each.id == first)
    assert work.disclosure is Disclosure.WITHHELD


def test_the_public_version_stays_until_the_next_is_approved(services: Services, take: Take) -> None:
    first, second = two(take)
    publish(services.catalogue, first)
    twins.next_version(services.catalogue, second, first, "乙二", "更正", 1)
    assert services.catalogue.public(first).version == 1
    # Whoever brought the file in does not approve it, though another made it a version.
    with services.catalogue.writing() as connection:
        review.add_vouching(connection, first, "乙二", "看过", 2)
    with pytest.raises(DecisionRefused, match="甲一接收了文件"):
        review.decide(services.catalogue, first, Verdict.APPROVE, "甲一", "", 2)


def test_what_can_not_be_made_a_version_is_refused_and_nothing_changes(
    services: Services, take: Callable[..., Receipt]
) -> None:
    first, second = two(take)
    publish(services.catalogue, second)
    take("two", SECOND + "\n补充\n")
    before = len(services.catalogue.events())
    for id, other, version, why in (
        (second, first, 2, "曾经公开"),
        (first, first, 1, "就是本件"),
        (first, second, 7, "新版本"),
    ):
        with pytest.raises(DecisionRefused, match=why):
            twins.next_version(services.catalogue, id, other, "乙二", "更正", version)
    for act in (twins.same, twins.separate, twins.next_version):
        with pytest.raises(DecisionRefused, match="请写明"):
            act(services.catalogue, first, second, "乙二", " ", 1)
        with pytest.raises(UnknownDocument):
            act(services.catalogue, first, "nobody234567", "乙二", "更正", 1)
    assert len(services.catalogue.events()) == before
