"""The annual report's table three, computed from the register for a year, in the form that is in force for it.

A request is new in the year of its receipt (article 31) and ends in the year of its answer; between them it is carried
over. A new answer after a review or a lawsuit is no request of its own: it changes the row while the year goes on,
and no year that is over. So for each column what is new and what came over is what ended and what is left, whatever
happened. Requests that are void, or whose receipt was never confirmed, are in no column, and are counted apart.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from archive.errors import RequestRefused
from archive.registers.requests.facts import Applicant, Facts
from archive.registers.requests.outcomes import Line, Row, form
from archive.registers.requests.states import State

TOTAL = "总计"
COLUMNS: tuple[str, ...] = (*Applicant, TOTAL)
_NEW, _CARRIED, _ENDED, _LEFT = "R01", "R02", "R22", "R23"


@dataclass(frozen=True, slots=True)
class TableThree:
    """The table of a year: for each line its numbers by column.

    ``unconfirmed`` are those that came by then and were never confirmed, ``void`` those of the year that were voided.
    """

    year: int
    lines: tuple[Line, ...]
    numbers: Mapping[str, Mapping[str, int]]
    unconfirmed: int
    void: int

    def problems(self) -> list[str]:
        """Say where the table contradicts itself; it never does if it was computed here."""
        told = []
        for column in COLUMNS:
            new, carried, ended, left = (self.numbers[code][column] for code in (_NEW, _CARRIED, _ENDED, _LEFT))
            if new + carried != ended + left:
                told.append(f"{column}：第一项加第二项（{new + carried}）不等于第三项加第四项（{ended + left}）。")
            if ended != sum(self.numbers[line.code][column] for line in self.lines if line.rows):
                told.append(f"{column}：办理结果各项之和与总计不符。")
        for line in self.lines:
            numbers = self.numbers[line.code]
            if numbers[TOTAL] != sum(number for column, number in numbers.items() if column != TOTAL):
                told.append(f"{line.label}：各列之和与总计不符。")
        return told


def table_three(year: int, every: Iterable[Facts]) -> TableThree:
    """Return the table of a year. Raises RequestRefused for years before 2019, which had another form."""
    lines = form(year)
    if lines is None:
        raise RequestRefused(f"{year} 年的年度报告用的是 2019 年以前的格式，没有这张表。")
    counted: Counter[tuple[str, str]] = Counter()
    unconfirmed = void = 0
    for each in every:
        if each.state is State.VOID:
            void += each.submitted_on.year == year
        elif each.received_on is None:
            unconfirmed += each.submitted_on.year <= year
        for code in codes_of(each, year, lines):
            counted[code, each.kind] += 1
            counted[code, TOTAL] += 1
    numbers = {line.code: {column: counted[line.code, column] for column in COLUMNS} for line in lines}
    return TableThree(year, lines, numbers, unconfirmed, void)


def codes_of(each: Facts, year: int, lines: Iterable[Line]) -> list[str]:
    """Return the lines in which a request counts in a year; [] if it came later, had ended before, or is in none."""
    received = each.received_on
    if each.state is State.VOID or received is None:
        return []
    ended = each.closed_on.year if each.closed_on else None
    if received.year > year or (ended is not None and ended < year):
        return []
    first = _NEW if received.year == year else _CARRIED
    if ended != year:
        return [first, _LEFT]
    row = each.counted or Row.OTHER
    return [first, next(line.code for line in lines if row in line.rows), _ENDED]
