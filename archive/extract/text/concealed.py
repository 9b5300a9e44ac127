"""Collecting what a file holds and its readers do not see. The reviewer is told: an original is published with it."""

import re
from enum import StrEnum

from archive.extract.text.characters import clean

# From this value on, each of red, green and blue is as good as white.
WHITISH = 0xF7
# Type of a Word document up to this many half points is too small to see.
TINY = 4
_MOST = 300
_LONGEST = 200
# How many characters of the text before tell where something is.
_NEAR = 15
# A comment in a source that says something has a Han character or a long number; one that marks a place does not.
_SAYS = re.compile(r"[\u4e00-\u9fff]|\d{6}")
_MARKS = re.compile(r"\[if\b|.{0,12}(?:开始|结束|begin|end|start)$", re.IGNORECASE)


class Unseen(StrEnum):
    """Why readers do not see a text, as the reviewer is told."""

    HIDDEN = "隐藏文字"
    GROUND = "与底色相同的文字"
    TINY = "小到看不见的文字"
    INVISIBLE = "不显示的文字"
    OUTSIDE = "页面以外的文字"
    CLIPPED = "裁剪掉的文字"
    COVERED = "被遮盖的文字"
    LAYER = "关闭的图层中的文字"
    MERGED = "合并单元格盖住的文字"
    DELETED = "修订中删除"
    # It is seen, and stays in the text, but is not meant to hold.
    STRUCK = "带删除线的文字（仍在正文中）"
    ROW = "（隐藏行）"
    COLUMN = "（隐藏列）"


def comments_told(what: str, count: int) -> str:
    """Say how many comments ``what`` (文档中, 表中) has, which are listed and no text."""
    return f"{what}有 {count} 条批注，没有收入正文；公开前请删除批注。"


def hidden_told(count: int) -> str:
    """Say that so many characters of a document are set as hidden."""
    return f"文档中有 {count} 个字设为隐藏，没有收入正文，请核对。"


def doubtful_told(count: int, what: str = "文档中") -> str:
    """Say that so many characters in ``what`` (文档中, 网页中) are white on a ground that is in doubt."""
    return f"{what}有 {count} 个白色的字，底色不能确定，仍收入正文，请与原件核对。"


def revisions_told(count: int) -> str:
    """Say that a document has so many revisions, which are read as accepted."""
    return f"文档中有 {count} 处修订痕迹，正文按接受全部修订后的文字收入，请核对是否定稿。"


class Concealed:
    """A list of lines such as ``批注（张三）：…``, each once, which ends after some hundreds and then counts the rest.

    ``characters`` counts the characters of all text that was added. In a format without pages ``near`` is the text that
    is seen before the place that is being read, "" at the beginning; None where that says nothing.
    """

    def __init__(self) -> None:
        self._lines: dict[str, None] = {}
        self._more = 0
        self.characters = 0
        self.near: str | None = None

    def add(self, kind: str, text: str) -> None:
        """Add a text and what it is; one without a letter or a digit is left out."""
        text = clean(text)
        if not any(map(str.isalnum, text)):
            return
        self.characters += len(text)
        line, where = f"{kind}：{text}", self._where()
        room = _LONGEST - len(where)
        line = f"{line[: room - 1]}…{where}" if len(line) > room else f"{line}{where}"
        if len(self._lines) < _MOST:
            self._lines[line] = None
        else:
            self._more += line not in self._lines

    def _where(self) -> str:
        if self.near is None:
            return ""
        end = clean(self.near)[-_NEAR:]
        return f"（在“{end}”之后）" if end else "（在开头）"

    def add_comment(self, text: str) -> None:
        """Add a comment in the source of a web page or of Markdown, if it says something."""
        text = clean(text)
        if _SAYS.search(text) and not _MARKS.match(text):
            self.add("源代码中的注释", text)

    @property
    def lines(self) -> tuple[str, ...]:
        more = (f"另有 {self._more} 处看不见的内容没有列出，请用办公软件查看原件。",) if self._more else ()
        return (*self._lines, *more)
