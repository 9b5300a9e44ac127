"""Telling which lines at the top of a document may be its title."""

import re
from collections.abc import Sequence

# Other text in large or centered type near a title: 附件, document numbers, the red 文件 letterhead, dates, brackets.
_NOT_TITLE = re.compile(
    r"附\s*件\s*[\d一二三四五六七八九十]*\s*[:：]?|.*[〔\[【（(]\d{4}[〕\]】）)]第?\s*\d+\s*号"
    r"|.*文件|[\d\s年月日.-]+|（.*|\(.*|目\s*录|第[一二三四五六七八九十\d]+[编章节](?:\s.*)?|总\s*则|.*(?:通过|批准)[）)]"
)
LONGEST = 120


def may_be_title(line: str) -> bool:
    """Tell whether a line that is large or centered may be a title, and is not a number, date or letterhead."""
    return 1 < len(line) <= LONGEST and _NOT_TITLE.fullmatch(line) is None


def title_row(rows: Sequence[str]) -> str | None:
    """Return the first row of a table made by ``characters.rows`` if it is one cell above rows of several."""
    first, *others = (each.strip("\t") for each in rows or ("",))
    return first if "\t" not in first and may_be_title(first) and any("\t" in each for each in others) else None
