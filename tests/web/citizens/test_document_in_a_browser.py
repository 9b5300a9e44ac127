"""A document's page as a browser shows it: the text comes first, with its contents beside it."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from unicodedata import normalize

import pytest
from axe_playwright_python.sync_playwright import Axe
from pdfminer.high_level import extract_text
from playwright.sync_api import Browser, Page, expect

from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from indexer import sync
from tests.conftest import publish
from tests.web.conftest import IN_A_BROWSER, Site, watched
from tests.web.reading.test_structured import statute
from tests.web.test_states import RULES
from web.app import create_app
from web.server import running

pytestmark = IN_A_BROWSER
DESK, PHONE = (1280, 1024), (390, 844)
# Each look with the most that may be above the text.
LOOKS = {
    "desk": (DESK, "0000", 420),
    "desk-contrast": (DESK, "0100", 420),
    "desk-elder": (DESK, "1000", 1024),
    "phone": (PHONE, "0000", 844),
    "phone-elder": (PHONE, "1000", 844),
    "phone-simple": (PHONE, "0001", 844),
}
TITLE = "云溪县人民政府办公室关于印发云溪县农村公路建设养护管理办法的通知"
# All that a page has to press, but for its head and foot.
LEADS = ", ".join(f"main {each}:visible" for each in ("a", "summary", "button"))
Taken = Callable[[str, str], str]


@pytest.fixture
def take(own: Site) -> Taken:
    """Return a function that takes in and publishes a text, and returns the path of its page."""

    def taken(name: str, text: str) -> str:
        path = own.services.settings.data / name
        path.write_text(text, encoding="utf-8")
        with Sandbox() as sandbox:
            intake = Intake(own.services.catalogue, own.services.blobs, sandbox, "收文员")
            id = str(intake.receive(Item(path, name, {})).document_id)
        publish(own.services.catalogue, id)
        sync.catch_up(own.services.catalogue, own.services.engine)
        return f"/documents/{id}"

    return taken


@contextmanager
def shown(browser: Browser, own: Site, size: tuple[int, int], look: str = "0000") -> Iterator[tuple[Page, str]]:
    with running(create_app(own.services)) as address:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        context.add_cookies([{"name": "display", "value": look, "url": address}])
        page = context.new_page()
        wrong = watched(page, address)
        yield page, address
        context.close()
        assert wrong == []


def top_of(page: Page, selector: str) -> float:
    return float(page.locator(selector).first.evaluate("each => each.getBoundingClientRect().top + scrollY"))


@pytest.mark.parametrize("look", LOOKS)
def test_the_text_begins_on_the_first_screen(browser: Browser, own: Site, take: Taken, look: str) -> None:
    size, cookie, most = LOOKS[look]
    law = take("公路.txt", f"{TITLE}\n\n云政办发〔2020〕12号\n各镇人民政府：\n{statute(4, 15)}\n")
    repealed = f"/documents/{own.ids['旧办法.txt']}"
    with shown(browser, own, size, cookie) as (page, address):
        for path in (law, f"{law}?q=防汛工作", repealed, f"{repealed}?q=最低生活保障"):
            page.goto(address + path)
            assert top_of(page, "#text p") < most, path
            assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
            # Coming from a search adds two links, which axe has seen on others.
            if "?" not in path:
                assert Axe().run(page, options={"runOnly": RULES}).violations_count == 0
            page.keyboard.press("Tab")
            expect(page.locator(":focus")).to_have_text("跳到正文")
            page.keyboard.press("Enter")
            assert page.evaluate("document.activeElement.id") == "text"


def test_the_contents_are_open_beside_the_text_and_folded_above_it_on_a_phone(
    browser: Browser, own: Site, take: Taken
) -> None:
    law = take("公路.txt", f"{TITLE}\n\n{statute(4, 60)}\n")
    with shown(browser, own, DESK) as (page, address):
        page.goto(address + law)
        entry = page.get_by_role("navigation", name="目录").get_by_role("link", name="第四章")
        expect(entry).to_be_visible()
        # They stay in sight while the text goes past.
        page.locator("#text p").nth(40).scroll_into_view_if_needed()
        expect(entry).to_be_in_viewport()
        entry.click()
        expect(page).to_have_url(re.compile(r"part=\d+#s4$"))
        expect(page.get_by_role("heading", name="第四章")).to_be_in_viewport()
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        page.goto(address + law)
        entry = page.get_by_role("navigation", name="目录").get_by_role("link", name="第一章")
        expect(entry).to_be_hidden()
        page.get_by_text("目录", exact=True).click()
        entry.click()
        expect(page.get_by_role("heading", name="第一章")).to_be_in_viewport()


def test_the_simple_look_has_little_but_the_text(browser: Browser, own: Site, take: Taken) -> None:
    law = take("公路.txt", f"{TITLE}\n\n{statute(4, 6)}\n")
    with shown(browser, own, PHONE, "0000") as (page, address):
        page.goto(address + law)
        usual = page.locator(LEADS).count()
        page.goto(f"{address}{law}?simple=1")
        assert page.locator(LEADS).count() <= usual // 2
        for gone in ("目录", "文件信息", "引用格式"):
            expect(page.get_by_text(gone, exact=True)).to_be_hidden()
        expect(page.get_by_role("link", name="下载原件").first).to_be_visible()


def test_a_printed_text_has_no_words_of_the_screen(browser: Browser, own: Site, take: Taken) -> None:
    law = take("公路.txt", f"{TITLE}\n\n{statute(4, 6)}\n")
    with shown(browser, own, DESK) as (page, address):
        page.goto(f"{address}{law}?q=防汛")
        # Fonts tell of some characters as the radicals that look like them.
        said = "".join(normalize("NFKC", extract_text(BytesIO(page.pdf(format="A4")))).split())
        assert all(word in said for word in ("第四章", "已归档", "引用格式")) and re.search("第1.,共[0-9]+.", said)
        for word in (
            "目录",
            "检索词出现",
            "下载原件",
            "打印单",
            "复制",
            "上一处",
            "使用说明",
            "相关文件",
            "返回检索结果",
        ):
            assert word not in said, word


def test_a_wide_table_keeps_its_head_and_its_first_column_in_sight(browser: Browser, own: Site, take: Taken) -> None:
    rows = "\n".join("\t".join((f"第{at}镇", *["12,345"] * 11)) for at in range(40))
    table = take(
        "表.txt", f"云溪县经费分配情况\n\n{chr(9).join(('单位', *[f'第{at}项经费' for at in range(11)]))}\n{rows}\n"
    )
    with shown(browser, own, DESK) as (page, address):
        page.goto(address + table)
        frame = page.get_by_role("region", name="正文的表格 1")
        # It takes the place beside the text too.
        assert frame.evaluate("each => each.getBoundingClientRect().width") > 1100
        page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
        page.goto(address + table)
        expect(page.get_by_text("表格较宽，可左右滑动查看").first).to_be_visible()
        frame.evaluate("each => { each.scrollTop = 900; each.scrollLeft = 400; }")
        frame.scroll_into_view_if_needed()
        expect(page.get_by_role("columnheader", name="单位")).to_be_in_viewport()
        expect(page.get_by_role("columnheader", name="第5项经费")).to_be_in_viewport()
        expect(page.get_by_role("rowheader", name="第22镇")).to_be_in_viewport()
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
        assert Axe().run(page, options={"runOnly": RULES}).violations_count == 0


def test_the_address_and_the_citation_are_copied(browser: Browser, own: Site) -> None:
    with shown(browser, own, DESK) as (page, address):
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.goto(f"{address}/documents/{own.ids['低保.txt']}")
        for name, said in (("复制网址", f"/documents/{own.ids['低保.txt']}"), ("复制引用", "云政发〔2019〕6号")):
            page.get_by_role("button", name=name).click()
            expect(page.get_by_role("button", name="已复制").first).to_be_visible()
            assert said in page.evaluate("navigator.clipboard.readText()")
        page.goto(f"{address}/documents/{own.ids['低保.txt']}?terminal=1")
        expect(page.get_by_role("button", name="复制网址")).to_be_hidden()


def test_a_passage_of_a_hit_leads_to_its_place(browser: Browser, own: Site, take: Taken) -> None:
    lines = statute(4, 60).splitlines()
    lines[200] += "独角兽保护区除外。"
    take("公路.txt", f"{TITLE}\n\n" + "\n".join(lines))
    with shown(browser, own, PHONE) as (page, address):
        page.goto(f"{address}/search?q=独角兽保护区")
        page.locator(".snippet a").first.click()
        expect(page.locator("mark").first).to_be_in_viewport()
