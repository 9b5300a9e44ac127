"""The archive's key on the command line."""

import re
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pyotp
import pytest
from sqlalchemy import select

from archive.chinese.dates import office_today
from archive.errors import SignInRefused
from archive.registers import passwords, sessions
from archive.registers.accounts import Accounts
from archive.registers.requests.facts import Applicant, Field
from archive.registers.requests.request import Actor, Application
from archive.registers.requests.terms import Channel
from archive.registers.roles import Role
from archive.registers.staff import Staff
from archive.registers.staff_tables import accounts
from archive.store.seals import Key
from tests.conftest import Databases, in_a_file
from tests.web.commands.conftest import Run, caller
from web.app import create_app
from web.commands.register import register_of
from web.installation.services import open_services
from web.installation.settings import Settings

pytestmark = pytest.mark.page


def test_after_a_replacement_everything_is_served_as_before(
    run: Run, folder: Path, environment: dict[str, str]
) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    run("reindex")
    run("lists")
    before = _served(environment)
    assert before["/documents.csv"].count("\n") == 3 and "防汛" in before["/api/v1/documents"]
    said = run("key", "replace", "--by", "甲", "--and", "乙", "--reason", "密钥外泄").output
    assert "封存 2 件公开文件" in said
    assert _served(environment) == before


