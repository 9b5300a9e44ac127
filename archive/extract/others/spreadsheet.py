"""Reading workbooks (xls, xlsx, xlsb and related ones): each sheet's name as a line, then its rows as they are seen."""

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import BinaryIO

import olefile
from lxml import etree
from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from archive.errors import ExtractionFailed
from archive.extract.containers.zipguard import members, parse_part, refuse_doctype, repack
from archive.extract.extraction import Extraction
from archive.extract.others import sheetbinary, sheetparts, sheetrecords
from archive.extract.others.numberformat import general
from archive.extract.others.sheetview import SheetView, letters
from archive.extract.text.assemble import Lines, assemble
from archive.extract.text.characters import clean
from archive.extract.text.concealed import Concealed, Unseen, comments_told
from archive.extract.text.tables import Row, Setter, Span
from archive.extract.text.titles import title_row

# A sheet is kept in memory as a rectangle with its empty cells; two cells in opposite corners span 17 billion.
MAX_CELLS = 8_000_000
# Default names of sheets.
_UNNAMED = re.compile(r"(?:Sheet|工作表)\s*\d{0,3}", re.IGNORECASE)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
_BINARY_SHEET = re.compile(r"xl/worksheets/[^/]+\.bin", re.IGNORECASE)
# Parts that say what cells hold and how they are seen.
_KEPT = (".xml", ".rels", ".bin")
_DRAWING = re.compile(r"xl/drawings/[^/]+\.xml", re.IGNORECASE)
_FILLED = re.compile(rb"<(?:\w+:)?c\s([^<>]*[^<>/])>(?!</)")
_PLACE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
# A formula without a value: the program that wrote the file did not calculate it. An empty text is a value (t="str").
_UNCALCULATED = re.compile(
    rb"<(?:\w+:)?c(?![^<>]*\st=[\"']str[\"'])(?:\s[^<>]*)?>"
    rb"<(?:\w+:)?f(?:\s[^<>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
# [MS-XLS] 2.1.7.20.1: FilePass comes right after the first record, or after WriteProtect.
_LOCKED = re.compile(rb"\x09\x08(?:\x08\x00\x00\x05.{6}|\x10\x00\x00\x06.{14})(?:\x86\x00\x00\x00)?\x2f\x00", re.DOTALL)
_STREAMS = ("Workbook", "Book")
_DAMAGED = "电子表格已损坏或不合格式，无法读取。请用办公软件打开并另存后再提交。"

_Cell = int | float | str | bool | time | date | datetime | timedelta


@dataclass(slots=True)
class Book:
    """The content of a workbook; ``labels`` name each line's sheet, ``hidden`` the sheets that are not shown.

    ``rows`` and ``columns`` count those that are hidden and have text, ``unseen`` the cells that show nothing, and
    ``doubtful`` the white cells whose ground is not known; ``shapes`` and ``pictures`` are those on sheets of an xls.
    ``unformatted`` are the places of figures whose formats are not read.
    """

    lines: Lines = field(default_factory=Lines)
    setter: Setter = field(default_factory=Setter)
    title: str | None = None
    labels: list[str] = field(default_factory=list)
    concealed: Concealed = field(default_factory=Concealed)
    hidden: list[str] = field(default_factory=list)
    rows: int = 0
    columns: int = 0
    unseen: int = 0
    doubtful: int = 0
    comments: int = 0
    shapes: list[str] = field(default_factory=list)
    pictures: int = 0
    unformatted: list[str] = field(default_factory=list)

    def add(self, name: str, rows: Sequence[Row]) -> None:
        """Add a sheet that is shown: its name, if somebody gave it one, and its rows."""
        if rows and not self.lines.found:
            self.title = title_row([row.text for row in rows])
        if rows and not _UNNAMED.fullmatch(name):
            self.lines.add(name)
        for row in rows:
            self.lines.add_set(row, 0)
        self.labels += [f"工作表 {name}"] * (len(self.lines.found) - len(self.labels))


def extract(path: Path) -> Extraction:
    """Extract the text that readers of a workbook see; a first row of one cell is the title."""
    with path.open("rb") as stream:
        if stream.read(2) == b"PK":
            return _extract_parts({name: each for name, each in members(path) if name.lower().endswith(_KEPT)})
        stream.seek(0)
        if _LOCKED.search(stream.read()):
            raise ExtractionFailed("电子表格设有打开密码，无法读取。请去掉密码后重新提交。")
        stream.seek(0)
        book = _read(stream, sheetrecords.views(_records(path)))
    for line in book.shapes:
        book.lines.add(line)
    return assembled(book, [*warnings(book), *_pictures_told(book.pictures)])


def _pictures_told(count: int) -> list[str]:
    return [f"表中含有 {count} 幅图片或图表，其中的文字检索不到。"] if count else []


def _records(path: Path) -> bytes:
    """Return the records of a workbook from before 2007; empty if there are none that can be found."""
    try:
        with olefile.OleFileIO(str(path)) as container:
            return next((container.openstream(name).read() for name in _STREAMS if container.exists(name)), b"")
    except (OSError, ValueError, IndexError, OverflowError):
        # Whether the file is damaged is for calamine to say.
        return b""


def _extract_parts(parts: Mapping[str, bytes]) -> Extraction:
    refuse_doctype(parts)
    lacking = 0
    for name, content in parts.items():
        if _SHEET.fullmatch(name):
            check_area(content)
            lacking += uncalculated(content)
        elif _BINARY_SHEET.fullmatch(name):
            _check_size(*sheetbinary.area(content))
    views = (sheetbinary if sheetbinary.WORKBOOK in parts else sheetparts).views(parts)
    book = _read(repack(parts), views)
    told = warnings(book)
    if lacking:
        told.append(f"有 {lacking} 个公式没有保存计算结果，其数值没有收入。请用办公软件打开并保存后再收。")
    pictures = 0
    for name, content in parts.items():
        if _DRAWING.fullmatch(name):
            drawing = parse_part(content)
            pictures += sum(1 for _ in drawing.iter("{*}pic", "{*}graphicFrame"))
            for shape in drawing.iter("{*}sp"):
                _add_shape(book, shape)
    return assembled(book, [*told, *_pictures_told(pictures)])


def _add_shape(book: Book, shape: etree._Element) -> None:
    lines = ["".join(text.text or "" for text in each.iter("{*}t")) for each in shape.iter("{*}p")]
    properties = shape.find("{*}nvSpPr/{*}cNvPr")
    if properties is not None and properties.get("hidden") in ("1", "true"):
        book.concealed.add("隐藏的图形", " ".join(lines))
        return
    for line in lines:
        book.lines.add(line)


def assembled(book: Book, told: Sequence[str]) -> Extraction:
    """Make an Extraction of a workbook and what a reviewer should know of it."""
    rest = [""] * (len(book.lines.found) - len(book.labels))
    labels, concealed = [*book.labels, *rest], book.concealed.lines
    told = [*told, *book.setter.told]
    return assemble(
        book.title, book.lines.found, labels=labels, rows=book.lines.rows, warnings=told, concealed=concealed
    )


def warnings(book: Book) -> list[str]:
    """Return what a reviewer should know of a workbook."""
    told: list[str] = []
    if book.hidden:
        shown = "、".join(f"“{name}”" for name in book.hidden[:10])
        told.append(f"有 {len(book.hidden)} 张工作表（{shown}）设为隐藏，没有收入正文，请核对；公开前请删除。")
    if book.rows or book.columns:
        told.append(f"表中有 {book.rows} 行、{book.columns} 列设为隐藏或被筛选掉，没有收入正文，请核对；公开前请删除。")
    if book.unseen:
        told.append(f"表中有 {book.unseen} 个单元格有内容而不显示，没有收入正文，请核对；公开前请删除。")
    if book.doubtful:
        told.append(f"表中有 {book.doubtful} 个单元格是白色的字，底色不能确定，仍收入正文，请与原件核对。")
    if book.unformatted:
        places = "、".join(book.unformatted[:3]) + "等" * (len(book.unformatted) > 3)
        told.append(
            f"表中有 {len(book.unformatted)} 个数或者日期（{places}）的格式没有读懂，按原值收入正文，请与原件核对。"
        )
    if book.comments:
        told.append(comments_told("表中", book.comments))
    return told


def uncalculated(content: bytes) -> int:
    """Return how many formulas of a sheet have no value."""
    return sum(1 for _ in _UNCALCULATED.finditer(content))


def check_area(content: bytes) -> None:
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
        _check_size(rows[1] - rows[0] + 1, columns[1] - columns[0] + 1)


def _check_size(height: int, width: int) -> None:
    if height * width > MAX_CELLS:
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
    except (CalamineError, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            # The disk's, not calamine's own that a part ends early.
            raise
        raise ExtractionFailed(_DAMAGED) from error
    except BaseException as error:
        # A panic in calamine's Rust code arrives as a class that can't be imported and is not an Exception.
        if type(error).__name__ == "PanicException":
            raise ExtractionFailed(_DAMAGED) from error
        raise


def _read(stream: BinaryIO, views: Sequence[SheetView]) -> Book:
    book = Book()
    with _guarded(), CalamineWorkbook.from_filelike(stream) as workbook:
        for index, sheet in enumerate(workbook.sheets_metadata):
            view = views[index] if index < len(views) else SheetView()
            name = clean(sheet.name)
            is_shown = sheet.visible is SheetVisibleEnum.Visible
            if sheet.typ is SheetTypeEnum.WorkSheet:
                found = workbook.get_sheet_by_index(index)
                if is_shown:
                    seen = _seen(book, name, found, view)
                    book.add(name, [row for row in book.setter.rows(seen, _spans(found, view)) if row.text])
                else:
                    _conceal(book, name, found)
            if is_shown:
                # A sheet that is a chart is one more.
                book.pictures += view.pictures + (sheet.typ is SheetTypeEnum.ChartSheet)
                book.shapes += view.shapes
            for text in () if is_shown else view.shapes:
                book.concealed.add(f"隐藏的工作表“{name}”的图形", text)
            for comment in view.comments:
                place, author = comment.place, clean(comment.author) or "未署名"
                book.concealed.add(f"工作表“{name}”{place} 批注（{author}）", comment.text)
            book.comments += len(view.comments)
    return book


def _conceal(book: Book, name: str, sheet: CalamineSheet) -> None:
    """List a hidden sheet row by row."""
    any_text = False
    for down, cells in _cells(sheet):
        any_text = any_text or bool(cells)
        book.concealed.add(f"隐藏的工作表“{name}”第 {down + 1} 行", " ".join(map(_text, cells.values())))
    if any_text:
        book.hidden.append(name)


def _cells(sheet: CalamineSheet) -> Iterator[tuple[int, dict[int, _Cell]]]:
    """Yield the number of each row, and its cells by column; calamine gives a merged cell where it begins."""
    left = sheet.start[1] if sheet.start else 0
    for down, cells in enumerate(sheet.iter_rows()):
        yield down, {left + across: cell for across, cell in enumerate(cells) if cell != ""}


def _seen(book: Book, name: str, sheet: CalamineSheet, view: SheetView) -> list[dict[int, str]]:
    """Return the rows as they are seen, each with its cells by column, and list what is not."""
    ends = dict(_merged(sheet, view))
    found: list[dict[int, str]] = []
    hidden_rows: dict[int, list[str]] = {}
    hidden_columns: dict[int, list[str]] = {}
    for down, cells in _cells(sheet):
        seen: dict[int, str] = {}
        for across, cell in cells.items():
            formatted = view.shown(down, across, cell)
            text = _text(cell) if formatted is None else formatted
            # A merged cell is seen as long as one of its rows and one of its columns are.
            last_row, last_column = ends.get((down, across), (down, across))
            if all(each in view.rows for each in range(down, last_row + 1)):
                hidden_rows.setdefault(down, []).append(text)
            elif all(each in view.columns for each in range(across, last_column + 1)):
                hidden_columns.setdefault(across, []).append(text)
            else:
                reason, doubtful = view.unseen(down, across, cell)
                book.doubtful += doubtful
                if reason is None:
                    seen[across] = text
                    if formatted is None and view.is_formatted(down, across, cell):
                        book.unformatted.append(f"{letters(across)}{down + 1}")
                elif cell != 0:
                    book.unseen += 1
                    book.concealed.add(f"工作表“{name}”{letters(across)}{down + 1} {reason}", text)
        found.append(seen)
    for down, texts in hidden_rows.items():
        book.concealed.add(f"工作表“{name}”第 {down + 1} 行{Unseen.ROW}", " ".join(texts))
    for across, texts in sorted(hidden_columns.items()):
        book.concealed.add(f"工作表“{name}”{letters(across)} 列{Unseen.COLUMN}", " ".join(texts))
    book.rows += len(hidden_rows)
    book.columns += len(hidden_columns)
    return found


def _merged(sheet: CalamineSheet, view: SheetView) -> list[tuple[tuple[int, int], tuple[int, int]]]:
    return [*(sheet.merged_cell_ranges or view.merged)]


def _spans(sheet: CalamineSheet, view: SheetView) -> dict[tuple[int, int], Span]:
    """Return how far the merged cells of a sheet reach, by their rows and columns."""
    return {
        (top, left): Span(bottom - top + 1, right - left + 1) for (top, left), (bottom, right) in _merged(sheet, view)
    }


def _text(cell: _Cell) -> str:
    """Return a cell's text as it is without a format, with dates in ISO form."""
    match cell:
        case str():
            return cell
        case bool():
            return str(cell).upper()
        case float():
            return general(cell)
        case datetime():
            return cell.isoformat(" ", "seconds").removesuffix(" 00:00:00")
        case timedelta():
            minutes, seconds = divmod(round(cell.total_seconds()), 60)
            return f"{minutes // 60}:{minutes % 60:02}:{seconds:02}"
        case _:
            return str(cell)
