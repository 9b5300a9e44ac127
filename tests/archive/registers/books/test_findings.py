"""Findings: opened and rechecked by the machine, answered by one person, closed by another."""

from datetime import date
from pathlib import Path

import pytest

from archive.errors import EntryRefused
from archive.registers.books import checking, contractors, findings
from archive.registers.books.book import Book
from archive.registers.books.findings import LOOKED_FOR, MACHINE, SPEC, Finding, Problem, due, keep
from archive.registers.requests.request import Actor
from archive.registers.staff import Staff
from archive.store.catalogue import Catalogue
from tests.archive.registers.books.conftest import CLERK, Open

HEAD = Actor("戊五", "head")
STALE = Finding(Problem.STALE, "工作动态", "最近一件是 2026-08-01 发布的。", "县政府办")
TERM = date(2026, 9, 8)


@pytest.fixture
def book(opened: Open) -> Book:
    return opened(SPEC)


def told(book: Book, id: str, **more: str) -> dict[str, str]:
    return {**{name: str(value) for name, value in book.entry(id).facts.items()}, **more}


def test_a_finding_is_opened_answered_rechecked_and_closed_by_another(
    book: Book, staff: Staff, catalogue: Catalogue
) -> None:
    kept = keep(book, [STALE, STALE], LOOKED_FOR, TERM)
    assert (kept.new, kept.noted) == (1, 0)
    assert keep(book, [STALE], LOOKED_FOR, TERM).noted == 0, "each night the same"
    (entry,) = book.all()
    assert entry.facts["due_on"] == "2026-09-08" and entry.facts["unit"] == "县政府办"
    assert book.events(entry.id)[0].person == MACHINE.person
    assert due(entry.facts, date(2026, 9, 10)).late and "逾期 2 天" in due(entry.facts, date(2026, 9, 10)).said
    answered = told(book, entry.id, answer="已经发布三条。", answered_on="2026-09-01")
    with pytest.raises(EntryRefused, match="复核没有通过"):
        book.change(entry.id, {**answered, "closed_on": "2026-09-01"}, HEAD)
    book.change(entry.id, answered, CLERK)
    # It is still there: closing is refused until it is not.
    assert keep(book, [STALE], LOOKED_FOR, TERM).noted == 1 and book.entry(entry.id).facts["recheck"] == "复现"
    with pytest.raises(EntryRefused, match="复现"):
        book.change(entry.id, told(book, entry.id, closed_on="2026-09-01"), HEAD)
    assert keep(book, [], LOOKED_FOR - {Problem.STALE}, TERM).noted == 0, "what was not looked for is not mended"
    assert keep(book, [], LOOKED_FOR, TERM).noted == 1 and book.entry(entry.id).facts["recheck"] == "已改"
    closing = told(book, entry.id, closed_on="2026-09-01")
    with pytest.raises(EntryRefused, match="由另一人登记"):
        book.change(entry.id, closing, CLERK)
    with pytest.raises(EntryRefused, match="由另一人登记"):
        book.change(entry.id, {**closing, "answer": "重写一遍。"}, HEAD)
    book.change(entry.id, closing, HEAD)
    assert due(book.entry(entry.id).facts, date(2027, 1, 1)).said == "已销号"
    # The same again is another finding.
    assert keep(book, [STALE], LOOKED_FOR, TERM).new == 1 and len(book.all()) == 2
    assert [*checking.problems(staff, catalogue)] == []
    assert dict(SPEC.figures(2026, [each.facts for each in book.all()])) == {
        **{"发现": "2 条", "已答复": "1 条", "已销号": "1 条", "栏目不更新": "2 条"},
    }


