"""Numbering the paragraphs of slides (ECMA-376 part 1, 21.1.2.4.1 and 20.1.10.61)."""

import re

from lxml import etree

from archive.extract.text.numberforms import LARGEST, written

_FORMS = {
    **{"arabic": "decimal", "arabicDb": "decimalFullWidth", "romanLc": "lowerRoman", "romanUc": "upperRoman"},
    **{"alphaLc": "lowerLetter", "alphaUc": "upperLetter", "ea1Chs": "chineseCounting", "ea1Cht": "taiwaneseCounting"},
    **{"ea1JpnKor": "japaneseCounting", "ea1JpnChsDb": "ideographDigital"},
    **dict.fromkeys(("circleNumDb", "circleNumWdWhite", "circleNumWdBlack"), "decimalEnclosedCircle"),
}
_AROUND = {"Plain": ("", ""), "Period": ("", "."), "ParenR": ("", ")"), "ParenBoth": ("(", ")")}
_SCHEME = re.compile(r"(\w+?)(Plain|Period|ParenR|ParenBoth|Minus)")
# What says that a paragraph has another bullet, or none.
_BULLETS = ("buNone", "buChar", "buBlip")


class Counter:
    """A counter of the numbered paragraphs of one text body."""

    def __init__(self, body: etree._Element | None = None) -> None:
        self._styles = None if body is None else body.find("{*}lstStyle")
        # For each depth the numbering and the last number.
        self._counts: dict[int, tuple[tuple[str, int], int]] = {}

    def label(self, paragraph: etree._Element) -> str:
        """Count a paragraph that has text, and return its number as shown, "" for none."""
        properties = paragraph.find("{*}pPr")
        depth = _whole("" if properties is None else properties.get("lvl", ""), 0)
        numbered = self._numbering(properties, depth)
        if numbered is None:
            return self.count(depth, None)
        return self.count(depth, numbered.get("type", ""), _whole(numbered.get("startAt", ""), 1))

    def count(self, depth: int, scheme: str | None, start: int = 1) -> str:
        """Count a paragraph of a depth in a scheme, None for no number, and return its number as shown."""
        for deeper in [each for each in self._counts if each > depth]:
            del self._counts[deeper]
        if scheme is None:
            self._counts.pop(depth, None)
            return ""
        same, last = self._counts.get(depth, (None, 0))
        number = last + 1 if same == (scheme, start) else start
        self._counts[depth] = (scheme, start), number
        found = _SCHEME.fullmatch(scheme)
        form, around = (found[1], found[2]) if found else ("", "")
        before, after = _AROUND.get(around, ("", "."))
        return f"{before}{written(number, _FORMS.get(form, 'decimal'))}{after}"

    def _numbering(self, properties: etree._Element | None, depth: int) -> etree._Element | None:
        styled = None if self._styles is None else self._styles.find(f"{{*}}lvl{depth + 1}pPr")
        for each in (properties, styled):
            if each is not None:
                numbered = each.find("{*}buAutoNum")
                if numbered is not None or any(each.find(f"{{*}}{name}") is not None for name in _BULLETS):
                    return numbered
        return None


def unknown_in(slide: etree._Element) -> int:
    """Count the numberings of a slide in formats that aren't written here."""
    return sum(not is_known(each.get("type", "")) for each in slide.iter("{*}buAutoNum"))


def is_known(scheme: str) -> bool:
    """Tell whether numbers in a scheme are written as they are shown."""
    found = _SCHEME.fullmatch(scheme)
    return found is not None and found[1] in _FORMS


def _whole(text: str, otherwise: int) -> int:
    return min(int(text), LARGEST) if re.fullmatch(r"\d{1,9}", text, re.ASCII) else otherwise
