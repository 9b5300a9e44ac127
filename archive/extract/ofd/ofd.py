"""Reading OFD (GB/T 33190-2016), a zip of XML for official documents, by treating its pages like those of a PDF.

Numbers in comments and docstrings are clauses of the standard.
"""

import posixpath
from collections.abc import Iterator, Mapping
from pathlib import Path

from lxml import etree

from archive.errors import ExtractionFailed
from archive.extract.containers.ofdpackage import DAMAGED, LOCKED, Package
from archive.extract.containers.zipguard import read_parts, refuse_doctype
from archive.extract.extraction import Extraction
from archive.extract.ofd.fonts import BEGINNINGS, Font
from archive.extract.ofd.page import PageReader
from archive.extract.ofd.places import numbers
from archive.extract.pdf.page import PageContent
from archive.extract.pdf.reader import Pages
from archive.extract.recognition.page import Kept
from archive.extract.text.characters import clean
from archive.extract.text.concealed import Unseen

# A page with pictures on more than this share of it may be a scan.
_SCAN = 0.3
_A4 = (210.0, 297.0)
_Resources = tuple[Mapping[str, etree._Element], Mapping[str, etree._Element], Mapping[str, Font]]


def extract(path: Path, kept: Kept | None = None) -> Extraction:
    """Extract the text of an OFD file's pages, including templates and annotations but not watermarks.

    Of pages that are only pictures the text is taken that was recognised before, as far as it is ``kept``.
    """
    parts = read_parts(path, beginnings=BEGINNINGS)
    refuse_doctype(parts)
    return _Ofd(Package(parts), kept).extraction()


class _Ofd(Pages):
    """The documents of a package, page by page."""

    _damaged = DAMAGED

    def __init__(self, package: Package, kept: Kept | None) -> None:
        super().__init__(kept)
        self._package = package
        self._watermarks = self._doubtful = self._shapeless = self._exchanged = 0

    def _contents(self) -> Iterator[PageContent]:
        package = self._package
        root = package.find("OFD.xml")
        for location in package.tree(root).iterfind("{*}DocBody/{*}DocRoot"):
            name = package.find(location.text or "", root or "")
            document = _Document(package, name)
            self._attached += document.attached()
            for page in document.root.iterfind("{*}Pages/{*}Page"):
                self._pages += 1
                try:
                    content = self._page(document, page)
                except (ExtractionFailed, ValueError) as error:
                    if package.encrypted:
                        raise ExtractionFailed(LOCKED) from error
                    # One broken page must not take the others with it.
                    self._broken.append(self._pages)
                    content = PageContent(0, 0)
                yield self._noted(content)

    def _page(self, document: "_Document", page: etree._Element) -> PageContent:
        name = self._package.find(page.get("BaseLoc", ""), document.name)
        root = self._package.tree(name)
        box = root.find("{*}Area/{*}PhysicalBox")
        width, height = _size(box.text) if box is not None else document.size
        reader = PageReader(width, height, *document.resources(root, name or ""))
        for content in self._layers(document, root):
            reader.read(content)
        for annotation in document.annotations(page.get("ID", "")):
            self._read_annotation(reader, annotation)
        self._doubtful += reader.doubtful
        self._shapeless += reader.shapeless
        self._exchanged += reader.exchanged
        found = reader.content
        if not any(glyph.text != " " for glyph in found.glyphs) and found.covered > _SCAN:
            # The recognised text of a scan is often hidden behind its picture.
            for kind in (Unseen.HIDDEN, Unseen.INVISIBLE):
                found.glyphs += found.unseen.pop(kind, [])
            found.recognised = sum(glyph.text != " " for glyph in found.glyphs)
        return found

    def _layers(self, document: "_Document", page: etree._Element) -> Iterator[etree._Element]:
        """Yield what a page consists of in the order in which it is painted (7.7): some templates lie on top."""
        below: list[etree._Element] = []
        above: list[etree._Element] = []
        for template in page.iterfind("{*}Template"):
            place = document.templates.get(template.get("TemplateID", ""))
            if place is not None:
                order = template.get("ZOrder") or document.orders.get(template.get("TemplateID", ""), "")
                found = self._package.tree(place).iterfind("{*}Content")
                (above if order == "Foreground" else below).extend(found)
        yield from (*below, *page.iterfind("{*}Content"), *above)

    def _read_annotation(self, reader: PageReader, annotation: etree._Element) -> None:
        """Read a note, form field or stamp (15); only count the characters of watermarks that are seen."""
        is_hidden = annotation.get("Visible", "true").lower() in ("false", "0")
        author = clean(annotation.get("Creator", "")) or "未署名"
        self._concealed.add(f"第 {self._pages} 页批注（{author}）", annotation.findtext("{*}Remark") or "")
        for appearance in annotation.iterfind("{*}Appearance"):
            if annotation.get("Type") == "Watermark" and not is_hidden:
                self._watermarks += sum(len((code.text or "").strip()) for code in appearance.iter("{*}TextCode"))
                continue
            x, y, _, _ = numbers(appearance.get("Boundary"), 4)
            unseen = Unseen.HIDDEN if is_hidden else None
            # The picture of a seal has no text to search for.
            reader.read(appearance, pictures=annotation.get("Type") != "Stamp", at=(x, y), unseen=unseen)

    def _warnings(self, any_text: bool) -> list[str]:
        told = super()._warnings(any_text)
        if self._watermarks:
            told.append(f"有 {self._watermarks} 个水印字没有收入正文。")
        if self._doubtful:
            told.append(f"有 {self._doubtful} 个字设了裁剪，看不看得见不能确定，仍收入正文，请与原件核对。")
        if self._shapeless:
            told.append(
                f"有 {self._shapeless} 个字在文件内嵌的字体里没有字形，看不看得见不能确定，仍收入正文，请与原件核对。"
            )
        if self._exchanged:
            told.append(
                f"有 {self._exchanged} 个字在文件内嵌的字体里画成另外的字形，看到的可能是别的字，"
                "仍按文字收入正文，请与原件核对。"
            )
        return told


