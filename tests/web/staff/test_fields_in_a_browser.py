"""A document's page with all that may be done on it, in a real browser: everything open, and by keyboard alone."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from archive.chinese.dates import OFFICE_TIME
from archive.decisions import returned, review, scheduled
from archive.decisions.returned import Point
from archive.registers.roles import Role
from tests.web.conftest import IN_A_BROWSER
from tests.web.staff.conftest import DeskSite
from tests.web.staff.test_attaching import attach
from tests.web.staff.test_correcting import settle
from tests.web.staff.test_desk_in_a_browser import look, signed_in

pytestmark = IN_A_BROWSER
Bring = Callable[[str, str, str], str]


def test_everything_on_the_page_is_open_to_all_readers(
    browser: Browser, address: str, site: DeskSite, bring: Bring, pytestconfig: pytest.Config
) -> None:
    catalogue, pictures = site.services.catalogue, bool(pytestconfig.option.pictures)
    text = "关于废止《云溪县收费办法》的通知\n\n请遵照执行。\n" + "各单位要落实责任。\n" * 60
    id = bring("own", text, "甲一")
    attach(site[Role.CLERK], f"/documents/{id}", "名单\n".encode(), "名单.txt")
    returned.send_back(catalogue, id, "乙二", [Point("标题", "不全"), Point("附件《名单.txt》", "缺一行")])
    returned.tick(catalogue, id, returned.of(catalogue, id)[0].id, "甲一", "补全了")
    settle(site)
    review.vouch(catalogue, site.id, "乙二", "看过")
    scheduled.plan(catalogue, site.id, datetime.now(OFFICE_TIME) + timedelta(days=1), "丙三", "统一发布")
    for role, about, name in (
        (Role.SOURCE, id, "source-returned"),
        (Role.REVIEWER, id, "reviewer-returned"),
        (Role.REVIEWER, site.id, "reviewer-scheduled"),
        (Role.PUBLISHER, site.id, "publisher-scheduled"),
    ):
        page = signed_in(browser, address, site[role])
        page.goto(f"{address}/documents/{about}")
        look(page, name, pictures)
        page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        look(page, f"{name}-open", pictures)
        page.context.close()


def test_a_field_is_corrected_by_keyboard(browser: Browser, address: str, site: DeskSite) -> None:
    page = signed_in(browser, address, site[Role.CLERK])
    page.goto(f"{address}/documents/{site.id}")
    # The name that a reader of the screen hears says which field it is.
    page.locator("#field-genre summary").focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Control+a")
    page.keyboard.type("公告")
    page.keyboard.press("Tab")
    page.keyboard.type("题目写的是公告")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#field-genre")).to_contain_text("公告 （人工填写：丁四）")
    assert page.url.endswith("#field-genre")
    # What the browser goes back to is asked for anew, and does nothing twice.
    page.go_back()
    page.locator("#field-genre summary").click()
    page.locator("#field-genre").get_by_label("更正的原因").fill("再来一次")
    page.locator("#field-genre").get_by_role("button").click()
    expect(page.get_by_role("alert")).to_contain_text("体裁现在就是“公告”，没有更正")
    assert [each.action for each in site.services.catalogue.events(site.id)].count("correct") == 1
    page.context.close()
