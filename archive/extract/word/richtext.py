"""Reading Rich Text Format (RTF 1.9.1, Microsoft 2008)."""

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from archive.extract.extraction import Extraction
from archive.extract.text.assemble import Lines, assemble, table_labels
from archive.extract.text.carriers import Carriers
from archive.extract.text.characters import clean, lines_of
from archive.extract.text.concealed import TINY, WHITISH, Concealed, Unseen, comments_told, doubtful_told
from archive.extract.text.numbering import labelled, unknown_told, unread_told
from archive.extract.text.scripts import Lowered, Raised, in_line, moved
from archive.extract.text.tables import nested_told
from archive.extract.text.titles import Look, find_title
from archive.extract.word.celltable import CellTable, Edged
from archive.extract.word.margins import margin_lines
from archive.extract.word.richlists import Items
from archive.extract.word.richstyles import Shading, colours, hidden_styles, styled_fonts, symbol_fonts

_TOKEN = re.compile(
    rb"\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\'([0-9a-fA-F]{2})|\\([^a-zA-Z'])|([{}])|([^\\{}\r\n]+)|[\r\n]+|\\$"
)
# Groups without text of the document. Groups unknown here are marked as ignorable in the file (\\*).
_NO_TEXT = frozenset(
    b"fonttbl colortbl stylesheet info pict object "
    b"listtable listoverridetable rsidtbl generator themedata colorschememapping latentstyles datastore xmlnstbl "
    b"atnid revtbl filetbl bkmkstart bkmkend".split()
)
# Code pages by the number of \\fcharset.
_CHARSETS = {0: "cp1252", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "big5", 204: "cp1251", 238: "cp1250"}
_SIGNS = {
    b"tab": "\t", b"line": "\n", b"emdash": "—", b"endash": "–", b"bullet": "•", b"lquote": "‘", b"rquote": "’",
    b"ldblquote": "“", b"rdblquote": "”", b"emspace": " ", b"enspace": " ",
    # Cells of a table within a cell stand one after the other.
    b"nestcell": " ",
}  # fmt: skip
_ESCAPED = {b"~": " ", b"_": "-", b"-": "", b"\\": "\\", b"{": "{", b"}": "}", b"\t": "\t"}
_COMMENT, _AUTHOR, _MARGIN, _INSTRUCTION = b"annotation", b"atnauthor", b"margin", b"fldinst"
_NOTE, _ENTRY = b"footnote", b"ffl"
# Those whose paragraphs stand in the text, after all others.
_BEHIND = (_NOTE, _MARGIN)
# What is known of a box in a form: its kind, its state, and the one that it was designed with.
_FORM = frozenset((b"fftype", b"ffres", b"ffdefres"))
_CHECKBOX, _LIST, _AS_DESIGNED = 1, 2, 25
_SHIFTS: dict[bytes, type[str]] = {b"super": Raised, b"sub": Lowered, b"nosupersub": str}
# Groups of text that does not stand where it is written.
_ASIDES = {each: each for each in (_COMMENT, _AUTHOR, _INSTRUCTION, _NOTE, _ENTRY)} | dict.fromkeys(
    b"header footer headerl headerr headerf footerl footerr footerf".split(), _MARGIN
)
# Lines up to this exact height, in twentieths of a point, show nothing of their letters.
_LOW_LINE = 40
# A picture or shape that white text may stand on.
_DRAWING = re.compile(rb"\\(?:shp|do|background)\b")
# What the control words of a shading say, without what they are about.
_OF_SHADING = {b"cbpat": "back", b"cfpat": "fore", b"shdng": "share", b"shading": "share"}
# The instruction of a field that counts.
_COUNTING_FIELD = re.compile(rb"\\fldinst\b[^}]{0,400}?[ {}\r\n](?:LISTNUM|AUTONUM)")
# What the control words of a merged cell say of it.
_MERGING = {b"clvmgf": "begins", b"clvmrg": "down", b"clmrg": "across"}
_OF_ROWS = frozenset(b"trowd trleft trhdr clvmgf clvmrg clmrg clcbpat clcfpat clshdng cellx".split())
# More cells than any row has; Word allows 63.
_MOST_CELLS = 1000
_MAX_DEPTH = 500


