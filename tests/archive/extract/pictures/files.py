"""PDF files with Chinese text, made for the tests."""

from collections.abc import Sequence
from io import BytesIO

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen import canvas


def pdf(*pages: Sequence[str], title: str = "", size: tuple[float, float] = (595, 842)) -> bytes:
    """Return a PDF with the lines of each page, the first at the top."""
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    stream = BytesIO()
    drawing = canvas.Canvas(stream, pagesize=size)
    drawing.setTitle(title)
    for lines in pages:
        drawing.setFont("STSong-Light", 16)
        for at, line in enumerate(lines):
            drawing.drawString(80, size[1] - 100 - 30 * at, line)
        drawing.showPage()
    drawing.save()
    return stream.getvalue()
