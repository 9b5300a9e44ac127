from collections.abc import Callable
from pathlib import Path

import pytest
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from archive.chinese.radicals import unfold
from archive.errors import ExtractionFailed
from archive.extract import extract_plain
from archive.extract.mediatype import PDF
from tests.archive.extract.makers import REAL, Lock, assert_golden, pdf, picture, put

REPORTS = REAL / "annual-reports"
LONG = "根据全县各镇街和县直部门政务公开工作年度报告编制内容包括总体情况主动公开政府信息情况收到和处理申请情况"


def report(canvas: Canvas) -> None:
    put(canvas, 180, 760, "临沭县人民政府2019年政府", 22)
    put(canvas, 200, 730, "信息公开工作年度报告", 22)
    # A first line with indent, two full lines, a short one.
    put(canvas, 104, 690, LONG[:26])
    put(canvas, 72, 662, LONG[10:38])
    put(canvas, 72, 634, "有关情况报告如下。")
    put(canvas, 104, 606, "一、总体情况")
    put(canvas, 104, 578, LONG[:26])
    put(canvas, 270, 50, "— 1 —", 14)
    canvas.showPage()
    put(canvas, 72, 760, "这一行接着上一页的段落。")
    for y in (620, 650, 680, 710):
        canvas.line(72, y, 500, y)
    for x in (72, 200, 350, 500):
        canvas.line(x, 620, x, 710 if x != 350 else 680)
    put(canvas, 80, 690, "信息内容", 12)
    put(canvas, 210, 690, "本年数量", 12)
    put(canvas, 80, 660, "规章", 12)
    put(canvas, 210, 660, "0", 12)
    put(canvas, 360, 660, "3", 12)
    put(canvas, 80, 636, "行政规范性文件", 12)
    put(canvas, 80, 622, "（件）", 12)
    put(canvas, 360, 630, "5", 12)
    put(canvas, 72, 560, "单位", 12)
    put(canvas, 200, 560, "件数", 12)
    put(canvas, 300, 560, "比例", 12)
    put(canvas, 72, 540, "财政局", 12)
    put(canvas, 200, 540, "12", 12)
    put(canvas, 300, 540, "100%", 12)
    put(canvas, 104, 480, "二、其他")
    put(canvas, 104, 452, "无。")
    put(canvas, 360, 400, "临沭县人民政府办公室")
    put(canvas, 390, 372, "2020年1月23日")
    put(canvas, 270, 50, "— 2 —", 14)
    canvas.showPage()


def test_lines_are_joined_and_tables_keep_their_rows(tmp_path: Path) -> None:
    assert_golden("pdf-report", extract_plain(pdf(tmp_path / "a.pdf", report), PDF))


def test_a_line_that_had_room_for_one_more_character_ends_its_paragraph(tmp_path: Path) -> None:
    """In web pages printed as PDF, paragraphs have no indents, and their last lines may be nearly full."""

    def draw(canvas: Canvas) -> None:
        full, last = LONG[:28], f"{LONG[:25]}。"
        for number, line in enumerate((full, last, "下一段落" + full[4:], last, "应，不能" + full[4:], full)):
            put(canvas, 72, 760 - 28 * number, line)
        canvas.showPage()

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF)
    assert [each[:4] for each in found.paragraphs] == ["根据全县", "下一段落"]
    # Here the punctuation mark, which must not begin a line, took the character before it to the next line.
    assert "。应，不能" in found.paragraphs[1]


def statute(articles: int, inner: str) -> Callable[[Canvas], None]:
    """Draw articles of a paragraph each without indents, of which one ends with a full line of 28 characters."""

    def draw(canvas: Canvas) -> None:
        rows = [LONG[:28], f"{LONG[1:28]}。", f"单位有前款行为的，依法处理{inner}{LONG[:4]}。"]
        for number in range(articles):
            rows += [f"第{'一二三四五六七八九十'[number]}条　{LONG[:24]}", f"{LONG[2:12]}。"]
        for number, line in enumerate(rows):
            put(canvas, 72, 790 - 24 * number, line)

    return draw


def test_a_sentence_that_ends_with_a_full_line_ends_its_paragraph_where_sentences_do(tmp_path: Path) -> None:
    """In statutes without indents nothing else tells it; where paragraphs have many sentences it would be wrong."""
    found = extract_plain(pdf(tmp_path / "a.pdf", statute(10, "，")), PDF).paragraphs
    assert len(found) == 12 and found[1].startswith("单位有前款")
    assert len(extract_plain(pdf(tmp_path / "b.pdf", statute(10, "。" * 6)), PDF).paragraphs) == 11
    assert len(extract_plain(pdf(tmp_path / "c.pdf", statute(5, "，")), PDF).paragraphs) == 6


