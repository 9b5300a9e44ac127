"""What readers of a Word document do not see is listed for the reviewer and is no text."""

from pathlib import Path

import pytest
from docx.document import Document

from archive.extract import extract_plain
from archive.extract.extraction import Extraction
from archive.extract.mediatype import DOCX
from tests.archive.extract.makers import add_xml, with_parts, write_docx

STYLES = """
<w:style w:type="paragraph" w:styleId="HP"><w:name w:val="HP"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="HP2"><w:name w:val="HP2"/><w:basedOn w:val="HP"/></w:style>
<w:style w:type="paragraph" w:styleId="SP"><w:name w:val="SP"/><w:basedOn w:val="HP"/>
<w:rPr><w:vanish w:val="0"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="HC"><w:name w:val="HC"/><w:link w:val="HP"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="character" w:styleId="WC"><w:name w:val="WC"/><w:rPr><w:color w:val="FFFFFF"/></w:rPr></w:style>
<w:style w:type="table" w:styleId="HT"><w:name w:val="HT"/><w:rPr><w:vanish/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="LP"><w:name w:val="LP"/><w:pPr>
<w:spacing w:line="20" w:lineRule="exact"/></w:pPr></w:style>
<w:style w:type="table" w:styleId="RT"><w:name w:val="RT"/><w:trPr><w:hidden/></w:trPr></w:style>
<w:style w:type="table" w:styleId="FT"><w:name w:val="FT"/><w:tblStylePr w:type="firstRow"><w:rPr><w:vanish/></w:rPr>
</w:tblStylePr><w:tblStylePr w:type="lastCol"><w:rPr><w:vanish/></w:rPr></w:tblStylePr></w:style>
<w:style w:type="table" w:styleId="BT"><w:name w:val="BT"/><w:tblStylePr w:type="band2Horz"><w:rPr><w:vanish/></w:rPr>
</w:tblStylePr></w:style>
<w:style w:type="table" w:styleId="DT"><w:name w:val="DT"/><w:tblStylePr w:type="firstRow">
<w:rPr><w:color w:val="FFFFFF"/></w:rPr><w:tcPr><w:shd w:val="clear" w:fill="1F4E79"/></w:tcPr></w:tblStylePr></w:style>
"""
AFTER = "（在“各镇：请落实。”之后）"
WHITE = '<w:color w:val="FFFFFF"/>'
W14 = "http://schemas.microsoft.com/office/word/2010/wordml"
THEMED = '<w:color w:val="000000" w:themeColor="background1"/>'
DARK = '<w:shd w:val="clear" w:fill="1F4E79"/>'


def paragraph(run: str = "", form: str = "", style: str = "", text: str = "内部掌握") -> str:
    named = f'<w:pStyle w:val="{style}"/>' if style else ""
    return f"<w:p><w:pPr>{named}{form}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t>{text}</w:t></w:r></w:p>"


def shaded(pattern: str, fill: str, dots: str) -> str:
    return f'<w:shd w:val="{pattern}" w:fill="{fill}" w:color="{dots}"/>'


def effect(inside: str, name: str = "textFill") -> str:
    return f'<w14:{name} xmlns:w14="{W14}">{inside}</w14:{name}>'


def solid(colour: str, alpha: int = 0) -> str:
    kind = "srgbClr" if len(colour) == 6 else "schemeClr"
    inside = f'<w14:alpha w14:val="{alpha}"/>' if alpha else ""
    return f'<w14:solidFill><w14:{kind} w14:val="{colour}">{inside}</w14:{kind}></w14:solidFill>'


def table(cell: str = "", run: str = "", style: str = "", row: str = "") -> str:
    named = f'<w:tblPr><w:tblStyle w:val="{style}"/></w:tblPr>' if style else ""
    cells = f"<w:tc><w:tcPr>{cell}</w:tcPr>{paragraph(run)}</w:tc><w:tc>{paragraph(text='甲')}</w:tc>"
    return f"<w:tbl>{named}<w:tr><w:trPr>{row}</w:trPr>{cells}</w:tr></w:tbl>"


