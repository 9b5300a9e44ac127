"""Differences between texts: applied to the old text they give the new one, and they are small where little changed.

The generated texts are short (up to 12 paragraphs or rows of a few signs), so they have repeated, moved and empty
paragraphs and ragged tables, but no long paragraphs, no places other than those of one table, no line breaks other than
"\\n", and no cells that are empty at the end of a row (which count as none). Long texts are tried apart, below.
"""

import random
import time
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.compare import alignment, tables, texts
from archive.compare.alignment import Budget
from archive.compare.tables import TableDifference
from archive.compare.texts import Moved, ParagraphDifference, Same, Table
from archive.compare.words import Change, Piece, pieces

LINES = st.lists(st.text("甲乙一二。1３,a\t", max_size=8), max_size=12)
CELLS = st.lists(st.lists(st.text("甲乙12", max_size=3), min_size=1, max_size=4), min_size=1, max_size=6)


def side(found: Sequence[Piece], other: Change) -> str:
    """Return the text of one version: all pieces but those that only the other one has."""
    return "".join(piece.text for piece in found if piece.change is not other)


def table_side(table: TableDifference, other: Change) -> list[str]:
    if table.change is other:
        return []
    kept = [at for at, kind in enumerate(table.columns) if kind is not other]
    return [
        "\t".join(side(row.cells[at].pieces, other) for at in kept).rstrip("\t")
        for row in table.rows
        if row.change is not other
    ]


def applied(before: str, differences: texts.TextDifferences) -> list[str]:
    """Follow the differences through the old text, which must be what they say, and return the new one's lines."""
    old, new = [line.rstrip("\t") if "\t" in line else line for line in before.splitlines()], list[str]()
    for each in differences.found:
        gone: list[str] = []
        come: list[str] = []
        if isinstance(each, Same):
            gone = come = [line for block in each.blocks for line in lines_of(block)]
        elif isinstance(each, Moved):
            gone, come = (list(each.texts), []) if each.away else ([], list(each.texts))
        elif isinstance(each, ParagraphDifference):
            gone = [] if each.change is Change.ADDED else [side(each.pieces, Change.ADDED)]
            come = [] if each.change is Change.REMOVED else [side(each.pieces, Change.REMOVED)]
        else:
            gone, come = table_side(each, Change.ADDED), table_side(each, Change.REMOVED)
        assert old[: len(gone)] == gone
        old = old[len(gone) :]
        new += come
    assert old == []
    return new


def lines_of(block: str | Table) -> list[str]:
    return [block] if isinstance(block, str) else ["\t".join(row) for row in block.rows]


@given(LINES, LINES)
@settings(max_examples=400)
def test_the_differences_applied_to_the_old_text_give_the_new_one(before: list[str], after: list[str]) -> None:
    old, new = "\n".join(before), "\n".join(after)
    expected = [line.rstrip("\t") if "\t" in line else line for line in new.splitlines()]
    assert applied(old, texts.compare(old, new)) == expected


@given(LINES, st.randoms())
def test_paragraphs_that_only_change_places_are_moved_or_the_same(lines: list[str], chance: random.Random) -> None:
    lines = [f"第{at}段{line}".replace("\t", "") for at, line in enumerate(lines)]
    shuffled = [*lines]
    chance.shuffle(shuffled)
    found = texts.compare("\n".join(lines), "\n".join(shuffled)).found
    assert all(isinstance(each, (Moved, Same)) for each in found)


@given(LINES)
def test_equal_texts_have_no_differences(lines: list[str]) -> None:
    assert not texts.compare("\n".join(lines), "\n".join(lines)).any


@given(CELLS, CELLS)
@settings(max_examples=300)
def test_a_tables_differences_give_both_tables(before: list[list[str]], after: list[list[str]]) -> None:
    old, new = ([tables.row("\t".join(cells)) for cells in rows] for rows in (before, after))
    found = tables.compare("", old, new, Budget(100))
    assert [tables.row(line) for line in table_side(found, Change.ADDED)] == old
    assert [tables.row(line) for line in table_side(found, Change.REMOVED)] == new
    assert all(len(row.cells) == len(found.columns) for row in found.rows)
    for row in found.rows:
        assert all(cell.change is Change.SAME for cell in row.cells) or row.change is not Change.SAME


