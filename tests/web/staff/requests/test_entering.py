"""A new request: one form, which says at its fields what is wrong, and makes one request however often it comes."""

import re
from threading import Thread

import pytest
import time_machine
from sqlalchemy import select

from archive.registers.requests.facts import Applicant, Field, Form
from archive.registers.requests.register import Register
from archive.registers.requests.states import State
from archive.registers.requests.terms import Channel
from archive.registers.roles import Role
from archive.registers.sessions import IDLE
from archive.registers.staff_tables import drafts
from tests.web.staff.conftest import PASSWORD, DeskSite, Person
from tests.web.staff.requests.conftest import CLERK, CONTACT, IDENTITY, NAME, TEXT, Enter

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page

PAPER = {
    **{"channel": "邮寄挂号", "kind": "自然人", "submitted": "2026-08-27", "confirmed": "2026-08-31"},
    **{"name": NAME, "identity": IDENTITY, "contact": CONTACT, "text": TEXT},
    **{"wanted": "石门村征地补偿安置方案", "form": "纸质", "obtain": "邮寄"},
}


def form(person: Person, **typed: str) -> dict[str, str]:
    """Return a form as the page has it, filled in."""
    hidden = re.findall(r'type="hidden" name="(csrf|once)" value="([^"]*)"', person.get("/requests/new").text)
    return {**dict(hidden), **PAPER, **typed}


def send(person: Person, typed: dict[str, str]) -> tuple[int, str]:
    answer = person.client.post("/requests/new", data=typed, base_url="https://localhost")
    return answer.status_code, answer.headers.get("Location", "") or answer.text


def test_what_came_on_paper_is_in_the_register(site: DeskSite, register: Register) -> None:
    clerk = site[Role.CLERK]
    status, address = send(clerk, form(clerk))
    (made,) = register.all()
    assert (status, address) == (303, f"/requests/{made.id}")
    facts = made.facts
    assert (facts.channel, facts.kind, facts.form) == (Channel.SIGNED_MAIL, Applicant.PERSON, Form.PAPER)
    assert (str(facts.submitted_on), str(facts.received_on), facts.state) == (
        "2026-08-27",
        "2026-08-31",
        State.HANDLING,
    )
    assert register.look(made.id, CLERK).values == {
        **{Field.NAME: NAME, Field.IDENTITY: IDENTITY, Field.CONTACT: CONTACT, Field.TEXT: TEXT},
        **{Field.WANTED: "石门村征地补偿安置方案", Field.OBTAIN: "邮寄"},
    }
    (event,) = register.events(made.id)
    assert (event.person, event.account) == ("丁四", "clerk")


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("channel", "", "请选择收到渠道"),
        ("channel", "信鸽", "请选择收到渠道"),
        ("kind", "", "请选择申请人类型"),
        ("submitted", "", "请填写提交日"),
        ("submitted", "上个月", "“上个月”不是日期，请写成 2026-01-31 的样子"),
        ("submitted", "2026-08-27 前后", "不是日期"),
        ("confirmed", "2026-02-30", "不是日期"),
        ("name", " ", "请填写姓名或名称（条例第二十九条）"),
        ("name", "长" * 201, "这里有 201 字，最多 200 字"),
        ("text", "", "请填写申请内容（条例第二十九条）"),
        ("form", "口信", "请选择列出的一项"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_lost(
    site: DeskSite, register: Register, field: str, value: str, told: str
) -> None:
    clerk = site[Role.CLERK]
    typed = form(clerk, **{field: value})
    status, page = send(clerk, typed)
    assert status == 400 and 'role="alert"' in page and register.all() == []
    assert re.search(rf'id="{field}"[^>]*aria-invalid="true" aria-describedby="{field}-wrong', page)
    sentence = re.search(rf'id="{field}-wrong">([^<]*)<', page)
    assert sentence and told in sentence[1]
    for name, kept in typed.items():
        if name not in ("csrf", field):
            assert f'value="{kept}"' in page or f">{kept}</textarea>" in page, name
    # What was typed is sent as it is again, and is one request.
    assert send(clerk, {**typed, field: PAPER[field]})[0] == 303
    assert len(register.all()) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ({"channel": "当面"}, "当面的申请以提交日为收到日"),
        ({"confirmed": "2026-08-26"}, "确认日（2026-08-26）早于提交日（2026-08-27）"),
        ({"submitted": "2026-09-02", "confirmed": ""}, "提交日（2026-09-02）还没有到"),
        ({"once": "x"}, "表单不完整"),
    ],
)
def test_days_that_contradict_each_other_are_refused(
    site: DeskSite, register: Register, typed: dict[str, str], told: str
) -> None:
    clerk = site[Role.CLERK]
    status, page = send(clerk, form(clerk, **typed))
    assert status in (400, 409) and told in page and f">{TEXT}</textarea>" in page
    assert register.all() == []


