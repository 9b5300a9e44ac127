"""Reading Rich Text Format (RTF 1.9.1, Microsoft 2008)."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from archive.extract.extraction import Extraction
from archive.extract.text.assemble import Lines, assemble, table_labels
from archive.extract.text.characters import clean, rows
from archive.extract.text.titles import may_be_title

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\$"
)
# Groups without text of the document. Groups unknown here are marked as ignorable in the file (\\*).
_NO_TEXT = frozenset(
    b"fonttbl colortbl stylesheet info pict object header footer headerl headerr headerf footerl footerr footerf "
    b"listtable listoverridetable rsidtbl generator themedata colorschememapping latentstyles datastore xmlnstbl "
    b"fldinst annotation atnid atnauthor revtbl filetbl bkmkstart bkmkend".split()
)
# Code pages by the number of \\fcharset.
_CHARSETS = {0: "cp1252", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 204: "cp1251", 238: "cp1250"}
_SIGNS = {
    b"tab": "\t", b"line": " ", b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " ",
}  # fmt: skip
_ESCAPED = {b"~": " ", b"_": "-", b"-": "", b"\\": "\\", b"{": "{", b"}": "}", b"\t": "\t"}
_MAX_DEPTH = 500
_TITLE_DEPTH = 15


@dataclass(frozen=True, slots=True)
class _State:
    """The formatting within a group; ``size`` is in half points."""

    skipped: bool = False
    hidden: bool = False
    encoding: str = "cp1252"
    unicode_skip: int = 1
    centered: bool = False
    size: int = 24
    in_table: bool = False


@dataclass(slots=True)
class _Text:
    lines: Lines = field(default_factory=Lines)
    looks: list[tuple[bool, int]] = field(default_factory=list)
    hidden: int = 0
    pictures: int = 0


def extract(path: Path) -> Extraction:
    """Extract the text of an RTF file as it reads with all revisions accepted."""
    found = _Reader(path.read_bytes()).read()
    told: list[str] = []
    if found.hidden:
        told.append(f"文档中有 {found.hidden} 个字设为隐藏或已删除，没有收入正文，请核对。")
    if found.pictures:
        told.append(f"正文含有 {found.pictures} 幅图片或图形，其中的文字检索不到。")
    labels = table_labels(found.lines.tables)
    return assemble(_find_title(found), found.lines.found, labels=labels, warnings=told)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._text = _Text()
        self._line: list[str] = []
        self._bytes = bytearray()
        self._cells: list[str] = []
        self._table: list[dict[int, str]] = []
        self._fonts: dict[int, str] = {}
        self._default = "cp1252"

    def read(self) -> _Text:
        state, stack = _State(), list[_State]()
        skip = font = 0
        in_fonts = False
        fonts_depth = 0
        star = False
        for word, number, code, sign, brace, text in self._tokens():
            if brace == b"{":
                self._flush(state)
                if len(stack) < _MAX_DEPTH:
                    stack.append(state)
                star = False
            elif brace == b"}":
                self._flush(state)
                if in_fonts and len(stack) <= fonts_depth:
                    in_fonts = False
                state = stack.pop() if stack else state
                star = False
            elif word:
                value = int(number) if number else None
                if word == b"u" and value is not None:
                    self._flush(state)
                    self._put(chr(value % 0x10000), state)
                    skip = state.unicode_skip
                    continue
                if word == b"fonttbl":
                    in_fonts, fonts_depth = True, len(stack)
                elif in_fonts and word == b"f" and value is not None:
                    font = value
                elif in_fonts and word == b"fcharset" and value is not None:
                    self._fonts[font] = _CHARSETS.get(value, self._default)
                if star or word in _NO_TEXT:
                    self._text.pictures += word == b"pict" and not state.skipped
                    state = replace(state, skipped=True)
                state = self._control(word, value, state)
                star, skip = False, 0
            elif code:
                if skip:
                    skip -= 1
                else:
                    self._bytes.append(int(code, 16))
            elif sign:
                star = sign == b"*"
                if sign in _ESCAPED:
                    self._flush(state)
                    self._put(_ESCAPED[sign], state)
            elif text:
                rest, skip = text[skip:], max(0, skip - len(text))
                self._bytes += rest
        self._flush(state)
        self._end_line(state)
        self._end_table()
        return self._text

    def _tokens(self) -> Iterator[tuple[bytes, ...]]:
        return (match.groups() for match in _TOKEN.finditer(self._data))

    def _control(self, word: bytes, value: int | None, state: _State) -> _State:
        self._flush(state)
        on = value != 0
        match word:
            case b"ansicpg" if value is not None:
                self._default = {936: "gb18030", 950: "big5"}.get(value, f"cp{value}")
                return replace(state, encoding=self._known(self._default))
            case b"f" if value is not None:
                return replace(state, encoding=self._known(self._fonts.get(value, self._default)))
            case b"uc" if value is not None:
                return replace(state, unicode_skip=max(0, value))
            case b"v" | b"deleted":
                return replace(state, hidden=on)
            case b"plain":
                return replace(state, hidden=False, size=24)
            case b"fs" if value is not None:
                return replace(state, size=value)
            case b"pard":
                return replace(state, centered=False, in_table=False)
            case b"qc":
                return replace(state, centered=True)
            case b"intbl":
                return replace(state, in_table=True)
            case b"par" | b"sect" | b"page":
                self._end_line(state)
            case b"cell" if not state.skipped:
                self._cells.append(clean("".join(self._line)))
                self._line.clear()
            case b"row" if not state.skipped:
                self._table.append(dict(enumerate(self._cells)))
                self._cells = []
            case _ if word in _SIGNS:
                self._put(_SIGNS[word], state)
        return state

    def _known(self, encoding: str) -> str:
        try:
            return codecs.lookup(encoding).name
        except LookupError:
            return "cp1252"

    def _flush(self, state: _State) -> None:
        if self._bytes:
            self._put(self._bytes.decode(state.encoding, "replace"), state)
            self._bytes.clear()

    def _put(self, text: str, state: _State) -> None:
        if state.skipped:
            return
        if state.hidden:
            self._text.hidden += len(text.strip())
            return
        self._line.append(text)

    def _end_line(self, state: _State) -> None:
        if state.skipped:
            return
        if state.in_table:
            # The end of a paragraph within a cell does not end the cell.
            self._line.append(" ")
            return
        self._end_table()
        # The halves of a surrogate pair arrive separately.
        line = clean("".join(self._line).encode("utf-16", "surrogatepass").decode("utf-16", "replace"))
        self._line.clear()
        if line:
            self._text.lines.add_row(line)
            self._text.looks.append((state.centered, state.size))

    def _end_table(self) -> None:
        if self._cells:
            self._table.append(dict(enumerate(self._cells)))
            self._cells = []
        lines = self._text.lines
        number = len(lines.found) + 1
        for line in rows(self._table):
            lines.add_row(line, number)
        self._text.looks += [(False, 0)] * (len(lines.found) - len(self._text.looks))
        self._table = []


def _find_title(found: _Text) -> str | None:
    """Return the largest of the centered lines near the top."""
    top = [
        (size, -at)
        for at, (centered, size) in enumerate(found.looks[:_TITLE_DEPTH])
        if centered and may_be_title(found.lines.found[at])
    ]
    return found.lines.found[-max(top)[1]] if top else None
