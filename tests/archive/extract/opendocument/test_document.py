from pathlib import Path

import pytest

from archive.errors import ExtractionFailed, FileRefused
from archive.extract import extract_plain, media_type
from archive.extract.extraction import Extraction
from archive.extract.mediatype import ODT
from tests.archive.extract.opendocuments import SPACES, letters_style, write_opendocument


def read(path: Path, body: str, automatic: str = "", named: str = "", masters: str = "", **parts: str) -> Extraction:
    written = write_opendocument(path / "a", "text", body, automatic, named, masters, **parts)
    assert media_type(written, "a.doc") == ODT
    return extract_plain(written, ODT)


def p(text: str, style: str = "") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def test_a_title_is_found_by_its_style_and_blanks_are_what_the_file_says(tmp_path: Path) -> None:
    found = read(tmp_path, p("关于供热的通知", "Title") + p("第一条<text:s text:c='2'/>为了\n规范<text:tab/>供热。"))
    assert found.title == "关于供热的通知"
    assert found.paragraphs == ("第一条 为了 规范 供热。",)
    assert not found.warnings


def level(number: int, form: str, more: str = "") -> str:
    return f'<text:list-level-style-number text:level="{number}" style:num-format="{form}" {more}/>'


def test_lists_are_numbered_as_they_are_shown(tmp_path: Path) -> None:
    style = (
        '<text:list-style style:name="L">'
        + level(1, "一, 二, 三, ...", 'style:num-prefix="第" style:num-suffix="条"')
        + level(2, "1", 'text:display-levels="1" style:num-prefix="（" style:num-suffix="）"')
        + "</text:list-style><text:list-style style:name='M'>"
        + level(1, "1", 'text:start-value="3" loext:num-list-format="%1%、"')
        + '<text:list-level-style-bullet text:level="2" text:bullet-char="•"/></text:list-style>'
    )

    def item(content: str, more: str = "") -> str:
        return f"<text:list-item {more}>{content}</text:list-item>"

    def listed(style: str, items: str, more: str = "") -> str:
        return f'<text:list text:style-name="{style}" {more}>{items}</text:list>'

    inner = f"<text:list>{item(p('子'))}{item(p('丑'))}</text:list>"
    body = (
        listed("L", item(p("甲") + p("续")) + item(p("乙") + inner), 'xml:id="x"')
        + p("间")
        + listed("L", item(p("丙") + f"<text:list>{item(p('寅'))}</text:list>"), 'text:continue-numbering="true"')
        + listed("L", item(p("丁")))
        + listed("L", item(p("戊"), 'text:start-value="9"') + item(p("己")), 'text:continue-list="x"')
        + listed("M", item(p("庚") + f"<text:list>{item(p('点'))}</text:list>"))
    )
    assert read(tmp_path, body, style).paragraphs == (
        *("第一条甲", "续", "第二条乙", "（1）子", "（2）丑", "间", "第三条丙", "（1）寅", "第一条丁"),
        *("第九条戊", "第十条己", "3、庚", "点"),
    )


def test_headings_are_numbered_by_the_outline(tmp_path: Path) -> None:
    outline = (
        '<text:outline-style><text:outline-level-style text:level="1" style:num-format="一, 二, 三, ..." '
        'style:num-suffix="、"/><text:outline-level-style text:level="2" style:num-format=""/></text:outline-style>'
    )
    body = "".join(
        f'<text:h text:outline-level="{depth}">{text}</text:h>'
        for depth, text in ((1, "总则"), (2, "目的"), (1, "附则"))
    )
    assert read(tmp_path, body, named=outline).paragraphs == ("一、总则", "目的", "二、附则")


def test_an_unknown_format_of_numbers_is_told(tmp_path: Path) -> None:
    style = f'<text:list-style style:name="L">{level(1, "イ, ロ, ハ, ...", "")}</text:list-style>'
    body = f'<text:list text:style-name="L"><text:list-item>{p("甲")}</text:list-item></text:list>'
    assert any("自动编号的格式不认识" in each for each in read(tmp_path, body, style).warnings)


def test_tables_have_their_cells_in_rows_and_columns(tmp_path: Path) -> None:
    def cell(text: str, more: str = "") -> str:
        return f"<table:table-cell {more}>{p(text)}</table:table-cell>"

    covered = "<table:covered-table-cell/>"
    body = (
        "<table:table><table:table-header-rows><table:table-row>"
        + cell("项目", 'table:number-rows-spanned="2"') + cell("金额", 'table:number-columns-spanned="2"') + covered
        + "</table:table-row></table:table-header-rows><table:table-row>"
        + f"<table:covered-table-cell>{p('盖住')}</table:covered-table-cell>" + cell("预算") + cell("决算")
        + "</table:table-row><table:table-row>" + cell("供热") + cell("5", 'table:number-columns-repeated="2"')
        + "</table:table-row></table:table>"
    )  # fmt: skip
    found = read(tmp_path, body)
    assert found.paragraphs == ("项目\t金额\t", "\t预算\t决算", "供热\t5\t5")
    assert found.places[0].merged == ((0, 0, 2, 1), (0, 1, 1, 2))
    assert found.places[0].heads == 1
    assert any("被合并的单元格" in each for each in found.warnings)
    assert found.concealed[0].startswith("合并单元格盖住的文字：盖住")


