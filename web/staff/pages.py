"""Pictures of the pages of a document's files."""

from flask import Blueprint, Response

from archive.errors import BlobDamaged, BlobMissing, ExtractionFailed, UnknownDocument
from archive.registers import looks
from archive.registers.roles import Act
from web.http.current import services
from web.staff.guard import allowed, current, desk
from web.staff.progress import standing

pages = Blueprint("pages", __name__)


@pages.get("/documents/<id>/files/<int:position>/pages/<int:number>.png")
@allowed(Act.SEE)
def picture(id: str, position: int, number: int) -> Response:
    """Show a page, counted from 1, of an original (0) or an attachment. What can't be shown is 404 with a sentence."""
    document = standing(id).document
    if position > len(document.attachments):
        raise UnknownDocument(id)
    file = document.attachments[position - 1].file if position else document.file
    headers = {"Cache-Control": "private, no-store"}
    try:
        drawn = desk().pictures.page(file, number)
    except (ExtractionFailed, BlobDamaged, BlobMissing) as failed:
        return Response(str(failed), 404, headers, content_type="text/plain; charset=utf-8")
    looks.note_once(services().catalogue, id, document.version, current().account.person, file.name)
    return Response(drawn, 200, headers, mimetype="image/png")
