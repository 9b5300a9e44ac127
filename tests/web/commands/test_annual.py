"""The annual report on the command line: its figures in an archive, and examining one without."""

import json
import re
from datetime import date
from pathlib import Path

import docx
import pytest

from archive.annual.report import heading
from archive.annual.settings import Reporting
from tests.archive.annual.made import html, made
from tests.conftest import Databases
from tests.web.commands.conftest import Run, caller

pytestmark = pytest.mark.page


@pytest.fixture
def bare(tmp_path: Path) -> Run:
    return caller({"GONGKAI_DATA": str(tmp_path / "nothing")})


def test_a_wrong_cell_is_told_with_both_sides_and_ends_with_1(bare: Run, tmp_path: Path) -> None:
    report = made(2021, 1)
    right = report.cells["四", "复议", "总计"]
    report.cells["四", "复议", "总计"] = "99"
    path = tmp_path / "a.html"
    path.write_text(html(report), encoding="utf-8")
    assert "总计却是 99" in bare("annual-report", "check", str(path), code=1).stdout
    told = json.loads(bare("annual-report", "check", str(path), "--json", code=1).stdout)
    (only,) = told["findings"]
    assert (only["table"], only["row"], only["column"]) == ("四", "复议", "总计")
    assert (only["left"], only["right"], only["expression"]) == (right, "99", "总计 = 维持+纠正+其他+未结")
    assert (told["year"], told["form"], told["tables"]["四"]["复议"]["总计"]) == (2021, 2021, 99)
    assert list(told["tables"]["三"])[20:] == ["R21a", "R21b", "R21c", "R22", "R23"]
    assert not (tmp_path / "nothing").exists()


