"""Every engine, empty and with five documents."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from indexer.analyzer import Analyzer
from indexer.engine import Engine
from indexer.engines.memory import MemoryEngine
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.fields import entry
from tests.indexer.engines.contract import DOCUMENTS


@pytest.fixture(params=["memory", "whoosh"])
def make(request: pytest.FixtureRequest, tmp_path: Path, analyzer: Analyzer) -> Iterator[Callable[[], Engine]]:
    """Return a function that opens the engine. Calling it again opens the same index."""
    memory = MemoryEngine(analyzer)
    opened: list[Engine] = []

    def open_engine() -> Engine:
        engine: Engine = memory if request.param == "memory" else WhooshEngine(tmp_path / "index", analyzer)
        opened.append(engine)
        return engine

    yield open_engine
    for engine in opened:
        engine.close()


@pytest.fixture
def engine(make: Callable[[], Engine], analyzer: Analyzer) -> Engine:
    engine = make()
    with engine.rebuilding() as writer:
        for document in DOCUMENTS:
            writer.put(entry(document, analyzer))
        writer.mark(5)
    return engine
