"""Taking in files: new, known, changed, copied and bad ones."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from archive.decisions import review
from archive.document import Disclosure, Metadata, Status, Validity, Verdict
from archive.errors import UnknownDocument
from archive.extract import Extraction, Sandbox
from archive.intake.adding import Item
from archive.intake.manifest import items_below, read_manifest
from archive.intake.receive import Intake, Result
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from tests.archive.extract.messages import mail
from tests.conftest import NewDatabase, publish

Write = Callable[[str, str], Path]

TEXT = "关于做好防汛工作的通知\n\n各镇人民政府：\n请做好防汛准备，落实值班制度。\n"


@pytest.fixture
def item(write: Write) -> Item:
    return Item(write("a.txt", TEXT), source="http://www.yunxi.example/1.htm")


@pytest.fixture
def portal(catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox) -> Intake:
    return Intake(catalogue, blobs, sandbox, actor="移交", already_published=True)


def test_a_new_file_waits_and_is_not_public(intake: Intake, catalogue: Catalogue, item: Item) -> None:
    outcome = intake.receive(item)
    assert outcome.result is Result.TAKEN
    assert outcome.document_id is not None
    document = catalogue.newest(outcome.document_id)
    assert document.status is Status.WAITING
    assert document.metadata.title == "关于做好防汛工作的通知"
    assert "落实值班制度" in document.text
    with pytest.raises(UnknownDocument):
        catalogue.public(outcome.document_id)
    assert list(catalogue.public_all()) == []


def test_the_same_file_again_changes_nothing(intake: Intake, catalogue: Catalogue, item: Item) -> None:
    first = intake.receive(item)
    again = intake.receive(item)
    assert again.result is Result.HELD
    assert again.document_id == first.document_id
    assert len(catalogue.listed()) == 1
    assert catalogue.newest(str(first.document_id)).version == 1


def test_a_changed_file_is_a_new_version_that_waits_while_the_former_stays_public(
    intake: Intake, catalogue: Catalogue, item: Item
) -> None:
    id = str(intake.receive(item).document_id)
    publish(catalogue, id)
    item.path.write_text(TEXT + "补充：汛期值班电话另行通知。\n", encoding="utf-8")
    outcome = intake.receive(item)
    assert (outcome.result, outcome.document_id) == (Result.CHANGED, id)
    assert catalogue.newest(id).version == 2
    assert "补充" not in catalogue.public(id).text
    publish(catalogue, id)
    assert "补充" in catalogue.public(id).text
    assert catalogue.public(id).version == 2


@pytest.mark.parametrize("by", ["manifest", "attachment", "folder"])
@pytest.mark.parametrize("swapped", ["file", "folder"])
def test_what_became_a_link_out_of_the_folder_since_it_was_listed_is_refused(
    intake: Intake, catalogue: Catalogue, tmp_path: Path, by: str, swapped: str
) -> None:
    portal, outside = tmp_path / "portal", tmp_path / "outside"
    for folder in (portal / "sub", outside):
        folder.mkdir(parents=True)
        (folder / "b.txt").write_text(TEXT + folder.name, encoding="utf-8")
    (portal / "a.txt").write_text(TEXT, encoding="utf-8")
    line = '{"path": "sub/b.txt"}' if by == "manifest" else '{"path": "a.txt", "attachments": ["sub/b.txt"]}'
    (portal / "m.jsonl").write_text(line, encoding="utf-8")
    items = [*items_below(portal / "sub")] if by == "folder" else read_manifest(portal / "m.jsonl")
    if swapped == "file":
        (portal / "sub/b.txt").unlink()
        (portal / "sub/b.txt").symlink_to(outside / "b.txt")
    else:
        (portal / "sub").rename(portal / "before")
        (portal / "sub").symlink_to(outside)
    (receipt,) = map(intake.receive, items)
    assert receipt.result is Result.REFUSED
    assert "链接" in receipt.reason
    assert not catalogue.listed()


def test_a_file_is_read_as_it_was_when_it_was_opened(intake: Intake, catalogue: Catalogue, item: Item) -> None:
    other = item.path.with_name("other.txt")
    other.write_text("别的文件", encoding="utf-8")
    find = intake._find

    def replaced(source: str, signature: str) -> str | None:
        other.replace(item.path)
        return find(source, signature)

    intake._find = replaced  # type: ignore[method-assign]  # what others do meanwhile
    id = str(intake.receive(item).document_id)
    assert "落实值班制度" in catalogue.newest(id).text


def test_stated_metadata_that_changes_is_a_new_version(intake: Intake, catalogue: Catalogue, item: Item) -> None:
    id = str(intake.receive(item).document_id)
    outcome = intake.receive(Item(item.path, item.source, {"validity": "已废止"}))
    assert (outcome.result, outcome.document_id) == (Result.CHANGED, id)
    assert catalogue.newest(id).metadata.validity == "已废止"


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.WITHDRAW])
@pytest.mark.parametrize(
    ("stated", "elsewhere"),
    [({}, False), ({"issuer": "云溪县水利局"}, False), ({}, True), ({"issuer": "云溪县水利局"}, True)],
)
def test_the_same_content_opens_nothing_that_was_closed(
    intake: Intake, catalogue: Catalogue, item: Item, verdict: Verdict, stated: Mapping[str, str], elsewhere: bool
) -> None:
    id = str(intake.receive(item).document_id)
    if verdict is Verdict.WITHDRAW:
        publish(catalogue, id)
    review.decide(catalogue, id, verdict, "审查人", "含个人信息")
    before = catalogue.newest(id)
    source = f"{item.source}?again" if elsewhere else item.source
    for _ in range(2):
        again = intake.receive(replace(item, stated=stated, source=source))
        assert (again.result, again.document_id) == (Result.HELD, id)
        told = "已决定不予发布" if verdict is Verdict.REJECT else "已经撤回"
        assert told in again.reason and "没有变化" in again.reason
    assert catalogue.newest(id) == before
    # What was changed is looked at anew.
    item.path.write_text(TEXT + "已经隐去。\n", encoding="utf-8")
    assert intake.receive(item).result is Result.CHANGED
    assert catalogue.newest(id).status is Status.WAITING
    # What it was before is not.
    review.decide(catalogue, id, Verdict.REJECT, "审查人", "仍有个人信息")
    item.path.write_text(TEXT, encoding="utf-8")
    assert intake.receive(item).result is Result.HELD
    assert catalogue.newest(id).status is Status.REFUSED


def test_a_copy_from_another_source_is_the_same_document(intake: Intake, catalogue: Catalogue, item: Item) -> None:
    first = intake.receive(item)
    copy = intake.receive(Item(item.path, source="http://www.yunxi.example/2.htm"))
    assert (copy.result, copy.document_id) == (Result.HELD, first.document_id)
    assert "另一来源" in copy.reason
    assert len(catalogue.listed()) == 1


def test_a_copy_that_changes_goes_its_own_way(intake: Intake, catalogue: Catalogue, item: Item, write: Write) -> None:
    first = intake.receive(item)
    path = write("b.txt", TEXT)
    intake.receive(Item(path, "copy"))
    path.write_text(TEXT + "修改后的正文。\n", encoding="utf-8")
    outcome = intake.receive(Item(path, "copy"))
    assert outcome.result is Result.TAKEN
    assert outcome.document_id != first.document_id
    assert catalogue.newest(str(first.document_id)).version == 1


@pytest.mark.parametrize("shared", [True, False])
def test_the_id_of_a_document_comes_from_its_bytes_and_the_archive_s_key(
    intake: Intake,
    catalogue: Catalogue,
    item: Item,
    tmp_path: Path,
    sandbox: Sandbox,
    database: NewDatabase,
    shared: bool,
) -> None:
    other = Catalogue(database(), tmp_path / "other")
    if shared:
        other.keys.make(catalogue.keys.private())
    elsewhere = Intake(other, Blobs(tmp_path / "other"), sandbox, "x")
    assert (elsewhere.receive(item).document_id == intake.receive(item).document_id) is shared
    other.close()


def test_a_bad_file_does_not_stop_the_rest_and_leaves_nothing(
    intake: Intake, blobs: Blobs, catalogue: Catalogue, write: Write, tmp_path: Path
) -> None:
    items = [
        Item(write("0.txt", ""), "0"),
        Item(write("1.txt", TEXT), "1"),
        Item(tmp_path / "missing.txt", "2"),
        Item(write("3.pdf", "%PDF-1.7 不是真的"), "3"),
        Item(write("4.txt", TEXT + "第二件"), "4", {"written_on": "2019-02-30"}),
        Item(write("5.txt", TEXT + "第三件"), "5"),
    ]
    outcomes = list(intake.receive_all(items))
    assert [outcome.item for outcome in outcomes] == items
    refused = [outcome for outcome in outcomes if outcome.result is Result.REFUSED]
    assert [outcome.item.source for outcome in refused] == ["0", "2", "3", "4"]
    assert all(outcome.reason for outcome in refused)
    assert len(catalogue.listed()) == 2
    assert set(blobs.digests()) == set(catalogue.digests())


def test_a_file_that_changes_while_it_is_taken_in_is_refused(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, item: Item
) -> None:
    class Meddled:
        def read(
            self, path: Path, media_type: str, stated: Mapping[str, str], name: str, _recognised: Path
        ) -> tuple[Extraction, Metadata]:
            found = sandbox.read(path, media_type, stated, name)
            path.write_text(TEXT + "改动", encoding="utf-8")
            return found

    outcome = Intake(catalogue, blobs, cast(Sandbox, Meddled()), "收文员").receive(item)
    assert outcome.result is Result.REFUSED
    assert "改动" in outcome.reason
    assert catalogue.listed() == []


def test_attachments_belong_to_the_document(intake: Intake, catalogue: Catalogue, write: Write, blobs: Blobs) -> None:
    item = Item(write("a.txt", TEXT), "a", attachments=(write("附表.txt", "防汛物资表\n沙袋 三百个\n"),))
    id = str(intake.receive(item).document_id)
    (part,) = catalogue.newest(id).attachments
    assert part.file.name == "附表.txt"
    assert part.text == "防汛物资表\n沙袋 三百个"
    assert set(blobs.digests()) == set(catalogue.digests())
    item.attachments[0].write_text("防汛物资表\n沙袋 五百个\n", encoding="utf-8")
    assert intake.receive(item).result is Result.CHANGED


def test_an_attachment_that_cannot_be_read_refuses_the_document(intake: Intake, write: Write) -> None:
    outcome = intake.receive(Item(write("a.txt", TEXT), "a", attachments=(write("空.txt", ""),)))
    assert outcome.result is Result.REFUSED


def test_a_back_catalogue_is_public_by_a_decision_that_says_so(
    portal: Intake, catalogue: Catalogue, item: Item
) -> None:
    id = str(portal.receive(item).document_id)
    document = catalogue.public(id)
    assert document.metadata.disclosure is Disclosure.ACTIVE
    assert document.metadata.sources["disclosure"] == "审查决定"
    assert catalogue.decided() == {id: 1}
    assert catalogue.audit_break() is None


def test_a_waiting_document_is_published_when_it_comes_again_as_already_published(
    intake: Intake, portal: Intake, catalogue: Catalogue, item: Item
) -> None:
    id = str(intake.receive(item).document_id)
    assert portal.receive(item).result is Result.HELD
    assert catalogue.public(id).id == id


def test_a_restriction_that_comes_late_says_that_the_former_version_is_still_public(portal: Intake, item: Item) -> None:
    portal.receive(item)
    late = portal.receive(replace(item, stated={"disclosure": "不予公开"}))
    assert "第 1 版仍然公开" in late.reason
    assert "没有公开" not in late.reason


def test_a_newer_version_that_waits_is_not_published_by_vouching_for_an_older_one(
    intake: Intake, portal: Intake, catalogue: Catalogue, item: Item, write: Write
) -> None:
    id = str(intake.receive(item).document_id)
    item.path.write_text(TEXT + "未经审查的内容。\n", encoding="utf-8")
    intake.receive(item)
    copy = portal.receive(Item(write("portal/a.txt", TEXT), "portal"))
    assert copy.document_id == id
    assert "待审的新版本" in copy.reason
    assert catalogue.public_count() == 0


def test_names_and_values_that_no_database_takes_are_refused_or_made_readable(
    intake: Intake, catalogue: Catalogue, item: Item, tmp_path: Path
) -> None:
    gbk = os.fsencode(tmp_path) + "/关于汛期的通知.txt".encode("gb18030")
    Path(os.fsdecode(gbk)).write_text(TEXT + "第二件", encoding="utf-8")
    outcomes = list(
        intake.receive_all(
            [
                Item(tmp_path / "nul\0.txt", "nul"),
                Item(item.path, "half", {"title": "\ud800"}),
                Item(Path(os.fsdecode(gbk)), "gbk"),
                Item(tmp_path, "a folder"),
                item,
            ]
        )
    )
    results = [outcome.result for outcome in outcomes]
    assert results == [Result.REFUSED, Result.REFUSED, Result.TAKEN, Result.REFUSED, Result.TAKEN]
    assert catalogue.newest(str(outcomes[2].document_id)).file.name == "关于汛期的通知.txt"


@pytest.mark.parametrize("change", ["", "新版本的正文。\n"])
def test_what_a_reviewer_withdrew_is_not_brought_back(
    portal: Intake, catalogue: Catalogue, item: Item, change: str
) -> None:
    id = str(portal.receive(item).document_id)
    review.decide(catalogue, id, Verdict.WITHDRAW, "审查员", "涉及个人隐私")
    item.path.write_text(TEXT + change, encoding="utf-8")
    outcome = portal.receive(item)
    assert "没有公开" in outcome.reason
    assert catalogue.public_many([id]) == {}
    copy = portal.receive(Item(item.path, "elsewhere"))
    assert copy.document_id == id
    assert catalogue.public_many([id]) == {}


def test_what_is_not_for_the_public_is_not_taken_over(portal: Intake, catalogue: Catalogue, item: Item) -> None:
    outcome = portal.receive(Item(item.path, item.source, {"disclosure": "不予公开"}))
    assert outcome.result is Result.TAKEN
    assert "不予公开" in outcome.reason
    assert catalogue.public_count() == 0


def test_where_a_text_stands_is_kept(catalogue: Catalogue, intake: Intake, tmp_path: Path) -> None:
    table = "<table><tr><td>机关</td><td>件数</td></tr><tr><td>财政局</td><td>3</td></tr></table>"
    page = f"<html><body><h1>关于统计的通知</h1><p>情况如下。</p>{table}<p>特此通知。</p></body></html>"
    for name in ("a.html", "b.html"):
        (tmp_path / name).write_text(page.replace("如下", f"如下（{name}）"), encoding="utf-8")
    id = str(intake.receive(Item(tmp_path / "a.html", "a", {}, (tmp_path / "b.html",))).document_id)
    document = catalogue.newest(id)
    assert [place.label for place in document.places] == ["表 1", ""]
    assert document.text.splitlines()[document.places[0].start] == "机关\t件数"
    (part,) = document.attachments
    assert [place.label for place in part.places] == ["表 1", ""]
    assert part.text.splitlines()[part.places[0].start] == "机关\t件数"


def test_a_title_that_gives_way_to_a_stated_one_stays_in_the_text(
    catalogue: Catalogue, intake: Intake, write: Write
) -> None:
    path = write("a.txt", "关于印发防汛预案的通知\n请落实。\n")
    id = str(intake.receive(Item(path, "a", {"title": "2020年防汛工作"})).document_id)
    assert catalogue.newest(id).text == "关于印发防汛预案的通知\n请落实。"
    path = write("b.txt", "关于印发抗旱预案的通知\n请落实。\n")
    id = str(intake.receive(Item(path, "b", {"title": "临沭县关于印发抗旱预案的通知"})).document_id)
    assert catalogue.newest(id).text == "请落实。"


@pytest.mark.parametrize("published", [False, True])
def test_an_intake_that_states_less_keeps_what_was_stated(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, write: Write, published: bool
) -> None:
    path = write("b.txt", TEXT)
    stated = {
        "disclosure": "依申请公开",
        "validity": "已废止",
        "number": "云政发〔2009〕8号",
        "written_on": "2009-05-01",
    }
    first = Intake(catalogue, blobs, sandbox, "移交", published).receive(Item(path, "file:b.txt", stated))
    again = Intake(catalogue, blobs, sandbox, "移交", published).receive(Item(path, "file:b.txt"))
    assert again.document_id == first.document_id
    found = catalogue.newest(str(first.document_id)).metadata
    assert (found.disclosure, found.validity, found.number) == (
        Disclosure.ON_REQUEST,
        Validity.REPEALED,
        "云政发〔2009〕8号",
    )
    assert str(found.written_on) == "2009-05-01"
    assert "公开属性" in again.reason or "依申请公开" in again.reason
    assert list(catalogue.public_all()) == []


@pytest.mark.parametrize("less", ["nothing", "less", "the same in another order"])
def test_an_unchanged_file_of_which_less_is_stated_makes_no_version(
    catalogue: Catalogue, portal: Intake, write: Write, less: str
) -> None:
    path, beside = write("b.txt", TEXT), write("c.txt", "值班表\n张某。\n")
    stated = {"title": "关于防汛的通知", "written_on": "2009-05-01", "disclosure": "主动公开"}
    first = portal.receive(Item(path, "file:b.txt", stated, (beside,)))
    told = {
        "nothing": Item(path, "file:b.txt"),
        "less": Item(path, "file:b.txt", {"written_on": "2009-05-01"}, (beside,)),
        "the same in another order": Item(path, "file:b.txt", dict(reversed(stated.items())), (beside,)),
    }
    again = portal.receive(told[less])
    assert again.result is Result.HELD and again.document_id == first.document_id and not again.left
    kept = {"nothing": "本次没有写明，沿用原先的成文日期、公开属性、附件", "less": "本次没有写明，沿用原先的公开属性"}
    assert again.reason == (f"内容没有变化，没有形成新的一版；{kept[less]}" if less in kept else "")
    (document,) = catalogue.public_all()
    assert (document.version, document.metadata.title, len(document.attachments)) == (1, "关于防汛的通知", 1)


def test_a_changed_file_without_attachments_keeps_those_of_before(
    catalogue: Catalogue, portal: Intake, write: Write
) -> None:
    beside = write("c.txt", "值班表\n张某。\n")
    portal.receive(Item(write("b.txt", TEXT), "file:b.txt", {}, (beside,)))
    changed = portal.receive(Item(write("b.txt", TEXT + "再改。\n"), "file:b.txt", note="改正错字"))
    assert (changed.result, changed.reason) == (Result.CHANGED, "本次没有写明，沿用原先的附件")
    (document,) = catalogue.public_all()
    assert (document.version, [part.file.name for part in document.attachments]) == (2, ["c.txt"])
    # One that brings some says which it has.
    portal.receive(Item(write("b.txt", TEXT), "file:b.txt", {}, (write("丁.txt", "丁\n"),)))
    (document,) = catalogue.public_all()
    assert [part.file.name for part in document.attachments] == ["丁.txt"]


def test_an_unchanged_file_that_waits_is_taken_over_with_its_attachments(
    catalogue: Catalogue, intake: Intake, portal: Intake, write: Write
) -> None:
    path, beside = write("b.txt", TEXT), write("c.txt", "值班表\n张某。\n")
    intake.receive(Item(path, "file:b.txt", {"number": "云政发〔2009〕8号"}, (beside,)))
    assert not portal.receive(Item(path, "file:b.txt")).left
    (document,) = catalogue.public_all()
    assert (document.version, document.metadata.number, len(document.attachments)) == (1, "云政发〔2009〕8号", 1)


def test_what_a_person_restricted_is_not_taken_over_with_a_new_text(
    portal: Intake, intake: Intake, catalogue: Catalogue, item: Item
) -> None:
    id = str(intake.receive(item).document_id)
    review.classify(catalogue, id, Disclosure.WITHHELD, "审查员", "内部", "内部事务信息")
    item.path.write_text(TEXT.replace("值班", "轮班"), encoding="utf-8")
    again = portal.receive(item)
    assert "不予公开" in again.reason
    assert list(catalogue.public_all()) == []
    # Stating the opposite does not help either: only a reviewer can lift what a reviewer has decided.
    opposite = portal.receive(replace(item, stated={"disclosure": "主动公开"}))
    assert "不予公开" in opposite.reason
    assert list(catalogue.public_all()) == []


def test_another_source_of_the_same_content_tightens_and_never_loosens(
    portal: Intake, intake: Intake, catalogue: Catalogue, item: Item
) -> None:
    id = str(intake.receive(item).document_id)
    other = replace(item, source="http://www.yunxi.example/2.htm", stated={"disclosure": "依申请公开"})
    told = portal.receive(other)
    assert told.document_id == id
    assert "依申请公开" in told.reason
    assert "依申请公开" in portal.receive(replace(item, source="http://www.yunxi.example/3.htm")).reason
    assert list(catalogue.public_all()) == []


def test_a_restriction_that_comes_after_publication_is_told(portal: Intake, intake: Intake, item: Item) -> None:
    portal.receive(item)
    late = intake.receive(replace(item, source="http://www.yunxi.example/2.htm", stated={"disclosure": "不予公开"}))
    assert "请核实是否撤回" in late.reason


def test_what_a_message_encloses_becomes_its_attachments(tmp_path: Path, intake: Intake, catalogue: Catalogue) -> None:
    message = mail("各单位：请查收附件。")
    message.add_attachment("甲,乙\n".encode(), maintype="text", subtype="csv", filename="清单.csv")
    message.add_attachment(TEXT.encode(), maintype="text", subtype="plain", filename="通知.txt")
    path = tmp_path / "信.eml"
    path.write_bytes(message.as_bytes())
    outcome = intake.receive(Item(path, "mail"))
    assert outcome.result is Result.TAKEN
    document = catalogue.newest(str(outcome.document_id))
    assert document.metadata.title == "关于供热的通知"
    assert [part.file.name for part in document.attachments] == ["清单.csv", "通知.txt"]
    assert [part.text.splitlines()[-1] for part in document.attachments] == ["甲\t乙", "请做好防汛准备，落实值班制度。"]
    assert intake.receive(Item(path, "mail")).result is Result.HELD


def test_a_message_with_an_attachment_that_cannot_be_taken_in_is_refused(tmp_path: Path, intake: Intake) -> None:
    message = mail("各单位：请查收附件。")
    message.add_attachment(b"MZ\x00\x01", maintype="application", subtype="octet-stream", filename="a.exe")
    path = tmp_path / "信.eml"
    path.write_bytes(message.as_bytes())
    outcome = intake.receive(Item(path, "mail"))
    assert outcome.result is Result.REFUSED
    assert "邮件的附件“a.exe”不能收入" in outcome.reason


def test_what_is_of_a_message_itself_keeps_it_from_being_taken_in_no_longer(
    tmp_path: Path, intake: Intake, catalogue: Catalogue
) -> None:
    message = mail("各单位：请查收附件。")
    message.add_alternative("<p>各单位：请查收附件。<img src='cid:i'></p>", subtype="html")
    message.add_alternative("BEGIN:VEVENT\nSUMMARY:会议\nEND:VEVENT", subtype="calendar")
    message.add_attachment(b"\x01\x00", "image", "x-icon", cid="<i>", filename="i.ico")
    message.add_attachment(b"0\x82", "application", "pkcs7-signature", filename="smime.p7s")
    message.add_attachment(b"x\x9f>", "application", "ms-tnef", filename="winmail.dat")
    message.add_attachment("甲,乙\n".encode(), "text", "csv", filename="清单.csv")
    path = tmp_path / "信.eml"
    path.write_bytes(message.as_bytes())
    outcome = intake.receive(Item(path, "mail"))
    assert outcome.result is Result.TAKEN
    document = catalogue.newest(str(outcome.document_id))
    assert [part.file.name for part in document.attachments] == ["清单.csv"]
    assert "日程：会议" in document.text
