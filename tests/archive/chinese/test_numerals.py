"""Reading and writing Chinese numerals by one rule."""

import pytest

from archive.chinese import numerals


@pytest.mark.parametrize(
    ("number", "written"),
    [(0, "〇"), (7, "七"), (10, "十"), (20, "二十"), (100, "一百"), (110, "一百一十"), (225, "二百二十五")],
)
def test_a_number_is_written_with_units(number: int, written: str) -> None:
    assert numerals.chinese(number) == written


@pytest.mark.parametrize(
    ("number", "written"), [(105, "一百零五"), (1005, "一千零五"), (1010, "一千零一十"), (2001, "二千零一")]
)
def test_a_gap_between_units_is_one_ling_as_laws_and_word_print_it(number: int, written: str) -> None:
    # A query for 第105条 looks for the words that stand in a law, and those say 第一百零五条: 〇 would find nothing.
    assert numerals.chinese(number) == written


@pytest.mark.parametrize("numeral", ["一百零五", "一百〇五", "一百○五", "105", "一〇五"])
def test_every_spelling_of_zero_is_read(numeral: str) -> None:
    assert numerals.value(numeral) == 105


def test_what_is_written_is_read_back_as_the_same_number() -> None:
    assert all(numerals.value(numerals.chinese(number)) == number for number in range(numerals.LIMIT))


@pytest.mark.parametrize("number", [-1, numerals.LIMIT])
def test_a_number_outside_the_range_is_an_error(number: int) -> None:
    with pytest.raises(ValueError):
        numerals.chinese(number)
