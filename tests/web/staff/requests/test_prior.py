"""Prior disclosure at the desk: from a request to the frozen record and the answer that rests on it, without script."""

import json
import re
from collections.abc import Callable
from html import unescape
from io import BytesIO
from pathlib import Path

import docx
import pytest
import time_machine

from archive.chinese.dates import office_today
from archive.errors import RequestRefused
from archive.registers.requests.facts import Said
from archive.registers.requests.outcomes import Content
from archive.registers.requests.register import Register
from archive.registers.requests.request import Request
from archive.registers.requests.search_record import Conclusion, Mark, Scope
from archive.registers.requests.searches import ACTION
from archive.registers.requests.states import Event
from archive.registers.roles import Role
from archive.registers.sessions import PROOF
from indexer import sync
from tests.conftest import publish
from tests.web.staff.conftest import DeskSite, Person
from tests.web.staff.requests.conftest import CONTACT, HEAD, NAME, TEXT, Enter
from tests.web.staff.requests.test_acts import do
from web.app import create_app

# Their statements are executed over either database by the archive's own tests.
pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]
PLAN = "石门村征地补偿方案\n\n云政发〔2017〕9号\n\n征地补偿按照统一年产值计算。\n\n云溪县人民政府\n2017年8月30日\n"


@pytest.fixture
def plan(site: DeskSite, bring: Bring) -> str:
    """A document that is public, beside the one about floods that waits."""
    id = bring("plan", PLAN, "甲一")
    publish(site.services.catalogue, id)
    follow(site)
    return id


def follow(site: DeskSite) -> None:
    opened = site.app.extensions["gongkai-desk"]
    sync.follow(opened.everything, opened.held)


class Desk:
    """The clerk before the page of a record, which is only ever the answer to a form."""

    def __init__(self, person: Person, request: Request) -> None:
        self.person = person
        self.page = f"/requests/{request.id}"
        self.data = b""
        self.text = person.get(self.page).text
        self.status = 200

    def press(self, below: str = "", **typed: str) -> "Desk":
        """Press a button of the page that is shown, with what is typed."""
        hidden = dict(re.findall(r'type="hidden" name="(csrf|last|records)" value="([^"]*)"', self.text))
        marked = dict(re.findall(r'name="(mark-[^"]*)" value="([^"]*)" checked', self.text))
        address = f"{self.page}/searches{below}"
        got = self.person.client.post(address, data={**hidden, **marked, **typed}, base_url="https://localhost")
        for name, value in got.headers:
            # As a server sends it.
            assert (name + value).encode("latin-1")
        self.status, self.text, self.data = got.status_code, got.get_data().decode(errors="replace"), got.data
        return self


@pytest.fixture
def made(enter: Enter) -> Request:
    return enter()


def begun(site: DeskSite, made: Request) -> tuple[Desk, str]:
    """Begin a record; return the page and the record's address below the searches."""
    clerk = Desk(site[Role.CLERK], made).press()
    assert clerk.status == 200, clerk.text
    (below,) = {*re.findall(r'action="/requests/\w+/searches(/\w+)/marks"', clerk.text)}
    return clerk, below


def test_one_button_of_a_request_finds_what_answers_it(site: DeskSite, plan: str, made: Request) -> None:
    clerk, _ = begun(site, made)
    public = clerk.text.index("已经公开：")
    assert public < clerk.text.index(f"/documents/{plan}") and "<mark>征地补偿" in clerk.text
    assert "云政发〔2017〕9号" in clerk.text and "2017-08-30" in clerk.text and TEXT in clerk.text
    record = made.number + "-检1"
    assert record in clerk.text and record in site[Role.CLERK].get(f"/requests/{made.id}").text


def test_what_is_searched_for_first_is_without_the_applicant(
    site: DeskSite, plan: str, made: Request, register: Register
) -> None:
    begun(site, made)
    record = register.searches.look(register.searches.of(made.id)[0].id, "丁四")
    assert record.asked == TEXT and NAME not in record.searches[0].typed and "石门村" in record.searches[0].typed


