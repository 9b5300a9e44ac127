"""Writing the three statutory tables of an annual report (国办公开办函〔2021〕30号) as PDF, docx and web page."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.shared import Pt
from reportlab.pdfgen.canvas import Canvas

from archive.document import Merged
from tests.archive.extract.makers import pdf, put, write_docx

TITLE = "临沭县人民政府2023年政府信息公开工作年度报告"
_PAGE_TOP, _PAGE_BOTTOM, _LEFT = 780, 70, 50
_SIZE = 8.0


@dataclass(frozen=True)
class Cell:
    """A cell with the row and column in which it begins, and how many of each it covers."""

    row: int
    column: int
    text: str
    rows: int = 1
    columns: int = 1


@dataclass(frozen=True)
class Table:
    """A table with its heading; ``widths`` of the columns are in points."""

    heading: str
    widths: Sequence[float]
    cells: Sequence[Cell]

    @property
    def height(self) -> int:
        return max(cell.row + cell.rows for cell in self.cells)

    def merged(self) -> set[Merged]:
        """Return the cells that cover more than their own place."""
        areas = (Merged(cell.row, cell.column, cell.rows, cell.columns) for cell in self.cells)
        return {each for each in areas if each.rows * each.columns > 1}

    def lines(self) -> list[str]:
        """Return the rows as an extraction has them."""
        texts = {(cell.row, cell.column): cell.text for cell in self.cells}
        return [
            "\t".join(texts.get((row, column), "") for column in range(len(self.widths))) for row in range(self.height)
        ]


def _row(row: int, first: int, *texts: str) -> list[Cell]:
    return [Cell(row, column, text) for column, text in enumerate(texts, first)]


def disclosed() -> Table:
    """Return the table of 二、主动公开政府信息情况."""
    cells = [Cell(0, 0, "第二十条第（一）项", columns=4)]
    cells += _row(1, 0, "信息内容", "本年制发件数", "本年废止件数", "现行有效件数")
    cells += _row(2, 0, "规章", "0", "", "0") + _row(3, 0, "行政规范性文件", "24", "2", "61")
    row = 4
    for item, head, names in (
        ("第二十条第（五）项", "本年处理决定数量", ("行政许可",)),
        ("第二十条第（六）项", "本年处理决定数量", ("行政处罚", "行政强制")),
        ("第二十条第（八）项", "本年收费金额（单位：万元）", ("行政事业性收费",)),
    ):
        cells += [Cell(row, 0, item, columns=4), Cell(row + 1, 0, "信息内容"), Cell(row + 1, 1, head, columns=3)]
        for name in names:
            cells += [Cell(row + 2, 0, name), Cell(row + 2, 1, str(100 + row), columns=3)]
            row += 1
        row += 2
    return Table("二、主动公开政府信息情况", (150, 110, 110, 110), cells)


def disclosed_before() -> Table:
    """Return the table of 二 in the form of 2019 (国办公开办函〔2019〕60号)."""
    numbers = ("信息内容", "上一年项目数量", "本年增/减", "处理决定数量")
    cells: list[Cell] = []
    row = 0
    for item, heads, names in (
        ("一", ("信息内容", "本年新制作数量", "本年新公开数量", "对外公开总数量"), ("规章", "规范性文件")),
        ("五", numbers, ("行政许可", "其他对外管理服务事项")),
        ("六", numbers, ("行政处罚", "行政强制")),
        ("八", numbers[:3], ("行政事业性收费",)),
        ("九", ("信息内容", "采购项目数量", "采购总金额"), ("政府集中采购",)),
    ):
        cells.append(Cell(row, 0, f"第二十条第（{item}）项", columns=4))
        for line in (heads, *((name, str(100 + row), "-2", "+3")[: len(heads)] for name in names)):
            row += 1
            cells += _row(row, 0, *line[:2])
            # What has three columns has its last over two.
            wide = len(line) == 3
            cells += [Cell(row, 2, line[2], columns=2)] if wide else _row(row, 2, *line[2:])
        row += 1
    return Table("二、主动公开政府信息情况", (150, 110, 110, 110), cells)


_RESULTS = (
    ("（二）部分公开（区分处理的，只计这一情形，不计其他情形）", ()),
    (
        "（三）不予公开",
        (
            "1.属于国家秘密",
            "2.其他法律行政法规禁止公开",
            "3.危及“三安全一稳定”",
            "4.保护第三方合法权益",
            "5.属于三类内部事务信息",
            "6.属于四类过程性信息",
            "7.属于行政执法案卷",
            "8.属于行政查询事项",
        ),
    ),
    ("（四）无法提供", ("1.本机关不掌握相关政府信息", "2.没有现成信息需要另行制作", "3.补正后申请内容仍不明确")),
    (
        "（五）不予处理",
        (
            "1.信访举报投诉类申请",
            "2.重复申请",
            "3.要求提供公开出版物",
            "4.无正当理由大量反复申请",
            "5.要求行政机关确认或重新出具已获取信息",
        ),
    ),
    (
        "（六）其他处理",
        (
            "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
            "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
            "3.其他",
        ),
    ),
    ("（七）总计", ()),
)


def requested(results: Sequence[tuple[str, Sequence[str]]] = _RESULTS) -> Table:
    """Return the table of 三、收到和处理政府信息公开申请情况."""
    count = 1 + sum(max(len(kinds), 1) for _, kinds in results)
    relation = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
    cells = [Cell(0, 0, relation, rows=3, columns=3), Cell(0, 3, "申请人情况", columns=7)]
    cells += [Cell(1, 3, "自然人", rows=2), Cell(1, 4, "法人或其他组织", columns=5), Cell(1, 9, "总计", rows=2)]
    cells += _row(2, 4, "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他")
    labels = [Cell(3, 0, "一、本年新收政府信息公开申请数量", columns=3)]
    labels += [Cell(4, 0, "二、上年结转政府信息公开申请数量", columns=3)]
    labels += [Cell(5, 0, "三、本年度办理结果", rows=count), Cell(5, 1, "（一）予以公开", columns=2)]
    row = 6
    for result, kinds in results:
        labels.append(Cell(row, 1, result, rows=max(len(kinds), 1), columns=1 if kinds else 2))
        labels += [Cell(row + at, 2, kind) for at, kind in enumerate(kinds)]
        row += max(len(kinds), 1)
    labels.append(Cell(row, 0, "四、结转下年度继续办理", columns=3))
    # The first column has a number in every row, another one only in rows whose number it divides.
    for at in range(3, row + 1):
        cells += _row(at, 3, *(str(at) if at % step == 0 else "" for step in range(1, 7)), str(2 * at))
    return Table("三、收到和处理政府信息公开申请情况", (26, 62, 130, 34, 38, 38, 42, 42, 34, 38), cells + labels)


def contested() -> Table:
    """Return the table of 四、政府信息公开行政复议、行政诉讼情况."""
    outcomes = ("结果维持", "结果纠正", "其他结果", "尚未审结", "总计")
    cells = [Cell(0, 0, "行政复议", columns=5), Cell(0, 5, "行政诉讼", columns=10)]
    cells += [Cell(1, at, text, rows=2) for at, text in enumerate(outcomes)]
    cells += [Cell(1, 5, "未经复议直接起诉", columns=5), Cell(1, 10, "复议后起诉", columns=5)]
    cells += _row(2, 5, *outcomes, *outcomes) + _row(3, 0, *map(str, range(10, 25)))
    return Table("四、政府信息公开行政复议、行政诉讼情况", (32,) * 15, cells)


# In the form of 2019 其他处理 is one row.
_RESULTS_BEFORE = [(result, () if result == "（六）其他处理" else kinds) for result, kinds in _RESULTS]
TABLES = (disclosed(), requested(), contested())
TABLES_BEFORE = (disclosed_before(), requested(_RESULTS_BEFORE), contested())


def report_pdf(path: Path, tables: Sequence[Table] = TABLES) -> Path:
    """Write the report as PDF, with rules around each cell; a table that does not fit continues on the next page."""

    def draw(canvas: Canvas) -> None:
        put(canvas, 70, 790, TITLE, 18)
        y = 760.0
        for table in tables:
            put(canvas, 82, y - 20, table.heading, 14)
            y = _draw_table(canvas, table, y - 32) - 16
        put(canvas, 82, y - 20, "五、存在的主要问题及改进情况", 14)
        put(canvas, 82, y - 44, "无。", 14)
        canvas.showPage()

    return pdf(path, draw)


def _draw_table(canvas: Canvas, table: Table, top: float) -> float:
    xs = [_LEFT + sum(table.widths[:at]) for at in range(len(table.widths) + 1)]
    heights = [_height(table, row) for row in range(table.height)]
    first = 0
    while True:
        last = first
        ys = [top]
        while last < table.height and ys[-1] - heights[last] >= _PAGE_BOTTOM:
            ys.append(ys[-1] - heights[last])
            last += 1
        for cell in table.cells:
            begin, end = max(cell.row, first), min(cell.row + cell.rows, last)
            if begin < end:
                box = (xs[cell.column], ys[begin - first], xs[cell.column + cell.columns], ys[end - first])
                canvas.rect(box[0], box[3], box[2] - box[0], box[1] - box[3])
                if cell.row >= first:
                    _draw_text(canvas, cell.text, box)
        if last == table.height:
            return ys[-1]
        put(canvas, 290, 40, "- 1 -", 10)
        canvas.showPage()
        first, top = last, _PAGE_TOP


def _height(table: Table, row: int) -> float:
    lines = [
        len(_wrapped(cell.text, sum(table.widths[cell.column : cell.column + cell.columns])))
        for cell in table.cells
        if cell.row == row and cell.rows == 1
    ]
    return 1.25 * _SIZE * max([1, *lines]) + 6


def _wrapped(text: str, width: float) -> list[str]:
    room = int((width - 4) // _SIZE)
    return [text[at : at + room] for at in range(0, len(text), room)]


def _draw_text(canvas: Canvas, text: str, box: tuple[float, float, float, float]) -> None:
    """Draw text in the middle of its cell, line by line."""
    lines = _wrapped(text, box[2] - box[0])
    y = (box[1] + box[3]) / 2 + 1.25 * _SIZE * len(lines) / 2 - _SIZE
    for line in lines:
        put(canvas, box[0] + 2, y, line, _SIZE)
        y -= 1.25 * _SIZE


def report_docx(path: Path, tables: Sequence[Table] = TABLES) -> Path:
    """Write the report as docx."""

    def fill(document: Document) -> None:
        heading = document.add_paragraph()
        heading.alignment = WD_ALIGN_PARAGRAPH.CENTER
        heading.add_run(TITLE).font.size = Pt(22)
        for table in tables:
            document.add_paragraph(table.heading)
            # Taken once: ``cell()`` goes through the whole table each time.
            places = document.add_table(table.height, width := len(table.widths))._cells
            for cell in table.cells:
                own = places[cell.row * width + cell.column]
                if cell.rows * cell.columns > 1:
                    own = own.merge(places[(cell.row + cell.rows - 1) * width + cell.column + cell.columns - 1])
                own.text = cell.text
        document.add_paragraph("五、存在的主要问题及改进情况")
        document.add_paragraph("无。")

    return write_docx(path, fill)


def report_html(path: Path, tables: Sequence[Table] = TABLES) -> Path:
    """Write the report as a web page, with cells merged by colspan and rowspan."""
    parts = [f'<html><body><h1>{TITLE}</h1><div class="TRS_Editor">']
    for table in tables:
        parts.append(f"<p>{table.heading}</p><table>")
        for row in range(table.height):
            own = sorted((cell for cell in table.cells if cell.row == row), key=lambda cell: cell.column)
            cells = "".join(f"<td rowspan={cell.rows} colspan={cell.columns}>{cell.text}</td>" for cell in own)
            parts.append(f"<tr>{cells}</tr>")
        parts.append("</table>")
    parts.append("<p>五、存在的主要问题及改进情况</p><p>无。</p></div></body></html>")
    path.write_text("\n".join(parts), encoding="utf-8")
    return path
