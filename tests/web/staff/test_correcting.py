"""Correcting what is known of a document from its page."""

import re
import time
from collections.abc import Callable

import pytest
from sqlalchemy import Engine, event

from archive.decisions import stops
from archive.document import Settlement, Status
from archive.registers.roles import Role
from tests.conftest import publish
from tests.web.staff.conftest import DeskSite
from web.staff import fields

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]


def settle(site: DeskSite) -> None:
    """Settle what the pre-check found in the document that waits."""
    for each in stops.check(site.services.catalogue, site.id).precheck.open:
        stops.settle(site.services.catalogue, site.id, each.number, Settlement.KEEP, "保密员", "公务手机")


def test_each_field_says_where_it_was_read_and_what_is_missing(site: DeskSite) -> None:
    shown = site[Role.REVIEWER].get(f"/documents/{site.id}").text
    assert re.search(r"2019-03-01.{0,40}（落款）", shown)
    assert "应当填写而没有的：主题、栏目、索引号。" in re.sub("<[^>]*>", "", shown)
    assert shown.count("没有填写") == 3
    assert '<option value="通知">' in shown and "<option>现行有效</option>" in shown
    # Who may not correct has no form for it.
    assert "/correct/" not in site[Role.PUBLISHER].get(f"/documents/{site.id}").text


def test_a_correction_changes_what_waits_and_stands_among_the_events(site: DeskSite) -> None:
    clerk, page = site[Role.CLERK], f"/documents/{site.id}"
    answer = clerk.post(f"{page}/correct/written_on", page, value="2019年3月2日", reason="与落款<不>符")
    assert (answer.status_code, answer.headers["Location"]) == (303, f"{page}#field-written_on")
    shown = clerk.get(page).text
    assert "（人工填写：丁四）" in shown
    assert "更正信息：成文日期由“2019-03-01”改为“2019-03-02”：与落款&lt;不&gt;符" in shown


def test_what_can_t_be_is_told_at_the_field_and_what_is_doubtful_asked_about(site: DeskSite) -> None:
    clerk, page = site[Role.CLERK], f"/documents/{site.id}"
    form = {"act": "correct/written_on", "value": "二月三十日", "reason": "写了很久的原因"}
    answer = clerk.post(f"{page}/correct/written_on", page, **form)
    assert answer.status_code == 409
    at_field = answer.text.split('id="field-written_on"')[1].split("</tr>")[0]
    assert "不是可用的日期" in at_field and "写了很久的原因</textarea>" in at_field
    assert 'value="二月三十日"' in at_field and "<details open>" in at_field
    form = {"act": "correct/number", "value": "三号文", "reason": "补登"}
    asked = clerk.post(f"{page}/correct/number", page, **form)
    assert asked.status_code == 409 and "仍按此填写</label>" in asked.text and "不像文号" in asked.text
    assert clerk.post(f"{page}/correct/number", page, **form, sure="1").status_code == 303
    assert site.services.catalogue.newest(site.id).metadata.number == "三号文"
    assert clerk.post(f"{page}/correct/colour", page, value="红", reason="x").status_code == 409


def test_the_second_of_two_is_told_who_changed_what(site: DeskSite) -> None:
    clerk, reviewer, page = site[Role.CLERK], site[Role.REVIEWER], f"/documents/{site.id}"
    seen = {
        person.name: dict(re.findall(r'name="(csrf|version|last)" value="([^"]*)"', person.get(page).text))
        for person in (clerk, reviewer)
    }
    for person, value, status in ((clerk, "公告", 303), (reviewer, "通告", 409), (clerk, "公告", 409)):
        form = {**seen[person.name], "act": "correct/genre", "value": value, "reason": "有误"}
        answer = person.client.post(f"{page}/correct/genre", data=form, base_url="https://localhost")
        assert answer.status_code == status
        if status == 409:
            who = "丁四" if person is reviewer else "您"
            assert f"{who}已经对本件作了“更正信息：体裁由“通知”改为“公告”" in answer.text
    assert site.services.catalogue.newest(site.id).metadata.genre == "公告"
    assert [each.action for each in site.services.catalogue.events(site.id)].count("correct") == 1


def test_a_public_document_stays_as_it_is_until_its_correction_is_approved(site: DeskSite) -> None:
    settle(site)
    publish(site.services.catalogue, site.id)
    reviewer, page = site[Role.REVIEWER], f"/documents/{site.id}"
    assert "更正后成为第 2 版，等待审查；批准以前，公众看到的不变" in reviewer.get(page).text
    assert reviewer.post(f"{page}/correct/genre", page, value="公告", reason="有误").status_code == 303
    assert site.services.catalogue.public(site.id).metadata.genre == "通知"
    assert site.services.catalogue.newest(site.id).status is Status.WAITING
    assert "第 2 版" in reviewer.get("/queue").text


def test_a_unit_keeps_sight_of_its_document_whoever_corrects_it(site: DeskSite, bring: Bring) -> None:
    own = bring("own", "关于预算公开的通知\n\n请按时公开。\n", "甲一")
    publish(site.services.catalogue, own)
    source, page = site[Role.SOURCE], f"/documents/{own}"
    assert site[Role.REVIEWER].post(f"{page}/correct/genre", page, value="公告", reason="有误").status_code == 303
    assert source.get(page).status_code == 200 and own in source.get("/queue").text
    assert source.get(f"{page}/differences").status_code == 200
    assert source.post(f"{page}/correct/genre", page, value="通告", reason="再改").status_code == 303
    foreign = f"/documents/{site.id}"
    assert source.post(f"{foreign}/correct/genre", page, value="通告", reason="x").status_code == 404


def test_the_columns_that_are_suggested_are_read_once_a_minute(
    site: DeskSite, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *_: object) -> None:
        asked.append(statement)

    event.listen(Engine, "before_cursor_execute", note)
    request.addfinalizer(lambda: event.remove(Engine, "before_cursor_execute", note))
    document = site.services.catalogue.newest(site.id)

    def distinct() -> int:
        asked.clear()
        fields.of(site.services.catalogue, document)
        return sum("DISTINCT" in each for each in asked)

    fields._COLUMNS.clear()
    assert [distinct(), distinct()] == [1, 0]
    later = time.monotonic() + 61
    monkeypatch.setattr(fields, "monotonic", lambda: later)
    assert [distinct(), distinct()] == [1, 0]