def test_what_is_public_has_the_text_for_the_letter(site: DeskSite, plan: str, made: Request) -> None:
    clerk, _ = begun(site, made)
    (way,) = re.findall(r"<textarea readonly[^>]*>([^<]*)</textarea>", clerk.text)
    for said in ("《石门村征地补偿方案》", "文号：云政发〔2017〕9号", "2017年8月30日", f"/documents/{plan}", plan):
        assert said in way
    assert "条例第三十六条第一项" in clerk.text


def test_the_way_goes_into_the_answer_by_a_button_and_on_into_the_letter(
    site: DeskSite, plan: str, made: Request, register: Register, bring: Bring, office: Path
) -> None:
    second = bring("second", PLAN.replace("9号", "10号").replace("村征地", "村第二批征地"), "甲一")
    publish(site.services.catalogue, second)
    follow(site)
    clerk, below = begun(site, made)
    assert f'name="public" value="{plan}" formaction="{clerk.page}/searches{below}/answer"' in clerk.text
    waiting = bring("waits", "关于石门村征地补偿的请示\n\n征地补偿。\n", "甲一")
    # The other one is marked by the same press, the pressed one by being pressed.
    page = clerk.text
    answer = clerk.press(f"{below}/answer", public=plan, **{f"mark-{second}": "已主动公开"}).text
    assert clerk.status == 200 and "已主动公开，告知获取途径" in answer
    (text,) = re.findall(r'<textarea id="content-way"[^>]*>([^<]*)</textarea>', answer)
    assert all(said in text for said in ("9号", "10号", plan, second, "《石门村征地补偿方案》", "存档编号"))
    assert register.searches.look(below[1:], "丁四").marks == {plan: Mark.PUBLIC, second: Mark.PUBLIC}
    fields = dict(re.findall(r'type="hidden" name="(csrf|last|way|answer)" value="([^"]*)"', answer))
    form = {**fields, "content-way": unescape(text), "on": "2026-09-01", "do": "preview"}
    letter = clerk.person.client.post(f"{clerk.page}/letters", data=form, base_url="https://localhost").text
    shown = letter.split('class="letter"')[1]
    assert f"存档编号：{second}" in shown and shown.count("已经主动公开") == 1
    # Where nobody has set the site's address the page asks for it, and no letter is sent without.
    assert "本站的网址还没有设置" in answer and "网址还没有填" in letter and 'value="send" disabled' in letter
    form["content-way"] = form["content-way"].replace("（网站地址）", "https://gongkai.example")
    letter = clerk.person.client.post(f"{clerk.page}/letters", data=form, base_url="https://localhost").text
    assert "没有发现问题" in letter and f"https://gongkai.example/documents/{plan}" in letter
    # What was seen before another's change, what is not public, and what is marked as not it, go into no answer.
    clerk.text = page
    assert clerk.press(f"{below}/answer", public=plan).status == 409 and "有了变化" in clerk.text
    assert clerk.press(f"{below}/answer", public=plan, place="档案室").status == 409 and "请先记下" in clerk.text
    assert 'value="档案室"' in clerk.text
    for refused in ("nothing", waiting, made.id):
        assert clerk.press(f"{below}/answer", public=refused).status == 409 and "现在没有公开" in clerk.text
    assert clerk.press(f"{below}/answer", public=plan, **{f"mark-{plan}": "不是"}).status == 409
    assert "标为“不是”" in clerk.text


def test_a_concluded_record_and_an_answered_request_lead_to_the_answer_or_say_why_not(
    site: DeskSite, plan: str, made: Request, register: Register
) -> None:
    clerk, below = begun(site, made)
    clerk.press(f"{below}/conclusion", conclusion="已主动公开", **{f"mark-{plan}": "已主动公开"})
    frozen = clerk.text
    assert ">标题：《石门村征地补偿方案》；" in clerk.press(f"{below}/answer", public=plan).text and clerk.status == 200
    contents = {Content.INFORMATION: "随信附上"}
    said = Said(office_today(), answer="provided", contents=contents, number="沭公开〔2026〕3号")
    register.act(made.id, Event.ANSWER, said, HEAD)
    clerk.text = frozen
    assert clerk.press(f"{below}/answer", public=plan).status == 200
    clerk.text = frozen
    assert 'name="public"' not in clerk.press(below).text


