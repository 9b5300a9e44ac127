"""Presentations: slides in order, their tables, numbers and carriers, and what of them is told or listed."""

from pathlib import Path

import pytest

from archive.errors import ExtractionFailed
from archive.extract import extract_plain
from archive.extract.mediatype import PPTX
from tests.archive.extract.slides import MAIN, cell, read, relations, shape, slide, write_pptx


def test_slides_are_read_in_the_order_they_are_shown_and_the_first_has_the_title(tmp_path: Path) -> None:
    first = shape("政务公开", "工作培训", kind="ctrTitle") + shape("县政府办公室")
    found = read(write_pptx(tmp_path / "a", [first, shape("目录", kind="title"), shape("一、总则")]))
    assert found.title == "政务公开工作培训"
    assert found.paragraphs == ("县政府办公室", "目录", "一、总则")
    assert found.warnings == ()


def test_tables_are_rows_and_a_merged_cell_stands_once(tmp_path: Path) -> None:
    rows = [
        cell("机关", 'rowSpan="2"') + cell("办理", 'gridSpan="2"') + cell("", 'hMerge="1"'),
        cell("", 'vMerge="1"') + cell("申请") + cell("办结"),
    ]
    table = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
    frame = f"<p:graphicFrame><a:graphic><a:tbl>{table}</a:tbl></a:graphic></p:graphicFrame>"
    assert read(write_pptx(tmp_path / "a", [frame])).paragraphs == ("机关\t办理\t", "\t申请\t办结")


def test_broken_lines_are_one_paragraph_and_fields_and_doubles_are_left_out(tmp_path: Path) -> None:
    lines = "<a:p><a:r><a:t>上半</a:t></a:r><a:br/><a:r><a:t>下半</a:t></a:r><a:fld><a:t>12</a:t></a:fld></a:p>"
    once = shape("只读一次")
    both = f"<mc:Choice>{once}</mc:Choice><mc:Fallback>{once}</mc:Fallback>"
    double = f"<mc:AlternateContent>{both}</mc:AlternateContent>"
    found = read(write_pptx(tmp_path / "a", [f"<p:sp>{lines}</p:sp>{double}"]))
    assert found.paragraphs == ("上半 下半", "只读一次")


def test_hidden_slides_notes_and_pictures_are_told_and_diagrams_are_read(tmp_path: Path) -> None:
    more = {
        "ppt/slides/_rels/slide2.xml.rels": relations(
            {"rId1": ("notesSlide", "../notesSlides/n.xml"), "rId2": ("diagramData", "/ppt/diagrams/d.xml")}
        ),
        "ppt/notesSlides/n.xml": slide(shape("只给讲的人看")),
        "ppt/diagrams/d.xml": f"<x {MAIN}><a:p><a:r><a:t>流程图中的字</a:t></a:r></a:p></x>",
    }
    found = read(write_pptx(tmp_path / "a", [shape("公开") + "<p:pic/>", slide(shape("不讲"), 'show="0"')], more))
    assert found.paragraphs == ("公开", "流程图中的字")
    assert len(found.warnings) == 3
    assert all(word in told for word, told in zip(("设为隐藏", "备注", "1 幅图片"), found.warnings, strict=True))


def test_a_broken_slide_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    found = read(write_pptx(tmp_path / "a", [shape("甲"), "<p:sld ", shape("丙")]))
    assert found.paragraphs == ("甲", "丙")
    assert found.warnings == ("有 1 张幻灯片已损坏，没有读出文字，请核对原件。",)


@pytest.mark.parametrize("part", ["ppt/presentation.xml", "ppt/_rels/presentation.xml.rels", "ppt/slides/slide1.xml"])
def test_what_is_no_presentation_is_a_reason(tmp_path: Path, part: str) -> None:
    with pytest.raises(ExtractionFailed, match="损坏"):
        read(write_pptx(tmp_path / "a", [shape("甲")], {part: "<broken"}))


