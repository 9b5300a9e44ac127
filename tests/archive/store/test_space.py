"""A full disk is known by every sign it gives, and a reserve lies ready for what must go through all the same."""

import errno
import os
import shutil
import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.exc import DBAPIError, OperationalError

from archive.errors import NotRecorded
from archive.store import space
from archive.store.space import disk_full, lent, make_reserve, naming, release_reserve

_SIZE = space._SIZE


@pytest.fixture(autouse=True)
def real_reserve(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what an installation keeps, and not what other tests do."""
    monkeypatch.setattr(space, "_SIZE", _SIZE)


def full_database() -> DBAPIError:
    """Fill a database that may have no more pages, which SQLite says as it says a full disk."""
    engine = create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(text("PRAGMA max_page_count = 2"))
        with pytest.raises(DBAPIError) as raised:
            connection.execute(text("CREATE TABLE a AS SELECT randomblob(100000)"))
    engine.dispose()
    return raised.value


def unclear() -> OperationalError:
    error = sqlite3.OperationalError("disk I/O error")
    error.sqlite_errorname = "SQLITE_IOERR_SHMSIZE"
    return OperationalError("BEGIN", {}, error)


@pytest.mark.parametrize(
    ("error", "path"),
    [
        (OSError(errno.ENOSPC, "", "/here/file"), "/here/file"),
        (OSError(errno.EDQUOT, "", "/here/file"), "/here/file"),
        (OSError(errno.ENOSPC, "", "/from", None, "/to"), "/to"),
        (OSError(errno.ENOSPC, ""), "{folder}"),
        (full_database(), "{folder}"),
        (OperationalError("INSERT", {}, psycopg.errors.DiskFull("could not extend file")), "server/gongkai"),
    ],
    ids=["space", "quota", "copy", "nameless", "SQLite", "PostgreSQL"],
)
def test_a_full_disk_is_known_and_named(error: Exception, path: str, tmp_path: Path) -> None:
    full = disk_full(error, tmp_path, "server/gongkai")
    assert full is not None
    assert full.path == path.format(folder=tmp_path)
    assert full.path in str(full)


@pytest.mark.parametrize("error", [OSError(errno.EIO, "", "/here"), PermissionError(), ValueError(), unclear()])
def test_another_failure_is_not_called_a_full_disk(error: Exception, tmp_path: Path) -> None:
    assert disk_full(error, tmp_path) is None


def test_what_sqlite_leaves_unclear_is_judged_by_the_room_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(space, "free", lambda path: 0)
    assert disk_full(unclear(), tmp_path) is not None


def test_the_cause_of_what_could_not_be_recorded_counts(tmp_path: Path) -> None:
    for number, known in ((errno.ENOSPC, True), (errno.EIO, False)):
        error = NotRecorded("")
        error.__cause__ = OSError(number, "", "/here")
        assert (disk_full(error, tmp_path) is not None) is known


def test_a_write_that_names_no_file_gets_its_name(tmp_path: Path) -> None:
    with pytest.raises(OSError) as raised, naming(tmp_path):
        os.write(os.open("/dev/full", os.O_WRONLY), b"x")
    assert raised.value.filename == str(tmp_path)
    with pytest.raises(FileNotFoundError) as named, naming(tmp_path):
        (tmp_path / "none").open()
    assert named.value.filename == str(tmp_path / "none")


def test_the_reserve_takes_room_and_gives_it_back(tmp_path: Path) -> None:
    assert make_reserve(tmp_path)
    files = list((tmp_path / "reserve").iterdir())
    assert len(files) > 1
    taken = sum(path.stat().st_blocks * 512 for path in files)
    assert taken >= 2 << 20
    assert make_reserve(tmp_path)
    files[0].unlink()
    assert make_reserve(tmp_path)
    assert files[0].exists()
    assert release_reserve(tmp_path)
    assert not list(tmp_path.iterdir())
    assert not release_reserve(tmp_path)


def test_the_last_room_is_left_to_those_who_need_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(space, "free", lambda path: 1 << 20)
    assert not make_reserve(tmp_path)
    monkeypatch.undo()

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "")

    monkeypatch.setattr(os, "fsync", full)
    assert not make_reserve(tmp_path)
    assert not list(tmp_path.iterdir())


def test_what_is_lent_comes_back_as_far_as_there_is_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make_reserve(tmp_path)
    names = sorted(path.name for path in (tmp_path / "reserve").iterdir())

    def left() -> list[str]:
        return sorted(path.name for path in tmp_path.glob("reserve/*"))

    with lent(tmp_path, whole=True):
        assert left() == names
    monkeypatch.setattr(space, "free", lambda path: 0)
    # However many read at once, they take one file.
    with lent(tmp_path), lent(tmp_path), lent(tmp_path):
        assert left() == names[1:]
    assert left() == names
    fill = space._fill

    def filled(path: Path) -> None:
        if len(left()) == 6:
            raise OSError(errno.ENOSPC, "")
        fill(path)

    monkeypatch.setattr(space, "_fill", filled)
    with lent(tmp_path, whole=True):
        assert not left()
    assert len(left()) == 6
    # What was not there is not made: the last room is others'.
    monkeypatch.setattr(space, "_fill", fill)
    with lent(tmp_path, whole=True):
        assert not left()
    assert len(left()) == 6


def test_room_is_measured_where_a_path_will_be(tmp_path: Path) -> None:
    assert abs(space.free(tmp_path / "not" / "yet") - shutil.disk_usage(tmp_path).free) < 64 << 20
