"""Masking words in xlsx workbooks: in cells, shared strings, comments, names and all else, as in a Word file.

A masked number becomes text, and a masked formula its last result. The order of calculation goes, which a program makes
again; it would name formulas that are gone.
"""

import re
from collections.abc import Collection, Sequence
from itertools import count
from pathlib import Path

from lxml import etree

from archive.chinese import sought
from archive.masking import word

_CALCULATION = "calcchain"
# What a formula says that refers to nothing, and what in a formula is a text.
_NOTHING = "#REF!"
_QUOTED = re.compile(r'"[^"]*"')
_LONGEST = 31


def mask(path: Path, words: Sequence[str]) -> tuple[list[int], bytes]:
    """Return how often each word was masked, and the copy."""
    return word.mask(path, words, _Workbook())


class _Workbook(word.Habits):
    def leaves_out(self, name: str) -> bool:
        return name.lower() == f"xl/{_CALCULATION}.xml"

    def prepare(self, root: etree._Element, words: Sequence[str]) -> bool:
        """Write out numbers that are shown otherwise than they are written (1.3812345678E10), if they are sought."""
        changed = False
        for cell in root.iter("{*}c"):
            value = cell.find("{*}v")
            if value is None or cell.get("t", "n") != "n":
                continue
            written = (value.text or "").strip()
            shown = _whole(written)
            if shown != written and sought.find(shown, words):
                value.text, changed = shown, True
        for each in [each for each in root.iter("{*}Relationship", "{*}Override") if _is_calculation(each)]:
            parent = each.getparent()
            if parent is not None:
                parent.remove(each)
                changed = True
        return changed

    def mend(self, root: etree._Element) -> None:
        for formula in [each for each in root.iter("{*}f") if sought.MASK in (each.text or "")]:
            parent = formula.getparent()
            if parent is not None and str(parent.tag).endswith("}c"):
                parent.remove(formula)
            else:
                # A chart's series has to refer to something.
                formula.text = _NOTHING
        # No name of a range or a sheet consists of masks alone, and no two sheets have the same.
        for named in [each for each in root.iter("{*}definedName") if sought.MASK in each.get("name", "")]:
            parent = named.getparent()
            if parent is not None:
                parent.remove(named)
        for named in root.iter("{*}definedName"):
            if sought.MASK in _QUOTED.sub("", named.text or ""):
                named.text = _NOTHING
        taken: set[str] = set()
        for sheet in root.iter("{*}sheet"):
            name = sheet.get("name", "")
            if name in taken:
                sheet.set("name", _numbered(name, taken))
            taken.add(sheet.get("name", ""))
        for cell in root.iter("{*}c"):
            value = cell.find("{*}v")
            if value is not None and sought.MASK in (value.text or ""):
                cell.set("t", "str")
        # Values that a pivot table keeps.
        for kept in root.iter("{*}n", "{*}d"):
            if sought.MASK in kept.get("v", ""):
                kept.tag = str(kept.tag).rpartition("}")[0] + "}s" if "}" in str(kept.tag) else "s"


def _numbered(name: str, taken: Collection[str]) -> str:
    """Return a sheet's name with a number that no other has: of 31 characters at most, as programs allow."""
    numbered = (f"{name[: _LONGEST - len(end)]}{end}" for end in map(str, count(2)))
    return next(each for each in numbered if each not in taken)


def _whole(written: str) -> str:
    try:
        number = float(written)
    except ValueError:
        return written
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else written


def _is_calculation(element: etree._Element) -> bool:
    return any(_CALCULATION in value.lower() for value in (element.get("Type", ""), element.get("PartName", "")))
