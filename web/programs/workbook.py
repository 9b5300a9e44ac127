"""A table as a workbook (ECMA-376, SpreadsheetML): merged cells are merged, the head stays, numbers are numbers."""

import re
from collections.abc import Iterator
from io import BytesIO
from xml.sax.saxutils import escape
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from archive.tables import Table

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# What a spreadsheet may take for a number without changing how it reads: no 007, no 16 digits, no 1,000.
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,14})(?:\.\d{1,10})?", re.ASCII)
_DRAWN = re.compile(r"[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_LONGEST = 32_767
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_PARTS = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{MEDIA_TYPE}.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" ContentType="'
    'application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">'
    '<sheets><sheet name="表" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
    f'<Relationship Id="r1" Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
}


def workbook(table: Table) -> bytes:
    """Return the bytes of a workbook with this table, always the same for the same table."""
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        for name, content in {**_PARTS, "xl/worksheets/sheet1.xml": "".join(_sheet(table))}.items():
            # A day of its own would tell when the table was asked for.
            package.writestr(ZipInfo(name), f"{_HEAD}{content}", ZIP_DEFLATED)
    return out.getvalue()


def _sheet(table: Table) -> Iterator[str]:
    yield f'<worksheet xmlns="{_MAIN}">'
    if table.heads:
        pane = f'<pane ySplit="{table.heads}" topLeftCell="A{table.heads + 1}" state="frozen"/>'
        yield f'<sheetViews><sheetView workbookViewId="0">{pane}</sheetView></sheetViews>'
    yield "<sheetData>"
    for number, row in enumerate(table.rows, 1):
        yield f'<row r="{number}">'
        yield from (_cell(f"{_column(at)}{number}", text) for at, text in enumerate(row) if text)
        yield "</row>"
    yield "</sheetData>"
    if table.merged:
        spans = (
            f"{_column(each.column)}{each.row + 1}:{_column(each.column + each.columns - 1)}{each.row + each.rows}"
            for each in table.merged
        )
        merged = "".join(f'<mergeCell ref="{each}"/>' for each in spans)
        yield f'<mergeCells count="{len(table.merged)}">{merged}</mergeCells>'
    yield "</worksheet>"


def _cell(place: str, text: str) -> str:
    if _NUMBER.fullmatch(text):
        return f'<c r="{place}"><v>{text}</v></c>'
    # A string by itself is never a formula, whatever it begins with.
    said = escape(_DRAWN.sub("", text)[:_LONGEST])
    return f'<c r="{place}" t="inlineStr"><is><t xml:space="preserve">{said}</t></is></c>'


def _column(at: int) -> str:
    """Return a column's letters.

    >>> [_column(at) for at in (0, 25, 26, 701, 702)]
    ['A', 'Z', 'AA', 'ZZ', 'AAA']
    """
    letters, left = "", at + 1
    while left:
        left, digit = divmod(left - 1, 26)
        letters = chr(ord("A") + digit) + letters
    return letters
