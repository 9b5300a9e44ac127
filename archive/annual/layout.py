"""The three tables as the form draws them: rows of cells, and which of them are merged."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from archive.annual.forms import CELLS, COLUMNS, FOUR, GROUPS, ORGANISATIONS, PERSON, THREE, TOTAL, TWO, Form, unit_of
from archive.annual.report import Place
from archive.document import Merged

_BALANCE = "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）"
# Millimetres, 156 in all: of three columns of labels, and seven of figures.
_WIDE_THREE = (17, 21, 41, *(11,) * 7)
_WIDE_FOUR = (*(11,) * 6, *(10,) * 9)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A table: its rows, all of the same number of cells, the widths of its columns, its merged cells.

    ``heads`` are the first rows that say what the columns are; they come again on each page. ``left`` are the columns
    whose labels begin at the left.
    """

    rows: tuple[tuple[str, ...], ...]
    widths: tuple[int, ...]
    merged: tuple[Merged, ...]
    heads: int = 0
    left: frozenset[int] = frozenset()


def drawn(table: str, form: Form, said: Mapping[Place, str]) -> Drawn:
    """Return a table of a form with what is ``said`` at each place; nothing where nothing is."""
    return {TWO: _two, THREE: _three, FOUR: _four}[table](form, said)


def _two(form: Form, said: Mapping[Place, str]) -> Drawn:
    width = 1 + max(len(article.columns) for article in form.two)
    rows: list[Sequence[str]] = []
    merged: list[Merged] = []

    def add(cells: Sequence[str]) -> None:
        if len(cells) < width:
            merged.append(Merged(len(rows), len(cells) - 1, 1, width - len(cells) + 1))
        rows.append([*cells, *[""] * (width - len(cells))])

    for article in form.two:
        add([article.label])
        add(["信息内容", *(each.label + unit_of(each) for each in article.columns)])
        for name in article.rows:
            row = f"{article.label} {name}"
            add([name, *(said.get((TWO, row, each.label), "") for each in article.columns)])
    return Drawn(tuple(map(tuple, rows)), (39,) * width, tuple(merged))


def _three(form: Form, said: Mapping[Place, str]) -> Drawn:
    rows: list[Sequence[str]] = [
        [_BALANCE, "", "", "申请人情况", *[""] * 6],
        ["", "", "", PERSON, "法人或其他组织", *[""] * 4, TOTAL],
        ["", "", "", "", *ORGANISATIONS, ""],
    ]
    merged = [Merged(0, 0, 3, 3), Merged(0, 3, 1, 7), Merged(1, 3, 2, 1), Merged(1, 4, 1, 5), Merged(1, 9, 2, 1)]
    lines = [*form.three.items()]
    for at, (code, line) in enumerate(lines):
        labels = ["", "", ""]
        for depth in range(len(line.groups)):
            prefix = line.groups[: depth + 1]
            alike = [number for number, (_, each) in enumerate(lines) if each.groups[: depth + 1] == prefix]
            if at == alike[0]:
                labels[depth] = prefix[depth]
                merged.append(Merged(len(rows), depth, len(alike), 1))
        labels[len(line.groups)] = line.label
        if len(line.groups) < 2:
            merged.append(Merged(len(rows), len(line.groups), 1, 3 - len(line.groups)))
        rows.append([*labels, *(said.get((THREE, code, column), "") for column in COLUMNS)])
    single = [each for each in merged if each.rows * each.columns > 1]
    return Drawn(tuple(map(tuple, rows)), _WIDE_THREE, tuple(single), 3, frozenset({0, 1, 2}))


def _four(form: Form, said: Mapping[Place, str]) -> Drawn:
    groups, cells = [*GROUPS.values()], [*CELLS.values()]
    rows = (
        (groups[0], *[""] * 4, "行政诉讼", *[""] * 9),
        (*cells, groups[1], *[""] * 4, groups[2], *[""] * 4),
        (*[""] * 5, *cells, *cells),
        tuple(said.get((FOUR, group, cell), "") for group in GROUPS for cell in CELLS),
    )
    merged = (
        *(Merged(0, 0, 1, 5), Merged(0, 5, 1, 10)),
        *(Merged(1, at, 2, 1) for at in range(5)),
        *(Merged(1, 5, 1, 5), Merged(1, 10, 1, 5)),
    )
    return Drawn(rows, _WIDE_FOUR, merged, 3)
