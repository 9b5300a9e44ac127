"""Masking words in PDF files: every page becomes a picture in which the words are painted over; nothing else stays.

No text, no remarks, no files within the file and no properties are in the copy. So it can't be searched: that is told.
"""

import io
from collections.abc import Sequence
from pathlib import Path

import pypdfium2
from PIL import Image, ImageDraw

from archive.chinese import sought
from archive.errors import ExtractionFailed
from archive.extract.limits import MIB
from archive.extract.pictures import pdfium

# 144 dots per inch, at which print of 8 points is read with ease.
_SCALE = 2.0
_PIXELS = 8_000_000
_MOST_PAGES = 200
_LARGEST = 60 * MIB
# What a box is wider and higher than the character, as shares of its height.
_MARGIN = 0.12
# How far a word may reach over a page's end, in characters.
_OVER = 400
# A page with fewer characters is a picture whose words the program doesn't know.
_SAYS = 10
_ELSEWHERE = "请拆分，或者用原来的软件遮盖后，作为新版本收入。"


def mask(path: Path, words: Sequence[str]) -> tuple[list[int], bytes, list[int]]:
    """Return how often each word was masked, the copy, and the pages whose words are not known."""
    counts = [0] * len(words)
    pictures: list[tuple[bytes, tuple[int, int], tuple[float, float]]] = []
    unknown = []
    with pdfium.opened(path) as document:
        if len(document) > _MOST_PAGES:
            raise ExtractionFailed(f"超过 {_MOST_PAGES} 页的 PDF 不能在这里遮盖。{_ELSEWHERE}")
        broken = _broken(document, words, counts)
        for number in range(1, len(document) + 1):
            page = pdfium.page_of(document, number)
            size = page.get_size()
            boxes = broken.get(number, [])
            for at, found in pdfium.places(page, words):
                if not found:
                    raise ExtractionFailed(f"第 {number} 页要遮盖的文字找不到位置。{_ELSEWHERE}")
                counts[at] += 1
                boxes += found
            if len(pdfium.text_of(page).strip()) < _SAYS and pdfium.has_picture(page):
                unknown.append(number)
            page.close()
            image = pdfium.drawn(document, number, max(1, round(_SCALE * size[0])), _PIXELS)
            paint(image, boxes)
            stream = io.BytesIO()
            image.save(stream, "JPEG", quality=80)
            pictures.append((stream.getvalue(), image.size, size))
            if sum(len(each) for each, _, _ in pictures) > _LARGEST:
                raise ExtractionFailed(f"遮盖后的文件过大。{_ELSEWHERE}")
    return counts, _written(pictures), unknown


def _broken(document: pypdfium2.PdfDocument, words: Sequence[str], counts: list[int]) -> dict[int, list[pdfium.Box]]:
    """Return the boxes of words that go on over a page's end, by page, and count them."""
    found: dict[int, list[pdfium.Box]] = {}
    tail = ""
    before = 0
    for number in range(1, len(document) + 1):
        page = pdfium.page_of(document, number)
        text = pdfium.text_of(page)
        for at, start, end in sought.find(tail + text[:_OVER], words):
            if start < len(tail) < end:
                former = pdfium.page_of(document, number - 1)
                found.setdefault(number - 1, []).extend(
                    pdfium.boxes_of(former, range(before + start, before + len(tail)))
                )
                found.setdefault(number, []).extend(pdfium.boxes_of(page, range(0, end - len(tail))))
                counts[at] += 1
        tail, before = text[-_OVER:], max(len(text) - _OVER, 0)
    return found


def paint(image: Image.Image, boxes: Sequence[pdfium.Box]) -> None:
    """Paint boxes black, with a margin."""
    drawing = ImageDraw.Draw(image)
    for left, top, right, bottom in boxes:
        x0, y0, x1, y1 = left * image.width, top * image.height, right * image.width, bottom * image.height
        margin = _MARGIN * min(y1 - y0, x1 - x0) + 1
        drawing.rectangle((x0 - margin, y0 - margin, x1 + margin, y1 + margin), fill="black")


def _written(pages: Sequence[tuple[bytes, tuple[int, int], tuple[float, float]]]) -> bytes:
    """Return a PDF of pictures, which has nothing in it but these."""
    stream = io.BytesIO(b"")
    starts: list[int] = []

    def add(content: bytes) -> None:
        starts.append(stream.tell())
        stream.write(b"%d 0 obj\n%b\nendobj\n" % (len(starts), content))

    stream.write(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    add(b"<</Type/Catalog/Pages 2 0 R>>")
    kids = b" ".join(b"%d 0 R" % (3 + 3 * at) for at in range(len(pages)))
    add(b"<</Type/Pages/Count %d/Kids[%b]>>" % (len(pages), kids))
    for jpeg, (across, down), (width, height) in pages:
        own = len(starts) + 1
        add(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 %.2f %.2f]/Contents %d 0 R/Resources<</XObject<</P %d 0 R>>>>>>"
            % (width, height, own + 1, own + 2)
        )
        draw = b"%.2f 0 0 %.2f 0 0 cm /P Do" % (width, height)
        add(b"<</Length %d>>stream\n%b\nendstream" % (len(draw), draw))
        about = b"/Width %d/Height %d/ColorSpace/DeviceRGB/BitsPerComponent 8/Filter/DCTDecode" % (across, down)
        add(b"<</Type/XObject/Subtype/Image%b/Length %d>>stream\n%b\nendstream" % (about, len(jpeg), jpeg))
    table = stream.tell()
    stream.write(b"xref\n0 %d\n0000000000 65535 f \n" % (len(starts) + 1))
    stream.write(b"".join(b"%010d 00000 n \n" % start for start in starts))
    stream.write(b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(starts) + 1, table))
    return stream.getvalue()
