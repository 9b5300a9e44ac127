"""Finding runs of characters in titles, compared with Python's own search."""

from hypothesis import given
from hypothesis import strategies as st

from indexer import relevance
from indexer.engines.whoosh.titles import Titles

# Some of these characters have the same lower 16 bits.
TEXT = st.text("信息公开报告abc\u4fe1\U00014fe1 ", max_size=12)


@given(st.lists(TEXT, min_size=1, max_size=20), st.lists(TEXT, max_size=3))
def test_runs_are_found_and_cover(titles: list[str], runs: list[str]) -> None:
    index = Titles(titles)
    assert index.covered(runs).tolist() == [relevance.covered(title, runs) for title in titles]
    for run in runs:
        if run:
            assert index.having(run).tolist() == [run in title for title in titles]