@pytest.mark.parametrize(
    ("properties", "kind"),
    [
        ('text:display="none"', "隐藏文字"),
        ('fo:color="#ffffff"', "与底色相同的文字"),
        ('fo:color="#FF0000" fo:background-color="#ff0000"', "与底色相同的文字"),
        ('fo:font-size="1pt"', "小到看不见的文字"),
        ('fo:color="#000000" loext:opacity="0%"', "不显示的文字"),
    ],
)
def test_letters_that_nobody_sees_are_listed_and_no_text(tmp_path: Path, properties: str, kind: str) -> None:
    found = read(tmp_path, p('公开<text:span text:style-name="T">秘密</text:span>'), letters_style("T", properties))
    assert found.paragraphs == ("公开",)
    assert found.concealed == (f"{kind}：秘密（在开头）",)
    assert any("2 个字设为隐藏" in each for each in found.warnings)


@pytest.mark.parametrize(
    "properties",
    [
        'fo:color="#ffffff" fo:background-color="#0000ff"',
        'fo:color="#ffffff" style:use-window-font-color="true"',
        'style:use-window-font-color="true" loext:opacity="0%"',
        'text:display="true"',
    ],
)
def test_letters_that_are_seen_are_text(tmp_path: Path, properties: str) -> None:
    found = read(tmp_path, p('<text:span text:style-name="T">公开</text:span>'), letters_style("T", properties))
    assert found.paragraphs == ("公开",)
    assert not found.concealed


def test_white_letters_on_the_ground_of_a_cell_are_seen(tmp_path: Path) -> None:
    style = letters_style("T", 'fo:color="#ffffff"') + (
        '<style:style style:name="C" style:family="table-cell">'
        '<style:table-cell-properties fo:background-color="#003366"/></style:style>'
    )
    white = p('<text:span text:style-name="T">{}</text:span>')
    cell = f'<table:table-cell table:style-name="C">{white}</table:table-cell>'
    row = f"<table:table-row>{cell.format('项目')}{cell.format('金额')}</table:table-row>"
    found = read(tmp_path, f"<table:table>{row}</table:table>", style)
    assert found.paragraphs == ("项目\t金额",)


@pytest.mark.parametrize(
    "hidden",
    [
        '<text:section text:display="none"><text:p>秘密</text:p></text:section>',
        '<text:section text:display="condition" text:is-hidden="true"><text:p>秘密</text:p></text:section>',
        '<text:p><text:hidden-paragraph text:is-hidden="true"/>秘密</text:p>',
        '<text:p>x<text:hidden-text text:is-hidden="true" text:string-value="秘密"/></text:p>',
        "<table:table><table:table-row table:visibility='collapse'><table:table-cell><text:p>秘密</text:p>"
        "</table:table-cell></table:table-row></table:table>",
    ],
)
def test_hidden_parts_are_listed_and_no_text(tmp_path: Path, hidden: str) -> None:
    found = read(tmp_path, p("公开") + hidden)
    assert "秘密" not in "".join(found.paragraphs)
    assert any("隐藏文字：秘密" in each for each in found.concealed)


def test_revisions_comments_notes_boxes_and_margins_have_their_places(tmp_path: Path) -> None:
    deleted = f"<text:changed-region><text:deletion>{p('删去')}</text:deletion></text:changed-region>"
    body = (
        f"<text:tracked-changes>{deleted}</text:tracked-changes>"
        "<text:p>正文<office:annotation><dc:creator>张三</dc:creator><text:p>再议</text:p></office:annotation>"
        "<text:note><text:note-citation>1</text:note-citation><text:note-body><text:p>脚注</text:p></text:note-body>"
        "</text:note><text:change text:change-id='x'/></text:p>"
        "<text:p>其后<draw:frame><draw:text-box><text:p>框中</text:p></draw:text-box></draw:frame></text:p>"
    )
    masters = (
        "<style:master-page><style:header><text:p>页眉</text:p></style:header>"
        "<style:footer><text:p>第<text:page-number>1</text:page-number>页</text:p></style:footer>"
        "<style:header-left style:display='false'><text:p>不用</text:p></style:header-left></style:master-page>"
    )
    meta = (
        f"<office:document-meta {SPACES}><office:meta><meta:initial-creator>李四</meta:initial-creator></office:meta>"
    )
    found = read(tmp_path, body, masters=masters, meta=f"{meta}</office:document-meta>")
    assert found.paragraphs == ("正文", "其后", "框中", "脚注", "页眉")
    assert "修订中删除：删去" in found.concealed
    assert any("批注（张三）：再议" in each for each in found.concealed)
    assert "文档属性 作者：李四" in found.concealed
    assert any("1 处修订痕迹" in each for each in found.warnings)
    assert any("1 条批注" in each for each in found.warnings)


