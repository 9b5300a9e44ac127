"""Breaking an element into lines as a browser would, with data tables as rows."""

import re
from collections.abc import Iterator, Mapping

from lxml import etree

from archive.extract.text.assemble import Lines
from archive.extract.text.characters import clean, unwrap
from archive.extract.text.numbering import labelled
from archive.extract.text.scripts import Lowered, Raised, in_line
from archive.extract.text.tables import Setter, Span

BLOCKS = frozenset(
    (
        "address article aside blockquote body caption center dd details dialog "
        "dir div dl dt fieldset figcaption figure footer form h1 h2 h3 h4 h5 h6 "
        "header hr html legend li main menu nav ol optgroup option p pre section "
        "summary table tbody td tfoot th thead tr ul br"
    ).split()
)
# Line breaks in these are those of the text.
_AS_TYPED = frozenset(("pre", "textarea"))
_SPACES = re.compile(r"[ \t\r\n\f]+")
_SHIFTS: dict[str, type[str]] = {"sup": Raised, "sub": Lowered}
# An image narrower or lower than this many pixels is a bullet or an icon.
_ICON = 60
_LONG_CELL = 300
# The most rows that a cell may span by the HTML standard, and the most columns in any document's table.
_COLUMNS = 100
_ROWS = 65_534
# How many places all merged cells of a page may cover; each is looked at in each row that it reaches.
_COVERED = 1_000_000
_TOO_MANY = "表格中的合并单元格超出限额，其后的单元格未按合并对齐，请与原件核对。"


def lines_of(root: etree._Element) -> list[str]:
    """Return the clean lines below an element, in reading order."""
    return gather(root).found


def gather(root: etree._Element, labels: Mapping[etree._Element, str] | None = None) -> Lines:
    """Collect the clean lines below an element, with the tables they are rows of, and list items with their labels."""
    gathered = Lines()
    _Walk(gathered, labels or {}).through(root)
    return gathered


def text_of(element: etree._Element) -> str:
    """Return all text below an element, as in the source."""
    return "".join(map(str, element.itertext()))


def images_in(root: etree._Element) -> int:
    """Count the images large enough to show text."""
    return sum(1 for image in root.iter("img") if not is_icon(image))


def is_icon(image: etree._Element) -> bool:
    """Tell whether an image is a bullet or an icon, by its size and name."""
    for side in ("width", "height"):
        value = re.match(r"\d+", image.get(side, ""))
        if value and int(value[0]) < _ICON:
            return True
    return bool(re.search(r"icon|/ico|fileTypeImages|\.gif$", image.get("src", ""), re.IGNORECASE))


