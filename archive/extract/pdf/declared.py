"""Measuring how much a PDF declares to contain, so that the reader can warn of what it did not find."""

from collections.abc import Iterator

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, dict_value, int_value, resolve1, stream_value

# A page tree that declares more pages is false.
_MAX_PAGES = 100_000


def declared_pages(document: PDFDocument) -> int:
    """Return the number of pages that the page tree declares; 0 if it declares none or an impossible number."""
    try:
        count = int_value(dict_value(document.catalog["Pages"])["Count"])
    except MemoryError:
        raise
    except Exception:
        return 0
    return count if 0 < count <= _MAX_PAGES else 0


def drawn_bytes(page: PDFPage) -> int:
    """Return the bytes of instructions that draw a page, including its forms but not fonts and pictures."""
    return sum(len(stream.get_data()) for stream in _drawings(page))


def _drawings(page: PDFPage) -> Iterator[PDFStream]:
    yield from map(stream_value, page.contents)
    for each in dict_value(page.resources.get("XObject", {})).values():
        form = resolve1(each)
        if isinstance(form, PDFStream) and getattr(form.get("Subtype"), "name", "") == "Form":
            yield form
