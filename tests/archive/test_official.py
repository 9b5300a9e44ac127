"""Official papers, read back by other ways: python-docx for the layout, the archive's own reader for the text."""

import shutil
import subprocess
import zipfile
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pypdfium2
import pytest
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn

from archive.document import Merged
from archive.extract import Sandbox
from archive.extract.mediatype import DOCX
from archive.official import Break, Paper, Table, docx_of, zipped

SOFFICE = shutil.which("soffice")
PAPER = Paper(
    ("云溪县人民政府办公室", "政府信息公开申请答复书"),
    "云依申请复〔2026〕5号",
    "张三：",
    (
        "本机关于2026年3月2日收到您的申请。",
        "一、答复内容\n（一）第一项\n现予以公开。",
        Table((("序号", "名称"), ("1", "预算"), ("2", "决算")), (20, 136)),
        "特此答复。",
    ),
    "云溪县人民政府办公室",
    date(2026, 3, 9),
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as opened:
        yield opened


def reopened(paper: Paper = PAPER) -> Any:
    return docx.Document(BytesIO(docx_of(paper)))


def fonts(paragraph: Any) -> set[tuple[str, float]]:
    return {(run._r.rPr.rFonts.get(qn("w:eastAsia")), run.font.size.pt) for run in paragraph.runs}


def paragraph(document: Any, text: str) -> Any:
    return next(each for each in document.paragraphs if each.text == text)


def test_the_page_is_that_of_the_standard() -> None:
    section = reopened().sections[0]
    edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert [round(each.mm) for each in (section.page_width, section.page_height, *edges)] == [210, 297, 37, 35, 28, 26]


@pytest.mark.parametrize(
    ("text", "font", "size"),
    [
        ("政府信息公开申请答复书", "方正小标宋简体", 22),
        ("云依申请复〔2026〕5号", "仿宋_GB2312", 16),
        ("张三：", "仿宋_GB2312", 16),
        ("本机关于2026年3月2日收到您的申请。", "仿宋_GB2312", 16),
        ("一、答复内容", "黑体", 16),
        ("（一）第一项", "楷体_GB2312", 16),
        ("2026年3月9日", "仿宋_GB2312", 16),
    ],
)
def test_each_part_has_its_font_and_size(text: str, font: str, size: int) -> None:
    assert fonts(paragraph(reopened(), text)) == {(font, size)}


def test_a_line_of_text_is_28_points_and_begins_two_characters_in() -> None:
    layout = paragraph(reopened(), "特此答复。").paragraph_format
    assert (layout.line_spacing.pt, layout.first_line_indent.pt) == (28, 32)
    assert paragraph(reopened(), "张三：").paragraph_format.first_line_indent is None


def test_a_table_has_its_widths_for_programs_that_go_by_cells_and_for_those_that_go_by_the_grid() -> None:
    (table,) = reopened().tables
    for widths in ([each.width for each in table.columns], [each.width for each in table.rows[1].cells]):
        assert [round(each.mm) for each in widths] == [20, 136]


def test_pages_are_numbered_outside_between_dashes() -> None:
    document = reopened()
    assert document.settings.odd_and_even_pages_header_footer
    section = document.sections[0]
    for footer, side in ((section.footer, "RIGHT"), (section.even_page_footer, "LEFT")):
        line = footer.paragraphs[0]
        assert (line.text.replace(" ", ""), line.alignment.name) == ("—1—", side)
        assert "PAGE" in line._p.xml
        assert fonts(line) == {("宋体", 14)}


@pytest.mark.parametrize("signed", ["县档案馆", "云溪县人民政府办公室", "云溪县人民政府政务公开工作领导小组办公室"])
def test_who_signs_stands_centred_over_the_date_below_room_for_the_seal(signed: str) -> None:
    paper = Paper(("标题",), body=("内容。",), signed=signed, dated=date(2026, 3, 9))
    *_, last, gap, other, who, day = reopened(paper).paragraphs
    assert [each.text for each in (last, gap, other, who, day)] == ["内容。", "", "", signed, "2026年3月9日"]
    # Both end so far from the right that their middles are at one place.
    right = [each.paragraph_format.right_indent.pt / 16 for each in (who, day)]
    assert right[0] + len(signed) / 2 == pytest.approx(right[1] + 6.0 / 2 + 0.0, abs=0.01)
    assert min(right) >= 2
    # The date is never alone on a page.
    assert all(each.paragraph_format.keep_with_next for each in (last, gap, other, who))


def test_the_text_is_whole_in_the_archives_own_reading(sandbox: Sandbox, tmp_path: Path) -> None:
    file = tmp_path / "letter.docx"
    file.write_bytes(docx_of(PAPER))
    read = sandbox.extract(file, DOCX)
    assert read.title == "云溪县人民政府办公室政府信息公开申请答复书"
    assert [*PAPER.title, *read.paragraphs] == PAPER.text.splitlines()
    assert (read.warnings, read.concealed) == ((), ())


def test_the_same_paper_is_the_same_bytes_and_says_nothing_of_the_program(monkeypatch: pytest.MonkeyPatch) -> None:
    first = docx_of(PAPER)
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    monkeypatch.setattr("time.localtime", lambda *_: (2033, 5, 18, 3, 33, 20, 2, 138, 0))
    assert docx_of(PAPER) == first
    about = reopened().core_properties
    assert (about.title, about.author, about.comments) == ("云溪县人民政府办公室政府信息公开申请答复书", "", "")
    with zipfile.ZipFile(BytesIO(first)) as packed:
        assert b"python-docx" not in packed.read("docProps/core.xml")


def test_signs_that_no_file_can_hold_are_left_out() -> None:
    paper = Paper(("标题\x00",), "\x0b〔2026〕1号", "张\ud800三：", ("甲\x1b[31m\x07乙\x0c丙",), "机\u202e关")
    assert [each.text for each in reopened(paper).paragraphs if each.text] == [
        *("标题", "〔2026〕1号", "张三：", "甲[31m乙 丙", "机关")
    ]


def test_a_zip_keeps_the_order_and_no_moment() -> None:
    with zipfile.ZipFile(BytesIO(zipped([("乙.txt", b"2"), ("甲.txt", b"1")]))) as packed:
        assert [(each.filename, each.date_time[0]) for each in packed.infolist()] == [
            ("乙.txt", 1980),
            ("甲.txt", 1980),
        ]


@pytest.mark.slow
@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice (soffice) is not installed")
def test_a_page_has_22_lines_of_28_characters_in_libreoffice(tmp_path: Path) -> None:
    file = tmp_path / "long.docx"
    file.write_bytes(docx_of(Paper((), addressee="公" * 28 * 30)))
    command = [str(SOFFICE), "--headless", f"-env:UserInstallation=file://{tmp_path}/office", "--convert-to", "pdf"]
    command += ["--outdir", str(tmp_path), str(file)]
    subprocess.run(command, check=True, capture_output=True, timeout=120)  # noqa: S603  # what was found above
    document = pypdfium2.PdfDocument(tmp_path / "long.pdf")
    lines = [line for line in document[0].get_textpage().get_text_range().split() if "公" in line]
    document.close()
    assert (len(lines), {len(line) for line in lines}) == (22, {28})


def test_a_form_has_merged_cells_close_lines_and_as_many_heads_as_it_says() -> None:
    rows = (("甲", "", "乙"), ("丙", "丁", ""), ("1", "2", "3"))
    merged = (Merged(0, 0, 1, 2), Merged(0, 2, 2, 1))
    form = Table(rows, (52, 52, 52), 2, (), merged, 10.5, frozenset({0}))
    paper = Paper(("标题",), body=("说明。", Break(("又一个标题",)), form))
    assert paper.text.splitlines() == ["标题", "说明。", "又一个标题", "甲\t\t乙", "丙\t丁\t", "1\t2\t3"]
    (table,) = reopened(paper).tables
    assert table.cell(0, 0)._tc is table.cell(0, 1)._tc
    assert table.cell(0, 2)._tc is table.cell(1, 2)._tc
    assert [[each.text for each in row.cells] for row in table.rows] == [
        ["甲", "甲", "乙"],
        ["丙", "丁", "乙"],
        [*"123"],
    ]
    assert [row._tr.trPr.find(qn("w:tblHeader")) is not None for row in table.rows] == [True, True, False]
    assert [each.paragraphs[0].alignment for each in table.rows[2].cells] == [
        *(WD_ALIGN_PARAGRAPH.LEFT, WD_ALIGN_PARAGRAPH.CENTER, WD_ALIGN_PARAGRAPH.CENTER)
    ]
    assert table.rows[2].cells[0].paragraphs[0].runs[0].font.size.pt == 10.5
    assert [each.text for each in reopened(paper).paragraphs if each.paragraph_format.page_break_before] == [
        "又一个标题"
    ]
