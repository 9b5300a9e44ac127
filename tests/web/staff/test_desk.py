"""The desk: nobody without a session, no act without the right, and a document's way to the public."""

import html
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from sqlalchemy import update

from archive.document import Status
from archive.registers.accounts import Accounts
from archive.registers.roles import ALLOWED, Act, Role
from archive.registers.sessions import PROOF
from archive.registers.staff_tables import accounts
from indexer import sync
from tests.web.staff.conftest import PASSWORD, TEXT, DeskSite, Person
from web.app import create_app
from web.staff import desk
from web.staff.desk import create_desk
from web.staff.guard import COOKIE, OPEN, UNFINISHED

pytestmark = pytest.mark.page

Bring = Callable[[str, str, str], str]


def addresses(site: DeskSite) -> list[tuple[str, str, Act | None]]:
    """List every address of the desk with its method, and the act that it is for."""
    found = []
    for rule in site.app.url_map.iter_rules():
        path = rule.rule.replace("<id>", site.id).replace("<int:position>", "0").replace("<int:number>", "1")
        path = path.replace("<aspect>", "truthfulness").replace("<name>", "clerk").replace("<field>", "genre")
        path = path.replace("<other>", site.id).replace("<event>", "withdraw").replace("<record>", "x")
        path = path.replace("<any(change, disable, enable, reset):act>", "disable")
        path = path.replace("<any(add, change, delete):act>", "delete")
        path = path.replace("<any(rename, up, down, remove):act>", "remove")
        act = getattr(site.app.view_functions[rule.endpoint], "act", None)
        if rule.endpoint not in OPEN:
            found += [(method, path, act) for method in sorted((rule.methods or set()) & {"GET", "POST"})]
    return found


def test_without_a_session_every_address_leads_to_the_sign_in(site: DeskSite) -> None:
    stranger = site.app.test_client()
    tried = 0
    for method, path, _ in addresses(site):
        for cookie in ("", "x" * 43):
            stranger.set_cookie(COOKIE, cookie)
            answer = stranger.open(path, method=method)
            if method == "GET":
                assert answer.status_code == 302 and answer.headers["Location"].startswith("/sign-in"), path
            else:
                assert answer.status_code == 403 and "登录工作台" in answer.text, path
            assert "防汛" not in answer.text
            tried += 1
    assert tried > 40


def test_every_address_that_is_for_an_act_is_closed_to_other_roles(site: DeskSite) -> None:
    open_to_all = {"/", "/help", "/password", "/second-factor", "/sign-out", "/proof"}
    closed = 0
    for method, path, act in addresses(site):
        closed += path.startswith("/requests")
        if act is None:
            assert path in open_to_all, path
            continue
        for role, person in site.people.items():
            if role in ALLOWED[act]:
                continue
            answer = person.get(path) if method == "GET" else person.post(path)
            assert answer.status_code == 403, (path, role)
            assert "没有这项权限" in answer.text and "防汛" not in answer.text
    assert site.services.catalogue.newest(site.id).status is Status.WAITING
    assert closed >= 10, "the addresses of requests are among them"
    assert UNFINISHED <= {rule.endpoint for rule in site.app.url_map.iter_rules()}


def test_a_form_that_the_desk_did_not_make_does_nothing(site: DeskSite) -> None:
    reviewer = site[Role.REVIEWER]
    page = f"/documents/{site.id}"
    events = len(site.services.catalogue.events())
    for data, headers in (
        ({"csrf": ""}, {}),
        ({"csrf": site[Role.PUBLISHER].csrf()}, {}),
        ({}, {"Origin": "https://evil.example"}),
        ({}, {"Origin": "null"}),
        ({}, {"Sec-Fetch-Site": "cross-site"}),
    ):
        form = {
            "csrf": reviewer.csrf(),
            "version": "1",
            "last": "99",
            "disclosure": "主动公开",
            "basis": "条例",
            **data,
        }
        answer = reviewer.client.post(f"{page}/classify", data=form, headers=headers, base_url="https://localhost")
        assert answer.status_code == 400 and "没有进行任何操作" in answer.text
    assert len(site.services.catalogue.events()) == events