def test_the_record_goes_from_the_request_to_the_answer(
    site: DeskSite, plan: str, made: Request, register: Register
) -> None:
    clerk, below = begun(site, made)
    clerk.press(f"{below}/marks", **{f"mark-{plan}": "不是"})
    clerk.press(f"{below}/search", typed="安置方案", scope="全部", since="2017-01-01", until="")
    clerk.press(f"{below}/conclusion", conclusion="经检索不存在", said="没有做过")
    assert clerk.status == 409 and "1 处" in clerk.text and "没有做过</textarea>" in clerk.text
    clerk.press(f"{below}/places", place="档案室", searcher="己六", on="2026-08-31", result="没有别的")
    assert clerk.press(f"{below}/conclusion", conclusion="经检索不存在", said="没有做过").status == 200
    (outline,) = register.searches.of(made.id)
    record = register.searches.look(outline.id, "丁四")
    assert record.conclusion is Conclusion.ABSENT and record.marks == {plan: Mark.NOT} and record.frozen
    assert [dict(each.filters) for each in record.searches] == [{}, {"自": "2017-01-01"}]
    assert (record.searches[1].scope, record.places[0].searcher) == (Scope.ALL, "己六")
    assert "已定稿" in clerk.text and str(record.digest) in clerk.text and "保存标记" not in clerk.text
    page = f"/requests/{made.id}/answer?way=0-1"
    assert f">{record.number}</textarea>" in site[Role.CLERK].get(page).text
    typed = {"answer": "absent", "way": "0-1", "number": "沭公开〔2026〕3号", "content-search": record.number}
    assert do(site[Role.CLERK], made.id, Event.ANSWER, page, **typed)[0] == 303


def test_a_button_for_one_thing_loses_nothing_that_was_typed_for_another(
    site: DeskSite, plan: str, made: Request, register: Register
) -> None:
    clerk, below = begun(site, made)
    half = {"place": "档案室", "result": "写到一半", "said": "也写到一半", f"mark-{plan}": "部分"}
    clerk.press(f"{below}/search", typed="安置", **half)
    for typed in ('value="档案室"', "写到一半</textarea>", "也写到一半</textarea>"):
        assert typed in clerk.text
    assert register.searches.look(below[1:], "丁四").marks == {plan: Mark.PART}
    assert ">安置</textarea>" not in clerk.text


