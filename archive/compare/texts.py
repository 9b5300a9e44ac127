"""What differs between two texts: paragraphs by words, tables by cells, and what only moved."""

import re
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import groupby

from archive.compare import tables
from archive.compare.alignment import Budget, aligned, matches
from archive.compare.tables import Row, TableDifference
from archive.compare.words import Change, Piece, likeness, pieces
from archive.document import Place, label_at

_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Table:
    """A table of a text; ``name`` is what pages call it, or ""."""

    name: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Same:
    """Paragraphs and tables that are in both versions, in the same place."""

    blocks: Sequence[str | Table]


@dataclass(frozen=True, slots=True)
class ParagraphDifference:
    pieces: Sequence[Piece]
    change: Change


@dataclass(frozen=True, slots=True)
class Moved:
    """Paragraphs that are in both versions, elsewhere. They are told twice: where they were, and where they are now."""

    texts: Sequence[str]
    away: bool


Difference = Same | ParagraphDifference | Moved | TableDifference


@dataclass(frozen=True, slots=True)
class TextDifferences:
    """The differences in the order of the text. ``coarse`` tells that some were not compared word by word."""

    found: Sequence[Difference]
    coarse: bool = False

    @property
    def any(self) -> bool:
        return any(not isinstance(each, Same) for each in self.found)


def read(text: str, places: Sequence[Place] = ()) -> list[str | Table]:
    """Split a text into paragraphs and tables, as pages show it: lines with tabs in the same place are one table."""
    named = [(line, _table(places, at) if "\t" in line else "") for at, line in enumerate(text.splitlines())]
    found: list[str | Table] = []
    for (is_row, name), lines in groupby(named, lambda each: ("\t" in each[0], each[1])):
        if is_row:
            found.append(Table(name, tuple(tables.row(line) for line, _ in lines)))
        else:
            found += [line for line, _ in lines]
    return found


def compare(
    before: str, after: str, before_places: Sequence[Place] = (), after_places: Sequence[Place] = ()
) -> TextDifferences:
    """Compare two texts. The time grows with their length: what would take longer is told as changed as a whole."""
    left, right = read(before, before_places), read(after, after_places)
    budget = Budget(len(before) + len(after))
    kept = matches([*map(_exactly, left)], [*map(_exactly, right)], budget)
    ours, theirs = _apart(left, {one for one, _ in kept}), _apart(right, {other for _, other in kept})
    # What is on both sides somewhere else has moved, and is not to be taken for a change of its new neighbour.
    moved = Counter(map(str, ours.values())) & Counter(map(str, theirs.values()))
    before_blocks, after_blocks = _without(left, ours, moved), _without(right, theirs, moved)
    steps = aligned(before_blocks, after_blocks, (_exactly, _roughly), _likeness, budget)
    return TextDifferences(
        _gathered(
            [
                _pair(before_blocks[one], after_blocks[other], budget)
                if one is not None and other is not None
                else _alone(before_blocks[one], Change.REMOVED, budget)
                if one is not None
                else _alone(after_blocks[other or 0], Change.ADDED, budget)
                for one, other in steps
            ]
        ),
        budget.over,
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Elsewhere:
    """A paragraph that the other version has elsewhere: equal to nothing here."""

    text: str


_Block = str | Table | _Elsewhere


def _apart(blocks: Sequence[str | Table], kept: AbstractSet[int]) -> dict[int, str]:
    """Return the paragraphs that may have moved: an empty one, or a table, is told where it is."""
    return {at: block for at, block in enumerate(blocks) if at not in kept and isinstance(block, str) and block.strip()}


def _without(blocks: Sequence[str | Table], apart: Mapping[int, str], moved: Counter[str]) -> list[_Block]:
    left = moved.copy()
    found: list[_Block] = [*blocks]
    for at, text in apart.items():
        if left[text]:
            left[text] -= 1
            found[at] = _Elsewhere(text)
    return found


def _alone(block: _Block, change: Change, budget: Budget) -> Difference:
    if isinstance(block, _Elsewhere):
        return Moved([block.text], away=change is Change.REMOVED)
    if isinstance(block, Table):
        rows = ([], block.rows) if change is Change.ADDED else (block.rows, [])
        found = tables.compare(block.name, *rows, budget)
        return TableDifference(found.name, found.columns, found.rows, change)
    return ParagraphDifference([Piece(block, change)], change)


def _pair(one: _Block, other: _Block, budget: Budget) -> Difference:
    if isinstance(one, Table) and isinstance(other, Table):
        if one.rows == other.rows:
            return Same([other])
        return tables.compare(other.name, one.rows, other.rows, budget)
    if one == other:
        return Same([str(other)])
    return ParagraphDifference(pieces(str(one), str(other), budget), Change.CHANGED)


def _gathered(found: Iterable[Difference]) -> list[Difference]:
    """Put together what is the same, and what moved the same way, and stands next to each other."""
    gathered: list[Difference] = []
    for kind, group in groupby(found, lambda each: (type(each), isinstance(each, Moved) and each.away)):
        run = [*group]
        if kind[0] is Same:
            gathered.append(Same([block for each in run if isinstance(each, Same) for block in each.blocks]))
        elif kind[0] is Moved:
            gathered.append(Moved([text for each in run if isinstance(each, Moved) for text in each.texts], kind[1]))
        else:
            gathered += run
    return gathered


def _exactly(block: _Block) -> Hashable:
    return block.rows if isinstance(block, Table) else block


def _roughly(block: _Block) -> Hashable:
    """Return what stays of a paragraph whose sums and dates change, or of a table: its heading row."""
    if isinstance(block, Table):
        return tuple(_DIGITS.sub("0", cell) for cell in block.rows[0])
    return _DIGITS.sub("0", block) if isinstance(block, str) else block


def _likeness(one: _Block, other: _Block) -> float:
    if isinstance(one, Table) and isinstance(other, Table):
        return likeness(*("\n".join("\t".join(row) for row in table.rows[:20]) for table in (one, other)))
    return likeness(one, other) if isinstance(one, str) and isinstance(other, str) else 0.0


def _table(places: Sequence[Place], line: int) -> str:
    """Return the name of the table that a line is in."""
    _, table, number = label_at(places, line).partition("表 ")
    return table + number
