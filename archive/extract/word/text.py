"""Reading a Word document's parts in order: paragraphs, tables in their places, text boxes, notes."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, takewhile

from lxml import etree

from archive.document import label_at
from archive.extract.extraction import Extraction
from archive.extract.text.assemble import Lines
from archive.extract.text.carriers import Carriers
from archive.extract.text.characters import clean, lines_of, squeezed
from archive.extract.text.concealed import Concealed, Unseen
from archive.extract.text.numbering import Counter, counts_by_field, labelled
from archive.extract.text.officemath import OfficeMath
from archive.extract.text.scripts import in_line
from archive.extract.text.symbols import is_symbol_font
from archive.extract.text.tables import Row, Setter, rows_at
from archive.extract.word.fields import Field, Fields
from archive.extract.word.merging import Placed, merge, until
from archive.extract.word.numbering import Numbering, ending, is_ended
from archive.extract.word.styles import Look, Styles, W, on
from archive.extract.word.visibility import Visibility

# Not text of the final document: deleted or moved text, settings, field codes, annotations over characters.
_SKIPPED = frozenset(
    (
        "del moveFrom delText instrText delInstrText pPr rPr tblPr trPr tcPr sectPr sdtPr sdtEndPr rt proofErr "
        "commentReference annotationRef footnoteReference endnoteReference fldData ffData"
    ).split()
)
_CHARACTERS = {"tab": " ", "ptab": " ", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_CODE = re.compile("[0-9A-Fa-f]{1,6}")
_PICTURES = ("blip", "imagedata", "relIds", "chart")


@dataclass(frozen=True, slots=True)
class Line:
    """A line with its paragraph's formatting, or a table row with the number of its table and its merged cells."""

    text: str
    look: Look | None = None
    table: int = 0
    row: Row | None = None


@dataclass(slots=True)
class Seen:
    """Counts of what was met while reading: characters and rows that may be hidden, and what is not in the text."""

    hidden: int = 0
    hidden_rows: int = 0
    covered: int = 0
    doubtful: int = 0
    pictures: int = 0
    revisions: int = 0
    unread_numbers: int = 0
    carriers: Carriers = field(default_factory=Carriers)


