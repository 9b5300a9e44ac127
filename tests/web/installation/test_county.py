"""County information: shown where people look for it, and refused if wrong."""

import os
from contextlib import closing
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from archive.errors import BadSettings
from tests.web.conftest import CORPUS, Site, client_of
from web.installation import county
from web.installation.county import County
from web.installation.making import make
from web.installation.services import open_services
from web.installation.settings import Settings

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page


def test_without_the_file_pages_do_without(site: Site, tmp_path: Path) -> None:
    assert county.load(tmp_path) == County()
    assert "到哪里查" not in site.client.get("/").text
    assert "Ask at the reading places" in site.client.get("/en").text
    assert site.client.get("/guide").status_code == 200


def test_query_points_and_the_office_are_on_the_pages(site: Site) -> None:
    stated = county.load(CORPUS)
    assert len(stated.query_points) == 3 and stated.requests
    client = client_of(replace(site.services, county=stated))
    for address in ("/", "/guide"):
        page = client.get(address).text
        assert all(each.name in page and each.address in page for each in stated.query_points)
        assert stated.requests.office in page and stated.requests.phone in page
    assert stated.requests.phone in client.get("/accessibility").text
    english = client.get("/en").text
    assert all(each.name in english and each.phone in english for each in (*stated.query_points,))
    assert stated.requests.email in english and 'href="/en" lang="en"' in client.get("/help").text
    assert stated.requests.email in client.get("/oai?verb=Identify").text


def test_what_is_stated_is_of_the_day_it_was_checked_or_else_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text("as_of = 2026-02-03\n", encoding="utf-8")
    assert county.load(tmp_path).as_of == date(2026, 2, 3)
    path.write_text("contacts = []\n", encoding="utf-8")
    os.utime(path, (0, 86400 * 365))
    assert county.load(tmp_path).as_of == date(1971, 1, 1)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[requests", "读不出来"),
        ("[office]\na = 'b'", "不认识的部分：office"),
        ("query_points = 1", r"\[\[query_points\]\]"),
        ("query_points = [1]", "应是一个表"),
        ("[[query_points]]\nname = '甲'", "缺少必填的项.*address"),
        ("[[query_points]]\nname = '甲'\naddress = '乙'\nfax = '1'", "不认识的项“fax”"),
        ("[[query_points]]\nname = '甲'\naddress = '乙'\nterminals = '十楼'", "“terminals”应是以逗号隔开的地址或网段"),
        ("[[contacts]]\nphone = '1'", "缺少必填的项.*name"),
        ("contacts = 1", r"机关联系方式应写成 \[\[contacts\]\]"),
        ("name = 1", "name 应是"),
        ("[[doors]]\nlabel = '社保'", "第 1 个 doors 应写明"),
        ("[[doors]]\nlabel = '社保'\nq = '社保'\ngenre = '通知'", "中的一项"),
        ("[[doors]]\nlabel = '社保'\nq = '社保'\n" * 21, "最多 20 个"),
        ("as_of = '2026-03-01'", "不加引号"),
        ("as_of = 2026-03-01T00:00:00", "应是一个日期"),
        ("[requests]\noffice = 1", "字以内的文字"),
        (f"[requests]\noffice = '{'长' * 201}'", "字以内的文字"),
        ("\xff\xfe", "读不出来"),
        ("a = " + "[" * 200_000, "读不出来"),
        ("a = " + "9" * 5000, "读不出来"),
    ],
)
def test_a_file_that_is_wrong_is_told(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "site.toml").write_bytes(text.encode("latin-1" if text.startswith("\xff") else "utf-8"))
    with pytest.raises(BadSettings, match=says):
        county.load(tmp_path)


def test_a_file_that_is_wrong_takes_nothing_down(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    settings = Settings.at(tmp_path / "data")
    make(settings)
    stated = settings.data / "site.toml"
    for lay in (lambda: stated.write_text("[requests"), lambda: os.mkfifo(stated), lambda: stated.symlink_to("none")):
        lay()
        caplog.clear()
        with closing(open_services(settings)) as opened:
            assert opened.county == County()
        assert "site.toml" in caplog.text and "页面上暂时没有" in caplog.text
        stated.unlink()


def test_a_terminal_knows_where_it_stands(tmp_path: Path, site: Site) -> None:
    point = "[[query_points]]\nname = '{0}'\naddress = '乙'\nstaff = '{0}服务台'\nterminals = '{1}'\n"
    (tmp_path / "site.toml").write_text(
        point.format("馆", "10.1.7.0/24, ::1") + point.format("厅", ""), encoding="utf-8"
    )
    stated = county.load(tmp_path)
    assert [stated.standing(each) for each in ("10.1.7.9", "::1")] == [stated.query_points[0]] * 2
    assert [stated.standing(each) for each in ("10.1.8.9", "", None)] == [None] * 3
    client = client_of(replace(site.services, county=stated))
    assert "馆服务台" not in client.get("/help").text
    there = client.get("/help?terminal=1", environ_base={"REMOTE_ADDR": "10.1.7.9"}).text
    assert "请到馆服务台找工作人员" in there and "厅服务台" not in there
    assert "厅服务台" in client.get("/help?terminal=1").text
    # What a terminal keeps for when it is cut off is for terminals alone.
    client = client_of(replace(site.services, county=stated))
    assert client.get("/offline").status_code == client.get("/terminal-worker.js").status_code == 404
    client.get("/?terminal=1")
    assert "馆" in client.get("/offline").text
    assert client.get("/terminal-worker.js").mimetype == "text/javascript"
