"""Tables as files, CSV or xlsx: read within limits, and written so that no cell is taken for a formula.

A cell that a spreadsheet would calculate gets an apostrophe before it, and loses it again when it is read.
"""

import codecs
import csv
import io
import os
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from xml.sax.saxutils import escape

from python_calamine import CalamineError, CalamineWorkbook

from archive.errors import ExtractionFailed, RequestRefused
from archive.extract.containers.zipguard import read_parts, repack
from archive.extract.limits import ZipLimits
from archive.extract.others.spreadsheet import check_area, uncalculated
from archive.store.space import naming

# Bytes of a CSV file, and of a workbook's sheet unpacked: some 100,000 requests.
LARGEST = 64 << 20
# A long register repeats itself, and packs better than any document: only its size is bounded.
_LIMITS = ZipLimits(member_size=LARGEST, ratio_free=LARGEST)
# What spreadsheets calculate, also in its full-width forms; an apostrophe before it is undone once for each time.
_FORMULA = re.compile(r"'*[=+\-@\t\r＝＋－＠]")
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_DAMAGED = "表格文件读不出，请用办公软件打开、另存后再导入。"


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet calculates.

    >>> harmless("=1+1"), harmless("'=1+1"), harmless("2026-0001")
    ("'=1+1", "''=1+1", '2026-0001')
    """
    return f"'{cell}" if _FORMULA.match(cell) else cell


def meant(cell: str) -> str:
    """Return what ``harmless`` was given."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell) else cell


def read(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of a table with their places in the file, from 1. Empty rows are passed over.

    Raises RequestRefused for a file that is no table, OSError.
    """
    with path.open("rb") as stream:
        zipped = stream.read(2) == b"PK"
    for at, row in _workbook(path) if zipped else _text(path):
        if any(row):
            yield at, [meant(cell) for cell in row]


def write(path: Path, rows: Iterable[Sequence[str]]) -> None:
    """Write a table to a new file that only its owner reads: xlsx if it is named so, else CSV.

    Where that fails no part of it is left. Raises OSError, which names the path.
    """
    safe = [[harmless(cell) for cell in row] for row in rows]
    content = _xlsx(safe) if path.suffix.lower() == ".xlsx" else _csv(safe)
    # Nothing lies in another file meanwhile, and no file that is there is written over.
    out = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
    try:
        with naming(path), out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
    except BaseException:
        path.unlink()
        raise


def _text(path: Path) -> Iterator[tuple[int, list[str]]]:
    with path.open("rb") as stream:
        raw = stream.read(LARGEST + 1)
    if len(raw) > LARGEST:
        raise RequestRefused(f"文件超过 {LARGEST >> 20} 兆字节，请分开导入。")
    text = _decoded(raw)
    # As spreadsheets save "Unicode text": the column names have no tab in them.
    delimiter = "\t" if "\t" in text.lstrip().partition("\n")[0].strip() else ","
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        at = 1
        for row in rows:
            yield at, [cell.strip(" \u3000") for cell in row]
            # A cell may hold several lines.
            at = rows.line_num + 1
    except csv.Error as error:
        raise RequestRefused(f"第 {rows.line_num} 行读不出：引号不成对，或者有的内容过长。{_DAMAGED}") from error


def _decoded(raw: bytes) -> str:
    utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise RequestRefused(_DAMAGED)


def _workbook(path: Path) -> Iterator[tuple[int, list[str]]]:
    try:
        parts = read_parts(path, _LIMITS)
        for name, content in parts.items():
            if name.startswith("xl/worksheets/"):
                check_area(content)
                if uncalculated(content):
                    raise RequestRefused("表格里有没有算出结果的公式，没有导入。请用办公软件打开、保存后再导入。")
        with CalamineWorkbook.from_filelike(repack(parts)) as book:
            sheets = [
                book.get_sheet_by_index(at).to_python(skip_empty_area=False) for at in range(len(book.sheet_names))
            ]
    except ExtractionFailed as error:
        # Too large, locked: what it says is what there is to do.
        raise RequestRefused(f"表格文件读不出：{error}") from error
    except (CalamineError, IndexError) as error:
        raise RequestRefused(_DAMAGED) from error
    filled = [rows for rows in sheets if any(cell != "" for row in rows for cell in row)]
    if len(filled) > 1:
        raise RequestRefused("文件里有内容的工作表不止一张，没有导入。请把每张表各存成一个文件，逐个导入。")
    for at, row in enumerate(filled[0] if filled else (), 1):
        yield at, [_cell(each) for each in row]


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip(" \u3000")


def _csv(rows: Iterable[Sequence[str]]) -> bytes:
    written = io.StringIO(newline="")
    csv.writer(written).writerows(rows)
    # With the mark, spreadsheets take the text for what it is.
    return codecs.BOM_UTF8 + written.getvalue().encode()


def _xlsx(rows: Iterable[Sequence[str]]) -> bytes:
    lines = "".join(f'<row r="{at}">{"".join(map(_inline, row))}</row>' for at, row in enumerate(rows, 1))
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_SHEET}.worksheet+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" Type="{_OFFICE}/officeDocument" '
        'Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        '<sheet name="登记簿" sheetId="1" r:id="rId1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}"><Relationship Id="rId1" '
        f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}"><sheetData>{lines}</sheetData></worksheet>',
    }
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in parts.items():
            container.writestr(name, f'<?xml version="1.0" encoding="UTF-8"?>\n{content}')
    return stream.getvalue()


def _inline(cell: str) -> str:
    # A cell that is left out would move those after it.
    return f'<c t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>' if cell else "<c/>"
