"""Letters at the desk: drafted out of the register, checked, kept, and sent in one act with what they do."""

import hashlib
import json
import re
import zipfile
from dataclasses import replace
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import docx
import pytest
import time_machine
from werkzeug.test import TestResponse

from archive.registers.requests.checking import problems
from archive.registers.requests.facts import Court, Field, Position, Result, Said
from archive.registers.requests.outcomes import ANSWERS, Row
from archive.registers.requests.register import Register
from archive.registers.requests.search_record import Conclusion, Place
from archive.registers.requests.states import Event, State
from archive.registers.roles import Role
from archive.registers.sessions import PROOF
from archive.store import canonical
from tests.web.staff.conftest import PASSWORD, DeskSite, Person
from tests.web.staff.requests.conftest import CLERK, CONTACT, NAME, TEXT, Enter
from tests.web.staff.requests.test_acts import absent, hidden

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page

PROVIDED = {"kind": "answer-provided", "content-information": "随信附上《征地补偿方案》复印件12页。"}
SUPPLEMENT = {"kind": "supplement", "until": "2026-09-20", "note": "请写明年度。"}


def post(person: Person, id: str, do: str = "", below: str = "", **typed: str) -> TestResponse:
    """Send the form of a letter."""
    form = {**hidden(person, f"/requests/{id}"), "on": "2026-09-01", **typed, **({"do": do} if do else {})}
    return person.client.post(f"/requests/{id}/letters{below}", data=form, base_url="https://localhost")


def last(register: Register, id: str) -> str:
    return str(register.request(id).last)


