"""The look a visitor chooses, and what a public query terminal does not offer or keep."""

import shutil
from dataclasses import replace
from ipaddress import ip_network

import pytest

from tests.web.conftest import Site, client_of
from web.http.visitor import Display

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page


def test_a_choice_is_made_by_link_and_kept_by_cookie(site: Site) -> None:
    client = client_of(site.services)
    assert '<html lang="zh-CN">' in client.get("/search?q=低保").text
    chosen = client.get("/search?q=低保&elder=1&contrast=1")
    assert '<html lang="zh-CN" class="elder contrast touch">' in chosen.text
    cookie = chosen.headers.getlist("Set-Cookie")
    assert len(cookie) == 1 and cookie[0].startswith("display=1100;")
    assert "HttpOnly" in cookie[0] and "SameSite=Lax" in cookie[0] and "Max-Age=31536000" in cookie[0]
    for address in ("/", "/help", f"/documents/{site.ids['低保.txt']}", "/browse/columns", "/nowhere"):
        later = client.get(address)
        assert 'class="elder contrast touch"' in later.text, address
        assert "退出长者模式" in later.text
        assert "Set-Cookie" not in later.headers
    assert 'class="contrast size-2"' in client.get("/?elder=0&size=2").text


def test_the_links_keep_the_page(site: Site) -> None:
    page = client_of(site.services).get("/search?q=低保&genre=通知&elder=1").text
    assert 'href="/search?q=%E4%BD%8E%E4%BF%9D&amp;genre=%E9%80%9A%E7%9F%A5&amp;elder=0"' in page


@pytest.mark.parametrize("address", ["/?elder=2", "/?size=3", "/?contrast=yes", "/?terminal=", "/search?simple=-1"])
def test_a_choice_that_is_none_is_told(site: Site, address: str) -> None:
    client = client_of(site.services)
    answer = client.get(address)
    assert answer.status_code == 400
    assert "显示设置" in answer.text
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("text", ["", "1", "9999", "1030", "11111", "一二三四", "1 00", "2000", "１０００"])
def test_a_cookie_that_is_none_of_ours_is_the_plain_look(text: str) -> None:
    assert Display.of_cookie(text) == Display()


def test_every_look_comes_back_from_its_cookie() -> None:
    looks = [Display(e, c, s, p) for e in (0, 1) for c in (0, 1) for s in (0, 1, 2) for p in (0, 1)]
    assert [Display.of_cookie(look.cookie) for look in looks] == looks


def test_a_terminal_offers_no_file_and_no_way_out(site: Site) -> None:
    client = client_of(site.services)
    assert "terminal" in client.get("/?terminal=1").text
    id = site.ids["低保.txt"]
    for address in ("/", "/search?q=低保", f"/documents/{id}", "/about", "/help", f"/documents/{id}/sheet"):
        page = client.get(address)
        assert page.headers["Cache-Control"] == "no-store"
        assert "ETag" not in page.headers and "X-Accel-Expires" not in page.headers
        for offer in ("/original", "/attachments/", ".csv", ".atom", ".jsonl", 'rel="external', "下载原件"):
            assert offer not in page.text, (address, offer)
    for address in (f"/documents/{id}/original", f"/documents/{id}/attachments/1", "/search.csv", "/documents.csv"):
        refused = client.get(address)
        assert refused.status_code == 403
        assert "二维码" in refused.text
    assert "<svg" in client.get(f"/documents/{id}").text


def test_a_terminal_is_known_by_its_address_too(site: Site) -> None:
    settings = replace(site.services.settings, terminals=(ip_network("10.1.7.0/24"),))
    client = client_of(replace(site.services, settings=settings))
    assert "terminal" in client.get("/", environ_base={"REMOTE_ADDR": "10.1.7.9"}).text
    assert "terminal.js" not in client.get("/", environ_base={"REMOTE_ADDR": "10.1.8.9"}).text
    # No parameter in an address can switch a terminal off.
    assert "terminal.js" in client.get("/?terminal=0", environ_base={"REMOTE_ADDR": "10.1.7.9"}).text


def test_a_terminal_forgets(site: Site) -> None:
    client = client_of(site.services)
    client.get("/?terminal=1&elder=1")
    assert "elder" in client.get("/").text
    forgotten = client.get("/forget")
    assert forgotten.status_code == 200
    assert 'class="touch terminal"' in forgotten.text
    assert forgotten.headers["Cache-Control"] == "no-store"
    assert forgotten.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert 'class="touch terminal"' in client.get("/").text


def test_it_forgets_while_nothing_else_works(own: Site) -> None:
    shutil.rmtree(own.services.settings.index_folder)
    forgotten = own.client.get("/forget?terminal=1")
    assert forgotten.status_code == 503
    assert forgotten.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert "display=;" in forgotten.headers["Set-Cookie"]


def test_what_a_terminal_chose_ends_with_its_browser(site: Site) -> None:
    client = client_of(site.services)
    cookies = client.get("/?terminal=1&size=1").headers.getlist("Set-Cookie")
    assert len(cookies) == 2
    assert not any("Max-Age" in cookie or "Expires" in cookie for cookie in cookies)


def test_a_proxy_is_believed_only_where_it_is_configured(site: Site) -> None:
    headers = {"X-Forwarded-For": "10.1.7.9", "X-Forwarded-Proto": "https", "X-Forwarded-Host": "evil.example"}
    settings = replace(site.services.settings, terminals=(ip_network("10.1.7.0/24"),))
    alone = client_of(replace(site.services, settings=settings))
    page = alone.get(f"/documents/{site.ids['低保.txt']}", headers=headers).text
    assert "terminal.js" not in page and "evil.example" not in page
    behind = client_of(replace(site.services, settings=replace(settings, proxies=1)))
    assert "terminal.js" in behind.get("/", headers=headers).text
    assert "Secure" in behind.get("/?elder=1", headers=headers).headers["Set-Cookie"]


def test_a_configured_address_is_what_goes_home(site: Site) -> None:
    settings = replace(site.services.settings, address="https://gongkai.example")
    client = client_of(replace(site.services, settings=settings))
    id = site.ids["低保.txt"]
    page = client.get(f"/documents/{id}", headers={"Host": "evil.example"}).text
    assert "https://gongkai.example" in page and "evil.example" not in page
    for address in (
        "/search.atom",
        "/sitemap.xml",
        "/sitemaps/0.xml",
        "/robots.txt",
        "/oai?verb=Identify",
        "/search.csv",
    ):
        text = client.get(address, headers={"Host": "evil.example"}).text
        assert "https://gongkai.example/" in text and "evil.example" not in text, address
