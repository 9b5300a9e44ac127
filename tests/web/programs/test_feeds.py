"""Lists for programs: Atom, CSV, the nightly lists, the site map, OpenSearch."""

import csv
import json
import os
import re
from gzip import decompress
from io import StringIO

import pytest
from lxml import etree

from archive.decisions import review
from archive.document import Verdict
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.store import sealed
from indexer import sync
from tests.conftest import publish
from tests.web.conftest import HIDDEN_WORDS, Site
from web.programs import lists
from web.programs.feeds import ATOM
from web.programs.metadata import HEADINGS, harmless

pytestmark = pytest.mark.page

NAMES = {"a": ATOM, "s": "http://www.sitemaps.org/schemas/sitemap/0.9", "o": "http://a9.com/-/spec/opensearch/1.1/"}


def parsed(site: Site, address: str) -> etree._Element:
    answer = site.client.get(address)
    assert answer.status_code == 200, answer.text
    assert "xml" in answer.content_type
    return etree.fromstring(answer.data)


def strings(element: etree._Element, path: str) -> list[str]:
    """Return the texts or attributes that an XPath finds."""
    found = element.xpath(path, namespaces=NAMES)
    assert isinstance(found, list)
    return [str(each) for each in found]


def test_a_feed_tells_the_newest_documents_of_a_search(site: Site) -> None:
    feed = parsed(site, "/search.atom?q=最低生活保障")
    titles = strings(feed, "a:entry/a:title/text()")
    # The older document was published last.
    assert titles == ["关于印发云溪县最低生活保障暂行办法的通知", "关于印发云溪县最低生活保障实施办法的通知"]
    for required in ("a:id", "a:title", "a:updated", "a:link[@rel='self']", "a:author/a:name"):
        assert len(feed.findall(required, NAMES)) == 1, required
    for entry in feed.findall("a:entry", NAMES):
        for required in ("a:id", "a:title", "a:updated", "a:link[@href]", "a:summary"):
            assert len(entry.findall(required, NAMES)) == 1, required
    column = parsed(site, "/search.atom?column=法定主动公开内容/财政信息")
    assert strings(column, "a:entry/a:title/text()") == ["云溪县财政局2020年部门预算"]
    assert not any(word in etree.tostring(parsed(site, "/search.atom"), encoding="unicode") for word in HIDDEN_WORDS)


@pytest.mark.statements
def test_what_is_published_today_is_news_whatever_it_is_dated(own: Site) -> None:
    folder = own.services.settings.data
    stated = {"written_on": "2011-05-01", "published_on": "2026-11-26", "column": "法定主动公开内容/财政信息"}
    (folder / "旧账.txt").write_text("云溪县2010年财政决算\n\n历年欠账已经还清。\n", encoding="utf-8")
    with Sandbox() as sandbox:
        intake = Intake(own.services.catalogue, own.services.blobs, sandbox, "收文员")
        taken = intake.receive(Item(folder / "旧账.txt", "旧账", stated))
    publish(own.services.catalogue, str(taken.document_id))
    sync.catch_up(own.services.catalogue, own.services.engine)
    address = f"http://localhost/documents/{taken.document_id}"
    for asked in ("", "column=法定主动公开内容", "q=财政", "topic=无&q=财政 -决算", "genre=预算"):
        told = strings(parsed(own, f"/search.atom?{asked}"), "a:entry/a:id/text()")
        assert (told[:1] == [address]) is (asked in ("", "column=法定主动公开内容", "q=财政")), asked
    assert re.findall(r'<a href="/documents/(\w+)"', own.client.get("/").text)[0] == taken.document_id
    # A withdrawal takes effect at once.
    review.decide(own.services.catalogue, str(taken.document_id), Verdict.WITHDRAW, "审查员", "有误")
    assert address not in own.client.get("/search.atom").text
    assert str(taken.document_id) not in own.client.get("/").text