@dataclass(slots=True)
class Reader:
    """A reader of one document's blocks; ``chunk`` returns an altChunk by its relationship.

    What is deleted by a revision or not seen goes to ``concealed``.
    """

    styles: Styles
    visibility: Visibility
    concealed: Concealed
    numbering: Numbering
    chunk: Callable[[str], Extraction]
    seen: Seen = field(default_factory=Seen)
    tables: int = 0
    setter: Setter = field(default_factory=Setter)
    counter: Counter = field(default_factory=Counter)
    # Text boxes are counted apart from the text in which they hang.
    _in_boxes: Counter = field(default_factory=Counter)
    # Whether the end of the paragraph before was deleted, so that the next is part of it.
    _goes_on: bool = False
    _fields: Fields = field(init=False)

    def __post_init__(self) -> None:
        self._fields = Fields(self.seen.carriers)

    def lines(self, container: etree._Element, counter: Counter | None = None) -> list[Line]:
        """Return the lines of all blocks in a container, its items counted by ``counter``, else by a new one."""
        self.counter, self._goes_on = counter or Counter(), False
        found: list[Line] = []
        bound = Lines()
        for line in self._blocks(container):
            (bound.add_row if "\t" in line.text else bound.add)(line.text)
            found.append(line)
        return found

    def _blocks(self, container: etree._Element) -> Iterator[Line]:
        for child in container:
            name = local(child)
            if name == "p":
                yield from self._paragraph(child)
            elif name == "tbl":
                yield from self._table(child)
            elif name == "altChunk":
                identifier = next((value for key, value in child.attrib.items() if str(key).endswith("}id")), "")
                yield from self._chunk(self.chunk(str(identifier)))
            elif name == "AlternateContent":
                yield from self._blocks(_chosen(child))
            elif name in ("del", "moveFrom"):
                self._delete(child)
            elif name not in _SKIPPED:
                self.seen.revisions += name in ("ins", "moveTo")
                yield from self._blocks(child)

    def _delete(self, element: etree._Element) -> None:
        self.seen.revisions += 1
        self.concealed.add(Unseen.DELETED, _all_text(element))

    def _chunk(self, chunk: Extraction) -> Iterator[Line]:
        label, label_before = "", ""
        rows = rows_at(chunk.places)
        for number, text in enumerate(chunk.paragraphs):
            label, label_before = label_at(chunk.places, number), label
            self.tables += bool(label) and label != label_before
            yield Line(text, table=self.tables if label else 0, row=rows.get(number))

    def _paragraph(self, paragraph: etree._Element) -> Iterator[Line]:
        pieces: list[str] = []
        boxes: list[etree._Element] = []
        unseen: dict[Unseen, list[str]] = {}
        self._inline(paragraph, pieces, boxes, unseen)
        for reason, texts in unseen.items():
            self.concealed.add(reason, "".join(texts))
        look = self.styles.look(paragraph)
        text = in_line(pieces)
        label = self._label(paragraph, text)
        for number, part in enumerate(lines_of(text)):
            line = clean(part) if number else labelled(label, clean(part))
            if line:
                if self.concealed.near is not None:
                    self.concealed.near = line
                yield Line(line, look)
        for box in boxes:
            outer, goes_on = self.counter, self._goes_on
            self.counter, self._goes_on = self._in_boxes, False
            yield from (Line(each.text) for each in self._blocks(box))
            self.counter, self._goes_on = outer, goes_on

    def _label(self, paragraph: etree._Element, text: str) -> str:
        """Count a paragraph in its list, and return its number as printed; "" for one that goes on with another."""
        begun, ended = not self._goes_on, is_ended(paragraph)
        if not ended and not clean(text):
            return ""
        self._goes_on = not ended
        place = self.numbering.place(ending(paragraph)) if begun else None
        return "" if place is None else clean(self.counter.label(*place))

    def _inline(
        self,
        element: etree._Element,
        pieces: list[str],
        boxes: list[etree._Element],
        unseen: dict[Unseen, list[str]],
    ) -> None:
        for child in element:
            name = local(child)
            if name == "t":
                pieces.append(child.text or "")
            elif name in _CHARACTERS:
                pieces.append(_CHARACTERS[name])
            elif name == "sym":
                pieces.append(_symbol(child, self.seen.carriers))
            elif name == "oMath":
                pieces.append(self._formula(child, unseen))
            elif name == "fldChar":
                self._fields.mark(child, pieces)
            elif name == "txbxContent":
                boxes.append(child)
            elif name == "AlternateContent":
                self._inline(_chosen(child), pieces, boxes, unseen)
            elif name == "r":
                self._run(child, pieces, boxes, unseen)
            elif name in ("del", "moveFrom"):
                self._delete(child)
            elif name == "instrText":
                self.seen.unread_numbers += counts_by_field(child.text or "")
                self._fields.instruct(child.text or "")
            elif name == "fldSimple":
                self.seen.unread_numbers += counts_by_field(child.get(f"{W}instr", ""))
                simple = Field(pieces, [child.get(f"{W}instr", "")], at=len(pieces))
                self._inline(child, pieces, boxes, unseen)
                self._fields.show(simple, pieces)
            elif name not in _SKIPPED:
                self.seen.revisions += name in ("ins", "moveTo")
                self.seen.pictures += name in _PICTURES
                self.seen.carriers.objects += name in ("OLEObject", "control")
                self._inline(child, pieces, boxes, unseen)

    def _run(
        self,
        run: etree._Element,
        pieces: list[str],
        boxes: list[etree._Element],
        unseen: dict[Unseen, list[str]],
    ) -> None:
        reason, doubtful = self.visibility.of(run)
        if reason is not None:
            text = _all_text(run)
            unseen.setdefault(reason, []).append(text)
            self.seen.hidden += len(clean(text))
            return
        before = len(pieces)
        self._inline(run, pieces, boxes, unseen)
        if font := self._symbol_font(run):
            pieces[before:] = [self.seen.carriers.written_in(font, each) for each in pieces[before:]]
        if (shift := self.visibility.shift(run)) is not str:
            pieces[before:] = [shift(each) for each in pieces[before:]]
        if doubtful:
            self.seen.doubtful += len(clean("".join(pieces[before:])))
        if self.visibility.is_struck(run):
            self._strike("".join(pieces[before:]), unseen)

    def _symbol_font(self, run: etree._Element) -> str:
        """Return the font that shows a run's letters as symbols; "" if it has none."""
        name = self.visibility.font(run)
        return name if is_symbol_font(name) and run.find(f"{W}t") is not None else ""

    def _strike(self, text: str, unseen: dict[Unseen, list[str]]) -> None:
        unseen.setdefault(Unseen.STRUCK, []).append(text)
        self.seen.carriers.strike(text)

    def _formula(self, formula: etree._Element, unseen: dict[Unseen, list[str]]) -> str:
        def is_seen(run: etree._Element) -> bool:
            reason, doubtful = self.visibility.of(run)
            text = "".join(each.text or "" for each in run.iter("{*}t"))
            if reason is not None:
                unseen.setdefault(reason, []).append(text)
                self.seen.hidden += len(clean(text))
                return False
            self.seen.doubtful += doubtful * len(clean(text))
            if self.visibility.is_struck(run):
                self._strike(text, unseen)
            return True

        for deleted in formula.iter(f"{W}del", f"{W}moveFrom"):
            self.seen.revisions += 1
            self.concealed.add(Unseen.DELETED, "".join(each.text or "" for each in deleted.iter("{*}t", "{*}delText")))
        writer = OfficeMath(is_seen)
        written = writer.written(formula)
        self.seen.carriers.formulas += writer.odd > 0
        return written

    def _table(self, table: etree._Element) -> Iterator[Line]:
        shown = list(self._shown(table))
        cells = [list(_all_cells(each)) for each in shown]
        merging = merge([_placed(*each) for each in zip(shown, cells, strict=True)])
        if max((each.count(False) for each in merging.covered), default=0) <= 1:
            # A table of one column only draws a box, so its paragraphs are ordinary ones.
            for cell, covered in zip(chain.from_iterable(cells), chain.from_iterable(merging.covered), strict=True):
                if covered:
                    self._cover(cell)
                else:
                    yield from self._blocks(cell)
            return
        self.tables += 1
        number = self.tables
        texts: list[dict[int, str]] = []
        nested: list[list[Line]] = []
        for line, own, covering in zip(shown, cells, merging.covered, strict=True):
            inner: list[Line] = []
            texts.append({})
            for (column, *_), cell, covered in zip(_placed(line, own), own, covering, strict=True):
                if covered:
                    self._cover(cell)
                else:
                    texts[-1][column] = self._cell(cell, inner)
            nested.append(inner)
        spans = until(merging.spans, [at for at, inside in enumerate(nested) if inside])
        set_rows = self.setter.rows(texts, spans, _heads(shown))
        for row, inside in zip(set_rows, nested, strict=True):
            if row.text:
                yield Line(row.text, table=number, row=row) if "\t" in row.text else Line(row.text)
            # A nested table comes below the row that contains it.
            yield from (replace(each, table=number if each.table else 0) for each in inside)

    def _cover(self, cell: etree._Element) -> None:
        """List what a merged cell covers, and count its numbered paragraphs: their numbers are not seen, but taken."""
        text = _all_text(cell)
        self.concealed.add(Unseen.MERGED, text)
        self.seen.covered += len(squeezed(text))
        for paragraph in cell.iter(f"{W}p"):
            self._label(paragraph, _all_text(paragraph))

    def _shown(self, table: etree._Element) -> Iterator[etree._Element]:
        """Yield the rows of a table that no revision deletes and that are seen."""
        styled = self.visibility.hidden_by_style(table)
        for row in _rows(table):
            if row.find(f"{W}trPr/{W}del") is not None:
                self._delete(row)
            elif (reason := self.visibility.of_row(row)) is not None:
                text = _all_text(row)
                self.concealed.add(reason, text)
                self.seen.hidden += len(clean(text))
            else:
                own = row.find(f"{W}trPr/{W}hidden")
                self.seen.hidden_rows += styled if own is None else on(own)
                yield row

    def _cell(self, cell: etree._Element, nested: list[Line]) -> str:
        own: list[str] = []
        for block in _flat(cell):
            if local(block) == "tbl":
                tables = self.tables
                nested += self._table(block)
                self.tables = tables
            else:
                own += [line.text for line in self._paragraph(block)]
        return " ".join(own).replace("\t", " ")


