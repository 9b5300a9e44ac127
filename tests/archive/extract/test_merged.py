"""Which cells of a table are merged is kept, in every format."""

from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
from docx.document import Document
from lxml import etree

from archive.document import Document as Kept
from archive.document import File, Merged, Metadata, Place
from archive.errors import ExtractionFailed
from archive.extract import Extraction, extract_plain, media_type
from archive.extract.others import slidetable
from archive.extract.process import answer
from archive.extract.text import tables
from archive.extract.text.tables import Setter, Span
from archive.tables import tables as tables_of
from tests.archive.extract import slides
from tests.archive.extract.makers import REAL, add_xml, write_docx
from tests.archive.extract.statutory import TABLES, TABLES_BEFORE, Table, report_docx, report_html, report_pdf

GOLDEN = Path(__file__).parent / "golden"
REPORT = REAL / "annual-reports" / "hongze-2023.pdf"


def read(path: Path) -> Extraction:
    return extract_plain(path, media_type(path, path.name))


def merged(found: Extraction) -> list[set[Merged]]:
    """Return the merged cells of each table, with those that a page ends whole again."""
    text, file = "\n".join(found.paragraphs), File("", "年报", "", 0)
    return [set(each.merged) for each in tables_of(Kept("a", 1, Metadata("年报"), file, text, places=found.places))]


def page(path: Path, body: str) -> Extraction:
    path.write_text(f"<html><body><div id='content'>{body}</div></body></html>", encoding="utf-8")
    return read(path)


def word(path: Path, *rows: str) -> Extraction:
    table = f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"
    return read(write_docx(path, lambda document: add_xml(document, table)))


def cell(text: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"


DOWN, ON = "<w:vMerge w:val='restart'/>", "<w:vMerge/>"


@pytest.mark.parametrize("form", [TABLES, TABLES_BEFORE], ids=["2021", "2019"])
@pytest.mark.parametrize("write", [report_docx, report_html, report_pdf])
def test_the_statutory_tables_keep_their_merged_cells(
    write: Callable[[Path, Sequence[Table]], Path], form: Sequence[Table], tmp_path: Path
) -> None:
    path = write(tmp_path / "report", form)
    found = extract_plain(path, media_type(path, "report.html"))
    assert [line for line in found.paragraphs if "\t" in line] == [line for table in form for line in table.lines()]
    assert merged(found) == [table.merged() for table in form]


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("statutory.doc", TABLES),
        ("statutory.rtf", TABLES),
        ("statutory-2019.doc", TABLES_BEFORE),
        ("statutory-2019.rtf", TABLES_BEFORE),
    ],
)
def test_the_statutory_tables_as_an_office_program_wrote_them(name: str, form: Sequence[Table]) -> None:
    # LibreOffice made both from what ``report_docx`` writes. In the doc, rows of ten cells state their edges elsewhere.
    found = read(GOLDEN / name)
    rows = [line for line in found.paragraphs if "\t" in line]
    assert rows == [line for table in form for line in table.lines()]
    assert merged(found) == [table.merged() for table in form]
    assert found.warnings == ()


@pytest.mark.skipif(not REPORT.exists(), reason="the shared real material is not here")
def test_the_statutory_tables_of_a_real_report() -> None:
    first, second, third = merged(read(REPORT))
    assert first == {Merged(row, 0, 1, 4) for row in (0, 4, 7, 11)} | {
        Merged(row, 1, 1, 3) for row in (5, 6, 8, 9, 10, 12, 13)
    }
    assert {
        Merged(0, 0, 3, 3),
        Merged(0, 3, 1, 7),
        Merged(1, 4, 1, 5),
        Merged(5, 0, 20, 1),
        Merged(7, 1, 8, 1),
    } < second
    assert third == TABLES[2].merged()


def presented(path: Path, *rows: str, more: str = "") -> Extraction:
    """Read a slide with a table of rows."""
    table = "".join(f"<a:tr>{row}</a:tr>" for row in rows)
    frame = f"<p:graphicFrame><a:graphic><a:tbl>{more}{table}</a:tbl></a:graphic></p:graphicFrame>"
    return slides.read(slides.write_pptx(path, [frame]))


