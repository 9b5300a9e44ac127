"""A report that comes as a document is read whole, and what is wrong about it is found, and nothing else."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from archive.annual import reading, rules
from archive.annual.forms import CELLS, COLUMNS, FOUR, GROUPS, THREE, TWO, Kind
from archive.annual.report import Finding, Place, Report, heading
from archive.errors import ReportRefused, ReportUnreadable
from archive.extract import extract_plain
from archive.extract.extraction import Extraction
from tests.archive.annual.made import Made, html, made, three, two, values, write_docx
from tests.conftest import Some

FORMS = (2019, 2021)
Take = Callable[[Made], Report]


@pytest.fixture
def take(tmp_path: Path) -> Take:
    """Read a report that is written as a web page."""

    def taken(report: Made) -> Report:
        path = tmp_path / "report.html"
        path.write_text(html(report), encoding="utf-8")
        return reading.read(extract_plain(path, "text/html"), path.name)

    return taken


def found(report: Report, before: Report | None = None) -> list[Finding]:
    return rules.findings(report, before)


@pytest.mark.parametrize("year", [2019, 2020, 2021, 2024])
def test_a_right_report_is_read_whole_and_nothing_is_found(take: Take, year: int) -> None:
    report = made(year, year)
    read = take(report)
    assert {place: cell.value for place, cell in read.cells.items()} == values(report)
    assert (read.year, read.form.since) == (year, 2019 if year < 2021 else 2021)
    assert read.tables == {TWO, THREE, FOUR}
    assert found(read) == []


@pytest.mark.alike
@pytest.mark.parametrize("year", FORMS)
def test_a_right_report_as_docx_is_read_whole(tmp_path: Path, year: int) -> None:
    report = made(year, year)
    write_docx(report, tmp_path / "a.docx")
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    read = reading.read(extract_plain(tmp_path / "a.docx", kind), "a.docx")
    assert {place: cell.value for place, cell in read.cells.items()} == values(report)
    assert found(read) == []


@pytest.mark.parametrize("year", FORMS)
def test_each_single_wrong_cell_of_tables_three_and_four_is_found_at_its_place(
    take: Take, year: int, some: Some
) -> None:
    """Read once, then change one cell after the other: reading is tried above."""
    report = take(made(year, year))
    for place in some([each for each in report.cells if each[0] != TWO]):
        cell = report.cells[place]
        assert cell.value is not None
        wrong = replace(report, cells={**report.cells, place: replace(cell, value=cell.value + 1)})
        told = found(wrong)
        assert told, place
        table, row, column = place
        assert all(each.place[0] == table for each in told)
        assert all(each.left != each.right for each in told)
        # What contradicts stands in the row, the group or the column of the cell.
        assert all(row == each.place[1] or column == each.place[2] for each in told), place


def test_wrong_cells_are_found_in_a_document(take: Take) -> None:
    report = made(2021, 3)
    report.cells[FOUR, "复议", "总计"] = str(int(report.cells[FOUR, "复议", "总计"]) + 1)
    (only,) = found(take(report))
    assert (only.rule, only.place) == ("total", (FOUR, "复议", "总计"))
    assert only.expression == "总计 = 维持+纠正+其他+未结"
    assert int(only.right) == int(only.left) + 1
    assert "表 3" in only.at
    assert "行政复议" in only.message


@pytest.mark.alike
@pytest.mark.parametrize("blank", ["", "/", "—", "－", "无", "-", "\u3000"])
def test_blanks_count_as_none(take: Take, blank: str) -> None:
    report = made(2021, 5)
    for place, said in report.cells.items():
        if said == "0":
            report.cells[place] = blank
    assert found(take(report)) == []


def test_numbers_may_be_wide_have_blanks_and_commas(take: Take) -> None:
    report = made(2021, 6)
    wide = str.maketrans("0123456789", "０１２３４５６７８９")
    for place, said in report.cells.items():
        report.cells[place] = said.translate(wide) if place[0] == THREE else f" {said} "
    report.cells[TWO, "第二十条第（六）项 行政处罚", "本年处理决定数量"] = "4,119"
    report.cells[TWO, "第二十条第（八）项 行政事业性收费", "本年收费金额"] = "7 730.28万元"
    read = take(report)
    assert found(read) == []
    assert read.told[TWO]["第二十条第（八）项"]["行政事业性收费"] == {"本年收费金额": 7730.28}
    assert read.value(TWO, "第二十条第（六）项 行政处罚", "本年处理决定数量") == 4119


def test_a_cell_that_is_no_number_negative_or_a_part_is_found(take: Take) -> None:
    report = made(2021, 7)
    penalties, licences = ("第二十条第（六）项 行政处罚", "第二十条第（五）项 行政许可")
    report.cells[TWO, penalties, "本年处理决定数量"] = "约三百"
    report.cells[TWO, licences, "本年处理决定数量"] = "-2"
    report.cells[TWO, "第二十条第（六）项 行政强制", "本年处理决定数量"] = "2.5"
    report.cells[TWO, "第二十条第（八）项 行政事业性收费", "本年收费金额"] = "300元"
    assert [(each.rule, each.left) for each in found(take(report))] == [
        ("number", "约三百"),
        ("unit", "300元"),
        ("sign", "-2"),
        ("whole", "2.5"),
    ]


def test_a_table_without_any_number_counts_as_none_and_is_a_hint(take: Take) -> None:
    report = made(2021, 5)
    report.cells |= {place: "" for place in report.cells if place[0] in (THREE, FOUR)}
    report.texts[0] = "（一）主动公开。（二）依申请公开。（三）政府信息管理。（四）平台建设。（五）监督保障。"
    read = take(report)
    assert found(read) == []
    assert [each[:3] for each in rules.hints(read)][:2] == ["表三里", "表四里"]


def test_figures_of_table_two_that_hardly_go_together_are_hints(take: Take) -> None:
    old, new = made(2019, 5), made(2021, 5)
    old.cells[TWO, "第二十条第（一）项 规范性文件", "对外公开总数量"] = "0"
    old.cells[TWO, "第二十条第（一）项 规范性文件", "本年新公开数量"] = "9"
    new.cells[TWO, "第二十条第（一）项 行政规范性文件", "本年制发件数"] = "9999"
    for report in (old, new):
        (only,) = rules.hints(take(report))
        assert only.endswith("请核对。")


def test_more_or_fewer_may_be_negative(take: Take) -> None:
    report = made(2019, 8)
    places = [each for each in report.cells if report.form.kind(*each) is Kind.CHANGE]
    for place, said in zip(places, ("+3", "-2", "增3", "减少5", "0"), strict=True):
        report.cells[place] = said
    read = take(report)
    assert [read.value(*each) for each in places] == [3, -2, 3, -5, 0]
    assert found(read) == []


def test_a_row_or_a_column_of_the_other_form_is_found(take: Take) -> None:
    other = made(2019, 9)
    other.title = other.title.replace("2019", "2023")
    rules_found = {(each.rule, each.place[0]) for each in found(take(other))}
    assert rules_found == {("form", TWO), ("form", THREE)}
    told = [each.message for each in found(take(other)) if each.place == (THREE, "R21", "")]
    assert len(told) == 1
    assert "只有一行" in told[0]


def test_a_label_with_words_missing_is_taken_for_it_and_told(take: Take) -> None:
    report = made(2021, 10)
    report.labels["R06"] = "2.其他法律行政止公开"
    (only,) = found(take(report))
    assert (only.rule, only.place[1]) == ("label", "R06")
    assert "缺“法规禁”" in only.message


def test_table_four_may_be_two_tables_in_the_words_that_offices_write(tmp_path: Path) -> None:
    report = made(2021, 11)
    report.cells[FOUR, "直诉", "总计"] = "99"

    def table(*rows: list[str]) -> str:
        return (
            "<table>" + "".join(f"<tr>{''.join(f'<td>{each}</td>' for each in row)}</tr>" for row in rows) + "</table>"
        )

    words = ["维持", "纠正", "其他", "未审结", "合计"]
    sides = {group: [report.cells[FOUR, group, cell] for cell in CELLS] for group in GROUPS}
    over = "<table><tr><td colspan=5>未经复议直接起诉</td><td colspan=5>复议后起诉</td></tr>"
    apart = table(["行政复议", "", "", "", ""], words, sides["复议"]) + "<p>行政诉讼：</p>"
    apart += over + table(words * 2, sides["直诉"] + sides["复议后诉"]).removeprefix("<table>")
    whole = html(report)
    at = whole.rindex("<table")
    (tmp_path / "a.html").write_text(whole[:at] + apart + whole[whole.rindex("</table>") + 8 :], encoding="utf-8")
    read = reading.read(extract_plain(tmp_path / "a.html", "text/html"), "a.html")
    assert {place: cell.value for place, cell in read.cells.items() if place[0] == FOUR} == {
        place: value for place, value in values(report).items() if place[0] == FOUR
    }
    (only,) = found(read)
    assert only.place == (FOUR, "直诉", "总计") and "总计却是 99" in only.message


@pytest.mark.alike
@pytest.mark.parametrize("label", ["2、其他法律、行政法规禁止公开", "2．其他 法律行政法规禁止公开"])
def test_marks_and_blanks_make_no_other_label(take: Take, label: str) -> None:
    report = made(2021, 10)
    report.labels["R06"] = label
    report.labels["R04"] = "（二）部分公开"
    assert found(take(report)) == []


@pytest.mark.alike
@pytest.mark.parametrize(
    ("code", "label"),
    [
        ("R13", "1.本行政机关不掌握相关政府信息"),
        ("R02", "二、上年度结转政府信息公开申请数量"),
        ("R20", "5.要求行政机关确认或者重新出具已获取的信息"),
        ("R21a", "1.申请人无正当理由逾期不补正、本行政机关不再处理其政府信息公开申请"),
        ("R21c", "3.其它"),
    ],
)
def test_words_that_say_the_same_make_no_other_label(take: Take, code: str, label: str) -> None:
    report = made(2021, 10)
    report.labels[code] = label
    assert found(take(report)) == []


def test_a_row_of_other_ways_to_end_is_no_group_of_them(take: Take) -> None:
    report = made(2021, 10)
    report.labels["R21a"] = "1.申请人无正当理由逾期不补正、行政机关不处理其政府信息公开申请"
    (only,) = found(take(report))
    assert (only.rule, only.place[1]) == ("label", "R21a")


def test_a_row_that_is_missing_is_told_and_adds_up_to_nothing_else(take: Take) -> None:
    report = made(2021, 11)
    report.labels["R12"] = "8.别的情形说不清楚"
    told = found(take(report))
    assert [each.rule for each in told] == ["form", "form"]
    assert "没有“8.别的情形说不清楚”这一行" in told[0].message
    assert "缺少“8.属于行政查询事项”" in told[1].message


@pytest.mark.parametrize("year", FORMS)
def test_a_table_over_pages_is_one_with_its_head_again_and_a_row_cut_in_two(year: int) -> None:
    """As a reader of PDF gives it: the second part has its own rows of heads, and fewer columns of labels."""
    report = made(year, 12)
    lines = []
    width = 10
    balance = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    for at, row in enumerate(three(report)):
        if at < 3:
            continue
        texts = [text for text, _, _ in row]
        labels, said = texts[:-7], texts[-7:]
        lines.append("\t".join(["", "", ""][: 3 - len(labels)] + labels + said))
    head = [
        f"{balance}\t\t\t申请人情况" + "\t" * 6,
        "\t" * 3 + "自然人\t法人或其他组织\t\t\t\t\t总计",
        "\t" * 4 + "\t".join(COLUMNS[1:-1]) + "\t",
    ]
    cut = lines[12].split("\t")
    label = cut[2]
    cut[2] = label[:5]
    lines[12:13] = ["\t".join(cut), "\t".join(["", "", label[5:], *[""] * 7])]
    assert all(line.count("\t") == width - 1 for line in (*head, *lines))
    parts = [*head, *lines[:16], *head, *lines[16:]]
    texts = [report.title, *parts]
    read = reading.read(Extraction(report.title, tuple(texts)), "x.pdf")
    told = {place: cell.value for place, cell in read.cells.items() if place[0] == THREE}
    assert told == {place: value for place, value in values(report).items() if place[0] == THREE}
    assert not [each for each in found(read) if each.place[0] == THREE and each.place[1]]


def test_headings_tables_and_texts_that_lack_are_told() -> None:
    lines = (
        *(
            "本报告内容包括总体情况、主动公开政府信息情况、收到和处理政府信息公开申请情况、收费及减免情况、重点领域公开情况、",
        ),
        *("一、总体情况", "全年收到申请。", "二、主动公开政府信息情况", "三、收到和处理政府信息公开申请情况"),
        *("五、存在的主要问题及改进情况", "六、其他需要报告的事项", "青石县财政局", "2022年1月20日"),
    )
    opening = lines[0] + "存在的主要问题及改进情况、需要说明的事项等内容。"
    read = reading.read(Extraction("青石县财政局2021年政府信息公开工作年度报告", (opening, *lines[1:])), "x.txt")
    told = [(each.rule, each.right) for each in found(read)]
    assert told == [
        ("heading", "四、政府信息公开行政复议、行政诉讼情况"),
        *[("table", f"表{table}") for table in "二三四"],
        *[("empty", "五、存在的主要问题及改进情况"), ("empty", "六、其他需要报告的事项")],
        ("promise", "5"),
    ]


@pytest.mark.alike
@pytest.mark.parametrize(
    "said",
    [
        *(
            "一、政府信息公开工作总体情况",
            "二、行政机关主动公开政府信息情况",
            "三、本行政机关收到和处理政府信息公开申请情况",
        ),
        *("四、政府信息公开行政复议、诉讼情况", "五、主要问题及改进情况", "六、其它需要报告的事项"),
    ],
)
def test_headings_in_other_words_for_the_same_are_those_of_the_form(tmp_path: Path, said: str) -> None:
    usual = next(each for each in map(heading, range(6)) if each[0] == said[0])
    path = tmp_path / "report.html"
    path.write_text(html(made(2021, 12)).replace(usual, said), encoding="utf-8")
    assert found(reading.read(extract_plain(path, "text/html"), path.name)) == []


@pytest.mark.parametrize("nothing", ["", "/", "（待写）"])
def test_a_part_that_is_still_to_be_written_is_empty(take: Take, nothing: str) -> None:
    report = made(2021, 12)
    report.texts[4] = nothing
    (only,) = found(take(report))
    assert (only.rule, only.right) == ("empty", heading(4))


def test_a_table_that_was_taken_apart_into_lines_is_not_read_and_told_once() -> None:
    report = made(2019, 12)
    lines = [text for row in two(report) for text, _, _ in row]
    read = reading.read(Extraction(report.title, (report.title, heading(1), *lines)), "x.txt")
    assert [each.rule for each in found(read) if each.place[0] == TWO] == ["table"]


def test_headings_within_a_line_are_found_and_a_wrong_numeral_is_told() -> None:
    text = (
        "全县公开情况如下。 一、总体情况 全年工作平稳。 二、主动公开政府信息情况 三、收到和处理政府信息公开申请情况 "
        "四、政府信息公开行政复议、行政诉讼情况 六、存在的主要问题及改进情况 不够主动。 六、其他需要报告的事项 无。"
    )
    read = reading.read(Extraction("青石县2019年政府信息公开工作年度报告", (text,)), "x.txt")
    assert [(each.rule, each.left) for each in found(read)] == [("heading", "六"), *[("table", "")] * 3]
    assert read.sections[4].text == "不够主动。"


@pytest.mark.parametrize(
    ("said", "wrong"),
    [
        ("全年收到政府信息公开申请{new}件。", False),
        ("全年共受理政府信息公开申请 {more} 件。", True),
        ("新收申请{more}件，比上年增加4件。", True),
        ("全年收到政府信息公开申请{new}件，其中网上申请{more}件。", False),
        ("2018年收到政府信息公开申请{more}件。", False),
        ("全年收到政府信息公开申请{less}余件。", False),
        ("全年收到政府信息公开申请{more}余件。", True),
        ("因政府信息公开发生行政复议{more}件。", True),
        ("办理行政许可申请{more}件。", False),
        ("上半年收到政府信息公开申请{more}件。", False),
        ("1-6月，收到政府信息公开申请{more}件。", False),
        ("1月至12月，收到政府信息公开申请{more}件。", True),
        ("自1月1日至12月31日收到政府信息公开申请{more}件。", True),
        ("共收到公民、法人和其他组织提出的政府信息公开申请{more}件。", True),
        ("共收到法人提出的政府信息公开申请{more}件。", False),
        ("共收到依申请公开{more}件。", True),
        ("收到政府信息公开申请数量为{more}件。", True),
        ("引发政府信息公开行政复议{more}起。", True),
        ("现行有效的行政规范性文件{more}件。", True),
    ],
)
def test_what_the_text_says_is_held_against_the_tables(take: Take, said: str, wrong: bool) -> None:
    report = made(2021, 13)
    new = int(report.cells[THREE, "R01", "总计"])
    more = 5000 + new
    report.texts[0] = "（二）依申请公开。" + said.format(new=new, more=more, less=new - 1)
    told = found(take(report))
    assert [each.rule for each in told] == ["narrative"] * wrong
    if wrong:
        assert re.sub(r"\D", "", told[0].left) == str(more)


def test_a_balance_is_carried_into_the_next_year(take: Take) -> None:
    before, after = made(2020, 1), made(2021, 2)
    for column in COLUMNS:
        before.cells[THREE, "R23", column] = after.cells[THREE, "R02", column]
    read = take(after)
    assert not [each for each in found(read, take(before)) if each.rule == "carried"]
    before.cells[THREE, "R23", "总计"] = "77"
    (only,) = [each for each in found(read, take(before)) if each.rule == "carried"]
    assert (only.left, only.place, only.expression) == ("77", (THREE, "R02", "总计"), "2020 R23 = 2021 R02")


def test_a_county_and_its_offices_make_no_regulations(take: Take) -> None:
    report = made(2021, 4)
    place: Place = (TWO, "第二十条第（一）项 规章", "现行有效件数")
    report.cells[place] = "1"
    for unit, may in (
        ("青石县财政局", False),
        ("青石县人民政府", False),
        ("青石市财政局", True),
        ("某省人民政府", True),
    ):
        report.title = f"{unit}2021年政府信息公开工作年度报告"
        told = [(each.rule, each.place) for each in found(take(report))]
        assert told == ([] if may else [("regulations", place)]), unit


def test_a_period_of_another_year_is_told(take: Take) -> None:
    report = made(2021, 4)
    report.opening = "本报告所列数据的统计期限自2020年1月1日起至2020年12月31日止。"
    (only,) = found(take(report))
    assert (only.rule, only.right) == ("period", "2021")


def test_governments_report_on_assessment_and_liability_as_a_hint(take: Take) -> None:
    report = made(2021, 4)
    report.title = "青石县人民政府2021年政府信息公开工作年度报告"
    report.texts[0] = "（一）主动公开。（二）依申请公开。开展了考核。"
    first, second = rules.hints(take(report))
    assert first.startswith("没有找到社会评议、责任追究的情况")
    assert "政府信息管理、政府信息公开平台建设、监督保障" in second


def test_a_scan_without_text_is_refused_as_what_it_is() -> None:
    with pytest.raises(ReportUnreadable, match="扫描件"):
        reading.read(Extraction("", (), unread=(1, 2)), "2021年年报.pdf", 2021)


def test_what_is_no_report_and_what_has_no_form_is_refused() -> None:
    with pytest.raises(ReportUnreadable, match="看不出“x.txt”是"):
        reading.read(Extraction("通知", ("关于放假的通知",)), "x.txt")
    with pytest.raises(ReportUnreadable, match="--year"):
        reading.read(Extraction("某局政府信息公开工作年度报告", ("一、总体情况",)), "x.txt")
    with pytest.raises(ReportRefused, match="没有 2016 年度报告的格式"):
        reading.read(Extraction("某局2016年政府信息公开工作年度报告", ("一、概述",)), "x.txt")
    read = reading.read(Extraction("某局政府信息公开工作年度报告", ("一、总体情况",)), "x.txt", 2023)
    assert read.year == 2023
    chinese = reading.read(Extraction("某局二〇二三年政府信息公开工作年度报告", ("一、总体情况",)), "x.txt")
    assert chinese.year == 2023
