"""Opens the engine that a URL names."""

from pathlib import Path

from archive.errors import BadSettings
from archive.store.folder import STAFF_INDEX
from archive.store.seals import Seals
from indexer.analyzer import Analyzer
from indexer.engine import Engine
from indexer.engines.whoosh.engine import WhooshEngine


def open_engine(url: str, data: Path, analyzer: Analyzer, cache_bytes: int, keys: Seals) -> Engine:
    """Open the engine that GONGKAI_ENGINE_URL names.

    ``whoosh:`` keeps its index in ``data``, ``whoosh:/folder`` in that folder; ``cache_bytes`` of postings stay in
    memory. A generation must be sealed with ``keys``. Raises BadSettings for an engine that this version does not have.
    """
    return WhooshEngine(index_folder(url, data), analyzer, cache_bytes, keys)


def open_staff_engine(data: Path, analyzer: Analyzer, cache_bytes: int, keys: Seals) -> Engine:
    """Open the embedded engine over the index of everything that staff may find, in a folder that only they enter."""
    folder = data / STAFF_INDEX
    folder.mkdir(mode=0o700, exist_ok=True)
    folder.chmod(0o700)
    return WhooshEngine(folder, analyzer, cache_bytes, keys)


def index_folder(url: str, data: Path) -> Path:
    """Return where an embedded engine keeps its generations. Raises BadSettings."""
    engine, _, place = url.partition(":")
    if engine != "whoosh":
        raise BadSettings(f"GONGKAI_ENGINE_URL 为“{url}”，本版本只支持 whoosh:（或 whoosh:/文件夹）。")
    return Path(place).absolute() if place.strip("/") else data / "index"
