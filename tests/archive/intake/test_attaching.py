"""Attachments that a person adds, renames, moves and removes, each for a reason."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archive.custody.rebuild import rebuild
from archive.decisions import review, stops
from archive.document import Attachment, Status, Verdict
from archive.errors import DecisionRefused, UnknownDocument
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.attaching import Attachments, read
from archive.intake.receive import Intake
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from tests.conftest import NewDatabase, publish

Write = Callable[[str, str], Path]
Read = Callable[..., Attachment]


@pytest.fixture
def id(intake: Intake, write: Write) -> str:
    parts = (write("甲.txt", "物资表\n沙袋\n"), write("乙.txt", "名单\n张三\n"))
    item = Item(write("a.txt", "关于防汛的通知\n请值班。\n"), "a", {}, parts)
    return str(intake.receive(item).document_id)


@pytest.fixture
def file(blobs: Blobs, sandbox: Sandbox, write: Write) -> Read:
    def made(text: str, name: str = "丙.txt") -> Attachment:
        return read(blobs, sandbox, "x", write("丙", text), name)

    return made


def of(catalogue: Catalogue, id: str, person: str = "更正员", reason: str = "按意见") -> Attachments:
    return Attachments(catalogue, id, person, reason)


def names(catalogue: Catalogue, id: str) -> list[str]:
    return [part.file.name for part in catalogue.newest(id).attachments]


def test_each_change_is_made_and_told(catalogue: Catalogue, id: str, file: Read) -> None:
    assert of(catalogue, id).add(file("补充说明\n")).version == 1
    assert names(catalogue, id) == ["甲.txt", "乙.txt", "丙.txt"]
    of(catalogue, id).rename(2, "救灾名单.txt")
    of(catalogue, id).move(3, 1)
    assert names(catalogue, id) == ["丙.txt", "甲.txt", "救灾名单.txt"]
    done = of(catalogue, id).remove(2)
    assert names(catalogue, id) == ["丙.txt", "救灾名单.txt"]
    assert (done.label, done.before) == ("附件", "《丙.txt》、《甲.txt》、《救灾名单.txt》")
    assert [each.action for each in catalogue.events(id)].count("correct") == 4
    assert catalogue.newest(id).attachments[0].text == "补充说明"
    catalogue.check_record(id)


def test_what_can_t_be_is_refused_with_a_sentence(
    catalogue: Catalogue, id: str, file: Read, blobs: Blobs, sandbox: Sandbox, tmp_path: Path
) -> None:
    attachments = of(catalogue, id)
    refusals: tuple[tuple[Callable[[], object], str], ...] = (
        (lambda: attachments.remove(3), "没有第 3 个附件"),
        (lambda: attachments.move(1, 0), "没有第 0 个附件"),
        (lambda: attachments.move(1, 1), "没有变化"),
        (lambda: attachments.rename(1, "甲.pdf"), "仍以“.txt”结尾"),
        (lambda: attachments.rename(1, "a/b.txt"), "不含斜线"),
        (lambda: attachments.rename(1, " "), "须有 1 至"),
        (lambda: attachments.rename(1, "乙.txt"), "已有名为"),
        (lambda: attachments.add(file("物资表\n沙袋\n")), "已有内容相同的附件《甲.txt》"),
        (lambda: attachments.add(file("另一份\n", "甲.txt")), "已有同名的附件"),
        (lambda: of(catalogue, id, " ").remove(1), "必须写明经办人"),
        (lambda: of(catalogue, id, reason=" ").remove(1), "必须写明原因"),
        (lambda: Attachments(catalogue, id, "甲", "乙", 7).remove(1), "已有新版本"),
    )
    for act, why in refusals:
        with pytest.raises(DecisionRefused, match=why):
            act()
    with pytest.raises(UnknownDocument):
        of(catalogue, "nobody").remove(1)
    broken = tmp_path / "broken"
    broken.write_bytes(b"\x00\x01\x02program")
    with pytest.raises(DecisionRefused, match="《x.bin》没有添加"):
        read(blobs, sandbox, id, broken, "x.bin")
    assert names(catalogue, id) == ["甲.txt", "乙.txt"]


def test_a_name_with_a_path_is_only_a_name(blobs: Blobs, sandbox: Sandbox, write: Write) -> None:
    for name in ("../../etc/表.txt", "C:\\temp\\表.txt", "/表.txt"):
        assert read(blobs, sandbox, "x", write("丙", "表\n"), name).file.name == "表.txt"
    for name in ("", "..\\", "表" * 201):
        with pytest.raises(DecisionRefused, match="文件名须有"):
            read(blobs, sandbox, "x", write("丙", "表\n"), name)


def test_what_is_added_is_checked_and_examined_anew(catalogue: Catalogue, id: str, file: Read) -> None:
    review.vouch(catalogue, id, "审查员", "看过")
    of(catalogue, id).add(file("联系人王某，手机13812345678。\n"))
    assert [each.place for each in stops.check(catalogue, id).precheck.open] == ["附件《丙.txt》第 1 段"]
    with pytest.raises(DecisionRefused, match="更正信息后还没有作真实性审查"):
        review.decide(catalogue, id, Verdict.APPROVE, "签发人")


def test_of_a_public_document_it_makes_a_new_version(catalogue: Catalogue, id: str) -> None:
    publish(catalogue, id)
    assert of(catalogue, id).remove(1).renewed
    assert [part.file.name for part in catalogue.public(id).attachments] == ["甲.txt", "乙.txt"]
    assert names(catalogue, id) == ["乙.txt"] and catalogue.newest(id).status is Status.WAITING
    publish(catalogue, id)
    assert [part.file.name for part in catalogue.public(id).attachments] == ["乙.txt"]


def test_a_new_file_without_attachments_keeps_what_a_person_arranged(
    catalogue: Catalogue, intake: Intake, id: str, file: Read, write: Write
) -> None:
    of(catalogue, id).add(file("补充说明\n"))
    told = intake.receive(Item(write("a.txt", "关于防汛的通知\n改过。\n"), "a"))
    assert "沿用原先的附件" in told.reason
    assert names(catalogue, id) == ["甲.txt", "乙.txt", "丙.txt"]
    # One that brings some says which it has.
    intake.receive(Item(write("a.txt", "关于防汛的通知\n再改。\n"), "a", {}, (write("丁.txt", "丁\n"),)))
    assert names(catalogue, id) == ["丁.txt"]


def test_a_rebuild_has_them(catalogue: Catalogue, id: str, file: Read, tmp_path: Path, database: NewDatabase) -> None:
    of(catalogue, id).add(file("补充说明\n"))
    of(catalogue, id).remove(1)
    publish(catalogue, id)
    other = Catalogue(database(), tmp_path, empty=True)
    rebuilt = rebuild(other)
    assert (rebuilt.public, rebuilt.damaged) == (1, ())
    assert [part.file.name for part in other.public(id).attachments] == ["乙.txt", "丙.txt"]
    other.close()
