"""Changing an index: sharing and merging segments, and resuming a build that was interrupted."""

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from whoosh import index as whoosh_index
from whoosh.query import Term

from archive.document import Document
from indexer import facets
from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.engine import SearchRequest
from indexer.engines import manifest
from indexer.engines.generations import Generations
from indexer.engines.memory import MemoryEngine
from indexer.engines.whoosh import index_writer, workers
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.errors import IndexingStopped
from indexer.fields import entry
from indexer.lexicon import Lexicon
from tests.conftest import make_document

QUERIES = ("公开", "信息公开 条例", "“政府信息”", "水", "3号", "标题:信息", "云溪县第2局 -条例", "")


def _document(at: int, version: int = 1) -> Document:
    return make_document(
        f"d{at:04}",
        f"关于第{at}件政府信息公开条例的通知",
        f"第{version}版。" + "政府信息，公开条例；" * (at % 5 + 1) + "水利工程" * (at % 3),
        number=f"云政发〔2019〕{at}号",
        issuer=f"云溪县第{at % 4}局",
    )


def _documents(count: int) -> list[Document]:
    return [_document(at) for at in range(count)]


@pytest.fixture
def engine(tmp_path: Path, analyzer: Analyzer) -> Iterator[WhooshEngine]:
    with closing(WhooshEngine(tmp_path / "index", analyzer)) as engine:
        yield engine


def _segments(folder: Path) -> list[Path]:
    return sorted((folder / "index" / "current").resolve().glob("*.trm"))


def _assert_same(engine: WhooshEngine, documents: list[Document], analyzer: Analyzer) -> None:
    """Check that the engine answers like one that holds exactly these documents."""
    reference = MemoryEngine(analyzer)
    with reference.rebuilding() as writer:
        for document in documents:
            writer.put(entry(document, analyzer))
    assert engine.count() == len(documents)
    for typed in QUERIES:
        request = SearchRequest(query=parse(typed), facets=facets.NAMES, limit=len(documents))
        expected, got = reference.search(request), engine.search(request)
        assert [hit.id for hit in got.hits] == [hit.id for hit in expected.hits], typed
        assert (got.total, got.facets) == (expected.total, expected.facets), typed


def test_plain_whoosh_reads_the_index(engine: WhooshEngine, analyzer: Analyzer, tmp_path: Path) -> None:
    documents = _documents(30)
    with engine.rebuilding() as writer:
        for document in documents:
            writer.put(entry(document, analyzer))
    entries = [entry(document, analyzer) for document in documents]
    plain = whoosh_index.open_dir(str((tmp_path / "index" / "current").resolve()))
    with closing(plain.reader()) as reader:
        ids = [id.decode() for id in reader.column_reader("id", translate=False)]
        for field, word in (("words", "条例"), ("grams", "息公"), ("words", "水利工程"), ("issuer", "云溪县第3局")):
            matcher = reader.postings(field, word)
            found = {}
            while matcher.is_active():
                found[ids[matcher.id()]] = float(matcher.weight())
                matcher.next()
            weights = {each.id: getattr(each, field, {}) for each in entries}
            if field == "issuer":
                weights = {each.id: dict.fromkeys(each.facets["issuer"], 1.0) for each in entries}
            assert found == {id: terms[word] for id, terms in weights.items() if word in terms}
    with plain.searcher() as searcher:
        assert len(searcher.search(Term("words", "条例"), limit=None)) == 30


def test_a_night_adds_a_segment_and_shares_the_others(engine: WhooshEngine, analyzer: Analyzer, tmp_path: Path) -> None:
    with engine.rebuilding() as writer:
        assert list(writer.put_all(_documents(40)))[-1] == 40
    before = {path.name: path.stat().st_ino for path in _segments(tmp_path)}
    with engine.writing() as writer:
        writer.put(entry(_document(7, version=2), analyzer))
        writer.remove("d0003")
    after = {path.name: path.stat().st_ino for path in _segments(tmp_path)}
    assert before.items() < after.items()
    assert len(after) == len(before) + 1
    documents = [_document(at, version=2 if at == 7 else 1) for at in range(40) if at != 3]
    _assert_same(engine, documents, analyzer)


def test_small_segments_are_merged_and_dead_ones_go(engine: WhooshEngine, analyzer: Analyzer, tmp_path: Path) -> None:
    documents = _documents(60)
    most = 0
    for at, document in enumerate(documents):
        with engine.writing() as writer:
            writer.put(entry(document, analyzer))
            if at % 7 == 6:
                writer.remove(documents[at - 3].id)
        most = max(most, len(_segments(tmp_path)))
    assert most <= 2 * index_writer._SIDE_BY_SIDE
    left = [document for at, document in enumerate(documents) if (at + 3) % 7 != 6 or at + 3 >= 60]
    _assert_same(engine, left, analyzer)
    with engine.writing() as writer:
        for document in left:
            writer.remove(document.id)
    assert not _segments(tmp_path)
    assert engine.search(SearchRequest()).total == 0


