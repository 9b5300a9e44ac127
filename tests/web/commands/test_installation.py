"""What a command says when something fails that it can't mend."""

import os
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from archive.errors import YearMissing
from indexer.errors import IndexerBusy
from web.commands import installation
from web.commands.installation import reported
from web.commands.sentences import sentence


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (YearMissing(2027), 1, "gongkai: 缺 2027 年放假安排"),
        (IndexerBusy("1"), 3, "gongkai: "),
        (OperationalError("select 1", {}, Exception("disk I/O error")), 1, "gongkai: 数据库出错（OperationalError）"),
        (OSError(28, "No space left on device", "catalogue"), 1, "gongkai: 磁盘已满："),
        (OSError(13, "Permission denied", "catalogue"), 1, "gongkai: catalogue 没有权限，请以有权的用户运行"),
    ],
)
def test_an_error_is_a_sentence_and_an_exit_code(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int, said: str
) -> None:
    @reported
    def command() -> None:
        raise error

    with pytest.raises(SystemExit) as left:
        command()
    assert left.value.code == code
    assert capsys.readouterr().err.startswith(said)


def test_a_full_disk_is_told_though_nothing_more_can_be_loaded(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable() -> type[Exception]:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(installation, "_database_errors", unreadable)

    @reported
    def command() -> None:
        raise OSError(28, "No space left on device")

    with pytest.raises(SystemExit):
        command()


@pytest.mark.parametrize("place", ["{}/backups", "/etc", "/"])
def test_nobody_is_advised_to_take_over_what_is_not_the_archives(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GONGKAI_DATA", str(tmp_path / "data"))
    (tmp_path / "data").mkdir()
    (tmp_path / "backups").mkdir()
    monkeypatch.setattr(os, "geteuid", lambda: 4321)
    barred = Path(place.format(tmp_path)) / ".gongkai-1.partial"
    told = sentence(PermissionError(13, "Permission denied", str(barred)))
    assert "chown" not in told and "install -d -m 700 -o 4321" in told
    inside = tmp_path / "data" / "records"
    assert f"chown -R 4321 {tmp_path}/data" in sentence(PermissionError(13, "Permission denied", str(inside)))
