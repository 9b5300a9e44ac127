"""New readings of originals at the desk: each listed with what differs, many decided about at one look."""

import re
from collections.abc import Callable

import pytest

from archive.decisions import corrections
from archive.document import Status
from archive.extract import Sandbox
from archive.intake.rereading import Rereading
from archive.registers.roles import Role
from tests.conftest import earlier, publish
from tests.web.staff.conftest import DeskSite

# The archive's own tests execute the same statements over either database, but for those of the one that is marked.
pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]
TEXT = "关于{0}的办法\n\n第一条 为了{0}，制定本办法。\n\n第二条 期限 10 日。\n\n云溪县财政局\n2019年3月1日\n"


def reread(site: DeskSite, *ids: str) -> None:
    with Sandbox(workers=1) as sandbox:
        assert [*Rereading(site.services.catalogue, site.services.blobs, sandbox, "运维员").all(ids)]


@pytest.fixture
def ids(site: DeskSite, bring: Bring) -> list[str]:
    """Three documents whose numbers were lost before, and one that lost a figure, read again."""
    with earlier("第一条 ", "第二条 "):
        made = [bring(name, TEXT.format(name), "甲一") for name in ("防汛", "抗旱", "值班")]
    with earlier("第一条 ", " 10"):
        made.append(bring("收费", TEXT.format("收费"), "甲一"))
    for id in made:
        publish(site.services.catalogue, id)
    reread(site, *made)
    return made


def boxes(text: str) -> list[str]:
    return re.findall(r'name="chosen" value="([^"]*)"', text)


def test_each_is_listed_with_what_differs(site: DeskSite, ids: list[str]) -> None:
    text = site[Role.REVIEWER].get("/readings").text
    assert "重新读取待审：4 件" in text and "看来可以一并办理的 3 件" in text
    assert text.count("<del>“为了防汛，制定本办法。”</del> <ins>“第一条 为了防汛，制定本办法。”</ins>") == 1
    assert "须逐件审查：有数字的不同。" in text and f"/documents/{ids[3]}/differences?from=1&amp;to=2" in text
    assert {box.split("@")[0] for box in boxes(text)} == {*ids[:3]}
    # Whoever decides nothing sees the list; a unit sees its own.
    assert "打勾的真实性" not in site[Role.AUDITOR].get("/readings").text
    assert "重新读取待审：4 件" in site[Role.SOURCE].get("/readings").text
    assert 'href="/readings"' in site[Role.REVIEWER].get("/").text


def test_they_are_no_lines_of_the_queue_of_what_is_new(site: DeskSite, ids: list[str], bring: Bring) -> None:
    fresh = bring("新", TEXT.format("供水"), "甲一")
    reviewer = site[Role.REVIEWER]
    queue = reviewer.get("/queue").text
    assert f"/documents/{fresh}" in queue and not any(id in queue for id in ids)
    assert '另有<a href="/readings">重新读取待审 4 件</a>' in queue
    assert "重新读取待审：4 件" in reviewer.get("/").text
    # Whoever looks for one finds it.
    assert f"/documents/{ids[0]}" in reviewer.get("/queue?q=防汛").text


