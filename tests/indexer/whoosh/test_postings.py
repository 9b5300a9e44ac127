"""Operations on arrays of documents, compared with the same on sets and dictionaries."""

from collections.abc import Iterable

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from indexer.engines.whoosh.facet_counts import Coded
from indexer.engines.whoosh.postings import Postings

SIZE = 3000
SLOTS = st.one_of(
    st.sets(st.integers(0, SIZE - 1), max_size=12), st.integers(1, 200).map(lambda step: range(0, SIZE, step))
)
SETS = st.sets(st.integers(0, 40), min_size=1)


def _rising(slots: Iterable[int]) -> np.ndarray:
    return np.array(sorted(slots), np.intp)


@given(SLOTS, SLOTS)
def test_a_term_is_met_where_it_stands(standing: Iterable[int], asked: Iterable[int]) -> None:
    slots, wanted = _rising(standing), _rising(asked)
    postings = Postings(slots.astype(np.int32), (slots % 7 + 1).astype(np.float32), SIZE)
    assert postings.slots.tolist() == slots.tolist()
    assert postings.among(wanted).tolist() == sorted(set(slots.tolist()) & set(wanted.tolist()))
    places, weights = postings.meet(wanted)
    met = np.zeros(len(wanted))
    met[places] = weights
    there = set(slots.tolist())
    assert met.tolist() == [slot % 7 + 1 if slot in there else 0 for slot in wanted.tolist()]
    sums = np.zeros(SIZE)
    postings.add_to(sums, 2.5)
    assert sums.nonzero()[0].tolist() == slots.tolist()
    assert postings.occurrences == sum(slot % 7 + 1 for slot in slots.tolist())


@given(st.dictionaries(st.sampled_from("甲乙丙丁"), SETS), SETS)
def test_values_are_counted_and_chosen(having: dict[str, set[int]], asked: set[int]) -> None:
    coded = Coded.of_postings({value: _rising(slots) for value, slots in having.items()}, 41)
    counts = {value: len(slots & asked) for value, slots in having.items()}
    assert coded.counts(_rising(asked)) == {value: count for value, count in counts.items() if count}
    for value, slots in having.items():
        assert coded.having(frozenset({value, "戊"})).nonzero()[0].tolist() == sorted(slots)
