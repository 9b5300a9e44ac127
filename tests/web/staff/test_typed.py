"""What somebody typed at the desk comes back: after a refusal, after the session ended, and where its form is gone."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from archive.registers.roles import Role
from archive.registers.sessions import IDLE
from archive.registers.staff_tables import drafts
from tests.web.staff.conftest import DeskSite

pytestmark = pytest.mark.page
Bring = Callable[[str, str, str], str]


def _form(page: str, action: str) -> str:
    """Return the form of an act with the fold that it is in."""
    before, _, after = page.partition(f'action="{action}"')
    return before[before.rfind("<details") :] + after.partition("</form>")[0]


@pytest.mark.parametrize(
    ("act", "role", "sent"),
    [
        ("classify", Role.REVIEWER, {"disclosure": "依申请公开", "basis": "写了一半"}),
        ("examine/truthfulness", Role.REVIEWER, {"outcome": "failed", "basis": "写了一半"}),
        ("examine/confidentiality", Role.REVIEWER, {"outcome": "passed", "basis": "写了一半"}),
        ("settle/1", Role.REVIEWER, {"settlement": "mistaken", "reason": "写了一半"}),
        ("refuse", Role.REVIEWER, {"reason": "写了一半", "place-2": "正文第 1 段", "wrong-2": "错字"}),
    ],
)
def test_a_form_that_was_refused_comes_back_open_and_as_it_was(
    site: DeskSite, act: str, role: Role, sent: dict[str, str]
) -> None:
    page = f"/documents/{site.id}"
    form = site[role].hidden(page)
    what = re.search('name="act" value="([^"]*)"', _form(site[role].get(page).text, f"{page}/{act}"))
    assert what
    # All of it is done already, and something else happened since.
    for done, typed in (("classify", {"disclosure": "主动公开"}), ("examine/truthfulness", {"outcome": "passed"})):
        assert site[Role.REVIEWER].post(f"{page}/{done}", page, basis="看过", **typed).status_code == 303
    answer = site[role].post(f"{page}/{act}", act=what[1], **{**form, **sent})
    assert answer.status_code == 409 and "您填写的内容没有提交" not in answer.text
    shown = _form(answer.text, f"{page}/{act}")
    for name, value in sent.items():
        assert (
            re.search(f'type="radio" name="{name}" value="{value}"[^>]* checked', shown)
            or f'name="{name}" value="{value}"' in shown
            or f">{value}</textarea>" in shown
        ), name
    assert shown.startswith("<details") and " open" in shown.partition(">")[0] or act.startswith("settle")


def test_what_was_typed_into_a_form_that_is_gone_is_shown(site: DeskSite) -> None:
    reviewer, page = site[Role.REVIEWER], f"/documents/{site.id}"
    form = reviewer.hidden(page)
    assert site[Role.PUBLISHER].post(f"{page}/refuse", page, reason="缺附件").status_code == 303
    sent = {"act": "classify", "disclosure": "主动公开", "basis": "写了很久的<依据>"}
    answer = reviewer.post(f"{page}/classify", **{**form, **sent})
    shown = answer.text.partition("您填写的内容没有提交")[2].partition("</ul>")[0]
    assert answer.status_code == 409 and "<li>写了很久的&lt;依据&gt;</li>" in shown and "classify" not in shown


def test_what_is_refused_says_why_and_keeps_what_was_typed(site: DeskSite) -> None:
    reviewer, page = site[Role.REVIEWER], f"/documents/{site.id}"
    typed = {"act": "classify", "disclosure": "不予公开", "basis": "条例第十四条，写了很久的依据"}
    answer = reviewer.post(f"{page}/classify", page, **typed)
    assert answer.status_code == 409 and 'role="alert"' in answer.text
    assert answer.text.count("写了很久的依据</textarea>") == 1
    assert reviewer.post(f"{page}/classify", page, basis="条例").status_code == 409
    assert reviewer.post(f"{page}/examine/other", page, outcome="passed", basis="x").status_code == 404
    assert reviewer.post(f"{page}/classify", page, version="x").status_code == 400
    assert "没有标注" in answer.text


def test_a_session_that_ends_loses_nothing_that_was_typed(site: DeskSite) -> None:
    reviewer, page = site[Role.REVIEWER], f"/documents/{site.id}"
    form = dict(re.findall(r'name="(csrf|version|last)" value="([^"]*)"', reviewer.get(page).text))
    with time_machine.travel(timedelta(seconds=IDLE.total_seconds() + 120)):
        answer = reviewer.client.post(
            f"{page}/classify",
            data={**form, "act": "classify", "basis": "写到一半的<依据>"},
            base_url="https://localhost",
        )
        assert answer.status_code == 403 and "没有丢失" in answer.text
        typed = re.search(r'name="typed" value="([^"]*)"', answer.text)
        assert typed
        kept = typed[1].replace("&#34;", '"').replace("&quot;", '"').replace("&amp;", "&")
        again = reviewer.sign_in(to=page, typed=kept)
        assert again.headers["Location"] == f"{page}#typed"
        # In the form that it was typed into, and in no other that has a field of that name.
        assert reviewer.get(page).text.count("写到一半的&lt;依据&gt;</textarea>") == 1
        assert "写到一半" in reviewer.get(page).text.partition('id="typed"')[2].partition("</form>")[0]


@pytest.mark.parametrize("path", ["/password", "/proof", "/second-factor", "/accounts", "/documents"])
def test_no_password_is_kept_of_a_form_that_came_too_late(site: DeskSite, path: str) -> None:
    stranger = site.app.test_client()
    form = {"old": "secret-old", "new": "secret-new", "password": "secret-old", "code": "secret-code"}
    answer = stranger.post(path, data=form, base_url="https://localhost")
    assert answer.status_code in (403, 405) or path == "/documents"
    assert "secret" not in answer.text
    clerk = site[Role.CLERK]
    assert clerk.sign_in(to=path, typed='{"old": "secret-old"}').status_code in (200, 303)
    with site.staff.reading() as connection:
        assert connection.execute(select(drafts)).all() == []


@pytest.mark.parametrize("path", ["/accounts", "/accounts/source/change"])
def test_what_was_typed_of_an_account_is_sent_again_after_the_sign_in(site: DeskSite, path: str) -> None:
    admin, roles = site[Role.ADMINISTRATOR], ["审查员", "申请受理员"]
    state = site.accounts.named("source").state
    sent: dict[str, str | list[str]] = {
        "person": "壬九",
        "name": "ren",
        "unit": "民政局",
        "role": roles,
        "state": state,
        "password": "secret",
    }
    with time_machine.travel(timedelta(seconds=IDLE.total_seconds() + 120)):
        answer = admin.post(path, "/sign-in", **sent)
        typed = re.search(r'name="typed" value="([^"]*)"', answer.text)
        assert answer.status_code == 403 and "没有丢失" in answer.text and typed and "secret" not in answer.text
        again = admin.sign_in(to=path, typed=html.unescape(html.unescape(typed[1])))
        assert f'action="{path}"' in again.text
        shown = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', again.text.partition("<main")[2])
        form = {name: [value for of, value in shown if of == name] for name, _ in shown}
        assert admin.client.post(path, data=form, base_url="https://localhost").status_code in (200, 303)
    made = site.accounts.named("source" if "source" in path else "ren")
    assert made.unit == "民政局" and sorted(made.roles) == sorted(roles)


def _kept(site: DeskSite, below: str, **sent: str | list[str]) -> str:
    """Send a form after the session has ended, and sign in again; return the document's page as it then is."""
    reviewer, page = site[Role.REVIEWER], f"/documents/{site.id}"
    form = reviewer.hidden(page)
    with time_machine.travel(timedelta(seconds=IDLE.total_seconds() + 120)):
        answer = reviewer.post(f"{page}/{below}", "/sign-in", **{**form, **sent})
        typed = re.search(r'name="typed" value="([^"]*)"', answer.text)
        assert answer.status_code == 403 and typed
        reviewer.sign_in(to=page, typed=html.unescape(html.unescape(typed[1])))
        return reviewer.get(page).text