def test_the_year_before_is_examined_with_it(bare: Run, tmp_path: Path) -> None:
    for year in (2020, 2021):
        (tmp_path / f"{year}.html").write_text(html(made(year, year)), encoding="utf-8")
    this, before = str(tmp_path / "2021.html"), str(tmp_path / "2020.html")
    told = bare("annual-report", "check", this, "--previous", before, code=1).stdout
    assert "2020 年度结转下年度" in told
    assert "没有核对结转" in bare("annual-report", "check", before, "--previous", this).stdout


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("a.txt", "关于放假的通知\n\n请各单位知悉。\n", "看不出"),
        (
            "2016年政府信息公开工作年度报告.txt",
            "某局2016年政府信息公开工作年度报告\n\n一、概述\n",
            "没有 2016 年度报告的格式",
        ),
        ("a.exe", "MZ\0\0\1", "gongkai: "),
    ],
)
def test_what_cannot_be_examined_ends_with_2(bare: Run, tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert said in bare("annual-report", "check", str(tmp_path / name), code=2).stderr


REQUESTS = (
    "登记号,收到渠道,提交日,申请人类型,结果代码,答复日\n"
    "2019-A1,当面,2019-02-03,自然人,R03,2019-02-20\n2018-A9,当面,2018-12-20,自然人,R13,2019-01-04\n"
    "2019-A4,当面,2019-12-20,法律服务机构,,\n"
)
SETTINGS = "county = '青石县人民政府'\nunits = ['青石县财政局', '柳河镇人民政府']\n"
HEAD = "年度,单位,表,行,列,数\n"
DRAFT = "\n\n".join(
    ("青石县人民政府2019年政府信息公开工作年度报告", *(heading(at) + f"\n\n第{at}部分的情况。" for at in range(6)))
)


@pytest.fixture
def filled(run: Run, environment: dict[str, str], databases: Databases, tmp_path: Path) -> Run:
    """The command line where there are requests, and units that report."""
    environment["GONGKAI_STAFF_DATABASE_URL"] = databases.empty(tmp_path / "staff.sqlite3")
    (Path(environment["GONGKAI_DATA"]) / "annual-report.toml").write_text(SETTINGS, encoding="utf-8")
    (tmp_path / "requests.csv").write_text(REQUESTS, encoding="utf-8")
    run("requests", "import", str(tmp_path / "requests.csv"), "--by", "丁四")
    return run


def test_the_figures_of_a_year_come_from_the_register_and_from_units(filled: Run, tmp_path: Path) -> None:
    rows = "2019,青石县财政局,二,行政许可,处理决定数量,5\n2019,青石县财政局,二,行政许可,处理决定数量,6\n"
    (tmp_path / "in.csv").write_text(HEAD + rows, encoding="utf-8")
    taken = filled("annual-report", "import", str(tmp_path / "in.csv"), "--by", "丁四", code=1)
    assert "导入 1 行；1 行有误" in taken.stdout and "第 3 行没有导入：这个单位的这一格" in taken.stderr
    told = json.loads(filled("annual-report", "2019", "--unit", "县政府", "--json").stdout)
    assert (told["year"], told["form"], told["unit"], told["due"]) == (2019, 2019, "青石县人民政府", "2020-03-31")
    assert list(told["tables"]) == ["二", "三", "四"]
    three = {row: cells["总计"] for row, cells in told["tables"]["三"].items() if cells["总计"]}
    assert three == {"R01": 2, "R02": 1, "R03": 1, "R13": 1, "R22": 2, "R23": 1}
    assert told["tables"]["三"]["R23"]["法律服务机构"] == 1
    assert told["tables"]["四"]["复议后诉"] == dict.fromkeys(("维持", "纠正", "其他", "未结", "总计"), 0)
    assert told["tables"]["二"]["第二十条第（五）项"]["行政许可"] == {
        **{"上一年项目数量": None, "本年增/减": None, "处理决定数量": 5}
    }
    assert told["units"] == {"reported": ["青石县财政局"], "missing": ["柳河镇人民政府"]}
    assert [each["rule"] for each in told["findings"]] == ["units"]
    listed = filled("annual-report", "2019", "--list", "三/R02/自然人").stdout
    assert listed.splitlines()[1:] == ["2018-A9"]
    assert "三/R05/自然人" in filled("annual-report", "2019", "--list", "三/R99/自然人", code=1).stderr
    unit = json.loads(filled("annual-report", "2019", "--unit", "青石县财政局", "--json").stdout)
    assert (unit["due"], unit["tables"]["三"]["R01"]["总计"]) == ("2020-01-31", None)
    assert "没有单位“某局”" in filled("annual-report", "2019", "--unit", "某局", code=1).stderr
    assert "没有 2016 年度报告的格式" in filled("annual-report", "2016", code=1).stderr


@pytest.mark.alike
@pytest.mark.parametrize(
    ("day", "said"),
    [
        ("2020-01-25", "部门的 2019 年度报告：2020-01-31 前公布，还有 6 天，请抓紧。"),
        ("2020-02-02", "青石县人民政府的 2019 年度报告：2020-03-31 前公布，还有 58 天。"),
        ("2020-04-01", "青石县人民政府的 2019 年度报告：2020-03-31 前公布，已过 1 天，请抓紧。"),
    ],
)
def test_what_is_due_is_told_with_the_days_that_are_left(
    filled: Run, monkeypatch: pytest.MonkeyPatch, day: str, said: str
) -> None:
    monkeypatch.setattr("web.commands.annual.office_today", lambda: date.fromisoformat(day))
    told = filled("annual-report", "due").stdout
    assert said in told
    assert "没有报送数据的单位 2 个：青石县财政局、柳河镇人民政府" in told


def test_the_night_reminds_on_the_days_of_the_forms(filled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[str] = []

    def tell(_: object, text: str, what: str, details: str) -> list[str]:
        sent.append(f"{what}：{text}")
        return []

    monkeypatch.setattr("web.commands.alerting.tell", tell)
    for day in ("2020-01-23", "2020-01-24", "2020-01-25", "2020-03-01", "2020-03-24"):
        monkeypatch.setattr("archive.chinese.dates.office_today", lambda day=day: date.fromisoformat(day))
        assert "没有报送数据的单位 2 个" in filled("nightly", "--step", "annual-report").stdout
    assert [re.findall("还有 (\\d+) 天", each) for each in sent] == [["7", "67"], ["30"], ["7"]]
    assert all(each.startswith("年度报告快到期了：部门的 2019 年度报告") for each in sent)


def test_who_awaits_no_unit_is_not_told_that_all_have_reported(filled: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("web.commands.annual.office_today", lambda: date(2020, 2, 2))
    monkeypatch.setattr("archive.annual.settings.load", lambda _: Reporting())
    told = filled("annual-report", "due").stdout
    assert "部门的 2019 年度报告：2020-01-31 前公布，已过 2 天" in told
    assert "没有列出应报送的单位" in told


def test_a_year_that_is_to_come_is_refused_and_one_that_goes_on_is_told(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.commands.annual.office_today", lambda: date(2020, 5, 1))
    assert "2021 年度还没有到" in filled("annual-report", "2021", code=1).stderr
    assert "2020 年度还没有结束" in filled("annual-report", "2020").stdout
    assert "没有冻结" in filled("annual-report", "freeze", "2020", "--by", "丁四", code=1).stderr


def test_a_report_is_frozen_let_pass_and_written(filled: Run, tmp_path: Path) -> None:
    assert "已经冻结" in filled("annual-report", "freeze", "2019", "--by", "丁四").stdout
    more = REQUESTS.partition("\n")[0] + "\n2019-A5,当面,2019-03-01,自然人,R03,2019-03-20\n"
    (tmp_path / "more.csv").write_text(more, encoding="utf-8")
    filled("requests", "import", str(tmp_path / "more.csv"), "--by", "丁四")
    told = json.loads(filled("annual-report", "2019", "--json").stdout)
    assert told["tables"]["三"]["R01"]["总计"] == 2
    assert told["frozen"]["by"] == "丁四"
    changed = {(each["row"], each["column"]): (each["was"], each["now"], each["added"]) for each in told["differences"]}
    assert changed["R01", "总计"] == (2, 3, ["2019-A5"])
    (finding,) = told["findings"]
    passing = ("annual-report", "pass", "2019", finding["id"], "--reason", "合并报送", "--by", "丁四")
    assert "已放行" in filled(*passing).stdout
    (tmp_path / "draft.txt").write_text(DRAFT, encoding="utf-8")
    files = [str(tmp_path / name) for name in ("draft.txt", "a.docx", "a.html")]
    shown = filled("annual-report", "2019", "--text", files[0], "--docx", files[1], "--html", files[2]).stdout
    assert "已放行：还有 2 个单位没有报送" in shown and "与现在不同" in shown
    lines = [each.text for each in docx.Document(files[1]).paragraphs]
    assert any("理由：合并报送" in each for each in lines) and "第4部分的情况。" in lines
    assert "没有发现不符之处" in filled("annual-report", "check", files[2]).stdout
    assert "已经有了" in filled("annual-report", "2019", "--docx", files[1], code=1).stderr
    template = str(tmp_path / "template.csv")
    assert "写出 22 行" in filled("annual-report", "template", "2019", template, "--unit", "县政府").stdout
