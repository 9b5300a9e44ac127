"""The list of new readings in a real browser: axe, nothing wider than the window, and one look for many."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, expect

from archive.registers.roles import Role
from tests.conftest import earlier, publish
from tests.web.conftest import IN_A_BROWSER
from tests.web.staff.conftest import DeskSite
from tests.web.staff.test_desk_in_a_browser import look, signed_in
from tests.web.staff.test_readings import TEXT, reread

pytestmark = IN_A_BROWSER


@pytest.mark.slow
def test_two_persons_decide_about_many_at_one_look(
    browser: Browser, address: str, site: DeskSite, bring: Callable[[str, str, str], str], pytestconfig: pytest.Config
) -> None:
    pictures = bool(pytestconfig.option.pictures)
    names = ["防汛", "抗旱", "收费和" * 20]
    with earlier("第一条 ", "第二条 "):
        ids = [bring(name, TEXT.format(name), "丁四") for name in names[:2]]
    with earlier("第一条 ", " 10"):
        ids.append(bring("收费", TEXT.format(names[2]), "丁四"))
    for id in ids:
        publish(site.services.catalogue, id)
    reread(site, *ids)
    for role, button, said in (
        (Role.REVIEWER, "打勾的真实性、保密性审查通过", "审查通过 2 件"),
        (Role.PUBLISHER, "批准打勾的", "批准公开 2 件"),
    ):
        page = signed_in(browser, address, site[role])
        page.get_by_role("link", name="重新读取待审").click()
        look(page, f"readings-{role}", pictures)
        for name in names[:2]:
            page.get_by_label(f"关于{name}的办法").check()
        page.get_by_label("依据或者理由").fill("逐条对照原件")
        page.get_by_role("button", name=button).click()
        expect(page.get_by_text(said)).to_be_visible()
        look(page, f"readings-decided-{role}", pictures)
        page.context.close()
    assert [site.services.catalogue.public(id).version for id in ids] == [2, 2, 1]
