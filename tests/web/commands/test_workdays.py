"""Working days and their calendar on the command line, run as a person runs them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from archive.registers.notices import COLUMNS
from archive.store.folder import mark
from web.commands import workdays
from web.commands.cli import cli

Run = Callable[..., Result]
NEXT = "2027\t全年\t\t国办发明电〔2026〕9号\t2026-11-05"
DAYS = (("01-01", "元旦"), *((f"02-{day:02}", "春节") for day in (5, 8, 9, 10, 11)), ("10-01", "国庆节"))
ROWS = [f"2027-{day}\t放假\t{holiday}\t国办发明电〔2026〕9号\t2026-11-05" for day, holiday in DAYS]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setattr(workdays, "office_today", lambda: date(2026, 11, 20))
    (tmp_path / "data").mkdir()
    mark(tmp_path / "data")

    def invoke(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(cli, arguments, env={"GONGKAI_DATA": str(tmp_path / "data")})
        assert result.exit_code == code, result.output
        assert "Traceback" not in result.output
        return result

    return invoke


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    file = tmp_path / "放假通知.csv"
    file.write_bytes("\r\n".join(("\t".join(COLUMNS), NEXT, *ROWS)).replace("\t", ",").encode("gb18030"))
    return file


def test_a_date_is_printed_and_nothing_else(run: Run, tmp_path: Path) -> None:
    assert run("workdays", "2020-01-20", "+20", "--as-of", "2020-01-21").output == "2020-02-21\n"
    assert run("workdays", "2020-01-20", "+20").output == "2020-02-25\n"
    assert run("workdays", "2019-10-08", "-1").output == "2019-09-30\n"
    assert run("workdays", "2020/1/25", "0").output == "2020-02-03\n"
    assert run("workdays", "２０１９年９月２７日", "1").output == "2019-09-29\n"
    assert not (tmp_path / "data" / "calendar.tsv").exists()


def test_working_days_between_two_dates_are_counted(run: Run) -> None:
    assert run("workdays", "2019-09-20", "2019-09-25").output == "3\n"
    assert run("workdays", "2019-10-23", "2019-09-20").output == "-20\n"
    assert run("workdays", "2019-10-01", "2019-10-07").output == "0\n"


def test_a_date_alone_is_a_working_day_or_not(run: Run) -> None:
    assert (
        run("workdays", "2019-09-29").output == "2019-09-29 星期日 上班：国庆节，国办发明电〔2018〕15号（2018-12-04）\n"
    )
    assert run("workdays", "2020-01-31").output == "2020-01-31 星期五 放假：春节，国办发明电〔2020〕1号（2020-01-26）\n"
    assert run("workdays", "2020-01-31", "--as-of", "2020-01-25").output == "2020-01-31 星期五 上班\n"
    assert run("workdays", "2026-11-21").output == "2026-11-21 星期六 周末\n"


def test_the_derivation_shows_each_day_counted_and_each_skipped_with_its_notice(run: Run) -> None:
    lines = run("workdays", "2020-01-20", "+5", "--as-of", "2020-01-21", "--explain").stdout.splitlines()
    assert lines == [
        "2020-02-01",
        "起算日 2020-01-20 星期一，不计入（民法典第二百零一条）",
        "   1  2020-01-21 星期二 上班",
        "   2  2020-01-22 星期三 上班",
        "   3  2020-01-23 星期四 上班",
        "      2020-01-24 星期五 放假：春节，国办发明电〔2019〕16号（2019-11-21）",
        "      2020-01-25 星期六 周末",
        "      2020-01-26 星期日 周末",
        *(
            f"      2020-01-{27 + at} 星期{day} 放假：春节，国办发明电〔2019〕16号（2019-11-21）"
            for at, day in enumerate("一二三四")
        ),
        "   4  2020-01-31 星期五 上班",
        "   5  2020-02-01 星期六 上班：春节，国办发明电〔2019〕16号（2019-11-21）",
        "共经过 12 天，其中工作日 5 天。",
        "按 2020-01-21 已有的通知计算；按现行日历为 2020-02-04。",
    ]
    assert "与现行日历相同" in run("workdays", "2020-03-02", "+5", "--as-of", "2020-03-02", "--explain").stdout
    assert "民法典第二百零三条" in run("workdays", "2020-01-25", "+0", "--explain").stdout
    counted = run("workdays", "2019-09-25", "2019-10-14", "--explain").stdout.splitlines()
    assert (counted[0], counted[-1]) == ("10", "共经过 19 天，其中工作日 10 天。")


def test_a_year_that_is_not_there_is_told_and_nothing_is_printed(run: Run) -> None:
    for arguments in (["+20"], ["+20", "--explain"], ["2027-01-10"], ["+20", "--as-of", "2026-12-04"]):
        result = run("workdays", "2026-12-04", *arguments, code=1)
        assert result.stdout == ""
        assert "缺 2027 年放假安排" in result.stderr
    assert "缺 2020 年" in run("workdays", "2019-12-20", "+20", "--as-of", "2019-11-20", code=1).stderr
    assert "缺 2006 年" in run("workdays", "2006-05-01", code=1).stderr


def test_a_date_that_the_next_notice_may_move_is_printed_with_a_remark(run: Run, notice: Path) -> None:
    result = run("workdays", "2026-12-01", "+20")
    assert result.stdout == "2026-12-29\n"
    assert "可能随 2027 年的放假通知改变" in result.stderr
    run("calendar", "import", str(notice))
    assert run("workdays", "2026-12-01", "+20").output == "2026-12-29\n"


@pytest.mark.parametrize("arguments", [["2020-02-30", "+5"], ["2020-01-20", "二十"], ["2020-01-20", "--exlpain"], []])
def test_what_is_no_date_is_wrong_usage(run: Run, arguments: list[str]) -> None:
    assert run("workdays", *arguments, code=2).stdout == ""


def test_a_notice_is_added_and_listed(run: Run, notice: Path, tmp_path: Path) -> None:
    listed = run("calendar")
    assert listed.stdout.splitlines()[-2:] == [
        "2026  工作日 248 天  国办发明电〔2025〕7号（2025-11-04）",
        "本单位录入的通知：没有",
    ]
    assert "缺 2027 年放假安排" in listed.stderr
    assert "可以录入 8 行（2027 年）。没有写入" in run("calendar", "import", str(notice), "--dry-run").output
    assert not (tmp_path / "data" / "calendar.tsv").exists()
    place = tmp_path / "data" / "calendar.tsv"
    assert run("calendar", "import", str(notice)).output == f"录入 8 行（2027 年），写入 {place}。\n"
    assert "8 行都已经有了" in run("calendar", "import", str(notice)).output
    listed = run("calendar")
    assert listed.stdout.splitlines()[-2:] == [
        "2027  工作日 254 天  国办发明电〔2026〕9号（2026-11-05）",
        f"本单位录入的通知：{place}",
    ]
    assert listed.stderr == ""
    assert run("workdays", "2026-12-04", "+20").output == "2027-01-04\n"
    assert run("workdays", "2026-12-04", "+20", "--as-of", "2026-11-04", code=1).stdout == ""


def test_days_without_a_whole_year_are_listed_as_open(run: Run, notice: Path) -> None:
    notice.write_text("\n".join(("\t".join(COLUMNS), *ROWS)), encoding="utf-8")
    assert "注意：2027 年还没有写明“全年”的一行" in run("calendar", "import", str(notice)).output
    listed = run("calendar")
    assert "2027  待定，没有写明“全年”的一行" in listed.stdout
    assert "缺 2027 年放假安排" in listed.stderr


def test_a_notice_with_bad_lines_is_refused_whole(run: Run, notice: Path, tmp_path: Path) -> None:
    notice.write_text("\n".join(("\t".join(COLUMNS), NEXT, *ROWS, "2027-10-04\t放假", "明天")), encoding="utf-8")
    refused = run("calendar", "import", str(notice), code=1)
    assert refused.stdout == ""
    assert "有 2 处需要改正" in refused.stderr
    assert "\n第 10 行：通知日期“”" in refused.stderr
    assert "\n第 11 行：安排“”" in refused.stderr
    assert not (tmp_path / "data" / "calendar.tsv").exists()


def test_a_data_folder_that_cannot_be_used_is_told(run: Run, notice: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "calendar.tsv").mkdir()
    assert "calendar.tsv" in run("workdays", "2020-01-20", "+20", code=1).stderr
    assert "calendar.tsv" in run("calendar", "import", str(notice), code=1).stderr
