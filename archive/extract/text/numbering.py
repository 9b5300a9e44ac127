"""Counting the items of lists: levels, what restarts them, and their numbers as printed.

All of Word's formats are read into this model: readers see these numbers, but no text of the file contains them.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from archive.extract.text import numberforms
from archive.extract.text.characters import HAN, joined

# How many levels a list has (ECMA-376 17.9.6, MS-DOC 2.9.149).
LEVELS = 9
_HAN = re.compile(f"[{HAN}]")
_COUNTING_FIELDS = re.compile(r"\s*(?:LISTNUM|AUTONUM(?:LGL|OUT)?)\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Level:
    """A level of a list.

    ``text`` are the pieces of the number as printed: words, and for the number of a level its depth from 0. ``legal``
    shows all numbers in digits. The level starts again after an item of a depth below ``restart``, None for its own.
    """

    start: int = 1
    form: str = "decimal"
    text: tuple[str | int, ...] = ()
    legal: bool = False
    restart: int | None = None


@dataclass(frozen=True, slots=True)
class Numbered:
    """One of the numberings of a list, which count as one: its levels and what it starts with on its own.

    ``starts`` say for a depth with what number the first item begins, and where the level is restarted.
    """

    of: str
    levels: Mapping[int, Level]
    starts: Mapping[int, int] = field(default_factory=dict)


class Counter:
    """A counter of the items in one part of a document: its text, its notes, its text boxes (MS-DOC 2.4.6.4)."""

    def __init__(self) -> None:
        self._counts: dict[str, dict[int, int]] = {}
        self._begun: set[tuple[str, int]] = set()
        # How many numbers are shown in another format than here.
        self.unknown = 0

    def label(self, identifier: str, numbered: Numbered, depth: int) -> str:
        """Count an item of the numbering known as ``identifier``, and return its number as printed, "" for none."""
        level = numbered.levels.get(depth)
        if level is None:
            return ""
        counts = self._counts.setdefault(numbered.of, {})
        first = (identifier, depth) not in self._begun
        self._begun.add((identifier, depth))
        if depth not in counts or (first and depth in numbered.starts):
            counts[depth] = numbered.starts.get(depth, level.start)
        else:
            counts[depth] += 1
        for deeper in [each for each in counts if each > depth]:
            restart = numbered.levels.get(deeper, level).restart
            if depth < (deeper if restart is None else restart):
                del counts[deeper]
        return self._printed(numbered, level, counts)

    def _printed(self, numbered: Numbered, level: Level, counts: Mapping[int, int]) -> str:
        if level.form == "bullet":
            # A bullet is a sign, but some are words (注：).
            words = "".join(each for each in level.text if isinstance(each, str))
            return words if _HAN.search(words) else ""
        pieces: list[str] = []
        for each in level.text:
            if isinstance(each, str):
                pieces.append(each)
                continue
            other = numbered.levels.get(each, level)
            value = counts.get(each, numbered.starts.get(each, other.start))
            form = "decimal" if level.legal and other.form not in ("decimalZero", "none") else other.form
            self.unknown += not numberforms.is_known(form)
            pieces.append(numberforms.written(value, form))
        return "".join(pieces)


def labelled(label: str, line: str) -> str:
    """Put a number before its line, with a space where the two would run together.

    >>> labelled("第一条", "为了规范"), labelled("1.", "为了规范"), labelled("三、", "")
    ('第一条为了规范', '1. 为了规范', '三、')
    """
    if label and line and (label[-1] in ".)" or label[-1].isdigit()):
        return f"{label} {line}"
    return joined(label, line)


def unknown_told(count: int) -> str:
    """Return what a reviewer should know of numbers in formats that aren't written here."""
    return f"文档中有 {count} 个自动编号的格式不认识，以阿拉伯数字写出，请与原件核对。"


def counts_by_field(instruction: str) -> bool:
    """Tell whether a field shows a number that it counts itself (ECMA-376 part 1, 17.16.5.32), and keeps nowhere."""
    return _COUNTING_FIELDS.match(instruction) is not None


def unread_told(count: int) -> str:
    """Return what a reviewer should know of numbers that can't be read."""
    return f"文档中有 {count} 处自动编号没有读出，正文缺这些编号，请与原件核对；可在办公软件中改为手工编号后再提交。"
