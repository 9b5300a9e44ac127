"""Reading Markdown, the format of the sample of laws, without its markup."""

import re
from pathlib import Path

from archive.extract.extraction import Extraction
from archive.extract.text.assemble import Lines, assemble
from archive.extract.text.characters import row
from archive.extract.text.charset import decode
from archive.extract.text.concealed import Concealed

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_END = re.compile(r"\r\n|[\n\r]")
_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*)$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-+)\s*$")
_RULE = re.compile(r"\s{0,3}([-*_])(?:\s*\1){2,}\s*$")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_LIST_MARK = re.compile(r"\s*(?:>\s*)*(?:[-*+]\s+)?")
# Like the other patterns here, it never tries a run of blanks in two ways: a line may be as long as a file.
_TABLE_RULE = re.compile(r"\s*+\|?\s*+:?-{2,}+:?\s*+(?:\|\s*+:?-{2,}+:?\s*+)*+\|?\s*$")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,300}>")
# What a link shows and where it leads are bounded, since each of a line's brackets may begin one.
_IMAGE = re.compile(r"!\[([^\]]{0,500})\]\([^)]{0,2000}\)")
_LINK = re.compile(r"\[([^\]]{1,500})\]\((?:[^()]|\([^()]{0,500}\)){0,2000}\)")
_BOLD = tuple(
    (re.compile(rf"{mark}(?=\S)(.+?)(?<=\S){mark}"), re.compile(rf"(?<=\S){mark}")) for mark in (r"\*\*", "__")
)
# A star beside Latin letters or digits may multiply, so it is emphasis only away from them; an underscore inside a word
# never is.
_EMPHASIS = re.compile(
    r"(?<![A-Za-z0-9*\\])\*(?=[^\s*])([^*]+?)(?<=[^\s\\])\*(?![A-Za-z0-9*])"
    r"|(?<![\w\\])_(?=[^\s_])([^_]+?)(?<=[^\s\\])_(?!\w)"
)
_TICKS = re.compile(r"`+")
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
    concealed = Concealed()
    for comment in _COMMENT.findall(text):
        concealed.add_comment(comment.removeprefix("<!--").removesuffix("-->"))
    title: str | None = None
    # A separator within a line (U+2028) ends no row of a table.
    source = _END.split(_COMMENT.sub("", text))
    fenced = False
    # Where the block of lines with bars begins that a line is in.
    block = 0
    for number, line in enumerate(source):
        block = block if "|" in line else number + 1
        if _FENCE.match(line):
            fenced = not fenced
            continue
        if fenced:
            lines.add(line)
            continue
        above = source[number - 1].strip() if number else ""
        if _RULE.match(line) or (_UNDERLINE.match(line) and above):
            continue
        if "|" in line and _is_table(source, block):
            if not _TABLE_RULE.match(line):
                lines.add_row(row([_plain(cell) for cell in _cells(line)]))
            continue
        heading = _HEADING.match(line)
        if heading:
            content = _plain(heading[2].rstrip().rstrip("#"))
            if title is None and heading[1] == "#":
                title = content
            lines.add(content)
            continue
        for part in _BREAK.split(line):
            lines.add(_plain(part[_list_mark(part) :]))
    return assemble(title, lines.found, warnings=warnings, concealed=concealed.lines)


def _list_mark(line: str) -> int:
    found = _LIST_MARK.match(line)
    return found.end() if found else 0


def _is_table(source: list[str], first: int) -> bool:
    """Tell whether a block of lines with bars has a rule under its first line."""
    return first + 1 < len(source) and "|" in source[first + 1] and _TABLE_RULE.match(source[first + 1]) is not None


def _cells(line: str) -> list[str]:
    return _CELL_BAR.split(line.strip().removeprefix("|").removesuffix("|"))


def _plain(text: str) -> str:
    """Remove inline markup, and replace escaped marks with the characters they stand for."""
    text = _IMAGE.sub(r"\1", text)
    text = _LINK.sub(r"\1", text)
    text = _without_ticks(text)
    for pattern, closing in _BOLD:
        # After the last mark that may close, none can open.
        end = max((found.end() for found in closing.finditer(text)), default=0)
        text = pattern.sub(r"\1", text[:end]) + text[end:]
    text = _EMPHASIS.sub(lambda found: found[1] or found[2], text)
    return _ESCAPE.sub(r"\1", _TAG.sub("", text))


def _without_ticks(text: str) -> str:
    """Remove the ticks around code: a run of them closes the one before it of the same length."""
    runs = [found.span() for found in _TICKS.finditer(text)]
    closing: dict[int, int] = {}
    pairs: dict[int, int] = {}
    for at in reversed(range(len(runs))):
        length = runs[at][1] - runs[at][0]
        if length in closing:
            pairs[at] = closing[length]
        closing[length] = at
    pieces: list[str] = []
    at = end = 0
    while at < len(runs):
        if at in pairs:
            (start, inside), (inner, after) = runs[at], runs[pairs[at]]
            pieces += text[end:start], text[inside:inner]
            at, end = pairs[at], after
        at += 1
    return "".join(pieces) + text[end:]
