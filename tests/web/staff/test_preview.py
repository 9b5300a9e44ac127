"""A page as the public will see it, at the desk: the same as the public one, and nothing in it leads there."""

import re
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.decisions import review
from archive.document import Verdict
from archive.registers.roles import Role
from indexer import sync
from tests.conftest import publish
from tests.web.staff.conftest import DeskSite
from web.app import create_app
from web.staff.inert import inert

Bring = Callable[[str, str, str], str]
TEXT = (
    "云溪县人民政府关于做好春耕工作的通知\n\n云政发〔2019〕5号\n\n各镇街要落实责任。\n\n云溪县人民政府\n2019年3月1日\n"
)

# What pages look like, which is alike over any database.
pytestmark = pytest.mark.page


def addresses(page: str) -> set[str]:
    return set(re.findall(r'\b(?:href|src|action|formaction|content)="([^"]*)"', page))


def shown(page: str) -> str:
    """Return a page's main part without addresses, and without what only the public page can have."""
    main = re.sub(r"<(/?)a\b[^>]*>", r"<\1a>", page[page.index("<main") : page.index("</main>")])
    main = re.sub(r'<figure class="code">.*?<figcaption>', '<figure class="code"><figcaption>', main, flags=re.S)
    main = re.sub(r' disabled\b| action="[^"]*"', "", main)
    return re.sub(r'<span class="address"[^>]*>.*?</span>', "", re.sub(r"\s+", " ", main))


def test_the_preview_is_the_page_that_the_public_sees_later(site: DeskSite, bring: Bring) -> None:
    id = bring("spring", TEXT, "丁四")
    preview = site[Role.REVIEWER].get(f"/documents/{id}/preview")
    assert preview.status_code == 200 and "第 1 版还没有公开" in preview.text and "不能批准" not in preview.text
    public = create_app(site.services).test_client()
    assert public.get(f"/documents/{id}").status_code == 404
    publish(site.services.catalogue, id)
    sync.rebuild(site.services.catalogue, site.services.engine)
    assert shown(preview.text) == shown(public.get(f"/documents/{id}").text)
    assert "公众现在看到的就是这个样子" in site[Role.REVIEWER].get(f"/documents/{id}/preview").text


def test_what_was_withdrawn_is_not_told_as_still_to_come(site: DeskSite, bring: Bring) -> None:
    id = bring("spring", TEXT, "丁四")
    publish(site.services.catalogue, id)
    review.decide(site.services.catalogue, id, Verdict.WITHDRAW, "审查员", "内容有误")
    page = site[Role.REVIEWER].get(f"/documents/{id}").text
    assert "公众曾经看到的样子" in page and "已经撤回，公众只看到撤回的说明" in page
    preview = site[Role.REVIEWER].get(f"/documents/{id}/preview").text
    assert "第 1 版已经撤回，公众看不到了。" in preview and "还没有公开" not in preview


def test_nothing_in_a_preview_leads_to_the_public_process(site: DeskSite, bring: Bring) -> None:
    long = TEXT + "\n".join(f"第{at}条 各有关部门要按照职责分工做好落实。{at}" for at in range(1500))
    id = bring("long", long, "丁四")
    answer = site[Role.REVIEWER].get(f"/documents/{id}/preview")
    found = addresses(answer.text)
    own = f"/documents/{id}"
    allowed = rf"#.*|/static/.*|{own}|{own}/files/0|{own}/preview(\?part=\w+(#print)?)?|width=.*|telephone=no"
    assert [each for each in found if not re.fullmatch(allowed, each)] == []
    assert own in found and f"{own}/files/0" in found and f"{own}/preview?part=2" in found
    for gone in ("<script", "ld+json", "canonical", "opensearch", "<noscript"):
        assert gone not in answer.text
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    second = site[Role.REVIEWER].get(f"{own}/preview?part=2")
    assert second.status_code == 200 and "第1499条" in site[Role.REVIEWER].get(f"{own}/preview?part=all").text
    assert site[Role.REVIEWER].get(f"{own}/preview?part=99").status_code == 404


def test_what_may_not_be_public_is_told_in_the_preview(site: DeskSite) -> None:
    page = f"/documents/{site.id}"
    site[Role.REVIEWER].post(f"{page}/classify", page, disclosure="依申请公开", basis="条例第十三条")
    assert "标注为“依申请公开”，现在不能批准" in site[Role.REVIEWER].get(f"{page}/preview").text


def test_a_preview_is_a_look_and_changes_nothing_else(site: DeskSite) -> None:
    catalogue = site.services.catalogue
    before, changes = len(catalogue.events(site.id)), catalogue.last_change()
    site[Role.REVIEWER].get(f"/documents/{site.id}/preview")
    (event,) = catalogue.events(site.id)[before:]
    assert (event.action, event.actor, event.details["file"]) == ("view", "乙二", "公众页面的预览")
    assert catalogue.last_change() == changes


@pytest.mark.parametrize(
    "page",
    [
        '<a href="http://evil.example/" onclick="alert(1)">x</a>',
        '<a href="//evil.example/" ping="/x">x</a>',
        "<img src=/api/v1/x srcset=/y><form action=/search><button formaction=/z>",
        '<meta http-equiv="refresh" content="0; url=/forget">',
        "<script>alert(1)</script><noscript><a href=/forget></a></noscript><svg><a xlink:href='/x'/></svg>",
        '<a href="java&#115;cript:alert(1)">x</a><base href="/"><link rel=canonical href=/documents/x>',
    ],
)
def test_what_could_lead_elsewhere_is_gone(page: str) -> None:
    made = inert(page, lambda _: None)
    for gone in ("evil", "alert", "href", "src", "action", "/forget", "ping", "canonical"):
        assert gone not in made, made


@given(st.text("<>&;\"'=/ a甲#x3", max_size=40))
def test_a_page_of_any_text_stays_without_addresses(text: str) -> None:
    """Generated from a few signs: broken tags, references and quotes, but no names of real elements or attributes."""
    made = inert(f'<p title="{text}"><a href="{text}">', lambda _: None)
    # Every tag that is written is whole: names, and values in quotes without any quote or bracket in them.
    tags = re.findall(r"<[^>]*>?", made)
    assert all(re.fullmatch(r'</?[a-z]+(?: [a-z][a-z0-9-]*(?:="[^"<>]*")?)*/?>', tag) for tag in tags), made
    assert not any(re.search(r" href=", re.sub(r'"[^"]*"', "", tag)) for tag in tags)


def test_svg_and_references_stay_as_they_are() -> None:
    page = '<!doctype html><p class="a">甲&amp;乙&#160;&lt;</p><svg viewBox="0 0 1 1"><path d="M1"/></svg>'
    assert inert(page, lambda _: None).lower() == page.lower()
