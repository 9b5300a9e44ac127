"""The acts on a request: those that are lawful now and no others, once each, by whoever may do them."""

import re
from dataclasses import replace
from datetime import date, datetime, timedelta
from threading import Barrier, Thread

import pytest
import time_machine

from archive.chinese.dates import OFFICE_TIME, office_today
from archive.registers.requests.changing import NEEDED
from archive.registers.requests.facts import Delivery, Facts, Field, Position, Result, Said
from archive.registers.requests.fees import Basis
from archive.registers.requests.outcomes import ANSWERS, TREE, Content
from archive.registers.requests.register import Register
from archive.registers.requests.request import Request
from archive.registers.requests.search_record import Conclusion, Place, Scope, Search
from archive.registers.requests.states import RIGHTS, Event, State
from archive.registers.requests.terms import Channel
from archive.registers.roles import Act, Role
from archive.registers.sessions import PROOF
from tests.web.staff.conftest import PASSWORD, DeskSite, Person
from tests.web.staff.requests.conftest import CLERK, CONTACT, HEAD, IDENTITY, NAME, TEXT, Enter
from web.staff.requests import typed, words
from web.staff.requests.acting import ELSEWHERE_ALONE
from web.staff.requests.page import of_regulation, slug

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page

ANSWERED = {Content.INFORMATION: "随信附上复印件，请王大伟签收"}


def hidden(person: Person, page: str) -> dict[str, str]:
    return dict(re.findall(r'type="hidden" name="(csrf|last)" value="([^"]*)"', person.get(page).text))


def do(person: Person, id: str, event: Event, page: str = "", **typed: str) -> tuple[int, str]:
    """Send the form of an event as a page has it. Without ``last`` among what is typed, the page is fetched for it."""
    below = "approvals" if RIGHTS[event] is Act.OVERSEE_REQUESTS else "acts"
    kept = {} if "last" in typed else hidden(person, page or f"/requests/{id}")
    form = {"on": office_today().isoformat(), "act": slug(event), **kept, **typed}
    answer = person.client.post(f"/requests/{id}/{below}/{slug(event)}", data=form, base_url="https://localhost")
    return answer.status_code, answer.text


def offered(page: str) -> set[str]:
    """Return the events that a page has a form for, or leads to."""
    return {*re.findall(r'action="/requests/\w+/(?:acts|approvals)/([\w-]+)"', page)} | {
        {"/answer": "answer", "/fee": "charge", "/letters": "amend", "#letters": "deliver"}[each]
        for each in re.findall(r'class="elsewhere-act"><a href="/requests/\w+([/#](?:answer|fee|letters))"', page)
    }


# These stand at the letters.
BESIDE_LETTERS = (Event.DRAFT, Event.LETTER, Event.SERVE_LETTER, Event.VOID_LETTER)


def reach(register: Register, enter: Enter, state: State, clock: time_machine.Traveller) -> Request:
    """Return a request in a state."""
    made = enter(channel=Channel.PLAIN_MAIL) if state is State.CONFIRMING else enter()
    day = office_today()
    ways: dict[State, list[tuple[Event, Said]]] = {
        State.SUPPLEMENTING: [(Event.ASK_SUPPLEMENT, Said(day, until=day + timedelta(9), note="请写明年度"))],
        State.CONSULTING: [(Event.ASK_THIRD_PARTY, Said(day, note="某公司"))],
        State.VOID: [(Event.VOID, Said(day, note="重复登记"))],
        State.CLOSED: [(Event.ANSWER, Said(day, answer="provided", contents=ANSWERED, number="沭公开〔2026〕3号"))],
    }
    ways[State.PAYING] = [(Event.CHARGE, Said(day, basis=Basis.PAGES, count=250))]
    ways[State.ARCHIVED] = [*ways[State.CLOSED], (Event.ARCHIVE, Said(day, number="2026-YS-0012"))]
    ways[State.REVIEWED] = [*ways[State.CLOSED], (Event.REVIEW, Said(day))]
    ways[State.SUED] = [*ways[State.CLOSED], (Event.SUE, Said(day))]
    ended = Said(day, result=Result.CORRECTED, redo=True)
    ways[State.REDOING] = [*ways[State.REVIEWED], (Event.REVIEW_END, ended)]
    for event, said in ways.get(state, []):
        made = register.act(made.id, event, said, CLERK)
    assert made.facts.state is state
    return made


