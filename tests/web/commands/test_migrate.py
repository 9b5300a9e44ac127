"""``migrate``: an archive of an earlier version is backed up, all of it, and brought up."""

import json
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from archive.custody.backup import read_manifest
from archive.registers import staff
from archive.registers.migrations import STAFF
from archive.registers.staff import DUMP
from archive.store.catalogue import Catalogue
from tests.archive.store.test_held import as_an_earlier_program_left_it
from tests.archive.store.test_seals import inside
from tests.conftest import in_a_file
from tests.web.commands.conftest import Run
from web.installation.settings import Settings

ADDING = ("accounts", "add", "li", "--person", "李四", "--role", "审查员", "--by", "安装人")


@pytest.fixture
def settings(environment: dict[str, str], run: Run) -> Settings:
    return Settings.from_environment(environment)


def as_before(settings: Settings) -> None:
    """Leave an archive as an earlier program did: its log tells less, and the staff's database has fewer tables."""
    with closing(Catalogue(settings.database_url, settings.data, keys=settings.keys)) as catalogue:
        as_an_earlier_program_left_it(catalogue, settings.database_url)
    with inside(settings.staff_database_url) as connection:
        connection.execute(text("DROP TABLE findable"))
        connection.execute(text(f"UPDATE {STAFF.table} SET version_num = '0007'"))  # noqa: S608  # our own name


def revision(settings: Settings) -> str:
    with inside(settings.staff_database_url) as connection:
        return str(STAFF.revision(connection))


@in_a_file
def test_the_backup_made_first_has_the_staffs_database_as_it_is(
    run: Run, settings: Settings, folder: Path, tmp_path: Path
) -> None:
    run("ingest", str(folder))
    run(*ADDING)
    listed = run("accounts", "list").output
    key = tmp_path / "key.txt"
    key.write_text(run("key", "export").stdout, encoding="utf-8")
    as_before(settings)
    run("migrate", str(tmp_path / "disk"))
    (made,) = (tmp_path / "disk").iterdir()
    lines = (made / DUMP).read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["table"] for line in lines] == ["accounts"] and DUMP in read_manifest(made).files
    # Nothing of it was changed for that.
    assert revision(settings) == "0007"
    assert "没有改动" in run("migrate", str(tmp_path / "disk")).output
    run("restore", str(made), "--replace", "--key", str(key))
    assert run("accounts", "list").output == listed


def test_an_office_without_documents_has_something_to_back_up(run: Run, settings: Settings) -> None:
    assert not staff.holds_anything(settings.staff_database_url)
    run(*ADDING)
    assert staff.holds_anything(settings.staff_database_url)


def test_another_user_is_refused_before_anything_is_written(
    run: Run, settings: Settings, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("ingest", str(folder))
    run(*ADDING)
    as_before(settings)
    monkeypatch.setattr("os.geteuid", lambda: 12345)
    assert "以该用户运行" in run("migrate", str(tmp_path / "disk"), code=2).stderr
    assert not (tmp_path / "disk").exists()
