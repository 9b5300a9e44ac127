"""Telling which lines at the top of a document may be its title, and which are by their looks."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from archive.extract.text.characters import joined

# Other text in large or centered type near a title: 附件, document numbers, the red 文件 letterhead, dates, brackets.
_NOT_TITLE = re.compile(
    r"附\s*件\s*[\d一二三四五六七八九十]*\s*[:：]?|.*[〔\[【（(]\d{4}[〕\]】）)]第?\s*\d+\s*号"
    r"|.*文件|[\d\s年月日.-]+|（.*|\(.*|目\s*录|第[一二三四五六七八九十\d]+[编章节](?:\s.*)?|总\s*则|.*(?:通过|批准)[）)]"
)
# Where a title is broken: after who issues it, and before its kind.
_ISSUER = re.compile(
    r"(?!.*(?:关于|的))[^\s，。：:]{2,40}(?:政府|办公室|委员会|委|厅|局|办|院|会|部|署|中心|街道|办事处)"
)
_SUBJECT = re.compile(r"(?:关于|印发|转发|批转)[^，。]{2,}$")
_KIND = re.compile(r"的(?:通知|公告|通告|意见|决定|批复|复函|函|公示|报告|请示|通报|决议|议案|实施意见|补充通知)")
LONGEST = 120
# How many lines from the top may be a title, and how many more lines, of so many characters, it may continue on.
DEPTH = 15
_MORE_LINES, _LONGEST_MORE = 3, 40
# From this type on, in points, a line may be a title without being centered, if others are so much smaller.
_LARGE, _SMALLER = 15.0, 0.9


class Look(NamedTuple):
    """What tells a title from other lines: whether it is centered, and its type in points, 0 if unknown."""

    centered: bool = False
    size: float = 0.0


def may_be_title(line: str) -> bool:
    """Tell whether a line that is large or centered may be a title, and is not a number, date or letterhead."""
    return 1 < len(line) <= LONGEST and _NOT_TITLE.fullmatch(line) is None


def find_title(lines: Sequence[str], looks: Sequence[Look | None], end: int = DEPTH) -> str | None:
    """Return the first line in the largest type near the top, with those after it that go on; None if none stands out.

    A line stands out that is centered, or large where most other text is smaller. ``looks`` are those of the lines,
    None for a row of a table, and the title stands above the line ``end``.

    >>> find_title(["云溪县人民政府", "关于防汛的通知", "各镇："], [Look(True, 22), Look(True, 22), Look(False, 16)])
    '云溪县人民政府关于防汛的通知'
    """
    able = {at: look for at, look in enumerate(looks[:end]) if look and may_be_title(lines[at])}
    largest = max((look.size for look in able.values()), default=0.0)
    if not _stands_out(largest, lines, looks):
        able = {at: look for at, look in able.items() if look.centered}
        largest = max((look.size for look in able.values()), default=0.0)
    first = next((at for at, look in able.items() if look.size == largest), None)
    return None if first is None else joined_title(lines, first, [at for at in able if looks[at] == looks[first]])


def joined_title(lines: Sequence[str], first: int, able: Sequence[int]) -> str:
    """Join a line with those right after it that are ``able`` to go on."""
    whole = lines[first]
    for at in range(first + 1, first + 1 + _MORE_LINES):
        if at not in able or len(lines[at]) > _LONGEST_MORE:
            break
        whole = joined(whole, lines[at])
    return whole


def with_subject(lines: Sequence[str]) -> str:
    """Return the first line, with those after it that go on with a title: what an agency writes about, and 的通知.

    >>> with_subject(["云溪县人民政府办公室", "关于做好秸秆禁烧工作", "的通知", "各镇："])
    '云溪县人民政府办公室关于做好秸秆禁烧工作的通知'
    """
    whole = lines[0]
    for line in lines[1 : 1 + _MORE_LINES]:
        begins = _SUBJECT.match(line) and _ISSUER.fullmatch(whole)
        if len(line) > _LONGEST_MORE or not (begins or _KIND.fullmatch(line)):
            break
        whole = joined(whole, line)
    return whole


def _stands_out(size: float, lines: Sequence[str], looks: Sequence[Look | None]) -> bool:
    """Tell whether few lines are as large as that, and all others are smaller."""
    if size < _LARGE:
        return False
    known = [(line, look.size) for line, look in zip(lines, looks, strict=False) if look and look.size]
    large = [line for line, each in known if each >= size]
    small = [line for line, each in known if each < _SMALLER * size]
    few = len(large) <= 1 + _MORE_LINES or sum(map(len, large)) < sum(map(len, small))
    return few and len(large) + len(small) == len(known) and bool(small)


def title_row(rows: Sequence[str]) -> str | None:
    """Return the first row of a table made by ``characters.rows`` if it is one cell above rows of several."""
    first, *others = (each.strip("\t") for each in rows or ("",))
    return first if "\t" not in first and may_be_title(first) and any("\t" in each for each in others) else None
