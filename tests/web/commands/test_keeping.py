"""Backups, restores and full disks, as whoever runs the command line sees them."""

import errno
import logging
import shutil
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.store.records import Record, Records
from tests.archive.store.test_seals import inside
from tests.conftest import in_a_file
from tests.web.commands.conftest import Run, caller
from web.commands import terminal


def test_a_backup_says_what_is_in_it_and_what_it_removed(run: Run, folder: Path, tmp_path: Path) -> None:
    destination = tmp_path / "backups"
    assert "没有一件文件" in run("backup", str(destination), code=1).stderr
    run("ingest", str(folder))
    told = run("backup", str(destination)).stdout
    assert "备份 2 件文件、2 个原件（新复制 2 个）" in told
    first = Path(told.split()[-1])
    run("backup", str(destination), "--keep", "0", code=2)
    rotten = next(first.glob("blobs/*/*"))
    rotten.chmod(0o600)
    rotten.write_bytes(b"rotten")
    second = run("backup", str(destination), "--keep", "1")
    assert "共用 1 个，新复制 1 个" in second.stdout
    assert f"已删除旧备份 {first}" in second.stdout
    assert rotten.parent.name + rotten.name in second.stderr
    (made,) = destination.iterdir()
    elsewhere = caller({"GONGKAI_DATA": str(tmp_path / "again"), "GONGKAI_DATABASE_URL": "", "GONGKAI_ENGINE_URL": ""})
    assert "--key" in elsewhere("restore", str(made), code=1).stderr
    elsewhere("restore", str(made), "--key", on_paper(run, tmp_path))
    victim = next(made.glob("blobs/*/*"))
    victim.chmod(0o600)
    victim.write_bytes(b"rotten")
    assert victim.name in elsewhere("restore", str(made), "--replace", code=1).stderr
    assert "完好" in elsewhere("verify").output


def test_a_restore_beside_a_database_that_is_not_empty_moves_nothing(run: Run, folder: Path, tmp_path: Path) -> None:
    run("ingest", str(folder))
    made = run("backup", str(tmp_path / "backups")).stdout.split()[-1]
    database = f"sqlite:///{tmp_path}/elsewhere.sqlite3"
    beside = caller(
        {"GONGKAI_DATA": str(tmp_path / "other"), "GONGKAI_DATABASE_URL": database, "GONGKAI_ENGINE_URL": ""}
    )
    beside("restore", made, "--key", on_paper(run, tmp_path))
    before = sorted((tmp_path / "other").rglob("*"))
    assert "GONGKAI_DATABASE_URL" in beside("restore", made, "--replace", code=1).stderr
    assert sorted((tmp_path / "other").rglob("*")) == before


def on_paper(run: Run, folder: Path) -> str:
    """Keep the archive's key elsewhere, as `key export` prints it. Returns the file."""
    path = folder / "paper.txt"
    path.write_text(run("key", "export").stdout, encoding="utf-8")
    return str(path)


