"""Applying a Word document's styles and numbering to its paragraphs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from archive.chinese import numerals

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_VAL = f"{W}val"
_COUNTED = {
    "chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting", "taiwaneseCountingThousand",
    "ideographDigital", "japaneseDigitalTenThousand", "taiwaneseDigital", "koreanCounting",
}  # fmt: skip
_STEMS = "甲乙丙丁戊己庚辛壬癸"
_ROMAN = (
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
)
_MAXIMUM_DEPTH = 12
# How many levels a list has (17.9.6).
_LEVELS = 9
# Greater numbers have no Roman numeral.
_ROMAN_LIMIT = 4000


@dataclass(frozen=True, slots=True)
class Look:
    """A paragraph's formatting; ``size`` is the largest type in points, 0 if unknown."""

    style: str = ""
    centered: bool = False
    size: float = 0.0


def on(element: etree._Element | None) -> bool:
    """Tell whether an on/off property is present and on."""
    return element is not None and element.get(_VAL, "1") not in ("0", "false", "off", "none")


class Styles:
    """The styles part of a document, which may be absent."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, etree._Element] = {}
        self._default_size = 0.0
        # The properties of runs that hold for the whole document.
        self.defaults: etree._Element | None = None
        # Whether any style hides what it is given to.
        self.may_hide = False
        self.roots = [] if root is None else [root]
        if root is None:
            return
        self.defaults = root.find(f"{W}docDefaults/{W}rPrDefault/{W}rPr")
        self.may_hide = next(root.iter(f"{W}vanish"), None) is not None
        for style in root.findall(f"{W}style"):
            self._styles[style.get(f"{W}styleId", "")] = style
            if style.get(f"{W}type") == "paragraph" and style.get(f"{W}default") in ("1", "true"):
                self._styles.setdefault("", style)
        self._default_size = _number(self.default("sz")) / 2

    def default(self, name: str) -> etree._Element | None:
        """Return a property of runs that holds for the whole document."""
        return None if self.defaults is None else self.defaults.find(f"{W}{name}")

    def chain(self, identifier: str) -> Iterator[etree._Element]:
        """Yield a style and those that it is based on; "" is the default style of paragraphs."""
        for _ in range(_MAXIMUM_DEPTH):
            style = self._styles.get(identifier)
            if style is None:
                return
            yield style
            based_on = style.find(f"{W}basedOn")
            if based_on is None:
                return
            identifier = based_on.get(_VAL, "")

    def look(self, paragraph: etree._Element) -> Look:
        """Return a paragraph's formatting; its own settings override those of its style."""
        identifier = _style_of(paragraph)
        styles = list(self.chain(identifier))
        name = styles[0].find(f"{W}name") if styles else None
        alignment = paragraph.find(f"{W}pPr/{W}jc")
        sizes = [_number(size) / 2 for size in paragraph.iterfind(f".//{W}r/{W}rPr/{W}sz")]
        for style in styles:
            if alignment is None:
                alignment = style.find(f"{W}pPr/{W}jc")
            if not sizes:
                sizes = [_number(size) / 2 for size in style.iterfind(f"{W}rPr/{W}sz")]
        return Look(
            style=(name.get(_VAL, "") if name is not None else identifier),
            centered=alignment is not None and alignment.get(_VAL) == "center",
            size=max(sizes, default=self._default_size),
        )

    def numbering(self, paragraph: etree._Element) -> tuple[str, int] | None:
        """Return the list and level in which a paragraph is numbered, or None."""
        own = paragraph.find(f"{W}pPr/{W}numPr")
        places = [own] if own is not None else []
        places += [each for style in self.chain(_style_of(paragraph)) for each in style.iterfind(f"{W}pPr/{W}numPr")]
        level, identifier = None, None
        for place in places:
            number, depth = place.find(f"{W}numId"), place.find(f"{W}ilvl")
            if level is None and depth is not None:
                level = int(_number(depth))
            if identifier is None and number is not None:
                identifier = number.get(_VAL)
        return (identifier, level or 0) if identifier not in (None, "0") else None


