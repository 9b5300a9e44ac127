"""Reading the blocks of OpenDocument texts in order: paragraphs, lists, sections, tables, text boxes."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.limits import PARAGRAPHS
from archive.extract.opendocument import lists
from archive.extract.opendocument.inline import SHAPES, Inline, Seen, control_text, text_of, unseen_in
from archive.extract.opendocument.package import Package, attribute, count, local
from archive.extract.opendocument.styles import Styles, ground
from archive.extract.text.assemble import Lines
from archive.extract.text.characters import clean, squeezed
from archive.extract.text.concealed import Concealed, Unseen
from archive.extract.text.numbering import LEVELS, Counter, Level, Numbered, labelled
from archive.extract.text.scripts import in_line
from archive.extract.text.tables import Setter, Span
from archive.extract.word.colours import MIXED
from archive.extract.word.merging import until
from archive.extract.word.text import Line

# What a document holds besides its blocks, and what an index is made by.
_BESIDE = frozenset(
    "tracked-changes forms sequence-decls variable-decls user-field-decls dde-connection-decls table-source "
    "table-column table-columns table-header-columns table-column-group title desc event-listeners scripts "
    "annotation-end table-of-content-source illustration-index-source table-index-source object-index-source "
    "user-index-source alphabetical-index-source bibliography-source".split()
)
_ROWS = frozenset(("table-header-rows", "table-rows", "table-row-group"))
# How many cells all tables of a document may have.
_MOST_CELLS = 1_000_000
# How many characters rows may add that are only said to be repeated; each row counts as so many at least.
_MOST_REPEATED, _LEAST_ROW = 100_000, 50
_PICTURES = ("image", "plugin", "applet", "floating-frame")


@dataclass(frozen=True, slots=True)
class _Numbering:
    """Which list an item is in: the name by which it counts, its levels, and its depth."""

    key: str
    levels: Mapping[int, Level]
    depth: int
    starts: int | None = None


@dataclass(slots=True)
class Reader:
    """A reader of the blocks of one part of a document, with the styles of that part."""

    package: Package
    styles: Styles
    concealed: Concealed
    seen: Seen
    controls: Mapping[str, etree._Element] = field(default_factory=dict)
    setter: Setter = field(default_factory=Setter)
    # Layers whose shapes nobody sees.
    closed: frozenset[str] = frozenset()
    counter: Counter = field(default_factory=Counter)
    tables: int = 0
    _inline: Inline = field(init=False)
    # The keys of the lists by their identifiers, and of the last one of each style.
    _lists: dict[str, str] = field(default_factory=dict)
    _last: dict[str, str] = field(default_factory=dict)
    _levels: dict[str, Mapping[int, Level]] = field(default_factory=dict)
    _begun: int = 0
    _cells: int = 0
    _repeated: int = 0

    def __post_init__(self) -> None:
        self._inline = Inline(self.package, self.styles, self.concealed, self.seen)

    def lines(self, container: etree._Element) -> list[Line]:
        """Return the lines of all blocks in a container."""
        found: list[Line] = []
        bound = Lines()
        for line in self._blocks(container, self.styles.page):
            (bound.add_row if "\t" in line.text else bound.add)(line.text)
            found.append(line)
        return found

    def drawn(self, shape: etree._Element) -> Iterator[Line]:
        """Yield the lines of a shape that is drawn on a slide."""
        bound = Lines()
        for line in self._shape(shape):
            (bound.add_row if "\t" in line.text else bound.add)(line.text)
            yield line

    def plain(self, paragraph: etree._Element) -> list[str]:
        """Return the pieces of a paragraph, without counting what is met."""
        return Inline(self.package, self.styles, Concealed(), Seen()).read(paragraph, MIXED).pieces

    def _blocks(self, container: Iterable[etree._Element], below: str) -> Iterator[Line]:
        for child in container:
            kind = local(child)
            if kind in ("p", "h"):
                yield from self._paragraph(child, below, self._outline(child) if kind == "h" else None)
            elif kind == "list":
                yield from self._list(child, below, 0, "", "")
            elif kind == "numbered-paragraph":
                yield from self._numbered(child, below)
            elif kind == "table":
                yield from self._table(child, below)
            elif kind == "section":
                yield from self._section(child, below)
            elif kind in SHAPES:
                yield from self._shape(child)
            elif kind == "annotation":
                self._inline.comment(child)
            elif kind and kind not in _BESIDE:
                yield from self._blocks(child, below)

    def _section(self, section: etree._Element, below: str) -> Iterator[Line]:
        shown = attribute(section, "display")
        # Whether a condition holds, the program that wrote the file has noted.
        if shown == "none" or shown == "condition" and attribute(section, "is-hidden") == "true":
            self._hide(Unseen.HIDDEN, section)
        else:
            stated = self.styles.stated("section", attribute(section, "style-name"))
            yield from self._blocks(section, ground(stated, "section", below))

    def _hide(self, reason: Unseen, element: etree._Element) -> None:
        text = text_of(element)
        self.concealed.add(reason, text)
        self.seen.hidden += len(clean(text))

    def _paragraph(self, paragraph: etree._Element, below: str, number: _Numbering | None = None) -> Iterator[Line]:
        stated = self.styles.stated("paragraph", attribute(paragraph, "style-name"))
        found = self._inline.read(paragraph, ground(stated, "paragraph", below))
        for reason, texts in found.unseen.items():
            self.concealed.add(reason, "".join(texts))
        if found.is_hidden:
            self._hide(Unseen.HIDDEN, paragraph)
            return
        label = "" if number is None else clean(self._label(number))
        look = self.styles.look(paragraph)
        for at, part in enumerate(in_line(found.pieces).split("\n")):
            line = clean(part) if at else labelled(label, clean(part))
            if line:
                if self.concealed.near is not None:
                    self.concealed.near = line
                yield Line(line, look)
        for shape in found.shapes:
            yield from self._shape(shape)

    def _label(self, number: _Numbering) -> str:
        """Count an item; one that says with which number it begins counts by a name of its own."""
        if number.starts is None:
            return self.counter.label(number.key, Numbered(number.key, number.levels), number.depth)
        self._begun += 1
        starting = Numbered(number.key, number.levels, {number.depth: number.starts})
        return self.counter.label(f"{number.key} {self._begun}", starting, number.depth)

    def _outline(self, heading: etree._Element) -> _Numbering | None:
        if attribute(heading, "is-list-header") == "true" or self.styles.outline is None:
            return None
        starts = _start(heading) if attribute(heading, "restart-numbering") == "true" else None
        depth = min(count(heading, "outline-level"), LEVELS) - 1
        return _Numbering("outline", self._levels_of("", self.styles.outline), depth, starts)

    def _levels_of(self, name: str, style: etree._Element | None) -> Mapping[int, Level]:
        if name not in self._levels:
            self._levels[name] = lists.levels(style)
        return self._levels[name]

    def _list(self, element: etree._Element, below: str, depth: int, style: str, key: str) -> Iterator[Line]:
        style = attribute(element, "style-name") or style or self._style_within(element)
        if not key:
            key = self._key(element, style)
        levels = self._levels_of(style, self.styles.lists.get(style))
        for item in element:
            is_item = local(item) == "list-item"
            number = _Numbering(key, levels, depth, _start(item)) if is_item and depth < LEVELS else None
            for block in item:
                kind = local(block)
                if kind == "list":
                    yield from self._list(block, below, depth + 1, style, key)
                elif kind in ("p", "h"):
                    yield from self._paragraph(block, below, number)
                    number = None
                elif kind not in _BESIDE:
                    yield from self._blocks([block], below)

    def _style_within(self, element: etree._Element) -> str:
        first = next(element.iter("{*}p", "{*}h"), None)
        return "" if first is None else self.styles.list_of(attribute(first, "style-name"))

    def _key(self, element: etree._Element, style: str) -> str:
        """Return the name by which a list counts: that of the one it goes on with, or a new one."""
        key = self._lists.get(attribute(element, "continue-list"), "")
        if not key and attribute(element, "continue-numbering") == "true":
            key = self._last.get(style, "")
        if not key:
            self._begun += 1
            key = f"list {self._begun}"
        self._lists[attribute(element, "id") or key] = key
        self._last[style] = key
        return key

    def _numbered(self, element: etree._Element, below: str) -> Iterator[Line]:
        style = attribute(element, "style-name") or self._style_within(element)
        levels = self._levels_of(style, self.styles.lists.get(style))
        depth = min(count(element, "level"), LEVELS) - 1
        key = f"numbered {attribute(element, 'list-id') or style}"
        for block in element:
            if local(block) in ("p", "h"):
                yield from self._paragraph(block, below, _Numbering(key, levels, depth, _start(element)))

    def _shape(self, shape: etree._Element) -> Iterator[Line]:
        """Yield the lines of what is drawn, and count pictures and objects."""
        if attribute(shape, "display") in ("none", "printer") and local(shape) != "frame":
            self._hide(Unseen.HIDDEN, shape)
            return
        if attribute(shape, "layer") in self.closed:
            self._hide(Unseen.LAYER, shape)
            return
        if local(shape) == "control":
            known = self.controls.get(attribute(shape, "control"))
            if known is not None:
                self.concealed.add(Unseen.HIDDEN, unseen_in(known))
                if text := clean(control_text(known)):
                    yield Line(text)
            return
        name = attribute(shape, "style-name")
        stated = self.styles.stated("graphic", name) or self.styles.stated("presentation", name)
        below = ground(stated, "graphic", MIXED)
        embedded = [each for each in shape if local(each) in ("object", "object-ole")]
        if embedded:
            is_chart = any(map(self.package.is_chart, embedded))
            self.seen.pictures += is_chart
            self.seen.carriers.objects += not is_chart
        # What stands beside them is a picture of the same.
        is_drawn = bool(embedded) or any(local(each) == "table" for each in shape)
        for child in shape:
            kind = local(child)
            if kind in SHAPES:
                yield from self._shape(child)
            elif kind in ("p", "h", "list", "table"):
                yield from self._blocks([child], below)
            elif kind in ("text-box", "a"):
                yield from self._blocks(child, below)
            elif kind in _PICTURES and not is_drawn:
                self.seen.pictures += 1
                # A picture that has a text of its own.
                yield from self._blocks(child, below)

    def _table(self, table: etree._Element, below: str) -> Iterator[Line]:
        stated = self.styles.stated("table", attribute(table, "style-name"))
        if stated.get("table:display") == "false":
            self._hide(Unseen.HIDDEN, table)
            return
        below = ground(stated, "table", below)
        shown, heads = self._rows(table)
        if max(map(_width, shown), default=0) <= 1:
            # A table of one column only draws a box, so its paragraphs are ordinary ones.
            for row in shown:
                for cell in row:
                    if local(cell) == "table-cell":
                        yield from self._blocks(cell, self._ground_of(row, cell, below))
                    else:
                        self._cover(cell)
            return
        self.tables += 1
        number = self.tables
        texts: list[dict[int, str]] = []
        nested: list[list[Line]] = []
        spans: dict[tuple[int, int], Span] = {}
        for row in shown:
            inner: list[Line] = []
            texts.append({})
            column = 0
            for cell in row:
                kind, repeated = local(cell), count(cell, "number-columns-repeated")
                if kind == "covered-table-cell":
                    self._cover(cell)
                elif kind == "table-cell" and len(cell):
                    self._cells += repeated
                    if self._cells > _MOST_CELLS:
                        raise ExtractionFailed("表格的单元格多得不合常理，无法读取。请拆分后再提交。")
                    text = self._cell(cell, self._ground_of(row, cell, below), inner)
                    texts[-1] |= dict.fromkeys(range(column, column + repeated), text)
                    span = Span(count(cell, "number-rows-spanned"), count(cell, "number-columns-spanned"))
                    if span != (1, 1):
                        spans[len(texts) - 1, column] = span
                column += repeated if kind in ("table-cell", "covered-table-cell") else 0
            nested.append(inner)
        spans = until(spans, [at for at, inside in enumerate(nested) if inside])
        for line, inside in zip(self.setter.rows(texts, spans, heads), nested, strict=True):
            if line.text:
                yield Line(line.text, table=number, row=line) if "\t" in line.text else Line(line.text)
            # A nested table comes below the row that contains it.
            yield from (replace(each, table=number if each.table else 0) for each in inside)

    def _rows(self, table: etree._Element) -> tuple[list[etree._Element], int]:
        """Return the rows of a table that are seen, and how many of the first are its head."""
        found: list[etree._Element] = []
        heads = 0
        for child in table:
            kind = local(child)
            if kind == "table-row":
                if attribute(child, "visibility") in ("collapse", "filter"):
                    self._hide(Unseen.HIDDEN, child)
                elif text := text_of(child):
                    repeats = count(child, "number-rows-repeated")
                    self._repeated += (repeats - 1) * max(len(text), _LEAST_ROW)
                    if self._repeated > _MOST_REPEATED:
                        raise ExtractionFailed("表格中有一行重复得不合常理，无法读取。请删除多余的行后再提交。")
                    found += [child] * repeats
                else:
                    found.append(child)
            elif kind in _ROWS:
                heads = len(found) if kind == "table-header-rows" else heads
                inner, _ = self._rows(child)
                found += inner
                heads = len(found) if kind == "table-header-rows" and len(found) == len(inner) else heads
            if len(found) > PARAGRAPHS:
                raise ExtractionFailed("表格的行多得不合常理，无法读取。请拆分后再提交。")
        return found, heads

    def _ground_of(self, row: etree._Element, cell: etree._Element, below: str) -> str:
        of_row = self.styles.stated("table-row", attribute(row, "style-name"))
        of_cell = self.styles.stated("table-cell", attribute(cell, "style-name"))
        return ground(of_cell, "table-cell", ground(of_row, "table-row", below))

    def _cover(self, cell: etree._Element) -> None:
        """List what a merged cell covers."""
        text = text_of(cell)
        self.concealed.add(Unseen.MERGED, text)
        self.seen.covered += len(squeezed(text))

    def _cell(self, cell: etree._Element, below: str, nested: list[Line]) -> str:
        own: list[str] = []
        tables = self.tables
        for line in self._blocks(cell, below):
            if line.table:
                nested.append(line)
            else:
                own.append(line.text)
        self.tables = tables
        return " ".join(own).replace("\t", " ")


def _width(row: etree._Element) -> int:
    return sum(count(each, "number-columns-repeated") for each in row if local(each) == "table-cell")


def _start(element: etree._Element) -> int | None:
    value = attribute(element, "start-value")
    return int(value) if value.isascii() and value.isdecimal() and len(value) < 6 else None