@given(CELLS)
def test_a_table_does_not_differ_from_itself(cells: list[list[str]]) -> None:
    rows = [tables.row("\t".join(row)) for row in cells]
    assert tables.compare("", rows, rows, Budget(100)).change is Change.SAME


@given(st.text(max_size=60), st.text(max_size=60))
def test_the_pieces_of_a_paragraph_give_both(before: str, after: str) -> None:
    found = pieces(before, after, Budget(100))
    assert side(found, Change.ADDED) == before
    assert side(found, Change.REMOVED) == after
    if before == after:
        assert all(piece.change is Change.SAME for piece in found)


@pytest.mark.parametrize(
    ("before", "after", "marks"),
    [
        ("预算1,200.50万元，由财政局负责。", "预算1,350.00万元，由财政局负责。", ["-1,200.50", "+1,350.00"]),
        ("请于2019年3月1日前报送材料。", "请于2019年5月2日前报送材料。", ["-2019年3月1日", "+2019年5月2日"]),
        ("由县财政局负责落实。", "由县应急局负责落实。", ["-财政", "+应急"]),
        # One character between two changes is no reason for two marks.
        ("各有关单位要高度重视防汛值守工作", "各有关单位要切实重抓防汛值守工作", ["-高度重视", "+切实重抓"]),
        ("增长12.5%，完成APP开发", "增长12.8%，完成Web开发", ["-12.5%", "+12.8%", "-APP", "+Web"]),
        ("完全不同的一段话", "这里说的是别的事情", ["-完全不同的一段话", "+这里说的是别的事情"]),
    ],
)
def test_a_change_is_one_small_mark(before: str, after: str, marks: list[str]) -> None:
    found = pieces(before, after, Budget(100))
    signs = {Change.REMOVED: "-", Change.ADDED: "+"}
    assert [signs[each.change] + each.text for each in found if each.change is not Change.SAME] == marks


def test_a_table_shows_its_new_column_its_new_row_and_its_changed_cell() -> None:
    before = ["项目\t金额\t单位", "道路\t100\t甲局", "桥梁\t200\t乙局", "沟渠\t70\t丙局", "合计\t370"]
    after = ["项目\t数量\t金额\t单位", "道路\t1\t100\t甲局", "水库\t2\t50\t丁局", "桥梁\t5\t250\t乙局", "合计\t8\t400"]
    old, new = ([tables.row(line) for line in lines] for lines in (before, after))
    found = tables.compare("表 1", old, new, Budget(100))
    assert [kind.value for kind in found.columns] == ["same", "added", "same", "same"]
    assert [row.change.value for row in found.rows] == ["changed", "changed", "added", "changed", "removed", "changed"]
    assert [cell.change.value for cell in found.rows[3].cells] == ["same", "added", "changed", "same"]
    assert found.rows[3].cells[2].pieces == [Piece("200", Change.REMOVED), Piece("250", Change.ADDED)]


def test_a_column_without_heading_is_known_by_what_stands_in_it() -> None:
    before = [("附表", "", ""), ("甲", "1", "x"), ("乙", "2", "y"), ("丙", "3", "z")]
    after = [("附表", "", "", ""), ("甲", "q", "1", "x"), ("乙", "r", "2", "y"), ("丙", "s", "3", "z")]
    found = tables.compare("", before, after, Budget(100))
    assert [kind.value for kind in found.columns] == ["same", "added", "same", "same"]


class Counted(str):
    """A text that counts how often it is looked at."""

    __slots__ = ()
    looks = 0

    def __eq__(self, other: object) -> bool:
        Counted.looks += 1
        return str.__eq__(self, other)

    def __hash__(self) -> int:
        Counted.looks += 1
        return str.__hash__(self)


