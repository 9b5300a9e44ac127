"""Cleaning lines of invisible characters, and joining them into rows and paragraphs."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence

from archive.chinese.private import recoded
from archive.errors import ExtractionFailed
from archive.extract.limits import CHARACTERS
from archive.plain import UNSEEN

# Han characters, and with symbols and wide forms all that is written without spaces.
HAN = r"\u3005\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
_WIDE = rf"{HAN}\u3001-\u303f\u2014\u2018-\u201d\u2026\uff00-\uffef"

# All but what neither cleaning nor normalisation changes: single spaces, what can be seen of ASCII, ordinary Chinese
# characters, punctuation and wide forms.
_UNUSUAL = re.compile("[^ -~\u00b7\u2014\u2018-\u201d\u2026\u3001-\u3029\u4e00-\u9fff\uff01-\uff5e]|  ")
_BLANKS = re.compile(r"[ \t\r\n\f\v\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\x85]+")
_ENDS = re.compile("\r\n|[\n\r\v\f\x85\u2028\u2029]")
# Where marks may be stacked on a letter: runs without Latin letters, CJK, Korean and wide characters.
_MAY_STACK = re.compile("[^\x00-\u02ff\u2000-\u20cf\u3400-\u9fff\uac00-\ud7a3\uff00-\uffef]{31,}")
# The most marks on one letter, as in the Stream-Safe Text Format (Unicode Standard Annex 15, section 13).
_MARKS = 30
_HAN_LETTER = re.compile(f"[{HAN}]")
_WRAPPED = re.compile(rf"(?<=[{_WIDE}])[ \t]*\r?\n[ \t]*(?=[{_WIDE}])")


def clean(text: str) -> str:
    """Remove invisible characters, reduce runs of blanks to one space, and put the line in NFC; change nothing else.

    Characters that were private once get the codes that they have now.

    Of the marks stacked on one letter only the first thirty stay: no language has more, and putting a long stack in
    order takes time with the square of its height.

    >>> clean(" \u3000第一条\u00a0\u3000为了\u200b规范，\ufeff制定本办法。 ")
    '第一条 为了规范，制定本办法。'
    """
    if not _UNUSUAL.search(text):
        return text.strip()
    seen = UNSEEN.sub("", _BLANKS.sub(" ", recoded(text)))
    return unicodedata.normalize("NFC", _MAY_STACK.sub(_without_towers, seen)).strip()


def lines_of(text: str) -> list[str]:
    """Return the lines of a text, at least one; a line separator (U+2028) ends a line, too.

    >>> lines_of("甲\u2028乙\r\n丙"), lines_of("")
    (['甲', '乙', '丙'], [''])
    """
    return _ENDS.split(text)


def _without_towers(run: re.Match[str]) -> str:
    kept: list[str] = []
    height = 0
    for character in run[0]:
        height = height + 1 if unicodedata.combining(character) else 0
        if height <= _MARKS:
            kept.append(character)
    return "".join(kept)


def row(cells: Sequence[str]) -> str:
    """Join the cells of a table row by tabs; "" if all of them are empty."""
    line = "\t".join(map(clean, cells))
    return line if line.strip("\t") else ""


def rows(cells: Sequence[Mapping[int, str]]) -> Iterator[str]:
    """Yield the rows of a table as lines with a cell for every column; each row maps columns to texts.

    A merged cell is given only where it begins. Columns without any text are left out, and a row without text is "".
    Raises ExtractionFailed if they would fill more than any document has.

    >>> list(rows([{0: "行政复议", 5: "行政诉讼"}, {0: "维持", 1: "纠正", 5: "维持"}]))
    ['行政复议\\t\\t行政诉讼', '维持\\t纠正\\t维持']
    """
    return set_in(*tabulated(cells))


def tabulated(cells: Iterable[Mapping[int, str]]) -> tuple[list[dict[int, str]], list[int]]:
    """Return clean cells without the empty ones, and the columns that have any text."""
    cleaned = [{column: text for column, raw in each.items() if (text := clean(raw))} for each in cells]
    return cleaned, sorted({column for each in cleaned for column in each})


def set_in(cleaned: Sequence[Mapping[int, str]], columns: Sequence[int]) -> Iterator[str]:
    """Yield clean rows with a cell for each of the columns; see ``rows``."""
    # A table of a few kilobytes can be as wide as it is long.
    if len(columns) * sum(map(bool, cleaned)) > CHARACTERS:
        raise ExtractionFailed(
            f"表格达 {len(cleaned):,} 行 {len(columns):,} 列，无法读取。请删除表格以外的零星内容，或拆分后再提交。"
        )
    # Lazily: the caller stops when there is too much.
    return ("\t".join([each.get(column, "") for column in columns]) if each else "" for each in cleaned)


def unwrap(text: str) -> str:
    """Remove line breaks of the source between Han characters, where they do not mean a space."""
    return _WRAPPED.sub("", text)


def squeezed(text: str) -> str:
    """Remove all blanks, to compare texts that may be spaced differently."""
    return "".join(text.split())


def han_count(text: str) -> int:
    """Count the Han characters."""
    return len(_HAN_LETTER.findall(text))


def joined(*parts: str) -> str:
    """Join the parts of a broken line, with a space only between Latin letters or digits."""
    pieces: list[str] = []
    last = ""
    for part in filter(None, parts):
        if last.isascii() and last.isalnum() and part[0].isascii() and part[0].isalnum():
            pieces.append(" ")
        pieces.append(part)
        last = part[-1]
    return "".join(pieces)
