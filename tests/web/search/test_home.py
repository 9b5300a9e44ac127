"""The first page: whose it is, doors that lead somewhere, what is newest, and a way to browse whatever there is."""

import re
from dataclasses import replace
from datetime import date

import pytest

from indexer import sync
from tests.bench import documents as bench
from tests.conftest import make_document
from tests.web.conftest import Site, client_of
from web.installation.county import County, Door
from web.installation.services import Services, open_services
from web.installation.settings import SITE_NAME
from web.search.home import home

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page


def test_a_door_opens_on_something_or_is_not_there(site: Site) -> None:
    labels = {each.label: each.url for each in home(site.services).doors}
    assert {"救助", "财政"} <= set(labels) and "不动产" not in labels
    # 社会救助 finds nothing here, and the next of its words does.
    assert "%E6%9C%80%E4%BD%8E" in labels["救助"]
    for url in labels.values():
        assert "没有找到" not in site.client.get(url).text
        assert "没有同时包含" not in site.client.get(url).text


def test_doors_are_the_county_s_own_where_it_states_some(site: Site) -> None:
    stated = (
        Door("钱袋子", column="法定主动公开内容/财政信息"),
        Door("动物", q="独角兽"),
        Door("看不懂", q="……"),
        Door("通知", genre="通知"),
    )
    client = client_of(replace(site.services, county=County(doors=stated)))
    doors = client.get("/").text.split('class="doors"')[1].split("</ul>")[0]
    assert re.findall(r">([^<]+)</a>", doors) == ["钱袋子", "通知"]


def test_what_has_no_day_is_never_newest_and_the_last_reports_are_there(own: Site) -> None:
    made = [
        make_document("undated", "没有日期的通告", "内容。", genre="通告"),
        make_document("town", "柳河镇2021年政府信息公开工作年度报告", "内容。", genre="年报"),
        make_document("county", "云溪县人民政府2021年政府信息公开工作年度报告", "内容。", genre="年报"),
        make_document(
            "before",
            "云溪县人民政府2020年政府信息公开工作年度报告",
            "内容。",
            genre="年报",
            written_on=date(2021, 1, 9),
        ),
    ]
    bench.publish(own.services.catalogue, made)
    sync.catch_up(own.services.catalogue, own.services.engine)
    page = home(own.services)
    days = [each.published_on or each.written_on for each in page.newest]
    assert page.newest[0].id == "before" and None in days and days.index(None) > 3
    assert [each.label[:7] for each in page.reports] == ["云溪县人民政府", "柳河镇2021年"[:7]]
    assert "历年年度报告" in own.client.get("/").text
    assert "per_page" not in own.client.get("/").text


def test_without_columns_there_is_another_way_to_browse(services: Services) -> None:
    sync.catch_up(services.catalogue, services.engine)
    assert "这里还没有公开文件" not in client_of(services).get("/").text
    bench.publish(services.catalogue, [make_document("a", "关于防汛的通知", "内容。", genre="通知")])
    sync.catch_up(services.catalogue, services.engine)
    page = client_of(services).get("/").text
    assert "按文件类型浏览" in page and "/search?genre=%E9%80%9A%E7%9F%A5" in page


def test_pages_are_named_after_the_county(services: Services) -> None:
    (services.settings.data / "site.toml").write_text(
        'name = "云溪县"\nhost = "云溪县人民政府办公室"\n', encoding="utf-8"
    )
    named = open_services(services.settings)
    own = open_services(replace(services.settings, site_name="信息公开平台"))
    assert (named.settings.site_name, own.settings.site_name) == (f"云溪县{SITE_NAME}", "信息公开平台")
    sync.catch_up(own.catalogue, own.engine)
    page = client_of(own).get("/").text
    assert '<p class="whose">云溪县</p>' in page and "主办单位：云溪县人民政府办公室。" in page
    page = client_of(named).get("/").text
    assert "<h1>云溪县政府信息公开检索</h1>" in page and 'class="whose"' not in page
    named.close()
    own.close()