def test_what_is_put_twice_is_there_once_across_segments(
    engine: WhooshEngine, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_writer, "SEGMENT_POSTINGS", 1000)
    with engine.rebuilding() as writer:
        for version in (1, 2):
            for at in range(30):
                writer.put(entry(_document(at, version), analyzer))
    _assert_same(engine, [_document(at, version=2) for at in range(30)], analyzer)


def test_many_processes_write_what_one_does(
    engine: WhooshEngine, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if workers.processors() < 2:
        pytest.skip("one processor")
    monkeypatch.setattr(index_writer, "_FEW", 10)
    monkeypatch.setattr(index_writer, "SEGMENT_POSTINGS", 4000)
    documents = _documents(200)
    with engine.rebuilding() as writer:
        assert list(writer.put_all(documents))[-1] == 200
        assert writer.last_put
    _assert_same(engine, documents, analyzer)


def test_a_process_that_dies_is_an_error_and_the_index_is_as_it_was(
    engine: WhooshEngine, analyzer: Analyzer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if workers.processors() < 2:
        pytest.skip("one processor")
    with engine.rebuilding() as writer:
        list(writer.put_all(_documents(5)))
    monkeypatch.setattr(index_writer, "_FEW", 10)
    taken = iter(_documents(200))

    def dying() -> Iterator[Document]:
        for at, document in enumerate(taken):
            if at == 60:
                writer_pools[0].submit(os._exit, 1)
            yield document

    writer_pools = []
    opened = workers.Workers.__init__

    def remember(self: workers.Workers, folder: Path, lexicon: Lexicon, postings: int) -> None:
        opened(self, folder, lexicon, postings)
        writer_pools.extend(self._pools)

    monkeypatch.setattr(workers.Workers, "__init__", remember)
    with pytest.raises(IndexingStopped), engine.rebuilding() as writer:
        list(writer.put_all(dying()))
    assert engine.count() == 5


class _Interrupted(BaseException):
    pass


def test_a_rebuild_that_was_stopped_goes_on(
    engine: WhooshEngine, analyzer: Analyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_writer, "SEGMENT_POSTINGS", 2000)
    documents = _documents(60)
    with pytest.raises(_Interrupted), engine.rebuilding() as writer:
        writer.mark(8)
        for document in documents[:50]:
            writer.put(entry(document, analyzer))
        raise _Interrupted
    with engine.writing() as writer:
        # A nightly update in between neither uses the unfinished build nor removes it.
        writer.put(entry(documents[0], analyzer))
    with engine.rebuilding() as writer:
        assert writer.cursor == 8
        assert "d0000" < writer.last_put < "d0050"
        assert 0 < writer.count == int(writer.last_put[1:]) + 1
        rest = [document for document in documents if document.id > writer.last_put]
        list(writer.put_all(rest))
    _assert_same(engine, documents, analyzer)
    assert not list((tmp_path / "index" / "generations").glob("building-*"))


def test_a_rebuild_that_was_stopped_after_its_end_is_not_kept_for_a_next_one(
    engine: WhooshEngine, analyzer: Analyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(generations: Generations, building: Path) -> None:
        raise _Interrupted

    with monkeypatch.context() as patch:
        patch.setattr(Generations, "_promote", stop)
        with pytest.raises(_Interrupted), engine.rebuilding() as writer:
            list(writer.put_all(_documents(3)))
    generations = tmp_path / "index" / "generations"
    assert (generations / "building-anew" / manifest.NAME).exists()
    with engine.writing() as writer:
        writer.put(entry(_documents(1)[0], analyzer))
    assert [path.name for path in generations.iterdir()] == ["00000001"]


@pytest.mark.parametrize("harm", ["tear", "another analyzer", "not sealed"])
def test_a_stopped_rebuild_of_no_use_is_begun_again(
    harm: str, engine: WhooshEngine, analyzer: Analyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_writer, "SEGMENT_POSTINGS", 2000)
    with pytest.raises(_Interrupted), engine.rebuilding() as writer:
        for document in _documents(50):
            writer.put(entry(document, analyzer))
        raise _Interrupted
    building = tmp_path / "index" / "generations" / "building-anew"
    if harm == "tear":
        path = next(building.glob("*.pst"))
        path.write_bytes(path.read_bytes()[:-1])
    elif harm == "not sealed":
        (building / "MANIFEST.json").unlink()
    else:
        monkeypatch.setattr(engine, "_fingerprint", "another")
    with engine.rebuilding() as writer:
        assert (writer.last_put, writer.count) == ("", 0)
        list(writer.put_all(_documents(3)))
    assert engine.count() == 3
