"""Holiday notices as lines of a table: what is shipped, and what the county has added.

A line says of one day that offices work or rest, under which notice, and since when that is known. No line is ever
taken back: a later notice about the same day adds one. The head of the packaged ``calendar.tsv`` documents the format.
"""

import codecs
import csv
import io
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import astuple, dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from pathlib import Path
from stat import S_IMODE

from archive import maintained
from archive.chinese import dates
from archive.errors import BadCalendar
from archive.reasons import why
from archive.store.blobs import sync_folder

# The name of an installation's own file, in its data folder.
OWN_NAME = "calendar.tsv"
COLUMNS = ("日期", "安排", "节日", "文号", "通知日期")
# Nobody may leave these out.
NEEDED = ("日期", "安排", "通知日期")
# Bytes. The notices of a century are smaller.
LARGEST = 1 << 20
_YEAR = re.compile(r"(20\d\d)\s*年?", re.ASCII)


class Kind(StrEnum):
    """What a line says: a day off, a day at work, or that the notice arranges the whole year."""

    OFF = "放假"
    WORK = "上班"
    YEAR = "全年"


@dataclass(frozen=True, slots=True)
class Line:
    """One line. ``day`` of a whole year is its 1 January. ``known_since`` is the day that the notice bears."""

    day: date
    kind: Kind
    holiday: str
    number: str
    known_since: date

    @property
    def key(self) -> tuple[date, bool, date]:
        """What only one line may speak of: a day or a year, as known since one day."""
        return self.day, self.kind is Kind.YEAR, self.known_since

    @property
    def said(self) -> str:
        """The day and what is said of it, for a person: ``2019-09-29 上班``, ``2027 全年``."""
        return f"{self.day.year if self.kind is Kind.YEAR else self.day} {self.kind}"

    @property
    def notice(self) -> str:
        """The notice, for a person: ``国办发明电〔2019〕16号（2019-11-21）``."""
        return f"{self.number or '放假通知'}（{self.known_since}）"


def day_of(text: str) -> date | None:
    """Return the date that a text is, as people and spreadsheets write it; None if it is anything else.

    >>> day_of("2027-10-01") == day_of("2027/10/1") == day_of("２０２７年１０月１日") == date(2027, 10, 1)
    True
    >>> day_of("2027-02-30"), day_of("2027-10-01 起")
    (None, None)
    """
    stripped = text.strip()
    found = next(dates.find(stripped), None)
    return found[0] if found and found[1:] == (0, len(stripped)) else None


@cache
def packaged() -> tuple[Line, ...]:
    """Return the lines of the notices that are shipped."""
    return tuple(line for _, line in numbered(Path(__file__).parent / "calendar.tsv"))


def own(data: Path) -> list[Line]:
    """Return the lines that an installation has added in its folder ``data``, which need not exist.

    Raises BadCalendar or OSError for a file that can't be used.
    """
    path = data / OWN_NAME
    return [] if maintained.read(path) is None else [line for _, line in numbered(path)]


def numbered(path: Path) -> list[tuple[int, Line]]:
    """Read a file's lines, each with its place, counted from 1. What is said twice counts once.

    Raises BadCalendar with every line that can't be used, or OSError.
    """
    lines: dict[tuple[date, bool, date], tuple[int, Line]] = {}
    problems = []
    try:
        for at, found in _parsed(_text(path)):
            if isinstance(found, str):
                problems.append(f"第 {at} 行：{found}")
                continue
            before, other = lines.setdefault(found.key, (at, found))
            if other.kind is not found.kind:
                problems.append(f"第 {at} 行：{found.said}，与第 {before} 行（{other.said}）同日通知而相反，请核对。")
    except (csv.Error, ValueError) as error:
        problems.append(f"读不出表格（{why(error)}），请另存为 UTF-8 编码、以制表符或逗号分隔的文本。")
    if problems:
        raise BadCalendar(path.name, problems)
    return list(lines.values())


