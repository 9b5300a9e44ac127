"""Whether a document lists persons by their names, who are not to be found for ever (名单类，公示期满应撤).

Source: domain rules on personal data: lists of aid, of housing, of admissions are public for a time, then taken away.
"""

import re
from collections.abc import Iterable

from archive.chinese import personal

# What heads a column of names.
_HEAD = re.compile(r"(?:.{0,6}(?:姓名|名字)|户主.{0,2}|申请人|(?:救助|保障|补助|资助|补贴|帮扶)对象|受助人|获得者)")
# The last characters of what may head one, whatever blanks stand within: in most texts there is none.
_MAY_HEAD = re.compile(r"[名姓]\s*[名字]|户\s*主|[请助]\s*人|对\s*象|得\s*者")
# A name of which a part is hidden: 王某某, 王*, 王×明.
_HIDDEN = re.compile(r"[\u4e00-\u9fff]{1,2}[某*＊×xX○〇]{1,3}[\u4e00-\u9fff]?")
# So few names are those of a meeting or of whoever signs. How many rows after a heading are looked at.
_LEAST, _ROWS = 3, 60


def lists_persons(texts: Iterable[str]) -> bool:
    """Tell whether one of a document's texts has a table with a column of persons' names.

    >>> lists_persons(["序号\\t姓名\\t金额\\n1\\t王小明\\t300\\n2\\t李*\\t300\\n3\\t赵某某\\t300"])
    True
    """
    return any(_has_roll(text.split("\n")) for text in texts)


def _has_roll(lines: list[str]) -> bool:
    for number, line in enumerate(lines):
        if "\t" not in line or not _MAY_HEAD.search(line):
            continue
        cells = _cells(line)
        for column, cell in enumerate(cells):
            if _HEAD.fullmatch(cell):
                below = [_cells(each) for each in lines[number + 1 : number + 1 + _ROWS]]
                names = {row[column] for row in below if len(row) > column and _is_name(row[column])}
                if len(names) >= _LEAST:
                    return True
    return False


def _cells(line: str) -> list[str]:
    return ["".join(cell.split()) for cell in line.split("\t")]


def _is_name(cell: str) -> bool:
    return personal.may_be_name(cell) or _HIDDEN.fullmatch(cell) is not None
