"""A report as it is examined: its figures by table, row and column, its parts, and what was found wrong about it."""

import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal

from archive.annual import numbers
from archive.annual.forms import FOUR, HEADINGS, REST, REST_LABEL, THREE, TWO, Form
from archive.registers.requests.outcomes import Line

# Table, row, column, as ``Form.places`` has them; of a figure of the text TEXT, its name and its unit.
Place = tuple[str, str, str]
TEXT = "文"


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure as it is printed, and where. None as its value: it says no number."""

    said: str
    value: Decimal | None
    at: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something about a report that contradicts the form, or two of its own places.

    ``left`` and ``right`` are the two sides of the ``expression`` that does not hold.
    """

    rule: str
    message: str
    at: str = ""
    place: Place = ("", "", "")
    expression: str = ""
    left: str = ""
    right: str = ""

    @property
    def id(self) -> str:
        """By this it is known again while it is the same: other sides make another finding."""
        told = "\n".join((self.rule, *self.place, self.expression, self.left, self.right, self.message))
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    @property
    def told(self) -> dict[str, str]:
        """It as JSON has it."""
        table, row, column = self.place
        kept = {name: value for name, value in asdict(self).items() if name != "place"}
        return {"id": self.id, **kept, "table": table, "row": row, "column": column}


@dataclass(frozen=True, slots=True)
class Section:
    """A first heading as a report has it, and the text below it, without tables; ``written`` is it letter by letter."""

    heading: str
    text: str
    at: str = ""
    written: str = ""


@dataclass(frozen=True, slots=True)
class Report:
    """A report, read from a document or computed. ``sections`` are by the place of their heading in the form, from 0.

    ``opening`` stands before the first of them. ``tables`` are those that it has. ``noticed`` was found while it was
    read.
    """

    year: int
    form: Form
    title: str = ""
    cells: Mapping[Place, Cell] = field(default_factory=dict)
    sections: Mapping[int, Section] = field(default_factory=dict)
    opening: str = ""
    tables: frozenset[str] = frozenset()
    noticed: tuple[Finding, ...] = ()

    def value(self, table: str, row: str, column: str) -> Decimal | None:
        """Return a figure; None if the report has none there, or one that can't be read."""
        cell = self.cells.get((table, row, column))
        return cell.value if cell else None

    @property
    def told(self) -> dict[str, dict[str, dict[str, object]]]:
        """The three tables as JSON has them. What was not reported is null."""
        made: dict[str, dict[str, dict[str, object]]] = {TWO: {}, THREE: {}, FOUR: {}}
        for table, row, column in (*self.form.places(), *self.cells):
            cell = self.cells.get((table, row, column))
            value = None if cell is None or cell.value is None or not cell.said else numbers.plain(cell.value)
            if table == TWO:
                article, _, name = row.partition(" ")
                inner = made[TWO].setdefault(article, {}).setdefault(name, {})
                inner[column] = value  # type: ignore[index]  # one deeper than the others
            else:
                made[table].setdefault(row, {})[column] = value
        return made


def called(place: Place, form: Form) -> str:
    """Return how a place is called in a sentence: 表三“1.属于国家秘密”的“自然人”."""
    table, row, column = place
    if table == TEXT:
        return f"文中的“{row}”（{column}）"
    return f"表{table}“{row_of(row, form)}”的“{column}”" if row else f"表{table}"


def row_of(row: str, form: Form) -> str:
    """Return the words of a row of table three; those of the others stand as they are."""
    if row == REST:
        return REST_LABEL
    line: Line | None = form.three.get(row)
    return line.label if line else row


def heading(number: int) -> str:
    """Return a first heading with its numeral.

    >>> heading(4)
    '五、存在的主要问题及改进情况'
    """
    return f"{'一二三四五六'[number]}、{HEADINGS[number]}"