def write(path: Path, lines: Iterable[Line]) -> None:
    """Replace a file durably and in one step. Raises OSError; then the file is as it was."""
    # A link stays one.
    path = path.resolve()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=".calendar-", encoding="utf-8", delete=False) as out:
        try:
            table = csv.writer(out, delimiter="\t", lineterminator="\n")
            table.writerow(COLUMNS)
            table.writerows(_cells(line) for line in lines)
            out.flush()
            os.fsync(out.fileno())
            # Nobody else reads what lies in the data folder, unless somebody let them.
            with suppress(FileNotFoundError):
                os.fchmod(out.fileno(), S_IMODE(path.stat().st_mode))
            Path(out.name).rename(path)
        finally:
            Path(out.name).unlink(missing_ok=True)
    sync_folder(path.parent)


def _cells(line: Line) -> tuple[str, ...]:
    when = str(line.day.year) if line.kind is Kind.YEAR else line.day.isoformat()
    return (when, *map(str, astuple(line)[1:]))


def _text(path: Path) -> str:
    raw = maintained.read(path) or b""
    if len(raw) > LARGEST:
        raise ValueError(f"文件超过 {LARGEST >> 20} 兆字节")
    # Spreadsheets on Windows write all of these. A wrong guess yields names of columns that nobody knows.
    utf_16 = raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ("utf-16",) if utf_16 else ("utf-8-sig", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ValueError("有的字节不是文字")


def _parsed(text: str) -> Iterator[tuple[int, Line | str]]:
    """Yield the lines of a table with their places; for one that can't be used the reason instead."""
    first = next((line for line in text.splitlines() if line.strip() and not line.startswith("#")), "")
    rows = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if "\t" in first else ",", strict=True)
    heading: Sequence[str] | None = None
    for row in rows:
        cells = [" ".join(cell.split()) for cell in row]
        if not any(cells) or cells[0].startswith("#"):
            continue
        if heading is not None:
            yield rows.line_num, _line(heading, cells)
        elif wrong := _wrong_heading(cells):
            yield rows.line_num, wrong
            return
        else:
            heading = cells
    if heading is None:
        yield 1, f"文件是空的；第一行应为列名 {'、'.join(COLUMNS)}。"


def _wrong_heading(cells: Sequence[str]) -> str:
    wanted = f"列名应为 {'、'.join(COLUMNS)}。"
    named = [cell for cell in cells if cell]
    if unknown := [cell for cell in named if cell not in COLUMNS]:
        return f"不认识的列 {'、'.join(unknown)[:80]}；{wanted}"
    if twice := [cell for cell in COLUMNS if named.count(cell) > 1]:
        return f"有两列 {'、'.join(twice)}；{wanted}"
    if missing := [cell for cell in NEEDED if cell not in named]:
        return f"没有 {'、'.join(missing)} 列；{wanted}"
    return ""


def _line(heading: Sequence[str], cells: Sequence[str]) -> Line | str:
    if any(cells[len(heading) :]):
        return f"有 {len(cells)} 栏，而列名有 {len(heading)} 个。"
    said = dict(zip(heading, cells, strict=False))
    when, kind, since = (unicodedata.normalize("NFKC", said.get(name, "")) for name in NEEDED)
    if kind not in list(Kind):
        return f"安排“{kind[:20]}”应为 {'、'.join(Kind)} 之一。"
    year = _YEAR.fullmatch(when)
    day = date(int(year[1]), 1, 1) if year else day_of(when)
    if day is None:
        return f"日期“{when[:20]}”应写成 2027-10-01；安排为全年的，写成 2027。"
    if bool(year) != (kind == Kind.YEAR):
        return f"日期“{when}”的安排为“{kind}”：全年写年份，放假、上班写到日。"
    known_since = day_of(since)
    if known_since is None:
        return f"通知日期“{since[:20]}”应写成 2026-11-04。"
    return Line(day, Kind(kind), said.get("节日", ""), said.get("文号", ""), known_since)
