"""Characters that were private in GBK are what GB 18030-2022 says, however they are spelled."""

import pytest

from archive.chinese.legible import legible
from archive.chinese.private import FORMER, private_told, recoded
from archive.chinese.sought import masked
from archive.chinese.text import aligned, normalise

# The ranges of the two-byte codes that GB 18030-2022 moved out of the private area, and what they are now.
MOVED = {
    (0xA6D9, 7): "︐︒︑︓︔︕︖", (0xA6EC, 2): "︗︘", (0xA6F3, 1): "︙",
    (0xFE59, 1): "龴", (0xFE61, 1): "龵", (0xFE66, 2): "龶龷", (0xFE6D, 1): "龸", (0xFE7E, 1): "龹", (0xFE90, 1): "龺",
    (0xFEA0, 1): "龻",
    # These six had a place in plane 2 before.
    (0xFE51, 3): "𠂇𠂉𠃌", (0xFE6C, 1): "𡗗", (0xFE76, 1): "𢦏", (0xFE91, 1): "𤇾", (0xA8BC, 1): "ḿ",
}  # fmt: skip


def test_each_moved_code_of_the_national_standard_has_the_character_that_it_has_now() -> None:
    for (first, count), now in MOVED.items():
        data = b"".join((first + at).to_bytes(2, "big") for at in range(count))
        assert recoded(data.decode("gb18030")) == now
    assert sum(map(len, MOVED.values())) == 18 + 6 + 1


def test_every_private_code_of_gbk_is_the_character_that_its_two_bytes_are_now() -> None:
    codes = [*range(0x50, 0x7F), *range(0x80, 0xA1)]
    for code, private in zip(codes, range(0xE815, 0xE865), strict=True):
        assert recoded(chr(private)) == recoded(bytes((0xFE, code)).decode("gb18030"))
    assert not any("\ue000" <= each <= "\uf8ff" for each in FORMER.values())


@pytest.mark.parametrize(
    ("old", "now"), [("刘\ue863", "刘䶮"), ("王\ue81e", "王龴"), ("甲\ue78d", "甲，"), ("a\ue5e5b", "a b")]
)
def test_a_query_finds_either_spelling(old: str, now: str) -> None:
    assert normalise(old) == normalise(now)
    assert aligned(old)[0] == normalise(now)


def test_what_is_to_be_masked_is_found_in_either_spelling() -> None:
    assert masked("刘\ue863，男", ["刘䶮"]) == "■■，男"
    assert masked("刘䶮，男", ["刘\ue863"]) == "■■，男"
    assert legible("刘\ue863")[0] == "刘䶮"


def test_what_stays_private_is_told_with_its_code_its_count_and_an_example() -> None:
    told = private_told(["孙\U000f0001，女", "孙\U000f0001", "李\ue123"])
    assert told == [
        "有 3 个字是造字（专用码位），只有原件的字体能显示，这里显示为空框，也检索不到："
        "U+F0001 2 处，如“孙□，女”；U+E123 1 处，如“李□”。请与原件核对。"
    ]
    assert private_told(["刘䶮"]) == []
    assert "等 7 种" in private_told(["".join(map(chr, range(0xE000, 0xE007)))])[0]
