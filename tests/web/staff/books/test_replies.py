"""Replies that become public for all, at the desk: from the request's page to the document that waits for review."""

import io
from datetime import date
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from archive.decisions import corrections, review
from archive.document import Aspect, Disclosure, Outcome
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.registers.books import openings
from archive.registers.books.book import Book
from archive.registers.books.openings import SPEC
from archive.registers.notices import packaged
from archive.registers.requests.facts import Applicant, Field
from archive.registers.requests.register import Register
from archive.registers.requests.request import Application, Request
from archive.registers.requests.states import Event
from archive.registers.requests.terms import Channel
from archive.registers.roles import Role
from archive.registers.workdays import Calendar
from tests.archive.registers.requests.conftest import CLERK
from tests.archive.registers.requests.test_register import answer
from tests.web.staff.conftest import DeskSite, Person

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page

NAME = "欧阳小玥"
COPY = "石门村征地补偿方案\n\n每亩补偿标准见附表。\n"


@pytest.fixture
def answered(site: DeskSite) -> Request:
    register = Register(site.staff, site.services.catalogue, Calendar(packaged()))
    personal = {Field.NAME: NAME, Field.TEXT: "征地补偿方案"}
    day = date(2026, 9, 1)
    made = register.register(Application(Channel.IN_PERSON, Applicant.PERSON, day, personal), CLERK)
    return register.act(made.id, Event.ANSWER, answer(day), CLERK)


def send(person: Person, content: str, once: str = "a" * 32, name: str = "方案.txt", **form: str) -> TestResponse:
    data = {**person.hidden("/password"), "once": once, "why": "申请人建议", "on": "2026-09-01", **form}
    file = {"file": (io.BytesIO(content.encode()), name)} if content else {}
    return person.client.post("/registers/openings/new", data={**data, **file}, base_url="https://localhost")


def test_a_reply_is_brought_in_from_its_request_and_waits(site: DeskSite, answered: Request) -> None:
    clerk = site[Role.CLERK]
    link = f"/registers/openings/new?request={answered.number}"
    assert link in clerk.get(f"/requests/{answered.id}").text
    assert link not in site[Role.HEAD].get(f"/requests/{answered.id}").text
    assert f'value="{answered.number}"' in clerk.get(link).text
    copy = f"{COPY}\n村民王某13812345678。\n"
    sent = send(clerk, copy, request=answered.number)
    assert sent.status_code == 303, sent.text
    page = sent.headers["Location"]
    assert send(clerk, copy, request=answered.number).headers["Location"] == page
    shown = clerk.get(page).text
    assert "还没有公开" in shown or "处理以前不能公开" in shown
    assert answered.number in shown and "征地" not in shown
    assert answered.number in site[Role.AUDITOR].get("/registers/openings").text
    assert site[Role.REVIEWER].get("/registers/openings").status_code == 403
    listed = site[Role.REVIEWER].get("/queue").text
    assert "石门村征地补偿方案" in listed and answered.number not in listed
    assert not [*(site.services.settings.data / "uploads").iterdir()]


def test_another_file_in_the_same_form_is_brought_in_too(site: DeskSite, answered: Request) -> None:
    pages = {send(site[Role.CLERK], f"{COPY}{each}", request=answered.number).headers["Location"] for each in "甲乙"}
    assert len(pages) == 2


def test_each_field_that_is_wrong_says_so_at_its_place(site: DeskSite, answered: Request) -> None:
    refused = send(site[Role.CLERK], "", request="", why="别的", on="2019-02-30")
    assert refused.status_code == 400 and "有 4 处需要改正" in refused.text
    for name in ("request", "why", "on", "file"):
        assert f'id="{name}-wrong"' in refused.text, name
    assert "文件请再选择一次" in send(site[Role.CLERK], COPY, request=answered.number, on="").text


