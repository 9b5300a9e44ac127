"""Deliveries and their proofs at the desk: sent with a form, kept encrypted, handed out to those who open letters."""

import os
from datetime import timedelta
from io import BytesIO
from pathlib import Path

import pytest
import time_machine
from werkzeug.test import TestResponse

from archive.registers.requests.register import Register
from archive.registers.requests.services import LARGEST
from archive.registers.requests.states import Event, State
from archive.registers.roles import Role
from archive.registers.sessions import PROOF
from tests.web.staff.conftest import DeskSite, Person
from tests.web.staff.requests.conftest import Enter
from tests.web.staff.requests.test_acts import do, hidden
from tests.web.staff.requests.test_lettering import PROVIDED, SUPPLEMENT, last, post
from web.staff.arriving import largest_body
from web.staff.guard import COOKIE

pytestmark = pytest.mark.page
PDF = b"%PDF-1.7 " + "收件人欧阳小芳".encode()
FILE = "欧阳小芳的回证.pdf"


def serve(person: Person, id: str, proof: bytes | None = PDF, name: str = FILE, **typed: str) -> TestResponse:
    form: dict[str, object] = {
        **hidden(person, f"/requests/{id}"),
        **{"on": "2026-09-01", "delivery": "邮寄", "do": "proof" if proof is not None else "bare", "letter": "1"},
        **typed,
    }
    if proof is not None:
        form["proof"] = (BytesIO(proof), name)
    return person.client.post(
        f"/requests/{id}/services", data=form, content_type="multipart/form-data", base_url="https://localhost"
    )


def fetch(person: Person, id: str, event: int) -> TestResponse:
    form = hidden(person, f"/requests/{id}")
    return person.client.post(f"/requests/{id}/services/{event}/file", data=form, base_url="https://localhost")


def sent(site: DeskSite, register: Register, enter: Enter) -> str:
    id = enter().id
    assert post(site[Role.CLERK], id, "send", last=last(register, id), **PROVIDED).status_code == 303
    return id


def test_a_proof_comes_with_the_delivery_and_is_handed_out_to_those_who_open_letters(
    site: DeskSite, register: Register, enter: Enter, office: Path, clock: time_machine.Traveller
) -> None:
    clerk, id = site[Role.CLERK], sent(site, register, enter)
    page = clerk.get(f"/requests/{id}").text
    assert "登记送达，保存回证" in page and "还没有登记送达" in page
    assert serve(clerk, id).status_code == 303
    page = clerk.get(f"/requests/{id}").text
    assert "2026-09-01 以邮寄方式送达" in page and "邮寄送达，有送达回证" in page and "小芳" not in page
    (kept,) = register.services(id)
    answer = fetch(clerk, id, kept.event)
    assert answer.data == PDF and answer.headers["Cache-Control"] == "no-store"
    assert "attachment" in answer.headers["Content-Disposition"] and answer.mimetype == "application/pdf"
    # Neither the proof nor what its file was called lies anywhere in clear.
    for folder, _, names in os.walk(site.services.settings.data.parent):
        for name in names:
            content = (Path(folder) / name).read_bytes()
            assert PDF not in content and "小芳".encode() not in content, name
    for role in (Role.HEAD, Role.AUDITOR, Role.REVIEWER):
        assert fetch(site[role], id, kept.event).status_code == 403
        assert serve(site[role], id).status_code == 403
        assert "送达回证</button>" not in site[role].get(f"/requests/{id}").text
    clock.shift(PROOF + timedelta(seconds=1))
    assert "请再确认一次身份" in fetch(clerk, id, kept.event).text
    assert fetch(clerk, id, 99).status_code in (403, 409)


