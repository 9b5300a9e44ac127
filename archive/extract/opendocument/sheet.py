"""Reading OpenDocument workbooks (ods): the text that each cell shows, which the format keeps beside its value."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.opendocument.inline import SHAPES, Inline, Seen, control_text, controls_in, text_of, unseen_in
from archive.extract.opendocument.package import Package, attribute, count, local
from archive.extract.opendocument.styles import Styles, ground
from archive.extract.others.sheetview import letters
from archive.extract.others.spreadsheet import MAX_CELLS, Book, assembled, warnings
from archive.extract.text.characters import clean, squeezed
from archive.extract.text.concealed import Unseen
from archive.extract.text.scripts import in_line
from archive.extract.text.tables import Span, covered_told
from archive.extract.word.colours import MIXED

_HIDING = ("collapse", "filter")
_COLUMNS = frozenset(("table-column-group", "table-header-columns", "table-columns"))
_ROWS = frozenset(("table-row-group", "table-header-rows", "table-rows"))
_VALUES = ("value", "date-value", "time-value", "boolean-value", "string-value")
_NOTHING = ("0", "0.0")
# Several shapes in one, and one that is a link.
_GROUPS = ("g", "a")
# Sheets have no more rows and columns than these.
_MOST_ROWS, _MOST_COLUMNS = 1 << 20, 1 << 14


@dataclass(slots=True)
class _Hidden:
    """Rows or columns that are hidden, as ranges in rising order that do not touch."""

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def add(self, start: int, count: int) -> None:
        """Add some that come after all that are known."""
        if self.ends and self.ends[-1] == start:
            self.ends[-1] += count
        else:
            self.starts.append(start)
            self.ends.append(start + count)

    def covers(self, start: int, count: int) -> bool:
        """Tell whether all of some are hidden."""
        at = bisect_right(self.starts, start) - 1
        return at >= 0 and start + count <= self.ends[at]


@dataclass(slots=True)
class _Columns:
    """The hidden columns of a sheet, and the styles that cells of a column have where they state none."""

    hidden: _Hidden = field(default_factory=_Hidden)
    starts: list[int] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    end: int = 0

    def style(self, column: int) -> str:
        at = bisect_right(self.starts, column) - 1
        return self.styles[at] if at >= 0 else ""


def extract(path: Path) -> Extraction:
    """Extract the text that readers of a workbook see; a first row of one cell is the title."""
    return _Workbook(Package(path, "spreadsheet")).extraction()


class _Workbook:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._styles = Styles(package.content, package.styles)
        self._book = Book()
        self._seen = Seen()
        self._inline = Inline(package, self._styles, self._book.concealed, self._seen)
        self._controls = controls_in(package.body)
        self._cells = self._valued = 0
        self._spans: dict[tuple[int, int], Span] = {}

    def extraction(self) -> Extraction:
        book, seen = self._book, self._seen
        shapes: list[str] = []
        for table in self._package.body.iterchildren("{*}table"):
            name = clean(attribute(table, "name"))
            stated = self._styles.stated("table", attribute(table, "style-name"))
            if stated.get("table:display") == "false":
                self._conceal(name, table)
                continue
            rows = self._seen_rows(name, table)
            book.add(name, [row for row in book.setter.rows(rows, self._spans) if row.text])
            for drawn in table.iterfind("{*}shapes"):
                for shape in drawn:
                    shapes += self._shape(shape)
        for line in shapes:
            book.lines.add(line)
        book.doubtful = seen.doubtful
        book.comments = seen.comments
        told = warnings(book)
        if self._valued:
            told.append(f"表中有 {self._valued} 个单元格没有保存显示的文字，按原值收入正文，请与原件核对。")
        if seen.pictures:
            told.append(f"表中含有 {seen.pictures} 幅图片或图表，其中的文字检索不到。")
        if seen.covered:
            told.append(covered_told(seen.covered))
        told += seen.carriers.told()
        if changes := sum(1 for each in self._package.body.iterfind("{*}tracked-changes") for _ in each):
            told.append(f"表中保留着 {changes} 处修订记录，没有收入正文；公开前请清除。")
            for each in self._package.body.iterfind("{*}tracked-changes"):
                book.concealed.add("修订记录", text_of(each))
        self._package.add_properties(book.concealed)
        return assembled(book, told)

    def _conceal(self, name: str, table: etree._Element) -> None:
        any_text = False
        for down, row in _rows(table):
            text = text_of(row)
            any_text = any_text or bool(clean(text))
            self._book.concealed.add(f"隐藏的工作表“{name}”第 {down + 1} 行", text)
        if any_text:
            self._book.hidden.append(name)

    def _seen_rows(self, name: str, table: etree._Element) -> list[dict[int, str]]:
        """Return the rows of a sheet as they are seen, each with its cells by column, and list what is not."""
        columns = _Columns()
        _read_columns(table, columns, False)
        book = self._book
        conditional = any(local(each) == "conditional-formats" for each in table)
        found: list[dict[int, str]] = []
        # The number of each row that was found: rows without content are left out.
        numbers: list[int] = []
        spans: dict[tuple[int, int], tuple[int, Span]] = {}
        rows = list(_rows(table))
        hidden = _Hidden()
        for down, row in _numbered(table):
            if _is_hidden(row):
                hidden.add(down, _repeated(row))
        in_columns: dict[int, list[str]] = {}
        for down, row in rows:
            shown: dict[int, str] = {}
            in_row: list[str] = []
            for across, cell in _cells(row):
                repeated = min(count(cell, "number-columns-repeated"), _MOST_COLUMNS)
                self._cells += repeated * _repeated(row)
                if self._cells > MAX_CELLS:
                    raise ExtractionFailed("电子表格的单元格多得不合常理，无法读取。请删除表格以外的零星内容后再提交。")
                if local(cell) == "covered-table-cell":
                    self._cover(f"工作表“{name}”{letters(across)}{down + 1} ", cell)
                    continue
                span = Span(count(cell, "number-rows-spanned"), count(cell, "number-columns-spanned"))
                last = min(span.rows, _MOST_ROWS), min(span.columns, _MOST_COLUMNS)
                row_hidden = hidden.covers(down, last[0])
                style = attribute(cell, "style-name") or attribute(row, "default-cell-style-name")
                for at in range(across, across + repeated):
                    column_hidden = columns.hidden.covers(at, last[1])
                    place = f"工作表“{name}”{letters(at)}{down + 1} "
                    if row_hidden or column_hidden:
                        (in_row if row_hidden else in_columns.setdefault(at, [])).append(_raw(cell))
                        continue
                    text = self._cell(cell, row, style or columns.style(at), conditional, place)
                    if text:
                        shown[at] = text
                if span != (1, 1):
                    spans[len(found), across] = down, span
            book.rows += bool(in_row)
            book.concealed.add(f"工作表“{name}”第 {down + 1} 行{Unseen.ROW}", " ".join(in_row))
            repeats = _repeated(row) if shown else 1
            found += [shown] * repeats
            numbers += range(down, down + repeats)
        for across, texts in sorted(in_columns.items()):
            if any(texts):
                book.columns += 1
                book.concealed.add(f"工作表“{name}”{letters(across)} 列{Unseen.COLUMN}", " ".join(texts))
        self._spans = {
            (at, across): Span(bisect_left(numbers, down + span.rows) - at, span.columns)
            for (at, across), (down, span) in spans.items()
        }
        return found

    def _cell(self, cell: etree._Element, row: etree._Element, style: str, conditional: bool, place: str) -> str:
        """Return the text of a cell as it is seen, and list what is not."""
        stated = self._styles.stated("table-cell", style)
        base = {**self._styles.default("table-cell"), **stated}
        of_row = ground(self._styles.stated("table-row", attribute(row, "style-name")), "table-row", "FFFFFF")
        below = ground(base, "table-cell", of_row)
        if conditional or self._styles.is_conditional(style):
            below = MIXED
        lines: list[str] = []
        unseen: dict[Unseen, list[str]] = {}
        written = False
        doubtful = self._seen.doubtful
        for each in cell:
            kind = local(each)
            if kind == "p":
                written = True
                found = self._inline.read(each, below, base)
                lines.append(in_line(found.pieces))
                for reason, texts in found.unseen.items():
                    unseen.setdefault(reason, []).extend(texts)
                lines += [line for shape in found.shapes for line in self._shape(shape)]
            elif kind == "annotation":
                self._inline.comment(each, place)
            elif kind in SHAPES or kind in _GROUPS:
                lines += self._shape(each)
        # Cells are counted here, not letters.
        self._seen.doubtful = doubtful + (self._seen.doubtful > doubtful)
        value = _value(cell)
        text = clean("\n".join(lines))
        if not written and value:
            self._valued += 1
            return value
        if written and value not in ("", *_NOTHING) and not text and not unseen:
            unseen[Unseen.INVISIBLE] = [value]
        for reason, texts in unseen.items():
            self._book.unseen += reason is not Unseen.STRUCK
            self._book.concealed.add(f"{place}{reason}", "".join(texts))
        return text

    def _cover(self, place: str, cell: etree._Element) -> None:
        text = text_of(cell)
        self._book.concealed.add(f"{place}{Unseen.MERGED}", text)
        self._seen.covered += len(squeezed(text))

    def _shape(self, shape: etree._Element) -> Iterator[str]:
        """Yield the text of what is drawn on a sheet, and count pictures and charts."""
        if attribute(shape, "display") in ("none", "printer"):
            self._book.concealed.add("隐藏的图形", text_of(shape))
            return
        if local(shape) in _GROUPS:
            for each in shape:
                if local(each) in SHAPES or local(each) in _GROUPS:
                    yield from self._shape(each)
            return
        if local(shape) == "control":
            known = self._controls.get(attribute(shape, "control"))
            if known is not None:
                self._book.concealed.add(Unseen.HIDDEN, unseen_in(known))
                if text := clean(control_text(known)):
                    yield text
            return
        embedded = [each for each in shape if local(each) in ("object", "object-ole")]
        if embedded and not any(map(self._package.is_chart, embedded)):
            self._seen.carriers.objects += 1
        elif embedded or shape.find("{*}image") is not None:
            self._seen.pictures += 1
        stated = self._styles.stated("graphic", attribute(shape, "style-name"))
        for each in shape.iter("{*}p"):
            found = self._inline.read(each, ground(stated, "graphic", MIXED))
            if text := clean(in_line(found.pieces)):
                yield text


def _is_hidden(row: etree._Element) -> bool:
    groups = (each for each in row.iterancestors() if local(each) == "table-row-group")
    return attribute(row, "visibility") in _HIDING or any(attribute(each, "display") == "false" for each in groups)


def _repeated(row: etree._Element) -> int:
    return min(count(row, "number-rows-repeated"), _MOST_ROWS)


def _rows(table: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """Yield the rows of a sheet that have any cell with content, each with its number."""
    for down, row in _numbered(table):
        if any(len(cell) or _value(cell) for cell in row):
            yield down, row


def _numbered(table: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    down = 0
    for row in _all_rows(table):
        yield down, row
        down += _repeated(row)


def _all_rows(parent: etree._Element) -> Iterator[etree._Element]:
    for each in parent:
        kind = local(each)
        if kind == "table-row":
            yield each
        elif kind in _ROWS:
            yield from _all_rows(each)


def _cells(row: etree._Element) -> Iterator[tuple[int, etree._Element]]:
    """Yield the cells of a row that have content, each with its column."""
    across = 0
    for cell in row:
        if local(cell) in ("table-cell", "covered-table-cell"):
            if len(cell) or _value(cell):
                yield across, cell
            across += min(count(cell, "number-columns-repeated"), _MOST_COLUMNS)


def _read_columns(parent: etree._Element, found: _Columns, hidden: bool) -> None:
    for each in parent:
        kind = local(each)
        if kind in _COLUMNS:
            _read_columns(each, found, hidden or attribute(each, "display") == "false")
        elif kind == "table-column":
            repeated = min(count(each, "number-columns-repeated"), _MOST_COLUMNS)
            if hidden or attribute(each, "visibility") in _HIDING:
                found.hidden.add(found.end, repeated)
            found.starts.append(found.end)
            found.styles.append(attribute(each, "default-cell-style-name"))
            found.end += repeated


def _value(cell: etree._Element) -> str:
    """Return the value of a cell as it is kept; "" for none."""
    if not attribute(cell, "value-type") or attribute(cell, "value-type") == "void":
        return ""
    return next((value for name in _VALUES if (value := attribute(cell, name))), "")


def _raw(cell: etree._Element) -> str:
    """Return all text of a cell that nobody sees, or its value."""
    return text_of(cell) or _value(cell)
