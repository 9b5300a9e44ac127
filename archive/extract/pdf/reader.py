"""Reading PDF files, and putting placed characters together into lines, rows and paragraphs."""

import logging
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError, PDFPasswordIncorrect
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser

from archive.errors import ExtractionFailed
from archive.extract.extraction import Extraction
from archive.extract.limits import tell_pages
from archive.extract.pdf.annotations import Annotations, Form, annotations_of
from archive.extract.pdf.columns import parts_of
from archive.extract.pdf.declared import declared_pages, drawn_bytes
from archive.extract.pdf.grid import GridRow, find_grids, rows_of, set_tables
from archive.extract.pdf.heads import is_page_number, without_running_heads
from archive.extract.pdf.layers import hidden_layers
from archive.extract.pdf.page import Glyph, PageContent, TextLine, form_lines, read_page
from archive.extract.pdf.painting import Device, Interpreter
from archive.extract.pdf.paragraphs import Item, paragraphs_of
from archive.extract.pdf.recognised import content as recognised_content
from archive.extract.pdf.recognised import is_text
from archive.extract.recognition.page import Kept
from archive.extract.text.assemble import SCANNED, assemble, page_list
from archive.extract.text.characters import clean, joined
from archive.extract.text.concealed import Concealed, Unseen, comments_told
from archive.extract.text.mojibake import is_garbled
from archive.extract.text.tables import Setter
from archive.extract.text.titles import may_be_title

logging.getLogger("pdfminer").setLevel(logging.CRITICAL)

_DAMAGED = "文件（PDF）已损坏或不完整，无法读取。请重新获取，或用阅读软件打开并另存后再提交。"
_LOCKED = "文件（PDF）设有打开密码，无法读取。请去掉密码后重新提交。"
# The share of a page's height at its top and bottom where a page number may be.
_MARGIN = 0.12
# How many broken pages a file may have before reading stops.
_MAX_BROKEN = 1000
# Bytes of instructions that draw the outline of one character, and that draw more than a few of them.
_OUTLINE = 1000
_DRAWN = 20_000
# How many recognised characters make a page a recognised one.
_RECOGNISED = 10
# With as many characters without meaning, and this share of all, a page's text says less than its picture.
_LOST, _LOST_SHARE = 10, 0.1
_SHEET = re.compile(r"第 (\d+) 页")


def extract(path: Path, kept: Kept | None = None) -> Extraction:
    """Extract the text of a PDF; warnings tell of pages that are only pictures and of characters without meaning.

    Of such pages the text is taken that was recognised before, as far as it is ``kept``.
    """
    with path.open("rb") as stream:
        document = _open(stream)
        tell_pages(declared_pages(document))
        try:
            return _Pdf(document, kept).extraction()
        except (ExtractionFailed, MemoryError):
            raise
        except Exception as error:
            raise ExtractionFailed(_DAMAGED) from error


def _open(stream: BinaryIO) -> PDFDocument:
    try:
        return PDFDocument(PDFParser(stream), password="")
    except PDFPasswordIncorrect as error:
        raise ExtractionFailed(_LOCKED) from error
    except PDFEncryptionError as error:
        raise ExtractionFailed("文件（PDF）的加密方式无法识别。请去掉密码后重新提交。") from error
    except MemoryError:
        raise
    except Exception as error:
        # pdfminer lets any error through: KeyError, TypeError, struct.error …
        raise ExtractionFailed(_DAMAGED) from error


