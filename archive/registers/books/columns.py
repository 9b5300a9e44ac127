"""The columns of a book: how each is called, and how what somebody typed or sent in a table is read.

Sentences about a cell never quote it, because a name may stand in any that was filled in by mistake.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from archive.plain import lines, one_line
from archive.registers.notices import day_of
from archive.registers.requests.facts import Field, Plain

Facts = Mapping[str, Plain]


class Kind(StrEnum):
    LINE = "line"
    AREA = "area"
    DAY = "day"
    YEAR = "year"
    NUMBER = "number"
    ONE = "one"
    # The id or the address of a document of the archive.
    DOCUMENT = "document"


@dataclass(frozen=True, slots=True)
class Column:
    """A column. ``personal``: its values are encrypted and stand in no facts. ``listed``: it is on the list's page."""

    name: str
    label: str
    kind: Kind = Kind.LINE
    choices: tuple[str, ...] = ()
    needed: bool = False
    hint: str = ""
    personal: Field | None = None
    most: int = 200
    listed: bool = False
    # What is entered once: whoever was wrong enters another.
    fixed: bool = False

    def read(self, text: str) -> str:
        """Return a cell as it is kept, "" for an empty one. Raises ValueError with a sentence."""
        value = (lines(text.replace("\r\n", "\n")) if self.kind is Kind.AREA else one_line(text)).strip()
        if not value:
            if self.needed:
                raise ValueError(f"请{'选择' if self.kind is Kind.ONE else '填写'}{self.label}。")
            return ""
        if len(value) > self.most:
            raise ValueError(f"{self.label}有 {len(value)} 字，最多 {self.most} 字，请删减。")
        return self._value(value)

    def _value(self, value: str) -> str:
        plain = unicodedata.normalize("NFKC", value)
        match self.kind:
            case Kind.DAY:
                if (day := day_of(value)) is None:
                    raise ValueError(f"{self.label}应写成 2026-03-02 的样子。")
                return day.isoformat()
            case Kind.YEAR:
                found = re.fullmatch(r"((?:19|20)\d\d)年?", plain)
                if not found:
                    raise ValueError(f"{self.label}应写成 2026 的样子。")
                return found[1]
            case Kind.NUMBER:
                found = re.fullmatch(r"第?0*([1-9]\d{0,5})号?", plain)
                if not found:
                    raise ValueError(f"{self.label}应为大于 0 的整数。")
                return found[1]
            case Kind.ONE:
                if value not in self.choices:
                    raise ValueError(f"{self.label}应为 {'、'.join(self.choices)} 之一。")
            case Kind.DOCUMENT:
                return value.rstrip("/").rpartition("/")[2]
        return value


@dataclass(frozen=True, slots=True)
class Told:
    """Something that is reckoned from facts, as a person reads it; and whether it is late."""

    said: str
    late: bool = False


@dataclass(frozen=True, slots=True)
class Cells:
    """What was read of a row or a form: facts, what is personal, and a sentence for each column that is wrong."""

    facts: dict[str, Plain]
    personal: dict[Field, str]
    wrong: dict[str, str]


def read(columns: Iterable[Column], told: Mapping[str, str]) -> Cells:
    """Read what was typed, by the columns' names. What is empty is left out."""
    cells = Cells({}, {}, {})
    for each in columns:
        try:
            value = each.read(told.get(each.name, ""))
        except ValueError as error:
            cells.wrong[each.name] = str(error)
            continue
        if value and each.personal:
            cells.personal[each.personal] = value
        elif value:
            cells.facts[each.name] = value
    return cells


def text(facts: Facts, name: str) -> str:
    """Return a fact, "" if there is none."""
    return str(facts.get(name) or "")


def day(facts: Facts, name: str) -> date | None:
    return date.fromisoformat(text(facts, name)) if facts.get(name) else None


def in_order(facts: Facts, today: date, *columns: Column) -> Iterable[tuple[str, str]]:
    """Yield what contradicts among days that should follow each other: the column's name and a sentence."""
    last: Column | None = None
    for each in columns:
        on = day(facts, each.name)
        if on is None:
            continue
        if on > today:
            yield each.name, f"{each.label}还没有到，请核对。"
        before = day(facts, last.name) if last else None
        if last and before and on < before:
            yield each.name, f"{each.label}早于{last.label}，请核对。"
        last = each
