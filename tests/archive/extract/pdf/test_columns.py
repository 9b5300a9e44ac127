"""Columns are read down, one after the other; tables and ordinary pages are read across."""

from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from archive.extract import extract_plain
from archive.extract.mediatype import PDF
from archive.extract.pdf.columns import parts_of
from archive.extract.pdf.page import Glyph
from tests.archive.extract.makers import pdf, put

# Two paragraphs with a full stop only at the end, set in lines of 18 characters.
FIRST = "为了规范政府信息公开工作保障公民法人和其他组织依法获取政府信息提高政府工作的透明度" * 4 + "。"
SECOND = "充分发挥政府信息对人民群众生产生活和经济社会活动的服务作用根据有关法律行政法规制定" * 4 + "。"


def lines(text: str) -> list[str]:
    indented = "　　" + text
    return [indented[at : at + 18] for at in range(0, len(indented), 18)]


def gazette(canvas: Canvas) -> None:
    """Draw a heading across both columns, and paragraphs that continue in the next column and on the next page."""
    waiting = lines(FIRST) + lines(SECOND)
    put(canvas, 150, 760, "某市人民政府公报", 22)
    for page, rows in enumerate((5, 5)):
        for left in (60, 320):
            for row in range(rows):
                if waiting:
                    put(canvas, left, 700 - 20 * row, waiting.pop(0), 12)
        if page == 0:
            put(canvas, 60, 540, "本刊编辑部地址：某市人民路一号，邮政编码和电话见封底，欢迎订阅，欢迎来稿。", 12)
        put(canvas, 290, 40, f"- {page + 1} -", 10)
        canvas.showPage()
    assert not waiting


def test_a_gazette_is_read_down_its_columns_and_on_over_the_page(tmp_path: Path) -> None:
    found = extract_plain(pdf(tmp_path / "a.pdf", gazette), PDF)
    assert found.title == "某市人民政府公报"
    text = "".join(found.paragraphs)
    assert FIRST in found.paragraphs
    notice = next(each for each in found.paragraphs if each.startswith("本刊编辑部"))
    assert text.replace(notice, "") == FIRST + SECOND
    assert not any("\t" in each for each in found.paragraphs)


@pytest.mark.parametrize("columns", [3, 4])
def test_more_columns_are_read_down_one_after_the_other(tmp_path: Path, columns: int) -> None:
    def draw(canvas: Canvas) -> None:
        width = 480 // columns
        text = "　　" + FIRST[:-1] * 3 + "。"
        length = (width - 20) // 9
        waiting = [text[at : at + length] for at in range(0, len(text), length)]
        rows = -(-len(waiting) // columns)
        put(canvas, 180, 780, "某市人民政府公报", 22)
        put(canvas, 60, 740, "本期刊登规范性文件，共三件，各镇街和县直各部门请认真贯彻执行，并按时报送情况。", 12)
        for at, line in enumerate(waiting):
            put(canvas, 60 + width * (at // rows), 700 - 14 * (at % rows), line, 9)

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF)
    assert found.title == "某市人民政府公报"
    assert found.paragraphs[1:] == (FIRST[:-1] * 3 + "。",)


@pytest.mark.parametrize("lower", [3, 6, 9, 12])
def test_lines_of_columns_need_not_be_on_one_level(tmp_path: Path, lower: float) -> None:
    def draw(canvas: Canvas) -> None:
        for left, top, text in ((60, 700, FIRST), (320, 700 - lower, SECOND)):
            for row, line in enumerate(lines(text)):
                put(canvas, left, top - 20 * row, line, 12)

    assert extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs == (FIRST, SECOND)


def test_a_table_without_rules_is_no_columns(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 60, 760, "一、办事地点和联系电话如下，各单位工作日均可办理，节假日另行通知安排。", 14)
        rows = [("单位", "地址"), *((f"第{n}服务站", f"人民路{n}号院内") for n in "一二三四五六七")]
        for row, (name, value) in enumerate(rows):
            put(canvas, 60, 700 - 24 * row, name, 14)
            put(canvas, 320, 700 - 24 * row, value, 14)

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF)
    assert found.paragraphs[1:3] == ("单位\t地址", "第一服务站\t人民路一号院内")


def test_a_table_of_filled_cells_without_rules_is_no_columns(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for row, name in enumerate("一二三四五六七八"):
            for at, text in enumerate(
                (f"第{name}段供热管网改造工程", f"第{name}段县住房城乡建设局", f"第{name}段按期完成报送政府")
            ):
                put(canvas, 50 + 175 * at, 760 - 16 * row, text, 10.5)

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF)
    assert found.paragraphs[0] == "第一段供热管网改造工程\t第一段县住房城乡建设局\t第一段按期完成报送政府"
    assert len(found.paragraphs) == 8


def test_no_glyph_is_lost_or_doubled_between_the_parts() -> None:
    glyphs = [
        Glyph("字", x, y, x + 10, y + 10, 10, turn)
        for y in range(100, 300, 20)
        for start in (50, 320)
        for x, turn in zip(range(start, start + 240, 10), [0] * 23 + [y % 40 // 20], strict=True)
    ]
    parts = parts_of(glyphs)
    assert len(parts) > 2
    assert sorted(map(id, glyphs)) == sorted(id(glyph) for part in parts for glyph in part.glyphs)