def absent(register: Register, id: str) -> str:
    """Put on record that nothing was found; return the record's number."""
    search = Search("补偿方案", "补偿方案", Scope.ALL, {}, "00000007", 31, 0, ())
    record = register.searches.open(id, "补偿方案", search, CLERK.person)
    register.searches.search(record.id, replace(search, typed="安置方案"), CLERK.person)
    register.searches.place(record.id, Place("档案室", "己六", office_today(), "没有"), CLERK.person)
    return register.searches.conclude(record.id, Conclusion.ABSENT, "", CLERK.person).number


@pytest.mark.parametrize("state", State)
def test_what_is_lawful_now_is_offered_with_its_article_and_nothing_else(
    site: DeskSite, register: Register, enter: Enter, clock: time_machine.Traveller, state: State
) -> None:
    made = reach(register, enter, state, clock)
    offers = [each for each in register.offers(made) if each.event not in BESIDE_LETTERS]
    for role, right in ((Role.CLERK, Act.HANDLE_REQUESTS), (Role.HEAD, Act.OVERSEE_REQUESTS), (Role.AUDITOR, None)):
        page = site[role].get(f"/requests/{made.id}").text
        # One page is for the first answer and for a new one.
        lawful = {slug(each.event).replace("answer-again", "answer") for each in offers if each.right is right}
        assert offered(page) == lawful, role
        assert all(each.event.value in page for each in offers)
    page = site[Role.CLERK].get(f"/requests/{made.id}").text
    for each in offers:
        if each.right is Act.HANDLE_REQUESTS:
            assert re.search(
                rf"{each.event.value}(</a>)? <span class=\"quiet\">{re.escape(of_regulation(each.article))}<", page
            )
    # Every field that is needed stands in the form.
    for each in offers:
        form = re.search(rf'action="[^"]*/{slug(each.event)}".*?</form>', page, re.DOTALL)
        if form:
            assert all(f'name="{name}"' in form[0] for name in each.needs)
    # What isn't offered is refused by the address, too.
    last = made.last
    kept = {role: hidden(site[role], f"/requests/{made.id}") for role in (Role.HEAD, Role.CLERK)}
    for event in set(Event) - {each.event for each in offers} - ELSEWHERE_ALONE:
        role = Role.HEAD if RIGHTS[event] is Act.OVERSEE_REQUESTS else Role.CLERK
        assert do(site[role], made.id, event, **{**FILLED, **kept[role], "answer": "public"})[0] in (400, 409), event
    assert register.request(made.id).last == last


# Something for every field that any event asks for.
FILLED = {
    **{"until": "2026-12-01", "note": "说明", "at": "0", "position": Position.AGREES, "days": "20", "basis": "按量"},
    **{"count": "250", "number": "沭公开〔2026〕3号", "delivery": Delivery.MAIL, "result": Result.UPHELD},
    **{"answer": "provided", "content-information": "随信附上", "content-way": "见门户网站"},
}


