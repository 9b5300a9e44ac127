import zipfile
from pathlib import Path

import pytest

from archive.document import Merged
from archive.errors import ExtractionFailed
from archive.extract import Extraction, Limits, Sandbox, extract_plain
from archive.extract.mediatype import XLS, XLSX
from tests.archive.extract.compounds import Sheet, write_compound, write_xls
from tests.archive.extract.workbooks import rows, write_xlsx

DRAWING = "http://schemas.openxmlformats.org/drawingml/2006"


def read(path: Path) -> Extraction:
    return extract_plain(path, XLSX)


def cells(*values: str) -> str:
    return "<sheetData><row r='1'>" + "".join(values) + "</row></sheetData>"


def test_sheets_follow_each_other_under_their_names_and_empty_ones_say_nothing(tmp_path: Path) -> None:
    sheets = {
        "收入": rows("单位||件数", "", "财政局||12"),
        "Sheet2": rows("合计|12"),
        "支出": rows(),
        "说明 ": rows("以上为实际数。"),
    }
    found = read(write_xlsx(tmp_path / "a", sheets))
    assert found.title is None
    assert found.paragraphs == ("收入", "单位\t件数", "财政局\t12", "合计\t12", "说明", "以上为实际数。")
    assert found.warnings == ()
    assert [place.label for place in found.places] == ["工作表 收入", "工作表 Sheet2", "工作表 说明"]


def test_a_first_row_of_one_cell_above_a_table_is_the_title(tmp_path: Path) -> None:
    found = read(write_xlsx(tmp_path / "a", {"汇总": rows("", "|2020年度收费目录清单", "项目|金额", "证照费|10")}))
    assert found.title == "2020年度收费目录清单"
    assert found.paragraphs == ("汇总", "项目\t金额", "证照费\t10")
    assert read(write_xlsx(tmp_path / "b", {"汇总": rows("张三", "李四")})).title is None


def test_values_stand_as_a_reader_sees_them(tmp_path: Path) -> None:
    values = cells(
        "<c r='A1'><v>3</v></c>", "<c r='B1'><v>0.30000000000000004</v></c>", "<c r='C1' t='b'><v>1</v></c>",
        "<c r='D1' s='1'><v>43853</v></c>", "<c r='E1' s='1'><v>43853.5</v></c>", "<c r='F1' s='3'><v>43853</v></c>",
        "<c r='G1' s='4'><v>0.5</v></c>", "<c r='H1'><f>A1+1</f><v>4</v></c>",
        "<c r='I1' t='str'><f>x</f><v>甲\n乙</v></c>", "<c r='J1'><v>370000000000000</v></c>",
    )  # fmt: skip
    found = read(write_xlsx(tmp_path / "a", {"Sheet1": values}))
    dates = ("2020-01-23", "2020-01-23 12:00:00", "2020年1月23日", "12:00:00")
    assert found.paragraphs == ("\t".join(("3", "0.3", "TRUE", *dates, "4", "甲 乙", "370000000000000")),)


def test_a_merged_cell_stands_only_at_its_beginning(tmp_path: Path) -> None:
    data = rows("机关|行政许可||合计", "|申请|办结", "财政局|3||3", "|5|4|5")
    merged = "<mergeCells><mergeCell ref='A1:A2'/><mergeCell ref='B1:C1'/><mergeCell ref='D1:D2'/></mergeCells>"
    found = read(write_xlsx(tmp_path / "a", {"Sheet1": data + merged}))
    assert found.paragraphs == ("机关\t行政许可\t\t合计", "\t申请\t办结\t", "财政局\t3\t\t3", "\t5\t4\t5")
    assert [set(place.merged) for place in found.places] == [
        {Merged(0, 0, 2, 1), Merged(0, 1, 1, 2), Merged(0, 3, 2, 1)},
    ]


def test_hidden_sheets_comments_and_pictures_are_told(tmp_path: Path) -> None:
    more = {
        "xl/comments1.xml": "<comments><commentList><comment/><comment/></commentList></comments>",
        "xl/drawings/drawing1.xml": f"<x:wsDr xmlns:x='{DRAWING}/spreadsheetDrawing' xmlns:a='{DRAWING}/main'><x:pic/>"
        "<x:sp><a:p><a:r><a:t>附注：</a:t></a:r><a:r><a:t>单位万元</a:t></a:r></a:p><a:p/></x:sp></x:wsDr>",
    }
    path = write_xlsx(tmp_path / "a", {"公开": rows("甲|乙"), "底稿": rows("丙")}, more, hidden="底稿")
    found = read(path)
    assert found.paragraphs == ("公开", "甲\t乙", "附注：单位万元")
    assert len(found.warnings) == 3
    assert all(word in told for word, told in zip(("“底稿”", "2 条批注", "1 幅图片"), found.warnings, strict=True))


