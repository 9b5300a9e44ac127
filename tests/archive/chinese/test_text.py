"""The search form that all spellings share, and its offsets in the original text."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from archive.chinese.text import aligned, is_han, normalise
from tests.conftest import calls

# Any text, and texts of characters that join, fold or disappear.
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(
        "中国临沭 \u3000\n\u00a0，。：（）〔〕﹝﹞【】“”‘’—–１2aＡé\u0301\u0345ǰ\u030cαᾳ가"
        "\u1100\u1161\u11a8ｶﾞ⼯⻔\u200b\u00ad\ufeff",
        max_size=60,
    ),
)

FORMS = [
    ("２０１９年", "2019年"),
    ("GDP与ＰＭ2.5", "gdp与pm2.5"),
    ("⼈⺠政府⼯作⻔户", "人民政府工作门户"),
    ("⼾籍", "户籍"),
    ("政务 公开　工作\n要点", "政务公开工作要点"),
    ("关于印发 2019年 要点", "关于印发2019年要点"),
    ("国办发 〔 2019 〕 14 号", "国办发〔2019〕14号"),
    ("国办发﹝2019﹞14号", "国办发〔2019〕14号"),
    ("公\u200b开\u00ad条\ufeff例", "公开条例"),
    ("“五公开”「双公示」", '"五公开""双公示"'),
    ("ＬＳＤＲ—２０１９―００１０００１", "lsdr-2019-0010001"),
    ("二○一九年", "二〇一九年"),
    ("  open   government  ", "open government"),
    ("公开 open data 平台", "公开 open data 平台"),
    ("按照。 今年", "按照。今年"),
    ("，：；！？（）", ",:;!?()"),
    ("𠮷林\U000e0100", "𠮷林"),
    ("", ""),
]


@pytest.mark.parametrize(("text", "form"), FORMS)
def test_spellings_of_one_thing_have_one_form(text: str, form: str) -> None:
    assert normalise(text) == form


@pytest.mark.parametrize(
    ("one", "other"), [("[2019]", "(2019)"), ("〔2019〕", "[2019]"), ("临沂", "临沭"), ("【", "〔")]
)
def test_different_things_stay_different(one: str, other: str) -> None:
    assert normalise(one) != normalise(other)


@given(TEXTS)
@example("ǰ")
@example("a\u200b\u0301")
@example("中¨国")
@example("。 \u0301")
def test_a_search_form_is_its_own_search_form(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


@given(TEXTS)
@example("ﷺ中")
@example("ｶﾞ行")
def test_aligned_text_is_the_search_form(text: str) -> None:
    form, offsets = aligned(text)
    assert form == normalise(text)
    assert len(offsets) == len(form)
    assert all(0 <= offset < len(text) for offset in offsets)
    assert offsets == sorted(offsets)


def test_a_highlight_maps_back_to_the_original_characters() -> None:
    text = "关于印发 ２０１９年 政务\u200b 公开（试行）"
    form, offsets = aligned(text)
    at = form.index("2019年政务公开")
    start, end = offsets[at], offsets[at + len("2019年政务公开") - 1] + 1
    assert text[start:end] == "２０１９年 政务\u200b 公开"


@pytest.mark.parametrize(("character", "han"), [("沭", True), ("〇", True), ("𠮷", True), ("a", False), ("，", False)])
def test_han_is_told_from_the_rest(character: str, han: bool) -> None:
    assert is_han(character) is han


def test_a_text_is_normalised_as_a_whole() -> None:
    line = "第一条　为了保障公民、法人和其他组织依法获取政府信息，提高政府工作的透明度（2019年修订），制定本条例。\n"
    normalise(line)
    # Going line by line or character by character would make many more calls, and be tens of times slower.
    assert calls(lambda: normalise(line * 5000)) < 100
