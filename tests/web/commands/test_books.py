"""The registers beside on the command line, where there are no accounts yet."""

from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
import time_machine

from archive.chinese.dates import OFFICE_TIME, office_today
from archive.decisions.scheduled import Running
from archive.registers.books.book import Book
from archive.registers.books.openings import OWN, SPEC
from archive.registers.notices import packaged
from archive.registers.requests.facts import Applicant, Field
from archive.registers.requests.register import Register
from archive.registers.requests.request import Application
from archive.registers.requests.states import Event
from archive.registers.requests.terms import Channel
from archive.registers.staff import Staff
from archive.registers.workdays import Calendar
from tests.archive.registers.requests.conftest import CLERK
from tests.archive.registers.requests.test_register import answer
from tests.conftest import Databases
from tests.web.commands.conftest import Run
from web.installation.services import open_services
from web.installation.settings import Settings

pytestmark = pytest.mark.page

HEAD = "年度,种类,编号,标题,提出人,承办单位,收到日,答复日,答复类别,答复是否公开\n"
ROWS = (
    "2019,人大建议,1,修桥,王代表,交通局,2019-02-20,2019-05-20,A类,公开\n2019,议案,2,修路,王代表,交通局,2019-02-20,,,\n"
)


@pytest.fixture(autouse=True)
def own_database(environment: dict[str, str], databases: Databases, tmp_path: Path) -> None:
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.empty(tmp_path / "staff.sqlite3")


