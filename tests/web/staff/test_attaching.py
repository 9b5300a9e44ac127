"""Attachments on a document's page."""

import io
import threading
from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite, Person
from web.staff.arriving import LARGEST_FORM

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]


def attach(person: Person, page: str, content: bytes, name: str, **more: str) -> TestResponse:
    form = {**person.hidden(page), "reason": "补送", **more, "file": (io.BytesIO(content), name)}
    return person.client.post(f"{page}/attachments", data=form, base_url="https://localhost")


def test_an_attachment_is_added_moved_renamed_and_removed(site: DeskSite) -> None:
    clerk, page = site[Role.CLERK], f"/documents/{site.id}"
    large = "物资表\n".encode() + ("沙袋、" * 500 + "\n").encode() * 100
    assert len(large) > LARGEST_FORM
    assert attach(clerk, page, large, "../../物资表.txt").status_code == 303
    assert attach(clerk, page, "名单\n".encode(), "名单.txt").status_code == 303
    shown = clerk.get(page).text
    assert "附件：2 个" in shown and ">物资表.txt</a>" in shown and ".." not in shown.split("<main")[1].split("落实")[0]
    for act, form in (("2/up", {}), ("1/rename", {"name": "值班名单.txt"}), ("2/remove", {})):
        assert clerk.post(f"{page}/attachments/{act}", page, reason="按意见", **form).status_code == 303
    assert [part.file.name for part in site.services.catalogue.newest(site.id).attachments] == ["值班名单.txt"]
    assert "附件由“《值班名单.txt》、《物资表.txt》”改为“《值班名单.txt》”" in clerk.get(page).text


def test_what_can_t_be_is_told_at_the_form(site: DeskSite) -> None:
    clerk, page = site[Role.CLERK], f"/documents/{site.id}"
    answer = attach(clerk, page, b"\x00\x01\x02", "x.bin", act="attachments", reason="写了很久的原因")
    assert answer.status_code == 409 and "《x.bin》没有添加" in answer.text
    assert answer.text.count("写了很久的原因</textarea>") == 1
    assert "请先选择" in clerk.post(f"{page}/attachments", page, reason="x").text
    assert attach(clerk, page, "表\n".encode(), "表.txt", reason=" ").status_code == 409
    assert "没有第 9 个附件" in clerk.post(f"{page}/attachments/9/remove", page, reason="x").text
    assert site.services.catalogue.newest(site.id).attachments == ()


def test_a_file_is_taken_where_one_is_asked_for_alone(site: DeskSite, bring: Bring) -> None:
    clerk, page = site[Role.CLERK], f"/documents/{site.id}"
    form = {**clerk.hidden(page), "value": "公告", "reason": "x" * (LARGEST_FORM + 1)}
    assert clerk.client.post(f"{page}/correct/genre", data=form, base_url="https://localhost").status_code == 413
    own = f"/documents/{bring('own', '关于预算公开的通知', '甲一')}"
    source = site[Role.SOURCE]
    foreign = {**source.hidden(own), "reason": "补送"}
    answer = source.client.post(
        f"{page}/attachments", data={**foreign, "file": (io.BytesIO(b"x"), "x.txt")}, base_url="https://localhost"
    )
    assert answer.status_code == 404
    stranger = site.app.test_client()
    body = {"file": (io.BytesIO(b"x" * (LARGEST_FORM + 1)), "x.txt")}
    assert stranger.post(f"{page}/attachments", data=body, base_url="https://localhost").status_code in (403, 413)


def test_of_two_who_send_at_the_same_moment_one_is_told(site: DeskSite) -> None:
    page, answers = f"/documents/{site.id}", []
    forms = {role: site[role].hidden(page) for role in (Role.CLERK, Role.REVIEWER)}
    ready = threading.Barrier(2)

    def send(role: Role, value: str) -> None:
        form = {**forms[role], "value": value, "reason": "有误"}
        ready.wait()
        answers.append(site[role].client.post(f"{page}/correct/genre", data=form, base_url="https://localhost"))

    threads = [threading.Thread(target=send, args=each) for each in ((Role.CLERK, "公告"), (Role.REVIEWER, "通告"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answer.status_code for answer in answers) == [303, 409]
    (second,) = (answer for answer in answers if answer.status_code == 409)
    assert "已经对本件作了“更正信息：体裁由“通知”改为" in second.text
