"""Accounts of staff on the command line, and that a backup has them."""

import re
from pathlib import Path

from tests.web.commands.conftest import Run


def test_accounts_are_made_changed_and_listed(run: Run) -> None:
    made = run(
        "accounts", "add", "li", "--person", "李四", "--role", "reviewer", "--unit", "县政府办", "--by", "安装人"
    )
    assert re.search(r"用户名 li，密码 [\w-]{19}", made.output)
    assert (
        "已有账号"
        in run("accounts", "add", "li2", "--person", "李 四", "--role", "审查员", "--by", "甲", code=1).stderr
    )
    run("accounts", "roles", "li", "--role", "发布人", "--role", "机构负责人", "--by", "甲")
    assert (
        "三员分立"
        in run("accounts", "roles", "li", "--role", "审计员", "--role", "审查员", "--by", "甲", code=1).stderr
    )
    assert run("accounts", "list").output == "li\t李四\t县政府办\t发布人、机构负责人\n"
    assert "停用" in run("accounts", "disable", "li", "--by", "甲").output
    assert run("accounts", "list").output.endswith("\t停用\n")
    run("accounts", "disable", "li", "--undo", "--by", "甲")
    assert re.search(r"新密码：[\w-]{19}（", run("accounts", "reset", "li", "--by", "甲").output)
    assert "没有用户名" in run("accounts", "reset", "nobody", "--by", "甲", code=1).stderr
    log = run("audit", "list").output
    assert all(f"account.{act}" in log for act in ("add", "change", "disable", "enable", "reset"))


def test_a_backup_brings_the_accounts_back(run: Run, folder: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    run("ingest", str(folder), "--actor", "丁四")
    run("accounts", "add", "li", "--person", "李四", "--role", "审查员", "--by", "安装人")
    listed = run("accounts", "list").output
    key = tmp_path / "key.txt"
    key.write_text(run("key", "export").stdout, encoding="utf-8")
    run("backup", str(tmp_path / "disk"))
    (made,) = (tmp_path / "disk").iterdir()
    data = Path(environment["GONGKAI_DATA"])
    # It lies there only while a backup is made.
    assert (made / "staff.jsonl").stat().st_mode & 0o077 == 0 and not (data / "staff.jsonl").exists()
    environment["GONGKAI_DATA"] = str(tmp_path / "again")
    environment["GONGKAI_DATABASE_URL"] = ""
    assert "账号和申请登记簿已恢复" in run("restore", str(made), "--key", str(key)).output
    assert run("accounts", "list").output == listed
