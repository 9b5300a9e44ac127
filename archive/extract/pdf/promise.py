"""How much a PDF says that there is in it: what is read is compared with that, so that nothing is lost in silence."""

from collections.abc import Iterator

from pdfminer.pdfdocument import PDFDocument
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, dict_value, int_value, resolve1, stream_value

# A page tree that claims more pages lies.
_PAGES = 100_000


def declared_pages(document: PDFDocument) -> int:
    """How many pages the page tree says it has; 0 where it says nothing that could be true."""
    try:
        count = int_value(dict_value(document.catalog["Pages"])["Count"])
    except MemoryError:
        raise
    except Exception:
        return 0
    return count if 0 < count <= _PAGES else 0


def drawn_bytes(page: PDFPage) -> int:
    """How long the instructions are that draw a page: its own and its forms', without fonts and pictures."""
    return sum(len(stream.get_data()) for stream in _drawings(page))


def _drawings(page: PDFPage) -> Iterator[PDFStream]:
    yield from map(stream_value, page.contents)
    for each in dict_value(page.resources.get("XObject", {})).values():
        form = resolve1(each)
        if isinstance(form, PDFStream) and getattr(form.get("Subtype"), "name", "") == "Form":
            yield form