def read(folder: Path, *blocks: str, defaults: str = "", body: str = "") -> Extraction:
    def fill(document: Document) -> None:
        document.add_paragraph("各镇：请落实。")
        for block in blocks:
            add_xml(document, block)

    source = write_docx(folder / "source.docx", fill)
    edit = {"word/styles.xml": ("</w:styles>", f"{STYLES}</w:styles>")}
    if body:
        edit["word/document.xml"] = ("<w:body>", f"{body}<w:body>")
    path = with_parts(source, folder / "a.docx", {}, edit)
    if defaults:
        edit = {"word/styles.xml": ("<w:rPrDefault><w:rPr>", f"<w:rPrDefault><w:rPr>{defaults}")}
        path = with_parts(path, folder / "b.docx", {}, edit)
    return extract_plain(path, DOCX)


@pytest.mark.parametrize(
    ("block", "reason"),
    [
        (paragraph("<w:vanish/>"), "隐藏文字"),
        (paragraph("<w:vanish w:val='true'/>", style="SP"), "隐藏文字"),
        (paragraph(style="HP"), "隐藏文字"),
        (paragraph(style="HP2"), "隐藏文字"),
        (paragraph("<w:rStyle w:val='HC'/>"), "隐藏文字"),
        (paragraph(WHITE), "与底色相同的文字"),
        (paragraph('<w:color w:val="FEFDFF"/>'), "与底色相同的文字"),
        (paragraph('<w:color w:val="FFFFFF" w:themeColor="background1"/>'), "与底色相同的文字"),
        (paragraph("<w:rStyle w:val='WC'/>"), "与底色相同的文字"),
        (paragraph(WHITE + '<w:shd w:val="clear" w:fill="FFFFFF"/>'), "与底色相同的文字"),
        (paragraph('<w:color w:val="000000"/><w:shd w:val="clear" w:fill="000000"/>'), "与底色相同的文字"),
        (paragraph('<w:color w:val="000000"/><w:highlight w:val="black"/>'), "与底色相同的文字"),
        (paragraph(THEMED), "与底色相同的文字"),
        (paragraph('<w:color w:themeColor="light1"/>'), "与底色相同的文字"),
        (paragraph('<w:color w:themeColor="background1" w:themeShade="FA"/>'), "与底色相同的文字"),
        (paragraph('<w:color w:val="000000" w:themeColor="text1" w:themeTint="02"/>'), "与底色相同的文字"),
        (paragraph(WHITE + '<w:shd w:val="clear" w:fill="000000" w:themeFill="background1"/>'), "与底色相同的文字"),
        (paragraph(effect("<w14:noFill/>")), "不显示的文字"),
        (paragraph(effect(solid("FF0000", 100_000))), "不显示的文字"),
        (paragraph(effect("<w14:noFill/>") + effect("<w14:noFill/>", "textOutline")), "不显示的文字"),
        (paragraph('<w:color w:val="000000"/>' + effect(solid("bg1"))), "与底色相同的文字"),
        (paragraph(effect("<w14:noFill/>") + effect(solid("FFFFFF"), "textOutline")), "与底色相同的文字"),
        (
            paragraph("<w:rStyle w:val='WC'/>" + effect(solid("FFFFFE"), "textOutline")),
            "与底色相同的文字",
        ),
        (paragraph('<w:sz w:val="2"/>'), "小到看不见的文字"),
        (paragraph('<w:sz w:val="4"/>'), "小到看不见的文字"),
        (paragraph('<w:w w:val="5"/>'), "小到看不见的文字"),
        (paragraph('<w:w w:val="1%"/>'), "小到看不见的文字"),
        (paragraph(form='<w:spacing w:line="20" w:lineRule="exact"/>'), "小到看不见的文字"),
        (paragraph(form='<w:spacing w:before="9" w:line="40" w:lineRule="exact"/>'), "小到看不见的文字"),
        (paragraph(style="LP"), "小到看不见的文字"),
        (paragraph(style="LP", form='<w:spacing w:line="30"/>'), "小到看不见的文字"),
        (paragraph(WHITE + shaded("pct5", "FFFFFF", "FFFFFF")), "与底色相同的文字"),
        (paragraph(WHITE + shaded("pct2", "FFFFFF", "F0F0F0")), "与底色相同的文字"),
        (paragraph(WHITE + shaded("diagStripe", "FFFFFF", "FAFAFA")), "与底色相同的文字"),
        (paragraph('<w:color w:val="1F4E79"/>' + shaded("horzCross", "1F4E79", "1F4E79")), "与底色相同的文字"),
        (paragraph('<w:color w:val="808080"/>' + shaded("pct50", "FFFFFF", "auto")), "与底色相同的文字"),
        (paragraph('<w:color w:val="FFFF00"/><w:highlight w:val="yellow"/>'), "与底色相同的文字"),
    ],
)
def test_what_nobody_sees_is_listed_and_is_no_text(tmp_path: Path, block: str, reason: str) -> None:
    found = read(tmp_path, block)
    assert found.concealed == (f"{reason}：内部掌握{AFTER}",)
    assert found.paragraphs == ("各镇：请落实。",)
    assert any("4 个字设为隐藏" in each for each in found.warnings)


