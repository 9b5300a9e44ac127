"""Numbers of list items, which a browser shows and no text of a page contains."""

import pytest

from archive.extract import Extraction
from archive.extract.webpage import html


def read(content: str, head: str = "") -> Extraction:
    return html.from_text(f"<html><head>{head}</head><body><div id='zoom'>{content}</div></body></html>")


def items(count: int = 2) -> str:
    return "".join(f"<li>{text}</li>" for text in "甲乙丙丁戊"[:count])


@pytest.mark.parametrize(
    ("content", "lines"),
    [
        (f"<ol>{items()}</ol>", ["1. 甲", "2. 乙"]),
        (f"<ol start='3'>{items()}</ol>", ["3. 甲", "4. 乙"]),
        (f"<ol start='-1'>{items(3)}</ol>", ["-1. 甲", "0. 乙", "1. 丙"]),
        (f"<ol reversed>{items(3)}</ol>", ["3. 甲", "2. 乙", "1. 丙"]),
        ("<ol><li>甲</li><li value='7'>乙</li><li>丙</li></ol>", ["1. 甲", "7. 乙", "8. 丙"]),
        (f"<ol type='a' start='26'>{items()}</ol>", ["z. 甲", "aa. 乙"]),
        (f"<ol type='I'>{items()}</ol>", ["I. 甲", "II. 乙"]),
        ("<ol><li type='A'>甲</li><li>乙</li></ol>", ["A. 甲", "2. 乙"]),
        (f"<ol style='list-style-type: cjk-ideographic' start='10'>{items()}</ol>", ["十、甲", "十一、乙"]),
        (f"<ol style='list-style: inside simp-chinese-formal'>{items()}</ol>", ["壹、甲", "贰、乙"]),
        (f"<ol style='list-style-type:cjk-heavenly-stem'>{items()}</ol>", ["甲、甲", "乙、乙"]),
        (f"<ol style='list-style-type:decimal-leading-zero'>{items()}</ol>", ["01. 甲", "02. 乙"]),
        (f"<ul style='list-style-type:decimal'>{items()}</ul>", ["1. 甲", "2. 乙"]),
        (f"<ol style='list-style:none'>{items()}</ol>", ["甲", "乙"]),
        (f"<ul>{items()}</ul>", ["甲", "乙"]),
        ("<ol><li>甲<ol><li>子</li></ol></li><li>乙<ul><li>丑</li></ul></li></ol>", ["1. 甲", "1. 子", "2. 乙", "丑"]),
        ("<ol><li><p>甲</p><p>续</p></li><li> <p>乙</p></li></ol>", ["1. 甲", "续", "2. 乙"]),
        ("<ol><li>甲</li><li></li><li>丙</li></ol><p>后</p>", ["1. 甲", "3. 丙", "后"]),
        ("<ol><li>甲</li><li style='display:none'>乙</li><li>丙</li></ol>", ["1. 甲", "2. 丙"]),
        ("<table><tr><td><ol><li>甲</li><li>乙</li></ol></td><td>子</td></tr></table>", ["1. 甲 2. 乙\t子"]),
    ],
)
def test_items_have_the_numbers_that_a_browser_shows(content: str, lines: list[str]) -> None:
    found = read(content)
    assert list(found.paragraphs) == lines
    assert not any("编号" in each for each in found.warnings)


def test_a_style_of_the_page_numbers_a_list() -> None:
    style = "<style>ol.c{list-style-type:simp-chinese-informal} .n li{list-style:none}</style>"
    assert read(f"<ol class='c'>{items()}</ol><ol class='n'><li>丙</li></ol>", style).paragraphs == (
        "一、甲",
        "二、乙",
        "丙",
    )


def test_lists_of_ueditor_have_the_numbers_of_its_pictures() -> None:
    lists = "".join(
        f"<ol class='custom_{kind} list-paddingleft-1'><li class='list-{name}-2'><p>文</p></li></ol>"
        for kind, name in (("cn", "cn-1"), ("cn1", "cn-2"), ("cn2", "cn-3"), ("num", "num-1"), ("num2", "num-3"))
    )
    assert read(lists).paragraphs == ("二、文", "二）文", "（二）文", "2、文", "（2）文")


def test_a_number_that_a_style_sheet_elsewhere_may_change_is_told() -> None:
    linked = "<link rel='stylesheet' href='reset.css'>"
    found = read(f"<ol>{items()}</ol>", linked)
    assert found.paragraphs == ("1. 甲", "2. 乙")
    assert any("2 个列表编号按浏览器的默认样式写出" in each for each in found.warnings)
    assert not any(
        "列表编号" in each for each in read(f"<ol style='list-style-type:decimal'>{items()}</ol>", linked).warnings
    )


def test_a_number_typed_before_the_text_is_not_doubled_where_a_style_sheet_elsewhere_has_the_last_word() -> None:
    linked = "<link rel='stylesheet' href='reset.css'>"
    assert read("<ol><li>1、甲</li><li>（二）乙</li></ol>", linked).paragraphs == ("1、甲", "（二）乙")


def test_a_number_in_an_unknown_format_is_told() -> None:
    found = read(f"<ol style='list-style-type:hiragana'>{items()}</ol>")
    assert found.paragraphs == ("1. 甲", "2. 乙")
    assert any("2 个列表编号的格式不认识" in each for each in found.warnings)
