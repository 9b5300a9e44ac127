"""The board: how urgent each request is in words, what waits for whom, and how each date came about."""

import re
from datetime import date, datetime

import pytest
import time_machine

from archive.chinese.dates import OFFICE_TIME
from archive.registers.requests.facts import Delivery, Said
from archive.registers.requests.outcomes import Content
from archive.registers.requests.register import Register
from archive.registers.requests.states import Event
from archive.registers.requests.terms import Channel
from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite
from tests.web.staff.requests.conftest import CLERK, CONTACT, IDENTITY, NAME, TEXT, Enter

pytestmark = pytest.mark.page


def cells(page: str) -> dict[str, list[str]]:
    """Return what stands in each line of the list, by the number."""
    found = {}
    for line in re.findall(r'<tr class="urgency.*?</tr>', page, re.DOTALL):
        told = [
            " ".join(re.sub("<[^>]*>", "", each).split()) for each in re.findall(r"<t[hd].*?</t[hd]>", line, re.DOTALL)
        ]
        found[told[0]] = told[1:]
    return found


@pytest.fixture
def several(enter: Enter, register: Register) -> dict[str, str]:
    """Enter requests that are differently urgent; their ids by what they are."""
    made = {
        "overdue": enter("甲一", submitted_on=date(2026, 8, 3)).id,
        "soon": enter("乙二", submitted_on=date(2026, 8, 5)).id,
        "later": enter("丙三", submitted_on=date(2026, 8, 12)).id,
        "in hand": enter("石四").id,
        "supplement": enter("吴五", submitted_on=date(2026, 8, 28)).id,
        "opinions": enter("陆六", submitted_on=date(2026, 8, 28)).id,
        "unconfirmed": enter("祁七", Channel.PLAIN_MAIL).id,
        "closed": enter("白八").id,
    }
    on = date(2026, 8, 31)
    register.act(made["supplement"], Event.ASK_SUPPLEMENT, Said(on, until=date(2026, 9, 15), note="请写明年度"), CLERK)
    register.act(made["opinions"], Event.ASK_THIRD_PARTY, Said(on, note="某公司"), CLERK)
    register.act(made["opinions"], Event.ASK_ORGAN, Said(on, note="财政局"), CLERK)
    register.act(made["closed"], Event.WITHDRAW, Said(date(2026, 9, 1)), CLERK)
    return made


def test_each_line_says_in_words_how_urgent_it_is(site: DeskSite, several: dict[str, str]) -> None:
    listed = cells(site[Role.CLERK].get("/requests").text)
    # What is due first on top, and what has no day yet last.
    assert list(listed) == [f"2026-000{at}" for at in (1, 2, 3, 4, 6, 5, 7)]
    assert [listed[f"2026-000{at}"][4].split("，")[0] for at in range(1, 8)] == [
        *("已超期", "3 个工作日内到期", "7 个工作日内到期", "期限内", "等待他人", "等待他人", "等待他人")
    ]
    assert listed["2026-0001"][3] == "2026-08-31" and listed["2026-0005"][3] == "待补正"
    assert listed["2026-0005"][5] == "申请人补正，至 2026-09-15"
    assert listed["2026-0006"][5] == "第三方，至 2026-09-20；其他机关，至 2026-09-20"
    assert listed["2026-0007"][5] == "与申请人确认收到"
    assert [each[0].split()[0] for each in listed.values()] == [f"{name}**" for name in "甲乙丙石陆吴祁"]


