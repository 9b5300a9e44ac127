"""Pickles in an index are read as data. None of them runs."""

import array
import os
import pickle
import random
import re
import sys
from collections import defaultdict
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from whoosh.codec.whoosh3 import W3Codec, W3Segment

from archive.store import canonical
from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.engine import SearchRequest
from indexer.engines.whoosh import blocks, pickles
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.engines.whoosh.pickles import Made, Malformed, Name
from indexer.errors import IndexDamaged
from indexer.fields import entry
from tests.conftest import make_document

NUMBERS = st.one_of(st.integers(-(1 << 31), (1 << 31) - 1), st.floats(allow_nan=False), st.booleans(), st.none())
PLAIN = st.recursive(
    st.one_of(NUMBERS, st.binary(max_size=300), st.text(max_size=300)),
    lambda inner: st.one_of(
        st.lists(inner), st.lists(inner).map(tuple), st.dictionaries(st.text(), inner), st.sets(st.integers(0, 1 << 17))
    ),
    max_leaves=20,
)


def read(data: bytes) -> object:
    return pickles.read(data, 0)[0]


@given(PLAIN, st.sampled_from((4, 5)))
def test_plain_values_are_read_as_they_were_written(value: object, protocol: int) -> None:
    assert read(pickle.dumps(value, protocol)) == value


@given(st.recursive(st.one_of(NUMBERS, st.text()), lambda inner: st.lists(inner).map(tuple)), st.sampled_from((2, 3)))
def test_older_protocols_write_numbers_and_tuples_alike(value: object, protocol: int) -> None:
    """Entries are of protocol 2 and blocks of protocol 3. There, bytes and sets are calls."""
    assert read(pickle.dumps(value, protocol)) == value


def test_what_a_pickle_would_make_is_only_noted() -> None:
    segment = W3Segment(W3Codec(), "MAIN", 5, deleted={1, 3})
    segment._fieldlengths = defaultdict(int)
    read_again = read(pickle.dumps([segment], pickle.HIGHEST_PROTOCOL))
    assert isinstance(read_again, list)
    (noted,) = read_again
    assert isinstance(noted, Made)
    assert noted.maker == Name("whoosh.codec.whoosh3", "W3Segment")
    assert isinstance(noted.state, dict)
    assert (noted.state["_doccount"], noted.state["_deleted"]) == (5, {1, 3})


class Runs:
    """A pickle of it makes a file in the current folder when it is loaded."""

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return os.system, (f"touch {RAN}",)


RAN = Path("ran")
PAYLOAD = pickle.dumps(Runs(), 2)


@pytest.mark.parametrize(
    "bytes_",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"\x80\x03K", id="breaks off in a number"),
        pytest.param(b"\x80\x03B\xff\xff\xff\x7fab.", id="bytes that are not there"),
        pytest.param(b"\x80\x03(((", id="never stops"),
        pytest.param(b"\x80\x03t.", id="a tuple of no mark"),
        pytest.param(b"\x80\x03\x87.", id="a tuple of what was not put"),
        pytest.param(b"\x80\x03h\x07.", id="recalls what was not remembered"),
        pytest.param(b"\x80\x03K\x01r\xff\xff\xff\xffK\x02.", id="two values, and a memory of billions"),
        pytest.param(b"\x80\x04K\x01K\x02R.", id="calls a number"),
        pytest.param(b"\x80\x04}K\x01K\x02s.", id="a key that is no text"),
        pytest.param(b"\x80\x04\x8f(\x8c\x01a\x90.", id="a set of text"),
        pytest.param(b"cos\nsystem", id="a name that breaks off"),
        pytest.param(b"I1\n.", id="an instruction that no file of ours has"),
        pytest.param(b"\x80\x02X\x02\x00\x00\x00\xff\xff.", id="text that is none"),
    ],
)
def test_what_is_no_pickle_of_ours_is_malformed(bytes_: bytes) -> None:
    with pytest.raises(Malformed):
        read(bytes_)


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_malformed(data: bytes) -> None:
    for reads in (read, blocks.decode, blocks.decode_inline, blocks.decode_entry):
        try:
            reads(data)
        except Malformed:
            pass


def test_a_pickle_that_remembers_in_billions_takes_no_memory() -> None:
    assert read(b"\x80\x02K\x01r\xff\xff\xff\xff.") == 1


# --- a whole index ---


@pytest.fixture
def folder(tmp_path: Path, analyzer: Analyzer) -> Path:
    """An index of two generations. Postings of some terms are a block, those of others stand in their entry."""
    with closing(WhooshEngine(tmp_path / "index", analyzer)) as engine:
        with engine.rebuilding() as writer:
            for at in range(20):
                season = "春季" if at % 3 == 0 else ""
                writer.put(entry(make_document(f"d{at:03}", f"关于第{at}件水利工程{season}的通知"), analyzer))
        with engine.writing() as writer:
            writer.put(entry(make_document("d100", "后到的水利工程公告"), analyzer))
            writer.remove("d003")
    return tmp_path / "index"