def hard(kind: str, size: int) -> tuple[list[str], list[str]]:
    """Return two sequences for which difflib alone takes the square or the cube of their length."""
    chance = random.Random(7)  # noqa: S311 - no secret
    if kind == "two signs":
        return [chance.choice("01") for _ in range(size)], [chance.choice("01") for _ in range(size)]
    if kind == "one sign":
        return ["0"] * size, ["1", *["0"] * size, "1"]
    if kind == "turned round":
        return [str(at) for at in range(size)], [str(at) for at in range(size)][::-1]
    # Each level of anchors leaves gaps that have anchors of their own.
    halves = [str(at // 2) for at in range(size)]
    return halves, [*halves[1:], *halves[:1]]


@pytest.mark.parametrize("kind", ["two signs", "one sign", "turned round", "pairs"])
def test_the_work_grows_with_the_length_and_no_faster(kind: str) -> None:
    def looks(size: int) -> int:
        before, after = ([Counted(each) for each in side] for side in hard(kind, size))
        Counted.looks = 0
        alignment.matches(before, after, Budget(2 * size))
        return Counted.looks

    for size in (2_000, 20_000):
        assert looks(size) <= 200_000 + 200 * 2 * size


@pytest.mark.slow
@pytest.mark.alike
@pytest.mark.parametrize("kind", ["a sum", "all paragraphs", "one paragraph", "one sign", "rows"])
def test_two_megabytes_are_compared_in_seconds(kind: str) -> None:
    chance = random.Random(3)  # noqa: S311 - no secret
    words = "县政府关于做好防汛抗旱值班工作的通知各镇街有关部门要高度重视落实责任"
    lines = ["".join(chance.choices(words, k=60)) + f"{at}元" for at in range(11_000)]
    changed = {
        "a sum": [line.replace("500元", "501元") for line in lines],
        "all paragraphs": [line[:20] + "".join(chance.choices(words, k=15)) + line[35:] for line in lines],
        "one paragraph": ["".join(sign for at, sign in enumerate("".join(lines)) if at % 10)],
        "one sign": ["无"] * 300_000,
        "rows": [f"{line}\t{at % 7}\t\t{at}" for at, line in enumerate(lines)],
    }[kind]
    old = {
        "one paragraph": ["".join(lines)],
        "one sign": ["有", *["无"] * 280_000, "有"],
        "rows": [f"{line}\t{at % 5}\t\t{at}" for at, line in enumerate(lines)],
    }.get(kind, lines)
    started = time.monotonic()
    found = texts.compare("\n".join(old), "\n".join(changed))
    assert time.monotonic() - started < 30
    assert found.any


def test_what_was_not_compared_word_by_word_is_told() -> None:
    before, after = ("".join(each) for each in hard("two signs", 60_000))
    told = texts.compare(before.translate({48: "甲", 49: "乙"}), after.translate({48: "甲", 49: "乙"}))
    assert told.coarse
    assert not texts.compare("甲乙丙丁", "甲乙丙戊").coarse


def test_what_was_masked_is_one_mark_and_the_rest_of_the_paragraph_stays() -> None:
    before = ["村民王某13812345678。", "住云溪县城关镇人民路5号楼3单元201室。", "1\t王小明\t371324199001011234"]
    after = ["村民王某■■■■■■■■■■■。", "住■■■■■■■■■■■■■■■■■■■。", "1\t■■■\t■■■■■■■■■■■■■■■■■■"]
    for one, other in zip(before[:2], after[:2], strict=True):
        found = pieces(one, other, Budget(10_000))
        assert [each.change for each in found] == [Change.SAME, Change.REMOVED, Change.ADDED, Change.SAME]
        assert set(found[2].text) == {"■"}
    found_in_all = texts.compare("\n".join(before), "\n".join(after)).found
    assert [type(each) for each in found_in_all] == [ParagraphDifference, ParagraphDifference, TableDifference]
    for each in found_in_all:
        if isinstance(each, ParagraphDifference):
            assert each.change is Change.CHANGED
    # A paragraph that became another one is still told as a whole.
    assert [each.change for each in pieces("全部", "■■", Budget(9))] == [Change.REMOVED, Change.ADDED]
