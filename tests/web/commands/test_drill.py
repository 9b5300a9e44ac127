"""`gongkai drill` restores beside, finds what is missing or differs, and leaves the installation as it was."""

import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.custody import comparison
from archive.store import space
from archive.store.catalogue import Catalogue
from archive.store.folder import BACKUP
from tests.archive.store.test_seals import inside
from tests.conftest import in_a_file
from tests.web.commands.conftest import Run
from web.commands import drill as drilling
from web.commands.installation import THIS_PROGRAM
from web.installation import drills
from web.search import golden


@pytest.fixture
def data(run: Run, environment: dict[str, str], folder: Path, tmp_path: Path) -> Path:
    """An installation with two public documents and a backup; return its folder."""
    run("ingest", str(folder), "--already-published")
    run("reindex")
    environment["GONGKAI_BACKUP"] = str(tmp_path / "backups")
    run("backup", str(tmp_path / "backups"))
    return Path(environment["GONGKAI_DATA"])


def kept(data: Path) -> Iterator[tuple[str, str]]:
    """Yield what the installation holds: every file but what opening it for reading leaves."""
    for path in sorted(data.rglob("*")):
        if path.is_file() and path.name != drills.FILE and not path.name.endswith(("-wal", "-shm")):
            yield str(path.relative_to(data)), hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_drill_restores_compares_and_leaves_everything_as_it_was(run: Run, data: Path, tmp_path: Path) -> None:
    run("accounts", "add", "li", "--person", "李四", "--role", "审查员", "--by", "安装人")
    run("backup", str(tmp_path / "backups"), "--keep", "1")
    (backup,) = (tmp_path / "backups").iterdir()
    id = run("review", "list", "--status", "published").stdout.split()[0]
    (data / "golden.tsv").write_text(f"# 必查\n防汛值班\t{id}\n", encoding="utf-8")
    before = [*kept(data)]
    told = run("drill").stdout
    assert "与现有档案一致 2 件；备份以后有变动、没有对照的 0 件。" in told
    assert "检索 3 条，恢复出来的索引找到 3 条。" in told and "账号 1 个" in told
    assert f"恢复演练通过：{backup.name}" in told and "重建目录和索引：" in told
    assert [*kept(data)] == before
    assert [*(tmp_path / "backups").iterdir()] == [backup]
    (line,) = (data / drills.FILE).read_text(encoding="utf-8").splitlines()
    assert json.loads(line)["wrong"] == ""


def test_what_changed_since_the_backup_is_no_fault_and_what_differs_otherwise_is(
    run: Run,
    environment: dict[str, str],
    data: Path,
    folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    first, second = (line.split()[0] for line in run("review", "list", "--status", "published").stdout.splitlines())
    (folder / "c.txt").write_text("关于植树造林工作的通知\n\n请护林防火。\n", encoding="utf-8")
    run("ingest", str(folder / "c.txt"), "--already-published")
    third = run("review", "list", "--status", "published").stdout.splitlines()[-1].split()[0]
    run("review", "withdraw", first, "--reviewer", "审查员", "--reason", "有误")
    run("reindex")
    assert "一致 1 件；备份以后有变动、没有对照的 2 件。" in run("drill", str(tmp_path / "backups")).stdout
    later = comparison._later
    monkeypatch.setattr(comparison, "_later", lambda *about: later(*about) - {third})
    missed = golden.missed
    monkeypatch.setattr(golden, "missed", lambda at, asked: missed(at, asked) if at.settings.data == data else asked)
    told = run("drill", code=1).stderr
    assert f"恢复出来的档案缺 1 件：{third}" in told and "恢复出来的找不到：“关于" in told and second in told
    with inside(environment["GONGKAI_DATABASE_URL"]) as connection:
        connection.execute(text("UPDATE versions SET text = '假的'"))
    assert f"内容不同 1 件：{second}" in run("drill", code=1).stderr
    wrong = drills.last(data)
    assert wrong and "内容不同" in wrong.wrong


def test_what_happens_during_a_drill_is_no_fault(run: Run, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = (line.split()[0] for line in run("review", "list", "--status", "published").stdout.splitlines())
    states, listed = comparison._states, Catalogue.listed
    public = [first]

    def meanwhile(catalogue: Catalogue) -> Mapping[str, str]:
        while public:
            run("review", "withdraw", public.pop(), "--reviewer", "审查员", "--reason", "有误")
        return states(catalogue)

    monkeypatch.setattr(comparison, "_states", meanwhile)
    # As if it had come in after the documents were listed.
    monkeypatch.setattr(Catalogue, "listed", lambda at: [each for each in listed(at) if each.id != second])
    assert "没有对照的 1 件" in run("drill").stdout


def test_a_backup_that_is_damaged_or_of_another_archive_is_told(
    run: Run, data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (backup,) = (tmp_path / "backups").iterdir()
    with monkeypatch.context() as patch:
        patch.setattr(comparison, "head", lambda records: (1, "0" * 64))
        assert "属于另一个档案" in run("drill", code=1).stderr
    blob = next(backup.glob("blobs/*/*"))
    blob.chmod(0o600)
    blob.write_bytes(b"rotten")
    assert "已损坏" in run("drill", str(backup), code=1).stderr
    (backup / BACKUP).unlink()
    assert "没有完整的备份" in run("drill", code=1).stderr
    assert [path.name for path in (tmp_path / "backups").iterdir()] == [backup.name]


def test_without_room_a_place_or_time_of_its_own_nothing_begins(
    run: Run, environment: dict[str, str], data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = [*kept(data)]
    with monkeypatch.context() as patch:
        patch.setattr(space, "free", lambda _path: drilling.SPARE)
        assert "GB 的空间" in run("drill", code=1).stderr
    assert "--at" in run("drill", "--at", str(data), code=1).stderr
    place = tmp_path / "backups" / drilling.PLACE
    (tmp_path / "other" / "data").mkdir(parents=True)
    place.symlink_to(tmp_path / "other")
    assert "不是本用户的文件夹" in run("drill", code=1).stderr and (tmp_path / "other" / "data").exists()
    place.unlink()
    place.mkdir()
    with (place / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert "另一个 gongkai drill" in run("drill", code=3).stderr
    shutil.rmtree(data / "keys")
    assert "密钥" in run("drill", code=1).stderr and not (data / "keys").exists()
    assert [each for each in before if not each[0].startswith("keys/")] == [*kept(data)] and not place.exists()
    environment["GONGKAI_BACKUP"] = ""
    assert "GONGKAI_BACKUP" in run("drill", code=1).stderr


@in_a_file
@pytest.mark.slow
def test_a_drill_that_is_killed_leaves_the_installation_and_the_next_one_clears_away(
    run: Run, environment: dict[str, str], data: Path, tmp_path: Path
) -> None:
    before = [*kept(data)]
    place = tmp_path / "backups" / drilling.PLACE
    for number, moment in ((signal.SIGTERM, "index"), (signal.SIGKILL, "records")):
        command = [*THIS_PROGRAM, "drill"]
        child = subprocess.Popen(command, env={**os.environ, **environment}, stdout=subprocess.DEVNULL)  # noqa: S603  # ours
        until = time.monotonic() + 60
        while not (place / "data" / moment).exists() and child.poll() is None and time.monotonic() < until:
            time.sleep(0.005)
        child.send_signal(number)
        assert child.wait(60) in (128 + number, -number)
        assert [*kept(data)] == before
        assert place.exists() is (number is signal.SIGKILL)
    assert "恢复演练通过" in run("drill").stdout
    assert not place.exists()
