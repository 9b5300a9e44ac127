"""Who brought a version in or examined it does not approve it; what one person forced is looked at by another."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from archive.decisions import afterwards, four_eyes, review, stops
from archive.document import Aspect, Disclosure, Outcome, Settlement, Verdict
from archive.errors import DecisionRefused
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store import audit
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from archive.store.records import _rows
from archive.store.tables import looks
from tests.archive.conftest import Moulding, Write
from tests.archive.decisions.refusals import allowed, refused
from tests.conftest import Mould

ROLES = ("收文员", "分类员", "真实性审查员", "保密审查员", "处理员")
# However it is written, it is the same name.
WRITTEN = ("收文员", "收文员 ", "收 文员", "收\u3000文员", "\t收文员", "收·文员", "（收文员）", "收、文-员.")


@pytest.fixture(scope="module")
def mould(moulding: Moulding) -> Mould:
    """A document in which each role is another person's, with all but the approval."""

    def fill(catalogue: Catalogue, intake: Intake, write: Write) -> dict[str, str]:
        path = write("a.txt", "关于防汛的通知\n联系人王某，手机13812345678。\n")
        id = str(intake.receive(Item(path, "a")).document_id)
        review.classify(catalogue, id, Disclosure.ACTIVE, ROLES[1], "条例第二十条")
        for aspect, person in zip(Aspect, ROLES[2:], strict=False):
            review.examine(catalogue, id, aspect, Outcome.PASSED, person, "一事一审")
        stops.settle(catalogue, id, 1, Settlement.KEEP, ROLES[4], "经本人同意")
        return {"id": id}

    return moulding(fill)


@pytest.fixture
def id(mould: Mould) -> str:
    return mould.ids["id"]


@pytest.fixture
def alone(catalogue: Catalogue, id: str) -> str:
    """The document, approved by force."""
    review.decide(catalogue, id, Verdict.APPROVE, "收文员", "本单位只有一人", forced=True)
    return id


@pytest.mark.parametrize("person", [*ROLES, *WRITTEN[1:]])
def test_who_had_a_hand_in_it_does_not_approve_it(catalogue: Catalogue, id: str, person: str) -> None:
    with pytest.raises(DecisionRefused, match="须是另一人"):
        review.decide(catalogue, id, Verdict.APPROVE, person)
    refused(catalogue, id, person, "does not approve it")
    assert catalogue.public_many([id]) == {}


@pytest.fixture
def joined(catalogue: Catalogue, id: str) -> str:
    """The document, to which something became an attachment that another person had brought in."""
    with catalogue.writing() as connection:
        told = {"version": 1, "from": "another", "brought_by": "附件收文员", "file": "附件.txt"}
        audit.append(connection, "认定员", four_eyes.ATTACHED, id, told)
    return id


@pytest.mark.parametrize("person", ["附件收文员", "附件 收文员", "附件收文·员"])
def test_who_brought_an_attachment_in_does_not_approve_it(catalogue: Catalogue, joined: str, person: str) -> None:
    with pytest.raises(DecisionRefused, match="接收了附件"):
        review.decide(catalogue, joined, Verdict.APPROVE, person)
    refused(catalogue, joined, person, "who brought in an attachment")
    allowed(catalogue, joined, "签发人")
    # Forced, it is looked at by another, too.
    review.decide(catalogue, joined, Verdict.APPROVE, "收文员", "本单位只有一人", forced=True)
    row = {"decision_id": 1, "document_id": joined, "version": 1, "outcome": "passed", "reason": ""}
    with pytest.raises(IntegrityError, match="looked at by another"), catalogue.writing() as connection:
        connection.execute(insert(looks).values(**row, person=person, decided_at=audit.now()))


def test_an_attachment_of_nobody_known_leaves_no_other_person(catalogue: Catalogue, id: str) -> None:
    with catalogue.writing() as connection:
        audit.append(connection, "认定员", four_eyes.ATTACHED, id, {"version": 1, "from": "x", "brought_by": ""})
    refused(catalogue, id, "签发人", "who brought in an attachment")


