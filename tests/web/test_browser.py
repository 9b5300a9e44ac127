"""The pages in a real browser: Debian's Chromium, driven by Playwright. Skipped where there is no Chromium."""

import re
from collections.abc import Iterator
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from pdfminer.high_level import extract_text
from pdfminer.pdfpage import PDFPage
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from indexer import sync
from tests.conftest import publish
from tests.web.conftest import IN_A_BROWSER, Site, watched
from tests.web.test_states import RULES
from web.app import create_app
from web.server import running

pytestmark = IN_A_BROWSER
ABORTED = "net::ERR_ABORTED"
TITLE = "关于印发云溪县最低生活保障实施办法的通知"


@pytest.fixture(params=[(1280, 1024), (390, 844)], ids=["terminal", "phone"])
def context(request: pytest.FixtureRequest, browser: Browser) -> Iterator[BrowserContext]:
    width, height = request.param
    context = browser.new_context(viewport={"width": width, "height": height}, java_script_enabled=False)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext, address: str) -> Iterator[Page]:
    page = context.new_page()
    wrong = watched(page, address)
    # A download, and whatever was still on its way when the page was left, count as aborted.
    page.on("requestfailed", lambda request: wrong.append(request.url) if request.failure != ABORTED else None)
    yield page
    assert wrong == []


def width_of(element: Locator) -> float:
    return float(element.evaluate("element => element.getBoundingClientRect().width"))


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
    assert width_of(page.locator("body")) <= width
    assert page.locator("html").evaluate("e => e.scrollWidth") <= width


def test_a_page_magnified_four_times_has_room_below_its_head(browser: Browser, address: str) -> None:
    # 1280 by 1024 pixels at 400 %.
    context = browser.new_context(viewport={"width": 320, "height": 256})
    page = context.new_page()
    page.goto(f"{address}/search?q=低保")
    head = page.locator("header.top").evaluate("each => each.getBoundingClientRect().bottom")
    site = page.get_by_role("link", name="政府信息公开检索")
    expect(site).to_be_in_viewport()
    expect(page.get_by_role("link", name="简洁版")).to_be_attached()
    assert head <= 160
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    context.close()


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


def test_a_suggestion_chosen_at_once_is_not_taken_for_typed_text(scripted: Page) -> None:
    box = scripted.get_by_role("combobox").first
    box.press_sequentially("实施")
    expect(scripted.get_by_role("option").first).to_be_visible()
    # The next key and the arrow come before the question that the key asks.
    box.evaluate("""box => {
        box.value = "实施办法";
        box.dispatchEvent(new InputEvent("input", { bubbles: true }));
        box.dispatchEvent(new KeyboardEvent("keydown", { key: "ArrowDown", bubbles: true }));
    }""")
    scripted.wait_for_timeout(400)
    expect(scripted.get_by_role("option", selected=True)).to_have_count(1)
    box.press("ArrowUp")
    expect(box).to_have_value("实施办法")


def test_the_filters_can_be_folded_away(scripted: Page, address: str) -> None:
    scripted.goto(f"{address}/search?q=最低生活保障")
    column = scripted.get_by_role("navigation", name="筛选检索结果")
    fold = scripted.locator(".fold summary")
    results = scripted.locator("#results")
    width, before = width_of(results), results.evaluate("element => getComputedStyle(element).width")
    expect(column).to_be_visible()
    fold.focus()
    scripted.keyboard.press("Enter")
    expect(column).to_be_hidden()
    # The column counts as hidden one frame before its space is given to the results.
    expect(results).not_to_have_css("width", before)
    assert width_of(results) > width
    fold.click()
    expect(column).to_be_visible()
    scripted.set_viewport_size({"width": 390, "height": 844})
    scripted.reload()
    expect(column).to_be_hidden()
    fold.click()
    expect(column).to_be_visible()
    # From among many filters one press leads to what they leave.
    onward = scripted.get_by_role("link", name="看结果")
    expect(onward).to_be_in_viewport()
    onward.click()
    expect(results).to_be_focused()


