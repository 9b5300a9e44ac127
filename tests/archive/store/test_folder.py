"""A data folder is worked on by its owner alone, and a refusal says what to do."""

import os
import pwd
from pathlib import Path

import pytest

from archive.custody.restore import restore
from archive.errors import NoArchive, WrongUser
from archive.store.folder import exposed, link, mark, require_maker, require_owner, user
from web.installation.making import make
from web.installation.services import open_services
from web.installation.settings import Settings

ME = pwd.getpwuid(os.geteuid()).pw_name
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can give files to another user")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    make(Settings.at(folder))
    (folder / "blobs" / "ab").mkdir(parents=True)
    (folder / "site.toml").touch()
    return folder


def others(monkeypatch: pytest.MonkeyPatch, number: int = 4321) -> None:
    """Let commands be run by another user from now on."""
    monkeypatch.setattr(os, "geteuid", lambda: number)


def test_its_owner_may(data: Path) -> None:
    require_owner(data)
    require_maker(data)


def test_another_user_is_refused_and_told_who_may(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    others(monkeypatch)
    for act in (
        lambda: require_owner(data),
        lambda: make(Settings.at(data)),
        lambda: open_services(Settings.at(data)),
        lambda: restore(data, data, (), True, lambda done, total: None),
    ):
        with pytest.raises(WrongUser) as refused:
            act()
        assert f"sudo -u {ME}" in str(refused.value)
        assert f"chown -R 4321 {data}" in str(refused.value)


@as_root
@pytest.mark.parametrize("name", ["", "catalogue.sqlite3", "records/lock", "blobs", "blobs/ab"])
def test_root_is_refused_where_another_user_owns_a_thing(data: Path, name: str) -> None:
    os.chown(data / name, 65534, 65534)
    with pytest.raises(WrongUser) as refused:
        require_owner(data)
    assert str(data / name) in str(refused.value)
    assert (f"chown -R root {data}" if name else f"sudo -u {user(65534)} gongkai") in str(refused.value)


@as_root
def test_what_root_left_is_given_back(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (data, *data.rglob("*")):
        if path.name != "blobs":
            os.chown(path, 65534, 65534)
    others(monkeypatch, 65534)
    with pytest.raises(WrongUser, match="大概有命令曾以 root 运行") as refused:
        require_owner(data)
    assert f"chown -R {user(65534)} {data}" in str(refused.value)
    os.chown(data / "blobs", 65534, 65534)
    # What staff maintain they may own themselves.
    os.chown(data / "site.toml", 0, 0)
    require_owner(data)


@as_root
def test_what_is_barred_from_a_service_is_nobodys_slip(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for path in (data, *data.rglob("*")):
        os.chown(path, 65534, 65534)
    others(monkeypatch, 65534)
    # As systemd puts them in the place of what a service is not to see.
    (data / "uploads").mkdir()
    (data / "staff.sqlite3").touch()
    with pytest.raises(WrongUser):
        require_owner(data)
    for name in ("uploads", "staff.sqlite3"):
        (data / name).chmod(0)
    require_owner(data)


@as_root
def test_root_makes_nothing_in_another_users_folder(tmp_path: Path) -> None:
    os.chown(tmp_path, 65534, 65534)
    with pytest.raises(WrongUser, match="sudo -u"):
        make(Settings.at(tmp_path / "data"))
    assert not list(tmp_path.iterdir())


def test_who_may_not_make_a_folder_is_told_who_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode, **_: mode != os.W_OK)
    with pytest.raises(WrongUser, match=f"install -d -m 700 -o {ME} {tmp_path}/data"):
        require_maker(tmp_path / "data")


def test_a_folder_that_is_not_there_is_no_question_of_its_owner(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others(monkeypatch)
    with pytest.raises(NoArchive):
        open_services(Settings.at(tmp_path / "mistyped"))


def test_nobody_is_advised_to_take_over_a_folder_that_holds_something_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "passwd").touch()
    others(monkeypatch)
    with pytest.raises(WrongUser) as refused:
        open_services(Settings.at(tmp_path))
    assert "chown" not in str(refused.value) and "GONGKAI_DATA" in str(refused.value)


def test_a_folder_above_that_may_not_be_entered_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    exists = Path.exists

    def barred(self: Path) -> bool:
        if self == tmp_path / "closed" / "data":
            raise PermissionError(13, "no", str(self))
        return exists(self)

    (tmp_path / "closed").mkdir()
    monkeypatch.setattr(Path, "exists", barred)
    with pytest.raises(WrongUser, match=str(tmp_path / "closed")):
        require_owner(tmp_path / "closed" / "data")


def test_a_mark_makes_an_empty_folder_an_archive_that_nobody_else_reads(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    mark(tmp_path)
    (tmp_path / "records").chmod(0o700)
    assert exposed(tmp_path) == []
    (tmp_path / "records").chmod(0o750)
    assert exposed(tmp_path) == [tmp_path / "records"]


def test_a_link_to_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        link(tmp_path / "a", tmp_path / "b")
