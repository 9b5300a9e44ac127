"""Numbers of persons that are written apart: over the cells of a row, over lines, down a column of a table.

Rows and columns of figures look like that too. An identity number and a bank card prove themselves by a check digit
and by a place, a day or a beginning that exists. A mobile number, which has none, stands alone among its neighbours.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby
from typing import NamedTuple

from archive.chinese.personal import (
    AS_DIGITS,
    CARD,
    DIGIT,
    IDENTITY,
    MOBILE,
    is_card,
    is_identity_number,
    is_mobile,
    is_person,
)

_IN_CELL = re.compile(r"\d{1,8}|\d{0,7}[Xx]", re.ASCII)
# Between the groups of a number, also where a line ends.
_BETWEEN = r"[\s\-—–·.]*"
_GROUPS = r"\d+(?:[ \-·.]\d+)*"
_LAST_IN_LINE = re.compile(rf"(?<![0-9A-Za-z./_\-])(?P<number>{_GROUPS}){_BETWEEN}$")
_WHOLE_LINE = re.compile(rf"{_BETWEEN}(?P<number>{_GROUPS}){_BETWEEN}")
_FIRST_IN_LINE = re.compile(rf"{_BETWEEN}(?P<number>{_GROUPS}[Xx]?|[Xx])(?![0-9A-Za-z%‰/]|[.\-]\d|\s*[元万亿件年月])")
# How many digits the shortest and the longest of these numbers have, a mobile's and a bank card's. Each part of one has
# at least one.
_SHORTEST, _LONGEST = 11, 19
# How much of a line is read, and how many blank lines may lie within a number.
_REACH, _BLANKS = 120, 2
_YEAR = re.compile(r"(?:19|20)\d\d")
_TELEPHONE = re.compile(r"电话|手机|联系|号码")
_BANK = re.compile(r"卡号|账号|帐号|银行|账户|帐户|信用社|开户")
_GROUP = re.compile(r"[\dXx]+")
_NOTED = re.compile(rf"[{DIGIT}Xx]")


class Piece(NamedTuple):
    """A part of a number: its line, counted from 0, and the start and end in that."""

    line: int
    start: int
    end: int


def over_cells(cells: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the kind and the cells, first and one past the last, of each number in NFKC that stands in several cells.

    A cell has one digit or one group of digits.
    """
    cells = [cell.strip() for cell in cells]
    for begin, cell in enumerate(cells):
        if not cell.isdecimal():
            continue
        for end, parts in _growing(cells, begin):
            digits, sizes = "".join(parts).upper(), [*map(len, parts)]
            if len(digits) >= _SHORTEST and (kind := _kind_in_cells(digits, sizes)):
                alone = not any(each.isdecimal() for each in (*cells[max(0, begin - 1) : begin], *cells[end : end + 1]))
                if kind != MOBILE or alone or 3 in sizes:
                    yield kind, begin, end


def over_lines(lines: Sequence[str]) -> Iterator[tuple[str, Piece, list[Piece]]]:
    """Yield the kind, what stands before, and the pieces of each number in NFKC that three lines or more make up.

    The first line ends with a part of it, the last one begins with one, and those between have nothing else.
    """
    past = 0
    for first, line in enumerate(lines):
        if first < past or not line or "\t" in line[-_REACH:]:
            continue
        cut = max(0, len(line) - _REACH)
        begin = _LAST_IN_LINE.search(line[cut:].translate(AS_DIGITS))
        if not begin:
            continue
        pieces = [Piece(first, cut + begin.start("number"), cut + begin.end("number"))]
        parts = [begin["number"]]
        before = line[: pieces[0].start]
        for at in _next_lines(lines, first):
            text = lines[at][:_REACH].translate(AS_DIGITS)
            found = _FIRST_IN_LINE.match(text)
            whole = _WHOLE_LINE.fullmatch(text) if len(lines[at]) < _REACH else None
            if found and len(pieces) > 1:
                taken = [*parts, found["number"]]
                above = lines[first - 1] if first and not before.strip() else ""
                alone = not (_is_number(above) or (whole and _is_number(_after(lines, at))))
                # A figure a line would begin like a mobile number once in a while; a column of figures often does.
                stacked = alone and whole is not None
                if kind := _kind_over_lines(taken, f"{above}{before}", alone, stacked):
                    last = Piece(at, found.start("number"), found.end("number"))
                    yield kind, Piece(first, 0, pieces[0].start), [*pieces, last]
                    past = at
                    break
            if not whole or sum(map(len, parts)) > _LONGEST:
                break
            parts.append(whole["number"])
            pieces.append(Piece(at, whole.start("number"), whole.end("number")))


