"""What units hand in, what is frozen of a report, and what is let pass."""

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from archive.annual import handed_in, keeping, rules, settings
from archive.annual.counting import Computed, Sources, compute
from archive.annual.forms import THREE, TWO, form_of
from archive.annual.handed_in import figures, of_year, take_in, template
from archive.annual.settings import Reporting
from archive.errors import BadSettings, ReportRefused
from archive.registers.books.book import Book
from archive.registers.books.checking import problems
from archive.registers.requests import sheet
from archive.registers.requests.request import Actor
from tests.archive.annual.test_counting import COUNTY, DOCUMENTS, LICENCES

CLERK = Actor("丁四", "clerk")
HEAD = ",".join(handed_in.HEADING) + "\n"
TREASURY, TOWN = COUNTY.units


def taken(book: Book, path: Path, rows: str, dry_run: bool = False) -> list[str]:
    path.write_text(HEAD + rows, encoding="utf-8")
    return [f"{each.line}：{each.reason}" for each in take_in(book, path, CLERK, COUNTY, dry_run).refused]


def test_units_hand_in_a_table_and_hand_it_in_again(book: Book, tmp_path: Path) -> None:
    path = tmp_path / "in.csv"
    rows = (
        f"2021,{TREASURY},二,行政许可,本年处理决定数量,550\n"
        f'2021年,{TREASURY},表二,行政事业性收费,本年收费金额,"7,730.28"\n'
        f"2021,{TREASURY},三,R21a,自然人,１\n2021,{TREASURY},四,复议,维持,2\n2021,{TOWN},二,行政许可,本年处理决定数量,未报\n"
    )
    assert taken(book, path, rows, dry_run=True) == taken(book, path, rows) == []
    entry = of_year(book, 2021)[TREASURY]
    assert figures(entry)[LICENCES] == 550
    assert figures(entry)[TWO, "第二十条第（八）项 行政事业性收费", "本年收费金额"] == Decimal("7730.28")
    assert figures(entry)[THREE, "R21a", "自然人"] == 1
    assert len(figures(entry)) == 4
    assert list(of_year(book, 2021)) == [TREASURY], "what is not reported makes no entry"
    assert taken(book, path, f"2021,{TREASURY},二,行政许可,本年处理决定数量,551\n") == []
    again = of_year(book, 2021)[TREASURY]
    assert figures(again)[LICENCES] == 551
    assert (len(figures(again)), len(book.events(again.id))) == (4, 3)


def test_a_name_on_two_lines_is_that_of_one_unit(book: Book, tmp_path: Path) -> None:
    rows = '2021,"青石县\n财政局",二,行政许可,本年处理决定数量,5\n'
    for _ in range(2):
        (tmp_path / "in.csv").write_text(HEAD + rows, encoding="utf-8")
        assert take_in(book, tmp_path / "in.csv", CLERK, Reporting()).refused == []
    assert [*of_year(book, 2021)] == ["青石县 财政局"]


def test_a_row_that_is_wrong_is_refused_by_its_line(book: Book, tmp_path: Path) -> None:
    cell = "二,行政许可,本年处理决定数量"
    rows = (
        f"2021,{TREASURY},{cell},1\n2021,{TREASURY},{cell},2\n2021,{TOWN},{cell},-1\n2016,{TOWN},{cell},1\n"
        f"2021,某公司,{cell},1\n2021,县政府,三,R01,自然人,1\n2021,{TOWN},二,行政许可,处理决定数量,1\n"
        f"2019,{TOWN},三,R21a,自然人,1\n2021,{TOWN},三,R21,自然人,1\n2021,{TOWN},{cell},约三\n2021,{TOWN},{cell},1.5\n"
        f"2021,,{cell},1\n2021,{TOWN},五,x,y,1\n"
    )
    told = taken(book, tmp_path / "in.csv", rows)
    said = (
        *("第 2 行已经写过了", "不能是负数", "没有 2016 年度报告的格式", "单位不在", "按登记簿计算"),
        *(
            "应为 本年处理决定数量",
            "没有这一行",
            "R21a、R21b、R21c",
            "应是数字",
            "应是整数",
            "单位空着",
            "应为 二、三、四",
        ),
    )
    assert len(told) == len(said)
    assert [why for why, line in zip(said, told, strict=True) if why not in line] == []
    with pytest.raises(ReportRefused, match="列名"):
        path = tmp_path / "bad.csv"
        path.write_text("单位,数\n某局,1\n", encoding="utf-8")
        take_in(book, path, CLERK, COUNTY)


