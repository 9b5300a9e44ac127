"""What a document's page says first: the next step, who does it, and until when."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from archive.decisions import scheduled
from archive.document import Disclosure
from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite

pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]
# Twenty working days after 1 March 2019.
LAST = "2019-03-29"


def said(site: DeskSite, role: Role, id: str = "") -> str:
    """Return the words of what a page says first, with the place that it leads to."""
    text = site[role].get(f"/documents/{id or site.id}").text
    found = re.search(r'<section class="next".*?</section>', text, re.DOTALL)
    if not found:
        return ""
    assert found.start() < text.index('id="what"')
    place = re.search(r'href="(#[^"]*)">往下办理', found[0])
    assert not place or f'id="{place[1][1:]}"' in text
    return re.sub(r"<[^>]*>|\s+", "", found[0]) + (place[1] if place else "")


def test_each_step_is_said_to_whoever_does_it_with_the_way_there_and_to_others_by_whom(site: DeskSite) -> None:
    reviewer, page = site[Role.REVIEWER], f"/documents/{site.id}"
    walk: list[tuple[str, str, dict[str, str]]] = [
        ("标注公开属性", "classify", {"disclosure": "主动公开", "basis": "条例第二十条"}),
        ("处理检查发现", "settle/1", {"settlement": "keep", "reason": "值班电话"}),
        ("审查真实性", "examine/truthfulness", {"outcome": "passed", "basis": "看过"}),
        ("审查保密性", "examine/confidentiality", {"outcome": "passed", "basis": "看过"}),
    ]
    for step, act, data in walk:
        place = {"settle/1": "finding-1"}.get(act, act.rpartition("/")[2])
        assert f"下一步{step}往下办理由审查员办理。" in said(site, Role.REVIEWER)
        assert said(site, Role.REVIEWER).endswith(f"#{place}")
        for role in (Role.PUBLISHER, Role.CLERK, Role.AUDITOR):
            told = said(site, role)
            assert f"下一步{step}由审查员办理。" in told and "#" not in told
        assert reviewer.post(f"{page}/{act}", page, **data).status_code == 303
    assert said(site, Role.PUBLISHER).endswith("#approve")
    assert "下一步批准公开由没有经手本件的发布人办理。" in said(site, Role.REVIEWER)
    at = datetime.now(UTC) + timedelta(days=2)
    scheduled.plan(site.services.catalogue, site.id, at, "丙三")
    assert f"到{scheduled.spoken(at)}公开".replace(" ", "") in said(site, Role.PUBLISHER)
    scheduled.cancel(site.services.catalogue, site.id, "丙三", "不等了")
    publisher = site[Role.PUBLISHER]
    assert publisher.post(f"{page}/approve", page, reason="").status_code == 303
    assert "下一步" not in said(site, Role.PUBLISHER) and LAST not in publisher.get(page).text


def test_whoever_had_a_hand_in_it_is_told_that_another_publishes_it(site: DeskSite, bring: Bring) -> None:
    id = bring("own", "关于开放图书馆的通知\n\n周末照常开放。\n\n云溪县文化馆\n2019年3月1日\n", "丙三")
    page = f"/documents/{id}"
    for act, data in (
        ("classify", {"disclosure": "主动公开", "basis": "条例"}),
        ("examine/truthfulness", {"outcome": "passed", "basis": "看过"}),
        ("examine/confidentiality", {"outcome": "passed", "basis": "看过"}),
    ):
        assert site[Role.REVIEWER].post(f"{page}/{act}", page, **data).status_code == 303
    told = said(site, Role.PUBLISHER, id)
    assert "不能由您办理。" in told and "丙三接收了文件" in told and "#" not in told


@pytest.mark.statements
def test_what_was_sent_back_says_why_and_leads_the_source_unit_to_it(site: DeskSite) -> None:
    reviewer, page = site[Role.REVIEWER], f"/documents/{site.id}"
    assert reviewer.post(f"{page}/refuse", page, reason="落款不对").status_code == 303
    told = said(site, Role.CLERK)
    assert "由来源单位办理。退回的意见：落款不对" in told and told.endswith("#known") and LAST in told


@pytest.mark.parametrize(("day", "late"), [("2019-03-29T08:00", False), ("2019-03-30T08:00", True)])
def test_the_last_day_for_disclosure_stands_at_the_top(site: DeskSite, bring: Bring, day: str, late: bool) -> None:
    with time_machine.travel(f"{day}+08:00", tick=False):
        assert site[Role.CLERK].sign_in().status_code == 303
        told = said(site, Role.CLERK)
        assert f"应在{LAST}以前公开" in told and ("已过期限" in told) is late
        assert (
            '<strong class="late">2019-03-29</strong>' in site[Role.CLERK].get(f"/documents/{site.id}").text
        ) is late
        undated = bring("undated", "关于开放图书馆的通知\n\n周末照常开放。\n", "丁四")
        assert "公开期限待定：没有成文日期" in said(site, Role.CLERK, undated)


def test_what_is_not_to_be_disclosed_has_no_last_day(site: DeskSite) -> None:
    page = f"/documents/{site.id}"
    asked = {"disclosure": Disclosure.ON_REQUEST.value, "basis": "条例"}
    assert site[Role.REVIEWER].post(f"{page}/classify", page, **asked).status_code == 303
    told = said(site, Role.REVIEWER)
    assert LAST not in told and "不予公开或退回" in told and told.endswith("#refuse")


def test_a_calendar_that_can_not_be_read_stops_no_page(site: DeskSite) -> None:
    (site.services.settings.data / "calendar.tsv").write_text("这不是放假安排\n", encoding="utf-8")
    for path in ("/queue", f"/documents/{site.id}"):
        answer = site[Role.CLERK].get(path)
        assert answer.status_code == 200 and "放假安排的文件有误" in answer.text


def test_what_may_be_done_stands_before_what_is_known(site: DeskSite) -> None:
    text = site[Role.REVIEWER].get(f"/documents/{site.id}").text
    order = [text.index(f'id="{each}"') for each in ("acts", "finding-1", "masking", "known")]
    assert order == sorted(order)
    # A source unit corrects; what was found is for others to settle.
    text = site[Role.CLERK].get(f"/documents/{site.id}").text
    assert 'id="acts"' not in text and text.index('id="known"') < text.index('id="finding-1"')
    for place in re.findall(r'href="#([^"]*)"', text):
        assert f'id="{place}"' in text
