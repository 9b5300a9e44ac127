"""Running heads and feet stay once and part nothing; what only looks like one is left where it is."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

from archive.extract import extract_plain
from archive.extract.mediatype import PDF
from tests.archive.extract.makers import pdf, put

BODY = "为了规范政府信息公开工作保障公民法人和其他组织依法获取政府信息提高政府工作的透明度建设法治政府"
NUMBERS = "一二三四五六七八九十"


def text(pages: int, edge: Callable[[Canvas, int], object]) -> Callable[[Canvas], None]:
    """Draw pages of lines of 28 characters that are one paragraph, with what ``edge`` puts on each."""

    def draw(canvas: Canvas) -> None:
        for page in range(pages):
            edge(canvas, page)
            for row in range(10):
                line = f"{NUMBERS[page]}{NUMBERS[row]}{BODY}"[:28]
                put(canvas, 72, 720 - 28 * row, line if (page, row) != (pages - 1, 9) else f"{line[:20]}。")
            canvas.showPage()

    return draw


def read(path: Path, pages: int, edge: Callable[[Canvas, int], object]) -> tuple[str, ...]:
    return extract_plain(pdf(path / "a.pdf", text(pages, edge)), PDF).paragraphs


def test_heads_of_odd_and_even_pages_stay_once_and_part_no_paragraph(tmp_path: Path) -> None:
    def edge(canvas: Canvas, page: int) -> None:
        if page:
            put(canvas, 72 if page % 2 else 400, 780, "云溪县人民政府公报" if page % 2 else "县政府文件", 10.5)
        put(canvas, 270, 40, f"— {NUMBERS[page]} —" if page % 2 else f"第{page + 1}页 共6页", 10.5)

    found = read(tmp_path, 6, edge)
    assert sorted(found[1:]) == ["云溪县人民政府公报", "县政府文件"] and len(found[0]) == 59 * 28 + 21


def test_heads_with_changing_chapters_stay_once_each(tmp_path: Path) -> None:
    def edge(canvas: Canvas, page: int) -> None:
        put(canvas, 72, 780, f"第{NUMBERS[min(page // 3, 2)]}章　{('总则', '机构', '附则')[min(page // 3, 2)]}", 10.5)

    found = read(tmp_path, 7, edge)
    assert found[1:] == ("第一章 总则", "第二章 机构", "第三章 附则") and len(found[0]) == 69 * 28 + 21


def test_heads_of_two_lines_and_feet_are_heads(tmp_path: Path) -> None:
    def edge(canvas: Canvas, page: int) -> None:
        put(canvas, 72, 800, "云溪县人民政府", 10.5)
        put(canvas, 72, 786, f"政府信息公开 {page + 1}", 10.5)
        put(canvas, 72, 60, "地址：人民路1号", 10.5)

    found = read(tmp_path, 4, edge)
    assert len(found[0]) == 39 * 28 + 21 and found[1:] == ("云溪县人民政府", "政府信息公开 1", "地址：人民路1号")


def test_paragraphs_that_repeat_at_the_top_of_pages_are_no_heads(tmp_path: Path) -> None:
    def notice(canvas: Canvas) -> None:
        for page in range(5):
            put(canvas, 72, 760, "各镇人民政府，县直各部门：")
            for row in range(8):
                put(canvas, 72, 732 - 28 * row, f"{NUMBERS[page]}{NUMBERS[row]}{BODY}"[:28])
            put(canvas, 72, 732 - 28 * 8, "特此通知。")
            canvas.showPage()

    found = extract_plain(pdf(tmp_path / "a.pdf", notice), PDF).paragraphs
    assert found.count("各镇人民政府，县直各部门：") == 5 and sum(each.endswith("特此通知。") for each in found) == 5


def test_two_pages_are_enough_for_heads_in_smaller_type(tmp_path: Path) -> None:
    small = read(tmp_path, 2, lambda canvas, _: put(canvas, 72, 800, "云溪县人民政府公报", 9))
    assert small[1:] == ("云溪县人民政府公报",)
    alike = read(tmp_path, 2, lambda canvas, _: put(canvas, 72, 800, "云溪县人民政府公报"))
    assert "".join(alike).count("云溪县人民政府公报") == 2


def test_of_two_pages_with_hardly_another_line_both_stay_whole(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for _ in range(2):
            put(canvas, 72, 800, "此件公开发布", 9)
            put(canvas, 72, 700, "云溪县人民政府", 22)
            canvas.showPage()

    assert "".join(extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs).count("此件公开发布") == 2


def test_lines_of_the_text_that_are_alike_below_heads_stay(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for page in range(4):
            put(canvas, 72, 800, f"云溪县人民政府公报 {page + 1}", 10.5)
            put(canvas, 72, 750, "单位和地址见下表。"[:8])
            for row in range(6):
                put(canvas, 72, 722 - 28 * row, f"{NUMBERS[page]}{NUMBERS[row]}{BODY}"[:28])
            canvas.showPage()

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs
    assert "".join(found).count("单位和地址见下表") == 4 and "".join(found).count("公报") == 1


def test_copies_of_a_short_page_are_no_heads(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for _ in range(4):
            for row, line in enumerate(("送达回证", "受送达人：张三", "送达地点：县政府")):
                put(canvas, 72, 760 - 40 * row, line)
            canvas.showPage()

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs
    assert "".join(found).count("受送达人：张三") == 4


def test_titles_in_large_type_that_repeat_are_no_heads(tmp_path: Path) -> None:
    found = read(tmp_path, 5, lambda canvas, page: put(canvas, 230, 790, "行政处罚决定书", 22))
    assert found.count("行政处罚决定书") >= 4


def test_a_head_parts_no_table(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for page in range(3):
            put(canvas, 72, 800, "云溪县统计年鉴", 10.5)
            for y in (600, 640, 680, 720):
                canvas.line(72, y, 500, y)
            for x in (72, 286, 500):
                canvas.line(x, 600, x, 720)
            for row in range(3):
                put(canvas, 80, 700 - 40 * row, f"{NUMBERS[page]}镇", 12)
                put(canvas, 300, 700 - 40 * row, f"{page}{row}", 12)
            canvas.showPage()

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF)
    assert [place.label for place in found.places if "表" in place.label][-1].endswith("表 1")
    assert sum("云溪县统计年鉴" in each for each in (*found.paragraphs, found.title or "")) == 1


@pytest.mark.parametrize("numbers", [(12, 15, 31, 77), (12, 13, 14, 15)])
@pytest.mark.parametrize("shape", ["云环罚字〔2024〕第{}号", "编号：00{}", "2024年5月{}日", "公报 2024年第{}期 {page}"])
def test_heads_that_differ_in_more_than_their_page_number_all_stay(
    tmp_path: Path, numbers: Sequence[int], shape: str
) -> None:
    def edge(canvas: Canvas, page: int) -> None:
        put(canvas, 72, 780, shape.format(numbers[page], page=page + 5), 10.5)

    assert read(tmp_path, 4, edge)[1:] == tuple(shape.format(each, page=at) for at, each in enumerate(numbers, 5))


def test_page_numbers_that_begin_again_bring_a_head_again(tmp_path: Path) -> None:
    def edge(canvas: Canvas, page: int) -> None:
        put(canvas, 72, 50, f"云溪县 第{page % 3 + 1}页共{3 if page < 3 else 2}页", 10.5)

    assert read(tmp_path, 5, edge)[1:] == ("云溪县 第1页共3页", "云溪县 第1页共2页")