class Pages(ABC):
    """A builder that puts pages of placed characters together into an Extraction; subclasses yield the pages."""

    _damaged = _DAMAGED

    def __init__(self, kept: Kept | None = None) -> None:
        self._kept = kept or Kept()
        # The pages whose text is taken from their pictures, and those of which it could only be taken so.
        self._machine: list[int] = []
        self._unread: list[int] = []
        self._scanned: list[int] = []
        self._drawings: list[int] = []
        self._broken: list[int] = []
        # The number of characters without meaning on each page that has any.
        self._lost: dict[int, int] = {}
        self._pages = 0
        self._slanted = self._pictures = 0
        self._recognised: list[int] = []
        self._concealed = Concealed()
        # The names of the files in the file.
        self._attached: list[str] = []

    def extraction(self) -> Extraction:
        pages = [self._items(page) for page in self._contents()]
        if not self._pages or len(self._broken) == self._pages:
            raise ExtractionFailed(self._damaged)
        setter = Setter()
        laid = set_tables(without_running_heads(pages), setter)
        title = _find_title(laid[0]) if laid else None
        paragraphs = paragraphs_of(laid)
        lines, labels = [each.text for each in paragraphs], [each.label for each in paragraphs]
        rows = {at: each.row for at, each in enumerate(paragraphs) if each.row is not None}
        told, concealed = [*self._warnings(bool(lines)), *setter.told], self._concealed.lines
        found = assemble(title, lines, labels=labels, rows=rows, warnings=told, concealed=concealed)
        return replace(
            found,
            places=tuple(replace(place, recognised=self._is_machine(place.label)) for place in found.places),
            recognised=tuple(self._machine),
            unread=tuple(self._unread),
        )

    def _is_machine(self, label: str) -> bool:
        page = _SHEET.match(label)
        return page is not None and int(page[1]) in self._machine

    @abstractmethod
    def _contents(self) -> Iterator[PageContent]:
        """Yield the content of each page, as returned by ``_noted``.

        A page is counted in ``_pages`` before it is read, and its number added to ``_broken`` if that fails.
        """

    def _noted(self, content: PageContent) -> PageContent:
        """Record what the warnings about a page need, and return its content, or what was recognised instead."""
        for text in content.blank:
            self._concealed.add(f"第 {self._pages} 页表单域中没有显示的值", text)
        for text in content.differing:
            self._concealed.add(f"第 {self._pages} 页与显示的不同的值", text)
        if self._needs_recognising(content):
            page = self._kept.pages.get(self._pages)
            if page is not None and is_text(page):
                self._machine.append(self._pages)
                for reason, glyphs in content.unseen.items():
                    self._conceal(reason.value, glyphs)
                read = recognised_content(page, content.width)
                read.glyphs += _not_in(content.over, "".join(line.text for line in page.lines))
                return read
            self._unread.append(self._pages)
        if content.lost:
            self._lost[self._pages] = content.lost
        self._slanted += content.slanted
        for reason, glyphs in content.unseen.items():
            self._conceal(reason.value, glyphs)
        # The numbers of pages are recognised too, and tell nothing.
        if content.recognised > _RECOGNISED:
            self._recognised.append(self._pages)
            # Machines write a blank after every character, or after none; how far they stand apart says more.
            content.glyphs = [glyph for glyph in content.glyphs if glyph.text != " "]
        if _is_scanned(content):
            self._scanned.append(self._pages)
        else:
            self._pictures += content.pictures
            if _is_drawn(content):
                self._drawings.append(self._pages)
        content.glyphs += content.over
        return content

    def _needs_recognising(self, content: PageContent) -> bool:
        """Tell whether a page shows text that its characters don't give: a scan, outlines, a font without a code."""
        if _is_scanned(content) or _is_drawn(content):
            return True
        shown = _shown(content)
        if content.lost >= _LOST and content.lost > _LOST_SHARE * (shown + content.lost):
            return True
        return is_garbled("".join(glyph.text for glyph in content.glyphs))

    def _conceal(self, kind: str, glyphs: Sequence[Glyph]) -> None:
        """List characters that nobody sees, line by line."""
        for line in form_lines(glyphs):
            self._concealed.add(f"第 {self._pages} 页{kind}", line.text)

    def _items(self, page: PageContent) -> list[TextLine | GridRow]:
        """Return the lines and table rows of a page from top to bottom, without its number."""
        items: list[tuple[float, TextLine | GridRow]] = []
        free = page.glyphs
        for grid in find_grids(page):
            rows = rows_of(grid, [glyph for glyph in free if grid.holds(glyph)])
            if all(len(row.cells) < 2 for row in rows):
                # Rules with one cell per row are a frame or background of paragraphs.
                continue
            free = [glyph for glyph in free if not grid.holds(glyph)]
            # All rows are placed at the table's top, so that a table beside it comes after it as a whole.
            items += [(grid.ys[0], row) for row in rows]
        for number, part in enumerate(parts_of(free)):
            for line in form_lines(part.glyphs):
                edge = line.y0 > (1 - _MARGIN) * page.height or line.y1 < _MARGIN * page.height
                if part.is_turned or not (edge and is_page_number(line.text)):
                    if part.top is None:
                        items.append((line.y1, line))
                    else:
                        items.append((part.top, replace(line, column=-number if part.is_turned else number)))
        return [item for _, item in sorted(items, key=lambda each: -each[0])]

    def _told_of_recognised(self) -> str:
        return f"第 {page_list(self._machine)} 页的文字由机器识别（OCR），可能有错漏，请对照原件核对。"

    def _warnings(self, any_text: bool) -> list[str]:
        told: list[str] = []
        if self._machine:
            told.append(self._told_of_recognised())
        for page in self._unread:
            if page in self._kept.failed:
                told.append(f"第 {page} 页没有识别出文字：{self._kept.failed[page]}")
            elif page in self._kept.pages:
                told.append(f"第 {page} 页的图像上没有识别出文字，请核对原件。")
        if len(self._scanned) == self._pages:
            told.append(f"{SCANNED}。")
        elif self._scanned:
            told.append(f"第 {page_list(self._scanned)} 页是{SCANNED}。")
        if self._broken:
            told.append(f"第 {page_list(self._broken)} 页已损坏，没有读出文字，请核对原件。")
        if self._recognised:
            told.append(
                f"第 {page_list(self._recognised)} 页是扫描件，文字取自图片背后识别出的一层，可能有错，请与原件核对。"
            )
        if self._concealed.characters:
            told.append(f"有 {self._concealed.characters} 个字在页面上看不见，没有收入正文，请核对。")
        lost, pages = sum(self._lost.values()), page_list(self._lost)
        if lost and any_text:
            told.append(f"第 {pages} 页有 {lost} 个字的字体没有给出编码，无法识别，检索不到，请核对原件。")
        elif lost:
            told.append(f"全文 {lost} 个字的字体都没有给出编码，无法识别，检索不到。请索取文字可以复制的文件。")
        if self._drawings:
            told.append(
                f"第 {page_list(self._drawings)} 页图形很多而文字很少，文字可能已转成图形，检索不到，请核对原件。"
            )
        if self._slanted > 10:
            told.append(f"有 {self._slanted} 个斜排的字（多为水印）没有收入正文。")
        if self._pictures:
            told.append(f"正文含有 {self._pictures} 幅图片，图片中的文字检索不到。")
        if self._attached:
            shown = "、".join(self._attached[:10])
            told.append(f"文件内带有 {len(self._attached)} 个附件（{shown}），没有收入，请另行提交。")
        return told


