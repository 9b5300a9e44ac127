"""Reading presentations from before 2007 (ppt, dps): the text of each slide in the order of its shapes."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import olefile

from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.others import sliderecords
from archive.extract.others.slidelists import Counter, is_known
from archive.extract.others.slidemet import Met
from archive.extract.others.sliderecords import DAMAGED, Presentation, Shape, Slide, Text
from archive.extract.others.slidetable import SlideTable
from archive.extract.others.slidetext import Letters, Paragraph, paragraphs
from archive.extract.text.characters import clean, joined, squeezed
from archive.extract.text.concealed import Unseen
from archive.extract.text.numbering import labelled
from archive.extract.text.scripts import Lowered, Raised, in_line
from archive.extract.text.symbols import is_symbol_font
from archive.extract.text.tables import Span

_STREAMS = ("PowerPoint Document", "Current User")
_TITLES = (0, 6)
_PRIVATE = range(0xF000, 0xF100)


def extract(path: Path) -> Extraction:
    """Extract the text that is seen of a presentation, titled like its first slide."""
    try:
        with olefile.OleFileIO(str(path)) as container:
            stream, current = (container.openstream(name).read() for name in _STREAMS)
    except (OSError, ValueError, IndexError, OverflowError) as error:
        raise ExtractionFailed(DAMAGED) from error
    return _Reader(sliderecords.read(stream, current)).extraction()


class _Reader:
    def __init__(self, presentation: Presentation) -> None:
        self._presentation = presentation
        self._met = Met()
        # The masters that were read.
        self._done: set[int] = set()

    def extraction(self) -> Extraction:
        met = self._met
        for number, slide in enumerate(self._presentation.slides, 1):
            if slide.shapes is None:
                met.broken += 1
            else:
                self._read(slide, slide.shapes, f"第 {number} 张幻灯片")
        if not met.shown and not met.hidden:
            raise ExtractionFailed(DAMAGED)
        for identifier, master in self._presentation.masters.items():
            for shape in _set(master.shapes or ()) if identifier not in self._done else ():
                if text := clean(_plain(shape)):
                    met.add_unseen_there("没有显示的母版上的文字", text)
        for footer in dict.fromkeys(slide.footer for slide in self._presentation.slides if not slide.is_hidden):
            met.lines.add(footer or "")
        return met.extraction()

    def _read(self, slide: Slide, shapes: list[Shape], where: str) -> None:
        met = self._met
        if slide.is_hidden:
            met.hidden += 1
            met.concealed.add(f"隐藏的{where}", " ".join(map(_plain, shapes)))
        else:
            met.shown += 1
            if met.shown == 1:
                met.title = _title(shapes)
            for shape in shapes:
                self._add(shape, where, met.lines.add_row)
            self._add_master(slide.master, where)
        if note := clean(" ".join(map(_plain, slide.notes))):
            met.notes += 1
            met.concealed.add(f"{where}备注", note)
        for author, text in slide.comments:
            met.comments += 1
            met.concealed.add(f"{where}批注（{clean(author) or '未署名'}）", text)

    def _add_master(self, identifier: int, where: str) -> None:
        """Add what a slide shows of its master, and of the one which that follows."""
        master = self._presentation.masters.get(identifier)
        if master is None or identifier in self._done:
            return
        self._done.add(identifier)
        for shape in _set(master.shapes or ()):
            self._add(shape, f"{where}母版上", self._met.add_repeated)
        self._add_master(master.master, where)

    def _add(self, shape: Shape, where: str, put: Callable[[str], None]) -> None:
        met = self._met
        if shape.is_hidden or self._is_outside(shape):
            if text := clean(_plain(shape)):
                met.unseen += 1
                met.concealed.add(f"{where}{Unseen.HIDDEN if shape.is_hidden else Unseen.OUTSIDE}", text)
            return
        met.carriers.objects += shape.is_object
        met.pictures += shape.is_picture and not shape.is_object
        if shape.is_table:
            met.add_table(self._table(shape, where), where)
            return
        for line in self._lines(shape, where):
            put(line)
        for inner in shape.inside:
            self._add(inner, where, put)

    def _is_outside(self, shape: Shape) -> bool:
        width, height = self._presentation.size
        if shape.box is None or shape.is_child or not (width and height):
            return False
        left, top, right, bottom = shape.box
        return right <= 0 or bottom <= 0 or left >= width or top >= height

    def _lines(self, shape: Shape, where: str) -> Iterator[str]:
        yield from filter(None, map(clean, shape.word_art.splitlines()))
        for text in shape.texts:
            counter = Counter()
            for paragraph in paragraphs(text):
                if line := clean(in_line(self._pieces(paragraph, where))):
                    self._met.unknown_lists += paragraph.scheme is not None and not is_known(paragraph.scheme)
                    yield labelled(counter.count(paragraph.depth, paragraph.scheme, paragraph.start), line)

    def _pieces(self, paragraph: Paragraph, where: str) -> Iterator[str]:
        met = self._met
        for text, look in paragraph.runs:
            if look.size == 1 and text.strip():
                met.unseen += 1
                met.concealed.add(f"{where}{Unseen.TINY}", text)
                continue
            met.doubtful += len(squeezed(text)) if look.white else 0
            shown = self._symbols(text, look)
            yield Raised(shown) if look.shift > 0 else Lowered(shown) if look.shift < 0 else shown

    def _symbols(self, text: str, look: Letters) -> str:
        fonts = self._presentation.fonts
        font = next((name for each in (look.symbols, look.font) if is_symbol_font(name := fonts.get(each, ""))), "")
        if not font:
            return text
        return "".join(self._met.carriers.symbol(font, ord(each)) if ord(each) in _PRIVATE else each for each in text)

    def _table(self, table: Shape, where: str) -> SlideTable:
        """Set the cells of a table, which is a group of shapes, by the lines where they begin."""
        cells = [(each.box, each) for each in table.inside if each.box is not None and not _is_line(each)]
        lefts, tops = sorted({box[0] for box, _ in cells}), sorted({box[1] for box, _ in cells})
        found = SlideTable([{} for _ in tops], {}, [], 0)
        for box, each in cells:
            row, column = tops.index(box[1]), lefts.index(box[0])
            # Both ends may differ from the next beginning by a rounded unit.
            span = Span(bisect_left(tops, box[3] - 1) - row, bisect_left(lefts, box[2] - 1) - column)
            found.cells[row][column] = "".join(self._lines(each, where))
            if span != (1, 1) and min(span) > 0:
                found.spans[row, column] = span
        for each in table.inside:
            if each.box is None:
                self._add(each, where, self._met.lines.add_row)
        return found


def _set(shapes: Iterable[Shape]) -> Iterator[Shape]:
    """Yield the shapes of a master but for the placeholders: what is in them tells only who writes a slide what to do.

    Placeholders stand in no groups.
    """
    return (each for each in shapes if not each.is_placeholder)


def _is_line(shape: Shape) -> bool:
    """Tell whether a shape in a table is one of its lines, which have no height or no width."""
    return shape.box is not None and (shape.box[0] == shape.box[2] or shape.box[1] == shape.box[3])


def _plain(shape: Shape) -> str:
    """Return all text of a shape and of what is grouped in it, seen or not."""
    own = [line for text in shape.texts for line in map(lambda each: each.text, paragraphs(text))]
    return " ".join(filter(None, [shape.word_art, *own, *map(_plain, shape.inside)]))


def _title(shapes: list[Shape]) -> str | None:
    texts: list[Text] = [text for shape in shapes for text in shape.texts if text.kind in _TITLES]
    whole = ""
    for paragraph in paragraphs(texts[0]) if texts else ():
        whole = joined(whole, *map(clean, paragraph.text.split("\n")))
    return whole or None
