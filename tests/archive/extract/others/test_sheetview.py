"""What readers of a workbook don't see is no text and is listed for the reviewer; what they see is never lost."""

import struct
from pathlib import Path

import pytest

from archive.extract import extract_plain
from archive.extract.extraction import Extraction
from archive.extract.mediatype import XLS, XLSX
from archive.extract.text.tables import UNPLACED
from tests.archive.extract.compounds import (
    Sheet,
    cell_format,
    comment,
    drawn,
    font,
    hidden_columns,
    hidden_row,
    number_format,
    record,
    write_xls,
)
from tests.archive.extract.workbooks import comments, write_xlsx

GRID: list[list[str | float | None]] = [["项目", "电话", "金额"], ["甲", "13800001234", 5.0], ["乙", "密语", 7.0]]
# Fonts: plain, white, red, of the theme's ground; grounds: none, dark, red, white, a pattern.
STYLES = (
    "<numFmts><numFmt numFmtId='170' formatCode=';;;'/><numFmt numFmtId='171' formatCode='0;-0;;@'/>"
    "<numFmt numFmtId='172' formatCode='[Red]0;;&quot;无&quot;;'/>"
    "<numFmt numFmtId='173' formatCode='[&gt;9]0;;;'/></numFmts>"
    "<fonts><font/><font><color rgb='FFFFFFFF'/></font><font><color rgb='FFFF0000'/></font>"
    "<font><color theme='0'/></font></fonts><fills><fill><patternFill patternType='none'/></fill>"
    + "".join(
        f"<fill><patternFill patternType='solid'><fgColor rgb='{colour}'/></patternFill></fill>"
        for colour in ("FF000080", "FFFF0000", "FFFFFFFF")
    )
    + "<fill><patternFill patternType='gray125'/></fill></fills>"
)


def xlsx(path: Path, columns: str = "", row: str = "", style: int = 0, after: str = "") -> Extraction:
    """Read a workbook of the grid above: ``row`` are attributes of its last row, ``style`` the format of B3."""
    lines = ""
    for down, cells in enumerate(GRID, 1):
        inside = "".join(
            f"<c r='{'ABC'[across]}{down}' t='inlineStr' s='{style if (down, across) == (3, 1) else 0}'>"
            f"<is><t>{cell}</t></is></c>"
            for across, cell in enumerate(cells)
        )
        lines += f"<row r='{down}' {row if down == 3 else ''}>{inside}</row>"
    xfs = "".join(
        f"<xf numFmtId='{code}' fontId='{font}' fillId='{fill}'/>"
        for code, font, fill in (
            *((170, 0, 0), (171, 0, 0), (172, 0, 0), (173, 0, 0), (0, 1, 0), (0, 1, 1), (0, 1, 3), (0, 2, 2)),
            *((0, 3, 0), (0, 2, 0), (0, 1, 4)),
        )
    )
    sheet = f"{columns}<sheetData>{lines}</sheetData>{after}"
    return extract_plain(write_xlsx(path, {"表": sheet}, styles=STYLES, xfs=xfs), XLSX)


ALL = ("表", "项目\t电话\t金额", "甲\t13800001234\t5.0", "乙\t密语\t7.0")


@pytest.mark.parametrize("row", ["hidden='1'", 'hidden="true" outlineLevel="1"', "ht='0' customHeight='1'"])
def test_a_hidden_row_is_listed_and_is_no_text(tmp_path: Path, row: str) -> None:
    found = xlsx(tmp_path / "a", row=row)
    assert (found.paragraphs, found.concealed) == (ALL[:3], ("工作表“表”第 3 行（隐藏行）：乙 密语 7.0",))
    assert any("1 行、0 列设为隐藏" in each for each in found.warnings)


@pytest.mark.parametrize(
    "column",
    [
        "<col min='2' max='2' hidden='1'/>",
        "<col min='2' max='2' width='0' customWidth='1'/>",
        "<col min='2' max='2' hidden='true' outlineLevel='1' collapsed='1'/>",
    ],
)
def test_a_hidden_column_is_listed_and_is_no_text(tmp_path: Path, column: str) -> None:
    found = xlsx(tmp_path / "a", f"<cols>{column}</cols>")
    assert found.paragraphs == ("表", "项目\t金额", "甲\t5.0", "乙\t7.0")
    assert found.concealed == ("工作表“表”B 列（隐藏列）：电话 13800001234 密语",)
    assert any("0 行、1 列设为隐藏" in each for each in found.warnings)


@pytest.mark.parametrize(
    ("columns", "row", "after"),
    [
        ("<cols><col min='2' max='2' width='9' hidden='0'/></cols>", "hidden='0'", ""),
        ("<cols><col min='4' max='16384' hidden='1'/></cols>", "ht='0.5'", ""),
        ("<cols><col min='2' max='2' collapsed='1'/></cols>", "collapsed='1'", ""),
        ("<sheetFormatPr zeroHeight='1' defaultColWidth='0'/>", "", ""),
        # A merged cell that begins in what is hidden is seen in the rest of it.
        ("<cols><col min='2' max='2' hidden='1'/></cols>", "", "".join(f"<mergeCell ref='B{n}:C{n}'/>" for n in "123")),
    ],
)
def test_what_is_seen_of_rows_and_columns_is_text(tmp_path: Path, columns: str, row: str, after: str) -> None:
    found = xlsx(tmp_path / "a", columns, row, after=f"<mergeCells>{after}</mergeCells>" if after else "")
    # What stands in the cells that it covers is read, and told.
    told = (UNPLACED.format(3),) if after else ()
    assert (found.paragraphs, found.concealed, found.warnings) == (ALL, (), told)


