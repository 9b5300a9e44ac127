"""The JSON API, which answers as its description says."""

from datetime import date

import pytest

from archive.decisions import validity
from archive.document import Validity
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from indexer import sync
from tests.conftest import publish
from tests.web.conftest import Site

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page


def test_a_search_answers_in_the_promised_shape(site: Site) -> None:
    answer = site.client.get("/api/v1/search?q=最低生活保障&genre=通知&per_page=1").get_json()
    assert list(answer) == [
        "query",
        "total",
        "lines",
        "page",
        "pages",
        "took_ms",
        "relaxed",
        "expansions",
        "excluded",
        "offers",
        "notices",
        "corrections",
        "best_bets",
        "answer",
        "hits",
        "facets",
    ]
    assert (answer["query"], answer["total"], answer["page"], answer["pages"]) == ("最低生活保障", 2, 1, 2)
    (hit,) = answer["hits"]
    assert hit["id"] == site.ids["低保.txt"]
    assert hit["written_on"] == "2019-09-20"
    assert hit["validity"] == "现行有效"
    assert hit["url"] == f"/documents/{hit['id']}"
    assert {"text": "最低生活保障", "marked": True} in hit["snippets"][0]
    assert len(hit["places"]) == len(hit["snippets"])
    genre = next(facet for facet in answer["facets"] if facet["name"] == "genre")
    assert genre["label"] == "文件类型"
    assert genre["values"][0] == {"value": "通知", "label": "通知", "count": 2, "selected": True}


def test_repeated_parameters_select_several_values(site: Site) -> None:
    answer = site.client.get("/api/v1/search?genre=通知&genre=预算").get_json()
    assert answer["total"] == 3


def test_two_level_values_are_listed_with_both_levels(site: Site) -> None:
    answer = site.client.get("/api/v1/search").get_json()
    column = next(facet for facet in answer["facets"] if facet["name"] == "column")
    assert [(value["value"], value["count"]) for value in column["values"]] == [
        ("法定主动公开内容", 3),
        ("法定主动公开内容/规范性文件", 2),
        ("法定主动公开内容/财政信息", 1),
    ]
    narrowed = site.client.get("/api/v1/search?column=法定主动公开内容/财政信息").get_json()
    assert narrowed["total"] == 1


def test_dates_bound_the_answer(site: Site) -> None:
    answer = site.client.get("/api/v1/search?from=2019-01-01&to=2019-12-31").get_json()
    assert [hit["id"] for hit in answer["hits"]] == [site.ids["低保.txt"]]


def test_a_document_comes_with_its_text_and_files(site: Site) -> None:
    answer = site.client.get(f"/api/v1/documents/{site.ids['低保.txt']}").get_json()
    assert answer["title"] == "关于印发云溪县最低生活保障实施办法的通知"
    assert answer["disclosure"] == "主动公开"
    assert "15个工作日" in answer["text"]
    assert answer["attachments"][0]["name"] == "申请表.txt"
    original = site.client.get(answer["original"]["url"])
    assert len(original.data) == answer["original"]["size"]


@pytest.mark.parametrize(
    ("address", "status"),
    [("/api/v1/search?colour=red", 400), ("/api/v1/documents/nobody", 404), ("/api/v1/nothing", 404)],
)
def test_errors_are_json_sentences(site: Site, address: str, status: int) -> None:
    response = site.client.get(address)
    assert response.status_code == status
    assert response.get_json()["error"]


def test_chinese_is_sent_as_itself(site: Site) -> None:
    assert "最低生活保障" in site.client.get("/api/v1/search?q=最低生活保障").text


def suggested(site: Site, typed: str) -> list[str]:
    answer = site.client.get("/api/v1/suggest", query_string={"q": typed}).get_json()
    assert answer["query"] == typed
    return list(answer["suggestions"])


def test_suggestions_are_what_public_documents_are_called(site: Site) -> None:
    # The withdrawn document's title also begins like this, and the index still holds it.
    assert suggested(site, "云溪县") == ["云溪县财政局", "云溪县人民政府", "云溪县财政局2020年部门预算"] + [
        "关于印发云溪县最低生活保障实施办法的通知",
        "关于印发云溪县最低生活保障暂行办法的通知",
    ]
    assert suggested(site, "yxxczj")[0] == "云溪县财政局"
    assert suggested(site, "云政发2019") == ["云政发〔2019〕6号"]
    assert suggested(site, "云政发2018") == []
    assert suggested(site, "云政发〔2019") == ["云政发〔2019〕6号"]
    for hidden in ("救助对象", "矿区搬迁", "应急演练", "jiuzhuduixiang"):
        assert suggested(site, hidden) == []


def test_an_answer_says_of_when_it_is_and_is_never_out_of_a_repealed_document(own: Site) -> None:
    (own.services.settings.data / "旧.txt").write_text("殡葬服务收费办法\n\n骨灰寄存费每年60元。\n", encoding="utf-8")
    with Sandbox() as sandbox:
        intake = Intake(own.services.catalogue, own.services.blobs, sandbox, "收文员")
        item = Item(own.services.settings.data / "旧.txt", "旧", {"written_on": "2019-05-01"})
        id = str(intake.receive(item).document_id)
    publish(own.services.catalogue, id)
    sync.catch_up(own.services.catalogue, own.services.engine)
    asked = "骨灰寄存费每年多少钱"
    answer = (own.client.get(f"/api/v1/search?q={asked}").json or {})["answer"]
    assert answer["url"].startswith(f"/documents/{id}") and answer["date"] == "2019-05-01"
    box = own.client.get(f"/search?q={asked}").text.partition('class="answer"')[2].partition("</section>")[0]
    assert "60元" in box and "2019年5月1日" in box
    validity.record(own.services.catalogue, id, Validity.REPEALED, "法制科", "清理", date(2020, 1, 1))
    sync.catch_up(own.services.catalogue, own.services.engine)
    found = own.client.get(f"/api/v1/search?q={asked}").json or {}
    assert found["answer"] is None and found["hits"][0]["validity"] == "已废止"
    assert 'class="answer"' not in own.client.get(f"/search?q={asked}").text


def test_corrections_are_offered_and_nothing_is_applied(site: Site) -> None:
    answer = site.client.get("/api/v1/search?q=最低生活保樟").get_json()
    assert "最低生活保障" in answer["corrections"]
    assert site.client.get("/api/v1/search?q=zuidishenghuobaozhang").get_json()["corrections"] == ["最低生活保障"]
    # Only a withdrawn document contains 独角兽, so it must not be offered.
    assert site.client.get("/api/v1/search?q=独角受名单").get_json()["corrections"] == []
    assert site.client.get("/api/v1/search?q=最低生活保障").get_json()["corrections"] == []


def test_answers_say_what_else_was_searched_for(site: Site) -> None:
    answer = site.client.get("/api/v1/search?q=低保几天答复").get_json()
    assert answer["expansions"] == [{"word": "低保", "others": ["最低生活保障"]}]
    assert (answer["excluded"], answer["offers"]) == ([], [])
    assert {"text": "15个工作日内", "marked": True} in answer["answer"]["sentence"]
    literal = site.client.get("/api/v1/search?q=低保&literal=1").get_json()
    assert (literal["expansions"], literal["total"]) == ([], 0)
