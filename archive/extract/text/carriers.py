"""Writing what a document shows without letters of its own: fields, ticked boxes, symbols; and telling what it can't.

The same for every format of Word: the instructions of fields are (ECMA-376 part 1, 17.16.5).
"""

import re
from dataclasses import dataclass

from archive.extract.text.equationfields import equation, is_equation
from archive.extract.text.formulas import formulas_told
from archive.extract.text.symbols import OPEN, TICKED, symbol, symbols, unread_boxes_told, unread_symbols_told

_SYMBOL = re.compile(
    r'\s*symbol\s+(0x[0-9a-f]{1,6}|\d{1,7})\b(?:.*?\\f\s*(?:"([^"]*)"|(\S+)))?', re.IGNORECASE | re.DOTALL
)
_LIST = re.compile(r"\s*formdropdown\b", re.IGNORECASE)
_BOX = re.compile(r"\s*formcheckbox\b", re.IGNORECASE)


@dataclass(slots=True)
class Carriers:
    """Counts of what stands in the text otherwise than on the page, or is missing in it."""

    formulas: int = 0
    symbols: int = 0
    boxes: int = 0
    lists: int = 0
    struck: int = 0
    unwritten: int = 0
    objects: int = 0

    def field(self, instruction: str, ticked: bool | None = None, chosen: str | None = None) -> str:
        """Return what a field without a result shows; "" if it isn't a formula, a symbol, a box or a list.

        ``ticked`` is the state of a box and ``chosen`` the entry of a list, None where they are not known.
        """
        if is_equation(instruction):
            written, odd = equation(instruction)
            self.formulas += odd > 0
            return written
        if found := _SYMBOL.match(instruction):
            return self.symbol(found[2] or found[3] or "", int(found[1], 0))
        if _BOX.match(instruction):
            self.boxes += ticked is None
            return TICKED if ticked else OPEN
        if _LIST.match(instruction):
            self.lists += chosen is None
            return chosen or ""
        return ""

    def symbol(self, font: str, code: int) -> str:
        """Return the character for a code of a font, and count it if it is not known."""
        shown = symbol(font, code)
        self.symbols += not shown
        return shown

    def written_in(self, font: str, text: str) -> str:
        """Return text in a symbol font as it is shown, and count what is not known."""
        shown, unknown = symbols(font, text)
        self.symbols += unknown
        return shown

    def strike(self, text: str) -> None:
        """Count letters and digits that are struck through; signs alone say nothing."""
        self.struck += sum(map(str.isalnum, text))

    def told(self) -> list[str]:
        """Return what a reviewer should know."""
        counted = (
            (self.formulas, formulas_told),
            (self.unwritten, unwritten_told),
            (self.symbols, unread_symbols_told),
            (self.boxes, unread_boxes_told),
            (self.lists, lists_told),
            (self.struck, struck_told),
            (self.objects, objects_told),
        )
        return [sentence(count) for count, sentence in counted if count]


def unwritten_told(count: int) -> str:
    """Return what a reviewer should know of formulas that can't be read."""
    return f"正文有 {count} 处公式没有读出，正文缺这些公式，请与原件核对。"


def lists_told(count: int) -> str:
    """Return what a reviewer should know of lists in a form of which it is not known what is chosen."""
    return f"文档中有 {count} 处下拉列表没有读出所选的内容，正文缺这些内容，请与原件核对。"


def objects_told(count: int) -> str:
    """Return what a reviewer should know of documents of other programs within one."""
    return f"正文含有 {count} 个嵌入对象（如电子表格），其中的文字检索不到。"


def struck_told(count: int) -> str:
    """Return what a reviewer should know of text that is struck through."""
    return f"正文有 {count} 个字带删除线，仍收入正文，请核对是否应当删去。"
