"""What the site itself says about a search, above the results."""

from dataclasses import replace

import pytest

from archive.decisions import review
from archive.document import Verdict
from tests.web.conftest import CORPUS, Site, client_of
from web.installation import county
from web.installation.county import County, Office, QueryPoint
from web.search.places import of_site

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

STATED = county.load(CORPUS)
POINTS = [each.name for each in STATED.query_points]
HALL, LIBRARY, RECORDS = POINTS


def keep(site: Site, lines: str) -> None:
    (site.services.settings.data / "best-bets.tsv").write_text(lines, encoding="utf-8")
    site.services.best_bets._due = 0.0


@pytest.mark.parametrize(
    ("typed", "titles"),
    [
        ("图书馆开放时间", [LIBRARY]),
        ("云溪县图书馆", [LIBRARY]),
        ("请问 县图书馆周末几点开门？", [LIBRARY]),
        ("政务大厅在哪里", [HALL]),
        ("政府信息公开查阅点", POINTS),
        ("教育局电话", ["云溪县教育和体育局"]),
        ("民政局怎么联系", ["云溪县民政局"]),
        ("政务公开办电话", ["云溪县政务公开工作办公室"]),
        ("联系电话", ["云溪县政务公开工作办公室", HALL, LIBRARY]),
        ("怎么申请信息公开", ["依申请公开办理说明"]),
        ("申请公开要钱吗", ["依申请公开办理说明"]),
        ("信息公开申请表在哪里下载", ["依申请公开办理说明"]),
        # A telephone number is known with and without its area code.
        ("0500-5550160", ["云溪县教育和体育局"]),
        ("5550160", ["云溪县教育和体育局"]),
        ("（0500）5550160 是哪里的电话", ["云溪县教育和体育局"]),
        ("05005550160", ["云溪县教育和体育局"]),
        ("555016", []),
        ("5550160 招标", []),
        ("图书馆建设招标", []),
        ("教育局招生", []),
        ("信息公开申请情况", []),
        ("公开招聘", []),
        ("低保标准", []),
        ("", []),
        ("图书馆" * 20, []),
    ],
)
def test_a_place_is_meant_if_nothing_else_is_said(typed: str, titles: list[str]) -> None:
    assert [each.title for each in of_site(STATED, typed)] == titles


def test_what_is_told_has_its_source_and_its_day() -> None:
    (library,) = of_site(STATED, "图书馆开放时间")
    assert dict(library.facts)["时间"] == STATED.query_points[1].hours
    assert (library.url, library.source, library.said_on) == ("/guide#points", "本站公布的联系信息", STATED.as_of)
    (guide,) = of_site(STATED, "依申请公开")
    assert ("电话", "0500-5550112") in guide.facts and guide.url == "/guide"


def test_a_county_that_says_nothing_still_explains_how_to_apply() -> None:
    assert of_site(County(), "图书馆电话") == of_site(County(), "电话") == of_site(County(), "查阅点") == []
    (guide,) = of_site(County(), "怎么申请公开")
    assert guide.facts == [] and guide.said_on is None
    alike = County(Office("办公室"), tuple(QueryPoint(f"{each}图书馆查阅点", "某路") for each in ("甲山县", "乙山县")))
    assert len(of_site(alike, "图书馆")) == 2 and len(of_site(alike, "甲山县图书馆")) == 1


def test_what_is_not_shown_of_many_places_is_told(site: Site) -> None:
    many = County(query_points=tuple(QueryPoint(f"第{at}图书馆查阅点", "某路", phone=f"555010{at}") for at in range(5)))
    shown = of_site(many, "查阅点")
    assert [each.rest for each in shown] == [0, 0, 2] and shown[-1].rest_url == "/guide#points"
    client = client_of(replace(site.services, county=many))
    assert '<a href="/guide#points">其余 2 处</a>' in client.get("/search?q=查阅点").text
    assert (client.get("/api/v1/search?q=查阅点").json or {})["best_bets"][-1]["rest"]["count"] == 2
    assert [each.rest for each in of_site(STATED, "查阅点")] == [0, 0, 0]


def test_a_page_and_the_api_show_them_above_the_results_and_no_older_sentence(site: Site) -> None:
    client = client_of(replace(site.services, county=STATED))
    page = client.get("/search?q=教育局电话").text
    box = page.partition('class="answer bets"')[2].partition("</section>")[0]
    assert "0500-5550160" in box and "2026年3月1日" in box and "本站公布的联系信息" in box
    answer = client.get("/api/v1/search?q=教育局电话").json or {}
    (bet,) = answer["best_bets"]
    assert {"label": "电话", "value": "0500-5550160"} in bet["facts"] and bet["date"] == "2026-03-01"
    assert answer["answer"] is None
    # On further pages, and in another order, they were seen already.
    for more in ("sort=newest", "page=2"):
        assert (client.get(f"/api/v1/search?q=教育局电话&{more}").json or {})["best_bets"] == []
    assert "机关联系方式" in client.get("/guide").text and "2026年3月1日" in client.get("/guide").text


def test_staff_have_a_document_shown_until_it_is_withdrawn(own: Site) -> None:
    id = own.ids["低保.txt"]
    keep(own, f"低保、低保怎么办\t<b>怎样申请</b>低保\t{id}\t向镇人民政府提出。\n")
    page = own.client.get("/search?q=低保怎么办").text
    box = page.partition('class="answer bets"')[2].partition("</section>")[0]
    assert f"/documents/{id}" in box and "&lt;b&gt;怎样申请" in box and "2019年9月20日" in box
    (bet,) = (own.client.get("/api/v1/search?q=低保怎么办").json or {})["best_bets"]
    assert bet["url"].startswith(f"/documents/{id}") and bet["source"] == "本站工作人员推荐的文件"
    review.decide(own.services.catalogue, id, Verdict.WITHDRAW, "审查员", "内容有误")
    assert (own.client.get("/api/v1/search?q=低保怎么办").json or {})["best_bets"] == []
    page = own.client.get("/search?q=低保怎么办").text
    assert "怎样申请" not in page and id not in page


def test_what_was_never_public_is_no_bet(own: Site) -> None:
    keep(own, "".join(f"名单\t{name}\t{own.ids[name]}\t说明\n" for name in ("待审.txt", "不予.txt")))
    assert (own.client.get("/api/v1/search?q=名单").json or {})["best_bets"] == []


def test_a_terminal_leads_nowhere_else(own: Site) -> None:
    keep(own, "省里的规定\t省政府规章库\thttps://law.example/rules\t省政府规章。\n")
    page = own.client.get("/search?q=省里的规定").text
    assert 'href="https://law.example/rules" rel="external noreferrer"' in page
    page = own.client.get("/search?q=省里的规定&terminal=1").text
    assert 'href="https://law.example' not in page and "https://law.example/rules" in page


def test_a_repealed_document_says_so_and_three_are_enough(own: Site) -> None:
    id = own.ids["旧办法.txt"]
    keep(own, f"暂行办法\t旧办法\t{id}\t说明\n" * 5)
    page = own.client.get("/search?q=暂行办法").text
    box = page.partition('class="answer bets"')[2].partition("</section>")[0]
    assert box.count("已废止") == 3


def test_an_edit_makes_another_edition(own: Site) -> None:
    before = own.client.get("/search?q=最低生活保障").headers["ETag"]
    keep(own, "最低生活保障\t标题\t/guide\t说明\n")
    assert own.client.get("/search?q=最低生活保障").headers["ETag"] != before