def test_what_was_attached_to_another_version_is_no_matter(catalogue: Catalogue, id: str) -> None:
    with catalogue.writing() as connection:
        audit.append(connection, "认定员", four_eyes.ATTACHED, id, {"version": 2, "from": "x", "brought_by": "签发人"})
    allowed(catalogue, id, "签发人")


def test_another_person_approves_it(catalogue: Catalogue, id: str) -> None:
    allowed(catalogue, id, "签发人")
    assert review.decide(catalogue, id, Verdict.APPROVE, " 签发人") == 1
    assert afterwards.waiting(catalogue) == []
    (kept,) = catalogue.records.read(id)["decisions"]
    assert (kept["reviewer"], kept["forced"]) == ("签发人", 0)


@pytest.mark.parametrize(("one", "other"), [("li wei", "LI WEI"), ("ｌｉ ｗｅｉ", "liwei"), ("Liwei", "ＬＩＷＥＩ")])
def test_capitals_and_widths_make_no_other_person(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, write: Write, one: str, other: str
) -> None:
    intake = Intake(catalogue, blobs, sandbox, one)
    id = str(intake.receive(Item(write("b.txt", "关于值班的通知\n请落实。\n"), "b")).document_id)
    review.vouch(catalogue, id, "审查员", "一事一审")
    with pytest.raises(DecisionRefused, match="须是另一人"):
        review.decide(catalogue, id, Verdict.APPROVE, other)
    refused(catalogue, id, other, "does not approve it")


def test_who_brought_it_in_may_classify_and_examine_it(catalogue: Catalogue, intake: Intake, write: Write) -> None:
    id = str(intake.receive(Item(write("b.txt", "关于值班的通知\n请落实。\n"), "b")).document_id)
    review.vouch(catalogue, id, "收文员", "一事一审")
    with pytest.raises(DecisionRefused, match="收文员接收了文件、收文员标注了公开属性、收文员作了审查"):
        review.decide(catalogue, id, Verdict.APPROVE, "收文员")
    assert review.decide(catalogue, id, Verdict.APPROVE, "签发人") == 1


def test_all_that_stands_in_the_way_is_told_at_once(catalogue: Catalogue, intake: Intake, write: Write) -> None:
    id = str(intake.receive(Item(write("b.txt", "机密★1年\n关于值班的通知\n"), "b")).document_id)
    with pytest.raises(DecisionRefused) as told:
        review.decide(catalogue, id, Verdict.APPROVE, "收文员")
    for each in ("真实性审查", "保密性审查", "没有标明公开属性", "1 处拦截", "须是另一人"):
        assert each in told.value.reason


@pytest.mark.parametrize("reviewer", ["", " ", "\u3000\u200b"])
@pytest.mark.parametrize("forced", [0, 1])
def test_nobody_approves_nothing(catalogue: Catalogue, id: str, reviewer: str, forced: int) -> None:
    with pytest.raises(DecisionRefused, match="写明审查人"):
        review.decide(catalogue, id, Verdict.APPROVE, reviewer, "依据", forced=bool(forced))
    refused(catalogue, id, reviewer, "does not approve it|only an approval", forced=forced)


@pytest.mark.parametrize("reason", ["", " "])
def test_what_is_forced_has_a_reason(catalogue: Catalogue, id: str, reason: str) -> None:
    with pytest.raises(DecisionRefused, match="必须写明理由"):
        review.decide(catalogue, id, Verdict.APPROVE, "收文员", reason, forced=True)
    refused(catalogue, id, "收文员", "only an approval is forced", forced=1, reason=reason)
    refused(catalogue, id, "收文员", "only an approval is forced", "takeover", forced=1)
    refused(catalogue, id, "收文员", "only an approval is forced", forced=2)
    refused(catalogue, id, "收文员", "only an approval is forced", "reject", forced=1)


def test_what_another_could_approve_is_not_forced(catalogue: Catalogue, id: str) -> None:
    review.decide(catalogue, id, Verdict.APPROVE, "签发人", "着急", forced=True)
    assert afterwards.waiting(catalogue) == []