def test_proposals_go_in_and_out_and_are_counted(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    old.write_text(HEAD + ROWS, encoding="utf-8")
    tried = run("proposals", "import", str(old), "--by", "丁四", "--dry-run", code=1)
    assert "可以导入 1 条，没有写入；1 行有误" in tried.stdout and "第 3 行没有导入：种类应为" in tried.stderr
    assert "导入 1 条" in run("proposals", "import", str(old), "--by", "丁四", code=1).stdout
    assert "收到\t1 件" in run("proposals", "figures", "2019").stdout
    for name in ("out.csv", "out.xlsx"):
        assert "导出 1 条" in run("proposals", "export", str(tmp_path / name), "--by", "丁四").stdout
    assert "2019,人大建议,1,修桥" in (tmp_path / "out.csv").read_text(encoding="utf-8")
    assert "已经有了" in run("proposals", "export", str(tmp_path / "out.csv"), "--by", "丁四", code=1).stderr
    assert "账号、登记簿完好" in run("verify", code=1).stdout, "an empty archive has no index"


def test_rows_without_a_number_are_not_taken_twice(
    run: Run, folder: Path, tmp_path: Path, environment: dict[str, str]
) -> None:
    run("ingest", str(folder), "--already-published", "--actor", "移交")
    id = run("search", "防汛").stdout.partition("[")[2].partition("]")[0] if run("reindex").exit_code == 0 else ""
    tables = {
        "reevaluations": f"文件,评估日,结论,理由\n{id},2025-02-01,维持,仍然涉及\n",
        "handovers": f"移送对象,种类,接收单位,移送日,文件\n公共图书馆,提供公开信息,县图书馆,2025-02-01,{id}\n",
        "corrections": f"收到日,涉及的文件,决定,决定日,告知日\n2025-02-01,{id},,,\n",
    }
    for book, table in tables.items():
        file = tmp_path / f"{book}.csv"
        # Twice in the file, and the file twice.
        file.write_text(table + table.partition("\n")[2], encoding="utf-8")
        first = run(book, "import", str(file), "--by", "丁四", code=1)
        assert "导入 1 条；1 行有误" in first.stdout and "文件里前面的一行相同" in first.stderr, book
        again = run(book, "import", str(file), "--by", "丁四", code=1)
        assert "导入 0 条；2 行有误" in again.stdout and "登记簿里的 2026-0001 相同" in again.stderr, book
        # Whoever means another one says so.
        head, row = table.strip().split("\n")
        file.write_text(f"登记号,{head}\n2025-0009,{row}\n", encoding="utf-8")
        assert "导入 1 条；0 行有误" in run(book, "import", str(file), "--by", "丁四").stdout


def test_disputes_go_in_at_their_requests_and_are_counted(run: Run, tmp_path: Path) -> None:
    old = tmp_path / "old.csv"
    head = "登记号,收到渠道,提交日,申请人类型,姓名,申请内容,结果代码,答复日\n"
    old.write_text(f"{head}2009年第1号,当面,2009-09-21,自然人,张三丰,方案,R03,2009-09-25\n", encoding="utf-8")
    run("requests", "import", str(old), "--by", "丁四")
    told = tmp_path / "disputes.csv"
    told.write_text(
        "申请登记号,种类,提出日,审结日,结果\n2009年第1号,复议,2019-10-08,2020-01-08,维持\n2009年第2号,复议,2019-10-08,,\n",
        encoding="utf-8",
    )
    tried = run("disputes", "import", str(told), "--by", "丁四", "--dry-run", code=1)
    assert "可以导入 1 条，没有写入；1 行有误" in tried.stdout and "第 3 行没有导入" in tried.stderr
    run("disputes", "import", str(told), "--by", "丁四", code=1)
    assert "复议\t维持 0\t纠正 0\t其他 0\t未结 1\t总计 1" in run("disputes", "figures", "2019").stdout
    assert "复议\t维持 1\t纠正 0\t其他 0\t未结 0\t总计 1" in run("disputes", "figures", "2020").stdout
    assert "导出 1 条" in run("disputes", "export", str(tmp_path / "out.csv"), "--by", "丁四").stdout


def test_what_is_to_be_evaluated_is_listed(run: Run) -> None:
    assert run("reevaluations", "due", "2026").stdout == ""
    assert "评估\t0 件" in run("reevaluations", "figures", "2026").stdout
    assert "收到\t0 件" in run("corrections", "figures", "2026").stdout
    assert "0 条保管期限届满" in run("corrections", "anonymise", "--by", "戊五").stdout


def test_what_is_outstanding_is_written_and_a_batch_that_is_not_there_is_told(run: Run, tmp_path: Path) -> None:
    for at, option in enumerate((("--to", "公共图书馆"), ("--after-ten-years", "2026"))):
        out = tmp_path / f"{at}.csv"
        assert "写出 0 件" in run("handovers", "list", str(out), "--by", "丁四", *option).stdout
        assert "文件编号" in out.read_text(encoding="utf-8")
    run("handovers", "list", str(tmp_path / "x.csv"), "--by", "丁四", code=2)
    told = run("handovers", "pack", "2026-0001", str(tmp_path / "x.zip"), "--by", "丁四", code=1)
    assert "移送登记簿里没有这一条" in told.stderr
    empty = run("handovers", "transfer", str(tmp_path / "1.csv"), "--receiver", "县档案馆", "--by", "丁四", code=1)
    assert "请填写文件" in empty.stderr


@pytest.mark.statements
def test_a_reply_that_names_who_asked_is_not_approved_or_scheduled_or_public_at_its_time(
    run: Run, environment: dict[str, str], folder: Path
) -> None:
    name = "欧阳小玥"
    path = folder / "a.txt"
    path.write_text(f"石门村征地补偿方案\n\n应{name}申请公开。\n", encoding="utf-8")
    run("ingest", str(path))
    id = run("review", "list").stdout.split()[0]
    run("review", "classify", id, "--as", "主动公开", "--reviewer", "乙二", "--basis", "条例第二十条")
    by = ("--reviewer", "乙二", "--basis", "看过", "--outcome", "passed")
    run("review", "examine", id, "--aspect", "truthfulness", "--aspect", "confidentiality", *by)
    at = datetime.now(OFFICE_TIME) + timedelta(days=1)
    schedule = ("review", "schedule", id, f"{at:%Y-%m-%d %H:%M}", "--reviewer", "丙三")
    run(*schedule)
    settings = Settings.from_environment(environment)
    with (
        closing(open_services(settings)) as opened,
        closing(Staff(settings.staff_database_url, opened.catalogue.keys)) as staff,
    ):
        register, day = Register(staff, opened.catalogue, Calendar(packaged())), office_today()
        personal = {Field.NAME: name, Field.TEXT: "征地补偿方案"}
        made = register.register(Application(Channel.IN_PERSON, Applicant.PERSON, day, personal), CLERK)
        register.act(made.id, Event.ANSWER, answer(day), CLERK)
        told = {"request": made.number, "why": OWN, "on": day.isoformat(), "document": id}
        Book(SPEC, staff, opened.catalogue).enter(told, CLERK)
    refused = "不能公开（条例第四十四条）"
    # Its time was set before anybody knew.
    with time_machine.travel(at + timedelta(minutes=2)), mock.patch.object(Running, "now", lambda: Running("other", 5)):
        due = run("publish-due", code=1)
    assert refused in due.stdout and name not in due.output
    for command in (("review", "approve", id, "--reviewer", "丙三"), schedule):
        assert refused in run(*command, code=1).stderr
    for naming in (
        ("correct", id, "number", f"{name}〔2026〕1号", "--as", "乙二", "--reason", "更正", "--sure"),
        ("correct", id, "topic", "土地", "--as", "乙二", "--reason", f"应{name}要求"),
        ("review", "withdraw", id, "--reviewer", "丙三", "--reason", f"{name}要求撤回"),
    ):
        wrong = run(*naming, code=1)
        assert refused in wrong.stderr and name not in wrong.output
    assert "改为" in run("correct", id, "topic", "土地", "--as", "乙二", "--reason", "更正").stdout
    assert id in run("review", "list", "--status", "waiting").stdout
