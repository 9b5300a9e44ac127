"""Pages of PDF files, drawn by PDFium, and where words stand on them."""

import ctypes
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pypdfium2
import pypdfium2.raw as raw
from PIL import Image

from archive.chinese import sought
from archive.errors import ExtractionFailed

# A box on a page: left, top, right and bottom as shares of its width and height.
Box = tuple[float, float, float, float]
# Of a page with more characters, the first are searched. A page of small print has 5,000.
_MOST_CHARACTERS = 200_000
_FINE = 1_000_000


@contextmanager
def opened(path: Path) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF. Raises ExtractionFailed for what can't be read, also while it is open."""
    try:
        document = pypdfium2.PdfDocument(path)
    except pypdfium2.PdfiumError as error:
        raise ExtractionFailed("文件（PDF）已损坏或设有密码，页面画不出来。请核对原件。") from error
    try:
        yield document
    except pypdfium2.PdfiumError as error:
        raise ExtractionFailed("这一页已损坏，画不出来。请核对原件。") from error
    finally:
        document.close()


def sizes(document: pypdfium2.PdfDocument, most: int) -> tuple[list[tuple[float, float]], int]:
    """Return each page's size in points, up to ``most`` pages, and how many pages there are beyond."""
    count = len(document)
    if not count:
        raise ExtractionFailed("文件（PDF）里没有页面。请核对原件。")
    found = []
    for number in range(min(count, most)):
        try:
            width, height = document.get_page_size(number)
        except pypdfium2.PdfiumError:
            # It stays in its place and says so when it is to be drawn.
            width, height = 595, 842
        found.append((max(width, 1), max(height, 1)))
    return found, max(count - most, 0)


def page_of(document: pypdfium2.PdfDocument, number: int) -> pypdfium2.PdfPage:
    """Return a page, counted from 1, with its remarks and fields drawn into it, so that their words are its own."""
    if not 1 <= number <= len(document):
        raise ExtractionFailed(f"没有第 {number} 页。")
    page = document[number - 1]
    if raw.FPDFPage_GetAnnotCount(page):
        raw.FPDFPage_Flatten(page, raw.FLAT_NORMALDISPLAY)
        page.close()
        page = document[number - 1]
    return page


def drawn(document: pypdfium2.PdfDocument, number: int, width: int, pixels: int) -> Image.Image:
    """Return a page as a picture on white, as wide as given unless that were too many pixels."""
    page = page_of(document, number)
    wide, high = (max(side, 1.0) for side in page.get_size())
    scale = min(width / wide, (pixels / (wide * high)) ** 0.5, 8 * width / high)
    image: Image.Image = page.render(scale=scale, rev_byteorder=True).to_pil().convert("RGB")
    page.close()
    return image


def marks(
    document: pypdfium2.PdfDocument, words: Sequence[str], pages: int
) -> Iterator[tuple[int, int, int, int, int, int]]:
    """Yield each place of words on the first pages, see ``page.Mark``."""
    if not any(words):
        return
    for number in range(1, pages + 1):
        try:
            page = page_of(document, number)
            found = places(page, words)
            page.close()
        except pypdfium2.PdfiumError:
            continue
        for at, boxes in found:
            for left, top, right, bottom in boxes:
                yield number, at, _mil(left), _mil(top), _mil(right - left), _mil(bottom - top)


def _mil(share: float) -> int:
    return round(1000 * share)


def text_of(page: pypdfium2.PdfPage) -> str:
    """Return a page's characters, one for each that PDFium counts, so that an index is one of both."""
    text = page.get_textpage()
    count = min(raw.FPDFText_CountChars(text), _MOST_CHARACTERS)
    codes = (raw.FPDFText_GetUnicode(text, at) for at in range(count))
    told = "".join(chr(code) if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else " " for code in codes)
    text.close()
    return told


def has_picture(page: pypdfium2.PdfPage) -> bool:
    """Tell whether a picture is on a page."""
    return any(True for _ in page.get_objects(filter=[raw.FPDF_PAGEOBJ_IMAGE], max_depth=5))


def places(page: pypdfium2.PdfPage, words: Sequence[str]) -> list[tuple[int, list[Box]]]:
    """Return the boxes of each place where one of the words stands on a page, with the word's number."""
    return [(at, boxes_of(page, range(start, end))) for at, start, end in sought.find(text_of(page), words)]


def boxes_of(page: pypdfium2.PdfPage, characters: range) -> list[Box]:
    """Return the boxes of characters, those of one line together."""
    text = page.get_textpage()
    lines: list[Box] = []
    for at in characters:
        box = _box(page, text, at)
        if box is None:
            continue
        if lines and _beside(lines[-1], box):
            last = lines[-1]
            lines[-1] = (min(last[0], box[0]), min(last[1], box[1]), max(last[2], box[2]), max(last[3], box[3]))
        else:
            lines.append(box)
    text.close()
    return lines


def _box(page: pypdfium2.PdfPage, text: pypdfium2.PdfTextPage, at: int) -> Box | None:
    """Return a character's box, also on a page that is turned or cropped; None for a blank, which has none."""
    rectangle = raw.FS_RECTF()
    if not raw.FPDFText_GetLooseCharBox(text, at, ctypes.byref(rectangle)):
        return None
    sides = []
    for x, y in ((rectangle.left, rectangle.top), (rectangle.right, rectangle.bottom)):
        right, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, _FINE, _FINE, 0, x, y, ctypes.byref(right), ctypes.byref(down))
        sides.append((right.value / _FINE, down.value / _FINE))
    (x0, y0), (x1, y1) = sides
    left, right_, top, bottom = (*sorted((x0, x1)), *sorted((y0, y1)))
    clipped = (max(left, 0.0), max(top, 0.0), min(right_, 1.0), min(bottom, 1.0))
    return clipped if clipped[0] < clipped[2] and clipped[1] < clipped[3] else None


def _beside(line: Box, box: Box) -> bool:
    """Tell whether a character goes on in the line of those before it."""
    shared = min(line[3], box[3]) - max(line[1], box[1])
    gap = max(line[0], box[0]) - min(line[2], box[2])
    return shared > 0.6 * min(line[3] - line[1], box[3] - box[1]) and gap < 0.05