@dataclass(frozen=True, slots=True)
class _State:
    """The formatting within a group; ``size`` is in half points, ``line`` what ``\\sl`` says.

    Colours are numbers in the table of colours, 0 for the automatic one. ``ground`` is that of the letters. ``aside``
    names the group of a comment or of its author.
    """

    skipped: bool = False
    aside: bytes = b""
    hidden: bool = False
    deleted: bool = False
    struck: bool = False
    shift: type[str] = str
    # The symbol font of the letters, "" for another.
    symbols: str = ""
    colour: int = 0
    ground: Shading = Shading()
    paragraph_ground: Shading = Shading()
    line: int = 0
    encoding: str = "cp1252"
    unicode_skip: int = 1
    centered: bool = False
    size: int = 24
    # The kind of characters that what is said of an associated font is about.
    script: bytes = b""
    in_table: bool = False
    # The list of the paragraph, 0 for none, and its level there; and whether this is the number that the file kept.
    numbering: int = 0
    depth: int = 0
    kept_number: bool = False


@dataclass(slots=True)
class _Text:
    lines: Lines = field(default_factory=Lines)
    looks: list[Look | None] = field(default_factory=list)
    concealed: Concealed = field(default_factory=Concealed)
    hidden: int = 0
    doubtful: int = 0
    comments: int = 0
    pictures: int = 0
    unknown_numbers: int = 0
    unread_numbers: int = 0
    nested: int = 0
    carriers: Carriers = field(default_factory=Carriers)
    of_tables: Sequence[str] = ()


def extract(path: Path) -> Extraction:
    """Extract the text of an RTF file as it reads with all revisions accepted."""
    found = _Reader(path.read_bytes()).read()
    told: list[str] = []
    if found.hidden:
        told.append(f"文档中有 {found.hidden} 个字设为隐藏或已删除，没有收入正文，请核对。")
    if found.doubtful:
        told.append(doubtful_told(found.doubtful))
    if found.comments:
        told.append(comments_told("文档中", found.comments))
    if found.pictures:
        told.append(f"正文含有 {found.pictures} 幅图片或图形，其中的文字检索不到。")
    if found.nested > 1:
        told.append(nested_told(found.nested))
    if found.unread_numbers:
        told.append(unread_told(found.unread_numbers))
    if found.unknown_numbers:
        told.append(unknown_told(found.unknown_numbers))
    told += [*found.carriers.told(), *found.of_tables]
    lines, concealed = found.lines, found.concealed.lines
    title, labels = find_title(lines.found, found.looks), table_labels(lines.tables)
    return assemble(title, lines.found, labels=labels, rows=lines.rows, warnings=told, concealed=concealed)