def recording_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a disk be full from now on where records are written, which is after the commit."""

    def full(self: Records, id: str, rows: Record) -> None:
        raise OSError(errno.ENOSPC, "no", str(self.path(id)))

    monkeypatch.setattr(Records, "_write", full)


def test_on_a_full_disk_each_command_says_what_holds_and_which_disk_it_is(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records = str(tmp_path / "data" / "records")
    with monkeypatch.context() as patch:
        recording_fails(patch)
        told = run("ingest", str(folder), "--already-published", "--actor", "移交", code=1)
        assert "新接收 1 件，新版本 0 件，已有 0 件，拒收 0 件；接收中止，其余 1 件没有接收" in told.stdout
        assert "已经公开" in told.stderr and "磁盘已满" in told.stderr and records in told.stderr
    assert "新接收 1 件，新版本 0 件，已有 1 件" in run("ingest", str(folder)).stdout
    published = run("review", "list", "--status", "published").stdout.split()[0]
    waiting = run("review", "list").stdout.split()[0]
    by = ("--reviewer", "审查员", "--basis", "一事一审")
    run("review", "classify", waiting, "--as", "主动公开", *by)
    run("review", "examine", waiting, "--aspect", "真实性", "--aspect", "保密性", "--outcome", "通过", *by)
    recording_fails(monkeypatch)
    told = run("review", "approve", waiting, published, "--reviewer", "签发人", code=1)
    assert "已经生效" in told.stderr and records in told.stderr
    assert f"{waiting}: 现在的状态：第 1 版已公开，公众看到的是第 1 版" in told.stderr
    assert f"没有继续处理：{published}" in told.stderr


def test_a_withdrawal_gives_up_the_reserve_where_there_is_no_other_room(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    first, second = (line.split()[0] for line in run("review", "list", "--status", "published").stdout.splitlines())
    reserve = tmp_path / "data" / "reserve"
    run("review", "withdraw", first, "--reviewer", "审查员", "--reason", "有误")
    assert reserve.exists()
    write, given_up = Records._write, list[bool]()

    def full(self: Records, id: str, rows: Record) -> None:
        given_up.append(not reserve.exists())
        if reserve.exists():
            raise OSError(errno.ENOSPC, "no", str(self.path(id)))
        write(self, id, rows)

    with monkeypatch.context() as patch:
        patch.setattr(Records, "_write", full)
        assert "已撤回" in run("review", "withdraw", second, "--reviewer", "审查员", "--reason", "有误").stdout
    # The next withdrawal needs it, too, and no other command may come between.
    assert given_up == [False, True] and len([*reserve.iterdir()]) == 8
    assert "档案记录完好" in run("verify", code=1).stdout


def test_verify_tells_each_thing_once_and_in_a_sentence(
    run: Run, folder: Path, environment: dict[str, str], caplog: pytest.LogCaptureFixture
) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    with inside(environment["GONGKAI_DATABASE_URL"]) as connection:
        connection.execute(text("UPDATE versions SET text = '假的'"))
    caplog.clear()
    told = run("verify", "--rotate", code=1).stderr.splitlines()
    assert sum("没有有效的封签" in line for line in told) == 2
    assert caplog.records == []


def test_what_is_logged_while_a_command_runs_is_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler()])
    terminal.log_sentences()
    logging.getLogger("archive.store").error("文件 %s\x1b[2J没有有效的封签。", "a")
    assert capsys.readouterr().err == "gongkai: 文件 a[2J没有有效的封签。\n"
    terminal.log_lines()
    logging.getLogger("archive.store").error("读不出。")
    assert capsys.readouterr().err.endswith("ERROR archive.store: 读不出。\n")


def test_an_archive_with_nothing_public_is_content_once_it_is_indexed(run: Run, folder: Path) -> None:
    run("ingest", str(folder))
    assert "请先运行 gongkai reindex" in run("verify", code=1).output
    run("reindex")
    assert "索引完好" in run("verify").output
    assert "共 0 件" in run("search", "通知", code=1).output


def test_what_an_interrupted_restore_has_not_brought_back_is_told_and_brought(
    run: Run, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("ingest", str(folder))
    run("accounts", "add", "li", "--person", "李四", "--role", "审查员", "--by", "安装人")
    made = run("backup", str(tmp_path / "backups")).stdout.split()[-1]
    elsewhere = caller({"GONGKAI_DATA": str(tmp_path / "again"), "GONGKAI_DATABASE_URL": "", "GONGKAI_ENGINE_URL": ""})

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full", str(tmp_path / "again"))

    with monkeypatch.context() as patched:
        patched.setattr("web.commands.custody.rebuild", full)
        elsewhere("restore", made, "--key", on_paper(run, tmp_path), code=1)
    told = elsewhere("rebuild-catalogue").output
    assert "账号 1 个" in told and "李四" in elsewhere("accounts", "list").output
    assert "登记簿完好" in elsewhere("verify").output
    (tmp_path / "again" / "staff.jsonl").write_text("", encoding="utf-8")
    assert "还没有放回" in elsewhere("verify", code=1).output


@in_a_file
@pytest.mark.parametrize(
    "moment",
    [
        *("archive.custody.restore.sync_folder", "web.commands.custody.rebuild"),
        *("web.commands.jobs.bring_up", "archive.registers.staff.Staff.load"),
        *("archive.registers.checking.unreadable", "archive.custody.restore.finish"),
    ],
)
def test_a_restore_that_was_killed_is_run_again_as_it_was_typed(
    run: Run, folder: Path, tmp_path: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    run("ingest", str(folder))
    run("accounts", "add", "li", "--person", "李四", "--role", "审查员", "--by", "安装人")
    accounts = run("accounts", "list").output
    run("backup", str(tmp_path / "disk"))
    (made,) = (tmp_path / "disk").iterdir()
    key = tmp_path / "key.txt"
    key.write_text(run("key", "export").stdout, encoding="utf-8")
    data = Path(environment["GONGKAI_DATA"])
    shutil.rmtree(data)
    typed = ("restore", str(made), "--key", str(key))

    def killed(*_arguments: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(moment, killed)
        run(*typed, code=1)
    run(*typed)
    assert run("accounts", "list").output == accounts
    assert "账号、登记簿完好；索引完好" in run("verify").output
    # One that is done is not gone on with.
    assert "--replace" in run(*typed, code=1).stderr
    assert not [*data.glob(".rest*")]


@in_a_file
@pytest.mark.parametrize(
    "typed",
    [
        ("review", "list"),
        ("review", "show", "ID"),
        ("history", "ID"),
        ("audit", "list"),
        ("audit", "verify"),
        ("verify",),
    ],
    ids=" ".join,
)
def test_what_only_reads_is_lent_room_of_a_full_disk(
    run: Run, folder: Path, environment: dict[str, str], monkeypatch: pytest.MonkeyPatch, typed: tuple[str, ...]
) -> None:
    """By it a person finds what is to be withdrawn."""
    run("ingest", str(folder / "a.txt"))
    run("reindex")
    id = run("review", "list").stdout.split()[0]
    lent = Path(environment["GONGKAI_DATA"]) / "reserve" / "0"
    assert lent.exists()
    there = []
    monkeypatch.setattr("archive.store.space.free", lambda _path: 0)
    monkeypatch.setattr("web.commands.installation.warn_of_readers", lambda *_: there.append(lent.exists()))
    run(*(id if each == "ID" else each for each in typed))
    assert there == [False] and lent.exists()
