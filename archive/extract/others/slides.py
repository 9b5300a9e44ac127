"""Reading presentations (pptx): the text of each slide in the order of its shapes, as it is seen."""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from copy import deepcopy
from pathlib import Path

from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.containers.elements import child_of, kind_of
from archive.extract.containers.relations import IDS, relations
from archive.extract.containers.zipguard import parse_part, read_parts, refuse_doctype
from archive.extract.extraction import Extraction
from archive.extract.others.slidelists import Counter, unknown_in
from archive.extract.others.slidelook import PRESENTATION, Parts, SlideLook
from archive.extract.others.slidemet import Met
from archive.extract.others.slideplace import box_of, place_of
from archive.extract.others.slidetable import read_table
from archive.extract.text.carriers import Carriers
from archive.extract.text.characters import clean, joined, squeezed
from archive.extract.text.concealed import Concealed, Unseen
from archive.extract.text.numbering import labelled
from archive.extract.text.officemath import M, OfficeMath
from archive.extract.text.scripts import Lowered, Raised, in_line
from archive.extract.text.symbols import is_symbol_font, symbol
from archive.extract.text.tables import Setter

_DAMAGED = "演示文稿（pptx）已损坏或不合格式，无法读取。请用办公软件打开并另存后再提交。"


# Kinds of relation that lead to comments, and the parts that name their authors.
_COMMENTED = ("comments", "comment")
_AUTHORS = ("ppt/commentAuthors.xml", "ppt/authors.xml")
_FOLLOWED = ("slideLayout", "slideMaster")
_FOLLOWED_PART = re.compile(r"ppt/slide(?:Layout|Master)s/[^/]+\.xml")
_SHAPES = frozenset(("sp", "grpSp", "graphicFrame", "cxnSp", "pic"))
# Characters of symbol fonts.
_PRIVATE = frozenset(map(chr, range(0xF000, 0xF100)))
_MEASURE = re.compile(r"-?\d{1,12}")
# Type up to so many hundredths of a point is too small to see.
_TINY = 100


def extract(path: Path) -> Extraction:
    """Extract the text that is seen of a presentation, titled like its first slide."""
    parts = read_parts(path)
    refuse_doctype(parts)
    return _Presentation(parts).extraction()