@pytest.mark.parametrize(
    "block",
    [
        paragraph("<w:vanish w:val='0'/>", style="HP"),
        paragraph(style="SP"),
        # A property of two styles is turned over twice.
        paragraph("<w:rStyle w:val='HC'/>", style="HP"),
        paragraph("<w:webHidden/>"),
        paragraph(WHITE + DARK),
        paragraph(WHITE, form=DARK),
        paragraph(WHITE + '<w:highlight w:val="blue"/>'),
        paragraph(WHITE + '<w:shd w:val="pct50" w:fill="FFFFFF"/>'),
        paragraph('<w:color w:val="auto"/><w:shd w:val="clear" w:fill="000000"/>'),
        paragraph('<w:color w:val="FF0000"/>'),
        paragraph(THEMED + DARK),
        paragraph('<w:color w:val="FFFFFF" w:themeColor="text1"/>'),
        paragraph('<w:color w:val="FFFFFF" w:themeColor="background1" w:themeShade="80"/>'),
        paragraph(WHITE + '<w:shd w:val="clear" w:fill="FFFFFF" w:themeFill="text1" w:themeFillTint="BF"/>'),
        paragraph(effect(solid("FF0000", 40_000))),
        paragraph(effect("<w14:noFill/>") + effect(solid("tx1"), "textOutline")),
        paragraph(WHITE + effect(solid("000000"))),
        paragraph(WHITE + effect(solid("000000"), "textOutline")),
        paragraph("<w:rStyle w:val='WC'/>" + effect(solid("000000"), "textOutline")),
        paragraph('<w:sz w:val="5"/>'),
        paragraph(form='<w:spacing w:line="20"/>'),
        paragraph(form='<w:spacing w:line="20" w:lineRule="atLeast"/>'),
        paragraph(form='<w:spacing w:line="240" w:lineRule="exact"/>'),
        paragraph(style="LP", form='<w:spacing w:line="300"/>'),
        paragraph(style="LP", form='<w:spacing w:lineRule="auto"/>'),
        paragraph(WHITE + shaded("pct75", "FFFFFF", "000000")),
        paragraph("<w:color w:val='FF0000'/>" + shaded("diagStripe", "FFFFFF", "000000")),
        paragraph('<w:w w:val="50"/>'),
    ],
)
def test_what_is_seen_is_text(tmp_path: Path, block: str) -> None:
    found = read(tmp_path, block)
    assert (found.paragraphs, found.concealed, found.warnings) == (("各镇：请落实。", "内部掌握"), (), ())


def test_a_cells_ground_counts_and_a_tables_style_makes_white_doubtful(tmp_path: Path) -> None:
    assert read(tmp_path, table(DARK, WHITE)).paragraphs == ("各镇：请落实。", "内部掌握\t甲")
    assert read(tmp_path, table(DARK, THEMED)).paragraphs == ("各镇：请落实。", "内部掌握\t甲")
    assert read(tmp_path, table("", WHITE)).concealed == (f"与底色相同的文字：内部掌握{AFTER}",)
    assert read(tmp_path, table(style="HT")).concealed == (f"隐藏文字：内部掌握{AFTER}", f"隐藏文字：甲{AFTER}")
    doubtful = read(tmp_path, table("", WHITE, style="DT"))
    assert (doubtful.paragraphs[1], doubtful.concealed) == ("内部掌握\t甲", ())
    assert any("4 个白色的字，底色不能确定" in each for each in doubtful.warnings)