@pytest.mark.parametrize(
    ("style", "kind"),
    [
        (5, "不显示的文字"),
        (7, "不显示的文字"),
        (9, "与底色相同的文字"),
        (11, "与底色相同的文字"),
        (12, "与底色相同的文字"),
        (13, "与底色相同的文字"),
    ],
)
def test_a_cell_that_shows_nothing_is_listed_and_is_no_text(tmp_path: Path, style: int, kind: str) -> None:
    found = xlsx(tmp_path / "a", style=style)
    assert (found.paragraphs, found.concealed) == ((*ALL[:3], "乙\t\t7.0"), (f"工作表“表”B3 {kind}：密语",))
    assert any("1 个单元格有内容而不显示" in each for each in found.warnings)


@pytest.mark.parametrize("style", [6, 8, 10, 14, 15, 99])
def test_a_cell_that_is_seen_is_text_whatever_its_format(tmp_path: Path, style: int) -> None:
    found = xlsx(tmp_path / "a", style=style if style < 99 else 0)
    assert (found.paragraphs, found.concealed, found.warnings) == (ALL, (), ())


@pytest.mark.parametrize("after", ["<conditionalFormatting/>", "<tableParts><tablePart/></tableParts>", "<picture/>"])
def test_white_on_a_ground_that_is_not_known_stays_and_is_told(tmp_path: Path, after: str) -> None:
    found = xlsx(tmp_path / "a", style=9, after=after)
    assert (found.paragraphs, found.concealed) == (ALL, ())
    assert any("1 个单元格是白色的字" in each for each in found.warnings)


def test_what_a_format_shows_of_a_number_depends_on_its_sign(tmp_path: Path) -> None:
    cells = "".join(
        f"<c r='{'ABCD'[number]}1' s='{style}'><v>{value}</v></c>"
        for number, (style, value) in enumerate([(5, 3), (5, 0), (6, 0), (6, -2)])
    )
    xfs = "".join(f"<xf numFmtId='{code}'/>" for code in (170, 171))
    sheet = f"<sheetData><row>{cells}</row></sheetData>"
    found = extract_plain(write_xlsx(tmp_path / "a", {"表": sheet}, styles=STYLES, xfs=xfs), XLSX)
    # That a zero is not shown hides nothing.
    assert (found.paragraphs, found.concealed) == (("表", "-2"), ("工作表“表”A1 不显示的文字：3",))


def test_rows_and_cells_need_not_say_where_they_are(tmp_path: Path) -> None:
    cell = "<c t='inlineStr' s='{}'><is><t>{}</t></is></c>"
    rows = "".join(
        f"<row{hidden}>{cell.format(0, 'A')}{cell.format(5, 'B')}</row>" for hidden in ("", " hidden='1'", "")
    )
    path = write_xlsx(
        tmp_path / "a", {"表": f"<sheetData>{rows}</sheetData>"}, styles=STYLES, xfs="<xf numFmtId='170'/>"
    )
    found = extract_plain(path, XLSX)
    assert found.paragraphs == ("表", "A", "A")
    assert found.concealed == (
        "工作表“表”B1 不显示的文字：B",
        "工作表“表”B3 不显示的文字：B",
        "工作表“表”第 2 行（隐藏行）：A B",
    )


def test_a_hidden_sheet_comments_and_hidden_shapes_are_listed(tmp_path: Path) -> None:
    drawing = "http://schemas.openxmlformats.org/drawingml/2006"
    hidden = "hidden='1'"
    shape = "<x:sp><x:nvSpPr><x:cNvPr id='1' name='x' {}/></x:nvSpPr><a:p><a:r><a:t>{}</a:t></a:r></a:p></x:sp>"
    more = {
        **comments(1, ("B2", "张三", "内部意见"), ("C3", "", "待核")),
        "xl/drawings/drawing1.xml": f"<x:wsDr xmlns:x='{drawing}/spreadsheetDrawing' xmlns:a='{drawing}/main'>"
        + shape.format("", "附注")
        + shape.format(hidden, "密语")
        + "</x:wsDr>",
    }
    row = "<sheetData><row r='4'><c r='B4' t='inlineStr'><is><t>丙</t></is></c><c r='D4'><v>3</v></c></row></sheetData>"
    found = extract_plain(write_xlsx(tmp_path / "a", {"公开": row, "底稿": row}, more, hidden="底稿"), XLSX)
    assert found.paragraphs == ("公开", "丙\t3", "附注")
    assert found.concealed == (
        "工作表“公开”B2 批注（张三）：内部意见",
        "工作表“公开”C3 批注（未署名）：待核",
        "隐藏的工作表“底稿”第 4 行：丙 3",
        "隐藏的图形：密语",
    )