@pytest.mark.parametrize("year", [2019, 2021])
def test_a_template_that_is_filled_in_comes_in_whole(book: Book, tmp_path: Path, year: int) -> None:
    rows = template(year, TREASURY, of_register=False)
    path = tmp_path / "filled.xlsx"
    sheet.write(path, [rows[0], *((*row[:-1], str(at)) for at, row in enumerate(rows[1:]))])
    assert take_in(book, path, CLERK, COUNTY).refused == []
    told = figures(of_year(book, year)[TREASURY])
    assert [*map(int, told.values())] == [*range(len([*form_of(year).places()]))]
    assert {row[2] for row in template(year, "县政府", of_register=True)[1:]} == {"二"}


def computed(documents: int = len(DOCUMENTS)) -> Computed:
    return compute(2021, "县政府", COUNTY, Sources((), DOCUMENTS[:documents]))


MADE = (TWO, "第二十条第（一）项 行政规范性文件", "本年制发件数")


def test_what_is_frozen_stays_and_a_later_withdrawal_is_a_difference(book: Book) -> None:
    now = computed()
    frozen = keeping.freeze(book, now, CLERK)
    assert (frozen.on, frozen.by, len(frozen.digest)) == ("2022-01-20", "丁四", 64)
    assert [*keeping.differences(frozen, now)] == []
    # Two documents are withdrawn.
    later = computed(3)
    kept = keeping.frozen_of(book, 2021, COUNTY.county)
    assert kept == frozen
    assert keeping.as_frozen(later, kept).figures[MADE].value == 2
    assert later.figures[MADE].value == 1
    first, second, _ = keeping.differences(frozen, later)
    # The meeting that the text counts is gone, too; it keeps what it said.
    assert (second.place, second.gone) == (("文", "政府常务会议", "次"), ("己 第3次常务会议",))
    assert keeping.as_frozen(later, kept).narrated[0].counted.value == 1
    assert first.told == {
        **dict(zip(("table", "row", "column"), MADE, strict=True)),
        **{"was": 2, "now": 1, "added": [], "gone": ["丁 丁号办法"]},
    }
    with pytest.raises(ReportRefused, match="已经冻结过了"):
        keeping.freeze(book, later, CLERK)
    assert keeping.frozen_of(book, 2020, COUNTY.county) is None


def test_an_edit_behind_the_programs_back_is_told(book: Book) -> None:
    keeping.freeze(book, computed(), CLERK)
    entry = of_year(book, 2021)[COUNTY.county]
    kept = entry.facts["frozen"]
    assert isinstance(kept, dict)
    book.make(entry.id, "改动", {**entry.facts, "frozen": {**kept, "digest": "0" * 64}}, CLERK)
    with pytest.raises(ReportRefused, match="散列值不符"):
        keeping.frozen_of(book, 2021, COUNTY.county)


def test_a_finding_is_let_pass_by_name_and_reason_while_it_is_the_same(book: Book) -> None:
    now = computed()
    (finding,) = rules.findings(now.report)
    with pytest.raises(ReportRefused, match="理由"):
        keeping.let_pass(book, now, finding, " ", CLERK)
    keeping.let_pass(book, now, finding, "两个单位合并报送", CLERK)
    (only,) = keeping.passed(book, 2021, COUNTY.county).values()
    assert (only.finding, only.by, only.on, only.reason) == (finding.id, "丁四", "2022-01-20", "两个单位合并报送")
    (other,) = rules.findings(replace(now, missing=(TOWN,), reported=(TREASURY,)).report)
    assert other.id != finding.id
    assert [*problems(book._staff, book.catalogue)] == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("units = ['甲局', '甲局']", "重复的单位：甲局"),
        ("county = ''", "county 应是"),
        ("units = '甲局'", "单位名称的列表"),
        ("x = 1", "不认识的部分：x"),
        ("[[figures]]\nunit = '次'", "缺少 name"),
        ("[[figures]]\nname = '会'\nday = '昨天'", "day 应为"),
        ("[[figures]]\nname = '会'\ncolour = '红'", "不认识的项：colour"),
        ("[[figures]]\nname = '会|次'", "不能有"),
        ("[[figures]]\nname = '会'\n[[figures]]\nname = '会'", "重名"),
        ("units = [", "读不出来"),
    ],
)
def test_settings_that_cannot_be_used_are_told(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / settings.FILE).write_text(text, encoding="utf-8")
    with pytest.raises(BadSettings, match=said):
        settings.load(tmp_path)


def test_settings_say_whose_report_it_is(tmp_path: Path) -> None:
    assert settings.load(tmp_path) == Reporting()
    text = "county = '青石县人民政府'\nunits = ['青石县财政局']\n[[figures]]\nname = '会'\nqualifier = '余'\n"
    (tmp_path / settings.FILE).write_text(text, encoding="utf-8")
    made = settings.load(tmp_path)
    assert (made.office, made.units, made.queries[0].qualifier) == ("青石县人民政府", ("青石县财政局",), "余")
    assert all(map(made.is_county, ("县政府", "青石县政府", "青石县人民政府")))
    assert not made.is_county("青石县财政局")
