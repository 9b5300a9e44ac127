"""Pages of originals as pictures: of what has no text, of what a machine recognised, and at terminals of any PDF.

Each picture is of a file that is public at that moment, which is asked each time. A process draws one at a time, and
no page that a file doesn't have, so that nobody who asks for many keeps others from searching.
"""

from flask import Blueprint, Response, current_app, g, render_template, url_for

from archive.document import Attachment, Document, recognised_pages, text_of_page
from archive.errors import ExtractionFailed, UnknownDocument
from archive.pictures import Pictures, pictured
from web.http import conditional
from web.http.addresses import document_url
from web.http.current import services
from web.search.views import format_of

likenesses = Blueprint("likenesses", __name__)
# Where the application keeps what draws them, and how long one waits for another, in seconds.
DRAWN = "gongkai-pictures"
PATIENCE = 3.0
_BUSY = "正在生成别的页面图像，请稍候再试。"


@likenesses.get("/documents/<id>/pages/<int:position>/<int:number>.png")
def likeness(id: str, position: int, number: int) -> Response:
    """Show a page, counted from 1, of an original (0) or an attachment."""
    part = _part(services().catalogue.public(id), position)
    # No stranger makes this machine draw just any page.
    recognised = number in recognised_pages(part.places)
    if not recognised and not _leafed(part):
        raise UnknownDocument(id)
    try:
        if not recognised and not 1 <= number <= len(_kept().outline(part.file).sheets):
            raise UnknownDocument(id)
        return Response(_kept().page(part.file, number), mimetype="image/png")
    except ExtractionFailed as failed:
        return Response(failed.reason, 404, content_type="text/plain; charset=utf-8")
    except TimeoutError:
        return Response(_BUSY, 503, {"Retry-After": "2"}, content_type="text/plain; charset=utf-8")


@likenesses.get("/documents/<id>/pages/<int:position>/<int:number>")
def leaf(id: str, position: int, number: int) -> tuple[str, int]:
    """Show a page with its text and ways to those beside it, for whoever can't open the file."""
    document = services().catalogue.public(id)
    part = _part(document, position)
    if not _leafed(part):
        raise UnknownDocument(id)
    pages, more, failed, busy = 0, 0, "", False
    try:
        outline = _kept().outline(part.file)
        pages, more = len(outline.sheets), outline.more
        if not 1 <= number <= pages:
            raise UnknownDocument(id)
        # Drawn before the page names it, so that no picture is missing from it.
        _kept().page(part.file, number)
    except ExtractionFailed as error:
        # It is tried again later.
        conditional.forbid_caching()
        failed = error.reason
    except TimeoutError:
        failed, busy = _BUSY, True
    page = render_template(
        "leaf.html",
        title=document.metadata.title,
        url=document_url(id),
        position=position,
        name=part.file.name if position else "",
        format=format_of(part.file),
        number=number,
        pages=pages,
        more=more,
        failed=failed,
        busy=busy,
        picture=url_for(".likeness", id=id, position=position, number=number),
        text=[each for each in text_of_page(part.text, part.places, number) if each.strip()],
        recognised=number in recognised_pages(part.places),
    )
    return page, 503 if busy else 200


def _part(document: Document, position: int) -> Document | Attachment:
    if position > len(document.attachments):
        raise UnknownDocument(document.id)
    return document.attachments[position - 1] if position else document


def _leafed(part: Document | Attachment) -> bool:
    """Tell whether all pages of a file are shown: where it has no text, and at terminals, which have no downloads."""
    return pictured(part.file) and (g.visitor.terminal or not part.text.strip())


def _kept() -> Pictures:
    kept: Pictures = current_app.extensions[DRAWN]
    return kept
