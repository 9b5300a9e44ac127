"""Folding characters one for one."""

from hypothesis import given
from hypothesis import strategies as st

from archive.chinese.folding import Folding

BEFORE, AFTER = "！，０９ＡＺａｚ～〔\u3000年1a\n￥𠮷", "!,09AZaz~[ 年1a\n￥𠮷"


@given(st.lists(st.sampled_from(range(len(BEFORE)))))
def test_each_character_becomes_one_at_its_place(places: list[int]) -> None:
    text = "".join(BEFORE[place] for place in places)
    folded = text.translate(Folding({ord("〔"): "[", 0x3000: " "}))
    assert folded == "".join(AFTER[place] for place in places)
