"""The registers beside in a real browser: their lists, forms and entries, and axe."""

from datetime import date

import pytest
from playwright.sync_api import Browser

from archive.monitoring import Freshness, Seen, Standards
from archive.registers.books.findings import Finding, Problem
from archive.registers.roles import Role
from tests.web.conftest import IN_A_BROWSER
from tests.web.staff.conftest import DeskSite
from tests.web.staff.test_desk_in_a_browser import look, signed_in
from web.installation import boards

pytestmark = IN_A_BROWSER


def test_proposals_are_entered_listed_and_shown(
    browser: Browser, address: str, site: DeskSite, pytestconfig: pytest.Config
) -> None:
    pictures = bool(pytestconfig.option.pictures)
    page = signed_in(browser, address, site[Role.CLERK])
    page.get_by_role("link", name="其他登记簿").click()
    look(page, "books", pictures)
    page.get_by_role("link", name="建议提案登记簿").click()
    page.get_by_role("link", name="登记", exact=True).click()
    look(page, "proposal-new", pictures)
    page.get_by_label("年度").fill("2026")
    page.get_by_label("种类").select_option("人大建议")
    page.get_by_label("编号").fill("12")
    page.get_by_label("标题").fill("关于修建沭河大桥、改善两岸群众出行条件的建议")
    page.get_by_label("提出人").fill("王代表等 5 人")
    page.get_by_label("承办单位").fill("县交通运输局")
    page.get_by_label("收到日").fill("2026-02-20")
    page.get_by_role("button", name="登记").click()
    page.get_by_text("登记进展或者改正").click()
    look(page, "proposal", pictures)
    page.get_by_role("link", name="建议提案登记簿").click()
    look(page, "proposals", pictures)
    page.goto(f"{address}/registers/disputes")
    look(page, "disputes", pictures)
    page.goto(f"{address}/registers/disputes/new")
    look(page, "dispute-new", pictures)
    page.goto(f"{address}/registers/corrections/new")
    look(page, "correction-new", pictures)
    page.get_by_label("收到日").fill("2026-07-01")
    page.get_by_label("姓名或名称").fill("欧阳小芳")
    page.get_by_label("联系方式").fill("13800001111")
    page.get_by_label("涉及的文件").fill(site.id)
    page.get_by_label("要求更正什么").fill("出生年月有误")
    page.get_by_role("button", name="登记").click()
    look(page, "correction", pictures)
    page.get_by_role("link", name="更正登记簿").click()
    look(page, "corrections", pictures)
    reviewer = signed_in(browser, address, site[Role.REVIEWER])
    reviewer.goto(f"{address}/registers/reevaluations/due")
    look(reviewer, "reevaluations-due", pictures)
    reviewer.goto(f"{address}/registers/reevaluations/new?document={site.id}")
    look(reviewer, "reevaluation-new", pictures)
    columns = [
        Freshness("工作动态", 3, date(2026, 1, 2), date(2026, 1, 16), "县政府办"),
        Freshness("招考录用", 0, None, None),
    ]
    blank = Finding(Problem.BLANK, "招考录用", "栏目里没有一件公开的文件。")
    seen = Seen(date(2026, 2, 1), 3, columns, [blank])
    boards.save(site.services.settings.data, seen, Standards({}, {}, {"空白栏目": 1}, 7))
    page.goto(f"{address}/registers/findings/board")
    look(page, "columns", pictures)
    page.goto(f"{address}/registers/handovers/due?year=2030")
    look(page, "handovers-due", pictures)
    page.get_by_label("接收单位").fill("县档案馆")
    page.get_by_label("到期开放意见").select_option("到期开放")
    page.get_by_role("button", name="登记这一批").click()
    look(page, "handover", pictures)
    page.goto(f"{address}/registers/openings/new?request=2026-0001")
    look(page, "opening-new", pictures)
    page.goto(f"{address}/registers")
    look(page, "books", pictures)
