"""Reading Markdown, the format of the sample of laws, without its markup."""

import re
from pathlib import Path

from archive.extract.extraction import Extraction
from archive.extract.text.assemble import Lines, assemble
from archive.extract.text.characters import row
from archive.extract.text.charset import decode

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-+)\s*$")
_RULE = re.compile(r"\s{0,3}([-*_])(?:\s*\1){2,}\s*$")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_LIST_MARK = re.compile(r"\s*(?:>\s*)*(?:[-*+]\s+)?")
_TABLE_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
_IMAGE = re.compile(r"!\[([^\]]*)\]\([^)]*\)")
_LINK = re.compile(r"\[([^\]]+)\]\((?:[^()]|\([^()]*\))*\)")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
# A star beside Latin letters or digits may multiply, so it is emphasis only away from them; an underscore inside a word
# never is.
_EMPHASIS = re.compile(
    r"(?<![A-Za-z0-9*\\])\*(?=[^\s*])([^*]+?)(?<=[^\s\\])\*(?![A-Za-z0-9*])"
    r"|(?<![\w\\])_(?=[^\s_])([^_]+?)(?<=[^\s\\])_(?!\w)"
)
_CODE = re.compile(r"(`+)(.+?)\1")
_ESCAPE = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|<>~])")
_BREAK = re.compile(r"<br\s*/?>", re.IGNORECASE)
_CELL_BAR = re.compile(r"(?<!\\)\|")


def extract(path: Path) -> Extraction:
    """Extract the text of a Markdown file; its first heading of the first level is the title."""
    decoded = decode(path.read_bytes())
    return from_text(decoded.text, decoded.warnings)


def from_text(text: str, warnings: tuple[str, ...] = ()) -> Extraction:
    """Make an Extraction of decoded Markdown."""
    lines = Lines()
    title: str | None = None
    source = _COMMENT.sub("", text).splitlines()
    fenced = False
    for number, line in enumerate(source):
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced:
            lines.add(line)
            continue
        above = source[number - 1].strip() if number else ""
        if _RULE.match(line) or (_UNDERLINE.match(line) and above):
            continue
        if _is_table_row(source, number):
            if not _TABLE_RULE.match(line):
                lines.add_row(row([_plain(cell) for cell in _cells(line)]))
            continue
        heading = _HEADING.match(line)
        if heading:
            content = _plain(heading[2])
            if title is None and heading[1] == "#":
                title = content
            lines.add(content)
            continue
        for part in _BREAK.split(line):
            lines.add(_plain(part[_list_mark(part) :]))
    return assemble(title, lines.found, warnings=warnings)


def _list_mark(line: str) -> int:
    found = _LIST_MARK.match(line)
    return found.end() if found else 0


def _is_table_row(source: list[str], number: int) -> bool:
    """Tell whether a line has bars and belongs to a block with a rule under its first line."""
    if "|" not in source[number]:
        return False
    first = number
    while first > 0 and "|" in source[first - 1]:
        first -= 1
    return first + 1 < len(source) and "|" in source[first + 1] and _TABLE_RULE.match(source[first + 1]) is not None


def _cells(line: str) -> list[str]:
    return _CELL_BAR.split(line.strip().removeprefix("|").removesuffix("|"))


def _plain(text: str) -> str:
    """Remove inline markup, and replace escaped marks with the characters they stand for."""
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _CODE.sub(r"\2", text)
    text = _BOLD.sub(r"\2", text)
    text = _EMPHASIS.sub(lambda found: found[1] or found[2], text)
    return _ESCAPE.sub(r"\1", _TAG.sub("", text))