@pytest.mark.parametrize(
    ("proof", "typed", "said", "status"),
    [
        (None, {"do": "proof"}, "请选择送达回证的文件", 400),
        (b"", {}, "空文件", 409),
        (b"MZ", {}, "PDF，或者 JPG", 409),
        (PDF, {"on": "2026-08-31"}, "早于", 409),
        (PDF, {"on": "2026-09-02"}, "还没有到", 409),
        (PDF, {"on": "昨天"}, "不是日期", 400),
        (PDF, {"delivery": "信鸽"}, "送达方式", 400),
        (PDF, {"letter": "7"}, "没有发出", 409),
        (PDF, {"last": ""}, "表单不完整", 400),
        (PDF, {"last": "1"}, "已有新的办理", 409),
        (PDF, {"replaces": "2"}, "不是这份文书的", 409),
    ],
)
def test_what_can_t_be_recorded_says_why(
    site: DeskSite,
    register: Register,
    enter: Enter,
    office: Path,
    proof: bytes | None,
    typed: dict[str, str],
    said: str,
    status: int,
) -> None:
    id = sent(site, register, enter)
    answer = serve(site[Role.CLERK], id, proof, **typed)
    assert (answer.status_code, said in answer.text) == (status, True)
    assert register.services(id) == [] and register.request(id).facts.delivered_on is None


def test_a_second_click_records_nothing_more(site: DeskSite, register: Register, enter: Enter, office: Path) -> None:
    clerk, id = site[Role.CLERK], sent(site, register, enter)
    seen = last(register, id)
    assert serve(clerk, id, last=seen).status_code == 303
    again = serve(clerk, id, last=seen)
    assert again.status_code == 409 and len(register.services(id)) == 1
    # What was wrong is put right, and both stand in the history.
    assert serve(clerk, id, None, replaces=str(register.services(id)[0].event)).status_code == 303
    page = clerk.get(f"/requests/{id}").text
    assert "登记有误，已改正" in page and "没有送达回证" in page


@pytest.mark.parametrize("number", ["9" * 9, "9" * 20, "9" * 5000, "٣"])
def test_a_number_that_no_event_has_is_no_error(
    site: DeskSite, register: Register, enter: Enter, office: Path, number: str
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    for part in ("services/{}/file", "letters/{}/open", "letters/{}/file"):
        answer = clerk.post(f"/requests/{id}/{part.format(number)}", "/password")
        assert answer.status_code in (404, 409), answer.text
    assert site[Role.HEAD].post(f"/requests/{id}/letters/{number}/approval", "/password").status_code == 404


def test_no_more_than_a_proof_is_taken(site: DeskSite, register: Register, enter: Enter, office: Path) -> None:
    id = sent(site, register, enter)
    clerk = site[Role.CLERK]
    headers = {"CONTENT_TYPE": "multipart/form-data; boundary=x"}
    cookie = clerk.client.get_cookie(COOKIE)
    assert cookie
    path = f"/requests/{id}/services"
    signed_in = {**headers, "COOKIE": f"{cookie.key}={cookie.value}"}
    assert largest_body(site.staff, "POST", path, headers) < LARGEST
    assert LARGEST < largest_body(site.staff, "POST", path, signed_in) < 2 * LARGEST


def test_the_head_declares_a_letter_void_and_then_the_answer(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, head, id = site[Role.CLERK], site[Role.HEAD], enter().id
    assert post(clerk, id, "send", last=last(register, id), **SUPPLEMENT).status_code == 303
    assert "文书作废</button>" in head.get(f"/requests/{id}").text
    assert "文书作废</button>" not in clerk.get(f"/requests/{id}").text
    for typed, status in (
        ({}, 400),
        ({"letter": "9"}, 409),
        ({"letter": "1", "note": ""}, 400),
        ({"letter": "1"}, 303),
    ):
        assert void(head, id, **typed).status_code == status
    page = clerk.get(f"/requests/{id}").text
    assert register.request(id).facts.state is State.HANDLING and "已作废<" in page.replace("\n", "<")
    assert post(clerk, id, "send", last=last(register, id), **PROVIDED).status_code == 303
    assert do(head, id, Event.VOID_ANSWER, note="发给了别人")[0] == 303
    assert register.request(id).facts.state is State.HANDLING
    assert do(clerk, id, Event.VOID_ANSWER, note="再")[0] in (403, 404)
    assert post(clerk, id, "send", last=last(register, id), **PROVIDED).status_code == 303


def void(person: Person, id: str, **typed: str) -> TestResponse:
    form = {**hidden(person, f"/requests/{id}"), "on": "2026-09-01", "note": "发错", "act": "void-letter", **typed}
    return person.client.post(f"/requests/{id}/approvals/void-letter", data=form, base_url="https://localhost")
