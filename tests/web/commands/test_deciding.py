"""Once there are accounts, deciding commands ask for one and its second factor, and no free name will do."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import click
import pyotp
import pytest
from click.testing import CliRunner, Result

from archive.registers import passwords
from archive.registers.accounts import Accounts
from archive.registers.roles import Role
from archive.registers.staff import Staff
from tests.conftest import Databases
from tests.web.commands.conftest import Run
from web.commands.cli import cli
from web.installation.services import open_services
from web.installation.settings import Settings

# The statements behind these commands are executed over either database by the archive's own tests.
pytestmark = [pytest.mark.usefixtures("quick_hashes"), pytest.mark.page]

PASSWORD = "今天食堂的红烧肉很不错呀"  # noqa: S105 - of the tests
PEOPLE = {
    "reviewer": ("乙二", Role.REVIEWER),
    "publisher": ("丙三", Role.PUBLISHER),
    "head": ("戊五", Role.HEAD),
    "clerk": ("丁四", Role.CLERK),
}


@dataclass
class Office:
    """A document that waits, and people with accounts and paper codes."""

    run: Callable[..., Result]
    id: str
    codes: dict[str, list[str]]

    def typed(self, name: str) -> str:
        """Return what somebody types who is asked for password and code."""
        return f"{PASSWORD}\n{self.codes[name].pop()}\n"


@pytest.fixture
def office(run: Run, environment: dict[str, str], folder: Path, databases: Databases, tmp_path: Path) -> Office:
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.empty(tmp_path / "data" / "staff.sqlite3")
    run("ingest", str(folder / "a.txt"))
    (id,) = (line.split()[0] for line in run("review", "list").stdout.splitlines())
    settings = Settings.from_environment(environment)
    opened = open_services(settings)
    staff = Staff(settings.staff_database_url, opened.catalogue.keys)
    accounts, codes = Accounts(staff, opened.catalogue), {}
    for name, (person, role) in PEOPLE.items():
        account, handed = accounts.add(name, person, [role], "县政府办", "安装人")
        accounts.choose_password(account, handed, PASSWORD)
        secret = passwords.new_secret()
        codes[name] = accounts.enrol(account, secret, pyotp.TOTP(secret).now())
    staff.close()
    opened.close()

    def typing(*arguments: str, input: str = "", code: int = 0) -> Result:
        result = CliRunner().invoke(cli, arguments, env=environment, input=input)
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    return Office(typing, id, codes)


def commands(id: str) -> dict[str, tuple[str, ...]]:
    """List every command that decides, as somebody without an account would type it."""
    free = ("--reviewer", "路人", "--reason", "看过")
    table, out, by = "corpus/manifest.jsonl", "/nowhere/a.csv", ("--by", "路人")
    registers = ("proposals", "corrections", "reevaluations", "handovers", "openings", "disputes", "findings")
    return {
        "findings contractor": ("findings", "contractor", table, *by),
        "findings evidence": ("findings", "evidence", "2026-Q3", out, *by),
        "classify": ("review", "classify", id, "--as", "主动公开", "--reviewer", "路人", "--basis", "条例"),
        "examine": (
            *("review", "examine", id, "--aspect", "真实性", "--outcome", "通过"),
            *("--reviewer", "路人", "--basis", "看过"),
        ),
        "settle": ("review", "settle", id, "1", "--as", "keep", *free),
        "approve": ("review", "approve", id, *free),
        "vouch": ("review", "approve", id, "--vouch", *free),
        "force": ("review", "approve", id, "--force", *free),
        "reject": ("review", "reject", id, *free),
        "withdraw": ("review", "withdraw", id, *free),
        "after": ("review", "after", id, "--outcome", "passed", *free),
        "schedule": ("review", "schedule", id, "2030-01-31 09:00", *free),
        "unschedule": ("review", "unschedule", id, *free),
        "reread": ("reread", id, "--actor", "路人"),
        "readings examine": ("review", "readings", id, "--examine", *free),
        "readings approve": ("review", "readings", id, "--approve", *free),
        "readings send back": ("review", "readings", id, "--send-back", *free),
        "correct": ("correct", id, "标题", "通知", "--as", "路人", "--reason", "更正"),
        "attachments add": ("attachments", "add", id, "README.md", "--as", "路人", "--reason", "更正"),
        "attachments rename": ("attachments", "rename", id, "1", "a.txt", "--as", "路人", "--reason", "更正"),
        "attachments move": ("attachments", "move", id, "1", "2", "--as", "路人", "--reason", "更正"),
        "attachments remove": ("attachments", "remove", id, "1", "--as", "路人", "--reason", "更正"),
        "add": ("relations", "add", id, "废止", "--target", id, "--person", "路人", "--reason", "废止"),
        "validity": ("validity", id, "已废止", "--since", "2026-01-31", "--person", "路人", "--reason", "废止"),
        "confirm": ("relations", "confirm", "1", "--target", id, "--person", "路人"),
        "refuse": ("relations", "refuse", "1", "--person", "路人"),
        "ingest": ("ingest", "corpus/manifest.jsonl", "--actor", "路人"),
        "requests import": ("requests", "import", table, *by),
        "requests export": ("requests", "export", out, *by, "--with-persons"),
        "requests anonymise": ("requests", "anonymise", *by),
        **{f"{each} import": (each, "import", table, *by) for each in registers},
        **{f"{each} export": (each, "export", out, *by) for each in registers},
        "corrections export": ("corrections", "export", out, *by, "--with-persons"),
        "corrections anonymise": ("corrections", "anonymise", *by),
        "handovers list": ("handovers", "list", out, "--after-ten-years", "2026", *by),
        "handovers transfer": ("handovers", "transfer", table, "--receiver", "县档案馆", *by),
        "handovers pack": ("handovers", "pack", "2026-0001", out, *by),
        "annual-report import": ("annual-report", "import", table, *by),
        "annual-report freeze": ("annual-report", "freeze", "2019", *by),
        "annual-report pass": ("annual-report", "pass", "2019", "某处不符", "--reason", "已核实", *by),
        "key": ("key", "replace", *by, "--and", "行人", "--reason", "外泄"),
        "key of persons": ("key", "replace-persons", *by),
        "takeover": ("ingest", "corpus/manifest.jsonl", "--already-published", "--actor", "路人"),
    }


def test_every_command_that_names_a_person_who_decides_is_among_these() -> None:
    def deciding(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
        for name in group.list_commands(click.Context(group)):
            command = group.get_command(click.Context(group), name)
            if isinstance(command, click.Group):
                yield from deciding(command, (*above, name))
            elif command and {"reviewer", "person", "actor", "by"} & {each.name for each in command.params}:
                yield (*above, name)

    tried = {tuple(each) for each in commands("").values()}
    left = [name for name in deciding(cli) if not any(each[: len(name)] == name for each in tried)]
    # Accounts are made at the machine itself, also where nobody has one yet.
    assert {each for each, *_ in left} == {"accounts"}


@pytest.mark.slow
@pytest.mark.alike
@pytest.mark.parametrize("name", commands(""))
def test_a_free_name_decides_nothing_where_there_are_accounts(office: Office, name: str) -> None:
    before = office.run("review", "list", "--status", "all").stdout
    told = office.run(*commands(office.id)[name], input=f"{PASSWORD}\n123456\n", code=1)
    assert "用户名、密码或验证码不正确" in told.stderr
    assert office.run("review", "list", "--status", "all").stdout == before
    assert "路人" not in office.run("audit", "list").stdout


def test_who_asked_is_exported_by_a_clerk_who_proves_it(office: Office, tmp_path: Path) -> None:
    old, out = tmp_path / "old.csv", tmp_path / "out.csv"
    old.write_text(
        "登记号,收到渠道,提交日,申请人类型,姓名,申请内容\n2019年第1号,当面,2019-09-20,自然人,张三丰,方案\n",
        encoding="utf-8",
    )
    assert (
        "导入 1 件" in office.run("requests", "import", str(old), "--by", "clerk", input=office.typed("clerk")).stdout
    )
    export = ("requests", "export", str(out), "--with-persons", "--by")
    told = office.run(*export, "head", input=office.typed("head"), code=1).stderr
    assert "没有“导出申请人信息”的权限" in told and not out.exists()
    assert "导出 1 件" in office.run(*export, "clerk", input=office.typed("clerk")).stdout
    assert "张三丰" in out.read_text(encoding="utf-8")
    log = office.run("audit", "list").stdout
    assert "丁四  request.export" in log and "三丰" not in log
    assert "已经有了，没有写入" in office.run(*export, "clerk", input=office.typed("clerk"), code=1).stderr


def test_a_document_becomes_public_by_two_accounts(office: Office) -> None:
    id = office.id
    reviewer = ("--reviewer", "reviewer", "--basis", "条例第二十条")
    office.run("review", "classify", id, "--as", "active", *reviewer, input=office.typed("reviewer"))
    both = ("--aspect", "真实性", "--aspect", "保密性", "--outcome", "通过")
    office.run("review", "examine", id, *both, *reviewer, input=office.typed("reviewer"))
    # Not by one who may not, not with a code that was used, not with a wrong password.
    told = office.run("review", "approve", id, "--reviewer", "reviewer", input=office.typed("reviewer"), code=1)
    assert "乙二的角色（审查员）没有“批准公开”的权限" in told.stderr
    used = office.typed("publisher")
    told = office.run(
        "review", "approve", id, "--vouch", "--reason", "急", "--reviewer", "publisher", input=used, code=1
    )
    assert "单人特批" in told.stderr
    for wrong in (used, "猜的密码猜的密码\n1\n", f"{PASSWORD}\n\n"):
        assert "不正确" in office.run("review", "approve", id, "--reviewer", "publisher", input=wrong, code=1).stderr
    office.run("review", "approve", id, "--reviewer", "PUBLISHER", input=office.typed("publisher"))
    log = office.run("audit", "list").stdout
    assert re.search("丙三 +approve", log) and "PUBLISHER" not in log
    assert log.count("命令行") >= 4, "each act of an account says where it was done"


def test_the_key_is_replaced_by_two_accounts_of_two_persons(office: Office) -> None:
    both = office.typed("publisher") + office.typed("head")
    key = office.run("key", "export").stdout
    by = ("key", "replace", "--reason", "换人", "--by", "publisher", "--and")
    assert "两名不同的经办人" in office.run(*by, "Publisher", code=1).stderr
    one_may_not = office.typed("publisher") + office.typed("clerk")
    assert "丁四的角色（申请受理员）没有" in office.run(*by, "clerk", input=one_may_not, code=1).stderr
    assert "不正确" in office.run(*by, "head", input=office.typed("publisher") + "猜的\n1\n", code=1).stderr
    # Not even where it is said to be lost and is not.
    assert "不正确" in office.run(*by, "路人", "--lost", input=office.typed("publisher") + "x\n1\n", code=1).stderr
    assert office.run("key", "export").stdout == key
    office.run(*by, "head", input=both)
    assert office.run("key", "export").stdout != key
    assert re.search("丙三、戊五 +key", office.run("audit", "list").stdout)


def test_a_missing_database_of_accounts_frees_no_name(
    office: Office, environment: dict[str, str], databases: Databases, tmp_path: Path
) -> None:
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.empty(tmp_path / "elsewhere.sqlite3")
    told = office.run(*commands(office.id)["classify"], code=1)
    assert "GONGKAI_STAFF_DATABASE_URL" in told.stderr
    assert not (tmp_path / "elsewhere.sqlite3").exists() or "sqlite" not in environment["GONGKAI_STAFF_DATABASE_URL"]


def test_whoever_has_not_finished_their_account_decides_nothing(
    office: Office,
) -> None:
    made = office.run("accounts", "add", "new", "--person", "新人", "--role", "审查员", "--by", "安装人").stdout
    password = re.search(r"密码 (\S+?)（", made)
    assert password
    command = [each if each != "路人" else "new" for each in commands(office.id)["classify"]]
    told = office.run(*command, input=f"{password[1]}\n\n", code=1)
    assert "先登录工作台" in told.stderr


def test_files_are_brought_in_by_an_account_that_may_or_as_by_the_watched_folder(office: Office, folder: Path) -> None:
    (folder / "b.txt").write_text("关于防火的通知\n请值班。\n", encoding="utf-8")
    (folder / "c.txt").write_text("关于防冻的通知\n请值班。\n", encoding="utf-8")
    refused = office.run(
        "ingest", str(folder / "b.txt"), "--actor", "publisher", input=office.typed("publisher"), code=1
    )
    assert "没有“收文”的权限" in refused.stderr
    office.run("ingest", str(folder / "b.txt"), "--actor", "reviewer", input=office.typed("reviewer"))
    log = office.run("audit", "list").stdout
    assert re.search("乙二 +receive", log) and not re.search("丙三 +receive", log)
    # Nobody attends a nightly job. Its name is nobody's, and takes over nothing.
    office.run("ingest", str(folder / "c.txt"), "--actor", "收文文件夹")
    assert re.search("收文文件夹 +receive", office.run("audit", "list").stdout)
    takeover = ("ingest", str(folder / "c.txt"), "--already-published", "--actor", "收文文件夹")
    assert "不正确" in office.run(*takeover, input="密码\n1\n", code=1).stderr
    told = office.run(
        "accounts", "add", "folder", "--person", "收文文件夹", "--role", "审查员", "--by", "安装人", code=1
    )
    assert "收文文件夹" in told.stderr


@pytest.mark.parametrize("input", ["", f"{PASSWORD}\n"])
def test_where_nobody_can_be_asked_it_is_said_what_to_do(office: Office, input: str) -> None:
    told = office.run("review", "approve", office.id, "--reviewer", "publisher", "--reason", "可", input=input, code=2)
    assert "这里没有终端，问不到密码，没有进行任何操作。请在终端里运行" in told.stderr
    assert "Aborted" not in told.output