def local(element: etree._Element) -> str:
    """Return an element's name without its namespace; "" for comments and the like."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _all_text(element: etree._Element) -> str:
    """Return all text below an element, also the deleted, with blanks where lines and cells end."""
    ends = {f"{W}p", f"{W}br", f"{W}tab", f"{W}cr"}
    names = (*ends, f"{W}t", f"{W}delText")
    return "".join(" " if each.tag in ends else each.text or "" for each in element.iter(*names))


def _chosen(alternatives: etree._Element) -> etree._Element:
    """Return the one of several alternatives that a current Word shows."""
    for name in ("Choice", "Fallback"):
        for child in alternatives:
            if local(child) == name:
                return child
    return alternatives


def _rows(table: etree._Element) -> Iterator[etree._Element]:
    for child in table:
        name = local(child)
        if name == "tr":
            yield child
        elif name not in _SKIPPED:
            yield from _rows(child)


def _placed(line: etree._Element, cells: Sequence[etree._Element]) -> list[Placed]:
    """Return where the cells of a row stand in the table's grid."""
    column = _number(line.find(f"{W}trPr/{W}gridBefore"))
    found: list[Placed] = []
    for cell in cells:
        down, across = (cell.find(f"{W}tcPr/{W}{kind}") for kind in ("vMerge", "hMerge"))
        width = max(_number(cell.find(f"{W}tcPr/{W}gridSpan")), 1)
        found.append(Placed(column, width, down is not None, _goes_on(down), _goes_on(across)))
        column += width
    return found