def test_a_document_goes_from_waiting_to_public_by_two_persons(site: DeskSite) -> None:
    reviewer, publisher, page = site[Role.REVIEWER], site[Role.PUBLISHER], f"/documents/{site.id}"
    assert "标注公开属性" in reviewer.get("/queue").text
    shown = reviewer.get(page).text
    assert "请落实值班制度" in shown and "手机号码" in shown
    assert reviewer.client.get(f"{page}/files/0", base_url="https://localhost", buffered=True).text.startswith(
        "关于做好防汛"
    )
    assert site.services.catalogue.events(site.id)[-1].action == "view"
    assert reviewer.post(f"{page}/classify", page, disclosure="主动公开", basis="条例第二十条").status_code == 303
    early = publisher.get(page).text
    assert "gongkai review" not in early and "--force" not in early
    assert "还没有作真实性审查" in early and "批准公开第 1 版" not in early
    number = re.search(r"settle/(\d+)", reviewer.get(page).text)
    assert number
    assert (
        reviewer.post(
            f"{page}/settle/{number[1]}", page, settlement="keep", reason="公务值班手机，可以公开"
        ).status_code
        == 303
    )
    for aspect in ("truthfulness", "confidentiality"):
        assert reviewer.post(f"{page}/examine/{aspect}", page, outcome="passed", basis="逐项看过").status_code == 303
    assert "批准公开：1" in publisher.get("/queue?step=批准公开").text.replace("<h1>", "")
    assert publisher.post(f"{page}/approve", page, reason="").status_code == 303
    assert site.services.catalogue.public(site.id).status is Status.PUBLISHED
    assert "一分钟之内公众可以检索到" in publisher.get(page).text or "索引现在不可用" in publisher.get(page).text
    sync.rebuild(site.services.catalogue, site.services.engine)
    assert "公众现在可以检索到" in publisher.get(page).text
    public = create_app(site.services).test_client()
    assert public.get(page).status_code == 200
    names = {each.actor for each in site.services.catalogue.events(site.id)}
    assert {"乙二", "丙三"} <= names
    # And away again.
    assert publisher.post(f"{page}/withdraw", page, reason="手机号码有误").status_code == 303
    assert public.get(page).status_code == 410


def test_a_second_submit_and_a_page_of_before_do_nothing(site: DeskSite) -> None:
    reviewer, page = site[Role.REVIEWER], f"/documents/{site.id}"
    form = dict(re.findall(r'name="(csrf|version|last)" value="([^"]*)"', reviewer.get(page).text))
    form |= {"outcome": "passed", "basis": "看过"}
    first, second = (
        reviewer.client.post(f"{page}/examine/truthfulness", data=form, base_url="https://localhost") for _ in range(2)
    )
    assert (first.status_code, second.status_code) == (303, 409)
    assert "您已经对本件作了“审查”" in second.text
    publisher = site[Role.PUBLISHER]
    other = publisher.client.post(
        f"{page}/refuse", data={**form, "csrf": publisher.csrf(), "reason": "缺附件"}, base_url="https://localhost"
    )
    assert other.status_code == 409 and "乙二已经对本件作了" in other.text
    assert [each.action for each in site.services.catalogue.events(site.id)].count("examine") == 1


