from pathlib import Path

import pytest
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from archive.errors import ExtractionFailed
from archive.extract import extract_plain
from archive.extract.mediatype import DOCX
from tests.archive.extract.makers import add_xml, assert_golden, with_parts, write_docx

NUMBERED = (
    "<w:p><w:pPr><w:numPr><w:ilvl w:val='{level}'/><w:numId w:val='77'/></w:numPr></w:pPr>"
    "<w:r><w:t>{text}</w:t></w:r></w:p>"
)
NUMBERING = (
    "<w:abstractNum w:abstractNumId='77'>"
    "<w:lvl w:ilvl='0'><w:start w:val='1'/><w:numFmt w:val='chineseCountingThousand'/><w:lvlText w:val='%1、'/></w:lvl>"
    "<w:lvl w:ilvl='1'><w:start w:val='1'/><w:numFmt w:val='decimal'/><w:lvlText w:val='%2.'/></w:lvl>"
    "</w:abstractNum>"
)


def centered(document: Document, text: str, size: int) -> None:
    paragraph = document.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(text).font.size = Pt(size)


def fill(document: Document) -> None:
    centered(document, "临沭县人民政府文件", 36)
    centered(document, "沭政发〔2020〕8号", 16)
    centered(document, "临沭县人民政府关于印发农村供水", 22)
    centered(document, "管理办法的通知", 22)
    document.add_paragraph("各镇街、县直各部门：\n\u3000\u3000现印发给你们。")
    table = document.add_table(rows=3, cols=3)
    rows = (("序号", "水价", ""), ("1", "居民", "2.5元"), ("", "单位", "3元"))
    for cells, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            cell.text = text
    table.cell(0, 1).merge(table.cell(0, 2))
    table.cell(1, 0).merge(table.cell(2, 0))
    table.cell(2, 2).add_table(1, 2).rows[0].cells[0].text = "内层"
    document.add_paragraph("表后一段。")
    add_xml(
        document,
        "<w:p><w:r><w:t>修订：</w:t></w:r><w:del><w:r><w:delText>旧的</w:delText></w:r></w:del>"
        "<w:ins><w:r><w:t>新的</w:t></w:r></w:ins><w:r><w:rPr><w:vanish/></w:rPr><w:t>看不见</w:t></w:r>"
        "<w:r><w:tab/><w:t>跳格后</w:t><w:br/><w:t>换行后</w:t></w:r></w:p>",
    )
    add_xml(
        document,
        "<w:p><w:r><mc:AlternateContent><mc:Choice Requires='wps'>"
        "<w:txbxContent><w:p><w:r><w:t>文本框一次</w:t></w:r></w:p></w:txbxContent></mc:Choice>"
        "<mc:Fallback><w:pict><v:textbox><w:txbxContent><w:p><w:r><w:t>文本框一次</w:t></w:r></w:p>"
        "</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r></w:p>",
    )
    add_xml(document, "<w:p><w:sdt><w:sdtContent><w:r><w:t>控件里的文字</w:t></w:r></w:sdtContent></w:sdt></w:p>")
    for level, text in ((0, "加强领导"), (1, "明确责任"), (1, "落实到人"), (0, "保障经费")):
        add_xml(document, NUMBERED.format(level=level, text=text))
        if level == 0:
            document.add_paragraph("有内容。")
    document.sections[0].header.paragraphs[0].text = "内部编号 12"
    document.sections[0].footer.paragraphs[0].text = "— 1 —"


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    source = write_docx(tmp_path / "source.docx", fill)
    target = tmp_path / "letter.docx"
    number = "<w:num w:numId='77'><w:abstractNumId w:val='77'/></w:num>"
    numbering = ("</w:numbering>", f"{NUMBERING}{number}</w:numbering>")
    return with_parts(source, target, {}, {"word/numbering.xml": numbering})


def test_a_document_reads_as_it_is_printed(letter: Path) -> None:
    assert_golden("docx-letter", extract_plain(letter, DOCX))


