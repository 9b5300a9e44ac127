"""Word documents in one XML file are read like a docx."""

import base64
import zipfile
from pathlib import Path

import pytest
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt

from archive.errors import ExtractionFailed
from archive.extract import extract_plain
from archive.extract.mediatype import DOCX, WORD_XML, media_type
from tests.archive.extract.makers import write_docx

HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<?mso-application progid="Word.Document"?>\n'
PKG = "http://schemas.microsoft.com/office/2006/xmlPackage"
OLD = "http://schemas.microsoft.com/office/word/2003/wordml"


def fill(document: Document) -> None:
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.add_run("关于防汛工作的通知").font.size = Pt(22)
    document.add_paragraph("各镇人民政府：")
    table = document.add_table(2, 2)
    for at, text in enumerate(("机关", "件数", "财政局", "3")):
        table.cell(at // 2, at % 2).text = text


def test_the_parts_of_a_docx_in_a_row_read_as_the_docx(tmp_path: Path) -> None:
    plain = write_docx(tmp_path / "a.docx", fill)
    types = {"rels": "application/vnd.openxmlformats-package.relationships+xml"}
    with zipfile.ZipFile(plain) as container:
        content = container.read("[Content_Types].xml").decode()
        parts = []
        for name in container.namelist():
            if name == "[Content_Types].xml":
                continue
            kind = types.get(name.rpartition(".")[2]) or (
                content.split(f'PartName="/{name}" ContentType="')[-1].split('"')[0]
                if f'PartName="/{name}"' in content
                else "image/jpeg"
            )
            data = container.read(name)
            if data.lstrip().startswith(b"<?xml"):
                inner = f"<pkg:xmlData>{data.decode().partition('?>')[2]}</pkg:xmlData>"
            else:
                inner = f"<pkg:binaryData>{base64.b64encode(data).decode()}</pkg:binaryData>"
            parts.append(f'<pkg:part pkg:name="/{name}" pkg:contentType="{kind}">{inner}</pkg:part>')
    path = tmp_path / "a.doc"
    path.write_text(f'{HEAD}<pkg:package xmlns:pkg="{PKG}">{"".join(parts)}</pkg:package>', encoding="utf-8")
    assert media_type(path, path.name) == WORD_XML
    assert extract_plain(path, WORD_XML) == extract_plain(plain, DOCX)


def test_word_2003s_own_is_read_through_its_sections(tmp_path: Path) -> None:
    body = (
        "<wx:sect><w:p><w:pPr><w:jc w:val='center'/></w:pPr><w:r><w:rPr><w:sz w:val='44'/></w:rPr>"
        "<w:t>关于抗旱工作的通知</w:t></w:r></w:p>"
        "<wx:sub-section><w:p><w:r><w:t>请节约用水。</w:t></w:r></w:p></wx:sub-section></wx:sect>"
    )
    path = tmp_path / "a.xml"
    path.write_text(
        f'{HEAD}<w:wordDocument xmlns:w="{OLD}" xmlns:wx="http://schemas.microsoft.com/office/word/2003/auxHint">'
        f"<w:body>{body}</w:body></w:wordDocument>",
        encoding="utf-8",
    )
    found = extract_plain(path, media_type(path, path.name))
    assert (found.title, found.paragraphs) == ("关于抗旱工作的通知", ("请节约用水。",))


def test_lists_of_word_2003s_own_are_numbered(tmp_path: Path) -> None:
    def level(depth: int, code: int, text: str, more: str = "") -> str:
        shown = f"<w:nfc w:val='{code}'/>{more}<w:lvlText w:val='{text}'/>"
        return f"<w:lvl w:ilvl='{depth}'><w:start w:val='1'/>{shown}</w:lvl>"

    def paragraph(text: str, depth: int, number: int, style: str = "") -> str:
        listed = f"<w:listPr><w:ilvl w:val='{depth}'/><w:ilfo w:val='{number}'/></w:listPr>" if number else ""
        return f"<w:p><w:pPr>{style}{listed}</w:pPr><w:r><w:t>{text}</w:t></w:r></w:p>"

    levels = level(0, 39, "第%1章") + level(1, 37, "第%2条", "<w:lvlRestart w:val='0'/>")
    changed = "<w:lvlOverride w:ilvl='1'><w:startOverride w:val='9'/></w:lvlOverride>"
    lists = (
        f"<w:lists><w:listDef w:listDefId='4'>{levels}</w:listDef><w:list w:ilfo='1'><w:ilst w:val='4'/></w:list>"
        f"<w:list w:ilfo='2'><w:ilst w:val='4'/>{changed}</w:list></w:lists>"
    )
    style = "<w:listPr><w:ilvl w:val='1'/><w:ilfo w:val='1'/></w:listPr>"
    styles = f"<w:styles><w:style w:type='paragraph' w:styleId='A'><w:pPr>{style}</w:pPr></w:style></w:styles>"
    body = (
        paragraph("总则", 0, 1) + paragraph("甲", 1, 1) + paragraph("附则", 0, 1)
        + paragraph("乙", 0, 0, "<w:pStyle w:val='A'/>") + paragraph("丙", 1, 2)
    )  # fmt: skip
    path = tmp_path / "a.xml"
    document = f"<w:wordDocument xmlns:w='{OLD}'>{lists}{styles}<w:body>{body}</w:body></w:wordDocument>"
    path.write_text(HEAD + document, encoding="utf-8")
    found = extract_plain(path, media_type(path, path.name))
    assert found.paragraphs == ("第一章总则", "第一条甲", "第二章附则", "第二条乙", "第九条丙")


def test_what_word_2003s_own_hides_is_listed_and_is_no_text(tmp_path: Path) -> None:
    def run(words: str, name: str = "t", look: str = "") -> str:
        return f"<w:r><w:rPr>{look}</w:rPr><w:{name}>{words}</w:{name}></w:r>"

    def annotation(kind: str, content: str) -> str:
        stated = f"aml:author='张三' w:type='Word.{kind}'"
        return f"<aml:annotation {stated}><aml:content>{content}</aml:content></aml:annotation>"

    styles = "<w:style w:type='paragraph' w:styleId='H'><w:name w:val='H'/><w:rPr><w:vanish/></w:rPr></w:style>"
    said = f"<w:p>{run('暂不公开')}</w:p>"
    body = (
        f"<w:p>{run('补助')}{annotation('Deletion', run('五百元', 'delText'))}{annotation('Insertion', run('八百元'))}"
        f"<w:r>{annotation('Comment', said)}</w:r></w:p>"
        f"<w:p>{run('密语', look='<w:vanish/>')}</w:p><w:p><w:pPr><w:pStyle w:val='H'/></w:pPr>{run('样式密语')}</w:p>"
    )
    path = tmp_path / "a.xml"
    path.write_text(
        f'{HEAD}<w:wordDocument xmlns:w="{OLD}" xmlns:aml="http://schemas.microsoft.com/aml/2001/core">'
        f"<w:styles>{styles}</w:styles>"
        f"<w:body>{body}</w:body></w:wordDocument>",
        encoding="utf-8",
    )
    found = extract_plain(path, media_type(path, path.name))
    assert found.paragraphs == ("补助八百元",)
    assert found.concealed == (
        "修订中删除：五百元（在开头）",
        "隐藏文字：密语（在“补助八百元”之后）",
        "隐藏文字：样式密语（在“补助八百元”之后）",
        "批注（张三）：暂不公开",
    )


@pytest.mark.parametrize(
    "content",
    [
        f'{HEAD}<pkg:package xmlns:pkg="{PKG}"></pkg:package>',
        f'{HEAD}<pkg:package xmlns:pkg="{PKG}"><pkg:part pkg:name="/a"><pkg:binaryData>!',
        f'{HEAD}<w:wordDocument xmlns:w="{OLD}"/>',
        f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><w:wordDocument xmlns:w="{OLD}">&a;</w:wordDocument>',
    ],
)
def test_what_is_no_document_says_so(tmp_path: Path, content: str) -> None:
    path = tmp_path / "a.doc"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(ExtractionFailed):
        extract_plain(path, media_type(path, path.name))
