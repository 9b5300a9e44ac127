"""Vertical lines are read down, from right to left; what is level beside them stays level."""

from pathlib import Path

from reportlab.pdfgen.canvas import Canvas

from archive.extract import extract_plain
from archive.extract.mediatype import PDF
from tests.archive.extract.makers import pdf, put

FIRST = "为了规范政府信息公开工作，保障公民、法人和其他组织依法获取政府信息，提高政府工作的透明度，制定本条例。"
SECOND = "本条例所称政府信息，是指行政机关在履行行政管理职能过程中制作或者获取的，以一定形式记录、保存的信息。"


def columns(canvas: Canvas, texts: tuple[str, ...], top: float, length: int, right: float = 500) -> None:
    """Set paragraphs in vertical lines of so many characters, the first with an indent of two."""
    lines = [line for text in texts for line in wrapped("　　" + text, length)]
    for at, line in enumerate(lines):
        for down, character in enumerate(line):
            if character != "　":
                put(canvas, right - 28 * at, top - 17 * down, character, 16)


def wrapped(text: str, length: int) -> list[str]:
    return [text[at : at + length] for at in range(0, len(text), length)]


def test_vertical_lines_are_read_from_right_to_left_with_their_paragraphs(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 200, 790, "云溪县人民政府通告", 22)
        columns(canvas, (FIRST, SECOND), 730, 30)
        put(canvas, 270, 40, "— 1 —", 10)
        canvas.showPage()

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF)
    assert found.title == "云溪县人民政府通告"
    assert found.paragraphs[-2:] == (FIRST, SECOND) and len(found.paragraphs) == 2


def test_vertical_lines_one_below_the_other_are_read_one_after_the_other(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        columns(canvas, (FIRST * 2,), 780, 20)
        columns(canvas, (SECOND * 2,), 400, 20)

    assert extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs == (FIRST * 2, SECOND * 2)


def test_a_number_that_is_level_in_a_vertical_line_keeps_its_order(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        columns(canvas, ("根据上级文件的规定自二〇二四年　月起执行",), 780, 40)
        for at, digit in enumerate("12"):
            put(canvas, 500 + 8 * at, 780 - 17 * 17, digit, 16)

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs
    assert found == ("根据上级文件的规定自二〇二四年12月起执行",)


def test_level_text_beside_a_vertical_line_stays_level(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        columns(canvas, ("此件在装订线以内填写无效请勿折叠",), 760, 40, right=40)
        for row, line in enumerate(wrapped(FIRST, 20)):
            put(canvas, 90, 760 - 30 * row, line, 16)

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs
    assert sorted(found) == sorted((FIRST, "此件在装订线以内填写无效请勿折叠"))


def test_single_characters_below_each_other_are_no_vertical_text(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        put(canvas, 72, 780, "序号和单位如下，请各单位认真核对。", 16)
        for row, number in enumerate("一二三四五六七"):
            put(canvas, 72, 740 - 20 * row, number, 16)
        for row in range(7):
            put(canvas, 140, 740 - 20 * row, "民政局", 16)

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), PDF).paragraphs
    assert found[1:] == tuple(f"{each}\t民政局" for each in "一二三四五六七")