def test_a_whole_life_by_forms(site: DeskSite, register: Register, enter: Enter, clock: time_machine.Traveller) -> None:
    clerk, head = site[Role.CLERK], site[Role.HEAD]
    id = enter().id

    def act(event: Event, by: Role = Role.CLERK, page: str = "", **typed: str) -> State:
        status, told = do(site[by], id, event, page and f"/requests/{id}/{page}", **typed)
        assert status == 303, (event, re.findall(r'role="alert">([^<]*)', told), re.findall(r'wrong">([^<]*)', told))
        return register.request(id).facts.state

    def later(days: int) -> None:
        clock.shift(timedelta(days=days))
        for person in (clerk, head):
            assert person.sign_in().status_code == 303

    assert (
        act(Event.CORRECT, note="登记有误", kind="商业企业", submitted="2026-08-31", name="某某公司") is State.HANDLING
    )
    assert act(Event.ASK_SUPPLEMENT, until="2026-09-15", note="请写明年度") is State.SUPPLEMENTING
    assert act(Event.SUPPLEMENT, text="申请2019年的方案", note="") is State.HANDLING
    assert act(Event.ASK_THIRD_PARTY, note="王大伟") is State.CONSULTING
    assert act(Event.ASK_ORGAN, note="财政局") is State.CONSULTING
    assert act(Event.SERVE, at="1") is State.CONSULTING
    assert act(Event.OPINION, at="0", position="不同意公开") is State.CONSULTING
    assert act(Event.EXTEND, Role.HEAD, days="20", note="检索量大") is State.CONSULTING
    later(30)
    assert act(Event.SILENCE, at="1") is State.HANDLING
    assert act(Event.CHARGE, page="fee", basis="按量", count="250") is State.PAYING
    assert act(Event.PAY) is State.HANDLING
    typed = {"answer": "third-party", "content-reasons": "王大伟不同意", "number": "沭公开〔2026〕3号"}
    assert act(Event.ANSWER, Role.CLERK, "answer?way=0-0-3-3", **typed) is State.CLOSED
    assert act(Event.DELIVER, delivery="邮寄") is State.CLOSED
    assert act(Event.ARCHIVE, number="2026-YS-0012") is State.ARCHIVED
    assert act(Event.REVIEW, organ="云溪县人民政府", case="云政复〔2026〕3号") is State.REVIEWED
    assert act(Event.REVIEW_END, result="结果纠正", redo="1") is State.REDOING
    typed = {"answer": "provided", "content-information": "随信附上", "number": "沭公开〔2026〕4号"}
    assert act(Event.ANSWER_AGAIN, Role.CLERK, "answer?way=0-0-1", **typed) is State.CLOSED
    assert act(Event.SUE) is State.SUED
    assert act(Event.VOID_DISPUTE, Role.HEAD, at="1", note="误登") is State.CLOSED
    assert act(Event.SUE) is State.SUED
    assert act(Event.SUIT_END, result="结果维持") is State.CLOSED
    facts = register.request(id).facts
    assert (facts.kind.value, str(facts.submitted_on), facts.extension_by) == ("商业企业", "2026-08-31", "戊五")
    assert (facts.fee_yuan, facts.asked[0].position, facts.asked[1].served_on) == (
        *(4700, Position.OBJECTS, date(2026, 9, 1)),
    )
    found = register.look(id, CLERK)
    assert (found.values[Field.NAME], found.values[Field.TEXT]) == ("某某公司", "申请2019年的方案")
    page = clerk.get(f"/requests/{id}").text
    for told in (
        "逾期未提出，视为同意公开（条例第三十四条）",
        "4700 元",
        "云溪县人民政府，云政复〔2026〕3号",
        "（误登，已经撤销）",
        "计入 2026 年度报告 R03 行",
        "答复文号：沭公开〔2026〕3号 → 沭公开〔2026〕4号",
    ):
        assert told in page
    for personal in ("王大伟", "某某公司", "财政局", "2019年的方案"):
        assert personal not in page
    log = " ".join(str(each) for each in site.services.catalogue.events())
    assert "王大伟" not in log and NAME not in log


def test_a_void_request_is_made_anonymous_by_the_head_after_ten_years(
    site: DeskSite, register: Register, enter: Enter, clock: time_machine.Traveller
) -> None:
    id, head = enter().id, site[Role.HEAD]
    assert do(head, id, Event.VOID, note="重复登记")[0] == 303
    assert "去除个人信息" not in head.get(f"/requests/{id}").text
    clock.move_to(datetime(2037, 1, 4, 10, tzinfo=OFFICE_TIME))
    for person in (head, site[Role.CLERK]):
        assert person.sign_in().status_code == 303
    assert do(head, id, Event.ANONYMISE)[0] == 303
    assert "个人信息已经在 2037-01-04 去除" in site[Role.CLERK].get(f"/requests/{id}").text