class _Presentation:
    def __init__(self, parts: Mapping[str, bytes]) -> None:
        self._parts = parts
        self._known = Parts(parts)
        self._met = Met()
        self._authors = _authors(parts)
        self._size = _size(parts) if PRESENTATION in parts else (0, 0)
        # The layouts and masters that were met, and those of which all was read.
        self._followed: set[str] = set()
        self._done: set[str] = set()
        self._owns: dict[str, etree._Element] = {}

    def extraction(self) -> Extraction:
        for number, name in enumerate(_slides(self._parts), 1):
            try:
                slide, related = parse_part(self._parts[name]), relations(self._parts, name)
            except (KeyError, ExtractionFailed):
                self._met.broken += 1
                continue
            self._read(slide, related, number)
        self._list_unused()
        if not self._met.shown and not self._met.hidden:
            raise ExtractionFailed(_DAMAGED)
        return self._met.extraction()

    def _read(self, slide: etree._Element, related: Mapping[str, tuple[str, str]], number: int) -> None:
        where = f"第 {number} 张幻灯片"
        is_hidden = slide.get("show") in ("0", "false")
        if is_hidden:
            self._met.hidden += 1
            self._met.concealed.add(f"隐藏的{where}", " ".join(_lines(slide)))
        else:
            self._met.shown += 1
            for reason, text in _take_unseen(slide, self._size, SlideLook(self._known, slide, related)):
                if reason is None:
                    self._met.doubtful += len(squeezed(text))
                else:
                    self._met.unseen += 1
                    self._met.concealed.add(f"{where}{reason}", text)
            if self._met.shown == 1:
                self._met.title = _title(slide)
            for each in _blocks(slide):
                if isinstance(each, str):
                    self._met.lines.add_row(each)
                else:
                    self._met.add_table(read_table(each, _text), where)
            _count_carriers(slide, self._met.carriers, self._met.concealed, where)
            self._met.unknown_lists += unknown_in(slide)
            self._met.pictures += sum(1 for _ in slide.iter("{*}pic"))
        charts = {one.get(key) for one in slide.iter("{*}chart") for key in IDS}
        for name, (kind, target) in related.items():
            if target not in self._parts:
                continue
            if kind == "chart":
                for text in _chart(parse_part(self._parts[target])):
                    if is_hidden or name not in charts:
                        self._met.concealed.add(f"{'隐藏的' if is_hidden else ''}{where}看不见的图表", text)
                    else:
                        self._met.lines.add_row(text)
            if kind == "diagramData":
                for text in _lines(parse_part(self._parts[target])):
                    if is_hidden:
                        self._met.concealed.add(f"隐藏的{where}", text)
                    else:
                        self._met.lines.add_row(text)
            elif kind == "notesSlide" and (note := " ".join(_lines(parse_part(self._parts[target])))):
                self._met.notes += 1
                self._met.concealed.add(f"{where}备注", note)
            elif kind in _COMMENTED:
                self._add_comments(where, parse_part(self._parts[target]))
        if not is_hidden:
            self._read_followed(slide, related, where)

    def _read_followed(self, slide: etree._Element, related: Mapping[str, tuple[str, str]], where: str) -> None:
        """Read what the layout and the master draw on a slide, unless it or the layout hides that (19.3.1.38)."""
        above = [slide]
        for kind in _FOLLOWED:
            name = next((target for each, target in related.values() if each == kind and target in self._parts), None)
            if name is None or above[0].get("showMasterSp") in ("0", "false"):
                return
            root, related = self._own(name), self._known.related(name)
            if name not in self._done:
                # What is not seen is removed from it, and on the next slide it may be seen.
                root = deepcopy(root)
                self._read_drawn(name, root, SlideLook(self._known, root, related, above), where)
            above.insert(0, root)

    def _own(self, name: str) -> etree._Element:
        """Return what a layout or a master itself draws; it is not to be changed."""
        if name not in self._owns:
            self._owns[name] = _without_places(deepcopy(self._known.root(name)))
        return self._owns[name]

    def _read_drawn(self, name: str, root: etree._Element, looks: SlideLook, where: str) -> None:
        met, all_seen = self._met, True
        for reason, text in _take_unseen(root, self._size, looks):
            if reason is None:
                met.doubtful += len(squeezed(text))
            else:
                all_seen = False
                met.add_unseen_there(f"{where}母版上{reason}", clean(text))
        for line in _lines(root):
            met.add_repeated(line)
        if name not in self._followed:
            self._followed.add(name)
            met.pictures += sum(1 for _ in root.iter("{*}pic"))
            _count_carriers(root, met.carriers, met.concealed, f"{where}母版上")
        if all_seen:
            self._done.add(name)

    def _list_unused(self) -> None:
        """List what stands on layouts and masters that no slide shows."""
        for name in sorted(self._parts):
            if _FOLLOWED_PART.fullmatch(name) and name not in self._followed:
                with suppress(ExtractionFailed):
                    for line in _lines(_without_places(parse_part(self._parts[name]))):
                        self._met.add_unseen_there("没有显示的母版或版式上的文字", line)

    def _add_comments(self, where: str, root: etree._Element) -> None:
        """List the comments of a part, older ones and those with answers."""
        for each in root.iter("{*}cm", "{*}reply"):
            texts = [part.text or "" for part in each.iterfind("{*}text")]
            texts += [part.text or "" for part in each.iterfind("{*}txBody//{*}t")]
            author = clean(self._authors.get(each.get("authorId", ""), "")) or "未署名"
            self._met.concealed.add(f"{where}批注（{author}）", "".join(texts))
            self._met.comments += 1


