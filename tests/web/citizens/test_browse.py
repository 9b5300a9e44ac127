"""Browsing without a search: columns, agencies, years, and series of numbers with visible gaps."""

import re

import pytest

from archive.document import Validity
from indexer import sync
from indexer.engine import Answer, Engine, SearchRequest
from tests.bench import documents as bench
from tests.conftest import make_document, publish
from tests.web.conftest import HIDDEN_WORDS, Site, client_of
from web.citizens.browse import Row, rows

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page


def test_columns_agencies_and_years_lead_to_their_documents(site: Site) -> None:
    for name, label in (("columns", "规范性文件"), ("issuers", "云溪县财政局"), ("years", "2019")):
        page = site.client.get(f"/browse/{name}").text
        assert label in page and 'aria-current="page"' in page
        link = re.search(rf'href="(/search\?[^"]+)">(?:<span>)?{label}\D.*?(?:class="count">|</td><td>)(\d+)', page)
        assert link and "per_page" not in link[1]
        found = site.client.get(link[1].replace("&amp;", "&")).text
        assert f"<strong>{link[2]}</strong>" in found
        assert not any(word in page for word in HIDDEN_WORDS)


def test_years_are_bars_and_nothing_is_hidden_of_the_gaps(site: Site) -> None:
    page = site.client.get("/browse/years").text
    row = r'<th scope="row">(?:<a [^>]*>)?([^<]+).*?<rect width="([^"]+)%".*?</td><td>([^<]+)</td></tr>'
    rows = re.findall(row, page)
    assert rows == [
        *[("2020 年", "100", "1"), ("2019 年", "100", "1"), ("2015 至 2018 年", "0", "没有"), ("2014 年", "100", "1")]
    ]


def test_statistics_count_by_one_search_and_what_has_no_value_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    real = type(site.services.engine).search

    def search(self: Engine, request: SearchRequest) -> Answer:
        asked.append(request)
        return real(self, request)

    monkeypatch.setattr(type(site.services.engine), "search", search)
    page = site.client.get("/statistics").text
    assert len(asked) == 1
    assert "<strong>3</strong> 件" in page and not any(word in page for word in HIDDEN_WORDS)
    assert [page.count(f'id="by-{name}"') for name in ("year", "column", "issuer", "genre", "validity")] == [1] * 5
    assert re.search(r"没有标注</th>.*?</td><td>1</td>", page)
    for address, count in re.findall(r'<th scope="row"><a href="([^"]+)">.*?</td><td>(\d+)</td></tr>', page):
        assert f"<strong>{count}</strong>" in site.client.get(address.replace("&amp;", "&")).text


def test_what_is_in_no_column_of_the_second_level_leads_to_nothing_else(own: Site) -> None:
    made = [make_document("d1", "第1号通知", "内容。", column="法定主动公开内容")]
    bench.publish(own.services.catalogue, made)
    sync.catch_up(own.services.catalogue, own.services.engine)
    assert '<th scope="row">法定主动公开内容（其他）</th>' in own.client.get("/statistics").text


def test_statistics_are_a_table_to_take_away(site: Site) -> None:
    table = site.client.get("/statistics.csv")
    assert table.data.decode("utf-8-sig").splitlines()[:3] == ["分类方式,名称,件数", "全部,公开文件,3", "按年份,2020,1"]
    assert "按是否有效,没有标注,1" in table.text and "按栏目,法定主动公开内容/规范性文件,2" in table.text
    assert client_of(site.services).get("/statistics.csv?terminal=1").status_code == 403


def test_a_thousand_agencies_are_found_on_light_pages(own: Site) -> None:
    names = [f"云溪县第{at}教育和体育局" for at in range(1000)]
    joined = ["、".join(names[at::10]) for at in range(10)]
    made = [make_document(f"d{at}", f"第{at}号通知", "内容。", issuer=each) for at, each in enumerate(joined)]
    bench.publish(own.services.catalogue, made)
    sync.catch_up(own.services.catalogue, own.services.engine)
    first = own.client.get("/browse/issuers")
    assert len(first.data) <= 60 * 1024 and "page=7" in first.text and "page=8" not in first.text
    # The characters in their order are enough: people know an agency by its short name.
    found = own.client.get("/browse/issuers?q=第９９９教育局").text
    assert "云溪县第999教育和体育局" in found and "云溪县第998教育和体育局" not in found
    assert "机构 1 个" in found and "列出全部 1,002 个" in found
    nothing = own.client.get("/browse/issuers?q=<b>没有这个局")
    assert "机构 0 个" in nothing.text and "&lt;b&gt;" in nothing.text
    assert own.client.get("/browse/issuers?page=9").status_code == 400
    shown = own.client.get("/statistics").text
    assert "全部 1,002 个机构" in shown and len(shown.encode()) < 60 * 1024


def test_a_series_shows_what_is_here_and_what_is_missing(site: Site) -> None:
    listed = site.client.get("/browse/numbers").text
    assert "云政发" in listed and "/browse/numbers/云政发/2019" in listed
    page = site.client.get("/browse/numbers/云政发/2019").text
    assert "1 至 6 号中，本站有 1 件" in page
    assert re.search(r"1 至 5 号</span><span>没有收录（5 个号）", page)
    assert f'href="/documents/{site.ids["低保.txt"]}"' in page
    assert site.client.get("/browse/numbers/云政发/1999").status_code == 404


def test_a_hidden_document_is_a_gap_like_any_other(own: Site) -> None:
    before = own.client.get("/browse/numbers").text
    assert "待审" not in before
    publish(own.services.catalogue, own.ids["待审.txt"])
    assert own.client.get("/browse/numbers").status_code == 200


def test_rows_draw_gaps_together() -> None:
    held = {serial: [(f"甲〔2019〕{serial}号", f"id{serial}", "题")] for serial in (1, 2, 5)}
    assert [(row.first, row.last, bool(row.url)) for row in rows(held)] == [
        (1, 1, True),
        (2, 2, True),
        (3, 4, False),
        (5, 5, True),
    ]
    assert rows({}) == list[Row]()


def test_a_number_that_was_given_twice_is_shown_twice(own: Site) -> None:
    numbers = [
        "云审批字〔2024〕1号",
        *(f"云审批字〔2024〕{2 * at}号" for at in range(1, 250)),
    ]
    numbers[1] = numbers[0]
    made = [
        make_document(f"d{at}", f"关于第{at}个项目的批复", "同意建设。", number=number, validity=Validity.REPEALED)
        for at, number in enumerate(numbers)
    ]
    bench.publish(own.services.catalogue, made)
    sync.catch_up(own.services.catalogue, own.services.engine)
    first = own.client.get("/browse/numbers/云审批字/2024")
    assert "1 至 498 号中，本站有 250 件" in first.text
    assert first.text.count("云审批字〔2024〕1号") == 2
    assert first.text.count('class="badge lapsed"') == 76
    shown = [own.client.get(f"/browse/numbers/云审批字/2024?page={page}") for page in (1, 2, 3, 4)]
    assert all(len(page.data) <= 60 * 1024 for page in shown)
    assert all("".join(page.text for page in shown).count(f'/documents/{each.id}"') == 1 for each in made)
    assert own.client.get("/browse/numbers/云审批字/2024?page=5").status_code == 400
    card = own.client.get("/search?q=云审批字〔2024〕1号").text
    assert "云审批字〔2024〕1号：有 2 件文件使用这个文号" in card
