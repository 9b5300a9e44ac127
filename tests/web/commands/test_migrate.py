"""``migrate``: an archive of an earlier version is backed up, all of it, and brought up."""

import json
import re
import shutil
import time
from contextlib import closing
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import text

from archive.custody.backup import read_manifest
from archive.registers import passwords, staff
from archive.registers.accounts import Accounts
from archive.registers.migrations import STAFF
from archive.registers.roles import Role
from archive.registers.staff import DUMP
from archive.store import migrations
from archive.store.blobs import Blobs
from archive.store.catalogue import Catalogue
from tests.archive.store.test_held import as_an_earlier_program_left_it
from tests.archive.store.test_migrations import filled_before
from tests.archive.store.test_seals import inside
from tests.conftest import Databases, in_a_file
from tests.web.commands.conftest import Run, caller
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


REVISIONS = sorted(script.revision for script in migrations.CATALOGUE.directory.walk_revisions())
OF_BEFORE = [revision for revision in REVISIONS if "0003" <= revision < REVISIONS[-1]]
PERSONS = ("--by", "甲", "--and", "乙")
PASSWORD = "seven-horses-9"  # noqa: S105 - of the tests


def archive_of_before(environment: dict[str, str], revision: str = "0003") -> Run:
    """Make an archive with the tables of a ``revision``, whose program was killed before it wrote its records."""
    made = Settings.from_environment(environment)
    made.data.mkdir(mode=0o700, exist_ok=True)
    original = made.data.parent / "a.txt"
    original.write_text("通知\n手机13812345678。\n", encoding="utf-8")
    with original.open("rb") as stream:
        digest, _ = Blobs(made.data / "blobs").put(stream)
    filled_before(made.database_url, revision, digest)
    (made.data / "records").mkdir()
    return caller(environment)


@pytest.mark.parametrize("revision", OF_BEFORE)
def test_an_archive_with_the_tables_of_before_is_backed_up_and_brought_up(
    environment: dict[str, str], databases: Databases, tmp_path: Path, revision: str
) -> None:
    run = archive_of_before(environment, revision)
    assert "gongkai migrate" in run("review", "list", code=1).stderr
    assert "两名不同的经办人" in run("migrate", str(tmp_path / "disk"), code=1).stderr
    told = run("migrate", str(tmp_path / "disk"), *PERSONS)
    assert "封存 1 件公开文件" in told.output
    (made,) = (tmp_path / "disk").iterdir()
    assert read_manifest(made).documents == 2
    assert "没有改动" in run("migrate", str(tmp_path / "disk")).output
    # The times of its events are made up, which its changes contradict.
    assert "档案记录完好；审计日志完好；" in (report := run("verify", code=1).output)
    assert "封签完好；内容完好；决定完好；" in report
    assert re.search("^old ", run("review", "list", "--status", "published").output, re.MULTILINE)


@in_a_file
def test_a_backup_from_before_the_seals_is_restored_and_then_brought_up(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """Also when it was backed up again in between: that it was restored is sealed, and nothing else is."""
    run = archive_of_before(environment)
    run("migrate", str(tmp_path / "first"), *PERSONS)
    (backup,) = (tmp_path / "first").iterdir()
    data = Path(environment["GONGKAI_DATA"])
    key = tmp_path / "key.txt"
    for again in (tmp_path / "second", tmp_path / "third"):
        shutil.rmtree(data)
        told = run("restore", str(backup), *(("--key", str(key)) if key.exists() else ()), code=1)
        assert "目录重建：2 件，其中公开 1 件" in told.output and "请由两人运行 gongkai migrate" in told.stderr
        key.write_text(run("key", "export").stdout, encoding="utf-8")
        run("backup", str(again))
        (backup,) = again.iterdir()
    assert "封存 1 件公开文件" in run("migrate", str(tmp_path / "disk"), *PERSONS).output
    assert "封签完好" in run("verify").output


@in_a_file
def test_one_that_was_killed_before_its_index_is_run_again(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = archive_of_before(environment)

    def killed(opened: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("web.commands.jobs.make_anew", killed)
        run("migrate", str(tmp_path / "disk"), *PERSONS, code=1)
    told = run("migrate", str(tmp_path / "disk"), *PERSONS).output
    assert "没有改动" in told and "现有 1 件" in told and "元数据清单 1 件" in told
    assert "现有" not in run("migrate", str(tmp_path / "disk"), *PERSONS).output


def with_accounts(environment: dict[str, str]) -> dict[str, list[str]]:
    """Add two publishers as the desk does, and return their codes on paper."""
    codes = {}
    settings = Settings.from_environment(environment)
    with closing(Catalogue(settings.database_url, settings.data, keys=settings.keys)) as catalogue:
        with closing(staff.Staff(settings.staff_database_url, catalogue.keys)) as opened:
            known = Accounts(opened, catalogue)
            for name, person in (("lisi", "李四"), ("wangwu", "王五")):
                account, handed = known.add(name, person, [Role.PUBLISHER], "县政府办", "安装人")
                known.choose_password(account, handed, PASSWORD)
                secret = passwords.new_secret()
                codes[name] = known.enrol(account, secret, pyotp.TOTP(secret).at(time.time() - 30))
    return codes


@in_a_file
@pytest.mark.usefixtures("quick_hashes")
@pytest.mark.parametrize("tables", ["of today", "of before"])
def test_once_there_are_accounts_both_sign_in_for_the_seals(
    environment: dict[str, str], tmp_path: Path, tables: str
) -> None:
    run = archive_of_before(environment)
    run("migrate", str(tmp_path / "first"), *PERSONS)
    (backup,) = (tmp_path / "first").iterdir()
    shutil.rmtree(environment["GONGKAI_DATA"])
    run("restore", str(backup), code=1)
    codes = with_accounts(environment)
    if tables == "of before":
        with inside(Settings.from_environment(environment).staff_database_url) as connection:
            connection.execute(text("DROP TABLE letter_services"))
            connection.execute(text(f"UPDATE {STAFF.table} SET version_num = '0008'"))  # noqa: S608  # our own name
    assert "请以“甲”的账号确认身份" in run("migrate", str(tmp_path / "disk"), *PERSONS, code=1, input="?\n\n").stderr
    assert "封签完好" not in run("verify", code=1).output
    typed = "".join(f"{PASSWORD}\n{codes[name].pop()}\n" for name in codes)
    told = run("migrate", str(tmp_path / "disk"), "--by", "lisi", "--and", "wangwu", input=typed)
    assert "封存 1 件公开文件" in told.output
    assert "李四、王五  key" in run("audit", "list").stdout
    run("verify")