@pytest.fixture
def unpickled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The name of each way by which anything was unpickled; it goes on, so that a forged pickle would run."""
    used: list[str] = []

    def watch(owner: Any, name: str, way: str) -> None:
        real = getattr(owner, name)

        def watched(*arguments: Any, **named: Any) -> Any:
            # A module of the program that is imported only now is no file of an index.
            if "importlib" not in sys._getframe(1).f_code.co_filename:
                used.append(way)
            return real(*arguments, **named)

        monkeypatch.setattr(owner, name, watched)

    import marshal

    import whoosh.codec.whoosh3
    import whoosh.columns
    import whoosh.compat
    import whoosh.filedb.structfile
    import whoosh.formats

    for name in ("loads", "load", "Unpickler", "_loads", "_load", "_Unpickler"):
        watch(pickle, name, f"pickle.{name}")
    for module in (whoosh.codec.whoosh3, whoosh.columns, whoosh.compat, whoosh.formats):
        watch(module, "loads", f"{module.__name__}.loads")
    watch(whoosh.filedb.structfile, "load_pickle", "whoosh.filedb.structfile.load_pickle")
    for name in ("loads", "load"):
        watch(marshal, name, f"marshal.{name}")
    return used


def _use(folder: Path, analyzer: Analyzer) -> None:
    """Do all that is done with an index: open it, search it, explain, list its words, change and merge it."""
    with closing(WhooshEngine(folder, analyzer)) as engine:
        engine.verify()
        found = engine.search(SearchRequest(query=parse("水利工程 通知"), facets=("issuer",)))
        assert found.total == 19
        assert engine.explain(SearchRequest(query=parse("水利工程")), found.hits[0].id) is not None
        assert engine.search(SearchRequest(query=parse("“的水利工程公告”"))).total == 1
        assert engine.vocabulary().words()["水利"] >= 20
        assert engine.vocabulary().numbers is not None
        with engine.writing() as writer:
            for at in range(15):
                writer.remove(f"d{at:03}")
            writer.put(entry(make_document("d101", "另一件水利工程公告"), analyzer))
        assert engine.search(SearchRequest(query=parse("水利工程"))).total == 7


def test_nothing_of_an_index_is_unpickled(folder: Path, analyzer: Analyzer, unpickled: list[str]) -> None:
    pickle.loads(pickle.dumps(1))  # noqa: S301  # our own
    assert unpickled == ["pickle.loads"], "the watch itself"
    _use(folder, analyzer)
    assert unpickled == ["pickle.loads"]


def _own(path: Path) -> None:
    """Give a generation a file of its own, where it shared one with another."""
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)


def _seal(generation: Path) -> None:
    """Write the manifest that would belong to the files as they now are."""
    import hashlib
    import json

    path = generation / "MANIFEST.json"
    about = json.loads(path.read_text(encoding="utf-8"))
    del about["sha256"]
    about["files"] = {
        name: hashlib.sha256((generation / name).read_bytes()).hexdigest() for name in sorted(about["files"])
    }
    path.write_text(json.dumps({**about, "sha256": canonical.digest(about)}), encoding="utf-8")


def _blocks(generation: Path) -> None:
    """Put the payload where each block has its first pickle."""
    for path in generation.glob("*.pst"):
        data = bytearray(path.read_bytes())
        for match in re.finditer(b"W3Bl", bytes(data)):
            data[match.end() + 4 : match.end() + 4 + len(PAYLOAD)] = PAYLOAD
        path.write_bytes(data)


def _entries(generation: Path) -> None:
    """Put the payload where postings stand in an entry, if there is room."""
    for path in generation.glob("*.trm"):
        data = path.read_bytes()
        # Only a tuple of more than three begins with a mark.
        inline = re.compile(rb"\x80\x02\((?:K.){4,7}tq\x00\((?:G.{8}){4,7}tq\x01\)\x87q\x02\.", re.DOTALL)
        forged = inline.sub(lambda match: PAYLOAD.ljust(len(match[0]), b"\0"), data)
        assert forged != data or b"d100" in data or generation.name != "00000001"
        path.write_bytes(forged)


def _extras(generation: Path) -> None:
    """Put the payload at the end of each term dictionary."""
    for path in generation.glob("*.trm"):
        data = path.read_bytes()
        size = int.from_bytes(data[-4:], "big")
        path.write_bytes(data[: -4 - size] + PAYLOAD.ljust(size, b"\0") + data[-4:])


def _contents(generation: Path) -> None:
    """Put the payload where the table of contents lists the segments."""
    (path,) = generation.glob("*.toc")
    data = path.read_bytes()
    at = data.rindex(b"\x80" + bytes([pickle.HIGHEST_PROTOCOL]))
    path.write_bytes(data[:at] + PAYLOAD)


FORGERIES = [_blocks, _entries, _extras, _contents]


@pytest.mark.parametrize("forge", FORGERIES)
def test_a_forged_index_is_damaged_and_runs_nothing(
    forge: Callable[[Path], None],
    folder: Path,
    analyzer: Analyzer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """With a manifest that fits, so that nothing but the reader stands in the way; and no former generation."""
    monkeypatch.chdir(tmp_path)
    for generation in (folder / "generations").iterdir():
        for path in generation.iterdir():
            _own(path)
        forge(generation)
        _seal(generation)
    with closing(WhooshEngine(folder, analyzer)) as engine, pytest.raises(IndexDamaged):
        engine.search(SearchRequest(query=parse("春季水利工程 通知"), facets=("issuer",)))
    with closing(WhooshEngine(folder, analyzer)) as engine, pytest.raises(IndexDamaged), engine.writing() as writer:
        for at in range(15):
            writer.remove(f"d{at:03}")
    assert not RAN.exists()


def test_the_forgeries_would_run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What Whoosh itself does with such an index."""
    from whoosh import index as whoosh_index

    monkeypatch.chdir(tmp_path)
    _contents((folder / "current").resolve())
    with pytest.raises(Exception):  # noqa: B017  # whatever comes of it, the command ran
        whoosh_index.open_dir(str((folder / "current").resolve())).reader()
    assert RAN.exists()