def test_a_number_too_long_for_the_line_does_not_begin_a_paragraph(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for number, line in enumerate((LONG[:28], f"{LONG[:26]}、", "（2017年修正）" + LONG[:21], LONG[:28])):
            put(canvas, 72, 760 - 28 * number, line)

    assert len(extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs) == 1


def test_a_scan_is_a_warning_and_never_an_empty_success(tmp_path: Path) -> None:
    def scan(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(picture()), 0, 0, 595, 842)

    extraction = extract_plain(pdf(tmp_path / "a.pdf", scan), PDF)
    assert extraction.paragraphs == ()
    assert extraction.warnings == ("扫描件没有文字层，检索不到其内容。",)


def test_single_scanned_pages_are_named(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 100, 700, "封面上的文字足够多，不是扫描。")
        canvas.showPage()
        canvas.drawImage(ImageReader(picture()), 0, 0, 595, 842)
        put(canvas, 270, 50, "— 2 —", 14)

    extraction = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF)
    assert extraction.paragraphs == ("封面上的文字足够多，不是扫描。",)
    assert extraction.warnings == ("第 2 页是扫描件没有文字层，检索不到其内容。",)


def test_a_blank_pdf_says_that_it_has_no_text(tmp_path: Path) -> None:
    extraction = extract_plain(pdf(tmp_path / "a.pdf", lambda canvas: canvas.showPage()), PDF)
    assert extraction.warnings == ("没有抽取到正文文字，请检查文件是否完整。",)


@pytest.mark.parametrize("signature", ["2024年3月5日", "云溪县残疾人联合会（盖章）  二〇二四年三月十五日"])
def test_what_follows_a_signature_flush_right_is_a_paragraph_of_its_own(tmp_path: Path, signature: str) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 104, 700, LONG[:26])
        put(canvas, 72, 672, LONG[10:38])
        put(canvas, 72, 644, "请认真贯彻执行。")
        width = sum(8 if each.isascii() else 16 for each in signature)
        put(canvas, 520 - width, 616, signature)
        put(canvas, 72, 588, "（此件公开发布）")

    *_, signed, mark = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs
    assert (signed, mark) == (" ".join(signature.split()), "（此件公开发布）")


def test_a_pdf_with_a_password_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = pdf(tmp_path / "a.pdf", lambda canvas: put(canvas, 100, 700, "密"), lock=Lock.OPENING)
    with pytest.raises(ExtractionFailed, match="打开密码.*去掉密码"):
        extract_plain(path, PDF)


def test_a_pdf_that_is_only_protected_against_changes_is_read_with_a_warning(tmp_path: Path) -> None:
    # Latin text, because pdfminer can't read the encoding of reportlab's Chinese fonts in an encrypted file.
    path = pdf(tmp_path / "a.pdf", lambda canvas: canvas.drawString(100, 700, "Open data."), lock=Lock.CHANGING)
    extraction = extract_plain(path, PDF)
    assert extraction.paragraphs == ("Open data.",)
    assert any("经过加密" in each for each in extraction.warnings)


@pytest.mark.parametrize(
    "content",
    [
        b"%PDF-1.4\n",
        b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<</Root 1 0 R>>\n%%EOF",
        b"%PDF" + bytes(2000),
    ],
)
def test_a_damaged_pdf_is_refused_with_a_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(content)
    with pytest.raises(ExtractionFailed, match="损坏"):
        extract_plain(path, PDF)


def test_bold_made_of_two_prints_is_one_text(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 100, 700, "加粗的文字在这里。")
        put(canvas, 100.4, 700, "加粗的文字在这里。")

    assert extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs == ("加粗的文字在这里。",)


def test_blanks_after_every_character_part_nothing(tmp_path: Path) -> None:
    """Recognised layers have them; blanks between words and after few characters are kept."""

    def draw(canvas: Canvas) -> None:
        put(canvas, 72, 760, " ".join("关于做好2024年秸秆禁烧工作的通知"), 14)
        put(canvas, 72, 740, "县财政局 县民政局", 14)
        put(canvas, 72, 720, "目 录", 14)
        put(canvas, 72, 700, "Open data 公开", 14)

    text = "\n".join(extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs)
    assert text.startswith("关于做好2024年秸秆禁烧工作的通知")
    assert "县财政局 县民政局" in text and "目 录" in text and "Open data 公开" in text


def test_blanks_after_every_character_of_a_recognised_layer_are_none(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for y, words in (
            (740, "云 溪 县 人 民 政 府"),
            (700, "关 于 2024 年 防 汛 工 作"),
            (660, "的 通 知 ， Open Data"),
        ):
            text = canvas.beginText(90, y)
            text.setTextRenderMode(3)
            text.setFont("STSong-Light", 16)
            text.textOut(words)
            canvas.drawText(text)
        canvas.drawImage(ImageReader(picture()), 0, 0, 595, 842)

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF)
    assert "".join(found.paragraphs) == "云溪县人民政府关于2024年防汛工作的通知，Open Data"
    assert "扫描件" in found.warnings[0]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("⼯作", "工作"),
        ("⼈⺠政府", "人民政府"),
        ("⻔户", "门户"),
        ("⻛险⻥⻬⻓⻅", "风险鱼齐长见"),
        ("１①Ａ", "１①Ａ"),
    ],
)
def test_radicals_become_ordinary_characters_and_nothing_else_changes(text: str, expected: str) -> None:
    assert unfold(text) == expected


@pytest.mark.slow
@pytest.mark.skipif(not REPORTS.exists(), reason="the shared real material is not here")
def test_a_real_report_in_radicals_is_readable() -> None:
    extraction = extract_plain(REPORTS / "suqian-compare.pdf", PDF)
    text = "".join(extraction.paragraphs)
    assert not any("\u2e80" <= each <= "\u2fdf" for each in text)
    assert "政府信息公开工作" in text and "人民政府" in text
