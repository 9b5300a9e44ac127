"""Whatever goes wrong in a PDF is reported in a sentence, by page, and never lost silently."""

import binascii
import logging
from pathlib import Path

import pytest
from pdfminer.pdfexceptions import PDFKeyError
from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdfpage import PDFPage
from reportlab.pdfgen.canvas import Canvas

from archive.errors import ExtractionFailed
from archive.extract import extract_plain
from archive.extract.mediatype import PDF
from archive.extract.pdf import reader
from tests.archive.extract.makers import pdf, put

TROUBLES = (
    AttributeError,
    IndexError,
    RecursionError,
    AssertionError,
    TypeError,
    ValueError,
    PDFKeyError,
    KeyError,
    binascii.Error,
    OverflowError,
)


def pages(canvas: Canvas) -> None:
    for number in "一二三":
        put(canvas, 100, 700, f"{number}、第{number}页的文字。")
        canvas.showPage()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_page_that_breaks_the_library_is_named_and_the_others_keep_their_numbers(
    trouble: type[Exception], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = PDFPageInterpreter.process_page

    def breaks(self: PDFPageInterpreter, page: PDFPage) -> None:
        whole(self, page)
        if page.pageid == second:
            raise trouble("…")

    path = pdf(tmp_path / "a.pdf", pages)
    with path.open("rb") as stream:
        second = [page.pageid for page in PDFPage.get_pages(stream)][1]
    monkeypatch.setattr(PDFPageInterpreter, "process_page", breaks)
    found = extract_plain(path, PDF)
    assert found.paragraphs == ("一、第一页的文字。", "三、第三页的文字。")
    assert [(place.start, place.label) for place in found.places] == [(0, "第 1 页"), (1, "第 3 页")]
    assert found.warnings == ("第 2 页已损坏，没有读出文字，请核对原件。",)


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize("where", ["PDFDocument", "PDFResourceManager", "read_page", "find_grids", "paragraphs_of"])
def test_whatever_is_raised_becomes_a_sentence(
    trouble: type[Exception], where: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks(*_: object, **__: object) -> None:
        raise trouble("…")

    path = pdf(tmp_path / "a.pdf", pages)
    monkeypatch.setattr(reader, where, breaks)
    with pytest.raises(ExtractionFailed, match="已损坏或不完整"):
        extract_plain(path, PDF)


def test_pages_that_are_not_found_are_told_by_the_number_that_the_file_states(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", pages)
    path.write_bytes(path.read_bytes().replace(b"/Count 3", b"/Count 5"))
    found = extract_plain(path, PDF)
    assert len(found.paragraphs) == 3
    assert found.warnings == ("文件注明共 5 页，只读到 3 页，其余已损坏或缺失，请核对原件。",)


def test_a_page_of_outlines_is_told_and_one_of_tables_is_not(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 100, 700, "封面")
        canvas.showPage()
        for number in range(1200):
            canvas.bezier(*(10 + (number * step) % 500 for step in (3, 5, 7, 11, 13, 17, 19, 23)))
        canvas.showPage()
        put(canvas, 100, 700, "封底")

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF)
    assert found.warnings == ("第 2 页图形很多而文字很少，文字可能已转成图形，检索不到，请核对原件。",)


def test_garbled_text_is_left_out_with_its_page(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 100, 700, "第一页的文字。")
        canvas.showPage()
        canvas.drawString(100, 700, "中华人民共和国政府信息公开条例".encode("gbk").decode("latin-1"))
        put(canvas, 100, 600, "第二页的文字。")

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF)
    assert found.paragraphs == ("第一页的文字。", "第二页的文字。")
    assert found.warnings == ("第 2 页有 1 段共 30 个字是乱码，没有收入正文，检索不到，请核对原件。",)


def without_meaning(text: str) -> bytes:
    """Write a PDF with four glyphs whose font gives them no characters, and a text in a font that does."""
    font = (
        b"<</Type/Font/Subtype/Type0/BaseFont/X/Encoding/Identity-H/DescendantFonts[<</Type/Font/Subtype/CIDFontType2"
        b"/BaseFont/X/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>/FontDescriptor<</Type"
        b"/FontDescriptor/FontName/X/Flags 4/FontBBox[0 0 1000 1000]/Ascent 800/Descent -200>>>>]>>"
    )
    drawn = f"BT /A 16 Tf 100 700 Td <0001000C01000200> Tj ET BT /B 16 Tf 100 600 Td ({text}) Tj ET".encode()
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</A 5 0 R/B 6 0 R>>>>/Contents 4 0 R>>",
        b"<</Length %d>>stream\n%b\nendstream" % (len(drawn), drawn),
        font,
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    )
    body = b"".join(b"%d 0 obj\n%b\nendobj\n" % (number, each) for number, each in enumerate(objects, 1))
    return b"%PDF-1.4\n" + body + b"trailer\n<</Root 1 0 R>>\n%%EOF\n"


@pytest.mark.parametrize(
    ("text", "paragraphs", "warning"),
    [
        ("Text", ("Text",), "第 1 页有 4 个字的字体没有给出编码，无法识别，检索不到，请核对原件。"),
        ("", (), "全文 4 个字的字体都没有给出编码，无法识别，检索不到。请索取文字可以复制的文件。"),
    ],
)
def test_glyphs_without_characters_are_counted_and_never_text(
    text: str, paragraphs: tuple[str, ...], warning: str, tmp_path: Path
) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(without_meaning(text))
    found = extract_plain(path, PDF)
    assert (found.paragraphs, found.warnings[0]) == (paragraphs, warning)


def test_the_library_writes_nothing_to_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(without_meaning("Text").replace(b"/FontBBox[0 0 1000 1000]", b"/FontBBox(no)"))
    with caplog.at_level(logging.DEBUG):
        extract_plain(path, PDF)
    assert caplog.records == []