class _Document:
    """One document of a package, with what its pages share."""

    def __init__(self, package: Package, name: str | None) -> None:
        self._package = package
        self.root = package.tree(name)
        self.name = name or ""
        box = self.root.find("{*}CommonData/{*}PageArea/{*}PhysicalBox")
        self.size = _size(box.text) if box is not None else _A4
        self.templates = {
            each.get("ID", ""): package.find(each.get("BaseLoc", ""), self.name)
            for each in self.root.iterfind("{*}CommonData/{*}TemplatePage")
        }
        self.orders = {
            each.get("ID", ""): each.get("ZOrder", "") for each in self.root.iterfind("{*}CommonData/{*}TemplatePage")
        }
        self._fonts: dict[str, Font] = {}
        self._own: _Resources = ({}, {}, {})
        for kind in ("PublicRes", "DocumentRes"):
            self._own = self._with(self._own, self.root.iterfind(f"{{*}}CommonData/{{*}}{kind}"), self.name)

    def resources(self, page: etree._Element, name: str) -> _Resources:
        """Return the composite graphic units, drawing parameters and embedded fonts that a page can use, by ID."""
        return self._with(self._own, page.iterfind("{*}PageRes"), name)

    def _with(self, known: _Resources, places: Iterator[etree._Element], beside: str) -> _Resources:
        units, drawn, fonts = known
        for place in places:
            name = self._package.find(place.text or "", beside)
            if name is not None:
                root = self._package.tree(name)
                units = {**units, **{each.get("ID", ""): each for each in root.iter("{*}CompositeGraphicUnit")}}
                drawn = {**drawn, **{each.get("ID", ""): each for each in root.iter("{*}DrawParam")}}
                fonts = {**fonts, **self._embedded(root, name)}
        return units, drawn, fonts

    def _embedded(self, resources: etree._Element, beside: str) -> dict[str, Font]:
        """Return the fonts of which the package has a file (11.1), by ID. Each file is read once."""
        found: dict[str, Font] = {}
        for each in resources.iter("{*}Font"):
            location = each.findtext("{*}FontFile")
            if location:
                folder = resources.get("BaseLoc", "")
                name = self._package.find(posixpath.join(folder, location.strip()), beside)
                name = name or self._package.find(location, beside)
                if name is not None:
                    if name not in self._fonts:
                        self._fonts[name] = Font(self._package.content(name))
                    found[each.get("ID", "")] = self._fonts[name]
        return found

    def annotations(self, page: str) -> Iterator[etree._Element]:
        for name, root in self._listed("Annotations"):
            for entry in root.iterfind("{*}Page"):
                place = entry.findtext("{*}FileLoc")
                if entry.get("PageID") == page and place:
                    found = self._package.find(place, name)
                    if found is not None:
                        yield from self._package.tree(found).iterfind("{*}Annot")

    def attached(self) -> list[str]:
        """Return the names of the attached files (16)."""
        return [
            each.get("Name") or "未命名"
            for _, root in self._listed("Attachments")
            for each in root.iterfind("{*}Attachment")
            if each.get("Visible", "true").lower() not in ("false", "0")
        ]

    def _listed(self, kind: str) -> Iterator[tuple[str, etree._Element]]:
        for place in self.root.iterfind(f"{{*}}{kind}"):
            name = self._package.find(place.text or "", self.name)
            if name is not None:
                yield name, self._package.tree(name)


def _size(box: str | None) -> tuple[float, float]:
    _, _, width, height = numbers(box, 4)
    return (width, height) if width > 0 and height > 0 else _A4
