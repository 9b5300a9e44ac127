"""Drafts lie in the data folder and in backups: nobody but the owner may read what a command makes there."""

from pathlib import Path

import pytest

from tests.web.commands.conftest import Run, caller


@pytest.fixture
def run(tmp_path: Path) -> Run:
    run = caller({"GONGKAI_DATA": str(tmp_path / "data"), "GONGKAI_DATABASE_URL": "", "GONGKAI_ENGINE_URL": ""})
    (tmp_path / "通知.txt").write_text("关于做好防汛工作的通知\n\n请落实值班制度。\n", encoding="utf-8")
    return run


def wide(folder: Path) -> list[str]:
    """What users other than the owner may read below a folder, and the folder itself."""
    there = (path for path in (folder, *folder.rglob("*")) if not path.is_symlink())
    return [f"{path} {path.stat().st_mode & 0o777:o}" for path in there if path.stat().st_mode & 0o077]


def filled(run: Run, tmp_path: Path) -> Path:
    """An archive in which each kind of file was made. Returns the backup."""
    run("init")
    run("ingest", str(tmp_path / "通知.txt"), "--already-published", "--actor", "移交")
    id = run("review", "list", "--status", "published").stdout.split()[0]
    run("reindex")
    run("lists")
    run("review", "withdraw", id, "--reviewer", "甲", "--reason", "有误")
    return Path(run("backup", str(tmp_path / "backups")).stdout.split()[-1])


def test_nobody_else_may_read_what_commands_make(run: Run, tmp_path: Path) -> None:
    filled(run, tmp_path)
    assert wide(tmp_path / "data") == []
    assert wide(tmp_path / "backups") == []
    made = {path.name for path in (tmp_path / "data").iterdir()}
    assert {"catalogue.sqlite3", "records", "blobs", "index", "withdrawals.jsonl", "bulk"} <= made


def test_nobody_else_may_read_a_backup_of_an_archive_that_is_wider(run: Run, tmp_path: Path) -> None:
    former = filled(run, tmp_path)
    for folder in (tmp_path / "data", former):
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
    former.rename(former.with_name("gongkai-20260101-000000"))
    run("backup", str(tmp_path / "backups"))
    newest = max((tmp_path / "backups").iterdir())
    assert wide(newest) == []
    run("restore", str(newest), "--replace")
    # What was replaced stays as it was, in a folder that nobody else enters; the reserve holds nothing.
    assert [each for each in wide(tmp_path / "data") if "/before-" not in each and "/reserve" not in each] == []
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "data").glob("before-*")] == [0o700]


@pytest.mark.parametrize("name", ["", "catalogue.sqlite3", "records", "blobs", "withdrawals.jsonl"])
def test_a_folder_that_others_may_read_is_told_with_what_mends_it(run: Run, tmp_path: Path, name: str) -> None:
    filled(run, tmp_path)
    assert "chmod" not in run("review", "list").stderr
    path = tmp_path / "data" / name
    path.chmod(path.stat().st_mode | 0o044)
    told = run("review", "list").stderr
    assert str(path) in told
    assert f"chmod -R go-rwx {tmp_path / 'data'}" in told


def test_a_backup_that_others_may_read_is_told_with_what_mends_it(run: Run, tmp_path: Path) -> None:
    former = filled(run, tmp_path)
    former.chmod(0o755)
    former = former.rename(former.with_name("gongkai-20260101-000000"))
    assert f"chmod -R go-rwx {former}" in run("backup", str(tmp_path / "backups")).stderr
