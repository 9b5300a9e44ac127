"""The page of a document whose text a machine recognised, in a real browser."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect

from indexer import sync
from tests.conftest import publish
from tests.web.citizens import test_likenesses
from tests.web.conftest import IN_A_BROWSER
from tests.web.test_states import violations
from web.app import create_app
from web.installation.services import Services
from web.server import running

pytestmark = IN_A_BROWSER
id, silent = test_likenesses.id, test_likenesses.silent


@contextmanager
def served(services: Services) -> Iterator[str]:
    app = create_app(services)
    with running(app) as address:
        yield address
    test_likenesses.drawing_of(app.test_client())._sandbox.close()


@pytest.mark.parametrize("display", ["0000", "1120"])
def test_it_stands_in_nobodys_way(browser: Browser, services: Services, id: str, display: str) -> None:
    publish(services.catalogue, id)
    sync.catch_up(services.catalogue, services.engine)
    with served(services) as address:
        context = browser.new_context(viewport={"width": 390, "height": 844})
        context.add_cookies([{"name": "display", "value": display, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/documents/{id}")
        for summary in page.locator("details.recognised > summary").all():
            summary.click()
        expect(page.locator("details.recognised img").last).to_be_visible()
        found = violations(page)
        scrolled = page.evaluate("document.documentElement.scrollWidth")
        shown = page.locator("details.recognised img").evaluate_all("all => all.map(each => each.naturalWidth)")
        context.close()
    assert not found, "\n".join(found)
    assert scrolled <= 390 and len(shown) == 3


@pytest.mark.parametrize("asking", ["elder=1", "terminal=1"])
def test_pages_are_turned(browser: Browser, services: Services, silent: str, asking: str) -> None:
    with served(services) as address:
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(f"{address}/documents/{silent}?{asking}")
        page.get_by_role("link", name="本件第 1 页的图像").click()
        page.get_by_role("link", name="下一页").first.click()
        expect(page.get_by_role("img", name="原件第 2 页的图像")).to_be_visible()
        found = violations(page)
        scrolled = page.evaluate("document.documentElement.scrollWidth")
        shown = page.locator("img.leaf").evaluate("each => each.naturalWidth")
        page.close()
    assert not found, "\n".join(found)
    assert scrolled <= 390 and shown > 1000
