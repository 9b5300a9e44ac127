"""Pages as pictures in a real browser: a finding's place on the page, and a long file that stays usable."""

import pytest
from playwright.sync_api import Browser, expect

from archive.registers.roles import Role
from tests.archive.extract.pictures.files import pdf
from tests.web.conftest import IN_A_BROWSER
from tests.web.staff.conftest import DeskSite
from tests.web.staff.test_desk_in_a_browser import ARTEFACTS, look, signed_in
from tests.web.staff.test_pages import PHONE, Files, files

__all__ = ["files"]
pytestmark = IN_A_BROWSER


def test_a_finding_is_marked_on_its_page(
    browser: Browser, address: str, site: DeskSite, files: Files, pytestconfig: pytest.Config
) -> None:
    lines = [f"第{at}行：请落实值班制度，并按时报告。" for at in range(1, 20)]
    id = files(a_pdf=pdf(["关于低保的公示", *lines], ["附表", f"村民王某，本人电话{PHONE}。", *lines]))
    page = signed_in(browser, address, site[Role.REVIEWER])
    refused: list[str] = []
    page.on("console", lambda each: refused.append(each.text) if each.type == "error" else None)
    page.goto(f"{address}/documents/{id}")
    mark = page.get_by_role("link", name="第 1 处检查发现").first
    mark.scroll_into_view_if_needed()
    picture = page.get_by_alt_text("第 2 页")
    expect(picture).to_have_js_property("naturalWidth", 1100)
    paper, rectangle = picture.bounding_box(), mark.locator("rect").bounding_box()
    assert paper and rectangle
    # The second line of the page, after eight characters.
    assert 0.12 < (rectangle["y"] - paper["y"]) / paper["height"] < 0.17
    assert 0.3 < (rectangle["x"] - paper["x"]) / paper["width"] < 0.42
    if pytestconfig.option.pictures:
        page.screenshot(path=ARTEFACTS / "pages-seen.png")
    look(page, "pages", bool(pytestconfig.option.pictures))
    mark.click()
    expect(page.locator("#finding-1")).to_be_in_viewport()
    page.locator("#finding-1 a").first.click()
    expect(page.locator("#place-1")).to_be_in_viewport()
    assert refused == []
    page.context.close()


def test_two_hundred_pages_are_fetched_as_they_are_looked_at(
    browser: Browser, address: str, site: DeskSite, files: Files
) -> None:
    id = files(a_pdf=pdf(*[[f"第{at}回：关于低保的公示"] for at in range(200)]))
    page = signed_in(browser, address, site[Role.REVIEWER])
    fetched: list[str] = []
    page.on("request", lambda each: fetched.append(each.url) if each.url.endswith(".png") else None)
    page.goto(f"{address}/documents/{id}", wait_until="networkidle")
    assert 0 < len(fetched) < 20
    page.get_by_alt_text("第 150 页").scroll_into_view_if_needed()
    expect(page.get_by_alt_text("第 150 页")).to_have_js_property("naturalWidth", 1100)
    assert len(fetched) < 80
    page.context.close()
