"""Proposals: entered, changed and counted as the annual report counts them; and what every book does."""

from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DatabaseError

from archive.errors import EntryRefused, UnknownEntry
from archive.registers.books import checking, exchange
from archive.registers.books.book import CHANGE, ENTER, Book
from archive.registers.books.proposals import KINDS, SPEC, figures
from archive.registers.books.tables import book_entries, book_events
from archive.registers.requests import sheet
from archive.registers.staff import Staff
from archive.registers.staff_tables import metadata
from archive.store.catalogue import Catalogue
from tests.archive.registers.books.conftest import CLERK, Open
from tests.conftest import Databases

NEW = {
    **{"year": "2019", "kind": "人大建议", "number": "第012号", "title": "关于修建沭河大桥的建议"},
    **{"proposer": "王代表", "unit": "县交通运输局", "received_on": "2019-02-20"},
}
DONE = {**NEW, "answered_on": "2019-05-20", "answer": "A类", "public": "公开"}


@pytest.fixture
def book(opened: Open) -> Book:
    return opened(SPEC)


def test_a_proposal_is_entered_answered_and_its_history_kept(book: Book, staff: Staff, catalogue: Catalogue) -> None:
    entry = book.enter(NEW, CLERK)
    assert entry.number == "2019年人大建议第12号"
    answered = book.change(entry.id, DONE, CLERK, entry.last)
    assert answered.facts["answer"] == "A类" and answered.last == 2
    first, second = book.events(entry.id)
    assert (first.event, second.event, second.person) == (ENTER, CHANGE, "丁四")
    assert second.before["answer"] is None and second.after["public"] == "公开" and "title" not in second.after
    with pytest.raises(EntryRefused, match="已有新的改动"):
        book.change(entry.id, NEW, CLERK, entry.last)
    with pytest.raises(EntryRefused, match="没有改动"):
        book.change(entry.id, DONE, CLERK, 2)
    log = [each for each in catalogue.events() if each.action == "book"]
    assert [each.details["event"] for each in log] == [ENTER, CHANGE] and log[0].actor == "丁四"
    assert [*checking.problems(staff, catalogue)] == []


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"answered_on": "2019-01-01", "answer": "A类", "public": "公开"}, "answered_on", "早于"),
        ({"received_on": "2027-01-01"}, "received_on", "还没有到"),
        ({"received_on": "去年"}, "received_on", "2026-03-02"),
        ({"answered_on": "2019-05-20"}, "answer", "都有"),
        ({"answer": "D类"}, "answer", "之一"),
        ({"public": "公开"}, "public", "还没有答复"),
        ({"answered_on": "2019-05-20", "answer": "A类"}, "public", "是否公开"),
        ({"answered_on": "2019-05-20", "answer": "A类", "public": "不公开"}, "ground", "理由"),
        ({"ground": "涉密"}, "ground", "不填"),
        ({"number": "〇"}, "number", "整数"),
        ({"title": "长" * 201}, "title", "201 字"),
        ({"title": "\u200b \n"}, "title", "请填写标题"),
        ({"document": "nobody234567"}, "document", "没有这个编号"),
    ],
)
def test_what_contradicts_is_said_at_its_field_and_not_entered(
    book: Book, wrong: dict[str, str], field: str, said: str
) -> None:
    assert said in book.read({**NEW, **wrong}).wrong[field]
    with pytest.raises(EntryRefused):
        book.enter({**NEW, **wrong}, CLERK)
    assert book.all() == []


def test_the_same_proposal_or_form_comes_once(book: Book) -> None:
    form = "a" * 32
    entry = book.enter(NEW, CLERK, form)
    assert book.enter(NEW, CLERK, form) == entry
    with pytest.raises(EntryRefused, match="已经登记过"):
        book.enter({**NEW, "number": "12"}, CLERK)
    other = book.enter({**NEW, "number": "13"}, CLERK)
    with pytest.raises(EntryRefused, match="已经登记过"):
        book.change(other.id, NEW, CLERK)
    assert book.change(other.id, {**NEW, "number": "14"}, CLERK).number == "2019年人大建议第14号"
    with pytest.raises(UnknownEntry):
        book.entry("nobody")


