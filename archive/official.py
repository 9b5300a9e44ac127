"""Sets official papers: docx in the layout of GB/T 9704-2012 《党政机关公文格式》, the same bytes for the same content.

A4; the text's area is 156 by 225 mm, with 22 lines of 28 characters (5.2). Title in 小标宋 of size 二号, text in 仿宋
of size 三号, first headings in 黑体 and second ones in 楷体 (7.3); —1— outside below (7.5). Between the text and the
date is room for the seal, which is put on the paper itself (7.3.5). Word replaces fonts that a machine lacks.
"""

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import BytesIO
from typing import Any

import docx
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from archive.document import Merged
from archive.plain import lines, one_line

TITLE, TEXT, FIRST, SECOND, NUMBERS = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312", "宋体"
# Sizes in points, as they are called in Chinese.
TWO, THREE, FOUR = 22, 16, 14
LINE = Pt(28)
TOP, BOTTOM, LEFT, RIGHT = Mm(37), Mm(35), Mm(28), Mm(26)
# The page's number stands 7 mm below the text.
_NUMBER_FROM_EDGE = Mm(25)
# 28 characters of 16 points are wider than 156 mm: each is set closer by so much, in twentieths of a point. A grid of
# cells would do so in Word, but LibreOffice gives a character two cells when it is wider than one.
_CLOSER = -5
# The date stands four characters from the right (7.3.5.1).
_DATE_FROM_RIGHT = 4.0
_SEAL_LINES = 2
_HEADINGS = (
    (re.compile("[一二三四五六七八九十]+、[^。]*"), FIRST),
    (re.compile("（[一二三四五六七八九十]+）[^。]*"), SECOND),
)
# Of a form: how high its lines are in sizes of its type, points between them and the rules, millimetres beside them.
_CLOSE, _APART, _MARGIN = 1.25, 2, 0.6
# Zip can't say an earlier moment; the files' own say nothing.
_NO_MOMENT = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells; the first ones, as many as ``head`` says, are repeated on each page.

    ``widths`` are in millimetres, 156 in all; so are ``heights``, the least of each row, for what is written by hand.
    A table with ``merged`` cells is a form: what stands in it is centred, but for the columns ``left``. Its type may be
    of another ``size``, in points.
    """

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    head: int = 1
    heights: tuple[int, ...] = ()
    merged: tuple[Merged, ...] = ()
    size: float = FOUR
    left: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Break:
    """The beginning of another paper on a new page, by its title."""

    title: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """What stands on an official paper, from the top down. What is "" or None is left out.

    ``title`` has one string for each line. A paragraph of ``body`` may hold several lines, each a paragraph of its own.
    """

    title: tuple[str, ...]
    number: str = ""
    addressee: str = ""
    body: tuple[str | Table | Break, ...] = ()
    signed: str = ""
    dated: date | None = None

    @property
    def paragraphs(self) -> list[str]:
        """The paragraphs of the body, without its tables."""
        return [each for part in self.body if isinstance(part, str) for each in _paragraphs(part)]

    @property
    def text(self) -> str:
        """All that is written on it, a line for each paragraph and row."""
        told = [*self.title, self.number, self.addressee]
        for part in self.body:
            if isinstance(part, Break):
                told += part.title
            else:
                told += _paragraphs(part) if isinstance(part, str) else ["\t".join(row) for row in part.rows]
        return "\n".join(each for each in (*told, self.signed, written(self.dated)) if each)


def written(day: date | None) -> str:
    """Return a day as papers write it, without leading zeros (7.3.5.4); "" for None.

    >>> written(date(2026, 3, 9))
    '2026年3月9日'
    """
    return f"{day.year}年{day.month}月{day.day}日" if day else ""


def docx_of(paper: Paper) -> bytes:
    """Return a paper as a docx file."""
    document = docx.Document()
    _page(document)
    _title(document, paper.title)
    if paper.number:
        _paragraph(document, paper.number, WD_ALIGN_PARAGRAPH.CENTER, together=True)
    if paper.title:
        _paragraph(document, "", together=True)
    if paper.addressee:
        _paragraph(document, paper.addressee, WD_ALIGN_PARAGRAPH.LEFT, together=True)
    said = [each for part in paper.body for each in (_paragraphs(part) if isinstance(part, str) else [part])]
    for at, each in enumerate(said, 1):
        if isinstance(each, Table):
            _table(document, each)
        elif isinstance(each, Break):
            _title(document, each.title, begins=True)
            _paragraph(document, "", together=True)
        else:
            heading = next((font for pattern, font in _HEADINGS if pattern.fullmatch(each)), None)
            # The date never stands alone on a page: the last words go with it.
            together = bool(heading) or (at == len(said) and bool(paper.signed))
            _paragraph(document, each, WD_ALIGN_PARAGRAPH.JUSTIFY, heading or TEXT, indent=2, together=together)
    _signature(document, paper)
    _describe(document, paper)
    held = BytesIO()
    document.save(held)
    with zipfile.ZipFile(held) as saved:
        return zipped((name, saved.read(name)) for name in saved.namelist())


def _title(document: Any, title: Iterable[str], begins: bool = False) -> None:
    for line in title:
        _paragraph(document, line, WD_ALIGN_PARAGRAPH.CENTER, TITLE, TWO, line_height=Pt(36), together=True)
        document.paragraphs[-1].paragraph_format.page_break_before = begins or None
        begins = False


def zipped(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """Return a zip of named contents in their order: the same bytes whenever and wherever it is made."""
    held = BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            entry = zipfile.ZipInfo(name, _NO_MOMENT)
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o600 << 16
            packed.writestr(entry, content)
    return held.getvalue()


def _paragraphs(text: str) -> list[str]:
    return [each.strip() for each in lines(text).splitlines() if each.strip()]


def _page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = TOP, BOTTOM, LEFT, RIGHT
    section.footer_distance = _NUMBER_FROM_EDGE
    grid = section._sectPr.find(qn("w:docGrid"))
    if grid is None:
        grid = OxmlElement("w:docGrid")
        section._sectPr.append(grid)
    _set(grid, type="lines", linePitch=int(LINE.pt * 20))
    grid.attrib.pop(qn("w:charSpace"), None)
    style = document.styles["Normal"]
    style.font.size = Pt(THREE)
    _font(style.element.get_or_add_rPr(), TEXT)
    closer = OxmlElement("w:spacing")
    _set(closer, val=_CLOSER)
    # Before the size, as the schema orders them.
    style.element.rPr.find(qn("w:sz")).addprevious(closer)
    style.paragraph_format.space_before = style.paragraph_format.space_after = Pt(0)
    document.settings.odd_and_even_pages_header_footer = True
    # Odd pages have their number on the right, even ones on the left, a character from the edge.
    for footer, side in (
        (section.footer, WD_ALIGN_PARAGRAPH.RIGHT),
        (section.even_page_footer, WD_ALIGN_PARAGRAPH.LEFT),
    ):
        footer.is_linked_to_previous = False
        paragraph = footer.paragraphs[0]
        paragraph.style = style
        paragraph.alignment = side
        paragraph.paragraph_format.left_indent = paragraph.paragraph_format.right_indent = Pt(FOUR)
        _run(paragraph, "— ", NUMBERS, FOUR)
        _field(paragraph, "PAGE")
        _run(paragraph, " —", NUMBERS, FOUR)


def _field(paragraph: Any, code: str) -> None:
    run = _run(paragraph, "", NUMBERS, FOUR)
    for kind in ("begin", "", "separate", "1", "end"):
        if kind == "":
            element = OxmlElement("w:instrText")
            element.text = code
        elif kind == "1":
            element = OxmlElement("w:t")
            element.text = kind
        else:
            element = OxmlElement("w:fldChar")
            _set(element, fldCharType=kind)
        run._r.append(element)


def _paragraph(
    document: Any,
    text: str,
    alignment: WD_ALIGN_PARAGRAPH = WD_ALIGN_PARAGRAPH.JUSTIFY,
    font: str = TEXT,
    size: int = THREE,
    *,
    indent: float = 0,
    right: float = 0,
    line_height: Any = LINE,
    together: bool = False,
) -> None:
    """Add a paragraph; ``indent`` of its first line and ``right`` of its end are in characters."""
    paragraph = document.add_paragraph()
    paragraph.alignment = alignment
    layout = paragraph.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, line_height
    layout.keep_with_next, layout.widow_control = together, True
    if indent:
        # Word counts this in characters of the paragraph, whatever their size.
        layout.first_line_indent = Pt(size * indent)
        _set(paragraph._p.get_or_add_pPr().get_or_add_ind(), firstLineChars=int(indent * 100))
    if right:
        layout.right_indent = Pt(size * right)
    _run(paragraph, one_line(text), font, size)


def _run(paragraph: Any, text: str, font: str, size: float) -> Any:
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    _font(run._r.get_or_add_rPr(), font)
    return run


def _font(properties: Any, name: str) -> None:
    """Name the font for Chinese and for the rest; by itself python-docx names it for the rest alone."""
    fonts = properties.get_or_add_rFonts()
    for attribute in [each for each in fonts.attrib if "heme" in each]:
        del fonts.attrib[attribute]
    _set(fonts, ascii=name, hAnsi=name, eastAsia=name, cs=name)


def _set(element: Any, **attributes: object) -> None:
    for name, value in attributes.items():
        element.set(qn(f"w:{name}"), str(value))


def _table(document: Any, table: Table) -> None:
    made = document.add_table(len(table.rows), len(table.widths), style="Table Grid")
    made.autofit = False
    # LibreOffice goes by the grid, Word by the cells.
    for column, width in zip(made.columns, table.widths, strict=True):
        column.width = Mm(width)
    if table.merged:
        _margins(made, _MARGIN)
    grid = [list(row.cells) for row in made.rows]
    for at, row in enumerate(table.rows):
        properties = made.rows[at]._tr.get_or_add_trPr()
        properties.append(OxmlElement("w:cantSplit"))
        if table.heights:
            made.rows[at].height = Mm(table.heights[at])
        if at < table.head:
            properties.append(OxmlElement("w:tblHeader"))
        for column, (cell, text, width) in enumerate(zip(grid[at], row, table.widths, strict=True)):
            cell.width = Mm(width)
            paragraph = cell.paragraphs[0]
            for number, line in enumerate(_paragraphs(text) or [""]):
                if number:
                    paragraph = cell.add_paragraph()
                if table.merged:
                    begins = column in table.left and at >= table.head
                    _in_form(cell, paragraph, table.size, begins)
                _run(paragraph, line, FIRST if at < table.head else TEXT, table.size)
    for each in table.merged:
        first, last = grid[each.row][each.column], grid[each.row + each.rows - 1][each.column + each.columns - 1]
        text = first.text
        merged = first.merge(last)
        # What is covered is empty, and would stand in the cell as empty lines.
        for paragraph in merged.paragraphs[max(len(text.splitlines()), 1) :]:
            paragraph._p.getparent().remove(paragraph._p)


def _in_form(cell: Any, paragraph: Any, size: float, begins: bool) -> None:
    """Set a cell of a form: close lines, hardly any margin, in the middle of its height."""
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph.alignment = WD_ALIGN_PARAGRAPH.LEFT if begins else WD_ALIGN_PARAGRAPH.CENTER
    layout = paragraph.paragraph_format
    layout.line_spacing_rule, layout.line_spacing = WD_LINE_SPACING.EXACTLY, Pt(size * _CLOSE)
    layout.space_before = layout.space_after = Pt(_APART)
    loose = OxmlElement("w:snapToGrid")
    _set(loose, val=0)
    # Before the spacing, as the schema orders them.
    paragraph._p.pPr.find(qn("w:spacing")).addprevious(loose)


def _margins(table: Any, millimetres: float) -> None:
    """Set how far what stands in the cells of a table is from their sides."""
    margins = OxmlElement("w:tblCellMar")
    for side in ("left", "right"):
        element = OxmlElement(f"w:{side}")
        _set(element, w=int(Mm(millimetres).pt * 20), type="dxa")
        margins.append(element)
    properties = table._tbl.tblPr
    # Before how the table looks, as the schema orders them.
    look = properties.find(qn("w:tblLook"))
    if look is None:
        properties.append(margins)
    else:
        look.addprevious(margins)


def _signature(document: Any, paper: Paper) -> None:
    """Add who signs and the date, one centred over the other, below room for the seal."""
    if not (paper.signed or paper.dated):
        return
    for _ in range(_SEAL_LINES):
        _paragraph(document, "", together=True)
    day, who = written(paper.dated), paper.signed
    # Half of what the signature is wider than the date; a long one pushes the date to the left.
    over = (_wide(who) - _wide(day)) / 2 if day and who else 0.0
    of_who = max(_DATE_FROM_RIGHT - over, 2.0) if who else 0.0
    if who:
        _paragraph(document, who, WD_ALIGN_PARAGRAPH.RIGHT, right=of_who, together=bool(day))
    if day:
        _paragraph(document, day, WD_ALIGN_PARAGRAPH.RIGHT, right=of_who + over if who else _DATE_FROM_RIGHT)


def _wide(text: str) -> float:
    """Return how wide a text is, in Chinese characters."""
    return sum(0.5 if each.isascii() else 1.0 for each in text)


def _describe(document: Any, paper: Paper) -> None:
    """Say the title of the file, and neither a person nor what the library's own template says."""
    about = document.core_properties
    moment = datetime.combine(paper.dated or date(1980, 1, 1), time(), UTC)
    about.title, about.author, about.last_modified_by = one_line("".join(paper.title)), "", ""
    about.comments, about.created, about.modified, about.revision = "", moment, moment, 1
    about.language = "zh-CN"
