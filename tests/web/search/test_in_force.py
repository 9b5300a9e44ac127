"""What a document that no longer holds leads to, and how its standing is told wherever it is listed."""

from datetime import date

import pytest

from archive.decisions import relations, review
from archive.decisions.relations import RelationKind
from archive.document import Verdict
from indexer import sync
from tests.web.conftest import Site
from web.search.in_force import subject

# What answers look like, which is alike over any database.
pytestmark = pytest.mark.page


@pytest.mark.parametrize(
    ("title", "about"),
    [
        ("云溪县人民政府办公室关于加强消防管理工作的通知", "加强消防"),
        ("云溪县人民政府关于印发云溪县养老保险实施办法（修订）的通知", "养老保险"),
        ("城市管理办法", "城市"),
        ("办法", ""),
    ],
)
def test_a_title_says_what_it_is_about(title: str, about: str) -> None:
    assert subject(title) == about


def test_what_no_longer_holds_leads_to_what_is_in_force(site: Site) -> None:
    page = site.client.get(f"/documents/{site.ids['旧办法.txt']}").text
    address = page.split("现行有效的“最低生活保障”文件</a>")[0].rpartition('href="')[2].partition('"')[0]
    found = site.client.get(address.replace("&amp;", "&")).text
    assert site.ids["低保.txt"] in found and f"/documents/{site.ids['旧办法.txt']}" not in found
    assert "办事请看" not in site.client.get(f"/documents/{site.ids['低保.txt']}").text


def test_a_successor_is_named_once_a_person_confirmed_it_and_while_it_is_public(own: Site) -> None:
    old, new, catalogue = own.ids["旧办法.txt"], own.ids["低保.txt"], own.services.catalogue
    assert "依据《" not in own.client.get(f"/documents/{old}").text
    relations.add(catalogue, new, RelationKind.REPEALS, old, "法制科", "原文写明", date(2020, 1, 1))
    sync.catch_up(catalogue, own.services.engine)
    page = own.client.get(f"/documents/{old}").text
    assert f'依据《<a href="/documents/{new}">' in page and "办事请看" not in page
    # Wherever it is listed: in the relations, and among what is alike.
    assert page.count("现行有效</span>") == 2
    other = own.client.get(f"/documents/{new}").text
    assert "本件废止：<a" in other and other.count('class="badge lapsed"') == 2
    assert "现行有效</span>" in own.client.get("/browse/numbers/云政发/2019").text
    assert "已废止</span>" in own.client.get("/").text
    review.decide(catalogue, new, Verdict.WITHDRAW, "审查员", "发错了")
    page = own.client.get(f"/documents/{old}").text
    assert "依据《" not in page and "办事请看" not in page
