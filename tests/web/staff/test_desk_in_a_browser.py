"""The desk in a real browser: its cookie on loopback, the walk of a document by keyboard and pages, and axe."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from archive.document import Status
from archive.registers.roles import Role
from tests.web.conftest import IN_A_BROWSER
from tests.web.staff.conftest import PASSWORD, DeskSite, Person
from tests.web.staff.test_nights import recorded

pytestmark = IN_A_BROWSER
ARTEFACTS = Path(__file__).parent.parent.parent.parent / ".artefacts" / "desk"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]

# Buttons that are seen and have less than three pixels between them, in pairs.
TOUCHING = """() => {
  const seen = [...document.querySelectorAll("button, .button")].filter(each => each.checkVisibility())
    .map(each => [each.textContent.trim(), each.getBoundingClientRect()]);
  const near = (a, b) => a.left < b.right + 3 && b.left < a.right + 3 && a.top < b.bottom + 3 && b.top < a.bottom + 3;
  return seen.flatMap(([one, a], at) =>
    seen.slice(at + 1).filter(([, b]) => near(a, b)).map(([other]) => `${one} ${other}`));
}"""


def look(page: Page, name: str, pictures: bool) -> None:
    """Let axe look at a page, where nothing is wider and no buttons touch; keep a picture if asked."""
    page.wait_for_load_state()
    if pictures:
        page.screenshot(path=ARTEFACTS / f"{name}.png", full_page=True)
    found = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]}).response["violations"]
    assert [f"{name}: {each['id']} {each['nodes'][0]['html'][:160]}" for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280, name
    assert page.evaluate(TOUCHING) == [], name


def signed_in(browser: Browser, address: str, person: Person) -> Page:
    # Without motion: axe would measure colours that are still passing into each other.
    context = browser.new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    page = context.new_page()
    page.goto(address)
    page.get_by_label("用户名").fill(person.name)
    page.get_by_label("密码").fill(PASSWORD)
    if person.codes:
        page.get_by_label("验证码").fill(person.codes.pop())
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("您好")
    return page


def test_a_document_is_examined_and_published_by_two_persons(
    browser: Browser, address: str, site: DeskSite, pytestconfig: pytest.Config
) -> None:
    pictures = bool(pytestconfig.option.pictures)
    stranger = browser.new_page()
    stranger.goto(f"{address}/documents/{site.id}")
    look(stranger, "sign-in", pictures)
    reviewer = signed_in(browser, address, site[Role.REVIEWER])
    look(reviewer, "first", pictures)
    reviewer.get_by_role("link", name="待办").click()
    look(reviewer, "queue", pictures)
    reviewer.get_by_role("link", name="关于做好防汛工作的通知").click()
    look(reviewer, "document", pictures)
    reviewer.get_by_label("主动公开").check()
    reviewer.get_by_label("依据（如").fill("条例第二十条第一项")
    reviewer.get_by_role("button", name="标注").click()
    reviewer.get_by_label("可以公开，保留").check()
    reviewer.get_by_label("理由", exact=True).fill("公务号码，可以公开")
    reviewer.get_by_role("button", name="记下", exact=True).click()
    for label in ("真实性", "保密性"):
        form = reviewer.locator("details", has=reviewer.locator("summary", has_text=label))
        form.get_by_label("通过", exact=True).check()
        form.get_by_label("依据", exact=True).fill("逐项看过")
        form.get_by_role("button").click()
    look(reviewer, "examined", pictures)
    publisher = signed_in(browser, address, site[Role.PUBLISHER])
    publisher.get_by_role("link", name="批准公开").click()
    publisher.get_by_role("link", name="关于做好防汛工作的通知").click()
    look(publisher, "to-approve", pictures)
    publisher.get_by_role("button", name="批准公开第 1 版").click()
    expect(publisher.get_by_text("公众现在看到的是第 1 版")).to_be_visible()
    look(publisher, "published", pictures)
    assert site.services.catalogue.public(site.id).status is Status.PUBLISHED
    bets = site.services.settings.data / "best-bets.tsv"
    bets.write_text("低保、低保怎么办\t怎样申请低保\t/guide\t向镇人民政府提出。\t2020-01-01\n", encoding="utf-8")
    publisher.get_by_role("link", name="优先答复").click()
    publisher.locator("summary").click()
    look(publisher, "best-bets", pictures)
    administrator = signed_in(browser, address, site[Role.ADMINISTRATOR])
    administrator.get_by_role("link", name="账号", exact=True).click()
    look(administrator, "accounts", pictures)
    recorded(site.services.settings.data)
    administrator.get_by_role("link", name="夜间任务").click()
    look(administrator, "nights", pictures)
    auditor = signed_in(browser, address, site[Role.AUDITOR])
    auditor.get_by_role("link", name="审计日志").click()
    look(auditor, "log", pictures)
    for page in (stranger, reviewer, publisher, administrator, auditor):
        page.context.close()


def test_the_log_and_the_way_to_it_are_read_without_scrolling_aside(
    browser: Browser, address: str, site: DeskSite
) -> None:
    auditor = signed_in(browser, address, site[Role.AUDITOR])
    auditor.goto(f"{address}/log")
    for width in (1280, 1000):
        auditor.set_viewport_size({"width": width, "height": 800})
        assert auditor.evaluate("document.documentElement.scrollWidth") <= width
        links = auditor.locator(".top nav a").all()
        assert {each.evaluate("each => each.getClientRects().length") for each in links} == {1}, width
        for column in ("人", "操作"):
            at = auditor.locator("thead th").all_inner_texts().index(column) + 1
            wide = auditor.locator(f".log td:nth-child({at})").first.evaluate("each => each.clientWidth")
            # Six characters of 14.4 pixels.
            assert wide >= 86, (width, column)
    auditor.context.close()