def _style_of(paragraph: etree._Element) -> str:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    return "" if style is None else style.get(_VAL, "")


def _number(element: etree._Element | None) -> float:
    found = re.match(r"\d{1,6}", element.get(_VAL, "") if element is not None else "")
    return float(found[0]) if found else 0.0


@dataclass(slots=True)
class _Level:
    start: int = 1
    form: str = "decimal"
    text: str = ""


@dataclass(slots=True)
class _List:
    levels: dict[int, _Level] = field(default_factory=dict)
    counts: dict[int, int] = field(default_factory=dict)


class Numbering:
    """A counter of numbered paragraphs, as in Word. Readers see these numbers, but no run contains them."""

    def __init__(self, root: etree._Element | None) -> None:
        self._lists: dict[str, _List] = {}
        if root is None:
            return
        abstract = {each.get(f"{W}abstractNumId", ""): _levels(each) for each in root.findall(f"{W}abstractNum")}
        shared = {key: _List(levels) for key, levels in abstract.items()}
        for number in root.findall(f"{W}num"):
            reference = number.find(f"{W}abstractNumId")
            key = reference.get(_VAL, "") if reference is not None else ""
            levels = abstract.get(key)
            if levels is None:
                continue
            overrides = number.findall(f"{W}lvlOverride")
            found = _List({at: replace(level) for at, level in levels.items()}) if overrides else shared[key]
            for override in overrides:
                start = override.find(f"{W}startOverride")
                depth = int(override.get(f"{W}ilvl", "0") or 0)
                if start is not None and depth in found.levels:
                    found.levels[depth].start = int(_number(start))
            self._lists[number.get(f"{W}numId", "")] = found

    def label(self, identifier: str, depth: int) -> str:
        """Return the next number of a list as printed; "" for a bullet."""
        found = self._lists.get(identifier)
        level = found.levels.get(depth) if found else None
        if found is None or level is None:
            return ""
        found.counts[depth] = found.counts.get(depth, level.start - 1) + 1
        for deeper in [each for each in found.counts if each > depth]:
            del found.counts[deeper]
        if level.form in ("bullet", "none"):
            return "" if level.form == "bullet" or "%" in level.text else level.text

        def counted(match: re.Match[str]) -> str:
            at = int(match[1]) - 1
            other = found.levels.get(at, level)
            return _written(found.counts.get(at, other.start), other.form)

        return re.sub(r"%(\d)", counted, level.text)


def _levels(definition: etree._Element) -> dict[int, _Level]:
    levels: dict[int, _Level] = {}
    for each in definition.findall(f"{W}lvl")[:_LEVELS]:
        start, form, text = (each.find(f"{W}{name}") for name in ("start", "numFmt", "lvlText"))
        levels[int(each.get(f"{W}ilvl", "0") or 0)] = _Level(
            start=int(_number(start)) if start is not None else 1,
            form=form.get(_VAL, "decimal") if form is not None else "decimal",
            text=text.get(_VAL, "") if text is not None else "",
        )
    return levels


def _written(value: int, form: str) -> str:
    if form in _COUNTED and 0 < value < numerals.LIMIT:
        return numerals.chinese(value)
    if form == "ideographTraditional":
        return _STEMS[(value - 1) % 10]
    if form in ("upperLetter", "lowerLetter"):
        letter = chr(ord("a") + (value - 1) % 26)
        return letter.upper() if form == "upperLetter" else letter
    if form in ("upperRoman", "lowerRoman") and value < _ROMAN_LIMIT:
        roman = ""
        for worth, sign in _ROMAN:
            while value >= worth:
                roman, value = roman + sign, value - worth
        return roman.upper() if form == "upperRoman" else roman
    if form.startswith("decimalEnclosedCircle") and 1 <= value <= 20:
        return chr(0x2460 + value - 1)
    if form == "decimalFullWidth":
        return "".join(chr(ord(digit) - ord("0") + 0xFF10) for digit in str(value))
    return str(value)