def _authors(parts: Mapping[str, bytes]) -> dict[str, str]:
    found: dict[str, str] = {}
    for name in _AUTHORS:
        for each in parse_part(parts[name]) if name in parts else ():
            found[each.get("id", "")] = each.get("name", "")
    return found


def _size(parts: Mapping[str, bytes]) -> tuple[int, int]:
    """Return the width and height of the slides; 0 if they are not stated."""
    size = parse_part(parts[PRESENTATION]).find("{*}sldSz")
    return _measures(size, "cx", "cy") if size is not None else (0, 0)


def _measures(element: etree._Element, *names: str) -> tuple[int, int]:
    first, second = (int(value) if _MEASURE.fullmatch(value := element.get(name, "")) else 0 for name in names)
    return first, second


def _take_unseen(slide: etree._Element, size: tuple[int, int], looks: SlideLook) -> Iterator[tuple[Unseen | None, str]]:
    """Remove the shapes and runs of a slide that are not seen, and yield the kind and text of each that has any.

    The kind is None for letters that stay because it is not known whether they are seen.
    """
    for shape in list(slide.iter(*(f"{{*}}{name}" for name in _SHAPES))):
        properties = shape.find("{*}*/{*}cNvPr")
        hidden = properties is not None and properties.get("hidden") in ("1", "true")
        if hidden or _is_outside(shape, size):
            text = " ".join(_lines(shape))
            _remove(shape)
            if text:
                yield Unseen.HIDDEN if hidden else Unseen.OUTSIDE, text
    # Judged before any is removed, by what stands around it.
    judged = [(run, *_judged(run, looks)) for run in slide.iter("{*}r") if _run(run).strip()]
    for run, reason, doubtful in judged:
        if reason is not None or doubtful:
            yield reason, _run(run)
        if reason is not None:
            _remove(run)


def _without_places(root: etree._Element) -> etree._Element:
    """Remove the placeholders of a layout or a master: what is in them tells only who writes a slide what to do."""
    for holder in list(root.iter("{*}ph")):
        shape = next(holder.iterancestors(*(f"{{*}}{each}" for each in _SHAPES)), None)
        if shape is not None:
            _remove(shape)
    return root


def _judged(run: etree._Element, looks: SlideLook) -> tuple[Unseen | None, bool]:
    look = child_of(run, "rPr")
    reason = None if look is None else _unseen(look)
    return (reason, False) if reason is not None else looks.of(run)


def _remove(element: etree._Element) -> None:
    parent = element.getparent()
    if parent is not None:
        parent.remove(element)


def _is_outside(shape: etree._Element, size: tuple[int, int]) -> bool:
    """Tell whether a shape that is in no group lies wholly beside the slide, however it is turned."""
    parent = shape.getparent()
    if parent is None or kind_of(parent) != "spTree" or not all(size):
        return False
    place = place_of(shape)
    box = None if place is None else box_of(place)
    if box is None:
        return False
    left, top, right, bottom = box
    return right <= 0 or bottom <= 0 or left >= size[0] or top >= size[1]


def _unseen(look: etree._Element) -> Unseen | None:
    """Return why a run of these properties is not seen, if nothing but themselves says so."""
    alpha = look.find("{*}solidFill/{*}*/{*}alpha")
    clear = alpha is not None and alpha.get("val") in ("0", "0%")
    if look.find("{*}noFill") is not None and look.find("{*}ln") is None or clear:
        return Unseen.INVISIBLE
    size = look.get("sz", "")
    return Unseen.TINY if _MEASURE.fullmatch(size) and 0 < int(size) <= _TINY else None


