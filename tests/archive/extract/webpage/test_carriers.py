"""What a browser shows is read or told: raised figures, formulas, boxes, struck text."""

import pytest

from archive.extract.webpage.html import from_text


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("5×10<sup>4</sup>公顷、m<sup><b>2</b></sup>", "5×10⁴公顷、m²"),
        ("H<sub>2</sub>O<sup><a href='#1'>[1]</a></sup>", "H₂O[1]"),
        ("<math><mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac></math>", "(a+b)/c"),
        ("<math><msqrt><mi>x</mi></msqrt><msup><mi>y</mi><mn>2</mn></msup></math>元", "√(x)y²元"),
        (
            "<math><semantics><munderover><mo>∑</mo><mi>i</mi><mi>n</mi></munderover>"
            "<annotation encoding='application/x-tex'>sum</annotation></semantics></math>",
            "∑_i^n",
        ),
        (
            "<input type=checkbox checked>是<input type='checkbox'>否<input type=radio checked>甲"
            "<input type=checkbox role=button>",
            "☑是☐否◉甲",
        ),
    ],
)
def test_a_page_reads_as_it_is_shown(content: str, text: str) -> None:
    found = from_text(f"<p>前{content}后。</p>", whole=True)
    assert (found.paragraphs, found.warnings) == ((f"前{text}后。",), ())


@pytest.mark.parametrize(
    ("content", "text", "warning"),
    [
        ("<s>旧<b>文</b></s>新", "旧文新", "2 个字带删除线"),
        ("<span style='color: red; text-decoration: line-through'>旧<del>文</del></span>", "旧文", "2 个字带删除线"),
        ("<math><mtable><mtr><mtd>a</mtd><mtd>b</mtd></mtr></mtable></math>", "[a, b]", "1 处公式"),
        ("<math><annotation>x</annotation></math>", "", "1 处公式没有读出"),
    ],
)
def test_what_a_page_shows_and_its_text_lacks_is_told(content: str, text: str, warning: str) -> None:
    found = from_text(f"<p>前{content}后。</p>", whole=True)
    assert found.paragraphs == (f"前{text}后。",)
    assert [warning in each for each in found.warnings] == [True]
    assert found.concealed == (("带删除线的文字（仍在正文中）：旧文",) if "旧" in text else ())
