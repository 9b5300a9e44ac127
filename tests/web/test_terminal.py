"""A public query terminal in a real browser: what it offers, and when it forgets everything beyond recovery."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.web.conftest import CORPUS, IN_A_BROWSER, Site, watched
from web.app import create_app
from web.installation import county
from web.installation.opinions import Opinions
from web.server import running

pytestmark = IN_A_BROWSER
TITLE = "关于印发云溪县最低生活保障实施办法的通知"


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1280, "height": 1024}, has_touch=True)
    yield context
    context.close()


@pytest.fixture
def terminal(context: BrowserContext, address: str) -> Iterator[Page]:
    page = context.new_page()
    wrong = watched(page, address)
    page.clock.install(time="2026-01-31T10:00:00+08:00")
    page.goto(f"{address}/?terminal=1")
    yield page
    assert wrong == []


def read_a_document(page: Page) -> None:
    page.get_by_role("combobox").first.fill("最低生活保障")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    # The script that counts the seconds is loaded after the text.
    page.wait_for_load_state()


def test_after_three_minutes_it_asks_and_then_forgets_everything(terminal: Page, address: str) -> None:
    terminal.get_by_role("link", name="高对比度", exact=True).click()
    read_a_document(terminal)
    terminal.evaluate("sessionStorage.setItem('x', '1'); localStorage.setItem('x', '1')")
    length = terminal.evaluate("history.length")
    terminal.clock.run_for(179_000)
    expect(terminal.get_by_role("alertdialog")).to_have_count(0)
    terminal.clock.run_for(3_000)
    dialog = terminal.get_by_role("alertdialog", name="还在使用吗？")
    expect(dialog).to_be_visible()
    expect(terminal.get_by_role("button", name="继续使用")).to_be_focused()
    expect(dialog).to_contain_text("28 秒后回到首页")
    with terminal.expect_navigation():
        terminal.clock.run_for(30_000)
    expect(terminal).to_have_url(f"{address}/")
    expect(terminal.get_by_role("heading", level=1)).to_have_text("政府信息公开检索")
    expect(terminal.locator("html")).to_have_class("touch terminal")
    assert terminal.evaluate("sessionStorage.length + localStorage.length") == 0
    assert terminal.evaluate("history.length") == length
    assert [each["name"] for each in terminal.context.cookies()] == ["terminal"]


def test_a_clock_that_is_set_back_keeps_nothing(terminal: Page, address: str) -> None:
    read_a_document(terminal)
    terminal.clock.set_system_time("2026-01-31T08:00:00+08:00")
    terminal.clock.run_for(100_000)
    terminal.clock.set_system_time("2019-01-01T00:00:00+08:00")
    terminal.clock.run_for(78_000)
    expect(terminal.get_by_role("alertdialog")).to_have_count(0)
    terminal.clock.run_for(4_000)
    expect(terminal.get_by_role("alertdialog")).to_be_visible()
    terminal.clock.set_system_time("2018-01-01T00:00:00+08:00")
    with terminal.expect_navigation():
        terminal.clock.run_for(30_000)
    expect(terminal).to_have_url(f"{address}/")
    # The first page is fetched anew at its time too.
    terminal.wait_for_load_state()
    terminal.clock.set_system_time("2017-01-01T00:00:00+08:00")
    with terminal.expect_navigation():
        terminal.clock.run_for(601_000)


def test_whoever_wakes_a_machine_is_asked_first(terminal: Page, address: str) -> None:
    """While it was asleep, its clock went on and the seconds did not."""
    read_a_document(terminal)
    terminal.clock.run_for(20_000)
    terminal.clock.set_system_time("2026-01-31T10:00:50+08:00")
    terminal.clock.run_for(2_000)
    expect(terminal.get_by_role("alertdialog")).to_have_count(0)
    terminal.clock.set_system_time("2026-01-31T18:00:00+08:00")
    terminal.clock.run_for(2_000)
    expect(terminal.get_by_role("alertdialog")).to_be_visible()
    terminal.get_by_role("button", name="继续使用").click()
    terminal.clock.run_for(170_000)
    expect(terminal.get_by_role("alertdialog")).to_have_count(0)
    terminal.clock.set_system_time("2026-02-01T08:00:00+08:00")
    with terminal.expect_navigation():
        terminal.clock.run_for(35_000)
    expect(terminal).to_have_url(f"{address}/")


def test_there_is_nothing_to_go_back_to(terminal: Page, address: str) -> None:
    read_a_document(terminal)
    terminal.clock.run_for(215_000)
    expect(terminal).to_have_url(f"{address}/")
    terminal.go_back()
    terminal.wait_for_timeout(300)
    assert TITLE not in terminal.content()
    assert "最低生活保障实施办法" not in terminal.title()
    terminal.go_forward()
    terminal.wait_for_timeout(300)
    assert "户籍所在地" not in terminal.content()


@pytest.mark.parametrize("sign", ["button", "key", "touch", "wheel"])
def test_whoever_is_there_goes_on_where_they_were(terminal: Page, sign: str) -> None:
    read_a_document(terminal)
    here = terminal.url
    terminal.clock.run_for(185_000)
    dialog = terminal.get_by_role("alertdialog")
    expect(dialog).to_be_visible()
    if sign == "button":
        terminal.get_by_role("button", name="继续使用").click()
    elif sign == "key":
        terminal.keyboard.press("Enter")
    elif sign == "touch":
        terminal.touchscreen.tap(20, 500)
    else:
        terminal.mouse.wheel(0, 100)
    expect(dialog).to_have_count(0)
    terminal.clock.run_for(170_000)
    expect(dialog).to_have_count(0)
    assert terminal.url == here


def test_the_answer_is_nothing_else(terminal: Page, address: str) -> None:
    terminal.goto(f"{address}/search?q=最低生活保障")
    asked = terminal.url
    dialog = terminal.get_by_role("alertdialog")
    # The finger taps where the page below has a link.
    link = terminal.get_by_role("link", name=TITLE).first
    terminal.clock.run_for(181_000)
    place = link.bounding_box()
    assert place
    terminal.touchscreen.tap(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
    expect(dialog).to_have_count(0)
    # Enter answers the question without reaching the search box, which then has the focus again.
    box = terminal.get_by_role("combobox").first
    box.fill("预算")
    terminal.clock.run_for(185_000)
    expect(dialog).to_be_visible()
    terminal.keyboard.press("Enter")
    expect(dialog).to_have_count(0)
    expect(box).to_be_focused()
    # A dragged finger makes no click; the question disappears a second later.
    terminal.clock.run_for(185_000)
    expect(dialog).to_be_visible()
    dialog.dispatch_event("pointerdown")
    terminal.clock.run_for(2_500)
    expect(dialog).to_have_count(0)
    assert terminal.url == asked
    assert box.input_value() == "预算"


def test_nobody_is_asked_at_a_page_that_nobody_touched(terminal: Page, address: str) -> None:
    terminal.goto(f"{address}/forget")
    terminal.wait_for_load_state()
    terminal.clock.run_for(400_000)
    expect(terminal.get_by_role("alertdialog")).to_have_count(0)
    expect(terminal).to_have_url(f"{address}/")
    # It is reloaded at intervals, because it shows the newest documents.
    with terminal.expect_navigation():
        terminal.clock.run_for(201_000)
    expect(terminal).to_have_url(f"{address}/")
    terminal.wait_for_load_state()
    terminal.get_by_role("combobox").first.fill("预算")
    terminal.clock.run_for(181_000)
    expect(terminal.get_by_role("alertdialog")).to_be_visible()


def test_it_writes_chinese_without_an_input_method(terminal: Page) -> None:
    asked: list[str] = []
    terminal.on("request", lambda request: asked.append(request.url))
    keys = opened_keyboard(terminal)
    # What the keyboard knows is fetched when it is opened.
    assert [each for each in asked if each.endswith("language.json")]
    press(terminal, "dibao")
    box = terminal.get_by_role("combobox").first
    expect(box).to_have_value("dibao")
    # The printed page has no keyboard and its own line height.
    terminal.emulate_media(media="print")
    expect(keys).to_be_hidden()
    assert terminal.evaluate("getComputedStyle(document.querySelector('main a')).minHeight") in ("auto", "0px")
    assert terminal.evaluate("getComputedStyle(document.body).paddingBottom") == "0px"
    terminal.emulate_media(media="screen")
    keys.get_by_role("button", name="低保", exact=True).click()
    expect(box).to_have_value("低保")
    press(terminal, ["清空"])
    expect(box).to_have_value("")
    # What is left in letters is searched for as what they most likely mean.
    press(terminal, [*"dibaoshenqing", "检索"])
    expect(terminal.get_by_role("heading", level=1)).to_contain_text("低保申请")


def test_the_keyboard_writes_where_the_caret_is(terminal: Page) -> None:
    opened_keyboard(terminal)
    box = terminal.get_by_role("combobox").first
    press(terminal, ["-", *"biaoti", "空格", ":", *"yusuan", "空格", "←", "←", '"'])
    expect(box).to_have_value('-标题:"预算')
    press(terminal, ["退格", *"bumen", "空格"])
    expect(box).to_have_value("-标题:部门预算")
    # A finger puts the caret elsewhere, and a word of several is taken by parts.
    box.evaluate("box => box.setSelectionRange(0, 1)")
    press(terminal, ["2", ".", "."])
    expect(box).to_have_value("2..标题:部门预算")
    press(terminal, ["清空", *"tudiquequan"])
    terminal.locator(".offered button", has_text=re.compile("^土地$")).click()
    expect(box).to_have_value("土地quequan")
    press(terminal, ["空格", "OR", "拼音", "w", "拼音", "o"])
    expect(box).to_have_value("土地确权 OR wO")


def test_letters_become_what_citizens_look_for(context: BrowserContext, address: str) -> None:
    """Convert what people type, most of it to what they mean, and each in less time than a key is noticed."""
    lines = (Path(__file__).parent / "typed.tsv").read_text(encoding="utf-8").splitlines()
    typed = [line.split("\t") for line in lines if not line.startswith("#")]
    page = context.new_page()
    page.goto(f"{address}/help?terminal=1")
    found, taken = page.evaluate(
        """async (all) => {
            const fetched = (path) => fetch(path).then((answer) => answer.json());
            const { converter } = await import("/static/keyboard/convert.js");
            const convert = converter(await fetched("/static/keyboard/language.json"), await fetched("/keyboard.json"));
            const began = performance.now();
            const found = all.map((letters) => convert(letters).slice(0, 5).map((each) => each.text));
            return [found, (performance.now() - began) / all.length];
        }""",
        [letters for letters, _ in typed],
    )
    first = [meant for (_, meant), best in zip(typed, found, strict=True) if best[:1] == [meant]]
    among = [meant for (_, meant), best in zip(typed, found, strict=True) if meant in best]
    assert len(first) >= len(typed) * 0.85
    assert len(among) >= len(typed) * 0.9
    assert taken < 50


def test_the_keyboard_leaves_no_key_without_effect(terminal: Page) -> None:
    opened_keyboard(terminal)
    box = terminal.get_by_role("combobox").first
    # What can be read of the letters is taken, as it is offered first.
    press(terminal, [*"dibaovv", "空格"])
    expect(box).to_have_value("低保vv")
    # A word of the script's own language is letters like any other.
    press(terminal, ["清空", *"constructor"])
    expect(terminal.locator(".offered button")).to_have_count(0)
    press(terminal, ["空格"])
    expect(box).to_have_value("constructor ")


def test_forms_say_which_button_was_pressed_and_lead_to_a_place_on_the_page(
    terminal: Page, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[bool] = []
    monkeypatch.setattr(Opinions, "say", lambda self, id, useful, today: said.append(useful))
    read_a_document(terminal)
    terminal.get_by_role("button", name="没用").click()
    expect(terminal.get_by_role("heading", level=1)).to_have_text("谢谢您的意见")
    assert said == [False]
    terminal.goto(f"{address}/search?q=通知&facet=column&like=财信")
    terminal.get_by_role("textbox", name="在栏目中查找").fill("规文")
    terminal.locator("form.like button").click()
    expect(terminal.get_by_text("有“规文”的")).to_be_visible()
    expect(terminal.get_by_role("heading", level=1)).to_have_text("检索“通知”的结果")
    assert terminal.url.endswith("#facet-column")


def opened_keyboard(page: Page) -> Locator:
    page.get_by_role("button", name="屏幕键盘").click()
    keys = page.get_by_role("region", name="拼音键盘")
    expect(keys).to_be_visible()
    keys.locator("[data-key='a']").click()
    expect(page.locator(".offered button").first).to_be_visible()
    press(page, ["退格"])
    return keys


def press(page: Page, keys: Iterable[str]) -> None:
    page.evaluate(
        "all => all.forEach((key) => document.querySelector(`.keyboard [data-key='${key}']`).click())", [*keys]
    )


def test_what_fingers_reach_is_large(terminal: Page, address: str) -> None:
    for path in ("/", "/search?q=最低生活保障", "/browse/columns"):
        terminal.goto(address + path)
        small = terminal.evaluate(
            """() => [...document.querySelectorAll('main a, main button, main summary, header a, nav.looks a')]
            .filter(e => e.offsetParent && !e.closest('.skip') && e.getBoundingClientRect().height < 59.5)
            .map(e => e.outerHTML.slice(0, 120))"""
        )
        assert small == [], path


def test_it_works_without_script(browser: Browser, address: str) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 1024}, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}/?terminal=1")
    page.get_by_role("searchbox").fill("最低生活保障")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=TITLE).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(page.get_by_role("link", name="下载原件")).to_have_count(0)
    page.get_by_role("link", name="打印单（一页）").click()
    expect(page.get_by_text("校验值")).to_be_visible()
    # Where nothing can ask, the page goes home by itself after ten minutes.
    assert "600; url=/forget" in page.content()
    context.close()


def test_the_last_good_index_is_said_to_be_old(site: Site, browser: Browser) -> None:
    stamp = site.services.settings.data / "brought-up"
    stamp.write_text("2026-01-02T18:00:00+00:00\n", encoding="ascii")
    try:
        with running(create_app(replace(site.services, county=county.load(CORPUS)))) as address:
            page = browser.new_page()
            page.goto(f"{address}/search?q=最低生活保障&terminal=1")
            expect(page.get_by_role("status").first).to_contain_text("数据截至 2026年1月3日 02:00。此后的更新没有完成")
            expect(page.locator(".hit")).to_have_count(2)
            page.close()
    finally:
        stamp.unlink()


def test_whoever_is_done_clears_everything_at_once(terminal: Page, address: str) -> None:
    read_a_document(terminal)
    terminal.get_by_role("link", name="找工作人员").click()
    expect(terminal.get_by_role("heading", name="找工作人员")).to_be_visible()
    expect(terminal.locator("main")).to_contain_text("二楼借阅处的服务台")
    terminal.evaluate("sessionStorage.setItem('x', '1')")
    terminal.get_by_role("link", name="结束并清除").click()
    expect(terminal).to_have_url(f"{address}/")
    assert terminal.evaluate("sessionStorage.length") == 0
    assert [each["name"] for each in terminal.context.cookies()] == ["terminal"]
    terminal.go_back()
    assert "最低生活保障实施办法" not in terminal.content()


def test_a_terminal_that_is_cut_off_says_so_and_comes_back_by_itself(site: Site, context: BrowserContext) -> None:
    stamp = site.services.settings.data / "brought-up"
    stamp.write_text("2026-01-02T18:00:00+00:00\n", encoding="ascii")
    app = create_app(replace(site.services, county=county.load(CORPUS)))
    page = context.new_page()
    try:
        with running(app) as address:
            page.goto(f"{address}/search?q=最低生活保障&terminal=1")
            page.evaluate("navigator.serviceWorker.ready")
        page.get_by_role("link", name=TITLE).first.click()
        expect(page.get_by_role("heading", level=1)).to_have_text("暂时连不上服务器")
        expect(page.locator("main")).to_contain_text("数据截至 2026年1月3日 02:00")
        expect(page.locator("main")).to_contain_text("云溪县图书馆查阅点")
        assert page.evaluate("getComputedStyle(document.querySelector('h1')).fontSize") != "32px", "styled"
        assert Axe().run(page).violations_count == 0
        with running(app, port=int(address.rpartition(":")[2])):
            expect(page.get_by_role("heading", level=1)).to_have_text("政府信息公开检索")
            expect(page).to_have_url(f"{address}/")
            # What was forgotten is kept again.
            page.evaluate("navigator.serviceWorker.ready")
        page.goto(f"{address}/help")
        expect(page.get_by_role("heading", level=1)).to_have_text("暂时连不上服务器")
    finally:
        stamp.unlink()