def test_a_forced_approval_is_public_and_waits_for_a_look(catalogue: Catalogue, alone: str) -> None:
    assert catalogue.public(alone).version == 1
    (waiting,) = afterwards.waiting(catalogue)
    assert (waiting.id, waiting.version, waiting.person, waiting.reason) == (alone, 1, "收文员", "本单位只有一人")
    assert catalogue.events(alone)[-1].details["forced"] is True


@pytest.mark.parametrize("person", [*ROLES, *WRITTEN[1:]])
def test_who_had_a_hand_in_it_does_not_look_at_it(catalogue: Catalogue, alone: str, person: str) -> None:
    with pytest.raises(DecisionRefused, match="复看的须是另一人"):
        afterwards.look(catalogue, alone, person, Outcome.PASSED)
    row = {"decision_id": 1, "document_id": alone, "version": 1, "outcome": "passed", "reason": ""}
    with pytest.raises(IntegrityError, match="looked at by another"), catalogue.writing() as connection:
        connection.execute(insert(looks).values(**row, person=person, decided_at=audit.now()))
    assert len(afterwards.waiting(catalogue)) == 1


def test_a_look_takes_it_off_the_list(catalogue: Catalogue, alone: str) -> None:
    with pytest.raises(DecisionRefused, match="没有等待复看"):
        afterwards.look(catalogue, alone, "复看人", Outcome.PASSED, version=2)
    assert afterwards.look(catalogue, alone, "复看人", Outcome.PASSED) == 1
    assert afterwards.waiting(catalogue) == []
    with pytest.raises(DecisionRefused, match="没有等待复看"):
        afterwards.look(catalogue, alone, "复看人", Outcome.PASSED)
    assert catalogue.events(alone)[-1].action == "look"
    assert [row["person"] for row in catalogue.records.read(alone)["looks"]] == ["复看人"]


def test_an_objection_stays_until_it_is_withdrawn(catalogue: Catalogue, alone: str) -> None:
    with pytest.raises(DecisionRefused, match="理由"):
        afterwards.look(catalogue, alone, "复看人", Outcome.FAILED)
    afterwards.look(catalogue, alone, "复看人", Outcome.FAILED, "不该公开")
    assert [each.objection for each in afterwards.waiting(catalogue)] == ["复看人：不该公开"]
    review.decide(catalogue, alone, Verdict.WITHDRAW, "复看人", "不该公开")
    assert afterwards.waiting(catalogue) == []


def test_what_was_withdrawn_before_anybody_looked_still_waits(catalogue: Catalogue, alone: str) -> None:
    review.decide(catalogue, alone, Verdict.WITHDRAW, "收文员", "有误")
    assert [each.id for each in afterwards.waiting(catalogue)] == [alone]


def test_an_ordinary_approval_is_not_looked_at(catalogue: Catalogue, id: str) -> None:
    review.decide(catalogue, id, Verdict.APPROVE, "签发人")
    with pytest.raises(DecisionRefused, match="没有等待复看"):
        afterwards.look(catalogue, id, "复看人", Outcome.PASSED)
    row = {"decision_id": 1, "document_id": id, "version": 1, "outcome": "passed", "reason": ""}
    with pytest.raises(IntegrityError, match="looked at by another"), catalogue.writing() as connection:
        connection.execute(insert(looks).values(**row, person="复看人", decided_at=audit.now()))


def test_an_approval_dated_back_rests_on_all_that_is_asked(catalogue: Catalogue, id: str) -> None:
    """As one of before these rules it would need nobody else."""
    review.decide(catalogue, id, Verdict.APPROVE, "签发人")
    review.decide(catalogue, id, Verdict.WITHDRAW, "签发人", "有误")
    refused(catalogue, id, "收文员", "does not approve", rests_on=None, decided_at="2001-01-01T00:00:00.000000+00:00")
    refused(catalogue, id, "另一人", "whole pre-check", rests_on=None, decided_at="2001-01-01T00:00:00.000000+00:00")


