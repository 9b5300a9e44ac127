"""Finding runs of characters by the places of their trigrams."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from indexer.engines.whoosh.segment import ENCODING
from indexer.engines.whoosh.trigrams import Trigrams, Units, encode


def units(text: str) -> Units:
    return np.frombuffer(text.encode(ENCODING), "<u2")


def trigrams(text: str) -> Trigrams:
    return Trigrams(np.concatenate(encode(units(text))), units(text))


@given(st.text("公开条𝟓\n", max_size=60), st.text("公开条𝟓\n", min_size=1, max_size=9))
@settings(deadline=None)
def test_a_run_is_found_at_every_place(text: str, run: str) -> None:
    wanted = units(run).tolist()
    standing = units(text).tolist()
    places = [at for at in range(len(standing)) if standing[at : at + len(wanted)] == wanted]
    # Two characters at the very end begin no trigram. Every text of an index ends with a line break.
    if len(wanted) == 2:
        places = [at for at in places if at < len(standing) - 2]
    assert trigrams(text).places(units(run)).tolist() == places


def test_many_buckets_are_filled() -> None:
    chance = np.random.default_rng(1)
    text = chance.integers(0x4E00, 0x9FFF, 40_000, np.uint16)
    found = Trigrams(np.concatenate(encode(text)), text)
    for at in chance.integers(0, len(text) - 7, 50).tolist():
        for length in range(2, 7):
            run = text[at : at + length]
            assert at in found.places(run).tolist()


@pytest.mark.parametrize("harm", ["another file", "another size", "other texts"])
def test_a_file_that_is_none_or_of_other_texts_is_refused(harm: str) -> None:
    text = units("信息公开条例" * 10)
    stored = np.concatenate(encode(text))
    if harm == "another file":
        stored[0] = 1
    elif harm == "another size":
        stored = stored[:-1]
    else:
        text = text[1:]
    with pytest.raises(ValueError, match="places"):
        Trigrams(stored, text)
