"""Every state of every page, in which axe-core may find nothing serious and nothing may be wider than the screen.

``./run test --pictures`` saves a picture of each in ``.artefacts/`` (which git ignores), in a folder per size and look.
"""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.web.conftest import IN_A_BROWSER, Site

pytestmark = IN_A_BROWSER
Picture = Callable[[Page, str, bool], None]
ARTEFACTS = Path(__file__).parent.parent.parent / ".artefacts"
SIZES = {"terminal-1280": (1280, 1024), "phone-390": (390, 844)}
LOOKS = {"normal": "0000", "large-contrast": "1120"}
# axe takes most of the time. These two combinations cover each size and each look once.
EXAMINED = {("terminal-1280", "normal"), ("phone-390", "large-contrast")}
# WCAG 2.2 levels A and AA, and what the makers of axe consider good practice.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def opened(path: str) -> Callable[[Page, str, Site], None]:
    def go(page: Page, address: str, site: Site) -> None:
        page.goto(address + re.sub(r"\{(.+?)\}", lambda match: site.ids[match[1]], path))

    return go


def suggestions(page: Page, address: str, site: Site) -> None:
    page.goto(address)
    page.get_by_role("combobox").first.press_sequentially("实施办法")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")


def filters(page: Page, address: str, site: Site) -> None:
    page.goto(f"{address}/search?q=最低生活保障&genre=通知")
    for summary in page.locator("details:not([open]) > summary").all():
        if summary.is_visible():
            summary.click()


def asked(page: Page, address: str, site: Site) -> None:
    page.clock.install()
    page.goto(f"{address}/search?q=最低生活保障&terminal=1")
    page.clock.run_for(185_000)
    expect(page.get_by_role("alertdialog")).to_be_visible()


def keyboard(page: Page, address: str, site: Site) -> None:
    page.goto(f"{address}/?terminal=1")
    page.get_by_role("button", name="屏幕键盘").click()
    page.locator(".keyboard [data-key='d']").click()
    page.locator(".keyboard [data-key='i']").click()
    expect(page.locator(".offered button").first).to_be_visible()


STATES: dict[str, Callable[[Page, str, Site], None]] = {
    "home": opened("/"),
    "suggestions": suggestions,
    "results": opened("/search?q=低保"),
    "told": opened("/search?q=今年最新现行有效低保二〇一九年 -暂行办法"),
    "bets": opened("/search?q=图书馆开放时间"),
    "filters": filters,
    "nothing": opened("/search?q=最低生活保障&issuer=云溪县财政局&genre=通知"),
    "number": opened("/search?q=云政发〔2019〕6号"),
    "document": opened("/documents/{低保.txt}?q=最低生活保障"),
    "repealed": opened("/documents/{旧办法.txt}"),
    "table": opened("/documents/{预算.txt}"),
    "withdrawn": opened("/documents/{撤回.txt}"),
    "unknown": opened("/documents/nowhere"),
    "sheet": opened("/documents/{低保.txt}/sheet"),
    "columns": opened("/browse/columns"),
    "statistics": opened("/statistics"),
    "agencies": opened("/browse/issuers?q=财政局"),
    "numbers": opened("/browse/numbers"),
    "series": opened("/browse/numbers/云政发/2019"),
    "help": opened("/help"),
    "guide": opened("/guide"),
    "application": opened("/guide/application"),
    "about": opened("/about"),
    "accessibility": opened("/accessibility"),
    "english": opened("/en"),
    "terminal": opened("/?terminal=1"),
    "terminal-document": opened("/documents/{低保.txt}?q=最低生活保障&terminal=1"),
    "terminal-asks": asked,
    "terminal-keyboard": keyboard,
}


def violations(page: Page) -> list[str]:
    """List what axe finds wrong with a page, one line each."""
    results = Axe().run(page, options={"runOnly": RULES, "resultTypes": ["violations"]})
    return [
        f"{each['id']} ({each['impact']}) {each['nodes'][0]['html'][:160]}" for each in results.response["violations"]
    ]


@pytest.fixture
def picture(pytestconfig: pytest.Config) -> Picture:
    """Return a function that saves a picture of a page if pictures are asked for: the whole page or what fits."""

    def keep(page: Page, name: str, whole: bool) -> None:
        if pytestconfig.option.pictures:
            page.screenshot(path=ARTEFACTS / name, full_page=whole)

    return keep


@pytest.mark.parametrize(
    ("size", "look"),
    [
        pytest.param(size, look, marks=[pytest.mark.thorough] * ((size, look) not in EXAMINED))
        for size in SIZES
        for look in LOOKS
    ],
)
@pytest.mark.parametrize("state", STATES)
def test_nothing_stands_in_anybodys_way(
    browser: Browser, address: str, site: Site, picture: Picture, size: str, look: str, state: str
) -> None:
    width, height = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height})
    context.add_cookies([{"name": "display", "value": LOOKS[look], "url": address}])
    page = context.new_page()
    outside: list[str] = []
    page.on("request", lambda request: None if request.url.startswith(address) else outside.append(request.url))
    STATES[state](page, address, site)
    picture(page, f"{size}-{look}/{state}.png", True)
    found = violations(page) if (size, look) in EXAMINED else []
    scrolled = page.evaluate("document.documentElement.scrollWidth")
    context.close()
    assert not found, "\n".join(found)
    assert scrolled <= width
    assert outside == []


def test_wide_screens_are_looked_at_too(browser: Browser, address: str, site: Site, picture: Picture) -> None:
    context = browser.new_context(viewport={"width": 1920, "height": 1080})
    page = context.new_page()
    for name in ("home", "results", "document", "columns"):
        STATES[name](page, address, site)
        picture(page, f"wide-1920/{name}.png", False)
        assert page.evaluate("document.documentElement.scrollWidth") <= 1920
    context.close()