def test_before_an_act_that_can_do_harm_a_proof_is_asked_for(site: DeskSite) -> None:
    publisher, page = site[Role.PUBLISHER], f"/documents/{site.id}"
    with time_machine.travel(timedelta(seconds=PROOF.total_seconds() + 10)):
        asked = publisher.post(f"{page}/refuse", page, reason="缺附件")
        assert asked.status_code == 303
        asked = publisher.post(f"{page}/withdraw", page, reason="有误")
        assert asked.status_code == 403 and "再确认一次身份" in asked.text and "\\u6709\\u8bef" in asked.text
        wrong = publisher.post(
            "/proof", target=f"{page}/withdraw", posted="1", typed='{"reason": "有误"}', **{"password": "x"}
        )
        assert wrong.status_code == 403 and "不正确" in wrong.text and "\\u6709\\u8bef" in wrong.text
        token = publisher.client.get_cookie(COOKIE)
        right = publisher.post(
            "/proof", target=f"{page}/withdraw", posted="1", typed='{"reason": "有误"}', password=PASSWORD
        )
        assert right.status_code == 200 and f'action="{page}/withdraw"' in right.text
        assert publisher.client.get_cookie(COOKIE) != token


def test_a_source_unit_sees_its_own_documents_only(site: DeskSite, bring: Bring) -> None:
    own = bring("own", "关于预算公开的通知\n\n请按时公开。\n", "甲一")
    source = site[Role.SOURCE]
    listed = source.get("/queue").text
    assert own in listed and site.id not in listed
    assert source.get(f"/documents/{own}").status_code == 200
    for id in (site.id, "nobody234567"):
        for below in ("", "/files/0", "/differences", "/preview"):
            assert source.get(f"/documents/{id}{below}").status_code == 404


@pytest.mark.statements
def test_who_has_no_unit_sees_what_they_brought_themselves_only(site: DeskSite, bring: Bring) -> None:
    people = {}
    for name, person in (("one", "无一"), ("two", "无二")):
        _, handed = site.accounts.add(name, person, [Role.SOURCE], "从前", "安装人")
        site.accounts.choose_password(site.accounts.named(name), handed, PASSWORD)
    # Accounts from when no unit was asked for.
    with site.staff.writing() as connection:
        connection.execute(update(accounts).where(accounts.c.unit == "从前").values(unit=""))
    for name in ("one", "two"):
        people[name] = Person(site.app.test_client(), name)
        people[name].sign_in()
    id = bring("own", "关于预算公开的通知\n\n请按时公开。\n", "无一")
    assert people["one"].get(f"/documents/{id}").status_code == 200 and id in people["one"].get("/queue").text
    assert people["two"].get(f"/documents/{id}").status_code == 404 and id not in people["two"].get("/queue").text
    # What another of them brings of a document is another unit's.
    bring("own", "关于预算公开的通知\n\n请抓紧公开。\n", "无二")
    assert people["one"].get(f"/documents/{id}").status_code == 404


def test_handed_over_passwords_and_missing_second_factors_come_first(site: DeskSite) -> None:
    accounts = Accounts(site.staff, site.services.catalogue)
    _, handed = accounts.add("new", "辛八", [Role.REVIEWER], "", "庚七")
    person = Person(site.app.test_client(), "new")
    assert person.sign_in(password=handed).status_code == 303
    assert person.get("/queue").headers["Location"] == "/password"
    answer = person.post("/password", old=handed, new=PASSWORD, again="another one that differs")
    assert answer.status_code == 400 and "不同" in answer.text
    assert person.post("/password", old=handed, new=PASSWORD, again=PASSWORD).status_code == 200
    assert person.get("/queue").headers["Location"].startswith("/sign-in")
    assert person.sign_in().status_code == 303
    assert person.get("/queue").headers["Location"] == "/second-factor"
    page = person.get("/second-factor").text
    assert "data:image/svg+xml" in page
    for secret in (re.findall(r"<code>(\w+)</code>", page)[0], "", "不是密钥", "A" * 31):
        assert person.post("/second-factor", secret=secret, code="000").status_code == 400


