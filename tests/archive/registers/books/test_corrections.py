"""Corrections: who asks is readable nowhere, the term is the calendar's, and what is decided fits the archive."""

from contextlib import closing
from datetime import date
from pathlib import Path

import pytest

from archive.errors import EntryRefused, KeyUnusable
from archive.registers.books import checking, exchange
from archive.registers.books.book import Book
from archive.registers.books.corrections import SPEC, due, figures
from archive.registers.notices import packaged
from archive.registers.requests import sheet
from archive.registers.requests.checking import unreadable
from archive.registers.requests.facts import Field
from archive.registers.requests.register import Register
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar
from archive.store.catalogue import Catalogue
from tests.archive.registers.books.conftest import CLERK, Bring, Open
from tests.conftest import Databases, in_a_file

NAME, CONTACT, CLAIM = "欧阳小玥", "13800001111", "我的出生年月记载有误，应为1990年，有户口簿为证。"


@pytest.fixture
def book(opened: Open) -> Book:
    return opened(SPEC)


@pytest.fixture
def asked(bring: Bring) -> dict[str, str]:
    id = bring("list", "关于补贴名单的通知\n\n名单见附件。\n")
    return {"received_on": "2026-08-03", "name": NAME, "contact": CONTACT, "document": id, "text": CLAIM}


@in_a_file
def test_who_asks_is_encrypted_and_masked(
    book: Book, staff: Staff, catalogue: Catalogue, asked: dict[str, str], tmp_path: Path
) -> None:
    entry = book.enter(asked, CLERK)
    assert entry.number == "2026-0001" and "name" not in entry.facts
    assert book.masked_names([entry.id]) == {entry.id: "欧**"}
    unchanged = {"name": "", "contact": "", "text": ""}
    refused = book.change(entry.id, {**asked, **unchanged, **DONE, "note": f"{NAME}没有证据"}, CLERK, 1)
    assert refused.facts["decision"] == "不予更正"
    assert staff.dump(tmp_path / "dump.jsonl")
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for each in (NAME, CONTACT, CLAIM):
        for spelt in (each.encode(), each.encode("unicode_escape"), each.encode("utf-16-le")):
            assert spelt not in kept
    assert NAME not in str(catalogue.events())
    found = book.look(entry.id, CLERK)
    assert found.values[Field.NAME] == NAME and found.values[Field.NOTE] == f"{NAME}没有证据"
    assert catalogue.events()[-1].action == "book.view"
    assert [*checking.problems(staff, catalogue)] == []


DONE = {"decision": "不予更正", "decided_on": "2026-08-20", "told_on": "2026-08-21"}


def test_a_new_key_encrypts_this_register_too(
    book: Book, staff: Staff, catalogue: Catalogue, asked: dict[str, str]
) -> None:
    entry = book.enter(asked, CLERK)
    before = book.persons.keys.current().id
    assert Register(staff, catalogue, Calendar(packaged())).replace_key(CLERK) == 3
    with staff.reading() as connection:
        rows = connection.exec_driver_sql("SELECT DISTINCT key FROM book_persons").fetchall()
    assert [tuple(row) for row in rows] == [(book.persons.keys.current().id,)] != [(before,)]
    assert book.look(entry.id, CLERK).values[Field.TEXT] == CLAIM
    book.persons.keys.path.unlink()
    with pytest.raises(KeyUnusable):
        book.masked_names([entry.id])
    assert "密钥" in "".join(unreadable(staff))


def test_the_term_is_counted_by_the_calendar() -> None:
    calendar = Calendar(packaged())
    facts = {"received_on": "2019-09-20"}
    assert due(facts, calendar, 20, date(2019, 10, 23)).said == "2019-10-23"
    assert due(facts, calendar, 7, date(2019, 10, 1)) == due(facts, calendar, 7, date(2019, 10, 2))
    assert due(facts, calendar, 7, date(2019, 9, 30)).late is False and due(facts, calendar, 7, date(2019, 10, 1)).late
    assert "缺 2030 年" in due({"received_on": "2030-01-02"}, calendar, 20, date(2030, 1, 3)).said
    assert due({**facts, "told_on": "2019-10-08"}, calendar, 7, date(2020, 1, 1)).late is False


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"decision": "予以更正", "decided_on": "2026-08-20"}, "version", "先收入更正后的文件"),
        ({"decision": "予以更正", "decided_on": "2026-08-20", "version": "2"}, "version", "还没有更正后的版本"),
        ({"decision": "不予更正", "decided_on": "2026-08-20", "version": "1"}, "version", "不填"),
        ({"decision": "转送其他机关", "decided_on": "2026-08-20"}, "organ", "哪个机关"),
        ({"organ": "公安局"}, "organ", "不填"),
        ({"decision": "不予更正"}, "decision", "都有"),
        ({"told_on": "2026-08-21"}, "told_on", "还没有决定"),
        ({"decided_on": "2026-08-01", "decision": "不予更正"}, "decided_on", "早于"),
        ({"name": ""}, "name", "请填写"),
    ],
)
def test_what_contradicts_is_said(
    book: Book, asked: dict[str, str], wrong: dict[str, str], field: str, said: str
) -> None:
    assert said in book.read({**asked, **wrong}).wrong[field]
    with pytest.raises(EntryRefused):
        book.enter({**asked, **wrong}, CLERK)


