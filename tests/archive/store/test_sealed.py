"""A sealed file is read as it was written, or not at all."""

import json
from pathlib import Path

import pytest

from archive.store import sealed
from archive.store.sealed import Unsealed
from archive.store.seals import Seals

ABOUT = {"name": "清单", "files": {"a": "0" * 64}, "count": 3}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    sealed.write(tmp_path / "list.json", ABOUT, "lists", None)
    assert sealed.read(tmp_path / "list.json", "lists", None) == ABOUT
    assert [path.name for path in tmp_path.iterdir()] == ["list.json"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("", id="empty"),
        pytest.param("[" * 200_000, id="nested"),
        pytest.param("[1]", id="a list"),
        pytest.param(json.dumps(ABOUT), id="no seal"),
        pytest.param(json.dumps({**ABOUT, "sha256": "0" * 64}), id="another seal"),
        pytest.param(json.dumps({**ABOUT, "sha256": 7}), id="a seal that is none"),
    ],
)
def test_what_was_not_is_refused(content: str, tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(Unsealed):
        sealed.read(path, "lists", None)
    path.unlink()
    with pytest.raises(Unsealed):
        sealed.read(path, "lists", None)


def test_any_change_breaks_the_seal(tmp_path: Path) -> None:
    path = tmp_path / "list.json"
    sealed.write(path, ABOUT, "lists", None)
    for before, after in (("3", "4"), ("清单", "名单"), ('"a"', '"../a"')):
        path.write_text(path.read_text(encoding="utf-8").replace(before, after, 1), encoding="utf-8")
        with pytest.raises(Unsealed):
            sealed.read(path, "lists", None)
        sealed.write(path, ABOUT, "lists", None)


def test_only_the_archive_s_own_seal_is_believed(tmp_path: Path) -> None:
    path, keys, other = tmp_path / "list.json", Seals(tmp_path / "keys"), Seals(tmp_path / "other")
    keys.make()
    other.make()
    sealed.write(path, ABOUT, "lists", keys)
    assert sealed.read(path, "lists", keys) == ABOUT
    with pytest.raises(Unsealed):
        sealed.read(path, "generation", keys)
    for forger in (None, other):
        sealed.write(path, ABOUT, "lists", forger)
        with pytest.raises(Unsealed, match="封签"):
            sealed.read(path, "lists", keys)
