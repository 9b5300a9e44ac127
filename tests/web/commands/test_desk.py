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


def test_a_backup_brings_accounts_and_all_registers_back_and_counts_them(
    run: Run, folder: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    run("ingest", str(folder), "--actor", "丁四")
    asked, proposed = tmp_path / "asked.csv", tmp_path / "proposed.csv"
    head = "登记号,收到渠道,提交日,申请人类型,姓名,申请内容,结果代码,答复日\n"
    asked.write_text(f"{head}2009年第1号,当面,2009-09-21,自然人,张三丰,方案,R03,2009-09-25\n", encoding="utf-8")
    head = "年度,种类,编号,标题,提出人,承办单位,收到日\n"
    rows = "".join(f"2019,人大建议,{at},修桥,王代表,交通局,2019-02-20\n" for at in (1, 2))
    proposed.write_text(head + rows, encoding="utf-8")
    run("requests", "import", str(asked), "--by", "丁四")
    run("proposals", "import", str(proposed), "--by", "丁四")
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
    told = run("restore", str(made), "--key", str(key)).output
    assert "账号 1 个、依申请公开登记簿 1 件（检索情况记录 0 份）、其他登记簿 2 条已恢复" in told
    assert "没有改动" not in told
    assert run("accounts", "list").output == listed
    assert "收到\t2 件" in run("proposals", "figures", "2019").stdout
    # A database of the staff's that lies elsewhere and is in use is left alone, and that is said.
    run("accounts", "add", "wang", "--person", "王五", "--role", "审查员", "--by", "安装人")
    environment["GONGKAI_STAFF_DATABASE_URL"] = f"sqlite:///{tmp_path / 'again' / 'staff.sqlite3'}"
    environment["GONGKAI_DATA"] = str(tmp_path / "third")
    told = run("restore", str(made), "--key", str(key), code=1).output
    assert "账号 0 个" in told and "原来就有内容的表没有改动，备份里的没有恢复：accounts" in told