def test_formulas_without_a_result_are_told(tmp_path: Path) -> None:
    values = cells(
        "<c r='A1' t='inlineStr'><is><t>合计</t></is></c>", "<c r='B1'><f>SUM(B2:B9)</f></c>",
        "<c r='C1'><f t='shared' si='0'/></c>", "<c r='D1'><f>1</f><v></v></c>", "<c r='E1'><f>2</f><v>2</v></c>",
    )  # fmt: skip
    found = read(write_xlsx(tmp_path / "a", {"Sheet1": values}))
    assert found.paragraphs == ("合计\t2",)
    assert len(found.warnings) == 1 and "3 个公式" in found.warnings[0]


def test_a_sheet_whose_rectangle_would_fill_the_memory_is_refused_and_one_that_is_only_formatted_is_not(
    tmp_path: Path,
) -> None:
    far = "<c r='A1'><v>1</v></c></row><row r='1048576'><c r='XFD1048576'{}</row></sheetData>"
    start = "<sheetData><row r='1'>"
    with Sandbox(workers=1, limits=Limits(files=1)) as sandbox:
        with pytest.raises(ExtractionFailed, match="1,048,576 行 16,384 列"):
            sandbox.extract(write_xlsx(tmp_path / "a", {"x": start + far.format("><v>2</v></c>")}), XLSX)
        for number, empty in enumerate((" s='1'/>", " s='1'></c>")):
            path = write_xlsx(tmp_path / f"b{number}", {"x": start + far.format(empty)})
            assert sandbox.extract(path, XLSX).paragraphs == ("x", "1")


def test_a_part_with_a_document_type_is_refused(tmp_path: Path) -> None:
    more = {"xl/sharedStrings.xml": "<!DOCTYPE x [<!ENTITY a 'a'>]><sst/>"}
    with pytest.raises(ExtractionFailed, match="DOCTYPE"):
        read(write_xlsx(tmp_path / "a", {"x": rows("甲")}, more))


@pytest.mark.parametrize("part", ["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/comments1.xml"])
def test_a_broken_part_is_a_reason_and_never_an_empty_sheet(tmp_path: Path, part: str) -> None:
    with pytest.raises(ExtractionFailed, match="损坏"):
        read(write_xlsx(tmp_path / "a", {"x": rows("甲")}, {part: "<worksheet><sheetData><row"}))


def test_no_workbook_is_a_reason(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a", "w") as container:
        container.writestr("xl/other.xml", "<x/>")
    with pytest.raises(ExtractionFailed, match="电子表格已损坏"):
        read(tmp_path / "a")


def test_workbooks_of_excel_97_read_the_same(tmp_path: Path) -> None:
    data: list[list[str | float | None]] = [
        ["行政许可办理情况表", None, None],
        ["机关", "办理", None],
        [None, "申请", "办结"],
        ["财政局", 3.0, 2.5],
    ]
    sheet = Sheet("2020年", data, [(0, 0, 0, 2), (1, 2, 0, 0), (1, 1, 1, 2)])
    path = write_xls(tmp_path / "a", [sheet, Sheet("底稿", [["不公开"]], hidden=True), Sheet("Sheet3", [])])
    found = extract_plain(path, XLS)
    assert found.title == "行政许可办理情况表"
    assert found.paragraphs == ("2020年", "机关\t办理\t", "\t申请\t办结", "财政局\t3\t2.5")
    assert len(found.warnings) == 1 and "“底稿”" in found.warnings[0]


@pytest.mark.parametrize("before", [b"\x2f\0\x06\0" + bytes(6), b"\x86\0\0\0\x2f\0\x06\0" + bytes(6)])
def test_a_locked_workbook_of_excel_97_asks_to_take_the_password_off(tmp_path: Path, before: bytes) -> None:
    path = write_xls(tmp_path / "a", [Sheet("x", [["甲"]])], before)
    with pytest.raises(ExtractionFailed, match="密码"):
        extract_plain(path, XLS)


@pytest.mark.parametrize("keep", [600, 2000, 5000])
def test_what_is_no_workbook_of_excel_97_is_a_reason(tmp_path: Path, keep: int) -> None:
    path = write_compound(tmp_path / "a", {"Workbook": b"\x09\x08\x10\0" + bytes(range(200)) * 20})
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(ExtractionFailed, match="电子表格已损坏"):
        extract_plain(path, XLS)