def test_a_table_has_the_list_in_its_order(site: Site) -> None:
    answer = site.client.get("/search.csv?q=最低生活保障")
    assert answer.content_type == "text/csv; charset=utf-8"
    assert answer.data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(StringIO(answer.data.decode("utf-8-sig"))))
    assert tuple(rows[0]) == HEADINGS
    assert [row[0] for row in rows[1:]] == [site.ids["低保.txt"], site.ids["旧办法.txt"]]
    assert "attachment" in answer.headers["Content-Disposition"]


@pytest.mark.parametrize(
    "cell", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(1)", "\t=1", " =1", "＝1", "\r\n=1", "\u200b=1"]
)
def test_a_cell_is_never_a_formula(cell: str) -> None:
    assert harmless(cell)[0] not in "=+-@＝＋－＠\t\r\n"
    assert "\n" not in harmless(cell)


def test_the_lists_hold_everything_public_and_nothing_withdrawn_since(own: Site) -> None:
    assert own.client.get("/documents.csv").status_code == 404
    assert lists.make(own.services, lambda *_: None, lambda path: "https://x.example" + path) == 4
    id = own.ids["低保.txt"]
    whole = own.client.get("/documents.jsonl").text
    assert [json.loads(line)["id"] for line in whole.splitlines()] == sorted(
        own.ids[name] for name in ("低保.txt", "旧办法.txt", "预算.txt", "撤回.txt")
    )
    assert json.loads(whole.splitlines()[0])["url"].startswith("https://x.example/documents/")
    assert len(own.client.get("/documents.csv").text.splitlines()) == 5
    assert not any(word in whole for word in ("仙人掌", "火烈鸟"))
    tag = own.client.get("/documents.csv").headers["ETag"]
    assert own.client.get("/documents.csv", headers={"If-None-Match": tag}).status_code == 304
    gzip = {"Accept-Encoding": "gzip"}
    packed = own.client.get("/documents.jsonl", headers=gzip)
    assert packed.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in packed.headers["Vary"]
    assert decompress(packed.data).decode() == whole
    assert own.client.get("/search.csv", headers=gzip).headers["Content-Encoding"] == "gzip"
    again = own.client.get("/documents.jsonl", headers={**gzip, "If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304
    review.decide(own.services.catalogue, id, Verdict.WITHDRAW, "审查员", "含个人信息")
    assert id not in decompress(own.client.get("/documents.jsonl", headers=gzip).data).decode()
    for kind in ("csv", "jsonl"):
        since = own.client.get(f"/documents.{kind}", headers={"If-None-Match": tag})
        assert since.status_code == 200
        assert id not in since.text and "云政发〔2019〕6号" not in since.text
        assert own.ids["预算.txt"] in since.text
    kept = lists.newest(own.services.settings.data, own.services.catalogue.keys)
    lists.make(own.services, lambda *_: None, lambda path: path)
    assert lists.newest(own.services.settings.data, own.services.catalogue.keys) != kept
    assert len(own.client.get("/documents.jsonl").text.splitlines()) == 3
    assert len(list((own.services.settings.data / "bulk").iterdir())) == 1


def test_a_list_of_changes_that_the_catalogue_does_not_know_is_not_handed_out(own: Site) -> None:
    lists.make(own.services, lambda *_: None, lambda path: path)
    made = lists.newest(own.services.settings.data, own.services.catalogue.keys)
    assert made
    # As if an older database had been restored.
    about = {"name": made.name, "cursor": 50, "files": made.files}
    sealed.write(made.folder / "MANIFEST.json", about, "lists", own.services.catalogue.keys)
    assert own.client.get("/documents.csv").status_code == own.client.get("/documents.jsonl").status_code == 404
    lists.make(own.services, lambda *_: None, lambda path: path)
    assert own.client.get("/documents.csv").status_code == 200


@pytest.mark.parametrize("harm", ["a line", "the manifest", "its cursor", "its name", "a file gone"])
def test_a_list_that_is_not_what_was_written_is_not_handed_out(harm: str, own: Site) -> None:
    lists.make(own.services, lambda *_: None, lambda path: path)
    assert own.client.get("/documents.csv").status_code == 200
    made = lists.newest(own.services.settings.data, own.services.catalogue.keys)
    assert made
    table, manifest = made.folder / "documents.csv", made.folder / "MANIFEST.json"
    before = table.stat()
    if harm == "a line":
        table.write_bytes(table.read_bytes().replace("云政发".encode(), "雨政发".encode()))
        os.utime(table, ns=(before.st_atime_ns, before.st_mtime_ns))
    elif harm == "a file gone":
        table.unlink()
    elif harm == "the manifest":
        manifest.write_text("[" * 200_000, encoding="utf-8")
    elif harm == "its cursor":
        about = json.loads(manifest.read_text(encoding="utf-8"))
        manifest.write_text(json.dumps({**about, "cursor": 0}), encoding="utf-8")
    else:
        made.folder.rename(made.folder.with_name("9-99999999999999999999"))
    for headers in ({}, {"Accept-Encoding": "gzip"}):
        answer = own.client.get("/documents.csv", headers=headers)
        assert answer.status_code == 503
        assert "雨政发" not in answer.text
    lists.make(own.services, lambda *_: None, lambda path: path)
    assert own.client.get("/documents.csv").status_code == 200


def test_a_folder_that_no_list_is_in_is_none(own: Site) -> None:
    folder = own.services.settings.data / "bulk"
    for name in ("1x-2", "5-20260101", "٣-٤"):
        (folder / name).mkdir(parents=True)
    assert own.client.get("/documents.csv").status_code == 404


def test_a_list_can_be_fetched_in_pieces(own: Site) -> None:
    lists.make(own.services, lambda *_: None, lambda path: path)
    whole = own.client.get("/documents.csv").data
    piece = own.client.get("/documents.csv", headers={"Range": "bytes=10-19"})
    assert (piece.status_code, piece.data) == (206, whole[10:20])
    beyond = own.client.get("/documents.csv", headers={"Range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416


def test_the_site_map_has_each_document_with_its_last_change(own: Site) -> None:
    (where,) = strings(parsed(own, "/sitemap.xml"), "s:sitemap/s:loc/text()")
    found = strings(parsed(own, where.removeprefix("http://localhost")), "s:url/s:loc/text()")
    expected = [own.ids[name] for name in ("低保.txt", "旧办法.txt", "预算.txt", "撤回.txt")]
    assert [each.rpartition("/")[2] for each in found] == expected
    dates = strings(parsed(own, "/sitemaps/0.xml"), "s:url/s:lastmod/text()")
    assert all(each.startswith("20") and each.endswith("+00:00") for each in dates)
    review.decide(own.services.catalogue, own.ids["撤回.txt"], Verdict.WITHDRAW, "审查员", "含个人信息")
    assert own.ids["撤回.txt"] not in own.client.get("/sitemaps/0.xml").text
    assert own.client.get("/sitemaps/1.xml").status_code == 404


def test_a_browser_can_add_the_site(site: Site) -> None:
    described = parsed(site, "/opensearch.xml")
    template = strings(described, "o:Url[@type='text/html']/@template")[0]
    assert template == "http://localhost/search?q={searchTerms}"
    assert len(strings(described, "o:ShortName/text()")[0]) <= 16
    assert "/opensearch.xml" in site.client.get("/").text
    assert "Sitemap: http://localhost/sitemap.xml" in site.client.get("/robots.txt").text


def test_a_published_correction_is_in_the_feed_at_once_after_the_index_followed(own: Site) -> None:
    publish(own.services.catalogue, own.ids["待审.txt"])
    sync.catch_up(own.services.catalogue, own.services.engine)
    assert own.ids["待审.txt"] in own.client.get("/search.atom").text
