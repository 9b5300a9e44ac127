"""An index keeps the words it was built with: other words, or another program, take no search down."""

import logging
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from archive.document import Document
from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.engine import SearchRequest
from indexer.engines.whoosh import index_writer, workers
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.errors import IndexDamaged, IndexOutdated
from indexer.explanation import Explanation
from indexer.fields import entry
from indexer.lexicon import Lexicon
from tests.conftest import make_document

WORD = "云溪新城区"
DOCUMENTS = [
    make_document(f"d{at}", f"关于{WORD}第{at}期征收的公告", number=f"云政发〔2020〕{at}号") for at in range(12)
]


@pytest.fixture(scope="module")
def county(tmp_path_factory: pytest.TempPathFactory) -> Analyzer:
    own = tmp_path_factory.mktemp("words") / "lexicon.txt"
    own.write_text(f"{WORD}\n", encoding="utf-8")
    return Analyzer(Lexicon.load(own))


@pytest.fixture
def engine(tmp_path: Path, analyzer: Analyzer) -> Iterator[WhooshEngine]:
    """One that serves an index of the words that ship."""
    with closing(WhooshEngine(tmp_path / "index", analyzer)) as engine:
        _build(engine)
        assert _found(engine) == 12
        yield engine


def _build(engine: WhooshEngine, documents: list[Document] = DOCUMENTS) -> None:
    with engine.rebuilding() as writer:
        for _ in writer.put_all(documents):
            pass


def _found(engine: WhooshEngine, typed: str = WORD) -> int:
    return engine.search(SearchRequest(query=parse(typed))).total


def _terms(explained: Explanation) -> set[str]:
    return {explained.of} | {term for part in explained.parts for term in _terms(part)}


def test_a_server_goes_on_with_its_words_and_changes_over_with_the_index(
    engine: WhooshEngine, analyzer: Analyzer, county: Analyzer, tmp_path: Path
) -> None:
    with closing(WhooshEngine(tmp_path / "index", county)) as builder:
        # The lexicon has changed, and the index has not yet followed.
        assert builder.analyzer().lexicon == analyzer.lexicon
        assert _found(builder) == _found(engine) == 12
        with builder.rebuilding() as writer:
            assert _found(engine) == 12
            for _ in writer.put_all(DOCUMENTS):
                pass
        assert WORD in builder.vocabulary().words()
    assert engine.analyzer().lexicon == county.lexicon
    assert engine.analyzer().pieces(WORD) == [WORD]
    assert WORD in engine.vocabulary().words()
    assert _found(engine) == 12
    # Cut by other words than its documents, the word would not be known as one.
    explained = engine.explain(SearchRequest(query=parse(WORD)), "d3")
    assert explained is not None and WORD in _terms(explained)


def test_a_night_adds_documents_with_the_words_of_the_index(
    engine: WhooshEngine, county: Analyzer, tmp_path: Path
) -> None:
    with closing(WhooshEngine(tmp_path / "index", county)) as builder:
        with builder.writing() as writer:
            for _ in writer.put_all([make_document("late", f"{WORD}后到的公告")]):
                pass
        assert _found(builder) == _found(engine) == 13
        assert WORD not in builder.vocabulary().words()


def test_many_processes_cut_with_the_words_that_they_are_given(
    county: Analyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if workers.processors() < 2:
        pytest.skip("one processor")
    monkeypatch.setattr(index_writer, "_FEW", 2)
    with closing(WhooshEngine(tmp_path / "index", county)) as builder:
        _build(builder)
        assert builder.vocabulary().words()[WORD] == 12


def test_a_server_that_starts_before_the_index_has_followed_has_the_words_of_the_index(
    engine: WhooshEngine, analyzer: Analyzer, county: Analyzer, tmp_path: Path
) -> None:
    with closing(WhooshEngine(tmp_path / "index", county)) as started:
        assert _found(started) == 12
        assert started.analyzer() is not county
        assert started.analyzer().lexicon == analyzer.lexicon
    with closing(WhooshEngine(tmp_path / "none", county)) as started:
        assert started.analyzer() is county


@pytest.mark.parametrize("harm", ["gone", "no lexicon", "another"])
def test_an_index_whose_words_are_not_what_was_kept_is_damaged(
    harm: str, engine: WhooshEngine, county: Analyzer, tmp_path: Path
) -> None:
    path = tmp_path / "index" / "current" / "lexicon.json"
    if harm == "gone":
        path.unlink()
    else:
        path.write_text(county.lexicon.json if harm == "another" else "{}", encoding="utf-8")
    with closing(WhooshEngine(tmp_path / "index", county)) as started:
        with pytest.raises(IndexDamaged):
            _found(started)
        _build(started)
        assert _found(started) == 12
    assert _found(engine) == 12


def test_an_index_of_a_newer_program_is_left_to_that_program(
    engine: WhooshEngine,
    analyzer: Analyzer,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The night's reindex runs what was installed meanwhile; the server runs what it was started with."""
    with closing(WhooshEngine(tmp_path / "index", analyzer)) as newer:
        monkeypatch.setattr(newer, "_fingerprint", "newer")
        with caplog.at_level(logging.ERROR):
            _build(newer, DOCUMENTS[:5])
            assert _found(newer) == 5 and _found(engine) == 12
            assert engine.generation() == "00000001"
            assert "继续使用" in caplog.text
        # One that starts has the former generation to fall back on.
        with closing(WhooshEngine(tmp_path / "index", analyzer)) as older:
            assert _found(older) == 12
        # Two builds on, its folder is gone, and what it has is all in files that it keeps open.
        _build(newer, DOCUMENTS[:6])
        assert not (tmp_path / "index" / "generations" / "00000001").exists()
        for typed in (WORD, "第3期", "文号:云政发 7", "“期征收的公告”"):
            assert _found(engine, typed) == (12 if typed in (WORD, "“期征收的公告”") else 1), typed
        assert len(engine.vocabulary().numbers) == 12
        assert engine.vocabulary().words()
        with closing(WhooshEngine(tmp_path / "index", analyzer)) as older, pytest.raises(IndexOutdated):
            _found(older)


def test_a_stopped_rebuild_of_other_words_is_begun_again(
    county: Analyzer, analyzer: Analyzer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_writer, "SEGMENT_POSTINGS", 100)

    class Stopped(BaseException):
        pass

    with closing(WhooshEngine(tmp_path / "index", analyzer)) as engine, pytest.raises(Stopped):
        with engine.rebuilding() as writer:
            for document in DOCUMENTS:
                writer.put(entry(document, analyzer))
            raise Stopped
    shutil.copytree(tmp_path / "index", tmp_path / "same", symlinks=True)
    with closing(WhooshEngine(tmp_path / "same", analyzer)) as engine, engine.rebuilding() as writer:
        assert writer.last_put
    with closing(WhooshEngine(tmp_path / "index", county)) as engine:
        with engine.rebuilding() as writer:
            assert (writer.last_put, writer.count) == ("", 0)
            for _ in writer.put_all(DOCUMENTS):
                pass
        assert engine.vocabulary().words()[WORD] == 12
