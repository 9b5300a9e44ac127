"""Requests in a real browser: a letter on paper to the answer that was sent, by keyboard, with axe on every page."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from time import perf_counter

import pytest
from playwright.sync_api import Browser, Page, expect
from playwright.sync_api import Error as PlaywrightError

from archive.chinese.dates import office_today
from archive.registers.requests.facts import Said
from archive.registers.requests.register import Register
from archive.registers.requests.states import Event, State
from archive.registers.roles import Role
from tests.web.conftest import IN_A_BROWSER
from tests.web.staff.conftest import PASSWORD, DeskSite
from tests.web.staff.requests.conftest import CLERK, CONTACT, IDENTITY, NAME, TEXT, Enter
from tests.web.staff.test_desk_in_a_browser import look, signed_in
from web import server

pytestmark = IN_A_BROWSER


@pytest.fixture
def address(site: DeskSite) -> Iterator[str]:
    with server.running(site.app) as address:
        yield address


class Hand:
    """Somebody at a keyboard: counts what they press, click, and how many fields they fill."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.count = 0

    def fill(self, label: str, text: str) -> None:
        self.page.get_by_label(label, exact=True).fill(text)
        self.count += 1

    def choose(self, label: str, option: str) -> None:
        self.page.get_by_label(label, exact=True).select_option(option)
        self.count += 1

    def click(self, role: str, name: str) -> None:
        self.page.get_by_role(role, name=name, exact=True).first.click()  # type: ignore[arg-type]  # a role by its name
        self.count += 1


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until something has the focus."""
    for _ in range(40):
        if page.locator(f"{wanted}:focus").count():
            return
        page.keyboard.press("Tab")
    raise AssertionError(wanted)


def test_from_a_letter_on_paper_to_the_answer_that_was_sent(
    browser: Browser, address: str, site: DeskSite, register: Register, office: Path, pytestconfig: pytest.Config
) -> None:
    pictures = bool(pytestconfig.option.pictures)
    page = signed_in(browser, address, site[Role.CLERK])
    hand, before = Hand(page), perf_counter()
    hand.click("link", "依申请公开")
    hand.click("link", "登记新申请")
    for label, option in (("收到渠道", "邮寄挂号"), ("申请人类型", "自然人"), ("提供的形式", "纸质")):
        hand.choose(label, option)
    hand.fill("提交日", "2026-08-28")
    hand.fill("确认日", "2026-08-31")
    for label, text in (("姓名或名称", NAME), ("身份证明", IDENTITY), ("联系方式", CONTACT)):
        hand.fill(label, text)
    hand.fill("申请内容（照原文录入）", TEXT)
    hand.fill("所需信息的名称或文号", "石门村征地补偿安置方案")
    hand.click("button", "登记")
    expect(page.get_by_role("heading", level=1)).to_have_text("申请 2026-0001")
    hand.click("link", "往下办理")
    for choice in ("是，内容明确", "本机关，查到了", "可以公开"):
        hand.click("link", choice)
    hand.click("button", "显示申请人和申请内容")
    expect(page.get_by_text(TEXT)).to_be_visible()
    hand.fill("提供的信息，或者获取的方式、途径和时间", "随信附上《石门村征地补偿安置方案》复印件 12 页。")
    hand.click("button", "起草答复书")
    expect(page.get_by_text("没有发现问题。")).to_be_visible()
    expect(page.locator(".letter-addressee")).to_have_text(f"{NAME}：")
    look(page, "request-letter", pictures)
    hand.click("button", "发出")
    expect(page.locator(".state")).to_have_text("已办结")
    look(page, "request-to-serve", pictures)
    page.get_by_label("邮寄").check()
    hand.count += 1
    hand.click("button", "没有回证，只登记送达")
    expect(page.locator(".next")).to_contain_text("归档")
    seconds = perf_counter() - before
    (made,) = register.all()
    assert (made.facts.state, made.facts.delivered_on) == (State.CLOSED, office_today())
    print(f"\n{hand.count} interactions, {seconds:.1f} s by script")
    (letter,) = register.letters(made.id)
    assert letter.sent and letter.number == made.facts.reply_number == "云政信公〔2026〕1号"
    # At ten seconds for each, also for the longest text, that is less than six minutes.
    assert hand.count <= 30
    look(page, "request-answered", pictures)
    page.context.close()


def test_every_page_of_requests_is_clean(
    browser: Browser,
    address: str,
    site: DeskSite,
    register: Register,
    enter: Enter,
    office: Path,
    pytestconfig: pytest.Config,
) -> None:
    pictures = bool(pytestconfig.option.pictures)
    on = date(2026, 8, 31)
    enter("甲一", submitted_on=date(2026, 8, 3))
    enter("乙二", submitted_on=date(2026, 8, 5))
    enter("丙三", submitted_on=date(2026, 8, 12))
    waiting, asked, plain = (enter(name, submitted_on=date(2026, 8, 28)) for name in ("吴五", "陆六", "石四"))
    register.act(waiting.id, Event.ASK_SUPPLEMENT, Said(on, until=date(2026, 9, 15), note="请写明年度"), CLERK)
    register.act(asked.id, Event.ASK_THIRD_PARTY, Said(on, note="某公司"), CLERK)
    page = signed_in(browser, address, site[Role.CLERK])
    look(page, "first-of-clerk", pictures)
    for name, path in (
        ("requests", "/requests"),
        ("request-new", "/requests/new"),
        ("request", f"/requests/{plain.id}"),
        ("request-waiting", f"/requests/{waiting.id}"),
        ("request-asked", f"/requests/{asked.id}"),
        ("request-term", f"/requests/{asked.id}/term"),
        ("request-tree", f"/requests/{plain.id}/answer"),
        ("request-answer", f"/requests/{plain.id}/answer?way=0-0-2"),
        ("request-fee", f"/requests/{plain.id}/fee?pages=250"),
        ("help-of-clerk", "/help"),
    ):
        page.goto(f"{address}{path}")
        look(page, name, pictures)
    # Letters: one begun, one with what is to be mended, and one that waits for the head.
    page.goto(f"{address}/requests/{plain.id}")
    page.get_by_role("button", name="补正告知书").click()
    look(page, "letter-begun", pictures)
    page.goto(f"{address}/requests/{plain.id}")
    page.get_by_role("button", name="延期答复告知书").click()
    page.get_by_label("延长几个工作日").fill("20")
    page.get_by_label("延长的理由").fill("所需信息涉及多个年度的档案，需要逐件核对")
    page.get_by_role("button", name="预览", exact=True).click()
    page.get_by_role("button", name="保存为一版").click()
    expect(page.get_by_text("待负责人批准")).to_be_visible()
    look(page, "letters", pictures)
    # Every form open, and every field wrong.
    page.goto(f"{address}/requests/{plain.id}")
    page.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
    look(page, "request-open", pictures)
    page.goto(f"{address}/requests/new")
    page.evaluate("document.querySelectorAll('form').forEach(each => each.noValidate = true)")
    page.get_by_role("button", name="登记", exact=True).click()
    expect(page.get_by_role("alert")).to_be_visible()
    look(page, "request-wrong", pictures)
    page.context.close()
    head = signed_in(browser, address, site[Role.HEAD])
    head.goto(f"{address}/requests/{plain.id}")
    look(head, "request-of-head", pictures)
    head.get_by_role("button", name="看过并批准").click()
    expect(head.locator(".letter")).not_to_contain_text("石四")
    look(head, "letter-to-approve", pictures)
    head.get_by_role("button", name="批准并发出").click()
    expect(head.get_by_text("延长 20 个工作日，戊五批准")).to_be_visible()
    head.context.close()


def test_persons_go_when_the_page_is_left(
    browser: Browser, address: str, site: DeskSite, register: Register, enter: Enter, pytestconfig: pytest.Config
) -> None:
    made = enter()
    register.act(made.id, Event.ASK_THIRD_PARTY, Said(office_today(), note="石门村村民委员会"), CLERK)
    page = signed_in(browser, address, site[Role.CLERK])
    page.goto(f"{address}/requests/{made.id}")
    page.get_by_role("button", name="显示申请人和申请内容").click()
    expect(page.get_by_text(IDENTITY)).to_be_visible()
    assert NAME not in page.title() and NAME not in page.url
    look(page, "request-opened", bool(pytestconfig.option.pictures))
    page.get_by_role("link", name="回到登记簿").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("依申请公开登记簿")
    # The browser asks whether the form is to be sent again, instead of showing what it had.
    with pytest.raises(PlaywrightError, match="ERR_CACHE_MISS"):
        page.go_back()
    expect(page.get_by_text(IDENTITY)).to_have_count(0)
    page.context.close()


def test_a_request_is_entered_by_keyboard_and_without_script(
    browser: Browser, address: str, site: DeskSite, register: Register
) -> None:
    context = browser.new_context(viewport={"width": 1280, "height": 800}, java_script_enabled=False)
    page = context.new_page()
    person = site[Role.CLERK]
    page.goto(f"{address}/requests/new")
    page.get_by_label("用户名").fill(person.name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_label("验证码").fill(person.codes.pop())
    page.keyboard.press("Enter")
    for field, typed in (("channel", ""), ("kind", ""), ("name", NAME), ("contact", CONTACT), ("text", TEXT)):
        tab_to(page, f"[name={field}]")
        if typed:
            page.keyboard.insert_text(typed)
        else:
            page.keyboard.press("ArrowDown")
    tab_to(page, "main button")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("申请 2026-0001")
    (made,) = register.all()
    assert register.masked_names() == {made.id: "欧**"}
    context.close()
