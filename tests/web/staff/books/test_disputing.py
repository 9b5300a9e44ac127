"""Reviews and lawsuits at the desk: recorded at their request by its number, listed, and counted in table four."""

from datetime import date

import pytest

from archive.registers.notices import packaged
from archive.registers.requests.facts import Applicant, Field, Result, Said
from archive.registers.requests.register import Register
from archive.registers.requests.request import Application, Request
from archive.registers.requests.states import Event
from archive.registers.requests.terms import Channel
from archive.registers.roles import Role
from archive.registers.workdays import Calendar
from tests.archive.registers.requests.conftest import CLERK
from tests.archive.registers.requests.test_register import answer
from tests.web.staff.conftest import DeskSite

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page


@pytest.fixture
def register(site: DeskSite) -> Register:
    return Register(site.staff, site.services.catalogue, Calendar(packaged()))


@pytest.fixture
def answered(register: Register) -> Request:
    personal = {Field.NAME: "欧阳小芳", Field.TEXT: "征地补偿方案"}
    day = date(2025, 11, 3)
    made = register.register(Application(Channel.IN_PERSON, Applicant.PERSON, day, personal), CLERK)
    return register.act(made.id, Event.ANSWER, answer(day), CLERK)


def test_a_review_and_the_suit_after_it_are_entered_by_the_number_of_their_request(
    site: DeskSite, register: Register, answered: Request
) -> None:
    clerk = site[Role.CLERK]
    form = {"number": answered.number, "kind": "复议", "filed": "2025-12-01"}
    sent = clerk.post("/registers/disputes/new", **form)
    assert sent.status_code == 303 and sent.headers["Location"] == f"/requests/{answered.id}"
    assert clerk.post("/registers/disputes/new", **form).status_code == 409
    register.act(answered.id, Event.REVIEW_END, Said(date(2026, 1, 20), result=Result.UPHELD), CLERK)
    direct = clerk.post("/registers/disputes/new", **{**form, "kind": "直诉", "filed": "2026-01-25"})
    assert direct.status_code == 409 and "应为复议后诉" in direct.text and answered.number in direct.text
    assert (
        clerk.post("/registers/disputes/new", **{**form, "kind": "复议后诉", "filed": "2026-01-25"}).status_code == 303
    )
    listed = site[Role.AUDITOR].get("/registers/disputes?year=2025").text
    assert "2025 年度报告第四张表" in listed and "1 条" in listed and "欧阳" not in listed
    assert f'href="/requests/{answered.id}"' in listed
    assert "<td>未结</td>" not in site[Role.HEAD].get("/registers/disputes?year=2026&cell=维持").text
    assert "2 条" in clerk.get("/registers/disputes").text
    assert "复议诉讼登记簿" in clerk.get("/registers").text
    assert "复议诉讼登记簿" not in site[Role.REVIEWER].get("/registers").text


def test_what_is_wrong_is_said_at_its_field(site: DeskSite, answered: Request) -> None:
    clerk = site[Role.CLERK]
    empty = clerk.post("/registers/disputes/new", filed="九月")
    assert empty.status_code == 400 and "请填写申请的登记号" in empty.text and "不是日期" in empty.text
    none = clerk.post("/registers/disputes/new", number="2026-0999", kind="直诉", filed="2026-09-01")
    assert none.status_code == 404 and "没有这个登记号" in none.text
    early = clerk.post("/registers/disputes/new", number=answered.number, kind="直诉", filed="2025-10-01")
    assert early.status_code == 409 and "早于" in early.text
    assert site[Role.REVIEWER].get("/registers/disputes").status_code == 403
    assert site[Role.HEAD].get("/registers/disputes/new").status_code == 403