class _Walk:
    def __init__(self, gathered: Lines, labels: Mapping[etree._Element, str]) -> None:
        self._gathered = gathered
        self._labels = labels
        # The number of an item of which no text was met yet.
        self._label = ""
        self._inline: list[str] = []
        # How the text stands to the line, the innermost element last.
        self._shifts: list[type[str]] = []
        self._preformatted = 0
        self._tables = 0
        self._spare = _COVERED
        self._setter = Setter()

    def through(self, root: etree._Element) -> None:
        skipped: etree._Element | None = None
        walker = etree.iterwalk(root, events=("start", "end"))
        for event, element in walker:
            tag = element.tag if isinstance(element.tag, str) else ""
            if event == "start":
                if tag in BLOCKS:
                    self._end_line()
                if tag == "li":
                    self._label = labelled(self._label, self._labels.get(element, ""))
                if tag == "table" and is_data_table(element):
                    self._rows(element)
                    walker.skip_subtree()
                    skipped = element
                    continue
                self._preformatted += tag in _AS_TYPED
                if tag in _SHIFTS:
                    self._shifts.append(_SHIFTS[tag])
                if tag:
                    self._text(element.text)
                continue
            if element is skipped:
                skipped = None
            else:
                self._preformatted -= tag in _AS_TYPED
                if tag in _SHIFTS:
                    self._shifts.pop()
            if tag in BLOCKS:
                self._end_line()
            if tag == "li":
                self._label = ""
            if element is not root:
                self._text(element.tail)
        self._end_line()

    def _rows(self, table: etree._Element) -> None:
        for caption in table.iter("caption"):
            self._gathered.add(_SPACES.sub(" ", text_of(caption)))
        if self._label:
            self._gathered.add(self._label)
            self._label = ""
        self._tables += 1
        spans: dict[tuple[int, int], Span] = {}
        texts = [
            {column: " ".join(gather(cell, self._labels).found) for column, cell in each}
            for each in self._placed(table, spans)
        ]
        for row in self._setter.rows(texts, spans, _heads(table)):
            self._gathered.add_set(row, self._tables)
        self._gathered.told += [told for told in self._setter.told if told not in self._gathered.told]

    def _placed(
        self, table: etree._Element, spans: dict[tuple[int, int], Span]
    ) -> Iterator[list[tuple[int, etree._Element]]]:
        """Yield the cells of each row with the columns in which they begin, by HTML's table model (4.9.12).

        What merged cells span is put into ``spans``.
        """
        # For each column, the row below the last one that a cell from above covers.
        covered: dict[int, int] = {}
        ends = _group_ends(table)
        for number, cells in enumerate(_cells(table)):
            column, placed = 0, []
            for cell in cells:
                while covered.get(column, 0) > number:
                    column += 1
                    self._spare -= 1
                placed.append((column, cell))
                # No cell reaches out of its group of rows; 0 stands for all of them.
                left = ends[number] - number
                across, down = _span(cell, "colspan", _COLUMNS) or 1, min(_span(cell, "rowspan", _ROWS) or left, left)
                self._spare -= across - 1
                if self._spare < 0:
                    across = down = 1
                    if _TOO_MANY not in self._gathered.told:
                        self._gathered.told.append(_TOO_MANY)
                begun = range(column, column + across)
                covered |= {each: number + down for each in begun if down > 1 or each in covered}
                if across > 1 or down > 1:
                    spans[number, column] = Span(down, across)
                column += across
            if self._spare < 0:
                covered.clear()
            yield placed

    def _text(self, text: str | None) -> None:
        if not text:
            return
        if self._preformatted:
            first, *more = text.split("\n")
            self._inline.append(first)
            for line in more:
                self._end_line()
                self._inline.append(line)
        else:
            line = _SPACES.sub(" ", unwrap(text))
            self._inline.append(self._shifts[-1](line) if self._shifts else line)

    def _end_line(self) -> None:
        if self._inline:
            text = in_line(self._inline)
            self._inline.clear()
            if self._label and clean(text):
                text, self._label = labelled(self._label, text.strip()), ""
            self._gathered.add(text)


def _cells(table: etree._Element) -> Iterator[list[etree._Element]]:
    for line in table.iter("tr"):
        yield [cell for cell in line if cell.tag in ("td", "th")]


def _span(cell: etree._Element, name: str, most: int) -> int:
    value = re.match(r"\s*(\d{1,6})", cell.get(name, ""))
    return min(int(value[1]), most) if value else 1


def _group_ends(table: etree._Element) -> list[int]:
    """Return for each row the number of the one after its group (thead, tbody, tfoot)."""
    groups = [line.getparent() for line in table.iter("tr")]
    ends: list[int] = []
    for number in range(len(groups), 0, -1):
        same = number < len(groups) and groups[number] is groups[number - 1]
        ends.append(ends[-1] if same else number)
    return ends[::-1]


def _heads(table: etree._Element) -> int:
    """Count the first rows that are in a thead, or of which all cells are heads."""
    count = 0
    for line in table.iter("tr"):
        cells = [cell.tag for cell in line if cell.tag in ("td", "th")]
        if getattr(line.getparent(), "tag", "") != "thead" and set(cells) != {"th"}:
            break
        count += 1
    return count


def is_data_table(table: etree._Element) -> bool:
    """Tell whether a table shows data; one that only lays out the page has tables inside, or most text in one cell."""
    if next(table.iterdescendants("table"), None) is not None:
        return False
    rows = list(_cells(table))
    if max((len(cells) for cells in rows), default=0) <= 1:
        return False
    lengths = [len(text_of(cell)) for cells in rows for cell in cells]
    blocks = [sum(1 for each in cell.iter("p", "div", "br")) for cells in rows for cell in cells]
    longest = max(range(len(lengths)), key=lengths.__getitem__)
    return not (lengths[longest] > _LONG_CELL and lengths[longest] > 0.8 * sum(lengths) and blocks[longest] >= 3)
