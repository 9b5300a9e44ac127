"""What titles say that is nearly what was typed."""

import pytest

from indexer.helping.corrections import _alike
from indexer.helping.phrases import Phrases, misspelt

PHRASES = Phrases(
    ["关于印发政府采购管理办法的通知", "车辆购置税征收公告", "车辆购置税征收", "最低生活保障标准", "2019年预算"]
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("车辆购置水征收", ["车辆购置税征收"]),
        ("政付采构管理", ["政府采购管理"]),
        ("最底生活保樟标准", ["最低生活保障标准"]),
        ("政付采购", ["政府采购"]),
        # Too many are wrong, or they are not like those that were meant.
        ("政付采构", []),
        ("车辆购买税征收", []),
        ("税征收公告车辆", []),
        ("收最低生", []),
        ("采购", []),
        ("没有这样的一个题名", []),
    ],
)
def test_characters_replaced_by_some_like_them(typed: str, meant: list[str]) -> None:
    assert PHRASES.written(typed, _alike) == meant


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("zhengfucaigou", "政府采购"),
        ("zhegnfucaigou", "政府采购"),
        ("zhenfucaigu", None),
        ("zhengfucaigoguanlbanfa", "政府采购管理办法"),
        ("zuidishenghuobaozhnag", "最低生活保障"),
        ("cheliangouzhishui", "车辆购置税"),
        ("caigou", "采购"),
        ("caigo", None),
        ("banfadetongzhicheliang", None),
        ("a", None),
    ],
)
def test_pinyin_with_letters_wrong(typed: str, meant: str | None) -> None:
    assert PHRASES.spelt(typed)[:1] == ([meant] if meant else [])


def test_what_occurs_more_often_comes_first_and_nothing_is_in_nothing() -> None:
    assert Phrases(["甲方实现", "乙方时限", "丙方时限"]).spelt("shixian") == ["时限", "实现"]
    for none in (Phrases([]), Phrases(["", "abc"])):
        assert none.spelt("zhengfu") == none.written("政府采购", _alike) == [] and not none.has("政府")


@pytest.mark.parametrize(
    ("typed", "meant", "wrong"),
    [
        ("", "", 0),
        ("ab", "ab", 0),
        ("ab", "ba", 1),
        ("abc", "ac", 1),
        ("abc", "xbc", 1),
        ("abcd", "badc", 2),
        ("a", "abcd", 3),
    ],
)
def test_slips_are_counted(typed: str, meant: str, wrong: int) -> None:
    assert misspelt(typed, meant, 2) == misspelt(meant, typed, 2) == wrong
