"""Making a picture of a page, and listing the pages there are, with the places of words on them."""

import io
from pathlib import Path

from PIL import Image

from archive.errors import ExtractionFailed
from archive.extract.mediatype import IMAGES, OFD, PDF
from archive.extract.pictures import ofdscan, pdfium, raster

PICTURED = IMAGES | {PDF}
# A page's picture is as wide as a column of the desk at double density, and never has more pixels than this.
WIDTH = 1100
PIXELS = 4_000_000
# The same on a sheet of A4.
_DOTS = 133
# Of a file with more pages, the first ones are shown.
MOST_PAGES = 500
# A place's page, which words are there, and its left, top, width and height in thousandths of the page.
Mark = tuple[int, int, int, int, int, int]


def outline(path: Path, media_type: str, words: list[str]) -> dict[str, object]:
    """Return ``pages`` (width and height of each, in points or pixels), ``more`` pages not shown, and ``marks``.

    Pages count from 1, words from 0. Raises ExtractionFailed where there is no page to show.
    """
    if media_type != PDF:
        pages, more = raster.sizes(path, MOST_PAGES)
        return {"pages": pages, "more": more, "marks": []}
    with pdfium.opened(path) as document:
        pages, more = pdfium.sizes(document, MOST_PAGES)
        return {"pages": pages, "more": more, "marks": list(pdfium.marks(document, words, len(pages)))}


def picture(path: Path, media_type: str, page: int) -> bytes:
    """Return a page, counted from 1, as PNG. Raises ExtractionFailed where it can't be shown."""
    if not 1 <= page <= MOST_PAGES:
        raise ExtractionFailed(f"只显示前 {MOST_PAGES} 页的图像，其余请打开原件查看。")
    if media_type == PDF:
        with pdfium.opened(path) as document:
            return png(pdfium.drawn(document, page, WIDTH, PIXELS))
    if media_type == OFD:
        # Only what is a picture on the page, as on that of a scan.
        return png(ofdscan.drawn(path, page, _DOTS, PIXELS))
    return png(raster.drawn(path, page, WIDTH, PIXELS))


def png(image: Image.Image) -> bytes:
    """Return a picture's PNG, which has nothing in it but the pixels."""
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()