@pytest.mark.parametrize(
    ("event", "typed", "field", "told"),
    [
        (Event.WITHDRAW, {"on": ""}, "on", "请填写办理日期"),
        (Event.WITHDRAW, {"on": "昨天"}, "on", "不是日期"),
        (Event.ASK_SUPPLEMENT, {"until": "下周"}, "until", "不是日期"),
        (Event.ASK_SUPPLEMENT, {"note": " "}, "note", "请填写需要补正的事项"),
        (Event.ASK_THIRD_PARTY, {"note": ""}, "note", "请填写征求谁的意见"),
        (Event.CORRECT, {"submitted": "昨天"}, "submitted", "不是日期"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_of_its_form(
    site: DeskSite, register: Register, enter: Enter, event: Event, typed: dict[str, str], field: str, told: str
) -> None:
    made = enter()
    sent = {**{"until": "2026-09-15", "note": "写了很久的说明"}, **typed}
    status, page = do(site[Role.CLERK], made.id, event, **sent)
    assert status == 400 and "没有进行任何操作" in page and register.request(made.id) == made
    assert re.search(rf'id="{slug(event)}-{field}-wrong">([^<]*{told}[^<]*)<', page)
    assert re.search(rf'<details id="{slug(event)}" open>', page)
    if "note" not in typed:
        assert page.count("写了很久的说明</textarea>") == 1


@pytest.mark.parametrize("days", ["0", "21", "二十", "-1", "9" * 12, "9" * 5000])
def test_the_head_extends_by_twenty_working_days_at_most(
    site: DeskSite, register: Register, enter: Enter, days: str
) -> None:
    made = enter()
    status, page = do(site[Role.HEAD], made.id, Event.EXTEND, days=days, note="检索量大")
    assert status in (400, 409) and "检索量大</textarea>" in page and register.request(made.id) == made


def test_a_supplement_asked_for_on_paper_in_time_is_entered_late(
    site: DeskSite, register: Register, enter: Enter, clock: time_machine.Traveller
) -> None:
    clock.move_to(datetime(2026, 9, 20, 10, tzinfo=OFFICE_TIME))
    clerk, id = site[Role.CLERK], enter(submitted_on=date(2026, 9, 1)).id
    page = clerk.get(f"/requests/{id}").text
    form = re.search(r"<summary>补登：告知补正 <span[^>]*>条例第三十条，期限已过</span>.*?</form>", page, re.DOTALL)
    assert form and 'name="on" type="date" value=""' in form[0]
    asked = {"until": "2026-09-25", "note": "请写明年度"}
    status, refused = do(clerk, id, Event.ASK_SUPPLEMENT, **asked)
    assert status == 409 and "7 个工作日已过" in refused and "请写明年度" in refused
    assert do(clerk, id, Event.ASK_SUPPLEMENT, on="2026-09-10", **asked)[0] == 303
    assert register.request(id).facts.supplement_asked_on == date(2026, 9, 10)
    assert "补登" not in clerk.get(f"/requests/{id}").text
    # The extension is the head's.
    other = enter(submitted_on=date(2026, 7, 1)).id
    assert "补登：延长答复期限" in site[Role.HEAD].get(f"/requests/{other}").text
    assert "补登：延长答复期限" not in clerk.get(f"/requests/{other}").text


def test_of_two_people_at_one_request_the_second_is_told_who_was_first(
    site: DeskSite, register: Register, enter: Enter
) -> None:
    clerk, head = site[Role.CLERK], site[Role.HEAD]
    id = enter().id
    seen, heads = hidden(clerk, f"/requests/{id}"), hidden(head, f"/requests/{id}")
    assert do(clerk, id, Event.ASK_THIRD_PARTY, note="某公司", **seen)[0] == 303
    status, page = do(head, id, Event.EXTEND, days="20", note="写了很久的理由", **heads)
    assert status == 409 and "丁四已经登记了“征求第三方意见”" in page and "写了很久的理由</textarea>" in page
    # A second press of the same button.
    status, page = do(clerk, id, Event.ASK_THIRD_PARTY, note="某公司", **seen)
    assert status == 409 and "您已经登记了“征求第三方意见”" in page
    assert [each.event for each in register.events(id)] == [Event.REGISTER, Event.ASK_THIRD_PARTY]


def test_a_choice_that_is_missing_is_told_of_its_group(site: DeskSite, enter: Enter) -> None:
    clerk, id = site[Role.CLERK], enter().id
    assert do(clerk, id, Event.ASK_THIRD_PARTY, note="某公司")[0] == 303
    _, page = do(clerk, id, Event.OPINION, on="2026-09-01")
    group = re.search(
        r'<fieldset role="radiogroup" aria-invalid="true" aria-describedby="([\w-]*position-wrong)"', page
    )
    assert group and f'id="{group[1]}"' in page


def test_the_head_reads_that_there_is_no_letter_yet(site: DeskSite, enter: Enter) -> None:
    assert "还没有文书。" in site[Role.HEAD].get(f"/requests/{enter().id}").text


def test_what_was_typed_is_shown_where_its_form_is_gone(site: DeskSite, register: Register, enter: Enter) -> None:
    clerk, id = site[Role.CLERK], enter().id
    seen = hidden(clerk, f"/requests/{id}")
    sent = {"on": "2026-09-01", "note": "写了很久的<理由>"}
    assert do(clerk, id, Event.WITHDRAW, **sent)[0] == 303
    status, page = do(clerk, id, Event.ASK_THIRD_PARTY, **sent, **seen)
    assert status == 409 and "<li>写了很久的&lt;理由&gt;</li>" in page and "<li>2026-09-01</li>" not in page


def test_of_forms_that_come_at_the_same_moment_one_is_done(
    site: DeskSite, register: Register, enter: Enter, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, clerk = enter(), site[Role.CLERK]
    form = {**hidden(clerk, f"/requests/{made.id}"), "on": "2026-09-01", "note": "某公司"}
    cookie = clerk.client.get_cookie("__Host-desk")
    assert cookie
    together, answers = Barrier(2), list[int]()
    said = typed.said

    def at_once(*args: typed.Typed | Event) -> Said | None:
        # Both have seen the same request.
        together.wait(timeout=20)
        return said(*args)  # type: ignore[arg-type]  # as the view calls it

    monkeypatch.setattr(typed, "said", at_once)

    def sent() -> None:
        client = site.app.test_client()
        client.set_cookie("__Host-desk", cookie.value, secure=True)
        address = f"/requests/{made.id}/acts/ask-third-party"
        answers.append(client.post(address, data=form, base_url="https://localhost").status_code)

    threads = [Thread(target=sent) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(answers) == [303, 409] and len(register.request(made.id).facts.asked) == 1


def test_a_form_that_the_desk_did_not_make_does_nothing(site: DeskSite, register: Register, enter: Enter) -> None:
    made, clerk = enter(), site[Role.CLERK]
    for changed in ({"csrf": ""}, {"csrf": site[Role.HEAD].csrf()}, {"last": ""}, {"last": "x"}, {"last": "９"}):
        assert do(clerk, made.id, Event.WITHDRAW, **changed)[0] == 400
    form = {**hidden(clerk, f"/requests/{made.id}"), "on": "2026-09-01"}
    for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
        for below in ("acts/withdraw", "persons"):
            address = f"/requests/{made.id}/{below}"
            answer = clerk.client.post(address, data=form, headers=headers, base_url="https://localhost")
            assert answer.status_code == 400
    for below in ("acts/register", "acts/import", "acts/void", "approvals/withdraw", "acts/nothing"):
        person = site[Role.HEAD] if below.startswith("approvals") else clerk
        assert person.post(f"/requests/{made.id}/{below}", last="1", on="2026-09-01").status_code == 404, below
    assert clerk.get("/requests/nobody").status_code == 404
    assert clerk.post("/requests/nobody/acts/withdraw", last="1", on="2026-09-01").status_code == 404
    assert register.request(made.id) == made
    assert not [each for each in site.services.catalogue.events() if each.action == "request.view"]


def test_persons_are_opened_by_a_button_and_each_look_is_in_the_log(
    site: DeskSite, register: Register, enter: Enter
) -> None:
    made, clerk = enter(), site[Role.CLERK]
    register.act(made.id, Event.ASK_THIRD_PARTY, Said(office_today(), note="王大伟"), CLERK)
    address = f"/requests/{made.id}"
    answer = clerk.post(f"{address}/persons", address)
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    for personal in (NAME, IDENTITY, CONTACT, TEXT, "王大伟"):
        assert personal in answer.text
    assert NAME not in re.findall("<title>(.*?)</title>", answer.text)[0]
    (look,) = [each for each in site.services.catalogue.events() if each.action == "request.view"]
    assert (look.actor, look.details["request"]) == ("丁四", made.number)
    # Left and come back to, it is hidden again.
    assert NAME not in clerk.get(address).text
    assert clerk.get(f"{address}/persons").status_code == 405
    for role in set(Role) - {Role.CLERK}:
        assert site[role].post(f"{address}/persons", address).status_code == 403


def test_what_was_asked_at_first_is_shown_beside_what_came_later(
    site: DeskSite, register: Register, enter: Enter, clock: time_machine.Traveller
) -> None:
    made, clerk = reach(register, enter, State.SUPPLEMENTING, clock), site[Role.CLERK]
    address = f"/requests/{made.id}"
    assert clerk.post(f"{address}/persons", address).text.count(TEXT) == 1
    assert do(clerk, made.id, Event.SUPPLEMENT, text="申请2019年的方案")[0] == 303
    shown = clerk.post(f"{address}/persons", address).text
    assert "申请2019年的方案" in shown and shown.count(TEXT) == 1


def test_before_persons_are_opened_a_proof_is_asked_for(
    site: DeskSite, enter: Enter, clock: time_machine.Traveller
) -> None:
    made, clerk = enter(), site[Role.CLERK]
    target = f"/requests/{made.id}/persons"
    clock.shift(PROOF.total_seconds() + 10)
    asked = clerk.post(target, f"/requests/{made.id}")
    assert asked.status_code == 403 and "再确认一次身份" in asked.text and NAME not in asked.text
    proven = clerk.post("/proof", target=target, posted="1", typed='{"way": ""}', password=PASSWORD)
    assert f'action="{target}"' in proven.text
    assert NAME in clerk.post(target, f"/requests/{made.id}").text


def test_every_way_along_the_tree_leads_to_the_form_of_its_answer(site: DeskSite, enter: Enter) -> None:
    made, clerk = enter(), site[Role.CLERK]
    reached = set()
    waiting = [""]
    while waiting:
        way = waiting.pop()
        page = clerk.get(f"/requests/{made.id}/answer?way={way}").text
        if found := re.search(r'name="answer" value="([\w-]+)"', page):
            answer = ANSWERS[found[1]]
            reached.add(answer.id)
            assert answer.label in page and answer.article in page
            for each in answer.needs:
                assert f'name="content-{each.name.lower()}"' in page and each.value in page
            assert ("应当先申请行政复议" in page) == (answer.remedy == "A")
        else:
            waiting += re.findall(r'<li><a href="/requests/\w+/answer\?way=([-\d]+)">', page)
    assert reached == {path[-1] for path in TREE.paths()} == {each.id for each in ANSWERS.values() if each.by_letter}
    for odd in ("9", "x", "0-9", "0-0-0-0-0", "-", "²"):
        assert TREE.asked in clerk.get(f"/requests/{made.id}/answer?way={odd}").text


def test_an_answer_whose_letter_lacks_something_does_not_close_a_request(
    site: DeskSite, register: Register, enter: Enter
) -> None:
    made, clerk = enter(), site[Role.CLERK]
    page = f"/requests/{made.id}/answer?way=0-1"
    typed = {"answer": "absent", "way": "0-1", "number": "沭公开〔2026〕3号", "content-search": " "}
    status, told = do(clerk, made.id, Event.ANSWER, page, **typed)
    assert (
        status == 400 and 'id="content-search-wrong">请写明检索情况记录的编号' in told and "沭公开〔2026〕3号" in told
    )
    status, told = do(
        clerk, made.id, Event.ANSWER, page, **{**typed, "content-search": "检〔2026〕1号", "number": "三号"}
    )
    assert status == 409 and "应写成 沭公开〔2026〕3号 的样子" in told and "检〔2026〕1号" in told
    status, told = do(clerk, made.id, Event.ANSWER, page, **{**typed, "answer": "withdrawn"})
    assert status == 409 and "请选定一种答复" in told
    status, told = do(clerk, made.id, Event.ANSWER, page, **{**typed, "answer": "unclear", "content-reasons": "不明确"})
    assert status == 409 and "没有收到过补正" in told
    status, told = do(clerk, made.id, Event.ANSWER, page, **{**typed, "content-search": "检〔2026〕1号"})
    assert status == 409 and "还没有这样的记录" in told and "第三十六条第四项" in told
    assert register.request(made.id) == made
    number = absent(register, made.id)
    status, told = do(clerk, made.id, Event.ANSWER, page, **{**typed, "content-search": "检〔2026〕1号"})
    assert status == 409 and f"可以写的是：{number}" in told
    assert do(clerk, made.id, Event.ANSWER, page, **{**typed, "content-search": number})[0] == 303
    assert "送达答复，登记送达" in clerk.get(f"/requests/{made.id}").text
    # Another answer takes its place by a letter alone, which the head sends.
    assert "只登记" not in clerk.get(page).text
    assert do(clerk, made.id, Event.ANSWER, page, **{**typed, "content-search": "检〔2026〕1号"})[0] == 409
    waiting = enter(channel=Channel.PLAIN_MAIL)
    again = clerk.get(f"/requests/{waiting.id}/answer?way=0-1")
    assert again.status_code == 409 and "申请现在“待确认”，不能答复" in again.text


def test_persons_are_opened_beside_an_answer_and_what_was_typed_stays(site: DeskSite, enter: Enter) -> None:
    made, clerk = enter(), site[Role.CLERK]
    page = f"/requests/{made.id}/answer?way=0-0-1"
    assert f'form="answer" formaction="/requests/{made.id}/persons" formnovalidate' in clerk.get(page).text
    form = {**hidden(clerk, page), "way": "0-0-1", "content-information": "写到一半的答复", "number": "沭公开"}
    answer = clerk.client.post(f"/requests/{made.id}/persons", data=form, base_url="https://localhost")
    assert TEXT in answer.text and "写到一半的答复</textarea>" in answer.text and 'value="沭公开"' in answer.text


def test_a_fee_is_reckoned_before_it_is_told(site: DeskSite, register: Register, enter: Enter) -> None:
    made, clerk = [enter() for _ in range(12)][-1], site[Role.CLERK]
    page = f"/requests/{made.id}/fee"
    assert "9 月收到的第 12 件，100 元" in clerk.get(page).text
    assert "250 页，4700 元" in clerk.get(f"{page}?pages=250").text
    for pages in ("很多", "9" * 5000):
        assert "页数应是大于 0 的整数" in clerk.get(f"{page}?pages={pages}").text
    status, told = do(clerk, made.id, Event.CHARGE, page, basis="按量", count="30")
    assert status == 409 and "没有超出免费的数量" in told and 'value="30"' in told
    assert "请选择按件还是按量" in do(clerk, made.id, Event.CHARGE, page, basis="", count="30")[1]
    assert do(clerk, made.id, Event.CHARGE, page, basis="按件", count="12")[0] == 303
    assert "按件 12，100 元" in clerk.get(f"/requests/{made.id}").text
    assert clerk.get(page).status_code == 409


def test_a_database_that_can_t_be_written_loses_nothing_that_was_typed(
    site: DeskSite, register: Register, enter: Enter
) -> None:
    made, clerk = enter(), site[Role.CLERK]
    site.services.catalogue.keys.folder.joinpath("persons.key").write_text("x", encoding="utf-8")
    status, page = do(clerk, made.id, Event.WITHDRAW, note="来电撤回，写了很久")
    assert status == 503 and "没有进行任何操作" in page and "来电撤回，写了很久</textarea>" in page
    assert register.request(made.id) == made


def test_what_is_next_is_said_for_every_state(
    site: DeskSite, register: Register, enter: Enter, clock: time_machine.Traveller
) -> None:
    told = {}
    for state in State:
        page = site[Role.CLERK].get(f"/requests/{reach(register, enter, state, clock).id}").text
        told[state] = re.findall(r"下一步</span> <strong>([^<]*)<", page)[0]
    assert told == {
        State.CONFIRMING: "与申请人确认收到",
        State.HANDLING: "检索，选定答复",
        State.SUPPLEMENTING: "等待申请人补正，至 2026-09-10",
        State.CONSULTING: "等待第三方，至 2026-09-21",
        State.PAYING: "等待申请人缴费，至 2026-09-29",
        State.CLOSED: "送达答复，登记送达",
        State.ARCHIVED: "已经办完，没有待办",
        State.REVIEWED: "等待复议决定",
        State.SUED: "等待人民法院裁判",
        State.REDOING: "按复议决定或者裁判重新答复",
        State.VOID: "已经办完，没有待办",
    }


@pytest.mark.parametrize(
    ("state", "event"),
    [
        (State.SUPPLEMENTING, Event.LAPSE),
        (State.CONSULTING, Event.SILENCE),
        (State.PAYING, Event.UNPAID),
    ],
)
def test_who_lets_the_time_pass_makes_the_next_step_another(
    site: DeskSite, register: Register, enter: Enter, clock: time_machine.Traveller, state: State, event: Event
) -> None:
    made = reach(register, enter, state, clock)
    clock.shift(timedelta(days=32))
    clerk = site[Role.CLERK]
    assert clerk.sign_in().status_code == 303
    page = clerk.get(f"/requests/{made.id}").text
    assert f"下一步</span> <strong>{event}<" in page and f'<details id="{slug(event)}" open>' in page
    assert "已过" in clerk.get("/requests").text


def test_every_fact_and_every_event_has_a_name() -> None:
    assert set(words.FACTS) == set(Facts.__dataclass_fields__)
    assert {*NEEDED} <= set(Event) and HEAD.account == "head"
