"""A long text at the desk: in parts, each of which leads to the others, and nothing of it is missing."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.registers.roles import Role
from tests.web.staff.conftest import DeskSite
from web.installation.services import Services

# What pages look like, which is alike over any database.
pytestmark = pytest.mark.page

LINES = [f"第{at}段：" + "各单位要按照职责分工抓好落实，不得推诿。" * 8 for at in range(400)]
PHONES = {40: "村民王某13812345678。", 390: "村民李某13912345678。"}


@pytest.fixture
def long(services: Services, tmp_path: Path) -> str:
    """Take in a text of 70,000 characters with numbers of persons in it, and an attachment; return its id."""
    text = [f"{line}{PHONES.get(at, '')}" for at, line in enumerate(LINES)]
    (tmp_path / "规划.txt").write_text("关于印发规划的通知\n\n" + "\n\n".join(text), encoding="utf-8")
    (tmp_path / "附表.txt").write_text("附表的内容。", encoding="utf-8")
    with Sandbox(workers=1) as sandbox:
        intake = Intake(services.catalogue, services.blobs, sandbox, "丁四")
        receipt = intake.receive(Item(tmp_path / "规划.txt", "规划.txt", attachments=(tmp_path / "附表.txt",)))
    assert receipt.document_id, receipt.reason
    return receipt.document_id


def test_all_of_a_long_text_is_read_in_parts_that_lead_to_each_other(site: DeskSite, long: str) -> None:
    reviewer = site[Role.REVIEWER]
    address, read = f"/documents/{long}", list[str]()
    while address:
        page = unescape(reviewer.get(address).text)
        assert len(page.encode()) < 120_000
        read += re.findall(r"<p>(第\d+段：|附表的内容)", page)
        onward = re.search(r'href="([^"#]*)#what">续读第 \d+ 部分</a>', page)
        address = onward[1] if onward else ""
    assert read == [*(f"第{at}段：" for at in range(400)), "附表的内容"]
    whole = re.search(r'href="([^"#]*)#what">全文一页显示</a>', page)
    assert whole
    everything = unescape(reviewer.get(whole[1]).text)
    assert re.findall(r"<p>(第\d+段：|附表的内容)", everything) == read


def test_a_finding_and_an_attachment_lead_to_the_part_in_which_they_stand(site: DeskSite, long: str) -> None:
    reviewer = site[Role.REVIEWER]
    page = reviewer.get(f"/documents/{long}").text
    for links in (r'href="([^"]*)(#place-\d+)"', r'href="([^"]*)(#attachment-1)"'):
        for path, place in re.findall(links, page):
            there = reviewer.get(path or f"/documents/{long}").text
            assert f'id="{place[1:]}"' in there
    assert len(re.findall("#place-", page)) == 2 and re.search(r'href="/documents/\w+\?part=\d+#place-2"', page)


def test_a_form_leads_back_to_the_part_from_which_it_was_sent(site: DeskSite, long: str) -> None:
    reviewer = site[Role.REVIEWER]
    place = f"/documents/{long}?part=3"
    action = re.search(r'action="([^"]*/settle/1[^"]*)"', reviewer.get(place).text)
    assert action and action[1].endswith("?part=3")
    refused = reviewer.post(action[1], place, settlement="keep")
    assert refused.status_code == 409 and 'aria-label="文字的第 3 部分" aria-current="page"' in refused.text
    answer = reviewer.post(action[1], place, settlement="keep", reason="公务号码，可以公开")
    assert answer.status_code == 303 and answer.headers["Location"].startswith(place)


@pytest.mark.parametrize(("asked", "shown"), [("9999", -1), ("0", 0), ("x", 0), ("１", 0), ("", 0)])
def test_after_the_last_part_comes_none(site: DeskSite, long: str, asked: str, shown: int) -> None:
    page = site[Role.REVIEWER].get(f"/documents/{long}?part={asked}").text
    parts = re.findall(r'aria-label="文字的第 (\d+) 部分"( aria-current="page")?', page)
    half = parts[: len(parts) // 2]
    assert half[shown][1] and sum(bool(current) for _, current in half) == 1


def test_each_table_has_a_name_of_its_own(site: DeskSite, bring: Callable[[str, str, str], str]) -> None:
    """Somebody who only hears a page goes from one to the next."""
    id = bring("tables", "关于收费的通知\n\n甲\t1\n乙\t2\n\n以上为第一类。\n\n丙\t3\n丁\t4\n", "丁四")
    page = site[Role.REVIEWER].get(f"/documents/{id}").text
    names = re.findall(r'<div class="table" tabindex="0" role="region" aria-label="([^"]*)"', page)
    assert names == ["第 1 个表格", "第 2 个表格"]


def test_a_short_text_is_in_no_parts(site: DeskSite, bring: Callable[[str, str, str], str]) -> None:
    page = site[Role.REVIEWER].get(f"/documents/{bring('short', '关于放假的通知', '丁四')}").text
    assert "部分" not in page.partition('class="original"')[2].partition("</section>")[0]