@pytest.mark.statements
def test_one_examines_and_another_approves_those_that_are_ticked(site: DeskSite, ids: list[str]) -> None:
    catalogue, reviewer, publisher = site.services.catalogue, site[Role.REVIEWER], site[Role.PUBLISHER]
    chosen = boxes(reviewer.get("/readings").text)[:2]
    done = reviewer.post("/readings/examine", "/readings", chosen=chosen, reason="与原件核对")
    assert done.status_code == 200 and "审查通过 2 件" in done.text
    assert done.text.count("只差编号 2 处，其余文字和数字相同") == 2
    two = [each.split("@")[0] for each in chosen]
    assert all(catalogue.public(id).version == 1 for id in ids)
    # What was seen before somebody acted is decided about anew.
    stale = publisher.post("/readings/approve", "/readings", chosen=chosen, reason="同意")
    assert stale.status_code == 409 and stale.text.count("您打开这一页之后，乙二已经对本件作了“审查”") == 2
    page = publisher.get("/readings").text
    chosen = [box for box in boxes(page) if box.split("@")[0] in two]
    done = publisher.post("/readings/approve", "/readings", chosen=chosen, reason="同意")
    assert done.status_code == 200 and "批准公开 2 件" in done.text
    assert [catalogue.public(id).version for id in two] == [2, 2]
    for id in two:
        events = [each for each in catalogue.events(id) if each.action in ("examine", "approve")]
        assert [(each.actor, each.action) for each in events[-3:]] == [
            ("乙二", "examine"),
            ("乙二", "examine"),
            ("丙三", "approve"),
        ]
        assert str(events[-1].details["reason"]).startswith("同意（一并审看：同一原件重新读取")
    # Of the third nothing was examined.
    third = [box for box in boxes(publisher.get("/readings").text)]
    refused = publisher.post("/readings/approve", "/readings", chosen=third, reason="同意")
    assert refused.status_code == 409 and "还没有作真实性审查" in refused.text


def test_what_is_to_be_decided_by_itself_is_not_decided_with_others(site: DeskSite, ids: list[str]) -> None:
    catalogue, reviewer = site.services.catalogue, site[Role.REVIEWER]
    last = catalogue.events(ids[3])[-1].sequence
    forced = reviewer.post("/readings/examine", "/readings", chosen=f"{ids[3]}@2@{last}", reason="核对")
    assert forced.status_code == 409 and "不能与别的一并办理：有数字的不同。" in forced.text
    # A correction makes it another thing than a new reading.
    corrections.correct(catalogue, ids[0], "genre", "公告", "甲一", "原件如此")
    text = reviewer.get("/readings").text
    assert ids[0] not in " ".join(boxes(text)) and "有著录信息的不同。" in text
    # So does what is public no more.
    catalogue_id = ids[1]
    site[Role.PUBLISHER].post(f"/documents/{catalogue_id}/withdraw", f"/documents/{catalogue_id}", reason="有误")
    text = reviewer.get("/readings").text
    assert "对照的那一版现在没有公开。" in text and len(boxes(text)) == 1


def test_they_are_sent_back_together(site: DeskSite, ids: list[str]) -> None:
    catalogue, reviewer = site.services.catalogue, site[Role.REVIEWER]
    chosen = boxes(reviewer.get("/readings").text)
    done = reviewer.post("/readings/send-back", "/readings", chosen=chosen, reason="与原件不符")
    assert "退回 3 件" in done.text and "重新读取待审：1 件" in done.text
    assert {catalogue.newest(id).status for id in ids[:3]} == {Status.REFUSED}
    assert all(catalogue.public(id).version == 1 for id in ids)


def test_a_form_without_what_it_needs_does_nothing(site: DeskSite, ids: list[str]) -> None:
    reviewer = site[Role.REVIEWER]
    events = len(site.services.catalogue.events())
    chosen = boxes(reviewer.get("/readings").text)
    for sent, status, told in (
        ({"reason": "核对"}, 400, "请在要办理的文件前打勾"),
        ({"chosen": "x@y", "reason": "核对"}, 400, "表单不完整"),
        ({"chosen": f"{ids[0]}@2@{'9' * 5000}", "reason": "核对"}, 400, "表单不完整"),
        ({"chosen": "nothing@1@1", "reason": "核对"}, 409, "没有编号为“nothing”的文件"),
        ({"chosen": chosen[0], "reason": "\u200b"}, 409, "没有写明依据或者理由"),
        ({"chosen": chosen[0], "reason": " "}, 409, "没有写明依据或者理由"),
    ):
        answer = reviewer.post("/readings/examine", "/readings", **sent)
        assert (answer.status_code, told in answer.text) == (status, True), sent
    assert len(site.services.catalogue.events()) == events
