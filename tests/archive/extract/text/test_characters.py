import pytest

from archive.extract.text.characters import clean, joined, row, unwrap


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  第一条\u3000\u00a0 为了 ", "第一条 为了"),
        ("政\u200b务\ufeff公\u00ad开", "政务公开"),
        ("全角，标点（不）改：ＡＢＣ１２３", "全角，标点（不）改：ＡＢＣ１２３"),
        ("e\u0301te\u0301", "été"),
        ("甲\tb\r\n丙\x0b丁\x07", "甲 b 丙 丁"),
        ("〔2019〕５号", "〔2019〕５号"),
        ("坏\ud800字", "坏字"),
        ("", ""),
    ],
)
def test_a_line_keeps_the_authors_characters_and_loses_what_cannot_be_seen(text: str, expected: str) -> None:
    assert clean(text) == expected


def test_a_row_has_tabs_between_its_cells_and_none_inside() -> None:
    assert row(["规\t章", " 0 ", "", "3"]) == "规 章\t0\t\t3"


def test_a_row_of_empty_cells_is_no_row() -> None:
    assert row(["", " ", "\u3000"]) == ""


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("国务院关于", "印发通知", "国务院关于印发通知"),
        ("Open", "Data", "Open Data"),
        ("2019年", "5号", "2019年5号"),
        ("", "甲", "甲"),
    ],
)
def test_halves_are_joined_with_a_space_only_between_latin_words(first: str, second: str, expected: str) -> None:
    assert joined(first, second) == expected


def test_a_source_line_break_between_han_characters_is_no_space() -> None:
    assert unwrap("政务\n    公开 and\n open") == "政务公开 and\n open"
