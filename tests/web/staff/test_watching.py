"""The auditor's pages: what happened, who signed in, and both taken away as files."""

import csv
import io
import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine

from archive.chinese.dates import office_today
from archive.registers.roles import Role
from archive.registers.sessions import PROOF
from archive.registers.staff import now
from archive.store import audit
from archive.store.audit import Event
from tests.web.staff.conftest import PASSWORD, DeskSite, Person, unreadable
from web.staff.details import told
from web.staff.words import ACTIONS


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
        assert asked.status_code == 403 and "再确认一次身份" in asked.text and "或者要导出记录" in asked.text
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


JOB, DIGEST = "5f" * 16, "1" * 64
# Of each kind of event its details as the program keeps them, and what is shown of those in its own words.
EVENTS: list[tuple[str, dict[str, object], str]] = [
    ("receive", {"version": 1, "digest": DIGEST, "source": f"desk:财政局/{JOB}/1"}, "来源：工作台提交的文件（财政局）"),
    ("receive", {"source": "desk:财政局/二〇一九/一号"}, "来源：清单所列的 二〇一九/一号（财政局）"),
    ("receive", {"source": f"desk:/{JOB}/2"}, "来源：工作台提交的文件"),
    ("receive", {"source": f"desk:openings/{JOB}", "note": "转公开"}, "来源：转主动公开登记簿"),
    ("receive", {"source": "二〇一九年/通知"}, "来源：二〇一九年/通知"),
    ("copy", {"source": "desk-person:甲一/一号"}, "来源：清单所列的 一号（甲一）"),
    ("uncopy", {"source": "desk-person:甲一/一号"}, "来源：清单所列的 一号（甲一）"),
    ("classify", {"version": 1, "disclosure": "主动公开", "basis": "条例第二十条", "ground": ""}, "公开属性：主动公开"),
    ("examine", {"aspect": "truthfulness", "outcome": "passed", "basis": "核对"}, "审查：真实性；结论：通过"),
    ("precheck", {"version": 1, "rules": "2026-9", "found": 0, "stops": 0}, "发现：0；须处理：0"),
    ("settle", {"number": 1, "rule": "手机号码", "decision": "keep", "reason": "单位"}, "处理：可以公开，保留"),
    ("approve", {"version": 1, "reason": "同意", "forced": True}, "单人特批：是"),
    ("takeover", {"version": 1, "reason": "原已公开"}, "理由：原已公开"),
    ("reject", {"version": 1, "reason": "缺附件"}, "理由：缺附件"),
    ("withdraw", {"version": 1, "reason": "有误", "replacement": None}, "版本：1；理由：有误"),
    ("view", {"version": 1, "file": "公众页面的预览"}, "文件：公众页面的预览"),
    ("look", {"version": 1, "outcome": "failed", "reason": "不妥"}, "结论：不通过"),
    (
        "validity",
        {"validity": "已废止", "since": "2019-01-31", "until": None, "by_id": "1", "reason": "新规"},
        "自：2019",
    ),
    ("relation", {"relation": 1, "kind": "废止", "stage": "confirmed", "target": "2"}, "结果：已确认；对方文件：2"),
    ("relation", {"relation": 1, "kind": "废止", "stage": "refused", "target": None}, "结果：不是这种关系"),
    ("turn", {"until": "2019-01-31", "documents": ["1", "2"]}, "文件：1、2"),
    ("ended", {"version": 1, "until": "2019-01-31"}, "至：2019-01-31"),
    (
        "correct",
        {"field": "title", "before": None, "after": "通知", "reason": "漏填"},
        "字段：标题；原为：无；改为：通知",
    ),
    (
        "correct",
        {"field": "attachments", "before": "[]", "after": f'[["表", "{DIGEST}"]]', "instead_of": 1},
        "字段：附件；原为：无；改为：《表》；所改的版本：1",
    ),
    ("schedule", {"version": 1, "at": "2019-01-31 09:00", "reason": ""}, "时间：2019-01-31 09:00"),
    ("unschedule", {"version": 1, "at": "2019-01-31 09:00", "reason": "改期"}, "理由：改期"),
    (
        "not_published",
        {"reason": "第 1 版的发布前检查还没有作，请先运行 gongkai review check 1。不能公开。"},
        "理由：不能公开。",
    ),
    ("mask", {"version": 2, "masks": {"姓名": 2}, "reason": "隐私"}, "遮盖：姓名 2 处"),
    ("remedy", {"version": 1, "number": 1, "place": "正文第 1 段", "reason": ""}, "位置：正文第 1 段"),
    (
        "reread",
        {"version": 2, "of": 1, "instead_of": 1, "differences": {"编号": 2}, "waited": True},
        "不同之处：编号 2 处",
    ),
    ("reread", {"version": 2, "of": 1, "instead_of": 1, "differences": {}, "masked_copy": True}, "遮盖件：是"),
    ("reread.run", {"documents": 3, "results": ["成为新版本 1 件"]}, "文件：3；结果：成为新版本 1 件"),
    ("separate", {"other": "2", "reason": "两年的"}, "另一件：2"),
    ("attached", {"version": 2, "from": "2", "brought_by": "甲一", "file": "表"}, "原编号：2；接收人：甲一"),
    ("hold", {"holds": {"1": DIGEST}, "noting": 2}, ""),
    ("export", {"wanted": "人 丁四", "rows": 3}, "条件：人 丁四；条数：3"),
    ("rebuild", {"documents": 3, "damaged": ["1"]}, "损坏：1"),
    ("key", {"key": "1", "sealed": 3, "refused": []}, "盖章：3"),
    ("seal", {"version": 1, "key": "1"}, "密钥：1"),
    ("account.add", {"account": "甲一", "roles": ["来源单位"], "unit": "财政局"}, "角色：来源单位；单位：财政局"),
    ("account.change", {"account": "甲一", "roles": ["来源单位", "审查员"], "unit": ""}, "角色：来源单位、审查员"),
    ("account.disable", {"account": "甲一"}, "账号所有人：甲一"),
    ("account.enable", {"account": "甲一"}, "账号所有人：甲一"),
    ("account.reset", {"account": "甲一"}, "账号所有人：甲一"),
    ("account.password", {"account": "甲一"}, "账号所有人：甲一"),
    ("account.second-factor", {"account": "甲一"}, "账号所有人：甲一"),
    ("request", {"request": "2026-0001", "event": "登记", "step": 1, "digest": DIGEST}, "事项：登记；第几步：1"),
    ("request", {"event": "发出文书", "letter": DIGEST, "proof": "", "void": "1号"}, "文书：存有原件；作废的文号：1号"),
    ("request", {"event": "送达", "proof": DIGEST}, "送达凭证：存有原件"),
    ("request.view", {"request": "2026-0001", "letter": "receipt"}, "文书：登记回执"),
    ("request.view", {"request": "2026-0001", "letter": "云政信公〔2026〕1号", "version": 2}, "文书：云政信公"),
    ("request.view", {"request": "2026-0001", "proof": 3}, "送达凭证：第 3 步的"),
    ("request.import", {"batch": JOB, "rows": 2, "digest": DIGEST}, "条数：2"),
    ("request.search", {"record": "2026-0001-检1", "event": "检索", "searches": 1, "places": 0}, "检索次数：1"),
    ("request.findable", {"request": "2026-0001", "digest": ""}, "登记号：2026-0001"),
    ("request.export", {"rows": 7, "persons": True}, "含申请人信息：是"),
    ("request.key", {"key": "1", "rows": 2}, "条数：2"),
    ("request.terms", {"rows": 1, "requests": ["2026-0001"]}, "申请：2026-0001"),
    ("book", {"book": "移送登记簿", "entry": "2026-0001", "event": "登记", "step": 1}, "登记簿：移送登记簿"),
    ("book.view", {"book": "更正登记簿", "entry": "2026-0001"}, "登记号：2026-0001"),
    ("book.import", {"book": "更正登记簿", "batch": JOB, "rows": 2}, "条数：2"),
    ("recommend", {"was": "", "now": "低保｜怎样申请"}, "改为：低保｜怎样申请"),
    ("recommend", {"was": "低保｜怎样申请", "now": ""}, "原为：低保｜怎样申请"),
    ("book.export", {"book": "更正登记簿", "rows": 2, "persons": True}, "含申请人信息：是"),
]


@pytest.mark.parametrize(("kind", "details", "shown"), EVENTS)
def test_the_details_of_every_kind_of_event_are_told_in_words(
    kind: str, details: dict[str, object], shown: str
) -> None:
    actor = "gongkai" if kind == "not_published" else "甲一"
    said = told(Event(1, "", actor, kind, None, {**details, "address": "::1"}, ""))
    assert shown in said
    assert not unreadable(said)


def test_every_kind_of_event_is_among_them() -> None:
    assert {kind for kind, _, _ in EVENTS} == set(ACTIONS)