def test_the_figures_of_2019_are_those_that_the_county_reported(book: Book, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    rows = [
        [
            *("2019", "人大建议" if at < 150 else "政协提案", str(at + 1), "关于某事", "某代表", "某局"),
            *("2019/2/20", "2019/6/20", "A类" if at < 200 else "B类", "公开" if at < 17 else "不公开"),
            "" if at < 17 else "内部事务",
        ]
        for at in range(253)
    ]
    heading = ["年度", "种类", "编号", "标题", "提出人", "承办单位", "收到日", "答复日", "答复类别", "答复是否公开"]
    sheet.write(file, [[*heading, "不公开的理由"], *rows])
    assert exchange.take_in(book, file, CLERK, dry_run=True).rows == 253 and book.all() == []
    assert exchange.take_in(book, file, CLERK).refused == []
    book.enter({**NEW, "received_on": "2020-01-02", "number": "999"}, CLERK)
    told = dict(figures(2019, [each.facts for each in book.all()]))
    assert (told["收到"], told["办结"], told["办结率"], told["答复公开"]) == ("253 件", "253 件", "100%", "17 件")
    assert told["人大建议"] == "150 件" and told["答复B类"] == "53 件"
    later = dict(figures(2020, [each.facts for each in book.all()]))
    assert (later["收到"], later["办结率"]) == ("1 件", "0%")
    assert dict(figures(2018, []))["办结率"] == "—"


@pytest.mark.parametrize("name", ["book.csv", "book.xlsx"])
def test_a_table_goes_out_and_in_the_same(
    book: Book, catalogue: Catalogue, databases: Databases, tmp_path: Path, name: str
) -> None:
    book.enter({**DONE, "title": "=1+1", "proposer": "+王代表"}, CLERK)
    book.enter({**NEW, "number": "13"}, CLERK)
    assert exchange.write(book, tmp_path / name, CLERK) == 2
    staff = Staff(databases.empty(tmp_path / "other.sqlite3"), catalogue.keys)
    other = Book(SPEC, staff, catalogue, book.today)
    taken = exchange.take_in(other, tmp_path / name, CLERK)
    assert (taken.rows, taken.refused) == (2, [])
    assert [(each.number, each.facts) for each in other.all()] == [(each.number, each.facts) for each in book.all()]
    again = exchange.take_in(other, tmp_path / name, CLERK)
    assert again.rows == 0 and "重复导入" in again.refused[0].reason
    staff.close()


def test_rows_that_are_wrong_are_refused_by_line(book: Book, tmp_path: Path) -> None:
    file = tmp_path / "in.csv"
    labels = {each.name: each.label for each in SPEC.columns}
    heading = [labels[name] for name in NEW]
    good = [*NEW.values()]
    sheet.write(file, [heading, good, [*good[:1], "人大议案", *good[2:]], good, [*good, "多余"], ["", *good[1:]]])
    taken = exchange.take_in(book, file, CLERK)
    assert taken.rows == 1 and [each.line for each in taken.refused] == [3, 4, 5, 6]
    assert "人大建议、政协提案" in taken.refused[0].reason and "人大议案" not in taken.refused[0].reason
    for wrong in (["年度", "年度"], ["某列"], heading[:-1], []):
        other = tmp_path / f"{len(wrong)}{wrong[:1]}.csv"
        sheet.write(other, [wrong, good])
        with pytest.raises(EntryRefused, match=r"列|空的"):
            exchange.take_in(book, other, CLERK)


def test_nothing_is_deleted_and_what_was_changed_unseen_is_told(
    book: Book, staff: Staff, catalogue: Catalogue, databases: Databases
) -> None:
    entry = book.enter(NEW, CLERK)
    for statement in (delete(book_entries), delete(book_events), update(book_events).values(person="别人")):
        with pytest.raises(DatabaseError), staff.writing() as connection:
            connection.execute(statement)
    with staff.writing() as connection:
        connection.execute(update(book_entries).values(facts={**entry.facts, "title": "另一个"}))
    assert "不符" in "".join(checking.problems(staff, catalogue))
    with staff.writing() as connection:
        connection.execute(update(book_entries).values(facts=dict(entry.facts), last=2))
    assert "不连续" in "".join(checking.problems(staff, catalogue))
    with staff.writing() as connection:
        connection.execute(update(book_entries).values(last=1))
        if connection.dialect.name == "sqlite":
            connection.execute(text("DROP TRIGGER book_events_no_update"))
        else:
            connection.execute(text("DROP TRIGGER book_events_no_update ON book_events"))
        connection.execute(update(book_events).values(person="别人"))
    assert "被改动" in "".join(checking.problems(staff, catalogue))


def test_an_entry_without_its_event_in_the_log_and_the_other_way_round_are_told(
    book: Book, staff: Staff, catalogue: Catalogue, databases: Databases, tmp_path: Path
) -> None:
    book.enter(NEW, CLERK)
    dumped = tmp_path / "staff.jsonl"
    assert staff.dump(dumped) == 2
    other = Staff(databases.empty(tmp_path / "other.sqlite3"), catalogue.keys)
    assert "按纸质材料补登" in "".join(checking.problems(other, catalogue))
    other.load(dumped)
    assert [*checking.problems(other, catalogue)] == []
    assert Book(SPEC, other, catalogue).all() == book.all()
    other.close()


def test_entries_are_read_once_until_something_happens_to_one(
    catalogue: Catalogue, databases: Databases, tmp_path: Path
) -> None:
    url = databases.empty(tmp_path / "both.sqlite3")
    with closing(Staff(url, catalogue.keys)) as here, closing(Staff(url, catalogue.keys)) as elsewhere:
        first = Book(SPEC, here, catalogue).enter(NEW, CLERK)
        [read], [again] = Book(SPEC, here, catalogue).all(), Book(SPEC, here, catalogue).all()
        assert again is read == first
        other = Book(SPEC, elsewhere, catalogue)
        other.enter({**NEW, "number": "2"}, CLERK)
        assert [each.number for each in Book(SPEC, here, catalogue).all()] == ["2019年人大建议第2号", first.number]
        changed = other.change(first.id, DONE, CLERK)
        found = Book(SPEC, here, catalogue).all()
        assert changed in found and first not in found and len(found) == 2
        found.clear()
        assert len(Book(SPEC, here, catalogue).all()) == 2


def test_no_two_constraints_of_the_staffs_tables_have_one_name() -> None:
    names = [str(each.name) for table in metadata.tables.values() for each in table.constraints]
    names += [str(each.name) for table in metadata.tables.values() for each in table.indexes]
    assert len({*names}) == len(names), "PostgreSQL takes each once"


def test_the_figures_of_a_year_need_no_others(book: Book) -> None:
    told = [
        {"year": str(2018 + at % 3), "kind": KINDS[at % 2], "number": str(at + 1), "title": "修路", "unit": "交通局"}
        | {"proposer": "代表", "received_on": f"{2018 + at % 3}-03-02"}
        for at in range(23)
    ]
    book.take_in((("", book.read(each)) for each in told), CLERK)
    every = book.all()
    for year in (2018, 2020, 1999):
        of = book.of_year(year)
        assert sorted(map(str, of)) == sorted(str(each.facts) for each in every if SPEC.year(each.facts) == year)
        assert SPEC.figures(year, of) == SPEC.figures(year, [each.facts for each in every])
    assert book.years() == [2020, 2019, 2018]