def test_counts_lead_to_their_lists_also_from_the_first_page(site: DeskSite, several: dict[str, str]) -> None:
    clerk = site[Role.CLERK]
    for page in ("/", "/requests"):
        told = clerk.get(page).text
        counts = re.findall(r'href="(/requests\?due=[^"]*)"><span class="count">(\d+)</span> ([^<]*)', told)
        assert {label: int(count) for _, count, label in counts} == {
            **{"已超期": 1, "3 个工作日内到期": 1, "7 个工作日内到期": 1, "等待他人": 3, "期限内": 1}
        }
        for address, count, label in counts:
            listed = cells(clerk.get(address.replace("&amp;", "&")).text)
            assert len(listed) == int(count) and all(label in each[4] for each in listed.values())
        parties = dict(re.findall(r'href="(/requests\?party=[^"]*)">([^<]*)</a>', told))
        assert sorted(parties.values()) == ["与申请人确认收到 1 件", "其他机关 1 件", "申请人补正 1 件", "第三方 1 件"]
        assert all(len(cells(clerk.get(address).text)) == 1 for address in parties)
    for role in (Role.HEAD, Role.AUDITOR):
        assert "已超期" in site[role].get("/").text
    for role in (Role.REVIEWER, Role.SOURCE, Role.PUBLISHER, Role.ADMINISTRATOR):
        assert "requests" not in site[role].get("/").text.replace("requests.css", "")


@pytest.mark.statements
def test_any_request_is_found_by_state_and_by_digits(site: DeskSite, several: dict[str, str]) -> None:
    clerk = site[Role.CLERK]
    assert list(cells(clerk.get("/requests?state=已办结").text)) == ["2026-0008"]
    assert list(cells(clerk.get("/requests?number=0003").text)) == ["2026-0003"]
    assert list(cells(clerk.get("/requests?state=已办结&number=0003").text)) == []
    assert len(cells(clerk.get("/requests?all=1").text)) == 8
    # A name has no place in an address: it finds nothing, and isn't repeated.
    page = clerk.get("/requests?number=甲一").text
    assert "甲一" not in page
    for odd in ("%", "_", "-----", "page", "9" * 5000):
        assert clerk.get(f"/requests?number={odd}&page={odd}").status_code == 200


def test_the_list_is_turned_by_pages(site: DeskSite, enter: Enter) -> None:
    for at in range(55):
        enter(f"人{at}")
    clerk = site[Role.CLERK]
    for address in ("/requests?", "/requests?all=1&"):
        assert len(cells(clerk.get(f"{address}page=1").text)) == 50
        second = cells(clerk.get(f"{address}page=2").text)
        assert len(second) == 5 and "第 2 页，共 2 页" in clerk.get(f"{address}page=2").text


def test_lists_say_nothing_personal_and_an_auditor_sees_no_name_at_all(site: DeskSite, enter: Enter) -> None:
    made = enter()
    for role in (Role.CLERK, Role.HEAD, Role.AUDITOR):
        for path in ("/", "/requests", "/requests?all=1", f"/requests/{made.id}", f"/requests/{made.id}/term"):
            answer = site[role].get(path)
            assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
            for personal in (NAME, NAME[1:], IDENTITY, CONTACT, TEXT, "石门村"):
                assert personal not in answer.text, (role, path)
            if role is Role.AUDITOR:
                assert "欧**" not in answer.text, path
    assert "欧**" in site[Role.CLERK].get("/requests").text


def test_without_the_key_the_board_still_says_what_is_due(site: DeskSite, several: dict[str, str]) -> None:
    site.services.catalogue.keys.folder.joinpath("persons.key").unlink()
    page = site[Role.CLERK].get("/requests")
    assert page.status_code == 200 and "现在读不出" in page.text and len(cells(page.text)) == 7
    shown = site[Role.CLERK].get(f"/requests/{several['overdue']}")
    assert shown.status_code == 200 and "已超期" in shown.text and "现在读不出" in shown.text


def test_from_november_on_next_year_s_notice_is_asked_for(
    site: DeskSite, enter: Enter, clock: time_machine.Traveller
) -> None:
    made = enter()
    assert "放假安排" not in site[Role.CLERK].get("/requests").text
    clock.move_to(datetime(2026, 12, 8, 10, tzinfo=OFFICE_TIME))
    clerk = site[Role.CLERK]
    assert clerk.sign_in().status_code == 303
    late = enter("吴五")
    for path in ("/", "/requests"):
        assert "还没有 2027 年的放假安排" in clerk.get(path).text
    listed = cells(clerk.get("/requests").text)
    assert listed[late.number][3:5] == ["待定（缺 2027 年放假安排）", "期限待定"]
    assert listed[made.number][4] == "已超期"
    assert "缺 2027 年的放假安排" in clerk.get(f"/requests/{late.id}/term").text