def test_a_form_that_is_sent_twice_makes_one_request(site: DeskSite, register: Register) -> None:
    clerk = site[Role.CLERK]
    typed = form(clerk)
    first, second = send(clerk, typed), send(clerk, typed)
    assert first == second and first[0] == 303
    assert [each.number for each in register.all()] == ["2026-0001"]
    # The way back through the browser's pages, and another applicant on the same form.
    other = send(clerk, {**typed, "name": "另一申请人"})
    assert other[0] == 303 and other != first
    assert [each.number for each in register.all()] == ["2026-0001", "2026-0002"]


def test_a_form_that_comes_twice_at_the_same_moment_makes_one_request(site: DeskSite, register: Register) -> None:
    clerk = site[Role.CLERK]
    typed = form(clerk)
    cookie = clerk.client.get_cookie("__Host-desk")
    assert cookie
    answers: list[int] = []

    def sent() -> None:
        client = site.app.test_client()
        client.set_cookie("__Host-desk", cookie.value, secure=True)
        answers.append(client.post("/requests/new", data=typed, base_url="https://localhost").status_code)

    threads = [Thread(target=sent) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert answers == [303] * 4 and len(register.all()) == 1


def test_without_the_key_nothing_is_entered_and_nothing_is_lost(
    site: DeskSite, register: Register, enter: Enter
) -> None:
    enter()
    site.services.catalogue.keys.folder.joinpath("persons.key").unlink()
    clerk = site[Role.CLERK]
    status, page = send(clerk, form(clerk))
    assert status == 503 and "没有登记。填写的内容还在下面" in page and f">{TEXT}</textarea>" in page
    assert len(register.all()) == 1


def test_a_session_that_ends_keeps_the_form_in_the_browser_alone(
    site: DeskSite, register: Register, clock: time_machine.Traveller
) -> None:
    clerk = site[Role.CLERK]
    typed = form(clerk, text=TEXT * 700)
    clock.shift(IDLE.total_seconds() + 120)
    answer = clerk.client.post("/requests/new", data=typed, base_url="https://localhost")
    assert answer.status_code == 403 and "没有丢失" in answer.text and register.all() == []
    hidden = dict(re.findall(r'type="hidden" name="(to|typed)" value="([^"]*)"', answer.text))
    hidden["typed"] = hidden["typed"].replace("&#34;", '"').replace("&amp;", "&")
    wrong = clerk.sign_in(**hidden, password="不对的密码")  # noqa: S106 - of nobody
    assert wrong.status_code == 403 and 'name="typed"' in wrong.text
    again = clerk.sign_in(**hidden)
    assert again.status_code == 200 and 'action="/requests/new"' in again.text
    sent = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', again.text))
    assert {**typed, "csrf": sent["csrf"]} == sent
    with site.staff.reading() as connection:
        assert connection.execute(select(drafts)).all() == []
    assert send(clerk, sent)[0] == 303
    assert register.look(register.all()[0].id, CLERK).values[Field.TEXT] == TEXT * 700
    assert PASSWORD not in again.text


def test_a_proof_in_another_window_leaves_a_form_that_is_half_filled_in(site: DeskSite, register: Register) -> None:
    clerk = site[Role.CLERK]
    typed = form(clerk)
    # By which persons are opened in the other window.
    assert clerk.post("/proof", target="/requests", posted="0", password=PASSWORD).status_code == 303
    assert send(clerk, typed)[0] == 303 and len(register.all()) == 1


def test_nobody_but_a_clerk_enters_a_request(site: DeskSite, register: Register) -> None:
    for role in set(Role) - {Role.CLERK}:
        person = site[role]
        assert person.get("/requests/new").status_code == 403, role
        assert person.post("/requests/new", **PAPER).status_code == 403, role
    clerk = site[Role.CLERK]
    for changed in ({"csrf": ""}, {"csrf": site[Role.HEAD].csrf()}):
        assert send(clerk, form(clerk, **changed))[0] == 400
    assert register.all() == []
