"""Recognising a page of an original: the task of the limited child process."""

from pathlib import Path

from archive.errors import ExtractionFailed
from archive.extract.mediatype import IMAGES, OFD, PDF
from archive.extract.pictures import ofdscan, pdfium, raster

# Characters of nine points have 25 pixels at this resolution: enough for the models, and 150 is not.
_DOTS = 200
_INCH = 72
# A sheet of A3 at that resolution has 7.7 million.
_PIXELS = 9_000_000
_WIDTH = 2400
RECOGNISABLE = IMAGES | {PDF, OFD}


def recognise(path: Path, media_type: str, page: int, threads: int) -> dict[str, object]:
    """Return what is recognised on a page, counted from 1 (see ``RecognisedPage.told``). Raises ExtractionFailed."""
    if media_type == PDF:
        with pdfium.opened(path) as document:
            width, _ = pdfium.sizes(document, page)[0][page - 1]
            image = pdfium.drawn(document, page, round(width * _DOTS / _INCH), _PIXELS)
    elif media_type == OFD:
        image = ofdscan.drawn(path, page, _DOTS, _PIXELS)
    else:
        image = raster.drawn(path, page, _WIDTH, _PIXELS)
    try:
        from archive.extract.recognition import rapid
    except ImportError as error:
        raise ExtractionFailed("识别文字的组件没有装好。请在程序的文件夹里运行 ./run ocr。") from error
    return rapid.recognise(image, threads).told