def test_each_day_of_a_term_is_counted_or_skipped_with_its_notice(
    site: DeskSite, register: Register, enter: Enter
) -> None:
    made = enter(submitted_on=date(2026, 8, 28))
    register.act(made.id, Event.ASK_THIRD_PARTY, Said(date(2026, 8, 31), note="某公司"), CLERK)
    clerk = site[Role.CLERK]
    address = f"/requests/{made.id}/term"
    assert f'href="{address}"' in clerk.get("/requests").text and f'href="{address}"' in clerk.get(address[:-5]).text
    page = clerk.get(address).text
    reply = page.partition("</table>")[0]
    rows = re.findall(r'<th scope="row">([-\d]+)</th><td>(.)</td><td>(\w+)</td><td>([^<]*)</td>', reply)
    days = {day: (week, counted, why) for day, week, counted, why in rows}
    assert days["2026-08-31"] == ("一", "1", "工作日")
    assert days["2026-09-01"] == ("二", "不计", "征求第三方意见（2026-08-31 发出）")
    assert days["2026-09-20"][1:] == ("不计", "征求第三方意见（2026-08-31 发出）"), "a Sunday on which offices work"
    assert days["2026-10-10"][2].startswith("第 ") and "上班：国庆节，国办发明电〔2025〕7号" in days["2026-10-10"][2]
    assert days["2026-10-01"][1:] == ("不计", "不计（放假：国庆节，国办发明电〔2025〕7号（2025-11-04））")
    assert str(register.term(register.request(made.id)).due) in page and "这是最迟的日期" in page
    assert "第 1 份征求意见书（第三方）的期限：2026-09-20" in page
    before = clerk.get(f"{address}?as_of=2025-01-01").text
    assert "缺 2026 年的放假安排" in before and "按现在已知的放假安排，是" in before
    wrong = clerk.get(f"{address}?as_of=上周").text
    assert "不是日期" in wrong


def test_a_calendar_that_can_t_be_used_is_told_and_stops_only_the_register(site: DeskSite, enter: Enter) -> None:
    made = enter()
    site.services.settings.data.joinpath("calendar.tsv").write_text("什么都不是\n", encoding="utf-8")
    clerk = site[Role.CLERK]
    first = clerk.get("/")
    assert first.status_code == 200 and "放假安排的文件有误" in first.text
    for path in ("/requests", f"/requests/{made.id}"):
        answer = clerk.get(path)
        assert answer.status_code == 503 and "日历文件" in answer.text


def test_letters_that_were_sent_and_not_handed_over_are_told_after_five_working_days(
    site: DeskSite, register: Register, enter: Enter, clock: time_machine.Traveller
) -> None:
    answered, asked, served = enter("甲一"), enter("乙二"), enter("丙三")
    said = Said(
        date(2026, 9, 1), answer="provided", contents={Content.INFORMATION: "随信附上"}, number="沭公开〔2026〕3号"
    )
    register.act(answered.id, Event.ANSWER, said, CLERK)
    register.act(asked.id, Event.ASK_THIRD_PARTY, Said(date(2026, 9, 1), note="某公司"), CLERK)
    register.act(served.id, Event.ASK_ORGAN, Said(date(2026, 9, 1), note="财政局"), CLERK)
    register.act(served.id, Event.SERVE, Said(date(2026, 9, 1), at=0), CLERK)
    clerk = site[Role.CLERK]
    # The fifth working day is Tuesday 8 September.
    for day, told in ((8, []), (9, ["答复 沭公开〔2026〕3号", "征求第三方意见书"])):
        clock.move_to(datetime(2026, 9, day, 10, tzinfo=OFFICE_TIME))
        assert clerk.sign_in().status_code == 303
        for path in ("/requests", "/"):
            found = re.search('<details class="unserved">.*?</details>', clerk.get(path).text, re.DOTALL)
            letters = re.findall("</a> ([^，]*)，2026-09-01 发出", found[0]) if found else []
            assert letters == told
    register.act(answered.id, Event.DELIVER, Said(date(2026, 9, 9), delivery=Delivery.MAIL), CLERK)
    assert "沭公开〔2026〕3号" not in clerk.get("/requests").text
