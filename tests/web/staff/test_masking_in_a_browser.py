"""Masking in a real browser: a finding is ticked where it stands, shown masked, and confirmed."""

import pytest
from playwright.sync_api import Browser, expect

from archive.registers.roles import Role
from tests.archive.extract.pictures.files import pdf
from tests.web.conftest import IN_A_BROWSER
from tests.web.staff.conftest import DeskSite
from tests.web.staff.test_desk_in_a_browser import look, signed_in
from tests.web.staff.test_masking import REASON, work
from tests.web.staff.test_pages import PHONE, Files, files

__all__ = ["files"]
pytestmark = IN_A_BROWSER


def test_a_finding_is_masked(
    browser: Browser, address: str, site: DeskSite, files: Files, pytestconfig: pytest.Config
) -> None:
    pictures = bool(pytestconfig.option.pictures)
    said = f"关于低保的公示\n\n村民王某，本人电话{PHONE}。\n\n村民李小明，住云溪镇。\n".encode()
    id = files(a_pdf=pdf(["关于低保的公示", f"村民王某，本人电话{PHONE}。"], ["附表"]), b_txt=said)
    page = signed_in(browser, address, site[Role.REVIEWER])
    page.goto(f"{address}/documents/{id}")
    page.get_by_label("遮盖第 1 处").check()
    page.get_by_label("另外要遮盖的文字").fill("李小明")
    page.get_by_label("遮盖的理由").fill(REASON)
    look(page, "to-mask", pictures)
    page.get_by_role("button", name="先看遮盖后的样子").click()
    expect(page.get_by_role("heading", name="正在遮盖：关于低保的公示")).to_be_visible()
    look(page, "masking-waits", pictures)
    # The page follows by itself what the worker does.
    work(site)
    expect(page.get_by_text("村民王某，本人电话■■■■■■■■■■■。").first).to_be_visible()
    look(page, "masking", pictures)
    page.get_by_role("button", name="确认遮盖，成为第 2 版").click()
    expect(page.get_by_role("heading", name="正在遮盖：关于低保的公示")).to_be_visible()
    work(site)
    expect(page.get_by_text("待审，第 2 版")).to_be_visible()
    expect(page.get_by_alt_text("第 1 页")).to_have_js_property("naturalWidth", 1100)
    look(page, "masked", pictures)
    assert site.services.catalogue.newest(id).attachments[0].text.count("■") == 14
    page.context.close()
