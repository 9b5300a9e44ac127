"""Numbers of letters: none given twice, whatever was voided and whoever else takes one at the same moment."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as some

from archive.errors import BadLetters
from archive.registers.requests.numbers import Pattern, give, is_number

PATTERN = Pattern("云依申请复〔{{年}}〕{{序号}}号")


class Kept:
    """A table of numbers, in which others take the numbers in ``before`` just before each try."""

    def __init__(self, taken: Iterable[int] = (), before: Iterable[int] = ()) -> None:
        self.taken = set(taken)
        self.before = list(before)

    def given(self, pattern: Pattern, year: int) -> Iterable[int]:
        return tuple(self.taken)

    def take(self, pattern: Pattern, year: int, serial: int) -> bool:
        if self.before:
            self.taken.add(self.before.pop(0))
        if serial in self.taken:
            return False
        self.taken.add(serial)
        return True


@given(some.sets(some.integers(1, 50)), some.lists(some.integers(1, 60), max_size=8))
def test_a_number_is_above_all_that_were_ever_given(taken: set[int], before: list[int]) -> None:
    kept = Kept(taken, before)
    number = give(kept, PATTERN, 2026)
    read = PATTERN.read(number)
    assert read and read[0] == 2026
    assert read[1] not in taken and read[1] > max(taken, default=0)
    assert read[1] in kept.taken


def test_a_gap_stays_and_a_rival_gets_another() -> None:
    assert give(Kept({1, 2, 5}), PATTERN, 2026) == "云依申请复〔2026〕6号"
    assert give(Kept({1, 2, 5}, before=[6]), PATTERN, 2026) == "云依申请复〔2026〕7号"


@given(some.integers(1000, 2999), some.integers(1, 999_999))
def test_what_is_written_is_read_again(year: int, serial: int) -> None:
    assert PATTERN.read(PATTERN.written(year, serial)) == (year, serial)


@pytest.mark.parametrize(
    "number", ["", "云依申请复〔2026〕05号", "云依申请复[2026]5号", "云依复〔2026〕5号", "云依申请复〔2026〕5号 "]
)
def test_another_number_is_none_of_the_series(number: str) -> None:
    assert PATTERN.read(number) is None


@pytest.mark.parametrize(
    "text", ["", "复{{年}}号", "复{{序号}}号", "复{{年}}{{年}}〕{{序号}}", "复1〔{{年}}〕{{序号}}", "{{序号}}{{年}}"]
)
def test_a_pattern_that_could_not_be_read_again_is_refused(text: str) -> None:
    with pytest.raises(BadLetters):
        Pattern(text)


def test_what_the_office_writes_is_a_number_and_a_name_is_none() -> None:
    own = Pattern("云政信公〔{{年}}〕{{序号}}号")
    assert is_number("云政信公〔2026〕3号", (PATTERN, own))
    for other in ("云政信公〔2026〕3号", "云政信公〔2026〕03号", "张三丰〔2026〕3号", "张三丰"):
        assert not is_number(other, (PATTERN,))
    # A number that no column could hold is no series.
    with pytest.raises(BadLetters, match="太长"):
        Pattern("云" * 28 + "〔{{年}}〕{{序号}}号")