def down_columns(lines: Sequence[str]) -> Iterator[tuple[str, Piece, list[Piece]]]:
    """Yield the kind, the cell above, and the pieces of each number in NFKC that stands down a column of a table."""
    tabs = [line.count("\t") for line in lines]
    for width, rows in groupby(range(len(lines)), tabs.__getitem__):
        numbers = list(rows)
        if not width or len(numbers) < 2:
            continue
        table = [lines[at].split("\t") for at in numbers]
        # Where each cell of a row begins. A row may have very many.
        starts = [list(accumulate((len(cell) + 1 for cell in row), initial=0)) for row in table]
        for column in range(width + 1):
            cells = [row[column].strip() for row in table]
            if sum(map(bool, map(_NOTED.search, cells))) < 2:
                continue
            for kind, begin, end in _in_column([cell.translate(AS_DIGITS) for cell in cells]):
                pieces = []
                for at in range(max(0, begin - 1), end):
                    start = starts[at][column]
                    pieces.append(Piece(numbers[at], start, start + len(table[at][column])))
                yield kind, pieces[0] if begin else Piece(numbers[0], 0, 0), pieces[1 if begin else 0 :]


def _in_column(cells: Sequence[str]) -> Iterator[tuple[str, int, int]]:
    """Yield the kind and the cells, first and one past the last, of each number that stands down a column.

    More stands in columns than in rows by chance: ``_kind_over_lines`` asks for more than ``_kind_in_cells`` does.
    """
    past = 0
    for begin, cell in enumerate(cells):
        if begin < past or not cell.isdecimal():
            continue
        above = cells[begin - 1] if begin else ""
        for end, parts in _growing(cells, begin):
            if sum(map(len, parts)) < _SHORTEST:
                continue
            alone = not (_is_number(above) or _is_number(cells[end] if end < len(cells) else ""))
            if kind := _kind_over_lines(parts, above, alone):
                yield kind, begin, end
                past = end
                break


def _growing(cells: Sequence[str], begin: int) -> Iterator[tuple[int, list[str]]]:
    """Yield what may be a number from a cell on, of two cells, three and so on: one past the last, and its parts."""
    parts: list[str] = []
    for end, part in enumerate(cells[begin : begin + _LONGEST], begin + 1):
        if not _IN_CELL.fullmatch(part) or sum(map(len, parts)) + len(part) > _LONGEST:
            return
        parts.append(part)
        if len(parts) > 1:
            yield end, parts


def _next_lines(lines: Sequence[str], first: int) -> Iterator[int]:
    """Yield the lines after one that are not blank, as long as few blank ones lie between them."""
    blank = 0
    for at in range(first + 1, len(lines)):
        if lines[at].strip():
            blank = 0
            yield at
        elif (blank := blank + 1) > _BLANKS:
            return


def _after(lines: Sequence[str], at: int) -> str:
    return lines[at + 1] if at + 1 < len(lines) else ""


def _is_number(text: str) -> bool:
    return _WHOLE_LINE.fullmatch(text[:_REACH].translate(AS_DIGITS)) is not None


def _kind_over_lines(parts: Sequence[str], label: str, alone: bool, stacked: bool = False) -> str | None:
    """Return what kind of number these parts are. ``stacked`` are those of which each has a line to itself."""
    if sum(map(len, parts)) < _SHORTEST:
        # Most figures end here.
        return None
    groups = _GROUP.findall(" ".join(parts))
    sizes, digits = [*map(len, groups)], "".join(groups).upper()
    if not digits[:-1].isdecimal():
        return None
    if is_person(digits):
        return IDENTITY
    one_by_one = max(sizes) == 1
    if digits.startswith("62") and is_card(digits):
        # A word for it names it; the form alone tells it from figures only where nothing like it is around.
        by_four = len(sizes) > 3 and {*sizes[:4]} == {4}
        return CARD if _BANK.search(label) or (alone and (one_by_one or by_four)) else None
    if is_mobile(digits) and len({*digits}) > 3:
        years = all(_YEAR.fullmatch(each) for each in (digits[3:7], digits[7:]))
        in_groups = sizes == [3, 4, 4] and not years
        named = in_groups or _TELEPHONE.search(label) or (stacked and one_by_one)
        return MOBILE if alone and named else None
    return None


def _kind_in_cells(digits: str, sizes: Sequence[int]) -> str | None:
    if not digits[:-1].isdecimal():
        return None
    one_by_one = max(sizes) == 1
    if len(digits) == 18 and is_identity_number(digits) and "1900" <= digits[6:10] <= "2099":
        return IDENTITY
    if is_mobile(digits) and len({*digits}) > 3 and (one_by_one or sizes == [3, 4, 4]):
        return MOBILE
    by_four = len(sizes) > 3 and {*sizes[:4]} == {4}
    if digits.startswith("62") and (one_by_one or by_four) and is_card(digits):
        return CARD
    return None
