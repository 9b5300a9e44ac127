"""Characters that were private once are read as what they are now, and others are told, in every format."""

from collections.abc import Callable
from pathlib import Path

import pytest

from archive.extract import Extraction, extract_plain
from archive.extract.mediatype import CSV, DOC, DOCX, HTML, MARKDOWN, OFD, PDF, PLAIN, PPTX, RTF, WORD_XML, XLSX
from tests.archive.extract.makers import write_docx
from tests.archive.extract.ofds import text, write_ofd
from tests.archive.extract.slides import shape, write_pptx
from tests.archive.extract.worddocuments import Run, write_doc
from tests.archive.extract.workbooks import rows, write_xlsx

OLD = "刘\ue863、王\ue81e、孙\ue123一起"
NOW = "刘䶮、王龴、孙\ue123一起"


def written(words: str, encoding: str = "utf-8") -> Callable[[Path], object]:
    return lambda path: path.write_bytes(words.encode(encoding))


def rich(words: str) -> str:
    # RTF gives codes as signed numbers of sixteen bits.
    return "".join(f"\\u{(ord(each) + 0x8000) % 0x10000 - 0x8000}?" for each in words)


def flat(path: Path) -> object:
    space = "http://schemas.microsoft.com/office/word/2003/wordml"
    body = f"<w:wordDocument xmlns:w='{space}'><w:body><w:p><w:r><w:t>{OLD}</w:t></w:r></w:p></w:body></w:wordDocument>"
    return path.write_text('<?xml version="1.0"?>' + body, encoding="utf-8")


WRITERS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "plain": (PLAIN, written(f"{OLD}\n")),
    "plain in GB 18030": (PLAIN, written(f"关于公布名单的通知，各单位：{OLD}\n", "gb18030")),
    "html": (HTML, written(f"<html><body><p>{OLD}</p></body></html>")),
    "markdown": (MARKDOWN, written(f"一、{OLD}\n")),
    "csv": (CSV, written(f"姓名,备注\n{OLD},一\n")),
    "rtf": (RTF, written(f"{{\\rtf1 {rich(OLD)}\\par}}")),
    "docx": (DOCX, lambda path: write_docx(path, lambda document: document.add_paragraph(OLD))),
    "doc": (DOC, lambda path: write_doc(path, [Run(f"{OLD}\r")])),
    "xml": (WORD_XML, flat),
    "xlsx": (XLSX, lambda path: write_xlsx(path, {"甲": rows(f"{OLD}|一", "二|三")})),
    "pptx": (PPTX, lambda path: write_pptx(path, [shape(OLD)])),
}


@pytest.mark.parametrize("kind", WRITERS)
def test_formerly_private_characters_are_read_as_they_are_now_and_others_told(tmp_path: Path, kind: str) -> None:
    media_type, write = WRITERS[kind]
    write(tmp_path / "a")
    found = extract_plain(tmp_path / "a", media_type)
    assert NOW in "\t".join((found.title or "", *found.paragraphs))
    assert [each for each in found.warnings if "U+E123 1 处" in each]


def test_in_an_ofd_they_are_no_lost_characters(tmp_path: Path) -> None:
    found: Extraction = extract_plain(write_ofd(tmp_path / "a", [text(30, 30, "刘\ue863、王\ue81e一起来")]), OFD)
    assert (found.title or "") + "".join(found.paragraphs) == "刘䶮、王龴一起来"
    assert found.warnings == ()


def test_a_name_of_which_half_is_private_is_no_garbled_line(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("名单如下。\n孙\ue123\n李\U000f0001、刘某\n", encoding="utf-8")
    found = extract_plain(tmp_path / "a", PLAIN)
    assert found.paragraphs == ("名单如下。", "孙\ue123", "李\U000f0001、刘某")
    assert "有 2 个字是造字" in found.warnings[0]


def test_in_a_pdf_they_are_no_lost_characters(tmp_path: Path) -> None:
    codes = "1 beginbfchar <0001> <E863> endbfchar 1 beginbfchar <0002> <5218> endbfchar"
    parts = (
        "1 0 obj <</Type /Catalog /Pages 2 0 R>> endobj",
        "2 0 obj <</Type /Pages /Kids [3 0 R] /Count 1>> endobj",
        "3 0 obj <</Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R"
        " /Resources <</Font <</F 5 0 R>>>>>> endobj",
        "4 0 obj <</Length 45>> stream\nBT /F 16 Tf 100 700 Td <00020001> Tj ET      \nendstream endobj",
        "5 0 obj <</Type /Font /Subtype /Type0 /BaseFont /A /Encoding /Identity-H /DescendantFonts [6 0 R]"
        " /ToUnicode 7 0 R>> endobj",
        "6 0 obj <</Type /Font /Subtype /CIDFontType2 /BaseFont /A /DW 1000"
        " /CIDSystemInfo <</Registry (Adobe) /Ordering (Identity) /Supplement 0>>>> endobj",
        f"7 0 obj <</Length {len(codes)}>> stream\n{codes}\nendstream endobj",
    )
    (tmp_path / "a").write_text(
        "%PDF-1.4\n" + "\n".join(parts) + "\ntrailer <</Root 1 0 R>>\n%%EOF\n", encoding="latin-1"
    )
    found = extract_plain(tmp_path / "a", PDF)
    assert (found.paragraphs, found.warnings) == (("刘䶮",), ())
