"""The citizens' pages, requested as a browser does."""

import json
import re
from datetime import date
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import quote_plus

import pytest
from flask.testing import FlaskClient
from markupsafe import escape

from archive.decisions import review
from archive.document import Verdict
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from tests.conftest import Installation, publish
from tests.web.conftest import HIDDEN_WORDS, Site, client_of
from web.app import create_app
from web.installation.services import Services, open_services

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

STATIC = Path(__file__).parents[3] / "web" / "static"


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.links: list[str] = []
        self.scripts = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.links += [value or "" for name, value in attrs if name in ("href", "src", "action")]
        self.scripts += any(name == "style" or name.startswith("on") for name, _ in attrs)
        self.scripts += tag == "style"


def text_of(client: FlaskClient, address: str, status: int = 200) -> str:
    response = client.get(address)
    assert response.status_code == status, response.text
    return response.text


def test_a_search_shows_hits_with_marks_total_and_facets(site: Site) -> None:
    page = text_of(site.client, "/search?q=最低生活保障")
    assert "<mark>最低生活保障</mark>" in page
    assert "云政发〔2019〕6号" in page
    assert "已废止" in page
    assert re.search(r"共找到\s*<[^>]+>2<|共找到\s*2", page)
    for label in ("栏目", "文件类型", "发布机构", "主题", "年份", "是否有效"):
        assert label in page


def test_a_facet_link_narrows_and_its_chip_widens(site: Site) -> None:
    page = text_of(site.client, "/search?q=最低生活保障&validity=现行有效")
    assert site.ids["低保.txt"] in page
    assert f"/documents/{site.ids['旧办法.txt']}" not in page
    assert "取消筛选" in page
    assert 'href="/search?q=' in page


def test_a_document_page_shows_metadata_text_attachment_and_original(site: Site) -> None:
    id = site.ids["低保.txt"]
    page = text_of(site.client, f"/documents/{id}?q=镇人民政府")
    for expected in ("云政发〔2019〕6号", "云溪县人民政府", "2019年9月20日", "现行有效", "申请表.txt", "家庭成员情况"):
        assert expected in page
    assert "<mark>镇人民政府</mark>" in page
    assert f"/documents/{id}/original" in page
    assert f"/documents/{id}/attachments/1" in page


def test_a_table_row_is_drawn_as_a_table(site: Site) -> None:
    page = text_of(site.client, f"/documents/{site.ids['预算.txt']}")
    assert "<table" in page


def test_a_repealed_document_says_so(site: Site) -> None:
    assert "已废止" in text_of(site.client, f"/documents/{site.ids['旧办法.txt']}")


def test_an_original_comes_byte_for_byte_as_a_download_under_its_own_name(site: Site) -> None:
    document = site.services.catalogue.public(site.ids["低保.txt"])
    response = site.client.get(f"/documents/{document.id}/original")
    with site.services.blobs.open(document.file.digest) as stream:
        assert response.data == stream.read()
    assert response.headers["Content-Disposition"].startswith("attachment")
    assert "filename*=UTF-8''%E4%BD%8E%E4%BF%9D.txt" in response.headers["Content-Disposition"]
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert site.client.get(f"/documents/{document.id}/attachments/1").data.startswith("最低".encode())


def test_when_an_original_was_first_kept_can_not_be_found_out(site: Site) -> None:
    address = f"/documents/{site.ids['低保.txt']}/original"
    whole = site.client.get(address)
    for when in ("Thu, 01 Jan 2015 00:00:00 GMT", "Thu, 01 Jan 2099 00:00:00 GMT"):
        assert site.client.get(address, headers={"If-Modified-Since": when}).status_code == 200
        assert site.client.get(address, headers={"Range": "bytes=0-3", "If-Range": when}).status_code == 200
    known = {"If-None-Match": whole.headers["ETag"]}
    assert site.client.get(address, headers=known).status_code == 304
    part = site.client.get(address, headers={"Range": "bytes=3-8", "If-Range": whole.headers["ETag"]})
    assert (part.status_code, part.data) == (206, whole.data[3:9])


