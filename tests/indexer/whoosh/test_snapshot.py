"""Looking up the places of documents in an index by their ids."""

import numpy as np

from indexer.engines.whoosh.snapshot import Ids


def test_the_slots_of_those_ids_that_are_there_are_found_rising() -> None:
    ids = Ids([b"dd", b"a", b"ccc"])
    assert ids.slots(["ccc", "dd", "b", "ccccc", "", "é"]).tolist() == [0, 2]
    assert [ids.slot(id) for id in ("dd", "a", "ccc", "c", "cccc")] == [0, 1, 2, None, None]


def test_no_ids_have_no_slots() -> None:
    assert Ids([]).slots(["a"]).tolist() == Ids([b"a"]).slots([]).tolist() == []
    assert Ids([b"a"]).slots(["a"]).dtype == np.intp
