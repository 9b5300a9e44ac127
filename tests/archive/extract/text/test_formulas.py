"""Formulas and raised figures in a line."""

import pytest

from archive.chinese.text import normalise
from archive.extract.text.equationfields import equation
from archive.extract.text.scripts import Lowered, Raised, in_line
from archive.extract.text.symbols import symbol


@pytest.mark.parametrize(
    ("pieces", "line"),
    [
        (("5×10", Raised("-"), Raised("4"), "m", Raised("2")), "5×10⁻⁴m²"),
        (("SO", Lowered("4"), Raised("2-")), "SO₄²⁻"),
        (("2", Raised("k"), "x", Lowered("AB")), "2^(k)x_(AB)"),
        (
            ("甲", Raised("①"), "乙", Raised("[1]"), "丙", Raised("(1)"), "1", Raised("st"), Raised("")),
            "甲①乙[1]丙(1)1st",
        ),
        ((Raised("2020年"), Raised("*"), "b"), "2020年*b"),
    ],
)
def test_what_is_raised_or_lowered_stands_in_the_line(pieces: tuple[str, ...], line: str) -> None:
    assert in_line(pieces) == line


def test_searches_find_figures_however_they_are_raised() -> None:
    assert normalise("m² CO₂") == normalise("m2 CO2")


@pytest.mark.parametrize(
    ("instruction", "line"),
    [
        (r"EQ \f(3,4)", "3/4"),
        (r"eq \f((a+b)c,1+\f(x;2))", "((a+b)c)/(1+x/2)"),
        (r"EQ \r(3,x)+\r(a+b)", "³√(x)+√(a+b)"),
        (r"eq \o\ac(○,5)\o\ac(○,21)\o\ac(□,甲)", "⑤㉑□甲"),
        (r"EQ 10\s\up8(4)H\s\do3(2)", "10⁴H₂"),
        (r"EQ \i\su(i=1,n,x)", "∑_(i=1)^n x"),
        (r"EQ \b\bc\[(a\,b)\b(c)\b\lc\{(d)", "[a,b](c){d"),
        (r"EQ \a\al\co2(1,2,3,4)", "[1; 2; 3; 4]"),
        (r"EQ \f(", ""),
        ("EQ f(x)=3)", "f(x)=3)"),
    ],
)
def test_an_equation_field_is_written_in_a_line(instruction: str, line: str) -> None:
    assert equation(instruction)[0] == line


def test_equations_in_equations_without_end_are_no_trouble() -> None:
    assert equation(r"EQ " + r"\f(" * 10_000)[1] > 0
    assert equation("EQ " + r"\s\up8(4)" * 10_000) == ("⁴" * 10_000, 0)


@pytest.mark.parametrize(
    ("font", "code", "shown"),
    [
        *(("Wingdings", 0xF0FE, "☑"), ("wingdings", 0xA8, "☐"), ("Wingdings 2", 0x52, "☑"), ("Wingdings", 0x81, "①")),
        *(("Symbol", 0xF0B3, "≥"), ("Symbol", 0x6D, "μ"), ("Webdings", 0x61, ""), ("SimSun", 0x2611, "☑")),
        *(("SimSun", 0xF0FE, ""), ("", 0, ""), ("Wingdings", 0x4E00, "一"), ("", 0x110000, "")),
    ],
)
def test_a_symbol_is_the_character_that_its_font_shows(font: str, code: int, shown: str) -> None:
    assert symbol(font, code) == shown
