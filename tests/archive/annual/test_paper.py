"""A report as docx and as a web page: what is written is read back by the reader of documents, and by python-docx."""

from dataclasses import replace
from io import BytesIO
from pathlib import Path

import docx
import pytest
from docx.oxml.ns import qn

from archive.annual import paper, reading, rules
from archive.annual.keeping import Passed
from archive.annual.report import Cell, Finding, Report
from archive.extract import extract_plain
from archive.extract.mediatype import DOCX
from tests.archive.annual.made import made, values

TEXTS = {0: "（一）主动公开。\n全年公开信息900余条。", 4: "不够全面。", 5: "无。"}


def written(year: int) -> Report:
    told = made(year, year)
    cells = {place: Cell(str(value), value) for place, value in values(told).items()}
    return Report(year, told.form, told.title, cells)


@pytest.mark.alike
@pytest.mark.parametrize("year", [2021, 2019])
def test_a_docx_has_the_tables_as_the_form_draws_them(tmp_path: Path, year: int) -> None:
    report = written(year)
    file = tmp_path / "a.docx"
    file.write_bytes(paper.docx(report, paper.Note(), TEXTS))
    read = reading.read(extract_plain(file, DOCX), file.name)
    assert {place: cell.value for place, cell in read.cells.items()} == {
        place: cell.value for place, cell in report.cells.items()
    }
    assert rules.findings(read) == []
    document = docx.Document(str(file))
    assert document.paragraphs[0].text + document.paragraphs[1].text == report.title
    three = document.tables[1]
    assert len(three.rows) == 3 + len(report.form.three)
    assert three.cell(0, 0)._tc is three.cell(2, 2)._tc
    assert all(row._tr.get_or_add_trPr().find(qn("w:tblHeader")) is not None for row in three.rows[:3])
    assert {len(each.paragraphs) for each in three._cells} == {1}
    fonts = three.cell(3, 0).paragraphs[0].runs[0]._r.rPr.rFonts
    assert fonts.get(qn("w:eastAsia")) == "仿宋_GB2312"


def test_a_web_page_has_the_same(tmp_path: Path) -> None:
    report = replace(written(2021), title="青石县<b>财政局2021年政府信息公开工作年度报告")
    page = paper.html(report, {**TEXTS, 4: "<script>1</script>"})
    assert "<b>" not in page and "<script" not in page
    file = tmp_path / "a.html"
    file.write_text(page, encoding="utf-8")
    read = reading.read(extract_plain(file, "text/html"), file.name)
    assert {place: cell.value for place, cell in read.cells.items()} == {
        place: cell.value for place, cell in report.cells.items()
    }


def test_what_does_not_agree_and_what_was_let_pass_stands_on_a_page_before() -> None:
    finding = Finding("total", "表四“行政复议”总计不符。")
    let = Passed("abc", "还有 1 个单位没有报送。", "丁四", "2022-01-20", "合并报送")
    document = docx.Document(BytesIO(paper.docx(written(2021), paper.Note([finding], [let], ["请看一看。"]), {})))
    lines = [each.text for each in document.paragraphs if each.text]
    end = lines.index("一、总体情况")
    assert lines[2] == paper.NOTE
    assert lines[3:8] == [
        "有 1 处不符，没有改正，也没有放行：",
        finding.message,
        "有 1 处不符已经放行：",
        f"{let.message}放行人：丁四，2022-01-20；理由：合并报送。",
        "提示：请看一看。",
    ]
    assert "".join(lines[end - 2 : end]) == made(2021, 2021).title
    (begins,) = [each for each in document.paragraphs if each.paragraph_format.page_break_before]
    assert begins.text == lines[end - 2]
    assert lines.count(paper.TO_WRITE) == 3
