"""Sending back with a list, ticking it off, and the queue of what was sent back."""

from collections.abc import Callable

import pytest

from archive.document import Status
from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]


@pytest.fixture
def own(bring: Bring) -> str:
    return bring("own", "关于预算公开的通知\n\n请按时公开。\n", "甲一")


def test_a_source_unit_works_off_what_its_document_was_sent_back_for(site: DeskSite, own: str) -> None:
    reviewer, source, page = site[Role.REVIEWER], site[Role.SOURCE], f"/documents/{own}"
    points = {"place-1": "正文第 1 段", "wrong-1": "缺<日期>", "place-3": "标题", "wrong-3": "不全"}
    half = reviewer.post(f"{page}/refuse", page, act="refuse", **{**points, "wrong-3": ""})
    assert half.status_code == 409 and "第 2 处（标题）没有写明哪里不对" in half.text
    assert 'value="缺&lt;日期&gt;"' in half.text
    assert reviewer.post(f"{page}/refuse", page, **points).status_code == 303
    assert "退回给我单位" in source.get("/").text and "1</span> 退回给我单位" in source.get("/").text
    assert own in source.get("/queue").text and own in source.get("/queue?step=已退回").text
    assert own not in reviewer.get("/queue").text and own in reviewer.get("/queue?step=已退回").text
    shown = source.get(page).text
    assert "第 1 版的退回意见：2 处，已改好 0 处" in shown and "缺&lt;日期&gt;" in shown
    ticks = [each.split('"')[0] for each in shown.split(f'action="{page}/tick/')[1:]]
    assert source.post(f"{page}/tick/{ticks[0]}", page, note="补了").status_code == 303
    assert "已由甲一改好" in source.post(f"{page}/tick/{ticks[0]}", page).text
    assert source.post(f"{page}/tick/999", page).status_code == 409
    # What is put right is a new version, whose reviewer sees what was ticked.
    assert source.post(f"{page}/correct/genre", page, value="公告", reason="按意见").status_code == 303
    assert site.services.catalogue.newest(own).status is Status.WAITING
    shown = site[Role.PUBLISHER].get(page).text
    assert "第 1 版的退回意见：2 处，已改好 1 处" in shown and "没有改好" in shown
    assert "退回给我单位" in source.get("/").text and "0</span> 退回给我单位" in source.get("/").text


def test_another_unit_s_document_is_not_ticked(site: DeskSite) -> None:
    source = site[Role.SOURCE]
    assert source.post(f"/documents/{site.id}/tick/1", "/password", version="1", last="1").status_code == 404


def test_the_queue_is_filtered_by_word_genre_and_unit(site: DeskSite, own: str, bring: Bring) -> None:
    reviewer = site[Role.REVIEWER]
    notice = bring("notice", "关于征地的公告\n\n内容。\n", "丁四")
    for query, found in (
        ("genre=公告", {notice}),
        ("genre=通知", {own, site.id}),
        ("unit=财政局", {own}),
        ("unit=县政府办", {notice, site.id}),
        ("unit=县政府办&genre=公告&q=征地", {notice}),
        ("q=没有的", set()),
    ):
        shown = reviewer.get(f"/queue?{query}").text
        assert {id for id in (own, notice, site.id) if id in shown} == found, query
    assert "县政府办</option>" not in site[Role.SOURCE].get("/queue").text
