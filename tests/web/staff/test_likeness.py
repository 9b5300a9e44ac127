"""Documents that look like one that waits: found among all, shown to who may see them, and decided by a person."""

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import func, select

from archive.decisions import corrections, four_eyes, publication
from archive.document import Status
from archive.errors import GongkaiError
from archive.registers import traces as traces_of
from archive.registers.roles import Role
from archive.registers.staff_tables import traced, traces
from indexer import sync
from tests.conftest import publish
from tests.web.staff.conftest import TEXT, DeskSite
from web.app import create_app
from web.staff import likeness
from web.staff.likeness import Sign

pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]
BODY = "".join(f"第{at}条 各镇街、各有关部门要按照职责分工，做好第{at}项防汛抗旱工作。" for at in range(30))
NOTICE = f"云溪县人民政府关于做好防汛抗旱工作的通知\n\n云政发〔2019〕12号\n\n{BODY}\n"


def signs(site: DeskSite, id: str) -> dict[str, tuple[Sign, ...]]:
    found = likeness.of(site.staff, site.services.catalogue, site.services.catalogue.newest(id))
    return {each.id: each.signs for each in found.twins}


def test_each_sign_is_found_whether_the_other_is_public_or_not(site: DeskSite, bring: Bring) -> None:
    own = bring("own", NOTICE, "丁四")
    number = bring("number", "完全不同的一份文件\n\n云政发 [2019] 12 号\n\n内容也不同，说的是别的事情。\n", "丁四")
    title = bring("title", "云溪县人民政府 关于做好防汛抗旱工作的通知\n\n只有一句话。\n", "丁四")
    text = bring("text", "另一个标题的文件\n\n" + BODY.replace("第7项防汛", "第7项抗洪"), "丁四")
    half = bring("half", "又一个标题的文件\n\n" + BODY[: len(BODY) // 2] + "其余的内容全都不同" * 30, "丁四")
    publish(site.services.catalogue, number)
    found = signs(site, own)
    assert found == {number: (Sign.NUMBER,), title: (Sign.TITLE,), text: (Sign.TEXT,)}
    assert half not in found and site.id not in found
    assert own in signs(site, text)


def test_further_sources_of_the_very_same_file_are_told(site: DeskSite, bring: Bring) -> None:
    own = bring("own", NOTICE, "丁四")
    assert bring("second source", NOTICE, "丁四") == own
    shown = site[Role.REVIEWER].get(f"/documents/{own}").text
    assert "另外收到过 1 次" in shown and "县政府办丁四接收" in shown and "second source" not in shown


def test_two_that_are_separate_are_not_asked_about_again(site: DeskSite, bring: Bring) -> None:
    own, other = bring("own", NOTICE, "丁四"), bring("other", NOTICE.replace("第7项", "第七项"), "丁四")
    reviewer, page = site[Role.REVIEWER], f"/documents/{own}"
    assert "可能重复" in reviewer.get(page).text and other in reviewer.get(page).text
    refused = reviewer.post(f"{page}/twins/{other}", page, how="separate", reason="", act=f"twins/{other}")
    assert refused.status_code == 409 and "请写明" in refused.text
    assert reviewer.post(f"{page}/twins/{other}", page, how="?", reason="x").status_code == 409
    assert reviewer.post(f"{page}/twins/{other}", page, how="separate", reason="两个年度").status_code == 303
    for id in (own, other):
        shown = reviewer.get(f"/documents/{id}").text
        assert "可能重复" not in shown and "认定为两件：两个年度" in shown
    assert reviewer.post(f"{page}/twins/nobody234567", page, how="same", reason="x").status_code == 404


@pytest.mark.parametrize("how", ["same", "version"])
def test_what_was_decided_holds_and_a_second_time_is_refused(site: DeskSite, bring: Bring, how: str) -> None:
    first, second = bring("first", NOTICE, "丁四"), bring("second", NOTICE.replace("第7项", "第七项"), "丁四")
    reviewer, page = site[Role.REVIEWER], f"/documents/{second}"
    form = {"how": how, "reason": "只改了一个字"}
    assert reviewer.post(f"{page}/twins/{first}", page, **form).status_code == 303
    assert site.services.catalogue.newest(second).status is Status.REFUSED
    assert site.services.catalogue.newest(first).version == (2 if how == "version" else 1)
    assert f"编号 {first}" in reviewer.get(page).text
    assert reviewer.post(f"{page}/twins/{first}", f"/documents/{first}", **form).status_code == 409
    assert "可能重复" not in reviewer.get(page).text


def test_a_source_unit_learns_nothing_of_others(site: DeskSite, bring: Bring) -> None:
    other, own = bring("other", NOTICE, "丁四"), bring("own", NOTICE.replace("第7项", "第七项"), "甲一")
    assert bring("from another unit", NOTICE.replace("第7项", "第七项"), "丁四") == own
    shown = site[Role.SOURCE].get(f"/documents/{own}").text
    assert other not in shown and "another unit" not in shown and "可能重复" not in shown
    assert other in site[Role.REVIEWER].get(f"/documents/{own}").text


@pytest.mark.statements
@pytest.mark.parametrize("how", ["same", "version"])
def test_a_source_unit_is_not_told_the_title_of_the_other(site: DeskSite, bring: Bring, how: str) -> None:
    other, own = bring("other", f"关于拟任人选的请示\n\n{NOTICE}", "丁四"), bring("own", NOTICE, "甲一")
    page = f"/documents/{own}"
    answer = site[Role.REVIEWER].post(f"{page}/twins/{other}", page, how=how, reason="重复报送")
    assert answer.status_code == 303
    shown = site[Role.SOURCE].get(page).text
    assert "重复报送" in shown and "拟任人选" not in shown


def test_a_new_version_leaves_other_traces(site: DeskSite, bring: Bring) -> None:
    own, other = bring("own", NOTICE, "丁四"), bring("other", NOTICE.replace("第7项", "第七项"), "丁四")
    assert other in signs(site, own)
    bring("other", "标题与内容都换了的文件\n\n云政发〔2019〕99号\n\n现在说的是完全不同的事。\n", "丁四")
    assert signs(site, own) == {}


def test_nothing_public_changes_by_it(site: DeskSite, bring: Bring) -> None:
    first = bring("first", NOTICE, "丁四")
    publish(site.services.catalogue, first)
    sync.rebuild(site.services.catalogue, site.services.engine)
    public = create_app(site.services).test_client()
    paths = (f"/documents/{first}", "/search?q=防汛", f"/api/v1/documents/{first}")

    def seen() -> list[str]:
        # How long a search took is not always the same.
        return [re.sub(r"用时[^秒]*秒", "", public.get(path).text) for path in paths]

    before = seen()
    second = bring("second", NOTICE.replace("第7项", "第七项"), "丁四")
    reviewer, page = site[Role.REVIEWER], f"/documents/{second}"
    reviewer.get(page)
    reviewer.post(f"{page}/twins/{first}", page, how="separate", reason="两件")
    for former, now in zip(before, seen(), strict=True):
        assert now.splitlines() == former.splitlines()


@pytest.mark.statements
def test_what_is_behind_is_told_and_a_backup_has_no_traces(
    site: DeskSite, bring: Bring, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    ids = [bring(f"file {at}", TEXT.replace("防汛", f"第{at}次防汛"), "丁四") for at in range(3)]
    monkeypatch.setattr("archive.registers.traces.BATCH", 1)
    assert "没有全部比对" in site[Role.REVIEWER].get(f"/documents/{ids[0]}").text
    while likeness.keep_up(site.staff, site.services.catalogue):
        pass
    assert "没有全部比对" not in site[Role.REVIEWER].get(f"/documents/{ids[0]}").text
    with site.staff.reading() as connection:
        assert connection.execute(select(func.count(traces.c.document_id.distinct()))).scalar() == 4
        assert connection.execute(select(traced.c.sequence)).scalar()
    site.staff.dump(tmp_path / "dump")
    assert "trace" not in (tmp_path / "dump").read_text(encoding="utf-8")


def test_what_all_documents_share_is_not_looked_through(
    site: DeskSite, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 50,000 documents of one letterhead, its traces would take the longest and tell nothing."""
    ids = [bring(f"file {at}", NOTICE.replace("第7项", f"第{at}7项"), "丁四") for at in range(4)]
    assert all(Sign.TEXT in each for each in signs(site, ids[0]).values())
    sketched = likeness._smallest(site.services.catalogue.newest(ids[0]).text)
    assert len(traces_of.shared(site.staff, ids[0], sketched, 2)) == 3
    monkeypatch.setattr(traces_of, "_COMMON", 2)
    assert traces_of.shared(site.staff, ids[0], sketched, 2) == {}
    # A number or a title is looked for however many have it.
    assert all(Sign.NUMBER in each for each in signs(site, ids[0]).values())


def test_the_desk_catches_up_in_the_background_and_ends_with_it(
    site: DeskSite, bring: Bring, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for at in range(3):
        bring(f"file {at}", TEXT.replace("防汛", f"第{at}次防汛"), "丁四")
    monkeypatch.setattr(traces_of, "BATCH", 1)
    catalogue, deadline = site.services.catalogue, time.monotonic() + 20
    with likeness.catching_up(site.staff, catalogue):
        while time.monotonic() < deadline:
            with site.staff.reading() as connection:
                reached = connection.execute(select(traced.c.sequence)).scalar()
            if reached == catalogue.events()[-1].sequence:
                break
            time.sleep(0.05)
    assert reached == catalogue.events()[-1].sequence
    assert "likeness" not in {each.name for each in threading.enumerate()}

    def broken(*_: object) -> int:
        raise GongkaiError("磁盘已满")

    monkeypatch.setattr(likeness, "keep_up", broken)
    monkeypatch.setattr(likeness, "_PAUSE", 0)
    with likeness.catching_up(site.staff, catalogue):
        while time.monotonic() < deadline and "没有做完" not in caplog.text:
            time.sleep(0.01)
    assert "重复文件的比对没有做完：磁盘已满" in caplog.text


MAIN = "云溪县人民政府关于印发供热办法的通知\n\n现将供热办法印发给你们。\n\n云溪县人民政府\n2019年3月1日\n"
PART = "供热收费标准表\n\n每平方米二十元。\n联系人王某13812345678。\n"


def test_what_was_brought_in_alone_becomes_an_attachment_and_is_reviewed_with_the_other(
    site: DeskSite, bring: Bring
) -> None:
    main, part, own = bring("main", MAIN, "戊五"), bring("附件1", PART, "丙三"), bring("own", NOTICE, "丁四")
    reviewer, page, catalogue = site[Role.REVIEWER], f"/documents/{part}", site.services.catalogue
    publish(catalogue, main)
    public = create_app(site.services).test_client()
    before = public.get(f"/documents/{main}").data
    for typed, told in (("", "请填写是哪一件"), ("nowhere", "没有编号为“nowhere”的文件"), (part, "这就是本件")):
        answer = reviewer.post(f"{page}/twins", page, target=typed, reason="附件", act="twins")
        assert answer.status_code == 409 and told in answer.text
    assert reviewer.post(f"{page}/twins", page, target=main, reason="", act="twins").status_code == 409
    assert reviewer.post(f"{page}/twins", page, target=main, reason="是收费标准表", act="twins").status_code == 303
    # What is public stays so until the version with the attachment was reviewed.
    assert public.get(f"/documents/{main}").data == before
    made = catalogue.newest(main)
    assert made.version == 2 and made.status is Status.WAITING
    assert [each.file.name for each in made.attachments] == ["附件1.txt"] and "二十元" in made.attachments[0].text
    assert catalogue.newest(part).status is Status.REFUSED
    shown = reviewer.get(f"/documents/{main}").text
    assert ">附件1.txt</a>" in shown and "附件 1：附件1" not in shown and "须处理" in shown
    assert "是收费标准表" in reviewer.get(page).text and main in reviewer.get(page).text
    assert reviewer.post(f"{page}/twins", page, target=own, reason="又一次", act="twins").status_code == 409
    # Whoever brought the attachment in is not the other person who approves.
    with catalogue.reading() as connection:
        assert ("丙三", "接收了附件") in [*four_eyes.involved(connection, main, 2)]
        assert "丙三接收了附件" in "".join(publication.obstacles(connection, main, 2, "丙三"))
        assert "另一人" not in "".join(publication.obstacles(connection, main, 2, "己六"))


def test_a_twin_may_be_what_it_is_an_attachment_of(site: DeskSite, bring: Bring) -> None:
    own, other = bring("own", NOTICE, "丁四"), bring("other", NOTICE.replace("第7项", "第七项"), "丁四")
    page, catalogue = f"/documents/{own}", site.services.catalogue
    answer = site[Role.REVIEWER].post(f"{page}/twins/{other}", page, how="attachment", reason="是附件")
    assert answer.status_code == 303 and catalogue.newest(other).version == 1
    assert [each.file.name for each in catalogue.newest(other).attachments] == ["own.txt"]


def test_what_is_restricted_is_opened_by_no_attachment(site: DeskSite, bring: Bring) -> None:
    main, part = bring("main", MAIN, "丁四"), bring("part", PART, "丁四")
    reviewer, page, catalogue = site[Role.REVIEWER], f"/documents/{part}", site.services.catalogue
    corrections.correct(catalogue, part, "public_until", "2099-12-31", "丁四", "公示")
    answer = reviewer.post(f"{page}/twins", page, target=main, reason="附件", act="twins")
    assert answer.status_code == 409 and "公开截止日期是 2099-12-31" in answer.text
    corrections.correct(catalogue, main, "public_until", "2099-12-30", "丁四", "公示")
    withheld = {"disclosure": "不予公开", "basis": "条例", "ground": "属于国家秘密"}
    assert reviewer.post(f"{page}/classify", page, **withheld).status_code == 303
    answer = reviewer.post(f"{page}/twins", page, target=main, reason="附件", act="twins")
    assert answer.status_code == 409 and "标注为“不予公开”" in answer.text
    open_again = {"disclosure": "主动公开", "basis": "条例"}
    assert reviewer.post(f"{page}/classify", page, **open_again).status_code == 303
    assert reviewer.post(f"{page}/twins", page, target=main, reason="附件", act="twins").status_code == 303
    assert len(catalogue.newest(main).attachments) == 1
