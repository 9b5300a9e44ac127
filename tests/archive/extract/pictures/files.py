"""PDF files with Chinese text, made for the tests."""

from collections.abc import Sequence
from io import BytesIO

from PIL import Image
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas


def pdf(
    *pages: Sequence[str], title: str = "", size: tuple[float, float] = (595, 842), scans: Sequence[int] = ()
) -> bytes:
    """Return a PDF with the lines of each page, the first at the top; ``scans`` are pages with a picture, from 1."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = BytesIO()
    drawing = canvas.Canvas(stream, pagesize=size)
    drawing.setTitle(title)
    for number, lines in enumerate(pages, 1):
        if number in scans:
            drawing.drawImage(ImageReader(Image.new("RGB", (60, 80), "gray")), 0, 0, *size)
        drawing.setFont("STSong-Light", 16)
        for at, line in enumerate(lines):
            drawing.drawString(80, size[1] - 100 - 30 * at, line)
        drawing.showPage()
    drawing.save()
    return stream.getvalue()
