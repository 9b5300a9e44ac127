"""Reading OpenDocument presentations (odp): the text of each slide in the order of its shapes."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from lxml import etree

from archive.extract.extraction import Extraction
from archive.extract.opendocument.inline import SHAPES, Seen, controls_in, text_of
from archive.extract.opendocument.package import Package, attribute, local
from archive.extract.opendocument.styles import Stated, Styles
from archive.extract.opendocument.text import Reader
from archive.extract.others.slidemet import Met
from archive.extract.text.characters import clean, joined
from archive.extract.text.concealed import Unseen
from archive.extract.text.scripts import in_line
from archive.extract.word.text import Line

# What a slide may show of what it has declared.
_FIELDS = ("footer", "date-time")
_LENGTH = re.compile(r"(-?\d{1,6}(?:\.\d{1,8})?)(cm|mm|in|pt)")
_POINTS = {"cm": 72 / 2.54, "mm": 7.2 / 2.54, "in": 72.0, "pt": 1.0}


def extract(path: Path) -> Extraction:
    """Extract the text that is seen of a presentation, titled like its first slide."""
    return _Presentation(Package(path, "presentation")).extraction()


class _Presentation:
    def __init__(self, package: Package) -> None:
        self._package = package
        self._styles = Styles(package.content, package.styles)
        self._met = Met()
        self._seen = Seen()
        controls = controls_in(package.body)
        closed = _closed_layers(package.styles)
        about = package, self._styles, self._met.concealed, self._seen, controls, self._met.setter, closed
        self._reader = Reader(*about)
        named = Styles(package.styles, package.styles)
        self._of_masters = Reader(package, named, *about[2:])
        masters = [] if package.styles is None else package.styles.iterfind("{*}master-styles/{*}master-page")
        self._masters = {attribute(each, "name"): each for each in masters}
        # The shapes of masters that were read.
        self._done: set[etree._Element] = set()
        self._size = _page_size(package.styles)

    def extraction(self) -> Extraction:
        met = self._met
        # Of a footer or a day, its name, and whether a slide shows it.
        used: dict[tuple[str, str], bool] = {}
        for number, page in enumerate(self._package.body.iterchildren("{*}page"), 1):
            where = f"第 {number} 张幻灯片"
            stated = self._styles.stated("drawing-page", attribute(page, "style-name"))
            if stated.get("drawing-page:visibility") == "hidden":
                met.hidden += 1
                met.concealed.add(f"隐藏的{where}", " ".join(map(text_of, _drawn(page))))
            else:
                met.shown += 1
                if met.shown == 1:
                    met.title = _title(page, self._reader)
                self._read(page, where)
                self._read_master(self._masters.get(attribute(page, "master-page-name")), stated, where)
                for kind in _FIELDS:
                    name = attribute(page, f"use-{kind}-name")
                    used[kind, name] = used.get((kind, name), False) or _displays(stated, kind)
            if note := clean(" ".join(text_of(each) for each in page.iterfind("{*}notes"))):
                met.notes += 1
                met.concealed.add(f"{where}备注", note)
            for each in page.iterfind("{*}annotation"):
                author = clean("".join(part.text or "" for part in each.iterfind("{*}creator"))) or "未署名"
                met.comments += 1
                met.concealed.add(f"{where}批注（{author}）", text_of(each))
        for kind in _FIELDS:
            for each in self._package.body.iterchildren(f"{{*}}{kind}-decl"):
                is_used, text = used.get((kind, attribute(each, "name"))), "".join(map(str, each.itertext()))
                if is_used and attribute(each, "source") in ("", "fixed"):
                    met.lines.add(text)
                elif not is_used and attribute(each, "source") in ("", "fixed"):
                    met.concealed.add("没有显示的页脚或日期", text)
        self._list_unused()
        met.pictures, met.doubtful, met.covered = self._seen.pictures, self._seen.doubtful, self._seen.covered
        met.comments += self._seen.comments
        met.unknown_lists = self._reader.counter.unknown
        met.carriers = self._seen.carriers
        self._package.add_properties(met.concealed)
        return met.extraction()

    def _read(self, page: etree._Element, where: str) -> None:
        lines = self._met.lines
        for shape in _drawn(page):
            for line in self._lines(shape, self._reader, where):
                if line.row is not None:
                    lines.add_set(replace(line.row, text=line.text), line.table)
                else:
                    lines.add_row(line.text, line.table)

    def _lines(self, shape: etree._Element, reader: Reader, where: str) -> Iterator[Line]:
        met = self._met
        if self._is_outside(shape):
            if text := clean(text_of(shape)):
                met.unseen += 1
                met.concealed.add(f"{where}{Unseen.OUTSIDE}", text)
            return
        before = self._seen.hidden
        yield from reader.drawn(shape)
        met.unseen += self._seen.hidden > before

    def _read_master(self, master: etree._Element | None, stated: Stated, where: str) -> None:
        """Read what a slide shows of its master, and was not read before."""
        if master is None or stated.get("drawing-page:background-objects-visible") == "false":
            return
        for shape in _drawn(master):
            kind = attribute(shape, "class")
            if shape not in self._done and (not kind or kind in _FIELDS and _displays(stated, kind)):
                self._done.add(shape)
                for line in self._lines(shape, self._of_masters, f"{where}母版上"):
                    self._met.add_repeated(line.text)

    def _list_unused(self) -> None:
        """List what stands on masters and no slide shows: not the placeholders, which only say what to do."""
        for master in self._masters.values():
            for shape in _drawn(master):
                kind = attribute(shape, "class")
                if shape not in self._done and (not kind or kind in _FIELDS) and (text := clean(text_of(shape))):
                    self._met.add_unseen_there("没有显示的母版上的文字", text)

    def _is_outside(self, shape: etree._Element) -> bool:
        """Tell whether a shape lies wholly beside the slide, which is known where it says all that is needed."""
        if attribute(shape, "transform") or not all(self._size):
            return False
        left, top, width, height = (_points(attribute(shape, name)) for name in ("x", "y", "width", "height"))
        if left is None or top is None or width is None or height is None:
            return False
        return left + width <= 0 or top + height <= 0 or left >= self._size[0] or top >= self._size[1]


def _displays(stated: Stated, kind: str) -> bool:
    """Tell whether a slide of a style shows its footer or its day."""
    return stated.get(f"drawing-page:display-{kind}") != "false"


def _closed_layers(styles: etree._Element | None) -> frozenset[str]:
    """Return the names of layers that are not shown on a screen (part 3, 19.131)."""
    layers = () if styles is None else styles.iterfind("{*}master-styles/{*}layer-set/{*}layer")
    return frozenset(attribute(each, "name") for each in layers if attribute(each, "display") in ("none", "printer"))


def _drawn(page: etree._Element) -> list[etree._Element]:
    return [each for each in page if local(each) in SHAPES]


def _points(length: str) -> float | None:
    found = _LENGTH.fullmatch(length)
    return float(found[1]) * _POINTS[found[2]] if found else None


def _page_size(styles: etree._Element | None) -> tuple[float, float]:
    """Return the largest width and height of the pages; 0 where they are not stated."""
    layouts = [] if styles is None else [*styles.iter("{*}page-layout-properties")]
    width, height = (
        max((_points(attribute(each, name)) or 0.0 for each in layouts), default=0.0)
        for name in ("page-width", "page-height")
    )
    return width, height


def _title(page: etree._Element, reader: Reader) -> str | None:
    for shape in _drawn(page):
        if attribute(shape, "class") == "title" and attribute(shape, "layer") not in reader.closed:
            whole = ""
            for each in shape.iter("{*}p"):
                whole = joined(whole, *map(clean, in_line(reader.plain(each)).split("\n")))
            return whole or None
    return None