@pytest.mark.parametrize("form", [TABLES, TABLES_BEFORE], ids=["2021", "2019"])
def test_the_statutory_tables_on_slides(form: Sequence[Table], tmp_path: Path) -> None:
    def row(table: Table, number: int) -> str:
        """Return a row with a cell for every column, also for those that another covers, as the format has it."""
        cells = []
        for column in range(len(table.widths)):
            over = next(
                each
                for each in table.cells
                if each.row <= number < each.row + each.rows and each.column <= column < each.column + each.columns
            )
            across, down = column > over.column, number > over.row
            more = f' gridSpan="{over.columns}"' if over.columns > 1 and not across else ' hMerge="1"' if across else ""
            more += f' rowSpan="{over.rows}"' if over.rows > 1 and not down else ' vMerge="1"' if down else ""
            cells.append(slides.cell("" if across or down else over.text, more))
        return f"<a:tr>{''.join(cells)}</a:tr>"

    frames = [
        slides.shape(table.heading)
        + "<p:graphicFrame><a:graphic><a:tbl>"
        + "".join(row(table, number) for number in range(table.height))
        + "</a:tbl></a:graphic></p:graphicFrame>"
        for table in form
    ]
    found = slides.read(slides.write_pptx(tmp_path / "a.pptx", frames))
    assert [line for line in found.paragraphs if "\t" in line] == [line for table in form for line in table.lines()]
    assert merged(found) == [table.merged() for table in form] and found.warnings == ()
    assert [each.label for each in found.places if each.label] == ["表 1", "表 2", "表 3"]


def test_cells_of_a_slide_are_covered_only_where_another_covers_them(tmp_path: Path) -> None:
    cell = slides.cell
    found = presented(
        tmp_path / "a.pptx",
        # Some programs leave out what is covered across; what goes on with nothing is seen.
        cell("甲", 'gridSpan="2"') + cell("乙", 'hMerge="0"'),
        cell("丙", 'hMerge="1"') + cell("丁", 'rowSpan="2"') + cell("1"),
        cell("戊", 'vMerge="1"') + cell("盖住的字", 'vMerge="1"') + cell("2"),
        cell("己", 'rowSpan="9999999" gridSpan="x"') + cell("3") + cell("4", 'vMerge="true"'),
        more="<a:tblPr firstRow='1'/>",
    )
    assert found.paragraphs == ("甲\t\t乙", "丙\t丁\t1", "戊\t\t2", "己\t3\t4")
    assert found.places == (Place(0, "表 1", 1, (Merged(0, 0, 1, 2), Merged(1, 1, 2, 1))),)
    assert found.concealed == ("第 1 张幻灯片合并单元格盖住的文字：盖住的字",)
    assert found.warnings == ("表格中有 4 个字在被合并的单元格里，看不见，没有收入正文，请核对；公开前请删除。",)


def test_merged_cells_of_a_slide_over_others_are_told(tmp_path: Path) -> None:
    cell = slides.cell
    found = presented(tmp_path / "a.pptx", cell("甲", 'rowSpan="2"') + cell("1"), cell("乙") + cell("2"))
    assert found.paragraphs == ("甲\t1", "乙\t2") and found.warnings == (tables.UNPLACED.format(1),)


def test_the_merged_cells_of_a_slide_reach_no_further_than_its_table() -> None:
    wide = "<tc gridSpan='9999999' rowSpan='9999999'/>" * 30
    table = slidetable.read_table(etree.fromstring(f"<tbl>{f'<tr>{wide}</tr>' * 20}</tbl>"), lambda _: "字")
    assert table.spans[0, 0] == Span(20, 30) and table.spans[19, 0] == Span(1, 30)
    assert max(column + span.columns for (_, column), span in table.spans.items()) < 60


def rich(path: Path, *rows: tuple[str, str]) -> Extraction:
    """Read an RTF of rows, each of them a definition and its cells."""
    body = ""
    for defined, cells in rows:
        body += rf"\trowd{defined}\pard\intbl " + "".join(rf"{text}\cell " for text in cells.split("|")) + "\\row\n"
    path.write_bytes(rf"{{\rtf1\ansi {body}\pard end\par}}".encode("ascii"))
    return read(path)