def test_hidden_slides_notes_and_comments_are_listed_and_are_no_text(tmp_path: Path) -> None:
    old = "<p:cmLst {}><p:cm authorId='0'><p:text>再核</p:text></p:cm></p:cmLst>"
    new = (
        "<p:cmLst {}><p:cm authorId='{{A}}'><p:replyLst><p:reply authorId='x'><p:txBody><a:p><a:r>"
        "<a:t>同意</a:t></a:r></a:p></p:txBody></p:reply></p:replyLst><p:txBody><a:p><a:r><a:t>缓发</a:t></a:r></a:p></p:txBody></p:cm></p:cmLst>"
    )
    more = {
        "ppt/slides/_rels/slide2.xml.rels": relations(
            {
                "a": ("notesSlide", "../notesSlides/notesSlide1.xml"),
                "b": ("comments", "../comments/comment1.xml"),
                "c": ("comments", "../comments/modernComment1.xml"),
            }
        ),
        "ppt/notesSlides/notesSlide1.xml": slide(shape("内部口径", "不得外传")),
        "ppt/comments/comment1.xml": old.format(MAIN),
        "ppt/comments/modernComment1.xml": new.format(MAIN),
        "ppt/commentAuthors.xml": f"<p:cmAuthorLst {MAIN}><p:cmAuthor id='0' name='张三'/></p:cmAuthorLst>",
        "ppt/authors.xml": f"<p:authorLst {MAIN}><p:author id='{{A}}' name='李四'/></p:authorLst>",
    }
    found = read(write_pptx(tmp_path / "a", [shape("一"), slide(shape("底稿"), "show='0'")], more))
    assert found.paragraphs == ("一",)
    assert found.concealed == (
        "第 1 张幻灯片备注：内部口径 不得外传",
        "第 1 张幻灯片批注（张三）：再核",
        "第 1 张幻灯片批注（李四）：缓发",
        "第 1 张幻灯片批注（未署名）：同意",
        "隐藏的第 2 张幻灯片：底稿",
    )
    assert any("3 条批注" in each for each in found.warnings)


def numbered(*paragraphs: tuple[str, str], styles: str = "") -> str:
    """Return a shape of paragraphs, each with its properties and its text."""
    inside = "".join(f"<a:p>{look}<a:r><a:t>{text}</a:t></a:r></a:p>" for look, text in paragraphs)
    return f"<p:sp><p:nvSpPr><p:nvPr/></p:nvSpPr><p:txBody><a:lstStyle>{styles}</a:lstStyle>{inside}</p:txBody></p:sp>"


def bullet(scheme: str, depth: int = 0, start: str = "") -> str:
    return f'<a:pPr lvl="{depth}"><a:buAutoNum type="{scheme}" {start}/></a:pPr>'


@pytest.mark.parametrize(
    ("paragraphs", "lines"),
    [
        ([(bullet("arabicPeriod"), "甲"), (bullet("arabicPeriod"), "乙")], ["1. 甲", "2. 乙"]),
        ([(bullet("ea1ChsPeriod", start='startAt="3"'), "甲"), (bullet("ea1ChsPeriod", start='startAt="3"'), "乙")],
         ["三. 甲", "四. 乙"]),
        ([(bullet("arabicParenBoth"), "甲"), ("", "文"), (bullet("arabicParenBoth"), "乙")],
         ["(1) 甲", "文", "(1) 乙"]),
        ([(bullet("romanUcPlain"), "甲"), (bullet("alphaLcParenR", 1), "子"), ('<a:pPr lvl="2"/>', "注"),
          (bullet("alphaLcParenR", 1), "丑"), (bullet("romanUcPlain"), "乙"), (bullet("alphaLcParenR", 1), "寅")],
         ["I甲", "a) 子", "注", "b) 丑", "II乙", "a) 寅"]),
        ([(bullet("circleNumDbPlain"), "甲"), (bullet("circleNumDbPlain"), ""), (bullet("circleNumDbPlain"), "丙")],
         ["① 甲", "② 丙"]),
    ],
)  # fmt: skip
def test_paragraphs_have_their_automatic_numbers(
    paragraphs: list[tuple[str, str]], lines: list[str], tmp_path: Path
) -> None:
    path = write_pptx(tmp_path / "a.pptx", [numbered(*paragraphs)])
    assert list(extract_plain(path, PPTX).paragraphs) == lines


