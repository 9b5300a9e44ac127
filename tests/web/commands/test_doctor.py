"""`gongkai doctor` finds what is wrong, says what to do, and looks at everything else all the same."""

import os
import shutil
import sqlite3
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from archive.chinese.dates import OFFICE_TIME
from archive.store import space
from tests.conftest import in_a_file
from tests.web.commands.conftest import Run
from web.commands import doctor
from web.commands.doctor import CHECKS, examined, looked_at
from web.http import edition
from web.installation import deployment, drills
from web.installation.drills import Drill
from web.installation.nights import Outcome, Record, Step


@pytest.fixture
def archive(
    run: Run, environment: dict[str, str], folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """An installation in which all is well, in the office's time zone; return its folder."""
    monkeypatch.setenv("TZ", "Asia/Shanghai")
    time.tzset()
    monkeypatch.setattr(doctor, "same_disk", lambda one, other: False)
    monkeypatch.setattr(deployment, "ENVIRONMENT", tmp_path / "gongkai.env")
    backup = tmp_path / "backups"
    backup.mkdir(mode=0o700)
    environment |= {
        "GONGKAI_ADDRESS": "https://gongkai.example.gov.cn",
        "GONGKAI_BACKUP": str(backup),
        "GONGKAI_STAFF_DATABASE_URL": f"sqlite:///{tmp_path}/data/staff.sqlite3",
    }
    run("ingest", str(folder), "--actor", "收文员")
    run("reindex")
    run("backup", str(backup))
    run("accounts", "add", "guanli", "--person", "王某", "--role", "系统管理员", "--by", "安装人")
    data = Path(environment["GONGKAI_DATA"])
    record = Record(data)
    record.begin()
    record.add(Step("index", Outcome.DONE))
    record.end()
    yield data
    monkeypatch.undo()
    time.tzset()


def found(environment: dict[str, str], name: str) -> str:
    """Return what a check finds wrong; "" where all is well."""
    well, told = looked_at(CHECKS[name], examined(environment))
    assert told.strip() and "\n" not in told
    return "" if well else told


def test_where_all_is_well_each_thing_has_a_quiet_line(archive: Path, run: Run) -> None:
    before = {path: path.stat().st_mtime_ns for path in archive.rglob("*") if path.suffix not in (".sqlite3", "")}
    told = run("doctor").output.splitlines()
    assert len(told) == len(CHECKS) and all(line.startswith("正常") for line in told), told
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_without_anything_each_thing_is_said_and_nothing_is_made(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    environment["GONGKAI_DATA"] = str(tmp_path / "nowhere")
    told = run("doctor", code=1).output
    assert told.count("\n") == len(CHECKS) and "须处理　属主" in told
    assert not (tmp_path / "nowhere").exists()


def _unlock(data: Path) -> None:
    old = (datetime.now(UTC) - timedelta(days=9)).timestamp()
    os.utime(data / "records" / "lock", (old, old))


def _damage(data: Path) -> None:
    (data / "catalogue.sqlite3").write_bytes(b"not a database" * 100)
    for end in ("-wal", "-shm"):
        (data / f"catalogue.sqlite3{end}").unlink(missing_ok=True)


def _of_before(data: Path) -> None:
    with sqlite3.connect(data / "catalogue.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    connection.close()


def _no_longer_administrator(data: Path) -> None:
    with sqlite3.connect(data / "staff.sqlite3") as connection:
        connection.execute("UPDATE accounts SET disabled_at = '2026-01-01T00:00:00+00:00'")
    connection.close()


def _into_the_future(data: Path) -> None:
    at = (datetime.now(UTC) + timedelta(days=40)).isoformat()
    with sqlite3.connect(data / "catalogue.sqlite3") as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")  # its own name
        connection.execute("UPDATE audit SET at = ?", (at,))
    connection.close()


def _late(data: Path) -> None:
    (data / "brought-up").write_text((datetime.now(UTC) - timedelta(days=4)).isoformat(timespec="seconds"))


def _no_night(data: Path) -> None:
    (data / "nights.jsonl").unlink()
    _unlock(data)


def _failed_night(data: Path) -> None:
    record = Record(data)
    record.begin()
    record.add(Step("backup", Outcome.FAILED, told=("磁盘已满",)))
    record.end()


def _failed_drill(data: Path) -> None:
    drills.note(data, Drill(datetime.now(UTC), "gongkai-1", 3.2, "恢复出来的档案缺 1 件"))


def _past_drill(data: Path) -> None:
    drills.note(data, Drill(datetime.now(UTC) - timedelta(days=41), "gongkai-1", 3.2, ""))


def _past_nights(data: Path) -> None:
    long_ago = (datetime.now(UTC) - timedelta(days=5)).isoformat(timespec="milliseconds")
    line = f'{{"night": "{long_ago}", "began": "{long_ago}"}}\n{{"night": "{long_ago}", "ended": "{long_ago}"}}\n'
    (data / "nights.jsonl").write_text(line)


BROKEN: dict[str, tuple[str, str, Callable[[Path], object]]] = {
    "no index": ("索引", "gongkai reindex", lambda data: shutil.rmtree(data / "index")),
    "an index that is old": ("索引", "gongkai reindex", _late),
    "an index that is damaged": (
        "索引",
        "gongkai reindex",
        lambda data: [path.write_bytes(b"x") for path in (data / "index").rglob("*") if path.is_file()],
    ),
    "a lexicon with a slip": ("索引", "lexicon", lambda data: (data / "lexicon.txt").write_bytes(b"\xff\xfe\x00")),
    "no database": ("数据库", "rebuild-catalogue", lambda data: (data / "catalogue.sqlite3").unlink()),
    "a database that is none": ("数据库", "", _damage),
    "a database of before": ("数据库", "gongkai migrate", _of_before),
    "no keys": ("属主", "key import", lambda data: shutil.rmtree(data / "keys")),
    "no private key": ("属主", "key import", lambda data: (data / "keys" / "private.key").unlink()),
    "keys that others read": ("权限", "chmod", lambda data: (data / "keys" / "private.key").chmod(0o644)),
    "data that others read": ("权限", "chmod", lambda data: data.chmod(0o755)),
    "no night": ("夜间任务", "gongkai-nightly.timer", _no_night),
    "a night that failed": ("夜间任务", "备份", _failed_night),
    "no night for days": ("夜间任务", "gongkai-nightly.timer", _past_nights),
    "a drill that failed": ("恢复演练", "缺 1 件", _failed_drill),
    "no drill for long": ("恢复演练", "gongkai-drill.timer", _past_drill),
    "no drill": ("恢复演练", "gongkai drill", _unlock),
    "a clock that is behind": ("时钟", "timedatectl", _into_the_future),
    "no administrator": ("工作台", "accounts add", _no_longer_administrator),
    "no accounts": ("工作台", "accounts add", lambda data: (data / "staff.sqlite3").unlink()),
}


@in_a_file
@pytest.mark.parametrize("name", BROKEN)
def test_what_is_broken_is_found_with_what_to_do(archive: Path, environment: dict[str, str], name: str) -> None:
    check, said, destroy = BROKEN[name]
    assert found(environment, check) == ""
    for path in archive.glob("*.sqlite3-*"):
        path.unlink()
    destroy(archive)
    told = found(environment, check)
    assert said in told and told != "", told
    # The rest goes on, with a sentence each.
    for each in CHECKS.keys() - {"读取文件"}:
        assert "检查时出错" not in found(environment, each), each


def test_a_setting_that_cannot_be_used_is_named_and_the_rest_is_read(
    archive: Path, environment: dict[str, str]
) -> None:
    slip = "GONGKAI_" + "ADRESS"
    environment |= {"GONGKAI_RATE": "viele", slip: "x", "GONGKAI_MAIL_TO": "a@b.cn"}
    told = found(environment, "设置")
    assert all(name in told for name in ("GONGKAI_RATE", slip, "GONGKAI_MAIL_SERVER"))
    assert found(environment, "索引") == ""
    for name in ("GONGKAI_RATE", slip, "GONGKAI_MAIL_TO", "GONGKAI_ADDRESS"):
        environment.pop(name)
    assert "GONGKAI_ADDRESS" in found(environment, "设置")


def test_hours_in_which_no_night_begins_are_told(archive: Path, environment: dict[str, str]) -> None:
    begins = datetime.now(OFFICE_TIME)
    for hours, said in ((-1, ""), (2, "GONGKAI_REBUILD_HOURS")):
        first, last = (f"{begins + timedelta(hours=each):%H:%M}" for each in (hours, hours + 2))
        told = found({**environment, "GONGKAI_REBUILD_HOURS": f"{first}-{last}"}, "夜间任务")
        assert said in told and bool(told) == bool(said)


def test_a_backup_is_missed(archive: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert found(environment, "备份") == ""
    monkeypatch.setattr(doctor, "same_disk", lambda one, other: True)
    assert "另一块磁盘" in found(environment, "备份")
    monkeypatch.setattr(doctor, "LATE", timedelta(0))
    assert "nightly --step backup" in found(environment, "备份")
    backup = Path(environment["GONGKAI_BACKUP"])
    for path in backup.iterdir():
        shutil.rmtree(path)
    assert "没有完整的备份" in found(environment, "备份")
    backup.rmdir()
    assert "挂载" in found(environment, "备份")
    environment.pop("GONGKAI_BACKUP")
    assert "GONGKAI_BACKUP" in found(environment, "备份")


def test_a_disk_that_is_nearly_full_is_told(
    archive: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "free", lambda path: 1 << 20 if "backups" in str(path) else 1 << 40)
    told = found(environment, "磁盘")
    assert "备份" in told and "GONGKAI_BACKUP_KEEP" in told


def test_another_time_zone_is_told(archive: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert "Asia/Shanghai" in found(environment, "时钟")


def test_another_owner_is_told(archive: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    me = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: me + 1)
    assert "属于用户" in found(environment, "属主")


def test_settings_that_everybody_reads_are_told(archive: Path, environment: dict[str, str]) -> None:
    deployment.ENVIRONMENT.write_text("GONGKAI_DATA='/srv'\n", encoding="utf-8")
    deployment.ENVIRONMENT.chmod(0o644)
    assert f"chmod o-rwx {deployment.ENVIRONMENT}" in found(environment, "权限")


def test_a_sandbox_that_does_not_work_is_told(
    archive: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: object, **more: object) -> None:
        raise RuntimeError("cannot fork")

    monkeypatch.setattr("archive.extract.Sandbox.extract", broken)
    assert "维护人员" in found(environment, "读取文件")


def test_an_index_that_lags_is_well_within_the_day(archive: Path, environment: dict[str, str]) -> None:
    edition.stamp(archive)
    assert looked_at(CHECKS["索引"], examined(environment))[1].startswith("0 件，落后 0 号变更")
