"""What all tables that are taken in share: a line of column names, rows by column, and what came of them."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from archive.registers.requests import sheet

# The column of what a row has beyond the named ones, and what is said of that.
BEYOND, TOO_MANY = "", "比列名多出几栏。"


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken in. ``reason`` is a Chinese sentence without anything out of the row."""

    line: int
    reason: str


@dataclass(slots=True)
class Taken:
    """What came of an import: how many rows went in, or would, and those refused."""

    rows: int = 0
    refused: list[Refused] = field(default_factory=list)


def rows(
    path: Path,
    known: Sequence[str],
    wrong: Callable[[Sequence[str]], str],
    refused: Callable[[str], Exception],
    other_names: Mapping[str, str] | None = None,
) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Yield the rows of a file with their lines, as cells by column.

    ``known`` are the columns, and ``other_names`` what else these may be called. ``wrong`` ends the sentence that a
    line should name columns, or is "" where it does. ``refused`` is raised with that sentence. Raises RequestRefused
    for a file that is no table, OSError.
    """
    names = other_names or {}
    heading: list[str] = []
    for line, cells in sheet.read(path):
        if not heading:
            heading = [names.get(cell, cell) for cell in map(str.strip, cells)]
            while heading and not heading[-1]:
                heading.pop()
            if why := wrong(heading):
                raise refused(f"第 {line} 行应为列名{why}")
            continue
        told = dict(zip(heading, cells, strict=False))
        if any(cells[len(heading) :]):
            told[BEYOND] = "more"
        yield line, told
    if not heading:
        raise refused(f"文件是空的；第一行应为列名：{'、'.join(known)}。")


def wrong_heading(heading: Sequence[str], known: Sequence[str], needed: Sequence[str]) -> str:
    """Say what is wrong with a line of column names, as ``rows`` ends its sentence; "" if nothing is."""
    if unknown := [at for at, cell in enumerate(heading, 1) if cell not in known]:
        return f"。第 {'、'.join(map(str, unknown[:10]))} 列的列名不认识；可用的有：{'、'.join(known)}。"
    if twice := [cell for cell in known if heading.count(cell) > 1]:
        return f"。有两列{'、'.join(twice)}。"
    if lacking := [cell for cell in needed if cell not in heading]:
        return f"。缺少{'、'.join(lacking)}列。"
    return ""
