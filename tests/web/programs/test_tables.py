"""Merged cells on a document's page, in the API and in the tables to download."""

import csv
import re
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

from archive.document import Merged, Place
from archive.extract import Sandbox
from archive.intake.adding import Item
from archive.intake.receive import Intake
from archive.tables import Table, tables
from indexer import sync
from indexer.analyzer import Analyzer
from indexer.query import Everything
from indexer.snippets import Marker
from tests.archive.extract.statutory import TABLES, report_docx, report_html
from tests.conftest import make_document, publish
from tests.web.conftest import Site
from web.programs.workbook import MEDIA_TYPE, workbook
from web.reading.blocks import Block, blocks

pytestmark = pytest.mark.page


@pytest.fixture
def id(own: Site) -> str:
    """The annual report of the form of 2021, published, with itself as a web page beside it."""
    folder = own.services.settings.data
    main, beside = report_docx(folder / "年报.docx"), report_html(folder / "年报.html")
    with Sandbox() as sandbox:
        intake = Intake(own.services.catalogue, own.services.blobs, sandbox, "收文员")
        received = intake.receive(Item(main, "年报", attachments=(beside,)))
    id = str(received.document_id)
    publish(own.services.catalogue, id)
    sync.catch_up(own.services.catalogue, own.services.engine)
    return id


def shape(table: etree._Element) -> tuple[set[Merged], dict[tuple[int, int], str]]:
    """Return the merged cells of a table and the texts of all, placed as a browser places them."""
    taken: set[tuple[int, int]] = set()
    merged, texts = set(), {}
    for row, line in enumerate(table.iter("tr")):
        column = 0
        for cell in line:
            while (row, column) in taken:
                column += 1
            rows, columns = int(cell.get("rowspan", "1")), int(cell.get("colspan", "1"))
            places = {(row + down, column + across) for down in range(rows) for across in range(columns)}
            assert taken.isdisjoint(places)
            taken |= places
            texts[row, column] = "".join(map(str, cell.itertext())).strip()
            if len(places) > 1:
                merged.add(Merged(row, column, rows, columns))
    return merged, texts


def test_the_page_shows_the_statutory_tables_as_they_are(own: Site, id: str) -> None:
    page = etree.HTML(own.client.get(f"/documents/{id}?part=all").text)
    shown = list(page.iter("table"))
    assert len(shown) == 2 * len(TABLES)
    for table, form in zip(shown, [*TABLES, *TABLES], strict=True):
        merged, texts = shape(table)
        assert merged == form.merged()
        assert {place: text for place, text in texts.items() if text} == {
            (cell.row, cell.column): cell.text for cell in form.cells if cell.text
        }
    heads = [list(each.iterfind("thead/tr")) for each in shown[:3]]
    assert [len(each) for each in heads] == [2, 3, 3]
    assert all(rows[0].find("th[@colspan][@scope='colgroup']") is not None for rows in heads)
    assert [each.text for each in shown[1].iterfind("tbody//th")] == ["三、本年度办理结果"]
    assert [each.text for each in shown[0].iterfind("tbody//th[@scope='colgroup']")] == [
        f"第二十条第（{item}）项" for item in "五六八"
    ]


def test_the_api_says_what_is_merged(own: Site, id: str) -> None:
    answer = own.client.get(f"/api/v1/documents/{id}").get_json()
    lines = answer["text"].split("\n")
    for part in (answer, answer["attachments"][0]):
        lines = part["text"].split("\n")
        for said, form in zip(part["tables"], TABLES, strict=True):
            assert lines[said["line"] : said["line"] + said["rows"]] == form.lines()
            assert {Merged(**each) for each in said["merged"]} == form.merged()
            assert (said["columns"], said["heads"]) == (len(form.widths), 3 if len(form.widths) > 4 else 2)
            assert own.client.get(said["csv"]).status_code == 200


def test_a_table_is_downloaded_with_the_text_of_a_merged_cell_once(own: Site, id: str) -> None:
    page = own.client.get(f"/documents/{id}?part=all").text
    addresses = re.findall(r'href="([^"]+\.csv)"', page)
    expected = [f"/documents/{id}{part}/tables/{number}.csv" for part in ("", "/attachments/1") for number in (1, 2, 3)]
    assert [each for each in addresses if "/tables/" in each] == expected
    for address, form in zip(expected, [*TABLES, *TABLES], strict=True):
        answer = own.client.get(address)
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        rows = list(csv.reader(StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))
        assert ["\t".join(row) for row in rows] == form.lines()
    for gone in ("tables/0.csv", "tables/4.csv", "attachments/2/tables/1.csv", "attachments/0/tables/1.csv"):
        assert own.client.get(f"/documents/{id}/{gone}").status_code == 404
    assert own.client.get(f"{expected[0]}?terminal=1").status_code == 403
    assert ".csv" not in own.client.get(f"/documents/{id}?part=all&terminal=1").text.partition('id="text"')[2]