def test_a_token_from_before_the_sign_in_is_worth_nothing(site: DeskSite) -> None:
    former, fixed = site[Role.SOURCE], site.app.test_client()
    fixed.set_cookie(COOKIE, "fixed-by-somebody-else", secure=True)
    person = Person(fixed, "source")
    answer = person.sign_in()
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith(f"{COOKIE}=") and "fixed-by-somebody-else" not in cookie
    assert {"Secure", "HttpOnly", "SameSite=Strict", "Path=/"} <= {part.strip() for part in cookie.split(";")}
    # One session for each account: the one of before has ended.
    assert former.get("/").status_code == 302
    assert person.post("/sign-out").status_code == 303 and person.get("/").status_code == 302


@pytest.mark.parametrize("to", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_elsewhere(site: DeskSite, to: str) -> None:
    person = Person(site.app.test_client(), "source")
    assert person.sign_in(to=to).headers["Location"] == "/"


def test_what_a_document_says_acts_nowhere(site: DeskSite, bring: Bring) -> None:
    id = bring("<script>", "<script>alert(1)</script>关于甲的通知\n\n<img src=x onerror=alert(2)>\n", '"><b>丁四')
    reviewer = site[Role.REVIEWER]
    for path in (f"/documents/{id}", "/queue", "/"):
        answer = reviewer.get(path)
        assert "<script" not in answer.text and "<img" not in answer.text and '"><b>' not in answer.text
        assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers["Cache-Control"] == "no-store"
    original = reviewer.client.get(f"/documents/{id}/files/0", base_url="https://localhost", buffered=True)
    assert "sandbox" in original.headers["Content-Security-Policy"]
    assert original.headers["X-Content-Type-Options"] == "nosniff"


def test_an_administrator_manages_accounts_and_sees_no_document(site: DeskSite) -> None:
    admin = site[Role.ADMINISTRATOR]
    made = admin.post("/accounts", person="壬九", name="ren", role="审查员", unit="民政局")
    assert made.status_code == 200 and re.search(r"密码 <code>[\w-]{19}</code>", made.text)
    assert admin.post("/accounts", person="壬九", name="ren2", role="审查员").status_code == 409
    state = site.accounts.named("ren").state
    assert admin.post("/accounts/ren/disable", state=state).status_code == 303
    assert "不能在这里改自己" in admin.post("/accounts/administrator/disable").text
    assert admin.post("/accounts/nobody/disable").status_code == 409
    assert site[Role.REVIEWER].get("/").status_code == 200
    sessions = re.findall(r"/sessions/(\w+)/end", admin.get("/accounts").text)
    assert admin.post(f"/sessions/{sessions[0]}/end").status_code == 303
    assert "防汛" not in admin.get("/").text


@pytest.mark.parametrize(
    ("act", "sent"),
    [
        ("classify", {"disclosure": "主动公开", "basis": "\u200b\x00\r\n\x07"}),
        ("examine/truthfulness", {"outcome": "passed", "basis": "\ufeff"}),
        ("correct/title", {"value": "另一标题", "reason": "\u200b"}),
        ("validity", {"validity": "现行有效", "since": "2026-01-01", "reason": "\u2060"}),
        ("mask", {"words": "防汛工作", "reason": "\u200b"}),
    ],
)
def test_what_nobody_sees_is_no_reason(site: DeskSite, act: str, sent: dict[str, str]) -> None:
    path = f"/documents/{site.id}"
    answer = site[Role.REVIEWER].post(f"{path}/{act}", path, **sent)
    assert answer.status_code == 409 and "必须写明" in answer.text


@pytest.mark.parametrize("act", ["classify", "mask", "correct/title", "schedule", "attachments/1/up"])
@pytest.mark.parametrize("name", ["version", "last"])
def test_a_form_with_a_number_of_thousand_digits_is_not_whole(site: DeskSite, act: str, name: str) -> None:
    path = f"/documents/{site.id}"
    role = Role.PUBLISHER if act == "schedule" else Role.REVIEWER
    answer = site[role].post(f"{path}/{act}", path, **{name: "9" * 5000, "words": "防汛工作", "reason": "核对"})
    assert answer.status_code in (400, 409) and "没有完成" not in answer.text


def test_a_form_on_an_account_sent_again_changes_nothing_more(site: DeskSite) -> None:
    admin, before = site[Role.ADMINISTRATOR], site.accounts.named("source")
    made = admin.post("/accounts/source/reset", state=before.state)
    handed = re.search(r"密码 <code>([\w-]{19})</code>", made.text)
    again = admin.post("/accounts/source/reset", state=before.state)
    assert again.status_code == 409 and "那个密码仍然有效" in again.text
    # The password that was shown is the one that is chosen anew from.
    site.accounts.choose_password(before, handed[1] if handed else "", f"{PASSWORD}呀")
    for act in ("change", "disable", "reset"):
        assert admin.post(f"/accounts/source/{act}", state=before.state, role="审查员").status_code == 409
    assert site.accounts.named("source").roles == before.roles and not site.accounts.named("source").disabled


def test_each_role_that_was_ticked_is_there_after_a_proof(site: DeskSite) -> None:
    admin = site[Role.ADMINISTRATOR]
    sent: dict[str, str | list[str]] = {
        "person": "壬九",
        "name": "ren",
        "unit": "民政局",
        "role": ["审查员", "申请受理员"],
    }
    with time_machine.travel(timedelta(seconds=PROOF.total_seconds() + 10)):
        asked = admin.post("/accounts", "/password", **sent)
        typed = html.unescape(re.findall(r'name="typed" value="([^"]*)"', asked.text)[0])
        proven = admin.post("/proof", target="/accounts", posted="1", typed=typed, password=PASSWORD)
    assert re.findall(r'name="role" value="([^"]*)"', proven.text) == sent["role"]


def test_an_account_gets_other_roles_and_another_unit_at_the_desk(site: DeskSite) -> None:
    admin, account = site[Role.ADMINISTRATOR], site.accounts.named("source")
    sent: dict[str, str | list[str]] = {"role": ["审查员", "申请受理员"], "unit": "民政局", "state": account.state}
    assert admin.post("/accounts/source/change", "/password", **sent).status_code == 303
    changed = site.accounts.named("source")
    assert changed.roles == {Role.REVIEWER, Role.CLERK} and changed.unit == "民政局"
    # Whoever was signed in with other rights signs in again.
    assert site[Role.SOURCE].get("/queue").status_code == 302


@pytest.mark.parametrize(
    ("field", "sent", "sentence"),
    [
        ("person", {"person": ""}, "姓名应有 1 至 64 个字。"),
        ("person", {"person": "甲一"}, "已有账号 source"),
        ("name", {"name": "长" * 65}, "用户名应有 1 至 64 个字。"),
        ("name", {"name": "source"}, "已经有了"),
        ("unit", {"unit": "长" * 5000}, "单位不超过 64 个字。"),
        ("unit", {"unit": "\u200b"}, "请写明单位"),
        ("role", {"role": ""}, "请至少给一个角色。"),
    ],
)
def test_what_is_wrong_with_an_account_stands_at_its_field(
    site: DeskSite, field: str, sent: dict[str, str], sentence: str
) -> None:
    admin = site[Role.ADMINISTRATOR]
    typed = {"person": "壬九", "name": "ren", "unit": "民政局", "role": "来源单位", **sent}
    answer = admin.post("/accounts", **typed)
    told = re.search(rf'aria-describedby="new-{field}-wrong".*?id="new-{field}-wrong">([^<]*)<', answer.text, re.DOTALL)
    assert answer.status_code == 409 and told and sentence in told[1]
    assert all(f'value="{typed[each].strip(chr(0x200B))}"' in answer.text for each in ("person", "name", "unit"))
    if field in ("unit", "role"):
        state = site.accounts.named("reviewer").state
        answer = admin.post("/accounts/reviewer/change", **{**typed, "state": state})
        id = site.accounts.named("reviewer").id
        assert answer.status_code == 409 and f'id="{id}-{field}-wrong"' in answer.text


def test_what_another_unit_brings_of_a_document_is_not_seen(site: DeskSite, bring: Bring) -> None:
    _, handed = site.accounts.add("other", "另一", [Role.SOURCE], "民政局", "安装人")
    site.accounts.choose_password(site.accounts.named("other"), handed, PASSWORD)
    id = bring("同一来源", TEXT.replace("防汛", "防雪"), "甲一")
    source = site[Role.SOURCE]
    assert source.get(f"/documents/{id}").status_code == 200
    # The office's version of it is the unit's still; another unit's is not.
    bring("同一来源", TEXT.replace("防汛", "抗旱"), "丁四")
    assert "抗旱" in source.get(f"/documents/{id}").text
    bring("同一来源", TEXT.replace("防汛", "防火"), "另一")
    for path in (
        f"/documents/{id}",
        f"/documents/{id}/preview",
        f"/documents/{id}/differences",
        f"/documents/{id}/files/0",
    ):
        assert source.get(path).status_code == 404, path
    assert "防火" not in source.get("/queue").text


def test_the_help_page_tells_each_role_what_it_may_do(site: DeskSite) -> None:
    told = {role: set(re.findall("<h2>(.*?)</h2>", person.get("/help").text)) for role, person in site.people.items()}
    assert "账号" in told[Role.ADMINISTRATOR] and "审查" not in told[Role.ADMINISTRATOR]
    assert {"依申请公开"} <= told[Role.CLERK] & told[Role.HEAD] and "依申请公开" not in told[Role.REVIEWER]
    assert {"收文", "一件文件怎样公开"} <= told[Role.SOURCE] and "批准、定时公开、撤回" not in told[Role.SOURCE]
    assert {"审查", "收文"} <= told[Role.REVIEWER] and "批准、定时公开、撤回" in told[Role.PUBLISHER]
    assert "审计" in told[Role.AUDITOR] and "单人特批" in told[Role.HEAD]


def test_an_installation_may_leave_the_second_factor_to_each(site: DeskSite) -> None:
    _, handed = site.accounts.add("new", "新人", [Role.REVIEWER], "县政府办", "安装人")
    site.accounts.choose_password(site.accounts.named("new"), handed, PASSWORD)
    free = replace(site.services, settings=replace(site.services.settings, second_factor=False))
    for app, status in ((site.app, 302), (create_desk(free, site.staff), 200)):
        person = Person(app.test_client(), "new")
        assert person.sign_in().status_code == 303
        assert person.get("/queue").status_code == status
    # Who has one needs it nevertheless.
    reviewer = Person(create_desk(free, site.staff).test_client(), "reviewer")
    assert reviewer.sign_in().status_code != 303


@pytest.mark.statements
def test_an_auditor_reads_the_log_and_changes_nothing(site: DeskSite) -> None:
    auditor = site[Role.AUDITOR]
    page = auditor.get("/log?person=丁四").text
    assert "接收" in page and site.id in page and "安装人" not in page
    for page in (auditor.get("/log").text, auditor.get("/log?person=程序").text):
        assert ">程序</td>" in page and ">gongkai</td>" not in page
    shown = auditor.get(f"/documents/{site.id}").text
    assert "<form" not in shown.replace('<form method="post" action="/sign-out">', "")


def test_no_template_writes_quotes_that_would_be_escaped() -> None:
    """In an expression they become part of the attribute's value: ``class=&#34;danger&#34;``."""
    wrong = re.compile(r"""\{\{[^}]*'[^'}]*="[^}]*\}\}""")
    assert wrong.search("""<p{{ ' class="danger"' if danger }}>""")
    templates = Path(desk.__file__).parent.parent / "templates"
    assert [path.name for path in templates.rglob("*.html") if wrong.search(path.read_text(encoding="utf-8"))] == []
