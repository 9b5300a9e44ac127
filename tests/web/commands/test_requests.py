"""The register of requests on the command line, where there are no accounts yet."""

from pathlib import Path

import pytest
import time_machine
from sqlalchemy import create_engine, text

from tests.conftest import Databases, in_a_file
from tests.web.commands.conftest import Run

pytestmark = pytest.mark.page

HEAD = "登记号,收到渠道,提交日,申请人类型,姓名,申请内容,结果代码,答复日\n"
ROWS = (
    "2009年第1号,当面,2009-09-21,自然人,张三丰,方案,R03,2009-09-25\n2009年第2号,飞鸽,2009-09-21,自然人,李四光,方案,,\n"
)


@pytest.fixture(autouse=True)
def own_database(environment: dict[str, str], databases: Databases, tmp_path: Path) -> None:
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.empty(tmp_path / "staff.sqlite3")


@pytest.fixture
def old(tmp_path: Path) -> Path:
    path = tmp_path / "old.csv"
    path.write_text(HEAD + ROWS, encoding="utf-8")
    return path


def test_a_register_goes_in_and_out(run: Run, old: Path, tmp_path: Path) -> None:
    tried = run("requests", "import", str(old), "--by", "丁四", "--dry-run", code=1)
    assert "可以导入 1 件，没有写入；1 行有误" in tried.stdout
    assert "第 3 行没有导入：收到渠道应为 当面" in tried.stderr
    assert (
        "导入 1 件；1 行有误，请改正后只导入这些行。"
        in run("requests", "import", str(old), "--by", "丁四", code=1).stdout
    )
    for name in ("out.csv", "out.xlsx"):
        assert "导出 1 件" in run("requests", "export", str(tmp_path / name), "--by", "丁四").stdout
    assert "2009年第1号,导入,已办结,当面" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    refused = run("requests", "export", str(tmp_path / "who.csv"), "--by", "丁四", "--with-persons", code=1)
    assert "本机还没有账号" in refused.stderr and not (tmp_path / "who.csv").exists()


def test_what_is_personal_ends_with_its_term(run: Run, old: Path) -> None:
    run("requests", "import", str(old), "--by", "丁四", code=1)
    with time_machine.travel("2019-12-31T04:00:00Z"):
        assert "0 件" in run("requests", "anonymise", "--by", "戊五").stdout
    with time_machine.travel("2020-01-02T04:00:00Z"):
        tried = run("requests", "anonymise", "--by", "戊五", "--dry-run").stdout
        assert "2009年第1号" in tried and "没有改动" in tried
        assert "1 件保管期限届满，个人信息已经去除" in run("requests", "anonymise", "--by", "戊五").stdout
        assert "0 件" in run("requests", "anonymise", "--by", "戊五").stdout


def test_a_file_that_is_no_register_is_a_sentence(run: Run, tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("标题,文号\n", encoding="utf-8")
    told = run("requests", "import", str(tmp_path / "a.csv"), "--by", "丁四", code=1).stderr
    assert "第 1 行应为列名" in told and "Traceback" not in told


def test_a_notice_names_the_requests_that_it_moves(run: Run, environment: dict[str, str], tmp_path: Path) -> None:
    rows = "2026-0001,当面,2026-12-04,自然人,张三丰,方案,,\n2026-0002,当面,2026-11-02,自然人,李四光,方案,,\n"
    (tmp_path / "open.csv").write_text(HEAD + rows, encoding="utf-8")
    with time_machine.travel("2026-12-08T04:00:00Z"):
        run("requests", "import", str(tmp_path / "open.csv"), "--by", "丁四")
        lines = [
            *("2027,全年,,国办发明电〔2026〕9号,2026-12-07", "2027-01-01,放假,元旦,国办发明电〔2026〕9号,2026-12-07"),
            *(f"2027-02-{day:02},放假,春节,国办发明电〔2026〕9号,2026-12-07" for day in range(5, 13)),
            *(f"2027-{day},放假,节日,国办发明电〔2026〕9号,2026-12-07" for day in ("05-01", "10-01", "10-02", "10-03")),
        ]
        notice = tmp_path / "notice.csv"
        notice.write_text("\n".join(("日期,安排,节日,文号,通知日期", *lines)) + "\n", encoding="utf-8")
        told = run("calendar", "import", str(notice)).stdout
    assert "1 件正在办理的申请，答复期限随之改变" in told
    assert "2026-0001：待定（缺 2027 年放假安排） → 2027-01-04" in told and "2026-0002" not in told
    assert "request.terms" in run("audit", "list").stdout


@pytest.mark.statements
def test_what_is_deleted_is_in_no_file_while_the_desk_has_the_database_open(
    run: Run, environment: dict[str, str], tmp_path: Path
) -> None:
    url = environment["GONGKAI_STAFF_DATABASE_URL"]
    if not url.startswith("sqlite"):
        pytest.skip("over PostgreSQL a vacuum does it")
    rows = [f"2009年第{at}号,当面,2009-09-21,自然人,张三丰,方案,R03,2009-09-25" for at in range(1, 30)]
    (tmp_path / "many.csv").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")
    run("requests", "import", str(tmp_path / "many.csv"), "--by", "丁四")
    desk = create_engine(url)
    with desk.connect() as connection:
        sealed = [*connection.scalars(text("SELECT sealed FROM request_persons"))]
    assert len(sealed) == 58
    # The desk holds connections, between two of its transactions.
    held = desk.raw_connection()
    held.cursor().execute("SELECT count(*) FROM requests").fetchall()
    run("requests", "anonymise", "--by", "戊五")
    kept = b"".join(each.read_bytes() for each in tmp_path.rglob("staff.sqlite3*"))
    assert [each for each in sealed if each.encode() in kept] == []
    held.close()
    desk.dispose()


@in_a_file
def test_an_office_that_keeps_only_its_register_has_a_backup(
    run: Run, old: Path, environment: dict[str, str], databases: Databases, tmp_path: Path
) -> None:
    assert "没有一件文件" in run("backup", str(tmp_path / "empty"), code=1).stderr
    run("requests", "import", str(old), "--by", "丁四", code=1)
    made = run("backup", str(tmp_path / "backups")).stdout
    assert "备份 0 件文件" in made
    # The database lies outside of the folder: what is in it is left alone, and told.
    old.write_text(HEAD + ROWS.replace("第1号", "第3号"), encoding="utf-8")
    run("requests", "import", str(old), "--by", "丁四", code=1)
    assert "没有改动，备份里的没有恢复：requests" in run("restore", made.split()[-1], "--replace", code=1).stderr
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.empty(tmp_path / "again.sqlite3")
    assert "依申请公开登记簿 1 件" in run("restore", made.split()[-1], "--replace").stdout
    run("requests", "export", str(tmp_path / "out.csv"), "--by", "丁四")
    assert "2009年第1号,导入" in (tmp_path / "out.csv").read_text(encoding="utf-8")


def test_keys_that_do_not_read_the_register_are_not_printed_as_if_they_were_all(
    run: Run, environment: dict[str, str], old: Path
) -> None:
    run("requests", "import", str(old), "--by", "丁四", code=1)
    assert "persons key" in run("key", "export").stdout
    (own,) = Path(environment["GONGKAI_DATA"]).rglob("persons.key")
    own.unlink()
    told = run("key", "export", code=1)
    assert "以上内容不全" in told.stderr and "persons.key" in told.stderr and "private key" in told.stdout
