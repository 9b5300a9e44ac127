"""Examining an annual report on the command line, without an archive."""

import json
from pathlib import Path

import pytest

from tests.archive.annual.made import html, made
from tests.web.commands.conftest import Run, caller

pytestmark = pytest.mark.page


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return caller({"GONGKAI_DATA": str(tmp_path / "nothing")})


def test_a_wrong_cell_is_told_with_both_sides_and_ends_with_1(run: Run, tmp_path: Path) -> None:
    report = made(2021, 1)
    right = report.cells["四", "复议", "总计"]
    report.cells["四", "复议", "总计"] = "99"
    path = tmp_path / "a.html"
    path.write_text(html(report), encoding="utf-8")
    assert "总计却是 99" in run("annual-report", "check", str(path), code=1).stdout
    told = json.loads(run("annual-report", "check", str(path), "--json", code=1).stdout)
    (only,) = told["findings"]
    assert (only["table"], only["row"], only["column"]) == ("四", "复议", "总计")
    assert (only["left"], only["right"], only["expression"]) == (right, "99", "总计 = 维持+纠正+其他+未结")
    assert (told["year"], told["form"], told["tables"]["四"]["复议"]["总计"]) == (2021, 2021, 99)
    assert list(told["tables"]["三"])[20:] == ["R21a", "R21b", "R21c", "R22", "R23"]
    assert not (tmp_path / "nothing").exists()


def test_the_year_before_is_examined_with_it(run: Run, tmp_path: Path) -> None:
    for year in (2020, 2021):
        (tmp_path / f"{year}.html").write_text(html(made(year, year)), encoding="utf-8")
    this, before = str(tmp_path / "2021.html"), str(tmp_path / "2020.html")
    told = run("annual-report", "check", this, "--previous", before, code=1).stdout
    assert "2020 年度结转下年度" in told
    assert "没有核对结转" in run("annual-report", "check", before, "--previous", this).stdout


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
def test_what_cannot_be_examined_ends_with_2(run: Run, tmp_path: Path, name: str, text: str, said: str) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    assert said in run("annual-report", "check", str(tmp_path / name), code=2).stderr