def test_what_was_typed_is_shown_where_the_record_was_concluded(
    site: DeskSite, plan: str, made: Request, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk, below = begun(site, made)
    half = {"place": "纸质档案室", "result": "写到一半的<结果>", "said": "没有做过"}
    other = Desk(site[Role.CLERK], made)
    other.text = clerk.text
    # By the clerk's own button, or by somebody else meanwhile.
    clerk.press(f"{below}/places", place="档案室", result="没有")
    clerk.press(f"{below}/conclusion", conclusion="查到，未公开", **half, **{f"mark-{plan}": "部分"})
    for answer, status in ((clerk, 200), (other.press(f"{below}/search", typed="安置", **half), 409)):
        shown = answer.text.partition("需要的请抄下")[2].partition("</ul>")[0]
        assert answer.status == status and "已定稿" in answer.text
        assert "<li>纸质档案室</li>" in shown and "<li>写到一半的&lt;结果&gt;</li>" in shown
    assert "<li>安置</li>" in other.text and "mark-" not in other.text.partition("抄下")[2].partition("</ul>")[0]

    def unreadable(*_: object) -> None:
        raise RequestRefused("现在读不出来。")

    monkeypatch.setattr("archive.registers.requests.searches.Searches.look", unreadable)
    assert "<li>写到一半的&lt;结果&gt;</li>" in other.press(f"{below}/places", **half).text


def test_what_is_refused_says_why_at_its_field_and_keeps_what_was_typed(
    site: DeskSite, plan: str, made: Request
) -> None:
    clerk, below = begun(site, made)
    for what, data, why in (
        ("search", {"typed": ""}, "请填写检索词"),
        ("search", {"typed": "采暖", "since": "昨天"}, "不是日期"),
        ("search", {"typed": "采暖", "since": "2020-02-01", "until": "2020-01-01"}, "请调换"),
        ("search", {"typed": "？"}, "没有文字"),
        ("search", {"typed": "字" * 2001}, "最多 2000 字"),
        ("places", {"place": "档案室", "on": "", "result": "没有"}, "请填写查找的日期"),
        ("places", {"place": "", "on": "2026-09-01", "result": "没有"}, "请填写地点"),
        ("places", {"place": "档案室", "on": "2026-09-30", "result": "没有"}, "还没有到"),
        ("conclusion", {"said": "因为"}, "请选择结论"),
        ("conclusion", {"conclusion": "查到，未公开", "said": "因为"}, "没有一件标为"),
        ("marks", {"mark-nothing": "是"}, "不在检索到的文件里"),
    ):
        clerk.press(f"{below}/{what}", **data)
        assert clerk.status in (400, 409) and why in clerk.text, (what, data)
        assert all(value in clerk.text for value in data.values()), (what, data)


def test_an_earlier_search_is_looked_at_again(site: DeskSite, plan: str, made: Request) -> None:
    clerk, below = begun(site, made)
    clerk.press(f"{below}/search", typed="防汛值班制度")
    assert "第 2 次检索“防汛值班制度”" in clerk.text and "本机关持有，没有公开：" in clerk.text
    clerk.press(f"{below}/marks", search="1")
    assert "第 1 次检索" in clerk.text and clerk.status == 200


def test_another_persons_mark_meanwhile_is_seen_first(
    site: DeskSite, plan: str, made: Request, register: Register
) -> None:
    clerk, below = begun(site, made)
    register.searches.mark(below[1:], {plan: Mark.NOT}, "戊五")
    clerk.press(f"{below}/marks", **{f"mark-{plan}": "是"})
    assert clerk.status == 409 and "有了变化" in clerk.text
    assert register.searches.look(below[1:], "丁四").marks == {plan: Mark.NOT}


def test_a_button_pressed_twice_begins_one_record(site: DeskSite, plan: str, made: Request, register: Register) -> None:
    clerk = Desk(site[Role.CLERK], made)
    before = clerk.text
    clerk.press()
    clerk.text = before
    assert clerk.press().status == 409 and "刚才已经另开了" in clerk.text
    assert len(register.searches.of(made.id)) == 1


def test_what_is_handed_out_tells_nobody_who_asked(
    site: DeskSite, plan: str, made: Request, clock: time_machine.Traveller
) -> None:
    clerk, below = begun(site, made)
    clerk.press(f"{below}/places", place=f"{NAME}的卷", on="2026-09-01", result=f"没有，已电话{CONTACT}")
    clerk.press(f"{below}/conclusion", conclusion="查到，未公开", **{f"mark-{plan}": "是"})
    frozen = clerk.text
    assert "已定稿" in frozen and NAME in frozen
    told = json.loads(clerk.press(f"{below}/export-json").text)
    assert told["number"] == f"{made.number}-检1" and "石门村" in told["asked"] and "■■■■的卷" in str(told)
    clerk.text = frozen
    paper = docx.Document(BytesIO(clerk.press(f"{below}/export-docx").data))
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    text = "\n".join([*(each.text for each in paper.paragraphs), *cells])
    assert f"{made.number}-检1" in text and "石门村" in text and told["digest"] in text
    for handed in (json.dumps(told, ensure_ascii=False), text):
        assert NAME not in handed and CONTACT not in handed
    exports = [each for each in site.services.catalogue.events() if each.action == "request.export"]
    assert len(exports) == 2 and all(each.details["record"] == told["number"] for each in exports)
    clock.shift(PROOF.total_seconds() + 10)
    clerk.text = frozen
    for way in ("docx", "json"):
        assert clerk.press(f"{below}/export-{way}").status == 403 and "再确认一次身份" in clerk.text
        clerk.text = frozen


def test_what_is_not_concluded_is_not_handed_out(site: DeskSite, plan: str, made: Request) -> None:
    clerk, below = begun(site, made)
    assert clerk.press(f"{below}/export-docx").status == 409 and "还没有定稿" in clerk.text


def test_a_second_look_today_shows_what_differs(site: DeskSite, plan: str, made: Request, bring: Bring) -> None:
    clerk, below = begun(site, made)
    page = clerk.text
    assert "没有不同" in clerk.press(f"{below}/replay").text
    bring("later", "关于石门村征地补偿的通知\n\n征地补偿方案有变化。\n", "甲一")
    follow(site)
    clerk.text = page
    clerk.press(f"{below}/replay")
    assert "今天新查到的" in clerk.text and "关于石门村征地补偿的通知" in clerk.text and "没有不同" not in clerk.text


def test_who_may_not_open_persons_sees_counts_alone(site: DeskSite, plan: str, made: Request, enter: Enter) -> None:
    clerk, below = begun(site, made)
    for role in (Role.HEAD, Role.AUDITOR, Role.CLERK):
        text = site[role].get(f"/requests/{made.id}").text
        assert f"{made.number}-检1" in text and "1 次" in text and "石门村" not in text
    for what in ("", below, f"{below}/marks", f"{below}/export-docx"):
        assert site[Role.HEAD].post(f"/requests/{made.id}/searches{what}").status_code == 403
    # A record is opened at its own request alone.
    other = enter("乙二")
    assert site[Role.CLERK].post(f"/requests/{other.id}/searches{below}").status_code == 404
    assert site[Role.CLERK].post(f"/requests/{made.id}/searches/nothing").status_code == 404


def test_every_opening_is_in_the_log_and_nothing_typed_is(
    site: DeskSite, plan: str, made: Request, caplog: pytest.LogCaptureFixture
) -> None:
    clerk, below = begun(site, made)
    clerk.press(f"{below}/search", typed="赵玥琬的协议")
    clerk.press(f"{below}/places", place="赵玥琬的卷", on="2026-09-30", result="赵玥琬")
    events = site.services.catalogue.events()
    assert [each.details["event"] for each in events if each.action == ACTION] == ["检索", "检索"]
    views = [each.details.get("record") for each in events if each.action == "request.view"]
    assert views == [None, f"{made.number}-检1", f"{made.number}-检1"]
    told = "".join(map(str, events)) + caplog.text
    assert "玥琬" not in told and "石门村" not in told


def test_without_an_index_it_says_so_and_keeps_nothing(site: DeskSite, made: Request, register: Register) -> None:
    clerk = Desk(site[Role.CLERK], made).press()
    assert clerk.status == 503 and "还没有建好" in clerk.text
    assert register.searches.of(made.id) == []


def test_what_the_index_does_not_have_yet_is_told(site: DeskSite, plan: str, made: Request, bring: Bring) -> None:
    clerk, below = begun(site, made)
    assert "还没有编入索引" not in clerk.text
    bring("later", "关于石门村征地补偿的通知\n\n征地补偿。\n", "甲一")
    assert "还没有编入索引" in clerk.press(f"{below}/marks").text


def test_a_request_is_searched_for_by_other_words(site: DeskSite, plan: str, made: Request, register: Register) -> None:
    clerk = Desk(site[Role.CLERK], made)
    page = clerk.text
    assert clerk.press(typed="字" * 2001).status == 400 and "请删减" in clerk.text
    clerk.text = page
    assert clerk.press(typed="？").status == 409 and ">？</textarea>" in clerk.text
    assert register.searches.of(made.id) == []
    clerk.press(typed="征地补偿方案")
    assert clerk.status == 200 and "“征地补偿方案”" in clerk.text


def test_a_void_request_is_not_searched_for(site: DeskSite, plan: str, made: Request, register: Register) -> None:
    register.act(made.id, Event.VOID, Said(office_today(), note="重复"), HEAD)
    clerk = Desk(site[Role.CLERK], made)
    assert "用申请内容检索" not in clerk.text
    assert clerk.press(records="0").status in (400, 409)


def test_the_public_learns_nothing_of_a_record(site: DeskSite, plan: str, made: Request) -> None:
    sync.catch_up(site.services.catalogue, site.services.engine)
    _, below = begun(site, made)
    public = create_app(site.services).test_client()
    assert public.get(f"/requests/{made.id}/searches{below}").status_code == 404
    assert NAME not in public.get("/search?q=石门村").text
