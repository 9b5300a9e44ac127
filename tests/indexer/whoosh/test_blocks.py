"""Posting blocks: what is written can be read back, by this program and by plain Whoosh."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from whoosh.codec.whoosh3 import W3LeafMatcher
from whoosh.filedb.structfile import BufferFile
from whoosh.formats import Existence

from indexer.engines.whoosh import blocks

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
