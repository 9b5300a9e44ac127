"""A book as a table, both ways: a row for each entry.

A row that is wrong is refused by its line with the reason, and the rest goes in. A table without the columns of persons
comes in without them, as it went out.
"""

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from archive.errors import EntryRefused
from archive.registers.books.book import ANONYMISED_ON, Book
from archive.registers.books.columns import Cells, Column, text
from archive.registers.notices import day_of
from archive.registers.requests import sheet, taking_in
from archive.registers.requests.facts import Field
from archive.registers.requests.numbers import is_number
from archive.registers.requests.request import Actor
from archive.registers.requests.taking_in import Refused, Taken

NUMBER = "登记号"
# When what is personal was deleted, in a book that has something.
ANONYMISED = "去除个人信息日"


def take_in(book: Book, path: Path, by: Actor, dry_run: bool = False) -> Taken:
    """Enter the rows of a file. Raises EntryRefused or RequestRefused for one that can't be used, OSError."""
    taken = Taken()
    there = {each.number for each in book.all()}
    known = book.told()
    good: list[tuple[str, Cells]] = []
    for line, row in taking_in.rows(path, _known(book), partial(_wrong_heading, book), EntryRefused):
        number, cells, reason = _parsed(book, row)
        if not reason and number in there:
            reason = f"{'这一条' if book.spec.named else '登记号'}已经有了，没有重复导入。"
        said = book.in_columns(cells.facts)
        if not reason and not number and said in known:
            same = known[said]
            reason = (
                f"内容与{f'登记簿里的 {same} ' if same else '文件里前面的一行'}相同，没有重复导入。"
                "确是另外一条的，请写明登记号。"
            )
        if reason:
            taken.refused.append(Refused(line, reason))
            continue
        if number:
            there.add(number)
        known.setdefault(said, number)
        good.append((number, cells))
    taken.rows = len(good)
    if good and not dry_run:
        # Those that bring their numbers come first, so that none of theirs is given to another.
        book.take_in(sorted(good, key=lambda each: not each[0]), by)
    return taken


def write(book: Book, path: Path, by: Actor, persons: bool = False) -> int:
    """Write the book to a new file; return how many rows. With ``persons`` what is personal is in it.

    Whoever calls this has asked for the right. It is in the audit log before the file is written. Raises KeyUnusable,
    PersonalDataDamaged, OSError.
    """
    every = book.all()
    values = book.look_at_all(by) if persons else {}
    if not persons:
        book.note(by, "book.export", {"rows": len(every)})
    columns = [each for each in book.spec.columns if persons or not each.personal]
    heading = [*_first(book), *(each.label for each in columns), *_last(book)]
    rows = [
        [
            *([each.number] if _first(book) else []),
            *(_cell(column, each.facts, values.get(each.id, {})) for column in columns),
            *(text(each.facts, ANONYMISED_ON) for _ in _last(book)),
        ]
        for each in every
    ]
    sheet.write(path, [heading, *rows])
    return len(every)


def _cell(column: Column, facts: Mapping[str, object], values: Mapping[Field, str]) -> str:
    return values.get(column.personal, "") if column.personal else text(facts, column.name)  # type: ignore[arg-type]  # of facts, only texts are in columns


def _first(book: Book) -> tuple[str, ...]:
    """Return the column of the number, where that isn't made of others."""
    return () if book.spec.named else (NUMBER,)


def _last(book: Book) -> tuple[str, ...]:
    return (ANONYMISED,) if book.spec.personal else ()


def _known(book: Book) -> list[str]:
    return [*_first(book), *(each.label for each in book.spec.columns), *_last(book)]


def _wrong_heading(book: Book, heading: Sequence[str]) -> str:
    needed = [each.label for each in book.spec.columns if each.needed and not each.personal]
    return taking_in.wrong_heading(heading, _known(book), needed)


def _persons(book: Book, row: Mapping[str, str], cells: Cells) -> str:
    """Let persons be lacking where the table has no columns of them, or they were deleted; return what is wrong."""
    deleted = row.get(ANONYMISED, "").strip()
    on = day_of(deleted) if deleted else None
    if deleted and (on is None or on > book.today()):
        return f"{ANONYMISED}应写成 2026-03-02 的样子，不晚于今天。"
    if on and cells.personal:
        return "个人信息已经去除的，不能再有个人信息。"
    for each in book.spec.columns:
        if each.personal and (on or each.label not in row):
            cells.wrong.pop(each.name, None)
    if on:
        cells.facts[ANONYMISED_ON] = on.isoformat()
    return ""


def _parsed(book: Book, row: Mapping[str, str]) -> tuple[str, Cells, str]:
    """Return a row's number, its cells, and why it can't be used, or ""."""
    cells = book.read({each.name: row.get(each.label, "") for each in book.spec.columns})
    if taking_in.BEYOND in row:
        return "", cells, taking_in.TOO_MANY
    if wrong := _persons(book, row, cells):
        return "", cells, wrong
    if cells.wrong:
        return "", cells, "".join(cells.wrong.values())
    if book.spec.named:
        return book.spec.named(cells.facts), cells, ""
    number = row.get(NUMBER, "").strip()
    if number and not is_number(number):
        return "", cells, "登记号应为 2026-0001 的样子。"
    return number, cells, ""