def _slides(parts: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the names of the slides' parts, in the order of presentation."""
    if PRESENTATION not in parts:
        raise ExtractionFailed(_DAMAGED)
    related = relations(parts, PRESENTATION)
    for slide in parse_part(parts[PRESENTATION]).iterfind("{*}sldIdLst/{*}sldId"):
        for key in IDS:
            if relation := slide.get(key):
                yield related.get(relation, ("", ""))[1]


def _lines(parent: etree._Element) -> Iterator[str]:
    """Yield the paragraphs and table rows below an element that are not empty."""
    for each in _blocks(parent):
        if isinstance(each, str):
            yield each
        else:
            yield from filter(None, (row.text for row in read_table(each, _text).rows(Setter())))


def _blocks(parent: etree._Element) -> Iterator[str | etree._Element]:
    """Yield the paragraphs below an element that are not empty, and the tables."""
    counter: Counter | None = None
    for element in parent.iterchildren("{*}*"):
        kind = kind_of(element)
        if kind == "tbl":
            yield element
        elif kind == "p":
            if line := clean(in_line(_run(each) for each in element.iterchildren("{*}*"))):
                counter = counter or Counter(parent)
                yield labelled(counter.label(element), line)
        # The fallback is the same content again, for programs that can't show the first choice.
        elif kind != "Fallback" and next(element.iter("{*}p", "{*}tbl"), None) is not None:
            yield from _blocks(element)


def _text(cell: etree._Element) -> str:
    return "".join(_lines(cell))


def _chart(root: etree._Element) -> Iterator[str]:
    """Yield the titles of a chart, and each row of what it draws: the name of a series or of a class, and its values.

    They are what the program that drew it kept beside it (ECMA-376 part 1, 21.2).
    """
    for title in root.iter("{*}title"):
        yield " ".join(_lines(title))
    for series in root.iter("{*}ser"):
        for part in ("tx", "cat", "xVal", "val", "yVal"):
            if values := [clean(each.text or "") for each in series.iterfind(f"{{*}}{part}//{{*}}v")]:
                yield " ".join(values)


def _run(element: etree._Element) -> str:
    kind = kind_of(element)
    # Fields are slide numbers and dates, which the program fills in.
    if kind in ("br", "fld"):
        return " " if kind == "br" else ""
    if kind == "AlternateContent":
        choice = element.find("{*}Choice")
        return "" if choice is None else in_line(_run(each) for each in choice.iterchildren("{*}*"))
    if kind in ("m", "oMath", "oMathPara"):
        return OfficeMath().written(element)
    text = "".join(each.text or "" for each in element.iter("{*}t"))
    look = child_of(element, "rPr")
    font = None if look is None else child_of(look, "sym")
    if font is not None and is_symbol_font(font.get("typeface", "")):
        text = "".join(symbol(font.get("typeface", ""), ord(each)) if each in _PRIVATE else each for each in text)
    shift = "" if look is None else look.get("baseline", "0")
    return text if shift.strip("-0%") == "" else Lowered(text) if shift.startswith("-") else Raised(text)


def _count_carriers(slide: etree._Element, found: Carriers, concealed: Concealed, where: str) -> None:
    """Count what a slide shows otherwise than its text, and list what is struck through."""
    for run in slide.iter("{*}r"):
        look = child_of(run, "rPr")
        if look is not None and look.get("strike", "noStrike") != "noStrike":
            found.strike(_run(run))
            concealed.add(f"{where}{Unseen.STRUCK}", _run(run))
        font = None if look is None else child_of(look, "sym")
        if font is not None and is_symbol_font(name := font.get("typeface", "")):
            text = "".join(each.text or "" for each in run.iter("{*}t"))
            found.symbols += sum(not symbol(name, ord(each)) for each in text if each in _PRIVATE)
    for formula in slide.iter(f"{M}oMath"):
        writer = OfficeMath()
        writer.written(formula)
        found.formulas += writer.odd > 0
    found.objects += sum(next(each.iterancestors("{*}Fallback"), None) is None for each in slide.iter("{*}oleObj"))


def _title(slide: etree._Element) -> str | None:
    for shape in slide.iter("{*}sp"):
        holder = shape.find("{*}nvSpPr/{*}nvPr/{*}ph")
        if holder is not None and holder.get("type") in ("title", "ctrTitle"):
            whole = ""
            for line in _lines(shape):
                whole = joined(whole, line)
            return whole or None
    return None
