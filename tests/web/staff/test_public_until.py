"""A list of persons is public until a day: set at the desk, shown there, and gone for every reader afterwards."""

import re
from collections.abc import Callable

import time_machine

from archive.decisions import validity
from archive.registers.roles import Role
from indexer import sync
from tests.conftest import publish
from tests.web.staff.conftest import DeskSite
from web.app import create_app

Bring = Callable[[str, str, str], str]
LIST = (
    "关于公示低保对象的通知\n\n序号\t姓名\t金额\n1\t王小明\t300\n2\t李*\t300\n3\t赵某某\t300\n\n"
    "云溪县民政局\n2026年11月2日\n"
)


def words(text: str) -> str:
    return re.sub(r"<[^>]*>", "", text)


def test_a_list_of_persons_is_public_until_its_day(site: DeskSite, bring: Bring) -> None:
    clerk, reviewer, services = site[Role.CLERK], site[Role.REVIEWER], site.services
    with time_machine.travel("2026-11-27T09:00:00+08:00") as clock:
        id = bring("list", LIST, "丁四")
        page = f"/documents/{id}"
        for each in (clerk, reviewer):
            each.sign_in()
        shown = clerk.get(page).text
        assert "公开截止日期。" in words(shown).partition("应当填写而没有的")[2][:80]
        assert "名单类公示期满的那一天" in shown
        past = {"value": "2026-11-01", "reason": "公示期", "act": "correct/public_until"}
        assert "已经过去" in clerk.post(f"{page}/correct/public_until", page, **past).text
        asked = {"value": "2026-12-07", "reason": "公示期七个工作日", "act": "correct/public_until"}
        assert clerk.post(f"{page}/correct/public_until", page, **asked).status_code == 303
        assert "2026-12-07" in clerk.get(page).text
        publish(services.catalogue, id)
        sync.rebuild(services.catalogue, services.engine)
        validity.turn(services.catalogue, services.catalogue.today())
        public = create_app(services).test_client()
        assert "2026年12月7日" in public.get(page).text and id in public.get("/?q=低保对象").text
        clock.move_to("2026-12-08T00:00:01+08:00")
        # Nothing has run since midnight.
        for path in (page, f"{page}/original", f"/api/v1/documents/{id}"):
            answer = public.get(path)
            assert answer.status_code == 410 and "王小明" not in answer.text, path
        assert "公开期限到 2026-12-07 为止" in public.get(page).text
        assert id not in public.get("/?q=低保对象").text and id not in public.get("/").text
        clerk.sign_in()
        shown = clerk.get(page).text
        assert "公开期限到 2026-12-07 为止，已满" in shown and "公众现在看到的是" not in shown
        assert clerk.get(f"{page}/preview").status_code == 200
        assert validity.turn(services.catalogue, services.catalogue.today()) == [id]
        sync.catch_up(services.catalogue, services.engine)
        assert services.engine.count() == 0
        assert "公开期限已满" in clerk.get(page).text
        original = clerk.client.get(f"{page}/files/0", base_url="https://localhost", buffered=True)
        assert "王小明" in original.text


def test_what_lists_nobody_is_not_asked_for_a_day(site: DeskSite) -> None:
    asked = words(site[Role.CLERK].get(f"/documents/{site.id}").text).partition("应当填写而没有的")[2]
    assert "公开截止日期" not in asked.partition("。")[0]
