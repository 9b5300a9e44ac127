"""A version is sent back with a list of what is wrong where, which is ticked off point by point."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from archive.custody.rebuild import rebuild
from archive.decisions import corrections, returned
from archive.decisions.returned import Point
from archive.decisions.worklist import Step, Worklist
from archive.document import Status
from archive.errors import DecisionRefused, UnknownDocument
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store.catalogue import Catalogue
from archive.store.tables import objections, remedies
from tests.conftest import NewDatabase

Write = Callable[[str, str], Path]
POINTS = [Point("正文第 2 段", "缺日期"), Point("附件《表》", "行数不对")]


@pytest.fixture
def id(intake: Intake, write: Write) -> str:
    return str(intake.receive(Item(write("a.txt", "关于防汛的通知\n请值班。\n"), "a")).document_id)


@pytest.fixture
def back(catalogue: Catalogue, id: str) -> str:
    returned.send_back(catalogue, id, "审查员", POINTS, "请补正")
    return id


def test_each_point_is_kept_and_told(catalogue: Catalogue, back: str) -> None:
    assert catalogue.newest(back).status is Status.REFUSED
    assert [(each.number, each.point, each.person) for each in returned.of(catalogue, back)] == [
        (1, POINTS[0], "审查员"),
        (2, POINTS[1], "审查员"),
    ]
    told = catalogue.events(back)[-1]
    assert told.action == "reject" and told.details["reason"] == "请补正；正文第 2 段：缺日期；附件《表》：行数不对"
    assert Worklist(catalogue).waiting() == []
    assert [work.step for work in Worklist(catalogue).returned()] == [Step.RETURNED]


def test_a_list_that_says_nothing_is_refused(catalogue: Catalogue, id: str) -> None:
    for points, reason, why in (
        ([], " ", "必须写明理由"),
        ([Point("标题", " ")], "x", "没有写明哪里不对"),
        ([Point("", "有误")], "x", "没有写明在哪里"),
        ([Point("标题", "误" * 501)], "x", "超过 500 字"),
        ([Point("标题", "误")] * 51, "x", "最多写 50 处"),
    ):
        with pytest.raises(DecisionRefused, match=why):
            returned.send_back(catalogue, id, "审查员", points, reason)
    assert catalogue.newest(id).status is Status.WAITING and returned.of(catalogue, id) == []


def test_a_point_is_ticked_off_once(catalogue: Catalogue, back: str) -> None:
    first, second = returned.of(catalogue, back)
    returned.tick(catalogue, back, first.id, "来源员", "补了日期")
    with pytest.raises(DecisionRefused, match="已由来源员改好"):
        returned.tick(catalogue, back, first.id, "来源员")
    with pytest.raises(DecisionRefused, match="没有这一条"):
        returned.tick(catalogue, back, 999, "来源员")
    with pytest.raises(DecisionRefused, match="必须写明经办人"):
        returned.tick(catalogue, back, second.id, " ")
    with pytest.raises(UnknownDocument):
        returned.tick(catalogue, "nobody", second.id, "来源员")
    told = catalogue.events(back)[-1]
    assert (told.action, told.actor, told.details["number"]) == ("remedy", "来源员", 1)
    assert [each.remedy.note if each.remedy else None for each in returned.of(catalogue, back)] == ["补了日期", None]


def test_the_reviewer_of_the_next_version_sees_what_was_ticked(
    catalogue: Catalogue, back: str, intake: Intake, write: Write
) -> None:
    returned.tick(catalogue, back, returned.of(catalogue, back)[0].id, "来源员")
    intake.receive(Item(write("a.txt", "关于防汛的通知\n3月1日起值班。\n"), "a"))
    assert [bool(each.remedy) for each in returned.of(catalogue, back)] == [True, False]
    assert Worklist(catalogue).returned() == [] and len(Worklist(catalogue).waiting()) == 1
    # A new list takes the place of the former one.
    returned.send_back(catalogue, back, "审查员", [POINTS[1]])
    assert [(each.version, each.number) for each in returned.of(catalogue, back)] == [(2, 1)]
    assert corrections.correct(catalogue, back, "genre", "公告", "来源员", "有误").version == 3


def test_it_comes_back_with_a_rebuild_and_is_history(
    catalogue: Catalogue, back: str, tmp_path: Path, database: NewDatabase
) -> None:
    returned.tick(catalogue, back, returned.of(catalogue, back)[0].id, "来源员", "补了")
    other = Catalogue(database(), tmp_path, empty=True)
    assert rebuild(other).damaged == ()
    assert returned.of(other, back) == returned.of(catalogue, back)
    other.close()
    for statement in (update(objections).values(wrong="无"), delete(objections), delete(remedies)):
        with pytest.raises(IntegrityError), catalogue.writing() as connection:
            connection.execute(statement)