MHT = (
    'MIME-Version: 1.0\nContent-Type: multipart/related; type="text/html"; boundary="b"\n\n--b\n'
    'Content-Type: text/html; charset="utf-8"\nContent-Transfer-Encoding: quoted-printable\n\n'
    '<html><head><meta charset=3D"utf-8"/></head><body><h1>中华人民共和国某法</h1>\n'
    "<pre><code>第一条 为了。\n第二条 本法。\n</code></pre><p>第三条=20施行。</p></body></html>\n--b--\n"
)


def test_text_in_an_embedded_web_archive_is_read(tmp_path: Path) -> None:
    source = write_docx(tmp_path / "a.docx", lambda document: document.add_paragraph("在前"))
    relation = (
        "</Relationships>",
        '<Relationship Id="chunk" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk" '
        'Target="afchunk.mht"/></Relationships>',
    )
    path = with_parts(
        source,
        tmp_path / "b.docx",
        {"word/afchunk.mht": MHT.encode()},
        {
            "word/_rels/document.xml.rels": relation,
            "word/document.xml": ("<w:sectPr", '<w:altChunk r:id="chunk"/><w:sectPr'),
            "[Content_Types].xml": ("</Types>", '<Default Extension="mht" ContentType="message/rfc822"/></Types>'),
        },
    )
    extraction = extract_plain(path, DOCX)
    assert extraction.title == "中华人民共和国某法"
    assert extraction.paragraphs == ("在前", "第一条 为了。", "第二条 本法。", "第三条 施行。")


def test_a_relationship_that_leads_nowhere_does_no_harm(tmp_path: Path) -> None:
    source = write_docx(tmp_path / "a.docx", lambda document: document.add_paragraph("正文。"))
    dangling = '<Relationship Id="x" Type="urn:x" Target="userCustomization/no.xml"/></Relationships>'
    path = with_parts(source, tmp_path / "b.docx", {}, {"_rels/.rels": ("</Relationships>", dangling)})
    assert extract_plain(path, DOCX).paragraphs == ("正文。",)