def test_what_cannot_be_opened_is_a_sentence_and_leaves_nothing(site: DeskSite, answered: Request) -> None:
    clerk, before = site[Role.CLERK], site.services.catalogue.ids()
    named = send(clerk, f"{NAME}：\n{COPY}", request=answered.number)
    assert named.status_code == 409 and "申请人的姓名或名称" in named.text and NAME not in named.text
    assert send(clerk, "", request=answered.number).status_code == 400
    assert send(clerk, COPY, once="x", request=answered.number).status_code == 400
    assert "没有这个登记号" in send(clerk, COPY, request="2026-0999").text
    assert send(site[Role.HEAD], COPY, request=answered.number).status_code == 403
    site.services.catalogue.keys.folder.joinpath("persons.key").unlink()
    assert send(clerk, COPY, request=answered.number).status_code == 503
    assert site.services.catalogue.ids() == before
    assert not [*(site.services.settings.data / "uploads").iterdir()]


def test_a_later_version_that_names_the_applicant_is_not_made_public(
    site: DeskSite, answered: Request, tmp_path: Path
) -> None:
    clerk, publisher, reviewer = site[Role.CLERK], site[Role.PUBLISHER], site[Role.REVIEWER]
    page = send(clerk, COPY, request=answered.number).headers["Location"]
    catalogue = site.services.catalogue
    (entry,) = Book(SPEC, site.staff, catalogue).all()
    id = str(entry.facts["document"])
    assert openings.names(site.staff, catalogue, id) == ""
    path = tmp_path / "new.txt"
    path.write_text(f"石门村征地补偿方案（修订）\n\n应{NAME}申请公开。\n", encoding="utf-8")
    with Sandbox(workers=1) as sandbox:
        intake = Intake(catalogue, site.services.blobs, sandbox, "丁四")
        assert intake.receive(Item(path, f"desk:openings/{entry.id}")).document_id == id
    assert catalogue.newest(id).version == 2
    shown = clerk.get(page).text
    assert "里面有申请人的姓名或名称" in shown and NAME not in shown
    review.classify(catalogue, id, Disclosure.ACTIVE, "乙二", "条例第二十条")
    for aspect in Aspect:
        review.examine(catalogue, id, aspect, Outcome.PASSED, "乙二", "已核对")
    for act, form in (("approve", {}), ("schedule", {"day": "2099-01-01", "clock": "09:00"})):
        answer = publisher.post(f"/documents/{id}/{act}", f"/documents/{id}", reason="公开", **form)
        assert answer.status_code == 409 and "不能公开（条例第四十四条）" in answer.text
    assert catalogue.public_count() == 0
    corrected = reviewer.post(f"/documents/{id}/correct/title", f"/documents/{id}", value=f"答复{NAME}", reason="更正")
    assert corrected.status_code == 409 and "没有更正" in corrected.text
    withdrawn = publisher.post(f"/documents/{id}/withdraw", f"/documents/{id}", reason=f"{NAME}要求撤回")
    assert withdrawn.status_code == 409 and "不能公开（条例第四十四条）" in withdrawn.text
    assert reviewer.get(page).status_code == 403
    site.services.catalogue.keys.folder.joinpath("persons.key").unlink()
    assert "读不出" in publisher.post(f"/documents/{id}/approve", f"/documents/{id}", reason="公开").text
    # A withdrawal doesn't wait for the key.
    assert "读不出" not in publisher.post(f"/documents/{id}/withdraw", f"/documents/{id}", reason="有误").text


@pytest.mark.parametrize("field", ["title", "number", "issuer", "topic", "column", "index_code"])
def test_no_published_field_names_the_applicant(site: DeskSite, answered: Request, field: str) -> None:
    assert send(site[Role.CLERK], COPY, request=answered.number).status_code == 303
    catalogue = site.services.catalogue
    (entry,) = Book(SPEC, site.staff, catalogue).all()
    id = str(entry.facts["document"])
    # By hand, as before anybody knew of the request.
    corrections.correct(catalogue, id, field, f"{NAME} 3", "乙二", "更正", sure=True)
    assert "里面有申请人的姓名或名称" in openings.names(site.staff, catalogue, id)
