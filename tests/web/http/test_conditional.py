"""Conditional requests and caching, which never keeps a withdrawn document."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from archive.decisions import relations, review
from archive.document import Verdict
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from tests.conftest import publish
from tests.web.conftest import Site, client_of
from web.http import edition
from web.installation.county import County, Office

pytestmark = pytest.mark.page


def test_what_has_not_changed_is_not_sent_again(own: Site) -> None:
    id = own.ids["低保.txt"]
    for address in (
        "/",
        "/search?q=最低生活保障",
        f"/documents/{id}",
        f"/api/v1/documents/{id}",
        "/search.atom",
        "/sitemap.xml",
    ):
        first = own.client.get(address)
        tag = first.headers["ETag"]
        assert first.status_code == 200 and tag.startswith('W/"')
        again = own.client.get(address, headers={"If-None-Match": tag})
        assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", tag), address
        assert first.headers["X-Accel-Expires"] and "Cookie" in first.headers["Vary"]
        # Another page or another look has another tag.
        assert own.client.get("/help", headers={"If-None-Match": tag}).status_code == 200
        assert (
            client_of(own.services).get(f"{address}{'&' if '?' in address else '?'}elder=1").headers.get("ETag") is None
        )


def test_a_withdrawal_ends_every_answer_that_is_kept(own: Site) -> None:
    id = own.ids["低保.txt"]
    addresses = (
        "/",
        "/search?q=最低生活保障",
        f"/documents/{id}",
        f"/api/v1/documents/{id}",
        "/search.atom",
        "/oai?verb=ListSets",
    )
    tags = {address: own.client.get(address).headers["ETag"] for address in addresses}
    before = own.client.get("/edition").headers["X-Edition"]
    review.decide(own.services.catalogue, id, Verdict.WITHDRAW, "审查员", "含个人信息")
    assert own.client.get("/edition").headers["X-Edition"] != before
    for address, tag in tags.items():
        answer = own.client.get(address, headers={"If-None-Match": tag})
        assert answer.status_code == (410 if id in address else 200), address
        assert "户籍所在地" not in answer.text


def test_nothing_is_confirmed_to_who_names_no_edition(own: Site) -> None:
    review.decide(own.services.catalogue, own.ids["低保.txt"], Verdict.WITHDRAW, "审查员", "含个人信息")
    for address, status in (
        (f"/documents/{own.ids['低保.txt']}", 410),
        (f"/documents/{own.ids['待审.txt']}", 404),
        ("/search?page=x", 400),
        ("/api/v1/search?nothing=1", 400),
    ):
        assert own.client.get(address, headers={"If-None-Match": "*"}).status_code == status, address


def test_an_edition_changes_with_what_the_installation_says_of_itself(own: Site) -> None:
    settings = own.services.settings
    others = [
        replace(own.services, county=County(Office("云溪县政务公开办"))),
        replace(own.services, settings=replace(settings, site_name="云溪县")),
        replace(own.services, settings=replace(settings, address="https://x.example")),
    ]
    assert len({edition.edition(each).token for each in (own.services, *others)}) == 4


def test_a_confirmed_relation_is_shown_at_once_and_a_hidden_one_changes_nothing(own: Site, tmp_path: Path) -> None:
    catalogue, law = own.services.catalogue, own.ids["低保.txt"]

    def confirmed(name: str, public: bool) -> None:
        path = tmp_path / f"{name}.txt"
        path.write_text(f"《关于印发云溪县最低生活保障实施办法的通知》{name}\n\n怎样申请低保。\n", encoding="utf-8")
        with Sandbox() as sandbox:
            id = str(Intake(catalogue, own.services.blobs, sandbox, "收文员").receive(Item(path, name)).document_id)
        if public:
            publish(catalogue, id)
        (proposal,) = relations.proposals(catalogue, id)
        tag = own.client.get(f"/documents/{law}").headers["ETag"]
        relations.confirm(catalogue, proposal.id, law, "法制科", date(2020, 1, 1))
        page = own.client.get(f"/documents/{law}", headers={"If-None-Match": tag})
        assert page.status_code == (200 if public else 304)
        assert (id in page.text) is public

    confirmed("政策解读", True)
    confirmed("一图读懂", False)


@pytest.mark.parametrize("what", ["a day", "a bring-up", "an edit of the synonyms"])
def test_an_edition_changes_with_what_a_page_depends_on(own: Site, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    before = edition.edition(own.services)
    assert edition.edition(own.services) == before
    if what == "a day":
        monkeypatch.setattr("web.http.edition.office_today", lambda: date(2030, 1, 1))
    elif what == "a bring-up":
        edition.stamp(own.services.settings.data)
    else:
        (own.services.settings.data / "synonyms.tsv").write_text("测试词\t预算\t=\t试\n", encoding="utf-8")
        own.services.synonyms._kept._due = 0.0
    assert edition.edition(own.services).token != before.token


def test_a_search_in_vain_is_never_answered_by_a_cache(own: Site) -> None:
    answer = own.client.get("/search?q=没有这样的词语组合")
    assert "ETag" not in answer.headers and "X-Accel-Expires" not in answer.headers


def test_a_night_that_failed_is_told_and_searches_go_on(own: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    data = own.services.settings.data
    (data / "brought-up").write_text("2026-01-02T18:00:00+00:00\n", encoding="ascii")
    page = own.client.get("/search?q=最低生活保障").text
    assert "数据截至 2026年1月3日 02:00" in page and "此后的更新没有完成" in page
    assert "共找到" in page
    edition.stamp(data)
    current = own.client.get("/")
    assert "此后的更新没有完成" not in current.text
    # When the index becomes stale and nothing else changes, earlier cached pages are not confirmed.
    monkeypatch.setattr("web.http.edition._STALE", timedelta(0))
    later = own.client.get("/", headers={"If-None-Match": current.headers["ETag"]})
    assert later.status_code == 200 and "此后的更新没有完成" in later.text


@pytest.mark.parametrize(
    "told",
    [
        *("半", "", "\0" * 10_000_000, "2026-01-02T18:00:00", "9999-12-31T23:59:59+00:00", "0001-01-01T00:00:00+14:00"),
        "2099-06-30T23:51:09+00:00",
        "1969-12-31T00:00:00+00:00",
    ],
)
def test_a_record_of_the_night_that_can_not_be_is_unknown_and_told(told: str, own: Site) -> None:
    (own.services.settings.data / "brought-up").write_text(told, encoding="utf-8")
    page = own.client.get("/")
    assert page.status_code == 200
    assert "数据截至的时间不明" in page.text and "年" not in page.text.partition("数据截至的时间不明")[2][:40]
    ready = own.client.get("/readyz").json or {}
    assert ready["age_seconds"] is None
    assert "gongkai reindex" in ready["warning"]
    edition.stamp(own.services.settings.data)
    assert "数据截至的时间不明" not in own.client.get("/").text
    assert (own.client.get("/readyz").json or {})["warning"] == ""


def test_the_style_may_be_kept_for_ever_and_pages_not(own: Site) -> None:
    page = own.client.get("/")
    assert page.headers["Cache-Control"] == "no-cache"
    style = own.client.get(f"/static/style.css?v={edition.design()}")
    assert "immutable" in style.headers["Cache-Control"]
    assert "immutable" not in own.client.get("/static/style.css").headers["Cache-Control"]
    missing = own.client.get(f"/static/nothing.css?v={edition.design()}")
    assert missing.status_code == 404 and "immutable" not in missing.headers["Cache-Control"]
    assert "Set-Cookie" not in own.client.get(f"/static/style.css?v={edition.design()}&elder=1").headers
    assert f"/static/style.css?v={edition.design()}" in page.text


def test_pages_are_sent_compressed_to_who_takes_it(own: Site) -> None:
    plain = own.client.get("/")
    packed = own.client.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert len(packed.data) < len(plain.data) / 2
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert "Content-Encoding" not in plain.headers