def test_what_is_pressed_on_a_phone_is_44_pixels_high_and_only_the_order_in_use_is_underlined(
    browser: Browser, address: str, site: Site
) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, forced_colors="active")
    page = context.new_page()
    low = """() => Array.from(document.querySelectorAll("a, button, summary, input:not([type=hidden])"))
        .filter((each) => !each.closest(".skip, .snippet, .text, [aria-hidden]") && each.offsetHeight > 1)
        .filter((each) => each.getBoundingClientRect().height < 43.5).map((each) => each.outerHTML)"""
    paths = ("/", "/search?q=最低生活保障", f"/documents/{site.ids['低保.txt']}", "/browse/columns", "/statistics")
    for path in paths:
        page.goto(address + path)
        page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
        assert page.evaluate(low) == [], path
    page.goto(f"{address}/search?q=最低生活保障")
    lines = page.locator(".sorts a").evaluate_all("all => all.map((each) => getComputedStyle(each).borderBottomStyle)")
    assert lines == ["solid", "none", "none"]
    context.close()


def test_a_suggestion_is_taken_by_touch(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(address)
    page.get_by_role("combobox").first.tap()
    page.keyboard.insert_text("实施办法")
    page.get_by_role("option", name=TITLE).tap()
    expect(page.get_by_role("heading", level=1)).to_contain_text(TITLE)
    context.close()


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


def test_every_page_is_reached_and_used_without_javascript(page: Page, address: str) -> None:
    page.goto(address)
    page.get_by_role("link", name="高对比度", exact=True).click()
    expect(page.locator("html")).to_have_class("contrast")
    page.get_by_role("link", name="按文号").click()
    page.get_by_role("link", name="〔2019〕").click()
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    # A phone needs no way to itself, but the sheet that it prints has one.
    phone = (page.viewport_size or {"width": 0})["width"] < 560
    expect(page.get_by_role("img", name="用手机扫描")).to_have_count(0 if phone else 1)
    page.get_by_role("link", name="打印单").click()
    expect(page.get_by_role("img", name="用手机扫描")).to_be_visible()
    expect(page.get_by_text("SHA-256")).to_be_visible()
    page.get_by_role("link", name="返回文件").click()
    for name in ("分类浏览", "依申请公开与查阅点", "使用说明", "关于本站", "无障碍声明"):
        page.get_by_role("contentinfo").get_by_role("link", name=name).click()
        expect(page.locator("html")).to_have_class("contrast")
    page.goto(f"{address}/search?q=最低生活保障")
    page.get_by_role("link", name=TITLE).click()
    page.get_by_role("link", name="第 2 处").click()
    assert page.url.endswith("#m2")
    page.get_by_role("link", name="退出高对比度").click()
    expect(page.locator("html")).not_to_have_class("contrast")


def test_the_whole_walk_goes_by_keyboard_alone(scripted: Page, address: str) -> None:
    def tab_to(text: str) -> None:
        for _ in range(60):
            scripted.keyboard.press("Tab")
            # Until the key has moved the focus, it is at the page or the results, which have all texts in them.
            focused = (
                "document.activeElement.matches('a, button, input, summary') && document.activeElement.textContent"
            )
            if text in (scripted.evaluate(focused) or ""):
                focus = "getComputedStyle(document.activeElement).outlineStyle"
                assert scripted.evaluate(focus) != "none"
                return
        raise AssertionError(f"{text} is not reached")

    # The first page puts the focus into the search box. The browser does this when it first draws, just after "load".
    expect(scripted.get_by_role("combobox")).to_be_focused()
    scripted.keyboard.type("最低生活保障")
    scripted.keyboard.press("Enter")
    expect(scripted.get_by_role("heading", level=1)).to_contain_text("最低生活保障")
    tab_to("跳到检索结果")
    scripted.keyboard.press("Enter")
    tab_to(TITLE)
    scripted.keyboard.press("Enter")
    expect(scripted.get_by_role("heading", level=1)).to_have_text(TITLE)
    # The key works only while the focus is in the list of places.
    scripted.keyboard.press("n")
    expect(scripted.locator("#m1")).not_to_be_focused()
    while not scripted.evaluate("document.activeElement.closest('.marks') !== null"):
        scripted.keyboard.press("Tab")
    scripted.keyboard.press("n")
    expect(scripted.locator("#m1")).to_be_focused()
    scripted.keyboard.press("n")
    expect(scripted.locator("#m2")).to_be_focused()
    scripted.keyboard.press("p")
    expect(scripted.locator("#m1")).to_be_focused()
    scripted.keyboard.press("Control+/")
    expect(scripted.get_by_role("combobox")).to_be_focused()
    scripted.keyboard.type("np/")
    expect(scripted.get_by_role("combobox")).to_have_value("np/")


def test_a_long_text_is_walked_and_printed_whole(browser: Browser, own: Site) -> None:
    path = own.services.settings.data / "长.txt"
    lines = "\n".join(f"第{n}条 {'各镇应当做好防汛工作。' * 8}" for n in range(300))
    path.write_text(f"云溪县防汛办法\n\n{lines}\n", encoding="utf-8")
    with Sandbox() as sandbox:
        taken = Intake(own.services.catalogue, own.services.blobs, sandbox, "收文员").receive(Item(path, "长", {}))
    publish(own.services.catalogue, str(taken.document_id))
    sync.catch_up(own.services.catalogue, own.services.engine)
    with running(create_app(own.services)) as address:
        page = browser.new_page()
        # Playwright waits for an expression by eval, which the page's policy forbids, but for a title by its own means.
        printing = "window.print = () => { window.printed = document.body.innerText; document.title = 'printed'; }"
        page.add_init_script(printing)
        page.goto(f"{address}/documents/{taken.document_id}?q=防汛工作")
        # test_states has no document that shows this state of the page.
        assert Axe().run(page, options={"runOnly": RULES}).violations_count == 0
        current = page.locator(".parts [aria-current]").first
        assert current.evaluate("element => getComputedStyle(element).display") == "inline-flex"
        page.get_by_role("button", name="上一处").click()
        first = page.locator("mark").count()
        expect(page.locator(":focus")).to_have_id(re.compile(r"m\d+"))
        last = page.evaluate("document.activeElement.id")
        page.get_by_role("button", name="下一处").click()
        expect(page).to_have_url(re.compile(r"part=2#m\d+"))
        assert page.evaluate("location.hash.slice(2)") == str(int(last[1:]) + 1)
        page.get_by_role("button", name="上一处").click()
        expect(page).to_have_url(re.compile(rf"#{last}$"))
        assert first > 30
        page.get_by_role("link", name="打印全文").click()
        expect(page).to_have_title("printed")
        assert all(f"第{n}条" in page.evaluate("window.printed") for n in (0, 150, 299))
        assert page.evaluate("location.hash") == ""
        page.close()


def test_syllables_under_an_input_method_are_no_search_yet(scripted: Page) -> None:
    asked: list[str] = []
    scripted.on("request", lambda request: asked.append(request.url) if "/suggest" in request.url else None)
    box = scripted.get_by_role("combobox").first
    box.click()
    keys = scripted.context.new_cdp_session(scripted)
    for typed in ("z", "zui", "zui di", "zui di sheng"):
        keys.send("Input.imeSetComposition", {"text": typed, "selectionStart": len(typed), "selectionEnd": len(typed)})
    scripted.wait_for_timeout(400)
    assert asked == []
    # While the input method composes, keys belong to it and search nothing.
    box.dispatch_event("keydown", {"key": "ArrowDown", "isComposing": True})
    with scripted.expect_response("**/api/v1/suggest*"):
        keys.send("Input.insertText", {"text": "最低生活"})
    expect(box).to_have_value("最低生活")
    expect(scripted.get_by_role("option").first).to_be_visible()
    assert len(asked) == 1


def test_the_sheet_is_one_page_of_paper(scripted: Page, address: str, site: Site) -> None:
    for look in ("0000", "1120"):
        scripted.context.add_cookies([{"name": "display", "value": look, "url": address}])
        scripted.goto(f"{address}/documents/{site.ids['低保.txt']}/sheet")
        paper = BytesIO(scripted.pdf(format="A4"))
        assert len(list(PDFPage.get_pages(paper))) == 1
        assert "返回文件" not in extract_text(paper)
        assert "云政发〔2019〕6号" in extract_text(paper)
    scripted.goto(f"{address}/search?q=最低生活保障")
    assert "筛选" not in extract_text(BytesIO(scripted.pdf(format="A4")))


def test_what_can_be_read_aloud_is_offered_where_there_is_a_voice(browser: Browser, address: str, site: Site) -> None:
    context = browser.new_context()
    context.add_init_script(
        "speechSynthesis.getVoices = () => [{ lang: 'zh-CN' }];"
        "window.said = []; speechSynthesis.speak = (utterance) => window.said.push(utterance.text);"
    )
    page = context.new_page()
    page.goto(f"{address}/documents/{site.ids['低保.txt']}")
    page.get_by_role("button", name="朗读正文").click()
    said = page.evaluate("window.said")
    assert "".join(said).startswith("各镇人民政府：") and "最低生活保障标准每年调整一次。" in said
    expect(page.get_by_role("button", name="停止朗读")).to_be_visible()
    context.close()
