"""Reading workbooks (xls, xlsx and related formats): each sheet's name as a line, then its rows."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from archive.errors import ExtractionFailed
from archive.extract.containers.zipguard import parse_part, read_parts, refuse_doctype, repack
from archive.extract.extraction import Extraction
from archive.extract.text.assemble import Lines, assemble
from archive.extract.text.characters import clean, rows
from archive.extract.text.titles import title_row

# A sheet is kept in memory as a rectangle with its empty cells; two cells in opposite corners span 17 billion.
_MAX_CELLS = 8_000_000
# Default names of sheets.
_UNNAMED = re.compile(r"(?:Sheet|工作表)\s*\d{0,3}", re.IGNORECASE)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_DRAWING = re.compile(r"xl/drawings/[^/]+\.xml", re.IGNORECASE)
_COMMENTS = re.compile(r"xl/comments[^/]*\.xml", re.IGNORECASE)
_FILLED = re.compile(rb"<(?:\w+:)?c\s([^<>]*[^<>/])>(?!</)")
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
# A formula without a value: the program that wrote the file did not calculate it.
_UNCALCULATED = re.compile(
    rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
# [MS-XLS] 2.1.7.20.1: FilePass comes right after the first record, or after WriteProtect.
_LOCKED = re.compile(rb"\x09\x08(?:\x08\x00\x00\x05.{6}|\x10\x00\x00\x06.{14})(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
_DAMAGED = "电子表格已损坏或不合格式，无法读取。请用办公软件打开并另存后再提交。"

_Cell = int | float | str | bool | time | date | datetime | timedelta


@dataclass(slots=True)
class _Book:
    """The content of a workbook; ``labels`` name each line's sheet, ``hidden`` the sheets that are not shown."""

    lines: Lines = field(default_factory=Lines)
    title: str | None = None
    labels: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)


def extract(path: Path) -> Extraction:
    """Extract the text of a workbook; a first row of one cell is the title. Hidden sheets only give a warning."""
    with path.open("rb") as stream:
        if stream.read(2) == b"PK":
            return _extract_parts(read_parts(path))
        stream.seek(0)
        if _LOCKED.search(stream.read()):
            raise ExtractionFailed("电子表格设有打开密码，无法读取。请去掉密码后重新提交。")
        stream.seek(0)
        book = _read(stream)
    return _assembled(book, _hidden_warning(book.hidden))


def _extract_parts(parts: Mapping[str, bytes]) -> Extraction:
    refuse_doctype(parts)
    uncalculated = 0
    for name, content in parts.items():
        if _SHEET.fullmatch(name):
            _check_area(content)
            uncalculated += sum(1 for _ in _UNCALCULATED.finditer(content))
    book = _read(repack(parts))
    told = _hidden_warning(book.hidden)
    if uncalculated:
        told.append(f"有 {uncalculated} 个公式没有保存计算结果，其数值没有收入。请用办公软件打开并保存后再收。")
    pictures = 0
    for name, content in parts.items():
        if _DRAWING.fullmatch(name):
            drawing = parse_part(content)
            pictures += sum(1 for _ in drawing.iter("{*}pic", "{*}graphicFrame"))
            for paragraph in drawing.iter("{*}p"):
                book.lines.add("".join(text.text or "" for text in paragraph.iter("{*}t")))
    noted = (parse_part(content) for name, content in parts.items() if _COMMENTS.fullmatch(name))
    comments = sum(1 for root in noted for _ in root.iter("{*}comment"))
    if comments:
        told.append(f"表中有 {comments} 条批注，没有收入正文；公开前请删除批注。")
    if pictures:
        told.append(f"表中含有 {pictures} 幅图片或图表，其中的文字检索不到。")
    return _assembled(book, told)


def _assembled(book: _Book, told: Sequence[str]) -> Extraction:
    rest = [""] * (len(book.lines.found) - len(book.labels))
    return assemble(book.title, book.lines.found, labels=[*book.labels, *rest], warnings=told)


def _hidden_warning(names: Sequence[str]) -> list[str]:
    if not names:
        return []
    shown = "、".join(f"“{name}”" for name in names[:10])
    return [f"有 {len(names)} 张工作表（{shown}）设为隐藏，没有收入正文，请核对；公开前请删除。"]


def _check_area(content: bytes) -> None:
    """Refuse a sheet whose rectangle of cells would fill the memory, before it is read."""
    rows: tuple[int, int] | None = None
    columns = (0, 0)
    for found in _FILLED.finditer(content):
        place = _PLACE.search(found[1])
        if place:
            across, down = _number(place[1]), int(place[2])
            first, last = rows or (down, down)
            left, right = columns if rows else (across, across)
            rows, columns = (min(first, down), max(last, down)), (min(left, across), max(right, across))
    if rows:
        height, width = rows[1] - rows[0] + 1, columns[1] - columns[0] + 1
        if height * width > _MAX_CELLS:
            raise ExtractionFailed(
                f"电子表格中有数据的区域达 {height:,} 行 {width:,} 列，无法读取。请删除表格以外的零星内容后再提交。"
            )


def _number(letters: bytes) -> int:
    """Return a column's number by its letters: 1 for A, 27 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


@contextmanager
def _guarded() -> Iterator[None]:
    try:
        yield
    except CalamineError as error:
        raise ExtractionFailed(_DAMAGED) from error
    except BaseException as error:
        # A panic in calamine's Rust code arrives as a class that can't be imported and is not an Exception.
        if type(error).__name__ == "PanicException":
            raise ExtractionFailed(_DAMAGED) from error
        raise


def _read(stream: BinaryIO) -> _Book:
    book = _Book()
    with _guarded(), CalamineWorkbook.from_filelike(stream) as workbook:
        for index, sheet in enumerate(workbook.sheets_metadata):
            if sheet.typ is SheetTypeEnum.WorkSheet:
                lines = [line for line in _rows(workbook.get_sheet_by_index(index)) if line]
                if sheet.visible is SheetVisibleEnum.Visible:
                    _add(book, clean(sheet.name), lines)
                elif lines:
                    book.hidden.append(clean(sheet.name))
    return book


def _add(book: _Book, name: str, lines: Sequence[str]) -> None:
    if lines and not book.lines.found:
        book.title = title_row(lines)
    if lines and not _UNNAMED.fullmatch(name):
        book.lines.add(name)
    for line in lines:
        book.lines.add_row(line)
    book.labels += [f"工作表 {name}"] * (len(book.lines.found) - len(book.labels))


def _rows(sheet: CalamineSheet) -> Iterator[str]:
    """Yield the rows of a sheet, every cell in its column; calamine gives a merged cell's text where it begins."""
    found = sheet.iter_rows()
    return rows([{across: _text(cell) for across, cell in enumerate(cells) if cell != ""} for cells in found])


def _text(cell: _Cell) -> str:
    """Return a cell's text, with dates in ISO form; calamine does not tell how numbers are formatted."""
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case float():
            # 15 digits, as spreadsheets show them: 0.1 + 0.2 is 0.3 there.
            return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
        case datetime():
            return cell.isoformat(" ", "seconds").removesuffix(" 00:00:00")
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return str(cell)