def test_fields_of_forms_show_what_is_in_them(tmp_path: Path) -> None:
    forms = (
        "<office:forms><form:form><form:checkbox form:id='a' form:label='同意' form:current-state='checked'/>"
        "<form:text form:id='b' form:current-value='已填'/></form:form></office:forms>"
    )
    body = f"{forms}<text:p>意见<draw:control draw:control='a'/><draw:control draw:control='b'/></text:p>"
    assert read(tmp_path, body).paragraphs == ("意见", "☑同意", "已填")


def test_a_locked_file_and_one_without_content_are_refused(tmp_path: Path) -> None:
    manifest = f"<manifest:manifest {SPACES}><manifest:file-entry><manifest:encryption-data/></manifest:file-entry>"
    with pytest.raises(FileRefused, match="密码"):
        read(tmp_path, p("x"), **{"META-INF__manifest": f"{manifest}</manifest:manifest>"})
    with pytest.raises(ExtractionFailed, match="损坏"):
        extract_plain(write_opendocument(tmp_path / "b", "spreadsheet", ""), ODT)


def test_a_document_type_is_refused_where_text_is_and_harmless_in_macros(tmp_path: Path) -> None:
    doctype = "<!DOCTYPE library [<!ENTITY e 'x'>]><library/>"
    assert read(tmp_path, p("公开"), Basic__Standard__script="<!DOCTYPE library><library/>").paragraphs == ("公开",)
    with pytest.raises(FileRefused, match="DOCTYPE"):
        read(tmp_path, p("公开"), meta=doctype)


def test_a_table_of_a_billion_cells_is_refused(tmp_path: Path) -> None:
    cell = "<table:table-cell table:number-columns-repeated='999999999'><text:p>x</text:p></table:table-cell>"
    two = "<table:table-cell><text:p>x</text:p></table:table-cell>"
    with pytest.raises(FileRefused, match="多得不合常理"):
        read(tmp_path, f"<table:table><table:table-row>{cell}{two}</table:table-row></table:table>")


def test_what_is_hidden_or_drawn_in_a_note_is_told_like_in_the_text(tmp_path: Path) -> None:
    picture = "<draw:frame><draw:image xlink:href='a.png'/></draw:frame>"
    inner = f"脚注<text:span text:style-name='H'>内部意见</text:span>{picture}"
    note = f"<text:note text:note-class='footnote'><text:note-body>{p(inner)}</text:note-body></text:note>"
    found = read(tmp_path, p(f"正文{note}"), letters_style("H", 'text:display="none"'))
    assert found.paragraphs == ("正文", "脚注")
    assert any("4 个字设为隐藏" in each for each in found.warnings)
    assert any("1 幅图片" in each for each in found.warnings)


def test_revisions_of_a_page_header_are_told(tmp_path: Path) -> None:
    deleted = f"<text:changed-region><text:deletion>{p('内部文件')}</text:deletion></text:changed-region>"
    header = f"<style:header><text:tracked-changes>{deleted}</text:tracked-changes>{p('云溪县')}</style:header>"
    found = read(tmp_path, p("正文"), masters=f"<style:master-page style:name='S'>{header}</style:master-page>")
    assert "修订中删除：内部文件" in found.concealed
    assert any("1 处修订痕迹" in each for each in found.warnings)


def test_a_password_typed_in_a_form_is_no_text(tmp_path: Path) -> None:
    forms = "<office:forms><form:form><form:password form:id='a' form:current-value='秘密'/></form:form></office:forms>"
    found = read(tmp_path, f"{forms}<text:p>口令<draw:control draw:control='a'/></text:p>")
    assert found.paragraphs == ("口令",)
    assert [each.partition("（")[0] for each in found.concealed] == ["隐藏文字：秘密"]


def test_a_row_of_one_repeated_cell_is_a_row_of_several(tmp_path: Path) -> None:
    cell = f"<table:table-cell table:number-columns-repeated='3'>{p('同')}</table:table-cell>"
    found = read(tmp_path, f"<table:table><table:table-row>{cell}</table:table-row></table:table>")
    assert found.paragraphs == ("同\t同\t同",)


def test_a_row_is_repeated_as_often_as_a_document_may_say(tmp_path: Path) -> None:
    def table(times: int) -> str:
        cells = "".join(f"<table:table-cell>{p(each)}</table:table-cell>" for each in "甲乙")
        row = f"<table:table-row table:number-rows-repeated='{times}'>{cells}</table:table-row>"
        return f"<table:table>{row}</table:table>"

    assert read(tmp_path, table(3)).paragraphs == ("甲\t乙",) * 3
    with pytest.raises(FileRefused, match="重复得不合常理"):
        read(tmp_path, table(200_000))
    with pytest.raises(FileRefused, match="重复得不合常理"):
        read(tmp_path, table(1_100) * 2)
