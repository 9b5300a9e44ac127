"""Numbering the items of lists as a browser shows them (HTML 4.4.5 to 4.4.8, CSS Counter Styles 3)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from archive.extract.text.numberforms import LARGEST, written
from archive.extract.webpage.lines import text_of
from archive.extract.webpage.sheets import Sheet

_LISTS = ("ol", "ul", "menu", "dir")
# By the name of a style: the format, and what follows the number.
_STYLES = {
    "decimal": ("decimal", ". "),
    "decimal-leading-zero": ("decimalZero", ". "),
    **dict.fromkeys(("lower-alpha", "lower-latin"), ("lowerAlphabet", ". ")),
    **dict.fromkeys(("upper-alpha", "upper-latin"), ("upperAlphabet", ". ")),
    "lower-roman": ("lowerRoman", ". "),
    "upper-roman": ("upperRoman", ". "),
    "simp-chinese-informal": ("chineseCountingThousand", "、"),
    **dict.fromkeys(("trad-chinese-informal", "cjk-ideographic"), ("taiwaneseCountingThousand", "、")),
    "simp-chinese-formal": ("chineseLegalSimplified", "、"),
    "trad-chinese-formal": ("ideographLegalTraditional", "、"),
    "cjk-decimal": ("ideographDigital", "、"),
    "cjk-heavenly-stem": ("ideographTraditional", "、"),
    "cjk-earthly-branch": ("ideographZodiac", "、"),
}
_TYPES = {"1": "decimal", "a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
_BULLETS = re.compile(r"none|disc|circle|square|disclosure-(?:open|closed)")
# Styles that are no bullets and not written here; a name unknown to a browser is no style to it either.
_OTHER = re.compile(
    r"hiragana|katakana|hebrew|georgian|armenian|arabic-indic|bengali|cambodian|devanagari|ethiopic-numeric|gujarati|"
    r"gurmukhi|kannada|khmer|lao|lower-armenian|lower-greek|malayalam|mongolian|myanmar|oriya|persian|tamil|telugu|thai|"
    r"tibetan|upper-armenian|(?:japanese|korean)-[\w-]+|(?:hiragana|katakana)-iroha"
)
# The numbers that UEditor gives its lists by classes and little pictures: what stands around the number.
_EDITOR = re.compile(r"custom_(cn|num)([12]?)")
_EDITOR_FORMS = {"cn": "chineseCountingThousand", "num": "decimal"}
_EDITOR_AROUND = {"": ("", "、"), "1": ("", "）"), "2": ("（", "）")}
_EDITOR_ITEM = re.compile(r"list-(?:cn|num)-[123]-(\d{1,4})")
_NUMBERED = re.compile(r"\s*[（(]?[\d一二三四五六七八九十]{1,4}\s*[、.．)）]|\s*[①-⑳]")
_WHOLE = re.compile(r"\s*([+-]?\d{1,6})")


@dataclass(slots=True)
class Numbers:
    """The numbers of items as shown; ``guessed`` are those that a style sheet elsewhere may show otherwise.

    ``unknown`` are those in a format that isn't written here.
    """

    labels: dict[etree._Element, str] = field(default_factory=dict)
    guessed: int = 0
    unknown: int = 0

    def told(self) -> list[str]:
        """Return what a reviewer should know of the numbers."""
        told = []
        if self.guessed:
            told.append(
                f"网页中有 {self.guessed} 个列表编号按浏览器的默认样式写出，外部样式表可能另有规定，请在浏览器中核对。"
            )
        if self.unknown:
            told.append(f"网页中有 {self.unknown} 个列表编号的格式不认识，以阿拉伯数字写出，请在浏览器中核对。")
        return told


@dataclass(slots=True)
class _List:
    next: int
    step: int
    style: str | None
    editor: re.Match[str] | None


def numbers_of(content: etree._Element, sheet: Sheet) -> Numbers:
    """Number the items of the lists below an element."""
    found = Numbers()
    lists: dict[etree._Element, _List] = {}
    for item in content.iter("li"):
        owner = next(item.iterancestors(*_LISTS), None)
        if owner is None:
            continue
        if owner not in lists:
            lists[owner] = _begun(owner, sheet)
        of = lists[owner]
        own = _whole(item.get("value"))
        number = of.next if own is None else own
        of.next = number + of.step
        declared = _style(sheet.declared(item))
        style = declared or _TYPES.get(item.get("type", "")) or of.style
        if of.editor and not declared:
            found.labels[item] = _as_editor(of.editor, item, number)
        elif style is None and owner.tag != "ol" or style and _BULLETS.fullmatch(style):
            continue
        elif style and _OTHER.fullmatch(style):
            found.labels[item] = f"{number}."
            found.unknown += 1
        elif style is None and not sheet.is_whole and _NUMBERED.match(text_of(item)):
            # A number typed before the text: the style sheet elsewhere will show no other.
            continue
        else:
            form, after = _STYLES.get(style or "decimal", _STYLES["decimal"])
            found.labels[item] = f"{written(number, form)}{after}".strip()
            found.guessed += style is None and not sheet.is_whole
    return found


def _begun(owner: etree._Element, sheet: Sheet) -> _List:
    start, backwards = _whole(owner.get("start")), owner.tag == "ol" and "reversed" in owner.attrib
    if start is None:
        start = sum(1 for _ in owner.iterchildren("li")) if backwards else 1
    style = _style(sheet.declared(owner)) or _TYPES.get(owner.get("type", ""))
    return _List(start, -1 if backwards else 1, style, _EDITOR.search(owner.get("class", "")))


def _style(declared: Mapping[str, str]) -> str | None:
    """Return the style of a list that is declared, None for none that is known."""
    for name in ("list-style-type", "list-style"):
        for value in declared.get(name, "").split():
            if value in _STYLES or _BULLETS.fullmatch(value) or _OTHER.fullmatch(value):
                return value
    return None


def _as_editor(editor: re.Match[str], item: etree._Element, number: int) -> str:
    shown = _EDITOR_ITEM.search(item.get("class", ""))
    before, after = _EDITOR_AROUND[editor[2]]
    return f"{before}{written(int(shown[1]) if shown else number, _EDITOR_FORMS[editor[1]])}{after}"


def _whole(text: str | None) -> int | None:
    found = _WHOLE.match(text or "")
    return max(-LARGEST, min(int(found[1]), LARGEST)) if found else None
