from pathlib import Path

import pytest

from archive.errors import FileRefused
from archive.extract import extract_plain, media_type
from archive.extract.extraction import Extraction
from archive.extract.mediatype import ODS
from tests.archive.extract.opendocuments import letters_style, write_opendocument


def read(path: Path, body: str, automatic: str = "") -> Extraction:
    written = write_opendocument(path / "a", "spreadsheet", body, automatic)
    assert media_type(written, "a.xls") == ODS
    return extract_plain(written, ODS)


def cell(text: str, more: str = "") -> str:
    return f"<table:table-cell {more}><text:p>{text}</text:p></table:table-cell>"


def row(*cells: str, more: str = "") -> str:
    return f"<table:table-row {more}>{''.join(cells)}</table:table-row>"


def sheet(*rows: str, name: str = "收支", more: str = "") -> str:
    return f"<table:table table:name='{name}' {more}>{''.join(rows)}</table:table>"


def test_cells_are_read_as_they_are_shown(tmp_path: Path) -> None:
    amount = 'office:value-type="float" office:value="1234.5"'
    found = read(
        tmp_path,
        sheet(
            row(cell("收支表", 'table:number-columns-spanned="2"'), "<table:covered-table-cell/>"),
            row("<table:table-cell table:number-columns-repeated='16384'/>", more="table:number-rows-repeated='99'"),
            row(cell("供热"), cell("1,234.50", amount)),
            row(cell("供水"), f"<table:table-cell {amount}/>"),
            row(cell("同", 'table:number-columns-repeated="2"'), more='table:number-rows-repeated="2"'),
        ),
    )
    assert found.title == "收支表"
    assert found.paragraphs == ("收支", "供热\t1,234.50", "供水\t1234.5", "同\t同", "同\t同")
    assert [place.label for place in found.places] == ["工作表 收支"]
    assert found.warnings == ("表中有 1 个单元格没有保存显示的文字，按原值收入正文，请与原件核对。",)


def test_merged_cells_reach_over_rows_without_text(tmp_path: Path) -> None:
    empty = row("<table:covered-table-cell/>", "<table:table-cell/>")
    rows = (
        row(cell("甲", 'table:number-rows-spanned="3"'), cell("1")),
        empty,
        row("<table:covered-table-cell/>", cell("2")),
        row(cell("乙"), cell("3")),
    )
    found = read(tmp_path, sheet(*rows, name="Sheet1"))
    assert found.paragraphs == ("甲\t1", "\t2", "乙\t3")
    assert found.places[0].merged == ((0, 0, 2, 1),)


def test_what_is_hidden_is_listed_and_no_text(tmp_path: Path) -> None:
    styles = (
        '<style:style style:name="off" style:family="table">'
        '<style:table-properties table:display="false"/></style:style>'
        '<style:style style:name="same" style:family="table-cell">'
        '<style:table-cell-properties fo:background-color="#ff0000"/><style:text-properties fo:color="#ff0000"/>'
        "</style:style>"
    )
    columns = "<table:table-column/><table:table-column table:visibility='collapse'/><table:table-column/>"
    five = 'office:value-type="float" office:value="5"'
    shown = sheet(
        columns,
        row(cell("甲"), cell("藏列"), cell("1")),
        row(cell("藏行"), more="table:visibility='filter'"),
        f"<table:table-row-group table:display='false'>{row(cell('藏组'))}</table:table-row-group>",
        row(cell("红", "table:style-name='same'"), cell(""), cell("", five)),
        row(
            cell("乙", 'table:number-columns-spanned="2"'),
            "<table:covered-table-cell><text:p>盖住</text:p></table:covered-table-cell>",
        ),
    )
    found = read(tmp_path, shown + sheet(row(cell("藏表")), name="内部", more="table:style-name='off'"), styles)
    assert found.paragraphs == ("收支", "甲\t1", "乙\t")
    assert set(found.concealed) == {
        "工作表“收支”第 2 行（隐藏行）：藏行",
        "工作表“收支”第 3 行（隐藏行）：藏组",
        "工作表“收支”A4 与底色相同的文字：红",
        "工作表“收支”C4 不显示的文字：5",
        "工作表“收支”B5 合并单元格盖住的文字：盖住",
        "工作表“收支”B 列（隐藏列）：藏列",
        "隐藏的工作表“内部”第 1 行：藏表",
    }
    told = "".join(found.warnings)
    assert "有 1 张工作表（“内部”）设为隐藏" in told
    assert "2 行、1 列设为隐藏" in told
    assert "2 个单元格有内容而不显示" in told
    assert "2 个字在被合并的单元格里" in told


