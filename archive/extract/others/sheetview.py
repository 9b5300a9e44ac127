"""What a workbook says of how its cells are seen: hidden rows and columns, formats that show nothing, comments.

``sheetparts`` reads it from xlsx, ``sheetbinary`` from xlsb and ``sheetrecords`` from xls. Rows and columns are counted
from 0.
"""

import re
from dataclasses import dataclass, field
from datetime import date, time

from archive.extract.others import dateformat, numberformat
from archive.extract.others.numberformat import sections
from archive.extract.text.concealed import Unseen

_CONDITION = re.compile(r"\[[<>=]")
# A section that shows nothing: blanks, also quoted or escaped, and what only sets a colour or a language.
_NOTHING = re.compile(r'(?:\[(?![hms]+\])[^\]]*\]|"\s*"|\\\s|_.|\s)*', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Look:
    """A cell format: its number format, whether it is in the colour of its ground, and white without any ground."""

    code: str = "General"
    same: bool = False
    white: bool = False

    @property
    def is_plain(self) -> bool:
        return self.code == "General" and not self.same and not self.white


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment on a cell such as ``B5``; ``place`` is "" if it is not known."""

    place: str
    author: str
    text: str


@dataclass(slots=True)
class SheetView:
    """How a sheet is seen; ``looks`` are the cells whose format matters, by row and column.

    On a ``grounded`` sheet cells may have a ground that their formats don't tell: by a condition, a table, a picture.
    """

    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    looks: dict[tuple[int, int], Look] = field(default_factory=dict)
    comments: list[Comment] = field(default_factory=list)
    # In an xls: the texts of shapes on the sheet, and how many pictures and charts are there.
    shapes: list[str] = field(default_factory=list)
    pictures: int = 0
    # The first and the last cell of each merged one, where calamine does not read them.
    merged: list[tuple[tuple[int, int], tuple[int, int]]] = field(default_factory=list)
    grounded: bool = False

    def shown(self, row: int, column: int, value: object) -> str | None:
        """Return a number or a moment as the format of its cell shows it; None for others, and if that is not known."""
        look = self.looks.get((row, column))
        if look is None or isinstance(value, bool):
            return None
        if isinstance(value, int | float):
            return numberformat.shown(look.code, value)
        return dateformat.shown(look.code, value) if isinstance(value, date | time) else None

    def is_formatted(self, row: int, column: int, value: object) -> bool:
        """Tell whether the format of a cell says how its number or moment looks."""
        look = self.looks.get((row, column))
        figure = isinstance(value, int | float | date | time) and not isinstance(value, bool)
        return figure and look is not None and look.code not in numberformat.PLAIN

    def unseen(self, row: int, column: int, value: object) -> tuple[Unseen | None, bool]:
        """Return why a cell of a row and column that are shown is not seen, and whether that is in doubt."""
        look = self.looks.get((row, column))
        if look is None:
            return None, False
        if _shows_nothing(look.code, value):
            return Unseen.INVISIBLE, False
        doubtful = look.white and self.grounded
        return (Unseen.GROUND if look.same or look.white and not doubtful else None), doubtful


def letters(column: int) -> str:
    """Return a column's letters: A for 0, AA for 26."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _shows_nothing(code: str, value: object) -> bool:
    """Tell whether a number format shows nothing of a value (ECMA-376 18.8.31): of any value if it is ``;;;``."""
    if isinstance(value, bool) or not isinstance(value, str | int | float) or ";" not in code:
        return False
    parts = sections(code)
    if len(parts) < 3 or _CONDITION.search(code):
        return False
    which = 3 if isinstance(value, str) else 0 if value > 0 else 1 if value < 0 else 2
    return which < len(parts) and _NOTHING.fullmatch(parts[which]) is not None
