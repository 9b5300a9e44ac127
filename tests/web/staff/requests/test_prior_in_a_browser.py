"""The search behind a request in a real browser: by keyboard, without script, with axe on every page."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from playwright.sync_api import Browser, expect
from playwright.sync_api import Error as PlaywrightError

from archive.registers.requests.register import Register
from archive.registers.roles import Role
from tests.conftest import publish
from tests.web.conftest import IN_A_BROWSER
from tests.web.staff.conftest import DeskSite
from tests.web.staff.requests.conftest import Enter
from tests.web.staff.requests.test_in_a_browser import tab_to
from tests.web.staff.requests.test_prior import PLAN, follow
from tests.web.staff.test_desk_in_a_browser import ARTEFACTS, look, signed_in

pytestmark = IN_A_BROWSER
Bring = Callable[[str, str, str], str]


def test_from_the_request_to_the_frozen_record(
    browser: Browser,
    address: str,
    site: DeskSite,
    register: Register,
    enter: Enter,
    bring: Bring,
    pytestconfig: pytest.Config,
) -> None:
    pictures = bool(pytestconfig.option.pictures)
    publish(site.services.catalogue, bring("plan", PLAN, "甲一"))
    for at in range(11):
        name = f"关于第 {at} 批征地补偿的请示"
        bring(f"held-{at}", f"{name}\n\n石门村等村征地补偿方案第 {at} 稿，请审定。\n", "甲一")
    follow(site)
    made = enter()
    page = signed_in(browser, address, site[Role.CLERK])
    page.goto(f"{address}/requests/{made.id}")
    tab_to(page, "button:has-text('用申请内容检索')")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(f"检索情况记录 {made.number}-检1")
    look(page, "search-record", pictures)
    # Enter in a line of text saves the marks, and keeps the rest.
    page.get_by_role("group", name="标记《石门村征地补偿方案》").get_by_label("不是", exact=True).check()
    page.get_by_label("地点（纸质档案室、办公系统、业务系统、科室）").fill("县档案馆纸质档案室")
    page.keyboard.press("Enter")
    expect(page.get_by_label("地点（纸质档案室、办公系统、业务系统、科室）")).to_have_value("县档案馆纸质档案室")
    page.get_by_label("结果", exact=True).fill("翻查 2017 至 2019 年征地卷，没有")
    page.get_by_role("button", name="记下").click()
    page.get_by_label("检索词", exact=True).fill("石门村 安置补助")
    page.get_by_role("button", name="检索", exact=True).click()
    expect(page.get_by_text("第 2 次检索")).to_be_visible()
    page.get_by_label("经检索不存在").check()
    page.get_by_role("button", name="定稿（以后不能再改）").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("已定稿")
    look(page, "search-record-frozen", pictures)
    with page.expect_download() as download:
        page.get_by_role("button", name="导出公文").click()
    assert download.value.suggested_filename == f"{made.number}-检1.docx"
    if pictures:
        download.value.save_as(ARTEFACTS / "search-record.docx")
    page.get_by_role("button", name="今天再查").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("今天再查")
    look(page, "search-record-today", pictures)
    page.goto(f"{address}/requests/{made.id}")
    look(page, "request-with-record", pictures)
    assert register.searches.proofs(made.id, made.facts.submitted_on) == [f"{made.number}-检1"]
    # Left, nothing of it is shown by the way back.
    page.get_by_role("button", name=f"打开 {made.number}-检1").click()
    expect(page.get_by_text("石门村").first).to_be_visible()
    page.goto(f"{address}/requests")
    with suppress(PlaywrightError):
        # A browser may refuse to go back to what it has not kept.
        page.go_back()
    assert page.get_by_text("石门村").count() == 0
    page.context.close()


def test_the_text_for_later_searches_is_confirmed_by_keyboard(
    browser: Browser, address: str, site: DeskSite, register: Register, enter: Enter, pytestconfig: pytest.Config
) -> None:
    pictures = bool(pytestconfig.option.pictures)
    made = enter()
    page = signed_in(browser, address, site[Role.CLERK])
    page.goto(f"{address}/requests/{made.id}")
    tab_to(page, "button:has-text('准备遮盖后的文字')")
    page.keyboard.press("Enter")
    expect(page.get_by_label("申请内容", exact=True)).to_have_value("申请公开■■■■所在的石门村征地补偿方案。")
    look(page, "findable", pictures)
    page.get_by_label("里面没有任何个人的姓名、证件、联系方式、住址").check()
    page.get_by_role("button", name="确认，供检索").click()
    expect(page.get_by_text("确认没有个人信息。")).to_be_visible()
    look(page, "request-findable", pictures)
    assert register.found_again.of(made.id)
    page.context.close()
