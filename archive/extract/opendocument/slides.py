"""Reading OpenDocument presentations (odp): the text of each slide in the order of its shapes."""

import re
from dataclasses import replace
from pathlib import Path

from lxml import etree

from archive.extract.extraction import Extraction
from archive.extract.opendocument.inline import SHAPES, Seen, controls_in, text_of
from archive.extract.opendocument.package import Package, attribute, local
from archive.extract.opendocument.styles import Styles
from archive.extract.opendocument.text import Reader
from archive.extract.others.slidemet import Met
from archive.extract.text.characters import clean, joined
from archive.extract.text.concealed import Unseen
from archive.extract.text.scripts import in_line

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
        self._reader = Reader(package, self._styles, self._met.concealed, self._seen, controls, self._met.setter)
        self._size = _page_size(package.styles)

    def extraction(self) -> Extraction:
        met = self._met
        footers: dict[str, None] = {}
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
                footers[attribute(page, "use-footer-name")] = None
            if note := clean(" ".join(text_of(each) for each in page.iterfind("{*}notes"))):
                met.notes += 1
                met.concealed.add(f"{where}备注", note)
            for each in page.iterfind("{*}annotation"):
                author = clean("".join(part.text or "" for part in each.iterfind("{*}creator"))) or "未署名"
                met.comments += 1
                met.concealed.add(f"{where}批注（{author}）", text_of(each))
        for each in self._package.body.iterchildren("{*}footer-decl"):
            if attribute(each, "name") in footers:
                met.lines.add("".join(str(part) for part in each.itertext()))
        met.pictures, met.doubtful, met.covered = self._seen.pictures, self._seen.doubtful, self._seen.covered
        met.comments += self._seen.comments
        met.unknown_lists = self._reader.counter.unknown
        met.carriers = self._seen.carriers
        self._package.add_properties(met.concealed)
        return met.extraction()

    def _read(self, page: etree._Element, where: str) -> None:
        met = self._met
        for shape in _drawn(page):
            if self._is_outside(shape):
                if text := clean(text_of(shape)):
                    met.unseen += 1
                    met.concealed.add(f"{where}{Unseen.OUTSIDE}", text)
                continue
            before = self._seen.hidden
            for line in self._reader.drawn(shape):
                if line.row is not None:
                    met.lines.add_set(replace(line.row, text=line.text), line.table)
                else:
                    met.lines.add_row(line.text, line.table)
            met.unseen += self._seen.hidden > before

    def _is_outside(self, shape: etree._Element) -> bool:
        """Tell whether a shape lies wholly beside the slide, which is known where it says all that is needed."""
        if attribute(shape, "transform") or not all(self._size):
            return False
        left, top, width, height = (_points(attribute(shape, name)) for name in ("x", "y", "width", "height"))
        if left is None or top is None or width is None or height is None:
            return False
        return left + width <= 0 or top + height <= 0 or left >= self._size[0] or top >= self._size[1]


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
        if attribute(shape, "class") == "title":
            whole = ""
            for each in shape.iter("{*}p"):
                whole = joined(whole, *map(clean, in_line(reader.plain(each)).split("\n")))
            return whole or None
    return None