def xls(
    path: Path, view: bytes = b"", style: int = 0, merged: tuple[tuple[int, int, int, int], ...] = ()
) -> Extraction:
    looks = font(8) + font(9) + font(8) * 2 + font(9)
    looks += number_format(170, ";;;") + cell_format(0, 0) + cell_format(0, 170)
    looks += cell_format(1, 0) + cell_format(1, 0, 1, 18) + cell_format(5, 0, 1, 9) + cell_format(3, 0)
    sheet = Sheet("表", GRID, merged, view=view, formats={(2, 1): style})
    return extract_plain(write_xls(path, [sheet], looks), XLS)


OLD = ("表", "项目\t电话\t金额", "甲\t13800001234\t5", "乙\t密语\t7")


@pytest.mark.parametrize("view", [hidden_row(2), hidden_row(2, height=0, bits=0)])
def test_a_hidden_row_of_an_old_workbook_is_listed_and_is_no_text(tmp_path: Path, view: bytes) -> None:
    found = xls(tmp_path / "a", view)
    assert (found.paragraphs, found.concealed) == (OLD[:3], ("工作表“表”第 3 行（隐藏行）：乙 密语 7",))


@pytest.mark.parametrize("view", [hidden_columns(1, 1), hidden_columns(1, 1, width=0, bits=0)])
def test_a_hidden_column_of_an_old_workbook_is_listed_and_is_no_text(tmp_path: Path, view: bytes) -> None:
    found = xls(tmp_path / "a", view)
    assert found.paragraphs == ("表", "项目\t金额", "甲\t5", "乙\t7")
    assert found.concealed == ("工作表“表”B 列（隐藏列）：电话 13800001234 密语",)


@pytest.mark.parametrize(("style", "kind"), [(1, "不显示的文字"), (2, "与底色相同的文字"), (4, "与底色相同的文字")])
def test_a_cell_of_an_old_workbook_that_shows_nothing_is_listed(tmp_path: Path, style: int, kind: str) -> None:
    found = xls(tmp_path / "a", style=style)
    assert (found.paragraphs, found.concealed) == ((*OLD[:3], "乙\t\t7"), (f"工作表“表”B3 {kind}：密语",))


@pytest.mark.parametrize(
    ("view", "style", "merged"),
    [
        (hidden_row(2, bits=0) + hidden_columns(1, 1, bits=0), 3, ()),
        (hidden_columns(3, 300) + hidden_row(3), 5, ()),
        (record(0x208, b"\2") + record(0x7D, b"") + record(0x5D, b""), 99, ()),
        (hidden_columns(1, 1), 0, tuple((row, row, 1, 2) for row in range(3))),
    ],
)
def test_what_is_seen_of_an_old_workbook_is_text(
    tmp_path: Path, view: bytes, style: int, merged: tuple[tuple[int, int, int, int], ...]
) -> None:
    found = xls(tmp_path / "a", view, style, merged)
    told = (UNPLACED.format(3),) if merged else ()
    assert (found.paragraphs, found.concealed, found.warnings) == (OLD, (), told)


def test_comments_of_an_old_workbook_are_listed(tmp_path: Path) -> None:
    found = xls(tmp_path / "a", comment(1, 1, "张三", "不宜对外公开") + comment(2, 27, "", "待核", 2))
    assert found.paragraphs == OLD
    assert found.concealed == ("工作表“表”B2 批注（张三）：不宜对外公开", "工作表“表”AB3 批注（未署名）：待核")
    assert any("2 条批注" in each for each in found.warnings)


def test_white_under_a_condition_in_an_old_workbook_stays_and_is_told(tmp_path: Path) -> None:
    found = xls(tmp_path / "a", record(0x1B0, struct.pack("<14x")), style=2)
    assert (found.paragraphs, found.concealed) == (OLD, ())
    assert any("1 个单元格是白色的字" in each for each in found.warnings)


def test_of_an_xls_the_words_of_shapes_are_read_and_pictures_told(tmp_path: Path) -> None:
    view = drawn(6, "图中文字") + drawn(0x0B, "同意", ticked=True) + drawn(0x0B, "反对", ticked=False)
    view += drawn(8, "") + drawn(5, "") + comment(0, 0, "张三", "批注的字")
    hidden = Sheet("藏", [["x"]], hidden=True, view=drawn(6, "藏图"))
    chart = Sheet("图", [], view=drawn(6, "图上的字"), chart=True)
    found = extract_plain(write_xls(tmp_path / "a.xls", [Sheet("表", [["甲", "乙"]], view=view), hidden, chart]), XLS)
    assert found.paragraphs == ("表", "甲\t乙", "图中文字", "☑同意", "☐反对", "图上的字")
    assert "表中含有 3 幅图片或图表，其中的文字检索不到。" in found.warnings
    assert "隐藏的工作表“藏”的图形：藏图" in found.concealed
    assert not any("图中文字" in each for each in found.concealed)
