"""Reading list styles: what numbers they give to the items of each level (OpenDocument part 3, 16.30 to 16.36)."""

import re
from collections.abc import Mapping

from lxml import etree

from archive.extract.opendocument.package import attribute, count, local
from archive.extract.text.numberforms import LARGEST, by_example
from archive.extract.text.numbering import LEVELS, Level

_FORMS = {"1": "decimal", "a": "lowerLetter", "A": "upperLetter", "i": "lowerRoman", "I": "upperRoman", "": "none"}
# Other formats are named by their first items, as in "一, 二, 三, ...".
_BY_EXAMPLE = {
    **{"一": "chineseCountingThousand", "壹": "chineseLegalSimplified", "甲": "ideographTraditional"},
    **{
        "子": "ideographZodiac",
        "①": "decimalEnclosedCircle",
        "１": "decimalFullWidth",
        "㈠": "ideographEnclosedCircle",
    },
    **{"⑴": "decimalEnclosedParen", "⒈": "decimalEnclosedFullstop"},
}
# Both have the same first item.
_TRADITIONAL = re.compile(r"壹\s*,\s*貳")
_PLACE = re.compile(r"%(\d{1,2})%")


def levels(style: etree._Element | None) -> Mapping[int, Level]:
    """Return the levels of a list style by their depths."""
    found: dict[int, Level] = {}
    for each in () if style is None else style:
        depth = count(each, "level") - 1
        if local(each).startswith(("list-level-style-", "outline-level-style")) and depth < LEVELS:
            found[depth] = _level(each, depth)
    return found


def _level(element: etree._Element, depth: int) -> Level:
    if local(element) in ("list-level-style-bullet", "list-level-style-image"):
        return Level(form="bullet", text=(attribute(element, "bullet-char"),))
    start = min(int(value), LARGEST) if re.fullmatch(r"\d{1,9}", value := attribute(element, "start-value")) else 1
    return Level(start=start, form=_form(element), text=_pieces(element, depth))


def _form(element: etree._Element) -> str:
    # LibreOffice writes formats that the standard lacks under the same name in a namespace of its own.
    stated = [str(value) for key, value in element.attrib.items() if str(key).endswith("}num-format")]
    form = next((each for each in stated if each), "")
    if form in _FORMS:
        return _FORMS[form]
    if _TRADITIONAL.match(form):
        return "ideographLegalTraditional"
    return _BY_EXAMPLE.get(form.partition(",")[0].strip()) or by_example(form)


def _pieces(element: etree._Element, depth: int) -> tuple[str | int, ...]:
    """Return what a number is printed of: words, and the depths of the levels whose numbers it shows."""
    if written := attribute(element, "num-list-format"):
        parts = _PLACE.split(written)
        return tuple(int(part) - 1 if at % 2 else part for at, part in enumerate(parts) if part)
    shown = min(count(element, "display-levels"), depth + 1)
    pieces: list[str | int] = [attribute(element, "num-prefix")]
    for each in range(depth - shown + 1, depth + 1):
        pieces += [each] if each == depth else [each, "."]
    return tuple(each for each in (*pieces, attribute(element, "num-suffix")) if each != "")
