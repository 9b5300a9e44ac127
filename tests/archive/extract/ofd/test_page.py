"""The places of characters on an OFD page, seen in the lines that ``form_lines`` makes of them."""

import re

import pytest
from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.ofd.page import POINTS, PageReader
from archive.extract.pdf.page import PageContent, form_lines
from tests.archive.extract.ofds import page, rule, text


def content(*objects: str) -> PageContent:
    reader = PageReader(210, 297, {})
    reader.read(etree.fromstring(page("".join(objects))))
    return reader.content


def lines(*objects: str) -> list[str]:
    """Return the lines of a page, with wide gaps shown as " ¦ "."""
    return [" ¦ ".join(words for _, words in line.segments) for line in form_lines(content(*objects).glyphs)]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ('DeltaX="g 5 5"', ["行政许可公示"]),
        ('DeltaX="5 5 g 2 5 5"', ["行政许可公示"]),
        ('DeltaX="5"', ["行政许可公示"]),
        ("", ["行政许可公示"]),
        ('DeltaX="4 4 4 4 4"', ["行政许可公示"]),
        ('DeltaX="5 11 5 5 5"', ["行政 许可公示"]),
        ('DeltaX="5 20 5 5 5"', ["行政 ¦ 许可公示"]),
        ('DeltaX="g 2 5 -10 g 2 5" DeltaY="0 0 9 0 0"', ["行政许", "可公示"]),
        ('DeltaX="g 2 5 -10 g 2 5" DeltaY="0 0 9"', ["行政许", "可公示"]),
        ('DeltaY="g 5 6"', ["行政许可公示"]),
        ('DeltaY="6"', ["行政许可公示"]),
    ],
)
def test_characters_stand_where_their_steps_lead(steps: str, expected: list[str]) -> None:
    code = f'<ofd:TextCode X="0" Y="5" {steps}>行政许可公示</ofd:TextCode>'
    assert lines(f'<ofd:TextObject Boundary="20 20 160 60" Size="5">{code}</ofd:TextObject>') == expected


def test_a_code_goes_on_where_the_one_before_says_unless_it_says_so_itself() -> None:
    codes = '<ofd:TextCode X="3" Y="5">甲</ofd:TextCode><ofd:TextCode Y="15" DeltaX="5">乙丙</ofd:TextCode>'
    found = content(f'<ofd:TextObject Boundary="20 20 160 60" Size="5">{codes}</ofd:TextObject>').glyphs
    assert [(glyph.text, round(glyph.x0 / POINTS)) for glyph in found] == [("甲", 23), ("乙", 23), ("丙", 28)]
    assert found[0].y > found[1].y == found[2].y


def test_objects_are_read_as_they_stand_and_not_as_they_follow() -> None:
    parts = [text(46, 60, "后半句。", 5), text(20, 100, "末尾", 5), text(20, 60, "前半句，左", 5)]
    assert lines(*parts) == ["前半句，左后半句。", "末尾"]


@pytest.mark.parametrize(
    ("words", "step"),
    [("Government Information 2019", 2.5), ("WWW MMM iii", 4.2), ("0539-6211226", 2.6)],
)
def test_latin_words_are_parted_by_their_own_spaces_alone(words: str, step: float) -> None:
    assert lines(text(20, 60, words, 5, step)) == [words]


def test_words_in_objects_of_their_own_are_parted_by_the_gap_between_them() -> None:
    assert lines(text(20, 40, "Open", 5, 2.5), text(32, 40, "Data", 5, 2.5)) == ["Open Data"]


@pytest.mark.parametrize(
    ("matrix", "turn"),
    [("1 0 0 1 0 0", 0), ("0 1 -1 0 0 0", -1), ("0 -1 1 0 0 0", 1), ("2 0 0 2 0 0", 0)],
)
def test_a_matrix_turns_and_scales_text(matrix: str, turn: int) -> None:
    code = '<ofd:TextCode X="0" Y="0" DeltaX="5 5">旋转字</ofd:TextCode>'
    found = content(f'<ofd:TextObject CTM="{matrix}" Boundary="90 90 90 90" Size="5">{code}</ofd:TextObject>')
    assert {glyph.turn for glyph in found.glyphs} == {turn}
    assert {round(glyph.size / POINTS, 3) for glyph in found.glyphs} == {10 if matrix.startswith("2") else 5}
    assert [line.text for line in form_lines(found.glyphs)] == ["旋转字"]


def test_rules_are_lines_outlines_and_thin_surfaces_but_no_backgrounds() -> None:
    shape = (
        '<ofd:PathObject Boundary="20 20 100 {0}" Stroke="false" Fill="true"><ofd:AbbreviatedData>'
        "M 0 0 L 100 0 L 100 {0} L 0 {0} C</ofd:AbbreviatedData></ofd:PathObject>"
    )
    (line,) = content(rule(20, 50, 100, 0)).horizontals
    assert line == pytest.approx(((297 - 50) * POINTS, 20 * POINTS, 120 * POINTS))
    assert len(content(rule(20, 50, 0, 100)).verticals) == 1
    assert len(content(shape.format(0.5)).horizontals) == 2
    assert content(shape.format(30)).horizontals == []
    outline = content(shape.format(30).replace('Stroke="false"', ""))
    assert (len(outline.horizontals), len(outline.verticals)) == (2, 2)


@pytest.mark.parametrize(
    "data", ["M 0 0 Q 5 5 10 0", "M 0 0 B 1 1 2 2 10 0", "M 0 0 A 5 5 0 1 1 10 0", "", "M", "L 1", "x y"]
)
def test_curves_and_nonsense_are_no_rules(data: str) -> None:
    path = f'<ofd:PathObject Boundary="20 20 9 9"><ofd:AbbreviatedData>{data}</ofd:AbbreviatedData></ofd:PathObject>'
    assert content(path).horizontals == content(path).verticals == []


def test_a_page_of_endless_objects_is_refused() -> None:
    with pytest.raises(ExtractionFailed, match="恶意"):
        content("<ofd:PageBlock/>" * 300_001)


@pytest.mark.parametrize("number", ["nan", "inf", "-1e999", "1e300", "-5", "0"])
@pytest.mark.parametrize("name", ["X", "Y", "DeltaX", "DeltaY", "Size", "HScale", "Boundary", "CTM"])
def test_numbers_beyond_reason_lose_no_text(name: str, number: str) -> None:
    thing = (
        '<ofd:TextObject Boundary="20 20 99 9" Size="5" HScale="1" CTM="1 0 0 1 0 0">'
        '<ofd:TextCode X="1" Y="5" DeltaX="5" DeltaY="1">甲乙</ofd:TextCode></ofd:TextObject>'
    )
    wrong = re.sub(rf'\b{name}="[^" ]+', f'{name}="{number}', thing)
    assert wrong != thing
    found = content(wrong)
    glyphs = [*found.glyphs, *(glyph for unseen in found.unseen.values() for glyph in unseen)]
    assert found.slanted or sorted(glyph.text for glyph in glyphs) == ["乙", "甲"]
    assert all(abs(place) < 1e9 for glyph in found.glyphs for place in (glyph.x0, glyph.x1, glyph.y0, glyph.y1))