def _goes_on(merges: etree._Element | None) -> bool:
    return merges is not None and merges.get(f"{W}val", "continue") == "continue"


def _heads(lines: Sequence[etree._Element]) -> int:
    """Count the first rows that are repeated on each page as the table's head (17.4.78)."""
    heads = (each.find(f"{W}trPr/{W}tblHeader") for each in lines)
    return sum(1 for _ in takewhile(lambda head: head is not None and on(head), heads))


def _all_cells(line: etree._Element) -> Iterator[etree._Element]:
    for child in line:
        name = local(child)
        if name == "tc":
            yield child
        elif name not in _SKIPPED:
            yield from _all_cells(child)


def _number(element: etree._Element | None) -> int:
    """Return the integer value of a setting; 0 if it is absent or not a number."""
    value = "" if element is None else element.get(f"{W}val", "")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 10 else 0


def _flat(cell: etree._Element) -> Iterator[etree._Element]:
    for child in cell:
        name = local(child)
        if name in ("p", "tbl"):
            yield child
        elif name not in _SKIPPED:
            yield from _flat(child)


def _symbol(element: etree._Element, carriers: Carriers) -> str:
    """Return a character given by its code and its font."""
    code = element.get(f"{W}char", "")
    return carriers.symbol(element.get(f"{W}font", ""), int(code, 16) if _CODE.fullmatch(code) else 0)
