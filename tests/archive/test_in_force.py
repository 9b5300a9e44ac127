"""The rule for a document's validity on a day, given what is known of it."""

from datetime import date

import pytest

from archive.document import Validity
from archive.in_force import Turn, boundaries, on

DAY = date(2025, 6, 1)
BEFORE, AFTER = date(2025, 5, 31), date(2025, 6, 2)
IN, NOT_YET, AMENDED, REPEALED, EXPIRED = (
    *(Validity.IN_FORCE, Validity.NOT_YET, Validity.AMENDED, Validity.REPEALED),
    Validity.EXPIRED,
)


@pytest.mark.parametrize(
    ("stated", "effective_on", "expires_on", "turns", "validity"),
    [
        (None, None, None, [], None),
        (IN, None, None, [], IN),
        (IN, None, DAY, [], IN),
        (IN, None, BEFORE, [], EXPIRED),
        (None, None, BEFORE, [], EXPIRED),
        (REPEALED, None, BEFORE, [], REPEALED),
        (None, AFTER, None, [], NOT_YET),
        (IN, AFTER, None, [], NOT_YET),
        (None, DAY, None, [], None),
        (NOT_YET, DAY, None, [], IN),
        (NOT_YET, AFTER, None, [], NOT_YET),
        (IN, None, None, [Turn(REPEALED, DAY)], REPEALED),
        (IN, None, None, [Turn(REPEALED, AFTER)], IN),
        (IN, None, BEFORE, [Turn(AMENDED, date(2024, 1, 1))], EXPIRED),
        (IN, None, AFTER, [Turn(AMENDED, date(2024, 1, 1))], AMENDED),
        # renewed before it expired (到期前续期)
        (IN, None, BEFORE, [Turn(IN, date(2025, 5, 1), AFTER)], IN),
        (IN, None, BEFORE, [Turn(IN, date(2025, 5, 1), date(2025, 5, 20))], EXPIRED),
        # The latest day counts, whatever the order of recording. For the same day, the last record counts.
        (IN, None, None, [Turn(REPEALED, BEFORE), Turn(AMENDED, date(2020, 1, 1))], REPEALED),
        (IN, None, None, [Turn(REPEALED, BEFORE), Turn(IN, BEFORE)], IN),
    ],
)
def test_the_validity_on_a_day(
    stated: Validity | None,
    effective_on: date | None,
    expires_on: date | None,
    turns: list[Turn],
    validity: Validity | None,
) -> None:
    assert on(DAY, stated, effective_on, expires_on, turns) == validity


def test_the_days_on_which_it_may_turn() -> None:
    assert boundaries(DAY, None, [Turn(IN, BEFORE, AFTER)]) == {DAY, BEFORE, date(2025, 6, 3)}
    assert boundaries(None, DAY, []) == {AFTER}
    assert boundaries(None, None, []) == set()
