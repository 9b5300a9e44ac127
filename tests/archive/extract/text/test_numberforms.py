"""Numbers of list items in the formats of office programs."""

import pytest

from archive.extract.text.numberforms import CODES, by_code, by_example, is_known, written


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("decimal", {0: "0", 7: "7", 110: "110"}),
        ("decimalZero", {7: "07", 110: "110"}),
        ("decimalFullWidth", {10: "１０"}),
        ("decimalEnclosedCircle", {1: "①", 20: "⑳", 21: "21"}),
        ("decimalEnclosedCircleChinese", {10: "⑩", 11: "11"}),
        ("decimalEnclosedFullstop", {1: "⒈", 20: "⒛", 21: "21"}),
        ("decimalEnclosedParen", {1: "⑴", 20: "⒇", 21: "21"}),
        ("ideographEnclosedCircle", {1: "㈠", 10: "㈩", 11: "11"}),
        ("upperRoman", {4: "IV", 1999: "MCMXCIX", 4000: "4000"}),
        ("lowerLetter", {1: "a", 26: "z", 27: "aa", 53: "aaa", 0: "0", 32_000: "32000"}),
        ("ordinal", {1: "1st", 2: "2nd", 11: "11th", 23: "23rd", 112: "112th"}),
        ("numberInDash", {3: "- 3 -"}),
        ("chineseCounting", {0: "○", 10: "十", 12: "十二", 20: "二十", 99: "九十九", 100: "一○○", 105: "一○五"}),
        ("taiwaneseCounting", {12: "十二", 105: "一○五"}),
        (
            "chineseCountingThousand",
            {
                10: "十",
                15: "十五",
                100: "一百",
                105: "一百零五",
                110: "一百一十",
                1005: "一千零五",
                20_010: "二万零一十",
            },
        ),
        ("taiwaneseCountingThousand", {10: "十", 105: "一百零五", 12_000: "一萬二千"}),
        ("chineseLegalSimplified", {2: "贰", 10: "壹拾", 15: "壹拾伍", 105: "壹佰零伍", 3600: "叁仟陆佰"}),
        ("ideographLegalTraditional", {2: "貳", 6: "陸", 10: "壹拾", 105: "壹佰零伍"}),
        ("japaneseCounting", {10: "十", 100: "百", 105: "百五", 1210: "千二百十", 10_000: "一万"}),
        ("japaneseLegal", {1: "壱", 10: "壱拾", 4: "四", 105: "壱百伍"}),
        ("ideographDigital", {7: "七", 10: "一〇", 105: "一〇五"}),
        ("japaneseDigitalTenThousand", {105: "一〇五"}),
        ("taiwaneseDigital", {105: "一○五"}),
        ("ideographTraditional", {1: "甲", 10: "癸", 11: "11"}),
        ("ideographZodiac", {1: "子", 12: "亥", 13: "13"}),
        ("ideographZodiacTraditional", {1: "甲子", 13: "丙子", 60: "癸亥", 61: "61"}),
        ("none", {5: ""}),
        ("bullet", {5: ""}),
        ("a format of tomorrow", {5: "5"}),
        ("chineseCounting", {99_999: "99999"}),
    ],
)
def test_a_number_is_written_as_word_shows_it(form: str, expected: dict[int, str]) -> None:
    assert {number: written(number, form) for number in expected} == expected


def test_a_format_has_the_number_that_older_files_give_it() -> None:
    # MS-OSHARED 2.2.1.3.
    assert {CODES.index(form): form for form in ("chineseCounting", "ideographDigital", "decimalZero", "bullet")} == {
        **{0x25: "chineseCounting", 0x0A: "ideographDigital", 0x16: "decimalZero", 0x17: "bullet"}
    }
    assert (by_code(0x27), by_code(0xFF), by_code(0x3B)) == ("chineseCountingThousand", "none", "russianUpper")
    assert not is_known(by_code(0x99))


def test_a_format_given_by_its_first_items_is_known_by_its_zeros() -> None:
    assert [written(7, by_example(each)) for each in ("001, 002, 003, ...", "00001, 00002, ...")] == ["007", "00007"]
    assert not is_known(by_example("α, β, γ"))