def test_white_text_on_a_page_with_a_colour_or_a_picture_behind_it_stays(tmp_path: Path) -> None:
    found = read(tmp_path, paragraph(WHITE), body='<w:background w:color="1F4E79"/>')
    assert found.paragraphs == ("各镇：请落实。", "内部掌握")
    assert any("底色不能确定" in each for each in found.warnings)


def test_what_the_documents_defaults_hide_is_hidden(tmp_path: Path) -> None:
    found = read(tmp_path, paragraph("<w:vanish w:val='0'/>"), defaults="<w:vanish/>")
    assert (found.paragraphs, found.concealed) == (("内部掌握",), ("隐藏文字：各镇：请落实。（在开头）",))


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ('<w:trHeight w:val="20" w:hRule="exact"/>', "小到看不见的文字"),
        ('<w:del w:id="1" w:author="张三"/>', "修订中删除"),
    ],
)
def test_a_row_that_is_hidden_too_low_or_deleted_is_listed(tmp_path: Path, row: str, reason: str) -> None:
    found = read(tmp_path, table(row=row))
    assert (found.paragraphs, found.concealed) == (("各镇：请落实。",), (f"{reason}：内部掌握 甲{AFTER}",))


def test_a_row_whose_end_is_marked_as_hidden_stays_and_is_told(tmp_path: Path) -> None:
    found = read(tmp_path, table(row="<w:hidden/>"))
    assert (found.paragraphs, found.concealed) == (("各镇：请落实。", "内部掌握\t甲"), ())
    assert any("1 行表格标为隐藏" in each for each in found.warnings)


@pytest.mark.parametrize(
    "row",
    [
        '<w:hidden w:val="0"/>',
        '<w:trHeight w:val="20"/>',
        '<w:trHeight w:val="20" w:hRule="atLeast"/>',
        '<w:trHeight w:val="300" w:hRule="exact"/>',
    ],
)
def test_a_row_that_is_seen_is_text(tmp_path: Path, row: str) -> None:
    found = read(tmp_path, table(row=row))
    assert (found.paragraphs, found.concealed, found.warnings) == (("各镇：请落实。", "内部掌握\t甲"), (), ())


def grid(style: str, look: str) -> str:
    cells = {each: f"<w:tc>{paragraph(text=each)}</w:tc>" for each in "甲乙丙丁戊己"}
    rows = "".join(f"<w:tr>{cells[one]}{cells[two]}</w:tr>" for one, two in ("甲乙", "丙丁", "戊己"))
    return f'<w:tbl><w:tblPr><w:tblStyle w:val="{style}"/><w:tblLook {look}/></w:tblPr>{rows}</w:tbl>'


@pytest.mark.parametrize(
    ("style", "look", "shown"),
    [
        ("FT", 'w:firstRow="1" w:noHBand="1"', ["丙\t丁", "戊\t己"]),
        ("FT", 'w:val="0020"', ["丙\t丁", "戊\t己"]),
        ("FT", 'w:val="0120"', ["丙", "戊"]),
        ("FT", 'w:val="0000"', ["甲\t乙", "丙\t丁", "戊\t己"]),
        ("FT", 'w:val="0020" w:firstRow="0"', ["甲\t乙", "丙\t丁", "戊\t己"]),
        ("BT", 'w:val="0000"', ["甲\t乙", "戊\t己"]),
        ("BT", 'w:val="0020"', ["甲\t乙", "丙\t丁"]),
        ("BT", 'w:val="0200"', ["甲\t乙", "丙\t丁", "戊\t己"]),
    ],
)
def test_a_tables_style_hides_the_parts_that_the_table_wants(
    tmp_path: Path, style: str, look: str, shown: list[str]
) -> None:
    found = read(tmp_path, grid(style, look))
    assert [*found.paragraphs[1:]] == shown
    hidden = set("甲乙丙丁戊己") - set("".join(shown))
    assert {line[5] for line in found.concealed} == hidden


def test_rows_that_a_tables_style_marks_as_hidden_stay_and_are_told(tmp_path: Path) -> None:
    found = read(tmp_path, grid("RT", 'w:val="0000"'))
    assert len(found.paragraphs) == 4
    assert any("3 行表格标为隐藏" in each for each in found.warnings)