def test_rich_text_cells_stand_where_their_edges_are(tmp_path: Path) -> None:
    found = rich(
        tmp_path / "a.rtf",
        (r"\trhdr\cellx2000\cellx3000", "A|B"),
        # An edge that is a little off is the same; a row may begin further to the right.
        (r"\clvmgf\cellx990\cellx2010\cellx3000", "C|D|1"),
        (r"\clvmrg\cellx1000\clmgf\cellx2000\clmrg\cellx3000", "secret|E|over"),
        (r"\trleft1000\cellx2000\cellx3000", "F|2"),
    )
    assert found.paragraphs == ("A\t\tB", "C\tD\t1", "\tE\t", "\tF\t2", "end")
    assert found.places[0].heads == 1
    assert set(found.places[0].merged) == {Merged(0, 0, 1, 2), Merged(1, 0, 2, 1), Merged(2, 1, 1, 2)}
    assert [line.partition("（")[0] for line in found.concealed] == [
        "合并单元格盖住的文字：secret",
        "合并单元格盖住的文字：over",
    ]
    assert "表格中有 10 个字在被合并的单元格里，看不见，没有收入正文，请核对；公开前请删除。" in found.warnings


def test_cells_of_a_table_within_a_rich_text_cell_do_not_run_together(tmp_path: Path) -> None:
    inner = r"B\itap2\nestcell C\nestcell{\*\nesttableprops\trowd\cellx500\cellx900\nestrow}{\nonesttables\par}\itap1"
    found = rich(tmp_path / "a.rtf", (r"\cellx1000\cellx3000", rf"A|{inner}"))
    assert found.paragraphs == ("A\tB C", "end")
    assert [each.partition("，")[0] for each in found.warnings] == ["表格的单元格里另有表格"]
    # What is said of its columns is nothing about those of the table around it, wherever it stands.
    later = (r"\cellx1000\cellx3000", "D|E")
    found = rich(tmp_path / "b.rtf", (r"\cellx1000\cellx3000", rf"A|{inner}"), later)
    assert found.paragraphs == ("A\tB C", "D\tE", "end")


def test_rows_that_do_not_say_where_their_cells_stand_are_told(tmp_path: Path) -> None:
    found = rich(tmp_path / "a.rtf", (r"\cellx1000\cellx3000", "A|B"), (r"\cellx1000", "C|D"))
    assert found.paragraphs == ("A\tB", "C\tD", "end")
    assert found.warnings == ("表格中有 1 行没有注明各格的位置，各格依次排列，请与原件核对是否对齐。",)


def test_narrow_columns_are_never_taken_for_one(tmp_path: Path) -> None:
    found = rich(tmp_path / "a.rtf", (r"\cellx1000\cellx1030\cellx2000", "A|B|C"), (r"\cellx1000\cellx2000", "D|E"))
    assert found.paragraphs == ("A\tB\tC", "D\tE\t", "end")
    assert found.places[0].merged == (Merged(1, 1, 1, 2),)


def test_what_is_kept_of_a_merged_cell_counts_only_rows_and_columns_with_text() -> None:
    setter = Setter()
    cells = [{0: "甲", 3: "乙"}, {}, {3: "丙"}, {0: "丁", 1: "戊", 3: "己"}]
    rows = list(setter.rows(cells, {(0, 0): Span(3, 3), (3, 1): Span(1, 2)}))
    # Column 2 and row 1 have no text: the first cell covers two rows of two columns, the other is merged no more.
    assert [row.text for row in rows] == ["甲\t\t乙", "", "\t\t丙", "丁\t戊\t己"]
    assert [row.merged for row in rows] == [((0, Span(2, 2)),), (), (), ()]
    assert setter.told == []


def test_merged_cells_over_others_are_told_and_leave_them_where_they_are() -> None:
    setter = Setter()
    rows = list(setter.rows([{0: "甲", 1: "乙"}, {0: "丙", 1: "丁"}], {(0, 0): Span(2, 1), (1, 0): Span(1, 2)}))
    assert [row.text for row in rows] == ["甲\t乙", "丙\t丁"] and not any(row.merged for row in rows)
    assert setter.told == ["表格中有 2 个合并单元格与别的单元格相叠，没有按合并显示，请与原件核对。"]


def test_merged_cells_beyond_all_bounds_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tables, "_COVERED", 5)
    setter = Setter()
    rows = list(setter.rows([{0: "甲", 1: "乙", 2: "丙"}] * 3, {(0, 0): Span(1, 1), (1, 0): Span(3, 3)}))
    assert not any(row.merged for row in rows) and setter.told == [tables.TOO_MANY]


