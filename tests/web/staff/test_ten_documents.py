"""Ten documents from the drop to the public, each interaction counted; and the pictures of the manual.

A click, a choice and a field that is typed into are one interaction each. The time is the program's and the browser's:
what a person needs for reading is not in it.
"""

import io
import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, expect

from archive.document import Status
from archive.registers.roles import Role
from tests.web.conftest import IN_A_BROWSER
from tests.web.staff.conftest import DeskSite
from tests.web.staff.test_bringing_in_a_browser import working
from tests.web.staff.test_desk_in_a_browser import ARTEFACTS, signed_in

pytestmark = IN_A_BROWSER
MANUAL = Path(__file__).parent.parent.parent.parent / "docs" / "pictures"
# Bytes of a picture in the manual.
LARGEST = 150_000
TITLES = [f"关于做好{what}工作的通知" for what in "防雹 防火 防冻 供热 供水 秋收 环卫 普查 征兵 助学".split()]


class Counting:
    """Does what a person does, and counts it."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, what: Locator) -> None:
        self.count += 1
        what.click()

    def check(self, what: Locator) -> None:
        self.count += 1
        what.check()

    def fill(self, what: Locator, text: str) -> None:
        self.count += 1
        what.fill(text)


def keep(page: Page, name: str) -> None:
    """Keep a picture for the manual, of a few colours."""
    MANUAL.mkdir(exist_ok=True)
    box = page.locator("main > *").last.bounding_box()
    clip = {"x": 0.0, "y": 0.0, "width": 1280.0, "height": min(800.0, box["y"] + box["height"] + 24) if box else 800.0}
    picture = Image.open(io.BytesIO(page.screenshot(clip=clip)))  # type: ignore[arg-type]  # a dictionary with its keys
    picture.convert("RGB").quantize(48).save(MANUAL / f"{name}.png", optimize=True)
    assert (MANUAL / f"{name}.png").stat().st_size <= LARGEST


@pytest.mark.thorough
def test_ten_documents_are_brought_in_examined_and_published(
    browser: Browser, address: str, site: DeskSite, tmp_path: Path, pytestconfig: pytest.Config
) -> None:
    pictures = bool(pytestconfig.option.pictures)
    paths = []
    for title in TITLES:
        paths.append(tmp_path / f"{title}.txt")
        paths[-1].write_text(f"{title}\n\n各镇街要落实责任。\n\n云溪县人民政府\n2026年11月2日\n", encoding="utf-8")
    clerk, reviewer, publisher = (
        Counting(signed_in(browser, address, site[role])) for role in (Role.CLERK, Role.REVIEWER, Role.PUBLISHER)
    )
    begun = time.monotonic()
    clerk.click(clerk.page.get_by_role("link", name="收文"))
    clerk.count += 1
    clerk.page.get_by_label("选择文件").set_input_files(paths)
    clerk.click(clerk.page.get_by_role("button", name="提交"))
    with working(site):
        expect(clerk.page.get_by_role("status")).to_contain_text("已经办完", timeout=120_000)
    if pictures:
        reviewer.page.goto(address)
        keep(reviewer.page, "first")
    for title in TITLES:
        examine(reviewer, title)
    for title in TITLES:
        publish(publisher, title)
    seconds = time.monotonic() - begun
    public = [each for each in site.services.catalogue.listed(Status.PUBLISHED) if each.title in TITLES]
    assert len(public) == len(TITLES)
    counted = {"clerk": clerk.count, "reviewer": reviewer.count, "publisher": publisher.count, "seconds": seconds}
    if pictures:
        ARTEFACTS.mkdir(parents=True, exist_ok=True)
        (ARTEFACTS / "ten-documents.json").write_text(json.dumps(counted), encoding="utf-8")
    # Three to bring all of them in; with three seconds for each, ten documents take ten minutes.
    assert clerk.count == 3, counted
    assert clerk.count + reviewer.count + publisher.count <= 200, counted
    assert seconds <= 120, counted
    for each in (clerk, reviewer, publisher):
        each.page.context.close()


def examine(person: Counting, title: str) -> None:
    page = person.page
    person.click(page.get_by_role("link", name="待办"))
    person.click(page.get_by_role("link", name=title))
    person.check(page.get_by_label("主动公开"))
    person.fill(page.get_by_label("依据（如"), "条例第二十条第一项")
    person.click(page.get_by_role("button", name="标注"))
    for label in ("真实性", "保密性"):
        form = page.locator("details", has=page.locator("summary", has_text=label))
        person.check(form.get_by_label("通过", exact=True))
        person.fill(form.get_by_label("依据", exact=True), "逐项看过")
        person.click(form.get_by_role("button"))
    expect(page.get_by_label("下一步")).to_contain_text("批准公开")


def publish(person: Counting, title: str) -> None:
    page = person.page
    person.click(page.get_by_role("link", name="待办"))
    person.click(page.get_by_role("link", name=title))
    person.click(page.get_by_role("button", name="批准公开第 1 版"))
    expect(page.get_by_text("公众现在看到的是第 1 版")).to_be_visible()


def test_the_pictures_of_the_manual(
    browser: Browser,
    address: str,
    site: DeskSite,
    bring: Callable[[str, str, str], str],
    pytestconfig: pytest.Config,
) -> None:
    text = (
        "关于公示困难群众救助对象的通知\n\n为做好冬季救助工作，现将2026年第四批救助对象公示如下。\n\n"
        "序号\t姓名\t金额\n1\t王小明\t300\n2\t李*\t300\n3\t赵某某\t300\n\n联系人王某13812345678。\n\n"
        "云溪县民政局\n2026年11月2日\n"
    )
    id = bring("公示", text, "甲一")
    page = signed_in(browser, address, site[Role.REVIEWER])
    page.goto(f"{address}/documents/{id}")
    expect(page.get_by_label("下一步")).to_contain_text("标注公开属性")
    box = page.get_by_label("下一步").bounding_box()
    assert box and box["y"] + box["height"] < 400
    if pytestconfig.option.pictures:
        keep(page, "examining")
    bring("公示", text.replace("300\n2", "350\n2").replace("第四批", "第五批"), "甲一")
    page.goto(f"{address}/documents/{id}/differences")
    expect(page.locator("ins").first).to_be_visible()
    if pytestconfig.option.pictures:
        keep(page, "differences")
    page.context.close()
