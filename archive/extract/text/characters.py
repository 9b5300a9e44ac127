"""The characters of a line: the author's own, without those that can't be seen."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

# Letters of the scripts that are written without spaces: Han, its symbols and wide forms, kana.
HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WIDE = rf"{HAN}\u3001-\u303f\u2014\u2018-\u201d\u2026\uff00-\uffef"

_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\x85]+")
# Controls, soft hyphen, zero-width and direction marks, variation selectors, noncharacters, surrogates.
_UNSEEN = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff\ud800-\udfff\U000e0000-\U000e0fff]+"
)
_HAN_LETTER = re.compile(f"[{HAN}]")
_WRAPPED = re.compile(rf"(?<=[{_WIDE}])[ \t]*\r?\n[ \t]*(?=[{_WIDE}])")


def clean(text: str) -> str:
    """A line without invisible characters, in NFC, runs of blanks as one space; the rest is as the author wrote it.

    >>> clean(" \u3000第一条\u00a0\u3000为了\u200b规范，\ufeff制定本办法。 ")
    '第一条 为了规范，制定本办法。'
    """
    if text.isascii() and text.isprintable() and "  " not in text:
        return text.strip()
    return unicodedata.normalize("NFC", _UNSEEN.sub("", _BLANKS.sub(" ", text))).strip()


def row(cells: Sequence[str]) -> str:
    """A table row as one line, a tab between its cells; "" when all of them are empty."""
    line = "\t".join(map(clean, cells))
    return line if line.strip("\t") else ""


def rows(cells: Sequence[Mapping[int, str]]) -> Iterator[str]:
    """The rows of a table as lines, each with the text of all columns; a row's texts are given by their columns.

    A merged cell is given only where it begins. Columns without any text are left out, and a row without is "".

    >>> list(rows([{0: "行政复议", 5: "行政诉讼"}, {0: "维持", 1: "纠正", 5: "维持"}]))
    ['行政复议\\t\\t行政诉讼', '维持\\t纠正\\t维持']
    """
    cleaned = [{column: clean(text) for column, text in each.items()} for each in cells]
    columns = sorted({column for each in cleaned for column, text in each.items() if text})
    # One by one: a table of a few kilobytes can be as wide as it is long, and its reader counts what it is given.
    return (row([each.get(column, "") for column in columns]) for each in cleaned)


def unwrap(text: str) -> str:
    """Line breaks of the source between Han characters are taken out: there they are no space."""
    return _WRAPPED.sub("", text)


def squeezed(text: str) -> str:
    """Without any blanks: for comparing what may be spaced differently."""
    return _BLANKS.sub("", text)


def han_count(text: str) -> int:
    """How many Han characters there are."""
    return len(_HAN_LETTER.findall(text))


def joined(first: str, second: str) -> str:
    """Two halves of a broken line; a space goes between them only where both sides are Latin letters or digits."""
    if first and second and first[-1].isascii() and second[0].isascii() and first[-1].isalnum() and second[0].isalnum():
        return f"{first} {second}"
    return first + second