class _Reader:
    def __init__(self, data: bytes) -> None:
        self._data = data
        self._text = _Text()
        self._line: list[str] = []
        # Where in the line its last paragraph begins, and the number that the file kept of it.
        self._begun = 0
        # The largest type in the line, in half points.
        self._largest = 0
        self._kept: list[str] = []
        self._is_numbered = False
        self._bytes = bytearray()
        self._cells: list[str] = []
        self._table = CellTable(self._text.concealed)
        # What the last row definition says of each cell, and of the one that is being defined.
        self._edges: list[Edged] = []
        self._defined = Edged(0)
        self._is_head = False
        self._left = 0
        self._fonts: dict[int, str] = {}
        self._default = "cp1252"
        self._items: Items | None = None
        self._unseen: dict[Unseen, list[str]] = {}
        self._text.concealed.near = ""
        # The text of the comment that is being read, of its author's name, of all notes, and of headers and footers.
        self._asides: dict[bytes, list[str]] = {each: [] for each in _ASIDES.values()}
        # The grounds of the cells of the row that is being read, and of the one that is being defined.
        self._grounds: list[Shading] = []
        self._cell = Shading()
        self._colours = colours(data)
        self._hidden_styles = hidden_styles(data)
        self._symbol_fonts = symbol_fonts(data)
        self._styled_fonts = styled_fonts(data) if self._symbol_fonts else {}
        # For each open field the depth of its group and what it shows without a result; and the form's in its data.
        self._fields: list[tuple[int, str]] = []
        self._form: dict[bytes, int] = {}
        self._entries: list[str] = []
        self._has_drawings = _DRAWING.search(data) is not None

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
                inner, state = state, stack.pop() if stack else state
                if inner.aside == _COMMENT != state.aside:
                    self._end_comment()
                if inner.aside == _ENTRY != state.aside:
                    self._entries.append(_whole("".join(self._asides[_ENTRY])))
                    self._asides[_ENTRY].clear()
                if inner.aside == _INSTRUCTION != state.aside:
                    self._end_instruction(state)
                while self._fields and len(stack) < self._fields[-1][0]:
                    self._put(self._fields.pop()[1], state)
                if inner.aside in _BEHIND and inner.aside != state.aside:
                    self._asides[inner.aside].append("\n")
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
                if word == b"field" and not state.skipped and state.aside != _INSTRUCTION:
                    self._fields.append((len(stack), ""))
                self._text.carriers.unwritten += word == b"moMath"
                if word == _ENTRY and state.aside == _INSTRUCTION:
                    # It stands within the data of the form, which are skipped.
                    state = replace(state, aside=_ENTRY, skipped=False)
                elif word in _ASIDES and not state.skipped:
                    state = replace(state, aside=_ASIDES[word])
                elif word == b"listtext":
                    state = replace(state, kept_number=True)
                elif star or word in _NO_TEXT:
                    self._text.pictures += word == b"pict" and not state.skipped
                    self._text.carriers.objects += word == b"object" and not state.skipped
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
        self._end_line(state if self._line else replace(state, numbering=0))
        self._end_table()
        self._add_asides()
        self._text.of_tables = self._table.told
        self._text.unread_numbers = sum(1 for _ in _COUNTING_FIELD.finditer(self._data))
        self._text.unknown_numbers = self._items.unknown if self._items else 0
        return self._text

    def _tokens(self) -> Iterator[tuple[bytes, ...]]:
        return (match.groups() for match in _TOKEN.finditer(self._data))

    def _control(self, word: bytes, value: int | None, state: _State) -> _State:
        self._flush(state)
        on = value != 0
        if state.skipped and word in _OF_ROWS:
            # Those of a table within a cell.
            return state
        match word:
            case b"ansicpg" if value is not None:
                self._default = {936: "gb18030", 950: "big5"}.get(value, f"cp{value}")
                return replace(state, encoding=self._known(self._default))
            case b"f" if value is not None:
                name = self._symbol_fonts.get(value, "")
                encoding = "latin-1" if name else self._known(self._fonts.get(value, self._default))
                return replace(state, encoding=encoding, symbols=name)
            case b"uc" if value is not None:
                return replace(state, unicode_skip=max(0, value))
            case b"v":
                return replace(state, hidden=on)
            case b"s" | b"cs":
                hidden = state.hidden or (word, value) in self._hidden_styles
                symbols = self._symbol_fonts.get(self._styled_fonts.get((word, value or 0), -1), "")
                state = replace(state, hidden=hidden)
                return replace(state, symbols=symbols, encoding="latin-1") if symbols else state
            case b"deleted":
                return replace(state, deleted=on)
            case b"strike" | b"striked":
                return replace(state, struck=on)
            case _ if word in _SHIFTS:
                return replace(state, shift=_SHIFTS[word] if on else str)
            case b"up" | b"dn":
                # Three points where it does not say how far.
                distance = 6 if value is None else value
                return replace(state, shift=moved(distance if word == b"up" else -distance))
            case _ if word in _FORM:
                self._form[word] = value or 0
            case b"plain":
                state = replace(state, hidden=False, deleted=False, size=24, colour=0, ground=Shading())
                encoding = self._known(self._default) if state.symbols else state.encoding
                return replace(state, struck=False, shift=str, symbols="", encoding=encoding)
            case b"cf":
                return replace(state, colour=value or 0)
            case b"cb" | b"highlight":
                return replace(state, ground=Shading(value or 0))
            case b"chcbpat" | b"chcfpat" | b"chshdng":
                return replace(state, ground=replace(state.ground, **{_OF_SHADING[word[2:]]: value or 0}))
            case b"cbpat" | b"cfpat" | b"shading":
                shading = replace(state.paragraph_ground, **{_OF_SHADING[word]: value or 0})
                return replace(state, paragraph_ground=shading)
            case b"trowd":
                self._grounds, self._cell = [], Shading()
                self._edges, self._defined, self._is_head = [], Edged(0), False
                self._left = 0
            case b"trleft" if value is not None:
                self._left = value
            case b"trhdr":
                self._is_head = True
            case b"clvmgf" | b"clvmrg" | b"clmrg":
                self._defined = self._defined._replace(**{_MERGING[word]: True})
            case b"clcbpat" | b"clcfpat" | b"clshdng":
                self._cell = replace(self._cell, **{_OF_SHADING[word[2:]]: value or 0})
            case b"cellx":
                self._grounds.append(self._cell)
                self._cell = Shading()
                if len(self._edges) < _MOST_CELLS:
                    self._edges.append(self._defined._replace(right=value or 0))
                self._defined = Edged(0)
            case b"loch" | b"hich" | b"dbch" | b"rtlch" | b"ltrch":
                return replace(state, script=word)
            case b"fs" if value is not None:
                return replace(state, size=value)
            case b"afs" if value is not None and state.script == b"dbch":
                # The size of Han characters where it is another than that of the rest.
                return replace(state, size=value)
            case b"sl":
                # A negative one is exact.
                return replace(state, line=value or 0)
            case b"pard":
                return replace(
                    state, line=0, centered=False, in_table=False, paragraph_ground=Shading(), numbering=0, depth=0
                )
            case b"ls" if value is not None:
                return replace(state, numbering=value)
            case b"ilvl" if value is not None:
                return replace(state, depth=value)
            case b"qc":
                return replace(state, centered=True)
            case b"intbl":
                return replace(state, in_table=True)
            case b"par":
                self._end_line(state)
            case b"sect" | b"page":
                # The paragraph may go on, and has its number before it does.
                empty = not "".join(self._line[self._begun :]).strip()
                self._end_line(replace(state, numbering=0) if empty else state)
                self._is_numbered = not empty
            case b"cell" if not state.skipped and not state.aside:
                self._number(state)
                self._conceal()
                self._cells.append(clean(in_line(self._line)))
                self._clear()
            case b"cell" if state.aside in _BEHIND:
                self._asides[state.aside].append(" ")
            case b"row" if not state.skipped and not state.aside:
                self._end_row()
            case _ if word in _SIGNS:
                self._text.nested += word == b"nestcell" and not state.skipped and not state.aside
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
        if state.symbols and state.aside != _INSTRUCTION:
            text = self._text.carriers.written_in(state.symbols, text)
        if self._fields and state.aside != _INSTRUCTION and text.strip():
            # The field has a result.
            self._fields[-1] = self._fields[-1][0], ""
        if state.aside and (state.aside not in _BEHIND or self._judged(state)[0] is None):
            self._asides[state.aside].append(text)
            return
        if state.kept_number:
            self._kept.append(text)
            return
        reason, doubtful = self._judged(state)
        if reason is not None:
            self._text.hidden += len(text.strip())
            self._unseen.setdefault(reason, []).append(text)
            return
        self._text.doubtful += doubtful * len(text.strip())
        self._largest = max(self._largest, state.size if text.strip() else 0)
        self._line.append(text if state.shift is str else state.shift(text))
        if state.struck:
            self._unseen.setdefault(Unseen.STRUCK, []).append(text)
            self._text.carriers.strike(text)

    def _number(self, state: _State) -> None:
        """Put its number before the paragraph that ends."""
        text, ended = in_line(self._line[self._begun :]), not (state.hidden or state.deleted)
        label, kept = "", "".join(self._kept)
        self._kept.clear()
        if not ended and not text.strip():
            return
        if not self._is_numbered:
            self._items = self._items or Items(self._data, self._known(self._default))
            label = self._items.label(state.numbering, state.depth, kept) if state.numbering else clean(kept)
        if label:
            self._line[self._begun :] = [labelled(label, text.strip())]
        # A paragraph of which the end is not seen goes on with the next.
        self._is_numbered = not ended

    def _clear(self) -> None:
        self._line.clear()
        self._begun = self._largest = 0

    def _judged(self, state: _State) -> tuple[Unseen | None, bool]:
        """Return why text is not seen, and whether that is in doubt, in which case it counts as seen."""
        if state.deleted or state.hidden:
            return Unseen.DELETED if state.deleted else Unseen.HIDDEN, False
        if 0 < state.size <= TINY or -_LOW_LINE <= state.line < 0:
            return Unseen.TINY, False
        colour, number = self._colour(state.colour), state.ground.number or state.paragraph_ground.number
        if not number and state.in_table and len(self._cells) < len(self._grounds):
            number = self._grounds[len(self._cells)].number
        if colour is None:
            return None, False
        if not number and min(colour) >= WHITISH:
            doubtful = state.in_table or self._has_drawings
            return (None, True) if doubtful else (Unseen.GROUND, False)
        return (Unseen.GROUND if number and colour == self._colour(number) else None), False

    def _colour(self, number: int) -> tuple[int, int, int] | None:
        return self._colours[number] if 0 < number < len(self._colours) else None

    def _conceal(self) -> None:
        """List what is not seen of a paragraph or cell."""
        for reason, texts in self._unseen.items():
            self._text.concealed.add(reason, _whole("".join(texts)))
        self._unseen.clear()
        self._text.concealed.near = _whole("".join(self._line)).strip() or self._text.concealed.near

    def _end_comment(self) -> None:
        author, comment = (_whole("".join(self._asides[name])) for name in (_AUTHOR, _COMMENT))
        self._text.concealed.add(f"批注（{clean(author) or '未署名'}）", comment)
        self._text.comments += 1
        self._asides[_AUTHOR].clear()
        self._asides[_COMMENT].clear()

    def _end_instruction(self, state: _State) -> None:
        """Keep what a field shows if it turns out to have no result."""
        instruction, form = _whole("".join(self._asides[_INSTRUCTION])), self._form
        entries = self._entries
        self._asides[_INSTRUCTION], self._form, self._entries = [], {}, []
        if self._fields and not state.skipped:
            kind, number = form.get(b"fftype"), form.get(b"ffres", _AS_DESIGNED)
            number = form.get(b"ffdefres", 0) if number == _AS_DESIGNED else number
            chosen = entries[number] if kind == _LIST and 0 <= number < len(entries) else None
            shown = self._text.carriers.field(instruction, bool(number) if kind == _CHECKBOX else None, chosen)
            self._fields[-1] = self._fields[-1][0], shown

    def _add_asides(self) -> None:
        lines = self._text.lines
        notes, margins = (map(clean, lines_of(_whole("".join(self._asides[each])))) for each in _BEHIND)
        for line in (*filter(None, notes), *margin_lines(margins, lines.found)):
            lines.add_row(line)
            self._text.looks.append(None)

    def _end_line(self, state: _State) -> None:
        if state.skipped:
            return
        if state.aside:
            self._asides[state.aside].append("\n" if state.aside in _BEHIND else " ")
            return
        self._number(state)
        self._conceal()
        if state.in_table:
            # The end of a paragraph within a cell does not end the cell.
            self._line.append(" ")
            self._begun = len(self._line)
            return
        self._end_table()
        look = Look(state.centered, (self._largest or state.size) / 2)
        for line in filter(None, map(clean, lines_of(_whole(in_line(self._line))))):
            self._text.lines.add_row(line)
            self._text.looks.append(look)
        self._clear()

    def _end_table(self) -> None:
        if self._cells:
            self._end_row()
        lines = self._text.lines
        number = len(lines.found) + 1
        for row in self._table.taken():
            lines.add_set(row, number)
        self._text.looks += [None] * (len(lines.found) - len(self._text.looks))

    def _end_row(self) -> None:
        self._table.add(self._cells, self._left, self._edges, self._is_head)
        self._cells = []


def _whole(text: str) -> str:
    """Join the halves of surrogate pairs, which arrive separately."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
