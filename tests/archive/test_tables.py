"""The tables of a text: their heads, and merged cells that a page ends."""

from dataclasses import dataclass

import pytest

from archive.document import Merged, Place
from archive.tables import Table, name_at, parts, sheet_at, tables
from tests.archive.extract.statutory import TABLES


@dataclass(frozen=True)
class Text:
    text: str
    places: tuple[Place, ...] = ()


def table(*rows: str, merged: tuple[Merged, ...] = (), marked: int = 0) -> Table:
    return Table(0, "", [row.split("|") for row in rows], marked, merged)


def test_a_table_begins_and_ends_with_its_place() -> None:
    places = (Place(1, "第 1 页 表 1", 1), Place(3, "第 1 页 表 2"), Place(4, "工作表 收支"))
    read = Text("一、情况\n甲\t乙\n1\t2\n丙\t丁\n收支\n戊\t己", places)
    told = [(each.start, each.name) if isinstance(each, Table) else each for each in parts(read)]
    assert told == [(0, ["一、情况"]), (1, "表 1"), (3, "表 2"), (4, ["收支"]), (5, "工作表 收支")]
    assert [sheet_at(places, number) for number in (0, 1, 5)] == ["", "第 1 页", ""]
    assert [name_at(places, number) for number in (0, 3, 4)] == ["", "表 2", "工作表 收支"]


def test_merged_cells_count_from_the_first_row_of_their_table() -> None:
    read = Text("收支\n甲\t\n乙\t丙", (Place(0, "工作表 收支", 0, (Merged(1, 0, 1, 2),)),))
    (found,) = tables(read)
    assert (found.start, found.merged) == (1, (Merged(0, 0, 1, 2),))


def test_a_merged_cell_that_a_page_ends_is_whole_again() -> None:
    rows = "名称\t件数\n办理\t1\n\t2\n\t3\n\t4\n其他\t5\n\t6"
    places = (
        Place(0, "第 1 页 表 1", 0, (Merged(1, 0, 2, 1),)),
        Place(3, "第 2 页 表 1", 0, (Merged(0, 0, 2, 1), Merged(2, 0, 2, 1))),
    )
    (found,) = tables(Text(rows, places))
    assert found.merged == (Merged(1, 0, 4, 1), Merged(5, 0, 2, 1))
    # What stands in a cell of its own at the top of a page is no part of the one above.
    (apart,) = tables(Text(rows.replace("\n\t3", "\n查阅\t3"), places))
    assert apart.merged == (Merged(1, 0, 2, 1), Merged(3, 0, 2, 1), Merged(5, 0, 2, 1))


@pytest.mark.parametrize(("number", "heads"), [(0, 2), (1, 3), (2, 3)])
def test_the_heads_of_the_statutory_tables(number: int, heads: int) -> None:
    form = TABLES[number]
    rows = [line.split("\t") for line in form.lines()]
    assert Table(0, "", rows, 0, tuple(sorted(form.merged()))).heads == heads


def test_which_rows_are_a_head() -> None:
    assert table("名称|件数", "甲|1").heads == 1
    assert table("甲|1").heads == 0
    assert table("名称|件数", "（件）|", "甲|1", marked=2).heads == 2
    # Merged cells over columns are divided by the row below only if no cell of theirs stands for itself.
    assert table("姓名|联系方式|", "甲|东街|二号", "乙|西街|三号", merged=(Merged(0, 1, 1, 2),)).heads == 1
    across, down = Merged(0, 1, 1, 2), Merged(0, 0, 2, 1)
    assert table("姓名|联系方式|", "|住址|门牌", "甲|东街|二号", merged=(down, across)).heads == 2
    assert table("项目|年度|", "|2019|2020", "甲|1|2", merged=(down, across)).heads == 2
    # Names of groups of rows are no head, and neither is a row of figures.
    assert table("办理|公开|1", "|不公开|2", "结转||3", merged=(down,)).heads == 0
    assert table("收入||", "1|2|3", "4|5|6", merged=(Merged(0, 0, 1, 3),)).heads == 1
    # Nothing is left for the head to be the head of.
    assert table("甲|乙", "|丙", merged=(Merged(0, 0, 2, 1),)).heads == 0
