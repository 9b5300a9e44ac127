"""Posting blocks: what is written can be read back, by this program and by plain Whoosh."""

import pickle

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.filedb.structfile import BufferFile
from whoosh.formats import Existence

from indexer.engines.whoosh import blocks
from indexer.engines.whoosh.pickles import Malformed

HALVES = st.integers(1, 1 << 23).map(lambda half: half / 2)
WEIGHTS = st.one_of(st.just(1.0), st.just(2.5), st.integers(1, 255).map(float), HALVES)
POSTINGS = st.dictionaries(st.integers(0, (1 << 17) - 1), WEIGHTS, min_size=1, max_size=300)


def _block(postings: dict[int, float]) -> bytes:
    numbers = np.array(sorted(postings), np.uint32)
    weights = np.array([postings[number] for number in sorted(postings)], np.float32)
    distances = np.diff(numbers, prepend=np.uint32(0))
    return blocks.encode(distances, weights, int(numbers[-1]), float(weights.max()))


@given(POSTINGS)
def test_a_block_holds_what_was_put_into_it(postings: dict[int, float]) -> None:
    numbers, weights = blocks.decode(_block(postings))
    assert dict(zip(numbers.tolist(), weights.tolist(), strict=True)) == postings
    assert numbers.tolist() == sorted(postings)


@given(POSTINGS)
def test_whoosh_reads_a_block(postings: dict[int, float]) -> None:
    block = _block(postings)
    matcher = W3LeafMatcher(BufferFile(block), 0, len(block), Existence())
    found = {}
    while matcher.is_active():
        found[matcher.id()] = float(matcher.weight())
        matcher.next()
    assert found == postings
    assert matcher.block_max_weight() == max(postings.values())


def test_common_terms_take_two_bytes_a_posting() -> None:
    block = _block({number: 1.0 + number % 3 for number in range(10_000)})
    assert len(block) < 20_100


@given(st.dictionaries(st.integers(0, (1 << 17) - 1), WEIGHTS, min_size=1, max_size=blocks.INLINE))
def test_few_postings_stand_in_the_entry(postings: dict[int, float]) -> None:
    about = blocks.entry(len(postings), min(postings), max(postings), sum(postings.values()), max(postings.values()))
    about.set_inlined(sorted(postings), [postings[number] for number in sorted(postings)], ())
    stored = about.to_bytes()
    found = blocks.decode_entry(stored)
    assert found.frequency == blocks.frequency(stored) == len(postings)
    numbers, weights = blocks.decode_inline(found.inline)
    assert dict(zip(numbers.tolist(), weights.tolist(), strict=True)) == postings


@pytest.mark.parametrize(
    "postings",
    [
        ((), (), ()),
        ((1, 2), (1.0,), ()),
        ((2, 1), (1.0, 1.0), ()),
        ((1, 1), (1.0, 1.0), ()),
        ((-1,), (1.0,), ()),
        ((1,), (-1.0,), ()),
        ((1,), (float("nan"),), ()),
        ((1,), (float("inf"),), ()),
        ((1,), (1.0,), (1,)),
        ((1.0,), (1.0,), ()),
        (("1",), (1.0,), ()),
    ],
)
def test_what_is_no_postings_is_malformed(postings: object) -> None:
    with pytest.raises(Malformed):
        blocks.decode_inline(pickle.dumps(postings, 2))