def test_a_table_has_persons_only_where_it_is_asked_for(book: Book, asked: dict[str, str], tmp_path: Path) -> None:
    book.enter(asked, CLERK)
    exchange.write(book, tmp_path / "plain.csv", CLERK)
    assert NAME not in (tmp_path / "plain.csv").read_text(encoding="utf-8")
    exchange.write(book, tmp_path / "all.csv", CLERK, persons=True)
    rows = [row for _, row in sheet.read(tmp_path / "all.csv")]
    assert NAME in rows[1] and CLAIM in rows[1]
    # The same without its number is the same; what came on another day comes in as the next one.
    sheet.write(tmp_path / "same.csv", [row[1:] for row in rows])
    assert "2026-0001 相同" in exchange.take_in(book, tmp_path / "same.csv", CLERK).refused[0].reason
    later = [cell.replace("2026-08-03", "2026-08-04") for cell in rows[1][1:]]
    sheet.write(tmp_path / "in.csv", [rows[0][1:], later])
    assert exchange.take_in(book, tmp_path / "in.csv", CLERK).rows == 1
    assert exchange.take_in(book, tmp_path / "all.csv", CLERK).refused[0].reason == "登记号已经有了，没有重复导入。"
    assert [each.number for each in book.all()] == ["2026-0001", "2026-0002"]
    sheet.write(tmp_path / "bad.csv", [rows[0], ["2026-0009", NAME, *rows[1][2:]]])
    refused = exchange.take_in(book, tmp_path / "bad.csv", CLERK).refused
    assert len(refused) == 1 and NAME not in refused[0].reason
    assert dict(figures(2026, [each.facts for each in book.all()]))["收到"] == "2 件"


def test_who_asked_is_deleted_ten_years_after_they_were_told(
    book: Book, staff: Staff, catalogue: Catalogue, asked: dict[str, str]
) -> None:
    waiting, told = book.enter(asked, CLERK), book.enter({**asked, **DONE, "received_on": "2026-08-04"}, CLERK)
    later = Book(SPEC, staff, catalogue, lambda: date(2036, 12, 31))
    assert later.to_anonymise() == []
    with pytest.raises(EntryRefused, match="还没有届满"):
        later.anonymise(told.id, CLERK, told.last)
    later = Book(SPEC, staff, catalogue, lambda: date(2037, 1, 1))
    assert [each.id for each in later.to_anonymise()] == [told.id]
    done = later.anonymise(told.id, CLERK, told.last)
    assert done.facts["decision"] == "不予更正" and later.to_anonymise() == []
    assert later.look(told.id, CLERK).values == {} and later.look(waiting.id, CLERK).values[Field.NAME] == NAME
    with pytest.raises(EntryRefused, match="不再登记新的"):
        later.change(told.id, {**asked, **DONE, "received_on": "2026-08-05"}, CLERK)
    assert [*checking.problems(staff, catalogue)] == [] and unreadable(staff) == []
    assert dict(figures(2026, [each.facts for each in later.all()]))["办结"] == "1 件"


@pytest.mark.parametrize("persons", [False, True])
@pytest.mark.parametrize("name", ["out.csv", "out.xlsx"])
def test_out_and_in_again_it_is_the_same(
    book: Book,
    asked: dict[str, str],
    tmp_path: Path,
    catalogue: Catalogue,
    databases: Databases,
    staff: Staff,
    persons: bool,
    name: str,
) -> None:
    book.enter(asked, CLERK)
    told = book.enter({**asked, **DONE, "received_on": "2026-08-04"}, CLERK)
    later = Book(SPEC, staff, catalogue, lambda: date(2037, 1, 1))
    later.anonymise(told.id, CLERK, told.last)
    assert exchange.write(later, tmp_path / name, CLERK, persons) == 2
    with closing(Staff(databases.empty(tmp_path / "other.sqlite3"), staff.keys)) as opened:
        other = Book(SPEC, opened, catalogue, lambda: date(2037, 1, 1))
        taken = exchange.take_in(other, tmp_path / name, CLERK)
        assert (taken.rows, taken.refused) == (2, [])
        assert [(each.number, each.facts) for each in other.all()] == [
            (each.number, each.facts) for each in later.all()
        ]
        names = [found.get(Field.NAME) for found in other.look_at_all(CLERK).values()]
        assert names == ([NAME] if persons else [])
        assert other.to_anonymise() == []
        # What was left out may be added later, but not what was deleted.
        waiting = next(each for each in other.all() if not each.facts.get("anonymised_on"))
        if not persons:
            other.change(waiting.id, asked, CLERK)
        assert [*other.masked_names(each.id for each in other.all())] == [waiting.id]


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ({"姓名或名称": ""}, "请填写姓名或名称"),
        ({"去除个人信息日": "2026-08-30"}, "不能再有个人信息"),
        ({"去除个人信息日": "昨天"}, "应写成"),
        ({"去除个人信息日": "2099-01-01"}, "不晚于今天"),
    ],
)
def test_who_asked_is_lacking_only_where_it_says_so(
    book: Book, asked: dict[str, str], tmp_path: Path, cells: dict[str, str], said: str
) -> None:
    book.enter(asked, CLERK)
    exchange.write(book, tmp_path / "out.csv", CLERK, persons=True)
    heading, row = [row for _, row in sheet.read(tmp_path / "out.csv")]
    told = {**dict(zip(heading, row, strict=True)), "登记号": "2026-0009", **cells}
    sheet.write(tmp_path / "in.csv", [heading, [told[name] for name in heading]])
    (refused,) = exchange.take_in(book, tmp_path / "in.csv", CLERK).refused
    assert said in refused.reason and NAME not in refused.reason
