"""A list of persons is public until a day: set at the desk, shown there, and gone for every reader afterwards."""

import json
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy.exc import DBAPIError

from archive.decisions import publication, stops, validity
from archive.document import Status, Verdict
from archive.registers.roles import Role
from indexer import sync
from tests.conftest import publish
from tests.web.staff.conftest import DeskSite
from web.app import create_app
from web.programs.metadata import row

pytestmark = pytest.mark.page

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
        # Nobody withdrew it.
        gone, told = public.get(page).text, json.loads(public.get(f"/api/v1/documents/{id}").text)
        assert "该文件公示期满" in gone and "公开期限到 2026年12月7日为止" in gone and "撤回" not in gone
        assert told["error"] == "该文件公示期满，不再公开。" and "公开期限到 2026-12-07 为止" in told["reason"]
        assert id not in public.get("/?q=低保对象").text and id not in public.get("/").text
        clerk.sign_in()
        shown = clerk.get(page).text
        assert "公开期限到 2026-12-07 为止，已满" in shown and "公众现在看到的是" not in shown
        assert "公示期满，第 1 版" in words(shown) and "已公开，第 1 版" not in words(shown)
        assert "已公开 0 件，" in words(clerk.get("/").text) and "公示期满 1 件。" in words(clerk.get("/").text)
        assert clerk.get(f"{page}/preview").status_code == 200
        assert validity.turn(services.catalogue, services.catalogue.today()) == [id]
        sync.catch_up(services.catalogue, services.engine)
        assert services.engine.count() == 0
        assert "公开期限已满" in clerk.get(page).text
        original = clerk.client.get(f"{page}/files/0", base_url="https://localhost", buffered=True)
        assert "王小明" in original.text


def examined(site: DeskSite, id: str) -> str:
    """Let a reviewer do all but what the pre-check found; return what whoever approves is told."""
    page, reviewer, asked = f"/documents/{id}", site[Role.REVIEWER], {"basis": "逐项看过"}
    assert reviewer.post(f"{page}/classify", page, disclosure="主动公开", **asked).status_code == 303
    for aspect in ("truthfulness", "confidentiality"):
        assert reviewer.post(f"{page}/examine/{aspect}", page, outcome="passed", **asked).status_code == 303
    answer = site[Role.PUBLISHER].post(f"{page}/approve", page, reason="可以公开")
    assert answer.status_code == 409 and site.services.catalogue.newest(id).status is Status.WAITING
    return words(answer.text)


def test_a_list_of_persons_is_approved_with_an_end_or_a_reason_for_none(site: DeskSite, bring: Bring) -> None:
    id = bring("list", LIST, "丁四")
    page, reviewer, publisher = f"/documents/{id}", site[Role.REVIEWER], site[Role.PUBLISHER]
    assert "拦截没有处理" in examined(site, id)
    assert "名单没有公开期限" in words(reviewer.get(page).text)
    assert "请填写公开截止日期；确需长期公开的，请保留并写明理由" in reviewer.get(page).text
    # The database holds it as well.
    with pytest.raises(DBAPIError, match="each stop"), site.services.catalogue.writing() as connection:
        publication._publish(connection, id, 1, Verdict.APPROVE, "丙三", "可以公开", False, {})
    assert reviewer.post(f"{page}/settle/1", page, settlement="keep", reason="").status_code == 409
    kept = {"settlement": "keep", "reason": "任职名单，依规定长期公开"}
    assert reviewer.post(f"{page}/settle/1", page, **kept).status_code == 303
    assert publisher.post(f"{page}/approve", page, reason="可以公开").status_code == 303
    assert site.services.catalogue.public(id).metadata.public_until is None


@pytest.mark.statements
def test_an_end_that_is_filled_in_leaves_nothing_to_settle(site: DeskSite, bring: Bring) -> None:
    id = bring("list", LIST, "丁四")
    page, clerk = f"/documents/{id}", site[Role.CLERK]
    until = str(site.services.catalogue.today() + timedelta(days=10))
    asked = {"value": until, "reason": "公示期七个工作日", "act": "correct/public_until"}
    assert clerk.post(f"{page}/correct/public_until", page, **asked).status_code == 303
    assert "名单没有公开期限" not in words(clerk.get(page).text)
    assert not stops.check(site.services.catalogue, id).precheck.found


def test_programs_are_told_until_when_a_document_is_public(site: DeskSite, bring: Bring) -> None:
    services = site.services
    id, other = bring("list", LIST, "丁四"), bring("other", "关于放假的通知", "丁四")
    until = str(services.catalogue.today() + timedelta(days=10))
    asked = {"value": until, "reason": "公示期", "act": "correct/public_until"}
    site[Role.CLERK].post(f"/documents/{id}/correct/public_until", f"/documents/{id}", **asked)
    for each in (id, other):
        publish(services.catalogue, each)
    public = create_app(services).test_client()
    for each, day in ((id, until), (other, None)):
        assert json.loads(public.get(f"/api/v1/documents/{each}").text)["public_until"] == day
    listing = json.loads(public.get("/api/v1/documents").text)["documents"]
    listed = {each["id"]: each["public_until"] for each in listing}
    assert listed == {id: until, other: None}
    record = public.get(f"/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier=oai:localhost:{id}")
    assert f"公开截止日期：{until}" in record.text, record.text
    assert row(services.catalogue.public(id), str)[-1] == until


def test_what_lists_nobody_is_not_asked_for_a_day(site: DeskSite) -> None:
    asked = words(site[Role.CLERK].get(f"/documents/{site.id}").text).partition("应当填写而没有的")[2]
    assert "公开截止日期" not in asked.partition("。")[0]