def test_after_a_replacement_a_backup_is_restored_with_the_key_on_paper(
    run: Run, folder: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    for number in ("一", "二"):
        run("key", "replace", "--by", "甲", "--and", "乙", "--reason", f"第{number}次换人")
    paper = tmp_path / "key.txt"
    paper.write_text(run("key", "export").stdout, encoding="utf-8")
    run("backup", str(tmp_path / "disk"))
    (made,) = (tmp_path / "disk").iterdir()
    environment["GONGKAI_DATA"] = str(tmp_path / "again")
    environment["GONGKAI_DATABASE_URL"] = ""
    run("restore", str(made), "--key", str(paper))
    run("verify")
    assert "2" in run("search", "通知").output
    # And once more, with the keys as they were brought along.
    assert run("key", "export").stdout == paper.read_text(encoding="utf-8")


@pytest.mark.statements
def test_whoever_has_a_second_factor_signs_in_after_a_replacement(
    run: Run, folder: Path, tmp_path: Path, environment: dict[str, str], databases: Databases
) -> None:
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.empty(tmp_path / "staff.sqlite3")
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    secret, password = passwords.new_secret(), "seven-horses-9"

    def signs_in() -> bool:
        with _staff(environment) as (staff, _):
            code = pyotp.TOTP(secret).at(time.time() + 30 * next(steps))
            try:
                return sessions.identify(staff, "lisi", password, code, "").person == "李四"
            except SignInRefused:
                return False

    # A code counts once, and no earlier one after it.
    steps, papers = iter((0, 1, 1)), {}
    with _staff(environment) as (staff, known):
        for name, person, key_of in (("lisi", "李四", secret), ("wangwu", "王五", passwords.new_secret())):
            account, handed = known.add(name, person, [Role.PUBLISHER], "县政府办", "安装人")
            known.choose_password(account, handed, password)
            papers[name] = known.enrol(account, key_of, pyotp.TOTP(key_of).at(time.time() - 30))
    assert signs_in()
    for number in ("一", "二"):
        typed = "".join(f"{password}\n{papers[name].pop()}\n" for name in ("lisi", "wangwu"))
        told = run("key", "replace", "--by", "lisi", "--and", "wangwu", "--reason", f"第{number}次换人", input=typed)
    assert "gongkai key export" in told.stderr and signs_in()
    run("verify")
    # Interrupted, once before the new key was in force and once after.
    with _staff(environment) as (staff, _):
        key = Key.new()
        staff.encrypt_anew(key)
        assert _second_factor(staff) == secret
        staff.keys.make(key)
        assert _second_factor(staff) == secret
    shutil.rmtree(Path(environment["GONGKAI_DATA"]) / "keys")
    lost = run("key", "replace", "--lost", "--by", "甲", "--and", "乙", "--reason", "遗失", code=1)
    assert "lisi（李四）的验证器" in lost.stderr and "gongkai accounts reset lisi" in lost.stderr
    assert not signs_in()
    assert "gongkai accounts reset lisi" in run("verify", code=1).stderr
    for name in papers:
        run("accounts", "reset", name, "--by", "安装人")
    run("verify")


@contextmanager
def _staff(environment: dict[str, str]) -> Iterator[tuple[Staff, Accounts]]:
    settings = Settings.from_environment(environment)
    with closing(open_services(settings)) as opened:
        with closing(Staff(settings.staff_database_url, opened.catalogue.keys)) as staff:
            yield staff, Accounts(staff, opened.catalogue)


def _second_factor(staff: Staff) -> str | None:
    with staff.reading() as connection:
        return staff.decrypted(connection.scalars(select(accounts.c.secret).where(accounts.c.name == "lisi")).one())


def _registered(environment: dict[str, str]) -> None:
    """Enter a request as the desk does."""
    with closing(open_services(Settings.from_environment(environment))) as opened, register_of(opened) as register:
        personal = {Field.NAME: "张三丰", Field.TEXT: "征地补偿方案"}
        made = Application(Channel.IN_PERSON, Applicant.PERSON, office_today(), personal)
        register.register(made, Actor("丁四"))


def _names(environment: dict[str, str]) -> list[str]:
    with closing(open_services(Settings.from_environment(environment))) as opened, register_of(opened) as register:
        return [register.look(each.id, Actor("丁四")).values[Field.NAME] for each in register.all()]


def test_who_asked_is_read_again_after_a_restore_with_the_keys_on_paper(
    run: Run, folder: Path, tmp_path: Path, environment: dict[str, str], databases: Databases
) -> None:
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.empty(tmp_path / "staff.sqlite3")
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    _registered(environment)
    assert "2 项重新加密" in run("key", "replace-persons", "--by", "甲").output
    paper, seals_only = tmp_path / "keys.txt", tmp_path / "seals.txt"
    paper.write_text(run("key", "export").stdout, encoding="utf-8")
    seals_only.write_text(paper.read_text(encoding="utf-8").partition("gongkai persons key")[0], encoding="utf-8")
    run("backup", str(tmp_path / "disk"))
    (made,) = (tmp_path / "disk").iterdir()
    assert not [path for path in made.rglob("*") if path.is_file() and "张三丰".encode() in path.read_bytes()]
    assert not [*made.rglob("*.key")]
    for number, keys in enumerate((paper, seals_only)):
        again = tmp_path / f"again{number}"
        environment["GONGKAI_DATA"], environment["GONGKAI_DATABASE_URL"] = str(again), ""
        environment["GONGKAI_STAFF_DATABASE_URL"] = databases.empty(tmp_path / f"staff{number}.sqlite3")
        restored = run("restore", str(made), "--key", str(keys), code=number)
        if keys is seals_only:
            assert "没有申请人信息的密钥" in restored.stderr and "gongkai key import" in restored.stderr
            assert "没有申请人信息的密钥" in run("verify", code=1).stderr
            persons_only = tmp_path / "persons.txt"
            mark = "gongkai persons key"
            persons_only.write_text(mark + paper.read_text(encoding="utf-8").partition(mark)[2], encoding="utf-8")
            run("key", "import", str(persons_only))
        assert _names(environment) == ["张三丰"]
        run("verify")


def _served(environment: dict[str, str]) -> dict[str, str]:
    """Return the answers of a server, started anew, that depend on seals."""
    with closing(open_services(Settings.from_environment(environment))) as services:
        client = create_app(services).test_client()
        answers = {
            path: client.get(path, buffered=True)
            for path in ("/documents.csv", "/documents.jsonl", "/api/v1/documents", "/search?q=防汛")
        }
        assert {answer.status_code for answer in answers.values()} == {200}
        # A search tells how long it took.
        return {path: answer.text for path, answer in answers.items() if not path.startswith("/search")}


def test_a_key_that_is_put_back_again_is_printed_as_it_was(run: Run, tmp_path: Path) -> None:
    run("key", "replace", "--by", "甲", "--and", "乙", "--reason", "换人")
    paper = tmp_path / "keys.txt"
    printed = run("key", "export").stdout
    assert "former 1" in printed and "former 2" not in printed
    paper.write_text(printed, encoding="utf-8")
    for _ in range(2):
        run("key", "import", str(paper))
        assert run("key", "export").stdout == printed


def test_a_key_that_is_put_back_says_which_and_what_holds_now(
    run: Run, tmp_path: Path, environment: dict[str, str], databases: Databases
) -> None:
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.empty(tmp_path / "staff.sqlite3")
    _registered(environment)
    run("key", "replace", "--by", "甲", "--and", "乙", "--reason", "换人")
    paper = tmp_path / "keys.txt"
    paper.write_text(printed := run("key", "export").stdout, encoding="utf-8")
    seals, persons = (line.split()[-2:] for line in printed.splitlines() if line.startswith("key:"))
    keys = Path(environment["GONGKAI_DATA"]) / "keys"
    shutil.rmtree(keys)
    told = run("key", "import", str(paper))
    assert f"放回了封存决定的密钥 {''.join(seals)}，连同以前的公钥 1 把：现在由它封存和核对。" in told.stdout
    assert f"放回了申请人信息的密钥 {''.join(persons)}：现在用 {''.join(persons)} 加密" in told.stdout
    assert "gongkai verify" in told.stderr and "读不出" not in told.stderr
    # Of a copy that has not all, what is still lacking is told.
    shutil.rmtree(keys)
    paper.write_text(printed.partition("gongkai persons key")[0], encoding="utf-8")
    told = run("key", "import", str(paper))
    assert "申请人信息的密钥" not in told.stdout and "没有申请人信息的密钥" in told.stderr


@pytest.mark.parametrize("apart", [False, True])
def test_a_key_that_others_may_read_or_exchange_is_told_with_how_to_mend_it(
    run: Run, tmp_path: Path, environment: dict[str, str], apart: bool
) -> None:
    run("review", "list")
    keys = Path(environment["GONGKAI_DATA"]) / "keys"
    if apart:
        keys = keys.rename(tmp_path / "keys of seals")
        environment["GONGKAI_KEYS"] = str(keys)
        # The public process of another user comes to the public key.
        keys.chmod(0o755)
        (keys / "public.key").chmod(0o644)
        assert "注意" not in run("review", "list").stderr
    (keys / "private.key").chmod(0o644)
    for command in (("review", "list"), ("key", "export")):
        told = run(*command).stderr
        assert f"{keys}/private.key（644）" in told and "gongkai key replace" in told
    (keys / "public.key").chmod(0o666)
    (mend,) = re.findall("请运行：(.*?)。可能已经", run("review", "list").stderr)
    # What it says is enough, and no more than that.
    subprocess.run(["sh", "-c", mend], check=True)  # noqa: S603, S607  # what a person is told to type
    assert "注意" not in run("review", "list").stderr
    assert (keys / "public.key").stat().st_mode & 0o777 == 0o644


def test_a_backup_is_not_restored_with_a_key_that_did_not_seal_it(run: Run, folder: Path, tmp_path: Path) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    other, right = tmp_path / "other.key", tmp_path / "right.key"
    other.write_text(Key.new().written(), encoding="utf-8")
    right.write_text(run("key", "export").stdout, encoding="utf-8")
    run("backup", str(tmp_path / "backups"))
    (backup,) = (tmp_path / "backups").iterdir()
    new = caller({"GONGKAI_DATA": str(tmp_path / "new"), "GONGKAI_DATABASE_URL": "", "GONGKAI_ENGINE_URL": ""})
    assert "另一把，没有恢复" in new("restore", str(backup), "--key", str(other), code=1).stderr
    assert not (tmp_path / "new").exists()
    new("restore", str(backup), "--key", str(right))
    assert "封签完好" in new("verify").output


@in_a_file
@pytest.mark.parametrize("gone", ["the file", "its content"])
def test_what_is_said_without_key_and_database_helps_as_it_is_written(
    run: Run, folder: Path, tmp_path: Path, environment: dict[str, str], gone: str
) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    paper = tmp_path / "paper.txt"
    paper.write_text(run("key", "export").stdout, encoding="utf-8")

    def lose() -> None:
        data = Path(environment["GONGKAI_DATA"])
        shutil.rmtree(data / "keys")
        for path in data.glob("catalogue.sqlite3*"):
            path.unlink()
        if gone == "its content":
            (data / "catalogue.sqlite3").touch()

    lose()
    assert "gongkai rebuild-catalogue" in run("verify", code=1).stderr
    assert "gongkai key import FILE" in run("rebuild-catalogue", code=1).stderr
    run("key", "import", str(paper))
    assert "2 件，其中公开 2 件" in run("rebuild-catalogue").stdout
    run("verify")
    # And where the copy on paper is lost, too.
    lose()
    told = run("rebuild-catalogue", code=1).stderr
    assert "gongkai key replace --lost" in told and "gongkai rebuild-catalogue --lost-key" in told
    run("rebuild-catalogue", "--lost-key", code=1)
    assert "封存 2 件" in run("key", "replace", "--lost", "--by", "甲", "--and", "乙", "--reason", "遗失").stdout
    run("verify")
