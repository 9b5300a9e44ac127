"""Near-duplicates and former versions make one line, over all pages, on the page and in the API."""

import re
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from archive.decisions import review
from archive.document import Verdict
from indexer import sync
from tests.conftest import Installation, publish
from tests.web.conftest import Site, built, client_of
from web.search.find import documents_of, ranked
from web.search.params import SearchForm

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

NOTICE = (
    "各镇人民政府、街道办事处：为做好今年冬季清洁取暖工作，现就有关事项通知如下。一、加强组织领导，压实工作责任。"
    "二、做好燃气、电力供应，确保不停供。三、加强安全检查，及时排除隐患。四、畅通投诉渠道，二十四小时有人值守。"
)
STATUTE = "清洁取暖管理办法\n\n第一条 为了规范清洁取暖，制定本办法。第{}条 本办法自{}年起施行。\n"


def _lines() -> Iterator[dict[str, object]]:
    for at in range(9):
        yield {
            "path": f"通知{at}.txt",
            "text": f"第{at}镇转发清洁取暖通知\n\n{NOTICE}\n",
            "written_on": f"2020-01-{at + 1:02}",
        }
    for at in range(8):
        yield {"path": f"别的{at}.txt", "text": f"清洁取暖第{at}号公告\n\n{'清洁取暖' * (at + 1)}{at * 7919}。\n"}
    for year, validity in ((2008, "已废止"), (2014, "已失效"), (2020, "现行有效")):
        text = STATUTE.format(year % 7, year)
        yield {"path": f"办法{year}.txt", "text": text, "written_on": f"{year}-05-01", "validity": validity}


@pytest.fixture(scope="module")
def folding(tmp_path_factory: pytest.TempPathFactory, installation: Installation) -> Iterator[Site]:
    services, ids = built(tmp_path_factory.mktemp("folding"), installation, list(_lines()))
    with closing(services):
        for id in ids.values():
            publish(services.catalogue, id)
        sync.catch_up(services.catalogue, services.engine)
        yield Site(services, client_of(services), ids)


def told(site: Site, parameters: str) -> list[dict[str, Any]]:
    """Return the answers of all pages."""
    found: list[dict[str, Any]] = []
    while not found or len(found) < found[0]["pages"]:
        address = f"/api/v1/search?q=清洁取暖&page={len(found) + 1}&{parameters}"
        found.append(site.client.get(address).json or {})
    return found


@pytest.mark.parametrize("order", ["relevance", "newest", "oldest"])
@pytest.mark.parametrize("per_page", [3, 10, 40])
def test_no_document_is_lost_or_shown_twice(folding: Site, per_page: int, order: str) -> None:
    pages = told(folding, f"per_page={per_page}&sort={order}")
    assert {(page["total"], page["lines"]) for page in pages} == {(20, 10)}
    hits = [hit for page in pages for hit in page["hits"]]
    heads = [hit for hit in hits if hit["near_duplicate_of"] is None]
    assert len(heads) == 10 and len({hit["id"] for hit in hits}) == len(hits)
    assert sum(hit["folded"] for hit in heads) + len(heads) == 20
    plain = [hit for page in told(folding, f"per_page={per_page}&sort={order}&fold=0") for hit in page["hits"]]
    assert sorted(hit["id"] for hit in plain) == sorted(folding.ids.values())
    assert all(hit["folded"] == 0 for hit in plain)


def test_the_version_in_force_stands_above_those_of_before(folding: Site) -> None:
    page = folding.client.get("/search?q=清洁取暖管理办法").text
    line = page.partition(f"/documents/{folding.ids['办法2020.txt']}")[2].partition("</article>")[0]
    assert "以前的版本 2 件" in line
    for former in ("办法2008.txt", "办法2014.txt"):
        assert page.count(f'href="/documents/{folding.ids[former]}') == 1 and folding.ids[former] in line
    # Only what is repealed is asked for: nothing is in force there to fold under.
    only = folding.client.get("/api/v1/search?q=清洁取暖管理办法&validity=已废止&validity=已失效").json or {}
    assert only["lines"] == only["total"] == 2


def test_many_are_listed_in_part_with_a_way_to_all(folding: Site) -> None:
    page = folding.client.get("/search?q=清洁取暖通知").text
    assert "内容基本相同的文件 8 件" in page and "相近的合并为" in page
    # The way out stands beside the count, and under the line that says how many it does not list.
    assert page.count("不合并，逐件列出") == 2 and "其余 3 件：" in page
    address = "/search?q=%E6%B8%85%E6%B4%81%E5%8F%96%E6%9A%96%E9%80%9A%E7%9F%A5&amp;fold=0"
    assert f'href="{address}"' in page
    each = folding.client.get("/search?q=清洁取暖通知&fold=0&per_page=40").text
    assert "内容基本相同" not in each and "合并相近的文件" in each
    assert all(f"/documents/{folding.ids[f'通知{at}.txt']}" in each for at in range(9))


@pytest.mark.parametrize("per_page", [1, 10])
def test_what_folds_is_called_what_it_is_where_no_more_of_it_is_listed(folding: Site, per_page: int) -> None:
    address = f"/search?q=清洁取暖&per_page={per_page}&page="
    pages = [folding.client.get(f"{address}{page}").text for page in range(1, 10 // per_page + 1)]
    called = re.findall(r"(?<=<summary>)\w+ \d+ 件", "".join(pages))
    assert sorted(called) == ["以前的版本 2 件", "内容基本相同的文件 8 件"]


def test_lists_and_measures_have_each_document(folding: Site) -> None:
    assert len(documents_of(folding.services, SearchForm(q="清洁取暖"), 100)) == 20
    assert len(set(ranked(folding.services, "清洁取暖", 100))) == 20


def test_what_is_withdrawn_folds_under_nothing_and_nothing_under_it(folding: Site) -> None:
    notices = [folding.ids[f"通知{at}.txt"] for at in range(9)]
    (head,) = (hit["id"] for hit in told(folding, "per_page=40")[0]["hits"] if hit["folded"] == 8)
    review.decide(folding.services.catalogue, head, Verdict.WITHDRAW, "审查员", "内容有误")
    answer = told(folding, "per_page=40")[0]
    (line,) = (hit for hit in answer["hits"] if hit["folded"] == 7)
    assert line["id"] in set(notices) - {head} and answer["total"] == 19
    assert head not in folding.client.get("/search?q=清洁取暖&per_page=40").text
