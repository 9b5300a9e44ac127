"""The auditor's pages: what happened, who signed in, and both taken away as files."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import time_machine

from archive.chinese.dates import office_today
from archive.registers.roles import Role
from archive.registers.sessions import PROOF
from archive.registers.staff import now
from archive.store import audit
from tests.web.staff.conftest import PASSWORD, DeskSite, Person
from web.staff.words import ACTIONS, told


def rows(page: str) -> list[str]:
    return re.findall(r'<tr><td class="id">\d+</td>.*?</tr>', page)


def prove(person: Person, target: str, **typed: str) -> str:
    """Give the password where it is asked for; return the page from which the form is sent again."""
    given = {"target": target, "posted": "1", "typed": json.dumps(typed), "password": PASSWORD}
    return person.post("/proof", "/", **given).text


def test_events_are_found_by_person_act_document_and_day(site: DeskSite) -> None:
    site[Role.REVIEWER].post(
        f"/documents/{site.id}/classify", f"/documents/{site.id}", disclosure="主动公开", basis="条例第二十条"
    )
    auditor = site[Role.AUDITOR]
    everything = rows(auditor.get("/log").text)
    assert len(everything) == len(site.services.catalogue.events())
    (classified,) = rows(auditor.get("/log?person=乙二&act=标注公开属性").text)
    assert "条例第二十条" in classified and "127.0.0.1" in classified, "the act with its reason and the address"
    assert rows(auditor.get("/log?act=classify").text) == [classified]
    of_document = rows(auditor.get(f"/log?document={site.id}").text)
    assert classified in of_document and 2 < len(of_document) < len(everything)
    today = office_today()
    assert rows(auditor.get(f"/log?since={today}&until={today}").text) == everything
    assert rows(auditor.get("/log?until=2020-01-31").text) == []
    wrong = auditor.get("/log?since=昨天").text
    assert "请写成 2026-01-31 这样" in wrong and rows(wrong) == everything
    for page in ("0", "99999999999", "x", "2"):
        assert auditor.get(f"/log?page={page}").status_code == 200


def test_the_log_is_exported_after_a_proof_and_that_is_noted(site: DeskSite) -> None:
    auditor, catalogue = site[Role.AUDITOR], site.services.catalogue
    with catalogue.writing() as connection:
        audit.append(connection, "=1+1", "receive", site.id, {"note": "@SUM(A1)"})
    with time_machine.travel(now() + PROOF + timedelta(seconds=1)):
        asked = auditor.post("/log/export", "/log", kind="csv")
        assert asked.status_code == 403 and "再确认一次身份" in asked.text
        prove(auditor, "/log/export", kind="csv")
        answer = auditor.post("/log/export", "/log", kind="csv")
        assert answer.status_code == 200 and answer.headers["Content-Disposition"].endswith(".csv")
        table = list(csv.DictReader(io.StringIO(answer.data.decode("utf-8-sig"))))
        events = catalogue.events()
        assert [int(each["序号"]) for each in table] == [each.sequence for each in events]
        assert not any(cell.startswith(("=", "@")) for each in table for cell in each.values())
        assert events[-1].action == "export" and events[-1].actor == "己六"
        lines = auditor.post("/log/export", "/log", kind="jsonl", person="丁四").text.splitlines()
        kept = [json.loads(line) for line in lines]
        assert {each["actor"] for each in kept} == {"丁四"}
        assert kept[0]["hash"] == next(each.hash for each in events if each.actor == "丁四")
        # Whom somebody looks for may be a number; the log keeps no whole one.
        auditor.post("/log/export", "/log", kind="jsonl", person="13812345678")
        assert site.services.catalogue.events()[-1].details["wanted"] == "人 138******78"
        assert auditor.post("/log/export", "/log", kind="exe").status_code == 400
        assert auditor.post("/log/export", "/log", kind="csv", since="昨天").status_code == 400


def test_tried_sign_ins_are_listed(site: DeskSite) -> None:
    assert site[Role.PUBLISHER].get("/").status_code == 200
    stranger = Person(site.app.test_client(), "reviewer")
    assert stranger.client.post(
        "/sign-in", data={"name": "reviewer", "password": "猜的", "code": ""}, base_url="https://localhost"
    ).status_code in (200, 401, 403)
    page = site[Role.AUDITOR].get("/sign-ins?q=reviewer").text
    assert "密码或验证码不对" in page and "publisher" not in page
    assert "publisher" in site[Role.AUDITOR].get("/sign-ins?q=127.0.0.1").text


def test_every_kind_of_event_has_a_word() -> None:
    code = "".join(each.read_text(encoding="utf-8") for each in Path("archive").rglob("*.py"))
    kinds = set(re.findall(r'audit\.append\(\s*\w+,\s*[\w.]+,\s*"([^"]+)"', code))
    kinds |= set(re.findall(r'"(account\.[\w-]+)"', code))
    assert len(kinds) > 15 and kinds <= set(ACTIONS)


def test_details_are_told_in_words(site: DeskSite) -> None:
    for event in site.services.catalogue.events():
        plain = {name: value for name, value in event.details.items() if name not in ("digest", "source", "rules")}
        assert not re.search("[a-z]{3}", told(plain)), event