def _shown(content: PageContent) -> int:
    return len(content.glyphs) - [glyph.text for glyph in content.glyphs].count(" ")


def _not_in(glyphs: Sequence[Glyph], text: str) -> list[Glyph]:
    """Return the characters of the lines that a text does not have."""
    known = "".join(text.split())
    lines = [(line, "".join(line.text.split())) for line in form_lines(glyphs)]
    return [
        glyph for glyph in glyphs if not any(line.y0 <= glyph.y <= line.y1 and text in known for line, text in lines)
    ]


def _is_scanned(content: PageContent) -> bool:
    """Tell whether a page is a picture. A stamp or page number over one that fills the page is not a text layer."""
    shown = _shown(content)
    return (shown < 10 and content.covered > 0.3) or (not shown and content.pictures > 0)


def _is_drawn(content: PageContent) -> bool:
    """Tell whether a page's characters are drawn as shapes."""
    return content.drawn > max(_DRAWN, _OUTLINE * (_shown(content) + content.lost))


class _Pdf(Pages):
    def __init__(self, document: PDFDocument, kept: Kept | None = None) -> None:
        super().__init__(kept)
        self._document = document
        self._form = Form(document)
        self._layers = hidden_layers(document)
        self._attached += self._form.files
        self._remarks = self._media = self._unread_annotations = 0

    def _contents(self) -> Iterator[PageContent]:
        manager = PDFResourceManager()
        device = Device(manager)
        layers = self._layers or frozenset()
        interpreter = Interpreter(manager, device, layers)
        for page in self._found_pages():
            self._pages += 1
            try:
                laid = annotations_of(page, self._form, layers)
                interpreter.overlays = laid.overlays
                interpreter.process_page(page)
                content = read_page(device.get_result(), device.seen, laid.overlays, device.placed)
                content.drawn = drawn_bytes(page)
            except MemoryError:
                raise
            except Exception:
                # pdfminer may raise anything, as in _open; one broken page must not take the others with it.
                self._broken.append(self._pages)
                if len(self._broken) > _MAX_BROKEN:
                    raise
                content = PageContent(0, 0)
            else:
                self._note_laid(laid)
            yield self._noted(content)

    def _note_laid(self, laid: Annotations) -> None:
        """Record what lies on a page and is not in its text."""
        for author, text in laid.remarks:
            self._concealed.add(f"第 {self._pages} 页批注（{clean(author) or '未署名'}）", text)
        for text in laid.hidden:
            self._concealed.add(f"第 {self._pages} 页{Unseen.HIDDEN.value}", text)
        self._remarks += len(laid.remarks)
        self._attached += laid.files
        self._media += laid.media
        self._unread_annotations += laid.unread

    def _found_pages(self) -> Iterator[PDFPage]:
        """Yield the pages up to the first one that can't be found; ``_warnings`` tells of the others."""
        pages = PDFPage.create_pages(self._document)
        while True:
            try:
                page = next(pages, None)
            except MemoryError:
                raise
            except Exception:
                return
            if page is None:
                return
            yield page

    def _warnings(self, any_text: bool) -> list[str]:
        told = super()._warnings(any_text)
        if self._form.is_foreign:
            told.append("文件（PDF）是 XFA 动态表单，填写的内容没有读出。请打印成普通 PDF 后重新提交。")
        if self._layers is None:
            told.append("文件（PDF）里哪些图层不显示没有读出，各图层的文字都收入了正文，请与原件核对。")
        if self._remarks:
            told.append(comments_told("文件中", self._remarks))
        if self._media:
            told.append(f"文件内有 {self._media} 处音频、视频或三维内容，没有收入正文。")
        if self._unread_annotations:
            told.append(f"页面上有 {self._unread_annotations} 处注释（图章、文本框等）没有读出，请与原件核对。")
        promised = declared_pages(self._document)
        if promised > self._pages:
            told.append(f"文件注明共 {promised} 页，只读到 {self._pages} 页，其余已损坏或缺失，请核对原件。")
        if self._document.encryption is not None:
            told.append("文件（PDF）经过加密，但不用密码即可阅读；归档前宜另存为不加密的文件。")
        return told


def _find_title(page: Sequence[Item]) -> str | None:
    """Join the lines in the largest type near the top; None if all type has about the same size."""
    lines = [item for item in page if isinstance(item, TextLine) and not item.is_running]
    if not lines:
        return None
    sizes = Counter[float]()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.text)
    body = sizes.most_common(1)[0][0]
    top = [line for line in lines[:15] if may_be_title(clean(line.text))]
    largest = max((line.size for line in top), default=0.0)
    if largest < 1.12 * body and len(sizes) > 1 or not top:
        return None
    return _joined_title(lines, largest) if largest >= 1.12 * body else None


def _joined_title(lines: Sequence[TextLine], size: float) -> str | None:
    whole = ""
    last: TextLine | None = None
    for line in lines[:20]:
        text = clean(line.text)
        large = abs(line.size - size) <= 0.06 * size and may_be_title(text)
        if last is not None and (not large or last.y0 - line.y1 > 1.6 * size):
            break
        if large:
            whole, last = joined(whole, text), line
    return whole or None
