"""A generation that agrees with its manifest, and was not sealed by the archive's key, is never searched."""

import hashlib
import json
import shutil
from contextlib import closing
from pathlib import Path

import pytest

from archive.store import canonical
from archive.store.seals import Seals
from indexer.analyzer import Analyzer
from indexer.asking.parse import parse
from indexer.engine import SearchRequest
from indexer.engines.whoosh.engine import WhooshEngine
from indexer.errors import IndexDamaged
from indexer.fields import entry
from tests.conftest import make_document

ASKED = SearchRequest(query=parse("水利工程"))


def keys_in(folder: Path) -> Seals:
    keys = Seals(folder)
    keys.make()
    return keys


def build(folder: Path, analyzer: Analyzer, keys: Seals | None, id: str) -> Path:
    with closing(WhooshEngine(folder, analyzer, keys=keys)) as engine, engine.rebuilding() as writer:
        writer.put(entry(make_document(id, "关于水利工程的通知"), analyzer))
    return (folder / "current").resolve()


def found(engine: WhooshEngine) -> list[str]:
    return [hit.id for hit in engine.search(ASKED).hits]


def forge(folder: Path, tmp_path: Path, analyzer: Analyzer, way: str) -> None:
    """Put another generation in the live one's place, whose manifest has the right hash of itself and of each file."""
    live = (folder / "current").resolve()
    other = build(
        tmp_path / "other", analyzer, keys_in(tmp_path / "stranger") if way == "another key" else None, "forged"
    )
    about = json.loads((other / "MANIFEST.json").read_text(encoding="utf-8"))
    if way == "the former seal":
        about["seal"] = json.loads((live / "MANIFEST.json").read_text(encoding="utf-8"))["seal"]
    own = {name: value for name, value in about.items() if name not in ("sha256", "seal")}
    assert about["sha256"] == canonical.digest(own)
    for name, digest in about["files"].items():
        assert hashlib.sha256((other / name).read_bytes()).hexdigest() == digest
    (other / "MANIFEST.json").write_text(json.dumps(about), encoding="utf-8")
    forged = live.with_name("00000099")
    shutil.move(other, forged)
    (folder / "current").unlink()
    (folder / "current").symlink_to(forged.relative_to(folder))


@pytest.mark.parametrize("way", ["no seal", "another key", "the former seal"])
def test_a_forged_generation_is_refused_and_the_former_one_kept(tmp_path: Path, analyzer: Analyzer, way: str) -> None:
    folder, keys = tmp_path / "index", keys_in(tmp_path / "keys")
    build(folder, analyzer, keys, "honest")
    with closing(WhooshEngine(folder, analyzer, keys=keys)) as running:
        assert found(running) == ["honest"]
        forge(folder, tmp_path, analyzer, way)
        # A server goes on with what it has, and one that starts takes the former generation.
        assert found(running) == ["honest"]
    with closing(WhooshEngine(folder, analyzer, keys=keys)) as started:
        assert found(started) == ["honest"]
        with pytest.raises(IndexDamaged, match="没有本档案的封签"):
            started.verify()
        # Nothing is built on it either.
        with pytest.raises(IndexDamaged, match="没有本档案的封签"), started.writing() as writer:
            writer.remove("honest")
    # It is the seal that refuses it.
    with closing(WhooshEngine(folder, analyzer)) as unsealed:
        assert found(unsealed) == ["forged"]


def test_a_forged_build_is_not_gone_on_with(tmp_path: Path, analyzer: Analyzer) -> None:
    folder, keys = tmp_path / "index", keys_in(tmp_path / "keys")
    other = build(tmp_path / "other", analyzer, None, "forged")
    about = json.loads((other / "MANIFEST.json").read_text(encoding="utf-8"))
    about = {name: value for name, value in about.items() if name != "sha256"} | {"last_put": "forged"}
    (other / "MANIFEST.json").write_text(json.dumps({**about, "sha256": canonical.digest(about)}), encoding="utf-8")
    (folder / "generations").mkdir(parents=True)
    shutil.move(other, folder / "generations" / "building-anew")
    build(folder, analyzer, keys, "honest")
    with closing(WhooshEngine(folder, analyzer, keys=keys)) as engine:
        assert found(engine) == ["honest"]