def test_what_a_contractor_found_is_rechecked_as_what_the_machine_found(book: Book) -> None:
    row = {
        "found_on": "2026-08-20",
        "source": "第三方监测",
        "kind": "空白栏目",
        "where": "招考录用",
        "said": "栏目为空",
    }
    link = {**row, "kind": "链接打不开", "where": "https://a.example/x"}
    with pytest.raises(EntryRefused, match="由另一人"):
        book.enter({**row, "answer": "已改。", "answered_on": "2026-09-01", "recheck": "已改"}
                   | {"rechecked_on": "2026-09-01", "closed_on": "2026-09-01"}, CLERK)  # fmt: skip
    blank, _ = book.enter(row, CLERK), book.enter(link, CLERK)
    assert keep(book, [Finding(Problem.BLANK, "招考录用", "空")], LOOKED_FOR, TERM) == findings.Kept(0, 0, 1)
    assert book.entry(blank.id).facts["recheck"] == "复现"
    keep(book, [], LOOKED_FOR, TERM)
    assert [each.facts.get("recheck") for each in book.all()] == ["未复现", None], "a link is not looked at"


def test_one_night_opens_no_more_than_can_be_answered(book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(findings, "AT_ONCE", 2)
    many = [Finding(Problem.PERSONAL, f"doc{number}", "有拦截。") for number in range(3)]
    kept = keep(book, many, LOOKED_FOR, TERM)
    assert (kept.new, kept.left) == (2, 1) and keep(book, many, LOOKED_FOR, TERM).new == 1


LISTS = {
    "columns": "栏目名称,类别,问题类型,网址,监测时间,最后更新时间,未更新天数,快照\n"
    "工作动态,动态,栏目不更新,https://a.example/gzdt,2026-08-20 10:11:12,2026-07-01,50,x.png\n",
    "blank": "栏目名称,URL,路径,问题描述,发现时间\n首页>招考录用,https://a.example/zk,,空白,2026/8/21\n",
    "links": "url,parentUrl,linkTitle,问题描述,扫描时间\nhttps://b.example/x,https://a.example/y,办事,404,2026-08-22\n",
}
FOUND = {
    "columns": (
        "栏目不更新",
        "政务公开/工作动态",
        "网址 https://a.example/gzdt；最后更新 2026-07-01；已有 50 天",
        "2026-08-20",
    ),
    "blank": ("空白栏目", "招考录用", "空白", "2026-08-21"),
    "links": ("链接打不开", "https://b.example/x", "404；链接 办事；所在页面 https://a.example/y", "2026-08-22"),
}


@pytest.mark.parametrize("name", LISTS)
def test_a_contractors_list_comes_in_under_its_own_columns_once(book: Book, tmp_path: Path, name: str) -> None:
    path = tmp_path / "list.csv"
    path.write_text(LISTS[name], encoding="utf-8")
    columns = {"政务公开/工作动态", "招考录用", "政务公开/公示"}
    assert contractors.take_in(book, path, columns, CLERK, dry_run=True).rows == 1 and book.all() == []
    assert contractors.take_in(book, path, columns, CLERK).rows == 1
    (entry,) = book.all()
    kind, where, said, day = FOUND[name]
    facts = entry.facts
    assert (facts["kind"], facts["where"], facts["found_on"], facts["source"]) == (kind, where, day, "第三方监测")
    assert said in str(facts["said"])
    (refused,) = contractors.take_in(book, path, columns, CLERK).refused
    assert "没有重复登记" in refused.reason and entry.number in refused.reason
    if kind != "链接打不开":
        keep(book, [Finding(Problem(kind), where, "仍然如此。")], LOOKED_FOR, TERM)
        assert book.entry(entry.id).facts["recheck"] == "复现" and len(book.all()) == 1


def test_a_list_without_a_column_or_an_address_and_a_row_that_is_wrong_are_refused(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("标题,时间\na,b\n", encoding="utf-8")
    with pytest.raises(EntryRefused, match="栏目名称"):
        contractors.take_in(book, path, (), CLERK)
    path.write_text("栏目名称,栏目\n动态,要闻\n", encoding="utf-8")
    with pytest.raises(EntryRefused, match="只能有一列"):
        contractors.take_in(book, path, (), CLERK)
    path.write_text("栏目名称,监测时间\n工作动态,昨天\n,2026-08-20\n动态,2027-01-01\n", encoding="utf-8")
    taken = contractors.take_in(book, path, (), CLERK)
    assert [each.line for each in taken.refused] == [2, 3, 4] and taken.rows == 0
