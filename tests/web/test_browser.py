"""The pages in a real browser: Debian's Chromium, driven by Playwright. Skipped where there is no Chromium."""

import ctypes.util
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright

from tests.web.conftest import Site
from web.app import create_app
from web.server import running

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]

pytestmark = [
    pytest.mark.skipif(
        CHROMIUM is None or ctypes.util.find_library("atomic") is None,
        reason="Chromium or what Playwright's driver needs is not installed (apt-get install chromium libatomic1)",
    ),
    # Playwright leaves its event loop's sockets to the garbage collector.
    pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def address(site: Site) -> Iterator[str]:
    with running(create_app(site.services)) as address:
        yield address


@pytest.fixture(params=[(1280, 1024), (390, 844)], ids=["terminal", "phone"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    page = context.new_page()
    elsewhere: list[str] = []
    failed: list[str] = []

    def note(request: Request) -> None:
        if not request.url.startswith(address):
            elsewhere.append(request.url)

    page.on("request", note)
    page.on("requestfailed", lambda request: failed.append(request.url))
    page.on("console", lambda message: failed.append(message.text) if message.type == "error" else None)
    yield page
    assert elsewhere == []
    assert [each for each in failed if "/original" not in each] == []


def test_a_citizen_searches_narrows_opens_and_downloads_without_javascript(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("searchbox").fill("最低生活保障")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_contain_text("最低生活保障")
    expect(page.locator("mark").first).to_be_visible()

    fold = page.locator("details.fold summary")
    if fold.is_visible():
        fold.click()
    page.get_by_role("link", name="已废止").first.click()
    chip = page.get_by_role("link", name="取消筛选")
    expect(chip).to_have_count(1)
    chip.click()
    expect(page.get_by_role("link", name="取消筛选")).to_have_count(0)

    page.get_by_role("link", name="关于印发云溪县最低生活保障实施办法的通知").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("关于印发云溪县最低生活保障实施办法的通知")
    expect(page.locator("mark").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="下载原件").first.click()
    assert download.value.suggested_filename == "低保.txt"


@pytest.mark.parametrize("path", ["/", "/search?q=最低生活保障", "/search?q=没有这样的词语", "/help"])
def test_no_page_is_wider_than_its_screen(page: Page, address: str, path: str) -> None:
    page.goto(address + path)
    width = page.viewport_size["width"] if page.viewport_size else 0
    assert page.locator("body").bounding_box()["width"] <= width  # type: ignore[index]
    assert page.locator("html").evaluate("e => e.scrollWidth") <= width


def test_the_keyboard_reaches_results_and_filters(page: Page, address: str) -> None:
    page.goto(address + "/search?q=最低生活保障")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_contain_text("跳到")
    page.keyboard.press("Enter")
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        focused = page.locator(":focus")
        if focused.count():
            reached.append(focused.first.inner_text())
    assert any("最低生活保障实施办法" in text for text in reached)


@pytest.fixture
def scripted(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 1024})
    page = context.new_page()
    wrong: list[str] = []
    page.on("request", lambda request: wrong.append(request.url) if not request.url.startswith(address) else None)
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    page.goto(address)
    yield page
    context.close()
    assert wrong == []


def test_suggestions_are_reached_by_keyboard_and_searched_for(scripted: Page) -> None:
    box = scripted.get_by_role("combobox").first
    box.press_sequentially("实施办法")
    option = scripted.get_by_role("option", name="关于印发云溪县最低生活保障实施办法的通知")
    expect(option).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    expect(box).to_have_value("关于印发云溪县最低生活保障实施办法的通知")
    expect(option).to_have_attribute("aria-selected", "true")
    box.press("ArrowUp")
    expect(box).to_have_value("实施办法")
    box.press("ArrowDown")
    box.press("Escape")
    expect(box).to_have_value("实施办法")
    expect(scripted.get_by_role("option")).to_have_count(0)
    box.press("End")
    box.press_sequentially("的")
    scripted.get_by_role("option").first.click()
    expect(scripted.get_by_role("heading", level=1)).to_contain_text("关于印发云溪县最低生活保障实施办法的通知")


def test_letters_suggest_by_pinyin_and_nothing_hidden(scripted: Page) -> None:
    box = scripted.get_by_role("combobox").first
    box.press_sequentially("yxxczj")
    expect(scripted.get_by_role("option", name="云溪县财政局", exact=True)).to_be_visible()
    box.fill("")
    expect(scripted.get_by_role("option")).to_have_count(0)
    with scripted.expect_response("**/api/v1/suggest*"):
        box.press_sequentially("救助对象")
    expect(scripted.get_by_role("option")).to_have_count(0)


def test_a_correction_is_a_link(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/search?q=最低生活保樟")
    scripted.get_by_role("link", name="最低生活保障", exact=True).first.click()
    expect(scripted.locator(".hit")).to_have_count(2)


def test_synonyms_can_be_done_without(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/search?q=低保")
    expect(scripted.locator(".expanded")).to_contain_text("低保（最低生活保障）")
    scripted.get_by_role("link", name="只检索原词").click()
    expect(scripted.get_by_role("heading", level=1)).to_contain_text("没有找到")
    scripted.get_by_role("link", name="同时检索近义的说法").click()
    expect(scripted.locator(".hit").first).to_be_visible()
