"""Reading the three tables of a report out of the tables of a text, by the labels of their rows and columns.

A label tells what a row is, wherever it stands: a table may be split by pages, its columns may be merged in any way.
A label that says nearly what the form says is taken for it, and told; one that says something else is told alone.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

from archive.annual import numbers
from archive.annual.forms import (
    CELLS,
    COLUMNS,
    FORMS,
    FOUR,
    GROUPS,
    ORGANISATIONS,
    PERSON,
    REST,
    REST_LABEL,
    THREE,
    TOTAL,
    TWO,
    Article,
    Form,
)
from archive.annual.labels import best, differs, key, keys
from archive.annual.report import Cell, Finding, Place
from archive.tables import Read, Table, parts, sheet_at

_ARTICLE = re.compile(r"第二十条第?[(（]?([一二三四五六七八九十]{1,3})[)）]?项")
# What a table of a plain text has between its head and its rows.
_RULE = re.compile(r"\s*:?-{3,}:?\s*")
# Characters of a row of a plain text.
_LONGEST = 300


@dataclass(slots=True)
class Grid:
    """What is read of the tables: cells by place, which tables there are, and what was found on the way."""

    form: Form
    cells: dict[Place, Cell] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    findings: list[Finding] = field(default_factory=list)

    def find(self, rule: str, at: str, message: str, place: Place, right: str = "", left: str = "") -> None:
        self.findings.append(Finding(rule, message, at, place, left=left, right=right))

    def put(self, place: Place, said: str, at: str) -> None:
        """Keep a cell. One that is there already stays."""
        found = numbers.read(said)
        self.cells.setdefault(
            place, Cell(unicodedata.normalize("NFKC", said).strip(), found.value if found else None, at)
        )
        if found is None:
            self.find("number", at, f"{at}：“{said}”不是数。", place, left=said)
        elif found.unit.endswith("元") and (wanted := _unit(self.form, place)) and found.unit != wanted:
            self.find("unit", at, f"{at}：单位应为{wanted}，写的是“{said}”。", place, right=wanted, left=said)


@dataclass(frozen=True, slots=True)
class _Row:
    """A row of a table, and where it stands. ``known`` is what its label was found to be."""

    cells: Sequence[str]
    at: str

    @property
    def labels(self) -> list[str]:
        """What stands before the first number."""
        found = []
        for each in self.cells:
            if each and numbers.read(each) is not None:
                break
            if each:
                found.append(each)
        return found

    def values(self) -> list[str]:
        """Return what stands from the first number on."""
        first = next((at for at, each in enumerate(self.cells) if each and numbers.read(each)), len(self.cells))
        return list(self.cells[first:])


def read(read: Read, form: Form) -> Grid:
    """Read the tables of a text by a form."""
    grid = Grid(form)
    every: list[list[_Row]] = []
    for part in parts(read):
        if isinstance(part, Table):
            every.append(_rows(read, part))
            continue
        block: list[_Row] = []
        for number, line in enumerate(part[1], part[0] + 1):
            # The line that names an article may stand above its table; a plain text may have blanks between its cells.
            if cells := [line.strip()] if _ARTICLE.fullmatch(_plain(line)) else _spaced(line, form):
                block.append(_Row(cells, f"第 {number} 段"))
            elif block:
                every.append(block)
                block = []
        every.append(block)
    _read_two(grid, every)
    _read_three(grid, [row for rows in every for row in rows])
    _read_four(grid, every)
    return grid


def _rows(read: Read, table: Table) -> list[_Row]:
    made = []
    for number, cells in enumerate(table.rows):
        page = sheet_at(read.places, table.start + number)
        named = " ".join(each for each in (page, table.name) if each)
        row = f"第 {number + 1} 行" if table.name else f"第 {table.start + number + 1} 段"
        if not all(_RULE.fullmatch(each) for each in cells if each):
            made.append(_Row([each.strip() for each in cells], f"{named} {row}".strip()))
    return made


def _spaced(line: str, form: Form) -> list[str]:
    """Return the cells of a row of the form that has blanks between them; [] for any other line."""
    cells = line[:_LONGEST].split()
    known = _labels(form)
    if len(cells) < 2 or len(line) > _LONGEST or (key(cells[-1]) not in known and numbers.read(cells[-1]) is None):
        return []
    labels = [each for each in cells if numbers.read(each) is None]
    if cells[: len(labels)] != labels:
        return []
    is_row = (labels and len(cells) > len(labels) and bool(set(keys(labels[-1])) & known)) or len(cells) == 15
    return cells if (is_row and len(cells) > len(labels)) or all(key(each) in known for each in cells) else []


@cache
def _labels(form: Form) -> frozenset[str]:
    """Return the keys of all labels of a form: of rows, and of columns."""
    two = (label for each in form.two for label in (*each.rows, *(column.label for column in each.columns)))
    every = (*two, *(line.label for line in form.three.values()), *COLUMNS, *CELLS.values(), *GROUPS.values())
    more = ("信息内容", "行政复议", "行政诉讼", "法人或其他组织", "申请人情况")
    return frozenset(each for label in (*every, *more) for each in keys(label))


def _note(grid: Grid, label: str, wanted: str, place: Place, at: str) -> None:
    message = f"{at}：“{label}”与格式不符，应为“{wanted}”（{differs(label, wanted)}）。"
    grid.find("label", at, message, place, right=wanted, left=label)


# Table two


def _read_two(grid: Grid, every: Sequence[Sequence[_Row]]) -> None:
    named = False
    unknown: set[str] = set()
    article: Article | None = None
    homes = {name: each for each in grid.form.two for name in each.rows}
    for rows in every:
        # An article is that of its table, or stands alone above it.
        if not named:
            article = None
        head: _Row | None = None
        columns: dict[int, str] = {}
        for row in rows:
            first = next((each for each in row.cells if each), "")
            if found := _ARTICLE.search(_plain("".join(row.cells))):
                label = f"第二十条第（{found[1]}）项"
                article = next((each for each in grid.form.two if each.label == label), None)
                grid.tables.add(TWO)
                head, columns = None, {}
                if article is None and label not in unknown:
                    unknown.add(label)
                    message = f"{row.at}：{grid.form.name}没有“{label}”。"
                    grid.find("form", row.at, message, (TWO, label, ""), left=label)
            elif key(first) == "信息内容":
                head, columns = row, _columns_two(grid, article, row) if article else {}
            elif any(key(each) == PERSON for each in row.cells):
                break
            elif article or (head and first in homes):
                if article is None and head:
                    # The line that names the article was left out, or lost.
                    article = homes[first]
                    columns = _columns_two(grid, article, head)
                    grid.tables.add(TWO)
                if article:
                    _row_two(grid, article, columns, row, first)
        named = bool(rows) and bool(_ARTICLE.search(_plain("".join(rows[-1].cells))))
    _missing_two(grid)


def _missing_two(grid: Grid) -> None:
    there = {row for table, row, _ in grid.cells if table == TWO}
    wrong = {each.place[1] for each in grid.findings if each.place[0] == TWO and each.rule == "form"}
    if not there and not wrong:
        # Its words are there, and not as a table: a cell in each line.
        grid.tables.discard(TWO)
    for article in grid.form.two if TWO in grid.tables else ():
        for name in article.rows:
            if f"{article.label} {name}" not in there and article.label not in wrong:
                place: Place = (TWO, f"{article.label} {name}", "")
                grid.find("form", "表二", f"表二{article.label}缺少“{name}”一行。", place, right=name)


def _columns_two(grid: Grid, article: Article, row: _Row) -> dict[int, str]:
    """Return the columns by their place in a row of heads, and tell those that the form has not."""
    wanted = {each.label: each.label for each in article.columns}
    found: dict[int, str] = {}
    others = {
        column.label: form.name
        for form in FORMS
        if form is not grid.form
        for each in form.two
        if each.label == article.label
        for column in each.columns
    }
    heads = [(at, each) for at, each in enumerate(row.cells) if each and key(each) != "信息内容"]
    for at, each in heads:
        own = next((label for label in wanted if key(label) in keys(each)), None)
        other = next((label for label in others if key(label) in keys(each)), None)
        place: Place = (TWO, article.label, each)
        if own is None and other is not None:
            message = f"{row.at}：{article.label}的“{each}”是{others[other]}的列，本年度应当用{grid.form.name}。"
            grid.find("form", row.at, message, place, left=each)
        elif own is None and (near := best(each, wanted)):
            _note(grid, each, near[0], place, row.at)
            own = near[0]
        elif own is None:
            grid.find("form", row.at, f"{row.at}：{article.label}没有“{each}”这一列。", place, left=each)
        if own is not None:
            found[at] = own
    return found


def _row_two(grid: Grid, article: Article, columns: Mapping[int, str], row: _Row, first: str) -> None:
    every = {name: name for each in grid.form.two for name in each.rows}
    matched = best(first, every)
    others = {name for form in FORMS for each in form.two for name in each.rows} - set(every)
    if matched is None or (not matched[1] and first in others):
        if first in others or row.values():
            message = f"{row.at}：{grid.form.name}的{article.label}没有“{first}”这一行。"
            grid.find("form", row.at, message, (TWO, article.label, first), left=first)
        return
    name = matched[0]
    home = next(each for each in grid.form.two if name in each.rows)
    named = f"{home.label} {name}"
    if not matched[1]:
        _note(grid, first, name, (TWO, named, ""), row.at)
    if home is not article:
        message = f"{row.at}：“{name}”属于{home.label}，列在了{article.label}之下。"
        grid.find("form", row.at, message, (TWO, named, ""), right=home.label, left=article.label)
    values = [each for each in list(row.cells)[list(row.cells).index(first) + 1 :] if each]
    wanted = [each.label for each in home.columns]
    by_place = {label: row.cells[at] for at, label in columns.items() if at < len(row.cells) and label in wanted}
    if len(values) == len(wanted) and not all(by_place.get(label) for label in wanted):
        # The head is on another page, or merged in another way.
        by_place = dict(zip(wanted, values, strict=True))
    for label in wanted:
        if label in by_place:
            grid.put((TWO, named, label), by_place[label], row.at)


def _unit(form: Form, place: Place) -> str:
    if place[0] != TWO:
        return ""
    return next(
        (
            column.unit
            for article in form.two
            if place[1].startswith(f"{article.label} ")
            for column in article.columns
            if column.label == place[2]
        ),
        "",
    )


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text)


# Table three


def _read_three(grid: Grid, rows: Sequence[_Row]) -> None:
    columns: dict[str, int] = {}
    width = 0
    began = False
    wanted = {code: line.label for code, line in grid.form.three.items()}
    if REST not in wanted:
        wanted[REST] = REST_LABEL
    for row in _whole(rows, wanted):
        heads = {key(each): at for at, each in enumerate(row.cells) if each}
        if PERSON in heads or set(heads) & set(ORGANISATIONS[:4]) and len(set(heads) & set(ORGANISATIONS)) >= 3:
            if not began or PERSON in heads:
                columns, width = {}, len(row.cells)
            columns |= {name: at for name, at in heads.items() if name in COLUMNS}
            began = True
            continue
        if not began:
            continue
        if _is_head_of_four(row):
            break
        if "申请人情况" in heads:
            # The head comes again on a page.
            continue
        _row_three(grid, row, wanted, _places(columns, width, row))
    if began:
        grid.tables.add(THREE)
        _missing_three(grid, columns)


def _places(columns: Mapping[str, int], width: int, row: _Row) -> Mapping[str, int]:
    """Return where a row has each column: as the head says, or, where it says not all, the last seven."""
    if len(columns) == len(COLUMNS) and width == len(row.cells):
        return columns
    first = len(row.cells) - len(COLUMNS)
    return {name: first + at for at, name in enumerate(COLUMNS)} if first > 0 else columns


def _whole(rows: Iterable[_Row], wanted: Mapping[str, str]) -> Iterator[_Row]:
    """Yield rows, those that a page has cut in two as one: either piece has a part of the label alone."""
    last: _Row | None = None
    for row in rows:
        if last is not None and (joined := _joined(last, row, wanted)):
            last = joined
            continue
        if last is not None:
            yield last
        last = row
    if last is not None:
        yield last


def _joined(above: _Row, below: _Row, wanted: Mapping[str, str]) -> _Row | None:
    """Return two pieces of a row as one; None if they are two rows."""
    piece, other = (below, above) if not below.values() else (above, below)
    pieces = [at for at, each in enumerate(piece.cells) if each]
    if len(pieces) != 1 or piece.values() or len(above.cells) != len(below.cells):
        return None
    at = pieces[0]
    label = above.cells[at] + below.cells[at]
    exact = best(label, wanted)
    if not (above.cells[at] and below.cells[at] and exact and exact[1]):
        return None
    return _Row([*other.cells[:at], label, *other.cells[at + 1 :]], above.at)


def _row_three(grid: Grid, row: _Row, wanted: Mapping[str, str], columns: Mapping[str, int]) -> None:
    first = min(columns.values(), default=len(row.cells))
    labels = [each for each in row.cells[:first] if each]
    if not labels:
        return
    own = labels[-1]
    found = best(own, wanted)
    # 其他处理 before one of its three rows is their group.
    lines = {code: label for code, label in wanted.items() if code in grid.form.three}
    if found and not found[1] and len(labels) > 1 and (other := best(labels[0], lines)) and other[1]:
        own, found = labels[0], other
    values = {name: row.cells[at] if at < len(row.cells) else "" for name, at in columns.items()}
    if found is None:
        if any(not numbers.is_blank(each) for each in values.values()):
            message = f"{row.at}：格式的表三没有“{own}”这一行。"
            grid.find("form", row.at, message, (THREE, own, ""), left=own)
        return
    code, exact = found
    place: Place = (THREE, code, "")
    if (THREE, code, TOTAL) in grid.cells:
        message = f"{row.at}：“{own}”在表三中出现了不止一次。"
        grid.find("form", row.at, message, place, left=own)
        return
    if not exact:
        _note(grid, own, wanted[code], place, row.at)
    if code not in grid.form.three:
        message = f"{row.at}：“（六）其他处理”只有一行，{grid.form.name}分为三行（{_three_rows(grid.form)}）。"
        grid.find("form", row.at, message, place, right="3 行", left="1 行")
    for name, said in values.items():
        grid.put((THREE, code, name), said, f"{row.at}“{name}”列")


def _three_rows(form: Form) -> str:
    return "、".join(line.label for line in form.three.values() if line.groups[-1:] == (REST_LABEL,))


def _missing_three(grid: Grid, columns: Mapping[str, int]) -> None:
    there = {row for table, row, _ in grid.cells if table == THREE}
    for code, line in grid.form.three.items():
        alike = REST in there and line.groups[-1:] == (REST_LABEL,)
        if code not in there and not alike:
            message = f"表三缺少“{line.label}”一行。"
            grid.find("form", "表三", message, (THREE, code, ""), right=line.label)
    for name in COLUMNS:
        if name not in columns:
            grid.find("label", "表三", f"表三的表头没有“{name}”。", (THREE, "", name), right=name)


# Table four

# The cells in the form's words, and in those that offices write.
_OF_CELL: Mapping[str, str] = {
    **{label: name for name, label in CELLS.items()},
    **{name: name for name in CELLS},
    **{"未审结": "未结", "尚未办结": "未结", "合计": TOTAL},
}


def _is_head_of_four(row: _Row) -> bool:
    return sum(key(each) in _OF_CELL for each in row.cells) >= 4


def _read_four(grid: Grid, every: Sequence[Sequence[_Row]]) -> None:
    """Read the table, which may be one of fifteen columns, or several of some groups each."""
    heads: list[_Row] = []
    told, columns = "", 0
    for rows in every:
        for at, row in enumerate(rows):
            if _is_head_of_four(row):
                if not heads:
                    heads += rows[max(at - 2, 0) : at]
                heads.append(row)
                grid.tables.add(FOUR)
            elif heads and _is_values(row):
                columns += _values_four(grid, heads, row)
                told, heads = told or row.at, []
                if columns == len(GROUPS) * len(CELLS):
                    return
    if told:
        place: Place = (FOUR, "", "")
        message = f"{told}：表四应有 {len(GROUPS) * len(CELLS)} 列，读出 {columns} 列，其余各组的总计没有核对。"
        grid.find("form", told, message, place, right=str(len(GROUPS) * len(CELLS)), left=str(columns))


def _is_values(row: _Row) -> bool:
    return bool(row.values()) and not row.labels


def _values_four(grid: Grid, heads: Sequence[_Row], row: _Row) -> int:
    """Read a row of numbers below its heads; return of how many columns it is known which they are."""
    wanted = [(group, cell) for group in GROUPS for cell in CELLS]
    names = {key(label): name for name, label in GROUPS.items()}
    groups = {at: names[key(each)] for head in heads for at, each in enumerate(head.cells) if key(each) in names}
    cells = [(at, _OF_CELL[key(each)]) for head in heads for at, each in enumerate(head.cells) if key(each) in _OF_CELL]
    found: dict[tuple[str, str], int] = {}
    for at, cell in cells:
        start = max((each for each in groups if each <= at), default=None)
        if start is not None:
            found.setdefault((groups[start], cell), at)
    if len(found) != len(groups) * len(CELLS) or len(groups) < len(GROUPS) <= len(cells) // len(CELLS):
        # Where the places of the head don't say which cell is whose, they are in the form's order.
        if len(row.cells) != len(wanted) or len(cells) != len(wanted):
            return 0
        found = {each: at for at, each in enumerate(wanted)}
    for (group, cell), at in found.items():
        said = row.cells[at] if at < len(row.cells) else ""
        grid.put((FOUR, group, cell), said, f"{row.at}“{GROUPS[group]}”“{CELLS[cell]}”列")
    return len(found)
