import struct
import zipfile
from pathlib import Path

import pytest

from archive.errors import FileRefused
from archive.extract import extract_plain, media_type
from archive.extract.mediatype import XLSB
from tests.archive.extract.binaryworkbooks import Cell, comments, hidden_columns, merged, rgb, styles, write_xlsb
from tests.archive.extract.makers import with_parts

NONE, WHITE, RED = bytes(8), rgb(255, 255, 255), rgb(255, 0, 0)
# Number format, font, fill.
STYLES = styles(
    (NONE, WHITE, RED), (NONE, RED), {170: ";;;"}, [(0, 0, 0), (4, 0, 0), (170, 0, 0), (0, 1, 0), (0, 2, 1), (14, 0, 0)]
)


def test_a_binary_workbook_is_read_as_it_is_shown(tmp_path: Path) -> None:
    grid: list[list[Cell]] = [["收支表"], ["项目", "金额", "比例"], ["供热", 1234.5, 0.5], ["供水", 43831.0]]
    formats = {(2, 1): 1, (3, 1): 5}
    path = write_xlsb(tmp_path / "a", {"收支": grid}, formats=formats, after=merged(0, 0, 0, 2), styles=STYLES)
    assert media_type(path, "a.xlsx") == XLSB
    found = extract_plain(path, XLSB)
    assert found.title == "收支表"
    assert found.paragraphs == ("收支", "项目\t金额\t比例", "供热\t1,234.50\t0.5", "供水\t2020-01-01\t")
    merging = write_xlsb(tmp_path / "b", {"Sheet1": [["甲", None, "乙"], ["1", "2", "3"]]}, after=merged(0, 0, 0, 1))
    assert extract_plain(merging, XLSB).places[0].merged == ((0, 0, 1, 2),)


def test_what_is_hidden_is_listed_and_no_text(tmp_path: Path) -> None:
    grid: list[list[Cell]] = [["甲", "藏列", "1"], ["藏行"], ["白", None, 5.0, "红"]]
    path = write_xlsb(
        tmp_path / "a",
        {"收支": grid, "内部": [["藏表"]]},
        hidden="内部",
        hidden_rows=[1],
        formats={(2, 0): 3, (2, 2): 2, (2, 3): 4},
        before=hidden_columns(1, 1),
        styles=STYLES,
        commented=comments((0, 2, "张三", "核对")),
    )
    found = extract_plain(path, XLSB)
    assert found.paragraphs == ("收支", "甲\t1")
    assert set(found.concealed) == {
        "工作表“收支”B 列（隐藏列）：藏列",
        "工作表“收支”第 2 行（隐藏行）：藏行",
        "工作表“收支”A3 与底色相同的文字：白",
        "工作表“收支”C3 不显示的文字：5",
        "工作表“收支”D3 与底色相同的文字：红",
        "隐藏的工作表“内部”第 1 行：藏表",
        "工作表“收支”C1 批注（张三）：核对",
    }
    told = "".join(found.warnings)
    assert "1 张工作表" in told and "1 行、1 列" in told and "3 个单元格有内容而不显示" in told and "1 条批注" in told


def test_two_cells_far_apart_and_a_broken_workbook_are_refused(tmp_path: Path) -> None:
    path = write_xlsb(tmp_path / "a", {"表": [["x"]]})
    rows: list[list[Cell]] = [["x", *[None] * 9999, "y"], *[[]] * 900, ["z"]]
    wide = write_xlsb(tmp_path / "b", {"表": rows})
    with pytest.raises(FileRefused, match="行 10,001 列"):
        extract_plain(wide, XLSB)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(FileRefused, match="损坏"):
        extract_plain(path, XLSB)


def test_pictures_and_words_on_a_sheet_are_told_or_read(tmp_path: Path) -> None:
    words = "<a:txBody><a:p><a:r><a:t>图中文字</a:t></a:r></a:p></a:txBody>"
    drawing = f'<a:wsDr xmlns:a="urn:a"><a:pic/><a:sp>{words}</a:sp></a:wsDr>'
    path = write_xlsb(tmp_path / "a", {"表": [["甲", "乙"]]}, more={"xl/drawings/drawing1.xml": drawing})
    found = extract_plain(path, XLSB)
    assert found.paragraphs == ("表", "甲\t乙", "图中文字")
    assert any("1 幅图片或图表" in each for each in found.warnings)


def test_records_that_end_early_hide_nothing(tmp_path: Path) -> None:
    short = struct.pack("<BB", 60, 200)
    path = write_xlsb(tmp_path / "a", {"表": [["甲", "乙"]]}, after=short)
    assert extract_plain(path, XLSB).paragraphs == ("表", "甲\t乙")


def test_a_record_that_reaches_beyond_its_part_is_damage(tmp_path: Path) -> None:
    whole = write_xlsb(tmp_path / "whole", {"表": [["甲", "乙"]]})
    with zipfile.ZipFile(whole) as container:
        sheet = container.read("xl/worksheets/sheet1.bin")
    path = with_parts(whole, tmp_path / "a", {"xl/worksheets/sheet1.bin": sheet[:-12]}, {})
    with pytest.raises(FileRefused, match="损坏"):
        extract_plain(path, XLSB)