def drawn(fill: str, run: str = WHITE) -> str:
    spaces = (
        'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" '
        'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    )
    box = f"<wps:txbx><w:txbxContent>{paragraph(run, text='框内')}</w:txbxContent></wps:txbx>"
    shape = f"<wps:wsp {spaces}><wps:spPr>{fill}</wps:spPr>{box}</wps:wsp>"
    return f"<w:p><w:r><w:drawing>{shape}</w:drawing></w:r></w:p>"


def vector(shape: str, fill: str = "", run: str = WHITE) -> str:
    box = f"<v:textbox><w:txbxContent>{paragraph(run, text='框内')}</w:txbxContent></v:textbox>"
    return f"<w:p><w:r><w:pict><v:shape {shape}>{fill}{box}</v:shape></w:pict></w:r></w:p>"


def gradient(*colours: str) -> str:
    stops = "".join(f'<a:gs pos="0"><a:srgbClr val="{each}"/></a:gs>' for each in colours)
    return f"<a:gradFill><a:gsLst>{stops}</a:gsLst></a:gradFill>"


SOLID = '<a:solidFill><a:srgbClr val="{}"/></a:solidFill>'
BLUE = '<w:color w:val="1F4E79"/>'


@pytest.mark.parametrize(
    "block",
    [
        drawn(SOLID.format("FFFFFF")),
        drawn('<a:solidFill><a:schemeClr val="bg1"/></a:solidFill>'),
        drawn(gradient("FFFFFF", "FAFAFA")),
        drawn(gradient("1F4E79", "1F4E79"), BLUE),
        drawn(SOLID.format("1F4E79"), BLUE),
        vector('fillcolor="white [3212]"'),
        vector('fillcolor="#1f4e79"', run=BLUE),
        vector('fillcolor="#fefefe"', '<v:fill type="gradient" color2="white"/>'),
        vector(""),
    ],
)
def test_letters_like_their_text_box_are_listed(tmp_path: Path, block: str) -> None:
    found = read(tmp_path, block)
    assert (found.paragraphs, found.concealed) == (("各镇：请落实。",), (f"与底色相同的文字：框内{AFTER}",))


@pytest.mark.parametrize(
    ("block", "doubtful"),
    [
        (drawn(SOLID.format("1F4E79")), False),
        (drawn(gradient("FFFFFF", "1F4E79")), True),
        (drawn("<a:noFill/>"), True),
        (drawn(""), True),
        (drawn("<a:blipFill/>"), True),
        (drawn(SOLID.format("FFFFFF"), BLUE), False),
        (vector('fillcolor="#1f4e79"'), False),
        (vector('filled="f"'), True),
        (vector('fillcolor="#1f4e79"', '<v:fill type="gradient" color2="white"/>'), True),
        (vector('fillcolor="white"', '<v:fill type="tile"/>'), True),
        (paragraph(WHITE + shaded("diagStripe", "FFFFFF", "000000"), text="框内"), True),
    ],
)
def test_letters_that_may_stand_out_are_text_and_told_where_in_doubt(
    tmp_path: Path, block: str, doubtful: bool
) -> None:
    found = read(tmp_path, block)
    assert (found.paragraphs, found.concealed) == (("各镇：请落实。", "框内"), ())
    assert any("2 个白色的字，底色不能确定" in each for each in found.warnings) == doubtful


def test_a_text_box_in_a_hidden_run_is_hidden_with_it(tmp_path: Path) -> None:
    box = f"<w:pict><v:textbox><w:txbxContent>{paragraph(text='框内')}</w:txbxContent></v:textbox></w:pict>"
    found = read(tmp_path, f"<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>框外</w:t>{box}</w:r></w:p>")
    assert (found.paragraphs, found.concealed) == (("各镇：请落实。",), (f"隐藏文字：框外 框内{AFTER}",))
    assert read(tmp_path, f"<w:p><w:r>{box}</w:r></w:p>").paragraphs == ("各镇：请落实。", "框内")


def test_a_list_that_does_not_end_is_cut_and_the_rest_counted(tmp_path: Path) -> None:
    found = read(tmp_path, *(paragraph("<w:vanish/>", text=f"第{at}个") for at in range(310)))
    assert len(found.concealed) == 301
    assert found.concealed[-1] == "另有 10 处看不见的内容没有列出，请用办公软件查看原件。"
