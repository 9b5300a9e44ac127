"""Pictures of the pages whose text a machine recognised, to compare it with. Others are in the original."""

from flask import Blueprint, Response, current_app

from archive.document import recognised_pages
from archive.errors import ExtractionFailed, UnknownDocument
from archive.pictures import Pictures
from web.http.current import services

likenesses = Blueprint("likenesses", __name__)
# Where the application keeps what draws them.
DRAWN = "gongkai-pictures"


@likenesses.get("/documents/<id>/pages/<int:position>/<int:number>.png")
def likeness(id: str, position: int, number: int) -> Response:
    """Show a recognised page, counted from 1, of an original (0) or an attachment."""
    document = services().catalogue.public(id)
    if position > len(document.attachments):
        raise UnknownDocument(id)
    part = document.attachments[position - 1] if position else document
    # No stranger makes this machine draw just any page.
    if number not in recognised_pages(part.places):
        raise UnknownDocument(id)
    kept: Pictures = current_app.extensions[DRAWN]
    try:
        return Response(kept.page(part.file, number), mimetype="image/png")
    except ExtractionFailed as failed:
        return Response(failed.reason, 404, content_type="text/plain; charset=utf-8")