def test_a_line_separator_ends_a_line(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", lambda document: document.add_paragraph("第一条 甲。\u2028第二条 乙。"))
    assert extract_plain(path, DOCX).paragraphs == ("第一条 甲。", "第二条 乙。")


def test_a_title_style_is_the_title(tmp_path: Path) -> None:
    def draw(document: Document) -> None:
        document.add_paragraph("沭政发〔2020〕8号")
        document.add_heading("临沭县政务公开办法", 0)
        document.add_paragraph("正文。")

    extraction = extract_plain(write_docx(tmp_path / "a.docx", draw), DOCX)
    assert (extraction.title, extraction.paragraphs) == ("临沭县政务公开办法", ("沭政发〔2020〕8号", "正文。"))


def test_the_title_is_the_largest_line_also_where_another_is_centered(tmp_path: Path) -> None:
    def draw(document: Document) -> None:
        for text, points in (("\u3000\u3000云溪县防汛条例", 22), ("本条例经批准", 16), ("第一条 为了。", 16)):
            document.add_paragraph().add_run(text).font.size = Pt(points)
        document.paragraphs[1].alignment = WD_ALIGN_PARAGRAPH.CENTER

    extraction = extract_plain(write_docx(tmp_path / "a.docx", draw), DOCX)
    assert (extraction.title, extraction.paragraphs) == ("云溪县防汛条例", ("本条例经批准", "第一条 为了。"))


def test_without_marks_of_a_title_there_is_none(tmp_path: Path) -> None:
    path = write_docx(tmp_path / "a.docx", lambda document: document.add_paragraph("一段文字。"))
    assert extract_plain(path, DOCX).title is None


def test_footnotes_follow_the_body_and_comments_are_told(tmp_path: Path) -> None:
    source = write_docx(tmp_path / "a.docx", lambda document: document.add_paragraph("正文。"))
    space = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
    note = "<w:p><w:r><w:t>{}</w:t></w:r></w:p>"
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    path = with_parts(
        source,
        tmp_path / "b.docx",
        {
            "word/footnotes.xml": (
                f"<w:footnotes {space}><w:footnote w:type='separator' w:id='0'>{note.format('分隔')}</w:footnote>"
                f"<w:footnote w:id='2'>{note.format('脚注文字')}</w:footnote></w:footnotes>"
            ).encode(),
            "word/remarks.xml": (
                f"<w:comments {space}><w:comment w:id='1'>{note.format('批注')}</w:comment></w:comments>"
            ).encode(),
        },
        {
            "word/_rels/document.xml.rels": (
                "</Relationships>",
                f'<Relationship Id="f" Type="{kinds}/footnotes" Target="footnotes.xml"/>'
                f'<Relationship Id="c" Type="{kinds}/comments" Target="remarks.xml"/></Relationships>',
            )
        },
    )
    extraction = extract_plain(path, DOCX)
    assert extraction.paragraphs == ("正文。", "脚注文字")
    assert extraction.warnings == ("文档中有 1 条批注，没有收入正文；公开前请删除批注。",)


def test_a_document_type_in_a_part_is_refused(tmp_path: Path) -> None:
    source = write_docx(tmp_path / "a.docx", lambda document: document.add_paragraph("甲"))
    declared = ("<w:document", "<!DOCTYPE x><w:document")
    path = with_parts(source, tmp_path / "b.docx", {}, {"word/document.xml": declared})
    with pytest.raises(ExtractionFailed, match="DOCTYPE"):
        extract_plain(path, DOCX)


@pytest.mark.parametrize("part", ["word/document.xml", "[Content_Types].xml", "_rels/.rels"])
def test_a_document_with_a_broken_part_is_refused_with_a_sentence(tmp_path: Path, part: str) -> None:
    source = write_docx(tmp_path / "a.docx", lambda document: document.add_paragraph("甲"))
    path = with_parts(source, tmp_path / "b.docx", {part: b"<broken"}, {})
    with pytest.raises(ExtractionFailed, match="docx|已损坏"):
        extract_plain(path, DOCX)


@pytest.mark.parametrize(
    ("start", "label"),
    [(1, "一"), (10, "十"), (11, "十一"), (40, "四十"), (101, "一百零一"), (2000, "二千"), (0, "零"), (10_000, "一万")],
)
def test_a_list_is_numbered_as_word_prints_it(tmp_path: Path, start: int, label: str) -> None:
    # ECMA-376, 17.18.59: chineseCountingThousand fills a gap between units with 零, not with 〇.
    source = write_docx(
        tmp_path / "source.docx", lambda document: add_xml(document, NUMBERED.format(level=0, text="总则"))
    )
    counted = NUMBERING.replace("<w:start w:val='1'/>", f"<w:start w:val='{start}'/>", 1)
    number = "<w:num w:numId='77'><w:abstractNumId w:val='77'/></w:num>"
    path = with_parts(
        source,
        tmp_path / "list.docx",
        {},
        {"word/numbering.xml": ("</w:numbering>", f"{counted}{number}</w:numbering>")},
    )
    assert extract_plain(path, DOCX).paragraphs == (f"{label}、总则",)


def test_what_a_document_conceals_is_told_and_is_no_text(tmp_path: Path) -> None:
    def fill_it(document: Document) -> None:
        document.add_paragraph("各镇：请落实。")
        add_xml(
            document,
            "<w:p><w:r><w:t>经费</w:t></w:r><w:del><w:r><w:delText>三十万元</w:delText></w:r></w:del>"
            "<w:r><w:rPr><w:vanish/></w:rPr><w:t>内部掌握</w:t></w:r></w:p>",
        )
        document.core_properties.author = "张三"
        document.core_properties.last_modified_by = "Administrator"

    found = extract_plain(write_docx(tmp_path / "a.docx", fill_it), DOCX)
    after = "（在“各镇：请落实。”之后）"
    assert found.concealed == (f"修订中删除：三十万元{after}", f"隐藏文字：内部掌握{after}", "文档属性 作者：张三")
    assert not {"三十万元", "内部掌握", "张三"} & set("".join(found.paragraphs).split())
