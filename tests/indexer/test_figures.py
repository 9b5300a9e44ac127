"""Figures: what is one, and where it stands as no part of another number."""

import doctest

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from archive.chinese.text import normalise
from indexer import figures
from indexer.figures import AFTER, BEFORE, JOINING, is_negative, is_whole, stands_in

FIGURES = """
5.2% ５．２％ 5% 5‰ -5℃ 18℃ 88.5㎡ 12,000 １２，０００ 2,345,678.90 10.5 8:30 8∶30 1:500 v2.0.1 5·12 3# 2019-3# 210×297
0539-6211234 0539-6211234-802 KX-200B PM2.5 COVID-19 GB/T9704-2012 192.168.1.1 2019-2021 2019—2021 5%-10% 10～20 1比500
2019-11-03 2019.11.3 2019/11/3 2019年11月3日 2019年11月 11月3日 8点30分 二〇一九年十一月三日 八点半 百分之五点二
""".split()


@pytest.mark.parametrize("typed", FIGURES)
def test_a_number_with_its_marks_is_one_figure(typed: str) -> None:
    form = normalise(typed)
    assert figures.figures(form) == (form,)
    assert figures.figures(f"达到{form}的") == (form,)


@pytest.mark.parametrize(
    "typed", ["2019", "2018，2019年", "第3、5条", "kx200b", "a-b", "and/or", "增长", "2019,", "-预算"]
)
def test_digits_and_words_alone_are_no_figures(typed: str) -> None:
    assert figures.figures(normalise(typed)) == ()


@pytest.mark.parametrize(
    ("run", "text", "whole"),
    [
        ("5.2%", "增长5.2%。", True),
        ("5.2%", "增长15.2%", False),
        ("5.2%", "增长15.2%,又增长5.2%", True),
        ("5.2", "5.21", False),
        ("5.2", "第5.2.1条", False),
        ("12,000", "112,000", False),
        ("12,000", "12,000,000", False),
        ("12,000", "12,000,其中", True),
        ("000", "12,000", False),
        ("8:30", "18:30", False),
        ("8:30", "8:30-9:30", True),
        ("0539-6211234", "0539-6211234-802", True),
        ("0539-6211234", "0539-62112345", False),
        ("1:500", "1:5000", False),
        ("kx-200b", "akx-200b", False),
        ("kx-200b", "kx-200bc", False),
        ("-5°c", "气温-5°c", True),
        ("-5°c", "3-5°c", False),
        ("八点半", "十八点半", False),
        ("百分之五", "百分之五十", False),
        ("百分之五", "百分之五点二", False),
        ("2019-11", "2019-11-03", True),
        ("ai", "email", False),
        ("1月3日", "11月3日", False),
        ("2019年11月3日", "2019年11月13日", False),
        ("𝟓.2%", "5.2%", False),
    ],
)
def test_a_figure_stands_whole_or_not(run: str, text: str, whole: bool) -> None:
    assert stands_in(text, run) == whole


@given(st.lists(st.sampled_from(["5", "2018", ",", ".", "-", ":", "%", "°c", "/", "年", "a", "#", " ", "00", "000"])))
@settings(deadline=None)
def test_a_text_has_its_own_figures_whole(pieces: list[str]) -> None:
    text = normalise("".join(pieces))
    for figure in figures.figures(text):
        assert stands_in(text, figure)


PIECES = [
    "5",
    "20",
    "2019",
    ",",
    ".",
    "-",
    ":",
    "%",
    "年",
    "11",
    "月",
    "3",
    "日",
    "a",
    "八",
    "点",
    "#",
    " ",
    "\n",
    "000",
]


@given(st.lists(st.sampled_from(PIECES), min_size=3), st.data())
@settings(deadline=None, max_examples=500)
def test_a_run_beside_which_nothing_joins_a_number_is_whole(pieces: list[str], data: st.DataObject) -> None:
    text = normalise("".join(pieces))
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if not {*text[max(0, start - 1) : start], *text[end : end + 1]} & JOINING:
        assert is_whole(text[max(0, start - BEFORE) : start], text[start:end], text[end : end + AFTER])


@pytest.mark.parametrize("typed", ["-2019", "-2019-11-03", "-0539-6211234", "-决算", "-KX-200B"])
def test_a_minus_before_anything_but_an_amount_is_no_sign(typed: str) -> None:
    assert not is_negative(normalise(typed))


def test_examples() -> None:
    assert doctest.testmod(figures).failed == 0
