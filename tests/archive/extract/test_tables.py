"""Tables keep every cell in its row and column in every format."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from docx.document import Document
from reportlab.pdfgen.canvas import Canvas

from archive.document import label_at
from archive.errors import ExtractionFailed
from archive.extract import Extraction, extract_plain, media_type
from tests.archive.extract.makers import REAL, add_xml, pdf, put, write_docx
from tests.archive.extract.statutory import TABLES, TITLE, report_docx, report_html, report_pdf

REPORT = REAL / "annual-reports" / "hongze-2023.pdf"


def tables(extraction: Extraction) -> dict[str, list[list[str]]]:
    """Return the rows of each table by its name, ignoring pages."""
    found: dict[str, list[list[str]]] = {}
    for number, paragraph in enumerate(extraction.paragraphs):
        _, table, count = label_at(extraction.places, number).rpartition("表 ")
        if table:
            found.setdefault(table + count, []).append(paragraph.split("\t"))
    return found


@pytest.mark.parametrize("write", [report_pdf, report_docx, report_html])
def test_the_statutory_tables_come_out_whole(write: Callable[[Path], Path], tmp_path: Path) -> None:
    path = write(tmp_path / "report")
    found = extract_plain(path, media_type(path, "report.html"))
    assert found.title == TITLE
    for number, table in enumerate(TABLES, 1):
        assert ["\t".join(row) for row in tables(found)[f"表 {number}"]] == table.lines()
    assert [each for each in found.paragraphs if "\t" not in each] == [
        *(table.heading for table in TABLES),
        "五、存在的主要问题及改进情况",
        "无。",
    ]


def test_a_table_that_goes_on_over_a_page_is_one_and_its_rows_have_their_own_pages(tmp_path: Path) -> None:
    found = extract_plain(report_pdf(tmp_path / "a.pdf"), "application/pdf")
    labels = [place.label for place in found.places]
    assert labels == [
        "第 1 页",
        "第 1 页 表 1",
        "第 1 页",
        "第 1 页 表 2",
        "第 2 页 表 2",
        "第 2 页",
        "第 2 页 表 3",
        "第 2 页",
    ]


def test_tables_beside_each_other_and_rules_drawn_in_pieces_keep_their_cells(tmp_path: Path) -> None:
    def draw(canvas: Canvas) -> None:
        for left in (50, 310):
            for y in (700, 675, 650, 625):
                for x in (left, left + 80, left + 160):
                    canvas.line(x, y, x + 80, y)
            for x in (left, left + 80, left + 160, left + 240):
                canvas.line(x, 625, x, 650)
            # The upper rows are one cell each, so no vertical rule touches the middle piece of the rules between them.
            for x in (left, left + 240):
                canvas.line(x, 650, x, 700)
            for y, text in ((683, "第二十条"), (658, "本年数量"), (633, f"甲{left}")):
                put(canvas, left + 4, y, text, 12)
            put(canvas, left + 84, 633, "2", 12)
            put(canvas, left + 164, 633, "3", 12)
        canvas.showPage()

    found = extract_plain(pdf(tmp_path / "a.pdf", draw), "application/pdf")
    expected = {
        f"表 {number}": [["第二十条", "", ""], ["本年数量", "", ""], [name, "2", "3"]]
        for number, name in ((1, "甲50"), (2, "甲310"))
    }
    assert tables(found) == expected


def test_a_table_as_wide_as_it_is_long_is_refused_before_it_fills_the_memory(tmp_path: Path) -> None:
    def fill(document: Document) -> None:
        cell = "<w:tc><w:p><w:r><w:t>1</w:t></w:r></w:p></w:tc>"
        rows = "".join(f"<w:tr><w:trPr><w:gridBefore w:val='{at}'/></w:trPr>{cell}{cell}</w:tr>" for at in range(5000))
        add_xml(document, f"<w:tbl>{rows}</w:tbl>")

    path = write_docx(tmp_path / "a.docx", fill)
    with pytest.raises(ExtractionFailed, match="5,000 行 5,001 列"):
        extract_plain(path, media_type(path, path.name))


def numbers(cells: Sequence[str]) -> list[float]:
    return [float(cell or 0) for cell in cells]


@pytest.mark.slow
@pytest.mark.skipif(not REPORT.exists(), reason="the shared real material is not here")
def test_the_tables_of_a_real_report_add_up() -> None:
    """Sums required by the form (勾稽关系) hold only if each cell is where it is on the page."""
    extraction = extract_plain(REPORT, "application/pdf")
    assert extraction.warnings == ()
    found = tables(extraction)
    shapes = [(len(rows), {len(row) for row in rows}) for rows in found.values()]
    assert shapes == [(14, {4}), (26, {10}), (4, {15})]
    rows = [numbers(row[3:]) for row in found["表 2"][3:]]
    for *parts, total in rows:
        assert sum(parts) == total
    for new, carried, *handled, all_handled, left in zip(*rows, strict=True):
        assert sum(handled) == all_handled
        assert new + carried == all_handled + left
    # 总计 is in its column, not moved by the merged cells before it.
    assert found["表 2"][-2][:3] == ["", "（七）总计", ""]
    # The agency's own totals in this table do not add up, so only the kind of each cell can be checked.
    assert all(cell.isdigit() for cell in found["表 3"][-1])
