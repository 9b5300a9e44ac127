"""What a person corrects stays corrected, is told with its reason, and becomes public by another person alone."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from archive.custody import agreement
from archive.custody.rebuild import rebuild
from archive.decisions import corrections, relations, review, stops
from archive.document import Aspect, Disclosure, Document, Outcome, Settlement, Status, Verdict
from archive.errors import DecisionRefused, DoubtfulValue, UnknownDocument
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake, Result
from archive.registers.books import reevaluations
from archive.store import held, noted
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.tables import corrections as rows
from archive.store.tables import versions
from tests.archive.decisions.refusals import refused
from tests.conftest import NewDatabase, publish

Write = Callable[[str, str], Path]
NO_ADDRESSES = (
    "<b>",
    "见县政府网站",
    "javascript:alert(1)",
    "https://",
    "https://a.example/<b>",
    "http://[",
    "https://a b",
)
TEXT = "关于做好防汛工作的通知\n云政发〔2019〕3号\n请落实值班制度。\n云溪县人民政府\n2019年3月1日\n"


@pytest.fixture
def id(intake: Intake, write: Write) -> str:
    return str(intake.receive(Item(write("a.txt", TEXT), "a")).document_id)


def correct(
    catalogue: Catalogue, id: str, field: str, text: str, person: str = "更正员", **more: bool
) -> corrections.Corrected:
    return corrections.correct(catalogue, id, field, text, person, "与原件不符", **more)


def read(catalogue: Catalogue, id: str) -> Document:
    return catalogue.newest(id)


def test_the_term_of_what_is_withheld_begins_no_later_by_a_correction(catalogue: Catalogue, id: str) -> None:
    with time_machine.travel(datetime(2025, 3, 1, 4, tzinfo=UTC)):
        review.classify(catalogue, id, Disclosure.ON_REQUEST, "分类员", "条例第十三条")
    review.decide(catalogue, id, Verdict.REJECT, "审查员", "不主动公开")
    assert correct(catalogue, id, "genre", "公告").renewed
    (withheld,) = reevaluations.withheld(catalogue)
    assert (withheld.id, withheld.since) == (id, date(2025, 3, 1))


def test_the_log_keeps_no_number_of_a_person_that_was_corrected_away(catalogue: Catalogue, id: str) -> None:
    correct(catalogue, id, "title", "关于王某（身份证号110101199003074514、手机１３８1234５678）的答复")
    done = correct(catalogue, id, "title", "关于王某的答复")
    assert "110101199003074514" in done.before
    logged = json.dumps([each.details for each in catalogue.events(id)], ensure_ascii=False)
    assert "110*************14" in logged and "１３８******78" in logged
    assert "110101199003074514" not in logged and "1234５678" not in logged
    # The log and the rows, which have it whole, still agree, also where an event of before has it whole.
    with catalogue.reading() as connection:
        assert [*agreement.decided(connection)] == []
        said = agreement._SAID["correct"]
        assert said.rows(connection) == said.events(connection, "correct")
    with catalogue.reading() as connection:
        kept = connection.execute(select(rows.c.before, rows.c.after).order_by(rows.c.id)).all()
    assert "110101199003074514" in kept[0].after and "110101199003074514" in kept[1].before


def test_a_changed_correction_no_longer_agrees_with_the_log(catalogue: Catalogue, id: str) -> None:
    correct(catalogue, id, "title", "关于王某手机13812345678的答复")
    with catalogue.reading() as connection:
        said = agreement._SAID["correct"]
        ((_, _, *rest),) = said.rows(connection)
    assert "138******78" in str(rest) and said._told("after", "关于李某的答复") not in rest


def test_the_name_of_a_file_is_in_the_log_without_the_number_of_a_person(intake: Intake, write: Write) -> None:
    source = "folder/王某13812345678.txt"
    id = str(intake.receive(Item(write("王某13812345678.txt", TEXT), source)).document_id)
    copy = f"{source}?copy"
    intake.receive(Item(write("王某13812345678.txt", TEXT), copy))
    logged = [each.details.get("source") for each in intake._catalogue.events(id) if "source" in each.details]
    assert logged == ["folder/王某138******78.txt", "folder/王某138******78.txt?copy"]


def test_a_waiting_version_is_corrected_itself_and_says_by_whom(catalogue: Catalogue, id: str) -> None:
    done = correct(catalogue, id, "written_on", "2019年3月2日")
    assert done == corrections.Corrected(1, "成文日期", "2019-03-01", "2019-03-02", False)
    found = read(catalogue, id)
    assert (found.version, found.metadata.written_on) == (1, date(2019, 3, 2))
    assert found.metadata.sources["written_on"] == "人工填写：更正员"
    told = catalogue.events(id)[-1]
    assert (told.actor, told.action) == ("更正员", "correct")
    assert told.details == {
        **{"version": 1, "field": "written_on", "before": "2019-03-01", "after": "2019-03-02"},
        "reason": "与原件不符",
        held.HOLDS: told.details[held.HOLDS],
        noted.ROWS: told.details[noted.ROWS],
    }
    catalogue.check_record(id)
    assert catalogue.audit_break() is None


@pytest.mark.parametrize(
    ("field", "text", "kept"),
    [
        ("title", "关于做好 防汛工作的紧急通知", "关于做好 防汛工作的紧急通知"),
        ("number", "云政发[2019]4号", "云政发〔2019〕4号"),
        ("issuer", "云溪县水利局 云溪县应急管理局", "云溪县水利局、云溪县应急管理局"),
        ("genre", "公告", "公告"),
        ("topic", "农业、林业、水利", "农业、林业、水利"),
        ("column", "政策 > 规范性文件", "政策/规范性文件"),
        ("effective_on", "2019-04-01", date(2019, 4, 1)),
        ("expires_on", "2024-03-31", date(2024, 3, 31)),
        ("validity", "已废止", "已废止"),
        ("written_on", "", None),
        (
            "source_url",
            "https://www.example.gov.cn/公开/a.html?id=1#3",
            "https://www.example.gov.cn/公开/a.html?id=1#3",
        ),
    ],
)
def test_each_field_is_kept_in_the_catalogue_s_form(
    catalogue: Catalogue, id: str, field: str, text: str, kept: object
) -> None:
    correct(catalogue, id, field, text)
    assert getattr(read(catalogue, id).metadata, field) == kept


@pytest.mark.parametrize(
    ("field", "text", "why"),
    [
        ("written_on", "2019年2月30日", "不是可用的日期"),
        ("written_on", "昨天", "不是可用的日期"),
        ("written_on", "2099-01-01", "不是可用的日期"),
        ("validity", "有效", "可用：现行有效"),
        ("title", " ", "标题不能为空"),
        ("title", "通" * 201, "超过 200 字"),
        ("genre", "通\x00知", "看不见的字符"),
        *(("source_url", text, "不是网址") for text in NO_ADDRESSES),
        ("title", "关于做好防汛工作的通知", "没有更正"),
        ("colour", "红", "没有“colour”这一项"),
        ("disclosure", "主动公开", "没有“disclosure”这一项"),
    ],
)
def test_what_can_t_be_is_refused_with_a_sentence(
    catalogue: Catalogue, id: str, field: str, text: str, why: str
) -> None:
    before = catalogue.events(id)
    with pytest.raises(DecisionRefused, match=why):
        correct(catalogue, id, field, text)
    assert catalogue.events(id) == before


@pytest.mark.parametrize(("person", "reason"), [(" ", "有误"), ("更正员", " ")])
def test_a_correction_needs_a_person_and_a_reason(catalogue: Catalogue, id: str, person: str, reason: str) -> None:
    with pytest.raises(DecisionRefused, match="必须写明"):
        corrections.correct(catalogue, id, "genre", "公告", person, reason)
    with pytest.raises(UnknownDocument):
        corrections.correct(catalogue, "nobody", "genre", "公告", "更正员", "有误")
    with pytest.raises(DecisionRefused, match="已有新版本"):
        corrections.correct(catalogue, id, "genre", "公告", "更正员", "有误", version=7)


@pytest.mark.parametrize(
    ("field", "text"),
    [("number", "第三号文"), ("expires_on", "2018-01-01"), ("published_on", "2018-01-01")],
)
def test_what_is_likely_a_slip_needs_a_second_word(catalogue: Catalogue, id: str, field: str, text: str) -> None:
    correct(catalogue, id, "effective_on", "2019-04-01")
    with pytest.raises(DoubtfulValue, match="仍按此填写"):
        correct(catalogue, id, field, text)
    correct(catalogue, id, field, text, sure=True)
    assert corrections.plain(getattr(read(catalogue, id).metadata, field)) == text


def test_a_number_that_was_not_its_own_becomes_one_that_it_cites(catalogue: Catalogue, id: str) -> None:
    correct(catalogue, id, "number", "云水发〔2019〕7号")
    found = read(catalogue, id).metadata
    assert (found.number, found.cited_numbers) == ("云水发〔2019〕7号", ("云政发〔2019〕3号",))
    assert "云政发〔2019〕3号" not in found.numbers


def test_examinations_of_before_no_longer_count(catalogue: Catalogue, id: str) -> None:
    review.vouch(catalogue, id, "审查员", "看过")
    correct(catalogue, id, "title", "关于做好抗旱工作的通知")
    with pytest.raises(DecisionRefused, match="更正信息后还没有作真实性审查"):
        review.decide(catalogue, id, Verdict.APPROVE, "签发人")
    refused(catalogue, id, "签发人", "after the last correction")
    for aspect in Aspect:
        review.examine(catalogue, id, aspect, Outcome.PASSED, "审查员", "再看过")
    review.decide(catalogue, id, Verdict.APPROVE, "签发人")
    assert catalogue.public(id).metadata.title == "关于做好抗旱工作的通知"
    catalogue.check_record(id)


def test_who_corrected_it_does_not_approve_it(catalogue: Catalogue, id: str) -> None:
    correct(catalogue, id, "genre", "公告", "签发人")
    review.vouch(catalogue, id, "审查员", "看过")
    with pytest.raises(DecisionRefused, match="更正了信息"):
        review.decide(catalogue, id, Verdict.APPROVE, "签发人")
    refused(catalogue, id, "签 发人", "who corrected it")
    review.decide(catalogue, id, Verdict.APPROVE, "另一人")


def test_what_a_correction_brings_in_is_checked(catalogue: Catalogue, intake: Intake, write: Write) -> None:
    text = "关于防汛的通知\n联系人王某，手机13812345678。\n"
    id = str(intake.receive(Item(write("a.txt", text), "a")).document_id)
    stops.settle(catalogue, id, 1, Settlement.KEEP, "保密员", "公务手机")
    correct(catalogue, id, "title", "关于防汛的通知（联系13912345678）")
    found = stops.check(catalogue, id).precheck
    # What was decided about the text stands, what is new in the title is open.
    assert [(each.place, each.settled is not None) for each in found.found if each.blocks] == [
        ("标题", False),
        ("正文第 1 段", True),
    ]


def test_a_public_version_stays_until_its_correction_is_approved(catalogue: Catalogue, id: str) -> None:
    publish(catalogue, id)
    done = correct(catalogue, id, "issuer", "云溪县水利局")
    assert (done.version, done.renewed) == (2, True)
    assert catalogue.public(id).metadata.issuer == "云溪县人民政府"
    newest = read(catalogue, id)
    assert (newest.status, newest.metadata.issuer) == (Status.WAITING, "云溪县水利局")
    assert newest.file == catalogue.public(id).file and newest.text == catalogue.public(id).text
    with pytest.raises(DecisionRefused, match="还没有作真实性审查"):
        review.decide(catalogue, id, Verdict.APPROVE, "签发人")
    # A second correction is of the version that waits.
    assert not correct(catalogue, id, "genre", "公告").renewed
    publish(catalogue, id)
    assert catalogue.public(id).metadata.issuer == "云溪县水利局"
    assert catalogue.public(id).public_number == 2
    assert [event.details.get("instead_of") for event in catalogue.events(id) if event.action == "correct"] == [1, None]


@pytest.mark.parametrize("verdict", [Verdict.REJECT, Verdict.WITHDRAW])
def test_what_was_refused_or_withdrawn_waits_anew_once_corrected(
    catalogue: Catalogue, id: str, verdict: Verdict
) -> None:
    if verdict is Verdict.WITHDRAW:
        publish(catalogue, id)
    review.decide(catalogue, id, verdict, "签发人", "机构有误")
    assert correct(catalogue, id, "issuer", "云溪县水利局").renewed
    assert read(catalogue, id).status is Status.WAITING


def test_the_same_file_again_and_a_new_one_that_says_less_leave_it_corrected(
    catalogue: Catalogue, intake: Intake, id: str, write: Write
) -> None:
    for field, text in (("written_on", "2019-03-02"), ("title", "关于做好抗旱工作的通知"), ("genre", "")):
        correct(catalogue, id, field, text)
    assert intake.receive(Item(write("a.txt", TEXT), "a")).result is Result.HELD
    assert intake.receive(Item(write("a.txt", TEXT + "另行通知。\n"), "a")).result is Result.CHANGED
    found = read(catalogue, id).metadata
    assert found.title == "关于做好抗旱工作的通知"
    assert (found.written_on, found.genre) == (date(2019, 3, 2), None)
    assert found.sources["written_on"] == "人工填写：更正员"


def test_a_manifest_wins_only_with_what_was_not_corrected_away(
    catalogue: Catalogue, intake: Intake, write: Write
) -> None:
    path = write("a.txt", TEXT)
    id = str(intake.receive(Item(path, "a", {"issuer": "云溪县财政局"})).document_id)
    correct(catalogue, id, "issuer", "云溪县水利局")
    told = intake.receive(Item(path, "a", {"issuer": "云溪县财政局", "genre": "通知"}))
    assert "沿用原先的发布机构" in told.reason
    assert read(catalogue, id).metadata.issuer == "云溪县水利局"
    intake.receive(Item(path, "a", {"issuer": "云溪县应急管理局", "genre": "通知"}))
    assert read(catalogue, id).metadata.issuer == "云溪县应急管理局"


def test_what_was_corrected_is_never_taken_over_unseen(
    catalogue: Catalogue, id: str, blobs: Blobs, sandbox: Sandbox, write: Write
) -> None:
    correct(catalogue, id, "genre", "公告")
    portal = Intake(catalogue, blobs, sandbox, "移交", already_published=True)
    told = portal.receive(Item(write("a.txt", TEXT), "a"))
    assert "经人工更正" in told.reason
    assert read(catalogue, id).status is Status.WAITING


def test_a_rebuild_has_the_corrections_and_lets_the_corrected_be_public(
    catalogue: Catalogue, id: str, tmp_path: Path, database: NewDatabase
) -> None:
    review.vouch(catalogue, id, "审查员", "看过")
    correct(catalogue, id, "genre", "公告")
    publish(catalogue, id)
    correct(catalogue, id, "genre", "通告")
    before = catalogue.records.read(id)
    other = Catalogue(database(), tmp_path, empty=True)
    rebuilt = rebuild(other)
    assert (rebuilt.public, rebuilt.damaged, rebuilt.broken) == (1, (), None)
    assert other.records.read(id) == before and len(before["corrections"]) == 2
    assert (other.public(id).metadata.genre, read(other, id).metadata.genre) == ("公告", "通告")
    other.close()


def test_the_database_lets_nothing_else_be_changed(catalogue: Catalogue, id: str) -> None:
    def change(statement: object) -> None:
        with pytest.raises(IntegrityError), catalogue.writing() as connection:
            connection.execute(statement)  # type: ignore[call-overload]  # of several kinds

    change(update(versions).values(title="改过"))
    correct(catalogue, id, "genre", "公告")
    for values in ({"text": "改过"}, {"digest": "0" * 64}, {"brought_by": "别人"}, {"received_at": "2000"}):
        change(update(versions).values(**values))
    for changed in (update(rows).values(after="改过"), delete(rows), delete(versions)):
        change(changed)
    publish(catalogue, id)
    change(update(versions).values(title="改过"))
    row = {"field": "genre", "read_from": "", "person": "甲", "reason": "乙", "examined": 0, "decided_at": "2020"}
    change(insert(rows).values(document_id=id, version=1, **row))


def test_relations_that_a_person_decided_on_are_not_asked_again(
    catalogue: Catalogue, intake: Intake, write: Write, id: str
) -> None:
    text = "关于废止《云溪县收费办法》的通知\n请遵照执行。\n"
    other = str(intake.receive(Item(write("b.txt", text), "b")).document_id)
    (proposal,) = relations.proposals(catalogue, other)
    relations.refuse(catalogue, proposal.id, "法制科")
    correct(catalogue, other, "genre", "公告")
    assert relations.proposals(catalogue, other) == []
    correct(catalogue, other, "title", "关于废止《云溪县收费办法》《云溪县摆摊办法》的通知")
    assert [each.stated.title for each in relations.proposals(catalogue, other)] == ["云溪县摆摊办法"]
