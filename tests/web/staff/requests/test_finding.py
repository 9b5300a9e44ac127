"""Earlier requests at the desk: what a clerk confirms as masked is found behind the next request, and nothing else."""

import re

import pytest

from archive.chinese.dates import office_today
from archive.registers.requests.facts import Said
from archive.registers.requests.outcomes import Content
from archive.registers.requests.register import Register
from archive.registers.requests.states import Event
from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite
from tests.web.staff.requests.conftest import CLERK, NAME, TEXT, Enter
from tests.web.staff.requests.test_prior import Desk, follow
from web.app import create_app

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page

REPLY = {Content.INFORMATION: f"随信附上石门村征地补偿方案，寄给{NAME}"}


def prepared(site: DeskSite, id: str) -> tuple[str, dict[str, str]]:
    """Press the button of a request; return the page, and what its form holds."""
    page = site[Role.CLERK].post(f"/requests/{id}/findable", f"/requests/{id}").text
    areas = re.findall(r'<textarea id="(asked|answered)"[^>]*>([^<]*)</textarea>', page)
    return page, dict(areas)


def test_an_answered_request_is_found_behind_the_next_one(site: DeskSite, register: Register, enter: Enter) -> None:
    first, clerk = enter(), site[Role.CLERK]
    said = Said(office_today(), answer="provided", contents=REPLY, number="沭公开〔2026〕3号")
    register.act(first.id, Event.ANSWER, said, CLERK)
    page, form = prepared(site, first.id)
    assert TEXT in page and NAME not in form["asked"] + form["answered"]
    assert "■■■■" in form["asked"] and "石门村征地补偿方案" in form["answered"]
    address = f"/requests/{first.id}/findable/confirm"
    refused = clerk.post(address, **form)
    assert refused.status_code == 409 and "请看过以后，勾选" in refused.text and form["asked"] in refused.text
    refused = clerk.post(address, **{**form, "answered": f"寄给{NAME}", "sure": "1"})
    assert refused.status_code == 409 and "还有申请人的姓名" in refused.text
    assert register.found_again.of(first.id) is None
    assert clerk.post(address, **form, sure="1").status_code == 303
    for role in (Role.CLERK, Role.HEAD):
        shown = site[role].get(f"/requests/{first.id}").text
        assert form["asked"] in shown and "确认没有个人信息" in shown
    follow(site)
    second = enter("王大伟")
    found = Desk(clerk, second).press().text
    group = found[found.index("以前的申请和答复：1 件") :]
    assert f"/requests/{first.id}" in group and "沭公开〔2026〕3号" in group and "此前答复" in group
    assert "几乎相同的申请" in group and "<mark>" in group
    # A request is not found behind itself.
    assert "以前的申请和答复" not in Desk(clerk, first).press().text
    public = create_app(site.services).test_client()
    assert "石门村" not in public.get("/search?q=征地补偿方案").text


def test_what_was_not_confirmed_is_found_nowhere(site: DeskSite, register: Register, enter: Enter) -> None:
    first, second = enter(), enter("王大伟")
    prepared(site, first.id)
    follow(site)
    assert "以前的申请和答复" not in Desk(site[Role.CLERK], second).press().text
    assert site[Role.HEAD].post(f"/requests/{first.id}/findable").status_code == 403
    assert register.found_again.of(first.id) is None


def test_a_text_is_prepared_anew_with_what_was_confirmed(site: DeskSite, register: Register, enter: Enter) -> None:
    first = enter()
    register.found_again.confirm(first.id, "申请公开某村征地补偿方案。", "", "丁四")
    _, form = prepared(site, first.id)
    assert form == {"asked": "申请公开某村征地补偿方案。", "answered": ""}
    assert site[Role.CLERK].post("/requests/nobody/findable").status_code == 404


@pytest.mark.parametrize("sure", ["", "1"])
def test_what_was_typed_stays_when_who_asked_cannot_be_read(site: DeskSite, enter: Enter, sure: str) -> None:
    first, clerk = enter(), site[Role.CLERK]
    prepared(site, first.id)
    site.services.catalogue.keys.folder.joinpath("persons.key").unlink()
    form = {"asked": "申请公开某村征地补偿方案。", "answered": "已经寄去。", "sure": sure}
    refused = clerk.post(f"/requests/{first.id}/findable/confirm", f"/requests/{first.id}", **form)
    assert refused.status_code == (503 if sure else 409) and "读不出" in refused.text
    assert all(form[name] in refused.text for name in ("asked", "answered"))