def test_a_text_may_number_its_levels_and_a_paragraph_go_without(tmp_path: Path) -> None:
    styles = '<a:lvl1pPr><a:buAutoNum type="arabicPeriod"/></a:lvl1pPr>'
    content = numbered(("", "甲"), ("<a:pPr><a:buNone/></a:pPr>", "乙"), ("", "丙"), styles=styles)
    path = write_pptx(tmp_path / "a.pptx", [content])
    assert extract_plain(path, PPTX).paragraphs == ("1. 甲", "乙", "1. 丙")


def test_a_numbering_of_slides_in_an_unknown_format_is_told(tmp_path: Path) -> None:
    found = extract_plain(write_pptx(tmp_path / "a.pptx", [numbered((bullet("thaiNumPeriod"), "甲"))]), PPTX)
    assert found.paragraphs == ("1. 甲",)
    assert any("1 处自动编号的格式不认识" in each for each in found.warnings)


M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
HALF = "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>c</m:t></m:r></m:den></m:f>"


def text_of(look: str, text: str, more: str = "") -> str:
    return f"<a:r><a:rPr {look}>{more}</a:rPr><a:t>{text}</a:t></a:r>"


@pytest.mark.parametrize(
    ("inline", "text", "warning"),
    [
        (text_of("", "10") + text_of('baseline="30000"', "4") + text_of('baseline="-25000"', "2"), "10⁴₂", ""),
        (f"<m:oMathPara {M}><m:oMath>{HALF}</m:oMath></m:oMathPara>", "(a+b)/c", ""),
        (
            f"<mc:AlternateContent><mc:Choice><m:oMath {M}>{HALF}</m:oMath></mc:Choice>"
            "<mc:Fallback><a:r><a:t>half</a:t></a:r></mc:Fallback></mc:AlternateContent>",
            "(a+b)/c",
            "",
        ),
        (text_of("", "\uf0fe是", '<a:sym typeface="Wingdings"/>'), "☑是", ""),
        (text_of("", "\uf061是", '<a:sym typeface="Webdings"/>'), "是", "1 个符号字体的符号没有读出"),
        (text_of('strike="sngStrike"', "旧") + text_of('strike="noStrike"', "新"), "旧新", "1 个字带删除线"),
    ],
)
def test_a_slide_reads_as_it_is_shown(tmp_path: Path, inline: str, text: str, warning: str) -> None:
    content = f"<p:sp><p:txBody><a:p><a:r><a:t>前</a:t></a:r>{inline}<a:r><a:t>后</a:t></a:r></a:p></p:txBody></p:sp>"
    found = extract_plain(write_pptx(tmp_path / "a.pptx", [content]), PPTX)
    assert found.paragraphs == (f"前{text}后",)
    assert [warning in each for each in found.warnings] == [True] * bool(warning)
    assert found.concealed == (("第 1 张幻灯片带删除线的文字（仍在正文中）：旧",) if "旧" in text else ())


def test_an_object_of_another_program_on_a_slide_is_told(tmp_path: Path) -> None:
    objects = "<p:graphicFrame><a:graphic><a:graphicData><p:oleObj/></a:graphicData></a:graphic></p:graphicFrame>"
    found = extract_plain(write_pptx(tmp_path / "a.pptx", [shape("标题") + objects]), PPTX)
    assert any("1 个嵌入对象" in each for each in found.warnings)