def test_of_a_field_that_was_ticked_several_times_each_is_there_again(site: DeskSite, bring: Bring) -> None:
    site.id = bring("two", "关于救助的通知\n\n村民王某13812345678。\n村民李某13912345678。\n", "丁四")
    ticks = re.findall(r'name="mask" value="(\w+)"', site[Role.REVIEWER].get(f"/documents/{site.id}").text)
    page = _kept(site, "mask", act="mask", mask=ticks, reason="个人隐私")
    assert len(ticks) == 2 and re.findall(r'name="mask" value="(\w+)" checked', page) == ticks
    assert "个人隐私</textarea>" in page.partition('id="typed"')[2] and "您填写的内容没有提交" not in page


def test_what_was_typed_about_a_finding_comes_back_there_alone(site: DeskSite, bring: Bring) -> None:
    """Meanwhile another finding, before it, took its number."""
    site.id = bring("two", "关于救助的通知\n\n村民王某13812345678。\n", "丁四")
    reviewer, page = site[Role.REVIEWER], f"/documents/{site.id}"
    what = re.search(r'name="act" value="(settle/\w+)"', reviewer.get(page).text)
    assert what
    sent = {"act": what[1], "settlement": "keep", "reason": "写到一半"}
    title = {"value": "关于救助13912345678的通知", "reason": "补正"}
    assert site[Role.CLERK].post(f"{page}/correct/title", page, **title).status_code == 303
    shown = _kept(site, "settle/1", **sent)
    assert len(re.findall('name="act" value="settle/', shown)) == 2
    other, own = (_form(shown, f"{page}/settle/{number}") for number in (1, 2))
    assert "写到一半" in own and "checked" in own
    assert "写到一半" not in other.partition('name="act"')[2] and "checked" not in other.partition('name="act"')[2]


def test_what_nobody_sees_in_a_form_is_not_kept(site: DeskSite) -> None:
    """PostgreSQL keeps no NUL, which came as a fault of the database."""
    path = f"/documents/{site.id}"
    sent = {"value": "另\u200b一标\x00题", "reason": "核对\x00原文"}
    assert site[Role.REVIEWER].post(f"{path}/correct/title", path, **sent).status_code == 303
    event = site.services.catalogue.events(site.id)[-1]
    assert (event.details["after"], event.details["reason"]) == ("另一标题", "核对原文")
