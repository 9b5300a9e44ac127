"""Looking words up by their pinyin spelling."""

import random
from itertools import islice

import pytest

from indexer.helping.pinyin import near, readings, syllables_of
from indexer.helping.spelling import SAME_KEPT, Spellings

# Some have several readings (行, 重, 长, 乐), some sound alike, and one has no reading.
CHARACTERS = "行重长乐政务公开工功宫公共恭征证正整县先现献临林邻沭术树\u3007\u9fff"


def _made_up(count: int) -> list[str]:
    chance = random.Random(3)  # noqa: S311  # made-up words
    words = ("".join(chance.choices(CHARACTERS, k=chance.randint(2, 6))) for _ in range(count))
    return list(dict.fromkeys(words))


WORDS = _made_up(3000)
SPELLINGS = Spellings(WORDS)
CHOSEN = WORDS[:300]


def _alike(spelling: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(near, spelling))


@pytest.mark.parametrize("word", CHOSEN[:60])
def test_a_word_is_near_all_that_can_be_read_nearly_as_it(word: str) -> None:
    for spelling in syllables_of(word, 4):
        wanted = {each for each in WORDS if _alike(spelling) in map(_alike, syllables_of(each, 2))}
        assert set(SPELLINGS.near(spelling)) == wanted


@pytest.mark.parametrize("word", CHOSEN[:60])
def test_the_first_words_of_some_letters_are_found_and_second_readings_after_them(word: str) -> None:
    for spelling in syllables_of(word, 2):
        letters = "".join(spelling)
        wanted = [
            each
            for at in range(2)
            for each in WORDS
            if letters == "".join(next(islice(syllables_of(each, 2), at, None), ()))
        ]
        assert SPELLINGS.sounding(letters) == list(dict.fromkeys(wanted))[:SAME_KEPT]


def test_the_first_words_of_some_initials_are_found_but_not_words_of_two_characters() -> None:
    known = [word for word in WORDS if len(word) > 2 and all(map(readings, word))]
    for word in known[:200]:
        letters = "".join(readings(each)[0][0] for each in word)
        wanted = [each for each in known if letters == "".join(readings(one)[0][0] for one in each)]
        assert SPELLINGS.initialled(letters) == wanted[:SAME_KEPT]
    assert SPELLINGS.initialled("zw") == []


def test_a_long_word_is_found_by_what_is_left_without_any_of_its_characters() -> None:
    for word in CHOSEN:
        for at in range(len(word)):
            piece = word[:at] + word[at + 1 :]
            wanted = {
                each
                for each in WORDS
                if len(each) == len(piece) + 1 > 3 and piece in (each[:at] + each[at + 1 :] for at in range(len(each)))
            }
            assert set(SPELLINGS.lacking(piece)) == wanted


def test_of_no_words_none_is_found() -> None:
    nothing = Spellings([])
    assert nothing.near(("zheng",)) == nothing.lacking("政务公") == nothing.sounding("zheng") == []
    assert Spellings(["\u9fff\u9fff"]).sounding("") == []