def test_a_word_cell_goes_on_only_below_one_of_its_place_and_width(tmp_path: Path) -> None:
    found = word(
        tmp_path / "a.docx",
        cell("甲", ON) + cell("1"),
        cell("盖住的字", ON) + cell("2"),
        cell("丙") + cell("3"),
        cell("丁", ON) + cell("4"),
        cell("戊", f"<w:gridSpan w:val='2'/>{ON}"),
    )
    # The first row goes on with nothing, and neither do those after a plain cell or of another width.
    assert found.paragraphs == ("甲\t1", "\t2", "丙\t3", "丁\t4", "戊\t")
    assert found.places == (Place(0, "表 1", 0, (Merged(0, 0, 2, 1), Merged(4, 0, 1, 2))),)
    assert [line for line in found.concealed if "盖住" in line] == ["合并单元格盖住的文字：盖住的字（在“1”之后）"]
    assert "表格中有 4 个字在被合并的单元格里，看不见，没有收入正文，请核对；公开前请删除。" in found.warnings


def test_cells_merged_across_as_old_programs_write_it(tmp_path: Path) -> None:
    start, on = "<w:hMerge w:val='restart'/>", "<w:hMerge/>"
    found = word(tmp_path / "a.docx", cell("甲", start) + cell("", on) + cell("乙"), cell("1") + cell("2") + cell("3"))
    assert found.paragraphs == ("甲\t\t乙", "1\t2\t3")
    assert found.places == (Place(0, "表 1", 0, (Merged(0, 0, 1, 2),)),)


def test_a_merged_cell_ends_where_a_table_within_it_stands(tmp_path: Path) -> None:
    def fill(document: Document) -> None:
        inner = f"<w:tbl><w:tr>{cell('里')}{cell('面')}</w:tr></w:tbl><w:p/>"
        outer = f"<w:tc><w:tcPr/>{inner}</w:tc>"
        rows = (cell("甲", DOWN) + outer, cell("", ON) + cell("乙"), cell("", ON) + cell("丙"))
        add_xml(document, f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>")

    found = read(write_docx(tmp_path / "a.docx", fill))
    assert found.paragraphs == ("甲\t", "里\t面", "\t乙", "\t丙")
    assert found.places == (Place(0, "表 1"),)


def test_heads_that_a_file_marks_are_counted(tmp_path: Path) -> None:
    head = "<w:trPr><w:tblHeader/></w:trPr>"
    assert word(tmp_path / "a.docx", head + cell("名称") + cell("数量"), cell("甲") + cell("1")).places[0].heads == 1
    rows = "<tr><td>甲</td><td>1</td></tr>"
    heads = "<tr><th rowspan=2>名称</th><th>数量</th></tr><tr><th>件</th></tr>"
    for body in (f"<table>{heads}{rows}</table>", f"<table><thead>{heads.replace('th', 'td')}</thead>{rows}</table>"):
        found = page(tmp_path / "a.html", body.replace("tdead", "thead"))
        assert found.places == (Place(0, "表 1", 2, (Merged(0, 0, 2, 1),)),)


def test_a_web_cell_reaches_to_the_end_of_its_group_of_rows_and_not_beyond(tmp_path: Path) -> None:
    groups = (
        "<tbody><tr><td rowspan=9>甲</td><td>1</td></tr><tr><td>2</td></tr></tbody>"
        "<tbody><tr><td rowspan=0>乙</td><td>3</td></tr><tr><td>4</td></tr></tbody>"
    )
    found = page(tmp_path / "a.html", f"<table>{groups}</table>")
    assert found.paragraphs == ("甲\t1", "\t2", "乙\t3", "\t4")
    assert found.places == (Place(0, "表 1", 0, (Merged(0, 0, 2, 1), Merged(2, 0, 2, 1))),)


def test_an_answer_with_merged_cells_outside_their_table_is_none() -> None:
    for wrong in ([0, 0, 3, 1], [0, 1, 1, 2], [0, 0, 0, 1], [-1, 0, 1, 1], [0, 0, 1]):
        told = '{"paragraphs": ["甲\\t乙", "丙\\t丁"], "stated": {}, "warnings": [], "page_date": "", "concealed": []'
        told += ', "recognised": [], "unread": []'
        payload = f'{told}, "title": null, "places": [[0, "表 1", 0, [{wrong}]]]}}'
        with pytest.raises(ExtractionFailed):
            answer.read(payload.encode())
    right = Extraction(None, ("甲\t", "\t丁"), places=(Place(0, "表 1", 1, (Merged(0, 0, 1, 2), Merged(1, 0, 1, 1))),))
    assert answer.read(answer.of(right, None))[0] == right
