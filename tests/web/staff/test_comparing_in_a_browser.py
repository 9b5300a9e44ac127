"""The pages that compare versions, in a real browser: axe, nothing wider than the window, and pictures of them."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from archive.registers.roles import Role
from tests.web.conftest import IN_A_BROWSER
from tests.web.staff.conftest import DeskSite
from tests.web.staff.test_desk_in_a_browser import look, signed_in

pytestmark = IN_A_BROWSER
BODY = "\n\n".join(f"第{at}项工作由有关单位按照职责分工认真落实到位，做到件件有着落、事事有回音。" for at in range(40))
TABLE = "| 项目 | 金额（万元） | 责任单位 |\n|---|---|---|\n" + "\n".join(
    f"| 第{at}标段道路养护 | {at}00 | 交通运输局 |" for at in range(1, 12)
)
FIRST = f"# 关于下达2019年资金计划的通知\n\n{BODY}\n\n安排资金1,200万元，请于2019年3月1日前报送县财政局。\n\n{TABLE}\n"
SECOND = (
    FIRST.replace("1,200", "1,350")
    .replace("3月1日", "5月2日")
    .replace("第7项工作由有关单位", "第7项工作由县应急管理局会同有关单位")
    .replace("| 第4标段道路养护 | 400 |", "| 第4标段道路养护 | 450 |")
    .replace("| 第6标段道路养护 | 600 | 交通运输局 |\n", "")
    .replace("| 第9标段", "| 水毁修复 | 80 | 水务局 |\n| 第9标段")
    .replace("第20项工作由有关单位按照职责分工认真落实到位，做到件件有着落、事事有回音。\n\n", "")
)


def test_the_differences_of_a_long_document(
    browser: Browser, address: str, site: DeskSite, bring: Callable[[str, str, str], str], pytestconfig: pytest.Config
) -> None:
    pictures = bool(pytestconfig.option.pictures)
    id = bring("plan.md", FIRST, "丁四")
    bring("plan.md", SECOND, "丁四")
    page = signed_in(browser, address, site[Role.REVIEWER])
    page.goto(f"{address}/queue")
    page.get_by_role("link", name="看改动").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("版本对照")
    look(page, "differences", pictures)
    page.goto(f"{address}/documents/{id}/differences?from=2&to=1")
    page.keyboard.press("Tab")
    page.get_by_label("从", exact=True).select_option("1")
    page.get_by_label("到", exact=True).select_option("2")
    page.get_by_role("button", name="对照").press("Enter")
    expect(page.get_by_text("1,350").first).to_be_visible()
    page.get_by_role("link", name="回到文件").click()
    look(page, "second-version", pictures)
    page.get_by_role("link", name="公众将看到的样子").click()
    expect(page.get_by_text("公众看不到")).to_be_visible()
    look(page, "preview", pictures)
    page.get_by_role("link", name="回到工作台").click()
    expect(page.get_by_role("heading", name="文件信息")).to_be_visible()
    page.context.close()


def test_a_document_with_twins(
    browser: Browser, address: str, site: DeskSite, bring: Callable[[str, str, str], str], pytestconfig: pytest.Config
) -> None:
    bring("first.md", FIRST, "丁四")
    bring("other.txt", "关于下达2019年资金计划的通知\n\n云政发〔2019〕8号\n\n另一件文件。\n", "丁四")
    id = bring("second.md", SECOND, "丁四")
    page = signed_in(browser, address, site[Role.REVIEWER])
    page.goto(f"{address}/documents/{id}")
    expect(page.get_by_text("内容基本相同")).to_be_visible()
    page.get_by_text("认定本件与").first.click()
    look(page, "twins", bool(pytestconfig.option.pictures))
    page.get_by_label("本件是它的新版本").first.check()
    page.get_by_label("理由", exact=True).first.fill("改了资金数额")
    page.get_by_role("button", name="认定").first.press("Enter")
    expect(page.get_by_text("已作为编号").first).to_be_visible()
    page.context.close()