def test_a_block_overwritten_under_an_open_index_makes_way_for_the_former_generation(
    folder: Path, analyzer: Analyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with closing(WhooshEngine(folder, analyzer)) as engine:
        live = (folder / "current").resolve()
        assert engine.generation() == live.name
        # The first segment is shared with the former generation: only what is overwritten must be its own.
        for path in live.iterdir():
            _own(path)
        engine.close()
        assert engine.count() == 20
        _blocks(live)
        _entries(live)
        assert engine.search(SearchRequest(query=parse("水利工程"))).total == 20
        assert engine.generation() != live.name
        assert not RAN.exists()
        # The next build is taken up as ever.
        with engine.rebuilding() as writer:
            writer.put(entry(make_document("d200", "重建的水利工程"), analyzer))
        assert engine.search(SearchRequest(query=parse("水利工程"))).total == 1


@pytest.mark.alike
@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_index_is_answered_or_damaged(seed: int, folder: Path, analyzer: Analyzer) -> None:
    """Any bytes anywhere, under a manifest that fits: never another error than that the index is damaged."""
    live = (folder / "current").resolve()
    chance = random.Random(seed)  # noqa: S311  # harm to try, not a secret
    path = chance.choice(sorted(path for path in live.iterdir() if path.name != "MANIFEST.json"))
    data = bytearray(path.read_bytes())
    if not data:
        return
    for _ in range(chance.choice((1, 8, 64))):
        data[chance.randrange(len(data))] = chance.randrange(256)
    _own(path)
    path.write_bytes(data)
    _seal(live)
    with closing(WhooshEngine(folder, analyzer)) as engine:
        try:
            for typed in ("水利工程 通知", "“水利工程的通知”", "水", "3号", "标题:水利 -公告"):
                engine.search(SearchRequest(query=parse(typed), facets=("issuer", "genre")))
            engine.vocabulary().words()
            assert engine.vocabulary().numbers is not None
            with engine.writing() as writer:
                for at in range(15):
                    writer.remove(f"d{at:03}")
        except IndexDamaged:
            pass


@pytest.mark.parametrize("suffix", [".tri", ".text.col", ".pst", ".trm"])
@pytest.mark.parametrize("left", [0, 1, 2])
def test_an_index_of_a_truncated_file_is_answered_or_damaged(
    suffix: str, left: int, folder: Path, analyzer: Analyzer
) -> None:
    """Files are mapped, and beyond a mapping's end nothing may be read: it would end the process."""
    live = (folder / "current").resolve()
    for path in live.glob(f"*{suffix}"):
        _own(path)
        os.truncate(path, path.stat().st_size * left // 3)
    _seal(live)
    with closing(WhooshEngine(folder, analyzer)) as engine:
        try:
            for typed in ("水利工程 通知", "“水利工程的通知”", "“利工”", "水"):
                engine.search(SearchRequest(query=parse(typed), facets=("issuer",)))
        except IndexDamaged:
            return
    # Only postings and columns are not read as a whole at opening.
    assert suffix not in (".tri", ".text.col") or engine.generation() != live.name


def test_numbers_that_are_stored_as_arrays_are_read_in_either_byte_order() -> None:
    little = pickle.dumps(array.array("H", [1, 258]), 3)
    big = little.replace(b"K\x02C\x04\x01\x00\x02\x01", b"K\x03C\x04\x00\x01\x01\x02")
    assert little != big
    for stored in (little, big):
        numbers, end = blocks._array(stored, 2)
        assert isinstance(numbers, np.ndarray)
        assert (numbers.tolist(), stored[end:]) == ([1, 258], b".")
    # Another kind of array, one that breaks off, and no array.
    for stored in (little.replace(b"K\x02C", b"K\x12C"), little[:-9], b"\x80\x03K\x01."):
        with pytest.raises((Malformed, LookupError, ValueError)):
            blocks._array(stored, 2)
    assert pickles.read(pickle.dumps(7, 2) + b"more", 0) == (7, 5)