def findings(page: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = re.findall(r"<strong>(须改正|请核对)</strong>：([^<]*)", page)
    return found


def test_an_answer_is_sent_as_its_letter_in_one_act(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    shown = post(clerk, id, "preview", **PROVIDED).text
    assert findings(shown) == [] and "没有发现问题" in shown
    assert "云政信公〔2026〕1号" in shown and f'<p class="letter-addressee">{NAME}：</p>' in shown
    answer = post(clerk, id, "send", last=last(register, id), **PROVIDED)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/requests/{id}")
    made = register.request(id)
    assert (made.facts.state, made.facts.answer, made.facts.reply_number) == (
        State.CLOSED,
        "provided",
        "云政信公〔2026〕1号",
    )
    (kept,) = register.letters(id)
    assert kept.sent and kept.number == made.facts.reply_number
    page = clerk.get(f"/requests/{id}").text
    assert "云政信公〔2026〕1号" in page and NAME not in page
    paper = post(clerk, id, below=f"/{kept.event}/file")
    told = "\n".join(each.text for each in docx.Document(BytesIO(paper.data)).paragraphs)
    assert f"{NAME}：" in told and "云政信公〔2026〕1号" in told and "随信附上" in told and "六个月" in told
    assert paper.headers["Cache-Control"] == "no-store"
    looks = [each for each in site.services.catalogue.events() if each.action == "request.view"]
    assert looks[-1].details["letter"] == kept.number
    # A second time nothing happens, and no number is used up.
    again = post(clerk, id, "send", last=last(register, id), **PROVIDED)
    assert again.status_code == 403 and len(register.letters(id)) == 1
    assert [*problems(site.staff, site.services.catalogue)] == []


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"content-information": ""}, "必须写明"),
        ({"on": "2026-08-01"}, "早于"),
        ({"on": "2026-09-02"}, "还没有到"),
        ({"body": "只有一句。", "made": "另一句。"}, "救济途径的文字不完整"),
        ({"kind": "answer-unclear", "content-reasons": "不明确"}, "没有收到过补正"),
        ({"kind": "answer-third-party", "content-reasons": "对方不同意"}, "应当先书面征求第三方的意见"),
    ],
)
def test_a_letter_with_an_error_is_not_sent(
    site: DeskSite, register: Register, enter: Enter, office: Path, typed: dict[str, str], said: str
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    form = {**PROVIDED, **typed}
    shown = post(clerk, id, "preview", **form).text
    assert any(said in sentence for weight, sentence in findings(shown) if weight == "须改正"), findings(shown)
    assert 'value="send" disabled' in shown
    refused = post(clerk, id, "send", last=last(register, id), **form)
    assert refused.status_code == 409 and "没有发出" in refused.text
    assert register.request(id).facts.state is State.HANDLING and register.letters(id) == []


def test_that_nothing_is_there_is_not_sent_without_its_record(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    other = absent(register, enter("乙二").id)
    for number, why in (("", "必须写明检索情况记录的编号"), (other, "现在还没有这样的记录，请先检索")):
        form = {"kind": "answer-absent", "content-search": number}
        shown = post(clerk, id, "preview", **form).text
        assert any(why in said for weight, said in findings(shown) if weight == "须改正"), findings(shown)
        assert 'value="send" disabled' in shown
        refused = post(clerk, id, "send", last=last(register, id), **form)
        assert refused.status_code == 409 and "没有发出" in refused.text
    assert register.request(id).facts.state is State.HANDLING and register.letters(id) == []
    own = absent(register, id)
    wrong = post(clerk, id, "preview", kind="answer-absent", **{"content-search": other}).text
    assert any(f"可以写的是：{own}。" in said for _, said in findings(wrong))
    # Begun without a number, or with the empty field of the answer's form, it has the number of the record.
    for empty in ({}, {"content-search": ""}):
        begun = post(clerk, id, kind="answer-absent", **empty).text
        assert f">{own}</textarea>" in begun and findings(begun) == []
    # An answer of the day before the record was concluded does not rest on it.
    early = {"kind": "answer-absent", "content-search": own, "on": "2026-08-31"}
    assert "现在还没有这样的记录" in str(findings(post(clerk, id, "preview", **early).text))
    sent = post(clerk, id, "send", last=last(register, id), kind="answer-absent", **{"content-search": own})
    assert sent.status_code == 303 and register.request(id).facts.answer == "absent"


def test_a_form_that_was_just_begun_is_not_found_fault_with(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    begun = post(clerk, id, kind="supplement").text
    assert findings(begun) == [] and 'value="send"' not in begun and "{{补正事项}}" in begun
    asked = post(clerk, id, "preview", kind="supplement").text
    assert [said for _, said in findings(asked)] == [
        "请写明补正的期限、需要补正的事项。",
        "“补正事项”还没有登记，文书里是空的。",
        "“补正期限”还没有登记，文书里是空的。",
    ]
    # Nothing is asked for here: it can be sent at once.
    assert 'value="send">' in post(clerk, id, kind="receipt").text


def test_the_remedies_follow_the_outcome(site: DeskSite, register: Register, enter: Enter, office: Path) -> None:
    clerk, id = site[Role.CLERK], enter().id
    withheld = post(clerk, id, "preview", kind="answer-secret", **{"content-reasons": "属于国家秘密"}).text
    assert "应当先申请行政复议" in withheld and "六个月" not in withheld
    given = post(clerk, id, "preview", **PROVIDED).text
    assert "应当先申请行政复议" not in given.split('class="letter"')[1] and "六个月" in given


def test_a_supplement_is_asked_for_by_its_letter_and_put_right_by_another(
    site: DeskSite, register: Register, enter: Enter, office: Path, clock: time_machine.Traveller
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    assert post(clerk, id, "send", last=last(register, id), **SUPPLEMENT).status_code == 303
    made = register.request(id)
    assert (made.facts.state, made.facts.supplement_until) == (State.SUPPLEMENTING, date(2026, 9, 20))
    (sent,) = register.letters(id)
    shown = post(clerk, id, below=f"/{sent.event}/open").text
    assert "更正的理由" in shown and "请写明年度。" in shown
    form = {**SUPPLEMENT, "note": "请写明年度和文号。", "replaces": "1"}
    assert any("更正的理由" in each[1] for each in findings(post(clerk, id, "preview", **form).text))
    form["reason"] = "漏写一项"
    assert post(clerk, id, "send", last=last(register, id), **form).status_code == 303
    first, second = register.letters(id)
    assert (first.void, second.number, second.replaces) == (True, "云依申请告〔2026〕2号", 1)
    assert register.events(id)[-1].event is Event.LETTER
    page = clerk.get(f"/requests/{id}").text
    assert "已作废，另有更正" in page


def test_an_extension_is_drafted_by_the_clerk_and_sent_by_the_head_who_sees_no_applicant(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, head, id = site[Role.CLERK], site[Role.HEAD], enter().id
    form = {"kind": "extension", "days": "20", "note": "所需信息涉及多个年度的档案，需要逐件核对"}
    assert "延长至2026年11月2日（含当日）" in post(clerk, id, "preview", **form).text
    refused = post(clerk, id, "send", last=last(register, id), **form)
    assert refused.status_code == 403 and "由机构负责人批准" in refused.text
    assert post(clerk, id, "keep", last=last(register, id), **form).status_code == 303
    (kept,) = register.letters(id)
    assert not kept.sent and "待负责人批准" in clerk.get(f"/requests/{id}").text
    # Only the newest version is approved.
    form["version"] = str(kept.letter)
    assert post(clerk, id, "keep", last=last(register, id), **form).status_code == 303
    for do in ("", "send"):
        old = post(head, id, do, below=f"/{kept.event}/approval", last=last(register, id))
        assert old.status_code == 409 and "已有更新的一版" in old.text
    kept = register.letters(id)[-1]
    shown = post(head, id, below=f"/{kept.event}/approval").text
    assert "逐件核对" in shown and NAME not in shown and CONTACT not in shown
    assert "申请公开的内容为：（略）。" in shown and "石门村" not in shown
    assert post(head, id, "send", below=f"/{kept.event}/approval", last=last(register, id)).status_code == 303
    made = register.request(id).facts
    assert (made.extension_days, made.extension_by) == (20, "戊五")
    sent = register.letters(id)[-1]
    assert (sent.letter, sent.version, sent.number) == (1, 3, "云依申请告〔2026〕1号")
    told = docx.Document(BytesIO(post(clerk, id, below=f"/{sent.event}/file").data))
    assert f"{NAME}：" in [each.text for each in told.paragraphs]
    # What the head alone may do, no clerk does by the address.
    assert post(clerk, id, "send", below=f"/{kept.event}/approval", last=last(register, id)).status_code == 403


def test_too_many_requests_with_good_reasons_are_answered_later(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, head, id = site[Role.CLERK], site[Role.HEAD], enter().id
    asks = {"kind": "reasons-asked", "note": "今年以来已提出36件，其中本月12件。"}
    assert post(clerk, id, "send", last=last(register, id), **asks).status_code == 303
    form = {"kind": "later", "days": "30", "note": "须逐件核对12个单位的档案。"}
    shown = post(clerk, id, "preview", **form).text
    assert findings(shown) == [] and "至2026年11月16日（含当日）" in shown
    assert post(clerk, id, "keep", last=last(register, id), **form).status_code == 303
    kept = register.letters(id)[-1]
    assert post(head, id, "send", below=f"/{kept.event}/approval", last=last(register, id)).status_code == 303
    made = register.request(id)
    assert (made.facts.delay_days, made.facts.delay_by) == (30, "戊五")
    assert register.term(made).said == "2026-11-16"
    assert "延迟 30 个工作日，戊五批准" in clerk.get(f"/requests/{id}").text
    assert Event.DELAY not in {each.event for each in register.offers(made)}


def test_a_wrong_answer_is_put_right_by_a_letter_that_the_head_sends(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, head, id = site[Role.CLERK], site[Role.HEAD], enter().id
    secret = {"kind": "answer-secret", "content-reasons": "属于国家秘密"}
    assert post(clerk, id, "send", last=last(register, id), **secret).status_code == 303
    assert "更正后的答复书" in clerk.get(f"/requests/{id}").text
    chosen = clerk.get(f"/requests/{id}/answer?way=0-0-1").text
    assert "更正的理由" in chosen and "只登记" not in chosen
    form = {**PROVIDED, "reason": "定密有误"}
    assert "更正的理由" in str(findings(post(clerk, id, "preview", **PROVIDED).text))
    assert post(clerk, id, "keep", last=last(register, id), **form).status_code == 303
    kept = register.letters(id)[-1]
    assert "定密有误" in post(head, id, below=f"/{kept.event}/approval").text
    assert post(head, id, "send", below=f"/{kept.event}/approval", last=last(register, id)).status_code == 303
    made = register.request(id).facts
    assert (made.row, made.reply_number) == (Row.OPEN, "云政信公〔2026〕2号")
    assert [each.void for each in register.letters(id)] == [True, False, False]
    assert [*problems(site.staff, site.services.catalogue)] == []


@pytest.mark.parametrize("court", Court)
def test_an_answer_that_is_given_anew_names_the_decision_it_follows(
    site: DeskSite, register: Register, enter: Enter, office: Path, court: Court
) -> None:
    clerk, id, day = site[Role.CLERK], enter().id, date(2026, 9, 1)
    assert post(clerk, id, "send", last=last(register, id), **PROVIDED).status_code == 303
    begin, end = (Event.REVIEW, Event.REVIEW_END) if court is Court.REVIEW else (Event.SUE, Event.SUIT_END)
    organ, number, named = {
        Court.REVIEW: ("云溪县人民政府", "云政复〔2026〕3号", "行政复议决定"),
        Court.SUIT: ("云溪县人民法院", "（2026）鲁1329行初12号", "行政判决"),
    }[court]
    register.act(id, begin, Said(day), CLERK)
    register.act(id, end, Said(day, result=Result.CORRECTED, redo=True, organ=organ, case=number), CLERK)
    begun = post(clerk, id, kind="answer-provided").text
    decision = f"{organ}2026年9月1日作出的{number}{named}"
    assert f'name="decision" type="text" value="{decision}"' in begun
    shown = post(clerk, id, "preview", **PROVIDED, decision=decision)
    assert findings(shown.text) == []
    paragraphs = re.findall(r'<p class="letter-text">([^<]*)', shown.text)
    assert paragraphs[1] == f"根据{decision}，现重新答复如下：" and paragraphs[2].startswith("经审查")
    # Without it nothing is sent; another than the register has is told.
    for lacking in ("", " "):
        assert ("须改正", "“重新答复依据”还没有登记，文书里是空的。") in findings(
            post(clerk, id, "preview", **PROVIDED, decision=lacking).text
        )
    other = findings(post(clerk, id, "preview", **PROVIDED, decision=decision.replace("9月1日", "8月1日")).text)
    assert [weight for weight, said in other if "2026年9月1日" in said] == ["请核对"]
    body = "\n".join([paragraphs[0], *paragraphs[2:]])
    by_hand = post(clerk, id, "preview", **PROVIDED, decision=decision, body=body, made="").text
    assert any("正文里没有登记的“重新答复依据”" in said for _, said in findings(by_hand))
    form = {**PROVIDED, "decision": decision}
    assert post(clerk, id, "send", last=last(register, id), **form).status_code == 303
    # Nor does another in its place lose it.
    assert f'value="{decision}"' in post(clerk, id, kind="answer-provided").text


def test_the_decision_is_asked_for_where_the_register_lacks_its_number(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, id, day = site[Role.CLERK], enter().id, date(2026, 9, 1)
    assert 'name="decision"' not in post(clerk, id, "preview", **PROVIDED).text
    assert post(clerk, id, "send", last=last(register, id), **PROVIDED).status_code == 303
    register.act(id, Event.REVIEW, Said(day), CLERK)
    register.act(id, Event.REVIEW_END, Said(day, result=Result.CORRECTED, redo=True), CLERK)
    assert 'name="decision" type="text" value=""' in post(clerk, id, kind="answer-provided").text
    typed = "云溪县人民政府2026年9月1日作出的云政复〔2026〕3号行政复议决定"
    assert findings(post(clerk, id, "preview", **PROVIDED, decision=typed).text) == []


def test_a_draft_is_worked_on_and_a_sent_letter_is_not(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    assert post(clerk, id, "keep", last=last(register, id), **PROVIDED).status_code == 303
    (kept,) = register.letters(id)
    shown = post(clerk, id, below=f"/{kept.event}/open").text
    assert "复印件12页" in shown and 'name="version" value="1"' in shown
    form = {**PROVIDED, "version": "1"}
    assert post(clerk, id, "send", last=last(register, id), **form).status_code == 303
    assert [(each.version, each.sent) for each in register.letters(id)] == [(1, False), (2, True)]
    page = clerk.get(f"/requests/{id}").text
    assert "继续起草" not in page and f"/letters/{register.letters(id)[-1].event}/file" in page


def test_third_parties_are_asked_without_naming_the_applicant(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    form = {"kind": "third-party-asked", "whom": "云溪样例公司", "concerned": f"{NAME}要的合同单价"}
    shown = post(clerk, id, "preview", **form).text
    assert any("发给第三方和其他机关的文书不得写" in each[1] for each in findings(shown))
    form["concerned"] = "合同单价"
    assert post(clerk, id, "send", last=last(register, id), **form).status_code == 303
    made = register.act(id, Event.OPINION, Said(date(2026, 9, 1), at=0, position=Position.OBJECTS), CLERK)
    assert made.facts.state is State.HANDLING
    assert "公开决定告知书" in clerk.get(f"/requests/{id}").text
    begun = clerk.client.post(
        f"/requests/{id}/letters",
        data={**hidden(clerk, f"/requests/{id}"), "kind": "third-party-told"},
        base_url="https://localhost",
    ).text
    assert 'name="whom" type="text" value="云溪样例公司"' in begun


@pytest.mark.parametrize(("answer", "offered"), [("provided", True), ("third-party", False), ("not-made", False)])
def test_a_third_party_is_told_only_of_what_becomes_public_against_its_objection(
    site: DeskSite, register: Register, enter: Enter, office: Path, answer: str, offered: bool
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    day = date(2026, 9, 1)
    register.act(id, Event.ASK_THIRD_PARTY, Said(day, note="云溪样例公司"), CLERK)
    register.act(id, Event.OPINION, Said(day, at=0, position=Position.OBJECTS), CLERK)
    contents = {each: "复印件" for each in ANSWERS[answer].needs}
    register.act(id, Event.ANSWER, Said(day, answer=answer, contents=contents, number="沭公开〔2026〕3号"), CLERK)
    assert ("公开决定告知书" in clerk.get(f"/requests/{id}").text) is offered
    told = post(clerk, id, "preview", kind="third-party-told", whom="云溪样例公司")
    assert told.status_code == (200 if offered else 409)
    # Who has to decide anew may decide otherwise.
    register.act(id, Event.REVIEW, Said(day), CLERK)
    assert ("公开决定告知书" in clerk.get(f"/requests/{id}").text) is offered
    register.act(id, Event.REVIEW_END, Said(day, result=Result.CORRECTED, redo=True), CLERK)
    assert "公开决定告知书" in clerk.get(f"/requests/{id}").text


def test_the_whole_case_is_one_click(
    site: DeskSite, register: Register, enter: Enter, office: Path, clock: time_machine.Traveller
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    for form in ({"kind": "receipt"}, SUPPLEMENT):
        assert post(clerk, id, "send", last=last(register, id), **form).status_code == 303
    said = Said(date(2026, 9, 1), personal={Field.TEXT: "申请2019年的方案"}, note="当面补正")
    register.act(id, Event.SUPPLEMENT, said, CLERK)
    assert post(clerk, id, "send", last=last(register, id), **PROVIDED).status_code == 303
    packed = clerk.client.post(f"/requests/{id}/bundle", data={"csrf": clerk.csrf()}, base_url="https://localhost")
    assert packed.headers["Cache-Control"] == "no-store" and "2026-0001.zip" in packed.headers["Content-Disposition"]
    with zipfile.ZipFile(BytesIO(packed.data)) as opened:
        assert [*opened.namelist()] == [
            "000-目录.docx",
            "001-申请书-登记的内容.docx",
            "002-登记回执-登记回执_云依申请告〔2026〕1号.docx",
            "003-补正告知和补正材料-补正告知书_云依申请告〔2026〕2号.docx",
            "004-补正告知和补正材料-收到的补正.docx",
            "005-答复书-答复，予以公开_云政信公〔2026〕1号.docx",
            "006-办理记录.docx",
            "007-办理记录-办理记录和校验值.json",
            "SHA256SUMS",
        ]
        texts = {name: _text(opened.read(name)) for name in opened.namelist() if name.endswith(".docx")}
        for line in opened.read("SHA256SUMS").decode().splitlines():
            digest, name = line.split("  ")
            assert hashlib.sha256(opened.read(name)).hexdigest() == digest
    assert "缺少下列材料：送达证明。" in texts["000-目录.docx"]
    assert TEXT in texts["001-申请书-登记的内容.docx"] and NAME in texts["001-申请书-登记的内容.docx"]
    assert "当面补正" in texts["006-办理记录.docx"] and "告知补正" in texts["006-办理记录.docx"]
    export = [each.details for each in site.services.catalogue.events() if each.action == "request.export"]
    assert export == [{"request": "2026-0001", "rows": 7, "persons": True, "address": "127.0.0.1"}]
    clock.shift(PROOF + timedelta(seconds=1))
    late = clerk.client.post(f"/requests/{id}/bundle", data={"csrf": clerk.csrf()}, base_url="https://localhost")
    assert "请再确认一次身份" in late.text


def test_the_case_has_each_concluded_search_record_without_the_applicant(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    number = absent(register, id)
    (proof,) = register.searches.of(id)
    search = register.searches.look(proof.id, CLERK.person).searches[0]
    named = register.searches.open(id, f"{NAME}家的协议", replace(search, typed=f"{NAME}的协议"), CLERK.person)
    register.searches.search(named.id, replace(search, typed="协议"), CLERK.person)
    register.searches.place(named.id, Place("档案室", "己六", date(2026, 9, 1), f"已电话{CONTACT}"), CLERK.person)
    register.searches.conclude(named.id, Conclusion.ABSENT, "", CLERK.person)
    register.searches.open(id, "没有定稿的", search, CLERK.person)
    form = {"kind": "answer-absent", "content-search": number}
    assert post(clerk, id, "send", last=last(register, id), **form).status_code == 303
    packed = clerk.client.post(f"/requests/{id}/bundle", data={"csrf": clerk.csrf()}, base_url="https://localhost")
    with zipfile.ZipFile(BytesIO(packed.data)) as opened:
        files = {name: opened.read(name) for name in opened.namelist()}
    records = {name: content for name, content in files.items() if "检索情况记录" in name}
    assert [*records] == [
        "002-检索情况记录-2026-0001-检1.docx",
        "003-检索情况记录-2026-0001-检1_全部数据.json",
        "004-检索情况记录-2026-0001-检2.docx",
        "005-检索情况记录-2026-0001-检2_全部数据.json",
    ]
    listed = _text(files["000-目录.docx"])
    assert "缺少下列材料：登记回执、送达证明。" in listed
    for name, content in records.items():
        assert hashlib.sha256(content).hexdigest() in listed.replace("\n", "")
        told = _text(content) if name.endswith(".docx") else content.decode()
        assert NAME not in told and CONTACT not in told
    assert str(proof.digest) in _text(records["002-检索情况记录-2026-0001-检1.docx"])
    data = json.loads(records["003-检索情况记录-2026-0001-检1_全部数据.json"])
    digest = data.pop("digest")
    assert canonical.digest(data) == digest == proof.digest
    looked = [each.details.get("record") for each in site.services.catalogue.events() if each.action == "request.view"]
    assert {"2026-0001-检1", "2026-0001-检2"} <= {*looked} and "2026-0001-检3" not in looked


def _text(content: bytes) -> str:
    document = docx.Document(BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(each.text for each in document.paragraphs), *cells])


def test_letters_need_a_fresh_proof_and_say_what_is_not_set_up(
    site: DeskSite, register: Register, enter: Enter, clock: time_machine.Traveller
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    assert "还没有填写" in post(clerk, id, "preview", **PROVIDED).text
    page = clerk.get(f"/requests/{id}/answer?way=0-0-1").text
    assert "起草答复书</button>" not in page and "只登记" in page
    clock.shift(PROOF + timedelta(seconds=1))
    assert "请再确认一次身份" in post(clerk, id, "preview", **PROVIDED).text
    assert PASSWORD not in page and TEXT not in page


def test_a_letter_overtaken_by_another_act_is_not_sent(
    site: DeskSite, register: Register, enter: Enter, office: Path
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    seen = last(register, id)
    register.act(id, Event.ASK_ORGAN, Said(date(2026, 9, 1), note="财政局"), CLERK)
    register.act(id, Event.OPINION, Said(date(2026, 9, 1), at=0, position=Position.AGREES), CLERK)
    refused = post(clerk, id, "send", last=seen, **PROVIDED)
    assert refused.status_code == 409 and "已有新的办理" in refused.text and "复印件12页" in refused.text
    assert register.letters(id) == []


@pytest.mark.parametrize("field", ["version", "replaces", "last"])
@pytest.mark.parametrize("said", ["9" * 20, "9" * 5000, "²"])
def test_a_number_that_no_letter_has_is_no_error(
    site: DeskSite, register: Register, enter: Enter, office: Path, field: str, said: str
) -> None:
    clerk, id = site[Role.CLERK], enter().id
    for do in ("preview", "keep"):
        sent = {"last": last(register, id), **PROVIDED, field: said}
        assert post(clerk, id, do, **sent).status_code < 500
