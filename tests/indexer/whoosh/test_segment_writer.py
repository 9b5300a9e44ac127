import numpy as np
import pytest

from indexer import reading
from indexer.engines.whoosh.segment_writer import _passages


@pytest.mark.parametrize("text", ["", "公开", "政务公开，" * 40 + "\n条例\n", ("甲𠀀乙，" * 30 + "\n𠀀\n") * 9])
def test_passages_end_at_the_units_of_the_encoding_that_the_text_is_stored_in(text: str) -> None:
    expected = [len(text[:end].encode("utf-16-le")) // 2 for end in reading.passage_ends(text)]
    assert np.frombuffer(_passages(text), "<u4").tolist() == expected