def test_a_damaged_original_is_not_served(site: Site) -> None:
    document = site.services.catalogue.public(site.ids["预算.txt"])
    path = site.services.blobs.path(document.file.digest)
    content = path.read_bytes()
    path.chmod(0o644)
    try:
        path.write_bytes(content.replace("预算".encode(), "决算".encode()))
        assert "稍后" in text_of(site.client, f"/documents/{document.id}/original", 503)
    finally:
        path.write_bytes(content)


ADDRESSES = (
    "/",
    "/help",
    "/search",
    "/search?q=最低生活保障",
    "/search?q=最低生活保障&genre=通知&year=2019&sort=newest",
    "/search?q=没有这样的词语组合",
    "/search?from=2019-01-01&to=2019-12-31",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_page_sends_a_browser_elsewhere_or_holds_inline_code(site: Site, address: str) -> None:
    response = site.client.get(address)
    found = _Links()
    found.feed(response.text)
    assert all(link.startswith(("/", "#", "?")) and not link.startswith("//") for link in found.links), found.links
    assert found.scripts == 0
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"]
    assert len(response.data) < 60 * 1024


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_link_of_a_page_leads_somewhere(site: Site, address: str) -> None:
    found = _Links()
    found.feed(site.client.get(address).text)
    for link in dict.fromkeys(found.links):
        if link.startswith("/"):
            assert site.client.get(link).status_code in (200, 302), link


def test_a_page_loads_little(site: Site) -> None:
    """Hold each page to 28 KB of style and 40 KB of script, not counting the terminal's keyboard."""
    client = client_of(site.services)
    document = f"/documents/{site.ids['低保.txt']}"
    for address in (*ADDRESSES, document, "/browse/numbers", "/search?q=x&terminal=1", f"{document}?terminal=1"):
        page = client.get(address).text
        for kind, most in (("css", 28 * 1024), ("js", 40 * 1024)):
            loaded = set(re.findall(rf'(?:href|src)="(/static/[a-z]+\.{kind}\?v=\w+)"', page))
            assert loaded
            assert sum(len(client.get(each).data) for each in loaded) <= most, loaded


def test_style_and_scripts_ask_for_nothing_newer_than_chromium_90() -> None:
    """Look for newer features that are easily used by mistake. The browser tests show what pages really do."""
    newer = r"\.at\(|structuredClone|Object\.hasOwn|findLast|\.groupBy|withResolvers|\?\?=|\|\|=|randomUUID"
    newer += r"|:has\(|@layer|@container|\d(?:dvh|svh|lvh)|color-mix|accent-color|inset-\w+:|text-wrap|<dialog|popover"
    for path in (*STATIC.glob("*.js"), *STATIC.glob("*.css"), *STATIC.parent.glob("templates/*.html")):
        assert not re.search(newer, path.read_text(encoding="utf-8")), path.name


def test_text_of_documents_is_escaped(site: Site) -> None:
    for address in (f"/documents/{site.ids['预算.txt']}", "/search?q=三公经费"):
        page = text_of(site.client, address)
        assert "<script>alert" not in page
        assert "&lt;script&gt;" in page


@pytest.mark.parametrize("q", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "' OR 1=1 --"])
def test_what_is_typed_is_text(site: Site, q: str) -> None:
    page = site.client.get("/search", query_string={"q": q}).text
    assert escape(q) in page
    assert q not in page


def test_what_is_typed_is_no_template(site: Site) -> None:
    """Ask for a product whose digits stand in no address of a style sheet, as a short one's do now and then."""
    page = site.client.get("/search", query_string={"q": "{{900900900*9}}"}).text
    assert "{{900900900*9}}" in page
    assert "8108108100" not in page