def cells(block: Block) -> list[list[tuple[str, int, int, str]]]:
    return [
        [("".join(piece.text for piece in cell.pieces), cell.rows, cell.columns, cell.scope) for cell in row]
        for row in block.rows
    ]


def test_a_merged_cell_goes_on_where_a_long_table_is_cut(analyzer: Analyzer) -> None:
    rows = [
        "类别\t数目\t",
        "\t件\t人",
        *(f"{'' if number else '合计'}\t{'甲' * 900}{number}\t1" for number in range(20)),
    ]
    merged = (Merged(0, 0, 2, 1), Merged(0, 1, 1, 2), Merged(2, 0, 20, 1))
    document = make_document("table", "表", "\n".join(rows))
    object.__setattr__(document, "places", (Place(0, "表 1", 0, merged),))
    found = blocks(document, Marker(Everything(), analyzer))
    assert len(found) > 2 and [each.table for each in found] == [1] + [0] * (len(found) - 1)
    shown = 0
    for at, block in enumerate(found):
        head, below, first, *rest = cells(block)
        assert head == [("类别", 2, 1, "col"), ("数目", 1, 2, "colgroup")] and block.heads == 2
        assert below == [("件", 1, 1, "col"), ("人", 1, 1, "col")]
        assert first[0] == ("" if at else "合计", len(rest) + 1, 1, "" if at else "row")
        assert all(len(row) == 2 for row in rest)
        shown += len(rest) + 1
    assert shown == 20


def test_a_table_to_download_is_a_workbook_with_its_merged_cells(own: Site, id: str, tmp_path: Path) -> None:
    document = own.services.catalogue.public(id)
    for address, part in (("", document), ("/attachments/1", document.attachments[0])):
        for number, table in enumerate(tables(part), 1):
            answer = own.client.get(f"/documents/{id}{address}/tables/{number}.xlsx")
            assert answer.status_code == 200 and answer.headers["Content-Type"] == MEDIA_TYPE
            assert answer.headers["Content-Disposition"].endswith(f"-{number}.xlsx")
            path = tmp_path / f"{number}.xlsx"
            path.write_bytes(answer.data)
            sheet = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0)
            rows = [
                [f"{each:g}" if isinstance(each, float) else str(each) for each in row] for row in sheet.to_python()
            ]
            assert rows == [list(row) for row in table.rows]
            assert sheet.merged_cell_ranges == [
                ((each.row, each.column), (each.row + each.rows - 1, each.column + each.columns - 1))
                for each in table.merged
            ]
    assert own.client.get(f"/documents/{id}/tables/99.xlsx").status_code == 404
    assert own.client.get(f"/documents/{id}/tables/1.xlsx?terminal=1").status_code == 403
    assert own.client.get(f"/documents/{id}/tables/1.pdf").status_code == 404


def test_what_a_workbook_holds_is_a_number_only_if_it_reads_the_same() -> None:
    cells = ["12", "-3.50", "007", "1,000", "=1+1", "12345678901234567890", "<b>", "a\x0bb", "2019-01-31", "+5", "0.5"]
    with ZipFile(BytesIO(workbook(Table(0, "", [cells, cells])))) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
        assert all(etree.fromstring(package.read(name)) is not None for name in package.namelist())
    assert re.findall("<v>(.*?)</v>", sheet)[:3] == ["12", "-3.50", "0.5"]
    assert "<f>" not in sheet and ">=1+1<" in sheet and "&lt;b&gt;" in sheet and ">ab<" in sheet
    assert workbook(Table(0, "", [cells])) == workbook(Table(0, "", [cells]))


def test_a_wide_table_names_its_rows_by_the_first_column(analyzer: Analyzer) -> None:
    text = "单位\t一季度\t二季度\t三季度\n甲镇\t1\t2\t3\n\t4\t5\t6"
    (block,) = blocks(make_document("wide", "表", text), Marker(Everything(), analyzer))
    assert [[cell.scope for cell in row] for row in block.rows] == [
        ["col", "col", "col", "col"],
        ["row", "", "", ""],
        ["", "", "", ""],
    ]
    assert block.named
    (block,) = blocks(make_document("figures", "表", text.replace("甲镇", "1,234")), Marker(Everything(), analyzer))
    assert not block.named
    narrow = "\n".join("\t".join(line.split("\t")[:3]) for line in text.splitlines())
    (block,) = blocks(make_document("narrow", "表", narrow), Marker(Everything(), analyzer))
    assert {cell.scope for row in block.rows[1:] for cell in row} == {""}