def taken_over(catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, item: Item) -> str:
    """Take a document over as public; its id."""
    received = Intake(catalogue, blobs, sandbox, "移交 ", already_published=True).receive(item)
    assert received.reason == ""
    return str(received.document_id)


def test_a_takeover_is_an_act_of_its_own(catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, write: Write) -> None:
    item = Item(write("b.txt", "关于值班的通知\n请落实。\n"), "b")
    id = taken_over(catalogue, blobs, sandbox, item)
    assert catalogue.public(id).id == id
    record = catalogue.records.read(id)
    (kept,) = record["decisions"]
    assert (kept["verdict"], kept["reviewer"], kept["forced"]) == ("takeover", "移交", 0)
    assert "门户网站既有公开信息" in str(kept["reason"])
    assert record["examinations"] == []
    assert [event.action for event in catalogue.events(id)] == ["receive", "precheck", "classify", "takeover"]
    assert afterwards.waiting(catalogue) == []
    with pytest.raises(DecisionRefused, match="不是审查决定"):
        review.decide(catalogue, id, Verdict.TAKE_OVER, "移交", "依据")


@pytest.mark.parametrize(
    ("act", "why"),
    [
        ("withdrawn", "passes no reviewer"),
        ("rejected", "passes no reviewer"),
        ("failed", "passes no reviewer"),
        ("restricted", "active disclosure"),
        ("nobody", "person and a ground"),
        ("no ground", "person and a ground"),
    ],
)
def test_the_database_itself_takes_over_nothing_that_a_reviewer_stopped(
    catalogue: Catalogue, id: str, act: str, why: str
) -> None:
    if act == "withdrawn":
        review.decide(catalogue, id, Verdict.APPROVE, "签发人")
        review.decide(catalogue, id, Verdict.WITHDRAW, "签发人", "有误")
    elif act == "rejected":
        review.decide(catalogue, id, Verdict.REJECT, "签发人", "不妥")
    elif act == "failed":
        review.examine(catalogue, id, Aspect.TRUTHFULNESS, Outcome.FAILED, "审查员", "有误")
    elif act == "restricted":
        review.classify(catalogue, id, Disclosure.ON_REQUEST, "分类员", "条例第二十七条")
    reason = "" if act == "no ground" else "门户"
    refused(catalogue, id, "" if act == "nobody" else "移交", why, "takeover", reason=reason)


def test_who_took_it_over_does_not_approve_its_next_version_alone(
    catalogue: Catalogue, blobs: Blobs, sandbox: Sandbox, write: Write, intake: Intake
) -> None:
    id = taken_over(catalogue, blobs, sandbox, Item(write("b.txt", "关于值班的通知\n请落实。\n"), "b"))
    intake.receive(Item(write("b.txt", "关于值班的通知\n请认真落实。\n"), "b"))
    review.vouch(catalogue, id, "审查员", "一事一审")
    # Whoever brought in another version had no hand in this one.
    assert review.decide(catalogue, id, Verdict.APPROVE, "移交") == 2


def test_an_archive_that_does_not_say_who_brought_it_in_asks_for_force(catalogue: Catalogue, id: str) -> None:
    """As in an archive of before whose audit log is lost."""
    with catalogue.writing() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("DROP TRIGGER versions_no_update")
        else:
            connection.exec_driver_sql("ALTER TABLE versions DISABLE TRIGGER USER")
        connection.exec_driver_sql("UPDATE versions SET brought_by = ''")
    with catalogue.reading() as connection:
        catalogue.records._write(id, _rows(connection, id))
    refused(catalogue, id, "签发人", "does not approve it")
    with pytest.raises(DecisionRefused, match="没有记载由谁接收"):
        review.decide(catalogue, id, Verdict.APPROVE, "签发人")
    review.decide(catalogue, id, Verdict.APPROVE, "签发人", "来源已核实", forced=True)
    assert afterwards.look(catalogue, id, "复看人", Outcome.PASSED) == 1