def test_a_merged_cell_is_hidden_with_all_of_its_rows(tmp_path: Path) -> None:
    def rows(last: str) -> str:
        off = "table:visibility='collapse'"
        inner = row("<table:covered-table-cell/>", more=off) + row("<table:covered-table-cell/>", more=last)
        return row(cell("甲", 'table:number-rows-spanned="3"'), more=off) + inner + row(cell("x"), cell("y"))

    assert read(tmp_path, sheet(rows("table:visibility='collapse'"))).paragraphs == ("收支", "x\ty")
    assert read(tmp_path, sheet(rows(""))).paragraphs == ("收支", "甲\t", "x\ty")


def test_white_letters_are_in_doubt_where_conditions_colour_cells(tmp_path: Path) -> None:
    style = (
        '<style:style style:name="w" style:family="table-cell"><style:text-properties fo:color="#ffffff"/>'
        '<style:map style:condition="x" style:apply-style-name="y"/></style:style>'
    )
    found = read(tmp_path, sheet(row(cell("甲"), cell("白", "table:style-name='w'"))), style)
    assert found.paragraphs == ("收支", "甲\t白")
    assert any("1 个单元格是白色的字" in each for each in found.warnings)


def test_comments_shapes_pictures_and_struck_letters_are_told(tmp_path: Path) -> None:
    note = "<office:annotation><dc:creator>张三</dc:creator><text:p>核对</text:p></office:annotation>"
    drawn = (
        "<table:shapes><draw:custom-shape><text:p>图中文字</text:p></draw:custom-shape>"
        "<draw:frame><draw:image/></draw:frame></table:shapes>"
    )
    struck = '<text:span text:style-name="S">旧</text:span>新<text:span text:style-name="R">2</text:span>'
    styles = letters_style("S", 'style:text-line-through-style="solid"') + letters_style(
        "R", 'style:text-position="super"'
    )
    noted = f"<table:table-cell>{note}<text:p>{struck}</text:p></table:table-cell>"
    found = read(tmp_path, sheet(drawn, row(noted, cell("x"))), styles)
    assert found.paragraphs == ("收支", "旧新²\tx", "图中文字")
    assert "工作表“收支”A1 批注（张三）：核对" in found.concealed
    told = "".join(found.warnings)
    assert "1 条批注" in told and "1 幅图片或图表" in told and "1 个字带删除线" in told


def test_a_sheet_of_a_billion_cells_is_refused(tmp_path: Path) -> None:
    many = cell("x", 'table:number-columns-repeated="16384"')
    with pytest.raises(FileRefused, match="多得不合常理"):
        read(tmp_path, sheet(row(many, more='table:number-rows-repeated="1048576"')))


FORMS = (
    "<office:forms><form:form><form:checkbox form:id='a' form:label='同意' form:current-state='checked'/>"
    "<form:text form:id='b' form:current-value='十万元'/><form:password form:id='c' form:current-value='秘密'/>"
    "</form:form></office:forms>"
)


def test_fields_of_a_form_on_a_sheet_are_read_as_they_are_shown(tmp_path: Path) -> None:
    drawn = "<table:shapes><draw:control draw:control='a'/><draw:control draw:control='c'/></table:shapes>"
    field = "<table:table-cell><draw:control draw:control='b'/></table:table-cell>"
    found = read(tmp_path, sheet(FORMS, drawn, row(cell("金额"), field)))
    assert found.paragraphs == ("收支", "金额\t十万元", "☑同意")
    assert found.concealed == ("隐藏文字：秘密",)


def test_what_is_grouped_is_read_and_counted(tmp_path: Path) -> None:
    picture = "<draw:frame><draw:image xlink:href='a.png'/></draw:frame>"
    text = "<draw:a><draw:frame><draw:text-box><text:p>说明</text:p></draw:text-box></draw:frame></draw:a>"
    found = read(
        tmp_path, sheet(f"<table:shapes><draw:g>{picture}{picture}{text}</draw:g></table:shapes>", row(cell("甲")))
    )
    assert found.paragraphs[-1] == "说明"
    assert any("2 幅图片" in each for each in found.warnings)