@pytest.mark.parametrize(
    ("address", "says"),
    [
        ("/search?q=" + "长" * 10_000, "最多 200 个字"),
        ("/search?q=……！！", "没有文字或数字"),
        ("/search?q=" + "+".join(f"词{at}" for at in range(20)), "最多 16 个"),
        ("/search?page=0", "页码"),
        ("/search?page=1000000000", "页码"),
        ("/search?page=-1", "页码"),
        ("/search?page=１", "页码"),
        ("/search?per_page=1000", "每页条数"),
        ("/search?from=2019-02-30", "日期"),
        ("/search?from=昨天", "日期"),
        ("/search?from=2020-01-01&to=2019-01-01", "晚于"),
        ("/search?sort=random", "排序"),
    ],
)
def test_a_request_that_cannot_be_carried_out_gets_a_sentence(site: Site, address: str, says: str) -> None:
    assert says in text_of(site.client, address, 400)
    assert says in text_of(site.client, "/api/v1" + address, 400)


def test_a_page_past_the_end_leads_to_the_last(site: Site) -> None:
    response = site.client.get("/search?q=最低生活保障&page=99")
    assert response.status_code == 301
    assert "page=" not in response.headers["Location"]


def test_typed_days_and_shortcuts_become_an_address(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    typed = site.client.get(
        "/search?q=最低生活保障&genre=通知&from_year=2019&from_month=&to_year=2019&to_month=9&to_day="
    )
    there = unescape(typed.headers["Location"])
    assert typed.status_code == 302 and there.endswith("genre=%E9%80%9A%E7%9F%A5&from=2019-01-01&to=2019-09-30")
    page = text_of(site.client, there)
    assert 'name="from_year" value="2019"' in page and 'name="to_day" value="30"' in page and 'type="date"' not in page
    assert "起始日期“今年”不是有效的日期" in text_of(site.client, "/search?from_year=今年", 400)
    assert "年份写四位数字" in text_of(site.client, "/search?from_year=19", 400)
    monkeypatch.setattr("web.search.find.office_today", lambda: date(2020, 5, 6))
    page = text_of(site.client, "/search?q=最低生活保障")
    (last,) = re.findall(r'<a href="([^"]*)">去年</a>', page)
    assert "日期：2019-01-01 至 2019-12-31" in text_of(site.client, unescape(last))
    assert re.search(r'aria-current="true">去年</a>', text_of(site.client, unescape(last)))


def test_a_facet_is_looked_through_for_a_name(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[str] = []
    monkeypatch.setattr("indexer.gaps.Gaps.record", lambda self, typed, partly, today: counted.append(typed))
    page = text_of(site.client, "/search?facet=column&like=财信")
    facet = page.split('id="facet-column"')[1].split('class="facet')[0]
    assert "财政信息" in facet and "规范性文件" not in facet and 'value="财信"' in facet
    facet = text_of(site.client, "/search?facet=issuer&like=<b>").split('id="facet-issuer"')[1]
    assert "有“&lt;b&gt;”的 0 项" in facet
    assert "规范性文件" in text_of(site.client, "/search?facet=&like=x") and not counted


def test_an_unknown_facet_value_finds_nothing_and_can_be_taken_off(site: Site) -> None:
    page = text_of(site.client, "/search?genre=没有这种体裁")
    assert "没有这种体裁" in page
    assert "取消筛选" in page


def test_links_shared_in_wechat_work(site: Site) -> None:
    assert site.client.get("/search?q=预算&from=timeline&isappinstalled=0").status_code == 200
    # A document is shown whatever parameters another site has added to its address.
    shared = site.client.get(f"/documents/{site.ids['低保.txt']}?q=户籍&from=app&sort=x")
    assert shared.status_code == 200 and "<mark>户籍</mark>所在地" in shared.text
    assert site.client.get("/browse//columns").status_code == 404


def hidden_addresses(site: Site) -> list[str]:
    ids = [site.ids[name] for name in ("待审.txt", "不予.txt")]
    return addresses_of(ids)


def addresses_of(ids: list[str]) -> list[str]:
    return [
        f"{prefix}/documents/{id}{suffix}"
        for id in ids
        for prefix, suffix in (("", ""), ("", "/original"), ("", "/attachments/1"), ("/api/v1", ""))
    ]


def test_hidden_and_unknown_documents_answer_alike(site: Site) -> None:
    for address in hidden_addresses(site):
        unknown = re.sub(r"documents/\w+", "documents/aaaaaaaaaaaa", address)
        hidden, other = site.client.get(address), site.client.get(unknown)
        assert hidden.status_code == other.status_code == 404
        assert hidden.data == other.data
        assert dict(hidden.headers) == dict(other.headers)


def test_a_withdrawn_document_says_so_and_nothing_of_itself(site: Site) -> None:
    for address in addresses_of([site.ids["撤回.txt"]]):
        answer = site.client.get(address)
        assert answer.status_code == 410
        told = json.dumps(answer.json, ensure_ascii=False) if answer.is_json else answer.text
        assert "含个人信息" in told
        assert "撤回" in told
        assert "救助对象" not in told
        assert "独角兽" not in told


def test_a_withdrawn_document_leads_to_a_public_replacement(services: Services, tmp_path: Path) -> None:
    ids = []
    with Sandbox() as sandbox:
        intake = Intake(services.catalogue, services.blobs, sandbox, "收文员")
        for name in ("旧", "新"):
            path = tmp_path / f"{name}.txt"
            path.write_text(f"关于防汛的通知（{name}）\n内容。\n", encoding="utf-8")
            ids.append(str(intake.receive(Item(path, name)).document_id))
    for id in ids:
        publish(services.catalogue, id)
    client = create_app(services).test_client()
    old, new = ids
    review.decide(services.catalogue, old, Verdict.WITHDRAW, "审查员", "数据<b>有误", replacement=new)
    assert f'href="/documents/{new}"' in client.get(f"/documents/{old}").text
    assert "数据&lt;b&gt;有误" in client.get(f"/documents/{old}").text
    assert client.get(f"/api/v1/documents/{old}").get_json()["replacement"] == f"/documents/{new}"
    review.decide(services.catalogue, new, Verdict.WITHDRAW, "审查员", "也有误")
    assert new not in client.get(f"/documents/{old}").text
    assert client.get(f"/api/v1/documents/{old}").get_json()["replacement"] is None
    publish(services.catalogue, old)
    assert client.get(f"/documents/{old}").status_code == 200


def test_a_document_that_is_not_approved_is_in_no_answer_of_the_site(site: Site) -> None:
    words = [*HIDDEN_WORDS, "矿区搬迁", "应急演练", "救助对象", "云溪县"]
    addresses = ["/", "/search", "/search?sort=newest&per_page=40"]
    for word in words:
        addresses += [f"/search?q={word}", f"/api/v1/search?q={word}", f"/api/v1/suggest?q={word}"]
        addresses += [f"/search?q=-{word}", f"/api/v1/search?q=“{word}”&sort=oldest"]
    secret = [*HIDDEN_WORDS, *(site.ids[name] for name in ("待审.txt", "不予.txt", "撤回.txt"))]
    for address in addresses:
        answer = site.client.get(address)
        assert answer.status_code == 200
        shown = answer.text
        for word in words:  # The search box and links repeat what was typed.
            if f"={word}" in address or f"=-{word}" in address or f"“{word}”" in address:
                shown = shown.replace(word, "")
        shown = re.sub(r"%[0-9A-F]{2}", "", shown)
        assert not [each for each in secret if each in shown], address
    counted = site.client.get("/api/v1/search?q=").get_json()
    assert counted["total"] == 3
    years = next(facet for facet in counted["facets"] if facet["name"] == "year")
    assert {value["value"]: value["count"] for value in years["values"]} == {"2020": 1, "2019": 1, "2014": 1}


def test_a_page_does_not_rely_on_the_index_alone(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    # Break the first gate: the index then still finds the withdrawn document.
    monkeypatch.setattr(type(site.services.catalogue), "hidden_since", lambda *_: frozenset())
    for address in ("/search?q=独角兽", "/api/v1/search?q=独角兽"):
        answer = site.client.get(address)
        assert site.ids["撤回.txt"] not in answer.text
        assert "救助对象名单" not in answer.text


def test_without_an_index_the_site_says_so_instead_of_finding_nothing(
    tmp_path: Path, installation: Installation
) -> None:
    services = open_services(installation(tmp_path / "empty"))
    client = create_app(services).test_client()
    for address in ("/", "/search?q=预算", "/api/v1/search?q=预算", "/browse/years", "/search.atom?q=x", "/search.csv"):
        response = client.get(address)
        assert response.status_code == 503
        assert "稍后再试" in response.text
        assert "Traceback" not in response.text
    # The process is alive but not ready. Pages that need no index are still served.
    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code == 503
    assert client.get("/help").status_code == 200
    services.close()


def test_an_unexpected_error_is_a_sentence_too(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.citizens.pages.find", lambda *_: 1 / 0)
    page = text_of(site.client, "/search?q=预算", 500)
    assert "意外错误" in page
    assert "ZeroDivision" not in page


@pytest.mark.parametrize("method", ["post", "put", "delete"])
def test_the_public_side_only_reads(site: Site, method: str) -> None:
    response = getattr(site.client, method)("/search")
    assert response.status_code == 405
    assert "Allow" in response.headers


@pytest.mark.parametrize("address", ["/nothing", "/documents/../../etc/passwd", "/documents/%00", "/static/../app.py"])
def test_what_is_not_there_is_a_404_with_a_way_on(site: Site, address: str) -> None:
    assert 'href="/"' in text_of(site.client, address, 404)


def test_other_words_are_shown_with_a_way_to_do_without(site: Site) -> None:
    page = text_of(site.client, "/search?q=低保")
    assert "已同时检索：低保（最低生活保障）" in page
    assert site.ids["低保.txt"] in page
    literal = text_of(site.client, "/search?q=低保&literal=1")
    assert "没有找到" in literal
    assert "只检索了原词" in literal
    assert 'href="/search?q=%E4%BD%8E%E4%BF%9D&amp;literal=1"' in page


def test_a_figure_is_wanted_whole_and_found_in_other_spellings(site: Site) -> None:
    page = text_of(site.client, "/search?q=二〇二〇年部门预算")
    assert site.ids["预算.txt"] in page
    assert "已同时检索：二〇二〇年（2020年、" in page and "只检索原词" in page
    assert "<mark>2020年" in page
    assert "没有找到" in text_of(site.client, "/search?q=20.2%25")
    page = text_of(site.client, "/search?q=部门预算 20.2%25")
    assert site.ids["预算.txt"] in page
    assert "以下是部分相符的结果" in page
    assert site.ids["预算.txt"] in text_of(site.client, "/search?q=预算 日期:二〇二〇年二月")


def test_an_exclusion_is_told_with_a_way_to_do_without(site: Site) -> None:
    page = text_of(site.client, "/search?q=最低生活保障 -暂行办法")
    assert "已按减号排除：暂行办法" in page
    assert f'href="/search?q={quote_plus("最低生活保障 暂行办法")}"' in page
    assert f"/documents/{site.ids['旧办法.txt']}" not in page
    assert "已按减号排除：&lt;b&gt;" in text_of(site.client, "/search?q=预算 -<b>")
    for typed in ("气温 -5℃", "最低生活保障"):
        assert "已按减号排除" not in text_of(site.client, f"/search?q={typed}")


def test_what_a_word_says_is_offered_and_not_applied(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.search.find.office_today", lambda: date(2020, 5, 6))
    page = text_of(site.client, "/search?q=去年最低生活保障")
    (offered,) = re.findall(r'<a href="([^"]*)">只看 2019 年（\d 件）</a>', page)
    assert "“去年”不必在文中出现" in page
    narrowed = text_of(site.client, unescape(offered))
    assert site.ids["低保.txt"] in narrowed and f"/documents/{site.ids['旧办法.txt']}" not in narrowed
    assert "日期：2019-01-01 至 2019-12-31" in narrowed and "“去年”" not in narrowed
    page = text_of(site.client, "/search?q=最新现行有效最低生活保障")
    addresses = dict(
        map(reversed, re.findall(r'<a href="([^"]*)">(只看现行有效的|按日期最新在前排列)（\d 件）</a>', page))
    )
    assert "validity=%E7%8E%B0%E8%A1%8C%E6%9C%89%E6%95%88" in addresses["只看现行有效的"]
    assert "sort=newest" in addresses["按日期最新在前排列"]
    assert "也可以：" not in text_of(site.client, "/search?q=“去年”最低生活保障 -今年")


def test_what_finds_nothing_is_not_offered(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.search.find.office_today", lambda: date(2035, 5, 6))
    for typed in ("今年最低生活保障", "1999年1月1日 最低生活保障", "今年 。"):
        page = text_of(site.client, f"/search?q={typed}")
        assert "只看" not in page.partition('class="facets"')[0], typed
    assert "“今年”不必在文中出现" in text_of(site.client, "/search?q=今年最低生活保障")


@pytest.mark.parametrize("typed", ["2019年9月20日", "二〇一九年九月二十日", "2019-09-20", "２０１９ 年 ９ 月 ２０ 日"])
def test_a_day_leads_to_the_documents_of_that_day(site: Site, typed: str) -> None:
    page = text_of(site.client, f"/search?q={typed}")
    (offered,) = re.findall(r'<a href="([^"]*)">只看 2019 年 9 月 20 日的文件（\d 件）</a>', page)
    assert f"/documents/{site.ids['低保.txt']}" in text_of(site.client, unescape(offered))


def test_what_looks_like_grammar_and_is_none_is_told(site: Site) -> None:
    page = text_of(site.client, "/search?q=低保 or <b>五保")
    assert "“or”按普通的词检索" in page and "低保 OR &lt;b&gt;五保" in page
    answer = site.client.get("/api/v1/search?q=标题:(低保 申请)").json or {}
    assert "不表示分组" in answer["notices"][0]
    assert (site.client.get("/api/v1/search?q=低保 OR 五保").json or {})["notices"] == []


def test_a_question_for_a_number_shows_the_sentence(site: Site) -> None:
    answer = text_of(site.client, "/search?q=低保申请几天答复").split('class="answer"')[1].split("</section>")[0]
    assert "<mark>15个工作日内</mark>" in answer
    assert site.ids["低保.txt"] in answer
    assert 'class="answer"' not in text_of(site.client, "/search?q=低保申请")


def test_a_document_leads_to_others_about_the_same(site: Site) -> None:
    page = text_of(site.client, f"/documents/{site.ids['低保.txt']}").split('class="similar"')[1]
    assert site.ids["旧办法.txt"] in page
    assert site.ids["撤回.txt"] not in page
    assert site.ids["预算.txt"] not in page


def test_searches_in_vain_are_counted_for_staff_and_shown_to_nobody(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[tuple[str, bool]] = []
    monkeypatch.setattr("indexer.gaps.Gaps.record", lambda self, typed, partly, today: counted.append((typed, partly)))
    asked = "航天飞机"
    first = text_of(site.client, f"/search?q={asked}")
    others = (f"/search?q={asked}&genre=通知", f"/search?q={asked}&sort=newest", "/search?q=最低生活保障", "/search")
    for address in others:
        text_of(site.client, address)
    site.client.get(f"/api/v1/search?q={asked}")
    assert counted == [(asked, False)]
    assert text_of(site.client, f"/search?q={asked}") == first
    text_of(site.client, "/search?q=最低生活保障 航天飞机")
    assert counted[-1] == ("最低生活保障 航天飞机", True)
