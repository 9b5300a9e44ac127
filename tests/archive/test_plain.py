"""What nobody sees is taken out of a line; what is seen stays."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.document import UNNAMED, File, Metadata
from archive.plain import lines, one_line

# Of category Cf, and drawn: signs of Arabic, Syriac and Kaithi numbers.
_DRAWN = {0x600, 0x601, 0x602, 0x603, 0x604, 0x605, 0x6DD, 0x70F, 0x890, 0x891, 0x8E2, 0x110BD, 0x110CD}


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("关于防汛\r\n工作的通知", "关于防汛 工作的通知"),
        ("\u202e知通的\u202c", "知通的"),
        ("\u2066a\u2069\u200f\u061c", "a"),
        ("\x1b[31m红头\x9b0m文件\x07", "[31m红头0m文件"),
        ("零\u200b宽\u200d\u2060\ufeff字\u00ad符", "零宽字符"),
        ("\U000e0041\U000e007f标签\u3164\u115f", "标签"),
        ("一\u2028二\u2029三\x85四\x0b五\x0c六\t七", "一 二 三 四 五 六 七"),
        ("  两  个\u3000空格 ", "两  个\u3000空格"),
        ("\U00020bb7野家，𠮷，\ue000，é", "\U00020bb7野家，𠮷，\ue000，é"),
        ("\ud800半", "半"),
        ("\u200b\r\n", ""),
    ],
)
def test_a_line_has_nothing_that_acts(text: str, line: str) -> None:
    assert one_line(text) == line


@given(st.text())
def test_no_control_and_no_format_character_stays(text: str) -> None:
    for shown, kept in ((one_line(text), ""), (lines(text), "\n\t")):
        for character in shown:
            acts = unicodedata.category(character) in ("Cc", "Cf", "Cs", "Zl", "Zp")
            assert not acts or character in kept or ord(character) in _DRAWN, hex(ord(character))
    assert one_line(one_line(text)) == one_line(text)


def test_every_control_and_format_character_goes() -> None:
    for code in range(0x110000):
        if unicodedata.category(chr(code)) in ("Cc", "Cf", "Cs", "Zl", "Zp") and code not in _DRAWN:
            assert one_line(f"a{chr(code)}b").replace(" ", "") == "ab", hex(code)


def test_facts_and_names_of_files_are_lines() -> None:
    metadata = Metadata(
        "\u202e题\r\n目",
        number="云政发\x1b〔2019〕6号",
        issuer="\u200b",
        other_numbers=("\u200b", "a\rb"),
        column="甲/\u2066乙",
    )
    assert (metadata.title, metadata.number, metadata.issuer) == ("题 目", "云政发〔2019〕6号", None)
    assert (metadata.other_numbers, metadata.column) == (("a b",), "甲/乙")
    assert Metadata("\u200b").title == File("0" * 64, "\r\n", "text/plain", 1).name == UNNAMED
    assert File("0" * 64, "a\r\nSet-Cookie: x\u202e.txt", "text/plain", 1).name == "a Set-Cookie: x.txt"
